"""Corrections from statements that people coded in another program, as ``exchange`` reads its files.

There a coder marks passages, and one cell (document, actor, target) may have several; here it has one label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newstance.models.errors import InputError

from ..exchange.statements import CODER
from .record import Correction, coder_named

if TYPE_CHECKING:
    from ..exchange.statements import Statement

Cell = tuple[str, str, str]  # document, actor, target


@dataclass(frozen=True)
class Coded:
    """What was read.

    Attributes:
        corrections: One for each coder and cell.
        split: Cells of one coder that have as many passages for one label as for another; they have no label.
    """

    corrections: list[Correction]
    split: list[str]


def is_ours(statement: Statement) -> bool:
    """Whether newstance says it, and no person; not every format keeps the probability."""
    return statement.probability is not None or statement.coder == CODER


def from_statements(statements: Iterable[Statement], coder: str = "") -> Coded:
    """The corrections that statements amount to: of a coder's passages in one cell, the label of most counts.

    Args:
        statements: Of people, and of newstance: what it said of the cell.
        coder: Whose they are, in place of who is named there; what newstance said stays its own.

    Raises:
        InputError: Nobody is named.
    """
    people: dict[tuple[str, Cell], list[Statement]] = {}
    model: dict[Cell, Statement] = {}
    for statement in statements:
        cell = (statement.document.id, statement.actor, statement.target)
        if is_ours(statement):
            model.setdefault(cell, statement)
        else:
            people.setdefault((coder or coder_named(statement.coder), cell), []).append(statement)
    found = Coded([], [])
    if any(not name for name, _ in people):
        raise InputError("the file does not say who has coded; say it by --coder NAME")
    for (name, cell), coded in people.items():
        (label, most), *others = Counter(statement.label for statement in coded).most_common()
        first, said = coded[0], model.get(cell)
        if others and others[0][1] == most:
            found.split.append(f"{name}: {first.actor} toward {first.target} in {first.document.title or cell[0]}")
            continue
        correction = Correction(
            first.document.text,
            first.actor,
            label,
            name,
            first.target,
            when=max(statement.time for statement in coded),
            said="" if said is None else said.label,
            probability=None if said is None else said.probability,
            model="" if said is None else said.coder,
            title=first.document.title,
            source=first.document.source,
        )
        found.corrections.append(correction)
    return found
