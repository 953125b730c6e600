"""Which sentences of a source a claim is made from, by sentence embeddings and shared words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from .content import content_words
from .embedding import SentenceEmbedder
from .sentences import points_back

_IN_COMMON = 0.3  # cosine and shared words together; a claim that has less in common with every sentence has no source


@dataclass(frozen=True)
class SourcePassage:
    """What of a source a claim is held against.

    Attributes:
        text: Sentences of the source, in its order.
        sources: Indices of the sentences that are nearest to the claim, the best first.
        shown: Indices of all sentences in the text, in its order.
    """

    text: str
    sources: tuple[int, ...]
    shown: tuple[int, ...] = ()


class Sources(tuple[str, ...]):
    """The sentences of one source, whose vectors are computed once, when they are first asked for.

    Who reads an article owns them, and hands them to whatever is asked about it; models remember nothing, so that two
    callers cannot meet. Other sequences of sentences do as well, and are embedded anew each time.
    """

    def __init__(self, _: Iterable[str] = ()) -> None:
        super().__init__()
        self._lock = Lock()
        self._embedded: tuple[SentenceEmbedder, np.ndarray] | None = None

    def vectors(self, embedder: SentenceEmbedder) -> np.ndarray:
        """Of length 1, shape (sentences, size)."""
        with self._lock:
            if self._embedded is None or self._embedded[0] is not embedder:
                self._embedded = (embedder, embedder.embed(self))
            return self._embedded[1]


class Retriever:
    """Finds the sentences of a source that a claim is most likely made from.

    A sentence's score is the cosine of the two embeddings plus the share of the claim's content words that it holds.
    The second sentence is scored by the words that the first one lacks. The sentence before the first comes along if
    the first begins with a pronoun, which points there. A wide passage goes on by the same rule, as long as there is
    room: what joins facts of many sentences is held against all of them.

    Args:
        embedder: Sentence embeddings; None goes by shared words alone.
    """

    def __init__(self, embedder: SentenceEmbedder | None) -> None:
        self._embedder = embedder

    def passages(self, sources: Sequence[str], claims: Sequence[str], words: int = 0) -> list[SourcePassage]:
        """One passage for each claim.

        Args:
            sources: All sentences of the source, in order.
            claims: What is held against it.
            words: How many a passage may have; it has the nearest two sentences in any case.
        """
        if not sources or not claims:
            return [SourcePassage("", ()) for _ in claims]
        cosines = self.cosines(sources, claims)
        vocabularies = [content_words(source) for source in sources]
        return [
            self._passage(sources, vocabularies, near, content_words(claim), words)
            for claim, near in zip(claims, cosines, strict=True)
        ]

    def cosines(self, sources: Sequence[str], claims: Sequence[str]) -> np.ndarray:
        """Of each claim and each source sentence, shape (claims, sources); zeros without embeddings."""
        if self._embedder is None or not claims or not sources:
            return np.zeros((len(claims), len(sources)))
        similar: np.ndarray = self._vectors(claims, self._embedder) @ self._vectors(sources, self._embedder).T
        return similar

    def telling(self, sources: Sequence[str], weights: np.ndarray) -> np.ndarray:
        """How much of a source each of its sentences tells: the weighted mean of its cosines with all.

        Args:
            sources: The sentences.
            weights: What each of them counts, shape (sources,).

        Returns:
            Shape (sources,); zeros without embeddings.
        """
        if self._embedder is None or not sources:
            return np.zeros(len(sources))
        vectors = self._vectors(sources, self._embedder)
        told: np.ndarray = vectors @ (weights @ vectors)
        return told

    @staticmethod
    def _vectors(sources: Sequence[str], embedder: SentenceEmbedder) -> np.ndarray:
        return sources.vectors(embedder) if isinstance(sources, Sources) else embedder.embed(sources)

    def _passage(
        self,
        sources: Sequence[str],
        vocabularies: Sequence[frozenset[str]],
        cosines: np.ndarray,
        wanted: frozenset[str],
        words: int,
    ) -> SourcePassage:
        overlap = _overlap(wanted, vocabularies)
        best = int(np.argmax(cosines + overlap))
        if cosines[best] + overlap[best] < _IN_COMMON:
            return SourcePassage("", ())
        chosen = [best]
        if len(sources) > 1:
            chosen.append(_next(chosen, wanted, vocabularies, cosines))
        before = {best - 1} if best and points_back(sources[best]) else set()
        shown = {*chosen, *before}
        while len(shown) < len(sources):
            further = _next(shown, wanted, vocabularies, cosines)
            if sum(len(sources[i].split()) for i in (*shown, further)) > words:
                break
            shown.add(further)
        in_order = tuple(sorted(shown))
        return SourcePassage(" ".join(sources[i] for i in in_order), tuple(chosen), in_order)


def _next(
    shown: Iterable[int], wanted: frozenset[str], vocabularies: Sequence[frozenset[str]], cosines: np.ndarray
) -> int:
    """The sentence that is nearest to a claim beside those shown, by cosine and the words that these lack."""
    known = list(shown)
    missing = wanted.difference(*(vocabularies[i] for i in known))
    gain = np.array([len(missing & vocabulary) for vocabulary in vocabularies]) / max(1, len(wanted))
    ranked: np.ndarray = cosines + gain
    ranked[known] = -np.inf
    return int(np.argmax(ranked))


def _overlap(wanted: frozenset[str], vocabularies: Sequence[frozenset[str]]) -> np.ndarray:
    """The share of some words that each of several vocabularies holds."""
    return np.array([len(wanted & vocabulary) for vocabulary in vocabularies]) / max(1, len(wanted))
