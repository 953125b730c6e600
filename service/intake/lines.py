"""Lines that were broken to fit a page or a terminal, joined again to paragraphs."""

from __future__ import annotations

import re
from itertools import groupby, pairwise

_ENDS = re.compile(r"[.!?:;…][\"”’»')\]]*\s*\Z")
# What opens a line of its own: an item of a list, a dash before somebody's words, somebody's name before a colon.
_OPENS = re.compile(r"\s*(?:[-–—•*·▪‣>]\s|\d{1,3}[.)]\s|[^\s:][^:\n]{0,40}:\s)")
_LOOKED_AT = 60  # characters at an end of a line
_WIDE = 0.7  # of the widest line: the least width of one that was broken because it was full


def unwrapped(text: str) -> str:
    """A text with spaces for the line breaks inside of its sentences; each character keeps its place.

    A break is inside of one where the line before it ends none and the next begins in lower case. Where most breaks
    between lines of like width are such, the others are taken for the same, but for those behind a sentence in a line
    that is shorter.
    """
    blocks = groupby(text.split("\n"), key=lambda line: bool(line.strip()))
    return "\n".join(_joined(list(lines)) if is_block else "\n".join(lines) for is_block, lines in blocks)


def _joined(lines: list[str]) -> str:
    breaks = [_is_inside(line, after) for line, after in pairwise(lines)]
    width = max(map(len, lines))
    is_wrapped = 2 * sum(breaks) >= len(breaks) and sum(breaks) > 1
    parts = [lines[0]]
    for (line, after), is_inside in zip(pairwise(lines), breaks, strict=True):
        is_full = len(line) >= _WIDE * width and "\t" not in line and not _OPENS.match(after[:_LOOKED_AT])
        parts += [" " if is_inside or (is_wrapped and is_full) else "\n", after]
    return "".join(parts)


def _is_inside(line: str, after: str) -> bool:
    """Whether a sentence goes on behind a line."""
    return after.lstrip()[:1].islower() and not _ENDS.search(line[-_LOOKED_AT:]) and "\t" not in line
