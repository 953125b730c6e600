"""What else means an actor: "the North Korean leader", "the company", "the two men"; pronouns have a file of their own.

Rules on the parse, after the names have been gathered. Each takes a mention only where a single actor fits; with
two, the phrase is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .analysis import Mention
from .entries import Entry
from .nouns import BODIES, KINDS, OTHER_HOLDERS, ROLES
from .places import country_named, country_of_government, country_of_people
from .syntax import acts

_PEOPLE = frozenset("leaders men women presidents ministers politicians rivals".split())  # noqa: SIM905
_STATES = frozenset({"countries", "nations", "governments", "states"})
_SIDES = frozenset({"sides"})


# Definite phrases


@dataclass(frozen=True)
class _Office:
    """What somebody is called by an office: the minister, of Turkey, {deputy, prime}."""

    holder: Entry
    noun: str
    owner: str | None
    modifiers: frozenset[str]
    position: int


def add_definite_phrases(doc: Any, entries: list[Entry]) -> None:
    """Offices and nouns that the text binds to one actor, and bodies that act without a name of their own."""
    covered = {i for entry in entries for mention in entry.mentions for i in range(mention.start, mention.end)}
    offices = list(_offices(doc, entries))
    _bind_nouns(doc, entries)
    unnamed: list[Entry] = []
    for chunk in doc.noun_chunks:
        if any(i in covered for i in range(chunk.root.idx, chunk.root.idx + len(chunk.root))):
            continue
        noun = chunk.root.lower_
        if noun in ROLES and chunk.root.tag_ in ("NN", "NNP"):
            holder = _holder(chunk, offices)
            if holder is not None:
                _take(holder, chunk.start_char, chunk.text, acts(chunk.root))
        elif noun in KINDS | BODIES and chunk.root.tag_ in ("NN", "NNS", "NNP"):
            _take_body(chunk, entries, unnamed)
    entries += [entry for entry in unnamed if entry.acts]


def _take(entry: Entry, start: int, text: str, does: bool) -> None:
    entry.mention(start, text)
    entry.acts += does


def _offices(doc: Any, entries: Sequence[Entry]) -> Iterator[_Office]:
    """Offices that stand beside a person's name, before or behind it, or that "is" or "became" gives to it."""
    for entry in entries:
        if entry.kind != "person":
            continue
        for mention in entry.mentions:
            span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
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


def _office(holder: Entry, noun: Any, owner: str | None = None) -> _Office:
    modifiers, owner_before = _before(noun)
    return _Office(holder, noun.lower_, owner or owner_before or _owner_of(noun), modifiers, int(noun.idx))


def _before(noun: Any) -> tuple[frozenset[str], str | None]:
    """The words between article or owner and an office, and the owner: "Turkey's Deputy Prime Minister"."""
    modifiers: set[str] = set()
    i = noun.i - 1
    while i >= noun.sent.start:
        token = noun.doc[i]
        if token.dep_ == "det" or (token.pos_ in ("PUNCT", "VERB", "ADP", "PRON", "SPACE") and token.text != "-"):
            break
        if token.tag_ == "POS":
            owner = noun.doc[max(i - 2, 0) : i].text
            return frozenset(modifiers), country_named(owner) or _canonical(noun.doc[i - 1].text)
        country = country_of_people(noun.doc[max(i - 1, 0) : i + 1].text) or country_of_people(token.text)
        country = country or country_of_government(token.text) or country_named(token.text)
        if country is not None:
            return frozenset(modifiers), country
        if token.text[0].isalpha():
            modifiers.add(token.lower_)
        i -= 1
    return frozenset(modifiers), None


def _owner_of(noun: Any) -> str | None:
    """ "leader of the Democratic Party"."""
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ == "of":
            return next((_canonical(owner.text) for owner in child.children if owner.dep_ == "pobj"), None)
    return None


def _owner_behind(span: Any) -> str | None:
    """ "President Emil Strauss of the Lake Federation"."""
    doc = span.doc
    return _owner_of(span.root) if span.end < len(doc) and doc[span.end].lower_ == "of" else None


def _canonical(owner: str) -> str:
    return country_of_people(owner) or country_named(owner) or country_of_government(owner) or owner.lower()


def _holder(chunk: Any, offices: Sequence[_Office]) -> Entry | None:
    """The one who holds the office that a definite phrase names; None where two may, or nobody was named yet."""
    noun = chunk.root
    if any(child.dep_ in ("appos", "relcl", "amod") and child.i > noun.i for child in noun.children):
        return None
    if noun.i + 1 < len(noun.doc) and noun.doc[noun.i + 1].ent_type_ == "PERSON":
        return None  # a title
    modifiers, owner = _before(noun)
    owner = owner or _owner_of(noun)
    is_headline = owner is not None and "\n" not in noun.doc[: noun.i].text.strip()
    if not (chunk[0].lower_ == "the" or chunk[0].ent_type_ or is_headline) or chunk[0].tag_ == "PRP$":
        return None
    fitting = {
        id(office.holder): office.holder
        for office in offices
        if office.noun == noun.lower_
        and (owner is None or owner == office.owner)
        and modifiers - {"-"} <= office.modifiers
        and modifiers & OTHER_HOLDERS == office.modifiers & OTHER_HOLDERS
        and (owner is not None or office.position < noun.idx)
    }
    return next(iter(fitting.values())) if len(fitting) == 1 else None


# Bodies


