"""Sequence-pair classifiers: (text, question) pairs in, logits over the model's labels out.

One class runs both safetensors models (by torch) and ONNX models (by onnxruntime); natural language inference
and direct stance classification stand on it.
"""

from __future__ import annotations

import copy
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from .errors import InputError, ModelError
from .sources import Weights

# Logits, shape (batch, labels), and if the model tells of tokens, what it tells, shape (batch, tokens, told).
Run = Callable[[dict[str, np.ndarray]], tuple[np.ndarray, np.ndarray | None]]
LOGITS, TOLD = "logits", "told"  # these outputs' names; models/training/telling.py makes the second
MAIN = "model"  # of the ONNX files of a model; one named after a task answers that task (models/training/branch.py)
# Called after each batch with (pairs scored so far, pairs in all); an exception raised in it stops the work.
OnBatch = Callable[[int, int], None]
_TOKENS_PER_BATCH = 2048
# Those in use, by what was loaded and on what: two parts that name the same weights hold them once.
_loaded: WeakValueDictionary[tuple[str, str | None, str], PairClassifier] = WeakValueDictionary()
_loading = Lock()
_most_cores: int | None = None


def _forget() -> None:
    """A forked child has none of the threads that its parent's classifiers wait for, nor who holds a lock."""
    global _loaded, _loading
    _loaded, _loading = WeakValueDictionary(), Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@dataclass(frozen=True)
class Told:
    """What each token of a pair's text tells.

    Attributes:
        starts: Where it begins in the text, shape (tokens,).
        logits: Shape (tokens, told); they add up over the tokens of a part.
    """

    starts: np.ndarray
    logits: np.ndarray

    def of(self, start: int, end: int) -> np.ndarray:
        """What the tokens that begin in a part of the text tell together, shape (told,)."""
        found: np.ndarray = self.logits[(start <= self.starts) & (self.starts < end)].sum(axis=0)
        return found


@dataclass(frozen=True)
class PairScores:
    """Scores of a list of pairs.

    Attributes:
        logits: Shape (pairs, labels), in the order of the classifier's ``labels``.
        truncated: For each pair, whether the end of its text was cut off.
        told: For each pair, what its tokens tell; None if the model tells nothing of them.
    """

    logits: np.ndarray
    truncated: list[bool]
    told: list[Told] | None = None


