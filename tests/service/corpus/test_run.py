"""Runs in this process, by an analyzer without models: what they write, refuse, reject and take up again."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace

import pytest
from many_articles import FakeAnalyzer, rows_in, write_articles

from newstance.models.errors import InputError, ModelError
from newstance.service.corpus import shards
from newstance.service.corpus.inputs import Inputs
from newstance.service.corpus.run import RunOptions, run
from newstance.service.corpus.stored import Run
from newstance.service.corpus.watch import Watch

OPTIONS = RunOptions(shard=8)


def test_a_run_writes_all_articles_and_says_what_it_rejected(tmp_path, task, inputs):
    header = run(inputs, task, tmp_path / "out", OPTIONS)
    assert header["counts"] == {"records": 60, "done": 60, "articles": 56, "rejected": 4}
    file = str(tmp_path / "articles.jsonl")
    found = rows_in(tmp_path / "out")
    assert [row["id"] for row in found["articles"]] == [f"a{i}" for i in range(60) if i not in (3, 7, 11, 13)]
    assert [row["place"] for row in found["articles"]][:2] == [f"{file}:1", f"{file}:2"]
    assert {len(found[table]) for table in ("actors", "stances", "evidence", "summaries")} == {56}
    assert found["rejected"] == [
        {"file": file, "line": 4, "id": "a3", "reason": "the column of the text holds '', which is no article"},
        {"file": file, "line": 8, "id": "a7", "reason": "it asked to be refused"},
        {"file": file, "line": 12, "id": "a11", "reason": found["rejected"][2]["reason"]},
        {"file": file, "line": 14, "id": "a2", "reason": f"the same as {file}:3, which is read"},
    ]
    assert found["rejected"][2]["reason"].startswith("newstance failed on it: IndexError")
    said = json.loads((tmp_path / "out" / "run.json").read_text())
    assert said["profile"] == "fake"
    assert said["end"] >= said["start"]
    assert all(len(one) == 64 for one in said["models"].values())
    assert sorted(Run(tmp_path / "out").shards()) == list(range(8))


def test_a_finished_run_does_nothing_again_and_says_the_same(tmp_path, task, inputs, monkeypatch):
    first = run(inputs, task, tmp_path / "out", OPTIONS)
    found = rows_in(tmp_path / "out")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.parquet")}
    monkeypatch.setattr(FakeAnalyzer, "analyze", None)
    assert run(inputs, task, tmp_path / "out", OPTIONS)["counts"] == first["counts"]
    assert rows_in(tmp_path / "out") == found
    assert {path: path.stat().st_mtime_ns for path in times} == times


class EndsAfter(Watch):
    """Ends a run after some records."""

    def __init__(self, records, how):
        super().__init__()
        self.left, self.how, self.begun = records, how, None

    def begin(self, records, done):
        self.begun = (records, done)

    def advance(self, done, rejected):
        self.left -= done
        if self.left <= 0:
            getattr(self, self.how).set()


def test_a_run_that_is_asked_to_end_ends_its_shard_and_goes_on_later(tmp_path, task, inputs):
    run(inputs, task, tmp_path / "whole", OPTIONS)
    header = run(inputs, task, tmp_path / "out", OPTIONS, EndsAfter(12, "finish"))
    assert header["counts"]["done"] == 16
    assert Run(tmp_path / "out").header["end"] is None
    assert len(Run(tmp_path / "out").table("articles")) == len(rows_in(tmp_path / "out")["articles"]) == 12
    watch = EndsAfter(1000, "finish")
    run(inputs, task, tmp_path / "out", OPTIONS, watch)
    assert watch.begun == (60, 16)
    assert watch.left == 1000 - 44  # what was done is not done again
    assert rows_in(tmp_path / "out") == rows_in(tmp_path / "whole")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"targets": ("snow",)}, "other targets"),
        ({"summarize": False}, "other wishes for summaries"),
        ({"sentences": 2}, "summaries of another length"),
        ({"device": "cuda"}, "models on another device"),
        ({"profile": "changed"}, "another profile"),
    ],
)
def test_a_folder_of_another_run_is_refused(tmp_path, task, inputs, change, said):
    run(inputs, task, tmp_path / "out", OPTIONS)
    if "profile" in change:
        change = {"profile": task.profile.model_copy(update={"description": "changed"})}
    with pytest.raises(InputError, match=f"out holds a run with {said}, .*choose another --out"):
        run(inputs, replace(task, **change), tmp_path / "out", OPTIONS)


def test_other_inputs_weights_and_shards_are_refused(tmp_path, task, inputs):
    run(inputs, task, tmp_path / "out", OPTIONS)
    with pytest.raises(InputError, match="holds a run with another --shard"):
        run(inputs, task, tmp_path / "out", RunOptions(shard=9))
    with pytest.raises(InputError, match="holds a run with other inputs"):
        run(replace(inputs, limit=50), task, tmp_path / "out", OPTIONS)
    write_articles(tmp_path / "articles.jsonl", 61)
    with pytest.raises(InputError, match="holds a run with other inputs, or inputs that have changed since"):
        run(inputs, task, tmp_path / "out", OPTIONS)
    (tmp_path / "weights").write_text("trained anew")
    with pytest.raises(InputError, match="holds a run with other model weights"):
        run(inputs, task, tmp_path / "out", OPTIONS)


def test_parts_of_a_run_that_nothing_is_known_of_are_not_mixed_with_another(tmp_path, task, inputs):
    run(inputs, task, tmp_path / "out", OPTIONS)
    (tmp_path / "out" / "run.json").unlink()
    with pytest.raises(InputError, match="holds parts of a run that nothing is known of; choose another --out"):
        run(inputs, task, tmp_path / "out", OPTIONS)


def test_inputs_that_change_while_they_are_read_are_told(tmp_path, task, inputs):
    class Changes(Watch):
        def begin(self, records, done):
            write_articles(tmp_path / "articles.jsonl", 59)

    with pytest.raises(InputError, match=r"the inputs changed while they were read; .*another --out"):
        run(inputs, task, tmp_path / "out", OPTIONS, Changes())


def test_a_limit_takes_the_first_records(tmp_path, task, inputs):
    run(replace(inputs, limit=10), task, tmp_path / "out", OPTIONS)
    assert [row["id"] for row in rows_in(tmp_path / "out")["articles"]] == [
        f"a{i}" for i in range(10) if i not in (3, 7)
    ]


def test_inputs_without_a_record_are_refused(tmp_path, task):
    (tmp_path / "none.jsonl").write_text("\n\n")
    with pytest.raises(InputError, match="hold no record at all"):
        run(Inputs((str(tmp_path / "none.jsonl"),)), task, tmp_path / "out", OPTIONS)


def test_targets_are_asked_for_and_refused_before_anything_is_read(tmp_path, task, inputs):
    run(inputs, replace(task, targets=("snow", "hail")), tmp_path / "out", OPTIONS)
    assert {row["target"] for row in rows_in(tmp_path / "out")["stances"]} == {"snow", "hail"}
    with pytest.raises(InputError, match="names nothing"):
        replace(task, targets=("...",))


@pytest.mark.parametrize("damage", ["short", "gone", "marker", "half"])
def test_a_damaged_shard_is_made_anew(tmp_path, task, inputs, damage):
    run(inputs, task, tmp_path / "out", OPTIONS)
    found = rows_in(tmp_path / "out")
    file = Run(tmp_path / "out").file("stances", 3)
    marker = tmp_path / "out" / "done" / "000003.json"
    if damage == "gone":
        file.unlink()
    elif damage == "short":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        marker.write_text("" if damage == "marker" else marker.read_text()[:20])
    if damage in ("short", "gone"):
        with pytest.raises(InputError, match=r"stances/000003\.parquet is damaged or missing .*give the command of"):
            Run(tmp_path / "out").table("stances")
        assert len(Run(tmp_path / "out").table("stances", damaged="skip")) == 56 - 8
    watch = EndsAfter(1000, "finish")
    run(inputs, task, tmp_path / "out", OPTIONS, watch)
    assert watch.begun == (60, 52)
    assert rows_in(tmp_path / "out") == found


def test_a_full_disk_is_told_and_what_is_done_stays(tmp_path, task, inputs, monkeypatch):
    run(inputs, task, tmp_path / "whole", OPTIONS)
    written = []
    fsync = os.fsync

    def full(descriptor):
        written.append(descriptor)
        if len(written) == 20:  # in the midst of the fourth shard, which has six files
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(shards.os, "fsync", full)
    with pytest.raises(
        InputError, match="out cannot be written: No space left on device; make room, and give the same"
    ):
        run(inputs, task, tmp_path / "out", OPTIONS)
    assert 1 <= len(Run(tmp_path / "out").shards()) <= 3
    assert Run(tmp_path / "out").table("articles").num_rows > 0
    assert not list((tmp_path / "out").glob(".part-*"))
    monkeypatch.undo()
    run(inputs, task, tmp_path / "out", OPTIONS)
    assert rows_in(tmp_path / "out") == rows_in(tmp_path / "whole")


def test_a_folder_that_cannot_be_made_is_told(tmp_path, task, inputs):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"cannot be written: .*; choose another folder"):
        run(inputs, task, tmp_path / "file" / "out", OPTIONS)


def test_weights_that_are_missing_end_the_run_and_are_no_reason_to_reject(tmp_path, task, inputs, monkeypatch):
    def fails(self, *_):
        raise ModelError("the summarizer is broken")

    monkeypatch.setattr(FakeAnalyzer, "analyze", fails)
    with pytest.raises(ModelError, match="the summarizer is broken"):
        run(inputs, task, tmp_path / "out", OPTIONS)
    assert Run(tmp_path / "out").shards() == []


def test_two_runs_in_one_folder_keep_out_of_each_others_way(tmp_path, task, inputs):
    class Second(Watch):
        def begin(self, records, done):
            with pytest.raises(InputError, match="another run is at work in"):
                run(inputs, task, tmp_path / "out", OPTIONS)

    assert run(inputs, task, tmp_path / "out", OPTIONS, Second())["counts"]["done"] == 60
