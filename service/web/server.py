"""``newstance serve``: the page, the HTTP API and the tools for agents, over one set of models.

The server answers at once; the models load and warm up meanwhile, and ``/readyz`` says when they are there.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import logging
import sys
import traceback
import types
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from newstance.models.errors import ConfigError, InputError, ModelError, NewstanceError
from newstance.models.hearing import Heard

from ..analysis import Analysis
from ..analyzer import Analyzer
from ..article import SAMPLES, Article
from ..intake.workers import shared
from ..profile import Profile

try:
    import gradio
    import gradio.queueing
    import gradio.route_utils
    import gradio.routes
    import uvicorn
    from fastapi import FastAPI
    from fastapi_offline import FastAPIOffline
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.responses import HTMLResponse
    from starlette.types import ASGIApp, Receive, Scope, Send
except ImportError as error:
    raise ConfigError("the server needs more packages; install them by: pip install 'newstance[serve]'") from error

from ..page import build, look, uploads
from ..page.app import Tab
from ..page.controls import MODELS
from ..page.theme import script
from . import tools
from .api import AnalyzeRequest, ArticleRequest, StancesRequest, TooLongError, answer_problems, routes
from .auth import Door
from .front import Authenticated, Bounded, Metrics, Observed, log_failure, problem
from .gate import BusyError, Gate, Result
from .listening import config, is_loopback, listen
from .shield import Forwarded, OwnPages, Shielded, networks

log = logging.getLogger(__name__)

# Probes cannot log in, and learn nothing but a word.
OPEN = ("/healthz", "/readyz")
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
_FETCHES_AT_ONCE = 4  # they wait for other servers, and cost little
_LOADING_FOR = 5  # seconds, as the loading page and Retry-After say
_TIDIED_EVERY = 60  # seconds
_DOCS = "/static-offline-docs"
# Gradio's routes that newstance does not use: they fetch other addresses in the server's name, run programs, write what
# is in a session to disk, or call methods of components.
_CLOSED = tuple(
    f"/gradio_api/{name}"
    for name in (
        *("proxy=", "file=http:", "file=https:", "file/", "process_recording", "vibe", "undo-vibe", "dev/"),
        *("deep_link", "component_server", "stream/"),
    )
)
_LOADING = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>newstance</title>
<meta http-equiv="refresh" content="{_LOADING_FOR}"></head><body style="font-family: system-ui; margin: 4rem">
<h1>newstance</h1><p>The models are being loaded. This page opens by itself in a moment.</p></body></html>"""


@dataclass(frozen=True)
class ServerSettings:
    """How much a server takes on, and from whom.

    Attributes:
        concurrency: How many analyses run at once for API and tools; as many again may run for the page.
        max_queue: How many wait, for API and tools, and as many again for the page.
        accounts: The file of tokens and users; None lets everybody in.
        hosts: The names under which the server is asked; others are refused. None takes all.
        proxies: Addresses or networks of the proxies whose X-Forwarded headers are believed.
        requests: How many requests are answered at once, streams to open pages included.
        seconds: How long one analysis may run, and how long it may wait before.
        body_bytes: The largest request body.
        body_seconds: How long a body may take to arrive.
        more_tabs: What stands beside the page's own tabs, by the analyzer.
    """

    concurrency: int = 2
    max_queue: int = 32
    accounts: Path | None = None
    hosts: tuple[str, ...] | None = None
    proxies: tuple[str, ...] = ()
    requests: int = 500
    seconds: float = 120.0
    body_bytes: int = 5_000_000
    body_seconds: float = 30.0
    more_tabs: Callable[[Analyzer], Sequence[Tab]] = lambda analyzer: ()


