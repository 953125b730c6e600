import numpy as np
import pytest

from newstance.models.errors import ConfigError
from newstance.models.pairs import MAIN, PairClassifier, softmax
from newstance.models.sources import locate
from newstance.models.stance import LABELS, StanceClassifier, StanceQuery, StanceSettings
from newstance.models.training.export import export
from newstance.models.training.onnx_files import copy_others, read_models, save_models
from newstance.models.training.reexport import reexport
from newstance.models.training.telling import Telling, add_shares, add_telling, fit_telling, telling_of
from newstance.models.training.train import write_config

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

PAIRS = [("{ Kim } praised [ Li ].", "Kim toward Li"), ("w9 " * 30, "rain fell")]
HEADS, WIDTH = 2, 32
TELLING = Telling(
    np.random.default_rng(3).normal(size=(HEADS, WIDTH, 3)).astype(np.float32), np.array([0.5, -0.25, 1], np.float32)
)


@pytest.fixture(scope="module")
def model(mpnet):
    import torch
    from transformers import MPNetForSequenceClassification

    classifier, tokenizer = mpnet(
        kind=MPNetForSequenceClassification,
        hidden_size=64,
        num_labels=5,
        attn_implementation="eager",
        id2label=dict(enumerate((*LABELS, "entailment", "not_entailment"))),
    )
    torch.manual_seed(1)
    with torch.no_grad():
        for value in classifier.parameters():
            value += 0.1 * torch.randn(value.shape)
    return classifier.eval(), tokenizer


