"""The command run: what it prints, and what Ctrl-C does."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest
from many_articles import FakeAnalyzer, fake_profile, rows_in, write_articles

from newstance.service import Article
from newstance.service.cli import main
from newstance.service.corpus.commands import _interrupts
from newstance.service.corpus.step import Task
from newstance.service.corpus.tables import joined, rows_of
from newstance.service.corpus.watch import Watch


@pytest.fixture
def newstance(tmp_path, monkeypatch, capsys):
    """Runs the command with an analyzer without models; gives its exit code and what it wrote."""
    profile = tmp_path / "fake.yaml"
    profile.write_text(fake_profile(tmp_path).model_dump_json(exclude_unset=True))
    monkeypatch.setattr(Task, "analyzer", lambda self: FakeAnalyzer())

    def newstance(*arguments):
        given = ["--profile", str(profile), "--out", str(tmp_path / "out"), *map(str, arguments)]
        code = main(["run", *given])
        said = capsys.readouterr()
        return code, said.out, " ".join(said.err.split())

    return newstance


def test_it_says_what_it_did(newstance, tmp_path):
    file = write_articles(tmp_path / "articles.jsonl", 20)
    code, out, _ = newstance(file, "--target", "rain", "--target", "snow", "--no-summary", "--shard", 7)
    folder = tmp_path / "out"
    assert code == 0
    assert out == f"16 articles in {folder}, 4 records rejected: {folder}/rejected.jsonl says why\n"
    found = rows_in(folder)
    assert [row["target"] for row in found["stances"]][:3] == ["rain", "snow", "rain"]
    assert found["summaries"] == []
    assert len(list((folder / "articles").glob("*.parquet"))) == 3


def test_columns_and_limits(newstance, tmp_path):
    (tmp_path / "a.csv").write_text("\ufeffstory;key\nIt rained.;1\nIt snowed.;2\n", encoding="utf-8")
    code, out, _ = newstance(tmp_path / "a.csv", "--column", "text=story", "--column", "id=key", "--limit", 1)
    assert (code, out) == (0, f"1 articles in {tmp_path / 'out'}\n")
    assert [(row["id"], row["text"]) for row in rows_in(tmp_path / "out")["articles"]] == [("1", "It rained.")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is nothing to read; name files"),
        (("missing.txt",), "missing.txt is not there"),
        (("a.jsonl", "--column", "words=a"), "no column is called 'words' here"),
        (("a.jsonl", "--target", "!"), "the target '!' names nothing"),
        (("a.jsonl", "--topic", "nothing"), "nothing"),
    ],
)
def test_wrong_use_is_refused_in_words(newstance, arguments, said):
    code, _, err = newstance(*arguments)
    assert code == 2
    assert said in err


@pytest.mark.parametrize("arguments", [("--column", "text"), ("--shard", "0"), ("--workers", "-1"), ("--delay", "nan")])
def test_values_that_make_no_sense_are_refused(newstance, arguments):
    with pytest.raises(SystemExit) as raised:
        newstance("a.jsonl", *arguments)
    assert raised.value.code == 2


def test_ctrl_c_ends_with_the_shard_and_says_how_to_go_on(newstance, tmp_path, monkeypatch):
    file = write_articles(tmp_path / "articles.jsonl", 20, bad=False)
    analyze = FakeAnalyzer.analyze

    def pressed(self, article, *more):
        if article.text.startswith("Kim5 "):
            os.kill(os.getpid(), signal.SIGINT)
        return analyze(self, article, *more)

    monkeypatch.setattr(FakeAnalyzer, "analyze", pressed)
    code, out, err = newstance(file, "--shard", 4)
    assert (code, out) == (1, "")
    assert "ends with the shards that are at work; Ctrl-C again leaves them" in err
    assert "stopped with 12 records left; 8 articles in" in err
    assert err.endswith("give the same command again to go on")
    monkeypatch.setattr(FakeAnalyzer, "analyze", analyze)
    assert newstance(file, "--shard", 4)[:2] == (0, f"20 articles in {tmp_path / 'out'}\n")


def test_a_second_ctrl_c_leaves_the_shard(newstance, tmp_path, monkeypatch):
    file = write_articles(tmp_path / "articles.jsonl", 20, bad=False)
    analyze = FakeAnalyzer.analyze

    def pressed(self, article, *more):
        if article.text.startswith("Kim5 "):
            for _ in range(2):  # one that comes before the other has been heard counts with it
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.3)
            self.seconds = 60  # the work itself hears that it has been left
        return analyze(self, article, *more)

    monkeypatch.setattr(FakeAnalyzer, "analyze", pressed)
    code, _, err = newstance(file, "--shard", 4)
    assert code == 1
    assert "stopped; what is done is in" in err
    assert len(list((tmp_path / "out" / "done").iterdir())) == 1


def test_ctrl_c_while_models_are_loaded_begins_no_shard(newstance, tmp_path, monkeypatch):
    file = write_articles(tmp_path / "articles.jsonl", 20, bad=False)

    def load(self):
        os.kill(os.getpid(), signal.SIGINT)
        return FakeAnalyzer()

    monkeypatch.setattr(Task, "analyzer", load)
    code, _, err = newstance(file, "--shard", 4)
    assert code == 1
    assert "stopped with 20 records left; 0 articles in" in err


def test_ctrl_c_while_inputs_are_looked_through_ends_at_once(newstance, tmp_path, monkeypatch):
    file = write_articles(tmp_path / "articles.jsonl", 20)
    monkeypatch.setattr(
        "newstance.service.corpus.run.add_to", lambda digest, record: signal.raise_signal(signal.SIGINT)
    )
    code, _, err = newstance(file)
    assert code == 1
    assert "stopped" in err
    assert not (tmp_path / "out" / "run.json").exists()


@pytest.mark.parametrize("at_once", [False, True])
def test_the_last_ctrl_c_is_pythons_own(at_once):
    watch = Watch()
    before = signal.getsignal(signal.SIGINT)
    with _interrupts(watch, at_once):
        signal.raise_signal(signal.SIGINT)
        assert watch.finish.is_set()
        assert not watch.abandon.is_set()
        if not at_once:
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert watch.abandon.is_set()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_gpu_is_refused_to_models_that_run_on_cpus(newstance, tmp_path):
    onnx = tmp_path / "onnx"
    onnx.mkdir()
    (onnx / "model.onnx").touch()
    profile = fake_profile(tmp_path)
    profile = profile.model_copy(update={"stance": profile.stance.model_copy(update={"source": f"path:{onnx}"})})
    (tmp_path / "fake.yaml").write_text(profile.model_dump_json(exclude_unset=True))
    for arguments in (("--device", "cuda"), ("--ray", "--gpus-per-worker", "1")):
        code, _, err = newstance("a.jsonl", *arguments)
        assert code == 2
        assert "has a stance model in ONNX, which runs on CPUs" in err


def test_rows_are_those_of_an_analysis_by_the_same_models(tmp_path, analyzer, profile_file):
    texts = [
        "Solberg praised the harbour plan. The union condemned the plan on Monday. It rained all day.",
        "Miller attacked the union. Putin praised the talks. The costs of the plan were a disaster.",
    ] * 2
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"id": f"{i}", "text": text}) + "\n" for i, text in enumerate(texts))
    )
    out = tmp_path / "out"
    command = ["run", str(tmp_path / "a.jsonl"), "--out", str(out), "--profile", str(profile_file)]
    assert main([*command, "--target", "the plan"]) == 0
    wanted = joined(
        rows_of(analyzer.analyze(Article.from_text(text), ["the plan"]), f"{i}", f"{tmp_path / 'a.jsonl'}:{i + 1}")
        for i, text in enumerate(texts)
    )
    assert rows_in(out) == wanted | {"rejected": []}
    assert len(wanted["stances"]) > 4
