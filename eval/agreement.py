"""How far coders agree with each other, and with the model, which counts as one more coder."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from newstance.models.errors import InputError
from newstance.models.stance import LABELS
from newstance.service import Analyzer, Article
from newstance.service.corrections import Correction

from .corrected import Cell, group_of, stances
from .metrics import Estimate, Measure, Statistic, mean_of_totals, summed_by_group

MODEL = "the model"
_CODES: Mapping[str, int] = {label: i for i, label in enumerate(LABELS)}
Said = Mapping[Cell, tuple[str, float | None]]  # what the model says of cells, with its probability


@dataclass(frozen=True)
class Agreement:
    """How far some coders agree, on the cells that at least two of them labelled.

    Attributes:
        coders: Who.
        cells: How many cells.
        articles: How many articles they are from; intervals resample these.
        same: The share of those cells to which all of them gave one label.
        alpha: Krippendorff's, for names (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"); None where
            all labels are the same one, and agreement beyond chance has no meaning.
        kappa: Cohen's (1960), of two coders; else None.
    """

    coders: tuple[str, ...]
    cells: int
    articles: int
    same: Estimate
    alpha: Estimate | None
    kappa: Estimate | None


@dataclass(frozen=True)
class Disagreement:
    """A cell in which coders and model differ.

    Attributes:
        cell: Text, holder and target.
        title: The article's, or how it begins.
        labels: Who gave which label, by coder.
        said: What the model says; "" if it was not asked.
        probability: What it says of that; None where nobody knows.
    """

    cell: Cell
    title: str
    labels: Mapping[str, str]
    said: str
    probability: float | None


def said_before(corrections: Iterable[Correction]) -> Said:
    """What the model had said when cells were corrected; of several answers the last."""
    rows = [one for words in stances(corrections).values() for one in words if one.said in _CODES]
    rows.sort(key=lambda one: one.when)
    return {(one.text, one.holder, one.target): (one.said, one.probability) for one in rows}


def said_now(
    corrections: Iterable[Correction], analyzer: Analyzer, advance: Callable[[int, int], None] = lambda done, of: None
) -> Said:
    """What an analyzer says of all corrected cells."""
    cells = list(stances(corrections))
    found: dict[Cell, tuple[str, float | None]] = {}
    for text, own in itertools.groupby(sorted(cells), key=lambda cell: cell[0]):
        asked = list(own)
        answers = analyzer.stances_of(Article.from_text(text, title=""), [cell[1:] for cell in asked])
        found |= {cell: (one.label, one.probability) for cell, one in zip(asked, answers, strict=True)}
        advance(len(asked), len(cells))
    return found


class Codings:
    """Who gave which label to which cell.

    Args:
        corrections: Of all coders.
        said: What the model says.

    Raises:
        InputError: No cell has a stance, or a coder has the model's name.
    """

    def __init__(self, corrections: Sequence[Correction], said: Said) -> None:
        self._words = stances(corrections)
        self._said = said
        if not self._words:
            raise InputError("no correction is of a stance, so there is nothing to agree on")
        cells = list(self._words)
        self.coders = sorted({one.coder for words in self._words.values() for one in words})
        if MODEL in self.coders:
            raise InputError(f"a coder is called {MODEL!r}, as the model is here; give that coder another name")
        everybody = [*self.coders, *([MODEL] if said else [])]
        self._row = {name: i for i, name in enumerate(everybody)}
        self._labels = np.full((len(everybody), len(cells)), np.nan)
        for k, cell in enumerate(cells):
            for one in self._words[cell]:
                self._labels[self._row[one.coder], k] = _CODES[one.label]
            if cell in said:
                self._labels[self._row[MODEL], k] = _CODES[said[cell][0]]
        self._groups = np.array([group_of(cell[0]) for cell in cells])

    def pairs(self) -> list[Agreement]:
        """Each pair that has cells in common, the model last."""
        found = (self.among(pair) for pair in itertools.combinations(self._row, 2))
        return [one for one in found if one is not None]

    def overall(self) -> list[Agreement]:
        """All coders together, without the model and with it, as far as these are three and more."""
        sets = dict.fromkeys((tuple(self.coders), tuple(self._row)))
        found = (self.among(coders) for coders in sets if len(coders) > 2)
        return [one for one in found if one is not None]

    def among(self, coders: Sequence[str]) -> Agreement | None:
        """How far some coders agree; None where no cell has labels of two of them."""
        labels = self._labels[[self._row[name] for name in coders]]
        shared = (~np.isnan(labels)).sum(axis=0) > 1
        if not shared.any():
            return None
        labels, groups = labels[:, shared], self._groups[shared]
        alike = np.nanmin(labels, axis=0) == np.nanmax(labels, axis=0)
        same = Measure(summed_by_group(np.stack([alike, np.ones(len(alike))], axis=1), list(groups)), mean_of_totals)
        pair = len(coders) == 2
        return Agreement(
            tuple(coders),
            len(groups),
            len(set(groups)),
            same.estimate(),
            _estimate(_alpha(labels), summed_by_group(_coincidences(labels), list(groups)), _alphas),
            _estimate(_kappa(labels), summed_by_group(_confusions(labels), list(groups)), _kappas) if pair else None,
        )

    def disagreements(self) -> list[Disagreement]:
        """Cells in which not everybody gives one label; those where the model is surest against a coder come first."""
        found = []
        for cell, words in self._words.items():
            said, probability = self._said.get(cell, ("", None))
            labels = {one.coder: one.label for one in words}
            if len({*labels.values(), *([said] if said else [])}) > 1:
                title = words[0].title or cell[0].split("\n", 1)[0]
                found.append(Disagreement(cell, title, labels, said, probability))

        def sureness(one: Disagreement) -> float:
            return (one.probability or 0.0) if any(label != one.said for label in one.labels.values()) else 0.0

        return sorted(found, key=sureness, reverse=True)


def _estimate(value: float, sums: np.ndarray, statistic: Statistic) -> Estimate | None:
    """A library's number, with the interval of its resamples; None where it is undefined.

    The libraries take labels, and a thousand times as long for a thousand resamples; sums over articles are enough.
    """
    if np.isnan(value):
        return None
    samples = Measure(sums, statistic).samples()
    low, high = np.nanpercentile(samples, [2.5, 97.5])  # a resample may hold one label only
    return Estimate(value, float(low), float(high))


def _alpha(labels: np.ndarray) -> float:
    """Krippendorff's alpha of labels, shape (coders, cells), nan where there is none; nan if it is undefined."""
    import krippendorff

    if len(np.unique(labels[~np.isnan(labels)])) < 2:
        return float("nan")
    return float(krippendorff.alpha(labels, level_of_measurement="nominal"))


