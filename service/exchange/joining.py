"""Actors of several articles that are one, by a table; and a first one, as far as names alone can tell.

Where that is unsure it leaves a name alone: a missed join shows as two rows, which a reader sees, while a wrong one
would hide somebody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..analysis import Actor
from ..corpus.actor_table import ActorRow, ActorTable, key_of
from .statements import CodedDocument, Statement

_SHORTEST_ACRONYM = 2


def join_actors(documents: Iterable[CodedDocument], table: ActorTable) -> Iterator[CodedDocument]:
    """The documents with the actors of a table; a target that is a name in it is joined, too."""
    for coded in documents:
        yield CodedDocument(
            coded.document,
            tuple(_joined(statement, table) for statement in coded.statements),
            tuple(_joined_actors(coded.actors, table)),
        )


def _joined(statement: Statement, table: ActorTable) -> Statement:
    actor = table.canonical(statement.actor)
    return replace(
        statement,
        actor=actor,
        target=table.canonical(statement.target),
        kind=table.kind(actor) or statement.kind,
        organization=table.organization(actor) or statement.organization,
    )


def _joined_actors(actors: Iterable[Actor], table: ActorTable) -> Iterable[Actor]:
    found: dict[str, Actor] = {}
    for actor in actors:
        name = table.canonical(actor.name)
        kind = table.kind(name) or actor.kind
        other = found.get(name, Actor(name, kind))
        forms = {form: None for form in (*other.aliases, actor.name, *actor.aliases) if form != name}
        mentions = tuple(sorted((*other.mentions, *actor.mentions), key=lambda mention: mention.start))
        found[name] = Actor(name, kind, tuple(forms), mentions, other.weight + actor.weight)
    return found.values()


@dataclass
class _Named:
    """A name in all its spellings."""

    spellings: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    aliases: set[str] = field(default_factory=set)  # keys
    articles: int = 0

    @property
    def name(self) -> str:
        return min(self.spellings, key=lambda name: (-self.spellings[name], name))

    @property
    def most(self) -> int:
        return max(self.spellings.values())

    @property
    def kind(self) -> str:
        return min(self.kinds, key=lambda kind: (-self.kinds[kind], kind))


def propose_actors(documents: Iterable[CodedDocument]) -> ActorTable:
    """A table with a row for every spelling of every actor of some documents.

    Joined are spellings that differ in case, title and article alone; a surname with the one person of that surname; a
    person's name with the one that has more names between the same first and last; and an acronym with the one actor of
    its kind that an article calls so, too. The note of a row says which, or who else it might be.
    """
    from ..actors import bare_name

    named: dict[str, _Named] = defaultdict(_Named)
    for coded in documents:
        known = {actor.name for actor in coded.actors}
        told = [(actor.name, str(actor.kind), actor.aliases) for actor in coded.actors]
        told += [(said.actor, said.kind, ()) for said in coded.statements if said.actor not in known]
        for key in {key_of(bare_name(name)) for name, *_ in told}:
            named[key].articles += 1
        for name, kind, aliases in dict.fromkeys(told):
            one = named[key_of(bare_name(name))]
            one.spellings[name] += 1
            one.kinds[kind] += 1
            one.aliases |= {key_of(bare_name(alias)) for alias in aliases}
    return ActorTable(_rows(named))


def _rows(named: Mapping[str, _Named]) -> list[ActorRow]:
    joined = _joins(named)

    def end(key: str) -> str:
        seen: list[str] = []
        while key in joined and len(joined[key][0]) == 1:
            if key in seen:  # acronyms that are each other's: the same one of them for all
                return min(seen[seen.index(key) :], key=lambda one: (-named[one].most, one))
            seen.append(key)
            key = joined[key][0][0]
        return key

    rows = []
    for key, one in named.items():
        others, why = joined.get(key, ([], ""))
        last = named[end(key)]
        for spelling, count in one.spellings.items():
            note = why if len(others) == 1 and last is not one else ""
            if len(others) > 1:
                note = f"{why}: {', '.join(sorted(named[other].name for other in others))}"
            rows.append(ActorRow(spelling, last.name, last.kind, "", count, note))
    return sorted(rows, key=lambda row: (key_of(row.canonical), row.name != row.canonical, -row.articles, row.name))


def _joins(named: Mapping[str, _Named]) -> dict[str, tuple[list[str], str]]:
    """By key of a name, the keys that it may stand for, and by which rule; it stands for one alone if there is one."""
    surnames, ends, called = (defaultdict(list) for _ in range(3))
    for key, one in named.items():
        words = key.split()
        if one.kind == "person" and len(words) > 1:
            surnames[words[-1]].append(key)
            ends[words[0], words[-1]].append(key)
        for alias in one.aliases - {key}:
            called[one.kind, alias].append(key)
    found: dict[str, tuple[list[str], str]] = {}
    for key, one in named.items():
        words = key.split()
        if one.kind == "person":
            if len(words) == 1:
                others, why = _longest(surnames[key], ends), "surname"
            else:
                longer = [other for other in ends[words[0], words[-1]] if _is_within(words, other.split())]
                others, why = longer, "more names"
        else:
            others, why = (called[one.kind, key] if _is_acronym(one.name) else []), "acronym"
        if others:
            found[key] = (others, why if len(others) == 1 else f"{why} of several")
    return found


def _longest(keys: list[str], ends: Mapping[tuple[str, str], list[str]]) -> list[str]:
    """Bearers of one surname, those left out that are joined with another of them."""
    found = []
    for key in keys:
        words = key.split()
        longer = [other for other in ends[words[0], words[-1]] if _is_within(words, other.split())]
        if len(longer) != 1:
            found.append(key)
    return found


def _is_within(words: list[str], others: list[str]) -> bool:
    """Whether a name has fewer names than another, and all of its stand there in this order."""
    rest = iter(others)
    return len(words) < len(others) and all(word in rest for word in words)


def _is_acronym(name: str) -> bool:
    letters = name.replace(".", "")
    return len(letters) >= _SHORTEST_ACRONYM and letters.isupper() and letters.isalpha()
