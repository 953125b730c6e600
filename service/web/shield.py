"""What stands between a server and other sites: whose headers it believes, whose requests it takes, what it answers.

``Forwarded`` and ``Shielded`` are outside of all else, so that they hold for every answer; ``OwnPages`` comes before
anybody is let in.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from newstance.configs import SettingsError

from .front import problem

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# What a proxy says of whom it asks for; Gradio takes the last one for its own.
_SAID_BY_PROXIES = (b"forwarded", b"x-forwarded-", b"x-gradio-server", b"x-real-ip")
_ON_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
# Gradio makes functions of the page's scripts while it runs, and writes styles into elements.
_PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# The same for everybody; all else may hold what somebody has read or written.
_SAME_FOR_ALL = ("/assets/", "/static/", "/svelte/", "/static-offline-docs/", "/theme.css", "/favicon.ico")
_READING = ("GET", "HEAD", "OPTIONS")


def networks(proxies: Iterable[str]) -> list[Network]:
    """Where proxies are, by their addresses or networks.

    Raises:
        SettingsError: One is neither.
    """
    try:
        return [ipaddress.ip_network(proxy) for proxy in proxies]
    except ValueError as error:
        raise SettingsError(
            f"a trusted proxy is named by its address or network, such as 10.0.0.1 or 10.0.0.0/24: {error}"
        ) from error


class Forwarded:
    """Believes what a proxy says of its clients where the proxy is named, and lets nobody hear of it else.

    Behind it, ``client``, ``scheme`` and ``Host`` are those of whom the proxy asks for.

    Args:
        app: What comes behind.
        proxies: Where proxies are.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[Network] = ()) -> None:
        self._app = app
        self._proxies = proxies
        believed = [str(proxy) for proxy in proxies]
        self._believing: Any = ProxyHeadersMiddleware(self._with_its_host, believed)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif self._is_proxy((scope.get("client") or ("", 0))[0]):
            await self._believing(scope, receive, send)
        else:
            await self._app({**scope, "headers": list(_own(scope["headers"]))}, receive, send)

    def _is_proxy(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)

    async def _with_its_host(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value.split(b",")[0].strip() for name, value in scope["headers"] if name == b"x-forwarded-host"]
        headers = list(_own(scope["headers"]))
        if hosts and hosts[-1]:
            headers = [header for header in headers if header[0] != b"host"] + [(b"host", hosts[-1])]
        await self._app({**scope, "headers": headers}, receive, send)


def _own(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    return (header for header in headers if not header[0].startswith(_SAID_BY_PROXIES))


class OwnPages:
    """Takes no request that changes or costs anything from a page of another site.

    A browser sends a reader's login along, whoever's page asks. Programs send neither of the headers that tell.

    Args:
        app: What comes behind.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] not in _READING and _is_foreign(Headers(scope=scope)):
            told = "this was sent by a page of another site; use newstance's own page, or a program outside a browser"
            await problem(403, told)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_foreign(headers: Headers) -> bool:
    # No page can set this one. Browsers leave it out where an address is neither https nor their own computer's.
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


class Shielded:
    """Gives each answer the headers that keep browsers from misusing it, and answers nobody when too many ask.

    Args:
        app: What comes behind.
        most: How many requests are answered at once; a reader's page holds one or two open.
        scripts: Those that the page adds to itself while it runs.
    """

    def __init__(self, app: ASGIApp, most: int, scripts: Sequence[str] = ()) -> None:
        self._app = app
        self._most = most
        self._scripts = [_hash(script) for script in scripts]
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        app = self._app
        if self._answering >= self._most:
            app = problem(503, "the server answers as many requests as it can; try again in 5 s", {"Retry-After": "5"})
        self._answering += 1
        try:
            answer = _Answer(scope, send, self._scripts)
            await app(answer.scope, receive, answer.send)
        finally:
            self._answering -= 1


class _Answer:
    """An answer on its way out.

    Pages are held back until they are whole, since their policy names their scripts; they come here uncompressed.
    """

    def __init__(self, scope: Scope, send: Send, scripts: Sequence[str]) -> None:
        self.scope = scope
        self._scripts = scripts
        if scope["path"] == "/":
            headers = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
            self.scope = {**scope, "headers": headers}
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = self._headers(message)
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
            headers["Content-Security-Policy"] = _NO_PAGE
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            scripts = [*_hashes(self._body.decode("utf-8", "replace")), *self._scripts]
            policy = _PAGE.format(scripts=" ".join(scripts))
            MutableHeaders(scope=self._start)["Content-Security-Policy"] = policy
            await self._send(self._start)
            message = {**message, "body": self._body}
        await self._send(message)

    def _headers(self, start: Message) -> MutableHeaders:
        start.setdefault("headers", [])
        headers = MutableHeaders(scope=start)
        headers.update(_ON_EVERY_ANSWER)
        # Gradio lets pages of all other sites read its answers, a login included.
        for name in [name for name in headers if name.startswith("access-control-")]:
            del headers[name]
        if not self.scope["path"].startswith(_SAME_FOR_ALL):
            headers["Cache-Control"] = "no-store"
        return headers


class _Scripts(HTMLParser):
    """Collects the scripts that are written into a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_script = tag == "script" and "src" not in dict(attrs)
        if self._is_script:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if self._is_script:
            self.found[-1] += data


def _hashes(page: str) -> list[str]:
    """The scripts in a page, as a policy names them."""
    scripts = _Scripts()
    scripts.feed(page)
    return [_hash(script) for script in scripts.found]


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
