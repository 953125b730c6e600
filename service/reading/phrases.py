"""Phrases in a parse: a word with all that depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token


def phrase_of(token: Token) -> Iterator[Token]:
    """A token and all that depends on it, in the order of the text.

    spaCy's own ``subtree`` passes each token on through all those above it: of a long chain, that is quadratic.
    """
    waiting = [(token, False)]
    while waiting:
        current, is_open = waiting.pop()
        if is_open or not (current.n_lefts or current.n_rights):
            yield current
            continue
        waiting += ((child, False) for child in reversed(list(current.rights)))
        waiting.append((current, True))
        waiting += ((child, False) for child in reversed(list(current.lefts)))
