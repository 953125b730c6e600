"""Fit the threshold below which a stance is reported as neutral, on judged articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from newstance.models.errors import InputError
from newstance.models.stance import LABELS
from newstance.service import Analyzer, Article
from newstance.service.judging.stances import judge, stance_of
from newstance.service.profile import LOWEST_THRESHOLD
from newstance.service.provenance import now

from . import metrics
from .calibrate import FOLDS, SEED, Bar
from .labelled import Example, LabelledSet
from .metrics import Estimate, Measure
from .profile_text import fitted_on, write_settings

HIGHEST, STEP = 0.8, 0.05  # a higher one keeps back most sides, and a finer step is below any set's noise


@dataclass(frozen=True)
class ThresholdFit:
    """What was chosen, and what it changes.

    Attributes:
        threshold: Of the best macro-F1 over all rows.
        old: What it was.
        n: How many judgements.
        before: Macro-F1 with the old one.
        after: With those that the other folds choose, articles whole.
        change: After minus before, paired.
        data: Name and hash of each set.
        date: When, UTC.
    """

    threshold: float
    old: float
    n: int
    before: Estimate
    after: Estimate
    change: Estimate
    data: dict[str, str]
    date: str

    @property
    def is_better(self) -> bool:
        """Whether another threshold helps beyond its interval."""
        return self.change.low > 0 and self.threshold != self.old

    def as_text(self) -> str:
        """Before and after, for people."""
        verdict = (
            f"threshold {self.old:g} -> {self.threshold:g}"
            if self.is_better
            else f"The threshold stays at {self.old:g}: no other is better beyond its interval (best here: "
            f"{self.threshold:g})"
        )
        return (
            f"{verdict}.\nMacro-F1 over {self.n} judgements: {self.before.as_text()} before, {self.after.as_text()} "
            f"after (cross-validated), {self.change.as_text(signed=True)}.\n"
        )


def fit_threshold(analyzer: Analyzer, sets: Sequence[LabelledSet], bar: Bar) -> ThresholdFit:
    """Choose the threshold of the best macro-F1.

    Args:
        analyzer: The profile's, with the temperature that it will have.
        sets: Of judged articles; all their judgements count the same.
        bar: Shows how far the reading is.

    Raises:
        InputError: A set is of another kind, or there are fewer than two articles.
    """
    if wrong := [labelled.config.name for labelled in sets if labelled.config.kind != "articles"]:
        raise InputError(f"a threshold is fitted on judged articles; {', '.join(wrong)} is of another kind")
    settings = analyzer.profile.aggregation
    # Not below what could keep anything back, nor below what a stance's first sentence reaches.
    steps = np.arange(max(LOWEST_THRESHOLD, settings.evidence_threshold), HIGHEST + STEP / 2, STEP)
    candidates = sorted({settings.threshold, *(round(float(value), 4) for value in steps)})
    rows = [row for labelled in sets for row in _rows(analyzer, labelled, candidates, bar)]
    gold, groups = [example.gold for example, _ in rows], [example.group for example, _ in rows]
    if len(set(groups)) < 2:
        raise InputError("fewer than two articles have been judged; a threshold needs more")
    # Shape (rows, candidates, labels, labels + 1): gold by predicted.
    confusion = np.stack(
        [metrics.confusion_rows(gold, [said[k] for _, said in rows], LABELS) for k in range(len(candidates))], axis=1
    )
    score = metrics.macro_f1(LABELS, LABELS)

    def best(chosen: np.ndarray) -> int:
        return int(score(confusion[chosen].sum(axis=0)).argmax())

    everything = np.arange(len(rows))
    held_out = np.zeros(len(rows), int)
    for train, test in _folds(groups):
        held_out[test] = best(train)
    before, after = (
        Measure(metrics.summed_by_group(confusion[everything, k], groups), score)
        for k in (candidates.index(settings.threshold), held_out)
    )
    return ThresholdFit(
        candidates[best(everything)],
        settings.threshold,
        len(rows),
        before.estimate(),
        after.estimate(),
        after.minus(before),
        {labelled.config.name: labelled.sha256 for labelled in sets},
        now(),
    )


def _rows(
    analyzer: Analyzer, labelled: LabelledSet, candidates: Sequence[float], bar: Bar
) -> list[tuple[Example, list[str]]]:
    """Each judgement with its answer by each threshold."""
    settings = analyzer.profile.aggregation
    asking = settings.model_copy(update={"sentences_from": min(settings.sentences_from, candidates[0])})
    by_text: dict[str, list[Example]] = {}
    for example in labelled.examples:
        by_text.setdefault(example.input["text"], []).append(example)
    found = []
    with bar(f"{labelled.config.name}, threshold") as advance:
        for text, examples in by_text.items():
            reading = analyzer.read(Article.from_text(text, title=""))
            pairs = [analyzer.pair(reading, one.input["holder"], one.input["target"]) for one in examples]
            for example, judged in zip(
                examples, judge(pairs, reading, asking, analyzer.classifier.classify), strict=True
            ):
                by_threshold = [settings.model_copy(update={"threshold": value}) for value in candidates]
                found.append((example, [stance_of(judged, reading, one).label for one in by_threshold]))
            advance(len(examples), len(labelled.examples))
    return [(example, list(map(str, said))) for example, said in found]


def _folds(groups: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import GroupKFold

    splitter = GroupKFold(min(FOLDS, len(set(groups))), shuffle=True, random_state=SEED)
    return list(splitter.split(groups, groups=groups))


def write_threshold(fitted: ThresholdFit, path: Path) -> None:
    """Put the threshold into a profile; raises as ``write_settings`` does."""
    write_settings(path, "aggregation", {"threshold": fitted.threshold}, fitted_on(fitted.data, fitted.date))
