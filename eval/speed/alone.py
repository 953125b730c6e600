"""One road in a process of its own, for its memory: ``python -m newstance.eval.speed.alone KEY SOURCE FORMS THREADS``.

Questions come as JSON from standard input; what is printed is the most bytes that the process has held.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from newstance.models.stance import StanceQuery

from .contestants import Given, ready
from .timing import peak_memory


def memory_of(key: str, given: Given, questions: Sequence[StanceQuery]) -> int | None:
    """The most bytes that a process holds which does nothing but load one road and ask it; None where none can tell."""
    command = [sys.executable, "-m", __spec__.name, key, given.source, str(given.forms), str(given.threads)]
    asked = json.dumps([vars(question) for question in questions])
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    said: int | None = json.loads(done.stdout.splitlines()[-1])
    return said


def main() -> int:
    """Print the bytes, or null; returns 0."""
    key, source, forms, threads = sys.argv[1:]
    questions = [StanceQuery(**question) for question in json.load(sys.stdin)]
    ready(key, Given(source, Path(forms), int(threads)))(questions)
    print(json.dumps(peak_memory()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
