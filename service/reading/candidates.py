"""Where an article names somebody: the recognizer's entities, mended and filtered by rules on text and parse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from newstance.models.hearing import Heard, listening, unheard

from .given_names import people_by_given_name
from .governments import Countries, acting_government
from .layout import find_turns
from .lexicon import words
from .name_spans import DOUBTFUL, is_name, trimmed, with_digits, with_particles
from .names import SMALL_WORDS, bare_name, is_acronym, is_title
from .nouns import (
    BODIES,
    FEMALE_TITLES,
    GOVERNMENTS,
    KINDS,
    MALE_KIN,
    MALE_TITLES,
    MINISTRIES,
    NO_SURNAMES,
    ROLES,
    SETTLEMENTS,
    STANCES,
    TITLES,
)
from .places import country_named, country_of_government, country_of_people
from .spans import labelled, span_at
from .speakers import CUES
from .spelling import PARTICLES
from .syntax import (
    acts,
    head_of_name,
    holds_office,
    is_listed,
    is_opposed,
    is_spoken_for,
    is_subject,
    kin_of,
    locates,
    publishes,
    speaks,
)
from .wholes import whole_word

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

ENTITIES = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_ACRONYM = re.compile(r" \(([A-Z]\w{1,7})\)")
_BEFORE_ACRONYM = re.compile(r"(?:[A-Z][\w-]+ )(?:(?:of|and|for|the|on|[A-Z][\w-]+) )*[A-Z][\w-]+\Z")
_LONGEST_PHRASE = 200  # characters before an acronym
_COUNTRIES = words("bodies", "countries")
_KINDS_OF_BODIES = KINDS | BODIES | GOVERNMENTS
_CLOSED_CLASSES = frozenset({"DET", "ADP", "CCONJ", "SCONJ", "PRON", "ADV", "AUX", "PART", "NUM"})
_CLOSED_TAGS = frozenset({"DT", "PRP", "PRP$", "WP", "WDT", "WRB", "EX", "IN", "CC"})
_PERSON_ROLES = frozenset({"nsubj", "nsubjpass", "agent", "poss", "dobj", "dative", "appos", "attr"})
_PERSON_PREPOSITIONS = words("small_words", "before_people")


@dataclass(frozen=True)
class Named:
    """A place where somebody is named.

    Attributes:
        span: The words, with their label.
        name: The bare name, or the canonical one of a topic file.
        country: The country that it is or stands for, if any.
        known: Whether a topic file names it.
        acts: Whether it does or says something here.
        matters: Whether it is clear from here that this is somebody who can have a stance.
        locates: Whether it is only a place here.
        is_male: What a title tells.
        is_titled: Whether a title or office stands before it.
        kind_noun: What the text calls it beside its name: "airline", "committee".
        is_guess: Whether the recognizer said nothing of what it is.
        is_kin: Whether it is told of as somebody's relative: "his son, Daniel Amber".
        relates_to_male: Whether that somebody is a man; None if nothing tells.
    """

    span: Span
    name: str
    country: str | None = None
    known: bool = False
    acts: bool = False
    matters: bool = False
    locates: bool = False
    is_male: bool | None = None
    is_titled: bool = False
    kind_noun: str | None = None
    is_guess: bool = False
    is_kin: bool = False
    relates_to_male: bool | None = None


def find_named(doc: Doc, aliases: Mapping[str, Sequence[str]], heard: Heard = unheard) -> list[Named]:
    """All places where an article names somebody, in its order; no two overlap.

    Args:
        doc: The article's annotation.
        aliases: Other names by canonical name, from a topic file; matched word for word, case and all.
        heard: Called every few milliseconds.
    """
    taken: set[int] = set()
    found: list[Named] = []
    # What is surer comes first, and keeps its words.
    text = doc.text  # spaCy puts it together anew each time
    countries = Countries.of(doc)
    for candidate in chain(
        _of_topic(doc, text, aliases),
        _beside_words(doc, text, heard),
        _with_acronym(doc, text),
        _titled_sentences(doc, heard),
        _phrases(doc, heard),
        _by_given_name(doc, heard),
        _entities(doc, countries, heard),
        _speaking_names(doc, countries, heard),
    ):
        words = range(candidate.span.start, candidate.span.end)
        if not taken.intersection(words):
            taken.update(words)
            found.append(candidate)
    return sorted(found, key=lambda named: int(named.span.start))


def _of_topic(doc: Doc, text: str, aliases: Mapping[str, Sequence[str]]) -> Iterator[Named]:
    forms = [(form, canonical) for canonical, others in aliases.items() for form in (canonical, *others)]
    # The longest first: "the North Korean leader" is not "the North".
    for form, canonical in sorted(forms, key=lambda item: -len(item[0])):
        for match in whole_word(form).finditer(text):
            span = span_at(doc, *match.span())
            label = next((token.ent_type_ for token in span if token.ent_type_ in ENTITIES), "ORG")
            named = _named(labelled(doc, span.start, span.end, label), canonical, country_named(canonical))
            yield Named(**{**vars(named), "known": True})


def _beside_words(doc: Doc, text: str, heard: Heard) -> Iterator[Named]:
    """Who speaks by the layout: "DANA HOLT: Yes.", or the name below a letter."""
    for turn in listening(find_turns(text), heard):
        span = span_at(doc, turn.name_start, turn.name_end) if turn.name_start >= 0 else doc[:0]
        if not span:
            continue
        is_capitals = span.text.isupper()  # of which the tagger makes anything
        tags = ("NNP", "NNPS") if len(span) == 1 else ("NNP", "NNPS", "NN", "NNS", "JJ")
        if not is_capitals and any(token.tag_ not in tags and token.lower_ not in PARTICLES for token in span):
            continue
        if is_capitals or {token.ent_type_ for token in span} <= {"", "PERSON"} or _guessed(span) == "PERSON":
            name = span.text.title() if is_capitals else span.text
            yield Named(labelled(doc, span.start, span.end, "PERSON"), bare_name(name), acts=True, matters=True)


def _with_acronym(doc: Doc, text: str) -> Iterator[Named]:
    """ "Law and Justice (PiS)" is a body, whatever the recognizer says."""
    position = 0
    for acronym in _ACRONYM.finditer(text):
        end = acronym.start()
        # Searched from behind: from each capital on, it would be quadratic.
        start = max(position, end - _LONGEST_PHRASE)
        phrase = _BEFORE_ACRONYM.search(text[start:end])
        if phrase is None:
            continue
        position = acronym.end()
        span = _abbreviated(doc.char_span(start + phrase.start(), end, label="ORG"), acronym[1])
        if span is not None:
            yield _named(span, span.text)


def _abbreviated(span: Span | None, acronym: str) -> Span | None:
    """The part of a capitalized phrase that an acronym in parentheses behind it stands for."""
    capitals = sum(c.isupper() for c in acronym)
    if span is None or capitals < 2:
        return None
    starts = [i for i, token in enumerate(span) if token.text[0].isupper()]
    for start in starts:
        if is_acronym(acronym.upper(), [token.text for token in span[start:]]):
            return labelled(span.doc, span.start + start, span.end, "ORG")
    # An acronym of another language; it has about as many capitals as the name: PiS is Law and Justice.
    return labelled(span.doc, span.start + starts[-min(capitals, len(starts))], span.end, "ORG")


def _titled_sentences(doc: Doc, heard: Heard) -> Iterator[Named]:
    """ "Save the Children said": a sentence cannot go on from an order to a verb of saying."""
    for sentence in listening(doc.sents, heard):
        if len(sentence) < 3 or sentence[0].tag_ not in ("VB", "VBP") or not sentence[0].text[0].isupper():
            continue
        end = sentence.start + 1
        while end < sentence.end and (doc[end].text[0].isupper() or doc[end].lower_ in SMALL_WORDS):
            end += 1
        if end - sentence.start > 2 and end < sentence.end and doc[end - 1].text[0].isupper() and _is_cue(doc[end]):
            span = labelled(doc, sentence.start, end, "ORG")
            yield Named(span, span.text, acts=True, matters=True)


def _is_cue(token: Token) -> bool:
    return token.lemma_.lower() in CUES and token.tag_ in ("VBD", "VBZ", "VBP")


def _phrases(doc: Doc, heard: Heard) -> Iterator[Named]:
    """Names beside a noun that tells of a body: "the Right2Water group", "the UN committee", "Russian officials"."""
    for chunk in listening(doc.noun_chunks, heard):
        root = chunk.root
        noun = root.lower_
        if noun not in _KINDS_OF_BODIES or root.text[0].isupper():
            continue
        start = _after_article(chunk)
        end = start
        while end < root.i and doc[end].text[0].isupper() and doc[end].tag_ != "POS":
            end += 1
        if end < root.i and doc[end].lower_ in PARTICLES:
            continue  # "Inga de Boer's party"
        if end == start or doc[end].tag_ == "POS":
            continue
        text = doc[start:end].text
        country = country_of_people(text) or country_named(text)
        if country and noun in GOVERNMENTS:
            if acts(root) or is_opposed(root):
                span = labelled(doc, chunk.start, root.i + 1, "GPE")
                yield Named(span, country, country, acts=acts(root), matters=True)
        elif noun in KINDS and not country and doc[start].ent_type_ not in ("NORP", "GPE", "DATE"):
            if doc[start].is_sent_start and doc[start].pos_ != "PROPN":
                continue  # "Striking union members"
            yield Named(labelled(doc, start, end, "ORG"), text, acts=acts(root), matters=True, kind_noun=noun)
        elif noun in BODIES and acts(root) and all(t.text.isalpha() for t in doc[start : root.i]):
            span = labelled(doc, start, root.i + 1, "ORG")
            yield Named(span, span.text, acts=True, matters=True, kind_noun=noun)


def _after_article(chunk: Span) -> int:
    start = int(chunk.start)
    while start < chunk.root.i and (chunk.doc[start].pos_ in ("DET", "ADJ") and not chunk.doc[start].text[0].isupper()):
        start += 1
    while start < chunk.root.i and chunk.doc[start].tag_ in _CLOSED_TAGS:
        start += 1
    while start < chunk.root.i and chunk.doc[start].text[0].islower() and chunk.doc[start].pos_ == "ADJ":
        start += 1
    return start


def _entities(doc: Doc, countries: Countries, heard: Heard) -> Iterator[Named]:
    for entity in listening(doc.ents, heard):
        if entity.label_ not in ENTITIES | DOUBTFUL:
            continue
        span = trimmed(entity)
        if span is None or not is_name(span):
            continue
        name = bare_name(span.text)
        government = country_of_government(name)
        if government is not None and country_named(name) is None and span.label_ != "PERSON":
            yield from _government(span, name, government, countries)
        elif entity.label_ in DOUBTFUL and country_named(name) is None:
            label = "ORG" if span.label_ in DOUBTFUL else span.label_
            named = _named(labelled(doc, span.start, span.end, label), name)
            if named.span.label_ == "PERSON" or speaks(head_of_name(span)) or publishes(span.root) or named.kind_noun:
                yield named
        else:
            country = country_named(name)
            if span.label_ in DOUBTFUL:
                span = labelled(doc, span.start, span.end, "GPE")
            if span.label_ == "GPE" and country is None and _is_quoted_speaker(span.root):
                span = labelled(doc, span.start, span.end, "PERSON")
            yield _named(span, name, country)


def _is_quoted_speaker(token: Token) -> bool:
    """`"...," said Strachan.`: what countries say is hardly ever put so."""
    return token.dep_ == "nsubj" and token.head.i < token.i and token.head.lemma_.lower() in CUES


def _government(span: Span, name: str, country: str, countries: Countries) -> Iterator[Named]:
    """A capital or a house that acts; where it only lies somewhere, it is nobody."""
    found = acting_government(span, name, country, countries)
    if found is not None:
        named, country, does = found
        yield Named(named, country, country, acts=does, matters=True)


def _speaking_names(doc: Doc, countries: Countries, heard: Heard) -> Iterator[Named]:
    """Names that the recognizer missed: capitalized words that speak, and proper nouns that act."""
    start = 0
    goes_on = False  # whether the word before is a part of the name that the next one may end
    for token in listening(doc, heard):
        is_capital = token.text[0].isupper()
        if token.is_sent_start or not goes_on:
            start = token.i
        goes_on = is_capital and token.dep_ == "compound"
        if not is_capital:
            continue
        is_inside = token.tag_ in ("NNP", "NNPS") and not doc[start].is_sent_start
        holds = holds_office(token)
        if not holds and not speaks(token) and not (token.dep_ == "nsubj" and is_inside and acts(token)):
            continue
        is_common = doc[start].is_sent_start and token.tag_ not in ("NNP", "NNPS")
        if is_common or token.pos_ in _CLOSED_CLASSES or token.tag_ in _CLOSED_TAGS or token.lower_ in ROLES:
            continue
        first, end = with_digits(doc, *with_particles(doc, start, token.i + 1))
        if token.ent_type_ and (first, end) == (start, token.i + 1):
            continue
        span = trimmed(labelled(doc, first, end, _guessed(doc[first:end])))
        if span is None or not is_name(span):
            continue
        name = bare_name(span.text)
        government = country_of_government(name)
        if government is not None:
            yield from _government(span, name, government, countries)
        else:
            yield replace(_named(span, name, country_named(name)), acts=True, matters=True, is_guess=True)


def _by_given_name(doc: Doc, heard: Heard) -> Iterator[Named]:
    """People of whom the recognizer misses a part, or whom it takes for firms and works."""
    for span in people_by_given_name(doc, heard):
        yield _named(span, bare_name(span.text))


def _guessed(span: Span) -> str:
    """What somebody probably is whom the recognizer missed: first name and surname are a person's."""
    words = [token.lower_ for token in span]
    is_person = (
        2 <= len(words) <= 4
        and all(token.text.replace("-", "").isalpha() for token in span)
        and not set(words) & NO_SURNAMES
        and not any(country_named(token.text) or country_of_people(token.text) for token in span)
        and not (span.start and span.doc[span.start - 1].lower_ == "the")
    )
    return "PERSON" if is_person else "ORG"


