"""Whose stance is it: quotations against a test set, and minimal pairs by kind, with the model alone and as articles.

Both sets are written for newstance and shipped with it. Rows with ``held_out`` were written after the rules, and no
rule was changed for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from newstance.models import StanceQuery
from newstance.service import Analyzer, Article
from newstance.service.reading.actors import bare_name
from newstance.service.reading.quotations import Quotation

from . import metrics
from .document import Table
from .metrics import Estimate, Measure

QUOTATIONS = "quotations.jsonl"
PAIRS = "minimal-pairs.jsonl"

Row = dict[str, Any]
FindQuotations = Callable[[str], Sequence[Quotation]]


@dataclass(frozen=True)
class QuotationScore:
    """How well quotations are found; intervals resample texts.

    Attributes:
        texts: How many texts there are.
        quotations: How many quotations they hold.
        f1: Of spans, which must fit exactly.
        speaker: The share of right speakers among the spans found; "nobody can tell" is right where it is so.
        kind: The share of right kinds among them.
    """

    texts: int
    quotations: int
    f1: Estimate
    speaker: Estimate
    kind: Estimate


@dataclass(frozen=True)
class PairScore:
    """How many rows of minimal pairs are right; intervals resample pairs.

    Attributes:
        rows: How many rows there are.
        model: Accuracy of the stance model alone.
        article: Accuracy with each row analysed as an article.
        pairs: The share of pairs with both rows right, as articles.
    """

    rows: int
    model: Estimate
    article: Estimate
    pairs: Estimate


def score_quotations(rows: Sequence[Row], find: FindQuotations) -> QuotationScore:
    """Score quotations.

    Args:
        rows: Each with ``text`` and ``quotations``: start, end, speaker (a name or None), kind.
        find: Gives the quotations of a text.
    """
    counts = np.array([_compared(row["quotations"], find(row["text"])) for row in rows], dtype=float)
    by_row = {"f1": _f1, "speaker": _share_of(3), "kind": _share_of(4)}
    return QuotationScore(
        len(rows),
        int(counts[:, 1].sum()),
        **{name: Measure(counts, statistic).estimate() for name, statistic in by_row.items()},
    )


def score_pairs(rows: Sequence[Row], analyzer: Analyzer) -> dict[str, PairScore]:
    """Score minimal pairs: all of them, each kind, and those held out.

    Args:
        rows: Each with ``pair``, ``kind``, ``text``, ``holder``, ``target`` and ``label``.
        analyzer: Its classifier answers for the model alone.
    """
    alone = analyzer.classifier.classify([StanceQuery(row["text"], row["holder"], row["target"]) for row in rows])
    whole = [
        analyzer.stances_of(Article.from_text(row["text"], title=""), [(row["holder"], row["target"])])[0]
        for row in rows
    ]
    right = [
        (row, a.label == row["label"], w.label == row["label"]) for row, a, w in zip(rows, alone, whole, strict=True)
    ]
    parts = {"all": right, "held out": [one for one in right if one[0]["held_out"]]}
    parts |= {kind: [one for one in right if one[0]["kind"] == kind] for kind in dict.fromkeys(r["kind"] for r in rows)}
    return {name: _pair_score(part) for name, part in parts.items() if part}


def quotation_table(rows: Sequence[Row], find: FindQuotations) -> Table:
    """The scores of all texts, of those held out, and of each form."""
    parts = {"all": list(rows), "held out": [row for row in rows if row["held_out"]]}
    parts |= {form: [row for row in rows if row["form"] == form] for form in dict.fromkeys(r["form"] for r in rows)}
    lines = []
    for name, part in parts.items():
        score = score_quotations(part, find)
        numbers = (score.f1, score.speaker, score.kind)
        lines.append([name, str(score.texts), str(score.quotations), *(number.as_text() for number in numbers)])
    return Table(["form", "texts", "quotations", "F1 of spans", "speaker right", "kind right"], lines)


def pair_table(scores: dict[str, PairScore]) -> Table:
    """Accuracy by kind."""
    lines = [
        [name, str(score.rows), *(number.as_text() for number in (score.model, score.article, score.pairs))]
        for name, score in scores.items()
    ]
    return Table(["kind", "rows", "model alone", "as articles", "pairs right, as articles"], lines)


def _compared(wanted: Sequence[Row], found: Iterable[Quotation]) -> tuple[int, int, int, int, int]:
    """(right spans, wanted, found, right speakers, right kinds) of one text."""
    by_span = {(quotation.start, quotation.end): quotation for quotation in found}
    hits = [(row, by_span[row["start"], row["end"]]) for row in wanted if (row["start"], row["end"]) in by_span]
    speakers = sum(_is_speaker(row["speaker"], quotation) for row, quotation in hits)
    return len(hits), len(wanted), len(by_span), speakers, sum(row["kind"] == hit.kind for row, hit in hits)


def _is_speaker(name: str | None, quotation: Quotation) -> bool:
    if name is None or quotation.speaker is None:
        return name is None and quotation.speaker is None
    return bare_name(name) in {bare_name(form) for form in (quotation.speaker.name, *quotation.speaker.aliases)}


def _f1(totals: np.ndarray) -> np.ndarray:
    """Twice the hits among what is wanted and what is found; 1 where nothing is wanted and nothing is found."""
    both = totals[:, 1] + totals[:, 2]
    return np.where(both > 0, 2 * totals[:, 0] / np.maximum(both, 1), 1.0)


def _share_of(column: int) -> metrics.Statistic:
    def share(totals: np.ndarray) -> np.ndarray:
        return np.where(totals[:, 0] > 0, totals[:, column] / np.maximum(totals[:, 0], 1), 1.0)

    return share


def _pair_score(part: Sequence[tuple[Row, bool, bool]]) -> PairScore:
    groups = [row["pair"] for row, _, _ in part]
    model, article = (
        Measure(metrics.summed_by_group(np.array([[one[i], 1.0] for one in part]), groups), metrics.mean_of_totals)
        for i in (1, 2)
    )
    whole = np.stack([article.sums[:, 0] == article.sums[:, 1], np.ones(len(article.sums))], axis=1).astype(float)
    pairs = Measure(whole, metrics.mean_of_totals)
    return PairScore(len(part), model.estimate(), article.estimate(), pairs.estimate())
