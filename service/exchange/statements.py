"""What every format is written from: documents, and in them the statements that somebody makes about something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..analysis import Actor, Analysis, Stance
from ..corpus.tables import article_hash

CODER = "newstance"
# Halves of characters, which no file in UTF-8 can hold, and the null character, where programs in C end a text.
_UNWRITABLE = re.compile("[\\0\ud800-\udfff]")
_AGREEMENT = {"favor": True, "against": False, "neutral": None}
LABELS = {agreement: label for label, agreement in _AGREEMENT.items()}


@dataclass(frozen=True)
class Document:
    """A text in which statements are made.

    Attributes:
        id: Unlike all others of an export.
        text: All offsets count its characters (Unicode code points).
        title: "" if unknown, as the rest.
        author: Who wrote it.
        source: The paper or site.
        section: The paper's section, or whatever a coder keeps there.
        type: The kind of document, such as "news".
        date: The day of publication, YYYY-MM-DD, or with a time behind it, YYYY-MM-DDTHH:MM:SS.
        url: Its address.
    """

    id: str
    text: str
    title: str = ""
    author: str = ""
    source: str = ""
    section: str = ""
    type: str = ""
    date: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        _keep_writable(self)


@dataclass(frozen=True)
class Statement:
    """A passage of a document in which an actor takes a side on a concept, as a coder or newstance sees it.

    Discourse network analysis calls each such passage a statement; elsewhere in newstance a statement is the side that
    one actor takes on one target in one article, which several passages may show.

    Attributes:
        document: Where it stands.
        actor: Who takes the side.
        target: On what; discourse network analysis calls it the concept.
        agreement: True for it, False against it, None for neither.
        start: Where the passage begins in ``document.text``, in characters (Unicode code points).
        end: Where it ends.
        kind: person, body, country or group; "" if unknown.
        organization: Whom a person speaks for; "" if unknown. What is no person is its own organization.
        probability: That the actor takes this side, calibrated, 0 to 1; None where a person coded it.
        coder: Who coded it.
        time: When it was coded, in ISO 8601; "" if unknown.
    """

    document: Document
    actor: str
    target: str
    agreement: bool | None
    start: int
    end: int
    kind: str = ""
    organization: str = ""
    probability: float | None = None
    coder: str = CODER
    time: str = ""

    def __post_init__(self) -> None:
        _keep_writable(self)
        if not 0 <= self.start < self.end <= len(self.document.text):
            raise ValueError(
                f"a passage of {self.actor} from {self.start} to {self.end} does not stand in document "
                f"{self.document.id}, which has {len(self.document.text)} characters"
            )

    @property
    def text(self) -> str:
        """The passage."""
        return self.document.text[self.start : self.end]

    @property
    def label(self) -> str:
        """The agreement as newstance calls it: favor, against or neutral."""
        return LABELS[self.agreement]


def _keep_writable(told: Document | Statement) -> None:
    """Put U+FFFD in the place of what cannot be written; no place in a text moves."""
    for name, value in vars(told).items():
        if isinstance(value, str) and _UNWRITABLE.search(value):
            object.__setattr__(told, name, _UNWRITABLE.sub("\ufffd", value))


@dataclass(frozen=True)
class CodedDocument:
    """A document, the statements in it, and the actors that it names, whether they take a side or not."""

    document: Document
    statements: tuple[Statement, ...] = ()
    actors: tuple[Actor, ...] = field(default=(), repr=False)


def agreement_of(label: str) -> bool | None:
    """The agreement that a label of newstance means.

    Raises:
        KeyError: It is none of favor, against and neutral.
    """
    return _AGREEMENT[label]


def grouped(statements: Iterable[Statement]) -> list[CodedDocument]:
    """Statements by document, in the order in which the documents first come."""
    found: dict[str, list[Statement]] = {}
    for statement in statements:
        found.setdefault(statement.document.id, []).append(statement)
    return [CodedDocument(rows[0].document, tuple(rows)) for rows in found.values()]


def from_analysis(analysis: Analysis, neutral: bool = False) -> CodedDocument:
    """The statements of an analysis: one for each passage that shows the side on which the article shows the actor.

    Where the article shows an actor on both sides, the passages of both are statements. The probability is that of the
    actor's side, not of the passage.

    Args:
        analysis: What was found in one article.
        neutral: Whether actors that take no side have a statement, too: where they are first named.
    """
    article = analysis.article
    document = Document(
        article_hash(article),
        article.text,
        article.title,
        article.author,
        article.source,
        date=article.date,
        url=article.url,
    )
    return coded_from(document, analysis.actors, analysis.stances, neutral)


def coded_from(document: Document, actors: Iterable[Actor], stances: Iterable[Stance], neutral: bool) -> CodedDocument:
    """What ``from_analysis`` gives, from its parts."""
    statements = [one for stance in stances for one in _statements(document, stance, neutral)]
    return CodedDocument(document, tuple(statements), tuple(actors))


def _statements(document: Document, stance: Stance, neutral: bool) -> Iterator[Statement]:
    if stance.label == "neutral" and not stance.is_mixed:
        place = next(iter(stance.actor.mentions), None)
        if neutral and place is not None:
            yield _statement(document, stance, "neutral", place.start, place.end)
        return
    for passage in stance.evidence:
        if passage.label == stance.label or (stance.is_mixed and passage.label != "neutral"):
            yield _statement(document, stance, passage.label, passage.start, passage.end)


def _statement(document: Document, stance: Stance, label: str, start: int, end: int) -> Statement:
    probability = stance.probabilities[label]  # type: ignore[index]  # labels of stances are labels
    return Statement(
        document,
        stance.actor.name,
        stance.target,
        _AGREEMENT[label],
        start,
        end,
        stance.actor.kind,
        probability=probability,
    )


def at_least(documents: Iterable[CodedDocument], probability: float) -> Iterator[CodedDocument]:
    """Documents without their statements that are less probable; what a person coded stays."""
    for coded in documents:
        kept = tuple(s for s in coded.statements if s.probability is None or s.probability >= probability)
        yield CodedDocument(coded.document, kept, coded.actors)
