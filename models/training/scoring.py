"""What a fitted model says on development rows, before it is rounded; runs where ``fit`` runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .batching import HEADS, LABELS, Encoded, by_length, encode, padded, read_rows
from .fit import FitSettings, computes_in_bfloat16


def predict(model: Any, encoded: Encoded, tokens_per_batch: int, bf16: bool) -> np.ndarray:
    """The logits of rows, shape (rows, labels)."""
    import torch

    device = next(model.parameters()).device
    logits = np.zeros((len(encoded), len(LABELS)), np.float32)
    lengths = [len(ids) for ids in encoded.ids]
    model.eval()
    for batch in by_length(range(len(encoded)), lengths, tokens_per_batch):
        inputs = padded([(*encoded[i][:3], None) for i in batch], model.config.pad_token_id)
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            scored = model(**{name: inputs[name].to(device) for name in ("input_ids", "attention_mask")}).logits
        logits[batch] = scored.float().cpu().numpy()
    return logits


def scores_by_set(rows: Sequence[Mapping[str, Any]], logits: np.ndarray) -> dict[str, dict[str, float]]:
    """For each set n and macro-F1 over the labels that it has, and for support the area under the curve."""
    from sklearn.metrics import f1_score, roc_auc_score

    indices: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        indices.setdefault(row["set"], []).append(i)
    found = {}
    for name, chosen in sorted(indices.items()):
        gold = [rows[i]["label"] for i in chosen]
        (head,) = {next(h for h in HEADS if label in h) for label in gold}
        own = logits[chosen][:, [LABELS.index(label) for label in head]]
        said = [head[i] for i in own.argmax(1)]
        scores = {"n": len(chosen), "macro-F1": float(f1_score(gold, said, labels=sorted(set(gold)), average="macro"))}
        if len(head) == 2 and len(set(gold)) == 2:
            scores["AUC"] = float(roc_auc_score([label == head[0] for label in gold], own[:, 0] - own[:, 1]))
        found[name] = scores
    return found


def evaluate(rows: Path, folder: Path, base: Path, settings: FitSettings) -> dict[str, dict[str, float]]:
    """Score a fitted model on development rows, and write ``scores.json`` beside its folder.

    Args:
        rows: JSON lines as for ``fit``; each set has labels of one head.
        folder: The model that ``fit`` wrote.
        base: What it was fitted from.
        settings: As for ``fit``.
    """
    import torch
    from transformers import AutoModelForSequenceClassification

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager").to(device)
    given = read_rows(rows)
    encoded = encode(given, base, settings.max_length)
    logits = predict(model, encoded, 4 * settings.tokens_per_batch, computes_in_bfloat16())
    scores = scores_by_set(given, logits)
    (folder.parent / "scores.json").write_text(json.dumps(scores, indent=1), encoding="utf-8")
    return scores
