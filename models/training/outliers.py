"""Products whose few largest inputs stay in float32, so that the others may be rounded together.

A transformer's activations are large in a few columns, the same ones whatever it reads. One scale for all of them
leaves the others few steps: taking the large columns out keeps eight bits as true as float32 (Dettmers et al. 2022,
"LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale", who choose the columns at each call; here they are
chosen once, on examples, so that the rounded product runs on any processor's plain eight-bit kernels).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = 8  # of each product's inputs; 32 change nothing more, docs/experiments.md


def largest_inputs(path: Path, examples: Iterable[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """How large each column of each product's input becomes on examples, in absolute value.

    Args:
        path: An ONNX model in float32.
        examples: Its inputs, tokenized, each as the model takes them.

    Returns:
        By name of the input, of shape (columns,).
    """
    import onnx
    import onnxruntime

    model = onnx.load(str(path))
    names = list(dict.fromkeys(node.input[0] for node in _products(model)))
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    watched = path.with_name("watched.onnx")
    onnx.save(model, str(watched))
    session = onnxruntime.InferenceSession(str(watched), providers=["CPUExecutionProvider"])
    taken = {node.name for node in session.get_inputs()}
    found: dict[str, np.ndarray] = {}
    for example in examples:
        given = {name: values for name, values in example.items() if name in taken}
        for name, values in zip(names, session.run(names, given), strict=True):
            largest = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            found[name] = np.maximum(found.get(name, 0.0), largest)
    watched.unlink()
    return found


def split(model: Any, largest: Mapping[str, np.ndarray], columns: int = COLUMNS) -> list[str]:
    """Make two of each product: one of its largest input columns, one of the others. Changes the model.

    Args:
        model: An ``onnx.ModelProto`` in float32 that holds its weights.
        largest: From ``largest_inputs``.
        columns: How many are taken out of each input; those with fewer than four times as many stay whole.

    Returns:
        The names of the small products, which are to stay in float32.
    """
    from onnx import helper, numpy_helper

    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    products = {node.output[0] for node in _products(model) if len(largest[node.input[0]]) >= 4 * columns}
    nodes, small, shared = [], [], set()
    for node in graph.node:
        if node.output[0] not in products:
            nodes.append(node)
            continue
        (source, weight), result = node.input, node.output[0]
        top = np.sort(np.argsort(-largest[source], kind="stable")[:columns])
        others, few = f"{source}.others", f"{source}.few"
        if source not in shared:  # queries, keys and values have one input
            shared.add(source)
            mask = np.ones_like(largest[source], dtype=np.float32)
            mask[top] = 0
            graph.initializer.append(numpy_helper.from_array(mask, f"{source}.mask"))
            graph.initializer.append(numpy_helper.from_array(top.astype(np.int64), f"{source}.top"))
            nodes.append(helper.make_node("Mul", [source, f"{source}.mask"], [others], name=others))
            nodes.append(helper.make_node("Gather", [source, f"{source}.top"], [few], name=few, axis=-1))
        whole = numpy_helper.to_array(weights[weight]).copy()
        graph.initializer.append(numpy_helper.from_array(whole[top], f"{weight}.few"))
        whole[top] = 0  # the scale of a channel is for what is left
        weights[weight].CopyFrom(numpy_helper.from_array(whole, weight))
        parts = [f"{result}.others", f"{result}.few"]
        nodes.append(helper.make_node("MatMul", [others, weight], parts[:1], name=node.name))
        nodes.append(helper.make_node("MatMul", [few, f"{weight}.few"], parts[1:], name=parts[1]))
        nodes.append(helper.make_node("Add", parts, [result], name=f"{result}.sum"))
        small.append(parts[1])
    del graph.node[:]
    graph.node.extend(nodes)
    return small


def _products(model: Any) -> list[Any]:
    """Those of activations and weights; those of attention have no weights."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]
