"""What a page puts around an article's own words: datelines, bylines, credits, links to other articles.

It is found in the text alone, line by line, and told by its form: names without a sentence around them, or words that
only editors write. It stays in the article, where all places keep their numbers; what reads the article reads blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .places import country_named, country_of_government

FurnitureKind = Literal["dateline", "byline", "credit", "link"]
_LONGEST = 300  # characters of a line of names
_LONGEST_DATELINE = 80
_HEAD = 4  # lines at the top, among which a byline stands
_DASH = r"(?:--?|[–—])"
_AGENCY = r"\((?P<agency>[A-Z][\w.&/ -]{1,30})\)"
# "LAGOS, Nigeria (AP) —", "BERLIN, March 3 (Reuters) -", "PARIS —"
_CAPITALS = r"[^\W\d_a-zß-ÿ][^\W\d_a-zß-ÿ.'’ -]{2,}"
_LAND = r"(?P<land>(?:[,/] ?[A-Z][\w.'’]*(?: [A-Z][\w.'’]*)?){0,2})(?:,? \d{1,2})?"
_DATELINE = re.compile(rf"(?P<place>{_CAPITALS}{_LAND})(?:\s?{_AGENCY})?\s{{0,3}}{_DASH}\s{{1,3}}")
_AGENCY_ALONE = re.compile(rf"{_AGENCY}\s{{0,3}}(?:{_DASH}\s{{0,3}})?(?=[A-Z“\"‘])")
_BYLINE = re.compile(r"(?:[Bb]y|BY|Von|Par|Por|Di)\s+(?=\S)")
_BEHIND_A_SENTENCE = r"(?:^|(?<=[.!?”\"’)] )|(?<=[.!?”\"’)]))"
_WORK = (
    "reporting|writing|editing|production|photography|photographs?|photos?|pictures?|images?|graphics?|video"
    "|illustrations?|compiled|edited|written|translated|translation"
)
_CREDIT = re.compile(
    rf"{_BEHIND_A_SENTENCE}\(?(?:(?:(?:additional|further|with)\s)?(?:{_WORK})\sby\s"
    r"|(?:photo|photograph|picture|image|video|illustration|graphic)s?(?:\s(?:credit|courtesy|by))?:\s?"
    r"|(?:credit|copyright):\s?|©\s?)",
    re.IGNORECASE,
)
# Words that only lead elsewhere; the rest of the line is what they lead to.
_LEADS_ON = re.compile(
    rf"{_BEHIND_A_SENTENCE}(?:read (?:more|also|next)|see also|also read|related(?: (?:stories|articles|content))?"
    r"|more on this(?: story)?|more (?:from|on) [^\n:.]{1,40}|watch(?: (?:more|also|now))?|listen(?: (?:more|now))?"
    r"|don[’']t miss|recommended(?: reading)?|most read)\s?:",
    re.IGNORECASE,
)
_ONLY_EDITORS_WRITE = re.compile(
    "|".join(
        (
            r"continue reading(?: the main story)?",
            r"advertisement",
            r"(?:story|article) continues (?:below|after)\b.{0,40}",
            r"skip (?:past )?\w+ (?:promotion|advert\w*)\b.{0,60}",
            r"sign up (?:for|to) (?:our|the|receive)\b.{0,120}",
            r"(?:subscribe (?:to|for|now)|click here|follow us on|contact us at)\b.{0,120}",
            r"share this (?:article|story)\b.{0,60}",
            r"file photo\b.{0,300}",
            r"(?:all rights reserved|image caption)\b.{0,200}",
            r"(?:read next|most read|view comments|more on this story)\W{0,3}",
            r"(?:related|recommended) (?:stories|articles|topics|content|for you|reading)\W{0,3}",
            r"more (?:must-reads|stories|news) from [^.!?]{1,60}",
            r"this (?:article|story) (?:was )?(?:originally|first) (?:published|appeared)\b.{0,200}",
        )
    ),
    re.IGNORECASE,
)
_HEADS_A_LIST = re.compile(r"(?:more|related|read|recommended|most|top|trending)\b[^.!?]{0,60}", re.IGNORECASE)
_ITEM = re.compile(r"\s*[-–•*·▪‣]\s+")
_SMALL = frozenset(
    "and in for of the by at with & | – — - de la le van von der den bin al el di da du dos y und et".split()  # noqa: SIM905
)
_STOP = re.compile(r"[.!?]\s")
_NO_NAME = re.compile(r"[.!?][\"”’)]*$")


@dataclass(frozen=True)
class Furniture:
    """A piece of an article's text that is none of its sentences; ``text[start:end]`` holds it.

    Attributes:
        start: First character.
        end: One past the last.
        kind: ``dateline``: place and agency in front of a paragraph. ``byline``: who wrote it. ``credit``: who else had
            a hand in it. ``link``: what leads elsewhere.
        names: Of a byline the authors, of a dateline the agency.
    """

    start: int
    end: int
    kind: FurnitureKind
    names: tuple[str, ...] = ()


def find_furniture(text: str) -> list[Furniture]:
    """The furniture of an article, in its order."""
    found: list[Furniture] = []
    in_links = False
    for number, match in enumerate(re.finditer(r"[^\n]+", text)):
        line, start = match[0], match.start()
        is_item = _ITEM.match(line) is not None
        whole = _whole_line(line.strip(), is_head=number < _HEAD)
        if in_links and is_item and not _NO_NAME.search(line[-3:]):
            whole = ("link", ())
        if whole is not None:
            found.append(Furniture(start, match.end(), *whole))
        else:
            found += _within(line, start)
        in_links = (in_links and is_item) or (
            whole is not None and whole[0] == "link" and _HEADS_A_LIST.match(line) is not None
        )
    return found


def without_furniture(text: str, furniture: Sequence[Furniture]) -> str:
    """A text of the same length with blanks in the place of its furniture, behind which a new line begins."""
    parts, position = [], 0
    for piece in furniture:
        if piece.start < position:
            continue
        parts += [text[position : piece.start], " " * (piece.end - piece.start - 1), "\n"]
        position = piece.end
    return "".join((*parts, text[position:]))


def without_links(text: str) -> str:
    """A text without the furniture that leads elsewhere, of another length."""
    parts, position = [], 0
    for piece in find_furniture(text):
        if piece.kind == "link":
            parts.append(text[position : piece.start].rstrip())
            position = piece.end
    return "".join((*parts, text[position:]))


def authors(furniture: Sequence[Furniture]) -> tuple[str, ...]:
    """Who wrote an article, by its first byline."""
    return next((piece.names for piece in furniture if piece.kind == "byline"), ())


def agency(furniture: Sequence[Furniture]) -> str:
    """The agency that an article comes from, by its first dateline; "" if none says so."""
    return next((name for piece in furniture if piece.kind == "dateline" for name in piece.names), "")


def _whole_line(line: str, is_head: bool) -> tuple[FurnitureKind, tuple[str, ...]] | None:
    if len(line) > _LONGEST:
        return None
    if (byline := _BYLINE.match(line)) and is_head and (names := _names(line[byline.end() :])):
        return "byline", names
    if _ONLY_EDITORS_WRITE.fullmatch(line):
        return "link", ()
    return None


def _within(line: str, start: int) -> Iterator[Furniture]:
    """A dateline in front of a line, and a credit or link at its end; no two overlap."""
    behind = _behind(line, start)
    limit = behind.start if behind else start + len(line)
    dateline = _dateline(line, start)
    if dateline and dateline.end <= limit:
        yield dateline
    if behind:
        yield behind


def _dateline(line: str, start: int) -> Furniture | None:
    blank = len(line) - len(line.lstrip())
    head = line[blank : blank + _LONGEST_DATELINE]
    place, alone = _DATELINE.match(head), _AGENCY_ALONE.match(head)
    if place and _is_place(place):
        return Furniture(start, start + blank + place.end(), "dateline", tuple(filter(None, (place["agency"],))))
    if alone and sum(c.isupper() for c in alone["agency"]) >= 2:
        return Furniture(start, start + blank + alone.end(), "dateline", (alone["agency"],))
    return None


def _behind(line: str, start: int) -> Furniture | None:
    """A credit or link at the end of a line."""
    end = start + len(line)
    leads, credit = _LEADS_ON.search(line), _CREDIT.search(line)
    if leads and len(line) - leads.end() <= _LONGEST:
        stop = _STOP.search(line, leads.end())
        return Furniture(start + leads.start(), start + stop.start() + 1 if stop else end, "link")
    if credit and len(line) - credit.end() <= _LONGEST and _is_names(line[credit.end() :]):
        return Furniture(start + credit.start(), end, "credit")
    return None


def _is_place(found: re.Match[str]) -> bool:
    """Whether capitals before a dash are a dateline's: an agency or a land is behind them, or they are a capital."""
    if found["agency"] or found["land"]:
        return True
    name = found["place"].strip(" .").title()
    return country_of_government(name) is not None and country_named(name) is None


def _names(words: str) -> tuple[str, ...]:
    """The people that a byline names; none if it is no list of names."""
    if not _is_names(words) or len(words.split()) < 2:
        return ()
    people = re.split(r"\s*[,|]\s*|\s+(?:in|for|at|of)\s+|\s+[–—-]\s+", words.strip())[0]
    found = [re.sub(r"^(?:Dr|Prof)\.?\s", "", name).strip() for name in re.split(r"\s+(?:and|und|et|y|&)\s+", people)]
    return tuple(name.title() if name.isupper() else name for name in found if " " in name)


def _is_names(words: str) -> bool:
    """Whether words are names and what links them, and no part of a sentence."""
    plain = re.findall(r"[^\s,;/()]+", words)
    return 0 < len(plain) <= 30 and all(word[0].isupper() or not word[0].isalpha() or word in _SMALL for word in plain)
