"""Does the article say that? Summary sentences held against the sentences of their source.

Which sentences a claim is made from is found by sentence embeddings and shared words (:class:`~.retrieval.Retriever`);
whether those bear it out, a pair model says (:class:`ConsistencyChecker`). What is nowhere in the source is looked for
beside that (:func:`~.faults.found_nowhere`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from newstance.configs import Settings

from .embedding import SentenceEmbedder
from .entailment import EntailmentScorer, Hypotheses
from .pairs import PairClassifier
from .retrieval import Retriever, SourcePassage, Sources
from .sources import locate
from .words import bare

SUPPORT = "support"  # the task, for models that have layers of their own for it
_MOST = 0.9999  # what a claim that is no copy is given at most


class ConsistencySettings(Settings):
    """Which models hold summaries against their articles.

    Attributes:
        source: The pair model: any NLI model, two labels or three.
        embeddings: A sentence encoder with mean pooling.
        passage_words: How wide the passages are that a claim is held against, in words, and how much each counts; 0
            stands for the two nearest sentences. The weighted mean of the log-odds is taken: a narrow passage shows
            best where one word is wrong, a wide one bears out what joins facts of many sentences.
    """

    source: str
    embeddings: str
    passage_words: dict[Annotated[int, Field(ge=0)], Annotated[float, Field(gt=0)]] = Field({0: 1.0}, min_length=1)


@dataclass(frozen=True)
class Support:
    """How a claim stands to its source.

    Attributes:
        sources: Indices of the source sentences that it is nearest to, the best first.
        support: How probable it is that they bear it out, 0 to 1; 1 if it is one of them, and
            only then.
    """

    sources: tuple[int, ...]
    support: float


class ConsistencyChecker:
    """Holds claims against their source.

    After SummaC (Laban et al. 2022) and MiniCheck (Tang et al. 2024): claims are checked one by one, against the part
    of the source that they are nearest to.

    Args:
        retriever: Finds that part.
        scorer: A pair model's probability that it entails the claim.
        passage_words: How wide the passages are that a claim is held against, and how much each counts; see
            ``ConsistencySettings``.
    """

    def __init__(
        self,
        retriever: Retriever,
        scorer: EntailmentScorer,
        passage_words: Mapping[int, float] = {0: 1.0},  # never changed
    ) -> None:
        self._retriever = retriever
        self._scorer = scorer
        self._passage_words = passage_words

    @classmethod
    def load(cls, settings: ConsistencySettings, device: str = "cpu") -> ConsistencyChecker:
        """Load the models that the settings name.

        Raises:
            WeightsNotFoundError: Their weights are not on this machine.
            ModelError: They hold no sentence encoder, or no NLI model.
        """
        retriever = Retriever(SentenceEmbedder.load(locate(settings.embeddings), device=device))
        pairs = PairClassifier.load(locate(settings.source), device=device).for_task(SUPPORT)
        return cls(retriever, EntailmentScorer(pairs), settings.passage_words)

    def similarity(self, texts: Sequence[str], sources: Sequence[str]) -> np.ndarray:
        """The cosines of texts and the sentences of a source, shape (texts, sources)."""
        return self._retriever.cosines(sources, texts)

    def telling(self, sources: Sequence[str], weights: np.ndarray) -> np.ndarray:
        """How much of a source each of its sentences tells; see ``Retriever.telling``."""
        return self._retriever.telling(sources, weights)

    def check(self, claims: Sequence[str], sources: Sequence[str]) -> list[Support]:
        """Hold claims against a source.

        Args:
            claims: Sentences.
            sources: All sentences of the source, in order.

        Returns:
            One answer for each claim, in the same order. A claim that has nothing in common with any sentence has no
            source and no support. Of one that leaves no room for a source in the pair model, the beginning is held.
        """
        asked = Sources(claims)  # embedded once
        widths = [self._retriever.passages(sources, asked, words) for words in self._passage_words]
        return self._held(claims, widths, [sources] * len(claims))

    def check_each(self, claims: Sequence[str], sources: Sequence[str]) -> list[Support]:
        """Hold each claim against a sentence of its own.

        Args:
            claims: Sentences.
            sources: As many.

        Returns:
            One answer for each claim, in the same order; its source is the only one, 0.
        """
        passages = [SourcePassage(text, (0,)) for text in sources]
        return self._held(claims, [passages], [[source] for source in sources])

    def _held(
        self,
        claims: Sequence[str],
        widths: Sequence[Sequence[SourcePassage]],
        sources: Sequence[Sequence[str]],
    ) -> list[Support]:
        """Answers to claims, by the passages of each width."""
        cut = [self._scorer.cut(claim) for claim in claims]
        questions = [
            Hypotheses(passage.text, (claim,))
            for passages in widths
            for passage, claim in zip(passages, cut, strict=True)
        ]
        entailed = np.array([answer.probability for answer in self._scorer.score(questions)])
        by_width = _log_odds(entailed).reshape(len(widths), len(claims))
        odds = np.average(by_width, axis=0, weights=[*self._passage_words.values()][: len(widths)])
        return [
            _support(claim, passage.sources, float(1 / (1 + np.exp(-entailment))), known)
            for claim, passage, entailment, known in zip(claims, widths[0], odds, sources, strict=True)
        ]


def _support(claim: str, nearest: tuple[int, ...], entailed: float, sources: Sequence[str]) -> Support:
    if not nearest:
        return Support((), 0.0)
    is_copy = any(bare(claim) == bare(sources[i]) for i in nearest)
    return Support(nearest, 1.0 if is_copy else min(round(entailed, 4), _MOST))


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    odds: np.ndarray = np.log((probabilities + 1e-6) / (1 - probabilities + 1e-6))
    return odds
