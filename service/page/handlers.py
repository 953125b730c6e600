"""What the article tab's form, run and evidence do. Gradio calls these methods; none of them lays anything out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from newstance.configs import SettingsError
from newstance.configs import names as shipped_names
from newstance.models.errors import InputError, NewstanceError
from newstance.models.hearing import Stopped
from newstance.service.analyzer import NO_SUMMARY
from newstance.service.article import SAMPLES, Article
from newstance.service.editing import Session
from newstance.service.present import html
from newstance.service.present.board import pending
from newstance.service.present.evidence import drawer, instead, sources
from newstance.service.present.summary import summary
from newstance.service.present.wording import count
from newstance.service.profile import Topic

from . import downloads
from .article_view import Found, View, all_of
from .controls import chosen_targets, chosen_topic, clicked_number, gone, uploaded
from .corrections import Corrections
from .endings import Stops, reason
from .loaded import Analyzers
from .steps import Step, Wanted, steps
from .suggestions import MOST_CHARACTERS, suggested

# The samples, the one whose board tells most first; a topic that fits one shows its aliases and targets at work.
_SAMPLE_TOPICS = {"summit": "ukraine-war", "harbour": "", "bridge": ""}


class Form(NamedTuple):
    """What a reader has filled in; the order of the page's inputs, and of ``FIELDS`` in ``page.js``.

    ``source`` and ``date`` are of the text as it was fetched, uploaded or taken from a sample; ``origin`` is the web
    address that it was fetched from, "" for any other text.
    """

    url: Any
    title: Any
    text: Any
    source: Any
    date: Any
    topic: Any
    targets: Any
    profile: Any
    sentences: Any
    threshold: Any
    origin: Any = ""


class Handlers:
    """What the controls do.

    Args:
        analyzers: Shared by all readers.
    """

    def __init__(self, analyzers: Analyzers) -> None:
        self._analyzers = analyzers
        self._stops = Stops()
        self.corrections = Corrections(analyzers, self._stops)

    # The run

    def analyse(
        self,
        url: str | None,
        title: str | None,
        text: str | None,
        source: str | None,
        date: str | None,
        topic: str | None,
        targets: list[str] | None,
        profile: str,
        sentences: int | None,
        threshold: float | None,
        origin: str | None = "",
        request: gr.Request | None = None,
    ) -> Iterator[View]:
        """Read an article; one view after each step. Takes the fields of ``Form``."""
        form = Form(url, title, text, source, date, topic, targets, profile, sentences, threshold, origin)
        with self._stops.running(request) as stop:
            for view in self._views(form, stop):
                if self._stops.is_replaced(request, stop):
                    return  # the page shows the later run, and is not told of this one's end
                yield view

    def _views(self, form: Form, stop: threading.Event) -> Iterator[View]:
        is_ready = self._analyzers.is_loaded(form.profile)
        loading = f"Loading the models of {form.profile}; the first time this takes a while…"
        yield View(
            status=html.status("reading" if is_ready else loading),
            summary="",
            board="",
            drawer="",
            found=None,
            tools=gr.update(visible=False),
            models="",
            **_working(True),
        )
        found: Found | None = None
        try:
            wanted = self._wanted(form)
            length = wanted.sentences or self._analyzers.profile(form.profile).summarizer.sentences
            yield View(
                summary=summary(None, wanted.article, pending=True, sentences=length),
                board=pending(len(wanted.targets or ()) or 3),
            )
            with downloads.folder() as folder:
                for step in steps(lambda: self._analyzers.get(form.profile), wanted, stop):
                    is_new = step.session is not None and (found is None or step.session is not found.session)
                    if is_new and step.session is not None:
                        found = Found(step.session, step.session, form.profile)
                    view = _view(step, found if is_new else None, wanted.article, length, folder)
                    if found is not None and is_new and not wanted.targets and step.name != "done":
                        view = _with_targets(view, found.session, wanted.topic)
                    yield view
        except Stopped:
            yield self._over(html.status("stopped"), found)
        except Exception as error:
            yield self._over(html.problem(reason(error, "another text")), found)

    def cancel(self, found: Found | None, request: gr.Request | None = None) -> View:
        """Stop the reader's running analysis."""
        self.leave(request)
        return self._over(html.status("stopped"), found)

    def clear(self, request: gr.Request | None = None) -> View:
        """The page as it was when it was opened; what runs for the reader stops."""
        self.leave(request)
        return View(
            status=html.status(),
            summary=html.welcome(),
            board="",
            drawer="",
            found=None,
            tools=gr.update(visible=False),
            models="",
            edited="",
            proposed="",
            **_working(False),
        )

    def leave(self, request: gr.Request | None = None) -> None:
        """Stop what runs for a reader who has closed the page."""
        self._stops.stop(request)

    # The evidence

    def choose(self, found: Found | None, event: gr.EventData) -> str:
        """The evidence for the cell that was clicked."""
        return instead(gone("Analyse")) if found is None else drawer(found.analysis, clicked_number(event, "cell"))

    def show_sources(self, found: Found | None, event: gr.EventData) -> Any:
        """Where the article supports the sentence of the summary that was clicked."""
        number = clicked_number(event, "sentence")
        if found is None:
            return instead(gone("Analyse"))
        return gr.skip() if number is None else sources(found.analysis, number)

    # The form

    def take_file(self, path: str) -> tuple[Any, ...]:
        """Headline, text, source, date and no origin, of an uploaded file, which is then deleted; and how it went."""
        try:
            article = uploaded(path)
        except NewstanceError as error:
            return (*[gr.skip()] * 5, html.field_problem(str(error)))
        return article.title, article.text, article.source, article.date, "", html.said(f"Read {article.source}.")

    def fetch(self, url: str) -> Iterator[tuple[Any, ...]]:
        """Headline, text, source, date and origin of a web page; and how it went."""
        skip = [gr.skip()] * 5
        yield *skip, html.said("Fetching…")
        try:
            article = Article.from_url((url or "").strip())
        except NewstanceError as error:
            yield *skip, html.field_problem(str(error))
            return
        words = count(len(article.text.split()), "word")
        yield article.title, article.text, article.source, article.date, url, html.said(f"Fetched: {words}.")

    def take_topic(self, topic: str | None, targets: list[str] | None) -> tuple[Any, str]:
        """A topic's targets as chips; those of other topics go, the reader's own stay."""
        try:
            shipped = _topics()
        except SettingsError as error:
            return gr.skip(), html.problem(str(error))
        of_topics = {target for names in shipped.values() for target in names}
        own = [target for target in targets or [] if target not in of_topics]
        chosen = shipped.get(topic or "", [])
        return gr.update(choices=chosen, value=[*chosen, *own]), html.status()

    def offer(
        self, text: str | None, topic: str | None, targets: list[str] | None, found: Found | None
    ) -> tuple[Any, Any]:
        """Targets that the text offers, as choices and as JSON; nothing changes where it cannot be read."""
        text = text or ""
        try:
            if found is not None and found.session.reading.article.text == text:
                names = suggested(found.session.reading)
            elif text.strip() and len(text) <= MOST_CHARACTERS:
                analyzer = self._analyzers.get(self._analyzers.default)
                names = suggested(analyzer.read(Article.from_text(text), chosen_topic(topic)))
            else:
                return gr.skip(), gr.skip()
        except NewstanceError:  # said where it matters, when the text is analysed
            return gr.skip(), gr.skip()
        return gr.update(choices=list(dict.fromkeys([*(targets or []), *names]))), json.dumps(names)

    def take_profile(self, name: str) -> tuple[Any, str]:
        """The threshold of a profile, and what the profile is."""
        try:
            profile = self._analyzers.profile(name)
        except NewstanceError as error:
            return gr.skip(), html.problem(str(error))
        later = "" if self._analyzers.is_loaded(name) else " Its models are loaded when you press Analyse."
        return profile.aggregation.threshold, html.status(f"{name}: {profile.description}{later}")

    def _wanted(self, form: Form) -> Wanted:
        topic = chosen_topic(form.topic)
        if not (form.text or "").strip() and (form.url or "").strip():
            raise InputError("the web address has not been fetched yet; press Fetch, then Analyse")
        article = Article.from_text(form.text or "", form.title or "", form.source or "", form.date or "")
        return Wanted(article, chosen_targets(form.targets), topic, form.sentences, form.threshold)

    def _over(self, status: str, found: Found | None) -> View:
        """The page after a run that did not reach its end: what was found stays."""
        if found is None:
            return View(status=status, summary=html.welcome(), **_working(False))
        return View(
            status=status,
            summary=summary(None, found.analysis.article),
            tools=gr.update(visible=True),
            **_working(False),
        )


