import pytest

from newstance.models.training.judged import JudgedSet, Judgement
from newstance.service.judging.rows import ArticleRows

pytestmark = pytest.mark.embedded

TEXT = "Ingrid Solberg arrived. She praised the harbour plan. It rained. Peter Miller left."
EVIDENCE = (TEXT.index("She"), TEXT.index(" It"))


@pytest.fixture
def rows(analyzer):
    def make(actor="Ingrid Solberg", evidence=(EVIDENCE,), text=TEXT, **settings):
        judgement = Judgement(actor, "the harbour plan", "favor", tuple(evidence))
        judged = JudgedSet(name="little", file="x.jsonl", terms="ours", **{"windows": (20,)} | settings)
        return ArticleRows(analyzer)(text, [judgement], judged)

    return make


def test_a_window_has_the_label_of_its_judgement(rows):
    (row,) = rows()
    assert (row.label, row.form) == ("favor", "window")
    assert (row.query.holder, row.query.target) == ("Ingrid Solberg", "the harbour plan")
    assert "Ingrid Solberg praised the harbour plan" in row.query.text
    shown = [row.query.text[start:end] for (start, end), shows in zip(row.query.parts, row.shows, strict=True) if shows]
    assert shown == ["Ingrid Solberg praised the harbour plan."]


def test_windows_that_come_out_the_same_are_one_row(rows):
    assert len(rows(windows=(20, 30, 190))) == 1


def test_of_the_sentences_those_that_are_evidence_have_its_label_and_others_are_neutral(rows):
    _, arrived, praised = rows(sentences=True)
    assert ("arrived" in arrived.query.text, arrived.label, arrived.is_evidence) == (True, "neutral", False)
    assert ("praised" in praised.query.text, praised.label, praised.is_evidence) == (True, "favor", True)


def test_a_sentence_is_evidence_where_most_of_it_was_named(rows):
    start, _end = EVIDENCE
    touched = rows(sentences=True, evidence=[(start - 12, start + 3)])
    assert [row.is_evidence for row in touched[1:]] == [True, False]
    assert [row.label for row in touched[1:]] == ["favor", "neutral"]


def test_an_actor_that_the_article_does_not_name_has_no_rows(rows):
    assert rows(actor="Boris Johnson", sentences=True) == []


def test_places_are_those_of_the_article_as_given(rows):
    text = "Many cafe\u0301s" + 20 * ", cafe\u0301s" + f" were full. {TEXT} Ingrid Solberg spoke."
    start = text.index("She")
    found = rows(sentences=True, text=text, evidence=[(start, start + len("She praised the harbour plan."))])
    evidence = [row.query.text for row in found if row.is_evidence and row.form == "sentence"]
    assert [text.endswith("praised the harbour plan.") for text in evidence] == [True]
