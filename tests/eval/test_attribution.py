from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest

from newstance.eval.attribution import (
    PAIRS,
    QUOTATIONS,
    pair_table,
    quotation_table,
    score_pairs,
    score_quotations,
)
from newstance.eval.labelled import load_set
from newstance.eval.records import shipped_rows
from newstance.models.stance import LABELS
from newstance.service import Actor, Analyzer, Article
from newstance.service.reading.quotations import Quotation

KIM = Actor("Kim Jong Un", "person", ("Kim",))
WANTED = [{"start": 0, "end": 4, "speaker": "Kim", "kind": "direct"}]


def row(text, quotations, form="straight", held_out=False):
    return {"text": text, "quotations": quotations, "form": form, "held_out": held_out}


def test_right_span_and_speaker():
    score = score_quotations([row("text", WANTED)], lambda text: [Quotation(0, 4, KIM)])
    assert (score.quotations, score.f1.value, score.speaker.value, score.kind.value) == (1, 1, 1, 1)


def test_span_must_fit_exactly_and_what_is_false_counts():
    near = score_quotations([row("text", WANTED)], lambda text: [Quotation(0, 3, KIM)])
    assert near.f1.value == 0
    more = score_quotations([row("text", WANTED)], lambda text: [Quotation(0, 4, KIM), Quotation(1, 2, KIM)])
    assert more.f1.value == pytest.approx(2 / 3)
    nothing = score_quotations([row("text", [])], lambda text: [])
    assert (nothing.f1.value, nothing.speaker.value, nothing.kind.value) == (1, 1, 1)
    false = score_quotations([row("text", [])], lambda text: [Quotation(0, 4, KIM)])
    assert false.f1.value == 0


def test_guessed_speaker_is_wrong_where_nobody_can_tell():
    nobody = [{**WANTED[0], "speaker": None}]
    assert score_quotations([row("text", nobody)], lambda text: [Quotation(0, 4, KIM)]).speaker.value == 0
    assert score_quotations([row("text", nobody)], lambda text: [Quotation(0, 4, None)]).speaker.value == 1
    assert score_quotations([row("text", WANTED)], lambda text: [Quotation(0, 4, None)]).speaker.value == 0


def test_kind_is_scored():
    found = Quotation(0, 4, KIM, "mixed")
    assert score_quotations([row("text", WANTED)], lambda text: [found]).kind.value == 0


def test_forms_and_what_was_held_out_have_lines_of_their_own():
    rows = [row("text", WANTED), row("text", [], held_out=True), row("text", WANTED * 2, form="curly", held_out=True)]
    lines = quotation_table(rows, lambda text: [Quotation(0, 4, KIM)]).rows
    texts_and_quotations = {line[0]: tuple(line[1:3]) for line in lines}
    assert texts_and_quotations == {
        "all": ("3", "3"), "held out": ("2", "2"), "straight": ("2", "1"), "curly": ("1", "2"),
    }  # fmt: skip


class Stub:
    """Says favor to all that holds a word; as an article, neutral to all."""

    def __init__(self):
        self.classifier = SimpleNamespace(
            classify=lambda queries: [
                SimpleNamespace(label="favor" if "backs" in q.text else "neutral") for q in queries
            ]
        )

    def stances_of(self, article, pairs):
        return [SimpleNamespace(label="neutral") for _ in pairs]


def test_pairs_are_scored_by_kind_alone_and_as_articles():
    rows = [
        {"pair": "a", "kind": "hedge", "text": "A backs T.", "label": "favor"},
        {"pair": "a", "kind": "hedge", "text": "A may see T.", "label": "neutral"},
        {"pair": "b", "kind": "denial", "text": "A sees T.", "label": "neutral"},
        {"pair": "b", "kind": "denial", "text": "A backs not T.", "label": "neutral"},
    ]
    rows = [{"holder": "A", "target": "T", "held_out": one["pair"] == "b", **one} for one in rows]
    scores = score_pairs(rows, Stub())
    assert list(scores) == ["all", "held out", "hedge", "denial"]
    assert (scores["hedge"].model.value, scores["hedge"].article.value, scores["hedge"].pairs.value) == (1, 0.5, 0)
    assert (scores["denial"].model.value, scores["denial"].article.value, scores["denial"].pairs.value) == (0.5, 1, 1)
    assert scores["held out"] == scores["denial"]
    assert [line[0] for line in pair_table(scores).rows] == list(scores)


def test_shipped_quotations_are_what_the_test_set_promises():
    rows = shipped_rows(QUOTATIONS)
    forms = Counter(one["form"] for one in rows)
    assert len(rows) >= 60
    assert len(forms) == 12
    assert min(forms.values()) >= 5
    assert len({one["id"] for one in rows}) == len({one["text"] for one in rows}) == len(rows)
    for one in rows:
        for quotation in one["quotations"]:
            assert one["text"][quotation["start"] : quotation["end"]] == quotation["text"]
    assert [line[0] for line in quotation_table(rows, lambda text: []).rows] == ["all", "held out", *forms]


def test_shipped_pairs_differ_in_one_thing_and_in_their_label():
    rows = shipped_rows(PAIRS)
    pairs: dict[str, list[dict]] = {}
    for one in rows:
        pairs.setdefault(one["pair"], []).append(one)
    assert len(pairs) >= 80
    assert {one["kind"] for one in rows} >= {"negation", "denial", "hedge", "claimed-by", "reversed"}
    for first, second in pairs.values():
        assert first["kind"] == second["kind"]
        assert first["label"] != second["label"]
        assert {first["label"], second["label"]} <= set(LABELS)
        is_same_question = (first["holder"], first["target"]) == (second["holder"], second["target"])
        assert (first["text"] == second["text"]) != is_same_question
        for one in (first, second):
            assert one["holder"].removeprefix("the ").lower() in one["text"].lower()


def test_pairs_are_a_labelled_set_too():
    assert len(load_set("minimal-pairs").examples) == len(shipped_rows(PAIRS))


@pytest.mark.embedded
def test_the_embedded_profile_finds_quotations_and_reads_most_pairs():
    analyzer = Analyzer.from_profile("embedded")
    score = score_quotations(
        shipped_rows(QUOTATIONS), lambda text: analyzer.read(Article.from_text(text, title="")).quotations
    )
    assert score.f1.value >= 0.9
    assert score.speaker.value >= 0.9
    pairs = score_pairs(shipped_rows(PAIRS), analyzer)
    assert pairs["all"].article.value >= 0.86