def _named(span: Span, name: str, country: str | None = None) -> Named:
    doc = span.doc
    token = head_of_name(span)
    before = doc[span.start - 1].lower_ if span.start else ""
    is_male = before in MALE_TITLES if before in MALE_TITLES | FEMALE_TITLES else None
    kin = kin_of(span)
    if kin is not None and is_male is None:
        is_male = kin.lower_ in MALE_KIN
    kind_noun = before if before in KINDS and doc[span.start - 1].text[0].islower() else None
    does = _does(token, span.label_)
    matters = does or kind_noun is not None or _matters(token, span, country, before)
    if span.label_ == "PERSON":
        country = None
    is_titled = before in TITLES | ROLES
    related = next((child.lower_ for child in kin.children if child.lower_ in ("his", "her")), None) if kin else None
    return Named(
        span,
        name,
        country,
        acts=does,
        matters=matters,
        locates=locates(token),
        is_male=is_male,
        is_titled=is_titled,
        kind_noun=kind_noun,
        is_kin=kin is not None,
        relates_to_male=None if related is None else related == "his",
    )


def _does(token: Token, label: str) -> bool:
    if label == "PERSON" and is_subject(token):
        return True  # people do what bodies only are
    if acts(token):
        return True
    if token.dep_ == "poss" and token.head.lower_ in MINISTRIES:  # "Ukraine's foreign ministry called on all"
        return label == "GPE" and acts(token.head)
    owner = token.head.head  # "the city of Brunnfeld will close"
    return token.dep_ == "pobj" and token.head.lower_ == "of" and owner.lower_ in SETTLEMENTS and acts(owner)


def _matters(token: Token, span: Span, country: str | None, before: str) -> bool:
    label = span.label_
    if label == "PERSON":
        return (
            token.dep_ in _PERSON_ROLES
            or span.root.dep_ == "appos"
            or is_title(before, len(span))
            or (len(span) > 1 and token.dep_ == "pobj" and token.head.lower_ in _PERSON_PREPOSITIONS)
        )
    if country is not None:
        return is_subject(token) or is_opposed(token) or is_listed(token, _COUNTRIES) or token.dep_ == "appos"
    if label == "GPE":
        return False
    if label == "NORP":
        return is_subject(token) or is_opposed(token)
    return (
        is_opposed(token)
        or publishes(token)
        or is_spoken_for(token)
        or (token.dep_ == "poss" and token.head.lemma_ in STANCES)
        or token.dep_ == "appos"
        or (token.dep_ == "dobj" and len(span) > 1 and not any(child.dep_ == "det" for child in token.children))
    )
