"""Which texts are, in whole or in part, the same: what is measured on is not trained on, whichever file holds it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import ConfigError

_RUN = 8  # words
_SHARED = 0.05  # of the shorter text's runs


class Excluded:
    """Texts that must not be trained on; one that shares more than a twentieth of its runs with one of them is in it.

    Args:
        texts: Articles, or sentences.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._known = [fingerprint(text) for text in dict.fromkeys(texts)]
        self._all = frozenset[str]().union(*self._known)

    @classmethod
    def read(cls, paths: Sequence[Path], texts: Iterable[str] = ()) -> Excluded:
        """Exclude the articles of files of JSON lines, and texts.

        Raises:
            ConfigError: One of them is missing.
        """
        if missing := [str(path) for path in paths if not path.is_file()]:
            raise ConfigError(f"excluded articles: there is no file {', '.join(missing)}")
        return cls([*(article for path in paths for article in articles_in(path)), *texts])

    def __contains__(self, text: str) -> bool:
        own = fingerprint(text)
        shared = own & self._all  # most texts share nothing with any
        return any(len(shared & other) > _SHARED * max(1, min(len(own), len(other))) for other in self._known if shared)


def fingerprint(text: str) -> frozenset[str]:
    """The runs of eight words of a text, by which copies of it are known; a shorter text is one run."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1)))


def articles_in(path: Path) -> list[str]:
    """The articles of a file of JSON lines, each once."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return list(dict.fromkeys(json.loads(line)["article"] for line in lines if line.strip()))
