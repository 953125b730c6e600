"""Fit a profile's combiner and threshold on judged articles, and show by cross-validation what they change.

Every article is judged once, with all of its sentences asked; fits and thresholds are then a matter of seconds. What is
scored goes through the analyzer's own rules, so that a stance whose evidence is lacking counts as neutral here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from newstance.models.errors import InputError
from newstance.models.stance import LABELS
from newstance.service import Analyzer, Article
from newstance.service.analysis import Stance
from newstance.service.judging.combiner import SIDES, Combiner, Row, all_signs, by_window, window_signs
from newstance.service.judging.stances import Judged, judge, stance_of
from newstance.service.profile import AggregationSettings
from newstance.service.reading.reading import Reading

from . import metrics
from .labelled import LabelledSet
from .metrics import Estimate, Measure
from .profile_text import fitted_on, section_text, write_settings
from .provenance import now
from .runs import Advance

FOLDS = 10
_THRESHOLDS = np.arange(0.20, 0.96, 0.01)  # below nearly everything is taken, above nearly nothing
_REGULARIZATION = 0.3  # sklearn's C, on standardized signs
_SEED = 20260
_DIGITS = 4

Bar = Callable[[str], AbstractContextManager[Advance]]


@dataclass(frozen=True)
class Case:
    """One judgement with all that the stance model said of it.

    Attributes:
        judged: What was said, of every sentence that can be asked.
        article: What the answer is made from besides.
        gold: The judge's label.
        group: Cases of one article, and of twins, share it.
    """

    judged: Judged
    article: Reading
    gold: str
    group: str


@dataclass(frozen=True)
class SetChange:
    """A set before and after; differences are after minus before, paired by article."""

    name: str
    n: int
    groups: int
    fitted: bool
    macro_f1: tuple[Estimate, Estimate, Estimate]
    ece: tuple[Estimate, Estimate, Estimate]


@dataclass(frozen=True)
class Fitted:
    """What was chosen, on what, and what it changes.

    Attributes:
        combiner: Fitted on all judgements.
        threshold: By the sides' F1 on answers to articles that the combiner was not fitted on.
        old_threshold: The profile's.
        changes: Sets before and after; of those fitted on, after is cross-validated, the threshold included.
        data: Name and hash of each set fitted on.
        date: When, UTC.
    """

    combiner: Combiner
    threshold: float
    old_threshold: float
    changes: list[SetChange]
    data: dict[str, str]
    date: str


@dataclass(frozen=True)
class _Answers:
    """For each case: probabilities of shape (cases, labels), and the label if every threshold is reached."""

    probabilities: np.ndarray
    shown: list[str]

    def labels(self, threshold: float) -> list[str]:
        """The answers; a side that is less probable than the threshold is neutral."""
        return [
            label if row[LABELS.index(label)] >= threshold else "neutral"
            for label, row in zip(self.shown, self.probabilities, strict=True)
        ]

    def of(self, rows: np.ndarray) -> _Answers:
        """Those of some cases."""
        return _Answers(self.probabilities[rows], [self.shown[i] for i in rows])


def fit(analyzer: Analyzer, dev: Sequence[LabelledSet], check: Sequence[LabelledSet], bar: Bar) -> Fitted:
    """Fit combiner and threshold.

    Args:
        analyzer: The profile's.
        dev: Sets of judged articles to fit on.
        check: Other such sets, on which nothing is chosen.
        bar: Shows how far the asking is.

    Raises:
        InputError: A set is of another kind, or a label is too rare to fit.
    """
    if wrong := [one.config.name for one in (*dev, *check) if one.config.kind != "articles"]:
        raise InputError(f"a combiner is fitted on sets of judged articles; {', '.join(wrong)} is of another kind")
    settings = analyzer.profile.aggregation
    asked = [cases_of(analyzer, labelled, bar) for labelled in (*dev, *check)]
    cases = [case for part in asked[: len(dev)] for case in part]
    folds = _folds(cases)
    held_out = _held_out(cases, folds, settings)
    every = np.arange(len(cases))
    threshold = _threshold(cases, held_out, every, settings)
    labels = _by_other_folds(cases, folds, held_out, settings)
    combiner = fit_combiner(cases, settings)
    changes, start = [], 0
    for i, (labelled, part) in enumerate(zip((*dev, *check), asked, strict=True)):
        before = _answers(part, settings)
        if i < len(dev):
            rows = np.arange(start, start + len(part))
            after, said = held_out.of(rows), [labels[k] for k in rows]
            start += len(part)
        else:
            after = _answers(part, settings.model_copy(update={"combiner": combiner}))
            said = after.labels(threshold)
        old = before.labels(settings.threshold)
        changes.append(_change(labelled.config.name, part, (before, old), (after, said), fitted=i < len(dev)))
    data = {labelled.config.name: labelled.sha256 for labelled in dev}
    return Fitted(combiner, threshold, settings.threshold, changes, data, now())


def cases_of(analyzer: Analyzer, labelled: LabelledSet, bar: Bar) -> list[Case]:
    """Ask the stance model about every window and sentence of a set of judged articles."""
    everything = analyzer.profile.aggregation.model_copy(update={"sentences_from": 0.0})
    by_text: dict[str, list[int]] = {}
    for i, example in enumerate(labelled.examples):
        by_text.setdefault(example.input["text"], []).append(i)
    cases: dict[int, Case] = {}
    with bar(labelled.config.name) as advance:
        advance(0, len(labelled.examples))
        for text, places in by_text.items():
            reading = analyzer.read(Article.from_text(text, title=""))
            examples = [labelled.examples[i] for i in places]
            pairs = [analyzer.pair(reading, e.input["holder"], e.input["target"]) for e in examples]
            judged = judge(pairs, reading, everything, analyzer.classifier.classify)
            for i, example, one in zip(places, examples, judged, strict=True):
                cases[i] = Case(one, reading, example.gold, f"{labelled.config.name} {example.group}")
            advance(len(places), len(labelled.examples))
    return [cases[i] for i in range(len(labelled.examples))]


def fit_combiner(cases: Sequence[Case], settings: AggregationSettings) -> Combiner:
    """Two logistic regressions: over the window's signs, and over all signs where the first lets sentences be asked.

    Raises:
        InputError: A label is too rare.
    """
    told = [case for case in cases if case.judged.window is not None]
    windows = [window_signs(case.judged.window) for case in told if case.judged.window is not None]
    window = _regression(windows, [case.gold for case in told])
    first = Combiner(window=window, both=((0.0,) * 7,) * 3)
    signs, gold = [], []
    for case in told:
        if case.judged.window is not None and _asks(first, case.judged, settings):
            signs.append(all_signs(case.judged.window, case.judged.named, case.judged.every))
            gold.append(case.gold)
    return Combiner(window=window, both=_regression(signs, gold))


def _asks(combiner: Combiner | None, judged: Judged, settings: AggregationSettings) -> bool:
    if judged.window is None:
        return False
    probabilities = by_window(combiner, judged.window)
    return max(probabilities[side] for side in SIDES) >= settings.sentences_from


def _regression(signs: Sequence[Row], gold: Sequence[str]) -> tuple[Row, ...]:
    """For each label a bias and weights for signs as they are, from a regression on standardized ones."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if rare := [label for label in LABELS if label not in gold]:
        raise InputError(
            f"too few judgements to fit a combiner: none of those whose article names actor and target is "
            f"{' or '.join(rare)} in a part of the set; give a larger set"
        )
    scaler = StandardScaler().fit(np.array(signs))
    model = LogisticRegression(C=_REGULARIZATION, max_iter=2000).fit(scaler.transform(np.array(signs)), gold)
    rows = []
    for label in LABELS:
        k = list(model.classes_).index(label)
        weights = model.coef_[k] / scaler.scale_
        bias = model.intercept_[k] - float(weights @ scaler.mean_)
        rows.append(tuple(round(float(number), _DIGITS) for number in (bias, *weights)))
    return tuple(rows)


