"""Is what a stance shows what a judge would show? Shown sentences held against those that a judge named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from . import metrics
from .metrics import Estimate, Measure
from .storage import Row

# What may be one with the letter before it counts for none: marks, and in Korean the vowel and the end of a syllable.
_UNSEEN = ("Cc", "Cs", "Mn", "Mc", "Me")
_JAMO = re.compile("[\u1161-\u1175\u11a8-\u11c2]")

GIVEN, RIGHT = "stances given", "those with the right label"
Place = tuple[int, int]


@dataclass(frozen=True)
class EvidenceScores:
    """How well shown sentences fit the judged ones; see ``evidence_measures``.

    Attributes:
        stances: Of how many ``first`` is the share.
        shown: The same for ``precision``.
        judged: The same for ``recall``.
    """

    stances: int
    shown: int
    judged: int
    first: Estimate
    precision: Estimate
    recall: Estimate


def overlap(one: Place, other: Place) -> bool:
    """Whether two places in a text share more than half of the shorter one."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared > min(one[1] - one[0], other[1] - other[0]) / 2


def evidence_measures(rows: Sequence[Row]) -> dict[str, dict[str, Measure]]:
    """How well the shown sentences fit the judged ones.

    The judged sentences of a neutral judgement are those that could mislead, so a stance given in its place may well
    show one of them; the rows of the right label count none of these.

    Args:
        rows: All rows of a run; those without judged sentences, and neutral answers, count nothing.

    Returns:
        For the stances given, and for those with the right label: ``first``, the share whose first shown sentence is
        a judged one; ``precision``, the share of all shown sentences that are; ``recall``, the share of judged
        sentences that are shown. Empty where no sentence was judged. Measures of the same rows can be paired.
    """
    if not any("judged" in row for row in rows):
        return {}
    groups = [row["group"] for row in rows]
    chosen = {GIVEN: [_is_given(row) for row in rows]}
    chosen[RIGHT] = [given and row["prediction"] == row["gold"] for row, given in zip(rows, chosen[GIVEN], strict=True)]
    counts = np.array([_counts(row) for row in rows])
    measures = {}
    for name, which in chosen.items():
        sums = metrics.summed_by_group(np.where(np.array(which)[:, None, None], counts, 0.0), groups)
        measures[name] = {
            score: Measure(sums[:, i], metrics.mean_of_totals)
            for i, score in enumerate(("first", "precision", "recall"))
        }
    return measures


def evidence_scores(rows: Sequence[Row]) -> dict[str, EvidenceScores]:
    """The measures with their intervals, and of how many each one is the share."""
    results = {}
    for name, measures in evidence_measures(rows).items():
        stances, shown, judged = (int(measure.sums[:, 1].sum()) for measure in measures.values())
        estimates = {score: measure.estimate() for score, measure in measures.items()}
        results[name] = EvidenceScores(stances, shown, judged, **estimates)
    return results


def _is_given(row: Row) -> bool:
    return "judged" in row and row["prediction"] not in (None, "neutral")


def _counts(row: Row) -> list[list[float]]:
    """Of one row: hits and number of first sentences, of shown ones, of judged ones; shape (3, 2)."""
    judged = [(start, end) for start, end in row.get("judged", [])]
    shown = [(one["start"], one["end"]) for one in row.get("shown", [])]
    hits = [any(overlap(place, other) for other in judged) for place in shown]
    found = [any(overlap(place, other) for other in shown) for place in judged]
    return [
        [float(any(hits[:1])), 1.0],
        [float(sum(hits)), float(len(shown))],
        [float(sum(found)), float(len(judged))],
    ]


def places_in(text: str, cleaned: str) -> Mapping[int, int]:
    """Where each visible character of a cleaned text lies in the text itself.

    Args:
        text: As it was given.
        cleaned: The same with line ends, control characters, blanks at its ends and accents apart from their letters
            changed, as articles are.
    """
    return dict(zip(_visible(cleaned), _visible(text), strict=True))


def moved(place: Place, places: Mapping[int, int]) -> Place:
    """A place in the cleaned text as one in the text itself."""
    visible = [places[i] for i in range(*place) if i in places]
    return visible[0], visible[-1] + 1


def _visible(text: str) -> list[int]:
    return [
        i
        for i, c in enumerate(text)
        if not c.isspace() and c != "\ufeff" and unicodedata.category(c) not in _UNSEEN and not _JAMO.match(c)
    ]
