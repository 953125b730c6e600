"""Pieces of a text as tokens of its parse."""

from __future__ import annotations

from typing import Any


def span_at(doc: Any, start: int, end: int) -> Any:
    """The tokens that a piece of a text lies in, each of them whole; None if it lies in none.

    Args:
        doc: The text's annotation, a spaCy Doc.
        start: First character.
        end: One past the last.
    """
    return doc.char_span(start, end, alignment_mode="expand")
