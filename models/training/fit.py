"""Rows to weights: one encoder, two heads.

The stance head tells favor, against and neutral apart, the support head entailment and not_entailment; each row counts
for its own head alone. This file needs torch and transformers, and nothing of newstance but its neighbours: rows are
made where the sets are, and may be fitted on another machine, one with a GPU:

    python -m newstance.models.training.fit ROWS BASE OUT [--settings FILE] [--seconds S]
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..bfloat16 import has_bfloat16
from ..errors import ConfigError
from .batching import HEADS, LABELS, Encoded, batches, encode, own_outputs, padded, read_rows
from .origins import check, file_hash, note, origin
from .packing import load_parts, unpacked
from .shallower import distance_to, needed_layers, with_layers

log = logging.getLogger(__name__)

ROWS, DEV, SETTINGS = "rows.jsonl", "dev.jsonl", "fit.json"
TORCH = "torch"  # the folder of a fitted model
PACKED = "packed"  # the folder of weights in small files
CHECKPOINTS = "checkpoints"
LAYERS_FILE = "layers.json"  # among the checkpoints: which layers of its teacher a model has
SHALLOWER = "shallower.json"  # how the model with fewer layers is fitted after that
_WORKERS = 4  # put batches together while the GPU computes
_LOOKED_AT = 24  # batches that say which layers are needed least


@dataclass(frozen=True)
class FitSettings:
    """How a model is fitted.

    Attributes:
        layers: Of the base, from below, or those that its answers need most if it is a ``teacher``; its embeddings
            stay as they are.
        max_length: Of a pair, in tokens; texts are cut to fit.
        epochs: How often each row is seen.
        tokens_per_batch: Padding included.
        learning_rate: At its height; rises from zero, and decays to zero.
        warmup: The share of the steps in which it rises.
        weight_decay: Of AdamW.
        betas: Of AdamW.
        clip: The longest gradient.
        label_smoothing: How much of each label is spread over its head.
        agreement: How much it weighs that a row and its twin, which has other names, are answered alike (Liang et al.
            2021, "R-Drop", between two texts where that has two dropouts of one).
        seed: Decides order, dropout and the head's first weights.
        teacher: How much it weighs to answer as the base does, which is a fitted model then (Hinton et al. 2015,
            "Distilling the knowledge in a neural network").
        bf16: Whether to compute in bfloat16; None lets the machine decide: where it has arithmetic for it.
        save_steps: Steps between checkpoints.
    """

    layers: int
    max_length: int
    epochs: int
    tokens_per_batch: int
    learning_rate: float
    warmup: float
    weight_decay: float
    betas: tuple[float, float]
    clip: float
    label_smoothing: float
    seed: int
    agreement: float = 0.0
    teacher: float = 0.0
    bf16: bool | None = None
    save_steps: int = 500

    @classmethod
    def read(cls, path: Path) -> FitSettings:
        """Read what ``write`` has written."""
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(**values | {"betas": tuple(values["betas"])})

    def write(self, path: Path) -> None:
        """Write a JSON file, for a fit elsewhere."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def made_of(rows: Path, base: Mapping[str, Any], settings: FitSettings) -> dict[str, Any]:
    """What a fit is made of; see ``origins.py``.

    Args:
        rows: As for ``fit``.
        base: What ``origin`` says of it.
        settings: As for ``fit``.
    """
    chosen = {name: value for name, value in asdict(settings).items() if name != "save_steps"}
    return chosen | {"base": base, "rows": file_hash(rows)}


def fit(rows: Path, base: Path, out: Path, settings: FitSettings, seconds: float | None = None) -> Path:
    """Fit a model to rows.

    Args:
        rows: JSON lines of ``text``, ``question``, ``label``, ``set`` and ``weight``, some with a ``twin``.
        base: The folder of the encoder, or of a fitted model where it is a teacher, as transformers or ``packing``
            writes it.
        out: Checkpoints and model go here; a killed run is taken up from its last checkpoint.
        settings: How.
        seconds: The most that it may take. The learning rate has then decayed to zero, whichever row comes next;
            such a run writes no checkpoints.

    Returns:
        The folder of the model, as transformers writes it.

    Raises:
        ConfigError: A row has an unknown label, its question alone fills the model, a teacher has no trained heads, or
            checkpoints are of another fit.
    """
    from transformers import set_seed

    begun = time.monotonic()
    made, checkpoints = made_of(rows, origin(base), settings), out / CHECKPOINTS
    check(made, checkpoints)
    set_seed(settings.seed)
    encoded = encode(read_rows(rows), base, settings.max_length)
    plan = batches([len(ids) for ids in encoded.ids], settings)
    log.info("%d rows, %d tokens, %d steps", len(encoded), sum(map(len, encoded.ids)), len(plan))
    teacher = _whole(base, settings) if settings.teacher else None
    note(checkpoints, made)
    if teacher is None:
        model = start(base, settings)
    else:
        model = _learning(
            with_layers(teacher, _kept_layers(teacher, encoded, plan, checkpoints / LAYERS_FILE, settings))
        )
    remaining = None if seconds is None else max(1.0, seconds - (time.monotonic() - begun))
    trainer = _trainer(model, encoded, plan, checkpoints, settings, remaining, teacher)
    trainer.train(resume_from_checkpoint=any(checkpoints.glob("checkpoint-*")))
    log.info("%d of %d steps, %.0f s", trainer.state.global_step, len(plan), time.monotonic() - begun)
    (out / "log.json").write_text(json.dumps(trainer.state.log_history, indent=1), encoding="utf-8")
    folder = out / TORCH
    model.save_pretrained(folder)
    tokenizer_of(base).save_pretrained(folder)
    note(folder, made)
    return folder


