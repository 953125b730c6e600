"""What is known of words wherever they are compared."""

from __future__ import annotations

import re

NUMBER_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")  # from 2 on


def bare(text: str) -> str:
    """A text's words alone, in small letters: two that have the same ones say the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))
