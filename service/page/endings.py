"""How a run ends before it is done: its reader stops it, or it fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from newstance.models.errors import NewstanceError
from newstance.service.failures import log_failure


class Stops(dict[str | None, threading.Event]):
    """What stops each reader's run, by the reader's session."""

    @contextmanager
    def running(self, request: gr.Request | None) -> Iterator[threading.Event]:
        """A run of the reader who asks, whose earlier one stops; what stops it is set at its end in any case."""
        session = _session(request)
        self.stop(request)
        stop = self[session] = threading.Event()
        try:
            yield stop
        finally:
            stop.set()
            if self.get(session) is stop:
                del self[session]

    def stop(self, request: gr.Request | None) -> None:
        """Stop what runs for the reader who asks."""
        if (stop := self.get(_session(request))) is not None:
            stop.set()

    def is_running(self, request: gr.Request | None) -> bool:
        """Whether something runs for the reader who asks."""
        return _session(request) in self

    def is_replaced(self, request: gr.Request | None, stop: threading.Event) -> bool:
        """Whether the reader who asks has begun another run since the one that ``stop`` stops."""
        return self.get(_session(request)) is not stop


def reason(error: Exception, instead: str) -> str:
    """Why something failed, for its reader; a fault of our own is logged.

    Args:
        error: What was raised.
        instead: What the reader may try after a fault of our own.
    """
    if isinstance(error, NewstanceError):
        return str(error)
    log_failure("an event of the page failed", error)
    return f"newstance itself failed ({type(error).__name__}), and its log says where; try {instead}"


def _session(request: gr.Request | None) -> str | None:
    return None if request is None else str(request.session_hash)
