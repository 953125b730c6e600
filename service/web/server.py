"""``newstance serve``: the page, the HTTP API and the tools for agents, over one set of models.

The server answers at once; the models load and warm up meanwhile, and ``/readyz`` says when they are there.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from newstance.configs.extras import lacking
from newstance.models.errors import InputError

from ..analyzer import Analyzer
from ..failures import log_failure
from ..profile import Profile

try:
    import gradio  # noqa: F401
    import uvicorn
    from fastapi import FastAPI
    from fastapi_offline import FastAPIOffline
    from starlette.middleware.trustedhost import TrustedHostMiddleware
except ImportError as error:
    raise lacking("the server needs more packages", "serve") from error

from ..page import uploads
from ..page.theme import script
from .api import answer_problems, routes
from .auth import Door
from .front import Authenticated, Bounded, Observed
from .listening import config, is_loopback, listen
from .mount import PageLater, mounted, tidy
from .service import ServerSettings, Service
from .shield import Forwarded, OwnPages, Shielded, networks

# Probes cannot log in, and learn nothing but a word.
OPEN = ("/healthz", "/readyz")
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
_DOCS = "/static-offline-docs"


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
        page = await asyncio.to_thread(mounted, service, analyzer)
        # Gradio's queue and the tools' sessions begin and end with the page's own lifespan.
        async with page.router.lifespan_context(page):
            tidying = asyncio.create_task(tidy(page.state.blocks))
            later.page, service.analyzer = page, analyzer
            on_state(service)
            await stop.wait()
            tidying.cancel()
            later.page = None
    except Exception as error:
        service.failure = error
        log_failure("the models could not be loaded", error)
        on_state(service)


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
