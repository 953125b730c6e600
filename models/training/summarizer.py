"""Train the adapter by which a chat model writes faithful summaries of news, in the number of sentences asked for.

``newstance train RECIPE --data DIR --out DIR`` makes the rows, fits (``adapter.py``), and writes the adapter as a
profile names it.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field

from newstance.configs import Settings

from ..adapters import CONFIG_FILE, WEIGHTS_FILE
from ..errors import ModelError
from ..sentences import Length, split_sentences
from ..sources import converted_gguf, locate
from .adapter import Plan, SummaryRow, fit_adapter, held_out_loss
from .origins import check, model_hash, note
from .overlap import Excluded
from .set_files import SetFile, Share, records_of, with_articles


class Task(Settings):
    """What a recipe trains, where it is not the model of stance and support; its other keys are read by that task."""

    model_config = ConfigDict(extra="ignore")

    task: Literal["summarizer", "corrections", "branch"] | None = None


class SummarySet(SetFile):
    """Articles with summaries.

    Attributes:
        file: JSON lines, a path under the data root: each an article with its ``summary`` in three sentences, and
            ``one`` in one. Or with ``sentences``, with ``three``, the indices of those that make a short summary, and
            with ``one``. For the article there may be the ``file`` that holds it, and its ``sha256``.
    """


class SummarizerTrainingSettings(Settings):
    """One training run; see ``configs/training/smollm2-news.yaml``. What is not explained there is so in ``Plan``."""

    task: Literal["summarizer"]
    name: str
    source: str
    licence: str
    prompt: str
    words: int = Field(ge=50)
    rank: int = Field(ge=1)
    alpha: int = Field(ge=1)
    dropout: Share
    epochs: float = Field(gt=0)
    batch_size: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    warmup: Share
    max_length: int = Field(ge=64)
    bf16: bool | None = None
    seed: int
    seconds: float | None = Field(None, gt=0)
    train: list[SummarySet]
    dev: list[SummarySet]
    excluded: list[str]


@dataclass(frozen=True)
class TrainedAdapter:
    """A trained adapter in the form that is shipped.

    Attributes:
        folder: ``adapter_model.safetensors`` in bfloat16, and ``adapter_config.json``.
        rows: How many training rows each set gave, by name.
        losses: Of each dev set, by name: nats a token of the right summaries, by their number of sentences.
    """

    folder: Path
    rows: dict[str, int]
    losses: dict[str, dict[int, float]]


def train_summarizer(settings: SummarizerTrainingSettings, data: Path, out: Path) -> TrainedAdapter:
    """Make the rows, fit the adapter, and write it.

    Args:
        settings: The recipe.
        data: The folder that holds the sets.
        out: Checkpoints and the adapter go here; a killed run is taken up from its last checkpoint.

    Raises:
        ConfigError: A file is missing, or checkpoints are of another training.
        ModelError: The source is no chat model.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from .fit import CHECKPOINTS, computes_in_bfloat16

    excluded = Excluded.read([data / name for name in settings.excluded])
    dev = {labelled.name: summary_rows(labelled, settings, data, Excluded()) for labelled in settings.dev}
    made = {labelled.name: summary_rows(labelled, settings, data, excluded) for labelled in settings.train}
    rows = [row for part in made.values() for row in part]
    random.Random(settings.seed).shuffle(rows)
    weights = locate(settings.source)
    folder = weights.path if weights.path.is_dir() else converted_gguf(weights.path)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if not tokenizer.chat_template:
        raise ModelError(f"{settings.source} has no chat template; an adapter is trained for chat models alone")
    chosen = settings.model_dump(include=set(Plan.__dataclass_fields__))
    plan = Plan(**chosen | {"bf16": computes_in_bfloat16() if settings.bf16 is None else settings.bf16})
    model = AutoModelForCausalLM.from_pretrained(folder)
    rows_hash = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    made_of, checkpoints = chosen | {"base": model_hash(model), "rows": rows_hash}, out / CHECKPOINTS
    check(made_of, checkpoints)
    note(checkpoints, made_of)
    model = fit_adapter(model, tokenizer, rows, plan, checkpoints)
    losses = {name: held_out_loss(model, tokenizer, part, plan) for name, part in dev.items()}
    shipped = out / settings.name
    ship(model, shipped, settings.source)
    return TrainedAdapter(shipped, {name: len(part) for name, part in made.items()}, losses)


def ship(model: Any, folder: Path, source: str) -> None:
    """Write an adapter in bfloat16, half the size of what it was trained in.

    Args:
        model: As ``peft`` wraps it.
        folder: Where to; made anew.
        source: Of the model that it is for.
    """
    import torch
    from safetensors.torch import load_file, save_file

    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, save_embedding_layers=False)
    weights = load_file(folder / WEIGHTS_FILE)
    save_file({name: value.to(torch.bfloat16) for name, value in weights.items()}, folder / WEIGHTS_FILE)
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = source
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def summary_rows(
    labelled: SummarySet, settings: SummarizerTrainingSettings, data: Path, excluded: Excluded
) -> list[SummaryRow]:
    """The rows of a set: each of its articles, with each length that it has a summary of.

    Articles come as the summarizer hands them on: sentence by sentence, without line breaks, cut at a sentence's end.

    Raises:
        ConfigError: A file is missing.
        InputError: It does not hold the article of one of our summaries.
    """
    rows = []
    for article, summaries in _summarized(labelled, data):
        if article in excluded:
            continue
        text = " ".join(Length(settings.words, "words").first(split_sentences(article)))
        for sentences in summaries:
            prompt = settings.prompt.replace("{length}", str(Length(len(sentences)))).replace("{text}", text)
            rows.append(SummaryRow(prompt, " ".join(sentences), len(sentences)))
    return rows


def _summarized(labelled: SummarySet, data: Path) -> list[tuple[str, list[list[str]]]]:
    """Each article, and its summaries as lists of sentences."""
    records = with_articles(records_of(labelled, data), labelled, data)
    return [(record["article"], _summaries_of(record)) for record in records]


def _summaries_of(record: dict[str, Any]) -> list[list[str]]:
    if "sentences" not in record:
        return _lengths(split_sentences(record["summary"]), record["one"])
    three = [record["sentences"][i] for i in record["three"]]
    longest = [record["sentences"]] if len(record["sentences"]) > len(three) else []
    return [*longest, *_lengths(three, record["one"])]


def _lengths(three: list[str], one: str) -> list[list[str]]:
    """A summary in three sentences, in the first two of them if it is well-formed, and in one."""
    return [three, *([three[:2]] if len(three) == 3 else []), [one]]
