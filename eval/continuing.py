"""A profile's stance model trained further on corrections, with what that brings on corrections it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from newstance.models.calibration import DevScores, fit_temperature
from newstance.models.errors import InputError
from newstance.models.sources import Weights, locate
from newstance.models.stance import LABELS, direct_pair
from newstance.models.training.continuing import MOST_ROWS, Continued, ContinuingSettings
from newstance.models.training.floats import trainable
from newstance.service import Analyzer

from . import metrics
from .calibrate import Bar, windows_of
from .labelled import Example, LabelledSet
from .metrics import Estimate, Measure

_SEED = 20260


@dataclass(frozen=True)
class Change:
    """A set before and after; macro-F1 of what the window alone says, the most probable of three labels.

    Attributes:
        name: Its name.
        n: How many judgements, of articles that name actor and target.
        articles: How many articles these are of.
        before: By the model that was trained further.
        after: By what it has become; on the corrections, by models that have not seen the article.
        difference: After minus before, paired.
    """

    name: str
    n: int
    articles: int
    before: Estimate
    after: Estimate
    difference: Estimate

    @property
    def is_better(self) -> bool:
        """Whether it helps beyond its interval."""
        return self.difference.low > 0


@dataclass(frozen=True)
class Recovered:
    """How near the float weights are to the model that is shipped.

    Attributes:
        n: Rows compared.
        same: On how many both give the same label.
        difference: The mean difference of a logit.
    """

    n: int
    same: int
    difference: float


@dataclass(frozen=True)
class _Asked:
    """The windows of a set, what the frozen layers say of them, and the right answers."""

    labelled: LabelledSet
    examples: list[Example]
    pairs: list[tuple[str, str]]
    states: list[Any]

    @property
    def gold(self) -> list[str]:
        return [example.gold for example in self.examples]

    @property
    def groups(self) -> list[str]:
        return [example.group for example in self.examples]


class Continuing:
    """One model on its way: measured, trained, and handed out.

    Args:
        analyzer: The profile's, whose stance model goes on.
        corrections: What it is trained on.
        settings: How.
        bar: Shows how far the reading is.
        checks: Other sets, to look at.

    Raises:
        InputError: The model is an entailment model, or there are too few articles, or too many rows.
        ConfigError: Its weights cannot be trained on.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        corrections: LabelledSet,
        settings: ContinuingSettings,
        bar: Bar,
        checks: Sequence[LabelledSet] = (),
    ) -> None:
        if not analyzer.classifier.is_direct:
            raise InputError(
                "this profile's stance model is an entailment model, and corrections are of stances; choose a profile "
                "with a direct classifier, such as bundled:newstance-mpnet"
            )
        weights = locate(analyzer.profile.stance.source)
        self._analyzer, self._settings, self._bar = analyzer, settings, bar
        self._pairs = analyzer.classifier.pairs
        self._model = Continued(trainable(weights), _tokenizer(weights), self._pairs.max_length, settings)
        self.asked = self._of(corrections)
        if len(set(self.asked.groups)) < settings.folds:
            raise InputError(
                f"the corrections are of {len(set(self.asked.groups))} articles that name actor and target, and "
                f"{settings.folds} are needed to measure what training brings; correct more, or take fewer folds"
            )
        self._start = self._model.logits(self.asked.states)
        others = [self._of(labelled) for labelled in checks]
        self._others = [(asked, self._model.logits(asked.states)) for asked in others]

    def recovered(self) -> Recovered:
        """How near the weights that training begins with are to those that are shipped."""
        logits = self._pairs.score(self.asked.pairs).logits[:, [self._pairs.labels.index(label) for label in LABELS]]
        apart = _centred(logits) - _centred(self._start)
        same = int((logits.argmax(1) == self._start.argmax(1)).sum())
        return Recovered(len(logits), same, float(np.abs(apart).mean()))

    def cross_validated(self) -> tuple[Change, float]:
        """What training brings on articles that it has not seen, and the temperature that fits there."""
        from sklearn.model_selection import GroupKFold

        asked = self.asked
        held_out = np.zeros_like(self._start)
        splitter = GroupKFold(self._settings.folds, shuffle=True, random_state=_SEED)
        with self._bar("cross-validation") as advance:
            for train, test in splitter.split(asked.examples, groups=asked.groups):
                self._model.fit([asked.states[i] for i in train], [asked.gold[i] for i in train])
                held_out[test] = self._model.logits([asked.states[i] for i in test])
                advance(len(test), len(asked.examples))
        scores = DevScores([{"label": label} for label in asked.gold], held_out, list(LABELS))
        return self._change(asked, self._start, held_out), round(fit_temperature([scores]), 3)

    def fit(self) -> None:
        """Train on all corrections."""
        self._model.fit(self.asked.states, self.asked.gold)

    def checked(self) -> list[Change]:
        """What the model that was fitted says of the other sets, beside what it said before."""
        return [self._change(asked, before, self._model.logits(asked.states)) for asked, before in self._others]

    def export(self, folder: Path, temperature: float) -> None:
        """Write the model in the form that is shipped, with tokenizer and config."""
        from newstance.models.training.export import export
        from newstance.models.training.outliers import columns_of
        from newstance.models.training.telling import telling_of
        from newstance.models.training.train import write_config

        model, own = self._model.model, getattr(self._model.model.config, "newstance", None) or {}
        weights = locate(self._analyzer.profile.stance.source)
        # What tells of each token was fitted to the layers as they were; fit it again, if evidence is to follow.
        telling = telling_of(weights.path) if weights.is_onnx else None
        # The layers that stayed lie on the grid of the shipped form; with its columns they come out as they went in.
        columns = columns_of(weights.path / "model.onnx") if weights.is_onnx else None
        form, pairs = self._settings.form, self.asked.pairs[:100]
        export(model, self._model.tokenizer, folder, form, pairs, columns=columns, telling=telling)
        temperatures = {**own.get("temperatures", {}), "stance": temperature}
        write_config(folder, {"max_length": self._pairs.max_length, "temperatures": temperatures})

    def _of(self, labelled: LabelledSet) -> _Asked:
        found = windows_of(self._analyzer, labelled, self._bar)
        if not found:
            raise InputError(f"{labelled.config.name}: no article names both actor and target of a judgement")
        if len(found) > MOST_ROWS:
            raise InputError(
                f"{labelled.config.name} has {len(found):,} rows; at most {MOST_ROWS:,} are trained on here"
            )
        pairs = [direct_pair(query) for _, query in found]
        states = []
        with self._bar(f"{labelled.config.name}, lower layers") as advance:
            for pair in pairs:
                states += self._model.states([pair])
                advance(1, len(pairs))
        return _Asked(labelled, [example for example, _ in found], pairs, states)

    def _change(self, asked: _Asked, before: np.ndarray, after: np.ndarray) -> Change:
        old, new = (_macro_f1(asked, logits) for logits in (before, after))
        return Change(
            asked.labelled.config.name,
            len(asked.examples),
            len(set(asked.groups)),
            old.estimate(),
            new.estimate(),
            new.minus(old),
        )


def _macro_f1(asked: _Asked, logits: np.ndarray) -> Measure:
    said = [LABELS[i] for i in logits.argmax(1)]
    confusion = metrics.confusion_rows(asked.gold, said, LABELS)
    return Measure(metrics.summed_by_group(confusion, asked.groups), metrics.macro_f1(LABELS, LABELS))


def _centred(logits: np.ndarray) -> np.ndarray:
    centred: np.ndarray = logits - logits.mean(axis=1, keepdims=True)
    return centred


def _tokenizer(weights: Weights) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(**weights.from_pretrained_arguments())


def table(changes: Sequence[Change], corrections: str) -> str:
    """Before and after, as Markdown."""
    lines = ["| set | n | articles | macro-F1 before | after | difference |", "|---|---|---|---|---|---|"]
    for one in changes:
        name = f"{one.name} ({'cross-validated' if one.name == corrections else 'check'})"
        numbers = (one.before.as_text(), one.after.as_text(), one.difference.as_text(signed=True))
        lines.append(f"| {name} | {one.n:,} | {one.articles:,} | {' | '.join(numbers)} |")
    return "\n".join(lines) + "\n"
