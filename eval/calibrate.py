"""Fit the temperature of a profile's stance model on single texts, and show what it changes elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from newstance.models.calibration import DevScores, fit_temperature
from newstance.models.errors import InputError
from newstance.models.pairs import softmax
from newstance.models.stance import LABELS, StancePrediction, StanceQuery

from . import metrics
from .labelled import LabelledSet
from .metrics import Estimate, Measure
from .profile_text import fitted_on, section_text, write_settings
from .provenance import now

_CODES: dict[str, int] = {label: i for i, label in enumerate(LABELS)}


class CalibratedClassifier(Protocol):
    """What can be calibrated: a classifier that divides its logits by a temperature."""

    @property
    def temperature(self) -> float:
        """The temperature that its probabilities were made with."""
        ...

    @property
    def is_direct(self) -> bool:
        """Whether the logits are those of the stance labels themselves."""
        ...

    def classify(self, queries: Sequence[StanceQuery], /) -> Sequence[StancePrediction]:
        """One prediction for each query, in order."""
        ...


@dataclass(frozen=True)
class Quality:
    """How well probabilities do on one set."""

    ece: Estimate
    brier: Estimate


@dataclass(frozen=True)
class SetChange:
    """A set before and after.

    Attributes:
        name: Its name.
        n: Its rows.
        fitted: Whether the temperature was chosen on it; what counts is how it does elsewhere.
        before: With the old temperature.
        after: With the new one.
        ece_change: ECE after minus before, paired.
    """

    name: str
    n: int
    fitted: bool
    before: Quality
    after: Quality
    ece_change: Estimate


@dataclass(frozen=True)
class Calibration:
    """What was chosen, on what, and what it changes.

    Attributes:
        temperature: Logits are to be divided by it.
        old_temperature: What they were divided by.
        changes: Every set's numbers before and after.
        data: Name and hash of each development set.
        date: When, UTC.
    """

    temperature: float
    old_temperature: float
    changes: list[SetChange]
    data: dict[str, str]
    date: str


@dataclass(frozen=True)
class _Scored:
    labelled: LabelledSet
    logits: np.ndarray
    gold: np.ndarray
    groups: list[str]


def calibrate(
    classifier: CalibratedClassifier,
    dev: Sequence[LabelledSet],
    check: Sequence[LabelledSet] = (),
) -> Calibration:
    """Choose the temperature of the least negative log-likelihood (Guo et al. 2017), each set weighing the same.

    Args:
        classifier: The profile's classifier, with the temperature it has now.
        dev: Development sets.
        check: Other sets, on which nothing is chosen.

    Raises:
        InputError: A set is no stance set, or the classifier's temperature is not that of its stance labels.
    """
    if not classifier.is_direct:
        raise InputError(
            "this profile's stance model is an entailment model, whose temperature belongs to entailment and "
            "not to stance labels; calibrate a profile with a direct classifier, such as bundled:newstance-mpnet"
        )
    if wrong := [s.config.name for s in (*dev, *check) if s.config.kind != "stance"]:
        raise InputError(f"a temperature is fitted on stance sets alone; {', '.join(wrong)} is of another kind")
    scored = [_scored(classifier, labelled) for labelled in (*dev, *check)]
    relative = fit_temperature([_dev_scores(part) for part in scored[: len(dev)]])
    return Calibration(
        temperature=round(classifier.temperature * relative, 3),
        old_temperature=classifier.temperature,
        changes=[_change(part, relative, fitted=i < len(dev)) for i, part in enumerate(scored)],
        data={labelled.config.name: labelled.sha256 for labelled in dev},
        date=now(),
    )


def _scored(classifier: CalibratedClassifier, labelled: LabelledSet) -> _Scored:
    examples = labelled.examples
    predictions = classifier.classify([StanceQuery(**example.input) for example in examples])
    probabilities = np.array([[p.probabilities[label] for label in LABELS] for p in predictions])
    # Log-probabilities are logits already divided by the present temperature, up to a constant.
    logits = np.log(np.maximum(probabilities, 1e-12))
    gold = np.array([_CODES[example.gold] for example in examples])
    return _Scored(labelled, logits, gold, [example.group for example in examples])


def _dev_scores(part: _Scored) -> DevScores:
    return DevScores(
        [{**e.input, "id": e.id, "label": e.gold} for e in part.labelled.examples],
        part.logits,
        list(LABELS),
    )


def _probabilities(part: _Scored, relative: float) -> np.ndarray:
    return softmax(part.logits / relative)


def _change(part: _Scored, relative: float, fitted: bool) -> SetChange:
    before, after = _probabilities(part, 1.0), _probabilities(part, relative)
    ece_before, ece_after = (_ece(part, p) for p in (before, after))
    return SetChange(
        part.labelled.config.name,
        len(part.gold),
        fitted,
        _quality(part, before, ece_before),
        _quality(part, after, ece_after),
        ece_after.minus(ece_before),
    )


def _ece(part: _Scored, probabilities: np.ndarray) -> Measure:
    rows = metrics.reliability_rows(probabilities, part.gold)
    return Measure(metrics.summed_by_group(rows, part.groups), metrics.expected_calibration_error)


def _quality(part: _Scored, probabilities: np.ndarray, ece: Measure) -> Quality:
    brier = metrics.summed_by_group(metrics.brier_rows(probabilities, part.gold), part.groups)
    return Quality(ece.estimate(), Measure(brier, metrics.mean_of_totals).estimate())


def as_text(calibration: Calibration) -> str:
    """Before and after, for people."""
    lines = [
        f"temperature {calibration.old_temperature:g} -> {calibration.temperature:g}",
        "",
        "| set | n | ECE before | after | Brier before | after |",
        "|---|---|---|---|---|---|",
    ]
    for c in calibration.changes:
        name = f"{c.name} ({'fitted on' if c.fitted else 'check'})"
        cells = [c.before.ece, c.after.ece, c.before.brier, c.after.brier]
        numbers = " | ".join(f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in cells)
        lines.append(f"| {name} | {c.n} | {numbers} |")
    lines.append("")
    for c in calibration.changes:
        if not c.fitted:
            verdict = "improves" if c.ece_change.high < 0 else "does not clearly improve"
            lines.append(
                f"Calibration {verdict} ECE on {c.name}: {c.ece_change.value:+.3f} "
                f"[{c.ece_change.low:+.3f}, {c.ece_change.high:+.3f}]."
            )
    if all(c.fitted for c in calibration.changes):
        lines.append("No other set was given to check on (--check CONFIG); numbers above are of the sets fitted on.")
    return "\n".join(lines) + "\n"


def as_yaml(calibration: Calibration) -> str:
    """The lines to put in a profile."""
    return section_text("stance", {"temperature": calibration.temperature}, _comment(calibration))


def write_to_profile(calibration: Calibration, path: Path) -> None:
    """Put the temperature into a profile; raises as ``write_settings`` does."""
    write_settings(path, "stance", {"temperature": calibration.temperature}, _comment(calibration))


def _comment(calibration: Calibration) -> str:
    return fitted_on(calibration.data, calibration.date)
