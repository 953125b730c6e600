"""How long a start takes, each in a process of its own: the program's help, an analysis, the server."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from .bench import Bench
from .load import served
from .sheets import Sheet, Spread, Value
from .timing import in_turn, megabytes, peak_memory, run_to_end

ARTICLE, TOPIC = "sample:summit", "ukraine-war"
_FIRST = """
import sys
from newstance.service import Analyzer, Article
from newstance.service.article import SAMPLES
analyzer = Analyzer.from_profile(sys.argv[1])
for step in analyzer.steps(Article.from_file(SAMPLES / "summit.md"), topic=sys.argv[2], summarize=False):
    if step.analysis is not None:
        print("there")
        break
"""


def measure(bench: Bench) -> list[Sheet]:
    """Seconds to help, to the first stances and the end of an analysis, and to a server's answers."""
    newstance = [sys.executable, "-m", "newstance"]
    analyze = [*newstance, "analyze", ARTICLE, "--topic", TOPIC, "--profile", bench.profile]
    memory: dict[str, int | None] = {}
    ready: list[float] = []
    alive: list[float] = []

    def run(name: str, command: list[str]) -> None:
        _, memory[name] = run_to_end(command)

    def serve() -> None:
        with served("--profile", bench.profile) as server:
            alive.append(server.alive)
            ready.append(server.ready)
            memory["newstance serve"] = peak_memory(server.process)

    help_, first = "newstance --help", "an analysis, to its first stances"
    short, whole = "newstance analyze --no-summary", "newstance analyze"
    starts: dict[str, Callable[[], object]] = {
        help_: lambda: run_to_end([*newstance, "--help"]),
        first: lambda: to_first_line([sys.executable, "-c", _FIRST, bench.profile, TOPIC]),
        short: lambda: run(short, [*analyze, "--no-summary"]),
        whole: lambda: run(whole, analyze),
        "newstance serve": serve,
    }
    bench.tell("starts")
    taken = in_turn(list(starts), lambda name, _: starts[name](), bench.repetitions)
    rows: list[dict[str, Value]] = [
        {"start": name, "s": Spread.of(taken[name]), "memory, MB": megabytes(memory.get(name))}
        for name in (help_, first, short, whole)
    ]
    rows.append({"start": "newstance serve, to /healthz", "s": Spread.of(alive)})
    peak = megabytes(memory["newstance serve"])
    rows.append({"start": "newstance serve, to /readyz", "s": Spread.of(ready), "memory, MB": peak})
    note = (
        "New processes, files in the system's cache; the sample summit with its topic. `/healthz` says that the server "
        "answers, `/readyz` that its models are there."
    )
    return [Sheet("Start", rows, note)]


def to_first_line(command: list[str]) -> float:
    """Seconds until a command writes its first line; it is ended then.

    Raises:
        RuntimeError: It ends without one.
    """
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline() if process.stdout else ""
        took = time.perf_counter() - start
        process.terminate()
    if not line:
        raise RuntimeError(f"{command[0]} ended with {process.returncode} before it said anything")
    return took
