"""The tab over a run of many articles: where its controls stand and what each of them calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import gradio as gr

from newstance.configs.extras import lacking
from newstance.service.corpus.selection import LONGEST_WINDOW
from newstance.service.corpus.view import CorpusView

from .controls import AT_ONCE, CHOOSE_CELL, KEPT, PLAIN, PRIVATE, scroll_to

try:
    from .corpus_handlers import PERIODS, CorpusHandlers, View
except ImportError as error:
    raise lacking("the corpus tab needs more packages", "corpus") from error

NAME = "Corpus"
# Questions to a large run take a second on two cores, and memory; more at once would only share both.
_ASKING: dict[str, Any] = {**PRIVATE, "concurrency_limit": 2, "concurrency_id": "corpus"}
_MOST_STATEMENTS = 100  # that a filter may ask for
# Marks of the plot and buttons of the table hand the same numbers to Python. The plot is made anew when it comes into
# view, so that it is listened to whenever one appears.
_CHOOSE_POINT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-point], [data-all]');
  if (!button) return;
  trigger('click', button.dataset.all ? {all: true} : {point: Number(button.dataset.point)});
});
"""
_HEAR_PLOT = """
new MutationObserver(() => {
  const plot = document.querySelector('#ns-corpus-plot .js-plotly-plot');
  if (!plot?.on || plot.dataset.heard) return;
  plot.dataset.heard = 'yes';
  plot.on('plotly_click', (event) => {
    const point = event.points[0]?.customdata;
    if (Number.isInteger(point)) trigger('click', {point});
  });
}).observe(document.getElementById('ns-tabs'), {childList: true, subtree: true});
"""
_TURN = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-from]');
  if (button) trigger('click', {from: Number(button.dataset.from)});
});
"""
# To what was asked for, or to why it did not come.
_LEAD = "() => newstance.lead(document.querySelector('#ns-corpus-status .ns-problem') ? 'ns-corpus-status' : '%s')"
# The page's plot fills its column and takes the page's colors; a file gets a title, a size and white ground.
_TAKE_PLOT = """() => {
  const plot = document.querySelector('#ns-corpus-plot .js-plotly-plot');
  const said = document.getElementById('ns-course');
  if (!plot || !window.Plotly) return;
  const title = {text: said.dataset.title, subtitle: {text: said.dataset.caption}, x: 0, xref: 'paper'};
  const layout = {...plot.layout, title, width: 1000, height: 640, autosize: false,
    margin: {...plot.layout.margin, t: 100}};
  Plotly.downloadImage({data: plot.data, layout}, {format: '%s', filename: 'over-time', width: 1000, height: 640});
}"""


@dataclass
class Form:
    """The tab's inputs, in the order in which they are handed on."""

    sources: Any
    actors: Any
    targets: Any
    kinds: Any
    start: Any
    end: Any
    undated: Any
    minimum: Any
    per_actor: Any
    per_target: Any
    base: Any
    by: Any
    cut: Any
    window: Any

    def all(self) -> list[Any]:
        """The inputs as an event takes them."""
        return [getattr(self, one.name) for one in fields(self)]


def corpus_tab(view: CorpusView) -> tuple[str, Callable[[], None]]:
    """The tab's name, and what lays it out when it is called inside the tab, as ``page.build`` takes it.

    Args:
        view: The run that it shows to all readers.
    """
    return NAME, lambda: _lay_out(CorpusHandlers(view))


