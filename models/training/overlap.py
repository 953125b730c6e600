"""Which articles are, in whole or in part, the same: what is measured on is not trained on, whichever file holds it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import ConfigError

_RUN = 8  # words
_SHARED = 0.05  # of the shorter text's runs


class Excluded:
    """Articles that must not be trained on; a text that shares more than a twentieth of its runs with one is in it.

    Args:
        articles: Their texts.
    """

    def __init__(self, articles: Iterable[str] = ()) -> None:
        self._known = [fingerprint(article) for article in articles]
        self._all = frozenset[str]().union(*self._known)

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Excluded:
        """Exclude the articles of files of JSON lines.

        Raises:
            ConfigError: One of them is missing.
        """
        if missing := [str(path) for path in paths if not path.is_file()]:
            raise ConfigError(f"excluded articles: there is no file {', '.join(missing)}")
        return cls(article for path in paths for article in articles_in(path))

    def __contains__(self, article: str) -> bool:
        own = fingerprint(article)
        shared = own & self._all  # most texts share nothing with any
        return any(len(shared & other) > _SHARED * max(1, min(len(own), len(other))) for other in self._known if shared)


def fingerprint(article: str) -> frozenset[str]:
    """The runs of eight words of a text, by which copies of it are known."""
    words = re.findall(r"\w+", article.lower())
    return frozenset(" ".join(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1))


def articles_in(path: Path) -> list[str]:
    """The articles of a file of JSON lines, each once."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return list(dict.fromkeys(json.loads(line)["article"] for line in lines if line.strip()))
