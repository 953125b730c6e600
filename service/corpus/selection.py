"""What is asked of a run's stances: which of them count, how time is cut, and one place in an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from newstance.models.errors import InputError

By = Literal["all", "source", "actor", "target", "kind"]
Base = Literal["sides", "all"]
UNKNOWN = "unknown"  # what a source without a name is called
UNDATED = "undated"
LONGEST_WINDOW = 120  # months


@dataclass(frozen=True)
class Selection:
    """Which of a run's answers count; an empty tuple leaves all in.

    An answer is a row of the run's stances: what one article shows of one actor toward one target. It is a statement if
    it takes a side: favor, against or mixed.

    Attributes:
        sources: Names of sources; "" is a source that is not known.
        actors: Names, those of ``actors.csv`` where actors are joined.
        targets: Names.
        kinds: person, body, country or group.
        start: The first day.
        end: The last day.
        undated: Whether articles without a date count; they lie in no period, whatever ``start`` and ``end`` say.
        minimum_probability: Of an answer's label.
        per_actor: Actors with fewer of what is counted are left out; counted once all other filters hold.
        per_target: The same of targets.
        base: What is counted: statements ("sides"), or all answers, neutral ones too ("all").
    """

    sources: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    undated: bool = True
    minimum_probability: float = 0.0
    per_actor: int = 1
    per_target: int = 1
    base: Base = "sides"

    def __post_init__(self) -> None:
        if self.start and self.end and self.start > self.end:
            raise InputError(f"the period ends on {self.end}, before it begins on {self.start}; change one of the days")
        if not 0 <= self.minimum_probability <= 1:
            raise InputError(f"a probability lies between 0 and 1, and {self.minimum_probability:g} does not")

    @property
    def counted(self) -> str:
        """What is counted, in the singular: statement or answer."""
        return "statement" if self.base == "sides" else "answer"

    def words(self) -> str:
        """The selection in words, for captions and files."""
        said = [
            f"{name}: {', '.join(value or UNKNOWN for value in values)}"
            for name, values in (
                ("sources", self.sources),
                ("actors", self.actors),
                ("targets", self.targets),
                ("kinds", self.kinds),
            )
            if values
        ]
        said += [f"{word} {day}" for word, day in (("from", self.start), ("to", self.end)) if day]
        if not self.undated:
            said.append("without undated articles")
        if self.minimum_probability:
            said.append(f"probability at least {self.minimum_probability:.2f}")
        said += [
            f"at least {least} {self.counted}s {what}"
            for what, least in (("an actor", self.per_actor), ("a target", self.per_target))
            if least > 1
        ]
        said.append("shares of " + ("statements" if self.base == "sides" else "all answers, neutral ones too"))
        return "; ".join(said)


@dataclass(frozen=True)
class Periods:
    """How time is cut: a period of ``width`` months begins every ``step`` months.

    Attributes:
        step: Months from one beginning to the next; 0 takes the whole time as one period.
        width: Months.
    """

    step: int = 0
    width: int = 0

    @classmethod
    def sliding(cls, width: int) -> Periods:
        """Windows of some months, one for each month in which one begins.

        Raises:
            InputError: The window is shorter than two months or longer than ``LONGEST_WINDOW``.
        """
        if not 2 <= width <= LONGEST_WINDOW:
            raise InputError(f"a window has 2 to {LONGEST_WINDOW} months, and {width} are asked for")
        return cls(1, width)

    def label(self, start: int) -> str:
        """What the period is called that begins with a month, counted from the year 0."""
        if self.step == 0:
            return "whole time"
        year, month = divmod(start, 12)
        if (self.step, self.width) == (12, 12):
            return f"{year:04}"
        if (self.step, self.width) == (3, 3):
            return f"{year:04}-Q{month // 3 + 1}"
        first = f"{year:04}-{month + 1:02}"
        if self.width == 1:
            return first
        year, month = divmod(start + self.width - 1, 12)
        return f"{first} to {year:04}-{month + 1:02}"


WHOLE, MONTHS, QUARTERS, YEARS = Periods(), Periods(1, 1), Periods(3, 3), Periods(12, 12)


@dataclass(frozen=True)
class Cell:
    """One number's place: behind it are the statements for which all of this holds; None leaves it open.

    Attributes:
        actor: A name.
        target: A name.
        source: A name; "" is a source that is not known.
        kind: Of the actor.
        months: The first and the last month, both counted from the year 0; those without a date lie outside.
        undated: Whether only those without a date are meant.
    """

    actor: str | None = None
    target: str | None = None
    source: str | None = None
    kind: str | None = None
    months: tuple[int, int] | None = None
    undated: bool = False

    def words(self) -> str:
        """Whom and what it is about: "Kim Jong Un on the war, in Reuters"; "" if it is about all."""
        pair = " on ".join(filter(None, (self.actor, self.target)))
        if self.actor is None and self.target is not None:
            pair = f"on {self.target}"
        kind = f"actors of the kind {self.kind}" if self.kind is not None else ""
        source = f"in {self.source or UNKNOWN}" if self.source is not None else ""
        return ", ".join(filter(None, (pair, kind, source)))
