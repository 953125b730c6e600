"""The stance board as HTML: actors down, targets across."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from newstance.models.stance import Label
from newstance.service.analysis import Analysis, Display, Stance

from .fragments import fragment
from .wording import WORDS, count, percent

# Boards with more actors fold: first those of whom something was found, up to this many.
_SHOWN = 8
_KINDS = {"body": "organization"}


class Cell(NamedTuple):
    """What a table's cell says of a stance: a way to its evidence, or why there is none.

    Attributes:
        where: The attributes of the table's cell.
        words: The stance in words for who does not see the table, or why there is none.
        way: The attributes that make the way work; None where there is no evidence.
        kind: What it looks like.
        strength: How probable it is.
        sure: How sure it is in a word, or where a neutral or mixed one leans.
        passages: How many show it.
    """

    where: dict[str, str]
    words: str
    way: dict[str, str] | None = None
    kind: Display = "neutral"
    strength: float = 0.0
    sure: str = ""
    passages: str = ""


def board(
    analysis: Analysis, chosen: int | None = None, static: bool = False, suggested: Sequence[str] | None = None
) -> str:
    """The stance board; long ones show the first actors with evidence, and the others on request.

    Args:
        analysis: What was found.
        chosen: The index in ``analysis.stances`` of the cell whose evidence is open.
        static: For a file without scripts: nothing folds, and cells link to ``#stance-INDEX``.
        suggested: What is offered where targets can be added, changed and dropped; None where they cannot.
    """
    cells = {(stance.actor, stance.target): i for i, stance in enumerate(analysis.stances)}
    actors = list(dict.fromkeys(stance.actor for stance in analysis.stances))
    told = [actor for actor in actors if any(s.evidence for s in analysis.stances if s.actor == actor)]
    shown = set(actors if static or len(actors) <= _SHOWN else told[:_SHOWN] or actors[:_SHOWN])
    rows = [
        (actor, actor in shown, [_cell(analysis, cells.get((actor, t)), t, chosen, static) for t in analysis.targets])
        for actor in actors
    ]
    return fragment(
        "board",
        "board",
        rows,
        targets=analysis.targets,
        kinds=_KINDS,
        tag="a" if static else "button",
        more=_unfold(len(actors), len(shown), len(told)),
        is_neutral=all(stance.label == "neutral" for stance in analysis.stances),
        is_mixed=any(stance.is_mixed for stance in analysis.stances),
        notes=analysis.notes,
        suggested=suggested,
    )


def pending(targets: int = 3) -> str:
    """The board's place while it is not there, so that nothing jumps when it comes."""
    return fragment("board", "pending", targets, _SHOWN)


def leaning(stance: Stance) -> Label:
    """The more probable side of a stance."""
    return "favor" if stance.probabilities["favor"] >= stance.probabilities["against"] else "against"


def _unfold(actors: int, shown: int, told: int) -> str:
    """What the button says that shows the rest; "" where all are shown."""
    rest = actors - shown
    why = f"{count(rest, 'actor')} without a stance" if told <= shown else f"{rest} more"
    return f"Show all {actors} actors ({why})" if rest else ""


def _cell(analysis: Analysis, index: int | None, target: str, chosen: int | None, static: bool) -> Cell:
    where = {"role": "cell", "data-target": target}
    if index is None:
        return Cell(where, "not asked")
    pressed = {"type": "button", "data-cell": str(index), "aria-pressed": str(index == chosen).lower()}
    way = {"href": f"#stance-{index}"} if static else pressed
    return cell_of(analysis.stances[index], target, where, way)


def cell_of(stance: Stance, target: str, where: dict[str, str], way: dict[str, str], article: str = "") -> Cell:
    """What a table's cell says of a stance.

    Args:
        stance: The stance.
        target: What the table calls its target.
        where: Attributes of the table's cell.
        way: Attributes of the way to the evidence.
        article: What the article is called, where there are several.
    """
    if not stance.evidence:
        return Cell(where, stance.note.partition(":")[0] or "no stance found")
    side = leaning(stance)
    kind = stance.display
    leans = kind in ("neutral", "mixed")
    strength = stance.probabilities[side] if leans else stance.probability
    sure = f"leans {WORDS[side]}" if leans else stance.certainty
    # Nobody but others says so; a reader should see that before opening the evidence.
    is_claimed = all(item.voice == "claim" for item in stance.evidence)
    passages = (
        count(len(stance.evidence), "claim by others", "claims by others")
        if is_claimed
        else count(len(stance.evidence), "passage")
    )
    told = f"{WORDS[kind]}, {sure}".rstrip(", ")
    of = f"{article}: " if article else ""
    words = f"{of}{stance.actor.name} on {target}: {told}, {percent(strength)}, {passages}; show the evidence"
    return Cell(where, words, way, kind, strength, sure, passages)
