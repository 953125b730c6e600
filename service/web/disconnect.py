"""Work that ends when the client who asked for it has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

_CLIENT_HAS_GONE = 499  # as proxies log it; nobody is there to read it


async def unless_gone(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """The work's response; the work is cancelled as soon as the client closes the connection.

    Args:
        request: Its body has been read.
        work: What makes the response.
    """
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else Response(status_code=_CLIENT_HAS_GONE)
    finally:
        working.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
