"""Does the article say that? A generated sentence held against the sentences of its source.

Two checks that need no model: names and numbers that the source does not contain, and the share of the sentence's
content words that its best source sentence holds (lexical recall, as in ROUGE-1 without stop words).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_WORD = re.compile(r"\d[\d,.]*\d|\w+(?:[’']\w+)*")


@dataclass(frozen=True)
class Grounding:
    """How a sentence stands to its source.

    Attributes:
        sources: Indices of the source sentences that hold most of its content words, the best first; at most two.
        support: The share of its content words that the best one alone holds, 0 to 1. A sentence that a small model
            patches together from two is the likeliest to be wrong, so two do not add up.
        invented: Its names and numbers that the source contains nowhere.
    """

    sources: tuple[int, ...]
    support: float
    invented: tuple[str, ...]


def ground(sentence: str, sources: Sequence[str]) -> Grounding:
    """Hold a sentence against the sentences of its source.

    Args:
        sentence: What was generated.
        sources: All sentences of the source, in order.
    """
    wanted = content_words(sentence)
    vocabularies = [content_words(source) for source in sources]
    chosen: list[int] = []
    missing = set(wanted)
    while len(chosen) < 2 and missing:
        best = max(range(len(sources)), key=lambda i: len(missing & vocabularies[i]), default=None)
        if best is None or not missing & vocabularies[best]:
            break
        chosen.append(best)
        missing -= vocabularies[best]
    support = len(wanted & vocabularies[chosen[0]]) / len(wanted) if chosen else 0.0
    return Grounding(tuple(chosen), round(support, 4), invented(sentence, " ".join(sources)))


def invented(sentence: str, source: str) -> tuple[str, ...]:
    """Names and numbers of a sentence that its source does not contain, in their order.

    A name is a capitalized word; the first word of the sentence counts only where the next is capitalized, too.
    """
    known = {_normal(word) for word in _WORD.findall(source)}
    words = _WORD.findall(sentence)
    found = []
    for i, word in enumerate(words):
        is_number = word[0].isdigit()
        is_name = word[0].isupper() and (i > 0 or (len(words) > 1 and words[1][0].isupper()))
        if (is_number or is_name) and _normal(word) not in known and word.lower() not in _stop_words():
            found.append(word)
    return tuple(dict.fromkeys(found))


def content_words(text: str) -> frozenset[str]:
    """The words that carry the content of a text, in a form that folds case, plural and possessive."""
    return frozenset(_normal(word) for word in _WORD.findall(text) if word.lower() not in _stop_words())


def _normal(word: str) -> str:
    word = re.sub(r"[’']s?$", "", word).lower().replace(",", "")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def _stop_words() -> frozenset[str]:
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS) | {"said", "says", "say"}
