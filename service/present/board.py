"""The stance board as HTML: actors down, targets across."""

from __future__ import annotations

from html import escape

from newstance.models.stance import Label
from newstance.service.analysis import Actor, Analysis, Stance

from .html import SIGNS, WORDS, count, percent

# Boards with more actors fold: first those of whom something was found, up to this many.
_SHOWN = 8
_KINDS = {"body": "organization"}


def board(analysis: Analysis, chosen: int | None = None, static: bool = False) -> str:
    """The stance board; long ones show the first actors with evidence, and the others on request.

    Args:
        analysis: What was found.
        chosen: The index in ``analysis.stances`` of the cell whose evidence is open.
        static: For a file without scripts: nothing folds, and cells link to ``#stance-INDEX``.
    """
    notes = "".join(f'<p class="ns-quiet">{escape(note)}</p>' for note in analysis.notes)
    cells = {(stance.actor, stance.target): i for i, stance in enumerate(analysis.stances)}
    actors = list(dict.fromkeys(stance.actor for stance in analysis.stances))
    if not cells:
        return (
            f'<section class="ns-board"><h3>Who stands where</h3>{notes}'
            '<p class="ns-quiet">Write a target of your own on the form, or take a longer article.</p></section>'
        )
    told = [actor for actor in actors if any(s.evidence for s in analysis.stances if s.actor == actor)]
    shown = set(actors if static or len(actors) <= _SHOWN else told[:_SHOWN] or actors[:_SHOWN])
    heads = "".join(f'<th role="columnheader" scope="col">{escape(head)}</th>' for head in ("Actor", *analysis.targets))
    rows = "".join(
        f'<tr role="row"{"" if actor in shown else " class=ns-folded"}>{_actor_cell(actor)}'
        + "".join(_cell(analysis, cells.get((actor, target)), target, chosen, static) for target in analysis.targets)
        + "</tr>"
        for actor in actors
    )
    none = all(stance.label == "neutral" for stance in analysis.stances)
    said = "<p>The article shows no actor taking a side on these targets.</p>" if none else ""
    return (
        f'<section class="ns-board"><h3>Who stands where</h3>{said}'
        '<div class="ns-scroll" tabindex="0" role="region" aria-label="Stance board">'
        f'<table role="table" style="--targets:{len(analysis.targets)}">'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></div>'
        f"{_unfold(len(actors), len(shown), len(told))}{_legend(analysis)}{notes}</section>"
    )


def pending(targets: int = 3) -> str:
    """The board's place while it is not there, so that nothing jumps when it comes."""
    row = f"<tr>{'<td><i></i></td>' * (targets + 1)}</tr>"
    return (
        '<section class="ns-board ns-pending" aria-hidden="true"><h3>Who stands where</h3>'
        f'<table style="--targets:{targets}"><tbody>{row * _SHOWN}</tbody></table></section>'
    )


def strongest(analysis: Analysis) -> int | None:
    """The index of the stance whose evidence is shown first: the surest that is not neutral, if any."""
    with_evidence = [i for i, stance in enumerate(analysis.stances) if stance.evidence]
    if not with_evidence:
        return None
    return max(
        with_evidence,
        key=lambda i: (analysis.stances[i].label != "neutral", analysis.stances[i].probability),
    )


def leaning(stance: Stance) -> Label:
    """The more probable side of a stance."""
    return "favor" if stance.probabilities["favor"] >= stance.probabilities["against"] else "against"


def _unfold(actors: int, shown: int, told: int) -> str:
    if shown == actors:
        return ""
    rest = actors - shown
    more = f"Show all {actors} actors"
    why = f"{count(rest, 'actor')} without a stance" if told <= shown else f"{rest} more"
    return (
        f'<button type="button" class="ns-link ns-unfold" aria-expanded="false" data-more="{more} ({why})" '
        f'data-less="Show fewer actors">{more} ({why})</button>'
    )


def _legend(analysis: Analysis) -> str:
    is_mixed = any(stance.is_mixed for stance in analysis.stances)
    mixed = '<span class="ns-mixed">± mixed: strong evidence on both sides</span> ' if is_mixed else ""
    return (
        '<p class="ns-legend"><span class="ns-favor">+ in favor</span> '
        '<span class="ns-against">− against</span> <span class="ns-neutral">· neutral</span> '
        f"{mixed}"
        "The percentage is the model’s probability; the deeper the color, the higher it is. "
        "Click a cell for its evidence.</p>"
    )


def _actor_cell(actor: Actor) -> str:
    also = f' title="Also: {escape(", ".join(actor.aliases))}"' if actor.aliases else ""
    return (
        f'<th role="rowheader" scope="row"{also}><b>{escape(actor.name)}</b> '
        f"<small>{_KINDS.get(actor.kind, actor.kind)}, {count(len(actor.mentions), 'mention')}</small></th>"
    )


def _cell(analysis: Analysis, index: int | None, target: str, chosen: int | None, static: bool) -> str:
    start = f'<td role="cell" data-target="{escape(target)}">'
    if index is None:
        return f'{start}<span class="ns-none">not asked</span></td>'
    acts = (
        f'href="#stance-{index}"'
        if static
        else (f'type="button" data-cell="{index}" aria-pressed="{str(index == chosen).lower()}"')
    )
    return f"{start}{inside_cell(analysis.stances[index], target, acts, 'a' if static else 'button')}</td>"


def inside_cell(stance: Stance, target: str, attributes: str, tag: str = "button", article: str = "") -> str:
    """What a table's cell says of a stance: a way to its evidence, or why there is none.

    Args:
        stance: The stance.
        target: What the table calls its target.
        attributes: What makes the way work.
        tag: Of the way.
        article: What the article is called, where there are several.
    """
    if not stance.evidence:
        words = "no stance found" if stance.note.startswith("no stance") or not stance.note else stance.note
        return f'<span class="ns-none">{escape(words)}</span>'
    side = leaning(stance)
    kind = stance.display
    leans = kind in ("neutral", "mixed")
    shown = stance.probabilities[side] if leans else stance.probability
    lean = f"leans {WORDS[side]} " if leans else ""
    # Nobody but others says so; a reader should see that before opening the evidence.
    is_claimed = all(item.voice == "claim" for item in stance.evidence)
    passages = (
        count(len(stance.evidence), "claim by others", "claims by others")
        if is_claimed
        else count(len(stance.evidence), "passage")
    )
    told = f"{WORDS[kind]}, {lean}".rstrip(", ")
    where = f"{article}: " if article else ""
    name = f"{where}{stance.actor.name} on {target}: {told}, {percent(shown)}, {passages}; show the evidence"
    return (
        f'<{tag} {attributes} class="ns-cell ns-{kind}" style="--strength:{shown:.2f}" aria-label="{escape(name)}">'
        f'<span class="ns-word">{SIGNS[kind]} {WORDS[kind]}</span> '
        f'<span class="ns-number"><span>{lean}{percent(shown)}</span> <span>{passages}</span></span></{tag}>'
    )
