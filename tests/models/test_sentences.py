import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from newstance.models import sentences as sentences_module
from newstance.models.errors import InputError
from newstance.models.sentences import Draft, Length, is_long, is_understood, split_sentences, unique


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One went. Two came!  Three?", ["One went.", "Two came!", "Three?"]),
        ("Gov. Smith met Mr. Jones in the U.S. Senate.", ["Gov. Smith met Mr. Jones in the U.S. Senate."]),
        ("It rose 3.5 percent. It fell.", ["It rose 3.5 percent.", "It fell."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("A headline without end\n\nThe text.", ["A headline without end", "The text."]),
        ("A headline\nThe text goes\non here.", ["A headline", "The text goes on here."]),
        (" \n\n ", []),
    ],
)
def test_split_sentences(text, expected):
    assert split_sentences(text) == expected


def test_length_is_asked_for_in_one_unit():
    assert Length.asked(None, None, 3) == Length(3)
    assert Length.asked(2, None, 3) == Length(2)
    assert Length.asked(None, 40, 3) == Length(40, "words")
    for sentences, words in [(2, 40), (0, None), (None, 0), (-1, None)]:
        with pytest.raises(InputError, match=r"sentences|words"):
            Length.asked(sentences, words, 3)


def test_length_in_a_prompt():
    assert [str(Length(3)), str(Length(1)), str(Length(50, "words"))] == [
        "3 sentences",
        "1 sentence",
        "50 words",
    ]


def test_as_many_whole_sentences_as_fit_and_at_least_one():
    sentences = ["One two three.", "Four five.", "Six."]
    assert Length(2).first(sentences) == sentences[:2]
    assert Length(5, "words").first(sentences) == sentences[:2]
    assert Length(4, "words").first(sentences) == sentences[:1]
    assert Length(1, "words").first(sentences) == sentences[:1]
    assert Length(1, "words").first([]) == []


def test_one_endless_sentence_is_not_short():
    assert Length(3).covers(["A few words."])
    assert not Length(3).covers(["word " * 500])
    assert not Length(3).covers(["A."] * 4)


def test_repeated_sentences_are_dropped():
    assert unique(["He won.", "he  won!", "She won."]) == ["He won.", "She won."]


@pytest.mark.parametrize(
    "preamble",
    [
        "Here is a summary of the news article in 3 sentences:\n\n",
        "Sure! Here's a short summary:\n",
        "Certainly, here is the article summarized in two sentences. ",
        "Here is the article in two sentences:\n\n",
        "**Summary:** ",
        "The three-sentence summary of the article: ",
    ],
)
def test_preambles_are_dropped(preamble):
    assert Draft.read(f"{preamble}The mayor won.").finished(ended=True) == ["The mayor won."]


@pytest.mark.parametrize(
    "text",
    [
        "Here is where the mayor lives.",
        "The mayor said: go.",
        "This is the end.",
        "Surely he won.",
        "This is the longest sentence that a court has handed down.",
        "Here are the words of the mayor.",
    ],
)
def test_what_looks_like_a_preamble_is_kept(text):
    assert Draft.read(text).finished(ended=True) == [text]


def test_lists_and_headings_become_sentences():
    written = "Key points:\n\n1. The mayor won.\n2. **Crowds** cheered.\n- Taxes rise."
    assert Draft.read(written).finished(ended=True) == ["The mayor won.", "Crowds cheered.", "Taxes rise."]


def test_unfinished_sentence_is_dropped_unless_the_model_ended_it():
    assert Draft.read("The mayor won. Crowds che").finished(ended=False) == ["The mayor won."]
    assert Draft.read("The mayor won. Crowds cheered.").finished(ended=False) == [
        "The mayor won.",
        "Crowds cheered.",
    ]
    assert Draft.read("Police arrest mayor").finished(ended=True) == ["Police arrest mayor"]
    assert Draft.read("Police arrest may").finished(ended=False) == []


def test_nothing_is_shown_that_may_be_taken_back():
    three = Length(3)
    assert Draft.read("Here is a summary of the news article from").presentable(three) == ""
    assert Draft.read("The mayor").presentable(three) == ""
    assert Draft.read("The mayor of the town has wo").presentable(three) == "The mayor of the town has"
    assert Draft.read("He won. She lost it").presentable(three) == "He won. She lost"
    assert Draft.read("He won. He wo").presentable(three) == "He won."
    assert Draft.read("He won. She lost. They").presentable(Length(2)) == "He won. She lost."


def test_threads_do_not_meet_in_the_splitter(monkeypatch):
    split, inside, met = sentences_module._splitter(), threading.Lock(), []

    def watched(line):
        met.append(not inside.acquire(blocking=False))
        time.sleep(0.01)
        inside.release()
        return split(line)

    monkeypatch.setattr(sentences_module, "_splitter", lambda: watched)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(split_sentences, ["One went. Two came."] * 8)) == [["One went.", "Two came."]] * 8
    assert met == [False] * 8


@pytest.mark.parametrize(
    ("sentence", "alone"),
    [
        ("The senate voted to raise taxes on Monday.", True),
        ("“We will vote,” the mayor of the town said on Monday.", True),
        ("He voted to raise taxes on Monday.", False),  # who?
        ("But the senate voted to raise taxes.", False),  # goes on from before
        ("The senate voted to raise taxes on", False),  # cut off
        ("“We will vote to raise taxes on Monday.", False),  # a quotation that goes on
        ("court, where the mayor of the town was accused.", False),  # the rest of a line that was cut
        (": The mayor of the town was accused on Monday.", False),
        ("The mayor was ridiculed for his outfits such as .", False),
        ("'The mayors of all towns voted on Monday.", False),
        ("'Twas the mayor's plan,' said the union's head on Monday.", True),
        ("‘We will vote,’ the mayor of the town said on Monday.", True),
        ("The mayor's plan cost more than the union's.", True),
        ('"The mayor and the union voted on Monday."', False),  # who says so?
        ("“Isn’t it good that the mayor voted on Monday?”", False),
        ("'The mayor and the union voted on Monday.'", False),
        ('"We voted," the mayor said of the "Monday club".', True),
        ("The mayor and the union voted on Monday.'", False),  # the end of a quotation
        ("The mayor said: 'The union voted on Monday.'", True),
        ("We voted on the plan of the mayor on Monday.", False),  # within a quotation that began before
        ('"We voted," said the mayor of the town, who saw World War I.', True),
        ("Last moments: The pictures show the mayor of the town.", False),  # under a picture
    ],
)
def test_what_can_be_read_without_the_sentences_around_it(sentence, alone):
    assert is_understood(sentence) == alone


def test_scraps_are_not_long():
    assert not is_long("Scroll down for video.")
    assert is_long("The mayor of the town resigned.")