def _kappa(labels: np.ndarray) -> float:
    """Cohen's kappa of two coders who labelled all cells; nan if it is undefined."""
    from sklearn.metrics import cohen_kappa_score

    if len(np.unique(labels)) < 2:
        return float("nan")
    return float(cohen_kappa_score(*labels.astype(int)))


def _coincidences(labels: np.ndarray) -> np.ndarray:
    """Of each cell, how often each two labels meet, divided by how many each meets: shape (cells, labels, labels)."""
    counts = (labels.T[:, :, None] == np.arange(len(LABELS))).sum(axis=1).astype(float)
    met = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(LABELS))
    found: np.ndarray = met / (counts.sum(axis=1) - 1)[:, None, None]
    return found


def _alphas(coincidences: np.ndarray) -> np.ndarray:
    """Alpha from summed coincidences of shape (..., labels, labels); nan if it is undefined."""
    totals = coincidences.sum(axis=-1)
    n = totals.sum(axis=-1)
    observed = n - np.trace(coincidences, axis1=-2, axis2=-1)
    alphas: np.ndarray = 1 - (n - 1) * _ratio(observed, n**2 - (totals**2).sum(axis=-1))
    return alphas


def _confusions(labels: np.ndarray) -> np.ndarray:
    """Of each cell, which label the first coder gave and which the second: shape (cells, labels, labels)."""
    one_hot = labels[:, :, None] == np.arange(len(LABELS))
    found: np.ndarray = (one_hot[0][:, :, None] & one_hot[1][:, None, :]).astype(float)
    return found


def _kappas(confusion: np.ndarray) -> np.ndarray:
    """Kappa from summed confusions of shape (..., labels, labels); nan if it is undefined."""
    n = confusion.sum(axis=(-2, -1))
    chance = (confusion.sum(axis=-1) * confusion.sum(axis=-2)).sum(axis=-1)
    return _ratio(n * np.trace(confusion, axis1=-2, axis2=-1) - chance, n**2 - chance)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return found
