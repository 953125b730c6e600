"""What the article tab's controls do. Gradio calls these methods; none of them lays anything out."""

from __future__ import annotations

import logging
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from newstance.configs import SettingsError
from newstance.configs import names as shipped_names
from newstance.models.errors import InputError, NewstanceError
from newstance.service.analysis import Analysis
from newstance.service.analyzer import NO_SUMMARY, Analyzer
from newstance.service.article import SAMPLES, Article
from newstance.service.editing import Session
from newstance.service.profile import Topic

from . import downloads, html
from .background import Stopped
from .board import board, pending, strongest
from .evidence import drawer, sources
from .loaded import Analyzers
from .steps import Step, Wanted, steps
from .summary import summary

log = logging.getLogger(__name__)

# A topic that fits a sample, so that its aliases and targets are seen at work.
_SAMPLE_TOPICS = {"summit": "ukraine-war"}
_NONE_CHOSEN = "Choose one actor to rename or split, two or more to merge."


class Form(NamedTuple):
    """What a reader has filled in; the order of the page's inputs, and of ``FIELDS`` in ``page.js``.

    ``source`` and ``date`` are of the text as it was fetched, uploaded or taken from a sample.
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


class View(NamedTuple):
    """What changes on the page, in the order of the page's outputs; what is not given stays."""

    status: Any = gr.skip()
    summary: Any = gr.skip()
    board: Any = gr.skip()
    drawer: Any = gr.skip()
    found: Any = gr.skip()
    tools: Any = gr.skip()
    json: Any = gr.skip()
    csv: Any = gr.skip()
    markdown: Any = gr.skip()
    html: Any = gr.skip()
    models: Any = gr.skip()
    actors: Any = gr.skip()
    undo: Any = gr.skip()
    edited: Any = gr.skip()
    analyse: Any = gr.skip()
    cancel: Any = gr.skip()
    threshold: Any = gr.skip()


class Choice(NamedTuple):
    """The controls for the actors that are chosen, in the order of the page's outputs."""

    hint: Any
    one: Any
    name: Any
    forms: Any
    split: Any
    several: Any
    keep: Any


@dataclass(frozen=True)
class Found:
    """What a reader's session holds.

    Attributes:
        session: The analysis with what was changed by hand.
        original: The analysis before that.
        profile: Whose models made it.
    """

    session: Session
    original: Session
    profile: str

    @property
    def analysis(self) -> Analysis:
        """What the reader sees."""
        return self.session.analysis