class Service:
    """What API, tools and page have in common: the models, and the gate before them.

    Args:
        analyzer: An analyzer, or the profile to make it of; see ``Analyzer.from_profile``.
        settings: The server's.
    """

    def __init__(self, analyzer: Analyzer | Profile | str | Path, settings: ServerSettings) -> None:
        self._given = analyzer
        if isinstance(analyzer, Analyzer):
            self.profile = analyzer.profile
        else:
            self.profile = analyzer if isinstance(analyzer, Profile) else Profile.load(analyzer)
        self.settings = settings
        self.gate = Gate(settings.concurrency, settings.max_queue, settings.seconds)
        self._fetches = Gate(_FETCHES_AT_ONCE, settings.max_queue, settings.seconds)
        self.metrics = Metrics(self.gate)
        self.analyzer: Analyzer | None = None
        self.failure: Exception | None = None

    @property
    def state(self) -> Literal["ok", "loading", "failed"]:
        """Whether the models are there."""
        return "failed" if self.failure else "ok" if self.analyzer else "loading"

    def load(self) -> Analyzer:
        """Load the models and run them once, so that the first user does not wait for what is done once."""
        shared().start(idle=2)  # so that one reader's large file does not keep the next one waiting
        given = self._given
        analyzer = given if isinstance(given, Analyzer) else Analyzer.from_profile(self.profile)
        analyzer.analyze(Article.from_file(min(SAMPLES.glob("*.md"))), sentences=1)
        return analyzer

    def close(self) -> None:
        """Begin nothing more."""
        self.gate.close()
        self._fetches.close()

    async def analyze(self, asked: AnalyzeRequest) -> Analysis:
        """Analyse the article of a request.

        Raises:
            BusyError: Try again later.
            TooSlowError: It takes longer than one request may.
            InputError: There is no article in it, or it is too long, or a target names nothing.
        """
        analyzer = self._ready()
        article = await self._article(asked, analyzer)

        def work(heard: Heard) -> Analysis:
            return analyzer.analyze(
                article,
                asked.targets,
                asked.topic,
                asked.summarize,
                asked.sentences,
                progress=heard,
                on_batch=heard,
                on_text=heard,
                heard=heard,
            )

        return await self._run(work)

    async def stances(self, asked: StancesRequest) -> dict[str, Any]:
        """The stances that a request asks for, in the form of ``StancesAnswer``; raises as ``analyze``."""
        analyzer = self._ready()
        article = await self._article(asked, analyzer)
        pairs = [(pair.actor, pair.target) for pair in asked.pairs]

        def work(heard: Heard) -> dict[str, Any]:
            found = analyzer.stances_of(article, pairs, asked.topic, on_batch=heard, heard=heard)
            return {"stances": [stance.to_dict() for stance in found], "models": analyzer.models()}

        return await self._run(work)

    async def _run(self, work: Callable[[Heard], Result]) -> Result:
        try:
            return await self.gate.run(work)
        except (NewstanceError, asyncio.CancelledError):
            raise
        except Exception as error:
            log_failure("an analysis failed", error)
            raise ModelError(f"newstance itself failed ({type(error).__name__}), and its log says where") from None

    def _ready(self) -> Analyzer:
        if self.analyzer is None:
            what = "could not be loaded" if self.failure else "are being loaded"
            raise BusyError(f"the models {what}; try again in {_LOADING_FOR} s", _LOADING_FOR)
        return self.analyzer

    async def _article(self, asked: ArticleRequest, analyzer: Analyzer) -> Article:
        if asked.url is None:
            article = Article.from_text(asked.text or "", asked.title)
        else:
            url = asked.url
            article = await self._fetches.run(lambda heard: Article.from_url(url))
        limit = analyzer.profile.limits.characters
        if len(article.text) > limit:  # told before it waits for its turn
            raise TooLongError(f"the article has {len(article.text):,} characters, and at most {limit:,} are taken")
        return article


