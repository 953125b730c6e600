"""What a run's rows come to: every number with its interval, and what tables and figures need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from .evidence import EvidenceScores
from .metrics import Estimate
from .parts import SURE, PartScores, SureAnswers

Scores = Mapping[str, Estimate]
Beats = Literal["yes", "no", "not clearly"]


@dataclass(frozen=True)
class Best:
    """The best baseline; the model beats it if the interval of the difference lies above 0."""

    name: str
    difference: Estimate
    beats: Beats


@dataclass(frozen=True)
class LabelScores:
    """How well one label is told from the others, of ``n`` examples that have it."""

    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True)
class Confusion:
    """What was said of the examples of each label; the last column counts those that crashed."""

    labels: Sequence[str]
    gold_by_predicted: Sequence[Sequence[int]]
    per_label: Mapping[str, LabelScores]


@dataclass(frozen=True)
class TargetScores:
    """The scores of one target's examples."""

    target: str
    n: int
    macro_f1: float
    favor_against_f1: float
    accuracy: float


@dataclass(frozen=True)
class Flips:
    """How many answers turned over when something changed that should not matter, of ``n``."""

    n: int
    flip_rate: Estimate


@dataclass(frozen=True)
class Bin:
    """Answers of about one confidence: its mean, and the share that is right; None where there are none."""

    n: int
    confidence: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True)
class Calibration:
    """How far the probabilities of ``n`` answers can be believed."""

    n: int
    ece: Estimate
    brier: Estimate
    area_under_risk: float
    bins: Sequence[Bin]
    coverage: Sequence[float]
    risk: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Results:
    """What the runs of every kind of set have.

    Attributes:
        partial: Whether examples of the set were left out or not yet asked.
        above: The model's headline score minus each baseline's.
        worst: Wrong answers with what was asked; they quote the set, whose terms may not allow passing them on.
    """

    set: str
    kind: str
    profile: str
    headline: str
    n: int
    groups: int
    errors: int
    partial: bool
    examples_in_set: int
    limit: int | None
    skipped: int
    seconds: float
    scores: Scores
    baselines: Mapping[str, Scores]
    above: Scores
    best_baseline: Best
    worst: Sequence[Mapping[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """What ``metrics.json`` holds: all but the worst errors; what there is not is left out."""
        plain: dict[str, Any] = _plain(self)
        del plain["worst"]
        return plain


@dataclass(frozen=True, kw_only=True)
class StanceResults(Results):
    """The results on a set of stances, in texts or in whole articles."""

    confusion: Confusion
    five_class_confusion: Confusion | None
    evidence: Mapping[str, EvidenceScores]
    per_target: Sequence[TargetScores]
    sure: Mapping[str, SureAnswers]
    per_part: Mapping[str, Sequence[PartScores]]
    robustness: Mapping[str, Flips]
    calibration: Calibration | None

    def as_dict(self) -> dict[str, Any]:
        """As for every kind of set."""
        plain = super().as_dict()
        return plain | {"sure": {"least": SURE} | plain["sure"]}


@dataclass(frozen=True, kw_only=True)
class ConsistencyResults(Results):
    """The results on a set of sentences that an article bears out or does not."""

    confusion: Confusion


@dataclass(frozen=True, kw_only=True)
class SummaryResults(Results):
    """The results on a set of summaries.

    Attributes:
        before_check: The scores of the summaries as they were written, before sentences were replaced or left out.
        supports: How the support scores of all sentences lie, of summaries as they are given and as they were written.
    """

    before_check: Scores | None
    supports: Mapping[str, Mapping[str, float] | None]

    def as_dict(self) -> dict[str, Any]:
        """As for every kind of set."""
        plain = super().as_dict()
        before = plain.pop("before_check", None)
        return plain | ({"before the check": before} if before else {})


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Estimate):
        return value.as_dict()
    if is_dataclass(value):
        named = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(inner) for name, inner in named if inner is not None}
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
