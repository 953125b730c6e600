"""What the comparing tab's controls do. Gradio calls these methods; none of them lays anything out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr

from newstance.models.errors import InputError, NewstanceError
from newstance.models.hearing import Stopped
from newstance.service.analysis import Analysis
from newstance.service.article import SAMPLES, Article
from newstance.service.comparison import MOST_ARTICLES, compare
from newstance.service.present import html
from newstance.service.present.compare import chosen_articles, evidence_in, letters, summaries, table, to_dict
from newstance.service.present.evidence import instead
from newstance.service.present.wording import count, listed

from . import downloads
from .background import in_background
from .compare_steps import Known, Told, compare_articles
from .controls import chosen_targets, chosen_topic, clicked_number, go_and_cancel, gone, uploaded
from .endings import Stops, reason
from .handlers import samples
from .loaded import Analyzers

_PART = "compare-"  # in the ids of its drawer
_STOPPED = "Stopped. What was found so far stays."
# Whether there never were any, only the page knows.
_NO_ARTICLES = "there are no articles here, as they are kept for a day; add at least two"


class View(NamedTuple):
    """What changes in the tab, in the order of its outputs."""

    status: Any = gr.skip()
    summaries: Any = gr.skip()
    table: Any = gr.skip()
    evidence: Any = gr.skip()
    compared: Any = gr.skip()
    go: Any = gr.skip()
    cancel: Any = gr.skip()
    tools: Any = gr.skip()
    json: Any = gr.skip()


class CompareHandlers:
    """What the tab's controls do.

    Args:
        analyzers: Shared by all readers.
    """

    def __init__(self, analyzers: Analyzers) -> None:
        self._analyzers = analyzers
        self._stops = Stops()

    # The articles

    def add_sample(self, name: str, articles: Sequence[Article]) -> tuple[Any, Any, Any]:
        """The articles with a sample, their list, and how it went."""
        try:
            return self._added(articles, [_linked({"sample": name})])
        except InputError as error:
            return gr.skip(), gr.skip(), html.field_problem(str(error))

    def add_text(self, text: str, articles: Sequence[Article]) -> Iterator[tuple[Any, Any, Any, Any]]:
        """The articles with a pasted text or a web address, their list, how it went, and the emptied field."""
        given = (text or "").strip()
        is_address = given.lower().startswith(("http://", "https://")) and len(given.split()) == 1
        yield gr.skip(), gr.skip(), html.said("Fetching…" if is_address else "Reading…"), gr.skip()
        try:
            article = Article.from_url(given) if is_address else Article.from_text(given)
        except NewstanceError as error:
            yield gr.skip(), gr.skip(), html.field_problem(str(error)), gr.skip()
            return
        yield *self._added(articles, [article]), ""

    def add_files(self, paths: Sequence[str] | None, articles: Sequence[Article]) -> tuple[Any, Any, Any]:
        """The articles with uploaded files, which are then deleted; their list, and how it went."""
        found, problems = [], []
        for path in paths or []:
            try:
                found.append(uploaded(path))
            except NewstanceError as error:
                problems.append(str(error))
        added, listed, said = self._added(articles, found) if found else (gr.skip(), gr.skip(), "")
        return added, listed, "".join(html.field_problem(problem) for problem in problems) or said

    def remove(self, articles: Sequence[Article], event: gr.EventData) -> tuple[Any, Any, Any]:
        """The articles without the one whose button was clicked, their list, and no message."""
        if not articles:
            return [], chosen_articles([], MOST_ARTICLES), html.field_problem(_NO_ARTICLES)
        left = [article for i, article in enumerate(articles) if i != clicked_number(event, "remove")]
        return left, chosen_articles(left, MOST_ARTICLES), ""

    def pack(self, articles: Sequence[Article], topic: str | None, targets: Sequence[str] | None) -> str:
        """What a link to this comparison holds, as JSON: the articles, those of samples by their names, and targets.

        It is "" without articles.
        """
        if not articles:
            return ""
        given = [
            {"sample": one.source.removeprefix("sample:")}
            if one.source.startswith("sample:")
            else {"title": one.title, "text": one.text, "source": one.source, "date": one.date}
            for one in articles
        ]
        return json.dumps({"articles": given, "topic": topic or "", "targets": list(targets or [])})

    def unpack(self, packed: str | None) -> tuple[Any, Any, Any, Any, Any]:
        """The articles of a link, which may hold anything; their list, how it went, topic and targets."""
        skip = gr.skip()
        if not packed:
            return skip, skip, skip, skip, skip
        try:
            given = json.loads(packed)
            targets = [str(target) for target in given["targets"]]
            articles = [_linked(one) for one in given["articles"][:MOST_ARTICLES]]
            topic = given["topic"] if chosen_topic(str(given["topic"])) else ""
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NewstanceError):
            return skip, skip, html.field_problem("this link holds no comparison; copy it once more"), skip, skip
        said = html.said("Taken from the link; press Compare.")
        shown = gr.update(choices=targets, value=targets)
        return articles, chosen_articles(articles, MOST_ARTICLES), said, topic, shown

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
            few = "comparing takes at least two articles; add another one"
            yield View(status=html.problem(few if articles else _NO_ARTICLES))
            return
        known = Known(articles)
        with self._stops.running(request) as stop:
            hidden = gr.update(visible=False)
            yield View(_status(known), _summaries(known), "", "", None, **go_and_cancel(True), tools=hidden)
            try:
                wanted, about = chosen_targets(targets), chosen_topic(topic)

                def work(tell: Callable[[Told], None]) -> None:
                    analyzer = self._analyzers.get(self._analyzers.default)
                    compare_articles(analyzer, articles, wanted, about, sentences, tell)

                for told in in_background(work, stop):
                    new = told.analysis is not None or bool(told.problem)
                    if not new and told.words == known.words.get(told.article):
                        continue  # a piece of a summary: nothing that is shown changes
                    known.hear(told)
                    yield View(_status(known), _summaries(known), *(_found(known) if new else ()))
                done = len(known.analyses)
                said = html.status(f"Done: {done} of {count(len(articles), 'article')} compared.")
            except Stopped:
                said = html.status(_STOPPED)
            except Exception as error:
                said = html.problem(reason(error, "other articles"))
            yield from self._over(said, known)

    def _over(self, said: str, known: Known) -> Iterator[View]:
        """The end of a run; what there is can be taken away."""
        view = View(said, _summaries(known), **go_and_cancel(False))
        if not known.analyses:
            yield view
            return
        numbers = sorted(known.analyses)
        names = [letters(len(known.articles))[number] for number in numbers]
        found = to_dict(compare([known.analyses[number] for number in numbers]), names)
        with downloads.folder() as folder:
            file = folder / "comparison.json"
            file.write_text(json.dumps(found, ensure_ascii=False, indent=2), encoding="utf-8")
            yield view._replace(tools=gr.update(visible=True), json=gr.update(value=str(file)))

    def cancel(self, request: gr.Request | None = None) -> View:
        """Stop the reader's running comparison."""
        self.leave(request)
        return View(html.status(_STOPPED), **go_and_cancel(False))

    def leave(self, request: gr.Request | None = None) -> None:
        """Stop what runs for a reader who has closed the page."""
        self._stops.stop(request)

    def choose(self, compared: Sequence[Analysis] | None, event: gr.EventData) -> Any:
        """The evidence for the cell that was clicked."""
        article = clicked_number(event, "article")
        if compared is None:
            return instead(gone("Compare"), _PART)
        if article is None or not 0 <= article < len(compared):
            return gr.skip()
        return evidence_in(compared[article], clicked_number(event, "cell"), _PART)


