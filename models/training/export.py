"""A trained pair classifier as ONNX, in fewer bits, in files that may lie in a repository."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ConfigError
from ..pairs import LOGITS, MAIN
from .compensated import compensated
from .first_token import first_token_alone
from .onnx_files import FILE_LIMIT, save_models, weight_files
from .outliers import Columns, largest_columns, module_of, split
from .telling import Telling, add_telling

log = logging.getLogger(__name__)

Encoded = Mapping[str, np.ndarray]
Form = Callable[[Path, Columns], Any]  # a float32 model's file, and what stays in float32, to a model in fewer bits

_TABLE_ROWS = 256  # a table that rows are looked up in and that has fewer is not worth it


def export(
    model: Any,
    tokenizer: Any,
    folder: Path,
    form: str,
    examples: Sequence[tuple[str, str]] = (),
    file_limit: int = FILE_LIMIT,
    columns: Columns | None = None,
    telling: Telling | None = None,
) -> None:
    """Write a torch pair classifier as ONNX, with its tokenizer and config.

    ``float32`` is the whole model, as any exporter writes it; the other forms compute the last layer for the first
    token alone, where that is all that is read.

    Args:
        model: A sequence classifier with eager attention.
        tokenizer: Its tokenizer.
        folder: Where to; made anew.
        form: One of ``FORMS``.
        examples: Some hundred pairs such as it will be asked, in which the mixed forms look for large activations, and
            by which weights are moved to where rounding them changes least.
        file_limit: No file of weights becomes larger, in bytes.
        columns: What the mixed forms leave in float32, where weights are on their grid already; examples are not looked
            at then.
        telling: What tells of each token, which goes in as it is.

    Raises:
        ConfigError: There is no such form, it needs examples, or one tensor alone is larger than the limit.
    """
    import onnx

    if form not in FORMS:
        raise ConfigError(f"{form!r} is no form of a shipped model; expected one of {', '.join(FORMS)}")
    mixed = form.startswith("mixed")
    if mixed and not examples and not columns:
        raise ConfigError(f"the form {form} is made by examples, and there are none; give pairs of text and question")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        whole = Path(scratch) / "float32.onnx"
        _trace(model, tokenizer, whole, form)
        if mixed and not columns:
            asked = [encoded_pair(tokenizer, *pair, model.config.max_position_embeddings) for pair in examples]
            columns = largest_columns(whole, asked)
            kept = {module_of(name): chosen for name, chosen in columns.items()}
            _trace(compensated(model, asked, kept), tokenizer, whole, form)
        smaller = FORMS[form](whole, columns or {})
    if telling is not None:
        add_telling(smaller, telling)
    save_models({MAIN: smaller}, folder, file_limit)
    onnx.checker.check_model(str(folder / "model.onnx"), full_check=False)
    tokenizer.save_pretrained(folder)
    model.config.save_pretrained(folder)
    sizes = (f"{file.name} {file.stat().st_size / 1e6:.1f} MB" for file in weight_files(folder))
    log.info("%s: %s", form, ", ".join(sizes))


def _trace(model: Any, tokenizer: Any, path: Path, form: str) -> None:
    import torch

    example = tokenizer([("a text", "a question"), ("another", "one")], padding=True, return_tensors="pt")
    inputs = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in example]
    with nullcontext() if form == "float32" else first_token_alone(model):
        torch.onnx.export(
            model.eval(),
            tuple(example[name] for name in inputs),
            str(path),
            input_names=inputs,
            output_names=[LOGITS],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in inputs} | {LOGITS: {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )


def encoded_pair(tokenizer: Any, text: str, question: str, positions: int) -> Encoded:
    """A pair of text and question as a model takes it, with a batch of one; of at most as many tokens as it takes."""
    # Of as many positions as a config names, models of this family take two for padding.
    encoded = tokenizer([text], [question], truncation="only_first", max_length=positions - 2, return_tensors="np")
    return {name: values.astype(np.int64) for name, values in encoded.items()}


def _whole(path: Path, columns: Columns) -> Any:
    import onnx

    return onnx.load(str(path))


def _mixed(path: Path, columns: Columns) -> Any:
    """As ``_dynamic``, each row by itself, with the largest activations and their weights in float32."""
    import onnx

    model = onnx.load(str(path))
    small = split(model, columns)
    halves = path.with_name("split.onnx")
    onnx.save(model, str(halves))
    return _dynamic(halves, columns, small)


def _dynamic(path: Path, columns: Columns, left: Sequence[str] = ()) -> Any:
    """Weights of seven bits in each channel, activations of eight bits, rounded as they come; ``left`` stays as it is.

    Processors without VNNI add eight-bit products in sixteen bits, which overflow with weights of eight bits.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    smaller = path.with_name("dynamic.onnx")
    quantize_dynamic(
        str(path),
        str(smaller),
        op_types_to_quantize=["MatMul", "Gemm"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=list(left),
    )
    return _with_small_tables(onnx.load(str(smaller)))


def _weights_alone(path: Path, columns: Columns, bits: int, block: int) -> Any:
    """Weights of four or eight bits with a scale for each block of inputs.

    Activations are rounded to eight bits, too, but each row for itself and with a scale for each block.
    """
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(
        onnx.load(str(path)), bits=bits, block_size=block, is_symmetric=True, accuracy_level=4
    )
    quantizer.process()
    return _with_small_tables(quantizer.model.model)


def _with_small_tables(model: Any) -> Any:
    """Tables that rows are looked up in, such as word embeddings, as int8 with a scale for each row."""
    from onnx import helper, numpy_helper

    graph = model.graph
    tables = {tensor.name: tensor for tensor in graph.initializer}
    nodes, rounded = [], set()
    for node in graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        values = None if table is None else numpy_helper.to_array(table)
        if values is None or values.dtype != np.float32 or values.ndim != 2 or len(values) < _TABLE_ROWS:
            nodes.append(node)
            continue
        name, rows = node.input[0], node.input[1]
        scale = np.maximum(np.abs(values).max(axis=1, keepdims=True) / 127, np.finfo(np.float32).tiny)
        if name not in rounded:
            rounded.add(name)
            for suffix, array in (("rounded", np.rint(values / scale).astype(np.int8)), ("scale", scale)):
                graph.initializer.append(numpy_helper.from_array(array, f"{name}.{suffix}"))
        looked_up = [f"{node.output[0]}.{part}" for part in ("rounded", "float", "scale")]
        nodes += [
            helper.make_node("Gather", [f"{name}.rounded", rows], [looked_up[0]], axis=0),
            helper.make_node("Cast", [looked_up[0]], [looked_up[1]], to=1),
            helper.make_node("Gather", [f"{name}.scale", rows], [looked_up[2]], axis=0),
            helper.make_node("Mul", [looked_up[1], looked_up[2]], [node.output[0]]),
        ]
    del graph.node[:]
    graph.node.extend(nodes)
    _drop_unused(graph)
    return model


def _drop_unused(graph: Any) -> None:
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _forms() -> Iterator[tuple[str, Form]]:
    yield "float32", _whole
    yield "dynamic-7", _dynamic
    yield "mixed-7", _mixed
    for bits in (8, 4):
        for block in (32, 64, 128):
            yield f"weights-{bits}-{block}", partial(_weights_alone, bits=bits, block=block)


FORMS: dict[str, Form] = dict(_forms())
