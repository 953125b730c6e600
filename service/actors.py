"""Who is in the article: entities that can act, one entry each, however the article calls them.

Plain rules on spaCy's entities and parse. Where they are unsure they leave a name alone: a missed alias shows as
two entries, which a reader sees, while a wrong merge would hide somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .analysis import Actor, Mention
from .candidates import Named, find_named, whole_word
from .coreference import add_definite_phrases, add_pairs
from .entries import Entry
from .names import bare_name, is_part_of_body, same_name
from .nouns import FEMALE_KIN, MALE_KIN
from .pronouns import add_pronouns

_IN_PARENTHESES = re.compile(r"\s*\((?=[A-Z])(\w{2,8})\)")

__all__ = ["bare_name", "find_actors", "match_actor", "named_in"]


def find_actors(doc: Any, aliases: Mapping[str, Sequence[str]] | None = None) -> list[Actor]:
    """The actors of an article, the heaviest first.

    Args:
        doc: The article's annotation, a spaCy Doc.
        aliases: Other names by canonical name, from a topic file; matched word for word, case and all.

    Returns:
        Actors with all their mentions; none if the article names nobody.
    """
    entries: list[Entry] = []
    for named in find_named(doc, aliases or {}):
        _entry_for(named, entries).add(named)
    _merge_parenthesized(doc, entries)
    everybody = entries
    entries = [entry for entry in everybody if entry.can_act]
    _add_missed_mentions(doc, entries)
    add_definite_phrases(doc, entries)
    # Who does nothing else may still be "he", and is then nobody else's pronoun.
    add_pronouns(doc, [*entries, *(entry for entry in everybody if not entry.can_act)])
    add_pairs(doc, entries)
    total = sum(entry.weight for entry in entries)
    actors = [entry.actor(total) for entry in entries]
    return sorted(actors, key=lambda actor: (-actor.weight, actor.mentions[0].start))


def match_actor(name: str, actors: Sequence[Actor]) -> Actor | None:
    """The actor that a name means, by the rules that merge aliases; None if none does, or several do."""
    wanted = bare_name(name)
    exact = [a for a in actors if wanted in (bare_name(a.name), *map(bare_name, a.aliases))]
    if exact:
        return exact[0]
    alike = [a for a in actors if same_name(wanted, bare_name(a.name))]
    alike = alike or [a for a in actors if is_part_of_body(wanted, bare_name(a.name))]
    return alike[0] if len(alike) == 1 else None


def named_in(doc: Any, name: str) -> Actor | None:
    """An actor made of a name that the article holds but the entity recognizer missed; None if it does not.

    A name of several words is also found by its last: "Caroline Lucas" by "Ms Lucas".
    """
    bare = bare_name(name)
    words = bare.split()
    forms = [bare] + ([words[-1], words[0]] if 2 <= len(words) <= 3 and words[-1][0].isupper() else [])
    for form in forms:
        if len(form) < 2:
            continue
        found = [
            Mention(match.start(), match.end(), match[0])
            for match in whole_word(form).finditer(doc.text)
            if form == bare or _stands_alone(match, doc)
        ]
        if found:
            return Actor(name, "body", (form,) if form != name else (), tuple(found))
    return None


def _stands_alone(match: re.Match[str], doc: Any) -> bool:
    """Whether a word is no part of a longer name: the "United" of "United Nations" is not the United States."""
    around = (e for e in doc.ents if e.start_char <= match.start() and match.end() <= e.end_char)
    return all(bare_name(entity.text) == match[0] for entity in around)


def _entry_for(named: Named, entries: list[Entry]) -> Entry:
    """The entry that a name belongs to; a new one if it is the first."""
    for entry in entries:
        if entry.name == named.name or named.name in entry.forms or (named.country and entry.country == named.country):
            return entry
    alike = [] if named.known or named.country else [entry for entry in entries if _may_be(entry, named)]
    if alike:  # "Kim" after two Kims: whoever was called so last
        return max(alike, key=lambda entry: max((m.start for m in entry.mentions if named.name in m.text), default=-1))
    entries.append(Entry(named.name, named.country))
    return entries[-1]


def _may_be(entry: Entry, named: Named) -> bool:
    if entry.known or entry.country or None is not named.is_male is not (entry.is_male or named.is_male):
        return False
    label = named.span.label_
    return same_name(named.name, entry.name, by_part="PERSON" in (label, entry.label)) and not _is_kin(named)


def _is_kin(named: Named) -> bool:
    """ "Ms Park's father, Park Chung-hee": nobody is one's own father, and families share a name."""
    word = named.span.root
    while word.dep_ in ("appos", "compound", "nmod"):
        word = word.head
        if word.lower_ in MALE_KIN | FEMALE_KIN:
            return " " in named.name
    return False


def _merge_parenthesized(doc: Any, entries: list[Entry]) -> None:
    """ "Law and Justice (PiS)": what follows in parentheses is another name."""
    text = doc.text  # spaCy puts it together anew each time
    by_start = {mention.start: entry for entry in entries for mention in entry.mentions}
    for entry in list(entries):
        for mention in list(entry.mentions):
            match = _IN_PARENTHESES.match(text, mention.end)
            if not match or sum(c.isupper() for c in match[1]) < 2:
                continue
            start = match.start(1)
            entry.matters = True  # whoever is given an acronym matters to the article
            other = by_start.get(start)
            if other is None:
                entry.mention(start, match[1])
            elif other is not entry and other in entries:
                entries.remove(other)
                entry.absorb(other)


def _add_missed_mentions(doc: Any, entries: Iterable[Entry]) -> None:
    """What the recognizer named once, it often misses the next time."""
    covered = {i for entry in entries for mention in entry.mentions for i in range(mention.start, mention.end)}
    forms = sorted(((form, entry) for entry in entries for form in entry.names()), key=lambda item: -len(item[0]))
    text = doc.text
    for form, entry in forms:
        for match in whole_word(form).finditer(text):
            if not covered & set(range(*match.span())):
                covered |= set(range(*match.span()))
                entry.mentions.append(Mention(*match.span(), match[0]))
