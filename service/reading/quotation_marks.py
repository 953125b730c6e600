"""What stands between quotation marks, whoever says it; found in the text alone, without a parse."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

_CLOSING = {
    "“": "”", "«": "»", "»": "«", "‹": "›", "„": "“”", '"': '"', "「": "」", "『": "』",
    "‘": "’", "‚": "‘’", "'": "'’",
}  # fmt: skip
_SINGLE = frozenset("‘‚'")
# What a single mark in front of a word leaves out, so that it opens nothing: 'tis, rock 'n' roll, the '90s.
_ELISION = r"(?:tis|twas|em|til|cause|bout|n|s|\d\ds?)\b"
# A straight mark behind a letter or digit opens nothing: 5" disc, the workers' hall.
# Between blanks, as a tokenizer leaves it, it opens if another one follows: " We will go , " he said.
_OPENING = re.compile(
    rf"[“«„‹「『]|(?<!\w)[\"»](?=\S)|(?<![^\s])(?<!\d\s)\"(?=\s\S)|(?<![\w'])['‘‚](?=[\w\"“«(…])(?!{_ELISION})",
    re.IGNORECASE,
)
_NO_BLANK = re.compile(r"\S")
_SINGLE_CLOSING = re.compile(r"(?<=\S)['’‘](?!\w)")

Quoted = tuple[int, int, bool, bool]  # as ``quoted_spans`` gives them


def quoted_spans(text: str) -> Iterator[Quoted]:
    """Places in quotation marks; marks within marks are part of them.

    Yields:
        (start, end, whether it opens its paragraph, whether the quotation before was left open).
    """
    left_open = ""
    for match in re.finditer(r"[^\n]+", text):
        paragraph = _Paragraph(text, *match.span())
        position, first = paragraph.start, True
        continues, left_open = left_open, ""
        while opening := _OPENING.search(text, position, paragraph.end):
            start, mark = opening.end(), opening[0]
            opens = first and opening.start() <= paragraph.first
            end = paragraph.closing(mark, start)
            if end == -1 and (mark == "»" or text[start : start + 1].isspace()):
                position = start  # closes something that was never opened
                continue
            if end == -1 and mark in _SINGLE and not (mark == "‘" and paragraph.next_opens_with(mark)):
                position = start  # an apostrophe
                continue
            if end == -1:  # a quotation of several paragraphs is closed only in its last
                left_open, end = mark, paragraph.end
            position = end + 1
            low, high = without_blanks(text, start, end)
            if low < high:
                yield low, high, opens, opens and continues == mark
            first = False


class _Paragraph:
    """A paragraph in which each opening mark finds its closing one, without a walk through the rest for each."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self._text = text
        self._pairs: dict[str, dict[int, int]] = {}
        self._single: dict[str, list[int]] = {}

    @cached_property
    def first(self) -> int:
        """The first character that is no blank; the end if there is none."""
        match = _NO_BLANK.search(self._text, self.start, self.end)
        return match.start() if match else self.end

    def closing(self, mark: str, start: int) -> int:
        """Where a quotation ends whose mark stands before ``start``; -1 if it is left open."""
        if mark in _SINGLE:
            return self._single_closing(mark, start)
        if mark == '"':
            return self._text.find('"', start, self.end)
        if mark not in self._pairs:
            self._pairs[mark] = self._paired(mark)
        # Who types an opening mark may close with a straight one.
        return self._pairs[mark].get(start - 1, self._text.find('"', start, self.end))

    def next_opens_with(self, mark: str) -> bool:
        """Whether the next paragraph goes on with the same mark."""
        return bool((match := _NO_BLANK.search(self._text, self.end)) and match[0] == mark)

    def _paired(self, mark: str) -> dict[int, int]:
        """The closing mark of each opening one; a closing one belongs to the last that is still open."""
        pairs: dict[int, int] = {}
        is_open: list[int] = []
        for i in range(self.start, self.end):
            if self._text[i] in _CLOSING[mark]:
                if is_open:
                    pairs[is_open.pop()] = i
            elif self._text[i] == mark:
                is_open.append(i)
        return pairs

    def _single_closing(self, mark: str, start: int) -> int:
        """The first mark that is no apostrophe. Behind "s" it may be one, "the workers' hall", if another is better."""
        text, places = self._text, self._single_places(mark)
        doubtful, opening = -1, None
        for number in range(bisect_left(places, start), len(places)):
            place = places[number]
            if opening is not None and _opens_before(text, opening.start(), place):
                break
            if text[place - 1] != "s" or not re.match(r"\s\w", text[place + 1 : place + 3]):
                return place
            if doubtful == -1:
                doubtful, opening = place, _OPENING.search(text, place + 1, self.end)
        return doubtful

    def _single_places(self, mark: str) -> list[int]:
        if mark not in self._single:
            found = _SINGLE_CLOSING.finditer(self._text, self.start, self.end)
            self._single[mark] = [match.start() for match in found if match[0] in _CLOSING[mark]]
        return self._single[mark]


def _opens_before(text: str, opening: int, place: int) -> bool:
    """Whether a mark is an opening one if the text ends at ``place``."""
    return opening < place and _OPENING.match(text, opening, place) is not None


def without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of a piece of text without the blanks around it."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
