"""What the article tab shows of an analysis, and what it keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from newstance.service.analysis import Analysis
from newstance.service.editing import Session
from newstance.service.present import html
from newstance.service.present.board import board

from . import downloads
from .suggestions import suggested


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
    dna: Any = gr.skip()
    graphml: Any = gr.skip()
    qdpx: Any = gr.skip()
    label_studio: Any = gr.skip()
    models: Any = gr.skip()
    actors: Any = gr.skip()
    undo: Any = gr.skip()
    edited: Any = gr.skip()
    analyse: Any = gr.skip()
    cancel: Any = gr.skip()
    threshold: Any = gr.skip()
    targets: Any = gr.skip()
    proposed: Any = gr.skip()


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


def all_of(found: Found, folder: Path) -> View:
    """Everything on the page that follows from what was found, but for status, summary and evidence.

    Args:
        found: What was found.
        folder: Where downloads are written.
    """
    analysis = found.analysis
    written = downloads.write(analysis, folder)
    files = {
        k: gr.update(value=str(written[k]) if k in written else None, visible=k in written) for k in downloads.WORDS
    }
    names = [(f"{actor.name} ({len(actor.mentions)})", actor.name) for actor in analysis.actors]
    return View(
        board=board(analysis, suggested=suggested(found.session.reading)),
        found=found,
        tools=gr.update(visible=True),
        models=html.models(analysis.models, analysis.seconds),
        actors=gr.update(choices=names, value=[]),
        undo=gr.update(visible=analysis.actors != found.original.analysis.actors),
        edited="",
        **files,
    )
