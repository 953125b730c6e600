"""Temperatures: what a classifier's logits are divided by, so that its probabilities are right on average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .pairs import softmax


@dataclass(frozen=True)
class DevScores:
    """What a model says on one development set.

    Attributes:
        rows: Each has a ``label``, and a ``group`` or ``text`` that rows resampled together share.
        logits: Shape (rows, labels).
        labels: In the order of the logits.
    """

    rows: Sequence[Mapping[str, Any]]
    logits: np.ndarray
    labels: list[str]

    def of_head(self, head: Sequence[str]) -> DevScores:
        """The same with the outputs of one head alone."""
        return DevScores(self.rows, self.logits[:, [self.labels.index(label) for label in head]], list(head))


def fit_temperature(scores: Sequence[DevScores]) -> float:
    """The temperature with the least negative log-likelihood (Guo et al. 2017), each set weighing the same."""
    grid = np.exp(np.linspace(np.log(0.5), np.log(4), 200))

    def loss(temperature: float) -> float:
        losses = []
        for part in scores:
            gold = [part.labels.index(row["label"]) for row in part.rows]
            likelihood = softmax(part.logits / temperature)[np.arange(len(gold)), gold]
            losses.append(-np.log(likelihood + 1e-12).mean())
        return float(np.mean(losses))

    return float(min(grid, key=loss))
