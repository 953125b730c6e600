"""Which parts of a text an answer rests on, read from the last layer without asking again.

The first token, from which a classifier's head answers, takes from each token its value, in the share of the attention
that it gives to it; what the tokens of a part give it, together, tells what the part says (Kobayashi et al. 2020,
"Attention is Not Only a Weight: Analyzing Transformers with Vector Norms"). One linear layer over that says for each
part whether it shows favor, against or neither: fitted on sentences that judges named, the encoder left as it is. It
goes into the exported model as a second output, of each token, which callers add up over their parts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ConfigError
from ..pairs import TOLD
from ..stance import LABELS

_WEIGHT = f"{TOLD}.weight"
_SHARES = f"{TOLD}.shares"
_PENALTY = 0.003  # inverse strength of the ridge; 0.003 to 0.03 are alike, docs/experiments.md


@dataclass(frozen=True)
class Telling:
    """The linear layer.

    Attributes:
        weights: Of what each attention head gives, shape (heads, width, 3); the labels as in ``stance.LABELS``.
        bias: Of a part, shape (3,).
    """

    weights: np.ndarray
    bias: np.ndarray


def add_shares(model: Any) -> None:
    """Give an exported encoder what each token gives the first, in place of what that tells.

    The output ``told`` then has the shape (batch, tokens, heads * width).

    Args:
        model: An ``onnx.ModelProto``; changed.
    """
    from onnx import helper, numpy_helper

    _add_shares(model)
    graph = model.graph
    graph.initializer.append(numpy_helper.from_array(np.array([0, 0, -1]), f"{TOLD}.shape"))
    _add(graph, "Transpose", [_SHARES], f"{TOLD}.by_token", perm=[0, 2, 1, 3])
    _add(graph, "Reshape", [f"{TOLD}.by_token", f"{TOLD}.shape"], TOLD)
    graph.output.append(helper.make_tensor_value_info(TOLD, 1, ["batch", "tokens", "shares"]))


def add_telling(model: Any, telling: Telling) -> None:
    """Give an exported encoder the output ``told``, shape (batch, tokens, labels).

    Args:
        model: An ``onnx.ModelProto``; changed.
        telling: The linear layer.
    """
    from onnx import helper, numpy_helper

    _add_shares(model)
    graph = model.graph
    # A constant and no initializer: these few numbers stay beside the graph, and files of weights are as they were.
    _add(graph, "Constant", [], _WEIGHT, value=numpy_helper.from_array(telling.weights.astype(np.float32)))
    graph.initializer.append(numpy_helper.from_array(np.array([1]), f"{TOLD}.heads"))
    _add(graph, "MatMul", [_SHARES, _WEIGHT], f"{TOLD}.by_head")
    _add(graph, "ReduceSum", [f"{TOLD}.by_head", f"{TOLD}.heads"], TOLD, keepdims=0)
    graph.output.append(helper.make_tensor_value_info(TOLD, 1, ["batch", "tokens", len(LABELS)]))


def telling_of(folder: Path) -> Telling | None:
    """The linear layer of an exported model; None if it has none.

    Args:
        folder: Of its ``model.onnx`` and ``config.json``.
    """
    import onnx
    from onnx import numpy_helper

    for node in onnx.load(str(folder / "model.onnx"), load_external_data=False).graph.node:
        if node.name == _WEIGHT:
            bias = json.loads((folder / "config.json").read_text(encoding="utf-8"))["newstance"]["told_bias"]
            return Telling(numpy_helper.to_array(node.attribute[0].t), np.asarray(bias, np.float32))
    return None


def fit_telling(shares: np.ndarray, labels: Sequence[str], heads: int) -> Telling:
    """Fit the linear layer.

    Args:
        shares: What the tokens of each part give the first, added up; shape (parts, heads * width).
        labels: What each part shows; ``neutral`` for nothing.
        heads: Of the encoder's attention.

    Raises:
        ConfigError: No part shows favor, or against, or nothing.
    """
    from sklearn.linear_model import LogisticRegression

    if lacking := set(LABELS) - set(labels):
        raise ConfigError(
            f"no part to learn from shows {' or '.join(sorted(lacking))}; more judged articles are needed"
        )
    scale = float(shares.std())
    codes = [LABELS.index(label) for label in labels]
    model = LogisticRegression(C=_PENALTY, max_iter=1000).fit(shares / scale, codes)
    return Telling((model.coef_.T / scale).reshape(heads, -1, len(LABELS)), model.intercept_)


def _add_shares(model: Any) -> None:
    from onnx import numpy_helper

    graph = model.graph
    for earlier in (graph.node, graph.output, graph.initializer):
        kept = [one for one in earlier if not one.name.startswith(TOLD)]
        del earlier[:]
        earlier.extend(kept)
    nodes = list(graph.node)
    attention = {node.output[0] for node in nodes if node.op_type == "Softmax"}
    attended = [node for node in nodes if node.op_type == "MatMul" and node.input[0] in attention]
    if not attended:
        raise ConfigError("the model has no attention that could be read; it must be exported with eager attention")
    weights, values = attended[-1].input  # (batch, heads, tokens or the first alone, tokens), (..., tokens, width)
    graph.initializer.append(numpy_helper.from_array(np.array(0), f"{TOLD}.first"))
    graph.initializer.append(numpy_helper.from_array(np.array([-1]), f"{TOLD}.last_axis"))
    _add(graph, "Gather", [weights, f"{TOLD}.first"], f"{TOLD}.row", axis=2)
    _add(graph, "Unsqueeze", [f"{TOLD}.row", f"{TOLD}.last_axis"], f"{TOLD}.column")
    _add(graph, "Mul", [f"{TOLD}.column", values], _SHARES)


def _add(graph: Any, kind: str, inputs: list[str], output: str, **settings: Any) -> None:
    from onnx import helper

    graph.node.append(helper.make_node(kind, inputs, [output], name=output, **settings))
