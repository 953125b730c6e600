"""The evaluate tab of the page: run a labelled set, see its report, open earlier runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from newstance.models.stance import LABELS
from newstance.service.page.controls import AT_ONCE, KEPT, ON_MODELS, PLAIN, PRIVATE, UPLOADING, scroll_to
from newstance.service.present import html

from ..extras import REPORTS, missing_of
from ..runs import Analyzer
from .handlers import MOST_EXAMPLES, EvaluateHandlers, View
from .own_set import FIELDS, SUFFIXES

_OPEN = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-run]');
  if (button) trigger('click', {run: button.dataset.run, own: button.dataset.own === 'yes'});
});
"""


def evaluate_tab(
    analyzer: Analyzer, runs: Path | None = None, data: Path | None = None
) -> tuple[str, Callable[[], None]]:
    """The tab's name, and what lays it out when it is called inside the tab, as ``page.build`` takes it.

    Args:
        analyzer: What is evaluated.
        runs: The folder of everybody's runs; None keeps each reader's runs apart.
        data: The folder that holds the known sets; None offers the shipped ones only.
    """
    return "Evaluate", lambda: _lay_out(EvaluateHandlers(analyzer, runs, data))


@dataclass
class _Form:
    """The tab's inputs."""

    is_own: Any = None
    name: Any = None
    limit: Any = None
    skip_invalid: Any = None
    columns: list[Any] = field(default_factory=list)
    words: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def own(self) -> list[Any]:
        """In the order of ``EvaluateHandlers.run``'s ``own``."""
        return [*self.columns, *self.words, *self.constants]


def _lay_out(handlers: EvaluateHandlers) -> None:
    if missing := missing_of(REPORTS):
        said = f"this tab needs {', '.join(missing)}; `newstance doctor` says what installs it"
        gr.HTML(html.problem(said), **PLAIN)
        return
    form = _Form()
    with gr.Row(elem_classes="ns-columns"):
        with gr.Column(scale=3, min_width=300, elem_classes="ns-inputs"):
            sets = handlers.sets()
            form.is_own = gr.Radio(
                [("A known set", False), ("My own file", True)], value=False, label="Labelled set", elem_id="ns-own"
            )
            form.name = gr.Dropdown(
                [(words, name) for name, words in sets.items()], value=next(iter(sets), None), label="Known sets"
            )
            with gr.Column(visible=False) as own_part:
                upload, said = _own_fields(form)
            form.limit = gr.Slider(20, MOST_EXAMPLES, value=200, step=20, label="Examples, at the most")
            with gr.Row(elem_classes="ns-go"):
                go = gr.Button("Run", variant="primary", scale=2, min_width=120, elem_id="ns-run")
                stop = gr.Button("Cancel", interactive=False, scale=1, min_width=90)
        with gr.Column(scale=8, min_width=320, elem_classes="ns-results"):
            status = gr.HTML(html.status(), **PLAIN)
            shown = gr.HTML(_WELCOME, elem_id="ns-evaluation", **PLAIN)
            gr.HTML("<h3>Earlier runs</h3>", **PLAIN)
            runs = gr.HTML("", elem_id="ns-runs", js_on_load=_OPEN, **PLAIN)
            refresh = gr.Button("Refresh the list", size="sm", elem_classes="ns-undo")
    mine = gr.State(None, time_to_live=KEPT, delete_callback=lambda mine: mine.forget() if mine else None)
    outputs = list(View(status, shown, runs, mine, go, stop))
    parts = [form.name, own_part]
    form.is_own.change(lambda own: (gr.update(visible=not own), gr.update(visible=own)), form.is_own, parts, **AT_ONCE)
    upload.upload(handlers.take_file, [upload, mine], [mine, said, *form.columns, *form.words], **UPLOADING)
    form.columns[FIELDS.index("label")].input(handlers.take_label, [form.columns[-1], mine], form.words, **AT_ONCE)
    inputs = [form.is_own, form.name, form.limit, form.skip_invalid, mine, *form.own()]
    go.click(handlers.run, inputs, outputs, **ON_MODELS)
    stop.click(handlers.cancel, None, None, **AT_ONCE)
    runs.click(handlers.open, mine, [status, shown], **PRIVATE).then(None, js=scroll_to("ns-evaluation"))
    # Without triggers it is called when the page is opened.
    gr.on(None, lambda: handlers.listing(None), None, runs, **AT_ONCE)
    refresh.click(handlers.listing, mine, runs, **AT_ONCE)


def _own_fields(form: _Form) -> tuple[Any, Any]:
    """What says how an own file is read; gives its upload, and where is said how that went."""
    upload = gr.UploadButton(
        f"Upload {', '.join(SUFFIXES)}", file_types=list(SUFFIXES), size="sm", elem_id="ns-own-upload"
    )
    said = gr.HTML(html.hint("One example a row: a text, whose stance, toward what, and the label."), **PLAIN)
    for name in FIELDS:
        form.columns.append(gr.Dropdown([("(none)", "")], value="", label=f"Column of the {name}"))
    for name in ("holder", "target"):
        form.constants.append(
            gr.Textbox(
                label=f"{name.capitalize()} of all rows",
                placeholder="If no column has it" + "; “author” for the writer" * (name == "holder"),
                max_lines=1,
            )
        )
    form.words = [gr.Dropdown([], value=[], multiselect=True, label=f"Labels that mean {label}") for label in LABELS]
    form.skip_invalid = gr.Checkbox(value=False, label="Leave bad rows out")
    gr.HTML(html.hint("Your file stays on this server for an hour at most, and only you see it."), **PLAIN)
    return upload, said


_WELCOME = (
    '<div class="ns-welcome"><h2>How well does it do?</h2><ol><li>Choose a labelled set, or upload one of your own.'
    "</li><li>Say how many examples to take.</li><li>Press <b>Run</b>. You get scores with their intervals beside "
    "baselines, the confusion matrix, how far the probabilities can be trusted, and the worst errors.</li></ol></div>"
)
