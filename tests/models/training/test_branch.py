import json
import shutil

import numpy as np
import pytest

from newstance.models.consistency import SUPPORT
from newstance.models.errors import ConfigError
from newstance.models.pairs import PairClassifier
from newstance.models.sources import locate
from newstance.models.training.branch import TRAINED, BranchRecipe, train_branch
from newstance.models.training.continuing import UpperSettings
from newstance.models.training.reexport import reexport
from newstance.models.training.support_rows import LABELS
from newstance.models.training.train import write_config

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

NAMES = ["favor", "against", "neutral", *LABELS]
NARROW = {"terms": "all", "use": "research and other non-commercial use"}
WIDE = {"terms": "open", "use": "any use that its sets' terms allow"}
PAIRS = [("Kim praised Li.", "Kim toward Li"), ("w9 said that rain fell w10.", "rain fell"), ("w11 w10 w9.", "w12")]


@pytest.fixture(scope="module")
def made(mpnet, tmp_path_factory):
    """Makes a model of four layers in the form that is shipped, with weights that a seed gives."""
    import torch
    from transformers import MPNetForSequenceClassification

    from newstance.models.training.export import export

    def make(seed):
        model, tokenizer = mpnet(
            kind=MPNetForSequenceClassification,
            seed=seed,
            hidden_size=64,
            num_hidden_layers=4,
            initializer_range=0.3,
            attn_implementation="eager",
            num_labels=len(NAMES),
            id2label=dict(enumerate(NAMES)),
            label2id={name: i for i, name in enumerate(NAMES)},
        )
        torch.manual_seed(seed)
        with torch.no_grad():
            for value in model.parameters():
                if value.dim() == 1:
                    value += 0.1 * torch.randn(value.shape)
        folder = tmp_path_factory.mktemp("shipped") / "model"
        export(model, tokenizer, folder, "mixed-7", PAIRS)
        return folder

    return make


@pytest.fixture(scope="module")
def shipped(made):
    return made(1)


@pytest.fixture
def recipe(shipped, tmp_path):
    """A recipe for pairs in which what ends with w20 is borne out, and its data."""
    rows = [
        {"id": f"{i}", "premise": f"w{10 + i} said that rain fell", "hypothesis": f"rain fell {last}", "label": label}
        for i in range(6)
        for last, label in (("w20", "entailment"), ("w21", "neutral"))
    ]
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    labelled = {"kind": "pairs", "file": "pairs.jsonl", "terms": "ours"}
    return BranchRecipe(
        name="x", task="branch", of=f"path:{shipped}", form="mixed-7", max_length=60,
        fit=UpperSettings(trained_layers=1, epochs=40, tokens_per_batch=200, learning_rate=3e-3, warmup=0.1,
                          weight_decay=0.0, clip=1.0, label_smoothing=0.0, seed=1),
        support={
            "annotator": {"source": "path:none"}, "embeddings": "path:none", "train": [labelled | {"name": "train"}],
            "dev": [labelled | {"name": "dev"}], "calibrate_on": ["dev"],
        },
    )  # fmt: skip


def test_a_branch_learns_and_leaves_the_other_answers_as_they_were(shipped, recipe, tmp_path):
    trained = train_branch(recipe, tmp_path, tmp_path / "out")
    before, after = (PairClassifier.load(locate(f"path:{folder}")) for folder in (shipped, trained.folder))
    assert np.array_equal(before.score(PAIRS).logits, after.score(PAIRS).logits)
    branch = after.for_task(SUPPORT)
    scores = trained.scores["dev"]
    right = [scores.labels[i] == row["label"] for i, row in zip(scores.logits.argmax(1), scores.rows, strict=True)]
    assert all(right)
    assert not np.allclose(branch.score(PAIRS).logits, after.score(PAIRS).logits)
    assert after.for_task("another") is after and before.for_task(SUPPORT) is before


def test_what_was_trained_is_kept_and_shipped_again_on_its_own_result(recipe, tmp_path):
    out = tmp_path / "out"
    first = train_branch(recipe, tmp_path, out).folder
    said = PairClassifier.load(locate(f"path:{first}")).for_task(SUPPORT).score(PAIRS).logits
    shutil.copytree(first, tmp_path / "first")
    trained_at = (out / TRAINED).stat().st_mtime_ns
    again = train_branch(recipe.model_copy(update={"of": f"path:{tmp_path / 'first'}"}), tmp_path, out).folder
    assert (out / TRAINED).stat().st_mtime_ns == trained_at
    assert np.array_equal(said, PairClassifier.load(locate(f"path:{again}")).for_task(SUPPORT).score(PAIRS).logits)
    assert _size(again) == _size(first)


