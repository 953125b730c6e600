import pytest

from newstance.service.actors import find_actors
from newstance.service.quotations import find_quotations

pytestmark = pytest.mark.embedded


@pytest.fixture
def quoted(annotator):
    """[(words, speaker)] of a text."""

    def find(text):
        doc = annotator.annotate(text)
        found = find_quotations(doc, find_actors(doc))
        return [(text[q.start : q.end], q.speaker and q.speaker.name) for q in found]

    return find


@pytest.mark.parametrize(
    "text",
    [
        '"We will win," said Anna Schmidt.',
        '"We will win," Anna Schmidt said.',
        '"We will win," the mayor, Anna Schmidt, told reporters.',
        'Anna Schmidt said: "We will win,"',
        "“We will win,” said Anna Schmidt.",
        "«We will win,» said Anna Schmidt.",
        "„We will win,“ said Anna Schmidt.",
        "„We will win,” said Anna Schmidt.",
        '“We will win," said Anna Schmidt. The "old" plan failed.',
        'According to Anna Schmidt, "We will win,"',
        '"We will win," according to Anna Schmidt.',
        'Company spokeswoman Anna Schmidt said: "We will win,"',
        'Anna Schmidt spoke to reporters. "We will win," she said.',
        '"We will win," replied Anna Schmidt, who accused Peter Miller of lying.',
        'Peter Miller left, and Anna Schmidt said "We will win,"',
        'Germany\'s minister Anna Schmidt said: "We will win,"',
    ],
)
def test_speaker_is_whom_the_syntax_names(quoted, text):
    assert quoted(text)[0] == ("We will win,", "Anna Schmidt")


def test_two_speakers_in_one_sentence(quoted):
    text = 'Jens Stoltenberg praised the "brave people" of the town, and Anna Schmidt said "thank you".'
    assert quoted(text) == [("brave people", "Jens Stoltenberg"), ("thank you", "Anna Schmidt")]


def test_country_in_front_of_a_leader_is_not_the_speaker(quoted):
    text = 'North Korea\'s leader Kim Jong Un has promised Vladimir Putin "full support" in the war.'
    assert quoted(text) == [("full support", "Kim Jong Un")]


@pytest.mark.parametrize(
    "text",
    [
        'The plan is "a disaster".',
        '"The plan is a disaster." The rain fell on the roofs of the town.',
        '"The plan is a disaster," said the chairman of the board.',
        'It was Peter Miller\'s idea. "We will win," somebody said.',
        '"The plan is bad," Anna Schmidt said. Peter Miller laughed. "We must go."',
    ],
)
def test_speaker_who_cannot_be_told_is_none(quoted, text):
    assert quoted(text)[-1][1] is None


def test_quotation_of_several_paragraphs_is_closed_in_its_last(quoted):
    text = "Anna Schmidt said: “The plan is bad.\n\n“It costs too much.\n\n“And it is ugly.” It rained."
    assert quoted(text) == [
        ("The plan is bad.", "Anna Schmidt"),
        ("It costs too much.", "Anna Schmidt"),
        ("And it is ugly.", "Anna Schmidt"),
    ]


def test_speaker_goes_on_behind_the_attribution_and_in_the_next_paragraph(quoted):
    text = '"We will win," Anna Schmidt said. "We must."\n\n"We can."\n\nIt rained.'
    assert [speaker for _, speaker in quoted(text)] == ["Anna Schmidt"] * 3


def test_quoted_word_later_in_the_paragraph_is_not_the_speakers(quoted):
    text = '"We will win," Anna Schmidt said. The "great plan" is old.'
    assert quoted(text)[1] == ("great plan", None)


def test_words_quoted_within_a_quotation_are_part_of_it(quoted):
    text = 'Anna Schmidt said: “They call it ‘progress’ and "reform" here.”'
    assert quoted(text) == [('They call it ‘progress’ and "reform" here.', "Anna Schmidt")]


def test_verb_within_the_quotation_names_no_speaker(quoted):
    text = 'Anna Schmidt left. "Peter Miller said no, and Germany said no."'
    assert quoted(text) == [("Peter Miller said no, and Germany said no.", None)]


@pytest.mark.parametrize("text", ['5" pipes', "rock'n'roll", "“ ”", '""', "“", "” and »", '"', "don't"])
def test_odd_marks_are_no_quotations(quoted, text):
    assert quoted(f"{text}") == []


def test_quotation_left_open_ends_with_its_paragraph(quoted):
    assert quoted('Anna Schmidt said: "We will win.\n\nIt rained.') == [("We will win.", "Anna Schmidt")]
