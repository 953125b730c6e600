"""How answers are worded, in HTML, in Markdown and in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from newstance.service.analysis import Display

# Nothing is told by color alone: each stance has its sign and its word as well.
SIGNS: dict[Display, str] = {"favor": "+", "against": "−", "neutral": "·", "mixed": "±"}
WORDS: dict[Display, str] = {"favor": "in favor", "against": "against", "neutral": "neutral", "mixed": "mixed"}


def percent(share: float) -> str:
    """A share as a percentage that never claims certainty: "93%", ">99%", "<1%"."""
    if share >= 0.995:
        return ">99%"
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def flat(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def listed(names: Sequence[str]) -> str:
    """Names as words: "A, B and C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def sentence(message: str) -> str:
    """A message of ours as a sentence: they begin small and end without a full stop."""
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith(('.', '!', '?')) else '.'}"
