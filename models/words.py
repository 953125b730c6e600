"""What is known of words wherever they are compared."""

from __future__ import annotations

import re
import unicodedata

NUMBER_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")  # from 2 on
# Marks in such a row belong to no letter, and to put them into their order takes time quadratic in how many there are.
_MANY_MARKS = re.compile(r"([^\w\s\x00-\x7f]{32,})")


def composed(text: str) -> str:
    """A text in which a letter with its accents is one character, as most texts have it: of PDFs it may be several."""
    pieces = _MANY_MARKS.split(text)
    pieces[::2] = [unicodedata.normalize("NFC", piece) for piece in pieces[::2]]
    return "".join(pieces)


def bare(text: str) -> str:
    """A text's words alone, in small letters: two that have the same ones say the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))