def test_layers_trained_otherwise_are_refused(made, recipe, tmp_path):
    out = tmp_path / "out"
    train_branch(recipe, tmp_path, out)
    changes = {
        "runs": {"runs": 2},
        "epochs": {"fit": recipe.fit.model_copy(update={"epochs": 2})},
        "base": {"of": f"path:{made(2)}"},
    }
    for other, change in changes.items():
        with pytest.raises(ConfigError, match=f"out.trained is of a training with other {other}; choose another --out"):
            train_branch(recipe.model_copy(update=change), tmp_path, out)


@pytest.mark.parametrize(("grown_on", "restricted"), [(WIDE, True), (NARROW, False), (WIDE, False), ({}, True)])
def test_the_narrower_terms_are_those_of_the_model(shipped, recipe, tmp_path, grown_on, restricted):
    shutil.copytree(shipped, tmp_path / "base")
    write_config(tmp_path / "base", grown_on)
    train = tuple(labelled.model_copy(update={"restricted": restricted}) for labelled in recipe.support.train)
    changes = {
        "of": f"path:{tmp_path / 'base'}",
        "support": recipe.support.model_copy(update={"train": train}),
        "fit": recipe.fit.model_copy(update={"epochs": 1}),
    }
    folder = train_branch(recipe.model_copy(update=changes), tmp_path, tmp_path / "out").folder
    config = json.loads((folder / "config.json").read_text())["newstance"]
    expected = NARROW if restricted else grown_on
    assert {name: config[name] for name in ("terms", "use")} == expected


def test_the_mean_of_several_runs_is_taken(recipe, tmp_path):
    from safetensors.torch import load_file

    def learned(seed, runs):
        fit = recipe.fit.model_copy(update={"seed": seed, "epochs": 2})
        out = tmp_path / f"{seed}-{runs}"
        train_branch(recipe.model_copy(update={"fit": fit, "runs": runs}), tmp_path, out)
        return load_file(str(out / TRAINED))

    one, other, both = learned(1, 1), learned(2, 1), learned(1, 2)
    assert any(not np.allclose(one[name], other[name]) for name in one)
    for name, value in both.items():
        assert np.allclose(value, (one[name] + other[name]) / 2, atol=1e-6)


def test_lower_layers_are_shared(shipped, recipe, tmp_path):
    grown = train_branch(recipe, tmp_path, tmp_path / "out").folder
    # One of four layers and a head; embeddings and three layers are there already.
    assert _size(shipped) < _size(grown) < 1.35 * _size(shipped)


def test_an_export_of_the_other_weights_keeps_the_branch(recipe, tmp_path):
    grown = train_branch(recipe, tmp_path, tmp_path / "out").folder
    reexport(f"path:{grown}", tmp_path / "again", "mixed-7")
    one, other = (PairClassifier.load(locate(f"path:{folder}")) for folder in (grown, tmp_path / "again"))
    assert np.allclose(
        one.for_task(SUPPORT).score(PAIRS).logits, other.for_task(SUPPORT).score(PAIRS).logits, atol=1e-4
    )
    assert _size(tmp_path / "again") == pytest.approx(_size(grown), rel=0.01)  # what they share is there once


def test_the_other_weights_may_take_another_form(recipe, tmp_path):
    grown = train_branch(recipe, tmp_path, tmp_path / "out").folder
    reexport(f"path:{grown}", tmp_path / "again", "weights-8-32")
    one, other = (PairClassifier.load(locate(f"path:{folder}")) for folder in (grown, tmp_path / "again"))
    assert np.array_equal(one.for_task(SUPPORT).score(PAIRS).logits, other.for_task(SUPPORT).score(PAIRS).logits)
    assert not np.array_equal(one.score(PAIRS).logits, other.score(PAIRS).logits)


def test_only_an_exported_model_has_branches(recipe, tmp_path, mpnet):
    from transformers import MPNetForSequenceClassification

    model, tokenizer = mpnet(kind=MPNetForSequenceClassification)
    model.save_pretrained(tmp_path / "torch")
    tokenizer.save_pretrained(tmp_path / "torch")
    with pytest.raises(ConfigError, match="is no exported model"):
        train_branch(recipe.model_copy(update={"of": f"path:{tmp_path / 'torch'}"}), tmp_path, tmp_path / "out")


def _size(folder):
    return sum(file.stat().st_size for file in folder.glob("*.onnx.data-*"))
