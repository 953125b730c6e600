"""The statements in a database of Discourse Network Analyzer 3."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from newstance.models.errors import InputError

from ..corpus.actor_table import KINDS
from ..intake.door import read_file
from .dates import told
from .dna_schema import DATA
from .offsets import Offsets
from .statements import Document, Statement

log = logging.getLogger(__name__)
_BYTES = 500_000_000  # of a database; a hundred thousand articles have about as much
_SECONDS = 60.0  # for all that is asked of it; a database may be made to take forever
_STEPS = 100_000  # of SQLite's machine between two looks at the clock
_FIRST = datetime(1970, 1, 1)
_MAGIC = b"SQLite format 3\0"
_WAL = slice(18, 20)  # of the header: how it is written and read
_VARIABLES = {"person": "short text", "organization": "short text", "concept": "short text", "agreement": "boolean"}
_TABLES = (
    *("SETTINGS", "CODERS", "DOCUMENTS", "VARIABLES", "STATEMENTS", "ENTITIES", "DATABOOLEAN", "DATASHORTTEXT"),
    *("ATTRIBUTEVARIABLES", "ATTRIBUTEVALUES"),
)


def read_dna(path: str | Path) -> list[Statement]:
    """The statements of a .dna file, in its order, with the documents that they stand in.

    Statements of every type count that has the variables concept, agreement, and person or organization. The actor is
    the person, or where there is none the organization; one that names neither, or no concept, is left out with a
    warning. Documents without statements are not among those of the result.

    Raises:
        InputError: It is no such file, of another version, damaged, or takes more than a minute to read.
    """
    path = Path(path)
    content = read_file(path, _BYTES)
    if not content.startswith(_MAGIC):
        raise InputError(f"{path} is no database of Discourse Network Analyzer 3; give a .dna file")
    if content[_WAL] == b"\x02\x02":
        raise InputError(f"{path} is in use by another program; close it there, and try again")
    try:
        with closing(sqlite3.connect(":memory:")) as database, _timed(database, path):
            database.deserialize(content)
            return list(_statements(database, path))
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{path} is no database of Discourse Network Analyzer 3, or is damaged: {error}") from None


@contextmanager
def _timed(database: sqlite3.Connection, path: Path) -> Iterator[None]:
    end = time.monotonic() + _SECONDS
    database.set_progress_handler(lambda: int(time.monotonic() > end), _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if time.monotonic() > end:
            raise InputError(f"{path} takes more than {_SECONDS:g} seconds to read; export fewer documents") from None
        raise error


def _statements(database: sqlite3.Connection, path: Path) -> Iterator[Statement]:
    database.execute("PRAGMA query_only = ON")
    database.execute("PRAGMA trusted_schema = OFF")
    there = {name for (name,) in database.execute("SELECT upper(name) FROM sqlite_master WHERE type = 'table'")}
    if missing := [table for table in _TABLES if table not in there]:
        raise InputError(f"{path} is no database of Discourse Network Analyzer 3: it has no table {missing[0]}")
    for table in _TABLES:  # what is calculated could be gigabytes of a small file
        if database.execute("SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden", (table,)).fetchone():
            raise InputError(f"{path} is no database of Discourse Network Analyzer 3: {table} has calculated columns")
    version = _pairs(database, "SELECT Property, Value FROM SETTINGS").get("version", "")
    if not str(version).startswith("3."):
        raise InputError(
            f"{path} is of version {version or 'unknown'}; import it into a new database of Discourse Network "
            "Analyzer 3"
        )
    documents = {number: (made, Offsets(made.text)) for number, made in _documents(database)}
    coders = _pairs(database, "SELECT ID, Name FROM CODERS")
    kinds = _pairs(
        database,
        "SELECT v.EntityId, v.AttributeValue FROM ATTRIBUTEVALUES v "
        "JOIN ATTRIBUTEVARIABLES a ON a.ID = v.AttributeVariableId WHERE a.AttributeVariable = 'Type'",
    )
    values, entities = _values(database)
    incomplete = 0
    rows = database.execute("SELECT ID, StatementTypeId, DocumentId, Start, Stop, Coder FROM STATEMENTS ORDER BY ID")
    types = _types(database)
    for number, kind, document, start, stop, coder in rows:
        if kind not in types:
            continue
        told_of = values.get(number, {})
        person, organization, concept = (told_of.get(name, "") for name in ("person", "organization", "concept"))
        if not (person or organization) or not concept or "agreement" not in told_of:
            incomplete += 1
            continue
        if document not in documents:
            raise InputError(f"{path} is damaged: statement {number} stands in document {document}, which is not there")
        where, offsets = documents[document]
        entity = kinds.get(entities[number]["person" if person else "organization"], "")
        try:
            yield Statement(
                where,
                str(person or organization),
                str(concept),
                bool(told_of["agreement"]),
                offsets.to_characters(start),
                offsets.to_characters(stop),
                str(entity) if entity in KINDS else ("person" if person else ""),
                str(organization) if person else "",
                coder=str(coders.get(coder, "")),
            )
        except ValueError as error:
            raise InputError(f"{path} is damaged: statement {number} from {start} to {stop}: {error}") from None
    if incomplete:
        log.warning("%d statements of %s name no actor, no concept or no agreement, and are left out", incomplete, path)


def _pairs(database: sqlite3.Connection, sql: str) -> dict[Any, Any]:
    return dict(database.execute(sql).fetchall())


def _documents(database: sqlite3.Connection) -> Iterable[tuple[int, Document]]:
    columns = "ID, Title, Text, Author, Source, Section, Type, Date"
    for number, title, text, author, source, section, kind, seconds in database.execute(
        f"SELECT {columns} FROM DOCUMENTS"
    ):
        date = told(_FIRST + timedelta(seconds=seconds))
        title, text, author, source, section, kind = map(str, (title, text, author, source, section, kind))
        yield number, Document(str(number), text, title, author, source, section, kind, date)


def _types(database: sqlite3.Connection) -> set[int]:
    """Statement types that say who is for or against what."""
    found: dict[int, set[str]] = {}
    for kind, name, data_type in database.execute("SELECT StatementTypeId, Variable, DataType FROM VARIABLES"):
        if _VARIABLES.get(name) == data_type:
            found.setdefault(kind, set()).add(name)
    return {kind for kind, names in found.items() if {"concept", "agreement"} < names}


def _values(database: sqlite3.Connection) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, int]]]:
    """By statement, what its variables say, and which entities these are."""
    values: dict[int, dict[str, Any]] = {}
    entities: dict[int, dict[str, int]] = {}
    named = _pairs(database, "SELECT ID, Value FROM ENTITIES")  # each once, however many rows name it
    short = (
        f"SELECT d.StatementId, v.Variable, d.Entity FROM {DATA['short text']} d "
        "JOIN VARIABLES v ON v.ID = d.VariableId JOIN ENTITIES e ON e.ID = d.Entity"
    )
    for statement, name, entity in database.execute(short):
        if _VARIABLES.get(name) == "short text":
            values.setdefault(statement, {})[name] = named[entity]
            entities.setdefault(statement, {})[name] = entity
    boolean = (
        f"SELECT d.StatementId, d.Value FROM {DATA['boolean']} d "
        "JOIN VARIABLES v ON v.ID = d.VariableId WHERE v.Variable = 'agreement'"
    )
    for statement, value in database.execute(boolean):
        values.setdefault(statement, {})["agreement"] = value
    return values, entities
