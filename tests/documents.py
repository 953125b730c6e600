"""The examples in README and docs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# ```python, and what else stands behind it: words that say how a test runs the block.
_FENCE = re.compile(r"^```(?P<language>\w+)(?P<more>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One example.

    Attributes:
        text: Its lines.
        line: Where it begins in its file, counted from 1.
    """

    text: str
    line: int


def blocks(file: Path, language: str) -> list[Block]:
    """The blocks of a Markdown file in one language."""
    text = file.read_text(encoding="utf-8")
    return [
        Block(found["text"], text.count("\n", 0, found.start("text")) + 1)
        for found in _FENCE.finditer(text)
        if found["language"] == language
    ]
