"""Reported speech: what somebody says, in the article's own words and without quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from newstance.models.hearing import Heard, listening

from .lexicon import words
from .phrases import phrase_of
from .quotation_marks import without_blanks
from .spans import span_at
from .speakers import CUES, NAMING, PERCEIVING, Attribution, Named, after_according, has_subject, named_by, said_by

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_ACCUSING = words("saying", "accusing")

Piece: TypeAlias = "tuple[Token, list[Token]]"  # a clause's head, and a run of its tokens
Reported = tuple[int, int, Attribution]  # start and end in the text, and who says it


def reported_speech(doc: Doc, text: str, inside: Set[int], named: Named, heard: Heard) -> Iterator[Reported]:
    """What is reported, without "that"; it may hold words in quotation marks, but is not all in them.

    Args:
        doc: The article's annotation.
        text: Its text.
        inside: The tokens that stand between quotation marks.
        named: The actor whose name a token is part of.
        heard: Called every few milliseconds.
    """
    return chain(_clauses(doc, inside, named, heard), _headlines(doc, text, inside, named, heard))


def _clauses(doc: Doc, inside: Set[int], named: Named, heard: Heard) -> Iterator[Reported]:
    for token in listening(doc, heard):
        if token.i in inside:
            continue
        if token.lower_ == "according":
            attribution, pieces = after_according(token, named), _clause_around(token)
        elif token.pos_ in ("VERB", "AUX"):
            attribution, pieces = _reported_by(token, named)
        else:
            continue
        if attribution is None:
            continue
        for head, piece in pieces:
            start, end = _trimmed(piece)
            # What stands in quotation marks is found there; so is what somebody calls "a disgrace".
            is_marked = head.i in inside or (attribution.cue in NAMING and any(t.i in inside for t in piece))
            if start < end and not is_marked:
                yield start, end, attribution


def _reported_by(verb: Token, named: Named) -> tuple[Attribution | None, list[Piece]]:
    """Who reports by a verb, and what is reported."""
    lemma = verb.lemma_.lower()
    objects = [c for c in verb.children if c.i > verb.i]
    is_passive = any(c.dep_ in ("auxpass", "nsubjpass") for c in verb.children)
    if lemma in _ACCUSING | NAMING and not is_passive:
        links = ("of",) if lemma in _ACCUSING else ("as",)
        linked = [c for c in objects if c.dep_ in ("prep", "mark") and c.lower_ in links]
        # "called X a liar": the parser takes it for a clause, or for two objects.
        whom = [c for c in objects if c.dep_ in ("dobj", "dative")]
        what = [c for c in objects if c.dep_ in ("oprd", "ccomp", "attr") and lemma in NAMING]
        nested = [d for c in objects for d in c.children if d.dep_ == "prep" and d.lower_ in links and d.i > c.i]
        if (whom and (linked or what or nested)) or any(has_subject(c) for c in what):
            parts = sorted({t.i for c in (*whom, *linked, *what) for t in phrase_of(c)})
            return said_by(verb, named), [(verb, [verb.doc[i] for i in range(parts[0], parts[-1] + 1)])]
    clauses = [c for c in verb.children if c.dep_ == "ccomp" and not _is_set_apart(c, verb)]
    if lemma not in CUES:
        # "Holt hinted that it was late": no list has all verbs of saying.
        clauses = [c for c in clauses if lemma not in PERCEIVING and has_subject(c) and _has_that(c)]
        attribution = said_by(verb, named) if clauses else None
        is_told = attribution is not None and attribution.speaker is not None
        return attribution if is_told else None, [run for clause in clauses for run in _runs(clause, verb, set())]
    clauses = [c for c in clauses if has_subject(c) or c.i < verb.i or _has_that(c)]
    if not clauses and verb.dep_ == "parataxis" and not _is_set_apart(verb.head, verb):
        clauses = [verb.head]
    attribution = said_by(verb, named) if clauses else None
    own = {t.i for t in phrase_of(verb)} if clauses and clauses[0] == verb.head else set()
    return attribution, [run for clause in clauses for run in _runs(clause, verb, own)]


def _has_that(clause: Token) -> bool:
    return any(mark.lower_ == "that" for mark in clause.children)


def _is_set_apart(clause: Token, verb: Token) -> bool:
    """ "Holt left; Lowe said he was sorry": what stands before a semicolon is said by nobody."""
    return clause.i < verb.i and any(token.text == ";" for token in verb.doc[clause.i : verb.i])


def _runs(clause: Token, verb: Token, own: set[int]) -> list[Piece]:
    """The tokens of a clause without the words that bring it: "The plan, X said, is bad" has two runs."""
    speaking = own or {verb.i, *(t.i for c in verb.children if c != clause for t in phrase_of(c))}
    runs: list[list[Token]] = [[]]
    for token in phrase_of(clause):
        if token.i in speaking:
            continue
        if runs[-1] and token.i != runs[-1][-1].i + 1:
            runs.append([])
        runs[-1].append(token)
    return [(clause, run) for run in runs if any(t.is_alpha for t in run)]


def _clause_around(according: Token) -> list[Piece]:
    """What is so according to somebody: the clause that the words stand in, without them."""
    clause = according.head
    while clause.pos_ not in ("VERB", "AUX") and clause.head != clause:
        clause = clause.head
    return _runs(clause, according, {t.i for t in phrase_of(according)})


def _trimmed(run: list[Token]) -> tuple[int, int]:
    """The place of a run without "that", spaces, and the commas and stops around it."""
    low, high = 0, len(run)
    while low < high and _is_no_word(run[low]) and not run[low].is_quote:  # a mixed quotation may open the clause
        low += 1
    while low < high and (run[high - 1].is_space or (run[high - 1].is_punct and not run[high - 1].is_quote)):
        high -= 1
    run = run[low:high]
    if not any(token.is_alpha for token in run):
        return 0, 0
    return run[0].idx, run[-1].idx + len(run[-1])


def _is_no_word(token: Token) -> bool:
    return bool(token.is_punct or token.is_space or (token.lower_ == "that" and token.dep_ == "mark"))


def _headlines(doc: Doc, text: str, inside: Set[int], named: Named, heard: Heard) -> Iterator[Reported]:
    """`Putin: we will win`, and `Vaccines are safe: WHO`."""
    for line in listening(re.finditer(r"^[^\n:]+: [^\n:]+$", text, re.MULTILINE), heard):
        colon = text.index(": ", line.start())
        parts = [(line.start(), colon), (colon + 2, line.end())]
        for speaker, said in (parts, parts[::-1]):
            attribution = named_by(doc, *speaker, named)
            low, high = without_blanks(text, *said)
            words = span_at(doc, low, high)
            is_marked = not words or any(token.i in inside for token in words)
            if attribution and not is_marked and len(text[low:high].split()) > 2:
                high = low + len(text[low:high].rstrip("."))
                yield low, high, attribution
                break
