"""Scores of labels and probabilities, each with a bootstrap interval.

Every score here but one is a function of sums over examples: a confusion matrix, the contents of reliability bins, a
total. So a resample of groups needs no second look at the examples: it is a weighted sum of the groups' own
sums, and a thousand resamples are one matrix product. The other is the area under the ROC curve, which is about pairs
of examples.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1000
BINS = 10
# Of DSE (Park, Pan, Joo 2021): who feels how toward whom, for the entities p and q of a sentence.
FIVE_CLASSES = ("neutral", "p->q positive", "p->q negative", "q->p positive", "q->p negative")
_SEED = 20260

Statistic = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% percentile bootstrap interval (Efron and Tibshirani 1993)."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """For JSON; six digits are more than any set's size supports."""
        return {"value": round(self.value, 6), "low": round(self.low, 6), "high": round(self.high, 6)}

    def as_text(self, signed: bool = False) -> str:
        """For people; differences with their sign."""
        sign = "+" if signed else ""
        return f"{self.value:{sign}.3f} ({self.low:{sign}.3f} to {self.high:{sign}.3f})"


class Score(ABC):
    """A score that can be resampled by group."""

    @property
    @abstractmethod
    def value(self) -> float:
        """The score itself."""

    @abstractmethod
    def samples(self, resamples: int = RESAMPLES) -> np.ndarray:
        """The score in each bootstrap sample of groups, shape (resamples,)."""

    def estimate(self, resamples: int = RESAMPLES) -> Estimate:
        """The score with its interval, resampled by group."""
        return _interval(self.value, self.samples(resamples))

    def minus(self, other: Score, resamples: int = RESAMPLES) -> Estimate:
        """The difference to another score on the same examples, by a paired bootstrap.

        Both must be made of the same rows in the same order, so that a resample draws the same groups.
        """
        return _interval(self.value - other.value, self.samples(resamples) - other.samples(resamples))


@dataclass(frozen=True)
class Measure(Score):
    """A score, before anything is summed.

    Attributes:
        sums: Shape (groups, ...): what the score needs, summed over each group's examples.
        statistic: Takes totals of shape (resamples, ...) to scores of shape (resamples,).
    """

    sums: np.ndarray
    statistic: Statistic

    @property
    def value(self) -> float:
        """The score itself."""
        return float(self.statistic(self.sums.sum(axis=0, keepdims=True))[0])

    def samples(self, resamples: int = RESAMPLES) -> np.ndarray:
        """The score in each bootstrap sample of groups, shape (resamples,)."""
        flat = self.sums.reshape(len(self.sums), -1)
        totals = np.empty((resamples, flat.shape[1]))
        for i, counts in enumerate(_drawn(len(flat), resamples)):
            totals[i] = counts @ flat
        return self.statistic(totals.reshape(resamples, *self.sums.shape[1:]))


@dataclass(frozen=True)
class Auc(Score):
    """How probable it is that a positive example scores above a negative one, ties counting half.

    Without one of the kinds it is 0.5. A resample weighs the examples anew: sums over groups would hold an entry for
    each distinct score, and be as large as the square of the examples.

    Attributes:
        scores: Shape (examples,).
        truth: Shape (examples,), whether each example is a positive one.
        groups: Of each example.
    """

    scores: np.ndarray
    truth: np.ndarray
    groups: Sequence[str]

    @property
    def value(self) -> float:
        """The score itself."""
        return float(self._areas([np.ones(len(set(self.groups)))])[0])

    def samples(self, resamples: int = RESAMPLES) -> np.ndarray:
        """The score in each bootstrap sample of groups, shape (resamples,)."""
        return self._areas(_drawn(len(set(self.groups)), resamples))

    def _areas(self, draws: Iterable[np.ndarray]) -> np.ndarray:
        """The score for each draw of groups."""
        places = np.unique(self.scores, return_inverse=True)[1]
        group = _numbered(self.groups)[1]
        areas = []
        for counts in draws:
            weights = counts[group]
            negative, positive = (np.bincount(places, weights * of) for of in (~self.truth, self.truth))
            pairs = positive.sum() * negative.sum()
            below = np.cumsum(negative) - negative / 2
            areas.append(positive @ below / pairs if pairs else 0.5)
        return np.array(areas)


def _drawn(groups: int, resamples: int) -> Iterator[np.ndarray]:
    """How often each group is in each resample, shape (groups,).

    The same seed draws the same groups for every score of as many groups, which pairs them.
    """
    rng = np.random.default_rng(_SEED)
    for _ in range(resamples):
        yield np.bincount(rng.integers(groups, size=groups), minlength=groups)


def _numbered(groups: Sequence[str]) -> tuple[int, np.ndarray]:
    """How many groups there are, and the number of each example's, in sorted order of their names."""
    names, index = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    return len(names), index


