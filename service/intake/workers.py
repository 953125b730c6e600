"""Foreign bytes are parsed by worker processes, so that what a file does to its parser ends with the process.

Parsers have no bound on their time and memory, and some crash. A worker is started with the first file that needs one
and reads one file after the other; it is ended, and another one started, if a file takes too long or too much.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import Any

from newstance.models.errors import ConfigError, InputError

from .bounds import REMEDY
from .extraction import Extracted
from .worker import READY

MOST_WORKERS = 4  # files that are parsed at once; others wait for their turn
SECONDS = 8.0  # for one file; an honest one takes a tenth of a second, a long PDF some
_PATIENCE = 2.0  # seconds that a file waits longer for its turn, so that it comes when those before have been ended
MEMORY = 130_000_000  # bytes that a file may take beside what an idle worker has; news pages take a third of it
_ADDRESS_SPACE = 2 * MEMORY  # what the system holds to, as the measure cannot see what comes and goes between two looks
_IDLE = 2  # workers that stay when there is nothing to do
_GROWN = 50_000_000  # bytes by which a worker may have grown when it is kept
_START_SECONDS = 60.0
_LOOK = 0.02  # seconds between two looks at a busy worker
_SLOW = 0.3  # seconds; a file that takes longer may hold its worker for long, so the next file gets one of its own
_LONGEST_ANSWER = 30_000_000  # bytes
# Not by multiprocessing, which would import the user's main program once more in each worker, and unpickle its answers.
_PROGRAM = """
import sys
seconds, memory, *sys.path = sys.argv[1:]
from newstance.service.intake.worker import main
main(float(seconds), int(memory))
"""


class Workers:
    """Reads documents and pages in processes of its own; may be used by many threads at once.

    Args:
        most: How many files are parsed at once.
        seconds: For one file, once its turn has come; it waits little longer for its turn.
        memory: Bytes that a file may take.
    """

    def __init__(self, most: int = MOST_WORKERS, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._most = most
        self._seconds = seconds
        self._memory = memory
        self._free = threading.Condition()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()

    def start(self, idle: int = 1) -> None:
        """Have so many workers idle, or nearly so, if as many may be had; does not wait for them."""
        with self._free:
            while len(self._idle) < idle and len(self._all) < self._most:
                self._idle.append(self._new())
                self._free.notify()

    def read(self, content: bytes, kind: str, name: str, url: str = "") -> Extracted:
        """What a document or page says; see ``worker.read``.

        Args:
            content: Its bytes; of a page in UTF-8.
            kind: One of ``worker.PAGE``, ``worker.WORD``, ``worker.PDF`` and ``worker.RTF``.
            name: What an error calls it.
            url: Where a page was found; "" if unknown.

        Raises:
            InputError: There is no article to be had from it within the bounds.
            ConfigError: No worker can be started.
        """
        worker = self._take(name)
        try:
            answer = self._ask(worker, content, {"kind": kind, "name": name, "url": url})
        except BaseException as error:
            self._end(worker)
            if isinstance(error, InputError):
                self.start()
            raise
        self._give_back(worker)
        if "refused" in answer:
            raise InputError(answer["refused"])
        return Extracted(**answer["found"])

    def close(self) -> None:
        """End all workers."""
        for worker in list(self._all):
            self._end(worker)

    def _ask(self, worker: _Worker, content: bytes, request: dict[str, Any]) -> dict[str, Any]:
        """A worker's answer; the worker is of no more use after an error.

        Raises:
            InputError: The file takes too much time or memory, or ends its worker.
        """
        name = request["name"]
        worker.wait_until_ready()
        start = time.monotonic()
        try:
            worker.send(json.dumps(request | {"size": len(content)}).encode() + b"\n", content)
            while (answer := worker.answer(_LOOK)) is None:
                seconds = time.monotonic() - start
                if seconds > self._seconds:
                    raise InputError(f"{name} takes longer than {self._seconds:g} s to be read; {REMEDY}")
                if worker.memory() - worker.memory_at_start > self._memory:
                    raise InputError(
                        f"{name} takes more than {self._memory // 1_000_000} MB of memory to be read; {REMEDY}"
                    )
                if seconds > _SLOW:
                    self.start()
        except _GoneError as error:
            raise InputError(f"{name} makes its parser crash; {REMEDY}") from error
        return answer

    def _take(self, name: str) -> _Worker:
        with self._free:
            if not self._free.wait_for(lambda: self._idle or len(self._all) < self._most, self._seconds + _PATIENCE):
                raise InputError(
                    f"{name} was not read, since {self._most} others are being read, and take long; try again in a "
                    f"moment, or {REMEDY}"
                )
            for worker in [worker for worker in self._idle if worker.has_ended]:  # the system may have done it
                self._idle.remove(worker)
                self._all.discard(worker)
            if not self._idle:
                return self._new()
            worker = next((worker for worker in self._idle if worker.is_ready), self._idle[0])
            self._idle.remove(worker)
            return worker

    def _new(self) -> _Worker:
        worker = _Worker(self._seconds)
        self._all.add(worker)
        return worker

    def _give_back(self, worker: _Worker) -> None:
        with self._free:
            is_kept = len(self._idle) < _IDLE and worker.memory() - worker.memory_at_start < _GROWN
            if is_kept:
                self._idle.append(worker)
                self._free.notify()
        if not is_kept:
            self._end(worker)

    def _end(self, worker: _Worker) -> None:
        worker.end()
        with self._free:
            self._all.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            self._free.notify()


class _GoneError(Exception):
    """The process has ended."""


class _Worker:
    """One process, and the thread that listens to it.

    Args:
        seconds: After which it is ended.
    """

    def __init__(self, seconds: float) -> None:
        arguments = [str(seconds + 2), str(_ADDRESS_SPACE), *map(str, sys.path)]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the program that has started it
            )
        except OSError as error:
            raise ConfigError(f"the process that reads files cannot be started: {error.strerror}") from error
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._begun = threading.Event()
        self.is_ready = False
        self.memory_at_start = 0
        threading.Thread(target=self._listen, name="newstance-worker", daemon=True).start()

    def wait_until_ready(self) -> None:
        """Return once the process has its parsers.

        Raises:
            ConfigError: It has ended, or takes too long.
        """
        if not self._begun.wait(_START_SECONDS):
            raise ConfigError(f"the process that reads files did not begin within {_START_SECONDS:g} s; try again")
        if not self.is_ready:
            self._process.kill()  # if it said something else, it still waits
            raise ConfigError(
                f"the process that reads files ended as it began (status {self._process.wait()}), and has said why on "
                "standard error; install newstance anew"
            )

    @property
    def has_ended(self) -> bool:
        """Whether there is no such process any more."""
        return self._process.poll() is not None

    def send(self, header: bytes, content: bytes) -> None:
        """Ask for what a file says.

        Raises:
            _GoneError: There will be no answer.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(header)
            self._process.stdin.write(content)
            self._process.stdin.flush()
        except OSError as error:
            raise _GoneError from error

    def answer(self, seconds: float) -> dict[str, Any] | None:
        """The next answer; None if there is none within some seconds.

        Raises:
            _GoneError: There is none to come.
        """
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        if not line.endswith(b"\n"):
            raise _GoneError
        answer: dict[str, Any] = json.loads(line)
        return answer

    def memory(self) -> int:
        """The bytes of memory that the process takes; 0 if it has ended."""
        import psutil

        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:  # what was not sent yet
            return

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as answers:
            self.is_ready = answers.readline(_LONGEST_ANSWER) == READY
            self.memory_at_start = self.memory()
            self._begun.set()
            line = READY
            while line.endswith(b"\n"):
                line = answers.readline(_LONGEST_ANSWER)
                self._answers.put(line)


_shared = Workers()


def shared() -> Workers:
    """The workers that all of this process share."""
    return _shared


def _have_none() -> None:
    global _shared
    _shared = Workers()


atexit.register(lambda: _shared.close())
if hasattr(os, "register_at_fork"):
    # A forked child would take answers that its parent waits for.
    os.register_at_fork(after_in_child=_have_none)
