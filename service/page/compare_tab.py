"""The tab that lays two to five articles side by side: what its controls do, and where they stand."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from newstance.configs import SettingsError
from newstance.configs import names as shipped_names
from newstance.models.errors import InputError, ModelError, NewstanceError
from newstance.service.analysis import Analysis
from newstance.service.analyzer import NO_SUMMARY, Analyzer, Reading
from newstance.service.article import SAMPLES, SUFFIXES, Article
from newstance.service.comparison import MOST_ARTICLES, compare, shared_targets
from newstance.service.profile import Topic
from newstance.service.targets import propose_targets

from . import html
from .article_tab import MODELS, RUNS_AT_ONCE
from .background import Stopped, in_background
from .compare import chosen_articles, label_of, letters, summaries, table
from .evidence import drawer
from .handlers import samples
from .loaded import Analyzers

log = logging.getLogger(__name__)

_KEPT = 3600  # seconds
_FETCHES_AT_ONCE = 4
_PART = "compare-"  # in the ids of its drawer
_REMOVE = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-remove]');
  if (button) trigger('click', {remove: Number(button.dataset.remove)});
});
"""
_CHOOSE = """
element.addEventListener('click', (event) => {
  const cell = event.target.closest('[data-cell]');
  if (!cell) return;
  for (const other of element.querySelectorAll('[data-cell]'))
    other.setAttribute('aria-pressed', other === cell);
  trigger('click', {article: Number(cell.dataset.article), cell: Number(cell.dataset.cell)});
});
"""
_SHOW_EVIDENCE = """() => {
  const drawer = document.getElementById('ns-compare-evidence');
  if (drawer && drawer.getBoundingClientRect().top > innerHeight * 0.6)
    drawer.scrollIntoView({behavior: 'smooth', block: 'start'});
}"""


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


class View(NamedTuple):
    """What changes in the tab, in the order of its outputs."""

    status: Any = gr.skip()
    summaries: Any = gr.skip()
    table: Any = gr.skip()
    evidence: Any = gr.skip()
    compared: Any = gr.skip()
    go: Any = gr.skip()
    cancel: Any = gr.skip()


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
            except (NewstanceError, SettingsError) as error:
                readings.pop(number, None)
                tell(Told(number, problem=str(error)))
            else:
                if found is not None:
                    tell(Told(number, "The summary follows.", found))

    def read(number: int) -> None:
        readings[number] = analyzer.read(articles[number], topic)

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


