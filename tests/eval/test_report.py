from __future__ import annotations

import json
import re
import time

import pytest
from markdown_it import MarkdownIt

from newstance.eval import baselines
from newstance.eval.document import Code, Document, Heading, Paragraph, Picture, Table
from newstance.eval.labelled import Example
from newstance.eval.report import write_report
from newstance.eval.runs import answer_with, run_set
from newstance.eval.storage import RowFile

NASTY = '<script>alert("x")</script> | a *b* `c`\nd'


def test_a_documents_texts_are_escaped_everywhere():
    document = Document(
        NASTY,
        [Heading(NASTY), Paragraph(NASTY), Table([NASTY], [[NASTY]]), Code("<b>"), Picture(b"<svg/>", NASTY)],
    )
    html, markdown = document.html(), document.markdown()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 7  # title twice, heading, paragraph, two cells, the picture's words
    assert "<b>" not in html
    assert not re.search(r"(?<!\\)<script", markdown)
    (row,) = [line for line in markdown.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(re.findall(r"(?<!\\)\|", row)) == 2  # the text's own bar opens no cell


def test_the_report_has_every_section_in_one_file(tmp_path, make_set, rows, dummies):
    examples = rows(60)
    examples[0]["text"] = NASTY
    labelled = make_set(examples, source="a paper")
    folder = run_set(labelled, dummies.Analyzer(), tmp_path / "run", command="newstance evaluate little --out DIR")
    results = write_report(folder)
    html = (folder / "report.html").read_text()
    assert not re.search(r'(?:src|href)="(?!data:)', html)
    assert html.count("data:image/svg+xml;base64,") == 2
    assert "<script" not in html
    sections = ("Scores", "Labels", "Targets", "Calibration", "Risk and coverage", "The 20 worst errors")
    for section in (*sections, "How to reproduce"):
        assert f"<h2>{section}</h2>" in html
        assert f"## {section}" in (folder / "report.md").read_text()
    assert "newstance evaluate little --out DIR" in html
    assert len(results.worst) == 20
    assert {t.target for t in results.per_target} == {"plan 0", "plan 1", "plan 2"}
    # The set's texts, whose terms may forbid it, are not in the file that goes into the repository.
    assert "spoke about" not in (folder / "metrics.json").read_text()


def test_a_run_without_errors_has_no_list_of_them(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(12))
    article = "It rained all day. The union opposes it."
    claims = [{"id": "a", "article": article, "sentence": "It rained all day.", "supported": True},
              {"id": "b", "article": article, "sentence": "Penguins swim.", "supported": False}]  # fmt: skip
    supports = make_set(claims, "claims", kind="consistency")
    for perfect, analyzer in ((labelled, dummies.perfect_on(labelled)), (supports, dummies.Analyzer())):
        folder = run_set(perfect, analyzer, tmp_path / perfect.config.name)
        assert write_report(folder).worst == []
        for page in ("report.md", "report.html"):
            assert "worst errors" not in (folder / page).read_text()
            assert "How to reproduce" in (folder / page).read_text()


@pytest.mark.parametrize(
    ("targets", "title"), [(30, "## Targets\n"), (31, "## Targets (the 30 most frequent of 31)\n")]
)
def test_long_lists_and_texts_are_cut_and_say_so(tmp_path, make_set, rows, dummies, targets, title):
    examples = [{**row, "target": f"plan-{i}"} for i, row in enumerate(rows(targets))]
    examples[1]["text"] = "word " * 200 + "end."
    folder = run_set(make_set(examples), dummies.Analyzer(), tmp_path / "run")
    write_report(folder)
    report = (folder / "report.md").read_text()
    assert title in report
    assert report.partition(title)[2].partition("\n## ")[0].count("| plan-") == 30
    assert "word word… |" in report
    assert "word end." not in report
    assert "| 0.9–1.0 | " in report


def test_rows_left_out_are_listed_up_to_a_limit(tmp_path, make_set, rows, dummies):
    from newstance.eval.labelled import load_set

    make_set(rows(5))
    with (tmp_path / "little.jsonl").open("a") as file:
        file.write('{"id": "x"}\n' * 25)
    labelled = load_set(tmp_path / "little.yaml", skip_invalid=True)
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    write_report(folder)
    report = (folder / "report.md").read_text()
    assert report.count("little.jsonl, line ") == 20
    assert "25 in all." in report


def test_scoring_again_needs_no_model_and_gives_the_same(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(60))
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    write_report(folder)
    first = (folder / "metrics.json").read_bytes()
    write_report(folder)
    assert (folder / "metrics.json").read_bytes() == first


def test_six_thousand_rows_are_scored_in_seconds(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(6000))
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")
    start = time.process_time()  # of this process: other work on the machine does not count
    write_report(folder)
    assert time.process_time() - start < 10


def test_a_stored_zero_shot_baseline_is_in_the_report(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(30))
    folder = run_set(labelled, dummies.Analyzer(), tmp_path / "run")

    def right(batch: list[Example]) -> list[baselines.Answer]:
        return [baselines.Answer(e.gold, {"favor": 0.3, "against": 0.3, "neutral": 0.4}) for e in batch]

    from newstance.eval.runs import RunOptions

    answer_with(right, labelled, RowFile(folder / "baseline-zero-shot-tiny.jsonl"), RunOptions())
    results = write_report(folder)
    assert results.baselines["zero-shot-tiny"]["macro_f1"].value == 1
    assert results.best_baseline.name == "zero-shot-tiny"
    # One that is unfinished is left out.
    stored = folder / "baseline-zero-shot-tiny.jsonl"
    stored.write_text("".join(stored.read_text().splitlines(keepends=True)[:-1]))
    assert "zero-shot-tiny" not in write_report(folder).baselines


def test_run_json_names_no_folder_of_this_machine(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(5))
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run", command="newstance evaluate x --out DIR")
    header = json.loads((folder / "run.json").read_text())
    assert str(tmp_path) not in json.dumps(header)
    for key in (
        "config",
        "profile",
        "model_sha256",
        "data_sha256",
        "versions",
        "commit",
        "machine",
        "start",
        "end",
    ):
        assert key in header
    assert header["versions"]["numpy"]
    assert header["end"] >= header["start"]


@pytest.mark.parametrize("n", [1, 2])
def test_tiny_runs_are_scored_too(tmp_path, make_set, rows, dummies, n):
    labelled = make_set(rows(n))
    assert write_report(run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run")).n == n


def test_text_cannot_end_its_block_of_code():
    document = Document("Run", [Code("newstance evaluate ```\n<script>alert(1)</script>\n```` x")])
    html = MarkdownIt("commonmark", {"html": True}).render(document.markdown())
    assert "<script" not in html
    assert html.count("<code>") == 1
