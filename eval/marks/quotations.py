"""Quotations that were found, held against those that a reader marked in some passages of an article."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from newstance.service import Actor
from newstance.service.reading.quotations import Quotation, QuotationKind

from ..evidence import Place, overlap
from .marked import Counted, Marked, is_one_of

Row = dict[str, Any]


def count_quotations(article: Marked, found: Sequence[Quotation], actors: Sequence[Actor]) -> Counted:
    """Count what is right and wrong among the quotations of an article.

    A mark is found by a quotation that shares more than half of the shorter one; of several, speaker and kind are those
    of the one that fits best. So an indirect quotation finds the quoted words within it, too: readers differ in whether
    they mark both.

    Args:
        article: Its marks are ``passages``, each with all of its ``quotations``.
        found: The quotations of the whole article; outside of the passages nothing was marked, and nothing counts.
        actors: The actors of the article.
    """
    passages = article.marks["passages"]
    marks = [mark for passage in passages for mark in passage["quotations"]]
    inside = [q for q in found if any(overlap(_place(passage), (q.start, q.end)) for passage in passages)]
    false = [q for q in inside if not any(_fits(mark, q) for mark in marks)]
    pairs = [(mark, _best(mark, found)) for mark in marks]
    hits = [(mark, quotation) for mark, quotation in pairs if quotation is not None]
    speakers = [_speaker(mark["speakers"], quotation, actors) for mark, quotation in hits]

    shares = {"found": (len(hits), len(marks))}
    for kind in get_args(QuotationKind):
        of_kind = [quotation for mark, quotation in pairs if mark["kind"] == kind]
        shares[f"found, {kind}"] = (sum(quotation is not None for quotation in of_kind), len(of_kind))
    exact = sum(_place(mark) == (quotation.start, quotation.end) for mark, quotation in hits)
    shares["found, each character"] = (exact, len(marks))
    shares["false, of those given"] = (len(false), len(inside))
    for answer in ("right", "wrong", "left open"):
        shares[f"speaker {answer}, of those found"] = (speakers.count(answer), len(hits))
    shares["kind right, of those found"] = (sum(mark["kind"] == quotation.kind for mark, quotation in hits), len(hits))

    wrong: list[tuple[str, Row, Quotation | None]] = [("missed", mark, None) for mark, q in pairs if q is None]
    wrong += [(f"speaker {answer}", *hit) for hit, answer in zip(hits, speakers, strict=True) if answer != "right"]
    errors = [_error(article, *one) for one in wrong]
    errors += [f"false, {q.kind}, {_given(q)}: {article.text[q.start : q.end]}" for q in false]
    return Counted(shares, errors)


def _place(row: Row) -> Place:
    return row["start"], row["end"]


def _fits(mark: Row, quotation: Quotation) -> bool:
    return overlap(_place(mark), (quotation.start, quotation.end))


def _best(mark: Row, found: Sequence[Quotation]) -> Quotation | None:
    start, end = _place(mark)

    def likeness(quotation: Quotation) -> float:
        shared = min(end, quotation.end) - max(start, quotation.start)
        return shared / (end - start + quotation.end - quotation.start - shared)

    return max((quotation for quotation in found if _fits(mark, quotation)), key=likeness, default=None)


def _speaker(names: Sequence[str], quotation: Quotation, actors: Sequence[Actor]) -> str:
    """How well the speaker is told. Of two who speak as one, either is right; nobody where the article names nobody."""
    if quotation.speaker is None:
        return "left open" if names else "right"
    return "right" if is_one_of(quotation.speaker, names, actors) else "wrong"


def _error(article: Marked, what: str, mark: Row, quotation: Quotation | None) -> str:
    wanted = mark["speakers"][0] if mark["speakers"] else "nobody named"
    said_by = f"{_given(quotation)} for {wanted}" if quotation else wanted
    return f"{what}, {mark['kind']}, {said_by}: {article.text[mark['start'] : mark['end']]}"


def _given(quotation: Quotation) -> str:
    return quotation.speaker.name if quotation.speaker else "nobody"
