"""Which articles are, in whole or in part, the same: what is measured on is not trained on, whichever file holds it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

Fingerprint = frozenset[str]
_RUN = 8  # words
_SHARED = 0.05  # of the shorter text's runs


def fingerprint(article: str) -> Fingerprint:
    """The runs of eight words of a text, by which copies of it are known."""
    words = re.findall(r"\w+", article.lower())
    return frozenset(" ".join(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1))


def articles_in(path: Path) -> list[str]:
    """The articles of a file of JSON lines, each once."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return list(dict.fromkeys(json.loads(line)["article"] for line in lines if line.strip()))


def overlaps(article: str, excluded: Sequence[Fingerprint]) -> bool:
    """Whether an article shares more than a twentieth of its runs with one of those excluded."""
    own = fingerprint(article)
    return any(len(own & other) > _SHARED * max(1, min(len(own), len(other))) for other in excluded)
