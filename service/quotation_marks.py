"""What stands between quotation marks, whoever says it; found in the text alone, without a parse."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSING = {
    "“": "”", "«": "»", "»": "«", "‹": "›", "„": "“”", '"': '"', "「": "」", "『": "』",
    "‘": "’", "‚": "‘’", "'": "'’",
}  # fmt: skip
_SINGLE = frozenset("‘‚'")
# What a single mark in front of a word leaves out, so that it opens nothing: 'tis, rock 'n' roll, the '90s.
_ELISION = r"(?:tis|twas|em|til|cause|bout|n|s|\d\ds?)\b"
# A straight mark behind a letter or digit opens nothing: 5" disc, the workers' hall.
_OPENING = re.compile(rf"[“«„‹「『]|(?<!\w)[\"»](?=\S)|(?<![\w'])['‘‚](?=[\w\"“«(…])(?!{_ELISION})", re.IGNORECASE)
_SINGLE_CLOSING = re.compile(r"(?<=\S)['’‘](?!\w)")

Span = tuple[int, int, bool, bool]  # as ``quoted_spans`` gives them


def quoted_spans(text: str) -> Iterator[Span]:
    """Places in quotation marks; marks within marks are part of them.

    Yields:
        (start, end, whether it opens its paragraph, whether the quotation before was left open).
    """
    left_open = ""
    for paragraph in re.finditer(r"[^\n]+", text):
        position, first = paragraph.start(), True
        continues, left_open = left_open, ""
        while opening := _OPENING.search(text, position, paragraph.end()):
            start, mark = opening.end(), opening[0]
            opens = first and not text[paragraph.start() : start - 1].strip()
            end = _closing(text, mark, start, paragraph.end())
            if end == -1 and mark in "»":
                position = start  # closes something that was never opened
                continue
            if end == -1 and mark in _SINGLE and not (mark == "‘" and _opens_next(text, paragraph.end(), mark)):
                position = start  # an apostrophe
                continue
            if end == -1:  # a quotation of several paragraphs is closed only in its last
                left_open, end = mark, paragraph.end()
            position = end + 1
            low, high = without_blanks(text, start, end)
            if low < high:
                yield low, high, opens, opens and continues == mark
            first = False


def _closing(text: str, mark: str, start: int, stop: int) -> int:
    if mark in _SINGLE:
        return _single_closing(text, mark, start, stop)
    depth = 0
    for i in range(start, stop):
        if text[i] in _CLOSING[mark]:
            if not depth:
                return i
            depth -= 1
        elif text[i] == mark:
            depth += 1
    # Who types an opening mark may close with a straight one.
    return text.find('"', start, stop) if mark != '"' else -1


def _single_closing(text: str, mark: str, start: int, stop: int) -> int:
    """The first mark that is no apostrophe. Behind "s" it may be one, "the workers' hall": if another fits better."""
    doubtful = -1
    for match in _SINGLE_CLOSING.finditer(text, start, stop):
        place = match.start()
        if match[0] not in _CLOSING[mark]:
            continue
        if doubtful != -1 and _OPENING.search(text, doubtful + 1, place):
            break
        if text[place - 1] != "s" or not re.match(r"\s\w", text[place + 1 : place + 3]):
            return place
        doubtful = place if doubtful == -1 else doubtful
    return doubtful


def _opens_next(text: str, end: int, mark: str) -> bool:
    """Whether the next paragraph goes on with the same mark."""
    return text[end:].lstrip()[:1] == mark


def without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of a piece of text without the blanks around it."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
