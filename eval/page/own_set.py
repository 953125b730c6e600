"""A labelled file of a reader's own, uploaded to the page: what is in it, and the set that it makes."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from newstance.models.errors import InputError
from newstance.models.stance import LABELS
from newstance.service.intake.table_file import file_records

from ..labelled import LabelledSet, load_set
from ..set_config import FileSource, SetConfig

SUFFIXES = (".csv", ".tsv", ".jsonl")
FIELDS = ("text", "holder", "target", "label")
MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
_MOST_LABELS = 40
# What the columns and labels of published sets are called, small letters.
_COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "tweet", "sentence", "argument", "post", "article", "content", "body"),
    "holder": ("holder", "actor", "source", "author", "speaker"),
    "target": ("target", "topic", "claim", "statement", "entity"),
    "label": ("label", "stance", "gold", "class", "annotation", "sentiment"),
}
_LABEL_WORDS: Mapping[str, tuple[str, ...]] = {
    "favor": ("favor", "favour", "for", "pro", "support", "agree", "positive", "1"),
    "against": ("against", "con", "contra", "anti", "oppose", "refute", "disagree", "negative", "-1"),
    "neutral": ("neutral", "none", "comment", "unrelated", "neither", "no stance", "0"),
}


@dataclass(frozen=True)
class OwnFile:
    """An uploaded file.

    Attributes:
        path: Where it lies now.
        name: What its owner calls it.
        columns: Of its first row.
        rows: How many.
        guesses: The column that each of our fields probably is.
    """

    path: Path
    name: str
    columns: tuple[str, ...]
    rows: int
    guesses: Mapping[str, str]

    def labels(self, column: str) -> list[str]:
        """The different values of a column, the most frequent first."""
        values = Counter(str(row[column]).strip() for row in _rows(self.path) if row.get(column) is not None)
        return [value for value, _ in values.most_common(_MOST_LABELS) if value]


def take(upload: Path, folder: Path) -> OwnFile:
    """Move an uploaded file into a folder of its owner's, and look at its columns.

    Raises:
        InputError: It is too large, of no kind that is read, or has no rows or columns.
    """
    name, suffix = upload.name, upload.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{name} is none of {', '.join(SUFFIXES)}; save the table as CSV in UTF-8")
    if (size := upload.stat().st_size) > MOST_BYTES:
        raise InputError(f"{name} has {size / 1e6:.1f} MB, and {MOST_BYTES / 1e6:.0f} MB are the most; take a sample")
    path = folder / f"own{suffix}"  # the name that a browser sends is no path of ours
    shutil.move(upload, path)
    first: dict[str, Any] = {}
    rows = 0
    for rows, row in enumerate(_rows(path), 1):
        first = first or row
        if rows > MOST_ROWS:
            raise InputError(f"{name} has more than {MOST_ROWS:,} rows; take a sample of them")
    columns = tuple(str(column) for column in first if column)
    if not columns:
        raise InputError(f"{name} holds no row; its first line must name the columns (CSV) or be an object (JSONL)")
    return OwnFile(path, name, columns, rows, {field: _guess(field, columns) for field in FIELDS})


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows that can be read; what is wrong with the others is told when the set is loaded."""
    return (record for _, record in file_records(path) if isinstance(record, dict))


def _guess(field: str, columns: Sequence[str]) -> str:
    by_name = {column.lower().strip(): column for column in columns}
    return next((by_name[name] for name in _COLUMN_NAMES[field] if name in by_name), "")


def guess_words(labels: Sequence[str]) -> dict[str, list[str]]:
    """Which of a set's labels probably mean favor, against and neutral."""
    return {
        ours: [label for label in labels if label.lower() in words] for ours, words in _LABEL_WORDS.items()
    }  # fmt: skip


def own_set(
    file: OwnFile,
    columns: Mapping[str, str],
    words: Mapping[str, Sequence[str]],
    constants: Mapping[str, str] | None = None,
    skip_invalid: bool = False,
) -> LabelledSet:
    """The set that a file makes.

    Args:
        file: From ``take``.
        columns: The column of each of our fields; "" if none holds it.
        words: What the set calls favor, against and neutral.
        constants: Holder or target, where no column holds them.
        skip_invalid: Leave bad rows out.

    Raises:
        InputError: A field has neither column nor constant, a label means two things, or a row is bad.
    """
    fixed = {field: value.strip() for field, value in (constants or {}).items() if value.strip()}
    chosen = {field: column for field, column in columns.items() if column and field not in fixed}
    for field in FIELDS:
        if field not in chosen and field not in fixed:
            other = ", or write what it is in all rows" if field in ("holder", "target") else ""
            raise InputError(f"nothing says what the {field} is; choose its column{other}")
        if field in chosen and chosen[field] not in file.columns:
            raise InputError(f"{file.name} has no column {chosen[field]!r}; it has {', '.join(file.columns)}")
    meaning: dict[str, str] = {}
    for ours in LABELS:
        for word in words.get(ours, ()):
            if meaning.setdefault(word, ours) != ours:
                raise InputError(f"the label {word!r} cannot mean both {meaning[word]} and {ours}; give it to one")
    used = [label for label in LABELS if label in meaning.values()]
    if len(used) < 2:
        raise InputError("at least two of favor, against and neutral need a label of the file; say what it calls them")
    config = SetConfig(
        name=f"own-{re.sub(r'[^A-Za-z0-9.-]+', '-', Path(file.name).stem).strip('-.') or 'set'}"[:60],
        terms="the reader's own data",
        scored=used,
        file=FileSource(path=file.path.name, columns=chosen, constants=fixed, labels=meaning),
    )
    described = file.path.with_suffix(".yaml")
    described.write_text(yaml.safe_dump(config.model_dump(mode="json", exclude_defaults=True)), encoding="utf-8")
    return load_set(described, file.path.parent, skip_invalid)
