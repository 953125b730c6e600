import json
import shutil

import pytest

from newstance.eval.controls import controls
from newstance.eval.kept import FOLDER, SETS, keep, kept_results
from newstance.eval.runs import RunOptions, answer_with, run_set
from newstance.eval.storage import BASELINE, RowFile
from newstance.eval.tables import MAIN, ROOT, between_marks, main_table, results_page, write_tables
from newstance.models.errors import ConfigError
from newstance.service import Analyzer

KEPT = kept_results(FOLDER.glob("*.json"))


@pytest.mark.parametrize(("name", "table"), [("README.md", main_table), ("docs/results.md", results_page)])
def test_the_texts_quote_the_kept_results(name, table):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text == between_marks(text, table(KEPT), name), "newstance report --tables writes them"


def test_the_readme_has_few_rows_of_sets_that_are_kept():
    assert len(MAIN) == 6
    assert set(MAIN) <= set(SETS)
    lines = main_table(KEPT).splitlines()[2:]
    assert [line.split(" | ")[1] for line in lines] == [name for name in MAIN if any(k["set"] == name for k in KEPT)]


@pytest.fixture
def articles(tmp_path, harbour_set, tiny_profile):
    """A kept run of articles with controls."""
    analyzer = Analyzer.from_profile(tiny_profile)
    folder = run_set(harbour_set, analyzer, tmp_path / "run")
    for name, answerer in controls(harbour_set, analyzer).items():
        answer_with(answerer, harbour_set, RowFile(folder / f"{BASELINE}{name}.jsonl"), RunOptions())
    return json.loads(keep(folder, tmp_path / "results").read_text())


def test_sets_of_articles_are_told_in_detail(articles):
    lines = results_page([articles]).splitlines()
    assert "## little" in lines
    for line in (
        "| the model | 1.000 (1.000 to 1.000) |  |",
        "| target hidden | 1.000 (1.000 to 1.000) | +0.000 (+0.000 to +0.000) |",
        "| actor swapped | 0.000 (0.000 to 0.000) | +1.000 (+1.000 to +1.000) |",
        "| favor | 4 | 1.000 | 1.000 | 1.000 |",
        "| a phrase | 8 | 1.000 (1.000 to 1.000) | 1.000 |",
    ):
        assert line in lines
    (evidence,) = [line for line in lines if line.startswith("| stances given | 8 | 0.500")]
    assert evidence.endswith("| 0.500 (0.500 to 0.500) | 0.500 (0.500 to 0.500) | 0.500 (0.500 to 0.500) |")
    assert any(line.startswith("| given with 0.8 or more | n | right | share |") for line in lines)


def test_kept_articles_hold_no_text(articles):
    assert "Solberg" not in json.dumps(articles)
    assert "harbour" not in json.dumps(articles)


def test_other_sets_are_told_in_their_rows_alone():
    page = results_page([kept for kept in KEPT if kept["set"] == "qags-cnndm"])
    assert page.count("\n## ") == 0
    assert page.count("| qags-cnndm |") == 2


def test_tables_are_written_between_the_marks_and_nothing_else_is_changed(tmp_path):
    (tmp_path / "docs").mkdir()
    for name in ("README.md", "docs/results.md"):
        text = f"{name}\n<!-- results: written by x -->\nold | table\n<!-- results end -->\nend\n"
        (tmp_path / name).write_text(text)
    results = tmp_path / "results"
    results.mkdir()
    shutil.copy(FOLDER / "qags-cnndm.json", results)
    assert write_tables(results, tmp_path) == [tmp_path / "README.md", tmp_path / "docs" / "results.md"]
    once = (tmp_path / "README.md").read_text()
    assert once.startswith("README.md\n<!-- results: written by x -->\n\n| what is asked |")
    assert once.endswith("|\n\n<!-- results end -->\nend\n")
    assert "old" not in once
    assert "## All sets" in (tmp_path / "docs" / "results.md").read_text()
    write_tables(results, tmp_path)
    assert (tmp_path / "README.md").read_text() == once


def test_texts_without_marks_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no .*README\.md; tables are written in a checkout"):
        write_tables(FOLDER, tmp_path)
    (tmp_path / "README.md").write_text("no marks")
    with pytest.raises(ConfigError, match=r"README\.md has no marks <!-- results: "):
        write_tables(FOLDER, tmp_path)