def _bind_nouns(doc: Any, entries: Sequence[Entry]) -> None:
    """What a body is called beside its name: by its own last word, or behind a comma ("Green Coast, a group")."""
    for entry in entries:
        if entry.kind == "person":
            continue
        head = entry.name.split(" of ")[0].split(" for ")[0].split()[-1].lower()
        if head in KINDS | BODIES:
            entry.nouns.add(head)
        for mention in entry.mentions:
            span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
            entry.nouns |= {c.lower_ for c in span.root.children if c.dep_ == "appos" and c.lower_ in KINDS | BODIES}


def _take_body(chunk: Any, entries: Sequence[Entry], unnamed: list[Entry]) -> None:
    """Give "the committee" to the one committee; else, where a body acts, make it an actor of its own."""
    noun = chunk.root
    words = [token for token in chunk if token.i <= noun.i]
    while words and (words[0].dep_ == "det" or words[0].tag_ in ("DT", "SP", "_SP")):
        words = words[1:]
    is_definite = chunk[0].lower_ == "the"
    if not words or any(t.tag_ in ("PRP$", "CD") or (t.is_punct and t.tag_ != "POS" and t.text != "-") for t in words):
        return
    if owner := next((t for t in words if t.tag_ == "POS"), None):
        owned_by = chunk.doc[owner.i - 1]
        if owned_by.tag_ in ("NNP", "NNPS"):
            return  # "Ukraine's foreign ministry" is Ukraine, and was taken as such
        if owned_by.tag_ != "NNS":  # "the city's roads department", but "the dockworkers' union"
            words = words[words.index(owner) + 1 :]
        is_definite = True
    if any(token.text[0].isupper() and not (token.is_sent_start and token.i == chunk.start) for token in words):
        return
    lower = [token.lower_ for token in words]
    called = [entry for entry in entries if noun.lower_ in entry.nouns]
    if len(lower) == 1:
        fitting = [entry for entry in called if min(mention.start for mention in entry.mentions) < noun.idx]
    else:
        fitting = [entry for entry in called if set(lower) <= set(_surroundings(chunk.doc, entry))]
    if is_definite and len(fitting) == 1:
        # Any body before may be "the party"; it is not the Green Party after a sentence about Labour.
        if len(lower) > 1 or noun.lower_ not in KINDS or fitting[0] is _latest_body(entries, noun.idx):
            _take(fitting[0], chunk.start_char, chunk.text, acts(noun))
        return
    is_bare = noun.lower_ in ("police", "parliament", "congress", "prosecutors") and chunk[0].i == words[0].i
    says_little = len(lower) == 1 and (called or noun.lower_ in KINDS)
    if fitting or says_little or noun.lower_ not in BODIES or not (is_definite or is_bare):
        return
    end = _with_of(noun)
    span = chunk.doc[words[0].i : end]
    name = span.text.lower() if is_bare else span.text
    entry = next((e for e in unnamed if e.name == name or (len(lower) == 1 and noun.lower_ in e.nouns)), None)
    if entry is None:
        entry = Entry(name, nouns={noun.lower_})
        unnamed.append(entry)
    if entry.name == name:
        entry.mention(span.start_char, span.text)
    else:  # "the council" after "the town council of Harwick"
        entry.mention(chunk.start_char, chunk.text)
    entry.acts += acts(noun)


def _latest_body(entries: Sequence[Entry], position: int) -> Entry | None:
    named = [
        (mention.start, number)
        for number, entry in enumerate(entries)
        if entry.kind not in ("person", "country")
        for mention in entry.mentions
        if mention.start < position and not mention.is_pronoun
    ]
    return entries[max(named)[1]] if named else None


def _surroundings(doc: Any, entry: Entry) -> Iterator[str]:
    """The words of a body's name and of the phrases that it stands in."""
    for mention in entry.mentions:
        root = doc.char_span(mention.start, mention.end, alignment_mode="expand").root
        yield from (token.lower_ for token in doc[root.left_edge.i : root.i + 1])
    yield from entry.nouns


def _with_of(noun: Any) -> int:
    """Where a phrase ends, with a short complement: "chamber of commerce"."""
    following = int(noun.i) + 1
    if following < len(noun.doc) and noun.doc[following].lower_ == "of" and noun.doc[following].head == noun:
        end = int(noun.doc[following].right_edge.i) + 1
        if end - following <= 4:
            return end
    return following


# Pairs


def add_pairs(doc: Any, entries: Sequence[Entry]) -> None:
    """ "The two men", "both countries": where the sentences before are about exactly two who fit."""
    sentences = [sentence for sentence in doc.sents if sentence.text.strip()]
    before = {now.start: last.start_char for last, now in pairwise(sentences)}
    # Of the document: a sentence's own noun chunks are looked for in the whole document each time.
    for chunk in doc.noun_chunks:
        noun = chunk.root.lower_
        said = [token.lower_ for token in chunk[:-1]]
        if noun not in _PEOPLE | _STATES | _SIDES or said not in (["the", "two"], ["both"]):
            continue
        sentence = chunk.sent
        if sentence.start not in before:
            continue
        start, end = before[sentence.start], sentence.start_char
        meant = [entry for entry in entries if _fits(entry, noun) and _is_within(entry, start, end)]
        if len(meant) == 2 and meant[0].kind == meant[1].kind:
            for entry in meant:
                entry.mentions.append(Mention(chunk.start_char, chunk.end_char, chunk.text, is_pronoun=True))


def _fits(entry: Entry, noun: str) -> bool:
    if noun in _SIDES:
        return entry.kind != "person"
    return entry.kind == ("person" if noun in _PEOPLE else "country")


def _is_within(entry: Entry, start: int, end: int) -> bool:
    return any(start <= mention.start < end for mention in entry.mentions)
