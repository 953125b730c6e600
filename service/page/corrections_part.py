"""The part of the page in which a reader says what is right of a cell of the board."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from newstance.service.present import html

from .controls import AT_ONCE, KEPT, KEPT_LONG, PLAIN, PRIVATE
from .corrections_handlers import ANSWERS, FILE, HINT, CorrectionsHandlers


class CorrectionsView(NamedTuple):
    """Its components."""

    cell: Any
    about: Any
    answer: Any
    name: Any
    keep: Any
    said: Any
    file: Any
    rows: Any


def lay_out_corrections() -> CorrectionsView:
    """Add the fold where the page is being built."""
    with gr.Accordion("Correct a cell", open=False, elem_id="ns-correct"):
        about = gr.HTML(html.hint(HINT), elem_id="ns-correct-cell", **PLAIN)
        answer = gr.Radio(ANSWERS, label="What is right", elem_id="ns-correct-answer")
        with gr.Row(elem_classes="ns-edit"):
            name = gr.Textbox(label="Your name, kept beside it", max_lines=1, scale=3, min_width=180)
            keep = gr.Button("Keep", size="sm", scale=1, min_width=90, elem_id="ns-keep")
        said = gr.HTML("", elem_id="ns-kept", **PLAIN)
        file = gr.DownloadButton(f"Download {FILE}", size="sm", visible=False, elem_id="ns-corrections")
    cell, rows = gr.State(None, time_to_live=KEPT), gr.State([], time_to_live=KEPT_LONG)
    return CorrectionsView(cell, about, answer, name, keep, said, file, rows)


def wire_corrections(
    view: CorrectionsView, path: Path | None, found: Any, board: Any, edits: dict[str, tuple[Any, list[Any]]]
) -> dict[str, Any]:
    """Say what the controls call.

    Args:
        view: From ``lay_out_corrections``.
        path: The file that corrections are added to, or None.
        found: The state with what was found.
        board: A click in it chooses a cell.
        edits: Of the actors: for ``merge``, ``split`` and ``rename`` the button and the inputs of its own event.

    Returns:
        For each edit the event in which it is kept; the edit itself comes after it, since it changes the actors.
    """
    handlers = CorrectionsHandlers(path)
    outputs = [view.rows, view.said, view.file]
    board.click(handlers.take, found, [view.cell, view.about], **AT_ONCE)
    board.change(handlers.forget, None, [view.cell, view.about], **AT_ONCE)
    view.keep.click(handlers.keep, [found, view.cell, view.answer, view.name, view.rows], outputs, **PRIVATE)
    return {
        name: button.click(getattr(handlers, name), [*inputs, view.name, view.rows], outputs, **PRIVATE)
        for name, (button, inputs) in edits.items()
    }
