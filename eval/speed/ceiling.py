"""What the machine could do at best: a plain eight-bit matrix product, and which share of it the stance model reaches.

A multiply-add counts as two operations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from newstance.models.pairs import PairClassifier, usable_cores
from newstance.models.sources import locate
from newstance.models.stance import StanceQuery, direct_pair

from .bench import Bench
from .forms import encoded
from .sheets import Sheet, Spread, Value
from .timing import in_turn, ratios

TOKENS = 256  # as many as a long window has
_ENOUGH = 2e11  # operations of one measurement: some tenths of a second
_WINDOWS = 20
_FEWEST = 60  # words of what is taken for a window


def measure(bench: Bench) -> list[Sheet]:
    """The products of the encoder's shapes, and the encoder on windows."""
    from transformers import AutoConfig, AutoTokenizer

    arguments = locate(bench.source).from_pretrained_arguments()
    config, tokenizer = AutoConfig.from_pretrained(**arguments), AutoTokenizer.from_pretrained(**arguments)
    width, inner = config.hidden_size, config.intermediate_size
    cores = usable_cores()
    bench.tell("the machine's ceiling")
    acts: dict[str, tuple[float, Callable[[], object]]] = {}
    for rows, columns in ((width, width), (width, inner), (inner, width)):
        operations = 2.0 * TOKENS * rows * columns
        times = max(1, round(_ENOUGH / operations))
        shape = f"int8, {TOKENS} x {rows} x {columns}"
        acts[f"{shape}, {cores} threads together"] = (times * operations, _product(rows, columns, times, cores, 1))
        if cores > 1:
            acts[f"{shape}, {cores} side by side"] = (times * operations, _product(rows, columns, times, 1, cores))
    pairs = PairClassifier.load(locate(bench.source))
    windows = _windows(bench.questions)
    lengths = [encoded(tokenizer, [pair], pairs.max_length)["input_ids"].shape[1] for pair in windows]
    ours = f"newstance, {len(windows)} windows"
    acts[ours] = (sum(operations_of(config, length) for length in lengths), lambda: pairs.score(windows))
    pairs.score(windows[:2])
    taken = in_turn(list(acts), lambda name, _: acts[name][1](), bench.repetitions)
    rates = {name: [acts[name][0] / seconds / 1e9 for seconds in taken[name]] for name in acts}
    best = [max(rates[name][i] for name in acts if name != ours) for i in range(bench.repetitions)]
    rows_: list[dict[str, Value]] = [{"what": name, "GOP/s": Spread.of(rates[name])} for name in acts]
    rows_[-1]["share of the best product"] = Spread.of(ratios(rates[ours], best))
    note = (
        "A multiply-add counts as two operations. Products by onnxruntime's MatMulInteger. Of newstance all products "
        f"of {len(windows)} windows of {min(lengths)} to {max(lengths)} tokens count, those of attention, which are in "
        "float32, too."
    )
    return [Sheet("The machine's ceiling", rows_, note)]


def operations_of(config: Any, tokens: int) -> float:
    """Of an encoder's products for one pair of so many tokens: its weights', and those of attention."""
    width, inner = config.hidden_size, config.intermediate_size
    weights = tokens * (4 * width**2 + 2 * width * inner)
    attention = 2 * tokens**2 * width
    return float(2 * config.num_hidden_layers * (weights + attention))


def _windows(questions: Sequence[StanceQuery]) -> list[tuple[str, str]]:
    long = [question for question in questions if len(question.text.split()) >= _FEWEST]
    return [direct_pair(question) for question in (long or questions)[:_WINDOWS]]


def _product(rows: int, columns: int, times: int, threads: int, side_by_side: int) -> Callable[[], object]:
    """One product again and again; several of them share the work if they run side by side."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(_model(rows, columns), options, providers=["CPUExecutionProvider"])
    inputs = {"a": np.random.default_rng(0).integers(0, 255, (TOKENS, rows), np.uint8)}

    def again(number: int) -> None:
        for _ in range(number):
            session.run(None, inputs)

    again(2)
    pool = ThreadPoolExecutor(side_by_side)
    return lambda: list(pool.map(again, [-(-times // side_by_side)] * side_by_side))


def _model(rows: int, columns: int) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(1).integers(-63, 64, (rows, columns), np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b", "zero"], ["y"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, ["tokens", rows])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, ["tokens", columns])],
        [numpy_helper.from_array(weights, "b"), numpy_helper.from_array(np.array(128, np.uint8), "zero")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8  # that of the opset; onnxruntime may not know the newest
    content: bytes = model.SerializeToString()
    return content
