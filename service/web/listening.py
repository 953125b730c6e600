"""Where a server listens, and what a connection may cost it: one that asks nothing, or takes nothing in, is closed."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket
from dataclasses import dataclass, field
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from newstance.models.errors import InputError

_CLOSING_FOR = 5  # seconds for what runs when the server is stopped
_IDLE = 5  # seconds that a connection is kept for another request


@dataclass
class Patience:
    """How long a server waits for those who have connected to it.

    Attributes:
        head: Seconds until a request's head must be there, however it trickles in.
        reading: Seconds in which a client must take in some of what it was sent.
        most_waiting: Connections of which no request has come yet; the oldest is closed for a new one.
        waiting: Those there are, the oldest first.
    """

    head: float = 10.0
    reading: float = 60.0
    most_waiting: int = 200
    waiting: dict[Connection, None] = field(default_factory=dict)


def is_loopback(host: str) -> bool:
    """Whether an address is seen by this computer alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; small answers leave at once on all connections to it.

    Raises:
        InputError: The port is taken, or the address is none of this computer.
    """
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(f"port {port} on {host} cannot be used; choose another by --port ({error})") from error
    # An answer is written in several pieces; each would wait for the client to acknowledge the one before, 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def config(app: Any, patience: Patience | None = None) -> uvicorn.Config:
    """How uvicorn runs an app.

    Args:
        app: An ASGI app.
        patience: None takes the defaults.
    """
    protocol = functools.partial(Connection, patience=patience or Patience())
    return uvicorn.Config(
        app,
        http=cast(type[asyncio.Protocol], protocol),
        # Addresses may hold what a user typed; requests are logged by route instead.
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # whom to believe is for the app to say
        ws="none",
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_CLOSING_FOR,
    )


class Connection(H11Protocol):
    """A connection that is closed if no request comes of it, or nobody reads the answer.

    Uvicorn itself waits for ever for a head that has begun, or for a client that takes nothing in.
    """

    def __init__(self, *arguments: Any, patience: Patience, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._patience = patience
        self._asks_by: asyncio.TimerHandle | None = None
        self._reads_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take in a piece of a request."""
        super().data_received(data)
        if self._is_busy:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        """Wait for the next request, unless it is there already."""
        super().on_response_complete()
        if not self._is_busy and not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        super().connection_lost(exc)
        self._wait_no_more()
        self._stop_watching()

    def pause_writing(self) -> None:
        """Watch whether the client reads, since it has fallen behind."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """Watch no longer."""
        super().resume_writing()
        self._stop_watching()

    @property
    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._wait_no_more()
        self._patience.waiting[self] = None
        self._asks_by = self.loop.call_later(self._patience.head, self._give_up)
        if len(self._patience.waiting) > self._patience.most_waiting:
            next(iter(self._patience.waiting))._give_up()

    def _wait_no_more(self) -> None:
        self._patience.waiting.pop(self, None)
        if self._asks_by is not None:
            self._asks_by.cancel()

    def _give_up(self) -> None:
        self._wait_no_more()
        self.transport.close()  # once what was sent before has left
        self._watch()

    def _watch(self) -> None:
        self._stop_watching()
        left = self.transport.get_write_buffer_size()

        def look() -> None:
            if self.transport.get_write_buffer_size() >= left > 0:
                self.transport.abort()
            else:
                self._watch()

        if left:
            self._reads_by = self.loop.call_later(self._patience.reading, look)

    def _stop_watching(self) -> None:
        if self._reads_by is not None:
            self._reads_by.cancel()
            self._reads_by = None
