"""What else means an actor: "the North Korean leader", "the company", "the two men"; pronouns have a file of their own.

Rules on the parse, after the names have been gathered. Each takes a mention only where a single actor fits; with
two, the phrase is left alone.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from newstance.models.hearing import Heard, listening, unheard

from ..analysis import Mention
from .bodies import BODY_NOUNS, Bodies, bind_nouns
from .entries import Entry
from .lexicon import words
from .names import MOST_ALIKE
from .nouns import OTHER_HOLDERS, ROLES
from .places import country_named, country_of_government, country_of_people
from .spans import span_at
from .syntax import acts

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_PEOPLE = words("people", "in_pairs")
_STATES = words("bodies", "countries_in_pairs")
_SIDES = words("bodies", "sides_in_pairs")
_MEANT_IN_PAIRS = _PEOPLE | _STATES | _SIDES
_MOST_BEFORE = 20  # words in front of an office that say whose it is


# Definite phrases


@dataclass(frozen=True)
class _Office:
    """What somebody is called by an office: the minister, of Turkey, {deputy, prime}."""

    holder: Entry
    noun: str
    owner: str | None
    modifiers: frozenset[str]
    position: int


def add_definite_phrases(doc: Doc, entries: list[Entry], heard: Heard = unheard) -> None:
    """Offices and nouns that the text binds to one actor, and bodies that act without a name of their own."""
    covered = {i for entry in entries for mention in entry.mentions for i in range(mention.start, mention.end)}
    second_line = _second_line(doc.text)
    offices: defaultdict[str, dict[tuple[int, str | None, frozenset[str]], _Office]] = defaultdict(dict)
    for office in listening(_offices(doc, entries), heard):
        alike, key = offices[office.noun], (id(office.holder), office.owner, office.modifiers)
        if key in alike or len(alike) < MOST_ALIKE:
            alike[key] = min(office, alike.get(key, office), key=lambda one: one.position)
    # Whom an office belongs to that has changed hands is not told again before the name.
    handed_over = [token.idx for token in doc if token.lower_ == "successor"]
    bind_nouns(doc, entries)
    bodies = Bodies(doc, entries)
    for chunk in listening(doc.noun_chunks, heard):
        if any(i in covered for i in range(chunk.root.idx, chunk.root.idx + len(chunk.root))):
            continue
        noun = chunk.root.lower_
        if noun in ROLES and chunk.root.tag_ in ("NN", "NNP"):
            since = handed_over[place - 1] if (place := bisect_left(handed_over, chunk.root.idx)) else -1
            held = [office for office in offices[noun].values() if office.position > since]
            holder = _holder(chunk, held, second_line)
            if holder is not None:
                bodies.take(holder, chunk.start_char, chunk.text, acts(chunk.root))
        elif noun in BODY_NOUNS and chunk.root.tag_ in ("NN", "NNS", "NNP"):
            bodies.add(chunk)
    entries += [entry for entry in bodies.unnamed if entry.acts]


def _second_line(text: str) -> int:
    """Where the second line of a text begins that is not blank."""
    first = len(text) - len(text.lstrip())
    rest = text[first:].partition("\n")[2].lstrip()
    return len(text) - len(rest)


def _offices(doc: Doc, entries: Sequence[Entry]) -> Iterator[_Office]:
    """Offices that stand beside a person's name, before or behind it, or that "is" or "became" gives to it."""
    for entry in entries:
        if entry.kind != "person":
            continue
        for mention in entry.mentions:
            span = span_at(doc, mention.start, mention.end)
            before = span.start - 1
            if before > 0 and doc[before].text == "," and doc[before - 1].lower_ in ROLES:
                before -= 1
            if before >= 0 and doc[before].lower_ in ROLES:
                yield _office(entry, doc[before], _owner_behind(span))
            for other in span.root.children:
                if other.dep_ == "appos" and other.lower_ in ROLES:
                    yield _office(entry, other)
            verb = span.root.head
            if span.root.dep_ == "nsubj" and verb.lemma_ in ("be", "become"):
                for other in verb.children:
                    if other.dep_ == "attr" and other.lower_ in ROLES:
                        yield _office(entry, other)


def _office(holder: Entry, noun: Token, owner: str | None = None) -> _Office:
    modifiers, owner_before = _before(noun)
    return _Office(holder, noun.lower_, owner or owner_before or _owner_of(noun), modifiers, int(noun.idx))


