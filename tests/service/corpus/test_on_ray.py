"""A run on two of Ray's workers, one of which is killed: the same rows, by the same markers."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import many_articles
import pytest
from many_articles import FailingTask, LoggingTask, rows_in

from newstance.models.errors import ConfigError, InputError
from newstance.service.corpus.on_ray import RayOptions
from newstance.service.corpus.run import RunOptions, run
from newstance.service.corpus.stored import Run

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
    assert len(list(out.glob("worker-*"))) == 3  # another one took its place
    assert rows_in(out) == rows_in(tmp_path / "whole")
    # What Ray did, a run without it takes for done, and the other way round.
    assert run(inputs, task, out, RunOptions(shard=5))["counts"] == header["counts"]
    (out / "done" / "000004.json").unlink()
    with pytest.raises(InputError, match="is no folder"):
        run(inputs, FailingTask(task.profile), out, RunOptions(workers=1, shard=5, ray=RAY))
    assert len(Run(out).shards()) == 11


def test_a_cluster_that_is_not_there_is_told(tmp_path, task, inputs):
    pytest.importorskip("ray")
    with pytest.raises(ConfigError, match=r"no Ray cluster answers at 127\.0\.0\.1:1 .*check the address"):
        run(inputs, task, tmp_path / "out", RunOptions(ray=RayOptions("127.0.0.1:1")))
