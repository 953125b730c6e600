"""Who speaks where no verb says so: what stands before a colon, questions and answers, signatures of letters.

It is found in the text alone, by how its lines look.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .lexicon import words
from .nouns import ROLES, TITLES
from .spelling import PARTICLES

TurnKind = Literal["named", "question", "answer"]
_LABEL_LENGTH = 80  # characters at the most in front of somebody's words
_MOST_WORDS = 4  # of a name
_BULLET = r"\s{0,4}(?:[-–—•*·▪‣]\s{1,3})?"
_QUOTE = r"[\"“„«‘']"
# "Ann Dale, Labour: “...”", "Labour MP Kim Dove on the budget: “...”", "Cy Marsh (Greens) – “...”"
_BEFORE_A_QUOTATION = re.compile(
    rf"{_BULLET}(?P<who>[^\W\d_][^\n:;“”\"]{{1,{_LABEL_LENGTH}}}?)\s?(?::|(?<=\))\s?[–—-])\s{{1,3}}(?={_QUOTE}\S)"
)
_BEHIND_THE_NAME = re.compile(r",|\s\(|\son\s")
# "DANA HOLLIS: Yes." is a turn wherever it stands, "Dana Hollis: Yes." where others have such turns, too.
_LABELLED = re.compile(rf"{_BULLET}(?P<who>[^\W\d_a-z][^\n:;,“”\"()]{{1,40}}):\s{{1,3}}(?=\S)")
# A transcript may be one paragraph; there only capitals tell a turn.
_NEXT_TURN = re.compile(r"(?<=[.?!…”\"’]\s)(?=(?P<who>[^\W\d_a-z][^\n:;,“”\"()a-z]{1,40}):\s{1,3}\S)")
_QUESTION = re.compile(r"\s{0,4}Q(?:uestion)?\s?[:.]\s{1,3}(?=\S)")
_ANSWER = re.compile(r"\s{0,4}A(?:nswer)?\s?[:.]\s{1,3}(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…][\"”’»')]*\s*$")
_NO_NAMES = ROLES | words("people", "parts_in_layout")
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True)
class Turn:
    """Somebody's words, as the layout tells.

    Attributes:
        start: Where they begin.
        end: One past their end.
        kind: ``named`` where a name stands beside them; ``question`` and ``answer`` of an interview.
        name_start: Where the name begins; -1 if there is none.
        name_end: One past its end.
    """

    start: int
    end: int
    kind: TurnKind = "named"
    name_start: int = -1
    name_end: int = -1


def find_turns(text: str) -> list[Turn]:
    """The turns of an article, in its order."""
    lines = [piece for match in _LINE.finditer(text) for piece in _pieces(match[0], match.start())]
    return sorted([*_interview(lines), *_labelled(lines), *_letters(text)], key=lambda turn: turn.start)


def _pieces(line: str, start: int) -> Iterator[tuple[str, int]]:
    """A line, and where it begins; several where it holds several turns."""
    begin = 0
    if _LABELLED.match(line):
        for match in _NEXT_TURN.finditer(line):
            if match["who"].isupper() and len(match["who"].split()) > 1:
                yield line[begin : match.start()], start + begin
                begin = match.start()
    yield line[begin:], start + begin


def _interview(lines: list[tuple[str, int]]) -> Iterator[Turn]:
    found = [(kind, match.end(), line, start) for line, start in lines for kind, match in _marks(line)]
    if not {"question", "answer"} <= {kind for kind, *_ in found}:
        return
    for kind, begin, line, start in found:
        yield Turn(start + begin, start + len(line.rstrip()), kind)


def _marks(line: str) -> Iterator[tuple[TurnKind, re.Match[str]]]:
    if question := _QUESTION.match(line):
        yield "question", question
    elif answer := _ANSWER.match(line):
        yield "answer", answer


def _labelled(lines: list[tuple[str, int]]) -> Iterator[Turn]:
    plain = [(match, line, start) for line, start in lines if (match := _LABELLED.match(line))]
    used = Counter(match["who"] for match, *_ in plain)
    is_transcript = len(plain) > 2 and max(used.values()) > 1
    labelled = {start: (match, line) for match, line, start in plain}
    for line, start in lines:
        if match := _BEFORE_A_QUOTATION.match(line[: _LABEL_LENGTH * 2]):
            label = _BEHIND_THE_NAME.split(match["who"])[0]
        elif start in labelled:
            match = labelled[start][0]
            label = match["who"]
            if not (is_transcript or (label.isupper() and len(label.split()) > 1)):
                continue
        else:
            continue
        begin = match.start("who") + _behind_offices(label)
        name = line[begin : match.start("who") + len(label)].rstrip()
        if _is_name(name):
            yield Turn(
                start + match.end(), start + len(line.rstrip()), "named", start + begin, start + begin + len(name)
            )


def _behind_offices(label: str) -> int:
    """Where the name begins in "Labour MP Kim Dove"."""
    begin = 0
    for word in re.finditer(r"\S+", label):
        if word[0].lower() in ROLES | TITLES and word.end() < len(label.rstrip()):
            begin = word.end()
    return begin + len(label[begin:]) - len(label[begin:].lstrip())


def _is_name(name: str) -> bool:
    words = name.split()
    return (
        0 < len(words) <= _MOST_WORDS
        and words[-1][0].isupper()
        and all(word[0].isupper() or word in PARTICLES for word in words)
        and not any(word.lower() in _NO_NAMES for word in words)
        and not any(c.isdigit() for c in name)
    )


def _letters(text: str) -> Iterator[Turn]:
    """Letters to an editor: sentences, and below them a name, and perhaps a place."""
    found = []
    start = 0
    for block in re.split(r"(\n\s*\n)", text):
        if turn := _letter(block, start):
            found.append(turn)
        start += len(block)
    if len(found) > 1:  # one may be the name of a photographer or an author
        yield from found


def _letter(block: str, start: int) -> Turn | None:
    lines = [(match[0], match.start()) for match in _LINE.finditer(block)]
    ends = [number for number, (line, _) in enumerate(lines) if _SENTENCE_END.search(line[-20:])]
    if not ends or not 1 <= len(lines) - 1 - ends[-1] <= 2:
        return None
    name, place = lines[ends[-1] + 1]
    if not (_is_name(name.strip()) and len(name.split()) > 1):
        return None
    line, last = lines[ends[-1]]
    return Turn(
        start + lines[ends[0]][1], start + last + len(line.rstrip()), "named", start + place, start + place + len(name)
    )
