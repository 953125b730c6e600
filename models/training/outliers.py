"""Products whose inputs are rounded row by row, but for their few largest columns, which stay in float32.

A transformer's activations are large in a few columns, the same ones whatever it reads. One scale for all of them
leaves the others few steps: taking the large columns out keeps eight bits as true as float32 (Dettmers et al. 2022,
"LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale", who choose the columns at each call; here they are
chosen once, on examples, so that the rounded product runs on any processor's plain eight-bit kernels).

What is left differs from token to token, and onnxruntime rounds all tokens of an input by one scale. Each row is
therefore divided by its largest value before the product, and the result is multiplied by it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = 8  # of each product's inputs; 32 change nothing more, docs/experiments.md
_FEW, _TOP = ".few", ".top"
_LEAST = 1e-6  # a row of zeros is divided by it
_GELU = 0.17  # what GELU gives is never below -0.17

Columns = Mapping[str, np.ndarray]  # by name of a product's output, which columns of its input stay in float32


def largest_columns(path: Path, examples: Iterable[Mapping[str, np.ndarray]], columns: int = COLUMNS) -> Columns:
    """Which columns of each product's input become largest on examples, in absolute value.

    Args:
        path: An ONNX model in float32.
        examples: Its inputs, tokenized, each as the model takes them.
        columns: How many of each input; products of inputs with fewer than four times as many are left out.
    """
    import onnx
    import onnxruntime

    model = onnx.load(str(path))
    products = _products(model)
    names = list(dict.fromkeys(node.input[0] for node in products))
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
    top = {name: np.sort(np.argsort(-largest, kind="stable")[:columns]) for name, largest in found.items()}
    return {node.output[0]: top[node.input[0]] for node in products if len(found[node.input[0]]) >= 4 * columns}


def module_of(name: str) -> str:
    """The torch module that a node or its output is named after: "/a/layer.0/q/MatMul_output_0" is of "a.layer.0.q"."""
    return ".".join(name.strip("/").split("/")[:-1])


def columns_of(path: Path) -> Columns:
    """Which columns a model that was split keeps in float32; rounding it again with the same ones loses nothing.

    Args:
        path: Its ``model.onnx``.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(path))
    tops = {tensor.name: tensor for tensor in model.graph.initializer if tensor.name.endswith(_TOP)}
    return {
        node.output[0].removesuffix(_FEW): numpy_helper.to_array(tops[node.input[0].removesuffix(_FEW) + _TOP])
        for node in model.graph.node
        if node.op_type == "MatMul" and node.output[0].endswith(_FEW)
    }


def split(model: Any, columns: Columns) -> list[str]:
    """Make two of each product: one of its largest input columns, one of the others. Changes the model.

    Args:
        model: An ``onnx.ModelProto`` in float32 that holds its weights.
        columns: From ``largest_columns`` or ``columns_of``; other products stay whole.

    Returns:
        The names of the small products, which are to stay in float32.
    """
    from onnx import helper, numpy_helper

    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    products = {node.output[0] for node in _products(model)} & set(columns)
    gelus = _gelus(graph)
    nodes, small, shared = [], [], set()

    def add(kind: str, inputs: list[str], output: str, **settings: Any) -> None:
        nodes.append(helper.make_node(kind, inputs, [output], name=settings.pop("name", output), **settings))

    for node in graph.node:
        if node.output[0] not in products:
            nodes.append(node)
            continue
        (source, weight), result = node.input, node.output[0]
        top = columns[result]
        others, few, scale = f"{source}.others", f"{source}{_FEW}", f"{source}.scale"
        whole = numpy_helper.to_array(weights[weight]).copy()
        if source not in shared:  # queries, keys and values have one input
            shared.add(source)
            mask = np.ones(len(whole), np.float32)
            mask[top] = 0
            graph.initializer.append(numpy_helper.from_array(mask, f"{source}.mask"))
            graph.initializer.append(numpy_helper.from_array(top.astype(np.int64), f"{source}{_TOP}"))
            add("Gather", [source, f"{source}{_TOP}"], few, axis=-1)
            add("Mul", [source, f"{source}.mask"], f"{source}.left")
            size, least = f"{source}.left", _GELU
            if source not in gelus:  # these are four times as wide as others, and their signs cost 4 % of all time
                size, least = f"{source}.size", _LEAST
                add("Abs", [f"{source}.left"], size)
            graph.initializer.append(numpy_helper.from_array(np.array([least], np.float32), f"{source}.least"))
            add("ReduceMax", [size], f"{source}.largest", axes=[-1], keepdims=1)
            add("Max", [f"{source}.largest", f"{source}.least"], scale)
            add("Div", [f"{source}.left", scale], others)
        graph.initializer.append(numpy_helper.from_array(whole[top], f"{weight}{_FEW}"))
        whole[top] = 0  # the scale of a channel is for what is left
        weights[weight].CopyFrom(numpy_helper.from_array(whole, weight))
        add("MatMul", [others, weight], f"{result}.divided", name=node.name)
        add("Mul", [f"{result}.divided", scale], f"{result}.others")
        add("MatMul", [few, f"{weight}{_FEW}"], f"{result}{_FEW}")
        add("Add", [f"{result}.others", f"{result}{_FEW}"], result, name=f"{result}.sum")
        small.append(f"{result}{_FEW}")
    del graph.node[:]
    graph.node.extend(nodes)
    return small


def _products(model: Any) -> list[Any]:
    """Those of activations and weights; those of attention have no weights."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]


def _gelus(graph: Any) -> set[str]:
    """What GELU gives: in a trace it is x / 2 * (1 + erf(x / sqrt 2))."""
    found: set[str] = set()
    for node in graph.node:
        if node.op_type == "Erf" or (node.op_type in ("Add", "Mul") and found & set(node.input)):
            found.add(node.output[0])
    return found
