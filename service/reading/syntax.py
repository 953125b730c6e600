"""What a noun phrase does in its sentence, read from the parse: whether it acts, and whether it matters who it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .lexicon import words
from .nouns import (
    BODIES,
    FEMALE_KIN,
    GIVING,
    HAPPENINGS,
    KINDS,
    MALE_KIN,
    OTHER_HOLDERS,
    PUBLICATIONS,
    PUBLISHING,
    ROLES,
    STANCES,
    STATES,
    TITLES,
)
from .speakers import CUES, SUBJECTS

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

DOING = SUBJECTS | {"agent"}
_LOCATING = words("small_words", "locating")
_OPPOSING = words("small_words", "opposing")
_DIRECTING = words("small_words", "directing")
_COMING = words("deeds", "coming")
_LISTING = words("small_words", "listing")


_HEADS = ROLES | KINDS | BODIES


def head_of_name(span: Span) -> Token:
    """The token that says what the name does: through "X and Y" to X, through "spokesman X" to the spokesman."""
    token = span.root
    if token.dep_ == "compound" and token.head.i == span.end and token.head.lower_ in TITLES:
        token = token.head  # "Anna Park MP asked"
    while token.dep_ == "conj" or (
        token.dep_ in ("appos", "nmod", "compound")
        and token.head.i < token.i
        and (token.ent_type_ == "PERSON" or token.head.lower_ in _HEADS)
        and token.head.pos_ in ("NOUN", "PROPN")
    ):
        token = token.head
    return token


def kin_of(span: Span) -> Token | None:
    """The word that tells whose relative a name is: "her husband, Tom Miller", "his son Tom"; None if none does."""
    word = span.root
    while word.dep_ in ("appos", "compound", "nmod"):
        word = word.head
        if word.lower_ in MALE_KIN | FEMALE_KIN:
            return word
    return None


def holds_office(token: Token) -> bool:
    """ "The mayor of Harwick, Inga Holt, said": the parser takes her for the town's other name."""
    if token.dep_ != "appos" or token.head.dep_ != "pobj" or token.head.head.lower_ != "of":
        return False
    office = token.head.head.head
    return office.lower_ in ROLES and is_subject(office) and token.i > 0 and token.nbor(-1).text != "("


def first_named(token: Token) -> Token:
    """The first of the names that a token is added to: through "X and Y" and "X, the Y" to X."""
    while token.dep_ in ("conj", "appos"):
        token = token.head
    return token


def is_subject(token: Token) -> bool:
    """Whether a token is what its sentence is about."""
    return token.dep_ in DOING or (token.dep_ == "pobj" and token.head.dep_ == "agent")


def speaks(token: Token) -> bool:
    """Whether a token is the subject of a verb of saying or of taking sides, or behind "according to"."""
    if token.dep_ == "nsubj":
        return bool(token.head.lemma_.lower() in CUES | STANCES and token.head.pos_ in ("VERB", "AUX"))
    return bool(token.dep_ == "pobj" and token.head.lower_ == "to" and token.head.head.lower_ == "according")


def acts(token: Token) -> bool:
    """Whether a token does something; being, having and lying somewhere is nothing done."""
    if token.dep_ == "nsubj":
        return _is_act(token.head)
    clauses = [child for child in token.children if child.dep_ == "relcl"]
    if any(_is_act(clause) and _has_subject(clause, ("who", "which", "that")) for clause in clauses):
        return True
    return (token.dep_ == "pobj" and token.head.dep_ == "agent") or speaks(token)


def _is_act(verb: Token) -> bool:
    lemma, around = verb.lemma_.lower(), [child.dep_ for child in verb.children]
    if lemma in HAPPENINGS:
        return "dobj" in around or "xcomp" in around
    return lemma not in STATES or "xcomp" in around


def _has_subject(verb: Token, words: Sequence[str]) -> bool:
    return any(child.dep_ == "nsubj" and child.lower_ in words for child in verb.children)


def is_opposed(token: Token) -> bool:
    """Whether somebody is for or against what a token names, deals with it or gives it something."""
    head = token.head
    if token.dep_ in ("dobj", "dative", "nsubjpass"):
        return head.lemma_.lower() in STANCES | GIVING | CUES
    if token.dep_ == "poss":  # "Russia's invasion"
        return head.lemma_.lower() in STANCES and (
            head.lower_ != "war" or any(child.dep_ == "prep" for child in head.children)  # "Syria's civil war"
        )
    if token.dep_ != "pobj":
        return False
    reached = head.head.lemma_.lower()
    return (
        head.lower_ in _OPPOSING
        or (head.lower_ in _DIRECTING and reached in STANCES)
        or (head.lower_ == "from" and reached in _COMING)
        or (head.lower_ == "to" and reached in GIVING)
        or (head.lower_ == "dative" or head.dep_ == "dative")
    )


def publishes(token: Token) -> bool:
    """Whether a token is where something appeared: "published in the Guardian", "a poll by the Harwick Echo"."""
    if token.dep_ != "pobj" or token.head.lower_ not in ("in", "by"):
        return False
    what = token.head.head.lemma_.lower()
    return what in PUBLISHING or (what in PUBLICATIONS and token.head.lower_ == "by")


def is_listed(token: Token, nouns: frozenset[str]) -> bool:
    """Whether a token is an example of one of some nouns: "countries including Spain and Italy"."""
    preposition = token.head
    return token.dep_ == "pobj" and preposition.lower_ in _LISTING and preposition.head.lower_ in nouns


def locates(token: Token) -> bool:
    """Whether a token is a mere place: "in Aleppo", "the town of Aleppo"."""
    return token.dep_ == "pobj" and token.head.lower_ in _LOCATING and not publishes(token)


def is_spoken_for(token: Token) -> bool:
    """Whether somebody speaks who has an office of a token: "Skylark's chief executive", "a leader of the union"."""
    office = token.head if token.dep_ == "poss" else token.head.head if token.dep_ == "pobj" else token
    if office is token or (office.lower_ not in ROLES and office.lemma_ not in ROLES):
        return False
    if token.dep_ == "pobj" and token.head.lower_ not in ("of", "for"):
        return False
    if any(child.lower_ in OTHER_HOLDERS for child in office.children):
        return False
    return speaks(office) or speaks(_named_beside(office))


def _named_beside(office: Token) -> Token:
    """ "Choo Mi-ae, leader of the party, said", "the CEO of the fund, Tina Merron, welcomed"."""
    while office.dep_ in ("appos", "compound", "nmod"):
        office = office.head
    return office