class Handlers:
    """What the controls do.

    Args:
        analyzers: Shared by all readers.
    """

    def __init__(self, analyzers: Analyzers) -> None:
        self._analyzers = analyzers
        self._stops: dict[str | None, threading.Event] = {}

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
        request: gr.Request | None = None,
    ) -> Iterator[View]:
        """Read an article; one view after each step. Takes the fields of ``Form``."""
        form = Form(url, title, text, source, date, topic, targets, profile, sentences, threshold)
        session = _session(request)
        stop = self._stops[session] = threading.Event()
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
            with _folder() as folder:
                for step in steps(lambda: self._analyzers.get(form.profile), wanted, stop):
                    is_new = step.session is not None and (found is None or step.session is not found.session)
                    if is_new and step.session is not None:
                        found = Found(step.session, step.session, form.profile)
                    yield _view(step, found if is_new else None, wanted.article, length, folder)
        except Stopped:
            yield self._over(html.status("stopped"), found)
        except (NewstanceError, SettingsError) as error:
            yield self._over(html.problem(str(error)), found)
        except Exception as error:
            yield self._over(_own_fault(error), found)
        finally:
            stop.set()
            if self._stops.get(session) is stop:
                del self._stops[session]

    def cancel(self, found: Found | None, request: gr.Request | None = None) -> View:
        """Stop the reader's running analysis."""
        self.leave(request)
        return self._over(html.status("stopped"), found)

    def leave(self, request: gr.Request | None = None) -> None:
        """Stop what runs for a reader who has closed the page."""
        stop = self._stops.get(_session(request))
        if stop is not None:
            stop.set()

    # The evidence

    def choose(self, found: Found | None, event: gr.EventData) -> str:
        """The evidence for the cell that was clicked."""
        cell = _number(event, "cell")
        return "" if found is None else drawer(found.analysis, cell)

    def show_sources(self, found: Found | None, event: gr.EventData) -> Any:
        """Where the article supports the sentence of the summary that was clicked."""
        number = _number(event, "sentence")
        return gr.skip() if found is None or number is None else sources(found.analysis, number)

    # The form

    def take_file(self, path: str) -> tuple[Any, ...]:
        """Headline, text, source and date of an uploaded file, which is then deleted; and what is wrong with it."""
        name = Path(path).name
        try:
            article = Article.from_file(path)
        except NewstanceError as error:
            # What is wrong matters, not where the server has put the file.
            return (*[gr.skip()] * 4, html.field_problem(str(error).replace(str(path), name)))
        finally:
            Path(path).unlink(missing_ok=True)
        return article.title, article.text, name, article.date, html.hint(f"Read {name}.")

    def fetch(self, url: str) -> Iterator[tuple[Any, ...]]:
        """Headline, text, source and date of a web page; and how it went."""
        skip = [gr.skip()] * 4
        yield *skip, html.hint("Fetching…")
        try:
            article = Article.from_url((url or "").strip())
        except NewstanceError as error:
            yield *skip, html.field_problem(str(error))
            return
        words = html.count(len(article.text.split()), "word")
        yield article.title, article.text, article.source, article.date, html.hint(f"Fetched: {words}.")

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

    def take_profile(self, name: str) -> tuple[Any, str]:
        """The threshold of a profile, and what the profile is."""
        try:
            profile = self._analyzers.profile(name)
        except (NewstanceError, SettingsError) as error:
            return gr.skip(), html.problem(str(error))
        later = "" if self._analyzers.is_loaded(name) else " Its models are loaded when you press Analyse."
        return profile.aggregation.threshold, html.status(f"{name}: {profile.description}{later}")

    # Corrections by hand

    def take_actors(self, found: Found | None, names: list[str] | None) -> Choice:
        """The controls for the actors that are chosen."""
        names = names or []
        if found is None or not names:
            return _no_choice(_NONE_CHOSEN)
        try:
            if len(names) == 1:
                forms = found.session.forms(names[0])
                can_split = len(forms) > 1
                more = ", or choose those of its names that mean somebody else" if can_split else ""
                said = f"Give it another name{more}."
                return Choice(
                    html.hint(said),
                    gr.update(visible=True),
                    gr.update(value=names[0]),
                    gr.update(visible=can_split, choices=forms, value=[]),
                    gr.update(visible=can_split),
                    gr.update(visible=False),
                    gr.skip(),
                )
        except NewstanceError as error:
            return _no_choice(str(error))
        return Choice(
            html.hint(f"{html.listed(names)} become one actor."),
            gr.update(visible=False),
            gr.skip(),
            gr.skip(),
            gr.skip(),
            gr.update(visible=True),
            gr.update(choices=names, value=names[0]),
        )

    def merge(self, found: Found | None, names: list[str], keep: str | None) -> Iterator[View]:
        """One actor of several."""
        said = f"Merged {html.listed(names or [])}."
        yield from self._changed(found, said, lambda session, analyzer: session.merge(analyzer, names, keep))

    def rename(self, found: Found | None, names: list[str], new: str) -> Iterator[View]:
        """Another name for the chosen actor."""
        yield from self._changed(found, f"Renamed to {new}.", lambda session, _: session.rename(_only(names), new))

    def split(self, found: Found | None, names: list[str], forms: list[str]) -> Iterator[View]:
        """An actor of its own for some of the chosen actor's names."""
        said = f"Split off {html.listed(forms or [])}."
        yield from self._changed(
            found, said, lambda session, analyzer: session.split(analyzer, _only(names), forms or [])
        )

    def undo(self, found: Found | None) -> Iterator[View]:
        """The actors as they were found."""
        if found is None:
            return
        threshold, original = found.session.threshold, found.original
        yield from self._changed(
            found,
            "The actors are as they were found.",
            lambda _, analyzer: original if threshold is None else original.decide(analyzer, threshold),
        )

    def decide(self, found: Found | None, threshold: float, request: gr.Request | None = None) -> Iterator[View]:
        """The same evidence held against another threshold; runs no model."""
        if found is None or _session(request) in self._stops:
            return
        yield from self._changed(
            found, f"Decided at {threshold:.2f}.", lambda session, analyzer: session.decide(analyzer, threshold)
        )

    def _changed(
        self, found: Found | None, said: str, change: Callable[[Session, Analyzer], Session]
    ) -> Iterator[View]:
        if found is None:
            yield View(edited=html.field_problem("there is nothing to change yet; press Analyse first"))
            return
        yield View(edited=html.hint("Working…"))
        try:
            new = replace(found, session=change(found.session, self._analyzers.get(found.profile)))
            with _folder() as folder:
                yield _all_of(new, folder)._replace(edited=html.hint(said))
        except (NewstanceError, SettingsError) as error:
            yield View(edited=html.field_problem(str(error)))
        except Exception as error:
            yield View(edited=_own_fault(error))

    def _wanted(self, form: Form) -> Wanted:
        if form.topic and form.topic not in shipped_names("topics"):
            raise InputError(f"there is no topic {form.topic!r}; choose from {', '.join(shipped_names('topics'))}")
        if not (form.text or "").strip() and (form.url or "").strip():
            raise InputError("the web address has not been fetched yet; press Fetch, then Analyse")
        targets = [target.strip() for target in form.targets or [] if target.strip()]
        return Wanted(
            Article.from_text(form.text or "", form.title or "", form.source or "", form.date or ""),
            targets or None,
            Topic.load(form.topic) if form.topic else None,
            form.sentences,
            form.threshold,
        )

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
    for path in sorted(SAMPLES.glob("*.md")):
        article = Article.from_file(path)
        topic = _SAMPLE_TOPICS.get(path.stem, "")
        filled[path.stem] = {
            "url": "",
            "title": article.title,
            "text": article.text,
            "source": f"sample:{path.stem}",
            "date": "",
            "topic": topic,
            "targets": _topics()[topic] if topic else [],
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
    view = View() if new is None else _all_of(new, folder)
    view = view._replace(
        status=html.status(step.name, analysis.seconds),
        summary=summary(analysis.summary, article, step.draft, not is_done, length, why),
    )
    if is_done:
        # The reader may be reading other evidence by now.
        return view._replace(board=gr.skip(), drawer=gr.skip(), **_working(False))
    return view if new is None else view._replace(tools=gr.update(visible=False))


def _all_of(found: Found, folder: Path) -> View:
    """Everything on the page that follows from what was found, but for status and summary."""
    analysis = found.analysis
    cell = strongest(analysis)
    files = {kind: gr.update(value=str(path)) for kind, path in downloads.write(analysis, folder).items()}
    names = [(f"{actor.name} ({len(actor.mentions)})", actor.name) for actor in analysis.actors]
    return View(
        board=board(analysis, cell),
        drawer=drawer(analysis, cell),
        found=found,
        tools=gr.update(visible=True),
        models=html.models(analysis.models, analysis.seconds),
        actors=gr.update(choices=names, value=[]),
        undo=gr.update(visible=analysis.actors != found.original.analysis.actors),
        edited="",
        **files,
    )


def _no_choice(words: str) -> Choice:
    gone = gr.update(visible=False)
    return Choice(html.hint(words), gone, gr.skip(), gr.skip(), gr.skip(), gone, gr.skip())


def _only(names: list[str] | None) -> str:
    if not names or len(names) != 1:
        raise InputError("choose one actor")
    return names[0]


def _number(event: gr.EventData, key: str) -> int | None:
    """A number that a click in our own HTML brings along; anybody can send anything."""
    value = event._data.get(key) if isinstance(event._data, dict) else None
    return value if isinstance(value, int) else None


def _working(is_working: bool) -> dict[str, Any]:
    return {
        "analyse": gr.update(interactive=not is_working),
        "cancel": gr.update(interactive=is_working),
        "threshold": gr.update(interactive=not is_working),
    }


def _own_fault(error: Exception) -> str:
    # Neither the message nor the values are logged: they may hold the reader's text.
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("an analysis failed: %s\n%s", type(error).__name__, frames)
    return html.problem(f"newstance itself failed ({type(error).__name__}), and its log says where; try another text")


@contextmanager
def _folder() -> Iterator[Path]:
    """Where downloads stand until Gradio has taken them."""
    with tempfile.TemporaryDirectory(prefix="newstance-") as folder:
        yield Path(folder)


def _session(request: gr.Request | None) -> str | None:
    return None if request is None else str(request.session_hash)
