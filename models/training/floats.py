"""A shipped model's weights as float32 again, so that training can go on from them.

What rounding took is gone: the weights are those that the rounded model computes with, and no nearer to what was
trained. Its activations are rounded, too, so that the answers differ a little; ``newstance train corrections`` says by
how much.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ConfigError
from ..sources import Weights
from .outliers import module_of

_FEW, _ROUNDED = ".few", ".rounded"  # as ``outliers`` and ``export`` name them


def trainable(weights: Weights) -> Any:
    """The torch model of weights in safetensors or in a form of ``export`` that rounds to eight bits or not at all.

    Raises:
        ConfigError: They are in another form.
    """
    from transformers import AutoConfig, AutoModelForSequenceClassification

    if not weights.is_onnx:
        return AutoModelForSequenceClassification.from_pretrained(
            **weights.from_pretrained_arguments(), use_safetensors=True, attn_implementation="eager"
        )
    import torch

    config = AutoConfig.from_pretrained(**weights.from_pretrained_arguments())
    model = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32, attn_implementation="eager")
    state = {name: torch.tensor(value) for name, value in floats_of(weights.path).items()}
    fitting = {name: value for name, value in state.items() if name in model.state_dict()}
    needed = {name for name, _ in model.named_parameters()}
    if lacking := sorted(needed - set(fitting)):
        raise ConfigError(
            f"{weights.source} cannot be trained on: its form gives no weights for {', '.join(lacking[:3])}; "
            "take a model that was exported as float32, dynamic-7 or mixed-7"
        )
    model.load_state_dict(fitting, strict=False)
    return model


def floats_of(folder: Path) -> dict[str, np.ndarray]:
    """The weights of an exported model, by the names that they have in torch, as float32."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(folder / "model.onnx"))
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    found = {name: value for name, value in tensors.items() if value.dtype == np.float32}
    for name, value in tensors.items():
        if name.endswith(_ROUNDED):  # a table that rows are looked up in
            table = name.removesuffix(_ROUNDED)
            found[table] = value.astype(np.float32) * tensors[f"{table}.scale"]
        elif name.endswith("_quantized") and value.dtype == np.uint8:  # one with a single scale
            table = name.removesuffix("_quantized")
            zero = tensors[f"{table}_zero_point"].astype(np.float32)
            found[table] = (value.astype(np.float32) - zero) * tensors[f"{table}_scale"]
    few = []
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            whole, zero = (tensors[node.input[i]].astype(np.float32) for i in (1, 3))
            scale = tensors[node.input[1].removesuffix("_quantized") + "_scale"]
            found[_weight_of(node)] = ((whole - zero) * scale).T
        elif node.op_type == "MatMul" and node.input[1] in tensors:
            if node.input[1].endswith(_FEW):
                few.append(node)
            else:
                found[_weight_of(node)] = tensors[node.input[1]].T
    for node in few:  # the columns that stayed in float32; the rounded rest holds zeros there
        top = tensors[node.input[0].removesuffix(_FEW) + ".top"]
        found[_weight_of(node)] = found[_weight_of(node)].copy()
        found[_weight_of(node)][:, top] = tensors[node.input[1]].T
    return found


def _weight_of(node: Any) -> str:
    return f"{module_of(node.name)}.weight"