class PairClassifier:
    """A sequence-pair classifier with its tokenizer.

    Args:
        run: Takes tokenizer output (arrays of shape (batch, tokens)) and returns logits (batch, labels).
        tokenizer: The model's Hugging Face tokenizer.
        labels: The model's labels in the order of its outputs.
        max_length: The longest pair in tokens; texts are cut to fit, questions never.
        temperatures: What the model's training fitted, by task ("stance", "support"); for callers that turn logits
            into probabilities.
        tokens_per_batch: Upper bound of a batch, padding included; a longer pair is a batch of its own.
        side_by_side: How many batches run at the same time, those of all who ask taken together.
        told_bias: What is added to what the tokens of a part tell, shape (told,); None if the model tells nothing.
        branch: Gives what runs the model for a task, and None if that has no layers of its own; its logits are as those
            of ``run``. It is asked once for each task.
    """

    def __init__(
        self,
        run: Run,
        tokenizer: Any,
        labels: Sequence[str],
        max_length: int,
        temperatures: Mapping[str, float] | None = None,
        tokens_per_batch: int = _TOKENS_PER_BATCH,
        side_by_side: int = 1,
        told_bias: Sequence[float] | None = None,
        branch: Callable[[str], Run | None] = lambda task: None,
    ) -> None:
        self._run = run
        self._branch, self._branches = branch, dict[str, Run | None]()
        self._whole: PairClassifier | None = None  # of a branch; weights in use are not loaded again
        self._tokenizer = tokenizer
        self.labels = list(labels)
        self.max_length = max_length
        self.temperatures = dict(temperatures or {})
        self.told_bias = None if told_bias is None else np.asarray(told_bias, np.float32)
        self._tokens_per_batch = tokens_per_batch
        self._side_by_side = side_by_side
        self._pool = ThreadPoolExecutor(side_by_side, "pairs") if side_by_side > 1 else None
        # A fast tokenizer keeps its truncation as state: another thread's call would switch it off.
        self._tokenizing = Lock()

    @property
    def asks_singly(self) -> bool:
        """Whether each pair runs by itself, so that its answer is the same beside any others."""
        return self._tokens_per_batch == 1

    def for_task(self, task: str) -> PairClassifier:
        """The same classifier as it answers a task: by the layers that it has for that one alone, if it has some.

        Raises:
            ModelError: These cannot be loaded.
        """
        with _loading:
            if task not in self._branches:
                self._branches[task] = self._branch(task)
        run = self._branches[task]
        if run is None:
            return self
        branch = copy.copy(self)
        branch._run, branch.told_bias, branch._whole = run, None, self
        return branch

    @classmethod
    def load(cls, weights: Weights, device: str = "cpu") -> PairClassifier:
        """Load a classifier from weights; ONNX where the folder holds a ``model.onnx``, else safetensors.

        Weights that are in use are not loaded a second time: who asks for them gets the same object.

        Raises:
            ModelError: The folder holds no sequence classifier.
        """
        key = (weights.location, weights.revision, device)
        with _loading:
            classifier = _loaded.get(key)
            if classifier is None:
                _loaded[key] = classifier = cls._load(weights, device)
        return classifier

    @classmethod
    def _load(cls, weights: Weights, device: str) -> PairClassifier:
        from transformers import AutoConfig, AutoTokenizer

        arguments = weights.from_pretrained_arguments()
        try:
            config = AutoConfig.from_pretrained(**arguments)
            tokenizer = AutoTokenizer.from_pretrained(**arguments)
            run, tells = _onnx_run(weights, MAIN) if weights.is_onnx else (_torch_run(weights, device), False)
        except (OSError, ValueError) as error:
            raise ModelError(f"{weights.source} could not be loaded as a pair classifier: {error}") from error
        own = getattr(config, "newstance", None) or {}
        labels = [str(config.id2label[i]) for i in range(config.num_labels)]
        longest = min(tokenizer.model_max_length, getattr(config, "max_position_embeddings", 512))
        return cls(
            run,
            tokenizer,
            labels,
            own.get("max_length", min(longest, 512)),
            own.get("temperatures"),
            # Activations of eight bits: whatever rounds otherwise beside others changes a pair's answer, and padding
            # alone does. One pair on each core is also faster than batches, or than one pair on all cores.
            tokens_per_batch=1 if weights.is_onnx else _TOKENS_PER_BATCH,
            side_by_side=usable_cores() if weights.is_onnx else 1,
            told_bias=own.get("told_bias") if tells else None,
            branch=partial(_onnx_branch, weights),
        )

    def score(self, pairs: Sequence[tuple[str, str]], on_batch: OnBatch | None = None) -> PairScores:
        """Score (text, question) pairs; equal pairs are scored once.

        Args:
            pairs: What is scored.
            on_batch: Hears how far the work is, equal pairs counted once.

        Raises:
            InputError: A question leaves no room for text.
        """
        if not pairs:
            return PairScores(np.zeros((0, len(self.labels)), np.float32), [], None if self.told_bias is None else [])
        unique = list(dict.fromkeys(pairs))
        with self._tokenizing:
            encoded, starts, truncated = self._encode(unique)
        logits = np.zeros((len(unique), len(self.labels)), np.float32)
        told: dict[int, Told] = {}
        done = 0
        with closing(self._answers(encoded)) as answers:
            for batch, (answer, of_tokens) in answers:
                logits[batch] = answer
                if self.told_bias is not None and of_tokens is not None:
                    told |= {i: _of_text(starts[i], row) for i, row in zip(batch, of_tokens, strict=True)}
                done += len(batch)
                if on_batch is not None:
                    on_batch(done, len(unique))
        index = {pair: i for i, pair in enumerate(unique)}
        rows = [index[pair] for pair in pairs]
        kept = None if self.told_bias is None else [told[row] for row in rows]
        return PairScores(logits[rows], [truncated[row] for row in rows], kept)

    def refuse_long(self, questions: Sequence[str]) -> None:
        """Refuse questions that fill the model alone, before any text is there to ask them of.

        Raises:
            InputError: A question leaves no room for text.
        """
        with self._tokenizing:
            self._refuse_long(questions)

    def _refuse_long(self, questions: Sequence[str]) -> None:
        special = self._tokenizer.num_special_tokens_to_add(pair=True)
        for question, ids in zip(
            questions, self._tokenizer(list(questions), add_special_tokens=False).input_ids, strict=True
        ):
            if len(ids) + special >= self.max_length:
                raise InputError(
                    f"{question[:80]!r}... takes {len(ids)} tokens, which leaves no room for text in a model "
                    f"of {self.max_length} tokens; use a shorter target"
                )

    def _encode(self, pairs: list[tuple[str, str]]) -> tuple[dict[str, list[list[int]]], list[np.ndarray], list[bool]]:
        """Token ids; where each token begins in its text, -1 for those of no text; and whether a text was cut."""
        texts, questions = zip(*pairs, strict=True)
        self._refuse_long(questions)
        encoded = self._tokenizer(
            list(texts),
            list(questions),
            truncation="only_first",
            max_length=self.max_length,
            return_overflowing_tokens=False,
            return_offsets_mapping=self.told_bias is not None,
        )
        offsets = encoded.pop("offset_mapping", [])
        starts = [
            np.array([start if part == 0 else -1 for part, (start, _) in zip(parts, places, strict=True)])
            for parts, places in zip(map(encoded.sequence_ids, range(len(offsets))), offsets, strict=True)
        ]
        # Only a pair that fills the model can have lost something; those few are measured again.
        truncated = [
            len(ids) == self.max_length
            and len(self._tokenizer(text, question, truncation=False, verbose=False).input_ids) > self.max_length
            for ids, text, question in zip(encoded["input_ids"], texts, questions, strict=True)
        ]
        return dict(encoded), starts, truncated

    def _answers(
        self, encoded: Mapping[str, list[list[int]]]
    ) -> Generator[tuple[list[int], tuple[np.ndarray, np.ndarray | None]], None, None]:
        """Each batch with what the model says of it; once nobody takes any more, no other begins."""
        batches = self._batches([len(ids) for ids in encoded["input_ids"]])
        if self._pool is None:
            for batch in batches:
                yield batch, self._run(self._padded(encoded, batch))
            return
        running: deque[tuple[list[int], Future[tuple[np.ndarray, np.ndarray | None]]]] = deque()
        try:
            for batch in batches:
                running.append((batch, self._pool.submit(self._run, self._padded(encoded, batch))))
                if len(running) > self._side_by_side:
                    first, answer = running.popleft()
                    yield first, answer.result()
            while running:
                first, answer = running.popleft()
                yield first, answer.result()
        finally:
            for _, answer in running:
                answer.cancel()

    def _padded(self, encoded: Mapping[str, list[list[int]]], batch: Sequence[int]) -> dict[str, np.ndarray]:
        padded = self._tokenizer.pad(
            {name: [values[i] for i in batch] for name, values in encoded.items()}, return_tensors="np"
        )
        return {name: np.asarray(values, np.int64) for name, values in padded.items()}

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Indices in batches of like length, longest first, so that running out of memory shows at once."""
        batch: list[int] = []
        for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
            if batch and (len(batch) + 1) * lengths[batch[0]] > self._tokens_per_batch:
                yield batch
                batch = []
            batch.append(i)
        if batch:
            yield batch


def _of_text(starts: np.ndarray, told: np.ndarray) -> Told:
    in_text = starts >= 0
    return Told(starts[in_text], told[: len(starts)][in_text])


def usable_cores() -> int:
    """How many cores this process may use."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there, _most_cores or there)


