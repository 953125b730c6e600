"""Actors that were found, held against all that a reader found in an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from newstance.service import Actor
from newstance.service.reading.actors import bare_name

from ..actors import has_name
from .marked import Counted, Marked

Row = dict[str, Any]


@dataclass(frozen=True)
class _Entry:
    """A found actor, and the listed ones whose names it has.

    Attributes:
        actor: What was found.
        held: Those of whom it has a name that is nobody else's.
        meant: The same; without any, those of whom it has a name at all, such as the surname of two.
    """

    actor: Actor
    held: list[int]
    meant: list[int]


def count_actors(article: Marked, actors: Sequence[Actor]) -> Counted:
    """Count the actors that were missed, doubled or merged, and the entries that are no actor.

    Those without a name of their own ("prosecutors") need not be found, and are not false.

    Args:
        article: Its marks are ``actors``: names (the fullest first), kind, acts (whether it says or does something),
            is_named; and ``not_actors``, strings that could be taken for some.
        actors: What was found.
    """
    listed: list[Row] = article.marks["actors"]
    entries = [_entry(actor, listed) for actor in actors]
    named = [number for number, row in enumerate(listed) if row["is_named"]]
    fitting = {number: [entry for entry in entries if number in entry.meant] for number in named}
    found = [number for number in named if fitting[number]]
    missed = [number for number in named if not fitting[number]]
    acting = [number for number in named if listed[number]["acts"]]
    doubled = [number for number in found if sum(number in entry.held for entry in fitting[number]) > 1]
    merged = [entry for entry in entries if len(entry.held) > 1]
    false = [entry.actor for entry in entries if not entry.meant]
    denied = [actor for actor in false if has_name(actor, article.marks["not_actors"])]
    # An entry for two has a kind for one of them only.
    kinds = {n: [e.actor.kind for e in fitting[n] if e not in merged] for n in found}
    other_kind = [n for n in found if kinds[n] and not any(_is_kind(kind, listed[n]["kind"]) for kind in kinds[n])]

    shares = {
        "missed": (len(missed), len(named)),
        "missed, of those who say or do something": (len(set(missed) & set(acting)), len(acting)),
        "doubled, of those found": (len(doubled), len(found)),
        "wrong kind, of those found": (len(other_kind), len(found)),
        "false, of all entries": (len(false), len(entries)),
        "false and listed as no actor, of all entries": (len(denied), len(entries)),
        "merged, of all entries": (len(merged), len(entries)),
    }
    errors = [f"missed{', acts' * listed[n]['acts']}, {listed[n]['kind']}: {listed[n]['names'][0]}" for n in missed]
    errors += [f"doubled: {'; '.join(e.actor.name for e in fitting[n] if n in e.held)}" for n in doubled]
    errors += [f"merged in {e.actor.name}: {'; '.join(listed[n]['names'][0] for n in e.held)}" for e in merged]
    errors += [f"{', '.join(kinds[n])} for {listed[n]['kind']}: {listed[n]['names'][0]}" for n in other_kind]
    errors += [f"false{', listed as none' * (actor in denied)}, {actor.kind}: {actor.name}" for actor in false]
    return Counted(shares, errors)


def _entry(actor: Actor, listed: Sequence[Row]) -> _Entry:
    named = [number for number, row in enumerate(listed) if has_name(actor, row["names"])]
    owners: dict[str, set[int]] = {}
    for number in named:
        for name in listed[number]["names"]:
            owners.setdefault(bare_name(name).casefold(), set()).add(number)
    forms = {bare_name(form).casefold() for form in (actor.name, *actor.aliases)}
    held = sorted({number for form in forms & owners.keys() if len(owners[form]) == 1 for number in owners[form]})
    return _Entry(actor, held, held or named)


def _is_kind(found: str, listed: str) -> bool:
    """Whether a kind is right; of police, a party or a coalition, some say group and some body."""
    return found == listed or {found, listed} == {"group", "body"}
