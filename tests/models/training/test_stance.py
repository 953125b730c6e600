import json
import random
import zipfile

import numpy as np
import pytest
import tiny

from newstance.models.errors import ConfigError
from newstance.models.pairs import softmax
from newstance.models.sources import locate, sha256_of
from newstance.models.stance import LABELS, StanceClassifier, StanceQuery, StanceSettings
from newstance.models.training.stance import (
    Base,
    DevScores,
    TrainingSettings,
    dev_scores,
    fit_temperature,
    train,
)
from newstance.models.training.stance_rows import LabelledSet, read, rows_by_set, select

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

FRAMES = ['{speaker} said: "{text}"', "{speaker} told {other} that {text}"]


def row(number, text="Wind power is good.", holder="author", target="wind power", label="favor"):
    return {"id": f"r{number}", "text": text, "holder": holder, "target": target, "label": label}


PEOPLE = [row(f"p{i}", f"{name} spoke.", name, "tax") for i, name in enumerate(["Ann Lee", "Bob Ray", "Cy Doe"])]


@pytest.fixture
def made(tmp_path):
    """Writes a set of rows, and makes training rows of it."""

    def make(rows, seed=1, others=(), **settings):
        made = rows_by_set([little(rows, **settings), *others], FRAMES, tmp_path, random.Random(seed))
        return [r for part in made.values() for r in part]

    def little(rows, name="little", **settings):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
        return LabelledSet(name=name, file=f"{name}.jsonl", terms="ours", **settings)

    make.set = little
    return make


# Rows


def test_same_seed_same_rows(made):
    rows = [row(i, f"Text {i}.", target=f"plan {i}") for i in range(20)] + PEOPLE
    settings = {"quoted": 0.5, "off_target": 5, "take": 22}
    assert made(rows, 3, **settings) == made(rows, 3, **settings)
    assert made(rows, 3, **settings) != made(rows, 4, **settings)


def test_rows_without_settings_come_as_they_are(made):
    rows = [row(i, f"Text {i}.") for i in range(5)]
    assert sorted(made(rows), key=lambda r: r["id"]) == rows


def test_off_target_rows_are_neutral_and_ask_for_what_the_text_does_not_name(made):
    rows = [
        row(1, "Wind power is good.", target="wind power"),
        row(2, "Zoos are cruel.", target="zoos", label="against"),
        row(3, "Both wind power and zoos.", target="wind power"),
    ]
    result = made(rows, off_target=20)
    added = [r for r in result if r["id"].endswith("off-target")]
    assert len(result) == 23
    assert len(added) == 20
    assert {r["label"] for r in added} == {"neutral"}
    for r in added:
        assert not any(word in r["text"].lower() for word in r["target"].split() if len(word) > 3)
    assert sorted(r["id"] for r in result if r not in added) == ["r1", "r2", "r3"]


def test_quoted_rows_are_the_words_of_a_named_speaker(made):
    others = [made.set(PEOPLE, "people")]
    result = [r for r in made([row(i) for i in range(40)], others=others, quoted=1.0) if r["id"][1] != "p"]
    names = {r["holder"] for r in PEOPLE}
    assert len(result) == 40
    for r in result:
        assert r["holder"] in names
        assert r["holder"] in r["text"]
        assert "ind power is good." in r["text"]
        said_by_holder = r["text"].startswith(r["holder"])
        assert r["label"] == ("favor" if said_by_holder else "neutral")
    assert {r["label"] for r in result} == {"favor", "neutral"}  # some ask for who only listens
    assert {r["text"].count("{") for r in result} == {0}


def test_rows_with_a_holder_are_not_quoted(made):
    result = made(PEOPLE, quoted=1.0)
    assert sorted(result, key=lambda r: r["id"]) == PEOPLE


def test_braces_in_a_text_are_no_fields(made):
    result = made([row(1, "A {other} {speaker} text.")], others=[made.set(PEOPLE, "people")], quoted=1.0)
    (quoted,) = (r for r in result if r["id"] == "r1")
    assert "{other} {speaker} text." in quoted["text"]


