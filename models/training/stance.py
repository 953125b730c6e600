"""Fine-tune a sequence-pair classifier, for stance or for support, and ship it as int8 ONNX.

``newstance train CONFIG --data DIR --out DIR`` runs all of it. Training is transformers' own Trainer: seeds are
fixed, checkpoints are written as it goes, and the same command goes on where a killed run stopped.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from newstance.configs import Settings

from ..errors import ConfigError, WeightsNotFoundError
from ..pairs import PairClassifier, softmax
from ..sources import joined_archive, locate, sha256_of
from ..stance import LABELS, StanceQuery, direct_pair
from .export import export
from .stance_rows import LabelledSet, Row, rows_by_set, select, speakers
from .statements import Statements, statement_rows

log = logging.getLogger(__name__)

# What rows that were written from templates are called beside the names of the sets.
STATEMENTS = "statements written from templates"


class Base(Settings):
    """The pretrained encoder that training starts from: a zip archive in pieces, or one folder.

    Attributes:
        name: What the model card calls it.
        licence: Its licence.
        sha256: Of its ``model.safetensors``.
        parts: Sources of the pieces, in order; or one source, of a folder.
    """

    name: str
    licence: str
    sha256: str
    parts: list[str] = Field(min_length=1)

    def folder(self) -> Path:
        """Where its files are.

        Raises:
            WeightsNotFoundError: They are missing, or are others.
        """
        if len(self.parts) > 1:
            return joined_archive(self.parts, self.sha256)
        folder = locate(self.parts[0]).path
        if sha256_of(folder / "model.safetensors") != self.sha256:
            raise WeightsNotFoundError(f"{self.parts[0]} does not hold weights with sha256 {self.sha256}")
        return folder


class Recipe(Settings):
    """What every training run of a pair classifier has; ``configs/training`` says what each key does.

    It starts from a pretrained ``base``, of which the first ``layers`` are taken, or ``continues`` another recipe's
    run. Then ``kept`` is that one's share in the weights that are shipped: the average of two rounds often keeps what
    the first had learned and the second forgot (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    ``bf16`` may say in which precision; left out, the machine decides: bfloat16 where it has arithmetic for it.
    """

    name: str
    base: Base | None = None
    layers: int | None = Field(default=None, ge=1)
    continues: str | None = None
    kept: float = Field(default=0.0, ge=0, lt=1)
    max_length: int = Field(ge=32)
    epochs: float = Field(gt=0)
    batch_size: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    warmup: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0)
    frozen_layers: int = Field(ge=0)
    bf16: bool | None = None
    seed: int

    @model_validator(mode="after")
    def _starts_somewhere(self) -> Self:
        if (self.base is None) == (self.continues is None):
            raise ValueError("a recipe needs either a base or the name of a recipe that it continues")
        if (self.base is None) != (self.layers is None):
            raise ValueError("layers are taken of a base; a recipe that continues another has that one's")
        if self.kept and self.continues is None:
            raise ValueError("kept is the share of the run that a recipe continues")
        return self


class TrainingSettings(Recipe):
    """One training run of a stance model; see ``configs/training/stance-mpnet-first.yaml``."""

    train: list[LabelledSet]
    dev: list[LabelledSet]
    calibrate_on: list[str]
    frames: list[str]
    statements: Statements | None = None


class PairExample(NamedTuple):
    """A pair as the classifier gets it, and the right label."""

    text: str
    question: str
    label: str


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
    """What the shipped model says on one development set.

    Attributes:
        rows: Each has a ``label``, and a ``text`` that rows resampled together share.
        logits: Shape (rows, labels).
        labels: In the order of the logits.
    """

    rows: Sequence[Mapping[str, Any]]
    logits: np.ndarray
    labels: list[str]


def train(settings: TrainingSettings, data: Path, out: Path) -> Trained:
    """Train, export and calibrate.

    Args:
        settings: The recipe.
        data: The folder that holds the labelled sets.
        out: Checkpoints and the torch model go here; a killed run is taken up from its last checkpoint. A recipe
            that continues another finds that one's run beside it.

    Raises:
        ConfigError: A file is missing, or the run that is to be continued.
    """
    if unknown := set(settings.calibrate_on) - {labelled.name for labelled in settings.dev}:
        raise ConfigError(f"calibrate_on names {sorted(unknown)}, which are not among the dev sets")
    rng = random.Random(settings.seed)
    dev = {labelled.name: select(labelled, data, rng) for labelled in settings.dev}
    # The order of draws is part of a recipe: it gives the same rows in the same order every time.
    rng = random.Random(settings.seed)
    made = made_rows(settings, data, rng)
    rows = [row for part in made.values() for row in part]
    rng.shuffle(rows)
    shipped = fit_and_export(settings, _examples(rows), LABELS, out)
    scores = dev_scores(shipped, dev)
    temperature = calibrated(settings, shipped, [scores[name] for name in settings.calibrate_on])
    return Trained(shipped, temperature, scores, {name: len(part) for name, part in made.items()})


def fit_and_export(settings: Recipe, examples: Sequence[PairExample], labels: Sequence[str], out: Path) -> Path:
    """Train, unless that was done before, and write the int8 form.

    Args:
        settings: The recipe.
        examples: The training examples, in an order that mixes the sets.
        labels: The model's labels, in the order of its outputs.
        out: Checkpoints, the torch model and the int8 form go here.

    Returns:
        The folder of the int8 form; it has no temperature yet.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    base = _start(settings, out)
    tokenizer = AutoTokenizer.from_pretrained(base)
    torch_model = out / "torch"
    if not (torch_model / "model.safetensors").is_file():
        _fit(settings, examples, labels, out, base, tokenizer)
    model = AutoModelForSequenceClassification.from_pretrained(torch_model, attn_implementation="eager")
    if settings.kept:
        earlier = AutoModelForSequenceClassification.from_pretrained(base).state_dict()
        kept = settings.kept
        model.load_state_dict({name: w.lerp(earlier[name], kept) for name, w in _weights(model)}, strict=False)
    shipped = out / settings.name
    export(model, tokenizer, shipped, "dynamic-7")
    return shipped


def _weights(model: Any) -> Iterator[tuple[str, Any]]:
    """The numbers of a model by name, without what only counts positions."""
    return ((name, weights) for name, weights in model.state_dict().items() if weights.is_floating_point())


def calibrated(settings: Recipe, shipped: Path, scores: Sequence[DevScores]) -> float:
    """Fit the temperature, and write it into the model's config."""
    temperature = round(fit_temperature(scores), 3)
    config_file = shipped / "config.json"
    config = json.loads(config_file.read_text())
    config["newstance"] = {"max_length": settings.max_length, "temperature": temperature}
    config_file.write_text(json.dumps(config, indent=2) + "\n")
    return temperature


def made_rows(settings: TrainingSettings, data: Path, rng: random.Random) -> dict[str, list[Row]]:
    """All training rows of a recipe, by set; the same seed gives the same rows."""
    made = rows_by_set(settings.train, settings.frames, data, rng)
    if settings.statements is not None:
        rows = [row for part in made.values() for row in part]
        topics = {row["target"] for name in settings.statements.topics_from for row in made[name]}
        names = speakers(rows, words=(1, 3))
        made[STATEMENTS] = statement_rows(
            settings.statements, names, sorted(topics.union(settings.statements.topics)), rng
        )
    return made


def _start(settings: Recipe, out: Path) -> Path:
    """The folder of the model that training starts from."""
    if settings.base is not None:
        return settings.base.folder()
    earlier = out.parent / str(settings.continues) / "torch"
    if not (earlier / "model.safetensors").is_file():
        raise ConfigError(
            f"{settings.name} continues {settings.continues}, and {earlier} holds no trained model; run "
            f"newstance train {settings.continues} with the same --out first"
        )
    return earlier


def _has_bfloat16() -> bool:
    """Whether this machine computes in bfloat16; where it only imitates it, a step takes 50 times as long."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu._is_avx512_bf16_supported())


def _fit(
    settings: Recipe, examples: Sequence[PairExample], labels: Sequence[str], out: Path, base: Path, tokenizer: Any
) -> None:
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
    log.info("%d training rows", len(examples))
    config = AutoConfig.from_pretrained(
        base,
        **({} if settings.layers is None else {"num_hidden_layers": settings.layers}),
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
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
            bf16=_has_bfloat16() if settings.bf16 is None else settings.bf16,
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
        train_dataset=_encoded(examples, labels, tokenizer, settings.max_length),
        data_collator=DataCollatorWithPadding(tokenizer),
    )
    trainer.train(resume_from_checkpoint=any(checkpoints.glob("checkpoint-*")))
    trainer.save_model(str(out / "torch"))
    (out / "log.json").write_text(json.dumps(trainer.state.log_history, indent=1))


def _examples(rows: list[Row]) -> list[PairExample]:
    return [
        PairExample(*direct_pair(StanceQuery(row["text"], row["holder"], row["target"])), row["label"]) for row in rows
    ]


def _encoded(examples: Sequence[PairExample], labels: Sequence[str], tokenizer: Any, max_length: int) -> Any:
    from datasets import Dataset

    texts, questions = [e.text for e in examples], [e.question for e in examples]
    encoded = tokenizer(texts, questions, truncation="only_first", max_length=max_length)
    return Dataset.from_dict(
        {
            **encoded,
            "labels": [labels.index(example.label) for example in examples],
            "length": [len(ids) for ids in encoded["input_ids"]],
        }
    )


def dev_scores(folder: Path, dev: dict[str, list[Row]]) -> dict[str, DevScores]:
    """The shipped model's logits on the development sets."""
    pairs = PairClassifier.load(locate(f"path:{folder}"))
    return {
        name: DevScores(rows, pairs.score([(e.text, e.question) for e in _examples(rows)]).logits, pairs.labels)
        for name, rows in dev.items()
    }


def fit_temperature(scores: Sequence[DevScores]) -> float:
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
