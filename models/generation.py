"""Generative models: a text and a length in, whole sentences out.

One class runs causal language models with a chat template and encoder-decoder models (BART, PEGASUS, T5);
they differ in how a prompt becomes tokens, and in whether summary and text share a window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from .adapters import adapter_folder, fingerprint, merged
from .bfloat16 import bound_shapes, has_bfloat16
from .decoding import Decoding, generation_config, no_repetition
from .errors import ConfigError, ModelError
from .sentences import Draft, Length
from .sources import Weights, converted_gguf, locate
from .stream import OnText, Stream

CHAT_PROMPT = "Summarize the news article in {length}.\n\n{text}"
# Generous, because a sentence that is cut off cannot be kept; generation stops when enough is written.
_TOKENS_PER_SENTENCE = 64
_TOKENS_PER_WORD = 2
# Joined sentences may take a few tokens more than the same sentences one by one.
_SLACK = 4
_LEAST_ROOM = 16
# Of further samples, where the decoding is greedy: low, since a small model that is let loose invents.
_TEMPERATURE = 0.5
_TOP_P = 0.9
_LOOKED_UP = 3  # tokens that must have been written before what follows them in the prompt is tried


class Generator:
    """A generative model with its tokenizer and prompt.

    Args:
        model: A transformers model that can generate; its generation config is replaced by ``decoding``.
        tokenizer: The model's tokenizer.
        source: What errors call the model.
        prompt: A template with ``{text}`` and, if wanted, ``{length}``. None takes ``CHAT_PROMPT`` for chat
            models, and for others the prefix that the model's config names, if any.
        system: A system message for chat models.
        max_input_tokens: The longest input; None takes what the model takes.
        decoding: How words are chosen.

    Raises:
        ModelError: A causal model without a chat template, or one that takes no system message.
        ConfigError: The model does not say how much text it takes, or it takes too little for the prompt.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        source: str,
        prompt: str | None = None,
        system: str | None = None,
        max_input_tokens: int | None = None,
        decoding: Decoding | None = None,
    ) -> None:
        self.source = source
        self._model = model
        self._tokenizer = tokenizer
        self._decoding = decoding or Decoding()
        self._lock = Lock()
        # The prompt that was read last, and what the model keeps of it.
        self._read: tuple[Any, dict[str, Any]] | None = None
        # Its name changed within transformers 5.
        names = signature(model.forward).parameters
        self._cache_name = "cache" if "cache" in names else "past_key_values"
        self._is_chat = not model.config.is_encoder_decoder
        if self._is_chat and not tokenizer.chat_template:
            raise ModelError(f"{source} has no chat template; use a chat (instruction-tuned) model")
        task = (getattr(model.config, "task_specific_params", None) or {}).get("summarization", {})
        self._prompt = prompt or (CHAT_PROMPT if self._is_chat else task.get("prefix", "") + "{text}")
        self._system = system
        self._window = _window(model.config, tokenizer)
        limit = max_input_tokens or self._window
        if limit is None:
            raise ConfigError(f"{source} does not say how much text it takes; set max_input_tokens")
        self._max_input_tokens: int = limit
        model.generation_config = generation_config(model.generation_config, task, self._decoding)
        self._repeated_run = 0
        if self._is_chat:
            # transformers would count the prompt in.
            self._repeated_run = model.generation_config.no_repeat_ngram_size or 0
            model.generation_config.no_repeat_ngram_size = None
        self.room(Length(1))

    def count(self, text: str) -> int:
        """How many tokens a text takes."""
        return len(self._tokenizer(text, add_special_tokens=False, verbose=False).input_ids)

    def room(self, length: Length) -> int:
        """How many tokens of text one input can hold when a summary of this length is written.

        Raises:
            ConfigError: Hardly any.
        """
        limit = self._max_input_tokens
        if self._is_chat and self._window:
            limit = min(limit, self._window - self.max_new_tokens(length))
        room: int = limit - self._inputs("", length)["input_ids"].shape[1] - _SLACK
        if room < _LEAST_ROOM:
            raise ConfigError(
                f"{self.source} has room for {max(room, 0)} tokens of text beside the prompt and a summary "
                f"of {length}; raise max_input_tokens, shorten the prompt or ask for a shorter summary"
            )
        return room

    def max_new_tokens(self, length: Length) -> int:
        """Upper bound of the tokens that are written for a summary of this length."""
        if self._decoding.max_new_tokens:
            return self._decoding.max_new_tokens
        needed = length.amount * (_TOKENS_PER_SENTENCE if length.unit == "sentences" else _TOKENS_PER_WORD)
        needed += 2 * _TOKENS_PER_SENTENCE
        positions = getattr(self._model.config, "max_position_embeddings", None)
        # An encoder-decoder's summary has a window of its own, a chat model's shares that of the text.
        return min(needed, positions - 1 if not self._is_chat else positions // 2) if positions else needed

    def write(self, text: str, length: Length, on_text: OnText | None = None, sample: int = 0) -> list[str]:
        """The first whole sentences that the model writes about a text that fits; see ``room``.

        Args:
            text: What to summarize.
            length: What is kept of what the model writes.
            on_text: Called for each token, with the next piece of text, or with "" if there is none yet.
                An exception that it raises stops the generation and reaches the caller.
            sample: 0 writes as the decoding says; another number draws at random, the same number the same words.

        Raises:
            ModelError: The model wrote no whole sentence.
        """
        import torch

        with self._lock, torch.inference_mode(), self._own_randomness(sample):
            inputs = self._inputs(text, length).to(self._model.device)
            start = inputs["input_ids"].shape[1] if self._is_chat else 1
            stream = Stream(self._decode, start, length, on_text)
            output = self._model.generate(
                **inputs,
                **(prompt := self._prompt_read(inputs["input_ids"])),
                **self._bounds(length),
                logits_processor=self._against_loops(start),
                stopping_criteria=[stream.by_token if sample or not self._has_beams else stream.by_step],
                **self._at_random(sample),
                **self._by_lookup(sample),
            )
            self._keep_prompt(inputs["input_ids"], prompt)
        sentences = self._sentences(output[0, start:].tolist(), length)
        stream.close(" ".join(sentences))
        return sentences

    def write_many(self, texts: Sequence[str], length: Length) -> list[list[str] | ModelError]:
        """What ``write`` gives for each of some texts, where they are written side by side.

        A model reads its weights once for each word, however many texts grow by one; so several cost little more than
        one. A beam search, and sampling, go through the texts one by one.

        Args:
            texts: Each fits; see ``room``.
            length: What is kept of each.

        Returns:
            For each text, in the same order, its sentences, or why there are none.
        """
        import torch

        if self._has_beams or self._decoding.do_sample or len(texts) < 2:
            return [_or_error(lambda text=text: self.write(text, length)) for text in texts]  # type: ignore[misc]
        with self._lock, torch.inference_mode():
            inputs = self._side_by_side([self._inputs(text, length)["input_ids"][0] for text in texts])
            start = inputs["input_ids"].shape[1] if self._is_chat else 1
            streams = [Stream(self._decode, start, length, None) for _ in texts]
            ends: list[int | None] = [None for _ in texts]

            def each_by_token(input_ids: Any, scores: Any, **_: Any) -> Any:
                for i, stream in enumerate(streams):
                    if ends[i] is None and stream.has_enough(input_ids[i]):
                        ends[i] = input_ids.shape[1]
                return torch.tensor([end is not None for end in ends], device=input_ids.device)

            output = self._model.generate(
                **inputs,
                **self._bounds(length),
                logits_processor=self._against_loops(start),
                stopping_criteria=[each_by_token],
            )
        return [
            _or_error(lambda row=row, end=end: self._sentences(row[start:end].tolist(), length))  # type: ignore[misc]
            for row, end in zip(output, ends, strict=True)
        ]

    def _prompt_read(self, ids: Any) -> dict[str, Any]:
        """What a chat model keeps of a prompt, so that another sample of the same need not read it again."""
        if not self._is_chat or self._has_beams:
            return {}
        from transformers import DynamicCache

        known, self._read = self._read, None  # a stopped generation leaves it in no known state
        if known is not None and known[0].equal(ids):
            return known[1]
        return {self._cache_name: DynamicCache(config=self._model.config)}

    def _keep_prompt(self, ids: Any, prompt: dict[str, Any]) -> None:
        for cache in prompt.values():
            # The last word is read again: what follows it is what is asked for.
            cache.crop(min(0, ids.shape[1] - 1 - cache.get_seq_length()))
            self._read = ids, prompt

    def _bounds(self, length: Length) -> dict[str, int | None]:
        bound = self.max_new_tokens(length)
        least = None if self._is_chat else min(self._model.generation_config.min_length or 0, bound // 2)
        return {"max_new_tokens": bound, "min_length": least}

    def _against_loops(self, start: int) -> list[Any]:
        return [no_repetition(self._repeated_run, start)] if self._repeated_run else []

    def _sentences(self, tokens: Sequence[int], length: Length) -> list[str]:
        sentences = length.first(Draft.read(self._decode(tokens)).finished(ended=self._has_ended(tokens)))
        if not sentences:
            raise ModelError(
                f"{self.source} wrote no whole sentence within {self.max_new_tokens(length)} tokens, but "
                f"{self._decode(tokens)[:80]!r}; raise max_new_tokens, or use another prompt or model"
            )
        return sentences

    def _side_by_side(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Inputs of one width; a chat model goes on at the right end, so there what fills them up stands left."""
        import torch

        width = max(len(row) for row in rows)
        filler = self._tokenizer.pad_token_id
        ids = torch.full((len(rows), width), 0 if filler is None else filler)
        mask = torch.zeros_like(ids)
        for i, row in enumerate(rows):
            place = slice(width - len(row), None) if self._is_chat else slice(len(row))
            ids[i, place], mask[i, place] = row, 1
        device = self._model.device
        return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}

    def _inputs(self, text: str, length: Length) -> Any:
        # Special tokens in an article would end the prompt early, or pose as the system.
        for token in self._tokenizer.all_special_tokens:
            text = text.replace(token, " ")
        # str.replace, not str.format: braces in an article are no fields.
        prompt = self._prompt.replace("{length}", str(length)).replace("{text}", text)
        if not self._is_chat:
            return self._tokenizer(prompt, return_tensors="pt", verbose=False, return_token_type_ids=False)
        from jinja2 import TemplateError

        messages = [{"role": "system", "content": self._system}] if self._system else []
        messages.append({"role": "user", "content": prompt})
        try:
            return self._tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_dict=True, return_tensors="pt"
            )
        except TemplateError as error:
            raise ModelError(f"the chat template of {self.source} does not take the messages: {error}") from error

    def _decode(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _has_ended(self, tokens: Sequence[int]) -> bool:
        end = self._model.generation_config.eos_token_id
        return not set(tokens).isdisjoint(end if isinstance(end, list) else [end])

    @property
    def _has_beams(self) -> bool:
        return bool(self._model.generation_config.num_beams > 1)

    def _at_random(self, sample: int) -> dict[str, Any]:
        """What makes a greedy or a beam search draw, if another sample is asked for."""
        if not sample:
            return {}
        temperature, top_p = self._decoding.temperature or _TEMPERATURE, self._decoding.top_p or _TOP_P
        return {"do_sample": True, "num_beams": 1, "temperature": temperature, "top_p": top_p}

    def _by_lookup(self, sample: int) -> dict[str, Any]:
        """What makes a search for single words try several of the prompt's at once, if that is wanted."""
        if not (self._decoding.prompt_lookup and self._is_chat and (sample or not self._has_beams)):
            return {}
        return {"prompt_lookup_num_tokens": self._decoding.prompt_lookup, "max_matching_ngram_size": _LOOKED_UP}

    @contextmanager
    def _own_randomness(self, sample: int) -> Iterator[None]:
        import torch

        if not (self._decoding.do_sample or sample):
            yield
            return
        device = self._model.device
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            torch.manual_seed(self._decoding.seed + sample)
            yield


def _or_error(write: Callable[[], list[str]]) -> list[str] | ModelError:
    try:
        return write()
    except ModelError as error:
        return error


def _window(config: Any, tokenizer: Any) -> int | None:
    """The longest input in tokens; None if neither model nor tokenizer says so."""
    names = ("max_encoder_position_embeddings", "max_position_embeddings", "n_positions")
    stated = [value for name in names if (value := getattr(config, name, None))][:1]
    # A tokenizer without a limit says 10**30.
    limits = [limit for limit in (*stated, tokenizer.model_max_length) if limit < 10**9]
    return min(limits, default=None)


def load_generator(
    source: str,
    kind: Literal["chat", "seq2seq"],
    device: str = "cpu",
    dtype: str = "auto",
    adapter: str | None = None,
    **options: Any,
) -> Generator:
    """Load the model that a source string names; a GGUF file is converted once, its adapter merged into it.

    Args:
        source: See ``models/sources.py``.
        kind: A causal model with a chat template, or an encoder-decoder.
        device: Where it runs.
        dtype: The type of its numbers; ``auto`` takes the type it is stored in, ``native`` bfloat16 where the machine
            computes in it, else float32.
        adapter: The source of an adapter that is merged into it; None takes the model as it is.
        **options: Handed on to ``Generator``.

    Raises:
        WeightsNotFoundError: Weights or adapter are not there.
        ModelError: There is no such model in the weights, parts of it are missing, or the adapter is another model's.
    """
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    bound_shapes()
    weights = locate(source)
    folder = adapter_folder(adapter) if adapter else None
    if not weights.is_hub and weights.path.suffix == ".gguf":
        weights = Weights(source, str(_converted(weights.path, folder, str(adapter))))
        folder = None
    arguments = weights.from_pretrained_arguments()
    try:
        config = AutoConfig.from_pretrained(**arguments)
        found = "seq2seq" if config.is_encoder_decoder else "chat"
        if found != kind:
            raise ModelError(f"{source} is no {kind} model; try kind: {found}")
        architecture = AutoModelForCausalLM if kind == "chat" else AutoModelForSeq2SeqLM
        tokenizer = AutoTokenizer.from_pretrained(**arguments)
        model, report = architecture.from_pretrained(
            **arguments,
            dtype=_native(device) if dtype == "native" else dtype,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError) as error:
        raise ModelError(f"{source} could not be loaded as a {kind} model: {error}") from error
    if report["missing_keys"]:
        # What is missing was filled with random numbers, and would write nonsense.
        raise ModelError(f"{source} lacks trained weights for {sorted(report['missing_keys'])[:3]}")
    if folder:
        model = merged(model, folder, str(adapter))
    return Generator(model.to(device).eval(), tokenizer, source, **options)


def _native(device: str) -> str:
    return "bfloat16" if has_bfloat16(device) else "float32"


def _converted(file: Path, adapter: Path | None, source: str) -> Path:
    """A GGUF file as a transformers folder, with its adapter, if any, merged into it."""
    if adapter is None:
        return converted_gguf(file)
    return converted_gguf(file, lambda model: merged(model, adapter, source), fingerprint(adapter))
