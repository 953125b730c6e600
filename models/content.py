"""The words that carry the content of a text, in the form in which texts are compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from .words import NUMBER_WORDS

WORD = re.compile(r"\d[\d,.]*\d|\w+(?:[’']\w+)*")
_NUMBERS = {word: str(value) for value, word in enumerate(NUMBER_WORDS, 2)}
_TITLES = {
    "senator": "sen",
    "representative": "rep",
    "governor": "gov",
    "general": "gen",
    "professor": "prof",
    "doctor": "dr",
    "lieutenant": "lt",
    "captain": "capt",
    "colonel": "col",
    "sergeant": "sgt",
}


def content_words(text: str) -> frozenset[str]:
    """The words that carry the content of a text, in a form that folds case, plural and possessive."""
    return frozenset(normal(word) for word in WORD.findall(text) if word.lower() not in stop_words())


def word_overlap(claim: str, sources: Sequence[str]) -> float:
    """The share of a claim's content words that the best single source sentence holds, 0 to 1.

    This is lexical recall, as in ROUGE-1 without stop words: the baseline that a support score has to beat.
    """
    wanted = content_words(claim)
    return max((len(wanted & content_words(source)) for source in sources), default=0) / max(1, len(wanted))


def is_number(word: str) -> bool:
    """Whether a word is a number, in digits or in letters from two to twelve."""
    return word[0].isdigit() or word.lower() in _NUMBERS


def normal(word: str) -> str:
    """A word in the form in which it is compared: without possessive, plural and case; numbers in digits."""
    word = re.sub(r"'s?$", "", word.replace("’", "'")).lower().replace(",", "")
    word = _NUMBERS.get(word, _TITLES.get(word, word))
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def stop_words() -> frozenset[str]:
    """Words that carry no content."""
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS) | {"said", "says", "say"}