@pytest.fixture(scope="module", params=["float32", "mixed-7"])
def plain(request, model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain") / request.param
    export(*model, folder, request.param, PAIRS)
    return folder


@pytest.fixture(scope="module")
def telling(plain, model, tmp_path_factory):
    """The same with what tells, as ``export`` makes it."""
    folder = tmp_path_factory.mktemp("telling") / plain.name
    export(*model, folder, plain.name, PAIRS, telling=TELLING)
    write_config(folder, {"told_bias": TELLING.bias.tolist()})
    return folder


def with_shares(plain, folder):
    models = read_models(plain)
    add_shares(models[MAIN])
    folder.mkdir()
    copy_others(plain, folder)
    save_models(models, folder)
    write_config(folder, {"told_bias": [0.0]})
    return PairClassifier.load(locate(f"path:{folder}"))


def given(model, text, question):
    """What each token gives the first in the last layer, by torch, shape (tokens, heads * width)."""
    import torch

    classifier, tokenizer = model
    batch = tokenizer(text, question, return_tensors="pt")
    with torch.inference_mode():
        said = classifier.mpnet(**batch, output_hidden_states=True, output_attentions=True)
        attention = classifier.mpnet.encoder.layer[-1].attention.attn
        values = attention.v(said.hidden_states[-2])[0].view(-1, HEADS, WIDTH)
        return (said.attentions[-1][0, :, 0].T[..., None] * values).flatten(1).numpy(), batch


def test_shares_are_what_each_token_of_the_text_gives_the_first(plain, model, tmp_path):
    if plain.name != "float32":
        pytest.skip("rounded activations differ")
    scores = with_shares(plain, tmp_path / "shares").score(PAIRS)
    for (text, question), told in zip(PAIRS, scores.told, strict=True):
        expected, batch = given(model, text, question)
        of_text = [i for i, part in enumerate(batch.sequence_ids(0)) if part == 0]
        np.testing.assert_allclose(told.logits, expected[of_text], atol=1e-5)
        assert told.starts.tolist() == [batch.token_to_chars(i).start for i in of_text]
        half = told.starts[len(told.starts) // 2]
        np.testing.assert_allclose(told.of(0, half) + told.of(half, len(text)), told.logits.sum(axis=0), atol=1e-5)


def test_what_tells_is_linear_in_the_shares_and_changes_no_answer(plain, telling, tmp_path):
    bare, told = (PairClassifier.load(locate(f"path:{folder}")) for folder in (plain, telling))
    np.testing.assert_array_equal(told.score(PAIRS).logits, bare.score(PAIRS).logits)
    assert bare.score(PAIRS).told is None
    shares = with_shares(plain, tmp_path / "shares").score(PAIRS).told
    for mine, theirs in zip(told.score(PAIRS).told, shares, strict=True):
        expected = theirs.logits.reshape(-1, HEADS, WIDTH)
        np.testing.assert_allclose(mine.logits, np.einsum("thw,hwl->tl", expected, TELLING.weights), atol=1e-4)


def test_a_stance_comes_with_what_its_parts_show(telling):
    classifier = StanceClassifier.load(StanceSettings(source=f"path:{telling}"))
    text = "Kim praised Li. rain fell on Li. w9 w10"
    parts = ((0, 15), (16, 32))
    asked, plainly = classifier.classify([StanceQuery(text, "Kim", "Li", parts), StanceQuery(text, "Kim", "Li")])
    assert asked.probabilities == plainly.probabilities
    assert plainly.parts == ()
    marked = "{ Kim } praised [ Li ]. rain fell on [ Li ]. w9 w10"
    (told,) = classifier.pairs.score([(marked, "Kim toward Li")]).told
    border = marked.index(" rain") + 1
    for part, place in zip(asked.parts, ((0, border - 1), (border, marked.index(" w9"))), strict=True):
        expected = softmax(told.of(*place) + TELLING.bias)
        np.testing.assert_allclose([part.probabilities[label] for label in LABELS], expected, atol=1e-6)
        assert part.label == LABELS[expected.argmax()]


def test_parts_behind_the_end_of_a_cut_text_are_marked(telling):
    classifier = StanceClassifier.load(StanceSettings(source=f"path:{telling}"))
    text = f"Kim praised Li. {'w9 ' * 80}rain fell."
    (found,) = classifier.classify([StanceQuery(text, "Kim", "Li", ((0, 15), (len(text) - 10, len(text))))])
    assert found.truncated
    assert [part.truncated for part in found.parts] == [False, True]


def test_a_bias_in_a_config_without_the_output_is_left_aside(plain, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in plain.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    write_config(copy, {"told_bias": [0.0, 0.0, 0.0]})
    assert PairClassifier.load(locate(f"path:{copy}")).score(PAIRS).told is None


def test_it_is_read_back_and_goes_along_into_another_form(plain, telling, tmp_path):
    assert telling_of(plain) is None
    reexport(f"path:{telling}", tmp_path / "again", "dynamic-7")
    for folder in (telling, tmp_path / "again"):
        found = telling_of(folder)
        np.testing.assert_array_equal(found.weights, TELLING.weights)
        np.testing.assert_array_equal(found.bias, TELLING.bias)
    assert PairClassifier.load(locate(f"path:{tmp_path / 'again'}")).score(PAIRS).told is not None


def test_fitted_again_it_takes_the_place_of_the_one_before(telling, tmp_path):
    other = Telling(-TELLING.weights, TELLING.bias)
    models = read_models(telling)
    add_telling(models[MAIN], other)
    assert [output.name for output in models[MAIN].graph.output] == ["logits", "told"]
    save_models(models, tmp_path)
    (tmp_path / "config.json").write_bytes((telling / "config.json").read_bytes())
    np.testing.assert_array_equal(telling_of(tmp_path).weights, other.weights)


def test_what_it_adds_stays_beside_the_graph(plain, telling):
    for file in plain.glob("model.onnx.data*"):
        assert (telling / file.name).read_bytes() == file.read_bytes()


def test_it_learns_what_parts_show():
    rng = np.random.default_rng(5)
    labels = [LABELS[i % 3] for i in range(300)]
    shares = rng.normal(size=(300, HEADS * WIDTH)) + 3 * np.eye(3, HEADS * WIDTH)[[LABELS.index(one) for one in labels]]
    fitted = fit_telling(shares, labels, HEADS)
    assert fitted.weights.shape == (HEADS, WIDTH, 3)
    said = (shares @ fitted.weights.reshape(-1, 3) + fitted.bias).argmax(axis=1)
    assert np.mean([LABELS[i] == label for i, label in zip(said, labels, strict=True)]) > 0.9


def test_what_is_missing_is_named():
    import onnx

    with pytest.raises(ConfigError, match="no part to learn from shows against"):
        fit_telling(np.ones((2, 4)), ["favor", "neutral"], 2)
    with pytest.raises(ConfigError, match="no attention that could be read"):
        add_shares(onnx.ModelProto())
