"""Fine-tune a sequence-pair classifier for stance, and ship it as int8 ONNX.

``newstance train CONFIG --data DIR --out DIR`` runs all of it. Training is transformers' own Trainer: seeds are
fixed, checkpoints are written as it goes, and the same command goes on where a killed run stopped.
"""

from __future__ import annotations

import json
import logging
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from newstance.configs import Settings

from .errors import ConfigError
from .pairs import PairClassifier, softmax
from .sources import joined_archive, locate
from .stance import LABELS, StanceQuery, direct_pair
from .training_rows import LabelledSet, Row, rows_by_set, select, training_rows

log = logging.getLogger(__name__)


class Base(Settings):
    """The pretrained encoder that training starts from, as a zip archive in pieces."""

    name: str
    licence: str
    sha256: str
    parts: list[str]


class TrainingSettings(Settings):
    """One training run; see ``configs/training/stance-mpnet.yaml`` for what each key does."""

    name: str
    base: Base
    layers: int = Field(ge=1)
    max_length: int = Field(ge=32)
    epochs: float = Field(gt=0)
    batch_size: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    warmup: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0)
    frozen_layers: int = Field(ge=0)
    bf16: bool
    seed: int
    train: list[LabelledSet]
    dev: list[LabelledSet]
    calibrate_on: list[str]
    frames: list[str]


@dataclass(frozen=True)
class Trained:
    """A trained model in the form that is shipped.

    Attributes:
        folder: ``model.onnx`` (int8), tokenizer and config.
        temperature: As fitted on the sets that the recipe names.
        scores: What the shipped form says on each development set, by name.
        rows: How many training rows each set gave, by name.
    """

    folder: Path
    temperature: float
    scores: dict[str, DevScores]
    rows: dict[str, int]


@dataclass(frozen=True)
class DevScores:
    """What the shipped model says on one development set."""

    rows: list[Row]
    logits: np.ndarray
    labels: list[str]