def _folds(cases: Sequence[Case]) -> list[np.ndarray]:
    """Cases in parts of like shares of labels, with an article whole in one of them."""
    from sklearn.model_selection import StratifiedGroupKFold

    groups, gold = [case.group for case in cases], [case.gold for case in cases]
    number = min(FOLDS, len(set(groups)), min(gold.count(label) for label in set(gold)))
    if number < 2:
        raise InputError("a combiner is fitted on two articles at least, with two judgements of each label")
    splitter = StratifiedGroupKFold(number, shuffle=True, random_state=_SEED)
    return [held for _, held in splitter.split(np.zeros(len(cases)), gold, groups)]


def _held_out(cases: Sequence[Case], folds: Sequence[np.ndarray], settings: AggregationSettings) -> _Answers:
    """Answers to each fold by a combiner that was fitted on the others."""
    probabilities, shown = np.zeros((len(cases), len(LABELS))), ["neutral"] * len(cases)
    for held in folds:
        others = np.setdiff1d(np.arange(len(cases)), held)
        combiner = fit_combiner([cases[i] for i in others], settings)
        answers = _answers([cases[i] for i in held], settings.model_copy(update={"combiner": combiner}))
        probabilities[held] = answers.probabilities
        for i, label in zip(held, answers.shown, strict=True):
            shown[i] = label
    return _Answers(probabilities, shown)


