import copy

import numpy as np
import pytest

from newstance.models.errors import ConfigError
from newstance.models.pairs import PairClassifier
from newstance.models.sources import locate
from newstance.models.training.export import export

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

LABELS = ["favor", "against", "neutral", "entailment", "not_entailment"]
PAIRS = [
    ("{ Kim } praised [ Li ].", "Kim toward Li"),
    ("w9 " * 50, "rain fell"),
    ("Kim w250 saw w3 w4.", "Li toward Kim"),
]


@pytest.fixture(scope="module")
def model(mpnet):
    """A classifier whose answers differ from pair to pair, with its tokenizer."""
    from transformers import MPNetForSequenceClassification

    names = {"num_labels": len(LABELS), "id2label": dict(enumerate(LABELS)), "attn_implementation": "eager"}
    return mpnet(kind=MPNetForSequenceClassification, hidden_size=64, initializer_range=0.3, **names)


def said(folder):
    return PairClassifier.load(locate(f"path:{folder}")).score(PAIRS).logits


@pytest.fixture(scope="module")
def exact(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("torch")
    for part in model:
        part.save_pretrained(folder)
    return said(folder)


# How far from the torch model each form may be, as a share of how far the pairs are from each other. The weights are
# random and the model narrow: a trained one of full size is much nearer.
@pytest.mark.parametrize(
    ("form", "far"),
    [
        ("float32", 1e-5),
        ("dynamic-7", 0.1),
        ("mixed-7", 0.1),
        ("weights-8-32", 0.07),
        ("weights-4-32", 0.4),
    ],
)
def test_each_form_says_what_the_torch_model_says(model, exact, tmp_path, form, far):
    export(*model, tmp_path / "out", form, PAIRS)
    error = np.square(said(tmp_path / "out") - exact).mean() ** 0.5 / exact.std()
    assert error < far
    assert form == "float32" or error > 1e-4  # it was rounded at all


def test_labels_and_names_of_the_tokenizer_go_along(model, tmp_path):
    export(*model, tmp_path / "out", "weights-8-32")
    assert PairClassifier.load(locate(f"path:{tmp_path / 'out'}")).labels == LABELS
    assert {"config.json", "tokenizer.json"} <= {file.name for file in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize("form", ["float32", "dynamic-7", "mixed-7", "weights-8-32"])
def test_the_neighbours_of_a_pair_do_not_change_its_answer(model, tmp_path, form):
    export(*model, tmp_path / "out", form, PAIRS)
    classifier = PairClassifier.load(locate(f"path:{tmp_path / 'out'}"))
    alone = np.concatenate([classifier.score([pair]).logits for pair in PAIRS])
    np.testing.assert_array_equal(classifier.score(PAIRS).logits, alone)


def test_large_activations_in_a_few_columns_cost_the_mixed_form_nothing(model, tmp_path):
    """What happens to every trained transformer: here the second layer's input is made large in two columns."""
    import torch

    classifier, tokenizer = model
    large = copy.deepcopy(classifier)
    norm = large.mpnet.encoder.layer[0].output.LayerNorm
    products = [large.mpnet.encoder.layer[1].attention.attn.get_submodule(name) for name in "qkv"]
    with torch.no_grad():
        for column in (5, 40):
            norm.weight[column] *= 300
            for product in products:  # and as much smaller where it is read
                product.weight[:, column] /= 300
    errors = {}
    for form in ("float32", "dynamic-7", "mixed-7"):
        export(large, tokenizer, tmp_path / form, form, PAIRS)
        errors[form] = said(tmp_path / form)
    exact = errors.pop("float32")
    far = {form: np.square(logits - exact).mean() ** 0.5 for form, logits in errors.items()}
    assert far["mixed-7"] < 0.5 * far["dynamic-7"]


def test_fewer_bits_take_less_room(model, tmp_path):
    sizes = {}
    for form in ("float32", "weights-8-32", "weights-4-32"):
        export(*model, tmp_path / form, form)
        sizes[form] = sum(file.stat().st_size for file in (tmp_path / form).glob("model.onnx.data*"))
    assert sizes["weights-8-32"] < 0.5 * sizes["float32"]
    assert sizes["weights-4-32"] < sizes["weights-8-32"]


def test_no_file_is_larger_than_the_limit_and_all_parts_are_found(model, exact, tmp_path):
    limit = 90_000
    export(*model, tmp_path / "out", "float32", file_limit=limit)
    parts = sorted((tmp_path / "out").glob("model.onnx.data-*"))
    assert len(parts) > 2
    assert all(part.stat().st_size <= limit for part in parts)
    assert all(part.stat().st_mode & 0o044 == 0o044 for part in parts)  # others may read them
    assert said(tmp_path / "out") == pytest.approx(exact, abs=1e-4)
    (tmp_path / "out").rename(tmp_path / "moved")
    assert said(tmp_path / "moved") == pytest.approx(exact, abs=1e-4)
    (tmp_path / "moved" / parts[1].name).unlink()
    with pytest.raises(Exception, match=r"model\.onnx\.data-1"):
        said(tmp_path / "moved")


def test_a_second_export_replaces_the_first(model, exact, tmp_path):
    export(*model, tmp_path / "out", "float32", file_limit=90_000)
    export(*model, tmp_path / "out", "float32")
    assert [file.name for file in (tmp_path / "out").glob("model.onnx.data*")] == ["model.onnx.data-0"]
    assert said(tmp_path / "out") == pytest.approx(exact, abs=1e-4)


def test_what_cannot_be_written_is_named(model, tmp_path):
    with pytest.raises(ConfigError, match="'int3' is no form of a shipped model; expected one of float32, dynamic-7"):
        export(*model, tmp_path / "out", "int3")
    with pytest.raises(ConfigError, match="the form mixed-7 is made by examples, and there are none"):
        export(*model, tmp_path / "out", "mixed-7")
    with pytest.raises(ConfigError, match=r"word_embeddings.* takes 76,800 bytes, and one file may have 20,000"):
        export(*model, tmp_path / "out", "float32", file_limit=20_000)
