"""A run on two of Ray's workers, one of which is killed: the same rows, by the same markers."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import many_articles
import pytest
from many_articles import LoggingTask, rows_in

from newstance.models.errors import ConfigError, InputError
from newstance.service.corpus.on_ray import RayOptions, _ours
from newstance.service.corpus.run import RunOptions, run

RAY = RayOptions(cpus=0.5)


@pytest.fixture(autouse=True)
def _workers_find_the_fakes(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(many_articles.__file__).parent))


def test_a_worker_that_dies_takes_nothing_along(tmp_path, task, inputs):
    pytest.importorskip("ray")
    run(inputs, task, tmp_path / "whole", RunOptions(shard=5))
    out = tmp_path / "out"
    killed = []

    def kill_one():
        while not killed:
            workers = list(out.glob("worker-*"))
            if len(workers) == 2 and list(out.glob("done/*.json")):
                killed.append(int(workers[0].name.removeprefix("worker-")))
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.05)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    slow = LoggingTask(task.profile, seconds=0.2)
    header = run(inputs, slow, out, RunOptions(workers=2, shard=5, ray=RAY))
    assert killed
    assert header["counts"] == {"records": 60, "done": 60, "articles": 56, "rejected": 4}
    assert rows_in(out) == rows_in(tmp_path / "whole")
    # What Ray did, a run without it takes for done, and the other way round.
    assert run(inputs, task, out, RunOptions(shard=5))["counts"] == header["counts"]


def test_errors_of_a_worker_come_out_in_their_own_words():
    """Ray's stand-in for an error of ours is one of ours, too, with a trace of the other machine for a message."""

    class StandInError(InputError):
        def __init__(self, cause):
            super().__init__("a trace of many lines")
            self.cause = cause

    ours = InputError("the disk is full")
    wrapped = RuntimeError("of Ray's")
    wrapped.__cause__ = StandInError(ours)
    assert _ours(wrapped) is ours
    assert _ours(StandInError(RuntimeError("not ours"))).args == ("a trace of many lines",)


def test_a_cluster_that_is_not_there_is_told(tmp_path, task, inputs):
    pytest.importorskip("ray")
    with pytest.raises(ConfigError, match=r"no Ray cluster answers at auto .*check the address"):
        run(inputs, task, tmp_path / "out", RunOptions(ray=RayOptions("auto")))
