"""The stance model's weights in the forms that other programs take, all made of the ones that ship."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from newstance.models.sources import locate
from newstance.models.stance import StanceQuery, direct_pair

FLOAT, ONNX_FLOAT, ONNX_INT8, OPENVINO_INT8 = "float32", "onnx-float32", "onnx-int8", "openvino-int8"
_CALIBRATING = 100  # questions that OpenVINO's scales are fitted on


def make_forms(source: str, folder: Path, questions: Sequence[StanceQuery], most: int) -> None:
    """Write the weights in every form that is installed for.

    Args:
        source: The stance model's weights.
        folder: Gets a folder for each form, each with tokenizer and config.
        questions: What OpenVINO's eight-bit scales are fitted on.
        most: The longest pair in tokens.
    """
    from transformers import AutoTokenizer

    from newstance.models.training.export import export
    from newstance.models.training.floats import trainable

    weights = locate(source)
    model, tokenizer = trainable(weights), AutoTokenizer.from_pretrained(**weights.from_pretrained_arguments())
    tokenizer.model_max_length = most  # whoever reads the folder cuts as newstance does
    for part in (model, tokenizer):
        part.save_pretrained(folder / FLOAT)
    if find_spec("onnx"):
        export(model, tokenizer, folder / ONNX_FLOAT, "float32")
        _round_onnx(folder)
    if find_spec("onnx") and find_spec("openvino") and find_spec("nncf"):
        pairs = [direct_pair(question) for question in questions[:: max(1, len(questions) // _CALIBRATING)]]
        _round_openvino(folder, [encoded(tokenizer, [pair], most) for pair in pairs])


def encoded(tokenizer: Any, pairs: Sequence[tuple[str, str]], most: int) -> dict[str, np.ndarray]:
    """Pairs of text and question as a model takes them, padded to the longest."""
    texts, asked = zip(*pairs, strict=True)
    found = tokenizer(
        list(texts), list(asked), truncation="only_first", max_length=most, padding=True, return_tensors="np"
    )
    return {name: np.asarray(values, np.int64) for name, values in found.items()}


def _round_onnx(folder: Path) -> None:
    """As sentence-transformers' ``export_dynamic_quantized_onnx_model`` has it done for ``avx512_vnni``."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    (folder / ONNX_INT8).mkdir()
    files = (str(folder / form / "model.onnx") for form in (ONNX_FLOAT, ONNX_INT8))
    quantize_dynamic(*files, weight_type=QuantType.QInt8)


def _round_openvino(folder: Path, examples: Sequence[dict[str, np.ndarray]]) -> None:
    """As sentence-transformers' ``export_static_quantized_openvino_model`` has it done, on our questions."""
    import nncf
    import openvino

    model = openvino.Core().read_model(str(folder / ONNX_FLOAT / "model.onnx"))
    taken = {one.any_name for one in model.inputs}
    given = [{name: values for name, values in one.items() if name in taken} for one in examples]
    rounded = nncf.quantize(
        model, nncf.Dataset(given), model_type=nncf.ModelType.TRANSFORMER, subset_size=max(1, len(given))
    )
    (folder / OPENVINO_INT8).mkdir()
    openvino.save_model(rounded, str(folder / OPENVINO_INT8 / "model.xml"))
