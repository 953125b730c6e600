"""Which sentences make up a summary: those that together tell most of the article.

After Lin and Bilmes 2011, "A Class of Submodular Functions for Document Summarization": a set of sentences is worth,
for each sentence of the article, how near the nearest of the set is to it, and the first ones count most, as news
begins with what matters. Sentences are taken one by one, always the one that adds most.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from newstance.models.content import content_words, stop_words

from ..analysis import SummarySentence
from ..reading.names import bare_name

if TYPE_CHECKING:
    from spacy.tokens import Doc

# Chosen by ROUGE on development articles; docs/experiments.md has the table.
_FALLS = 2  # sentences, within which the weight of those that come first falls to a third
_LEAST = 0.1  # of the first one's weight, which each has at least,
_MANY = 50  # but all of a longer article together no more than those of one of so many
_OWN_WORDS = 0.02  # what a sentence is worth more, as a share of the article, that is not the article's as it stands
_SAME = 0.5  # of the content words of the shorter of two sentences; two that share more say the same
_MARKS = "\"“”‘’'()[],;:.!?…"


@dataclass(frozen=True)
class Candidate:
    """A sentence that may go into a summary.

    Attributes:
        sentence: As the summary would have it.
        place: Index of the sentence of the article that it tells.
        is_quoted: Whether it is that sentence as it stands.
    """

    sentence: SummarySentence
    place: int
    is_quoted: bool

    @property
    def text(self) -> str:
        """What it says."""
        return self.sentence.text


class People:
    """Whom an article names in full, and where first: behind that it may call them by the surname alone.

    Args:
        doc: The annotated article.
        starts: Where its sentences begin, in characters.
    """

    def __init__(self, doc: Doc, starts: Sequence[int]) -> None:
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._first: dict[str, int] = {}
        for entity in doc.ents:
            words = bare_name(entity.text).split() if entity.label_ == "PERSON" else []
            if len(words) > 1 and words[-1].lower() not in stop_words():  # "May" is a month, too
                self._names[words[-1]].add(" ".join(words))
                self._first.setdefault(words[-1], bisect_right(starts, entity.start_char) - 1)

    def named(self, text: str) -> set[str]:
        """Surnames of those whom a text names in full."""
        return {surname for surname in self._surnames(text) if any(name in text for name in self._names[surname])}

    def presumed(self, one: Candidate) -> set[str]:
        """Surnames that a sentence uses alone, because the article has named them in full before it."""
        used = self._surnames(one.text) - self.named(one.text)
        return {surname for surname in used if self._first[surname] < one.place}

    def _surnames(self, text: str) -> set[str]:
        words = text.split()
        bare = (
            bare_name(word.strip(_MARKS))
            for word, following in zip(words, [*words[1:], ""], strict=True)
            # "White" is nobody's in "White House".
            if not (following[:1].isupper() and word[-1:] not in _MARKS)
        )
        return {name for name in bare if name in self._names}


def choose(
    candidates: Sequence[Candidate], similar: np.ndarray, number: int, people: People, kept: Sequence[Candidate] = ()
) -> list[Candidate]:
    """Those that tell most of the article beside what is kept already; none says again what another says.

    Who is called by the surname must have been named before, by one that is taken or kept; but for the first one.

    Args:
        candidates: What may be taken.
        similar: Cosines of kept ones, then candidates, with the sentences of the article, of shape
            (kept and candidates, sentences).
        number: How many are taken at most.
        people: Whom the article names.
        kept: What is in the summary anyway.

    Returns:
        The chosen ones, in the order of the article.
    """
    near = np.clip(similar, 0, None) * importance(similar.shape[1])
    told, near = near[: len(kept)].max(axis=0, initial=0), near[len(kept) :]
    worth = [0 if one.is_quoted else _OWN_WORDS for one in candidates]
    words = [content_words(one.text) for one in candidates]
    named = {one.text: people.named(one.text) for one in (*kept, *candidates)}
    presumed = [people.presumed(one) for one in candidates]
    there, said = list(kept), [content_words(one.text) for one in kept]
    free = list(range(len(candidates)))
    for _ in range(number):
        free = [i for i in free if not are_alike(words[i], said)]
        known = [(one.place, named[one.text]) for one in there]
        understood = [
            i
            for i in free
            if presumed[i] <= {name for place, names in known if place < candidates[i].place for name in names}
        ]
        understood = understood or ([] if there else free)
        if not understood:
            break
        best = max(understood, key=lambda i: float(np.maximum(near[i], told).sum()) + worth[i])
        told = np.maximum(near[best], told)
        there.append(candidates[best])
        said.append(words[best])
    return sorted(there[len(kept) :], key=lambda one: one.place)


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
