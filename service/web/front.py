"""What every request passes before it reaches the API, the page or Gradio's own routes.

Outermost is ``Observed``, then ``Authenticated``, then ``Bounded``. They speak ASGI itself, so that they hold for
streams and websockets, too, and for routes that are not ours.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..failures import log_failure
from .auth import Door, RefusedError
from .gate import Gate

log = logging.getLogger(__name__)

_SECONDS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 60, 120)


class Metrics:
    """What Prometheus reads; labels are routes of ours, never anything that a user has sent.

    Args:
        gate: Whose queue is shown.
    """

    def __init__(self, gate: Gate) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "newstance_requests_total", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "newstance_request_seconds",
            "Time until a request was answered, waiting included.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        running = Gauge("newstance_analyses_running", "Analyses that run for API and tools.", registry=self.registry)
        running.set_function(lambda: gate.running)
        waiting = Gauge("newstance_analyses_waiting", "Analyses that wait for their turn.", registry=self.registry)
        waiting.set_function(lambda: gate.waiting)


class Observed:
    """Counts and times requests, and logs them and their failures without a word of what was sent.

    Args:
        app: What comes behind.
        metrics: Where it is counted.
        routes: Paths that are shown by name; all else is ``page``.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: Collection[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            log_failure("a request failed", error)
            if not status:
                await problem(500, f"newstance itself failed ({type(error).__name__}), and its log says where")(
                    scope, receive, watch
                )
        finally:
            route = scope["path"] if scope["path"] in self._routes else "page"
            method = scope["method"] if scope["method"] in _METHODS else "other"
            seconds = time.perf_counter() - start
            self._metrics.requests.labels(route, method, str(status)).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            log.info("%s %s %s %.3f s", method, route, status, seconds)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Authenticated:
    """Turns away who is not in the accounts file.

    Args:
        app: What comes behind.
        door: Who is let in.
        open_paths: Paths that anybody may ask.
    """

    def __init__(self, app: ASGIApp, door: Door, open_paths: Collection[str]) -> None:
        self._app = app
        self._door = door
        self._open = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or open one websocket."""
        if scope["type"] == "lifespan" or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        try:
            if len(given) > 1:
                raise RefusedError("send one Authorization header")
            header = given[0].decode("latin-1") if given else None
            name = await self._door.admit(header, (scope.get("client") or ("unknown", 0))[0])
        except RefusedError as refused:
            await _refuse(refused)(scope, receive, send)
            return
        # Where a request's handler finds it: request.state.account.
        await self._app({**scope, "state": {**scope.get("state", {}), "account": name}}, receive, send)


class Bounded:
    """Takes in a request's body before anybody works on it: at most so many bytes, in at most so many seconds.

    Args:
        app: What comes behind.
        most: Bytes.
        seconds: For the whole body to arrive.
    """

    def __init__(self, app: ASGIApp, most: int, seconds: float) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope.get("headers", ()))
        if scope["type"] != "http" or not headers.keys() & {b"content-length", b"transfer-encoding"}:
            await self._app(scope, receive, send)
            return
        stated = headers.get(b"content-length", b"0")
        if stated.isdigit() and int(stated) > self._most:
            await self._too_large()(scope, receive, send)
            return
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":  # the client has gone
                        return
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > self._most:
                        await self._too_large()(scope, receive, send)
                        return
        except TimeoutError:
            await problem(408, f"the request's body did not arrive within {self._seconds:g} s; send it again")(
                scope, receive, send
            )
            return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]
        await self._app(scope, lambda: _first(whole, receive), send)

    def _too_large(self) -> JSONResponse:
        return problem(413, f"the request's body is larger than the {self._most:,} bytes that are taken")


async def _first(whole: list[Message], receive: Receive) -> Message:
    return whole.pop() if whole else await receive()


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error in the form that all of them have."""
    return JSONResponse({"detail": detail}, status, headers)


def _refuse(refused: RefusedError) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": str(refused)})
        elif refused.retry_after:
            response = problem(429, str(refused), {"Retry-After": str(refused.retry_after)})
            await response(scope, receive, send)
        else:
            response = problem(401, str(refused))
            # Basic first: it is what makes a browser ask for name and password.
            response.headers.append("WWW-Authenticate", 'Basic realm="newstance", charset="UTF-8"')
            response.headers.append("WWW-Authenticate", 'Bearer realm="newstance"')
            await response(scope, receive, send)

    return app
