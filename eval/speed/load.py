"""A server and those who ask it, all at once."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

LIMIT = 120  # seconds that one request may take
NAMES = [
    *("Olsen", "Becker", "Rossi", "Novak", "Tanaka", "Moreau", "Silva", "Haas", "Kowalski", "Lindgren"),
    *("Petrov", "Costa", "Weber", "Dubois", "Marino", "Svensson", "Fischer", "Horvat", "Jensen", "Almeida"),
    *("Schneider", "Nilsen", "Ricci", "Dvorak", "Yamada", "Laurent", "Pereira", "Vogel", "Zielinski", "Bergman"),
    *("Ivanov", "Mendes", "Krause", "Fontaine", "Greco", "Larsson", "Schubert", "Babic", "Pedersen", "Carvalho"),
    *("Hoffmann", "Eriksen", "Ferrari", "Kolar", "Suzuki", "Garnier", "Ramos", "Winkler", "Nowak", "Holmberg"),
]
LAW = "the ferry law"


@dataclass(frozen=True)
class Server:
    """One that is ready.

    Attributes:
        address: Of its root.
        process: Its number.
        alive: Seconds from its start to its first answer.
        ready: Seconds until its models were there.
    """

    address: str
    process: int
    alive: float
    ready: float


@contextmanager
def served(*options: str) -> Iterator[Server]:
    """``newstance serve`` on a free port, from when it is ready to the end of the block.

    Args:
        options: Of the command.

    Raises:
        RuntimeError: It ends before it is ready.
    """
    command = [sys.executable, "-m", "newstance.service.cli", "serve", "--port", "0", *options]
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        address = _said(process, r"for (http\S+)")
        while not _answers(f"{address}/healthz"):
            time.sleep(0.01)
        alive = time.perf_counter() - start
        _said(process, r"ready at (\S+)")
        ready = time.perf_counter() - start
        assert process.stderr is not None
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Server(address, process.pid, alive, ready)
    finally:
        process.terminate()
        process.wait(30)


def _said(process: subprocess.Popen[str], pattern: str) -> str:
    """Wait for a line in which the server tells something."""
    assert process.stderr is not None
    said = ""
    while not (found := re.search(pattern, said)):
        line = process.stderr.readline()
        if not line:
            raise RuntimeError(f"newstance serve ended with {process.wait()}: {said.strip()}")
        said += line
    return found[1]


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


def article(name: str, round_: int) -> str:
    """A text that no other user and no other round has."""
    return (
        f"Maria {name} praised the ferry law on Monday. Thomas Grant condemned the ferry law and called it a disaster. "
        f'"We will always stand with the ferry law," {name} said. It was the {round_}th debate in the town hall. '
        "Nobody was hurt when a tram left its rails in the morning."
    )


class User(threading.Thread):
    """Asks one thing after another until the time is over, and keeps what went wrong.

    Args:
        address: Of the server.
        number: Tells users apart.
        end: By the monotonic clock.
    """

    # One answer in so many has a summary, which takes as long as many answers without; None: none has.
    summary_each: int | None = None

    def __init__(self, address: str, number: int, end: float) -> None:
        super().__init__(daemon=True)
        self.address, self.name_, self.end = address, NAMES[number], end
        self.random = random.Random(number)
        self.statuses: Counter[Any] = Counter()
        self.problems: list[str] = []
        self.taken: dict[str, list[float]] = {"/v1/stances": [], "/v1/analyze": []}

    @property
    def answered(self) -> list[float]:
        """Seconds of each answer."""
        return [seconds for taken in self.taken.values() for seconds in taken]

    def run(self) -> None:
        """Ask until it is over."""
        # Each would read all certificates first, which takes long for fifty at once.
        with httpx.Client(base_url=self.address, timeout=150, verify=False) as client:
            round_ = 0
            while self.goes_on():
                round_ += 1
                try:
                    self.ask(client, round_)
                except Exception as error:
                    self.problems.append(repr(error))
                    return

    def goes_on(self) -> bool:
        """Until the time is over; who was only sent away until then, until there is an answer."""
        return time.monotonic() < self.end + (0 if self.answered else LIMIT)

    def ask(self, client: httpx.Client, round_: int) -> None:
        """Ask for named stances and for a whole analysis, by turns; who is sent away waits a little."""
        text, actor = article(self.name_, round_), f"Maria {self.name_}"
        start = time.monotonic()
        if round_ % 2:
            path = "/v1/stances"
            pairs = [{"actor": actor, "target": LAW}, {"actor": "Thomas Grant", "target": LAW}]
            answer = client.post(path, json={"text": text, "pairs": pairs})
        else:
            path = "/v1/analyze"
            asked = {"text": text, "title": f"{self.name_} {round_}", "targets": [LAW], "sentences": 1}
            summarize = self.summary_each is not None and round_ % self.summary_each == 0
            answer = client.post(path, json={**asked, "summarize": summarize})
        self.statuses[answer.status_code] += 1
        if answer.status_code == 503:
            wait = int(answer.headers["retry-after"])
            self.check(answer, round_)
            time.sleep(min(wait, 2) * self.random.uniform(0.5, 1))
            return
        self.taken[path].append(time.monotonic() - start)
        self.check(answer, round_)

    def check(self, answer: httpx.Response, round_: int) -> None:
        """Raise if an answer is not what it should be; 503 sends a user away.

        Args:
            answer: What came.
            round_: Which of the user's questions it answers, for those who hold it against what was asked.

        Raises:
            RuntimeError: It is neither an answer nor that.
        """
        if answer.status_code not in (200, 503):
            raise RuntimeError(f"{answer.status_code}: {answer.text[:200]}")


def ask_together(users: Sequence[User]) -> float:
    """Let users ask at once, until the last has its answer; the seconds that this takes."""
    begin = time.monotonic()
    for user in users:
        user.start()
    for user in users:
        user.join()
    return time.monotonic() - begin
