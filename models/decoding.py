"""How a generative model chooses its words."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import Field

from newstance.configs import Settings


class Decoding(Settings):
    """How a model chooses its words. What is None is left to the model's own generation config.

    Attributes:
        max_new_tokens: Upper bound of what is written at once; None derives it from the length asked for.
        num_beams: Beams of a beam search; with more than one, the text is streamed in one piece.
        do_sample: Sample instead of taking the most probable word.
        temperature: Sampling only.
        top_p: Sampling only.
        top_k: Sampling only.
        seed: Sampling only: the same seed gives the same text, and nothing else's random numbers change.
        repetition_penalty: Above 1 makes repeated words less probable.
        no_repeat_ngram_size: Word sequences of this many tokens are written at most once; the article may be quoted.
        length_penalty: Beam search only: above 0 prefers long summaries.
        prompt_lookup: How many of the article's words may be tried at once, where those before them have just been
            written (Saxena 2023, "Prompt Lookup Decoding"): the same greedy text in fewer steps. Not for beams, nor
            for encoder-decoder models.
    """

    max_new_tokens: int | None = Field(None, ge=1)
    num_beams: int | None = Field(None, ge=1)
    do_sample: bool = False
    temperature: float | None = Field(None, gt=0)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=1)
    seed: int = 0
    repetition_penalty: float | None = Field(None, gt=0)
    no_repeat_ngram_size: int | None = Field(None, ge=0)
    length_penalty: float | None = None
    prompt_lookup: int | None = Field(None, ge=1)


_SAMPLING = ("temperature", "top_p", "top_k")
_CHOICES = ("num_beams", *_SAMPLING, "repetition_penalty", "no_repeat_ngram_size", "length_penalty")


def generation_config(own: Any, task: dict[str, Any], decoding: Decoding) -> Any:
    """A model's generation config with what a decoding changes of it.

    Args:
        own: The model's own.
        task: What the model's config sets for summaries, such as T5's.
        decoding: What is chosen.
    """
    chosen = copy.deepcopy(own)
    for name, value in task.items():
        # Its max_length counts tokens, and would cut a sentence in two.
        if name not in ("prefix", "max_length") and hasattr(chosen, name):
            setattr(chosen, name, value)
    chosen.max_length = None
    chosen.do_sample = decoding.do_sample
    for name in _CHOICES:
        value = getattr(decoding, name)
        # Left in place, the model's own sampling values would draw warnings from a greedy search.
        if value is not None or (name in _SAMPLING and not decoding.do_sample):
            setattr(chosen, name, value)
    chosen.num_beams = chosen.num_beams or 1
    return chosen


def no_repetition(size: int, start: int) -> Any:
    """A logits processor by which no run of tokens is written twice.

    That of transformers counts the prompt in, and would keep a chat model from calling anybody as the article does.

    Args:
        size: Tokens in a run.
        start: Where in each row what is written begins.
    """
    import torch
    from transformers import LogitsProcessor

    class NoRepetition(LogitsProcessor):  # type: ignore[misc]
        def __call__(self, input_ids: Any, scores: Any) -> Any:
            """``input_ids``, shape (rows, tokens); ``scores`` of what may follow, shape (rows, vocabulary)."""
            banned = [_completions(row, size) for row in input_ids[:, start:].tolist()]
            if not any(banned):
                return scores
            kept = scores.clone()
            for i, tokens in enumerate(banned):
                kept[i, torch.tensor(tokens, dtype=torch.long, device=kept.device)] = -torch.inf
            return kept

    return NoRepetition()


def _completions(written: list[int], size: int) -> list[int]:
    """The tokens that would complete a run that has been written before."""
    last = written[len(written) - size + 1 :]
    runs = len(written) - size + 1
    return [written[i + size - 1] for i in range(runs) if written[i : i + size - 1] == last] if runs > 0 else []
