"""Runs by several processes: the same rows, and what becomes of them when one is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import many_articles
import psutil
import pytest
from many_articles import FailingTask, KilledCountingTask, LoggingTask, rows_in

from newstance.models.errors import InputError, ModelError
from newstance.service.corpus.run import RunOptions, run
from newstance.service.corpus.watch import Watch

TWO = RunOptions(workers=2, shard=5)


def workers_of(out):
    return [int(path.name.removeprefix("worker-")) for path in out.glob("worker-*")]


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_killed_worker_is_told_and_the_same_command_goes_on(tmp_path, task, inputs):
    run(inputs, task, tmp_path / "whole", RunOptions(shard=5))
    out = tmp_path / "out"

    def kill_one():
        until(lambda: workers_of(out) and list(out.glob("done/*.json")))
        os.kill(workers_of(out)[0], signal.SIGKILL)

    threading.Thread(target=kill_one, daemon=True).start()
    with pytest.raises(
        ModelError, match=r"a worker was killed, .*; the shards that are done stay. Give the same command"
    ):
        run(inputs, LoggingTask(task.profile, seconds=0.1), out, TWO)
    counted = []

    class Counts(Watch):
        def advance(self, done, rejected):
            counted.append((done, rejected))

    before = len(list(out.glob("done/*.json")))
    assert 0 < before < 12
    run(inputs, task, out, TWO, Counts())
    assert rows_in(out) == rows_in(tmp_path / "whole")
    assert sum(done for done, _ in counted) == 60 - 5 * before


def test_a_worker_that_is_killed_while_it_counts_is_told(tmp_path, task, inputs):
    with pytest.raises(ModelError, match="a worker was killed"):
        run(inputs, KilledCountingTask(task.profile), tmp_path / "out", TWO)


def test_workers_end_with_the_run_that_started_them(tmp_path, task, inputs):
    out = tmp_path / "out"
    code = (
        "import sys; from many_articles import *; from pathlib import Path\n"
        "if __name__ == '__main__':\n"
        f"    task = LoggingTask(fake_profile(Path({str(tmp_path)!r})), seconds=0.3)\n"
        f"    go(Inputs(({inputs.given[0]!r},)), task, Path({str(out)!r}), RunOptions(workers=2, shard=5))\n"
    )
    (tmp_path / "main.py").write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(Path(many_articles.__file__).parent)}
    process = subprocess.Popen([sys.executable, str(tmp_path / "main.py")], env=environment)
    until(lambda: len(workers_of(out)) == 2)
    process.kill()
    process.wait()
    until(lambda: not any(psutil.pid_exists(worker) for worker in workers_of(out)), 10)


def test_errors_of_a_worker_come_out_in_their_own_words(tmp_path, task, inputs):
    broken = FailingTask(task.profile)
    with pytest.raises(InputError, match="the fake is no folder"):
        run(inputs, broken, tmp_path / "out", RunOptions(shard=5))
    with pytest.raises(InputError, match="the fake is no folder"):
        run(inputs, broken, tmp_path / "out", TWO)
