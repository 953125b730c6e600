"""What may be left out of a sentence so that the rest is still true.

After the trimming of Dorr, Zajic and Schwartz 2003, "Hedge Trimmer: A Parse-and-Trim Approach to Headline Generation",
of which only the cuts are made that take nothing back: a relative clause in commas, what stands in brackets or between
dashes, and a word that ties the sentence to the one before it. Conditions, negations, times, sources and whatever tells
which one of several is meant stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_TIES = frozenset(("but", "and", "so", "yet", "however", "meanwhile", "moreover", "furthermore", "nevertheless"))
_RELATIVE = frozenset(("which", "who", "whom", "whose", "where"))
_ENDS = frozenset(".!?")
_DASHES = frozenset("–—-")
_MARKS = frozenset("\"“”«»'‘’")
_BEFORE_MARK = re.compile(r" (?=[,.!?;:])")
_LEAST_WORDS = 7  # that a shortened sentence has
_LONGEST = 25  # words of what is cut: of more the parse knows less well where they end


def shortened(sentence: Span) -> str:
    """The sentence without what may go; as it is, but for line breaks, where nothing may.

    Args:
        sentence: Of a parsed text.
    """
    gone: set[int] = set()
    for first, end in _cuts(sentence):
        if gone.isdisjoint(range(first, end)):
            gone.update(range(first, end))
    kept = [token for token in sentence if token.i not in gone]
    if not gone or sentence.root.i in gone or sum(token.is_alpha for token in kept) < _LEAST_WORDS:
        return " ".join(sentence.text.split())
    # Between words that were not neighbours there is a blank, but not before a mark that ends something.
    text = "".join(token.text + (token.whitespace_ if token.i + 1 not in gone else " ") for token in kept)
    text = _BEFORE_MARK.sub("", " ".join(text.split()))
    return text[0].upper() + text[1:]


def _cuts(sentence: Span) -> Iterator[tuple[int, int]]:
    """First token, and one past the last, of each part that may go; those that hold others first."""
    quoted = [token.i for token in sentence if token.text in _MARKS and token.dep_ != "case"]
    if len(quoted) % 2:
        return  # part of a longer quotation
    found = [*_tie(sentence), *_brackets(sentence), *_dashes(sentence)]
    for token in sentence:
        if token.dep_ == "relcl" and token.left_edge.lower_ in _RELATIVE:
            found += _set_off(sentence, token)
    yield from sorted((cut for cut in found if _is_outside(quoted, *cut)), key=lambda cut: cut[0] - cut[1])


def _tie(sentence: Span) -> Iterator[tuple[int, int]]:
    """ "However," and "But" at the front."""
    first = sentence[0]
    if first.lower_ in _TIES and first.dep_ in ("cc", "advmod") and len(sentence) > 1:
        yield first.i, first.i + (2 if sentence[1].text == "," else 1)


def _brackets(sentence: Span) -> Iterator[tuple[int, int]]:
    opened = None
    for token in sentence:
        if token.text == "(":
            opened = token.i
        elif token.text == ")" and opened is not None:
            if token.i - opened <= _LONGEST:
                yield opened, token.i + 1
            opened = None


def _dashes(sentence: Span) -> Iterator[tuple[int, int]]:
    """What stands between two dashes, which have blanks before them, if the sentence has no others."""
    dashes = [t for t in sentence[1:] if t.text in _DASHES and t.nbor(-1).whitespace_ and t.whitespace_]
    if len(dashes) == 2 and dashes[1].i - dashes[0].i <= _LONGEST:
        yield dashes[0].i, dashes[1].i + 1


def _set_off(sentence: Span, head: Token) -> Iterator[tuple[int, int]]:
    """The phrase of a head with its commas, if it stands between two, or one and the sentence's end."""
    first, end = head.left_edge.i, head.right_edge.i + 1
    before = sentence.doc[first - 1] if first > sentence.start else None
    after = sentence.doc[end] if end < sentence.end else None
    if before is None or after is None or before.text != "," or end - first > _LONGEST:
        return
    if after.text in _ENDS:
        yield first - 1, end
    elif after.text == "," and end + 1 < sentence.end and sentence.doc[end + 1].dep_ != "cc":  # one of several in a row
        # ", according to the court" keeps a comma.
        yield first - 1, end + (sentence.doc[end + 1].dep_ != "prep")


def _is_outside(quoted: Sequence[int], first: int, end: int) -> bool:
    """Whether a cut touches no quotation: what somebody said stays as it was said."""
    return sum(i < first for i in quoted) % 2 == 0 and not any(first <= i < end for i in quoted)
