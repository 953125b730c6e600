"""Judged articles as training rows: what the stance model will be asked about them, and what it should say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.models.training.judged import JudgedSet, Judgement, MadeRow, RowMaker
from newstance.models.words import composed

from ..article import Article
from .passages import Passage, alone, passages_of, query_for
from .window import window_of

if TYPE_CHECKING:
    from ..analyzer import Analyzer


class ArticleRows:
    """Makes the rows of an article, by the reading that the analyzer has."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def __call__(self, article: str, judgements: Sequence[Judgement], judged: JudgedSet) -> list[MadeRow]:
        """One row for each window, and for each sentence that may tell if the set asks for these, too.

        A sentence has the judgement's label where most of it is evidence, else it is neutral. Where the article does
        not show the pair (an actor that it does not name), there is no row.
        """
        reading = self._analyzer.read(Article.from_text(article))
        rows: list[MadeRow] = []
        for judgement in judgements:
            actor, target = self._analyzer.pair(reading, judgement.actor, judgement.target)
            passages = passages_of(actor, replace(target, is_mentioned=True), reading.sentences, reading.doc)
            # An article is read with its accents as parts of their letters: places are fewer.
            spans = [
                (len(composed(article[:start])), len(composed(article[:end]))) for start, end in judgement.evidence
            ]
            shows = [any(_is_most_of(passage, span) for span in spans) for passage in passages]
            windows = {window.text: window for window in (window_of(passages, words) for words in judged.windows)}
            for text, window in windows.items():
                if text:
                    query = query_for(text, actor, target, window.places)
                    rows.append(MadeRow(query, judgement.label, "window", True, tuple(shows[i] for i in window.chosen)))
            if judged.sentences:
                for i, passage in enumerate(passages):
                    if shows[i] or passage.names_actor:
                        label = judgement.label if shows[i] else "neutral"
                        rows.append(MadeRow(query_for(alone(passages, i), actor, target), label, "sentence", shows[i]))
        return rows


class ArticleRowsOf:
    """Loads a profile's reading in each process that makes rows; can be sent to one."""

    def __init__(self, profile: str | Path) -> None:
        self._profile = profile

    def __call__(self) -> RowMaker:
        """The maker."""
        from ..analyzer import Analyzer

        return ArticleRows(Analyzer.from_profile(self._profile))


def _is_most_of(passage: Passage, span: tuple[int, int]) -> bool:
    start, end = span
    shared = min(passage.end, end) - max(passage.start, start)
    return shared > min(passage.end - passage.start, end - start) / 2
