"""Figures in tables: kept as JSON, shown as Markdown or in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Spread:
    """A figure that was measured several times: the median, and the least and the most."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """That of some values."""
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        if self.low == self.high:
            return _number(self.median)
        return f"{_number(self.median)} ({_number(self.low)} to {_number(self.high)})"


Value = str | int | float | Spread | None


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes:
        title: What it tells.
        rows: Each by column; a column that a row lacks is empty in it.
        note: What a reader must know of how it was measured.
    """

    title: str
    rows: Sequence[Mapping[str, Value]]
    note: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns of all rows, in the order in which they come."""
        return list(dict.fromkeys(column for row in self.rows for column in row))

    def lines(self) -> Iterator[list[str]]:
        """The cells of each row, as text."""
        for row in self.rows:
            yield [_told(row.get(column)) for column in self.columns]

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        rows = [
            {column: vars(value) if isinstance(value, Spread) else value for column, value in row.items()}
            for row in self.rows
        ]
        return {"title": self.title, "rows": rows, "note": self.note}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Sheet:
        """The sheet that ``to_dict`` gave."""
        rows = [
            {column: Spread(**value) if isinstance(value, dict) else value for column, value in row.items()}
            for row in content["rows"]
        ]
        return cls(content["title"], rows, content["note"])

    def to_markdown(self) -> str:
        """The table under its title, and its note."""
        table = [self.columns, ["---"] * len(self.columns), *self.lines()]
        text = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
        return "\n\n".join(filter(None, (f"### {self.title}", text, self.note)))

    def to_terminal(self) -> Table:
        """The same for a terminal."""
        from rich.table import Table

        table = Table(*self.columns, title=self.title, caption=self.note or None)
        for cells in self.lines():
            table.add_row(*cells)
        return table


@dataclass(frozen=True)
class Measured:
    """All of a run.

    Attributes:
        machine: What ran it, from ``machine.told``.
        sheets: Of each part.
        is_trial: Whether too little was measured to say anything.
    """

    machine: Mapping[str, Any]
    sheets: Sequence[Sheet] = field(default_factory=tuple)
    is_trial: bool = False

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        sheets = [sheet.to_dict() for sheet in self.sheets]
        return {"machine": dict(self.machine), "is_trial": self.is_trial, "sheets": sheets}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Measured:
        """What ``to_dict`` gave."""
        return cls(content["machine"], tuple(map(Sheet.from_dict, content["sheets"])), content["is_trial"])

    def to_markdown(self) -> str:
        """The machine, and every table."""
        from .machine import in_words

        trial = "**A trial of few repetitions or few questions: it says nothing yet.**" if self.is_trial else ""
        tables = (sheet.to_markdown() for sheet in self.sheets)
        return "\n\n".join(filter(None, (trial, in_words(self.machine), *tables)))


def _told(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """Three digits, or all of a large number."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
