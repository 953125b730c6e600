"""The page as a part of the server: what stands in its place until it is there, and what of Gradio's is closed."""

from __future__ import annotations

import asyncio
import sys
import traceback
import types
from typing import Any

import gradio
import gradio.queueing
import gradio.route_utils
import gradio.routes
from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..analyzer import Analyzer
from ..failures import log_failure
from ..page import build, look, uploads
from ..page.controls import MODELS
from . import tools
from .agents import structure
from .front import problem
from .service import LOADING_FOR, Service

_TIDIED_EVERY = 60  # seconds
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
<meta http-equiv="refresh" content="{LOADING_FOR}"></head><body style="font-family: system-ui; margin: 4rem">
<h1>newstance</h1><p>The models are being loaded. This page opens by itself in a moment.</p></body></html>"""


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
            response = HTMLResponse(_LOADING, 503, {"Retry-After": str(LOADING_FOR)})
            await response(scope, receive, send)


async def tidy(blocks: Any) -> None:
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


def mounted(service: Service, analyzer: Analyzer) -> FastAPI:
    """The page, Gradio's routes and the tools as an app of their own; ``state.blocks`` is its ``gr.Blocks``."""
    _print_no_messages()
    asked = service.settings
    blocks = build(analyzer, asked.more_tabs(analyzer), asked.open_tab, asked.corrections)
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
    structure(blocks.mcp_server_obj.mcp_server)
    page.add_middleware(tools.WithStatus)
    page.state.blocks = blocks
    return page
