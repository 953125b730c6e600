"""Corrections from elsewhere: a table with one coded cell in each row, or the statements of another program's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from newstance.models.errors import InputError

from ..cells import as_meant
from ..intake.csv_table import csv_rows
from .record import Correction, coder_named

COLUMNS = tuple(field.name for field in fields(Correction))
_PROBLEMS_SHOWN = 5


@dataclass(frozen=True)
class Mapped:
    """How a table calls what a correction holds.

    Attributes:
        columns: Our field to the column that holds it; a field that is not named here has its own name.
        labels: The table's labels to ours; others are taken as they are.
        coder: Whose words they are, where no column says it.
    """

    columns: Mapping[str, str]
    labels: Mapping[str, str]
    coder: str = ""

    def __post_init__(self) -> None:
        if unknown := set(self.columns) - set(COLUMNS):
            raise InputError(f"a correction has no {', '.join(sorted(unknown))}; it has {', '.join(COLUMNS)}")


def read_table(path: Path, mapped: Mapped) -> list[Correction]:
    """The corrections of a CSV or TSV file whose first line names its columns.

    Args:
        path: The file.
        mapped: What its columns and labels are called.

    Raises:
        InputError: It is no such table, lacks a column that is named, or a row is wrong; names file, line and column.
    """
    try:
        made = _Rows(path.name, mapped).of(csv_rows(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; check its name") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is no table in UTF-8 ({error}); save it in UTF-8") from error
    if not made:
        raise InputError(f"{path.name} has no row below its first line")
    return made


class _Rows:
    """Makes corrections of a table's rows, and tells all that is wrong at once."""

    def __init__(self, name: str, mapped: Mapped) -> None:
        self._name, self._mapped = name, mapped
        self._problems: list[str] = []

    def of(self, rows: Iterable[tuple[int, dict[str, Any] | str]]) -> list[Correction]:
        made = []
        for line, row in rows:
            try:
                made.append(self._correction(row))
            except InputError as error:
                self._problems.append(f"{self._name}:{line}: {error}")
        if self._problems:
            shown = "\n  ".join(self._problems[:_PROBLEMS_SHOWN])
            more = len(self._problems) - _PROBLEMS_SHOWN
            raise InputError(
                f"{len(self._problems)} rows of {self._name} are no corrections, so none was taken; correct them:\n"
                f"  {shown}" + (f"\n  and {more} more" if more > 0 else "")
            )
        return made

    def _correction(self, row: dict[str, Any] | str) -> Correction:
        if isinstance(row, str):
            raise InputError(row)
        columns = self._mapped.columns
        if missing := [f"{name!r}, for {field}" for field, name in columns.items() if name not in row]:
            raise InputError(f"there is no column {missing[0]}; columns here: {', '.join(map(repr, row))}")
        cells = {name: as_meant(row.get(columns.get(name, name)) or "") for name in COLUMNS}
        # The text is what tells articles apart, so it stays as it is.
        values = {name: cell if name == "text" else cell.strip() for name, cell in cells.items()}
        values["coder"] = values["coder"] or self._mapped.coder
        if not values["coder"]:
            raise InputError("no column says who the coder is; name one by --column coder=NAME, or give --coder")
        return _correction({name: value for name, value in values.items() if value}, self._mapped.labels)


def _correction(given: Mapping[str, str], labels: Mapping[str, str]) -> Correction:
    """A correction from text alone."""
    values: dict[str, Any] = {"label": "", **given}
    for name in ("label", "said"):
        if (word := values.get(name)) is not None:
            values[name] = labels.get(word, word)
    values["coder"] = coder_named(values["coder"])
    if "probability" in values:
        try:
            values["probability"] = float(values["probability"])
        except ValueError:
            raise InputError(f"the probability {values['probability']!r} is no number") from None
    return Correction.from_dict(values)
