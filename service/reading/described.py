"""Who is called not by a name but by a description: "the mayor's lawyer", "lawyers for the mayor"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newstance.models.content import content_words

from ..analysis import Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc

_WORD = re.compile(r"[\w’'-]+")
_WIDEST = 10  # words of a phrase: farther apart they tell of several


def described_in(doc: Doc, description: str) -> tuple[Mention, ...]:
    """Where a sentence holds all content words of a description close together, in whatever order.

    Args:
        doc: The article's annotation.
        description: What somebody is called, in content words of which one at least is no name.

    Returns:
        The shortest phrase of each such sentence; none for names alone, whose parts may belong to two people.
    """
    wanted = content_words(description)
    if not any(word[0].islower() and content_words(word) for word in description.split()):
        return ()
    mentions = []
    for sentence in doc.sents:
        phrase = _shortest(sentence.text, wanted)
        if phrase is not None:
            start, end = (sentence.start_char + place for place in phrase)
            mentions.append(Mention(start, end, sentence.text[phrase[0] : phrase[1]]))
    return tuple(mentions)


def _shortest(text: str, wanted: frozenset[str]) -> tuple[int, int] | None:
    """Start and end of the fewest words that hold all wanted ones; None where they are too far apart."""
    last: dict[str, tuple[int, int]] = {}  # of each wanted word: its number and start
    best: tuple[int, int, int] | None = None
    for number, match in enumerate(_WORD.finditer(text)):
        found = content_words(match[0]) & wanted
        last.update(dict.fromkeys(found, (number, match.start())))
        if found and len(last) == len(wanted):
            first, start = min(last.values())
            length = number - first + 1
            if length <= _WIDEST and (best is None or length < best[0]):
                best = (length, start, match.end())
    return best[1:] if best else None