@pytest.mark.parametrize(
    ("claim", "label", "topic", "expected"),
    [
        ("We should ban zoos", "favor", "zoos", "against"),
        ("We should ban zoos", "against", "zoos", "favor"),
        ("We should subsidize wind power", "favor", "wind power", "favor"),
        ("We should fight for peace", "favor", "peace", "favor"),
        ("We should fight urban noise", "favor", "urban noise", "against"),
        ("Smoking should be banned", "favor", "smoking", "against"),
        ("Cannabis should be legalized", "against", "cannabis", "against"),
        ("Fracking brings more harm than good", "favor", "fracking", "against"),
        ("We should ban zoos", "neutral", "zoos", "neutral"),
        ("Zoos", "favor", "Zoos", "favor"),
    ],
)
def test_claims_become_topics_with_the_right_label(made, claim, label, topic, expected):
    (result,) = made([row(1, target=claim, label=label)], as_topic=1.0)
    assert (result["target"], result["label"]) == (topic, expected)


def test_share_of_a_file_long_texts_and_size(made, tmp_path):
    rows = [row(i, "word " * i) for i in range(10)]
    low, high = made.set(rows, part=(0.0, 0.3)), made.set(rows, part=(0.3, 1.0))
    assert [r["id"] for r in read(low, tmp_path)] == ["r0", "r1", "r2"]
    assert len(read(high, tmp_path)) == 7
    rng = random.Random(1)
    assert [len(r["text"].split()) for r in select(made.set(rows, max_words=4), tmp_path, rng)] == [0, 1, 2, 3, 4]
    assert len(select(made.set(rows, take=4), tmp_path, rng)) == 4
    assert len(select(made.set(rows, take=40), tmp_path, rng)) == 10


def test_directed_sentences_stay_with_both_directions_and_some_of_the_others(made, tmp_path):
    rows = [row("a-pq"), row("a-qp", label="neutral")]
    rows += [row(f"{i}-{way}", label="neutral") for i in range(10) for way in ("pq", "qp")]
    chosen = select(made.set(rows, undirected=4), tmp_path, random.Random(1))
    assert [r["id"] for r in chosen[:2]] == ["ra-pq", "ra-qp"]
    assert len(chosen) == 6


def test_missing_file_and_foreign_label_are_errors(made, tmp_path):
    with pytest.raises(ConfigError, match=r"little: there is no file .*none\.jsonl; --data names the folder"):
        read(LabelledSet(name="little", file="none.jsonl", terms="ours"), tmp_path)
    with pytest.raises(ConfigError, match=r"row r7 has the label 'pro'; expected favor, against, neutral"):
        made([row(1), row(7, label="pro")])


def test_off_target_rows_where_all_ask_for_the_same_are_an_error_and_no_endless_search(made):
    with pytest.raises(ConfigError, match="off_target: found 0 of 3 rows"):
        made([row(1), row(2)], off_target=3)


def test_quoted_rows_without_anybody_to_speak_are_an_error(made):
    with pytest.raises(ConfigError, match="quoted: the sets name fewer than two holders"):
        made([row(1)], quoted=1.0)


# Calibration


@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.5])
def test_temperature_of_synthetic_logits_is_found(temperature):
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 3, (4000, 3))
    truth = [generator.choice(3, p=p) for p in softmax(logits / temperature)]
    labels = ["neutral", "favor", "against"]  # not in our order
    scores = DevScores([row(i, label=labels[t]) for i, t in enumerate(truth)], logits, labels)
    assert fit_temperature([scores]) == pytest.approx(temperature, rel=0.1)


# The whole road


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A tiny MPNet in a zip archive of two pieces."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import MPNetConfig, MPNetModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    words = ["<s>", "<pad>", "</s>", "<unk>", "{", "}", "[", "]", "praised", "attacked", "saw", "toward"]
    core = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    core.normalizer = normalizers.Lowercase()
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<s>",
        cls_token="<s>",
        sep_token="</s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
    )
    size = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    model = MPNetModel(MPNetConfig(vocab_size=len(words), max_position_embeddings=66, **size))
    model.save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    with zipfile.ZipFile(folder / "whole.zip", "w") as archive:
        for file in (folder / "model").iterdir():
            archive.write(file, f"inner/{file.name}")
    whole = (folder / "whole.zip").read_bytes()
    (folder / "zip.001").write_bytes(whole[:999])
    (folder / "zip.002").write_bytes(whole[999:])
    return Base(
        name="tiny",
        licence="ours",
        sha256=sha256_of(folder / "model" / "model.safetensors"),
        parts=[f"path:{folder}/zip.001", f"path:{folder}/zip.002"],
    )


