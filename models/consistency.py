"""Does the article say that? Summary sentences held against the sentences of their source.

Three things are looked at, each in its own way:

* what is nowhere in the source: names, numbers and quotations (:func:`~.faults.found_nowhere`), by exact comparison;
* which sentences a claim is made from (:class:`~.retrieval.Retriever`), by sentence embeddings and shared words;
* whether those sentences bear it out (:class:`ConsistencyChecker`), by a pair model and by how much of the claim is
  copied from them, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from newstance.configs import Settings

from .content import content_words
from .embedding import SentenceEmbedder
from .entailment import EntailmentScorer, Hypotheses
from .faults import found_nowhere, invented
from .pairs import PairClassifier
from .retrieval import Retriever, SourcePassage, Sources
from .sources import Weights, locate
from .words import bare

_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither|nobody|nothing|none|without|cannot)\b|n[’']t\b", re.IGNORECASE)
SUPPORT = "support"  # the task, for models that have layers of their own for it
WEIGHTS_FILE = "support.json"  # beside a pair model: the weights that its training fitted
_COPIED = 3  # words in a run that counts as copied


class SupportWeights(Settings):
    """How the signs of support make one score: a logistic regression over them.

    Attributes:
        bias: Added to the sum.
        entailment: Of the pair model's log-odds of entailment.
        copied: Of the share of the claim's runs of three words that its nearest source sentences hold.
        similarity: Of the cosine of claim and nearest source sentence.
        strange: Of the share of its content words that its nearest source sentences do not hold.
        moved: Of the number of its names and numbers that its nearest source sentences do not hold.
        negation: Of whether it negates more often than its nearest source sentence.
    """

    bias: float = 0.0
    entailment: float = 1.0
    copied: float = 0.0
    similarity: float = 0.0
    strange: float = 0.0
    moved: float = 0.0
    negation: float = 0.0


class ConsistencySettings(Settings):
    """Which models hold summaries against their articles.

    Attributes:
        source: The pair model: any NLI model, two labels or three. None goes by the other signs alone.
        embeddings: A sentence encoder with mean pooling.
        passage_words: How wide the passages are that a claim is held against, in words, and how much each counts; 0
            stands for the two nearest sentences. The weighted mean of the log-odds is taken: a narrow passage shows
            best where one word is wrong, a wide one bears out what joins facts of many sentences.
        weights: How the signs of support are weighed; needed without a pair model. None takes what the pair model's
            training fitted, and the pair model's word alone if it fitted nothing.
    """

    source: str | None = None
    embeddings: str
    passage_words: dict[Annotated[int, Field(ge=0)], Annotated[float, Field(gt=0)]] = Field({0: 1.0}, min_length=1)
    weights: SupportWeights | None = None

    @model_validator(mode="after")
    def _something_is_weighed(self) -> Self:
        if self.source is None and (self.weights is None or self.weights.entailment):
            raise ValueError("without a source there is no entailment to weigh: give weights, with entailment: 0")
        return self


@dataclass(frozen=True)
class Support:
    """How a claim stands to its source.

    Attributes:
        sources: Indices of the source sentences that it is nearest to, the best first.
        support: How probable it is that they bear it out, 0 to 1; 1 if it is one of them.
        signs: What that is made of; see ``SupportWeights``.
        invented: Its names, numbers and quotations that the source contains nowhere.
    """

    sources: tuple[int, ...]
    support: float
    signs: Mapping[str, float]
    invented: tuple[str, ...]


class ConsistencyChecker:
    """Holds claims against their source.

    After SummaC (Laban et al. 2022) and MiniCheck (Tang et al. 2024): claims are checked one by one, against the part
    of the source that they are nearest to.

    Args:
        retriever: Finds that part.
        scorer: A pair model's probability that it entails the claim; None leaves that sign at 0.
        weights: How the signs of support are weighed.
        passage_words: How wide the passages are that a claim is held against, and how much each counts; see
            ``ConsistencySettings``.
    """

    def __init__(
        self,
        retriever: Retriever,
        scorer: EntailmentScorer | None,
        weights: SupportWeights,
        passage_words: Mapping[int, float] = {0: 1.0},  # never changed
    ) -> None:
        self._retriever = retriever
        self._scorer = scorer
        self._weights = weights
        self._passage_words = passage_words

    @classmethod
    def load(cls, settings: ConsistencySettings, device: str = "cpu") -> ConsistencyChecker:
        """Load the models that the settings name.

        Raises:
            WeightsNotFoundError: Their weights are not on this machine.
            ModelError: They hold no sentence encoder, or no NLI model.
        """
        retriever = Retriever(SentenceEmbedder.load(locate(settings.embeddings), device=device))
        if settings.source is None:
            assert settings.weights is not None
            return cls(retriever, None, settings.weights, settings.passage_words)
        weights = locate(settings.source)
        scorer = EntailmentScorer(PairClassifier.load(weights, device=device).for_task(SUPPORT))
        return cls(retriever, scorer, settings.weights or fitted_weights(weights), settings.passage_words)

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
        similar = self._retriever.cosines(sources, claims).diagonal()
        passages = [SourcePassage(text, (0,), float(near)) for text, near in zip(sources, similar, strict=True)]
        return self._held(claims, [passages], [[source] for source in sources])

    def _held(
        self,
        claims: Sequence[str],
        widths: Sequence[Sequence[SourcePassage]],
        sources: Sequence[Sequence[str]],
    ) -> list[Support]:
        """Answers to claims, by the passages of each width."""
        odds = np.zeros(len(claims))
        if self._scorer is not None:
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
            self._support(claim, passage, float(entailment), known, " ".join(known))
            for claim, passage, entailment, known in zip(claims, widths[0], odds, sources, strict=True)
        ]

    def _support(
        self, claim: str, passage: SourcePassage, entailment: float, sources: Sequence[str], whole: str
    ) -> Support:
        nearest = [sources[i] for i in passage.sources]
        if not nearest:
            return Support((), 0.0, {}, found_nowhere(claim, whole))
        signs = {
            "entailment": entailment,
            "copied": max(copied(claim, source) for source in nearest),
            "similarity": passage.similarity,
            "strange": _strange(claim, passage.text),
            "moved": float(len(invented(claim, passage.text))),
            "negation": float(_negations(claim) > _negations(nearest[0])),
        }
        weights = self._weights.model_dump()
        odds = weights["bias"] + sum(weights[name] * value for name, value in signs.items())
        is_copy = any(bare(claim) == bare(source) for source in nearest)
        return Support(
            passage.sources,
            1.0 if is_copy else round(float(1 / (1 + np.exp(-odds))), 4),
            {name: round(value, 4) for name, value in signs.items()},
            found_nowhere(claim, whole),
        )


def fitted_weights(weights: Weights) -> SupportWeights:
    """The weights that a pair model's training fitted, or else those that take its word alone."""
    file = None if weights.is_hub else weights.path / WEIGHTS_FILE
    if file is None or not file.is_file():
        return SupportWeights()
    return SupportWeights.model_validate_json(file.read_text(encoding="utf-8"))


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    odds: np.ndarray = np.log((probabilities + 1e-6) / (1 - probabilities + 1e-6))
    return odds


def _strange(claim: str, passage: str) -> float:
    wanted = content_words(claim)
    return len(wanted - content_words(passage)) / max(1, len(wanted))


def _negations(text: str) -> int:
    return len(_NEGATION.findall(text))


def copied(claim: str, source: str) -> float:
    """The share of a claim's runs of three words that a source sentence holds; of its words, if it has fewer."""
    words, known = bare(claim).split(), bare(source).split()
    size = min(_COPIED, len(words))
    if not size:
        return 0.0
    runs = {tuple(known[i : i + size]) for i in range(len(known) - size + 1)}
    own = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    return sum(run in runs for run in own) / len(own)
