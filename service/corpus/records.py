"""One record of a run's inputs: a row of a table, a file or an address; what becomes an article, or is rejected."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from newstance.models.errors import InputError

from ..article import Article, clean
from ..intake.bounds import DOCUMENT_BYTES
from ..intake.door import read_file

Kind = Literal["row", "file", "address", "article"]
# What a table's columns are usually called, in any case; of several, the first that a row has.
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "article_text", "maintext", "full_text"),
    "id": ("id", "article_id", "doc_id", "uid", "_id"),
    "title": ("title", "headline"),
    "date": ("date", "published", "published_at", "publish_date", "publication_date", "date_publish", "pubdate"),
    "source": ("source", "outlet", "publisher", "publication", "source_domain", "domain", "site", "newspaper"),
    "author": ("author", "authors", "byline"),
    "url": ("url", "link"),
    "language": ("language", "lang"),
}
_SHOWN = 200  # characters of what is quoted in a reason


@dataclass(frozen=True)
class Record:
    """Where an article is to come from.

    Attributes:
        file: The file that it is or stands in, as the user named it, or an address.
        line: Where it stands in that file, from 1; 0 for the file as a whole.
        kind: A row holds text and what is known of it, a file its path, an address itself; an article, which was made
            before, all that an ``Article`` holds.
        values: By name; all strings.
        id: The user's own name for it.
        problem: Why it gives no article; "" if nothing is known against it.
    """

    file: str
    line: int
    kind: Kind
    values: Mapping[str, str]
    id: str = ""
    problem: str = ""

    @property
    def place(self) -> str:
        """File and line in one."""
        return f"{self.file}:{self.line}" if self.line else self.file

    @cached_property
    def digest(self) -> str:
        """A hash of what it holds and is called, wherever it stands; of a file, of its name and content.

        Two rows that differ in blanks alone have one hash, as they make one article.
        """
        told: Any = [self.kind, sorted((name, value.split()) for name, value in self.values.items()), self.id]
        if self.problem:
            told = [self.place, self.problem]
        elif self.kind == "file":
            try:
                content = read_file(Path(self.values["path"]), DOCUMENT_BYTES)
                told = ["file", Path(self.file).name, hashlib.sha256(content).hexdigest()]
            except InputError as error:
                told = [self.place, str(error)]
        return _sha256(told)

    def refused(self, problem: str) -> Record:
        """The same with what is known against it."""
        return replace(self, problem=problem)

    def rejection(self) -> dict[str, Any]:
        """A line of ``rejected.jsonl``."""
        return {"file": self.file, "line": self.line, "id": self.id, "reason": self.problem}

    def article(self) -> Article:
        """The article.

        Raises:
            InputError: There is none, and why.
        """
        if self.problem:
            raise InputError(self.problem)
        if self.kind == "file":
            return Article.from_file(self.values["path"])
        if self.kind == "article":
            return Article(**self.values)
        if self.kind == "address":
            raise InputError("the address was not fetched")
        given = dict(self.values)
        text, title, source, day = (given.pop(name, "") for name in ("text", "title", "source", "date"))
        article = Article.from_text(text, title, source, day)
        return replace(article, **{name: value for name, value in given.items() if value})

    @classmethod
    def of_article(cls, article: Article, record: Record) -> Record:
        """A record that is an article already, in the place of another."""
        return replace(record, kind="article", values=asdict(article))

    @classmethod
    def of_row(cls, file: str, line: int, row: Mapping[Any, Any] | str, columns: Mapping[str, str]) -> Record:
        """A record of a row of a table.

        Args:
            file: The table.
            line: The row's.
            row: The row, or why there is none.
            columns: What a column is called that is not called as usual, by its name in ``COLUMNS``.
        """
        if isinstance(row, str):
            return cls(file, line, "row", {}, problem=row)
        usual = {str(name).strip().lower(): name for name in reversed(list(row))}
        found: dict[str, Any] = {}
        for name, often in COLUMNS.items():
            column = columns.get(name) or next((usual[one] for one in often if one in usual), None)
            if column is not None and (column in row or name == "text"):
                found[name] = row.get(column)
        identity = _text(found.pop("id", ""))
        values = {name: _text(value) for name, value in found.items()}
        problem = ""
        if "text" not in values:
            there = ", ".join(map(repr, list(row)[:20]))
            problem = f"no column is known to hold the text; columns here: {there}; name it by --column text=COLUMN"
        elif not isinstance(found["text"], str) or not values["text"].strip():
            problem = f"the column of the text holds {_text(found['text'])[:_SHOWN]!r}, which is no article"
        if "date" in values:
            values["date"] = _day(values["date"])
        return cls(file, line, "row", values, identity, clean(problem))


def _sha256(told: Any) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _text(value: Any) -> str:
    """A cell as text: dates as they are written, several authors with commas between, nothing for what is no text."""
    if value is None or value != value:  # pandas writes NaN for what is missing
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, (_text(one) for one in value if not isinstance(one, (list, tuple)))))
    return clean(str(value)) if isinstance(value, (str, int, float, date)) else ""


def _day(text: str) -> str:
    """The day in a date or time as ISO 8601 or mail writes them; "" for any other, which could mean several days."""
    text = text.strip()
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date().isoformat() if any(c.isalpha() for c in text) else ""
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
