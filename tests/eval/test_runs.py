from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newstance.eval import runs
from newstance.eval.metrics import Estimate
from newstance.eval.report import write_report
from newstance.eval.runs import RunOptions, answer_with, run_set
from newstance.eval.storage import RowFile, StoredRun
from newstance.models.errors import ConfigError, InputError, WeightsNotFoundError
from newstance.service import Analyzer
from newstance.service.disk import only_run_in

DRIVER = Path(__file__).with_name("slow_run.py")


def start(folder: Path, out: str, log: str) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, str(DRIVER), "little.yaml", ".", out, log]
    return subprocess.Popen(arguments, cwd=folder, stderr=subprocess.PIPE)


def wait_for_rows(path: Path, least: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.is_file() and path.read_bytes().count(b"\n") >= least:
            return
        time.sleep(0.01)
    raise AssertionError("the run made no rows")


def numbers(folder: Path) -> list:
    results = write_report(folder)
    return [results.scores, results.n, results.confusion, results.calibration, results.errors, results.partial]


def without_seconds(folder: Path) -> list[dict]:
    return [{**row, "seconds": 0} for row in StoredRun(folder).rows]


def test_a_killed_run_ends_like_an_undisturbed_one(tmp_path, make_set, rows):
    make_set(rows(64))
    killed = start(tmp_path, "killed", "killed.log")
    wait_for_rows(tmp_path / "killed" / "rows.jsonl", 16)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    stored = tmp_path / "killed" / "rows.jsonl"
    before = stored.read_bytes().count(b"\n")
    assert before < 64
    # What a power cut may leave: a batch in part, and a line torn in the middle.
    whole = stored.read_bytes().splitlines(keepends=True)
    stored.write_bytes(b"".join(whole[:-2]) + whole[-2][:40])
    undisturbed = start(tmp_path, "undisturbed", "undisturbed.log")
    assert start(tmp_path, "killed", "killed.log").wait() == 0
    assert undisturbed.wait() == 0
    assert without_seconds(tmp_path / "killed") == without_seconds(tmp_path / "undisturbed")
    assert numbers(tmp_path / "killed") == numbers(tmp_path / "undisturbed")
    ids = [row["id"] for row in RowFile(stored).read()]
    assert len(ids) == len(set(ids)) == 64
    # Twice asked: at most the batch at work when the kill came, and the one that was torn above.
    assert 64 <= len((tmp_path / "killed.log").read_text().splitlines()) <= 64 + 16
    header = json.loads((tmp_path / "killed" / "run.json").read_text())
    assert [sitting["end"] is None for sitting in header["sittings"]] == [True, False]


def test_rows_that_are_whole_are_not_done_again(tmp_path, make_set, rows, dummies):
    examples = rows(20)
    examples[0]["text"] = "A tweet\u2028of two\x85lines"  # separators that are no end of a row
    labelled = make_set(examples)
    run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    again = dummies.perfect_on(labelled)
    run_set(labelled, again, tmp_path / "run")
    assert again.classifier.asked == []
    assert len(StoredRun(tmp_path / "run").rows) == 20


def test_a_run_that_is_taken_up_tells_what_was_done_and_when_it_began(tmp_path, make_set, rows, dummies, monkeypatch):
    times = iter(f"2024-01-01T00:00:{second:02}" for second in range(60))
    monkeypatch.setattr(runs.provenance, "now", lambda: next(times))
    labelled, told = make_set(rows(20)), []
    folder = run_set(labelled, dummies.Analyzer(), tmp_path / "run", RunOptions(batch_size=8))
    stored = folder / "rows.jsonl"
    stored.write_text("".join(stored.read_text().splitlines(keepends=True)[:16]))
    first = json.loads((folder / "run.json").read_text())
    run_set(labelled, dummies.Analyzer(), folder, RunOptions(batch_size=8), advance=lambda *step: told.append(step))
    assert told == [(16, 20), (4, 20)]
    header = json.loads((folder / "run.json").read_text())
    assert header["start"] == first["start"] < first["end"] < header["sittings"][1]["start"] < header["end"]
    assert [sitting["examples"] for sitting in header["sittings"]] == [20, 4]


def test_batches_do_not_depend_on_the_order_of_the_file(tmp_path, make_set, rows, dummies):
    asked = []
    for name, examples in (("forwards", rows(30)), ("backwards", rows(30)[::-1])):
        analyzer = dummies.Analyzer()
        run_set(make_set(examples), analyzer, tmp_path / name, RunOptions(batch_size=8))
        asked.append([query.holder for query in analyzer.classifier.asked])
    assert asked[0] == asked[1]


def test_the_time_of_a_batch_is_shared_by_its_rows(tmp_path, make_set, rows, dummies, monkeypatch):
    clock = iter(range(0, 100, 5))
    monkeypatch.setattr(runs.time, "perf_counter", lambda: next(clock))
    folder = run_set(make_set(rows(10)), dummies.Analyzer(), tmp_path / "run")
    assert {row["seconds"] for row in StoredRun(folder).rows} == {0.5}


def test_a_baseline_answers_the_examples_of_a_limited_run(tmp_path, make_set, rows, dummies):
    labelled, options = make_set(rows(30)), RunOptions(limit=10)
    folder = run_set(labelled, dummies.Analyzer(), tmp_path / "run", options)
    stored = RowFile(folder / "baseline-other.jsonl")
    answer_with(lambda batch: [runs.Answer("favor") for _ in batch], labelled, stored, options)
    assert sorted(row["id"] for row in stored.read()) == [row["id"] for row in StoredRun(folder).rows]
    assert len(stored.read()) == 10


def test_rows_come_back_whole_and_by_id(tmp_path, make_set, rows, dummies):
    folder = run_set(make_set(rows(6)), dummies.Analyzer(), tmp_path / "run")
    stored = folder / "rows.jsonl"
    lines = stored.read_text().splitlines(keepends=True)
    stored.write_text("".join([lines[5], lines[0][:30] + "\n", *lines[1:5]]))
    assert [row["id"] for row in StoredRun(folder).rows] == ["r001", "r002", "r003", "r004", "r005"]
    stored.write_text("")
    with pytest.raises(InputError, match="run holds no row yet; finish the run with: "):
        StoredRun(folder)


def test_a_second_run_in_the_same_folder_is_refused(tmp_path, make_set, rows):
    make_set(rows(3000))  # a minute's work, since on a busy machine the second one starts late
    first = start(tmp_path, "run", "log")
    stored = tmp_path / "run" / "rows.jsonl"
    try:
        wait_for_rows(stored, 8)
        second = start(tmp_path, "run", "log2")
        _, error = second.communicate(timeout=50)
        assert second.returncode != 0
        assert b"another run is at work in run; wait for it, or choose another --out" in error
        wait_for_rows(stored, stored.read_bytes().count(b"\n") + 8)  # the first one goes on
    finally:
        first.kill()
        first.wait()


def test_the_lock_goes_with_the_run(tmp_path):
    with only_run_in(tmp_path), pytest.raises(InputError, match="another run"), only_run_in(tmp_path):
        pass
    with only_run_in(tmp_path):
        pass


def test_a_folder_with_another_run_is_refused(tmp_path, make_set, rows, dummies, monkeypatch):
    labelled = make_set(rows(10))
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    with pytest.raises(InputError, match="holds a run with another profile; choose another --out"):
        run_set(labelled, dummies.Analyzer(profile=dummies.Profile(version=2)), folder)
    with pytest.raises(InputError, match="another --limit"):
        run_set(labelled, dummies.perfect_on(labelled), folder, RunOptions(limit=10))
    with pytest.raises(InputError, match="another batch size"):
        run_set(labelled, dummies.perfect_on(labelled), folder, RunOptions(batch_size=4))
    changed = make_set([{**row, "text": row["text"] + "!"} for row in rows(10)])
    with pytest.raises(InputError, match="holds a run with other data"):
        run_set(changed, dummies.perfect_on(changed), folder)
    judged_otherwise = make_set(rows(10), metric="accuracy")
    with pytest.raises(InputError, match="holds a run with another config of the set; choose"):
        run_set(judged_otherwise, dummies.perfect_on(judged_otherwise), folder)
    monkeypatch.setattr(runs.provenance, "model_sha256", lambda profile: "trained anew")
    with pytest.raises(InputError, match="holds a run with other model weights; choose"):
        run_set(labelled, dummies.perfect_on(labelled), folder)


def test_a_run_by_other_code_is_left_as_it_is_and_can_be_reported(tmp_path, make_set, rows, dummies, monkeypatch):
    labelled = make_set(rows(20))
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    stored = folder / "rows.jsonl"
    for part in (20, 8):  # whole, and stopped
        stored.write_text("".join(stored.read_text().splitlines(keepends=True)[:part]))
        before = [file.read_bytes() for file in (folder / "run.json", stored)]
        with monkeypatch.context() as changed:
            changed.setattr(runs, "code_sha256", lambda: "changed")
            with pytest.raises(
                InputError, match=r"another version of newstance; choose another --out.*newstance report"
            ):
                run_set(labelled, dummies.perfect_on(labelled), folder)
        assert [file.read_bytes() for file in (folder / "run.json", stored)] == before
        assert write_report(folder).n == part


def test_where_nothing_is_left_to_do_the_run_is_still_of_what_made_it(tmp_path, make_set, rows, dummies, monkeypatch):
    labelled = make_set(rows(20))
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    header = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(header | {"end": None}))  # as a kill after the last row leaves it
    monkeypatch.setattr(runs.provenance, "commit", lambda: "another")
    monkeypatch.setattr(runs.provenance, "versions", lambda: {"python": "4"})
    times, told = iter(("too early", "late", "too early", "later")), []
    monkeypatch.setattr(runs.provenance, "now", lambda: next(times))
    for _ in range(2):
        run_set(labelled, dummies.perfect_on(labelled), folder, command="more", advance=lambda *step: told.append(step))
        assert json.loads((folder / "run.json").read_text()) == header | {"command": "more", "end": "late"}
    assert told == [(20, 20)] * 2


