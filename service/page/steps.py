"""An analysis in steps, done by a thread that can be told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from newstance.models.hearing import until
from newstance.service.analyzer import Analyzer
from newstance.service.article import Article
from newstance.service.editing import Session
from newstance.service.profile import Topic

from .background import in_background

_DRAFT_EVERY = 0.3  # seconds


@dataclass(frozen=True)
class Wanted:
    """What is asked about an article.

    Attributes:
        article: The article.
        targets: As in ``Analyzer.analyze``.
        topic: As in ``Analyzer.analyze``.
        sentences: As in ``Analyzer.analyze``.
        threshold: As in ``Analyzer.state``.
    """

    article: Article
    targets: Sequence[str] | None = None
    topic: Topic | None = None
    sentences: int | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class Step:
    """How far an analysis has come.

    Attributes:
        name: loading, reading, stances, summary or done.
        session: What has been found; None before there are stances, those toward the first targets alone while they
            are being found, without a summary before the end.
        draft: What has been written of the summary, not yet checked.
        answered: How many of how many questions the stance model has answered.
    """

    name: str
    session: Session | None = None
    draft: str = ""
    answered: tuple[int, int] | None = None


def steps(load: Callable[[], Analyzer], wanted: Wanted, stop: threading.Event) -> Iterator[Step]:
    """Analyse an article, one step at a time: stances first, the summary after them.

    Args:
        load: Gives the analyzer, and loads its models where they are not.
        wanted: The article and what is asked about it.
        stop: Ends the work when it is set: at once while the article is read and the summary is written, after the
            running batch while stances are judged.

    Raises:
        Stopped: ``stop`` was set.
        NewstanceError: As from ``Analyzer.analyze``.
    """
    heard = until(stop)

    def work(tell: Callable[[Step], None]) -> None:
        session: Session | None = None
        draft, last = "", 0.0

        def on_batch(done: int, of: int) -> None:
            tell(Step("stances", answered=(done, of)))

        def on_text(piece: str) -> None:
            nonlocal draft, last
            heard()
            draft += piece
            if piece and time.perf_counter() - last > _DRAFT_EVERY:
                last = time.perf_counter()
                tell(Step("summary", session, draft))

        for step in load().steps(
            wanted.article,
            wanted.targets,
            wanted.topic,
            sentences=wanted.sentences,
            threshold=wanted.threshold,
            on_batch=on_batch,
            on_text=on_text,
            heard=heard,
        ):
            if step.reading is not None and step.analysis is not None:
                begun = session or replace(Session.of(step.reading, step.analysis), threshold=wanted.threshold)
                session = replace(begun, stated=step.analysis)
            last = time.perf_counter()
            tell(Step(step.name, session))

    return in_background(work, stop)
