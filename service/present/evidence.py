"""The evidence drawer as HTML: passages for and against, and the article with them highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from newstance.models.stance import Label
from newstance.service.analysis import Analysis, Evidence, Stance
from newstance.service.article import Article

from .html import SIGNS, WORDS, copy_button, flat, percent, sentence


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


def drawer(analysis: Analysis, index: int | None, part: str = "") -> str:
    """The evidence for one stance.

    Args:
        analysis: What was found.
        index: Of the stance in ``analysis.stances``; None shows the article alone.
        part: Goes into its ids, where a page has several drawers.
    """
    if index is None or not 0 <= index < len(analysis.stances):
        return _drawer(
            "<h3>The article</h3>",
            '<p class="ns-quiet">No passage shows a stance toward these targets. Try targets of your own.</p>',
            article(analysis.article, ()),
            part,
        )
    stance = analysis.stances[index]
    told = f"{SIGNS[stance.display]} {WORDS[stance.display]}"
    if stance.display in ("favor", "against"):
        told += f" {percent(stance.probability)}"
    note = f'<p class="ns-quiet">{escape(sentence(stance.note))}</p>' if stance.note else ""
    sides = "".join(
        _side(side, stance, analysis.article, part) for side in ("favor", "against") if _of_side(stance, side)
    )
    heading = (
        f"<h3>Evidence: {escape(stance.actor.name)} on {escape(stance.target)} "
        f'<span class="ns-tag ns-{stance.display}">{told}</span></h3>'
    )
    passages = [
        Passage(e.start, e.end, e.label, SIGNS[e.label], f"{WORDS[e.label]} {percent(e.probability)}")
        for e in stance.evidence
    ]
    return _drawer(
        heading,
        f'{note}<div class="ns-sides">{sides}</div><h4>In the article</h4>',
        article(analysis.article, passages, part),
        part,
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
    return _drawer(
        f"<h3>Sources of sentence {number + 1} of the summary</h3>",
        f"<blockquote>{escape(chosen.text)}</blockquote><h4>In the article</h4>",
        article(analysis.article, passages),
    )


def _drawer(heading: str, body: str, text: str, part: str = "") -> str:
    return f'<section class="ns-drawer" id="ns-{part}evidence" aria-live="polite">{heading}{body}{text}</section>'


def _side(side: Label, stance: Stance, found: Article, part: str) -> str:
    items = "".join(item(number, evidence, stance, found, part) for number, evidence in _of_side(stance, side))
    return f'<div><h4 class="ns-{side}">{SIGNS[side]} {WORDS[side].capitalize()}</h4><ul>{items}</ul></div>'


def _of_side(stance: Stance, side: Label) -> list[tuple[int, Evidence]]:
    return [(number, item) for number, item in enumerate(stance.evidence, 1) if item.label == side]


def item(number: int, evidence: Evidence, stance: Stance, found: Article, part: str) -> str:
    """A passage in a list, with whose word it is; its number leads to it in the article."""
    cut = "; the model read only its beginning" if evidence.truncated else ""
    return (
        f'<li><a class="ns-jump" href="#ns-{part}passage-{number}" '
        f'aria-label="Passage {number}: show it in the article">{number}</a>'
        f"<blockquote>{escape(flat(evidence.text))}</blockquote>"
        f'<p><span class="ns-voice">{escape(voice_of(evidence))}</span> · {percent(evidence.probability)} '
        f"{WORDS[evidence.label]}{cut} {copy_button('Copy', _quoted(evidence, stance, found))}</p></li>"
    )


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


def article(found: Article, passages: Sequence[Passage], part: str = "") -> str:
    """The article with passages highlighted; where two overlap, both show. Each has its number, counted from 1."""
    parts = []
    for start, end, covering in segments(len(found.text), [(item.start, item.end) for item in passages]):
        text = escape(found.text[start:end])
        if not covering:
            parts.append(text)
            continue
        kinds = sorted({passages[i].kind for i in covering})
        title = "; ".join(f"passage {i + 1}: {passages[i].words}" for i in covering)
        numbers = "".join(
            f'<sup id="ns-{part}passage-{i + 1}">{passages[i].sign}{i + 1}</sup>'
            for i in covering
            if passages[i].start == start
        )
        classes = " ".join(f"ns-{kind}" for kind in kinds) + (" ns-many" if len(covering) > 1 else "")
        parts.append(f'<mark class="{classes}" title="{escape(title)}">{numbers}{text}</mark>')
    return f'<div class="ns-article" tabindex="0" role="region" aria-label="The article">{"".join(parts)}</div>'


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
