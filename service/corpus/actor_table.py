"""Who is who across articles: a table that newstance proposes, a reader edits, and corpus view and exports follow."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from newstance.models.errors import InputError

from ..analysis import Kind
from ..cells import as_meant, safe_cell
from ..intake.decoding import decoded_text
from ..intake.door import read_file

_BYTES = 50_000_000  # of a table; a million names have less
_NEEDED = ("name", "canonical")
COLUMNS = (*_NEEDED, "kind", "organization", "articles", "note")
KINDS = get_args(Kind)


@dataclass(frozen=True)
class ActorRow:
    """One name and whom it means.

    Attributes:
        name: As articles have it.
        canonical: What the actor is called in exports; the name itself if it is nobody else.
        kind: person, body, country or group; "" leaves what each article says.
        organization: Whom a person speaks for; "" if unknown.
        articles: How many articles name the actor so.
        note: Why it is joined with others, or why not.
    """

    name: str
    canonical: str
    kind: str = ""
    organization: str = ""
    articles: int = 0
    note: str = ""


def key_of(name: str) -> str:
    """What two spellings of one name have in common: all but case and spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


class ActorTable:
    """Names and whom they mean. A name that is not in it means itself.

    A row may lead to the name of another row, and so on to the last. Case and spaces do not matter.

    Args:
        rows: The rows.
        places: What an error calls each row; None for "row 1" and so on.

    Raises:
        InputError: A name means two, rows lead in a circle, or one actor has two kinds or two organizations.
    """

    def __init__(self, rows: Iterable[ActorRow], places: Iterable[str] | None = None) -> None:
        self.rows = tuple(rows)
        found = list(places) if places is not None else [f"row {number}" for number in range(1, len(self.rows) + 1)]
        by_key: dict[str, tuple[ActorRow, str]] = {}
        for row, place in zip(self.rows, found, strict=True):
            other, before = by_key.setdefault(key_of(row.name), (row, place))
            if key_of(other.canonical) != key_of(row.canonical):
                raise InputError(
                    f"{place} says that {row.name!r} is {row.canonical!r}, and {before} that it is "
                    f"{other.canonical!r}; leave one"
                )
        self._canonical = _ends(by_key)
        self._kinds = self._said("kind", found)
        self._organizations = self._said("organization", found)

    def _said(self, column: str, places: list[str]) -> dict[str, str]:
        """What rows say of the actor that they lead to, by its key."""
        said: dict[str, tuple[str, str]] = {}
        for row, place in zip(self.rows, places, strict=True):
            if value := getattr(row, column):
                name = self.canonical(row.name)
                other, before = said.setdefault(key_of(name), (value, place))
                if other != value:
                    raise InputError(
                        f"{place} says that the {column} of {name!r} is {value!r}, and {before} that it is {other!r}; "
                        "leave one"
                    )
        return {key: value for key, (value, _) in said.items()}

    def canonical(self, name: str) -> str:
        """What the actor of this name is called in exports."""
        return self._canonical.get(key_of(name), name)

    def kind(self, name: str) -> Kind | Literal[""]:
        """What the actor of this name is; "" where the table does not say."""
        return self._kinds.get(key_of(self.canonical(name)), "")  # type: ignore[return-value]  # looked at by `load`

    def organization(self, name: str) -> str:
        """Whom the actor of this name speaks for; "" where the table does not say."""
        return self._organizations.get(key_of(self.canonical(name)), "")

    def to_csv(self) -> str:
        """The table, with the columns of ``COLUMNS``; read back by ``load``."""
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in self.rows:
            writer.writerow([safe_cell(str(getattr(row, column))) for column in COLUMNS])
        return file.getvalue()

    @classmethod
    def load(cls, path: str | Path) -> ActorTable:
        """The table in a CSV file with the columns name and canonical, and perhaps kind, organization, articles, note.

        Commas, semicolons and tabs are taken as separators, whichever the first line has.

        Raises:
            InputError: It is no such table; names the line.
        """
        path = Path(path)
        text = decoded_text(read_file(path, _BYTES), str(path)).removeprefix("\ufeff")
        first = text.partition("\n")[0]
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
        rows, places = [], []
        try:
            header = [column.strip().lower() for column in next(reader, [])]
            _check_header(header, path)
            for cells in reader:
                place = f"{path}:{reader.line_num}"
                if any(cell.strip() for cell in cells):
                    rows.append(_row(dict(zip(header, cells, strict=False)), len(cells) - len(header), place))
                    places.append(place)
        except csv.Error as error:
            raise InputError(f"{path}:{reader.line_num} is no line of a CSV file: {error}") from None
        return cls(rows, places)


def _ends(rows: Mapping[str, tuple[ActorRow, str]]) -> dict[str, str]:
    """By the key of each name, the name where its rows end."""
    ends: dict[str, str] = {}
    for key in rows:
        path: dict[str, str] = {}  # from key to canonical
        while key not in ends and key in rows and key not in path:
            path[key] = rows[key][0].canonical
            after = key_of(path[key])
            if after == key:
                ends[key] = path[key]
            key = after
        if key in path and key not in ends:
            circle = " -> ".join(rows[step][0].name for step in path)
            at = ", ".join(rows[step][1] for step in path)
            raise InputError(f"the names go round in a circle: {circle} -> {rows[key][0].name} ({at}); leave one out")
        end = ends.get(key) or next(reversed(path.values()))
        ends |= dict.fromkeys(path, end)
    return ends


def _check_header(header: list[str], path: Path) -> None:
    if missing := [column for column in _NEEDED if column not in header]:
        raise InputError(f"{path} has no column {missing[0]!r} in its first line; it needs {' and '.join(_NEEDED)}")
    unknown = [column for column in header if column not in COLUMNS]
    if unknown or len(set(header)) < len(header):
        raise InputError(f"{path} has the columns {', '.join(header)}; a table of actors has {', '.join(COLUMNS)}")


def _row(cells: dict[str, str], surplus: int, place: str) -> ActorRow:
    if surplus > 0:
        raise InputError(
            f"{place} has {surplus} cells more than the first line; put names with commas in quotation marks"
        )
    told = {column: " ".join(as_meant(cells.get(column, "")).split()) for column in COLUMNS}
    for column in _NEEDED:
        if not told[column]:
            raise InputError(f"{place} has no {column}; give one, or take the row out")
    if told["kind"] and told["kind"] not in KINDS:
        raise InputError(f"{place} has the kind {told['kind']!r}; it must be {', '.join(KINDS)} or empty")
    articles = told.pop("articles")
    return ActorRow(**told, articles=int(articles) if articles.isdecimal() else 0)
