"""What several tabs have in common: how their events run, topic, targets and uploads, and what a click brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from newstance.configs import names as shipped_names
from newstance.models.errors import InputError, NewstanceError
from newstance.service.article import Article
from newstance.service.profile import Topic

from .uploads import taken

KEPT = 3600  # seconds that what is a reader's own stays in memory
KEPT_LONG = 24 * 3600  # the same of what is small, and was put together by hand
PLAIN: dict[str, Any] = {"apply_default_css": False}
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
AT_ONCE: dict[str, Any] = {**PRIVATE, "queue": False}
FETCHING: dict[str, Any] = {**PRIVATE, "concurrency_limit": 4}
# Files wait for each other in no reader's way; how long one may take is for what reads them to say.
UPLOADING: dict[str, Any] = {**PRIVATE, "concurrency_limit": 8, "concurrency_id": "uploads"}
MODELS = "models"  # what runs models waits in one queue
# Two, so that one reader's stances come while another's summary is being written; more would share the cores.
ON_MODELS: dict[str, Any] = {**PRIVATE, "concurrency_limit": 2, "concurrency_id": MODELS}

# Cells and edges are buttons of our own HTML; a click hands their numbers to Python. What else it does: drawer.js.
CHOOSE_CELL = """
element.addEventListener('click', (event) => {
  const cell = event.target.closest('[data-cell]');
  if (cell) trigger('click', {article: Number(cell.dataset.article), cell: Number(cell.dataset.cell)});
});
"""


def gone(button: str) -> str:
    """Why a click finds nothing of what is shown: it is older than ``KEPT``, and only the page still has it."""
    return f"results are kept for an hour, and these are gone; press {button} again"


def drawer_place(part: str) -> gr.HTML:
    """Where the evidence drawer opens; one for each tab, in the tab's columns."""
    return gr.HTML("", elem_id=part, elem_classes="ns-beside", **PLAIN)


def open_drawer(part: str) -> str:
    """A script that opens a drawer, by the id of its place, once its evidence is there."""
    return f"() => newstance.open('{part}')"


def scroll_to(part: str) -> str:
    """A script that leads to a part of the page, by its id, unless its beginning can be seen already."""
    return f"() => newstance.lead('{part}')"


def clicked(event: gr.EventData) -> dict[str, Any]:
    """What a click in our own HTML brings along; anybody can send anything."""
    return event._data if isinstance(event._data, dict) else {}


def clicked_number(event: gr.EventData, key: str) -> int | None:
    """One of the numbers that a click brings along."""
    value = clicked(event).get(key)
    return value if isinstance(value, int) else None


def go_and_cancel(is_working: bool) -> dict[str, Any]:
    """The two buttons of a run, while it works and when it does not."""
    return {"go": gr.update(interactive=not is_working), "cancel": gr.update(interactive=is_working)}


def titled(name: str) -> str:
    """A shipped name as a menu says it."""
    return name.replace("-", " ").capitalize()


def topic_menu() -> gr.Dropdown:
    """A menu of the shipped topics."""
    return gr.Dropdown(
        [("None", ""), *((titled(name), name) for name in shipped_names("topics"))],
        value="",
        label="Topic",
    )


def targets_field(info: str, **more: Any) -> gr.Dropdown:
    """A field for targets of the reader's own."""
    return gr.Dropdown(
        [],
        value=[],
        multiselect=True,
        allow_custom_value=True,
        label="Targets",
        info=info,
        elem_classes="ns-targets",
        **more,
    )


def chosen_topic(name: str | None) -> Topic | None:
    """The topic that is chosen.

    Raises:
        InputError: It is none of the menu's; paths are not taken from readers.
    """
    if name and name not in shipped_names("topics"):
        raise InputError(f"there is no topic {name!r}; choose from {', '.join(shipped_names('topics'))}")
    return Topic.load(name) if name else None


def chosen_targets(targets: Sequence[str] | None) -> list[str] | None:
    """The targets that are given; None where there are none."""
    return [target.strip() for target in targets or [] if target.strip()] or None


def uploaded(path: str) -> Article:
    """The article in an uploaded file, which is then deleted.

    Raises:
        InputError: It was not uploaded, or holds none; what is wrong matters, not where the server has put the file.
    """
    with taken(path) as file:
        try:
            return replace(Article.from_file(file), source=file.name)
        except NewstanceError as error:
            raise InputError(str(error).replace(str(file), file.name)) from error
