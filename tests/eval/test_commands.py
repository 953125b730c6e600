from __future__ import annotations

import argparse
import json
import shutil
from types import SimpleNamespace

import pytest
import tiny

import newstance.service
from newstance import configs
from newstance.eval import kept, tables
from newstance.eval.commands import add_commands
from newstance.eval.generated import RememberingSummarizer
from newstance.eval.labelled import load_set
from newstance.models import StanceClassifier
from newstance.models.errors import InputError
from newstance.models.pairs import PairClassifier
from newstance.models.sources import locate


@pytest.fixture
def run(monkeypatch, dummies, tmp_path, make_set, rows):
    labelled = make_set(rows(30))
    make_set(rows(40)[30:], "held-out")
    asked = []

    def from_profile(profile, summarizer=None):
        name = getattr(profile, "name", profile)
        # Evaluations keep what was written; nothing is written to calibrate.
        assert isinstance(summarizer, RememberingSummarizer) == hasattr(profile, "name")
        asked.append(name)
        if name == "neutral":
            return dummies.Analyzer(profile=dummies.Profile(name="neutral"))
        if name == "entailment":
            words = {"supports": [3, 0, 0], "opposes": [0, 0, 3], "favor": [3, 0, 0], "against": [0, 0, 3]}
            nli = tiny.classifier(tmp_path / "nli", ["entailment", "neutral", "contradiction"], words)
            analyzer = dummies.Analyzer(profile=dummies.Profile(name=name))
            analyzer.classifier = StanceClassifier(PairClassifier.load(locate(f"path:{nli}")))
            return analyzer
        both = [*labelled.examples, *load_set(tmp_path / "held-out.yaml").examples]
        return dummies.perfect_on(SimpleNamespace(examples=both))

    profiles = SimpleNamespace(load=lambda name: SimpleNamespace(name=name, summarizer=None))
    monkeypatch.setattr(newstance.service, "Profile", profiles, raising=False)
    monkeypatch.setattr(newstance.service, "Analyzer", SimpleNamespace(from_profile=from_profile), raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        parser = argparse.ArgumentParser()
        add_commands(parser.add_subparsers(required=True))
        args = parser.parse_args(arguments)
        return args.run(args)

    call.asked = asked
    return call


def test_evaluate_report_and_compare(run, tmp_path, capsys):
    assert run("evaluate", "little.yaml", "held-out.yaml", "--profile", "neutral", "--data", ".", "--out", "a") == 0
    captured = capsys.readouterr()
    assert "little: macro_f1 0.167 [" in captured.out
    assert "n 30, best baseline" in captured.out
    assert captured.out.count("NOT ABOVE THE BEST BASELINE") == 2
    assert "30/30" in captured.err
    assert run.asked == ["neutral"]
    header = json.loads((tmp_path / "a" / "little" / "run.json").read_text())
    assert header["command"] == "newstance evaluate little.yaml --profile neutral --data DIR --out DIR"
    assert run("evaluate", "little.yaml", "--data", ".", "--out", "b", "--limit", "12") == 0
    assert "PARTIAL" in capsys.readouterr().out
    assert run("evaluate", "little.yaml", "--data", ".", "--out", "c") == 0
    (tmp_path / "c" / "little" / "report.md").unlink()
    assert run("report", "c/little") == 0
    assert (tmp_path / "c" / "little" / "report.md").is_file()
    capsys.readouterr()
    assert run("compare", "a/little", "c/little") == 0
    assert "Won 20, lost 0" in capsys.readouterr().out


def test_kept_sets_are_run_each_with_its_own_options_and_reported_by_their_folder(run, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(kept, "SETS", {"little.yaml": ("robustness",), "held-out.yaml": ()})
    assert run("evaluate", "--kept", "--profile", "neutral", "--data", ".", "--out", "a") == 0
    headers = [json.loads((tmp_path / "a" / name / "run.json").read_text()) for name in ("little", "held-out")]
    assert [header["command"] for header in headers] == [
        "newstance evaluate little.yaml --profile neutral --data DIR --out DIR --robustness",
        "newstance evaluate held-out.yaml --profile neutral --data DIR --out DIR",
    ]
    (tmp_path / "a" / "generated").mkdir()  # no run
    capsys.readouterr()
    assert run("report", "a", "--keep", "results") == 0
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["held-out.json", "little.json"]
    assert "| little | macro-F1 | 30 |" in capsys.readouterr().out


@pytest.mark.parametrize("which", [[], ["little.yaml", "--kept"]])
def test_either_sets_are_named_or_all_that_are_kept(run, which):
    with pytest.raises(InputError, match="name the sets to evaluate, or give --kept"):
        run("evaluate", *which, "--out", "a")


def test_tables_are_written_without_a_run(run, capsys, monkeypatch):
    monkeypatch.setattr(tables, "write_tables", lambda: ["README.md"])
    assert run("report", "--tables") == 0
    assert capsys.readouterr().out == "written: README.md\n"
    with pytest.raises(InputError, match="name the folder of a run to score"):
        run("report")


def test_robustness_is_run_and_reported(run, tmp_path):
    assert run("evaluate", "little.yaml", "--profile", "neutral", "--data", ".", "--out", "a", "--robustness") == 0
    metrics = json.loads((tmp_path / "a" / "little" / "metrics.json").read_text())
    assert set(metrics["robustness"]) == {"masked", "swapped", "distracted"}
    for change in metrics["robustness"].values():
        assert (change["n"], change["flip_rate"]["value"]) == (30, 0)
    report = (tmp_path / "a" / "little" / "report.md").read_text()
    assert "## Robustness" in report
    assert "takes no templates" in report


def test_templates_are_paraphrased_where_the_model_takes_any(run, tmp_path):
    assert run("evaluate", "little.yaml", "--profile", "entailment", "--data", ".", "--out", "a", "--robustness") == 0
    rows = [json.loads(line) for line in (tmp_path / "a" / "little" / "rows.jsonl").read_text().splitlines()]
    # The model knows "supports" and no other wording, so every answer that it gave turns over.
    assert {row["prediction"] for row in rows} == {"favor"}
    metrics = json.loads((tmp_path / "a" / "little" / "metrics.json").read_text())
    assert metrics["robustness"]["paraphrased"]["n"] == 30
    assert metrics["robustness"]["paraphrased"]["flip_rate"]["value"] == 1
    assert "takes no templates" not in (tmp_path / "a" / "little" / "report.md").read_text()


def test_bad_sets_are_refused_before_a_model_is_loaded(run, tmp_path):
    (tmp_path / "little.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match="bad row"):
        run("evaluate", "held-out.yaml", "little.yaml", "--data", ".", "--out", "a")
    assert run.asked == []


def test_calibrate_prints_the_yaml_and_writes_it_on_request(run, tmp_path, capsys):
    shutil.copy(configs.FOLDER / "profiles" / "embedded.yaml", tmp_path / "mine.yaml")
    assert run("calibrate", "little.yaml", "--check", "held-out.yaml", "--data", ".", "--write", "mine.yaml") == 0
    assert "stance:\n  # newstance calibrate" in capsys.readouterr().out
    assert "temperature:" in (tmp_path / "mine.yaml").read_text()


@pytest.mark.parametrize("limit", ["0", "-3", "many"])
def test_a_limit_must_be_a_number_above_zero(run, limit, capsys):
    with pytest.raises(SystemExit):
        run("evaluate", "little.yaml", "--out", "a", "--limit", limit)
    assert "--limit" in capsys.readouterr().err
