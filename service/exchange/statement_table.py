"""Statements as a table for spreadsheets and for R, Stata, SPSS: one row for each passage that shows one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..cells import safe_cell
from .files import replacing
from .statements import CodedDocument

COLUMNS = (
    "document",  # its id
    "title",
    "author",
    "source",
    "date",
    "url",
    "actor",
    "kind",  # person, body, country or group
    "organization",  # whom a person speaks for
    "target",
    "stance",  # favor, against or neutral
    "probability",  # of the stance; empty where a person coded it
    "start",  # of the passage in the document's text, in characters
    "end",
    "text",  # the passage
    "coder",
    "time",  # when it was coded
)


def write_csv(documents: Iterable[CodedDocument], path: str | Path) -> None:
    """Write a table with the columns of ``COLUMNS``, one row for each passage, in UTF-8.

    As RFC 4180 says. Where a spreadsheet would take a text for a formula, it has an apostrophe in front; start and end
    tell the passage as it is.

    Args:
        documents: With their statements.
        path: The file; one that is there is replaced.
    """
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for coded in documents:
            writer.writerows([_cell(value) for value in row] for row in _rows(coded))


def _rows(coded: CodedDocument) -> Iterator[tuple[Any, ...]]:
    one = coded.document
    about = (one.id, one.title, one.author, one.source, one.date, one.url)
    for said in coded.statements:
        probability = "" if said.probability is None else f"{said.probability:.4f}"
        told = (said.actor, said.kind, said.organization, said.target, said.label, probability)
        yield *about, *told, said.start, said.end, said.text, said.coder, said.time


def _cell(value: str | int) -> str | int:
    return safe_cell(value) if isinstance(value, str) else value
