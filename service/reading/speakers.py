"""Who is said to say something: verbs of saying, and the speaker that the syntax names for them.

A speaker who cannot be told is None, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..analysis import Actor
from .lexicon import words
from .nouns import ROLES
from .phrases import phrase_of
from .spans import span_at

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

CUES = words("saying", "cues")
PERCEIVING = words("saying", "perceiving")
NAMING = words("saying", "naming")
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_MOST_WORDS = 6  # of a speaker in a headline: "South Korean foreign minister Park Jin: ..."


class Named(dict[int, Actor]):
    """The actor whose name a token is part of, by the token's number; and what was found out about each verb."""

    def __init__(self) -> None:
        super().__init__()
        # A verb is asked about for each quotation near it.
        self.said: dict[int, tuple[Token | None, Attribution | None]] = {}


@dataclass(frozen=True)
class Attribution:
    """Who is said to say something, by which word.

    Attributes:
        speaker: The actor who says it; None if it cannot be told.
        cue: What brings it: the verb's lemma, "according to", or ":".
        source: The speaker as the article names it here, also where it is no actor ("critics"); "" if it is not
            named, or only by a pronoun.
    """

    speaker: Actor | None
    cue: str
    source: str


def actors_by_token(doc: Doc, actors: Sequence[Actor]) -> Named:
    """Which actor each token names or means."""
    named = Named()
    for actor in actors:
        for mention in actor.mentions:
            span = span_at(doc, mention.start, mention.end)
            for token in span:
                named.setdefault(token.i, actor)
    return named


def said_by(verb: Token, named: Named) -> Attribution | None:
    """Who says what a verb brings."""
    return speaker_of(verb, named)[1]


def speaker_of(verb: Token, named: Named) -> tuple[Token | None, Attribution | None]:
    """The subject of a verb of saying, and who that is."""
    if verb.i not in named.said:
        subject = subject_of(verb)
        found = None
        if subject is not None:
            found = Attribution(_actor_of(subject, named), verb.lemma_.lower(), _noun_phrase(subject))
        named.said[verb.i] = (subject, found)
    return named.said[verb.i]


def subject_of(verb: Token) -> Token | None:
    """Who does what a verb says: its subject, or what that stands for ("X, who said", "X left and said")."""
    for _ in range(4):  # deeper is unsure
        if agents := [p for c in verb.children if c.dep_ == "agent" for p in c.children if p.dep_ == "pobj"]:
            return agents[0]
        for child in sorted(verb.children, key=lambda c: _is_behind_a_mark(c, verb)):
            if child.dep_ == "nsubj" and any(c.isalnum() for c in child.text):
                if child.tag_ in ("WP", "WDT") and verb.dep_ == "relcl":
                    return verb.head
                return child
            if child.dep_ == "nsubjpass":
                return None  # "X was told that": who told it?
            if child.dep_ == "dobj" and verb.i and (verb.nbor(-1).is_quote or verb.nbor(-1).lower_ == ","):
                return child  # `"Is there a plan?" asked X`: the parser may take the inversion for an object
        if verb.dep_ not in ("conj", "advcl", "xcomp") or verb.head.pos_ not in ("VERB", "AUX"):
            return None
        verb = verb.head
    return None


def _is_behind_a_mark(token: Token, verb: Token) -> bool:
    """Whether quotation marks stand between: `"Our members," said X`, where the parser knows two subjects."""
    low, high = sorted((token.i, verb.i))
    return any(t.is_quote for t in token.doc[low:high])


def after_according(token: Token, named: Named) -> Attribution | None:
    """Who stands behind "according to"."""
    for descendant in phrase_of(token):
        if descendant.dep_ == "pobj":
            if descendant.tag_ == "NN" and not any(descendant.children):
                return None  # "according to plan"
            return Attribution(_actor_of(descendant, named), "according to", _noun_phrase(descendant))
    return None


def named_by(doc: Doc, start: int, end: int, named: Named) -> Attribution | None:
    """The one actor that a few words name: "Russian president Vladimir Putin"."""
    span = span_at(doc, start, end)
    if not span or len(span) > _MOST_WORDS or any(t.pos_ in ("VERB", "AUX") for t in span):
        return None
    speaker = named.get(next((t.i for t in reversed(span) if t.is_alpha), -1))
    return Attribution(speaker, ":", span.text) if speaker is not None else None


def _actor_of(token: Token, named: Named) -> Actor | None:
    """The actor that a noun phrase names: its head first, then "the mayor, X", "spokesman X", "X's spokesman" and
    "a spokesman for X"."""  # noqa: D205, D209
    ranks = {"appos": 1, "flat": 1, "compound": 2, "nmod": 2, "poss": 3}
    nearby = [token, *sorted((c for c in token.children if c.dep_ in ranks), key=lambda c: ranks[c.dep_])]
    owners = (p for c in token.children if c.lower_ == "of" for p in c.children if p.dep_ == "pobj")
    nearby += [c for owner in owners for c in owner.children if c.dep_ == "appos" and token.lower_ in ROLES]
    if token.lower_.startswith("spokes"):
        nearby += [p for c in token.children if c.lower_ in ("for", "of") for p in c.children if p.dep_ == "pobj"]
    return next((named[candidate.i] for candidate in nearby if candidate.i in named), None)


def _noun_phrase(token: Token) -> str:
    """A noun with what stands in front of it; "" for a pronoun."""
    if token.pos_ == "PRON":
        return ""
    return str(token.doc[token.left_edge.i : token.i + 1].text)


def has_subject(clause: Token) -> bool:
    """Whether a clause tells who does it."""
    return any(child.dep_ in (*SUBJECTS, "expl", "csubj") for child in clause.children)
