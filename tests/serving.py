"""A real server in a thread, on a port of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn


@contextmanager
def running(app: Any, wait_for: str = "/readyz", patience: Any = None) -> Iterator[str]:
    """Serve an app as `newstance serve` does; gives its address once ``wait_for`` answers 200."""
    from newstance.service.web.listening import config, listen

    listening = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(config(app, patience))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 120
        while httpx.get(address + wait_for).status_code != 200:
            assert time.monotonic() < deadline, "the server did not get ready"
            time.sleep(0.05)
        yield address
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
