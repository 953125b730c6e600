"""From what the model says of the window and of its sentences to calibrated probabilities.

Two multinomial logistic regressions (Platt 1999 for two classes), fitted by ``newstance calibrate`` on judged
articles: one on the window's scores alone, which decides whether the sentences are asked at all, and one on these and
on the strongest sentences. A profile without fitted numbers takes a fixed mixture of the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field, model_validator

from newstance.configs import Settings
from newstance.models.pairs import softmax
from newstance.models.stance import LABELS, Label, StancePrediction

SIDES: tuple[Label, Label] = ("favor", "against")
Row = tuple[float, ...]
# The strongest sentence for each side, among those that name the actor and among all that were asked.
WINDOW_SIGNS = ("window favor", "window against")
SENTENCE_SIGNS = ("named favor", "named against", "any favor", "any against")
_WINDOW_SHARE = (
    0.65  # of articles-valid's 804 judgements a mixture around it got most right, before anything was fitted
)
_LEAST = 1e-3  # keeps log-odds finite


class Combiner(Settings):
    """Fitted numbers: for each of favor, against and neutral, a bias and then one weight for each sign.

    Attributes:
        window: Shape (3, 3): over ``WINDOW_SIGNS``, the window's log-odds of each side against neutral.
        both: Shape (3, 7): over these and ``SENTENCE_SIGNS``, the log-odds of the strongest sentences.
    """

    window: tuple[Row, ...] = Field(min_length=len(LABELS), max_length=len(LABELS))
    both: tuple[Row, ...] = Field(min_length=len(LABELS), max_length=len(LABELS))

    @model_validator(mode="after")
    def _has_a_weight_for_each_sign(self) -> Combiner:
        for name, signs in (("window", len(WINDOW_SIGNS)), ("both", len(WINDOW_SIGNS) + len(SENTENCE_SIGNS))):
            if any(len(row) != 1 + signs for row in getattr(self, name)):
                raise ValueError(f"combiner.{name} needs a bias and {signs} weights for each label")
        return self


def window_signs(window: StancePrediction) -> Row:
    """The window's signs, in the order of ``WINDOW_SIGNS``."""
    p = window.probabilities
    return tuple(float(np.log((p[side] + 1e-6) / (p["neutral"] + 1e-6))) for side in SIDES)


def all_signs(window: StancePrediction, named: Sequence[StancePrediction], every: Sequence[StancePrediction]) -> Row:
    """The window's signs and those of its sentences.

    Args:
        window: What the model says of all passages together.
        named: What it says of each sentence that names the actor.
        every: What it says of each sentence that was asked.
    """
    return (*window_signs(window), *(_log_odds(_strongest(part, side)) for part in (named, every) for side in SIDES))


def by_window(combiner: Combiner | None, window: StancePrediction) -> dict[Label, float]:
    """Probabilities of the labels, before any sentence has been asked."""
    if combiner is None:
        return dict(window.probabilities)
    return _probabilities(combiner.window, window_signs(window))


def by_both(
    combiner: Combiner | None,
    window: StancePrediction,
    named: Sequence[StancePrediction],
    every: Sequence[StancePrediction],
) -> dict[Label, float]:
    """Probabilities of the labels from the window and its sentences; arguments as in ``all_signs``."""
    if combiner is not None:
        return _probabilities(combiner.both, all_signs(window, named, every))
    told = _from_sides(_strongest(named, "favor"), _strongest(named, "against"))
    return {label: _WINDOW_SHARE * window.probabilities[label] + (1 - _WINDOW_SHARE) * told[label] for label in LABELS}


def _probabilities(weights: Sequence[Row], signs: Row) -> dict[Label, float]:
    given = softmax(np.array(weights) @ np.array([1.0, *signs]))
    return {label: float(p) for label, p in zip(LABELS, given, strict=True)}


def _strongest(predictions: Sequence[StancePrediction], side: Label) -> float:
    return max((prediction.probabilities[side] for prediction in predictions), default=0.0)


def _log_odds(p: float) -> float:
    return float(np.log((p + _LEAST) / (1 - p + _LEAST)))


def _from_sides(favor: float, against: float) -> Mapping[Label, float]:
    """Probabilities of the three labels from two independent ones that are known not to hold both."""
    f, a, n = favor * (1 - against), against * (1 - favor), (1 - favor) * (1 - against)
    total = f + a + n or 1.0
    return {"favor": f / total, "against": a / total, "neutral": n / total if f + a + n else 1.0}
