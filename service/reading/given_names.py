"""Given names: that two capitalized words are a person, and whether a man or a woman."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from newstance.models.hearing import Heard, listening, unheard

from .names import is_title
from .nouns import NO_SURNAMES
from .places import country_named, country_of_people
from .spans import labelled
from .spelling import without_accents

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_FILE = Path(__file__).parent / "lang" / "given_names.yaml"
_LONGEST = 4  # words of a person's name


@cache
def _lists() -> dict[str, str]:
    lists: dict[str, str] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return lists


@cache
def _firms() -> frozenset[str]:
    return frozenset(_lists()["firms"].split())


@cache
def given_names() -> dict[str, bool | None]:
    """Whether each is a man's; None for those of both."""
    gender = {"male": True, "female": False, "either": None}
    return {name: is_male for key, is_male in gender.items() for name in _lists()[key].split()}


def is_mans(name: str) -> bool | None:
    """Whether a name of several words is a man's, by its first; None if that does not tell."""
    words = name.split()
    return given_names().get(without_accents(words[0])) if len(words) > 1 else None


def has_given_name(name: str) -> bool:
    """Whether a name of several words begins with one that people are given, and is no firm's or place's."""
    first, *others = name.split() or [""]
    return (
        bool(others)
        and without_accents(first) in given_names()
        and "-".join((first, *others)) not in _firms()
        and not {word.lower() for word in others} & NO_SURNAMES
    )


def is_person(span: Span) -> bool:
    """Whether some words are a given name and a surname, and not what people's names stand in: "the Tom Hall group"."""
    words = span.text.split()
    return (
        len(words) <= _LONGEST
        and has_given_name(span.text)
        and all(word[0].isupper() and word.replace("-", "").isalpha() and not word.isupper() for word in words)
        and span[-1].tag_ != "NNPS"  # "Kelly Services"
        and not any(country_named(word) or country_of_people(word) for word in words[1:])
        and not (span.start and span.doc[span.start - 1].lower_ == "the")
        and span.root.i == span.end - 1
    )


def people_by_given_name(doc: Doc, heard: Heard = unheard) -> Iterator[Span]:
    """Given names with the surnames behind them, as PERSON, where no entity goes beyond them."""
    end = 0
    for token in listening(doc, heard):
        if token.i < end or token.text not in given_names() or _is_inside(token):
            continue
        end = token.i + 1
        while end < min(len(doc), token.i + _LONGEST) and _is_surname(doc[end]):
            end += 1
        if is_person(doc[token.i : end]) and not _cuts_an_entity(doc, token.i, end):
            yield labelled(doc, token.i, end, "PERSON")


def _is_inside(token: Token) -> bool:
    """Whether the name may begin before it."""
    before = token.nbor(-1) if token.i else None
    return before is not None and before.tag_ == "NNP" and not is_title(before.text, 2)


def _is_surname(token: Token) -> bool:
    return token.tag_ == "NNP" and token.text[0].isupper() and not token.is_sent_start and not is_title(token.text, 0)


def _cuts_an_entity(doc: Doc, start: int, end: int) -> bool:
    return doc[start].ent_iob_ == "I" or (end < len(doc) and doc[end].ent_iob_ == "I")