def tokenizer_of(base: Path) -> Any:
    """The tokenizer of a base."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base)


def start(base: Path, settings: FitSettings, is_fitted: bool = False) -> Any:
    """The model as training begins: the base's first layers, and heads without training unless the base has them.

    Raises:
        ConfigError: The base lacks weights of the encoder, or of the heads although it is said to be fitted.
    """
    import torch
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModelForSequenceClassification

    config = AutoConfig.from_pretrained(
        base,
        num_hidden_layers=settings.layers,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
    )
    model = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32, attn_implementation="eager")
    state = unpacked(load_parts(base)) or load_file(str(base / "model.safetensors"))
    prefix, known = f"{model.base_model_prefix}.", model.state_dict()
    named = {name if name in known else prefix + name: value.float() for name, value in state.items()}
    lacking = model.load_state_dict({name: v for name, v in named.items() if name in known}, strict=False).missing_keys
    if needed := [name for name in lacking if is_fitted or name.startswith(prefix)]:
        remedy = "; a teacher is a fitted model, such as OUT/torch of the first fit" if is_fitted else ""
        raise ConfigError(f"{base} lacks weights for {', '.join(needed[:3])}{remedy}")
    log.info("new weights: %s", ", ".join(lacking) or "none")
    return _learning(model)


def _learning(model: Any) -> Any:
    """All of a model learns but its embeddings."""
    model.requires_grad_(True)
    model.base_model.embeddings.requires_grad_(False)
    return model


def _whole(base: Path, settings: FitSettings) -> Any:
    """A fitted model as a teacher: all its layers, where it can be asked fast, and never changed."""
    import torch

    layers = json.loads((base / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"]
    model = start(base, replace(settings, layers=layers), is_fitted=True).requires_grad_(False).eval()
    return model.to("cuda" if torch.cuda.is_available() else "cpu")


def _kept_layers(teacher: Any, encoded: Encoded, plan: list[list[int]], file: Path, settings: FitSettings) -> list[int]:
    """Which layers stay; looked for once, and kept for a killed run that goes on."""
    if not file.is_file():
        step = max(1, len(plan) // _LOOKED_AT)
        kept = needed_layers(teacher, settings.layers, encoded, plan[::step][:_LOOKED_AT], _bf16(settings))
        file.write_text(json.dumps(kept), encoding="utf-8")
    return list(json.loads(file.read_text(encoding="utf-8")))


def _bf16(settings: FitSettings) -> bool:
    return computes_in_bfloat16() if settings.bf16 is None else settings.bf16


def loss_of(logits: Any, targets: Any, weights: Any, smoothing: float) -> Any:
    """The weighted mean of the rows' cross-entropies, each over the outputs of its own head.

    Args:
        logits: Shape (rows, labels).
        targets: Indices in ``LABELS``, shape (rows,).
        weights: Shape (rows,).
        smoothing: How much of each label is spread evenly over its head.
    """
    import torch

    own = own_outputs(targets)
    log_shares = logits.float().masked_fill(~own, float("-inf")).log_softmax(-1)
    exact = -log_shares.gather(1, targets.unsqueeze(1)).squeeze(1)
    even = -torch.where(own, log_shares, 0.0).sum(-1) / own.sum(-1)
    return (((1 - smoothing) * exact + smoothing * even) * weights).sum() / weights.sum()


def disagreement_of(logits: Any, others: Any, weights: Any) -> Any:
    """How far the stances of rows are from those of their twins: the mean of both Kullback-Leibler divergences.

    Args:
        logits: Of the rows, shape (rows, labels).
        others: Of their twins, the same.
        weights: Shape (rows,).
    """
    stances = len(HEADS[0])
    one, other = (values[:, :stances].float().log_softmax(-1) for values in (logits, others))
    apart = ((one.exp() - other.exp()) * (one - other)).sum(-1) / 2
    return (apart * weights).sum() / weights.sum()


def computes_in_bfloat16() -> bool:
    """Whether what fits and scores here does: the GPU if there is one."""
    import torch

    return has_bfloat16("cuda" if torch.cuda.is_available() else "cpu")


def _share_done(step: int, steps: int, begun: float, seconds: float | None) -> float:
    """How much of the training is over, by steps or by time, whichever is nearer to its end."""
    return max(step / steps, 0.0 if seconds is None else (time.monotonic() - begun) / seconds)


def _trainer(
    model: Any,
    encoded: Encoded,
    plan: list[list[int]],
    out: Path,
    settings: FitSettings,
    seconds: float | None,
    teacher: Any = None,
) -> Any:
    """A Trainer with our batches and loss, and a learning rate that ends with the time."""
    import torch
    from transformers import Trainer, TrainerCallback, TrainingArguments

    begun = time.monotonic()
    pad = model.config.pad_token_id

    class InTime(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if _share_done(state.global_step, len(plan), begun, seconds) >= 1:
                control.should_training_stop = True

    class TwoHeads(Trainer):  # type: ignore[misc]
        def get_train_dataloader(self) -> Any:
            dataset: Any = encoded  # torch asks for no more than what it has
            loader: Any = torch.utils.data.DataLoader(
                dataset,
                batch_sampler=plan,
                collate_fn=lambda rows: padded(rows, pad),
                num_workers=self.args.dataloader_num_workers,
                pin_memory=self.args.dataloader_pin_memory,
            )
            return self.accelerator.prepare(loader)

        def compute_loss(self, model: Any, inputs: dict[str, Any], **kwargs: Any) -> Any:
            targets, weights, twin_of = (inputs.pop(name) for name in ("targets", "weights", "twin_of"))
            logits = model(**inputs).logits
            rows = len(targets)
            wanted, counted = torch.cat([targets, targets[twin_of]]), torch.cat([weights, weights[twin_of]])
            loss = loss_of(logits, wanted, counted, settings.label_smoothing)
            if settings.agreement and len(twin_of):
                apart = disagreement_of(logits[twin_of], logits[rows:], weights[twin_of])
                loss = loss + settings.agreement * apart
            if teacher is not None:
                with torch.no_grad(), torch.autocast(logits.device.type, torch.bfloat16, enabled=self.args.bf16):
                    taught = teacher(**inputs).logits
                loss = loss + settings.teacher * distance_to(logits, taught, wanted, counted)
            return loss

        def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
            def height(step: int) -> float:
                done = _share_done(step, num_training_steps, begun, seconds)
                rising = (step + 1) / max(1.0, settings.warmup * num_training_steps)
                return max(0.0, min(1.0, rising, (1 - done) / (1 - settings.warmup)))

            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer or self.optimizer, height)
            return self.lr_scheduler

    on_gpu = torch.cuda.is_available()
    arguments = TrainingArguments(
        str(out),
        max_steps=len(plan),
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        adam_beta1=settings.betas[0],
        adam_beta2=settings.betas[1],
        max_grad_norm=settings.clip,
        optim="adamw_torch_fused",
        bf16=_bf16(settings),
        use_cpu=not on_gpu,
        dataloader_num_workers=_WORKERS if on_gpu else 0,
        dataloader_pin_memory=on_gpu,
        # Nothing waits for the GPU between two logged steps.
        accelerator_config={"non_blocking": on_gpu},
        logging_nan_inf_filter=False,
        logging_steps=25,
        save_strategy="no" if seconds is not None else "steps",
        save_steps=settings.save_steps,
        save_total_limit=1,
        remove_unused_columns=False,
        seed=settings.seed,
        report_to="none",
        disable_tqdm=True,
    )
    return TwoHeads(model, arguments, train_dataset=encoded, callbacks=[InTime()])


def main() -> None:
    """Fit, score and pack, from the command line."""
    from .carried import save_packed
    from .scoring import evaluate

    parser = argparse.ArgumentParser(description="Fit a model to rows that newstance train has made.")
    parser.add_argument("rows", type=Path, help=f"a folder with {ROWS}, {DEV} and {SETTINGS}")
    parser.add_argument("base", type=Path, help="the folder of the encoder, or of the model that is the teacher")
    parser.add_argument("out", type=Path, help="where the model goes")
    parser.add_argument("--settings", help=f"the file of it that says how; {SETTINGS} if not given", default=SETTINGS)
    parser.add_argument("--seconds", type=float, help="the most that the fit may take")
    parser.add_argument("--float16", action="store_true", help="pack weights in sixteen bits instead of eight")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = FitSettings.read(chosen.rows / chosen.settings)
    folder = fit(chosen.rows / ROWS, chosen.base, chosen.out, settings, chosen.seconds)
    for path in save_packed(folder, chosen.out / PACKED, rounded=not chosen.float16):
        log.info("%s %.1f MiB", path, path.stat().st_size / 2**20)
    if (chosen.rows / DEV).is_file():
        for name, scores in evaluate(chosen.rows / DEV, folder, chosen.base, settings).items():
            print(f"{name:44s}", " ".join(f"{key} {value:.{0 if key == 'n' else 3}f}" for key, value in scores.items()))


if __name__ == "__main__":
    main()
