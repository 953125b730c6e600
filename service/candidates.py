"""Where an article names somebody: the recognizer's entities, mended and filtered by rules on text and parse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .names import SMALL_WORDS, bare_name, is_acronym, is_title
from .nouns import (
    BODIES,
    FEMALE_TITLES,
    GIVING,
    GOVERNMENTS,
    KINDS,
    MALE_TITLES,
    MINISTRIES,
    OTHER_HOLDERS,
    ROLES,
    SETTLEMENTS,
    STANCES,
    TITLES,
)
from .places import country_named, country_of_government, country_of_people, is_seat
from .speakers import CUES
from .syntax import acts, head_of_name, is_listed, is_opposed, is_spoken_for, is_subject, locates, publishes, speaks

ENTITIES = frozenset({"PERSON", "ORG", "GPE", "NORP"})
# Labels that the recognizer gives to bodies and people by mistake; they count where syntax says that they speak.
_DOUBTFUL = frozenset({"LOC", "FAC", "LAW", "WORK_OF_ART", "PRODUCT", "EVENT"})
_WITH_ACRONYM = re.compile(r"((?:[A-Z][\w-]+ )(?:(?:of|and|for|the|on|[A-Z][\w-]+) )*[A-Z][\w-]+) \(([A-Z]\w{1,7})\)")
_COUNTRIES = frozenset({"countries", "nations", "states", "members", "powers", "allies"})
_CLOSED_CLASSES = frozenset({"DET", "ADP", "CCONJ", "SCONJ", "PRON", "ADV", "AUX", "PART", "NUM"})
_PERSON_ROLES = frozenset({"nsubj", "nsubjpass", "agent", "poss", "dobj", "dative", "appos", "attr"})
_PERSON_PREPOSITIONS = frozenset(
    "by with against between toward towards to for on of from behind like as about among".split()  # noqa: SIM905
)


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
    """

    span: Any
    name: str
    country: str | None = None
    known: bool = False
    acts: bool = False
    matters: bool = False
    locates: bool = False
    is_male: bool | None = None
    is_titled: bool = False
    kind_noun: str | None = None


def find_named(doc: Any, aliases: Mapping[str, Sequence[str]]) -> list[Named]:
    """All places where an article names somebody, in its order; no two overlap.

    Args:
        doc: A spaCy Doc.
        aliases: Other names by canonical name, from a topic file; matched word for word, case and all.
    """
    taken: set[int] = set()
    found: list[Named] = []
    # What is surer comes first, and keeps its words.
    for candidate in (
        *_of_topic(doc, aliases),
        *_with_acronym(doc),
        *_titled_sentences(doc),
        *_phrases(doc),
        *_entities(doc),
        *_speaking_names(doc),
    ):
        words = range(candidate.span.start, candidate.span.end)
        if not taken.intersection(words):
            taken.update(words)
            found.append(candidate)
    return sorted(found, key=lambda named: int(named.span.start))


def whole_word(form: str) -> re.Pattern[str]:
    """A pattern for a name that is no part of a longer word."""
    article = "[Tt]he " if form.startswith("the ") else ""  # an alias may open a sentence
    return re.compile(rf"(?<!\w){article}{re.escape(form.removeprefix('the '))}(?!\w)")


def _labelled(doc: Any, start: int, end: int, label: str) -> Any:
    from spacy.tokens import Span

    return Span(doc, start, end, label=label)


def _of_topic(doc: Any, aliases: Mapping[str, Sequence[str]]) -> Iterator[Named]:
    forms = [(form, canonical) for canonical, others in aliases.items() for form in (canonical, *others)]
    # The longest first: "the North Korean leader" is not "the North".
    for form, canonical in sorted(forms, key=lambda item: -len(item[0])):
        for match in whole_word(form).finditer(doc.text):
            span = doc.char_span(*match.span(), alignment_mode="expand")
            if span is not None:
                label = next((token.ent_type_ for token in span if token.ent_type_ in ENTITIES), "ORG")
                named = _named(_labelled(doc, span.start, span.end, label), canonical, country_named(canonical))
                yield Named(**{**vars(named), "known": True})


