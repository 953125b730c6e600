"""Training that goes on: the last layers and the head of a pair classifier.

The layers below stay as they are, so what they say of a row is computed once and kept; an epoch then costs only the
layers that learn. Freezing lower layers costs little where rows are few (Lee, Tang, Lin 2019, "What Would Elsa Do?
Freezing Layers During Transformer Fine-Tuning").
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Literal

import numpy as np
from pydantic import Field

from newstance.configs import Settings

from ..stance import LABELS
from .batching import by_length
from .first_token import first_token_alone

MOST_ROWS = 5000  # whose states are kept in memory; 300 rows of 260 tokens take a quarter of a gigabyte


class UpperSettings(Settings):
    """How the layers on top of others are trained.

    Attributes:
        trained_layers: How many layers learn, from above; the head always does.
        epochs: How often each row is seen.
        tokens_per_batch: Padding included.
        learning_rate: At its height; rises from zero, and decays to zero.
        warmup: The share of the steps in which it rises.
        weight_decay: Of AdamW.
        clip: The longest gradient.
        label_smoothing: How much of each label is spread over all.
        seed: Decides order and dropout.
    """

    trained_layers: int = Field(ge=0)
    epochs: int = Field(ge=1)
    tokens_per_batch: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    warmup: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0)
    clip: float = Field(gt=0)
    label_smoothing: float = Field(ge=0, lt=1)
    seed: int


class ContinuingSettings(UpperSettings):
    """How a model is trained further on corrections; see ``configs/training/corrections.yaml``.

    Attributes:
        name: Of the folder that the model goes to.
        task: Tells this kind of file from others.
        form: In which the model is shipped; one of ``export.FORMS``.
        folds: In how many parts the articles are cut to measure what it brings.
    """

    name: str
    task: Literal["corrections"]
    form: str
    folds: int = Field(ge=2)


class Continued:
    """A pair classifier whose last layers and head can be trained further, from where they are, again and again.

    Args:
        model: A torch sequence classifier, on the device that computes; states are kept there, too.
        tokenizer: Its tokenizer.
        max_length: Of a pair, in tokens; texts are cut to fit.
        settings: How.
        labels: Those of its labels that are trained and asked for; the others stay out of the softmax.
        bf16: Whether to compute in bfloat16, and keep states so: in half of the room, and where the machine has
            arithmetic for it, in less than half of the time.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        max_length: int,
        settings: UpperSettings,
        labels: Sequence[str] = LABELS,
        bf16: bool = False,
    ) -> None:
        import torch

        self.model = model.eval()
        self._device = model.device
        self.tokenizer = tokenizer
        self._max_length = max_length
        self._settings = settings
        self._labels = list(labels)
        self._columns = [model.config.label2id[label] for label in labels]
        self._bf16 = bf16
        self._body = model.base_model
        self._embeddings, self._layers = self._body.embeddings, self._body.encoder.layer
        cut = max(0, len(self._layers) - settings.trained_layers)
        self._lower, self._upper = (torch.nn.ModuleList(part) for part in (self._layers[:cut], self._layers[cut:]))
        model.requires_grad_(False)
        head = [module for name, module in model.named_children() if name != model.base_model_prefix]
        for module in [*self._upper, *head, *([self._body.pooler] if getattr(self._body, "pooler", None) else [])]:
            module.requires_grad_(True)
        self._start = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}

    def states(self, pairs: Sequence[tuple[str, str]]) -> list[Any]:
        """What the layers that stay say of (text, question) pairs: for each a tensor of shape (tokens, size)."""
        import torch

        encoded = [
            self.tokenizer(text, question, truncation="only_first", max_length=self._max_length)
            for text, question in pairs
        ]
        found: list[Any] = [None] * len(encoded)
        self._body.encoder.layer = self._lower
        try:
            for batch in by_length(
                range(len(encoded)), [len(one.input_ids) for one in encoded], self._settings.tokens_per_batch
            ):
                inputs = self.tokenizer.pad([encoded[i] for i in batch], return_tensors="pt").to(self._device)
                with torch.inference_mode(), self._precision():
                    said = self._body(**inputs).last_hidden_state
                for i, state in zip(batch, said, strict=True):
                    found[i] = state[: len(encoded[i].input_ids)].to(torch.bfloat16 if self._bf16 else state.dtype)
        finally:
            self._body.encoder.layer = self._layers
        return [state.clone() for state in found]

    def logits(self, states: Sequence[Any]) -> np.ndarray:
        """What the model says now, shape (rows, labels)."""
        import torch

        said = np.zeros((len(states), len(self._labels)), np.float32)
        self.model.eval()
        with torch.inference_mode():
            for batch in self._batches(range(len(states)), states):
                said[batch] = self._run([states[i] for i in batch]).cpu().numpy()
        return said

    def fit(
        self, states: Sequence[Any], labels: Sequence[str], weights: Sequence[float] | None = None, run: int = 0
    ) -> None:
        """Train from the start on rows; what was learned before is forgotten.

        Args:
            states: From ``states``.
            labels: Of each row.
            weights: Of each row in the loss; None counts all alike.
            run: Another one is trained in another order, from another seed.
        """
        import torch

        settings = self._settings
        self.forget()
        torch.manual_seed(settings.seed + run)
        rng = np.random.default_rng(settings.seed + run)
        gold = torch.tensor([self._labels.index(label) for label in labels], device=self._device)
        counts = torch.ones(len(gold)) if weights is None else torch.tensor(weights, dtype=torch.float32)
        counts = counts.to(self._device)
        plan = []
        for _ in range(settings.epochs):
            epoch = list(self._batches(rng.permutation(len(states)).tolist(), states))
            plan += [epoch[i] for i in rng.permutation(len(epoch))]
        trained = [p for p in self.model.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=settings.learning_rate, weight_decay=settings.weight_decay)
        self.model.train()
        for step, batch in enumerate(plan):
            done = step / len(plan)
            height = min(1.0, (step + 1) / max(1.0, settings.warmup * len(plan)), (1 - done) / (1 - settings.warmup))
            for group in optimizer.param_groups:
                group["lr"] = settings.learning_rate * height
            losses = torch.nn.functional.cross_entropy(
                self._run([states[i] for i in batch]),
                gold[batch],
                label_smoothing=settings.label_smoothing,
                reduction="none",
            )
            loss = (losses * counts[batch]).sum() / counts[batch].sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(trained, settings.clip)
            optimizer.step()
        self.model.eval()

    def forget(self) -> None:
        """Go back to the weights that it began with."""
        self.model.load_state_dict(self._start, strict=False)

    def _run(self, states: Sequence[Any]) -> Any:
        """The logits of a batch, by the layers that learn, shape (rows, labels)."""
        import torch

        hidden = torch.nn.utils.rnn.pad_sequence(list(states), batch_first=True)
        mask = torch.zeros(hidden.shape[:2], dtype=torch.long, device=self._device)
        for i, state in enumerate(states):
            mask[i, : len(state)] = 1
        # The model runs as always, but what it takes for embeddings is what the lower layers said.
        self._body.embeddings, self._body.encoder.layer = _known(hidden), self._upper
        try:
            with self._precision(), first_token_alone(self.model) if self._upper else nullcontext():
                logits = self.model(input_ids=torch.ones_like(mask), attention_mask=mask).logits
        finally:
            self._body.embeddings, self._body.encoder.layer = self._embeddings, self._layers
        return logits[:, self._columns].float()

    def _precision(self) -> Any:
        import torch

        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16)

    def _batches(self, rows: Sequence[int], states: Sequence[Any]) -> list[list[int]]:
        return list(by_length(rows, [len(state) for state in states], self._settings.tokens_per_batch))


def _known(hidden: Any) -> Any:
    import torch

    class Known(torch.nn.Module):
        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return hidden

    return Known()
