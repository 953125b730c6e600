"""A set's scores by part: by the kind of its passages, by outlet, by what a target is, and where answers are sure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from newstance.models.stance import LABELS

from . import metrics
from .metrics import Estimate, Measure
from .set_config import SetConfig
from .storage import Row

SURE = 0.8  # a reader takes this for "very probably"


@dataclass(frozen=True)
class PartScores:
    """The scores of one part's ``n`` examples."""

    part: str
    n: int
    macro_f1: Estimate
    accuracy: float


@dataclass(frozen=True)
class SureAnswers:
    """How many answers are sure, and how many of these are right; no share if there are none."""

    n: int
    right: int
    share: Estimate | None = None


def scores_by_part(
    rows: Sequence[Row], predicted: Sequence[str | None], config: SetConfig
) -> dict[str, list[PartScores]]:
    """Scores of every part that the rows name.

    Args:
        rows: What was asked; their ``parts`` say, for each way to divide the set, where a row belongs.
        predicted: The label given to each row, None for a crash.
        config: Names the labels that macro-F1 is taken over.

    Returns:
        For each way to divide the set its parts in order of their names. Empty where no row names a part. A part's
        macro-F1 is taken over the labels that it has examples of.
    """
    members: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, row in enumerate(rows):
        for way, part in row.get("parts", {}).items():
            members[way][part].append(i)
    return {
        way: [
            _scores(part, [rows[i] for i in index], [predicted[i] for i in index], config)
            for part, index in sorted(parts.items())
        ]
        for way, parts in members.items()
    }


def sure_answers(rows: Sequence[Row]) -> dict[str, SureAnswers]:
    """How many of the answers that were given with high probability are right.

    Returns:
        For all answers and for the stances among them, that is without "neutral".
    """
    results = {}
    for name, which in {"all answers": [], "stances given": ["neutral"]}.items():
        sure = [row for row in rows if row["prediction"] not in which and _probability(row) >= SURE]
        right = [row["prediction"] == row["gold"] for row in sure]
        share = None
        if sure:
            counts = np.array([[one, 1.0] for one in right], dtype=float)
            sums = metrics.summed_by_group(counts, [row["group"] for row in sure])
            share = Measure(sums, metrics.mean_of_totals).estimate()
        results[name] = SureAnswers(len(sure), sum(right), share)
    return results


def _probability(row: Row) -> float:
    """What the answer was given with; 0 for a crash."""
    return (row["probabilities"] or {}).get(row["prediction"] or "", 0.0)


def _scores(part: str, rows: Sequence[Row], predicted: Sequence[str | None], config: SetConfig) -> PartScores:
    gold = [row["gold"] for row in rows]
    sums = metrics.summed_by_group(metrics.confusion_rows(gold, predicted, LABELS), [row["group"] for row in rows])
    scored = [label for label in config.scored if label in gold]
    macro = Measure(sums, metrics.macro_f1(LABELS, scored)).estimate()
    return PartScores(part, len(rows), macro, round(Measure(sums, metrics.accuracy).value, 6))