def limit_cores(number: int) -> None:
    """Let the models that this process loads from now on use no more cores; for several processes on one machine."""
    import torch

    global _most_cores
    _most_cores = number
    torch.set_num_threads(number)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: np.ndarray = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


def _torch_run(weights: Weights, device: str) -> Run:
    import torch
    from transformers import AutoModelForSequenceClassification

    model, report = AutoModelForSequenceClassification.from_pretrained(
        **weights.from_pretrained_arguments(), use_safetensors=True, output_loading_info=True
    )
    if report["missing_keys"]:
        # A body without a trained head would answer at random.
        raise ModelError(f"{weights.source} lacks trained weights for {sorted(report['missing_keys'])[:3]}")
    model = model.to(device).eval()

    def run(inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, None]:
        with torch.inference_mode():
            logits = model(**{name: torch.from_numpy(values).to(device) for name, values in inputs.items()}).logits
        return logits.float().cpu().numpy(), None

    return run


def _onnx_run(weights: Weights, file: str) -> tuple[Run, bool]:
    """What runs one of its files, and whether that tells of tokens."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # of each pair: as many pairs as there are cores run side by side
    try:
        session = onnxruntime.InferenceSession(
            str(weights.path / f"{file}.onnx"), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime has a kind for each of its codes
        raise ModelError(f"{file}.onnx of {weights.source} could not be loaded: {error}") from error
    expected = {node.name for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    wanted = [name for name in (LOGITS, TOLD) if name in outputs]

    def run(inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray | None]:
        logits, *told = session.run(wanted, {name: values for name, values in inputs.items() if name in expected})
        return logits, told[0] if told else None

    return run, TOLD in outputs


def _onnx_branch(weights: Weights, task: str) -> Run | None:
    if not weights.is_onnx or not (weights.path / f"{task}.onnx").is_file():
        return None
    # onnxruntime computes all outputs of a file, whichever are asked for: layers of a task's own are a file of its own.
    return _onnx_run(weights, task)[0]
