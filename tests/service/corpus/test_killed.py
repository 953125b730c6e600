"""Runs that are killed, at any moment: the same command again gives the rows of a run that was not."""

from __future__ import annotations

import multiprocessing
import random
import time
from dataclasses import replace
from pathlib import Path

import many_articles
import pytest
from many_articles import go, rows_in

from newstance.service.corpus.run import RunOptions, run
from newstance.service.corpus.stored import Run

OPTIONS = RunOptions(shard=5)
SLOW = 0.02  # seconds for an article


@pytest.fixture
def start(monkeypatch, inputs, task):
    """Starts a process that makes a slow run, and waits until it is at work."""
    monkeypatch.setenv("PYTHONPATH", str(Path(many_articles.__file__).parent))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["many_articles", "pyarrow.parquet"])  # they are imported once for all

    def start(out):
        process = context.Process(target=go, args=(inputs, replace(task, seconds=SLOW), out, OPTIONS))
        process.start()
        while not (out / "run.json").exists():
            time.sleep(0.01)
        return process

    return start


def test_ten_kills_lose_nothing_and_make_nothing_twice(tmp_path, task, inputs, start):
    start(tmp_path / "whole").join()
    wanted = rows_in(tmp_path / "whole")
    assert len(wanted["articles"]) == 56
    chance = random.Random(5)
    left = []
    for number in range(10):
        out = tmp_path / f"out{number}"
        process = start(out)
        # By the work done and not by the clock, so that a busy machine is killed in the midst of it, too.
        done = chance.randrange(9)
        while len(Run(out).shards()) < done:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, OPTIONS.shard * SLOW))
        process.kill()
        process.join()
        left.append(12 - len(Run(out).shards()))
        run(inputs, task, out, OPTIONS)
        assert rows_in(out) == wanted
        assert not list(out.glob(".part-*"))
    # The kills came in the midst of work, and not before or after it.
    assert sum(0 < shards < 12 for shards in left) >= 4, left
