"""Runs that leave the model without what it should decide by: a model that does as well in them has not learned it.

*Target hidden*: the same passages, but the question names "something" in place of the target. *Actor swapped*: the
same question about another actor of the same article.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from newstance.models.pairs import OnBatch
from newstance.models.stance import StanceClassifier, StancePrediction, StanceQuery
from newstance.service import Analyzer as FullAnalyzer

from .labelled import Example, LabelledSet
from .runs import Analyzer, Answer, Answerer, article_answers

TARGET_HIDDEN, ACTOR_SWAPPED = "target hidden", "actor swapped"
NOTHING = "something"  # a phrase that names no target, and that the model can be asked about
_NOBODY = Answer("neutral", {"favor": 0.0, "against": 0.0, "neutral": 1.0}, shown=[])


def controls(labelled: LabelledSet, analyzer: FullAnalyzer) -> dict[str, Answerer]:
    """What answers the examples of an article set in each of the controls, by the control's name."""
    return {
        TARGET_HIDDEN: partial(article_answers, hiding_targets(analyzer)),
        ACTOR_SWAPPED: partial(_answers_for_others, analyzer, other_actors(labelled.examples)),
    }


class _HidingClassifier:
    """A stance classifier that is never told the target."""

    def __init__(self, classifier: StanceClassifier) -> None:
        self._classifier = classifier

    def classify(self, queries: Sequence[StanceQuery], on_batch: OnBatch | None = None) -> list[StancePrediction]:
        return self._classifier.classify([replace(query, target=NOTHING) for query in queries], on_batch)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._classifier, name)


def hiding_targets(analyzer: FullAnalyzer) -> FullAnalyzer:
    """The same analyzer, whose classifier is not told the target; passages are still chosen by it."""
    hiding = cast(StanceClassifier, _HidingClassifier(analyzer.classifier))
    return FullAnalyzer(analyzer.profile, analyzer.annotator, hiding)


def other_actors(examples: Sequence[Example]) -> dict[str, str | None]:
    """For each example's id another judged actor of the same article.

    Those that share a name with the actor or the target are none ("Kim" for "Kim Jong Un"). None where nobody is
    left. The choice looks random and is the same every time.
    """
    judged: dict[str, set[str]] = {}
    for example in examples:
        judged.setdefault(example.input["text"], set()).add(example.input["holder"])
    chosen = {}
    for example in examples:
        taken = (example.input["holder"], example.input["target"])
        others = [
            name for name in sorted(judged[example.input["text"]]) if not any(_same_name(name, one) for one in taken)
        ]
        chosen[example.id] = random.Random(example.id).choice(others) if others else None
    return chosen


def _same_name(one: str, other: str) -> bool:
    return one.casefold() in other.casefold() or other.casefold() in one.casefold()


def _answers_for_others(analyzer: Analyzer, others: Mapping[str, str | None], batch: Sequence[Example]) -> list[Answer]:
    """Answers about the other actors; where there is nobody else, nobody has a stance."""
    asked = [
        replace(example, input=example.input | {"holder": other})
        for example in batch
        if (other := others[example.id]) is not None
    ]
    answers = iter(article_answers(analyzer, asked) if asked else [])
    return [_NOBODY if others[example.id] is None else next(answers) for example in batch]
