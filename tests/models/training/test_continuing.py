import numpy as np
import pytest

from newstance.models.errors import ConfigError
from newstance.models.pairs import PairClassifier
from newstance.models.sources import locate
from newstance.models.stance import LABELS
from newstance.models.training.continuing import Continued, ContinuingSettings
from newstance.models.training.export import export
from newstance.models.training.floats import floats_of, trainable
from newstance.models.training.outliers import columns_of

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

NAMES = [*LABELS, "entailment", "not_entailment"]
PAIRS = [(f"{{ Kim }} {word} [ Li ] {more}.", "Kim toward Li") for word in ("praised", "attacked", "saw")
         for more in ("w9", "w10 w11", "said that rain fell")]  # fmt: skip
GOLD = [label for label in LABELS for _ in range(3)]
SETTINGS = ContinuingSettings(
    name="x", task="corrections", form="mixed-7", trained_layers=1, epochs=80, tokens_per_batch=64, learning_rate=3e-3,
    warmup=0.1, weight_decay=0.0, clip=1.0, label_smoothing=0.0, folds=3, seed=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def shipped(mpnet, tmp_path_factory):
    """A model whose answers differ from pair to pair, in each form, with its torch folder."""
    import torch
    from transformers import MPNetForSequenceClassification

    labels = {
        "num_labels": len(NAMES),
        "id2label": dict(enumerate(NAMES)),
        "label2id": {n: i for i, n in enumerate(NAMES)},
    }
    model, tokenizer = mpnet(
        kind=MPNetForSequenceClassification,
        hidden_size=64,
        initializer_range=0.3,
        attn_implementation="eager",
        **labels,
    )
    torch.manual_seed(1)
    with torch.no_grad():
        for value in model.parameters():  # an export gives weights that are equal, as untrained ones are, one name
            if value.dim() == 1:
                value += 0.1 * torch.randn(value.shape)
    folder = tmp_path_factory.mktemp("shipped")
    for form in ("float32", "dynamic-7", "mixed-7", "weights-8-32"):
        export(model, tokenizer, folder / form, form, PAIRS)
    model.save_pretrained(folder / "torch")
    tokenizer.save_pretrained(folder / "torch")
    return folder


def continued(folder, **changes):
    from transformers import AutoTokenizer

    weights = locate(f"path:{folder}")
    settings = SETTINGS.model_copy(update=changes)
    return Continued(trainable(weights), AutoTokenizer.from_pretrained(folder), 64, settings)


@pytest.mark.parametrize(("form", "far"), [("float32", 1e-5), ("dynamic-7", 0.02), ("mixed-7", 0.06), ("torch", 0)])
def test_the_weights_of_a_form_come_back_as_far_as_rounding_left_them(shipped, form, far):
    exact = trainable(locate(f"path:{shipped / 'torch'}")).state_dict()
    model = trainable(locate(f"path:{shipped / form}"))
    for name, value in model.named_parameters():
        error = (value - exact[name]).abs().max().item()
        assert error <= far * exact[name].abs().max().item(), name


def test_what_stands_in_float32_beside_the_rounded_weights_comes_back_unrounded(shipped):
    found = floats_of(shipped / "mixed-7")["mpnet.encoder.layer.1.attention.attn.q.weight"]
    kept = columns_of(shipped / "mixed-7" / "model.onnx")["/mpnet/encoder/layer.1/attention/attn/q/MatMul_output_0"]
    rounded = np.setdiff1d(np.arange(found.shape[1]), kept)
    steps = found / (np.abs(found[:, rounded]).max(axis=1, keepdims=True) / 64)
    assert np.allclose(steps[:, rounded], steps[:, rounded].round(), atol=1e-3)
    off = np.abs(steps[:, kept] - steps[:, kept].round())
    assert len(kept) == 8 and (off > 0.01).mean() > 0.9


def test_a_form_that_hides_its_weights_is_refused(shipped):
    with pytest.raises(ConfigError, match=r"cannot be trained on: its form gives no weights for .*"):
        trainable(locate(f"path:{shipped / 'weights-8-32'}"))


@pytest.mark.parametrize("layers", [0, 1, 2, 9])
def test_states_and_upper_layers_say_what_the_whole_model_says(shipped, layers):
    model = continued(shipped / "torch", trained_layers=layers)
    whole = PairClassifier.load(locate(f"path:{shipped / 'torch'}")).score(PAIRS).logits[:, :3]
    assert model.logits(model.states(PAIRS)) == pytest.approx(whole, abs=1e-5)


def test_only_the_last_layers_and_the_head_learn_and_all_is_forgotten_again(shipped):
    import torch

    model = continued(shipped / "torch")
    states = model.states(PAIRS)
    before = {name: value.clone() for name, value in model.model.state_dict().items()}
    start = model.logits(states)
    model.fit(states, GOLD)
    learned = model.logits(states)
    assert [LABELS[i] for i in learned.argmax(1)] == GOLD
    moved = {name for name, value in model.model.state_dict().items() if not torch.equal(value, before[name])}
    assert moved and all(name.startswith(("mpnet.encoder.layer.1.", "classifier.")) for name in moved)
    model.fit(states, GOLD)
    assert model.logits(states) == pytest.approx(learned, abs=1e-5)  # from the start again
    model.forget()
    assert (model.logits(states) == start).all()
    # And the model as a whole, not by its parts, has learned.
    model.fit(states, GOLD)
    inputs = model.tokenizer(*PAIRS[0], return_tensors="pt")
    with torch.inference_mode():
        assert model.model(**inputs).logits[0, :3].numpy() == pytest.approx(learned[0], abs=1e-4)


def test_the_head_alone_learns_where_no_layer_is_to(shipped):
    model = continued(shipped / "torch", trained_layers=0)
    names = {name.split(".")[0] for name, value in model.model.named_parameters() if value.requires_grad}
    assert names == {"classifier"}
