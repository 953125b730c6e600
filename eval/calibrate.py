"""Fit a profile's temperature and abstain threshold, and show what they change elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import yaml
from pydantic import ValidationError

from newstance.models.errors import ConfigError, InputError
from newstance.models.pairs import softmax
from newstance.models.stance import LABELS, StancePrediction, StanceQuery
from newstance.models.training.calibration import DevScores, fit_temperature

from . import metrics
from .labelled import LabelledSet
from .metrics import Estimate, Measure
from .provenance import now

# Above 0.95 hardly any answer is left.
_THRESHOLDS = np.round(np.arange(0.30, 0.96, 0.01), 2)
_MARK = "# newstance calibrate,"
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
    """How well probabilities and threshold do on one set; ``taken`` is the share of favor and against."""

    ece: Estimate
    brier: Estimate
    macro_f1: Estimate
    taken: float


@dataclass(frozen=True)
class SetChange:
    """A set before and after.

    Attributes:
        name: Its name.
        n: Its rows.
        fitted: Whether the numbers were chosen on it; what counts is how they do elsewhere.
        before: With the old temperature and threshold.
        after: With the new ones.
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
        threshold: A less probable stance is to be reported as neutral.
        old_threshold: What it was.
        changes: Every set's numbers before and after.
        data: Name and hash of each development set.
        date: When, UTC.
    """

    temperature: float
    old_temperature: float
    threshold: float
    old_threshold: float
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
    threshold: float,
    dev: Sequence[LabelledSet],
    check: Sequence[LabelledSet] = (),
) -> Calibration:
    """Choose temperature and threshold.

    The temperature is the one of the least negative log-likelihood (Guo et al. 2017); the threshold the
    lowest of those with the best macro-F1 over the sets that have neutral rows, each set weighing the same.

    Args:
        classifier: The profile's classifier, with the temperature it has now.
        threshold: The profile's threshold now.
        dev: Development sets.
        check: Other sets, on which nothing is chosen.

    Raises:
        InputError: A set is no stance set, or the classifier's temperature is not that of its stance labels.
    """
    if not classifier.is_direct:
        raise InputError(
            "this profile's stance model is an entailment model, whose temperature belongs to entailment and "
            "not to stance labels; calibrate a profile with a direct classifier, such as bundled:stance-mpnet"
        )
    if wrong := [s.config.name for s in (*dev, *check) if s.config.kind != "stance"]:
        raise InputError(f"only stance sets can calibrate; {', '.join(wrong)} is of another kind")
    scored = [_scored(classifier, labelled) for labelled in (*dev, *check)]
    fitted = scored[: len(dev)]
    relative = fit_temperature([_dev_scores(part) for part in fitted])
    best = _best_threshold(fitted, relative, threshold)
    return Calibration(
        temperature=round(classifier.temperature * relative, 3),
        old_temperature=classifier.temperature,
        threshold=best,
        old_threshold=threshold,
        changes=[_change(part, relative, (threshold, best), fitted=i < len(dev)) for i, part in enumerate(scored)],
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


def _stance_strengths(probabilities: np.ndarray) -> np.ndarray:
    """What the analyzer makes of one passage's probabilities; same shape."""
    from newstance.service.aggregation import combine

    favor, against = (probabilities[:, _CODES[side]] for side in ("favor", "against"))
    combined = [combine(float(f), float(a)) for f, a in zip(favor, against, strict=True)]
    return np.array([[row[label] for label in LABELS] for row in combined])


def _with_threshold(strengths: np.ndarray, threshold: float) -> np.ndarray:
    """The analyzer's rule: the stronger side if it reaches the threshold, else neutral."""
    sides = strengths[:, [_CODES["favor"], _CODES["against"]]]
    answers = np.where(sides.argmax(axis=1) == 0, _CODES["favor"], _CODES["against"])
    answers[sides.max(axis=1) < threshold] = _CODES["neutral"]
    return answers


def _macro_f1(part: _Scored, answers: np.ndarray) -> Measure:
    confusion = metrics.confusion_rows([LABELS[i] for i in part.gold], [LABELS[i] for i in answers], LABELS)
    scored = part.labelled.config.scored
    return Measure(metrics.summed_by_group(confusion, part.groups), metrics.macro_f1(LABELS, scored))


