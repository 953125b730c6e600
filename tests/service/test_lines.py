"""``newstance analyze FILE... --format jsonl``."""

from __future__ import annotations

import json

import pytest

from newstance.models.errors import ModelError
from newstance.service import Analyzer
from newstance.service.cli import main

FAVOR = "Ingrid Solberg praised the harbour plan. It rained."
AGAINST = "Peter Miller attacked the harbour plan. It rained."


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_text(FAVOR)
    (tmp_path / "empty.txt").write_text(" ")
    (tmp_path / "b.txt").write_text(AGAINST)
    return tmp_path


@pytest.fixture
def lines(capsys, folder, profile_file):
    def run(*names, more=()):
        files = [str(folder / name) for name in names]
        arguments = ["analyze", *files, "--target", "the harbour plan", "--profile", str(profile_file)]
        code = main([*arguments, "--format", "jsonl", *more])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return run


def test_a_line_for_each_article_and_it_names_its_file(lines, folder):
    code, found, _ = lines("a.txt", "b.txt")
    assert code == 0
    assert [one["file"] for one in found] == [str(folder / "a.txt"), str(folder / "b.txt")]
    assert [one["stances"][0]["label"] for one in found] == ["favor", "against"]
    assert [one["article"]["text"] for one in found] == [FAVOR, AGAINST]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(lines, folder):
    code, found, err = lines("none.txt", "a.txt", "empty.txt", "b.txt")
    assert code == 2
    assert [one["article"]["text"] for one in found] == [FAVOR, AGAINST]
    first, second = [line for line in err.splitlines() if line.startswith("newstance: ")]
    assert str(folder / "none.txt") in first and "No such file" in first
    assert second.startswith(f"newstance: {folder / 'empty.txt'}: the article is empty")


@pytest.mark.parametrize("error", [ModelError("it says nothing"), RuntimeError("out of ink")])
def test_a_failure_is_told_and_the_others_go_on(lines, monkeypatch, error):
    analyze = Analyzer.analyze

    def fail(self, article, **more):
        if article.text == FAVOR:
            raise error
        return analyze(self, article, **more)

    monkeypatch.setattr(Analyzer, "analyze", fail)
    code, found, err = lines("a.txt", "empty.txt", "b.txt")
    assert code == 1  # that of the first
    assert [one["article"]["text"] for one in found] == [AGAINST]
    assert str(error) in err


def test_what_would_stop_every_file_stops_at_once(lines):
    code, found, err = lines("a.txt", "b.txt", more=["--topic", "nope"])
    assert (code, found) == (2, [])
    assert err.count("no file and no shipped topics file is named nope") == 1


def test_several_files_in_a_form_for_one_are_refused(capsys, folder):
    assert main(["analyze", str(folder / "a.txt"), str(folder / "b.txt")]) == 2
    assert "2 files are given, and --format text takes one; give --format jsonl" in capsys.readouterr().err


def test_a_line_is_there_before_the_next_article_is_read(folder, profile_file, monkeypatch, capsys):
    analyze, seen = Analyzer.analyze, []

    def watch(self, article, **more):
        seen.append(capsys.readouterr().out.count("\n"))
        return analyze(self, article, **more)

    monkeypatch.setattr(Analyzer, "analyze", watch)
    main(
        [
            "analyze",
            *(str(folder / f"{name}.txt") for name in "ab"),
            "--format",
            "jsonl",
            "--profile",
            str(profile_file),
        ]
    )
    assert seen == [0, 1]
