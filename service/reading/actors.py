"""Who is in the article: entities that can act, one entry each, however the article calls them.

Plain rules on spaCy's entities and parse. Where they are unsure they leave a name alone: a missed alias shows as
two entries, which a reader sees, while a wrong merge would hide somebody.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING

from newstance.models.hearing import Heard, listening, unheard

from ..analysis import Actor, Mention
from .candidates import find_named
from .coreference import add_definite_phrases, add_pairs
from .described import described_in
from .entries import Entry
from .names import NameIndex, bare_name, is_part_of_body, same_name
from .nouns import OTHER_HOLDERS, TITLES
from .pronouns import add_pronouns
from .roster import Roster
from .spans import span_at
from .wholes import whole_word, whole_words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_ACRONYM = 3  # letters: shorter words in capitals are seldom somebody's name shouted
_IN_PARENTHESES = re.compile(r"\s*\((?=[A-Z])(\w{2,8})\)")

__all__ = ["ActorNames", "bare_name", "find_actors", "match_actor", "named_in"]


def find_actors(doc: Doc, aliases: Mapping[str, Sequence[str]] | None = None, heard: Heard = unheard) -> list[Actor]:
    """The actors of an article, the heaviest first.

    Args:
        doc: The article's annotation.
        aliases: Other names by canonical name, from a topic file; matched word for word, case and all.
        heard: Called every few milliseconds; stops the work by what it raises.

    Returns:
        Actors with all their mentions, no two of one name; none if the article names nobody.
    """
    text = doc.text  # spaCy puts it together anew each time
    roster = Roster()
    for named in listening(find_named(doc, aliases or {}, heard), heard):
        roster.add(named)
    everybody = _merge_parenthesized(text, roster.entries, heard)
    entries = [entry for entry in everybody if entry.can_act]
    _add_missed_mentions(text, entries, heard)
    add_definite_phrases(doc, entries, heard)
    # Who does nothing else may still be "he", and is then nobody else's pronoun.
    add_pronouns(doc, [*entries, *(entry for entry in everybody if not entry.can_act)], heard)
    add_pairs(doc, entries, heard)
    _tell_apart(doc, entries)
    total = sum(entry.weight for entry in entries)
    actors = [entry.actor(total) for entry in entries]
    return sorted(actors, key=lambda actor: (-actor.weight, actor.mentions[0].start))


def match_actor(name: str, actors: Sequence[Actor]) -> Actor | None:
    """The actor that a name means, by the rules that merge aliases; None if none does, or several do."""
    return ActorNames(actors).match(name)


class ActorNames:
    """Actors by their names, for many names in turn; see ``match_actor``."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        self._actors = actors
        # Numbers of actors, by their names as they are, by their bare names, and by what else they are called.
        self._names: defaultdict[str, set[int]] = defaultdict(set)
        self._bare: defaultdict[str, set[int]] = defaultdict(set)
        self._forms: defaultdict[str, set[int]] = defaultdict(set)
        self._alike = NameIndex()
        for number, actor in enumerate(actors):
            self._names[actor.name].add(number)
            self._bare[bare_name(actor.name)].add(number)
            for form in actor.aliases:
                self._forms[bare_name(form)].add(number)
            self._alike.add(number, bare_name(actor.name))

    def match(self, name: str) -> Actor | None:
        """The actor that a name means; None if none does, or several do."""
        wanted = bare_name(name)
        for index, key in ((self._names, name), (self._names, wanted), (self._bare, wanted), (self._forms, wanted)):
            if key in index:
                (number, *others) = index[key]
                return None if others else self._actors[number]
        near = [self._actors[number] for number in self._alike.alike(wanted)]
        alike = [a for a in near if same_name(wanted, bare_name(a.name))]
        alike = alike or [a for a in near if is_part_of_body(wanted, bare_name(a.name))]
        return alike[0] if len(alike) == 1 else None


