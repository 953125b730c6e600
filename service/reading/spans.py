"""Pieces of a text as tokens of its parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span


def span_at(doc: Doc, start: int, end: int) -> Span:
    """The tokens that a piece of a text lies in, each of them whole; an empty span if it lies in none.

    Args:
        doc: The text's annotation.
        start: First character.
        end: One past the last.
    """
    return doc.char_span(start, end, alignment_mode="expand") or doc[:0]


def labelled(doc: Doc, start: int, end: int, label: str) -> Span:
    """A spaCy Span with a label of one's own."""
    from spacy.tokens import Span

    return Span(doc, start, end, label=label)