@pytest.fixture
def recipe(base, made):
    verbs = {"praised": "favor", "attacked": "against", "saw": "neutral"}
    rows = [row(v, f"Kim {v} Li.", "Kim", "Li", label) for v, label in verbs.items()]
    little = made.set(rows * 4)
    return TrainingSettings(
        name="tiny",
        base=base,
        max_length=48,
        train=[little],
        dev=[little],
        calibrate_on=["little"],
        frames=FRAMES,
        **tiny.TRAINING,
    )


def test_training_ships_a_classifier_and_is_taken_up_where_it_ended(recipe, tmp_path):
    trained = train(recipe, tmp_path, tmp_path / "out")
    shipped = trained.folder
    assert {"model.onnx", "config.json", "tokenizer.json"} <= {file.name for file in shipped.iterdir()}
    config = json.loads((shipped / "config.json").read_text())
    assert config["num_hidden_layers"] == 1
    assert config["newstance"]["max_length"] == 48
    classifier = StanceClassifier.load(StanceSettings(source=f"path:{shipped}"))
    assert classifier.is_direct
    assert classifier.temperature == config["newstance"]["temperature"] == pytest.approx(trained.temperature, abs=1e-3)
    assert trained.rows == {"little": 12}
    assert len(trained.scores["little"].logits) == 12
    assert classifier.pairs.max_length == 48
    (prediction,) = classifier.classify([StanceQuery("Kim praised Li.", "Kim", "Li")])
    assert sum(prediction.probabilities.values()) == pytest.approx(1)

    weights = tmp_path / "out" / "torch" / "model.safetensors"
    stamp = weights.stat().st_mtime_ns
    assert train(recipe, tmp_path, tmp_path / "out").folder == shipped
    assert weights.stat().st_mtime_ns == stamp


def test_int8_export_says_what_the_torch_model_says(recipe, tmp_path):
    from newstance.models.pairs import PairClassifier

    shipped = train(recipe, tmp_path, tmp_path / "out").folder
    scores = dev_scores(shipped, {"little": read(recipe.dev[0], tmp_path)})["little"]
    assert list(scores.labels) == list(LABELS)
    torch_pairs = PairClassifier.load(locate(f"path:{tmp_path / 'out' / 'torch'}"))
    pairs = [("{ Kim } praised [ Li ].", "Kim toward Li"), ("word " * 60, "Kim toward Li")]
    exact = torch_pairs.score(pairs).logits
    assert PairClassifier.load(locate(f"path:{shipped}")).score(pairs).logits == pytest.approx(exact, abs=0.05)


def test_calibration_on_a_set_that_is_no_dev_set_is_refused(recipe, tmp_path):
    with pytest.raises(ConfigError, match=r"calibrate_on names \['other'\]"):
        train(recipe.model_copy(update={"calibrate_on": ["other"]}), tmp_path, tmp_path / "out")


def test_a_second_round_goes_on_from_the_first_and_keeps_its_share(recipe, tmp_path):
    from newstance.models.pairs import PairClassifier

    again = recipe.model_copy(update={"name": "again", "base": None, "layers": None, "continues": "tiny"})
    with pytest.raises(ConfigError, match=r"run\s+newstance train tiny with the same --out first"):
        train(again, tmp_path, tmp_path / "runs" / "again")
    train(recipe, tmp_path, tmp_path / "runs" / "tiny")
    first, second = (tmp_path / "runs" / name / "torch" for name in ("tiny", "again"))
    far = again.model_copy(update={"learning_rate": 0.3, "kept": 0.75})
    shipped = train(far, tmp_path, tmp_path / "runs" / "again").folder
    pairs = [("{ Kim } praised [ Li ].", "Kim toward Li"), ("{ Kim } attacked [ Li ].", "Kim toward Li")]
    scored = {
        name: PairClassifier.load(locate(f"path:{folder}")).score(pairs).logits
        for name, folder in (("first", first), ("second", second), ("shipped", shipped))
    }
    distance = {name: np.abs(scored[name] - scored["shipped"]).max() for name in ("first", "second")}
    assert distance["first"] > 0.05  # it was trained on
    assert distance["second"] > distance["first"]  # three quarters are the first round's
