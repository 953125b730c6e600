"""Statements as a database of Discourse Network Analyzer 3, and as the event list that it exports.

The program counts places in UTF-16 units, as Java does, and dates in seconds from 1970 on. Its agreement is yes or no:
who takes no side has no statement in it.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from newstance.models.errors import InputError

from ..cells import safe_cell
from . import dna_schema as schema
from .dates import moment
from .files import replacing
from .offsets import Offsets
from .statements import CODER, CodedDocument, Document, Statement

PASSWORD = "newstance"  # of the coder Admin in a new database; it keeps nobody out, since the file is not encrypted
_UNKNOWN = datetime(1970, 1, 1)
_EVENTS = (
    *("statement_id", "time", "person", "organization", "concept", "agreement", "start_position", "stop_position"),
    *("text", "coder", "document_id", "document_title", "document_author", "document_source", "document_section"),
    "document_type",
)
_SEPARATOR = ";"
_BORDERS = ",\t\r\n"  # a row begins with a bare number, so that who splits it at commas does so inside of texts


def write_dna(documents: Iterable[CodedDocument], path: str | Path, password: str = PASSWORD) -> list[str]:
    """Write a .dna file, which Discourse Network Analyzer 3 and the R package rDNA open.

    A person is the statement's person and its organization the statement's organization; any other actor is an
    organization. A target is the concept. Titles and the like are cut at 190 characters, and stand whole in the
    document's notes.

    Args:
        documents: With their statements; documents without any are written, too.
        path: The file; one that is there is replaced.
        password: Of the coder Admin, as whom the file is opened, and of the others.

    Returns:
        What is not as it was, one sentence each: statements left out, dates that are not known.

    Raises:
        InputError: An actor or target has more than 190 characters.
    """
    with replacing(path) as unfinished, closing(sqlite3.connect(unfinished)) as database, database:
        schema.create(database, password)
        writer = _Writer(database)
        for coded in documents:
            writer.add(coded)
        writer.finish()
    return writer.numbers.notes()


class _Writer:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.numbers = Numbers()
        self._entities: dict[tuple[int, str], int] = {}
        self._told: dict[int, tuple[str, dict[str, None]]] = {}  # of entities: kind and aliases
        self._attributes = {
            (variable, name): number
            for number, variable, name in database.execute(
                "SELECT ID, VariableId, AttributeVariable FROM ATTRIBUTEVARIABLES"
            )
        }

    def add(self, coded: CodedDocument) -> None:
        document = coded.document
        when = self.numbers.when(document)
        short = [_cut(text) for text in (document.title or document.id, document.author, document.source)]
        row = (*short, _cut(document.section), _cut(document.type), document.text, self._coder(CODER))
        number = self._insert(
            "INSERT INTO DOCUMENTS (Title, Author, Source, Section, Type, Text, Coder, Notes, Date) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, _notes(document), int(when.replace(tzinfo=UTC).timestamp())),
        )
        aliases = {actor.name: actor.aliases for actor in coded.actors}
        offsets = Offsets(document.text)
        for statement in self.numbers.sided(coded):
            self._statement(number, statement, offsets, aliases.get(statement.actor, ()))

    def _statement(self, document: int, said: Statement, offsets: Offsets, aliases: Iterable[str]) -> None:
        place = (offsets.to_units(said.start), offsets.to_units(said.end))
        number = self._insert(
            "INSERT INTO STATEMENTS (StatementTypeId, DocumentId, Start, Stop, Coder) VALUES (?, ?, ?, ?, ?)",
            (schema.STATEMENT_TYPE, document, *place, self._coder(said.coder)),
        )
        person, organization = person_and_organization(said)
        kinds = ("person", "") if person else ("", said.kind)
        entities = [
            (schema.PERSON, self._entity(schema.PERSON, person, kinds[0], aliases if person else ())),
            (schema.ORGANIZATION, self._entity(schema.ORGANIZATION, organization, kinds[1], () if person else aliases)),
            (schema.CONCEPT, self._entity(schema.CONCEPT, said.target, "", ())),
        ]
        self._database.executemany(
            "INSERT INTO DATASHORTTEXT (StatementId, VariableId, Entity) VALUES (?, ?, ?)",
            [(number, *entity) for entity in entities],
        )
        self._insert(
            "INSERT INTO DATABOOLEAN (StatementId, VariableId, Value) VALUES (?, ?, ?)",
            (number, schema.AGREEMENT, int(bool(said.agreement))),
        )

    def _entity(self, variable: int, name: str, kind: str, aliases: Iterable[str]) -> int:
        if (variable, name) not in self._entities:
            if len(name) > schema.LONGEST_NAME:
                raise InputError(
                    f"{name[:60]!r}... has {len(name)} characters, and Discourse Network Analyzer takes "
                    f"{schema.LONGEST_NAME}; give it a shorter name with a table of actors"
                )
            self._entities[variable, name] = self._insert(
                "INSERT INTO ENTITIES (VariableId, Value, Red, Green, Blue) VALUES (?, ?, 0, 0, 0)", (variable, name)
            )
        number = self._entities[variable, name]
        known, others = self._told.get(number, ("", {}))
        self._told[number] = (known or kind, others | dict.fromkeys(aliases))
        return number

    def _coder(self, name: str) -> int:
        number, is_new = self.numbers.coder(name)
        if is_new:
            self._database.execute(
                "INSERT INTO CODERS (ID, Name, Red, Green, Blue, Password) "
                "SELECT ?, ?, 51, 153, 255, Password FROM CODERS WHERE ID = ?",
                (number, _cut(name), schema.ADMIN),
            )
        return number

    def finish(self) -> None:
        for (variable, _), entity in self._entities.items():
            kind, aliases = self._told[entity]
            values = {"Type": kind, "Alias": _joined(aliases), "Notes": ""}
            self._database.executemany(
                "INSERT INTO ATTRIBUTEVALUES (EntityId, AttributeVariableId, AttributeValue) VALUES (?, ?, ?)",
                [(entity, self._attributes[variable, name], value) for name, value in values.items()],
            )
        coders = range(schema.ADMIN, schema.ADMIN + 1 + self.numbers.coders)
        self._database.executemany(
            "INSERT INTO CODERRELATIONS (Coder, OtherCoder) VALUES (?, ?)",
            [(one, other) for one in coders for other in coders if one != other],
        )

    def _insert(self, sql: str, values: tuple[object, ...]) -> int:
        return int(self._database.execute(sql, values).lastrowid or 0)


class Numbers:
    """How a database and its event list number coders, and what of the documents goes into neither."""

    def __init__(self) -> None:
        self._coders: dict[str, int] = {}
        self._without_side = self._without_date = 0

    @property
    def coders(self) -> int:
        """How many there are, without Admin."""
        return len(self._coders)

    def coder(self, name: str) -> tuple[int, bool]:
        """The number of a coder, and whether it is new."""
        before = len(self._coders)
        number = self._coders.setdefault(name, schema.ADMIN + 1 + before)
        return number, len(self._coders) > before

    def when(self, document: Document) -> datetime:
        """The moment of a document; 1970 if it is unknown."""
        found = moment(document.date)
        self._without_date += found is None
        return found or _UNKNOWN

    def sided(self, coded: CodedDocument) -> Iterator[Statement]:
        """The statements of a document that take a side."""
        for statement in coded.statements:
            if statement.agreement is None:
                self._without_side += 1
            else:
                yield statement

    def notes(self) -> list[str]:
        """What is not as it was."""
        told = (
            (self._without_side, "passages that take no side are left out: agreement is yes or no"),
            (self._without_date, "documents without a date are dated 1970-01-01"),
        )
        return [f"{count} {what}" for count, what in told if count]


def person_and_organization(statement: Statement) -> tuple[str, str]:
    """What Discourse Network Analyzer calls the actor of a statement: the one or the other may be ""."""
    if statement.kind == "person":
        return statement.actor, statement.organization
    return "", statement.actor


def write_events(documents: Iterable[CodedDocument], path: str | Path) -> list[str]:
    """Write the event list that Discourse Network Analyzer exports of the statements: CSV with semicolons.

    As the program has it: by time, with semicolons in texts turned to commas, and quotation marks to apostrophes. Where
    a spreadsheet would take a text for a formula, it has an apostrophe in front. Returns what ``write_dna`` does.
    """
    numbers = Numbers()
    rows: list[tuple[datetime, list[str | int]]] = []
    for number, coded in enumerate(documents, 1):
        document, offsets = coded.document, Offsets(coded.document.text)
        when = numbers.when(document)
        numbers.coder(CODER)
        texts = (document.title or document.id, document.author, document.source, document.section, document.type)
        about: list[str | int] = [number, *map(_event_cell, map(_cut, texts))]
        for said in numbers.sided(coded):
            names = map(_event_cell, (*person_and_organization(said), said.target))
            place = (offsets.to_units(said.start), offsets.to_units(said.end))
            row: list[str | int] = [len(rows) + 1, when.isoformat(" "), *names, int(bool(said.agreement)), *place]
            rows.append((when, [*row, _event_cell(said.text), numbers.coder(said.coder)[0], *about]))
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=_SEPARATOR, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(_EVENTS)
        writer.writerows(row for _, row in sorted(rows, key=lambda timed: timed[0]))
    return numbers.notes()


def _event_cell(text: str) -> str:
    return safe_cell(text.replace(_SEPARATOR, ",").replace('"', "'"), _BORDERS)


def _cut(text: str) -> str:
    return text if len(text) <= schema.LONGEST_NAME else f"{text[: schema.LONGEST_NAME - 1]}…"


def _joined(aliases: Iterable[str]) -> str:
    """As many aliases as fit."""
    found = ""
    for alias in aliases:
        longer = f"{found}; {alias}" if found else alias
        if len(longer) <= schema.LONGEST_NAME:
            found = longer
    return found


def _notes(document: Document) -> str:
    told = {name: getattr(document, name) for name in ("title", "author", "source", "section", "type")}
    cut = [f"{name}: {text}" for name, text in told.items() if len(text) > schema.LONGEST_NAME]
    return "\n".join([*([document.url] if document.url else []), *cut, f"id: {document.id}"])
