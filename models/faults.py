"""What a sentence says that its source does not, by exact comparison: names, numbers, quotations, who does what."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from .content import WORD, is_number, normal, stop_words
from .words import bare

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

# "1, 056" is one number, in texts that a program has cut into words.
_CUT_NUMBER = re.compile(r"(?<=\d)([.,]) (?=\d)")
_QUOTED = re.compile(r"[“\"«]([^”\"»]+)[”\"»]")
Role: TypeAlias = tuple[str, str, str]  # subject, verb and object, as they are compared


class Wording:
    """A source in the forms that sentences are held against, each made once however many sentences there are.

    Args:
        text: The source.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def of(cls, source: str | Wording) -> Wording:
        """That of a source."""
        return cls(source) if isinstance(source, str) else source

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words."""
        texts = (self._text, _CUT_NUMBER.sub(r"\1", self._text))
        return frozenset(normal(word) for text in texts for word in WORD.findall(text))

    @cached_property
    def neighbours(self) -> frozenset[tuple[str, str]]:
        """Its words that stand side by side."""
        return frozenset(pairwise(normal(word) for word in WORD.findall(self._text)))

    @cached_property
    def bare(self) -> str:
        """All of it, with blanks around it."""
        return f" {bare(self._text)} "


def found_nowhere(sentence: str, source: str | Wording, begins_with_name: bool | None = None) -> tuple[str, ...]:
    """Names, numbers and quotations of a sentence that its source does not contain; see ``invented``."""
    return (*invented(sentence, source, begins_with_name), *misquoted(sentence, source))


def begins_with_name(sentence: Doc) -> bool:
    """Whether the first word of a sentence is a name or part of one."""
    first = next((token for token in sentence if token.text[0].isalnum()), None)
    return first is not None and first.pos_ == "PROPN"


def invented(sentence: str, source: str | Wording, begins_with_name: bool | None = None) -> tuple[str, ...]:
    """Names and numbers of a sentence that its source does not contain, in their order.

    A name is a capitalized word. A number is written in digits, or a word from two to twelve; the source may have it
    in either form.

    Args:
        sentence: The sentence.
        source: What it is said of.
        begins_with_name: Whether its first word counts as a name; None counts it where the next is capitalized, too.
    """
    source = Wording.of(source)
    words = WORD.findall(sentence)
    found = []
    for i, word in enumerate(words):
        counts = i > 0 or begins_with_name
        if i == 0 and begins_with_name is None:
            counts = len(words) > 1 and words[1][0].isupper()
        is_name = word[0].isupper() and counts
        is_name = is_name and word.lower() not in stop_words()
        if (is_number(word) or is_name) and normal(word) not in source.words:
            found.append(word)
    return tuple(dict.fromkeys(found))


def torn_names(sentence: str, source: str | Wording) -> tuple[str, ...]:
    """Two capitalized words of a sentence, side by side, that its source has, but nowhere side by side."""
    known = Wording.of(source).neighbours
    return tuple(
        f"{one[0]} {other[0]}"
        for one, other in pairwise(WORD.finditer(sentence))
        if not sentence[one.end() : other.start()].strip() and one[0][0].isupper() and other[0][0].isupper()
        if one[0].lower() not in stop_words() and (normal(one[0]), normal(other[0])) not in known
    )


def misquoted(sentence: str, source: str | Wording) -> tuple[str, ...]:
    """Quotations of a sentence that are not, word for word, in its source."""
    known = Wording.of(source).bare
    return tuple(quoted for quoted in _QUOTED.findall(sentence) if bare(quoted) and f" {bare(quoted)} " not in known)


def roles_in(article: Doc) -> frozenset[Role]:
    """Who does what to whom in a parsed text: heads of phrases, and verbs by their lemma, active and passive alike."""
    return frozenset((one.lower_, verb.lemma_, other.lower_) for one, verb, other in _who_does_what_to_whom(article))


def turned_roles(claim: Doc, known: Set[Role]) -> tuple[str, ...]:
    """Who does what to whom in a claim, where the article has it the other way round, and only so.

    Args:
        claim: A sentence, parsed.
        known: What the article has; see ``roles_in``.

    Returns:
        For each such verb "X praised Y", in the words of the claim. A pair that the article has both ways round is
        not turned.
    """
    return tuple(
        f"{subject.text} {verb.text} {other.text}"
        for subject, verb, other in _who_does_what_to_whom(claim)
        if (other.lower_, verb.lemma_, subject.lower_) in known
        and (subject.lower_, verb.lemma_, other.lower_) not in known
    )


def _who_does_what_to_whom(doc: Doc) -> list[tuple[Token, Token, Token]]:
    """(subject, verb, object) of each verb that has both; the heads of their phrases, as in the active voice."""
    found = []
    for verb in doc:
        if verb.pos_ != "VERB":
            continue
        children = list(verb.children)
        subject = next((c for c in children if c.dep_ == "nsubj"), None)
        other = next((c for c in children if c.dep_ in ("dobj", "dative") and c.pos_ != "ADP"), None)
        passive = next((c for c in children if c.dep_ == "nsubjpass"), None)
        agent = next((c for by in children if by.dep_ == "agent" for c in by.children if c.dep_ == "pobj"), None)
        if passive is not None:
            subject, other = agent, passive
        if subject is not None and other is not None and {subject.pos_, other.pos_} <= {"NOUN", "PROPN"}:
            found.append((subject, verb, other))
    return found
