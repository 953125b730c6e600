"""Sentence embeddings: texts whose meaning is near have vectors that point the same way.

sentence-transformers would read the pooling from a model's own files, and so take models that pool otherwise. It
would bring scipy and scikit-learn (200 MB), which nothing else here needs to run, and it bounds a batch by its number
of texts, where memory follows the longest of them; here it is bounded by tokens. What it would replace are the twenty
lines of mean pooling below: finding weights of every source, and refusing wrong ones, would stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import ModelError
from .sources import Weights

Forward = Callable[[dict[str, np.ndarray]], np.ndarray]


class SentenceEmbedder:
    """A sentence encoder with mean pooling, such as sentence-transformers/all-MiniLM-L6-v2.

    Reimers and Gurevych 2019, "Sentence-BERT".

    Args:
        forward: Takes tokenizer output (arrays of shape (batch, tokens)) and returns the last hidden states, of shape
            (batch, tokens, size).
        tokenizer: The model's Hugging Face tokenizer.
        max_length: Longer texts lose their end, in tokens.
        tokens_per_batch: Upper bound of a batch, padding included.
    """

    def __init__(self, forward: Forward, tokenizer: Any, max_length: int = 128, tokens_per_batch: int = 2048) -> None:
        self._forward = forward
        self._tokenizer = tokenizer
        self._max_length = max_length
        self._tokens_per_batch = tokens_per_batch

    @classmethod
    def load(cls, weights: Weights, device: str = "cpu") -> SentenceEmbedder:
        """Load an encoder from safetensors weights.

        Raises:
            ModelError: They hold no encoder.
        """
        import torch
        from transformers import AutoModel, AutoTokenizer

        arguments = weights.from_pretrained_arguments()
        try:
            tokenizer = AutoTokenizer.from_pretrained(**arguments)
            model, report = AutoModel.from_pretrained(**arguments, use_safetensors=True, output_loading_info=True)
        except (OSError, ValueError) as error:
            raise ModelError(f"{weights.source} could not be loaded as a sentence encoder: {error}") from error
        if missing := [name for name in report["missing_keys"] if not name.startswith("pooler.")]:
            raise ModelError(f"{weights.source} lacks trained weights for {sorted(missing)[:3]}")
        model = model.to(device).eval()

        def forward(inputs: dict[str, np.ndarray]) -> np.ndarray:
            with torch.inference_mode():
                tensors = {name: torch.from_numpy(values).to(device) for name, values in inputs.items()}
                states: np.ndarray = model(**tensors).last_hidden_state.float().cpu().numpy()
            return states

        return cls(forward, tokenizer)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One vector of length 1 for each text, of shape (texts, size); a dot product of two is their cosine."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        encoded = self._tokenizer(list(texts), truncation=True, max_length=self._max_length)
        lengths = [len(ids) for ids in encoded["input_ids"]]
        vectors: list[np.ndarray | None] = [None] * len(texts)
        batch: list[int] = []
        order = sorted(range(len(texts)), key=lambda i: -lengths[i])
        for position, i in enumerate(order):
            batch.append(i)
            is_last = position + 1 == len(order)
            if is_last or (len(batch) + 1) * lengths[batch[0]] > self._tokens_per_batch:
                for j, vector in zip(batch, self._pooled(encoded, batch), strict=True):
                    vectors[j] = vector
                batch = []
        return np.stack(vectors)  # type: ignore[arg-type]

    def _pooled(self, encoded: Any, batch: list[int]) -> np.ndarray:
        padded = self._tokenizer.pad(
            {name: [values[i] for i in batch] for name, values in encoded.items()}, return_tensors="np"
        )
        inputs = {name: np.asarray(values, np.int64) for name, values in padded.items()}
        mask = inputs["attention_mask"][..., None]
        summed = (self._forward(inputs) * mask).sum(axis=1)
        norms = np.linalg.norm(summed, axis=1, keepdims=True)
        vectors: np.ndarray = summed / np.maximum(norms, 1e-9)
        return vectors


def centrality(vectors: np.ndarray) -> np.ndarray:
    """The cosine of each vector with the mean of all (Radev et al. 2004, "Centroid-based summarization").

    Args:
        vectors: Of length 1, shape (texts, size).

    Returns:
        Shape (texts,).
    """
    mean = vectors.mean(axis=0)
    central: np.ndarray = vectors @ mean / max(float(np.linalg.norm(mean)), 1e-9)
    return central
