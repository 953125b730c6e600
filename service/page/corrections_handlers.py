"""What a reader says of a cell or of the actors, kept as labelled rows: in the server's file, and for download."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from newstance.models.errors import InputError
from newstance.models.stance import LABELS
from newstance.service import editing
from newstance.service.analysis import Stance
from newstance.service.corrections import Correction, CorrectionFile
from newstance.service.corrections.made import Coder
from newstance.service.corrections.record import KINDS, coder_named
from newstance.service.present import html
from newstance.service.present.wording import count

from . import downloads
from .article_view import Found
from .controls import clicked_number, gone
from .endings import reason

NOBODY = "reader"  # who gave no name
NO_ACTOR = "no actor"
FILE = "corrections.jsonl"
ANSWERS = [
    *((f"It is {label}", label) for label in LABELS),
    ("The actor is no actor", NO_ACTOR),
    *((f"The actor is a {kind}", kind) for kind in KINDS),
]
_MOST = 2000  # of one session
_MOST_CHARACTERS = 10_000_000  # of their texts: each has its whole article, and all are written anew with each
HINT = "Choose a cell of the board, then say what is right. Cells that are right count as well."


class Kept(NamedTuple):
    """What changes on the page, in the order of its outputs; what is not given stays."""

    rows: Any = gr.skip()
    said: Any = gr.skip()
    file: Any = gr.skip()


class CorrectionsHandlers:
    """What the controls do.

    Args:
        path: The file that corrections are added to; None keeps them in the reader's session alone.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else CorrectionFile(path)

    def take(self, found: Found | None, event: gr.EventData) -> tuple[int | None, str]:
        """The cell that was clicked, and what the model says of it."""
        number = clicked_number(event, "cell")
        if found is None:
            return None, html.field_problem(gone("Analyse"))
        try:
            return number, html.said(_told(_stance(found, number)))
        except InputError:
            return None, html.hint(HINT)

    def forget(self) -> tuple[None, str]:
        """No cell: another board."""
        return None, html.hint(HINT)

    def keep(
        self,
        found: Found | None,
        cell: int | None,
        answer: str | None,
        name: str | None,
        rows: Sequence[Correction] | None,
        request: gr.Request | None = None,
    ) -> Iterator[Kept]:
        """Keep what a reader says of the chosen cell."""

        def made(coder: Callable[[Found], Coder]) -> list[Correction]:
            stance = _stance(found, cell)
            assert found is not None
            own = coder(found)
            if answer in LABELS:
                return [own.stance(stance, answer)]
            if answer == NO_ACTOR:
                return [own.no_actor(stance.actor)]
            if answer in KINDS:
                return [own.kind(stance.actor, answer)]
            raise InputError("say what is right: choose one of the answers")

        yield from self._kept(made, name, rows, request)

    def merge(
        self,
        found: Found | None,
        names: list[str] | None,
        kept: str | None,
        name: str | None,
        rows: Sequence[Correction] | None,
        request: gr.Request | None = None,
    ) -> Iterator[Kept]:
        """Keep that actors are one, if they can be merged."""
        yield from self._edited(
            lambda seen: editing.merge(seen.analysis.actors, names or [], kept),
            lambda coder: coder.merged(names or [], kept),
            found,
            name,
            rows,
            request,
        )

    def split(
        self,
        found: Found | None,
        names: list[str] | None,
        forms: list[str] | None,
        name: str | None,
        rows: Sequence[Correction] | None,
        request: gr.Request | None = None,
    ) -> Iterator[Kept]:
        """Keep that some names of an actor mean somebody else, if it can be split so."""
        whom = _first(names)
        yield from self._edited(
            lambda seen: editing.split(seen.analysis.actors, whom, forms or [], seen.session.found),
            lambda coder: coder.split(whom, forms or []),
            found,
            name,
            rows,
            request,
        )

    def rename(
        self,
        found: Found | None,
        names: list[str] | None,
        new: str | None,
        name: str | None,
        rows: Sequence[Correction] | None,
        request: gr.Request | None = None,
    ) -> Iterator[Kept]:
        """Keep that an actor is called otherwise, if it can be."""
        whom = _first(names)
        yield from self._edited(
            lambda seen: seen.session.rename(whom, new or ""),
            lambda coder: [coder.renamed(whom, new or "")],
            found,
            name,
            rows,
            request,
        )

    def _edited(
        self,
        tried: Callable[[Found], object],
        made: Callable[[Coder], list[Correction]],
        found: Found | None,
        name: str | None,
        rows: Sequence[Correction] | None,
        request: gr.Request | None,
    ) -> Iterator[Kept]:
        """Keep an edit of the actors if it can be made; the edit's own event says why one cannot."""
        if found is None:
            return
        try:
            tried(found)
        except InputError:
            return
        yield from self._kept(lambda coder: made(coder(found)), name, rows, request)

    def _kept(
        self,
        made: Callable[[Callable[[Found], Coder]], list[Correction]],
        name: str | None,
        rows: Sequence[Correction] | None,
        request: gr.Request | None,
    ) -> Iterator[Kept]:
        who = _account(request) or coder_named(name or "") or NOBODY
        try:
            new = made(lambda found: Coder(found.analysis, who))
            every = [*(rows or []), *new]
            if len(every) > _MOST or sum(len(one.text) for one in every) > _MOST_CHARACTERS:
                raise InputError(
                    f"{_MOST:,} corrections are the most, or as many as hold {_MOST_CHARACTERS // 1_000_000} million "
                    "characters of text; download them, and open the page anew"
                )
            if self._file is not None:
                self._file.append(new)
            with downloads.folder() as folder:
                CorrectionFile(folder / FILE).append(every)
                yield Kept(
                    every, html.said(_thanks(new, len(every))), gr.update(value=str(folder / FILE), visible=True)
                )
        except Exception as error:
            said = reason(error, "again")
            if self._file is not None:  # where it lies is nobody's business
                said = said.replace(str(self._file.path), "the server's file")
            yield Kept(said=html.field_problem(said))


def _stance(found: Found | None, cell: int | None) -> Stance:
    if found is None:
        raise InputError(gone("Analyse"))
    if cell is None or not 0 <= cell < len(found.analysis.stances):
        raise InputError("choose a cell of the board first")
    return found.analysis.stances[cell]


def _first(names: Sequence[str] | None) -> str:
    """The one to edit; "" is no actor's name."""
    return names[0] if names else ""


def _told(stance: Stance) -> str:
    return f"{stance.actor.name} toward {stance.target}: the model says {stance.label}, {stance.probability:.2f}."


def _thanks(new: Sequence[Correction], number: int) -> str:
    one = new[0]
    toward = f" toward {one.target}" if one.target else ""
    what = one.label if one.change == "stance" else f"{one.change} {one.label}".strip()
    return f"Kept by {one.coder}: {one.holder}{toward}, {what}. {count(number, 'correction')} of this session."


def _account(request: gr.Request | None) -> str:
    """The name under which the reader has logged in; "" where there are no accounts."""
    state = getattr(getattr(request, "request", None), "state", None)
    return str(getattr(state, "account", "") or "")