def _with_acronym(doc: Any) -> Iterator[Named]:
    """ "Law and Justice (PiS)" is a body, whatever the recognizer says."""
    for match in _WITH_ACRONYM.finditer(doc.text):
        span = _abbreviated(doc.char_span(*match.span(1), label="ORG"), match[2])
        if span is not None:
            yield _named(span, span.text)


def _abbreviated(span: Any, acronym: str) -> Any | None:
    """The part of a capitalized phrase that an acronym in parentheses behind it stands for."""
    capitals = sum(c.isupper() for c in acronym)
    if span is None or capitals < 2:
        return None
    starts = [i for i, token in enumerate(span) if token.text[0].isupper()]
    for start in starts:
        if is_acronym(acronym.upper(), [token.text for token in span[start:]]):
            return _labelled(span.doc, span.start + start, span.end, "ORG")
    # An acronym of another language; it has about as many capitals as the name: PiS is Law and Justice.
    return _labelled(span.doc, span.start + starts[-min(capitals, len(starts))], span.end, "ORG")


def _titled_sentences(doc: Any) -> Iterator[Named]:
    """ "Save the Children said": a sentence cannot go on from an order to a verb of saying."""
    for sentence in doc.sents:
        if len(sentence) < 3 or sentence[0].tag_ not in ("VB", "VBP") or not sentence[0].text[0].isupper():
            continue
        end = sentence.start + 1
        while end < sentence.end and (doc[end].text[0].isupper() or doc[end].lower_ in SMALL_WORDS):
            end += 1
        if end - sentence.start > 2 and end < sentence.end and doc[end - 1].text[0].isupper() and _is_cue(doc[end]):
            span = _labelled(doc, sentence.start, end, "ORG")
            yield Named(span, span.text, acts=True, matters=True)


def _is_cue(token: Any) -> bool:
    return token.lemma_.lower() in CUES and token.tag_ in ("VBD", "VBZ", "VBP")


def _phrases(doc: Any) -> Iterator[Named]:
    """Names beside a noun that tells of a body: "the Right2Water group", "the UN committee", "Russian officials"."""
    for chunk in doc.noun_chunks:
        root = chunk.root
        noun = root.lower_
        if noun not in KINDS | BODIES | GOVERNMENTS or root.text[0].isupper():
            continue
        start = _after_article(chunk)
        end = start
        while end < root.i and doc[end].text[0].isupper() and doc[end].tag_ != "POS":
            end += 1
        if end == start or doc[end].tag_ == "POS":
            continue
        text = doc[start:end].text
        country = country_of_people(text) or country_named(text)
        if country and noun in GOVERNMENTS:
            if acts(root) or is_opposed(root):
                span = _labelled(doc, chunk.start, root.i + 1, "GPE")
                yield Named(span, country, country, acts=acts(root), matters=True)
        elif noun in KINDS and not country and doc[start].ent_type_ not in ("NORP", "GPE", "DATE"):
            if doc[start].is_sent_start and doc[start].pos_ != "PROPN":
                continue  # "Striking union members"
            yield Named(_labelled(doc, start, end, "ORG"), text, acts=acts(root), matters=True, kind_noun=noun)
        elif noun in BODIES and acts(root) and all(t.text.isalpha() for t in doc[start : root.i]):
            span = _labelled(doc, start, root.i + 1, "ORG")
            yield Named(span, span.text, acts=True, matters=True, kind_noun=noun)


def _after_article(chunk: Any) -> int:
    start = int(chunk.start)
    while start < chunk.root.i and (chunk.doc[start].pos_ in ("DET", "ADJ") and not chunk.doc[start].text[0].isupper()):
        start += 1
    if chunk.doc[start].lower_ in ("the", "a", "an"):
        start += 1
    while start < chunk.root.i and chunk.doc[start].text[0].islower() and chunk.doc[start].pos_ == "ADJ":
        start += 1
    return start