def test_a_perfect_model_scores_one(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(60))
    results = write_report(run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run"))
    for name in ("macro_f1", "favor_against_f1", "accuracy"):
        assert results.scores[name] == Estimate(1, 1, 1)
    assert results.calibration.ece.value == pytest.approx(0.1)  # always right at 0.9
    assert results.best_baseline.beats == "yes"
    assert results.worst == []


def test_an_all_neutral_model_scores_what_it_must_and_is_marked(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(60))
    folder = run_set(labelled, dummies.Analyzer(), tmp_path / "run")
    results = write_report(folder)
    assert results.scores["accuracy"].value == pytest.approx(20 / 60)
    assert results.scores["macro_f1"].value == pytest.approx(0.5 / 3, abs=1e-6)
    assert results.scores["favor_against_f1"].value == 0
    assert results.baselines["majority"]["accuracy"].value == pytest.approx(20 / 60)
    assert results.best_baseline.beats == "no"
    assert "does not beat the best baseline" in (folder / "report.md").read_text()


def test_directed_rows_get_the_five_class_score(tmp_path, make_set, dummies):
    rows = []
    for i, (pq, qp) in enumerate([("favor", "neutral"), ("neutral", "against"), ("neutral", "neutral")] * 4):
        text = f"A{i} met B{i}."
        rows.append({"id": f"s{i}-pq", "text": text, "holder": f"A{i}", "target": f"B{i}", "label": pq})
        rows.append({"id": f"s{i}-qp", "text": text, "holder": f"B{i}", "target": f"A{i}", "label": qp})
    labelled = make_set(rows, metric="five_class_macro_f1")
    results = write_report(run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run"))
    # Two of the five classes do not occur, and are left out.
    assert results.scores["five_class_macro_f1"].value == pytest.approx(1)
    assert results.scores["five_class_micro_f1"].value == 1
    neutral = write_report(run_set(labelled, dummies.Analyzer(), tmp_path / "neutral"))
    assert neutral.scores["five_class_micro_f1"].value == pytest.approx(1 / 3)
    assert neutral.scores["five_class_macro_f1"].value == pytest.approx(0.5 / 3)


def test_a_crash_is_a_miss_and_is_listed(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(12))
    analyzer = dummies.perfect_on(labelled)
    answer = analyzer.classifier._answer
    bad = labelled.examples[3].input["holder"]

    def crash(query):
        if query.holder == bad:
            raise InputError("a target that fills the model")
        return answer(query)

    analyzer.classifier._answer = crash
    folder = run_set(labelled, analyzer, tmp_path / "run")
    results = write_report(folder)
    assert (results.n, results.errors) == (12, 1)
    assert results.scores["accuracy"].value == pytest.approx(11 / 12)
    report = (folder / "report.md").read_text()
    assert "1 example(s) crashed" in report
    assert "InputError: a target that fills the model" in report


@pytest.mark.parametrize("error", [WeightsNotFoundError("gone"), ConfigError("wrong"), ImportError("no torch")])
def test_what_is_wrong_for_all_examples_ends_the_run(tmp_path, make_set, rows, dummies, error):
    def fail(query):
        raise error

    with pytest.raises(type(error)):
        run_set(make_set(rows(4)), dummies.Analyzer(fail), tmp_path / "run")


def test_a_limited_or_unfinished_run_is_marked_as_partial(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(30))
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run", RunOptions(limit=10))
    assert write_report(folder).partial
    assert "Partial: 10 examples only, by --limit" in (folder / "report.md").read_text()
    assert json.loads((folder / "metrics.json").read_text())["partial"]
    all_of_them = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "all", RunOptions(limit=30))
    assert not write_report(all_of_them).partial
    whole = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "whole", RunOptions(batch_size=8))
    lines = (whole / "rows.jsonl").read_text().splitlines(keepends=True)
    (whole / "rows.jsonl").write_text("".join(lines[:8]))
    assert write_report(whole).partial


