"""Natural language inference: how probable is it that a premise entails a hypothesis?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import InputError, ModelError
from .pairs import OnBatch, PairClassifier, softmax

STANCES = ("favor", "against", "neutral")  # the other outputs of a model that does both


@dataclass(frozen=True)
class Hypotheses:
    """One premise and several wordings of the same hypothesis, whose probabilities are averaged."""

    premise: str
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class Entailment:
    """The probability that a premise entails a hypothesis, and whether the premise was cut to fit the model."""

    probability: float
    truncated: bool


class EntailmentScorer:
    """Entailment probabilities from any NLI model, with three labels or two, in any order.

    Args:
        pairs: The NLI model; what it says on stance, if it does both, is left aside.
        temperature: Logits are divided by it; None takes the model's own.

    Raises:
        ModelError: None of the model's labels means entailment.
    """

    def __init__(self, pairs: PairClassifier, temperature: float | None = None) -> None:
        self._pairs = pairs
        self._temperature = pairs.temperatures.get("support", 1.0) if temperature is None else temperature
        both = set(STANCES) <= set(pairs.labels)
        self._columns = [i for i, label in enumerate(pairs.labels) if not (both and label in STANCES)]
        self._entailment = entailment_index([pairs.labels[i] for i in self._columns])

    def cut(self, hypothesis: str) -> str:
        """A hypothesis as it is; the beginning of one that leaves no room for a premise."""
        while len(hypothesis) > 1 and not self._leaves_room(hypothesis):
            hypothesis = hypothesis[: len(hypothesis) // 2]
        return hypothesis

    def _leaves_room(self, hypothesis: str) -> bool:
        try:
            self._pairs.refuse_long([hypothesis])
        except InputError:
            return False
        return True

    def score(self, questions: Sequence[Hypotheses], on_batch: OnBatch | None = None) -> list[Entailment]:
        """One entailment for each question, in the same order."""
        pairs = [(question.premise, wording) for question in questions for wording in question.wordings]
        scores = self._pairs.score(pairs, on_batch)
        probabilities = softmax(scores.logits[:, self._columns] / self._temperature)[:, self._entailment]
        results, start = [], 0
        for question in questions:
            part = slice(start, start + len(question.wordings))
            results.append(Entailment(float(np.mean(probabilities[part])), any(scores.truncated[part])))
            start = part.stop
        return results


def entailment_index(labels: Sequence[str]) -> int:
    """Which label means entailment.

    Raises:
        ModelError: None does, or several do.
    """
    found = [
        i for i, label in enumerate(labels) if label.lower().replace("-", "_") in ("entailment", "entailed", "entail")
    ]
    if len(found) != 1:
        raise ModelError(
            f"this model cannot be used for stance: its labels are {list(labels)}; needed is an 'entailment' label, "
            "or exactly the labels favor, against and neutral"
        )
    return found[0]
