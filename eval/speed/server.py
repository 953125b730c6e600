"""The server while many ask it at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np

from .bench import Bench
from .load import Server, User, ask_together, served
from .sheets import Sheet, Value
from .timing import megabytes, peak_memory


def measure(bench: Bench) -> list[Sheet]:
    """Requests a second, how long they take, and memory."""
    bench.tell(f"{bench.users} users at once for {bench.seconds:g} s")
    with served("--profile", bench.profile, "--max-queue", str(bench.users)) as server:
        return [under_load(server, bench.users, bench.seconds)]


def under_load(server: Server, number: int, seconds: float) -> Sheet:
    """The table of one load.

    Args:
        server: Asked.
        number: Of users.
        seconds: How long they begin new requests.

    Raises:
        RuntimeError: Somebody got an answer that is none.
    """
    # What is made when it is first needed.
    ask_together([User(server.address, i, time.monotonic() + 1) for i in range(min(2, number))])
    users = [User(server.address, i, time.monotonic() + seconds) for i in range(number)]
    took = ask_together(users)
    if problems := [problem for user in users for problem in user.problems]:
        raise RuntimeError(f"{len(problems)} users of {number} failed; the first: {problems[0]}")
    away = sum((user.statuses for user in users), Counter())[503]
    rows = [
        _row(path, [one for user in users for one in user.taken[path]], took) for path in ("/v1/stances", "/v1/analyze")
    ]
    rows.append(_row("both", [one for user in users for one in user.answered], took))
    rows[-1]["memory, MB"] = megabytes(peak_memory(server.process))
    note = (
        f"{number} users for {took:.0f} s, each with texts of 55 words of their own: two named stances, and an "
        "analysis with one target and without a summary, by turns. Each asks as soon as it is answered, so the time of "
        f"an answer is mostly the time in the queue; {away} requests were sent away."
    )
    return Sheet(f"Server, {number} users at once", rows, note)


def _row(path: str, taken: Sequence[float], took: float) -> dict[str, Value]:
    row: dict[str, Value] = {"asked": path, "answers": len(taken), "answers/s": len(taken) / took}
    if taken:
        median, late = np.quantile(taken, (0.5, 0.95))
        row |= {"median, s": float(median), "95 % within, s": float(late)}
    return row
