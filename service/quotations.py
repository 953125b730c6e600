"""Who says what: direct quotations, with the speaker that the syntax names.

A speaker who cannot be told is None, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .analysis import Actor

_CLOSING = {"“": "”", "«": "»", "„": "“”", '"': '"'}
# A straight mark behind a letter or digit opens nothing: 5" disc.
_OPENING = re.compile(r'[“«„]|(?<!\w)"(?=\S)')
# `"We will win," X said. "We must."`: one attribution, and the same speaker goes on.
_GOES_ON = re.compile(r'[”»“"][^.!?\n]+\. ["“«„]')
CUES = frozenset(
    """
    accuse acknowledge add admit agree announce answer argue ask assert believe call claim comment complain
    conclude confirm contend continue criticise criticize declare demand denounce deny describe emphasise
    emphasize explain hail insist joke maintain note observe pledge point post praise promise quote recall
    reiterate remark reply report respond say state stress suggest tell testify tweet urge vow warn welcome
    write
    """.split()  # noqa: SIM905 (a list of one word a line hides what it says)
)


@dataclass(frozen=True)
class Quotation:
    """Words that the article quotes; ``article.text[start:end]`` holds them without their marks."""

    start: int
    end: int
    speaker: Actor | None


def find_quotations(doc: Any, actors: Sequence[Actor]) -> list[Quotation]:
    """The direct quotations of an article, in its order.

    Args:
        doc: The article's annotation, a spaCy Doc.
        actors: Who may speak.
    """
    spans = list(quoted_spans(doc.text))
    speakers = {m.start: actor for actor in actors for m in actor.mentions}
    quotations: list[Quotation] = []
    for start, end, opens_paragraph, continues in spans:
        speaker = _speaker(doc, start, end, spans, speakers)
        goes_on = opens_paragraph or (quotations and _GOES_ON.fullmatch(doc.text, quotations[-1].end, start))
        if speaker is None and quotations and (continues or (goes_on and _fills_paragraph(doc.text, start, end))):
            # A paragraph that is nothing but a quotation goes on with the last speaker's words.
            speaker = quotations[-1].speaker
        quotations.append(Quotation(start, end, speaker))
    return quotations


def quoted_spans(text: str) -> Iterator[tuple[int, int, bool, bool]]:
    """(start, end, whether it opens its paragraph, whether the quotation before was left open)."""
    left_open = False
    for paragraph in re.finditer(r"[^\n]+", text):
        position, first = paragraph.start(), True
        continues, left_open = left_open, False
        while position < paragraph.end():
            opening = _OPENING.search(text, position, paragraph.end())
            if not opening:
                break
            start = opening.end()
            ends = [text.find(mark, start, paragraph.end()) for mark in _CLOSING[opening[0]]]
            # Who types an opening mark may close with a straight one.
            end = min((e for e in ends if e != -1), default=text.find('"', start, paragraph.end()))
            if end == -1:
                # A quotation of several paragraphs is closed only in its last.
                left_open, end = True, paragraph.end()
            opens = first and not text[paragraph.start() : start - 1].strip()
            if text[start:end].strip():
                yield start, end, opens, opens and continues
            first, position = False, end + 1


def _fills_paragraph(text: str, start: int, end: int) -> bool:
    line_end = text.find("\n", end)
    return not any(c.isalnum() for c in text[end : None if line_end == -1 else line_end])


def _speaker(
    doc: Any, start: int, end: int, spans: Sequence[tuple[int, int, bool, bool]], speakers: dict[int, Actor]
) -> Actor | None:
    """The subject of a verb of saying in the sentences that the quotation starts or ends in."""
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        return None
    sentences = dict.fromkeys((span[-1].sent, span[0].sent))
    # `"...," said X.`: the parser may have ended the sentence at the closing mark.
    if span.end < len(doc) - 1 and "\n" not in doc.text[end : doc[min(span.end + 1, len(doc) - 1)].idx]:
        sentences[doc[min(span.end + 1, len(doc) - 1)].sent] = None
    for sentence in sentences:
        # The verb next to the quotation is the one that brings it.
        for token in sorted(sentence, key=lambda t: min(abs(t.idx - start), abs(t.idx - end))):
            if any(low <= token.idx < high for low, high, *_ in spans):
                continue
            if token.lemma_.lower() in CUES and token.pos_ in ("VERB", "AUX"):
                for child in token.children:
                    if child.dep_ == "nsubj" and (actor := _actor_of(child, speakers)) is not None:
                        return actor
            if token.lower_ == "according" and (actor := _after_according(token, speakers)) is not None:
                return actor
    return None


def _after_according(token: Any, speakers: dict[int, Actor]) -> Actor | None:
    for descendant in token.subtree:
        if descendant.dep_ == "pobj":
            return _actor_of(descendant, speakers)
    return None


def _actor_of(token: Any, speakers: dict[int, Actor]) -> Actor | None:
    """The actor that a noun phrase names: its head first, then "the mayor, X", "spokesman X", "X's spokesman"."""
    ranks = {"appos": 1, "flat": 1, "compound": 2, "nmod": 2, "poss": 3}
    nearby = [token, *sorted((c for c in token.children if c.dep_ in ranks), key=lambda c: ranks[c.dep_])]
    for candidate in nearby:
        for actor in dict.fromkeys(speakers.values()):
            if any(m.start <= candidate.idx < m.end for m in actor.mentions):
                return actor
    return None
