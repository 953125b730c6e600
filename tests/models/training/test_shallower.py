import json
import math
from dataclasses import replace

import numpy as np
import pytest
import tiny
import torch

from newstance.models.errors import ConfigError
from newstance.models.training.batching import Encoded, encode, padded
from newstance.models.training.fit import fit, start, tokenizer_of
from newstance.models.training.scoring import predict
from newstance.models.training.shallower import distance_to, needed_layers, with_layers

WHOLE = tiny.fit_settings(layers=3)
ROWS = [
    {"text": f"Kim {word} Li .", "question": "Kim toward Li", "label": label, "set": "stance", "weight": 1.0}
    for word, label in {"praised": "favor", "attacked": "against", "saw": "neutral"}.items()
] + [
    {"text": f"Kim {word} Li .", "question": "rain fell", "label": label, "set": "support", "weight": 1.0}
    for word, label in {"rain": "entailment", "fell": "not_entailment"}.items()
]


@pytest.fixture(scope="module")
def base(mpnet, tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    for part in mpnet(hidden_size=64, num_hidden_layers=3, initializer_range=0.2, hidden_dropout_prob=0.0):
        part.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def fitted(base, tmp_path_factory):
    """A model of three layers, of which the second changes next to nothing."""
    torch.manual_seed(1)
    model = start(base, WHOLE)
    idle = model.base_model.encoder.layer[1]
    with torch.no_grad():
        for module in (idle.attention.attn.o, idle.output.dense):
            module.weight.mul_(1e-3)
            module.bias.zero_()
    folder = tmp_path_factory.mktemp("fitted")
    model.save_pretrained(folder)
    tokenizer_of(base).save_pretrained(folder)
    return folder


def test_the_distance_to_a_teacher_is_over_the_outputs_of_a_rows_own_head():
    logits = torch.tensor([[1.0, 0, 0, 9, -9], [7, 7, 7, 0, 0]])
    taught = torch.tensor([[1.0, 0, 0, -5, 5], [0, 0, 0, math.log(3), 0]])
    targets, weights = torch.tensor([2, 3]), torch.tensor([1.0, 3.0])
    expected = 3 / 4 * (0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5))
    assert distance_to(logits, taught, targets, weights).item() == pytest.approx(expected, abs=1e-5)


def test_the_layer_goes_that_answers_need_least(fitted):
    encoded: Encoded = encode(ROWS, fitted, 24)
    whole = start(fitted, WHOLE)
    weights = [layer.attention.attn.q.weight.clone() for layer in whole.base_model.encoder.layer]
    assert needed_layers(whole, 2, encoded, [[0, 1, 2], [3, 4]]) == [0, 2]
    small = with_layers(whole, [0, 2])
    assert small.config.num_hidden_layers == len(small.base_model.encoder.layer) == 2
    assert len(whole.base_model.encoder.layer) == 3
    kept = [layer.attention.attn.q.weight for layer in small.base_model.encoder.layer]
    assert torch.equal(kept[0], weights[0])
    assert torch.equal(kept[1], weights[2])


def test_what_stays_learns_to_answer_as_the_whole_does(fitted, tmp_path):
    # Rows whose labels say nothing: what is learned comes from the teacher.
    settings = replace(WHOLE, layers=1, teacher=50.0, epochs=30, label_smoothing=1.0, learning_rate=0.003)
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    folder = fit(tmp_path / "rows.jsonl", fitted, tmp_path / "out", settings)
    encoded = encode(ROWS, fitted, 24)
    teacher = predict(start(fitted, WHOLE), encoded, 64, bf16=False)
    (kept,) = json.loads((tmp_path / "out" / "checkpoints" / "layers.json").read_text())
    untaught = predict(with_layers(start(fitted, WHOLE), [kept]), encoded, 64, bf16=False)
    taught = predict(start(folder, settings), encoded, 64, bf16=False)
    batch = padded([encoded[i] for i in range(len(ROWS))], 1)

    def distance(logits: np.ndarray) -> float:
        return distance_to(*(torch.from_numpy(x) for x in (logits, teacher)), batch["targets"], batch["weights"]).item()

    assert distance(taught) < 0.5 * distance(untaught)


def test_an_encoder_without_heads_is_no_teacher(base, tmp_path):
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    with pytest.raises(ConfigError, match=r"lacks weights for classifier.*; a teacher is a fitted model"):
        fit(tmp_path / "rows.jsonl", base, tmp_path / "out", replace(WHOLE, layers=1, teacher=1.0))


def test_a_run_that_goes_on_keeps_its_layers_and_another_depth_or_teacher_is_refused(fitted, base, tmp_path):
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    settings = replace(WHOLE, layers=1, teacher=1.0, learning_rate=0.0)
    fit(tmp_path / "rows.jsonl", fitted, tmp_path / "out", settings, seconds=60)  # writes no checkpoints of weights
    (tmp_path / "out" / "checkpoints" / "layers.json").write_text("[1]")  # not what would be found
    folder = fit(tmp_path / "rows.jsonl", fitted, tmp_path / "out", settings)
    layers = start(fitted, WHOLE).base_model.encoder.layer
    (kept,) = start(folder, settings).base_model.encoder.layer
    assert torch.equal(kept.attention.attn.q.weight, layers[1].attention.attn.q.weight)
    for teacher, depth, other in ((fitted, 2, "layers"), (base, 1, "base")):
        with pytest.raises(ConfigError, match=f"checkpoints is of a training with other {other}; choose another --out"):
            fit(tmp_path / "rows.jsonl", teacher, tmp_path / "out", replace(settings, layers=depth))