def named_in(doc: Doc, name: str) -> Actor | None:
    """An actor made of a name that the article holds but the entity recognizer missed; None if it does not.

    A name of several words is also found by its last: "Caroline Lucas" by "Ms Lucas"; any name in capitals; and a
    description by its words.
    """
    bare = bare_name(name)
    words = bare.split()
    forms = [bare] + ([words[-1], words[0]] if 2 <= len(words) <= 3 and words[-1][0].isupper() else [])
    forms += [form.upper() for form in forms if len(form) > _ACRONYM and not form.isupper()]
    text = doc.text  # spaCy puts it together anew each time
    entities = doc.ents
    starts = [entity.start_char for entity in entities]
    for form in forms:
        if len(form) < 2:
            continue
        found = []
        for match in whole_word(form).finditer(text):
            number = bisect_right(starts, match.start()) - 1
            around = entities[number] if number >= 0 else None
            if form == bare or around is None or _stands_alone(match, around):
                found.append(Mention(match.start(), match.end(), match[0]))
        if found:
            return Actor(name, "body", (form,) if form != name else (), tuple(found))
    described = described_in(doc, bare)
    return Actor(name, "body", (), described) if described else None


def _stands_alone(match: re.Match[str], entity: Span) -> bool:
    """Whether a word is no part of a longer name: the "United" of "United Nations" is not the United States."""
    return match.end() > entity.end_char or bare_name(entity.text) == match[0]


def _tell_apart(doc: Doc, entries: Sequence[Entry]) -> None:
    """Give entries that share a name their titles, too; without one the heaviest keeps it, and others get a number."""
    shared = {name for name, number in Counter(entry.name for entry in entries).items() if number > 1}
    taken = {entry.name for entry in entries} - shared
    for entry in sorted(entries, key=lambda entry: -entry.weight):
        if entry.name in shared:
            numbered = (f"{entry.name} ({number})" for number in count(2))
            names = chain(_titled(doc, entry), (entry.name,), numbered)
            entry.name = next(name for name in names if name not in taken)
            taken.add(entry.name)


def _titled(doc: Doc, entry: Entry) -> Iterator[str]:
    """A person's name behind the titles that the article puts before it."""
    if entry.kind != "person":
        return
    for mention in sorted(entry.mentions, key=lambda mention: mention.start):
        first = span_at(doc, mention.start, mention.end).start
        if first and mention.text == entry.name and doc[first - 1].lower_ in TITLES - OTHER_HOLDERS:
            yield f"{doc[first - 1].text} {entry.name}"


def _merge_parenthesized(text: str, entries: Sequence[Entry], heard: Heard) -> list[Entry]:
    """ "Law and Justice (PiS)": what follows in parentheses is another name."""
    by_start = {mention.start: entry for entry in entries for mention in entry.mentions}
    absorbers: dict[int, Entry] = {}  # of those that are merged, by id

    def kept(entry: Entry) -> Entry:
        while (above := absorbers.get(id(entry))) is not None:
            absorbers[id(entry)] = absorbers.get(id(above), above)  # a shorter way for the next time
            entry = above
        return entry

    for named in listening(entries, heard):
        for mention in list(named.mentions):
            match = _IN_PARENTHESES.match(text, mention.end)
            if not match or sum(c.isupper() for c in match[1]) < 2:
                continue
            start, entry = match.start(1), kept(named)
            entry.matters = True  # whoever is given an acronym matters to the article
            if start not in by_start:
                entry.mention(start, match[1])
            elif (other := kept(by_start[start])) is not entry:
                absorbers[id(other)] = entry
                entry.absorb(other)
    return [entry for entry in entries if id(entry) not in absorbers]


def _add_missed_mentions(text: str, entries: Iterable[Entry], heard: Heard) -> None:
    """What the recognizer named once, it often misses the next time."""
    covered = bytearray(len(text))
    for entry in entries:
        for mention in entry.mentions:
            covered[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
    owners: dict[str, Entry] = {}
    for entry in entries:
        for form in entry.names():
            owners.setdefault(form, entry)
    places = whole_words(text, owners, heard)
    for form in sorted(owners, key=lambda form: -len(form)):
        for start in places.get(form, ()):
            end = start + len(form)
            if not any(covered[start:end]):
                covered[start:end] = b"\x01" * (end - start)
                owners[form].mentions.append(Mention(start, end, text[start:end]))
