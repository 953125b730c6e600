import gc
import json
import shutil
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tiny

from newstance.models.errors import InputError, ModelError
from newstance.models.pairs import PairClassifier, softmax
from newstance.models.sources import locate

LABELS = ["against", "neutral", "favor"]
WEIGHTS = {"praised": [0, 0, 4], "attacked": [4, 0, 0], "stance": [0, 0.1, 0]}
FILLER = "word " * 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.classifier(tmp_path_factory.mktemp("pairs"), LABELS, WEIGHTS, bias=[0, 0.5, 0])


@pytest.fixture
def classifier(folder):
    return PairClassifier.load(locate(f"path:{folder}"))


def counted(classifier):
    """The number of pairs in each batch that reaches the model."""
    batches, run = [], classifier._run

    def counting(inputs):
        batches.append(inputs["input_ids"].shape)
        return run(inputs)

    classifier._run = counting
    return batches


def test_labels_and_length_come_from_the_model(classifier):
    assert classifier.labels == LABELS
    assert classifier.max_length == 64
    assert classifier.temperatures == {}


def test_own_length_and_temperatures_come_from_the_config(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    config["newstance"] = {"max_length": 16, "temperatures": {"stance": 1.7}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    classifier = PairClassifier.load(locate(f"path:{tmp_path}"))
    assert (classifier.max_length, classifier.temperatures) == (16, {"stance": 1.7})
    assert classifier.score([("word " * 20, "stance")]).truncated == [True]


def test_words_decide(classifier):
    scores = classifier.score([("Kim praised Putin", "stance"), ("Kim attacked Putin", "stance"), ("Kim", "stance")])
    assert [LABELS[i] for i in scores.logits.argmax(-1)] == ["favor", "against", "neutral"]


def test_no_pairs(classifier):
    scores = classifier.score([])
    assert scores.logits.shape == (0, 3)
    assert scores.truncated == []


def test_equal_pairs_are_scored_once(classifier):
    batches = counted(classifier)
    scores = classifier.score([("Kim praised", "stance"), ("Kim", "stance"), ("Kim praised", "stance")] * 5)
    assert sum(pairs for pairs, _ in batches) == 2
    assert scores.logits.shape == (15, 3)
    assert np.array_equal(scores.logits[0], scores.logits[14])


def test_order_and_batches_do_not_matter(classifier):
    words = ["praised", "attacked", "met"]
    pairs = [(f"{words[i % 3]} " + "word " * ((i * 17) % 50), "stance " * (1 + i % 4)) for i in range(20)]
    classifier._tokens_per_batch = 128
    batches = counted(classifier)
    together = classifier.score(pairs)
    assert len(batches) > 3
    assert max(pairs for pairs, _ in batches) > 1
    assert all(pairs * tokens <= 128 for pairs, tokens in batches)
    alone = np.concatenate([classifier.score([pair]).logits for pair in pairs])
    np.testing.assert_allclose(together.logits, alone, atol=1e-5)


def test_truncation_is_reported_and_never_silent(classifier):
    # [CLS] text [SEP] stance [SEP]: 60 words of text fit in 64 tokens.
    fits, too_long = "word " * 60, "word " * 61
    assert classifier.score([(fits, "stance"), (too_long, "stance"), ("Kim", "stance")]).truncated == [
        False,
        True,
        False,
    ]


def test_the_end_of_the_text_is_cut_and_the_question_is_not(classifier):
    seen = []
    run = classifier._run
    classifier._run = lambda inputs: (seen.append(inputs["input_ids"]), run(inputs))[1]
    lost = classifier.score([(FILLER + "praised", "stance " * 30)])
    assert lost.truncated == [True]
    stance = classifier._tokenizer.convert_tokens_to_ids("stance")
    assert (seen[0] == stance).sum() == 30
    kept = classifier.score([("praised " + FILLER, "stance " * 30)])
    assert kept.logits[0, 2] > lost.logits[0, 2] + 0.5


def test_question_that_fills_the_model_is_refused(classifier):
    with pytest.raises(InputError, match=r"takes 61 tokens.*64 tokens.*shorter target"):
        classifier.score([("Kim", "stance " * 61)])
    assert classifier.score([("Kim", "stance " * 60)]).logits.shape == (1, 3)


def test_threads_do_not_meet_in_the_tokenizer(classifier, monkeypatch):
    # Its truncation is state: a call in another thread would change it under the first one's feet.
    pairs = [(f"praised {'word ' * (i * 9)}", "stance") for i in range(12)]
    expected = classifier.score(pairs).logits
    inside, met, encode = [], [], classifier._encode

    def watched(pairs):
        met.extend(inside)
        inside.append(1)
        time.sleep(0.01)
        result = encode(pairs)
        inside.pop()
        return result

    monkeypatch.setattr(classifier, "_encode", watched)
    with ThreadPoolExecutor(4) as threads:
        for scores in threads.map(lambda _: classifier.score(pairs), range(8)):
            np.testing.assert_allclose(scores.logits, expected, atol=1e-5)
    assert not met


def test_body_without_a_trained_head_is_refused(folder, tmp_path):
    from transformers import AutoModel, AutoTokenizer

    AutoModel.from_pretrained(folder).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"lacks trained weights for .*classifier"):
        PairClassifier.load(locate(f"path:{tmp_path}"))


def test_pickled_weights_are_not_read(folder, tmp_path):
    import torch

    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match="could not be loaded"):
        PairClassifier.load(locate(f"path:{tmp_path}"))