class PageLater:
    """The page and Gradio's routes once they are there; until then, a page that says so and reloads itself."""

    def __init__(self) -> None:
        self.page: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is no route of the API."""
        if scope["type"] == "websocket":  # Gradio 6 streams over HTTP
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"].lower().startswith(_CLOSED):
            await problem(404, "newstance does not have this route")(scope, receive, send)
        elif self.page is not None:
            await self.page(scope, receive, send)
        else:
            response = HTMLResponse(_LOADING, 503, {"Retry-After": str(_LOADING_FOR)})
            await response(scope, receive, send)


def create_app(
    analyzer: Analyzer | Profile | str | Path,
    settings: ServerSettings | None = None,
    on_state: Callable[[Service], None] = lambda service: None,
) -> FastAPI:
    """The whole server as an ASGI app; ``app.state.service`` is its ``Service``.

    Args:
        analyzer: An analyzer, or a profile whose models are loaded once the app has started.
        settings: None takes the defaults.
        on_state: Called once the models are there, or could not be loaded.

    Raises:
        SettingsError: The profile or the accounts file is missing or wrong.
    """
    settings = settings or ServerSettings()
    service = Service(analyzer, settings)
    later = PageLater()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = asyncio.create_task(_open(service, later, stop, on_state))
        try:
            yield
        finally:
            stop.set()
            await running
            service.close()

    app = FastAPIOffline(
        title="newstance",
        summary="Articles in; checked summaries, actors and their stances out, with evidence.",
        version=importlib.metadata.version("newstance"),
        lifespan=lifespan,
        redoc_url=None,
        static_url=_DOCS,
    )
    app.state.service = service
    app.include_router(routes(service))
    app.router.default = later
    answer_problems(app)
    # The one added last comes first.
    app.add_middleware(Bounded, most=settings.body_bytes, seconds=settings.body_seconds)
    if settings.hosts is not None:
        # A web page elsewhere could otherwise give its own name our address, and ask in the reader's name.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts), www_redirect=False)
    if settings.accounts is not None:
        app.add_middleware(Authenticated, door=Door(settings.accounts), open_paths=OPEN)
    app.add_middleware(OwnPages)
    app.add_middleware(Observed, metrics=service.metrics, routes=[*app.openapi()["paths"], "/docs", "/openapi.json"])
    app.add_middleware(Shielded, most=settings.requests, scripts=[script()])
    app.add_middleware(Forwarded, proxies=networks(settings.proxies))
    return app


async def _open(service: Service, later: PageLater, stop: asyncio.Event, on_state: Callable[[Service], None]) -> None:
    """Load the models, then keep the page open until the server stops."""
    try:
        analyzer = await asyncio.to_thread(service.load)
        page = await asyncio.to_thread(_page, service, analyzer)
        # Gradio's queue and the tools' sessions begin and end with the page's own lifespan.
        async with page.router.lifespan_context(page):
            tidying = asyncio.create_task(_tidy(page.state.blocks))
            later.page, service.analyzer = page, analyzer
            on_state(service)
            await stop.wait()
            tidying.cancel()
            later.page = None
    except Exception as error:
        service.failure = error
        log_failure("the models could not be loaded", error)
        on_state(service)


async def _tidy(blocks: Any) -> None:
    """Delete uploads that nobody uses, for ever."""
    while True:
        await asyncio.sleep(_TIDIED_EVERY)
        try:
            await asyncio.to_thread(uploads.delete_unused, blocks, uploads.KEPT)
        except OSError as error:
            log_failure("uploads that nobody uses could not be deleted", error)


def _print_no_messages() -> None:
    """Keep Gradio from printing the messages of failed events, which repeat what a user has sent."""

    def print_exc() -> None:
        if (error := sys.exc_info()[1]) is not None:
            log_failure("an event of the page failed", error)

    for module in (gradio.queueing, gradio.routes, gradio.route_utils):
        module.traceback = types.SimpleNamespace(**vars(traceback) | {"print_exc": print_exc})


def _page(service: Service, analyzer: Analyzer) -> FastAPI:
    _print_no_messages()
    blocks = build(analyzer, service.settings.more_tabs(analyzer))
    for function in blocks.fns.values():
        if function.concurrency_id == MODELS:
            function.concurrency_limit = service.settings.concurrency
    tools.add(blocks, service)
    # Work goes through the queue alone, so that its bounds hold.
    blocks.queue(
        max_size=service.settings.max_queue,
        api_open=False,
    )
    page: FastAPI = gradio.mount_gradio_app(
        FastAPI(openapi_url=None),
        blocks,
        "/",
        footer_links=[],
        # Gradio would otherwise keep what was typed in the browser, and can send it to a bucket.
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=True,
        max_file_size=service.settings.body_bytes,
        **look(),
    )
    page.add_middleware(tools.WithStatus)
    page.state.blocks = blocks
    return page


def serve(
    profile: Profile | str | Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    settings: ServerSettings | None = None,
    insecure: bool = False,
) -> None:
    """Serve a profile; returns when it is stopped.

    Args:
        profile: As in ``Analyzer.from_profile``.
        host: The address to listen on; the default is seen by this computer alone.
        port: The port to listen on; 0 takes a free one.
        settings: None takes the defaults.
        insecure: Serve a public address without accounts.

    Raises:
        InputError: The port is taken, or a public address would be open to everybody.
        SettingsError: The profile or the accounts file is missing or wrong.
        NewstanceError: The models cannot be loaded.
    """
    settings = settings or ServerSettings()
    # Behind a proxy, this computer's own address is public, too.
    is_local = is_loopback(host) and not settings.proxies
    if not is_local and settings.accounts is None and not insecure:
        raise InputError(
            f"{host} can be reached by others, and no accounts file is given: everybody could use this server; make "
            "one by `newstance auth add-token NAME --auth-file FILE` and give it by --auth-file FILE, serve this "
            "computer alone (--host 127.0.0.1), or say --insecure"
        )
    if is_local and settings.accounts is None and settings.hosts is None:
        settings = replace(settings, hosts=(*LOOPBACK, host))
    _quiet_libraries()
    listening = listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"

    def tell(service: Service) -> None:
        if service.failure is not None:
            server.should_exit = True
        else:
            print(f"newstance: ready at {address}", file=sys.stderr)

    app = create_app(profile, settings, tell)
    server = uvicorn.Server(config(app))
    print(f"newstance: loading the models of {app.state.service.profile.name}, for {address}", file=sys.stderr)
    with uploads.private_folder():
        server.run(sockets=[listening])
    if app.state.service.failure is not None:
        raise app.state.service.failure


def _quiet_libraries() -> None:
    # At INFO it logs the address of each page that a user has asked for.
    logging.getLogger("httpx").setLevel(logging.WARNING)