def _entities(doc: Any) -> Iterator[Named]:
    for entity in doc.ents:
        if entity.label_ not in ENTITIES | _DOUBTFUL:
            continue
        span = _trimmed(entity)
        if span is None or not _is_name(span):
            continue
        name = bare_name(span.text)
        government = country_of_government(name)
        if government is not None and country_named(name) is None and span.label_ != "PERSON":
            yield from _government(span, name, government)
        elif entity.label_ in _DOUBTFUL:
            label = "ORG" if span.label_ in _DOUBTFUL else span.label_
            named = _named(_labelled(doc, span.start, span.end, label), name)
            if named.span.label_ == "PERSON" or speaks(head_of_name(span)) or publishes(span.root) or named.kind_noun:
                yield named
        else:
            country = country_named(name)
            if span.label_ == "GPE" and country is None and _is_quoted_speaker(span.root):
                span = _labelled(doc, span.start, span.end, "PERSON")
            yield _named(span, name, country)


def _is_quoted_speaker(token: Any) -> bool:
    """`"...," said Strachan.`: what countries say is hardly ever put so."""
    return token.dep_ == "nsubj" and token.head.i < token.i and token.head.lemma_.lower() in CUES


def _government(span: Any, name: str, country: str) -> Iterator[Named]:
    """A capital or a house that acts; where it only lies somewhere, it is nobody."""
    token = head_of_name(span)
    if name == "Brussels":  # the Union's institutions, where the article is about them
        others = {entity.text.removeprefix("the ") for entity in span.doc.ents}
        if others & {"EU", "European Union", "European Commission"} and "Belgium" not in others:
            country = "European Union"
    verb = token.head.lemma_.lower() if token.dep_ == "nsubj" else ""
    named_itself = any(country_named(entity.text) == country for entity in span.doc.ents)
    does = speaks(token) or verb in GIVING or (acts(token) and (named_itself or is_seat(name)))
    if does or is_opposed(token) or (is_seat(name) and token.dep_ == "poss"):
        start = span.start - (span.start > 0 and span.doc[span.start - 1].lower_ == "the")
        yield Named(_labelled(span.doc, start, span.end, "GPE"), country, country, acts=does, matters=True)


def _speaking_names(doc: Any) -> Iterator[Named]:
    """Names that the recognizer missed: capitalized words that speak, and proper nouns that act."""
    for token in doc:
        if not token.text[0].isupper():
            continue
        start = token.i
        while start > token.sent.start and doc[start - 1].text[0].isupper() and doc[start - 1].dep_ == "compound":
            start -= 1
        is_inside = token.tag_ in ("NNP", "NNPS") and not doc[start].is_sent_start
        if not speaks(token) and not (token.dep_ == "nsubj" and is_inside and acts(token)):
            continue
        is_common = doc[start].is_sent_start and token.tag_ not in ("NNP", "NNPS")
        if is_common or token.pos_ in _CLOSED_CLASSES or token.ent_type_ or token.lower_ in ROLES:
            continue
        span = _trimmed(_labelled(doc, start, token.i + 1, "ORG"))
        if span is None:
            continue
        name = bare_name(span.text)
        government = country_of_government(name)
        if government is not None:
            yield from _government(span, name, government)
        else:
            yield _named(span, name, country_named(name))