def train(settings: TrainingSettings, data: Path, out: Path) -> Trained:
    """Train, export and calibrate.

    Args:
        settings: The recipe.
        data: The folder that holds the labelled sets.
        out: Checkpoints and the torch model go here; a killed run is taken up from its last checkpoint.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    if unknown := set(settings.calibrate_on) - {labelled.name for labelled in settings.dev}:
        raise ConfigError(f"calibrate_on names {sorted(unknown)}, which are not among the dev sets")
    rng = random.Random(settings.seed)
    dev = {labelled.name: select(labelled, data, rng) for labelled in settings.dev}
    base = joined_archive(settings.base.parts, settings.base.sha256)
    tokenizer = AutoTokenizer.from_pretrained(base)
    torch_model = out / "torch"
    if not (torch_model / "model.safetensors").is_file():
        _fit(settings, data, out, base, tokenizer)
    shipped = out / settings.name
    export_int8(
        AutoModelForSequenceClassification.from_pretrained(torch_model, attn_implementation="eager"),
        tokenizer,
        shipped,
    )
    scores = dev_scores(shipped, dev)
    temperature = round(fit_temperature([scores[name] for name in settings.calibrate_on]), 3)
    config_file = shipped / "config.json"
    config = json.loads(config_file.read_text())
    config["newstance"] = {"max_length": settings.max_length, "temperature": temperature}
    config_file.write_text(json.dumps(config, indent=2) + "\n")
    rows = rows_by_set(settings.train, settings.frames, data, random.Random(settings.seed))
    return Trained(shipped, temperature, scores, {name: len(part) for name, part in rows.items()})


def _fit(settings: TrainingSettings, data: Path, out: Path, base: Path, tokenizer: Any) -> None:
    import torch
    from transformers import (
        AutoConfig,
        AutoModelForSequenceClassification,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    set_seed(settings.seed)
    rows = training_rows(settings.train, settings.frames, data, settings.seed)
    log.info("%d training rows", len(rows))
    config = AutoConfig.from_pretrained(
        base,
        num_hidden_layers=settings.layers,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
    )
    model = AutoModelForSequenceClassification.from_pretrained(base, config=config)

    # Embeddings and the lowest layers hold what words are; leaving them alone saves time and memory.
    for part in (model.base_model.embeddings, *model.base_model.encoder.layer[: settings.frozen_layers]):
        part.requires_grad_(False)

    checkpoints = out / "checkpoints"
    trainer = Trainer(
        model,
        TrainingArguments(
            str(checkpoints),
            num_train_epochs=settings.epochs,
            per_device_train_batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            warmup_steps=settings.warmup,
            weight_decay=settings.weight_decay,
            bf16=settings.bf16,
            use_cpu=not torch.cuda.is_available(),
            train_sampling_strategy="group_by_length",
            length_column_name="length",
            save_steps=250,
            save_total_limit=1,
            logging_steps=25,
            seed=settings.seed,
            report_to="none",
            disable_tqdm=True,
        ),
        train_dataset=_encoded(rows, tokenizer, settings.max_length),
        data_collator=DataCollatorWithPadding(tokenizer),
    )
    trainer.train(resume_from_checkpoint=any(checkpoints.glob("checkpoint-*")))
    trainer.save_model(str(out / "torch"))
    (out / "log.json").write_text(json.dumps(trainer.state.log_history, indent=1))


def _encoded(rows: list[Row], tokenizer: Any, max_length: int) -> Any:
    from datasets import Dataset

    pairs = [direct_pair(StanceQuery(row["text"], row["holder"], row["target"])) for row in rows]
    texts, questions = zip(*pairs, strict=True)
    encoded = tokenizer(list(texts), list(questions), truncation="only_first", max_length=max_length)
    return Dataset.from_dict(
        {
            **encoded,
            "labels": [LABELS.index(row["label"]) for row in rows],
            "length": [len(ids) for ids in encoded["input_ids"]],
        }
    )


def export_int8(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write a torch pair classifier as dynamically quantized int8 ONNX, with its tokenizer and config.

    Args:
        model: A sequence classifier with eager attention.
        tokenizer: Its tokenizer.
        folder: Where to; made anew.
    """
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    example = tokenizer([("a text", "a question"), ("another", "one")], padding=True, return_tensors="pt")
    inputs = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in example]
    whole = folder / "float32.onnx"
    torch.onnx.export(
        model.eval(),
        tuple(example[name] for name in inputs),
        str(whole),
        input_names=inputs,
        output_names=["logits"],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in inputs} | {"logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    # Seven bits in each channel: with eight, processors without VNNI overflow, and the answers fall apart
    # (docs/experiments.md).
    quantize_dynamic(
        str(whole),
        str(folder / "model.onnx"),
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    whole.unlink()
    tokenizer.save_pretrained(folder)
    model.config.save_pretrained(folder)


def dev_scores(folder: Path, dev: dict[str, list[Row]]) -> dict[str, DevScores]:
    """The shipped model's logits on the development sets."""
    pairs = PairClassifier.load(locate(f"path:{folder}"))
    return {
        name: DevScores(
            rows,
            pairs.score([direct_pair(StanceQuery(row["text"], row["holder"], row["target"])) for row in rows]).logits,
            pairs.labels,
        )
        for name, rows in dev.items()
    }


def fit_temperature(scores: list[DevScores]) -> float:
    """The temperature with the least negative log-likelihood (Guo et al. 2017), each set weighing the same."""
    grid = np.exp(np.linspace(np.log(0.5), np.log(4), 200))

    def loss(temperature: float) -> float:
        losses = []
        for part in scores:
            gold = [part.labels.index(row["label"]) for row in part.rows]
            likelihood = softmax(part.logits / temperature)[np.arange(len(gold)), gold]
            losses.append(-np.log(likelihood + 1e-12).mean())
        return float(np.mean(losses))

    return float(min(grid, key=loss))
