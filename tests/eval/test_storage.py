"""Damaged runs, full disks and folders where nobody may write: said in plain words, with file and line."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from newstance.eval.report import write_report
from newstance.eval.runs import run_set
from newstance.eval.storage import RowFile, StoredRun
from newstance.models.errors import InputError
from newstance.service.cli import main
from newstance.service.disk import make_folder, only_run_in, write_json, write_whole

DEEP = "[" * 100_000 + "]" * 100_000
NO_ROWS = {
    "42": "should be a valid dictionary",
    '"text"': "should be a valid dictionary",
    "[]": "should be a valid dictionary",
    "null": "it is nested too deeply, or null",
    "{}": "id: Field required",
    '{"group": "x"}': "id: Field required",
    DEEP: "it is nested too deeply, or null",
    '{"a": ' * 50_000 + "1" + "}" * 50_000: "it is nested too deeply, or null",
}


@pytest.fixture
def folder(tmp_path, make_set, rows, dummies):
    return run_set(make_set(rows(6)), dummies.Analyzer(), tmp_path / "run")


def with_line(folder, text, at=3, end="\n"):
    lines = (folder / "rows.jsonl").read_text().splitlines(keepends=True)
    lines.insert(at - 1, text + end)
    (folder / "rows.jsonl").write_text("".join(lines))


def refused(call, *arguments):
    with pytest.raises(InputError) as raised:
        call(*arguments)
    return str(raised.value)


# Lines that are no rows


@pytest.mark.parametrize("line", NO_ROWS, ids=range(len(NO_ROWS)))
def test_line_that_is_json_but_no_row_is_told_by_its_number(folder, line):
    with_line(folder, line)
    said = refused(write_report, folder)
    assert said.startswith(f"{folder / 'rows.jsonl'}, line 3 is no row of a run (")
    assert NO_ROWS[line] in said
    assert said.endswith("take the line out, and make its example again by the command of the run")
    assert len(said) < 400 + len(str(folder))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 7),
        ("group", None),
        ("input", "text"),
        ("input", {"text": 1}),
        ("prediction", 1.5),
        ("probabilities", {"favor": "much"}),
        ("probabilities", [0.1]),
        ("seconds", "1"),
        ("error", {}),
        ("supports", {"prediction": [None]}),
    ],
)
def test_field_of_another_type_is_told_by_name(folder, field, value):
    row = StoredRun(folder).rows[0]
    with_line(folder, json.dumps(row | {"id": "more"} | {field: value}), at=1)
    assert f"line 1 is no row of a run ({field}" in refused(StoredRun, folder)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"gold": "x"}, "gold is none of"),
        ({"prediction": "x"}, "prediction is none of"),
        ({"input": {"text": "a", "holder": "b"}}, "its input has no target"),
        ({"probabilities": {"favor": 1.0}}, "its probabilities are not those of"),
        ({"prediction": None}, "it has no answer"),
    ],
)
def test_row_of_another_kind_of_set_is_told_by_its_id(folder, changed, problem):
    row = StoredRun(folder).rows[0]
    with_line(folder, json.dumps(row | {"id": "more"} | changed))
    said = refused(write_report, folder)
    assert "rows.jsonl: the row of 'more' does not fit a set of stance (" in said
    assert problem in said


def test_halves_of_surrogate_pairs_are_kept_in_rows_and_shown_in_reports(folder):
    lost = StoredRun(folder).rows[0] | {"id": "\ud800", "error": "no \udfff", "prediction": None, "probabilities": None}
    file = RowFile(folder / "rows.jsonl")
    file.append([lost])
    assert file.read()[-1] == lost
    write_report(folder)
    assert "no ?" in (folder / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", [*NO_ROWS, '{"id": "r0', "\x00\x00\x00", "9" * 5000], ids=range(len(NO_ROWS) + 3))
def test_last_line_without_its_end_is_left_out(folder, line):
    with_line(folder, line, at=7, end="")
    assert len(StoredRun(folder).rows) == 6
    write_report(folder)


@pytest.mark.parametrize("line", ['{"id": "r0', "\x00\x00\x00", "9" * 5000, "", "NaN NaN"])
def test_torn_line_is_left_out_wherever_it_is(folder, line):
    with_line(folder, line)
    assert len(StoredRun(folder).rows) == 6


def test_run_is_not_taken_up_over_a_line_that_is_no_row(folder, make_set, rows, dummies):
    with_line(folder, "42")
    before = (folder / "rows.jsonl").read_bytes()
    assert "line 3 is no row of a run" in refused(run_set, make_set(rows(6)), dummies.Analyzer(), folder)
    assert (folder / "rows.jsonl").read_bytes() == before


def test_report_of_a_damaged_run_ends_with_2(folder, capsys):
    with_line(folder, DEEP)
    assert main(["report", str(folder)]) == 2
    error = capsys.readouterr().err
    assert "rows.jsonl, line 3 is no row of a run" in error
    assert "Traceback" not in error and "failed" not in error


@pytest.mark.parametrize("content", ["", "{", "42", "[]", "null", "{}", DEEP, '{"config": {}}', "\ufeff{}"])
def test_header_that_is_none(folder, make_set, rows, dummies, content):
    (folder / "run.json").write_text(content)
    for call in (
        lambda: StoredRun(folder),
        lambda: write_report(folder),
        lambda: run_set(make_set(rows(6)), dummies.Analyzer(), folder),
    ):
        said = refused(call)
        assert str(folder / "run.json") in said
        assert "is damaged" in said or "does not describe a run" in said
        assert said.endswith("choose another --out, or remove that folder")


@pytest.mark.parametrize(
    "changed", [{"config": {}}, {"machine": 3}, {"skipped": None}, {"examples_in_set": "6"}, {"versions": [1]}]
)
def test_header_with_a_part_of_another_type(folder, changed):
    header = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(header | changed))
    assert "run.json" in refused(write_report, folder)


# Disks that are full


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to be had")
def test_full_disk_is_noticed(folder):
    said = refused(RowFile(Path("/dev/full")).append, StoredRun(folder).rows)
    assert said == (
        "/dev/full cannot be written: No space left on device; make room, and give the same command again: "
        "a run goes on where it stopped"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no bounds on files there")
def test_disk_that_takes_a_part_is_noticed_at_once(folder, tmp_path):
    """The system really takes only a part of the batch: the process may write no larger files."""
    program = (
        "import json, resource, sys\n"
        "from pathlib import Path\n"
        "from newstance.eval.storage import RowFile, StoredRun\n"
        "rows, file = StoredRun(Path(sys.argv[1])).rows, RowFile(Path(sys.argv[2]))\n"
        "file.append(rows[:2])\n"
        "size = file.path.stat().st_size\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))\n"
        "try:\n"
        "    file.append(rows[2:])\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
        "print(file.path.stat().st_size == size, len(file.read()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, folder, tmp_path / "part.jsonl"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said, _, state = done.stdout.partition("\n")
    assert said.startswith(f"InputError {tmp_path / 'part.jsonl'} cannot be written: File too large; make room"), done
    assert state == "True 2\n"


def test_short_writes_go_on(folder, tmp_path, monkeypatch):
    whole = StoredRun(folder).rows
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data)[:7]))
    RowFile(tmp_path / "rows.jsonl").append(whole)
    assert RowFile(tmp_path / "rows.jsonl").read() == whole


def test_file_stays_as_it_was_if_it_cannot_be_replaced(tmp_path, monkeypatch):
    write_whole(tmp_path / "a.json", "before")

    def full(self, content):
        self.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "a.json cannot be written: No space left on device; make room" in refused(
        write_json, tmp_path / "a.json", {"after": 1}
    )
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"before")]


# Folders where nobody may write


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        for call in (make_folder, lambda folder: only_run_in(folder).__enter__()):
            assert f"{out} cannot be written: " in (said := refused(call, out))
            assert said.endswith("choose another folder, or let yourself write there")


@pytest.fixture
def read_only(tmp_path, folder):
    """A run on a disk that is mounted read-only, which binds root, too; and a folder by its mode for everybody else."""
    if os.name == "posix" and os.geteuid() != 0:
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    disk = tmp_path / "disk"
    disk.mkdir()
    if not shutil.which("mount") or subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], check=False).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        shutil.copytree(folder, disk / "run", ignore=shutil.ignore_patterns(".lock"))
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        yield disk / "run"
    finally:
        subprocess.run(["umount", disk], check=True)


def test_where_nobody_may_write(read_only, make_set, rows, dummies):
    stored = StoredRun(read_only)
    for call in (
        lambda: only_run_in(read_only).__enter__(),
        lambda: make_folder(read_only / "below"),
        lambda: write_report(read_only),
        lambda: RowFile(read_only / "more.jsonl").append(stored.rows),
        lambda: run_set(make_set(rows(6)), dummies.Analyzer(), read_only),
    ):
        said = refused(call)
        assert re.search("run(/.*)? cannot be written: (Read-only file system|Permission denied); choose another", said)


def test_report_into_a_read_only_folder_ends_with_2(read_only, capsys):
    assert main(["report", str(read_only)]) == 2
    error = capsys.readouterr().err
    assert "metrics.json cannot be written: " in error
    assert "Traceback" not in error and "failed" not in error


def test_evaluate_into_a_folder_that_cannot_be_made_ends_with_2(tmp_path, make_set, rows, dummies, monkeypatch, capsys):
    make_set(rows(6))
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("newstance.service.Analyzer.from_profile", lambda *_: dummies.Analyzer())
    arguments = ["evaluate", str(tmp_path / "little.yaml"), "--data", str(tmp_path), "--out", str(tmp_path / "file")]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert "file/little cannot be written: Not a directory; choose another folder, or let yourself write there" in error
    assert "Traceback" not in error and "failed" not in error