def _trimmed(span: Any) -> Any | None:
    """The span without article, title and possessive."""
    doc, start, end, label = span.doc, span.start, span.end, span.label_
    while end > start and (doc[end - 1].tag_ == "POS" or not _has_letter(doc[end - 1])):
        end -= 1
    while start < end and (
        doc[start].lower_ in ("the", "a", "an")
        or not _has_letter(doc[start])
        or (
            end - start > 1
            and is_title(doc[start].text, end - start - 1)
            and country_named(doc[start + 1 : end].text) is None  # "Miss America"
        )
    ):
        if is_title(doc[start].text, end - start - 1):
            label = "PERSON"
        start += 1
    if start == end or doc[start:end].text.lower() in MALE_TITLES | FEMALE_TITLES:
        return None
    before = doc[start - 1].lower_ if start else ""
    root = doc[start:end].root
    if label == "ORG" and root.lower_ in KINDS | BODIES and start and doc[start - 1].ent_type_ == "NORP":
        start -= 1  # the "Polish People's Party"
    if label in ("ORG", "NORP") and start and _belongs(doc[start - 1], root):
        start -= 1  # "Liberal" and "Democrats" are one name
    if label == "PERSON" and before == "the" and root.i == end - 1 and root.dep_ not in ("compound", "nmod"):
        label = "ORG"  # "the Lib Dems"; people have no article
    is_addressed = before in TITLES - OTHER_HOLDERS and root.dep_ != "compound"
    if is_addressed or (label in _DOUBTFUL and end - start > 1 and before in ROLES):
        label = "PERSON"  # "Ms Park" is no park
    elif before in ROLES and label == "GPE" and country_named(doc[start:end].text) is None:
        label = "PERSON"  # "striker Lukaku"
    elif before in KINDS and doc[start - 1].text[0].islower():
        label = "ORG"  # "the airline Skylark"
    return _labelled(doc, start, end, label)


def _belongs(word: Any, root: Any) -> bool:
    return (
        word.text[0].isupper()
        and not word.is_sent_start
        and word.head == root
        and word.dep_ in ("amod", "compound")
        and not word.ent_type_
        and word.lower_ not in TITLES | ROLES
    )


def _has_letter(token: Any) -> bool:
    return any(c.isalnum() for c in token.text)


def _is_name(span: Any) -> bool:
    if not any(c.isupper() for c in span.text) or span.text.isdigit():
        return False
    root = span.root
    if span.label_ == "PERSON" and len(span) == 1 and root.left_edge.lower_ == "an" and not is_subject(root):
        return False  # "an Oscar"
    if span.label_ != "PERSON" and root.left_edge.lower_ in ("a", "an") and root.dep_ in ("appos", "attr"):
        return False  # "a London-based GP", "I am a Catholic"
    if len(span) == 1 and root.is_sent_start and root.tag_ in ("NN", "NNS", "VBG") and not _is_people(root):
        return False  # "Pedestrians can cross" has a capital because it opens the sentence
    if span.label_ != "NORP":
        return True
    # "Turkish" in "Turkish troops" describes; "Palestinians" act.
    return root.dep_ not in ("amod", "compound") and root.tag_ in ("NNS", "NNPS", "NNP")


def _is_people(token: Any) -> bool:
    return country_of_people(token.text.removesuffix("s")) is not None


def _named(span: Any, name: str, country: str | None = None) -> Named:
    doc = span.doc
    token = head_of_name(span)
    before = doc[span.start - 1].lower_ if span.start else ""
    is_male = before in MALE_TITLES if before in MALE_TITLES | FEMALE_TITLES else None
    kind_noun = before if before in KINDS and doc[span.start - 1].text[0].islower() else None
    does = _does(token, span.label_, country)
    matters = does or kind_noun is not None or _matters(token, span, country, before)
    if span.label_ == "PERSON":
        country = None
    is_titled = before in TITLES | ROLES
    return Named(span, name, country, False, does, matters, locates(token), is_male, is_titled, kind_noun)


def _does(token: Any, label: str, country: str | None) -> bool:
    if label == "PERSON" and is_subject(token):
        return True  # people do what bodies only are
    if acts(token):
        return True
    if token.dep_ == "poss" and token.head.lower_ in MINISTRIES:  # "Ukraine's foreign ministry called on all"
        return label == "GPE" and acts(token.head)
    owner = token.head.head  # "the city of Brunnfeld will close"
    return token.dep_ == "pobj" and token.head.lower_ == "of" and owner.lower_ in SETTLEMENTS and acts(owner)


def _matters(token: Any, span: Any, country: str | None, before: str) -> bool:
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
