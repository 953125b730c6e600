"""Where names stand in a text as whole words, and not as parts of longer ones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from newstance.models.hearing import Heard, listening

_WORD_START = re.compile(r"(?<!\w)\S")
_IN_WORD = re.compile(r"\w")


def whole_word(form: str) -> re.Pattern[str]:
    """A pattern for a name that is no part of a longer word."""
    article = "[Tt]he " if form.startswith("the ") else ""  # an alias may open a sentence
    return re.compile(rf"(?<!\w){article}{re.escape(form.removeprefix('the '))}(?!\w)")


def whole_words(text: str, forms: Iterable[str], heard: Heard) -> Mapping[str, list[int]]:
    """Where each of many names stands, as ``whole_word`` finds it, by one walk through the text.

    Args:
        text: The text.
        forms: The names; none begins with a blank. Where two are spelled alike, the first has the place.
        heard: Called every few milliseconds.

    Returns:
        The starts of each that is there, in order; those of one name do not overlap.
    """
    spelled: dict[str, str] = {}
    for form in forms:
        for spelling in _spellings(form):
            spelled.setdefault(spelling, form)
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for spelling in spelled:
        lengths[spelling[:2]].add(len(spelling))
    found: defaultdict[str, list[int]] = defaultdict(list)
    for match in listening(_WORD_START.finditer(text), heard):
        start = match.start()
        for length in (*lengths.get(text[start : start + 2], ()), *lengths.get(text[start], ())):
            spelling = text[start : start + length]
            if spelling not in spelled or _IN_WORD.match(text, start + length):
                continue
            places = found[spelled[spelling]]
            if not places or start >= places[-1] + length:
                places.append(start)
    return found


def _spellings(form: str) -> Iterable[str]:
    return (form, f"The {form.removeprefix('the ')}") if form.startswith("the ") else (form,)
