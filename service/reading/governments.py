"""Capitals and houses that stand for who governs there: "Oslo rejected the plan", but not "it rained in Oslo"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from .nouns import GIVING, GOVERNING, STANCES
from .places import country_named, country_of_government, is_seat
from .spans import labelled
from .speakers import CUES
from .syntax import acts, head_of_name, is_opposed, speaks

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token


@dataclass(frozen=True)
class Countries:
    """What the recognizer finds in an article.

    Attributes:
        named: Which countries.
        has_union: Whether the European Union, and not Belgium.
        governing: How many capitals surely stand for governments.
    """

    named: frozenset[str | None]
    has_union: bool
    governing: int

    @classmethod
    def of(cls, doc: Doc) -> Self:
        """Those of a spaCy Doc."""
        texts = {entity.text for entity in doc.ents}
        bare = {text.removeprefix("the ") for text in texts}
        has_union = bool(bare & {"EU", "European Union", "European Commission"}) and "Belgium" not in bare
        acting = {entity.text for entity in doc.ents if entity.label_ != "PERSON" and _takes_sides(entity.root)}
        governing = sum(country_of_government(text) is not None for text in acting)
        return cls(frozenset(map(country_named, texts)), has_union, governing)


def acting_government(span: Span, name: str, country: str, countries: Countries) -> tuple[Span, str, bool] | None:
    """The words that stand for a government, its country, and whether it acts; None where a place is meant.

    Args:
        span: The words as the recognizer has them.
        name: Their bare name.
        country: Whose capital or house it is.
        countries: What else the article names.
    """
    token = head_of_name(span)
    if name == "Brussels" and countries.has_union:  # the Union's institutions, where the article is about them
        country = "European Union"
    verb = token.head.lemma_.lower() if token.dep_ == "nsubj" else ""
    does = speaks(token) or verb in GIVING | GOVERNING | STANCES
    does = does or (acts(token) and (country in countries.named or is_seat(name)))
    does = does or (countries.governing > 1 and _has_an_opinion(token))  # where capitals are governments, one more is
    if not does and not is_opposed(token) and not (is_seat(name) and token.dep_ == "poss"):
        return None
    start = span.start - (span.start > 0 and span.doc[span.start - 1].lower_ == "the")
    return labelled(span.doc, start, span.end, "GPE"), country, does


def _takes_sides(token: Token) -> bool:
    return bool(token.dep_ == "nsubj" and token.head.lemma_.lower() in STANCES | CUES)


def _has_an_opinion(token: Token) -> bool:
    """ "Oslo was sceptical of the plan": an adjective with what it is about."""
    if token.dep_ != "nsubj" or token.head.lemma_ != "be":
        return False
    adjectives = (child for child in token.head.children if child.dep_ == "acomp")
    return any(child.lower_ in ("of", "about", "toward", "towards") for a in adjectives for child in a.children)
