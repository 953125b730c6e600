"""Which sentences make up a summary: those that together tell most of the article.

After Lin and Bilmes 2011, "A Class of Submodular Functions for Document Summarization": a set of sentences is worth,
for each sentence of the article, how near the nearest of the set is to it, and the first ones count most, as news
begins with what matters. Sentences are taken one by one, always the one that adds most.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from newstance.models.content import content_words

from ..analysis import SummarySentence

# Chosen by ROUGE on development articles and by what readers said; docs/experiments.md has the tables.
_FALLS = 2  # sentences, within which the weight of those that come first falls to a third
_LEAST = 0.02  # of the first one's weight, which each has at least,
_MANY = 50  # but all of a longer article together no more than those of one of so many
# What a candidate is worth more or less, as shares of the article:
_FIRST = 0.02  # where it begins with the article's first sentence
_JOINED = 0.02  # where it tells two sentences in one
_FOLLOWING = 0.02  # where the sentence before it is told
_WORD = -0.0008  # for each of its words
_UNKNOWN = {"name": -0.05, "thing": -0.02}  # for each that it wants and nobody has told of
_SAME = 0.5  # of the content words of the shorter of two sentences; two that share more say the same


@dataclass(frozen=True)
class Candidate:
    """A sentence that may go into a summary.

    Attributes:
        sentence: As the summary would have it.
        places: Indices of the sentences of the article that it tells, in their order.
        needs: What must be told before it, as ``Context`` has it.
        wants: What should be.
        tells: What it tells those behind it.
    """

    sentence: SummarySentence
    places: tuple[int, ...]
    needs: frozenset[str] = frozenset()
    wants: frozenset[str] = frozenset()
    tells: frozenset[str] = frozenset()

    @property
    def place(self) -> int:
        """Where it stands in the article."""
        return self.places[0]

    @property
    def text(self) -> str:
        """What it says."""
        return self.sentence.text


def choose(
    candidates: Sequence[Candidate], similar: np.ndarray, number: int, kept: Sequence[Candidate] = ()
) -> list[Candidate]:
    """Those that tell most of the article beside what is kept already; none says again what another says.

    What a sentence needs must be told by one before it that is taken or kept; but for the first one.

    Args:
        candidates: What may be taken.
        similar: Cosines of kept ones, then candidates, with the sentences of the article, of shape
            (kept and candidates, sentences).
        number: How many are taken at most.
        kept: What is in the summary anyway.

    Returns:
        The chosen ones, in the order of the article.
    """
    near = np.clip(similar, 0, None) * importance(similar.shape[1])
    told, near = near[: len(kept)].max(axis=0, initial=0), near[len(kept) :]
    words = [content_words(one.text) for one in candidates]
    there, said = list(kept), [content_words(one.text) for one in kept]
    free = list(range(len(candidates)))
    for _ in range(number):
        used = {place for one in there for place in one.places}
        free = [i for i in free if used.isdisjoint(candidates[i].places) and not are_alike(words[i], said)]
        known = {i: known_before(candidates[i], there) for i in free}
        understood = [i for i in free if candidates[i].needs <= known[i]] or ([] if there else free)
        if not understood:
            break
        worth = {i: _worth(candidates[i], known[i], candidates[i].place - 1 in used) for i in understood}
        best = max(understood, key=lambda i: np.maximum(near[i], told).sum() + worth[i])
        told = np.maximum(near[best], told)
        there.append(candidates[best])
        said.append(words[best])
    return sorted(there[len(kept) :], key=lambda one: one.place)


def known_before(one: Candidate, others: Iterable[Candidate]) -> set[str]:
    """What others tell that stand before a sentence."""
    return {known for other in others if other.place < one.place for known in other.tells}


def _worth(one: Candidate, known: set[str], follows: bool) -> float:
    """What a sentence is worth by how it reads, beside what it tells."""
    lacks = sum(_UNKNOWN[unknown.partition(" ")[0]] for unknown in one.wants - known)
    form = _FIRST * (one.place == 0) + _JOINED * (len(one.places) > 1) + _FOLLOWING * follows
    return form + _WORD * len(one.text.split()) + lacks


def importance(count: int) -> np.ndarray:
    """What each sentence of an article counts, the first ones most, of all together 1; of shape (count,)."""
    weights = np.exp(-np.arange(count) / _FALLS) + _LEAST * min(1, _MANY / max(count, 1))
    shares: np.ndarray = weights / max(weights.sum(), 1e-9)
    return shares


def repeats(sentence: str, others: Iterable[str]) -> bool:
    """Whether a sentence says mostly what another one says."""
    return are_alike(content_words(sentence), map(content_words, others))


def are_alike(own: frozenset[str], others: Iterable[frozenset[str]]) -> bool:
    """Whether a sentence of these content words says mostly what another one says."""
    return any(len(own & words) >= _SAME * max(1, min(len(own), len(words))) for words in others)