class CompareHandlers:
    """What the tab's controls do.

    Args:
        analyzers: Shared by all readers.
    """

    def __init__(self, analyzers: Analyzers) -> None:
        self._analyzers = analyzers
        self._stops: dict[str | None, threading.Event] = {}

    # The articles

    def add_sample(self, name: str, articles: Sequence[Article]) -> tuple[Any, Any, Any]:
        """The articles with a sample, their list, and how it went."""
        if name not in samples():
            return (
                gr.skip(),
                gr.skip(),
                html.field_problem(f"there is no sample {name!r}; choose from {html.listed(list(samples()))}"),
            )
        sample = Article.from_file(SAMPLES / f"{name}.md")
        return self._added(articles, [replace(sample, source=f"sample:{name}")])

    def add_text(self, text: str, articles: Sequence[Article]) -> Iterator[tuple[Any, Any, Any, Any]]:
        """The articles with a pasted text or a web address, their list, how it went, and the emptied field."""
        given = (text or "").strip()
        is_address = given.lower().startswith(("http://", "https://")) and len(given.split()) == 1
        yield gr.skip(), gr.skip(), html.hint("Fetching…" if is_address else "Reading…"), gr.skip()
        try:
            article = Article.from_url(given) if is_address else Article.from_text(given)
        except NewstanceError as error:
            yield gr.skip(), gr.skip(), html.field_problem(str(error)), gr.skip()
            return
        yield *self._added(articles, [article]), ""

    def add_files(self, paths: Sequence[str] | None, articles: Sequence[Article]) -> tuple[Any, Any, Any]:
        """The articles with uploaded files, which are then deleted; their list, and how it went."""
        found, problems = [], []
        for path in map(Path, paths or []):
            try:
                found.append(replace(Article.from_file(path), source=path.name))
            except NewstanceError as error:
                # What is wrong matters, not where the server has put the file.
                problems.append(str(error).replace(str(path), path.name))
            finally:
                path.unlink(missing_ok=True)
        added, listed, said = self._added(articles, found) if found else (gr.skip(), gr.skip(), "")
        return added, listed, "".join(html.field_problem(problem) for problem in problems) or said

    def remove(self, articles: Sequence[Article], event: gr.EventData) -> tuple[Any, Any, Any]:
        """The articles without the one whose button was clicked, their list, and no message."""
        data = event._data if isinstance(event._data, dict) else {}
        left = [article for i, article in enumerate(articles) if i != data.get("remove")]
        return left, chosen_articles(left, MOST_ARTICLES), ""

    def _added(self, articles: Sequence[Article], new: Sequence[Article]) -> tuple[Any, Any, Any]:
        known = {article.text for article in articles}
        fresh = [article for article in new if article.text not in known]
        if not fresh:
            return gr.skip(), gr.skip(), html.field_problem("this article is in the list already; take another one")
        room = MOST_ARTICLES - len(articles)
        together = [*articles, *fresh[:room]]
        said = ""
        if len(fresh) > room:
            said = html.field_problem(f"{MOST_ARTICLES} articles are the most; remove one to add another")
        return together, chosen_articles(together, MOST_ARTICLES), said

    # The run

    def compare(
        self,
        articles: Sequence[Article],
        topic: str | None,
        targets: Sequence[str] | None,
        sentences: int | None,
        request: gr.Request | None = None,
    ) -> Iterator[View]:
        """Analyse all articles; one view after each step."""
        if len(articles) < 2:
            yield View(status=html.problem("comparing takes at least two articles; add another one"))
            return
        session = _session(request)
        stop = self._stops[session] = threading.Event()
        known = Known(articles)
        busy = {"go": gr.update(interactive=False), "cancel": gr.update(interactive=True)}
        idle = {"go": gr.update(interactive=True), "cancel": gr.update(interactive=False)}
        yield View(_status(known), _summaries(known), "", "", None, **busy)
        try:
            work = self._work(articles, topic, targets, sentences)
            for told in in_background(work, stop):
                new = told.analysis is not None or bool(told.problem)
                if not new and told.words == known.words.get(told.article):
                    continue  # a piece of a summary: nothing that is shown changes
                known.hear(told)
                yield View(_status(known), _summaries(known), *(_found(known) if new else ()))
            done = len(known.analyses)
            said = f"Done: {done} of {html.count(len(articles), 'article')} compared."
            yield View(html.status(said), _summaries(known), **idle)
        except Stopped:
            yield View(html.status("Stopped. What was found so far stays."), _summaries(known), **idle)
        except (NewstanceError, SettingsError) as error:
            yield View(html.problem(str(error)), **idle)
        except Exception as error:
            # Neither the message nor the values are logged: they may hold the reader's text.
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("a comparison failed: %s\n%s", type(error).__name__, frames)
            said = f"newstance itself failed ({type(error).__name__}), and its log says where; try other articles"
            yield View(html.problem(said), **idle)
        finally:
            stop.set()
            if self._stops.get(session) is stop:
                del self._stops[session]

    def _work(
        self,
        articles: Sequence[Article],
        topic: str | None,
        targets: Sequence[str] | None,
        sentences: int | None,
    ) -> Callable[[Callable[[Told], None]], None]:
        if topic and topic not in shipped_names("topics"):
            raise InputError(f"there is no topic {topic!r}; choose from {', '.join(shipped_names('topics'))}")
        loaded = Topic.load(topic) if topic else None
        wanted = [target.strip() for target in targets or [] if target.strip()] or None

        def work(tell: Callable[[Told], None]) -> None:
            analyzer = self._analyzers.get(self._analyzers.default)
            compare_articles(analyzer, articles, wanted, loaded, sentences, tell)

        return work

    def cancel(self, request: gr.Request | None = None) -> View:
        """Stop the reader's running comparison."""
        self.leave(request)
        return View(
            html.status("Stopped. What was found so far stays."),
            go=gr.update(interactive=True),
            cancel=gr.update(interactive=False),
        )

    def leave(self, request: gr.Request | None = None) -> None:
        """Stop what runs for a reader who has closed the page."""
        stop = self._stops.get(_session(request))
        if stop is not None:
            stop.set()

    def choose(self, compared: Sequence[Analysis] | None, event: gr.EventData) -> Any:
        """The evidence for the cell that was clicked."""
        data = event._data if isinstance(event._data, dict) else {}
        article, cell = data.get("article"), data.get("cell")
        if compared is None or not isinstance(article, int) or not 0 <= article < len(compared):
            return gr.skip()
        return _evidence(compared[article], cell if isinstance(cell, int) else None)


def _session(request: gr.Request | None) -> str | None:
    return None if request is None else str(request.session_hash)


def _status(known: Known) -> str:
    total = len(known.articles)
    stated = len(known.analyses) + len(known.problems)
    summarized = sum(analysis.summary is not None for analysis in known.analyses.values())
    if stated < total:
        return html.status(f"Judging stances: {stated} of {html.count(total, 'article')}…")
    return html.status(f"Writing summaries: {summarized} of {len(known.analyses)}…")


def _summaries(known: Known) -> str:
    return summaries(known.articles, known.analyses, known.problems, known.words)


