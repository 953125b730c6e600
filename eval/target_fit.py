"""How much the signals of a target weigh: a logistic regression on the targets that readers of articles chose.

A candidate is wanted where a reader judged somebody for or against it; how many actors were judged so tells how much.
Nouns, and what is done to a candidate, get a weight of their own: the logarithm of the odds that such a candidate is
wanted, over those of all; an article's own candidates are left out of it when the article is fitted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from newstance.models.content import content_words
from newstance.service import Actor
from newstance.service.reading.actors import match_actor
from newstance.service.reading.matters import mean
from newstance.service.reading.targets import Candidate, Weights

# Seen that often, a word's own odds weigh as much as those of all; one seen less than ten times is not kept.
_NOUN_PRIOR, _DEED_PRIOR = 5.0, 20.0
_SEEN = 40
_LEAST = 0.3
_ALIKE = 0.5


@dataclass(frozen=True)
class Judged:
    """An article's candidates, and for each how many actors were judged to be for or against it."""

    candidates: list[Candidate]
    judges: list[int]


def judged(found: Sequence[Candidate], actors: Sequence[Actor], judgements: Sequence[Mapping[str, Any]]) -> Judged:
    """Hold the candidates of an article against its judgements.

    Args:
        found: The candidates.
        actors: The article's actors.
        judgements: Each with ``actor``, ``target`` and ``label``.
    """
    judges: dict[str, set[str]] = {}
    for judgement in judgements:
        if judgement["label"] != "neutral":
            judges.setdefault(judgement["target"], set()).add(judgement["actor"])
    wanted = [(match_actor(name, actors), content_words(name), len(who)) for name, who in judges.items()]
    return Judged(
        list(found),
        [
            max((number for actor, words, number in wanted if _means(candidate, actor, words)), default=0)
            for candidate in found
        ],
    )


def _means(candidate: Candidate, actor: Actor | None, words: frozenset[str]) -> bool:
    if not candidate.noun or actor is not None:
        return not candidate.noun and actor is not None and actor.name == candidate.name
    if not content_words(candidate.noun) & words:
        return False
    return any(2 * len(words & said) >= _ALIKE * (len(words) + len(said)) for said in (candidate.core, candidate.words))


def fit(articles: Sequence[Judged]) -> Weights:
    """Fit the weights of matters and actors, of their nouns and of what is done to them."""
    nouns = _Odds(articles, _nouns, _NOUN_PRIOR)
    done = {is_matter: _Odds(articles, partial(_deeds, is_matter), _DEED_PRIOR) for is_matter in (True, False)}
    rows: dict[bool, list[tuple[dict[str, float], int]]] = {True: [], False: []}
    for article in articles:
        without = nouns.without(article)
        done_without = {is_matter: odds.without(article) for is_matter, odds in done.items()}
        for candidate, judges in zip(article.candidates, article.judges, strict=True):
            is_matter = bool(candidate.noun)
            learned = {"done": mean([done_without[is_matter](name) for name in candidate.deeds])}
            if is_matter:
                learned["noun"] = without(candidate.noun)
            rows[is_matter].append(({**candidate.signals, **learned}, judges))
    return Weights(_fitted(rows[True]), _fitted(rows[False]), nouns.kept(), done[True].kept(), done[False].kept())


def _nouns(candidate: Candidate) -> Set[str]:
    return {candidate.noun} - {""}


def _deeds(of_matters: bool, candidate: Candidate) -> Set[str]:
    return set(candidate.deeds) if bool(candidate.noun) == of_matters else set()


class _Odds:
    """How much likelier than others the candidates that show a word are to be wanted, as a logarithm of odds."""

    def __init__(self, articles: Sequence[Judged], words: Callable[[Candidate], Set[str]], prior: float) -> None:
        self._words, self._prior = words, prior
        self._counts = self._counted(articles)
        wanted, others = (sum(counts.values()) for counts in self._counts)
        self._base = wanted / max(1, wanted + others)

    def without(self, article: Judged) -> Callable[[str], float]:
        """The odds in all other articles."""
        wanted, others = self._counted([article])
        return lambda word: self._of(self._counts[0][word] - wanted[word], self._counts[1][word] - others[word])

    def kept(self) -> dict[str, float]:
        """The odds of what is seen often enough, where they tell something."""
        seen = {word: (self._counts[0][word], self._counts[1][word]) for word in self._counts[0] | self._counts[1]}
        odds = {word: round(self._of(*counts), 2) for word, counts in sorted(seen.items()) if sum(counts) >= _SEEN}
        return {word: value for word, value in odds.items() if abs(value) >= _LEAST}

    def _counted(self, articles: Sequence[Judged]) -> tuple[Counter[str], Counter[str]]:
        """How many candidates that show a word are wanted, and how many are not."""
        counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for article in articles:
            for candidate, judges in zip(article.candidates, article.judges, strict=True):
                counts[judges == 0].update(self._words(candidate))
        return counts

    def _of(self, wanted: int, others: int) -> float:
        share = (wanted + self._prior * self._base) / (wanted + others + self._prior)
        return math.log(share / (1 - share)) - math.log(self._base / (1 - self._base))


def _fitted(rows: Sequence[tuple[Mapping[str, float], int]]) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression

    names = list(rows[0][0])
    values = np.array([[signals[name] for name in names] for signals, _ in rows])
    judges = np.array([number for _, number in rows])
    mean, deviation = values.mean(axis=0), values.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=1000)
    model.fit((values - mean) / deviation, judges > 0, sample_weight=np.maximum(1, judges**2))
    weights = model.coef_[0] / deviation
    fitted = {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
    return {"": round(float(model.intercept_[0] - weights @ mean), 3), **fitted}
