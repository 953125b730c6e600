"""What may be left out of a sentence so that the rest is still true.

After the trimming of Dorr, Zajic and Schwartz 2003, "Hedge Trimmer: A Parse-and-Trim Approach to Headline Generation",
of which only the cuts are made that take nothing back: a relative clause or an age in commas, what stands in brackets
or between dashes, the day of the week on which something was done, and a word that ties the sentence to the one before
it. Conditions, negations, dates, sources and whatever tells which one of several is meant stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_TIES = frozenset(("but", "and", "so", "yet", "however", "meanwhile", "moreover", "furthermore", "nevertheless"))
_DAYS = frozenset(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
_DAY_TIMES = frozenset(("morning", "afternoon", "evening", "night"))
_RELATIVE = frozenset(("which", "who", "whom", "whose", "where"))
_ENDS = frozenset(".!?")
_DASHES = frozenset("–—-")
_MARKS = frozenset("\"“”«»'‘’")
_CLOCK = re.compile(r"\d[:.]\d\d\b|\b[ap]\.?m\b")
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
    text = _BEFORE_MARK.sub("", " ".join(text.split())).lstrip("".join(_DASHES) + " ")
    return text[0].upper() + text[1:]


def _cuts(sentence: Span) -> Iterator[tuple[int, int]]:
    """First token, and one past the last, of each part that may go; those that hold others first."""
    quoted = [token.i for token in sentence if token.text in _MARKS and token.dep_ != "case"]
    if len(quoted) % 2:
        return  # part of a longer quotation
    found = [*_tie(sentence), *_brackets(sentence), *_dashes(sentence), *_day(sentence), *_ages(sentence)]
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


def _day(sentence: Span) -> Iterator[tuple[int, int]]:
    """ "on Monday", "Monday night", where more is said of what was done; of two days each tells which."""
    days = [token for token in sentence if token.lower_.rstrip("s") in _DAYS]
    if len(days) != 1 or days[0].lower_ not in _DAYS:
        return
    (day,) = days
    top = day.head if day.dep_ == "compound" and day.head.lower_ in _DAY_TIMES else day
    if top.dep_ == "pobj" and top.head.lower_ == "on":
        top = top.head
    elif top.dep_ != "npadvmod":
        return
    words, deed = list(top.subtree), top.head
    if len(words) != 1 + (top.lower_ == "on") + (words[-1] != day) or deed.tag_ not in ("VBD", "VBN"):
        return
    if any(child.tag_ == "MD" for child in deed.children) or _CLOCK.search(sentence.text):
        return  # of what is to come, and beside an hour, the day is missed
    first, end = words[0].i, words[-1].i + 1
    if end < sentence.end and sentence.doc[end].lower_ == "at":
        return  # "on Monday at noon"
    if first == sentence.start:
        if end < sentence.end and sentence.doc[end].text == ",":
            yield first, end + 1
    elif any(child.i > deed.i and child != top and not child.is_punct for child in deed.children):
        after = sentence.doc[end].text if end < sentence.end else ""
        if sentence.doc[first - 1].text != ",":
            if sentence.doc[first - 1].pos_ != "ADV":  # "late on Monday"
                yield first, end
        elif after in (",", *_ENDS):
            yield first - 1, end + (after == ",")


def _ages(sentence: Span) -> Iterator[tuple[int, int]]:
    """ ", 45," after a name."""
    for age in sentence[2:-1]:
        before, after = age.nbor(-1), age.nbor(1)
        if age.is_digit and len(age) <= 2 and before.text == after.text == "," and age.nbor(-2).pos_ == "PROPN":
            name = age.i - 2
            while name > sentence.start and sentence.doc[name].pos_ == "PROPN":
                name -= 1
            # ", 45, of Leeds," keeps a comma, and so does "the driver, Ann Hall, 45,".
            keeps = sentence.doc[name].text == "," or _has_comma_of_its_own(sentence, after.i + 1)
            yield age.i - 1, age.i + 1 + (not keeps)


def _has_comma_of_its_own(sentence: Span, first: int) -> bool:
    """Whether what begins there ends with a comma before anything is done."""
    for token in sentence.doc[first : sentence.end]:
        if token.text == ",":
            return sentence.doc[first].pos_ not in ("CCONJ", "NUM")
        if token.tag_ in ("VBD", "VBZ", "VBP", "MD"):
            return False
    return False


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
