"""The commands of docs/corrections.md, run one after the other on made-up rows and a tiny model."""

from __future__ import annotations

import csv
import random
import re
import shlex
from pathlib import Path

import pytest
import tiny
import yaml

from newstance import configs
from newstance.service import Profile
from newstance.service.cli import main
from newstance.service.corrections import Correction, CorrectionFile

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten"),
]
PAGE = Path(__file__).parent.parent / "docs" / "corrections.md"
# The model knows the first word of each label; the corrections teach it the second.
VERBS = {"pro": ["praised", "hailed"], "con": ["condemned", "slammed"], "neutral": ["described", "toured"]}
LABELS = {"pro": "favor", "con": "against", "neutral": "neutral"}
PEOPLE = ["Ingrid Solberg", "Peter Vik", "Anna Berg", "Karl Dahl", "Maria Lund"]


def commands() -> list[str]:
    """All lines of the page's blocks that begin with newstance."""
    blocks = re.findall(r"```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("newstance ")]


def made_up(articles: int, seed: int) -> list[dict[str, str]]:
    """Rows of articles in which three people say one thing each of the harbour plan."""
    rng = random.Random(seed)
    rows = []
    for i in range(articles):
        said = [(name, rng.choice([*VERBS])) for name in rng.sample(PEOPLE, 3)]
        verbs = [rng.choice(VERBS[label]) for _, label in said]
        # Long enough that a window holds one of them: the tiny model does not know whose word a verb is.
        text = f"It was day {seed}{i}. " + " ".join(
            f"{name} {verb} the harbour plan in a long speech to the council of the town."
            for (name, _), verb in zip(said, verbs, strict=True)
        )
        rows += [{"article": text, "actor": name, "target": "the harbour plan", "label": label} for name, label in said]
    return rows


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the page speaks of: 300 rows in codes.csv, later.jsonl, mine.yaml."""
    monkeypatch.chdir(tmp_path)
    with Path("codes.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["article", "actor", "target", "label", "coder"])
        writer.writeheader()
        writer.writerows({**row, "coder": "ann"} for row in made_up(100, 1))
    CorrectionFile("later.jsonl").append(
        [Correction(r["article"], r["actor"], LABELS[r["label"]], "ann", r["target"]) for r in made_up(12, 2)]
    )
    known = {"praised": [0, 6, 0], "condemned": [6, 0, 0], "described": [0, 0, 4]}
    words = known | {verb: [0, 0, 0] for verbs in VERBS.values() for verb in verbs if verb not in known}
    tiny.classifier(tmp_path / "stance", ["against", "favor", "neutral"], words, bias=[0, 0, 2], positions=256)
    tiny.classifier(tmp_path / "support", ["not_entailment", "entailment"], {}, positions=256)
    tiny.encoder(tmp_path / "encoder", ["solberg", "harbour", "plan"])
    profile = yaml.safe_load((configs.FOLDER / "profiles" / "embedded.yaml").read_text())
    profile["stance"] = {"source": f"path:{tmp_path / 'stance'}"}
    profile["consistency"] = {"source": f"path:{tmp_path / 'support'}", "embeddings": f"path:{tmp_path / 'encoder'}"}
    profile["summarizer"] = {"kind": "lead", "sentences": 2}
    profile["aggregation"] |= {"window_words": 20}
    Path("mine.yaml").write_text(yaml.safe_dump(profile, sort_keys=False))
    recipe = yaml.safe_load((configs.FOLDER / "training" / "corrections.yaml").read_text())
    # A model of one layer that was set by hand learns as fast as it is told to.
    recipe |= {"learning_rate": 0.02, "epochs": 6, "folds": 3, "form": "float32"}
    Path("recipe.yaml").write_text(yaml.safe_dump(recipe))
    return tmp_path


def test_the_page_s_commands_do_what_the_page_says(folder, capsys):
    said = {}
    for command in commands():
        words = shlex.split(command)[1:]
        if words[:2] == ["train", "corrections"]:
            words[1] = "recipe.yaml"
        assert main(words) == 0, command
        said[command] = capsys.readouterr().out
    assert len(said) == 10

    def of(beginning: str) -> str:
        return next(out for command, out in said.items() if command.startswith(f"newstance {beginning}"))

    assert "300 corrections of 100 texts added to corrections.jsonl" in of("corrections import")
    assert "| ann, the model | 300 | 100 |" in of("agreement")
    assert "corrections (cross-validated) | 300 |" in of("calibrate")
    assert Profile.load("calibrated.yaml").stance.temperature != Profile.load("mine.yaml").stance.temperature
    trained = of("train")
    assert "give the label of the shipped model on 300 of 300 rows; a logit differs by 0.000" in trained
    before, after = map(float, re.search(r"\| 300 \| 100 \| (\d\.\d+) .*? \| (\d\.\d+) ", trained).groups())
    assert before < 0.75 < after
    assert Profile.load("runs/corrections/profile.yaml").stance.source.endswith("runs/corrections")
    assert Profile.load("runs/corrections/profile.yaml").consistency == Profile.load("mine.yaml").consistency
    won, lost = map(int, re.search(r"Won (\d+), lost (\d+)", of("compare")).groups())
    assert won > 5 * lost


def test_what_training_does_not_improve_is_not_written(folder, capsys):
    rows = [row for row in made_up(30, 3) if any(VERBS[row["label"]][0] in s and row["actor"] in s
                                                  for s in row["article"].split(". "))]  # fmt: skip
    CorrectionFile("known.jsonl").append(
        [Correction(r["article"], r["actor"], LABELS[r["label"]], "ann", r["target"]) for r in rows]
    )
    command = ["train", "recipe.yaml", "--corrections", "known.jsonl", "--profile", "mine.yaml", "--out", "runs"]
    Path("recipe.yaml").write_text(Path("recipe.yaml").read_text().replace("0.02", "1.0e-9"))
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "does not improve corrections of articles that it has not seen" in out
    assert "Nothing is written; --anyway writes the model all the same." in out
    assert not Path("runs").exists()
    assert main([*command, "--anyway"]) == 0
    assert Path("runs/corrections/model.onnx").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["corrections"], "--corrections names the file of corrections that is trained on"),
        (["newstance-mpnet"], "--data names the folder that holds the labelled sets that this is trained on"),
        (["corrections", "--corrections", "none.jsonl"], "the corrections in none.jsonl cannot be read"),
    ],
)
def test_what_is_missing_is_told(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    assert main(["train", *words]) == 2
    assert message in capsys.readouterr().err