def _linked(given: dict[str, Any]) -> Article:
    """One article of a link.

    Raises:
        InputError: It has no text, or there is no such sample.
    """
    if "sample" not in given:
        return Article.from_text(*(str(given.get(key) or "") for key in ("text", "title", "source", "date")))
    if given["sample"] not in samples():
        raise InputError(f"there is no sample {given['sample']!r}; choose from {listed(list(samples()))}")
    name = given["sample"]
    return replace(Article.from_file(SAMPLES / f"{name}.md"), source=f"sample:{name}")


def _status(known: Known) -> str:
    total = len(known.articles)
    stated = len(known.analyses) + len(known.problems)
    summarized = sum(analysis.summary is not None for analysis in known.analyses.values())
    if stated < total:
        return html.status(f"Judging stances: {stated} of {count(total, 'article')}…")
    return html.status(f"Writing summaries: {summarized} of {len(known.analyses)}…")


def _summaries(known: Known) -> str:
    return summaries(known.articles, known.analyses, known.problems, known.words)


def _found(known: Known) -> tuple[Any, Any, Any]:
    """Table, evidence and state of what has been found so far; numbers of cells change, so that the drawer closes."""
    numbers = sorted(known.analyses)
    analyses = [known.analyses[number] for number in numbers]
    names = [letters(len(known.articles))[number] for number in numbers]
    return table(compare(analyses), names), "", analyses