def test_skipped_rows_are_in_the_report(tmp_path, make_set, rows, dummies):
    from newstance.eval.labelled import load_set

    make_set(rows(5))
    with (tmp_path / "little.jsonl").open("a") as file:
        file.write('{"id": "x"}\n')
    labelled = load_set(tmp_path / "little.yaml", skip_invalid=True)
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    assert write_report(folder).skipped == 1
    assert "line 6, column 'text'" in (folder / "report.md").read_text().replace("\\", "")


def test_summaries_stand_beside_lead(tmp_path, make_set, dummies):
    sentences = [
        "The mayor opened a bridge.",
        "It cost a lot.",
        "People came.",
        "It rained.",
        "The end was wet.",
    ]
    rows = [
        {
            "id": str(i),
            "article": " ".join(sentences[i % 2 :]) + f" Day {i}.",
            "summary": f"Bridge {i} opened.",
        }
        for i in range(6)
    ]
    labelled = make_set(rows, kind="summaries")
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    results = write_report(folder)
    assert results.scores["rougeL"].value == 1
    assert {row["written"] for row in StoredRun(folder).rows} == {"It was written."}
    assert results.before_check["words"].value == 3
    assert results.before_check["rougeL"].value == 0
    assert "as written, before the check" in (folder / "report.md").read_text()
    assert 0 < results.baselines["Lead-3"]["rougeL"].value < 1
    assert results.scores["words"].value == 3

    def crash(text):
        raise RuntimeError("out of words")

    failed = run_set(labelled, dummies.Analyzer(summarize=crash), tmp_path / "crashed")
    crashed = write_report(failed)
    assert "RuntimeError: out of words" in (failed / "report.md").read_text()
    assert crashed.errors == 6
    assert crashed.scores["rougeL"].value == 0