def _found(known: Known) -> tuple[Any, Any, Any]:
    """Table, evidence and state of what has been found so far."""
    numbers = sorted(known.analyses)
    analyses = [known.analyses[number] for number in numbers]
    names = [letters(len(known.articles))[number] for number in numbers]
    comparison = compare(analyses)
    first = next(
        ((article, index) for row in comparison.rows for article, index in enumerate(row.cells) if index is not None
         and analyses[article].stances[index].evidence), None,
    )  # fmt: skip
    evidence = "" if first is None else _evidence(analyses[first[0]], first[1])
    return table(comparison, names, first), evidence, analyses


def _evidence(analysis: Analysis, index: int | None) -> str:
    said = f"In “{label_of(analysis.article)}”"
    return f'<p class="ns-origin ns-of-article">{escape(said)}</p>{drawer(analysis, index, _PART)}'


def compare_tab(analyzers: Analyzers, page: gr.Blocks) -> None:
    """Lay out the tab, inside the tab that is open.

    Args:
        analyzers: The models; the page's own profile runs.
        page: When it is left, the reader's run stops.
    """
    handlers = CompareHandlers(analyzers)
    plain: dict[str, Any] = {"apply_default_css": False}
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    at_once: dict[str, Any] = {**quiet, "queue": False}
    with gr.Row(elem_classes="ns-columns"):
        with gr.Column(scale=3, min_width=300, elem_classes="ns-inputs"):
            gr.HTML('<p class="ns-label">Articles</p>', **plain)
            listed = gr.HTML(chosen_articles([], MOST_ARTICLES), elem_id="ns-chosen", js_on_load=_REMOVE, **plain)
            with gr.Row(elem_classes="ns-samples"):
                sample_buttons = {
                    name: gr.Button(f"+ {name.replace('-', ' ').capitalize()}", size="sm", min_width=70)
                    for name in samples()
                }
            text = gr.Textbox(
                label="Text or web address",
                placeholder="Paste an article, or https://…",
                lines=4,
                max_lines=4,
                elem_id="ns-compare-text",
            )
            with gr.Row(elem_classes="ns-small"):
                add = gr.Button("Add", size="sm", scale=1, min_width=70, elem_id="ns-add")
                upload = gr.UploadButton(
                    "Upload files", file_count="multiple", file_types=list(SUFFIXES), size="sm", scale=2, min_width=110
                )
            said = gr.HTML("", **plain)
            topic = gr.Dropdown(
                [("None", ""), *((n.replace("-", " ").capitalize(), n) for n in shipped_names("topics"))],
                value="",
                label="Topic",
                info="Brings targets, and other names of the actors.",
            )
            targets = gr.Dropdown(
                [],
                value=[],
                multiselect=True,
                allow_custom_value=True,
                label="Targets",
                info="All articles are asked about the same ones. Left empty, they are the topic's, or come from "
                "the articles.",
            )
            profile = analyzers.profile(analyzers.default)
            sentences = gr.Slider(
                1, 8, value=min(profile.summarizer.sentences, 8), step=1, label="Summaries, sentences each"
            )
            with gr.Row(elem_classes="ns-go"):
                go = gr.Button("Compare", variant="primary", scale=2, min_width=120, elem_id="ns-compare")
                stop = gr.Button("Cancel", interactive=False, scale=1, min_width=90)
        with gr.Column(scale=8, min_width=320, elem_classes="ns-results"):
            status = gr.HTML(html.status(), **plain)
            beside = gr.HTML(_WELCOME, **plain)
            board = gr.HTML("", elem_id="ns-compared", js_on_load=_CHOOSE, **plain)
            evidence = gr.HTML("", **plain)
    articles = gr.State([], time_to_live=_KEPT)
    compared = gr.State(None, time_to_live=_KEPT)
    outputs = list(View(status, beside, board, evidence, compared, go, stop))
    changed = [articles, listed, said]
    for name, button in sample_buttons.items():
        button.click(lambda articles, name=name: handlers.add_sample(name, articles), articles, changed, **at_once)
    add.click(handlers.add_text, [text, articles], [*changed, text], concurrency_limit=_FETCHES_AT_ONCE, **quiet)
    upload.upload(handlers.add_files, [upload, articles], changed, **quiet)
    listed.click(handlers.remove, articles, changed, **at_once)
    running = go.click(
        handlers.compare, [articles, topic, targets, sentences], outputs, concurrency_limit=RUNS_AT_ONCE,
        concurrency_id=MODELS, **quiet,
    )  # fmt: skip
    stop.click(handlers.cancel, None, outputs, cancels=[running], **at_once)
    board.click(handlers.choose, compared, evidence, **at_once).then(None, js=_SHOW_EVIDENCE)
    page.unload(handlers.leave)


_WELCOME = (
    '<div class="ns-welcome"><h2>How do they tell it?</h2><ol><li>Add two to five articles on the same matter.</li>'
    "<li>Choose a topic or write targets, or let them be taken from the articles.</li><li>Press <b>Compare</b>. You "
    "get the summaries beside each other, and for every actor what each article shows of its stances; what differs "
    "is marked.</li></ol></div>"
)