def _by_other_folds(
    cases: Sequence[Case], folds: Sequence[np.ndarray], held_out: _Answers, settings: AggregationSettings
) -> list[str]:
    """Labels of each fold's answers by the threshold that the other folds give."""
    labels = ["neutral"] * len(cases)
    for held in folds:
        others = np.setdiff1d(np.arange(len(cases)), held)
        threshold = _threshold(cases, held_out, others, settings)
        for i, label in zip(held, held_out.of(held).labels(threshold), strict=True):
            labels[i] = label
    return labels


def _answers(cases: Sequence[Case], settings: AggregationSettings) -> _Answers:
    """What the analyzer would say with no threshold; sentences count only where it would ask them."""
    open_settings = settings.model_copy(update={"threshold": 0.0})
    stances: list[Stance] = []
    for case in cases:
        is_asked = _asks(settings.combiner, case.judged, settings)
        judged = case.judged if is_asked else replace(case.judged, asked=())
        stances.append(stance_of(judged, case.article, open_settings))
    probabilities = np.array([[stance.probabilities[label] for label in LABELS] for stance in stances])
    return _Answers(probabilities, [stance.label for stance in stances])


def _threshold(cases: Sequence[Case], answers: _Answers, rows: np.ndarray, settings: AggregationSettings) -> float:
    """Half of the best F1 of the sides that any threshold gives on some cases; none below what evidence must reach.

    For calibrated probabilities that is the threshold of the best F1 itself (Lipton, Elkan, Naryanaswamy 2014, "Optimal
    Thresholding of Classifiers to Maximize F1 Measure"). The one that happens to score best is mostly chance: from 0.35
    to 0.6 the score hardly changes.
    """
    gold, part = [cases[i].gold for i in rows], answers.of(rows)
    score = metrics.macro_f1(LABELS, SIDES)

    def value(threshold: float) -> float:
        confusion = metrics.confusion_rows(gold, part.labels(threshold), LABELS).sum(axis=0, keepdims=True)
        return float(score(confusion)[0])

    return max(settings.evidence_threshold, round(max(map(value, _THRESHOLDS)) / 2, 2))


def _change(
    name: str,
    cases: Sequence[Case],
    before: tuple[_Answers, Sequence[str]],
    after: tuple[_Answers, Sequence[str]],
    fitted: bool,
) -> SetChange:
    gold, groups = [case.gold for case in cases], [case.group for case in cases]
    codes = np.array([[*LABELS].index(label) for label in gold])  # type: ignore[arg-type]

    def f1(labels: Sequence[str]) -> Measure:
        confusion = metrics.confusion_rows(gold, labels, LABELS)
        return Measure(metrics.summed_by_group(confusion, groups), metrics.macro_f1(LABELS, LABELS))

    def ece(answers: _Answers) -> Measure:
        rows = metrics.reliability_rows(answers.probabilities, codes)
        return Measure(metrics.summed_by_group(rows, groups), metrics.expected_calibration_error)

    def compared(old: Measure, new: Measure) -> tuple[Estimate, Estimate, Estimate]:
        return old.estimate(), new.estimate(), new.minus(old)

    return SetChange(
        name,
        len(cases),
        len(set(groups)),
        fitted,
        compared(f1(before[1]), f1(after[1])),
        compared(ece(before[0]), ece(after[0])),
    )


def as_text(fitted: Fitted) -> str:
    """Before and after, for people."""
    lines = [
        f"threshold {fitted.old_threshold:g} -> {fitted.threshold:g}; 95% intervals resample articles",
        "",
        "| set | n | articles | macro-F1 before | after | difference | ECE before | after | difference |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for change in fitted.changes:
        name = f"{change.name} ({'cross-validated' if change.fitted else 'check'})"
        numbers = [
            estimate.as_text(signed=i == 2)
            for estimates in (change.macro_f1, change.ece)
            for i, estimate in enumerate(estimates)
        ]
        lines.append(f"| {name} | {change.n} | {change.groups} | {' | '.join(numbers)} |")
    return "\n".join(lines) + "\n"


def as_yaml(fitted: Fitted) -> str:
    """The lines to put in a profile."""
    return section_text("aggregation", _settings(fitted), fitted_on(fitted.data, fitted.date))


def write_to_profile(fitted: Fitted, path: Path) -> None:
    """Put combiner and threshold into a profile; raises as ``write_settings`` does."""
    write_settings(path, "aggregation", _settings(fitted), fitted_on(fitted.data, fitted.date))


def _settings(fitted: Fitted) -> dict[str, Any]:
    return {"threshold": fitted.threshold, "combiner": fitted.combiner.model_dump(mode="json")}