def samples() -> dict[str, dict[str, Any]]:
    """The fields of ``Form`` that each sample fills, by its name."""
    filled = {}
    for path in sorted(SAMPLES.glob("*.md"), key=lambda path: [*_SAMPLE_TOPICS].index(path.stem)):
        article = Article.from_file(path)
        topic = _SAMPLE_TOPICS[path.stem]
        filled[path.stem] = {
            "url": "",
            "title": article.title,
            "text": article.text,
            "source": f"sample:{path.stem}",
            "date": "",
            "topic": topic,
            "targets": _topics()[topic] if topic else [],
            "origin": "",
        }
    return filled


def _topics() -> dict[str, list[str]]:
    """Each topic's targets."""
    return {name: [target.name for target in Topic.load(name).targets] for name in shipped_names("topics")}


def _view(step: Step, new: Found | None, article: Article, length: int, folder: Path) -> View:
    """What a step changes.

    Args:
        step: How far the run is.
        new: What it found, if that is new.
        article: What is read.
        length: Of the summary, in sentences.
        folder: Where downloads are written.
    """
    if step.session is None:
        return View(status=html.status(step.name, done=step.answered))
    analysis = step.session.stated
    is_done = step.name == "done"
    why = next((note for note in analysis.notes if note.startswith(NO_SUMMARY)), "")
    view = View() if new is None else all_of(new, folder)
    view = view._replace(
        status=html.status(step.name, analysis.seconds),
        summary=summary(analysis.summary, article, step.draft, not is_done, length, why),
    )
    if is_done:
        # The board is there, and a cell of it may have the focus.
        return view._replace(board=gr.skip(), **_working(False))
    return view if new is None else view._replace(tools=gr.update(visible=False))


def _with_targets(view: View, session: Session, topic: Topic | None) -> View:
    """The targets that were proposed, or are the topic's, where the reader can see and change them."""
    names = list(session.stated.targets)
    proposed = "" if topic else json.dumps(names)
    return view._replace(targets=gr.update(choices=names, value=names), proposed=proposed)


def _working(is_working: bool) -> dict[str, Any]:
    return {
        "analyse": gr.update(interactive=not is_working),
        "cancel": gr.update(interactive=is_working),
        "threshold": gr.update(interactive=not is_working),
    }
