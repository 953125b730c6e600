"""Texts of articles that are other people's: what is shipped about them names them by file and hash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from .errors import ConfigError, InputError


class ArticleTexts:
    """The articles of a folder of labelled sets, by the SHA-256 of their text.

    Args:
        data: The folder; each file of it is read once.
        made_for: The file whose records are about them.
    """

    def __init__(self, data: Path | None, made_for: str) -> None:
        self._data, self._made_for = data, made_for
        self._texts: dict[str, dict[str, str]] = {}

    def of(self, record: dict[str, Any]) -> str:
        """The text that a record is about: its own ``article``, or the one that ``file`` and ``sha256`` name.

        Raises:
            ConfigError: The file is not there.
            InputError: It does not hold the text that was read.
        """
        if "article" in record:
            return str(record["article"])
        name = record["file"]
        if name not in self._texts:
            self._texts[name] = self._read(name)
        if record["sha256"] not in self._texts[name]:
            raise InputError(
                f"{name}: the article {record['id']} is missing, or is not the one that was read; "
                f"use the file that {self._made_for} was made on, or take its row out"
            )
        return self._texts[name][record["sha256"]]

    def _read(self, name: str) -> dict[str, str]:
        path = None if self._data is None else self._data / name
        if path is None or not path.is_file():
            raise ConfigError(
                f"there is no file {path or name}, which {self._made_for} needs; "
                f"--data names the folder that holds the labelled sets"
            )
        with path.open(encoding="utf-8") as lines:
            articles = {json.loads(line)["article"] for line in lines if line.strip()}
        return {hashlib.sha256(article.encode()).hexdigest(): article for article in articles}
