"""Files that are there whole or not at all."""

import json
import os
import threading

import pytest

from newstance.models.errors import InputError
from newstance.service.disk import whole, write_json
from newstance.service.exchange.files import replacing


def test_several_write_one_file_at_once_and_each_writes_it_whole(tmp_path):
    file, problems = tmp_path / "metrics.json", []

    def write(number):
        try:
            for _ in range(50):
                write_json(file, [number] * 1000)
        except InputError as error:
            problems.append(error)

    writers = [threading.Thread(target=write, args=[number]) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert problems == []
    assert json.loads(file.read_text()) in [[number] * 1000 for number in range(3)]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("writing", [whole, replacing])
def test_a_new_file_may_be_read_by_whom_any_other_may(tmp_path, writing):
    (tmp_path / "plain").write_text("")
    with writing(tmp_path / "whole") as unfinished:
        unfinished.write_text("")
    assert (tmp_path / "whole").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("writing", [whole, replacing])
def test_a_file_is_on_disk_before_it_has_its_name(tmp_path, writing, monkeypatch):
    file, flushed = tmp_path / "a.csv", []
    file.write_text("before")
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: flushed.append(file.read_text()) or fsync(number))
    with writing(file) as unfinished:
        unfinished.write_text("after")
    assert (flushed, file.read_text()) == (["before"], "after")
