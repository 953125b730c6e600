"""Sentences of an article rewritten so that they stay true to it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..words import bare
from .edits import Edit, Part, like, pairs, plain_name, plain_part, rewritten, subtree, tidy

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_SAME = pairs(
    "began/started bought/purchased film/movie told/informed attempted/tried require/need required/needed assist/help "
    "assisted/helped ended/finished commence/begin large/big huge/massive nearly/almost approximately/about "
    "children/kids injured/hurt obtained/got received/got showed/revealed shows/reveals allow/let ensure/guarantee "
    "however/but sacked/fired resigned/quit criticised/attacked quickly/rapidly currently/now previously/earlier "
    "vehicle/car firm/company firms/companies officers/police"
)
# Without these, a phrase says something else.
_NEEDED = frozenset(
    "former alleged fake few other last first only same many several next previous such second third final half no own "  # noqa: SIM905
    "potential possible likely suspected would-be proposed planned attempted least most more less".split()
)
_MARKS = {'"', "“", "”", "'", "‘", "’", "``", "''"}


def faithful(sentence: Span, rng: random.Random) -> list[Edit]:
    """True versions of a sentence of an article: shorter, in another order, with names written out or shortened.

    Args:
        sentence: A spaCy Span, one sentence of a parsed article.
        rng: Chooses among the places that could be changed.
    """
    made = []
    for kind, maker in _FAITHFUL.items():
        options = [text for text in maker(sentence) if len(text.split()) >= 4 and bare(text) != bare(sentence.text)]
        if options:
            made.append(Edit(kind, rng.choice(options)))
    return made


def _shortened(sentence: Span) -> Iterator[str]:
    """Without what is said beside the point: appositions, relative clauses, fronted phrases, times and places."""
    parts = []
    for token in sentence:
        start, end = subtree(token)
        if end - start >= len(sentence) - 3:
            continue
        removable = (
            token.dep_ in ("appos", "relcl", "npadvmod", "parataxis")
            or (token.dep_ == "acl" and token.tag_ == "VBG")
            or (token.dep_ == "advcl" and not any(c.lower_ in ("if", "unless", "to") for c in token.children))
            or (token.dep_ == "prep" and token.head.dep_ == "ROOT" and token.i < token.head.i)
            or (
                token.dep_ == "prep"
                and token.head.pos_ == "VERB"
                and any(c.ent_type_ in ("DATE", "TIME", "GPE") for c in token.children)
            )
            or (token.dep_ == "amod" and token.head.pos_ == "NOUN" and token.lower_ not in _NEEDED)
        )
        if removable and not start <= sentence.root.i < end and _stands_apart(sentence.doc, start, end):
            parts.append(_with_commas(sentence, start, end))
    for part in parts:
        yield rewritten(sentence, {part: ""})
    apart: dict[Part, str] = {}
    for part in parts:
        if all(part[1] <= start or end <= part[0] for start, end in apart):
            apart[part] = ""
    if len(apart) > 1:
        yield rewritten(sentence, apart)


def _stands_apart(doc: Doc, start: int, end: int) -> bool:
    """Whether leaving tokens out tears no word and no quotation apart."""
    marks = sum(token.text in _MARKS for token in doc[start:end])
    after = doc[end].text if end < len(doc) else ""
    before = doc[start - 1].text if start else ""
    return marks == 0 and not {after, before} & {"-", "/", "(", *_MARKS}


def _with_commas(sentence: Span, start: int, end: int) -> Part:
    """A part, and the two commas that it stands between."""
    doc = sentence.doc
    if start > sentence.start and end < sentence.end and doc[start - 1].text == "," and doc[end].text == ",":
        return start - 1, end + 1
    return start, end


def _one_clause(sentence: Span) -> Iterator[str]:
    """One of two clauses that share a subject."""
    root = sentence.root
    subject = next((c for c in root.children if c.dep_ in ("nsubj", "nsubjpass")), None)
    second = next((c for c in root.children if c.dep_ == "conj" and c.pos_ in ("VERB", "AUX")), None)
    if subject is None or second is None or any(c.dep_ == "neg" for c in root.children):
        return
    joint = next((c.i for c in root.children if c.dep_ == "cc"), second.left_edge.i)
    first = sentence.doc[sentence.start : joint].text
    yield tidy(first) + "."
    if not any("subj" in c.dep_ for c in second.children) and second.tag_ == root.tag_:
        head = sentence.doc[subject.left_edge.i : subject.right_edge.i + 1].text
        yield tidy(f"{head} {sentence.doc[second.left_edge.i : second.right_edge.i + 1].text}") + "."


def _renamed(sentence: Span) -> Iterator[str]:
    """Surnames for full names, full names for surnames, and the name for a pronoun that can mean only one person."""
    people = [plain_name(e.text) for e in sentence.doc.ents if e.label_ == "PERSON"]
    for entity in sentence.ents:
        if entity.label_ != "PERSON":
            continue
        part = plain_part(entity)
        words = sentence.doc[part[0] : part[1]].text.split()
        if len(words) > 1:
            yield rewritten(sentence, {part: words[-1]})
        elif words:
            full = [name for name in people if len(name.split()) > 1 and name.split()[-1] == words[0]]
            if full:
                yield rewritten(sentence, {part: full[0]})
    if sentence[0].lower_ in ("he", "she") and sentence.start > 0:
        before = sentence.doc[sentence.start - 1].sent
        named = {plain_name(e.text) for e in before.ents if e.label_ == "PERSON"}
        if len(named) == 1:
            yield rewritten(sentence, {(sentence.start, sentence.start + 1): named.pop()})


def _turned(sentence: Span) -> Iterator[str]:
    """Active to passive, for regular verbs in the past."""
    for verb in sentence:
        if verb.tag_ != "VBD" or not verb.lower_.endswith("ed") or verb.dep_ != "ROOT":
            continue
        subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
        object_ = next((c for c in verb.children if c.dep_ == "dobj"), None)
        if subject is None or object_ is None or object_.i != verb.i + 1 + (object_.i - object_.left_edge.i):
            continue
        plain = not any(c.dep_ in ("neg", "aux") for c in verb.children)
        if plain and {subject.pos_, object_.pos_} <= {"NOUN", "PROPN"}:
            doc = sentence.doc
            moved = doc[object_.left_edge.i : object_.right_edge.i + 1].text
            actor = doc[subject.left_edge.i : subject.right_edge.i + 1].text
            be = "were" if object_.tag_ in ("NNS", "NNPS") else "was"
            rest = doc[object_.right_edge.i + 1 : sentence.end].text
            if doc[subject.left_edge.i].ent_type_ == "" and doc[subject.left_edge.i].pos_ != "PROPN":
                actor = actor[:1].lower() + actor[1:]
            yield tidy(f"{moved} {be} {verb.text} by {actor} {rest}")


def _told(sentence: Span) -> Iterator[str]:
    """Reported speech with its speaker in front."""
    root = sentence.root
    if root.lower_ not in ("said", "says", "added"):
        return
    speaker = next((c for c in root.children if c.dep_ == "nsubj"), None)
    words = next((c for c in root.children if c.dep_ == "ccomp"), None)
    if speaker is None or words is None:
        return
    doc = sentence.doc
    who = doc[speaker.left_edge.i : speaker.right_edge.i + 1].text
    what = doc[words.left_edge.i : words.right_edge.i + 1].text.strip(" \"'“”‘’,")
    if words.right_edge.i < speaker.left_edge.i:
        yield tidy(f"{who} said {what[:1].lower() + what[1:] if not doc[words.left_edge.i].ent_type_ else what}") + "."
    yield tidy(f"According to {who}, {what}") + "."


def _other_words(sentence: Span) -> Iterator[str]:
    for token in sentence:
        if token.lower_ in _SAME and not token.ent_type_:
            yield rewritten(sentence, {(token.i, token.i + 1): like(_SAME[token.lower_], token.text)})


def _joined(sentence: Span) -> Iterator[str]:
    """Two short neighbours in one."""
    if sentence.end < len(sentence.doc):
        after = sentence.doc[sentence.end].sent
        if len(sentence) + len(after) <= 40 and after[0].pos_ in ("PRON", "DET") and len(after) > 4:
            first = re.sub(r"[.!?\s]+$", "", sentence.text)
            yield tidy(f"{first} and {after.text[:1].lower()}{after.text[1:]}")


_FAITHFUL: dict[str, Callable[[Span], Iterator[str]]] = {
    "shortened": _shortened,
    "one clause": _one_clause,
    "renamed": _renamed,
    "turned": _turned,
    "told": _told,
    "other words": _other_words,
    "joined": _joined,
}