def test_summaries_are_asked_for_in_the_length_of_the_set(tmp_path, make_set, dummies):
    labelled = make_set([{"article": "It rained.", "summary": "Rain."}], kind="summaries", summary_sentences=2)
    analyzer, asked = dummies.Analyzer(), []
    summarize = analyzer.summarize
    analyzer.summarize = lambda article, sentences=None: asked.append(sentences) or summarize(article)
    run_set(labelled, analyzer, tmp_path / "run")
    assert asked == [2]


def test_articles_of_like_length_are_written_ahead_in_the_length_of_the_set(tmp_path, make_set, dummies):
    rows = [{"id": f"{i:02}", "article": "It rained. " * (10 - i), "summary": "Rain."} for i in range(10)]
    labelled = make_set(rows, kind="summaries", summary_sentences=2)
    ahead = []
    options = RunOptions(write_ahead=lambda texts, sentences: ahead.append(([len(t) for t in texts], sentences)))
    folder = run_set(labelled, dummies.Analyzer(), tmp_path / "run", options)
    lengths = [length for texts, _ in ahead for length in texts]
    assert [(len(texts), sentences) for texts, sentences in ahead] == [(8, 2), (2, 2)]
    assert lengths == sorted(lengths)
    assert {row["id"] for row in StoredRun(folder).rows} == {row["id"] for row in rows}


def test_articles_are_answered_whole(tmp_path, make_set, dummies):
    judgements = [{"actor": a, "target": "the dam", "label": la} for a, la in (("Kim", "favor"), ("Lee", "against"))]
    labelled = make_set(
        [{"id": "a", "article": "Kim likes the dam. Lee does not.", "judgements": judgements}],
        kind="articles",
    )
    results = write_report(run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run"))
    assert results.scores["accuracy"].value == 1
    assert (results.n, results.groups) == (2, 1)


def test_articles_are_read_once(tmp_path, harbour_set, tiny_profile, monkeypatch):
    read = []
    whole = Analyzer.read
    monkeypatch.setattr(
        Analyzer, "read", lambda self, article, *more: read.append(article.text) or whole(self, article, *more)
    )
    run_set(harbour_set, Analyzer.from_profile(tiny_profile), tmp_path / "run")
    assert len(read) == len(set(read)) == 4


def test_twins_are_read_apart_and_resampled_together(tmp_path, make_set, dummies):
    def article(identity, text, label):
        judgements = [{"actor": "Kim", "target": "the dam", "label": label, "evidence": [[0, 9]]}]
        return {"id": identity, "article": text, "kind": "turned", "judgements": judgements}

    labelled = make_set(
        [article("a1", "Kim likes the dam.", "favor"), article("a1b", "Kim loathes the dam.", "against")],
        kind="articles",
    )
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    results = write_report(folder)
    assert results.scores["accuracy"].value == 1
    assert results.groups == 1
    assert [(row["parts"], row["judged"]) for row in StoredRun(folder).rows] == [
        ({"kind": "turned", "target": "a phrase"}, [[0, 9]])
    ] * 2


def test_what_is_no_run_says_so(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(5))
    run_set(labelled, dummies.perfect_on(labelled), tmp_path / "out" / "little")
    with pytest.raises(InputError, match=r"has no run\.json; runs below it: little"):
        write_report(tmp_path / "out")
