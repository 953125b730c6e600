"""The analyses of a comparison, step by step: first all stances, then all summaries."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from newstance.models.errors import ModelError, NewstanceError
from newstance.service.analysis import Analysis
from newstance.service.analyzer import NO_SUMMARY, Analyzer
from newstance.service.article import Article
from newstance.service.comparison import shared_targets
from newstance.service.profile import Topic
from newstance.service.reading.reading import Reading
from newstance.service.reading.targets import propose_targets

_TELL_EVERY = 0.3  # seconds


class Told(NamedTuple):
    """What the work tells of one article: how far it is, what was found, or what went wrong."""

    article: int
    words: str = ""
    analysis: Analysis | None = None
    problem: str = ""


@dataclass
class Known:
    """What is known of the articles so far, by their numbers."""

    articles: Sequence[Article]
    analyses: dict[int, Analysis] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)

    def hear(self, told: Told) -> None:
        """Take in what is told."""
        if told.problem:
            self.problems[told.article] = told.problem
            self.analyses.pop(told.article, None)
        elif told.analysis is not None:
            self.analyses[told.article] = told.analysis
        self.words[told.article] = told.words


def compare_articles(
    analyzer: Analyzer,
    articles: Sequence[Article],
    targets: Sequence[str] | None,
    topic: Topic | None,
    sentences: int | None,
    tell: Callable[[Told], None],
) -> None:
    """Analyse articles about the same targets: first all stances, then all summaries.

    What goes wrong with one article is told, and the others go on.

    Args:
        analyzer: With its models.
        articles: Two or more.
        targets: None takes the topic's, or proposes some from all articles.
        topic: As in ``Analyzer.analyze``.
        sentences: As in ``Analyzer.analyze``.
        tell: Hears each step.
    """
    readings: dict[int, Reading] = {}

    def each(words: str, step: Callable[[int], Analysis | None]) -> None:
        for number in range(len(articles)):
            if words and number not in readings:
                continue  # it could not be read
            tell(Told(number, words or "Reading…"))
            try:
                found = step(number)
            except NewstanceError as error:
                readings.pop(number, None)
                tell(Told(number, problem=str(error)))
            else:
                if found is not None:
                    tell(Told(number, "The summary follows.", found))

    def read(number: int) -> None:
        told = time.perf_counter()

        def heard(*_: object) -> None:
            nonlocal told
            if time.perf_counter() - told > _TELL_EVERY:  # which ends the work where nobody listens any more
                told = time.perf_counter()
                tell(Told(number, "Reading…"))

        readings[number] = analyzer.read(articles[number], topic, heard)

    each("", read)
    most = analyzer.profile.limits.targets
    if targets is None and topic is None:
        proposed = [propose_targets(reading.doc, reading.actors, most) for reading in readings.values()]
        targets = shared_targets(proposed, most)
    stated: dict[int, Analysis] = {}

    def state(number: int) -> Analysis:
        def on_batch(done: int, of: int) -> None:
            tell(Told(number, f"Judging stances… {done}/{of}"))

        stated[number] = analyzer.state(readings[number], targets, on_batch=on_batch)
        return stated[number]

    def summarize(number: int) -> Analysis | None:
        try:
            # Each piece is told of, so that the work ends where nobody listens any more.
            summary = analyzer.summarize(
                readings[number], sentences, lambda piece: tell(Told(number, "Writing the summary…"))
            )
        except ModelError as error:  # its stances are there, and are worth having without it
            tell(Told(number, f"{NO_SUMMARY}: {error}"))
            return None
        return replace(stated[number], summary=summary)

    each("Judging stances…", state)
    each("Writing the summary…", summarize)
