"""Fit a LoRA adapter that has a chat model write summaries (Hu et al. 2021, "LoRA").

What is here needs torch, transformers and peft, and nothing else of this project, so that it also runs where only
these are installed. What is learned are the words of the summary and the end of the turn; the prompt is read, not
learned.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

log = logging.getLogger(__name__)

_IGNORED = -100  # what transformers leaves out of a loss
_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


class SummaryRow(NamedTuple):
    """A prompt, as the profile words it, the summary that is the right answer, and how many sentences it has."""

    prompt: str
    summary: str
    sentences: int


@dataclass(frozen=True)
class Plan:
    """How an adapter is fitted.

    Attributes:
        rank: Of the two matrices beside each linear layer.
        alpha: What they add is multiplied by ``alpha / rank``.
        dropout: On what goes into them.
        epochs: Passes over the rows.
        batch_size: Rows in a step.
        learning_rate: The highest, after the warm-up; from there it falls to zero in a straight line.
        warmup: The share of the steps in which it rises.
        max_length: Tokens of prompt and summary together; the end of a longer article is cut off.
        bf16: Whether to compute in bfloat16.
        seed: Of all that is drawn.
        seconds: The time that training may take: where the steps do not fit, the learning rate falls to zero earlier.
    """

    rank: int
    alpha: int
    dropout: float
    epochs: float
    batch_size: int
    learning_rate: float
    warmup: float
    max_length: int
    bf16: bool
    seed: int
    seconds: float | None = None


def fit_adapter(
    model: Any, tokenizer: Any, rows: Sequence[SummaryRow], plan: Plan, checkpoints: Path, start: Path | None = None
) -> Any:
    """Fit an adapter to rows.

    Args:
        model: The chat model; it is wrapped, and stays as it is but for the wrapping.
        tokenizer: Its tokenizer, with a chat template.
        rows: What is learned.
        plan: How.
        checkpoints: They go here; a killed run is taken up from the last one.
        start: The folder of an adapter to go on from; None starts a new one.

    Returns:
        The model with its adapter, as ``peft`` wraps it.
    """
    import torch
    from transformers import Trainer, TrainingArguments, set_seed

    set_seed(plan.seed)
    with_adapter = _with_adapter(model, plan, start)
    arguments = TrainingArguments(
        str(checkpoints),
        num_train_epochs=plan.epochs,
        per_device_train_batch_size=plan.batch_size,
        learning_rate=plan.learning_rate,
        bf16=plan.bf16,
        use_cpu=not torch.cuda.is_available(),
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        remove_unused_columns=False,
        save_steps=50,
        save_total_limit=1,
        logging_steps=10,
        seed=plan.seed,
        report_to="none",
        disable_tqdm=True,
    )
    encoded = [encode(tokenizer, row, plan.max_length) for row in rows]
    steps = max(1, round(plan.epochs * -(-len(rows) // plan.batch_size)))
    optimizer = torch.optim.AdamW(
        [p for p in with_adapter.parameters() if p.requires_grad], lr=plan.learning_rate, weight_decay=0.0
    )
    clock = _Clock(plan, steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, clock.share)
    trainer = Trainer(
        with_adapter,
        arguments,
        train_dataset=encoded,
        data_collator=Collator(tokenizer),
        optimizers=(optimizer, schedule),
        callbacks=[clock.callback()],
    )
    trainer.train(resume_from_checkpoint=any(checkpoints.glob("checkpoint-*")))
    return with_adapter


def _with_adapter(model: Any, plan: Plan, start: Path | None) -> Any:
    from peft import LoraConfig, PeftModel, get_peft_model

    if start is not None:
        return PeftModel.from_pretrained(model, start, is_trainable=True)
    config = LoraConfig(
        r=plan.rank,
        lora_alpha=plan.alpha,
        lora_dropout=plan.dropout,
        target_modules=_LINEAR,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


class _Clock:
    """The learning rate's fall to zero, by steps or by the time that is left, whichever is nearer to its end."""

    def __init__(self, plan: Plan, steps: int) -> None:
        self._plan = plan
        self._steps = steps
        self._began = time.monotonic()

    def share(self, step: int) -> float:
        """The share of the highest learning rate at a step."""
        rising = (step + 1) / (self._plan.warmup * self._steps + 1)
        return max(0.0, min(rising, 1 - max(step / self._steps, self._spent())))

    def callback(self) -> Any:
        """Ends the training when the time is over."""
        from transformers import TrainerCallback

        clock = self

        class Ending(TrainerCallback):  # type: ignore[misc]
            def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                if clock._spent() >= 1:
                    log.warning("time is over at step %d of %d", state.global_step, clock._steps)
                    control.should_training_stop = True

        return Ending()

    def _spent(self) -> float:
        return (time.monotonic() - self._began) / self._plan.seconds if self._plan.seconds else 0.0