def _lay_out(handlers: CorpusHandlers) -> None:
    with gr.Row(elem_classes="ns-columns"):
        with gr.Column(scale=3, min_width=300, elem_classes="ns-inputs"):
            about = gr.HTML(handlers.about(), elem_id="ns-corpus-run", **PLAIN)
            again = gr.Button("Read the run again", size="sm", elem_classes="ns-undo", elem_id="ns-reread")
            form = _form(handlers)
            with gr.Row(elem_classes="ns-go"):
                go = gr.Button("Show", variant="primary", scale=2, min_width=120, elem_id="ns-show")
        with gr.Column(scale=8, min_width=320, elem_classes="ns-results ns-corpus"):
            status = gr.HTML("", elem_id="ns-corpus-status", **PLAIN)
            said = gr.HTML("", **PLAIN)
            board = gr.HTML("", elem_id="ns-corpus-board", js_on_load=CHOOSE_CELL, **PLAIN)
            heading = gr.HTML("", js_on_load=_CHOOSE_POINT, **PLAIN)
            plot = gr.Plot(show_label=False, visible=False, elem_id="ns-corpus-plot")
            course = gr.HTML("", elem_id="ns-corpus-course", js_on_load=_CHOOSE_POINT + _HEAR_PLOT, **PLAIN)
            behind = gr.HTML("", elem_id="ns-corpus-behind", js_on_load=_TURN, **PLAIN)
            with gr.Column(visible=False, elem_classes="ns-tools", elem_id="ns-corpus-files") as tools:
                files_said = gr.HTML("", **PLAIN)
                with gr.Row(elem_classes="ns-downloads"):
                    write = gr.Button("Make the files", size="sm", min_width=110, elem_id="ns-write")
                    png = gr.Button("Plot as PNG", size="sm", min_width=90)
                    svg = gr.Button("Plot as SVG", size="sm", min_width=90)
                written = gr.HTML("", **PLAIN)
                with gr.Row(visible=False, elem_classes="ns-downloads") as files:
                    downloads = [
                        gr.DownloadButton(words, size="sm", min_width=110)
                        for words in (
                            "Over time, CSV",
                            "Over time, Parquet",
                            "Board, CSV",
                            "Board, Parquet",
                            "Sentences, CSV",
                            "Plot, HTML",
                        )
                    ]
    seen = gr.State(None, time_to_live=KEPT)
    outputs = list(View(status, said, board, heading, plot, course, behind, tools, files_said, files, seen))
    form.cut.change(lambda cut: gr.update(visible=PERIODS.get(cut) is None), form.cut, form.window, **AT_ONCE)
    # Without triggers it is called when the page is opened.
    gr.on(None, handlers.show, form.all(), outputs, **_ASKING)
    go.click(handlers.show, form.all(), outputs, **_ASKING).then(None, js=scroll_to("ns-corpus-board"))
    told = [about, form.sources, form.actors, form.targets, form.kinds]
    gr.on(None, handlers.told, None, told, **_ASKING)
    again.click(handlers.read_again, None, told, **_ASKING).then(handlers.show, form.all(), outputs, **_ASKING)
    board.click(handlers.choose_cell, seen, outputs, **_ASKING).then(None, js=_LEAD % "ns-course")
    for part in (heading, course):
        part.click(handlers.choose_point, seen, outputs, **_ASKING).then(None, js=_LEAD % "ns-behind")
    behind.click(handlers.turn, seen, outputs, **_ASKING).then(None, js=_LEAD % "ns-behind")
    write.click(handlers.write, seen, [written, files, *downloads], **_ASKING)
    png.click(None, js=_TAKE_PLOT % "png")
    svg.click(None, js=_TAKE_PLOT % "svg")


def _form(handlers: CorpusHandlers) -> Form:
    """The filters, and how the answer is cut."""
    # A large run has more names than a menu holds.
    many: dict[str, Any] = {"value": [], "multiselect": True, "allow_custom_value": True}
    sources = gr.Dropdown(handlers.choices("source"), label="Sources", info="None chosen takes all.", **many)
    actors = gr.Dropdown(handlers.choices("actor"), label="Actors", **many)
    targets = gr.Dropdown(handlers.choices("target"), label="Targets", **many)
    with gr.Row(elem_classes="ns-small"):
        start = gr.Textbox(label="From", placeholder="2024-01-01", max_lines=1, min_width=110)
        end = gr.Textbox(label="To", placeholder="2024-12-31", max_lines=1, min_width=110)
    with gr.Accordion("More filters", open=False, elem_id="ns-more-filters"):
        kinds = gr.CheckboxGroup(handlers.choices("kind"), value=[], label="Kinds of actors")
        undated = gr.Checkbox(value=True, label="Undated articles, too")
        minimum = gr.Slider(0, 1, value=0, step=0.05, label="Probability, at least")
        per_actor = gr.Slider(1, _MOST_STATEMENTS, value=1, step=1, label="Statements or answers an actor, at least")
        per_target = gr.Slider(1, _MOST_STATEMENTS, value=1, step=1, label="Statements or answers a target, at least")
        base = gr.Radio(
            [("statements: answers that take a side", "sides"), ("all answers, neutral ones too", "all")],
            value="sides",
            label="Shares of",
        )
    cut = gr.Dropdown(list(PERIODS), value="Quarters", label="Periods")
    window = gr.Slider(2, LONGEST_WINDOW, value=6, step=1, label="Months in a window", visible=False)
    by = gr.Dropdown(
        [("source", "source"), ("actor", "actor"), ("target", "target"), ("kind of actor", "kind"), ("all", "all")],
        value="source",
        label="A line for each",
    )
    return Form(
        sources, actors, targets, kinds, start, end, undated, minimum, per_actor, per_target, base, by, cut, window
    )
