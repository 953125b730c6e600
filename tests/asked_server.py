"""What a server is asked in tests, by whom, and what holds its answer up."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager

from newstance.service import Analyzer

TEXT = (
    "Anna Schmidt praised the harbour plan. Peter Miller condemned the harbour plan. It rained in Paris all day. "
    "The Senate voted on Monday."
)
PLAN = "the harbour plan"
MARK = "Zwrkbl"  # stands for what nobody else may read


class Held(Analyzer):
    """An analyzer that works until it is let go or told to stop."""

    go: threading.Event
    begun: list[str]
    fails: Exception | None = None

    @classmethod
    def like(cls, other):
        held = cls(other.profile, other.annotator, other.classifier)
        held.go, held.begun = threading.Event(), []
        held.go.set()
        return held

    def analyze(self, article, *args, on_batch=lambda *_: None, **more):
        self.begun.append(article.title)
        while not self.go.wait(0.01):
            on_batch(0, 0)
        if self.fails:
            raise self.fails
        return super().analyze(article, *args, on_batch=on_batch, **more)


def metric(client, name):
    return sum(float(line.split()[-1]) for line in client.get("/metrics").text.splitlines() if line.startswith(name))


@contextmanager
def asking(address, **more):
    """Somebody who waits for an analysis, and goes away at the end of the block."""
    body = json.dumps({"text": TEXT, "targets": [PLAN], **more}).encode()
    head = (
        f"POST /v1/analyze HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(tuple(address.removeprefix("http://").split(":"))) as connection:
        connection.sendall(head.encode() + body)
        yield connection


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