def encode(tokenizer: Any, row: SummaryRow, max_length: int) -> dict[str, Any]:
    """A row in tokens: ``input_ids``, ``answer`` (how many of them are the summary and its end), and ``length``.

    Raises:
        ValueError: The summary alone fills the model.
    """
    answer = [*tokenizer(row.summary, add_special_tokens=False).input_ids, end_of_turn(tokenizer)]
    words = row.prompt.split(" ")
    while (excess := len(prompt := chat_tokens(tokenizer, " ".join(words))) + len(answer) - max_length) > 0:
        if len(words) <= 1:
            raise ValueError(f"a summary of {len(answer)} tokens leaves no room for its article within {max_length}")
        # The end of the article goes, not the end of the turn.
        del words[-min(len(words) - 1, max(1, excess // 2)) :]
    return {"input_ids": [*prompt, *answer], "answer": len(answer), "length": len(prompt) + len(answer)}


def chat_tokens(tokenizer: Any, prompt: str) -> list[int]:
    """A prompt as the user's turn, up to where the model's own begins."""
    messages = [{"role": "user", "content": prompt}]
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
    return ids


def end_of_turn(tokenizer: Any) -> int:
    """The token with which the chat template ends the model's turn.

    A tokenizer that comes out of a GGUF file may name another as its end; the template is what the model was taught.
    """
    said = "so it is"
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": said}]
    rendered = tokenizer.apply_chat_template(turns, tokenize=False)
    after = tokenizer(rendered[rendered.rindex(said) + len(said) :].strip(), add_special_tokens=False).input_ids
    if not after:
        raise ValueError("the chat template does not say where a turn ends; use another model")
    return int(after[0])


class Collator:
    """Rows of a batch as one block, filled up on the left.

    So all summaries end in the same column, and the model need say what follows only in the last few.
    """

    def __init__(self, tokenizer: Any) -> None:
        # What fills up is masked, so any token will do.
        self._filler = 0 if tokenizer.pad_token_id is None else tokenizer.pad_token_id

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """``input_ids`` and ``attention_mask``, shape (rows, tokens); ``labels``, shape (rows, ``logits_to_keep``)."""
        import torch

        width = max(len(row["input_ids"]) for row in rows)
        # One more: the last token of the prompt says the first of the summary.
        kept = max(row["answer"] for row in rows) + 1
        ids = torch.full((len(rows), width), self._filler)
        mask = torch.zeros_like(ids)
        labels = torch.full((len(rows), kept), _IGNORED)
        for i, row in enumerate(rows):
            tokens = torch.tensor(row["input_ids"])
            ids[i, width - len(tokens) :], mask[i, width - len(tokens) :] = tokens, 1
            labels[i, kept - row["answer"] :] = tokens[len(tokens) - row["answer"] :]
        return {"input_ids": ids, "attention_mask": mask, "labels": labels, "logits_to_keep": kept}


def held_out_loss(
    model: Any, tokenizer: Any, rows: Sequence[SummaryRow], plan: Plan, on_batch: Callable[[], None] = lambda: None
) -> dict[int, float]:
    """The mean negative log-likelihood of a token of the right summaries, by their number of sentences.

    Args:
        model: With its adapter.
        tokenizer: Its tokenizer.
        rows: None of them trained on.
        plan: Its ``max_length``, ``batch_size`` and ``bf16`` count.
        on_batch: Called after each batch.
    """
    import torch

    collate = Collator(tokenizer)
    sums: dict[int, list[float]] = {}
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    for sentences in sorted({row.sentences for row in rows}):
        encoded = [encode(tokenizer, row, plan.max_length) for row in rows if row.sentences == sentences]
        encoded.sort(key=lambda row: -row["length"])
        for start in range(0, len(encoded), plan.batch_size):
            batch = collate(encoded[start : start + plan.batch_size])
            labels = batch.pop("labels").to(device)
            inputs = {name: value.to(device) if hasattr(value, "to") else value for name, value in batch.items()}
            with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=plan.bf16):
                logits = model(**inputs).logits
            said, right = logits[:, :-1].float().flatten(0, 1), labels[:, 1:].flatten()
            loss = torch.nn.functional.cross_entropy(said, right, ignore_index=_IGNORED, reduction="sum")
            total = sums.setdefault(sentences, [0.0, 0.0])
            total[0] += float(loss)
            total[1] += int((right != _IGNORED).sum())
            on_batch()
    model.train(was_training)
    return {sentences: total / count for sentences, (total, count) in sums.items()}