def test_empty_folder_is_a_clear_error(tmp_path):
    with pytest.raises(ModelError, match="could not be loaded as a pair classifier"):
        PairClassifier.load(locate(f"path:{tmp_path}"))


def onnx_twin(folder, to, weights=WEIGHTS, **own):
    """The words' weights as an ONNX model, with the given facts of our own in its config."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    to.mkdir(exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (to / name).write_bytes((folder / name).read_bytes())
    config = json.loads((folder / "config.json").read_text())
    (to / "config.json").write_text(json.dumps(config | {"newstance": own}))
    table = np.zeros((64, 3), np.float32)
    table[4:7] = list(weights.values())
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["found"]),
            helper.make_node("ReduceSum", ["found", "axis"], ["logits"], keepdims=0),
        ],
        "sum",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1]), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(to / "model.onnx"))
    return PairClassifier.load(locate(f"path:{to}"))


def test_onnx_gives_the_same_answers(folder, tmp_path):
    scores = onnx_twin(folder, tmp_path).score([("Kim praised Putin", "stance"), ("Kim attacked", "stance")])
    np.testing.assert_allclose(scores.logits, [[0, 0.1, 4], [4, 0.1, 0]], atol=1e-6)


def test_onnx_takes_one_pair_at_a_time(folder, tmp_path):
    classifier = onnx_twin(folder, tmp_path)
    batches = counted(classifier)
    classifier.score([(f"{'word ' * i}praised", "stance") for i in range(5)])
    assert max(pairs for pairs, _ in batches) == 1


def test_a_task_with_a_file_of_its_own_is_answered_from_there(folder, tmp_path):
    onnx_twin(folder, tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    # "praised" takes another label in the file of the other task.
    twin = onnx_twin(folder, tmp_path / "other", WEIGHTS | {"praised": [9, 0, 0]})
    shutil.copy(tmp_path / "other" / "model.onnx", tmp_path / "two" / "support.onnx")
    whole, pair = PairClassifier.load(locate(f"path:{tmp_path / 'two'}")), [("Kim praised Putin", "stance")]
    own = whole.for_task("support")
    assert np.array_equal(own.score(pair).logits, twin.score(pair).logits)
    assert not np.array_equal(own.score(pair).logits, whole.score(pair).logits)
    assert whole.for_task("support")._run is own._run  # not loaded again
    assert whole.for_task("another") is whole


def test_onnx_that_cannot_be_read_is_named(folder, tmp_path):
    twin = onnx_twin(folder, tmp_path)
    (tmp_path / "support.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError, match=r"support\.onnx of path:.* could not be loaded"):
        twin.for_task("support")
    assert len(twin.score([("Kim praised Putin", "stance")]).logits) == 1
    shutil.copytree(tmp_path, tmp_path.with_name("broken"))
    (tmp_path.with_name("broken") / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError, match=r"model\.onnx of path:.* could not be loaded"):
        PairClassifier.load(locate(f"path:{tmp_path.with_name('broken')}"))


def test_weights_in_use_are_loaded_once_and_freed_with_their_last_user(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "same")
    source = locate(f"path:{tmp_path / 'same'}")
    with ThreadPoolExecutor(4) as threads:
        users = list(threads.map(lambda _: PairClassifier.load(source), range(4)))
    assert len(set(map(id, users))) == 1
    assert PairClassifier.load(locate(f"path:{folder}")) is not users[0]
    gone = weakref.ref(users[0])
    users.clear()
    gc.collect()
    assert gone() is None
    assert PairClassifier.load(source).labels == LABELS


def test_softmax_survives_large_numbers():
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0, 0.0]])), [[0.5, 0.5, 0.0]])


def test_progress_is_told_after_each_batch_and_can_stop_the_work(classifier):
    pairs = [(f"{'word ' * i}praised", "stance") for i in range(1, 7)]
    classifier._tokens_per_batch = 1
    batches, told = counted(classifier), []
    classifier.score([*pairs, pairs[0]], lambda done, of: told.append((done, of)))
    assert told == [(i, 6) for i in range(1, 7)]

    def stop(done, of):
        if done == 2:
            raise KeyboardInterrupt

    batches.clear()
    with pytest.raises(KeyboardInterrupt):
        classifier.score(pairs, stop)
    assert len(batches) == 2


def beside(classifier, workers):
    """The same model with several batches at a time, and how many pairs ran at the same time at most."""
    most, running, lock = [0], [0], threading.Lock()

    def run(inputs):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        logits = classifier._run(inputs)
        with lock:
            running[0] -= 1
        return logits

    twin = PairClassifier(run, classifier._tokenizer, classifier.labels, 64, tokens_per_batch=1, side_by_side=workers)
    return twin, most


def test_batches_side_by_side_answer_as_one_after_the_other_and_share_their_places(classifier):
    twin, most = beside(classifier, 2)
    parts = [[(f"{'word ' * i}praised {part}", "stance") for i in range(8)] for part in ("rain", "snow", "wind")]
    with ThreadPoolExecutor() as askers:
        found = list(askers.map(lambda pairs: twin.score(pairs).logits, parts))
    for pairs, logits in zip(parts, found, strict=True):
        np.testing.assert_allclose(logits, classifier.score(pairs).logits, atol=1e-5)
    assert most == [2]  # of all three


def test_a_stop_leaves_no_batches_behind_that_wait(classifier):
    twin, _ = beside(classifier, 2)
    batches = counted(twin)

    def stop(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        twin.score([(f"{'word ' * i}praised", "stance") for i in range(12)], stop)
    time.sleep(0.2)
    assert len(batches) <= 3


@pytest.mark.embedded
def test_the_neighbours_of_a_pair_do_not_change_its_answer():
    classifier = PairClassifier.load(locate("bundled:newstance-mpnet"))
    pairs = [
        ("{ Kim } praised [ Putin ] .", "Kim toward Putin"),
        ("{ Kim } attacked [ Putin ] on Monday, over a treaty that nobody wanted .", "Kim toward Putin"),
        ("He said nothing of the kind. " * 8, "Kim toward Putin"),
    ]
    alone = np.concatenate([classifier.score([pair]).logits for pair in pairs])
    np.testing.assert_array_equal(classifier.score(pairs).logits, alone)