def _interval(value: float, samples: np.ndarray) -> Estimate:
    low, high = np.percentile(samples, [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def summed_by_group(values: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Sum rows of shape (examples, ...) to (groups, ...), groups in sorted order."""
    number, index = _numbered(groups)
    sums = np.zeros((number, *values.shape[1:]))
    np.add.at(sums, index, values)
    return sums


def confusion_rows(gold: Sequence[str], predicted: Sequence[str | None], labels: Sequence[str]) -> np.ndarray:
    """Each example's own confusion matrix.

    Returns:
        Shape (examples, labels, labels + 1): gold by predicted. The last column is for examples without an
        answer (a crash), which thereby count as misses.
    """
    code = {label: i for i, label in enumerate(labels)}
    rows = np.zeros((len(gold), len(labels), len(labels) + 1))
    rows[
        np.arange(len(gold)),
        [code[label] for label in gold],
        [len(labels) if label is None else code[label] for label in predicted],
    ] = 1
    return rows


def label_scores(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of each label, of shape (..., labels); 0 where undefined."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    gold, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)[..., :-1]

    def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
        divided: np.ndarray = np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=whole > 0)
        return divided

    return ratio(hits, predicted), ratio(hits, gold), ratio(2 * hits, gold + predicted)


def macro_f1(labels: Sequence[str], scored: Sequence[str]) -> Statistic:
    """The mean F1 over a list of labels, but for those that occur nowhere, as in scikit-learn.

    With ``("favor", "against")`` it is SemEval-2016's score (Mohammad et al. 2016).
    """
    columns = [list(labels).index(label) for label in scored]

    def statistic(confusion: np.ndarray) -> np.ndarray:
        occurs = ((confusion.sum(axis=-1) + confusion.sum(axis=-2)[..., :-1]) > 0)[..., columns]
        scores = label_scores(confusion)[2][..., columns]
        mean: np.ndarray = scores.sum(axis=-1) / np.maximum(1, occurs.sum(axis=-1))
        return mean

    return statistic


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """The share of right answers."""
    right: np.ndarray = np.trace(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=(-2, -1))
    return right


def balanced_accuracy(confusion: np.ndarray) -> np.ndarray:
    """The mean recall over the labels; a label without examples counts as 0."""
    mean: np.ndarray = label_scores(confusion)[1].mean(axis=-1)
    return mean


def mean_of_totals(totals: np.ndarray) -> np.ndarray:
    """The mean, from totals (..., 2) of value and count."""
    mean: np.ndarray = totals[..., 0] / np.maximum(totals[..., 1], 1)
    return mean


def reliability_rows(probabilities: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """Each example's share in the reliability bins.

    Args:
        probabilities: Shape (examples, labels).
        gold: Label indices, shape (examples,).

    Returns:
        Shape (examples, bins, 3): count, confidence and rightness, in the bin of the top probability. Bins
        are of equal width.
    """
    return confidence_rows(probabilities.max(axis=1), probabilities.argmax(axis=1) == gold)


def confidence_rows(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Each answer's share in the reliability bins, as ``reliability_rows`` has them.

    Args:
        confidence: The probability that was stated for the answer given, shape (examples,).
        right: Whether it is right, shape (examples,).
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows = np.zeros((len(right), BINS, 3))
    rows[np.arange(len(right)), bins] = np.stack([np.ones(len(right)), confidence, right], axis=1)
    return rows


def expected_calibration_error(bins: np.ndarray) -> np.ndarray:
    """ECE (Guo et al. 2017) from summed reliability bins of shape (..., bins, 3)."""
    error: np.ndarray = np.abs(bins[..., 1] - bins[..., 2]).sum(axis=-1) / bins[..., 0].sum(axis=-1)
    return error


def brier_rows(probabilities: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """Squared distance to the truth over all labels (Brier 1950), 0 to 2, and a count: (examples, 2)."""
    truth = np.eye(probabilities.shape[1])[gold]
    return np.stack([((probabilities - truth) ** 2).sum(axis=1), np.ones(len(gold))], axis=1)


def risk_coverage(confidence: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How wrong the answers are if only the surest are given (El-Yaniv and Wiener 2010).

    Args:
        confidence: Shape (examples,).
        right: Shape (examples,), whether each answer is right.

    Returns:
        Coverage and risk, each of shape (distinct confidences,): answers of equal confidence are given or
        withheld together.
    """
    order = np.argsort(-confidence, kind="stable")
    last = np.append(np.diff(confidence[order]) != 0, True)
    given = np.arange(1, len(order) + 1)
    wrong = np.cumsum(~right[order].astype(bool))
    return (given / len(order))[last], (wrong / given)[last]


def area_under_risk(coverage: np.ndarray, risk: np.ndarray) -> float:
    """The mean risk over all coverages (AURC); lower is better."""
    return float((risk * np.diff(coverage, prepend=0.0)).sum())


def five_classes(ids: Sequence[str], labels: Sequence[str | None], strengths: Sequence[float]) -> dict[str, str | None]:
    """DSE's class of each sentence, from its two directed rows.

    Args:
        ids: Row ids, ending in ``-pq`` and ``-qp``.
        labels: Their labels; None for a crash.
        strengths: Probabilities of the labels. A sentence has one direction: if both rows have a stance, the
            more probable one is taken.

    Returns:
        One of ``FIVE_CLASSES`` for each sentence, None if one of its rows crashed.

    Raises:
        ValueError: An id ends otherwise, or a sentence lacks a direction.
    """
    sentences: dict[str, dict[str, tuple[str | None, float]]] = {}
    for identity, label, strength in zip(ids, labels, strengths, strict=True):
        stem, _, direction = identity.rpartition("-")
        sentences.setdefault(stem, {})[direction] = (label, strength)
    classes: dict[str, str | None] = {}
    for stem, rows in sentences.items():
        if set(rows) != {"pq", "qp"}:
            raise ValueError(f"{stem} has the directions {sorted(rows)}, where pq and qp are needed")
        if any(label is None for label, _ in rows.values()):
            classes[stem] = None
            continue
        directed = {d: row for d, row in rows.items() if row[0] != "neutral"}
        if not directed:
            classes[stem] = FIVE_CLASSES[0]
            continue
        direction = max(directed, key=lambda d: directed[d][1])
        arrow, sign = "p->q" if direction == "pq" else "q->p", directed[direction][0]
        classes[stem] = f"{arrow} {'positive' if sign == 'favor' else 'negative'}"
    return classes
