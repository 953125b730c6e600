"""Judged articles as training rows: what the stance model will be asked about them, and what it should say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.models.training.judged import JudgedSet, Judgement, MadeRow, RowMaker

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
            texts = dict.fromkeys(window_of(passages, words).text for words in judged.windows)
            asked = [(text, judgement.label, "window", True) for text in texts if text]
            if judged.sentences:
                for i, passage in enumerate(passages):
                    is_evidence = any(_is_most_of(passage, span) for span in judgement.evidence)
                    if is_evidence or passage.names_actor:
                        label = judgement.label if is_evidence else "neutral"
                        asked.append((alone(passages, i), label, "sentence", is_evidence))
            for text, label, form, is_evidence in asked:
                rows.append(MadeRow(query_for(text, actor, target), label, form, is_evidence))
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