def _before(noun: Token) -> tuple[frozenset[str], str | None]:
    """The words between article or owner and an office, and the owner: "Turkey's Deputy Prime Minister"."""
    modifiers: set[str] = set()
    for i in range(noun.i - 1, max(noun.sent.start, noun.i - _MOST_BEFORE) - 1, -1):
        token = noun.doc[i]
        if token.dep_ == "det" or (token.pos_ in ("PUNCT", "VERB", "ADP", "PRON", "SPACE") and token.text != "-"):
            break
        if token.tag_ == "POS":
            owner = noun.doc[max(i - 2, 0) : i].text
            return frozenset(modifiers), country_named(owner) or _canonical(noun.doc[max(i - 1, 0) : i].text)
        country = country_of_people(noun.doc[max(i - 1, 0) : i + 1].text) or country_of_people(token.text)
        country = country or country_of_government(token.text) or country_named(token.text)
        if country is not None:
            return frozenset(modifiers), country
        if token.text[0].isalpha():
            modifiers.add(token.lower_)
    return frozenset(modifiers), None


def _owner_of(noun: Token) -> str | None:
    """ "leader of the Democratic Party"."""
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ == "of":
            return next((_canonical(owner.text) for owner in child.children if owner.dep_ == "pobj"), None)
    return None


def _owner_behind(span: Span) -> str | None:
    """ "President Emil Strauss of the Lake Federation"."""
    doc = span.doc
    return _owner_of(span.root) if span.end < len(doc) and doc[span.end].lower_ == "of" else None


def _canonical(owner: str) -> str:
    return country_of_people(owner) or country_named(owner) or country_of_government(owner) or owner.lower()


def _holder(chunk: Span, offices: Sequence[_Office], second_line: int) -> Entry | None:
    """The one who holds the office that a definite phrase names; None where two may, or nobody was named yet."""
    if not offices:
        return None
    noun = chunk.root
    if any(child.dep_ in ("appos", "relcl", "amod") and child.i > noun.i for child in noun.children):
        return None
    if noun.i + 1 < len(noun.doc) and noun.doc[noun.i + 1].ent_type_ == "PERSON":
        return None  # a title
    modifiers, owner = _before(noun)
    owner = owner or _owner_of(noun)
    is_headline = owner is not None and noun.idx <= second_line
    if not (chunk[0].lower_ == "the" or chunk[0].ent_type_ or is_headline) or chunk[0].tag_ == "PRP$":
        return None
    fitting = {
        id(office.holder): office.holder
        for office in offices
        if (owner is None or owner == office.owner)
        and modifiers - {"-"} <= office.modifiers
        and modifiers & OTHER_HOLDERS == office.modifiers & OTHER_HOLDERS
        and (owner is not None or office.position < noun.idx)
    }
    return next(iter(fitting.values())) if len(fitting) == 1 else None


# Pairs


def add_pairs(doc: Doc, entries: Sequence[Entry], heard: Heard = unheard) -> None:
    """ "The two men", "both countries": where the sentences before are about exactly two who fit."""
    sentences = [sentence for sentence in doc.sents if sentence.text.strip()]
    before = {now.start: last.start_char for last, now in pairwise(sentences)}
    places = sorted((mention.start, number) for number, entry in enumerate(entries) for mention in entry.mentions)
    # Of the document: a sentence's own noun chunks are looked for in the whole document each time.
    for chunk in listening(doc.noun_chunks, heard):
        noun = chunk.root.lower_
        said = [token.lower_ for token in chunk[:-1]]
        if noun not in _MEANT_IN_PAIRS or said not in (["the", "two"], ["both"]):
            continue
        sentence = chunk.sent
        if sentence.start not in before:
            continue
        start, end = (bisect_left(places, (place,)) for place in (before[sentence.start], sentence.start_char))
        numbers = sorted({number for _, number in places[start:end]})
        meant = [number for number in numbers if _fits(entries[number], noun)]
        if len(meant) == 2 and entries[meant[0]].kind == entries[meant[1]].kind:
            for number in meant:
                mention = Mention(chunk.start_char, chunk.end_char, chunk.text, is_pronoun=True)
                entries[number].mentions.append(mention)
                insort(places, (mention.start, number))


def _fits(entry: Entry, noun: str) -> bool:
    if noun in _SIDES:
        return entry.kind != "person"
    return entry.kind == ("person" if noun in _PEOPLE else "country")
