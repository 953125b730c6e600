"""Roads from the same weights to the same answers: newstance's, and those that a reader would else take.

Each has its program's defaults, batch sizes among them; all tokenize, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from newstance.configs.extras import install_command
from newstance.models.pairs import PairClassifier, limit_cores
from newstance.models.sources import locate
from newstance.models.stance import LABELS, StanceQuery, direct_pair

from .forms import FLOAT, ONNX_FLOAT, ONNX_INT8, OPENVINO_INT8, encoded

_BATCH = 32  # the default of sentence-transformers' CrossEncoder
_CANDIDATES = ["for", "against", "neutral about"]
Logits = Callable[[dict[str, np.ndarray]], np.ndarray]
# Questions to labels; empty where what is asked is another matter.
Answer = Callable[[Sequence[StanceQuery]], list[str]]


@dataclass(frozen=True)
class Given:
    """What a road is loaded from.

    Attributes:
        source: The weights as they ship.
        forms: The folder of ``make_forms``.
        threads: How many it may use.
    """

    source: str
    forms: Path
    threads: int


@dataclass(frozen=True)
class Contestant:
    """A road.

    Attributes:
        name: What a reader knows it by.
        load: Makes it ready.
        needs: Packages that it stands on, beyond those that newstance needs itself.
    """

    name: str
    load: Callable[[Given], Answer]
    needs: tuple[str, ...] = ()

    @property
    def lacking(self) -> str:
        """What is not installed and how to get it; "" if nothing is lacking."""
        missing = [package for package in self.needs if find_spec(package) is None]
        return f"not installed: {install_command('bench')}" if missing else ""


def ready(key: str, given: Given) -> Answer:
    """A road by its key, loaded."""
    limit_cores(given.threads)
    return CONTESTANTS[key].load(given)


def _ours(given: Given) -> Answer:
    pairs = PairClassifier.load(locate(given.source))
    columns = [pairs.labels.index(label) for label in LABELS]
    return lambda questions: _labels(pairs.score([direct_pair(one) for one in questions]).logits[:, columns])


def _zero_shot(given: Given) -> Answer:
    """Three hypotheses a question; the model's output of support is one of entailment."""
    from transformers import pipeline

    ask = pipeline("zero-shot-classification", model=str(given.forms / FLOAT), device="cpu")

    def answer(questions: Sequence[StanceQuery]) -> list[str]:
        for one in questions:
            holder, target = (name.replace("{", "{{").replace("}", "}}") for name in (one.holder, one.target))
            ask(one.text, _CANDIDATES, hypothesis_template=f"{holder} is {{}} {target}.")
        return []

    return answer


def _text_classification(given: Given) -> Answer:
    from transformers import pipeline

    ask = pipeline("text-classification", model=str(given.forms / FLOAT), device="cpu", top_k=None)

    def answer(questions: Sequence[StanceQuery]) -> list[str]:
        pairs = [dict(zip(("text", "text_pair"), direct_pair(one), strict=True)) for one in questions]
        # The highest comes first; outputs of support are none of the labels.
        return [
            next(one["label"] for one in scores if one["label"] in LABELS)
            for scores in ask(pairs, truncation="only_first")
        ]

    return answer


def _cross_encoder(given: Given) -> Answer:
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(given.forms / FLOAT), device="cpu", backend="torch")
    columns = [model.model.config.label2id[label] for label in LABELS]

    def answer(questions: Sequence[StanceQuery]) -> list[str]:
        pairs = [direct_pair(one) for one in questions]
        return _labels(model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)[:, columns])

    return answer


def _onnxruntime(given: Given) -> Answer:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = given.threads
    file = given.forms / ONNX_INT8 / "model.onnx"
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    taken = [node.name for node in session.get_inputs()]
    return _in_batches(given, lambda inputs: session.run(None, {name: inputs[name] for name in taken})[0])


def _openvino(form: str, file: str) -> Callable[[Given], Answer]:
    def load(given: Given) -> Answer:
        import openvino

        settings = {"INFERENCE_NUM_THREADS": given.threads, "PERFORMANCE_HINT": "LATENCY"}
        model = openvino.Core().compile_model(str(given.forms / form / file), "CPU", settings)
        taken = [one.any_name for one in model.inputs]

        def run(inputs: dict[str, np.ndarray]) -> np.ndarray:
            logits: np.ndarray = model({name: inputs[name] for name in taken})[0]
            return logits

        return _in_batches(given, run)

    return load


def _in_batches(given: Given, run: Logits) -> Answer:
    """Sorted by length and cut into batches, as CrossEncoder does it around a model of any backend."""
    from transformers import AutoConfig, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(given.forms / FLOAT)
    columns = [AutoConfig.from_pretrained(given.forms / FLOAT).label2id[label] for label in LABELS]

    def answer(questions: Sequence[StanceQuery]) -> list[str]:
        pairs = [direct_pair(one) for one in questions]
        order = sorted(range(len(pairs)), key=lambda i: -sum(map(len, pairs[i])))
        said: dict[int, str] = {}
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            logits = run(encoded(tokenizer, [pairs[i] for i in batch], tokenizer.model_max_length))
            said.update(zip(batch, _labels(logits[:, columns]), strict=True))
        return [said[i] for i in range(len(pairs))]

    return answer


def _labels(logits: np.ndarray) -> list[str]:
    return [LABELS[i] for i in logits.argmax(axis=1)]


OURS, REFERENCE, ZERO_SHOT = "ours", "text-classification", "zero-shot"
CONTESTANTS = {
    OURS: Contestant("newstance", _ours),
    REFERENCE: Contestant("transformers, text-classification, float32", _text_classification, ("onnx",)),
    ZERO_SHOT: Contestant("transformers, zero-shot-classification, float32", _zero_shot, ("onnx",)),
    "cross-encoder": Contestant(
        "sentence-transformers, CrossEncoder, float32", _cross_encoder, ("onnx", "sentence_transformers")
    ),
    "onnx-int8": Contestant("onnxruntime, int8", _onnxruntime, ("onnx",)),
    "openvino": Contestant("OpenVINO, of float32", _openvino(ONNX_FLOAT, "model.onnx"), ("onnx", "openvino")),
    "openvino-int8": Contestant("OpenVINO, int8", _openvino(OPENVINO_INT8, "model.xml"), ("onnx", "openvino", "nncf")),
}
