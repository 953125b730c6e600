import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny

from newstance.models.errors import ConfigError
from newstance.models.training import fit as fitting
from newstance.models.training.batching import LABELS, batches, encode, padded, read_rows
from newstance.models.training.fit import FitSettings, disagreement_of, fit, loss_of, start
from newstance.models.training.packing import load_parts, packed, save_parts, unpacked
from newstance.models.training.scoring import evaluate, predict

WORDS = {"praised": "favor", "attacked": "against", "saw": "neutral"}
SETTINGS = tiny.fit_settings(save_steps=4)


def row(word, label, name="stance", question="Kim toward Li", weight=1.0):
    return {"text": f"Kim {word} Li .", "question": question, "label": label, "set": name, "weight": weight}


STANCE = [row(word, label) for word, label in WORDS.items()]
SUPPORT = [
    row("rain", "entailment", "support", "rain fell"),
    row("fell", "not_entailment", "support", "rain fell"),
]


@pytest.fixture(scope="module")
def base(mpnet, tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    for part in mpnet(hidden_size=64, initializer_range=0.2, hidden_dropout_prob=0.0):
        part.save_pretrained(folder)
    return folder


@pytest.fixture
def rows(tmp_path):
    def write(given, name="rows.jsonl"):
        (tmp_path / name).write_text("".join(json.dumps(r) + "\n" for r in given))
        return tmp_path / name

    return write


def changed(**settings):
    return FitSettings(**SETTINGS.__dict__ | settings)


# Batches


def test_every_epoch_holds_each_row_once_in_batches_below_the_budget():
    lengths = [1 + i * 7 % 40 for i in range(9000)]
    plan = batches(lengths, changed(epochs=1))
    assert sorted(i for batch in plan for i in batch) == list(range(9000))
    assert max(len(batch) * max(lengths[i] for i in batch) for batch in plan) <= 64
    assert sum(len(b) * max(lengths[i] for i in b) for b in plan) < 1.2 * sum(lengths)  # little is wasted
    sizes = [lengths[batch[0]] for batch in plan]
    assert sizes != sorted(sizes, reverse=True)  # long and short ones take turns
    both = batches(lengths, SETTINGS)
    assert sorted(i for batch in both for i in batch) == sorted([*range(9000)] * 2)
    assert both == batches(lengths, SETTINGS)
    assert both != batches(lengths, changed(seed=4))


def test_a_row_longer_than_the_budget_is_a_batch_of_its_own():
    assert sorted(batches([100, 3, 3], changed(epochs=1))) == [[0], [1, 2]]


def test_texts_are_cut_and_questions_never(base):
    question = "Kim w20 toward Li w21"
    long, short = row("saw " * 50, "neutral", question=question), row("", "neutral", question=question)
    encoded = encode([long, short, STANCE[0]], base, 24)
    assert [len(ids) for ids in encoded.ids] == [24, 12, 11]
    assert encoded.ids[0][-6:].tolist() == encoded.ids[1][-6:].tolist()  # the question and its end
    assert [LABELS[i] for i in encoded.targets] == ["neutral", "neutral", "favor"]


def test_rows_that_cannot_be_learned_from_are_named(base, tmp_path):
    with pytest.raises(ConfigError, match="rows have the labels pro; expected favor, against, neutral, entailment"):
        encode([row("saw", "pro")], base, 24)
    with pytest.raises(ConfigError, match="a question of long takes 40 tokens and leaves no room for text"):
        encode([row("saw", "favor", "long", "w20 " * 40)], base, 24)
    with pytest.raises(ConfigError, match="there is no file"):
        read_rows(tmp_path / "none.jsonl")


# Loss


def test_each_row_counts_for_its_own_head_and_by_its_weight():
    import torch
    from torch.nn.functional import cross_entropy

    logits = torch.tensor([[2.0, -1, 0, 9, 1], [0, 3, 1, -2, 2], [5, 1, 1, 0.5, -1]], requires_grad=True)
    targets, weights = torch.tensor([1, 4, 0]), torch.tensor([1.0, 3.0, 2.0])
    loss = loss_of(logits, targets, weights, 0.1)
    stance = cross_entropy(logits[[0, 2], :3], torch.tensor([1, 0]), reduction="none", label_smoothing=0.1)
    support = cross_entropy(logits[[1], 3:], torch.tensor([1]), reduction="none", label_smoothing=0.1)
    expected = (stance[0] + 2 * stance[1] + 3 * support[0]) / 6
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    loss.backward()
    assert (logits.grad[[0, 2], 3:] == 0).all() and (logits.grad[1, :3] == 0).all()
    assert (logits.grad[0, :3] != 0).all()


def test_twins_stand_behind_their_rows_in_a_batch(base):
    rows = [STANCE[0], {**STANCE[1], "twin": ["w30 attacked Li .", "w30 toward Li"]}, SUPPORT[0]]
    encoded = encode(rows, base, 24)
    batch = padded([encoded[i] for i in range(3)], 1)
    assert batch["input_ids"].shape[0] == 4 and len(batch["targets"]) == 3
    assert batch["twin_of"].tolist() == [1]
    row, twin = batch["input_ids"][1], batch["input_ids"][3]
    assert (row != twin).sum() == 2  # the name in text and question


def test_disagreement_is_none_of_equal_stances_and_looks_at_no_other_output():
    import torch

    logits = torch.tensor([[2.0, -1, 0, 9, 1], [0, 3, 1, -2, 2]])
    same = logits + torch.tensor([0, 0, 0, 5.0, -5])
    assert disagreement_of(logits, same, torch.ones(2)).item() == pytest.approx(0, abs=1e-6)
    other = logits.flip(0)
    p, q = logits[:, :3].softmax(-1), other[:, :3].softmax(-1)
    both = ((p * (p / q).log()).sum(-1) + (q * (q / p).log()).sum(-1)) / 2
    weights = torch.tensor([1.0, 3.0])
    assert disagreement_of(logits, other, weights).item() == pytest.approx((both * weights).sum().item() / 4, rel=1e-5)


def test_rows_and_their_twins_come_to_be_answered_alike(base, rows, tmp_path):
    def twin(word, label, name):
        return row(word, label) | {"twin": [f"{name} {word} Li .", f"{name} toward Li"]}

    given = [twin(word, label, f"w{i}") for i in range(20, 44) for word, label in WORDS.items()]
    file = rows(given)

    def apart(agreement, out):
        folder = fit(file, base, tmp_path / out, changed(epochs=3, agreement=agreement))
        other = [{**r, "text": r["twin"][0], "question": r["twin"][1]} for r in given]
        from transformers import AutoModelForSequenceClassification

        model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager")
        one, two = (predict(model, encode(r, base, 24), 512, bf16=False) for r in (given, other))
        return float(np.abs(one[:, :3] - two[:, :3]).mean())

    assert apart(5.0, "agreeing") < 0.7 * apart(0.0, "free")


# Start


def test_the_base_may_come_packed(base, tmp_path):
    from safetensors.torch import load_file

    exact = load_file(str(base / "model.safetensors"))
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((base / name).read_bytes())
    save_parts(packed(exact), tmp_path)
    model = start(tmp_path, SETTINGS)
    for name, value in model.base_model.state_dict().items():
        assert value.numpy() == pytest.approx(exact[name].numpy(), abs=exact[name].abs().max().item() / 100)
    assert {p.requires_grad for p in model.base_model.embeddings.parameters()} == {False}
    assert all(p.requires_grad for p in model.base_model.encoder.parameters())


def test_a_base_without_all_weights_is_refused(base, tmp_path):
    from safetensors.torch import load_file, save_file

    state = load_file(str(base / "model.safetensors"))
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((base / name).read_bytes())
    save_file({name: v for name, v in state.items() if "layer.0.output" not in name}, tmp_path / "model.safetensors")
    with pytest.raises(ConfigError, match=r"lacks weights for mpnet\.encoder\.layer\.0\.output"):
        start(tmp_path, SETTINGS)


# Packing


def test_packed_weights_are_near_the_true_ones_in_files_below_the_limit(tmp_path):
    import torch

    torch.manual_seed(1)
    state = {"a": torch.randn(64, 128), "b": torch.randn(7), "c": torch.randn(5, 30), "n": torch.arange(3)}
    state["a"][0] *= 100  # no other row may suffer from it
    paths = save_parts(packed(state), tmp_path, limit=5000)
    assert len(paths) == 2
    read = unpacked(load_parts(tmp_path))
    assert set(read) == {"a", "b", "c"}
    assert (read["a"][1:] - state["a"][1:]).abs().max() < 0.02
    assert (read["a"][0] - state["a"][0]).abs().max() < 2
    assert (read["c"] - state["c"]).abs().max() < 2e-3
    assert save_parts({"a": torch.zeros(3)}, tmp_path) == paths[:1]
    assert list(load_parts(tmp_path)) == ["a"]
    assert packed(state, rounded=False)["a"].dtype == torch.float16


# Fit


def test_both_heads_are_learned_at_once(base, rows, tmp_path):
    file = rows([*STANCE, *SUPPORT] * 8)
    folder = fit(file, base, tmp_path / "out", changed(epochs=8, layers=2))
    scores = evaluate(file, folder, base, SETTINGS)
    assert scores["stance"] == {"n": 24, "macro-F1": pytest.approx(1)}
    assert scores["support"] == {"n": 16, "macro-F1": pytest.approx(1), "AUC": pytest.approx(1)}
    assert json.loads((tmp_path / "out" / "scores.json").read_text()) == scores
    losses = [entry["loss"] for entry in json.loads((tmp_path / "out" / "log.json").read_text()) if "loss" in entry]
    assert losses[-1] < 0.6 * losses[0]
    config = json.loads((folder / "config.json").read_text())
    assert [config["id2label"][str(i)] for i in range(5)] == list(LABELS)


def test_a_killed_run_goes_on_from_its_checkpoint_to_the_same_weights(base, rows, tmp_path, monkeypatch):
    from safetensors.torch import load_file

    file = rows([*STANCE, *SUPPORT] * 5)
    whole = load_file(str(fit(file, base, tmp_path / "whole", SETTINGS) / "model.safetensors"))
    steps = []

    def counted(*args):
        steps.append(1)
        if len(steps) == 7:
            raise KeyboardInterrupt
        return loss_of(*args)

    monkeypatch.setattr(fitting, "loss_of", counted)
    with pytest.raises(KeyboardInterrupt):
        fit(file, base, tmp_path / "out", SETTINGS)
    again = load_file(str(fit(file, base, tmp_path / "out", SETTINGS) / "model.safetensors"))
    encoded = encode(read_rows(file), base, 24)
    total = len(batches([len(ids) for ids in encoded.ids], SETTINGS))
    assert len(steps) == 7 + total - 4  # a checkpoint lay at the fourth step
    assert all((again[name] - value).abs().max() < 1e-6 for name, value in whole.items())


def test_checkpoints_of_another_fit_are_refused(base, mpnet, rows, tmp_path):
    file, out = rows(STANCE * 4), tmp_path / "out"
    fit(file, base, out, SETTINGS)
    fit(file, base, out, changed(save_steps=5))
    for settings, other in ((changed(learning_rate=0.02, epochs=1), "epochs, learning_rate"), (SETTINGS, "rows")):
        file = rows(STANCE * 4 if other != "rows" else STANCE * 5)
        with pytest.raises(ConfigError, match=rf"checkpoints is of a training with other {other}; choose another --ou"):
            fit(file, base, out, settings)
    for part in mpnet(hidden_size=64, seed=2):
        part.save_pretrained(tmp_path / "other")
    with pytest.raises(ConfigError, match="of a training with other base; "):
        fit(rows(STANCE * 4), tmp_path / "other", out, SETTINGS)
    (out / "checkpoints" / "made-of.json").unlink()
    with pytest.raises(ConfigError, match=r"checkpoints has no made-of\.json to tell what it was made of; choose"):
        fit(file, base, out, SETTINGS)


def test_a_run_ends_with_its_time_and_with_a_rate_of_zero(base, rows, tmp_path, monkeypatch):
    clock = iter(np.arange(0, 10_000, 0.25))
    monkeypatch.setattr(fitting.time, "monotonic", lambda: float(next(clock)))
    fit(rows(STANCE * 400), base, tmp_path / "out", changed(tokens_per_batch=64), seconds=40)
    history = json.loads((tmp_path / "out" / "log.json").read_text())
    rates = [entry["learning_rate"] for entry in history if "learning_rate" in entry]
    assert 50 < history[-1]["step"] < 100  # of 480: two looks at the clock in each step
    assert rates[-1] < 0.5 * max(rates)
    assert not list((tmp_path / "out" / "checkpoints").glob("checkpoint-*"))


def test_it_runs_where_only_torch_and_transformers_are(base, rows, tmp_path):
    import newstance.configs
    import newstance.models

    package = tmp_path / "alone" / "newstance" / "models"
    package.mkdir(parents=True)
    own = Path(newstance.models.__path__[0])
    for name in ("training", "bfloat16.py", "errors.py"):
        (package / name).symlink_to(own / name)
    (package.parent / "__init__.py").touch()
    (package.parent / "configs").mkdir()
    (package.parent / "configs" / "errors.py").symlink_to(Path(newstance.configs.__path__[0]) / "errors.py")
    rows([*STANCE, *SUPPORT] * 3)
    rows([*STANCE, *SUPPORT], "dev.jsonl")
    SETTINGS.write(tmp_path / "fit.json")
    code = (
        "import sys\n"
        "for name in ('pydantic', 'spacy', 'datasets', 'onnxruntime'): sys.modules[name] = None\n"
        "from newstance.models.training.fit import main\nmain()"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, tmp_path, base, tmp_path / "out", "--seconds", "20"],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "alone"), "PYTHONNOUSERSITE": "1"},
        cwd=tmp_path,  # the checkout has a newstance of its own
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr
    assert "stance " in found.stdout and "macro-F1" in found.stdout and "AUC" in found.stdout
    (part,) = (tmp_path / "out" / "packed").glob("*.safetensors")
    names = load_parts(part.parent)
    assert "classifier.out_proj.weight" in unpacked(names)
    assert not [name for name in names if "embeddings" in name]
