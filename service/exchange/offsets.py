"""Places in a text, counted in characters as Python does, or in UTF-16 units as Java, .NET and JavaScript do.

They differ behind every character beyond U+FFFF, such as most emoji: it is one character, and two units.
"""

from __future__ import annotations

from bisect import bisect_left

_LAST_OF_ONE_UNIT = "\uffff"


class Offsets:
    """The places of one text in both ways of counting."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        # Most texts have none; those that have few are searched by bisection.
        self._wide = [] if text.isascii() else [i for i, c in enumerate(text) if c > _LAST_OF_ONE_UNIT]
        self._wide_units = [place + number for number, place in enumerate(self._wide)]

    def to_units(self, place: int) -> int:
        """The UTF-16 units in front of a place that is counted in characters."""
        return place + bisect_left(self._wide, place)

    def to_characters(self, place: int) -> int:
        """The characters in front of a place that is counted in UTF-16 units.

        Raises:
            ValueError: The text is shorter, or the place is inside of a character.
        """
        before = bisect_left(self._wide_units, place)
        if before and self._wide_units[before - 1] + 1 == place:
            raise ValueError(f"{place} is in the middle of a character")
        found = place - before
        if not 0 <= found <= self._length:
            raise ValueError(f"{place} is not in the text")
        return found
