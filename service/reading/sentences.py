"""The sentences of an article, and which of them somebody says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newstance.models.content import content_words

from .quotations import Quotation

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True)
class Sentence:
    """A sentence of an article with what is the same in it for every actor and target.

    Attributes:
        start: First character in the article.
        end: One past the last, without trailing space.
        words: Its content words.
        quotation: What somebody says in quotation marks, where most of the sentence is that.
    """

    start: int
    end: int
    words: frozenset[str]
    quotation: Quotation | None


def sentences_of(doc: Doc, quotations: Sequence[Quotation]) -> tuple[Sentence, ...]:
    """The sentences of an article, in its order; lines of nothing but space and marks are none.

    Args:
        doc: The article's annotation.
        quotations: Its quotations.
    """
    spans: list[tuple[int, int, frozenset[str]]] = []
    article = doc.text  # spaCy puts it together anew each time
    for sentence in doc.sents:
        text = sentence.text.rstrip()
        end = sentence.start_char + len(text)
        if any(character.isalnum() for character in text):
            spans.append((sentence.start_char, end, content_words(text)))
        elif text and spans and "\n" not in article[spans[-1][1] : end]:
            # A closing mark alone belongs to what it closes.
            start, _, words = spans[-1]
            spans[-1] = (start, end, words)
    starts = [start for start, _, _ in spans]
    quoted: dict[int, Quotation] = {}
    for quotation in quotations:
        if quotation.kind == "indirect":
            continue
        for i in range(max(0, bisect_right(starts, quotation.start) - 1), bisect_left(starts, quotation.end)):
            start, end, _ = spans[i]
            if min(end, quotation.end) - max(start, quotation.start) > (end - start) / 2:
                quoted.setdefault(i, quotation)
    return tuple(Sentence(*span, quoted.get(i)) for i, span in enumerate(spans))
