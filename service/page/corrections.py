"""What a reader changes by hand once there is an analysis: the actors, and the threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr

from newstance.models.errors import InputError, NewstanceError
from newstance.service.analyzer import Analyzer
from newstance.service.editing import Session
from newstance.service.present import html
from newstance.service.present.wording import listed

from . import downloads
from .article_view import Found, View, all_of
from .controls import clicked, gone
from .endings import Stops, reason
from .loaded import Analyzers


class Choice(NamedTuple):
    """The controls for the actors that are chosen, in the order of the page's outputs; what is not given stays."""

    hint: Any
    one: Any
    several: Any
    name: Any = gr.skip()
    forms: Any = gr.skip()
    split: Any = gr.skip()
    keep: Any = gr.skip()


class Corrections:
    """What the controls for corrections do.

    Args:
        analyzers: Shared by all readers.
        stops: Of the runs; while a reader's own goes on, its threshold stays.
    """

    def __init__(self, analyzers: Analyzers, stops: Stops) -> None:
        self._analyzers = analyzers
        self._stops = stops

    def take_actors(self, found: Found | None, names: list[str] | None) -> Choice:
        """The controls for the actors that are chosen."""
        shown, hidden = gr.update(visible=True), gr.update(visible=False)
        if not names:
            return Choice(html.hint("Choose one actor to rename or split, two or more to merge."), hidden, hidden)
        if found is None:
            return Choice(html.field_problem(gone("Analyse")), hidden, hidden)
        if len(names) > 1:
            said = f"{listed(names)} become one actor."
            return Choice(html.said(said), hidden, shown, keep=gr.update(choices=names, value=names[0]))
        try:
            forms = found.session.forms(names[0])
        except NewstanceError as error:
            return Choice(html.said(str(error)), hidden, hidden)
        can_split = len(forms) > 1
        more = ", or choose those of its names that mean somebody else" if can_split else ""
        return Choice(
            html.said(f"Give it another name{more}."),
            shown,
            hidden,
            name=gr.update(value=names[0]),
            forms=gr.update(visible=can_split, choices=forms, value=[]),
            split=gr.update(visible=can_split),
        )

    def merge(self, found: Found | None, names: list[str], keep: str | None) -> Iterator[View]:
        """One actor of several."""
        said = f"Merged {listed(names or [])}."
        yield from self._changed(found, said, lambda session, analyzer: session.merge(analyzer, names, keep))

    def rename(self, found: Found | None, names: list[str], new: str) -> Iterator[View]:
        """Another name for the chosen actor."""
        yield from self._changed(found, f"Renamed to {new}.", lambda session, _: session.rename(_only(names), new))

    def split(self, found: Found | None, names: list[str], forms: list[str]) -> Iterator[View]:
        """An actor of its own for some of the chosen actor's names."""
        said = f"Split off {listed(forms or [])}."
        yield from self._changed(
            found, said, lambda session, analyzer: session.split(analyzer, _only(names), forms or [])
        )

    def undo(self, found: Found | None) -> Iterator[View]:
        """The actors as they were found."""

        def undone(session: Session, analyzer: Analyzer) -> Session:
            assert found is not None
            threshold, targets = session.threshold, session.stated.targets
            original = found.original.retarget(analyzer, targets)
            return original if threshold is None else original.decide(analyzer, threshold)

        yield from self._changed(found, "The actors are as they were found.", undone)

    def decide(self, found: Found | None, threshold: float, request: gr.Request | None = None) -> Iterator[View]:
        """The same evidence held against another threshold; runs no model."""
        if found is None or self._stops.is_running(request):
            return
        yield from self._changed(
            found, f"Decided at {threshold:.2f}.", lambda session, analyzer: session.decide(analyzer, threshold)
        )

    def retarget(self, found: Found | None, event: gr.EventData) -> Iterator[View]:
        """A board about other targets; the models are asked about new ones only. What is told stands above it."""
        if found is None:
            yield View(status=html.problem(gone("Analyse")))
            return
        given = clicked(event).get("targets")
        names = [name.strip() for name in given if isinstance(name, str)] if isinstance(given, list) else []
        old = found.analysis.targets
        new = [name for name in names if name not in old]
        yield View(status=html.status(f"Asking about {listed(new)}…" if new else "Working…"))
        try:
            if not names:
                raise InputError("the last target stays; add another one first")
            changed = self._with(found, lambda session, analyzer: session.retarget(analyzer, names))
            dropped = [name for name in old if name not in names]
            told = [f"Added {listed(new)}." if new else "", f"Dropped {listed(dropped)}." if dropped else ""]
            with downloads.folder() as folder:
                yield all_of(changed, folder)._replace(
                    drawer="", status=html.status(" ".join(filter(None, told))), targets=gr.update(value=names)
                )
        except Exception as error:
            yield View(status=html.problem(reason(error, "another target")))

    def _with(self, found: Found, change: Callable[[Session, Analyzer], Session]) -> Found:
        return replace(found, session=change(found.session, self._analyzers.get(found.profile)))

    def _changed(
        self, found: Found | None, said: str, change: Callable[[Session, Analyzer], Session]
    ) -> Iterator[View]:
        if found is None:
            yield View(edited=html.field_problem(gone("Analyse")))
            return
        yield View(edited=html.said("Working…"))
        try:
            new = self._with(found, change)
            with downloads.folder() as folder:
                yield all_of(new, folder)._replace(drawer="", edited=html.said(said))
        except Exception as error:
            yield View(edited=html.field_problem(reason(error, "another change")))


def _only(names: list[str] | None) -> str:
    if not names or len(names) != 1:
        raise InputError("choose one actor")
    return names[0]
