"""The evidence drawer as HTML: passages for and against, and the article with them highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from newstance.models.stance import Label
from newstance.service.analysis import Analysis, Evidence, Stance
from newstance.service.article import Article

from .fragments import fragment
from .wording import SIGNS, WORDS, flat, percent

SIDES: tuple[Label, ...] = ("favor", "against")


class Passage(NamedTuple):
    """A highlighted part of an article.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        kind: favor, against, neutral or source; what it looks like.
        sign: What stands before its number.
        words: What it is, on hover.
    """

    start: int
    end: int
    kind: str
    sign: str
    words: str


def drawer(analysis: Analysis, index: int | None, part: str = "", origin: str = "") -> str:
    """The evidence for one stance.

    Args:
        analysis: What was found.
        index: Of the stance in ``analysis.stances``; None shows the article alone.
        part: Goes into its ids, where a page has several drawers.
        origin: What the article is called, where there are several.
    """
    if index is None or not 0 <= index < len(analysis.stances):
        return fragment("evidence", "no_evidence", pieces(analysis.article, ()), part)
    stance = analysis.stances[index]
    listed = [item(number, evidence, stance, analysis.article) for number, evidence in enumerate(stance.evidence, 1)]
    passages = [
        Passage(e.start, e.end, e.label, SIGNS[e.label], f"{WORDS[e.label]} {percent(e.probability)}")
        for e in stance.evidence
    ]
    return fragment(
        "evidence",
        "drawer",
        stance,
        sides=[(side, of_side) for side in SIDES if (of_side := [one for one in listed if one.label == side])],
        pieces=pieces(analysis.article, passages),
        part=part,
        origin=origin,
    )


def sources(analysis: Analysis, number: int) -> str:
    """Where in the article the support of a summary sentence stands.

    Args:
        analysis: What was found.
        number: Of the sentence, counted from 0; any other shows the article alone.
    """
    sentences = analysis.summary.sentences if analysis.summary else ()
    if not 0 <= number < len(sentences):
        return drawer(analysis, None)
    chosen = sentences[number]
    passages = [Passage(s.start, s.end, "source", "", "supports this sentence") for s in chosen.sources]
    shown = pieces(analysis.article, passages)
    return fragment("evidence", "sources", number + 1, chosen.text, chosen.sources, shown)


def instead(message: str, part: str = "") -> str:
    """Why there is no evidence, where it would stand; ``part`` as in ``drawer``."""
    return fragment("evidence", "instead", message, part)


class Item(NamedTuple):
    """A passage in a list.

    Attributes:
        number: In the article.
        label: What it shows.
        text: Its words.
        voice: Whose word it is.
        probability: Of the label.
        truncated: Whether the model read only its beginning.
        quotation: What the button beside it copies.
    """

    number: int
    label: Label
    text: str
    voice: str
    probability: float
    truncated: bool
    quotation: str


def item(number: int, evidence: Evidence, stance: Stance, found: Article) -> Item:
    """A passage in a list, with whose word it is; its number leads to it in the article."""
    voice, quotation = voice_of(evidence), _quoted(evidence, stance, found)
    return Item(number, evidence.label, evidence.text, voice, evidence.probability, evidence.truncated, quotation)


def voice_of(evidence: Evidence) -> str:
    """Whose word a passage is: "Kim’s words", "reported act", "claim by critics", "the article’s own words"."""
    if evidence.voice == "claim":
        return f"claim by {evidence.claimed_by}" if evidence.claimed_by else "claim by somebody else"
    if evidence.speaker:
        return f"{evidence.speaker}’s words"
    return "the article’s own words" if evidence.voice == "narrator" else evidence.voice


def _quoted(evidence: Evidence, stance: Stance, found: Article) -> str:
    """A passage as a quotation with its source."""
    who = [f"{evidence.speaker}, in" if evidence.speaker else "", f"“{found.title}”" if found.title else ""]
    origin = ", ".join(filter(None, (" ".join(filter(None, who)), found.source, found.date)))
    shows = f"{stance.actor.name} on {stance.target}: {WORDS[evidence.label]}, {percent(evidence.probability)}"
    return f"“{flat(evidence.text)}”\n— {origin or 'untitled article'} [{shows}, by newstance]"


class Piece(NamedTuple):
    """A piece of an article.

    Attributes:
        text: Its words.
        classes: What it looks like; "" where no passage covers it.
        title: What the passages that cover it are.
        begins: Number and sign of those that begin with it.
    """

    text: str
    classes: str = ""
    title: str = ""
    begins: Sequence[tuple[int, str]] = ()


def article(found: Article, passages: Sequence[Passage], part: str = "") -> str:
    """The article with passages highlighted; where two overlap, both show. Each has its number, counted from 1."""
    return fragment("evidence", "article", pieces(found, passages), part)


def pieces(found: Article, passages: Sequence[Passage]) -> list[Piece]:
    """An article cut where passages begin and end."""
    cut = []
    for start, end, covering in segments(len(found.text), [(item.start, item.end) for item in passages]):
        text = found.text[start:end]
        if not covering:
            cut.append(Piece(text))
            continue
        kinds = sorted({passages[i].kind for i in covering})
        title = "; ".join(f"passage {i + 1}: {passages[i].words}" for i in covering)
        classes = " ".join(f"ns-{kind}" for kind in kinds) + (" ns-many" if len(covering) > 1 else "")
        begins = [(i + 1, passages[i].sign) for i in covering if passages[i].start == start]
        cut.append(Piece(text, classes, title, begins))
    return cut


def segments(length: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """A text cut at every border of a span: (start, end, indices of the spans that cover it).

    Empty spans cover nothing; what lies outside the text is cut off.
    """
    clipped = [(max(0, start), min(length, end)) for start, end in spans]
    full = [(start, end) for start, end in clipped if start < end]
    borders = sorted({0, length, *(border for span in full for border in span)})
    return [
        (here, after, tuple(i for i, (start, end) in enumerate(clipped) if start <= here and after <= end))
        for here, after in pairwise(borders)
    ]
