from dataclasses import replace

import pytest
from coded import ANALYSIS, FAIR, PRAISE, RAIN, REJECT, TEXT, document, statement
from hypothesis import given
from hypothesis import strategies as st

from newstance.service.corpus.tables import article_hash
from newstance.service.exchange import CodedDocument, Document, from_analysis, grouped
from newstance.service.exchange.offsets import Offsets
from newstance.service.exchange.statements import at_least


def told(found):
    return [(s.actor, s.target, s.agreement, s.text) for s in found.statements]


def test_each_passage_for_the_side_of_a_stance_is_a_statement_and_a_mixed_one_has_both():
    assert told(from_analysis(ANALYSIS)) == [
        ("Ana Lund", "the bridge", True, PRAISE.text),  # what speaks against it is no statement of hers
        ("Ana Lund", "the toll", True, FAIR.text),
        ("the Green League", "the bridge", False, REJECT.text),
        ("the Green League", "the toll", True, FAIR.text),
        ("the Green League", "the toll", False, REJECT.text),
    ]


def test_a_statement_has_the_probability_of_its_side_and_says_whose_it_is():
    found = from_analysis(ANALYSIS).statements
    assert [s.probability for s in found] == [0.8, 0.8, 0.8, 0.1, 0.1]
    assert {(s.actor, s.kind, s.label) for s in found[1:3]} == {
        ("Ana Lund", "person", "favor"),
        ("the Green League", "group", "against"),
    }
    assert {s.coder for s in found} == {"newstance"}


def test_who_takes_no_side_has_a_statement_where_it_is_first_named_if_that_is_asked_for():
    extra = from_analysis(ANALYSIS, neutral=True).statements[-1]
    assert (extra.actor, extra.agreement, extra.text, extra.label) == ("Rain", None, "rained", "neutral")
    assert len(from_analysis(replace(ANALYSIS, actors=(RAIN,), stances=ANALYSIS.stances[-1:])).statements) == 0


def test_the_document_is_the_article():
    found = from_analysis(ANALYSIS).document
    assert (found.text, found.title, found.author, found.source) == (TEXT, "The bridge", "Kim Doe", "Daily")
    assert (found.date, found.url) == ("2024-03-01", "https://example.org/a")
    assert found.id == article_hash(ANALYSIS.article)


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 3), (0, 51)])
def test_a_statement_stands_in_its_document(start, end):
    with pytest.raises(ValueError, match="does not stand in document d1, which has 50 characters"):
        replace(statement(document(1), "Kim", "it", True), start=start, end=end)


def test_statements_by_document_and_by_probability():
    one, two = document(1), document(2)
    rows = [
        statement(one, "A", "x", True, probability=0.6),
        statement(two, "B", "x", True, probability=0.4),
        statement(one, "C", "x", True),
    ]
    found = grouped(rows)
    assert found == [CodedDocument(one, (rows[0], rows[2])), CodedDocument(two, (rows[1],))]
    kept = list(at_least(found, 0.5))  # what a person coded has no probability, and stays
    assert [[s.actor for s in coded.statements] for coded in kept] == [["A", "C"], []]


def test_an_emoji_is_one_character_and_two_units():
    offsets = Offsets("a🌉b")
    assert [offsets.to_units(place) for place in range(4)] == [0, 1, 3, 4]
    assert [offsets.to_characters(place) for place in (0, 1, 3, 4)] == [0, 1, 2, 3]
    for wrong in (2, 5, -1):
        with pytest.raises(ValueError, match=f"{wrong} is"):
            offsets.to_characters(wrong)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_both_ways_of_counting_agree_with_the_encoding(text):
    offsets = Offsets(text)
    for place in range(len(text) + 1):
        units = len(text[:place].encode("utf-16-le")) // 2
        assert offsets.to_units(place) == units
        assert offsets.to_characters(units) == place


def test_what_cannot_be_written_is_replaced_and_no_place_moves():
    where = Document("d1", "a\0b\ud83d c", "\udf09")
    assert (where.text, where.title) == ("a\ufffdb\ufffd c", "\ufffd")
    said = statement(where, "K\ud800m", "x\0", True, 5)
    assert (said.actor, said.target, said.text) == ("K\ufffdm", "x\ufffd", "c")
