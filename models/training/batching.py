"""Rows as the model takes them: tokens of texts, questions and twins, in batches of like length."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConfigError

if TYPE_CHECKING:
    from .fit import FitSettings

HEADS = (("favor", "against", "neutral"), ("entailment", "not_entailment"))
LABELS = tuple(label for head in HEADS for label in head)
_CHUNK = 4000  # rows that are sorted by length together, so that batches waste little and still are mixed


Item = tuple[np.ndarray, int, float, np.ndarray | None]  # tokens, target, weight, tokens of the twin


@dataclass(frozen=True)
class Encoded:
    """Rows as the model takes them.

    Attributes:
        ids: Of each row its tokens, shape (tokens,), int32.
        targets: The index of each row's label in ``LABELS``, shape (rows,).
        weights: Of each row in the loss, shape (rows,).
        twins: The tokens of the twins of rows, by the row's index.
    """

    ids: list[np.ndarray]
    targets: np.ndarray
    weights: np.ndarray
    twins: Mapping[int, np.ndarray]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, i: int) -> Item:
        return self.ids[i], int(self.targets[i]), float(self.weights[i]), self.twins.get(i)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file.

    Raises:
        ConfigError: The file is missing.
    """
    if not path.is_file():
        raise ConfigError(f"there is no file {path}; newstance train writes it")
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def encode(rows: Sequence[Mapping[str, Any]], base: Path, max_length: int) -> Encoded:
    """Tokens, targets and weights of rows, by all processors at once.

    Raises:
        ConfigError: A row has an unknown label, or its question alone fills the model.
    """
    from tokenizers import Tokenizer

    if unknown := {row["label"] for row in rows} - set(LABELS):
        raise ConfigError(f"rows have the labels {', '.join(sorted(unknown))}; expected {', '.join(LABELS)}")
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    room = max_length - tokenizer.num_special_tokens_to_add(is_pair=True)
    for row, question in zip(
        rows, tokenizer.encode_batch([row["question"] for row in rows], add_special_tokens=False), strict=True
    ):
        if len(question.ids) >= room:
            raise ConfigError(
                f"a question of {row['set']} takes {len(question.ids)} tokens and leaves no room for text in a model "
                f"of {max_length}: {row['question'][:80]!r}...; leave the row out"
            )
    tokenizer.enable_truncation(max_length, strategy="only_first")
    twins = {i: tuple(row["twin"]) for i, row in enumerate(rows) if "twin" in row}
    encodings = tokenizer.encode_batch([(row["text"], row["question"]) for row in rows] + [*twins.values()])
    ids = [np.array(encoding.ids, np.int32) for encoding in encodings]
    return Encoded(
        ids[: len(rows)],
        np.array([LABELS.index(row["label"]) for row in rows], np.int64),
        np.array([row.get("weight", 1.0) for row in rows], np.float32),
        dict(zip(twins, ids[len(rows) :], strict=True)),
    )


def batches(lengths: Sequence[int], settings: FitSettings) -> list[list[int]]:
    """The rows of each step of all epochs: of like length, in an order that the seed decides."""
    rng = random.Random(settings.seed)
    order, plan = list(range(len(lengths))), []
    for _ in range(settings.epochs):
        rng.shuffle(order)
        epoch = []
        for first in range(0, len(order), _CHUNK):
            epoch += list(by_length(order[first : first + _CHUNK], lengths, settings.tokens_per_batch))
        rng.shuffle(epoch)
        plan += epoch
    return plan


def by_length(rows: Sequence[int], lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Rows in batches, longest first; a batch has the first one's length times its size in tokens."""
    batch: list[int] = []
    for i in sorted(rows, key=lambda i: -lengths[i]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > budget:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def padded(rows: Sequence[Item], pad: int) -> dict[str, Any]:
    """Rows of ``Encoded`` as a batch, filled up with a padding token; behind them the twins of those in ``twin_of``."""
    import torch

    twin_of = [i for i, row in enumerate(rows) if row[3] is not None]
    tokens = [row[0] for row in rows] + [row[3] for row in rows if row[3] is not None]
    ids = torch.full((len(tokens), max(map(len, tokens))), pad, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for i, own in enumerate(tokens):
        ids[i, : len(own)] = torch.from_numpy(own)
        mask[i, : len(own)] = 1
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "targets": torch.tensor([row[1] for row in rows]),
        "weights": torch.tensor([row[2] for row in rows], dtype=torch.float32),
        "twin_of": torch.tensor(twin_of, dtype=torch.long),
    }


def own_outputs(targets: Any) -> Any:
    """Which outputs are those of each row's own head, shape (rows, labels), for the indices of the rows' labels."""
    import torch

    head_of = torch.tensor([i for i, head in enumerate(HEADS) for _ in head], device=targets.device)
    return head_of[targets].unsqueeze(1) == head_of