def _best_threshold(parts: Sequence[_Scored], relative: float, old: float) -> float:
    with_neutral = [part for part in parts if "neutral" in part.labelled.config.scored]
    if not with_neutral:
        return old  # without neutral rows, holding back can only look like a mistake
    strengths = [_stance_strengths(_probabilities(part, relative)) for part in with_neutral]

    def score(threshold: float) -> float:
        return float(
            np.mean(
                [
                    _macro_f1(part, _with_threshold(s, threshold)).value
                    for part, s in zip(with_neutral, strengths, strict=True)
                ]
            )
        )

    return float(max(_THRESHOLDS, key=score))


def _change(part: _Scored, relative: float, thresholds: tuple[float, float], fitted: bool) -> SetChange:
    before, after = _probabilities(part, 1.0), _probabilities(part, relative)
    ece_before, ece_after = (_ece(part, p) for p in (before, after))
    return SetChange(
        part.labelled.config.name,
        len(part.gold),
        fitted,
        _quality(part, before, thresholds[0], ece_before),
        _quality(part, after, thresholds[1], ece_after),
        ece_after.minus(ece_before),
    )


def _ece(part: _Scored, probabilities: np.ndarray) -> Measure:
    rows = metrics.reliability_rows(probabilities, part.gold)
    return Measure(metrics.summed_by_group(rows, part.groups), metrics.expected_calibration_error)


def _quality(part: _Scored, probabilities: np.ndarray, threshold: float, ece: Measure) -> Quality:
    brier = metrics.summed_by_group(metrics.brier_rows(probabilities, part.gold), part.groups)
    answers = _with_threshold(_stance_strengths(probabilities), threshold)
    return Quality(
        ece.estimate(),
        Measure(brier, metrics.mean_of_totals).estimate(),
        _macro_f1(part, answers).estimate(),
        float((answers != _CODES["neutral"]).mean()),
    )


def as_text(calibration: Calibration) -> str:
    """Before and after, for people."""
    lines = [
        f"temperature {calibration.old_temperature:g} -> {calibration.temperature:g}, "
        f"threshold {calibration.old_threshold:g} -> {calibration.threshold:g}",
        "",
        "| set | n | ECE before | after | Brier before | after | macro-F1 before | after | not neutral |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for c in calibration.changes:
        name = f"{c.name} ({'fitted on' if c.fitted else 'check'})"
        cells = [
            c.before.ece,
            c.after.ece,
            c.before.brier,
            c.after.brier,
            c.before.macro_f1,
            c.after.macro_f1,
        ]
        numbers = " | ".join(f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in cells)
        lines.append(f"| {name} | {c.n} | {numbers} | {c.after.taken:.0%} |")
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
    sections = _settings(calibration).items()
    return "".join(f"{section}:\n  {_comment(calibration)}\n  {key}: {value}\n" for section, (key, value) in sections)


def _settings(calibration: Calibration) -> dict[str, tuple[str, float]]:
    return {
        "stance": ("temperature", calibration.temperature),
        "aggregation": ("threshold", calibration.threshold),
    }


def _comment(calibration: Calibration) -> str:
    on = ", ".join(f"{name} (sha256 {sha[:12]})" for name, sha in calibration.data.items())
    return f"{_MARK} {calibration.date[:10]}, on {on}"


def write_to_profile(calibration: Calibration, path: Path) -> None:
    """Put temperature and threshold into a profile; every other line stays as it is.

    Raises:
        ConfigError: The file lacks a section in block style, or would be no valid profile afterwards.
    """
    from newstance.service.profile import Profile

    text = path.read_text(encoding="utf-8")
    for section, (key, value) in _settings(calibration).items():
        text = _with_setting(text, section, f"{key}: {value}", _comment(calibration), path)
    try:
        Profile.model_validate(yaml.safe_load(text))
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} would be no valid profile with\n{as_yaml(calibration)}({error})") from error
    path.write_text(text, encoding="utf-8")


def _with_setting(text: str, section: str, setting: str, comment: str, path: Path) -> str:
    """A profile's text with one setting put at the top of its section; as text, to keep comments."""
    found = re.search(rf"^{section}:[ \t]*(?:#.*)?\n((?:[ \t]+.*\n?|[ \t]*\n)*)", text, re.MULTILINE)
    indent = re.search(r"^([ \t]+)\S", found[1], re.MULTILINE) if found else None
    if found is None or indent is None:
        raise ConfigError(f"{path} has no section '{section}:' to write to; put in by hand: {setting}")
    key = setting.partition(":")[0]
    old = re.compile(rf"^{indent[1]}(?:{key}:|{re.escape(_MARK)}).*\n?", re.MULTILINE)
    new = f"{indent[1]}{comment}\n{indent[1]}{setting}\n"
    return text[: found.start(1)] + new + old.sub("", found[1]) + text[found.end(1) :]
