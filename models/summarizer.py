"""Summaries of a chosen length, in whole sentences.

Four kinds share one surface: a *chat* model is asked for a summary, a *seq2seq* model (BART, PEGASUS, T5)
was trained to write one, *extractive* picks the article's most central sentences, and *lead* takes its first ones,
the baseline to beat.

An article longer than the model's window is cut at sentence borders; the pieces are summarized, and so are
their summaries, until they fit. Nothing is left out without being read.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, Protocol, Self

import numpy as np
from pydantic import Field, model_validator

from .decoding import Decoding
from .embedding import SentenceEmbedder, centrality
from .errors import InputError, ModelError
from .generation import Generator, load_generator
from .sentences import Length, early, split_sentences, standing, unique
from .sources import locate
from .stream import OnText

log = logging.getLogger(__name__)


class SummarizerSettings(Decoding):
    """Which summarizer, and how it writes; the decoding keys are those of ``Decoding``.

    Attributes:
        kind: chat, seq2seq, extractive or lead.
        source: The model's weights; see ``models/sources.py``. Needed unless the kind is lead; of a sentence encoder
            if it is extractive.
        adapter: The source of an adapter in the PEFT format, which is merged into the model.
        prompt: A template with ``{text}`` and, if wanted, ``{length}``. None takes the default for chat
            models, and for seq2seq models the model's own prefix, such as T5's ``summarize: ``.
        system: A system message for chat models.
        sentences: How long summaries are unless the caller says so.
        max_input_tokens: Longer articles are summarized in pieces; None takes what the model takes.
        dtype: The type of the model's numbers; auto takes the type it is stored in, native bfloat16 where the machine
            computes in it, else float32.
    """

    kind: Literal["chat", "seq2seq", "extractive", "lead"]
    source: str | None = None
    adapter: str | None = None
    prompt: str | None = None
    system: str | None = None
    sentences: int = Field(3, ge=1)
    max_input_tokens: int | None = Field(None, ge=1)
    dtype: Literal["auto", "native", "float32", "bfloat16", "float16"] = "auto"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        taken = {"lead": {"kind", "sentences"}, "extractive": {"kind", "sentences", "source"}}.get(self.kind)
        if taken is not None and (unused := self.model_fields_set - taken):
            raise ValueError(f"kind {self.kind} writes nothing of its own and takes no {', '.join(sorted(unused))}")
        if self.kind != "lead" and not self.source:
            raise ValueError(f"kind {self.kind} needs a source")
        if self.prompt is not None and "{text}" not in self.prompt:
            raise ValueError("the prompt must hold {text}, where the article goes")
        if self.system is not None and self.kind != "chat":
            raise ValueError("only chat models take a system message")
        if not self.do_sample and (self.temperature or self.top_p or self.top_k):
            raise ValueError("temperature, top_p and top_k do nothing without do_sample: true")
        return self


@dataclass(frozen=True)
class GeneratedSummary:
    """A summary, not yet checked against its article.

    Attributes:
        text: The summary.
        sentences: Its sentences; no two are the same, and none is cut off.
        unchanged: Whether the article was no longer than the summary asked for, and came back as it is.
        model: The source of the model that wrote it, or ``lead``.
        chunks: How many pieces the article was read in.
    """

    text: str
    sentences: tuple[str, ...]
    unchanged: bool
    model: str
    chunks: int = 1


class Summarizer(Protocol):
    """Anything that summarizes."""

    def summarize(
        self,
        text: str,
        *,
        sentences: int | None = None,
        words: int | None = None,
        on_text: OnText | None = None,
        sample: int = 0,
    ) -> GeneratedSummary:
        """Summarize a text.

        Args:
            text: The article.
            sentences: The most sentences that the summary may have; None takes the default.
            words: Instead: the most words. Whole sentences are kept as long as they fit, and at least one.
            on_text: Handed the text as it is written: called once per token, with the next piece, or with ""
                while there is nothing to show (an article is being read in pieces, say). A last sentence that
                turns out to be cut off, or too long for ``words``, has been shown but is not in the result.
                An exception that it raises ends the work and reaches the caller.
            sample: 0 writes as the settings say. Another number has a model that writes draw another version at
                random, the same number the same version; one that picks sentences picks the same.

        Raises:
            InputError: The text is empty, or the length makes no sense.
            ModelError: The model wrote no whole sentence.
        """
        ...

    def summarize_many(self, texts: Sequence[str], sentences: int | None = None) -> list[GeneratedSummary | ModelError]:
        """Summarize several texts, which a model that writes does side by side, in less time.

        Args:
            texts: The articles.
            sentences: As in ``summarize``.

        Returns:
            One for each text, in the same order; where the model wrote no whole sentence, the error that says so.

        Raises:
            InputError: A text is empty, or the length makes no sense.
        """
        ...


class _InSentences(ABC):
    """What all summarizers share: the text is read as sentences, and comes back as it is if it is short enough.

    Args:
        model: What summaries name as their model.
        sentences: How long they are unless the caller says so.
    """

    def __init__(self, model: str, sentences: int) -> None:
        self._model = model
        self._sentences = sentences

    def summarize(
        self,
        text: str,
        *,
        sentences: int | None = None,
        words: int | None = None,
        on_text: OnText | None = None,
        sample: int = 0,
    ) -> GeneratedSummary:
        """Summarize a text; see ``Summarizer``."""
        length = Length.asked(sentences, words, self._sentences)
        found = split_sentences(text)
        if not found:
            raise InputError("there is no text to summarize")
        if self._takes_all(found, length):
            if on_text:
                on_text(text)
            return GeneratedSummary(text, tuple(found), True, self._model)
        return self._shortened(found, length, on_text, sample)

    def summarize_many(self, texts: Sequence[str], sentences: int | None = None) -> list[GeneratedSummary | ModelError]:
        """Summarize several texts; see ``Summarizer``."""
        summaries: list[GeneratedSummary | ModelError] = []
        for text in texts:
            try:
                summaries.append(self.summarize(text, sentences=sentences))
            except ModelError as error:
                summaries.append(error)
        return summaries

    def _takes_all(self, found: list[str], length: Length) -> bool:
        """Whether there is nothing to leave out."""
        return length.covers(found)

    @abstractmethod
    def _shortened(self, found: list[str], length: Length, on_text: OnText | None, sample: int) -> GeneratedSummary:
        """The summary of a longer text, given as its sentences."""

    def _written(self, found: list[str], on_text: OnText | None, chunks: int = 1) -> GeneratedSummary:
        """A summary that is there all at once."""
        text = " ".join(found)
        if on_text:
            on_text(text)
        return GeneratedSummary(text, tuple(found), False, self._model, chunks)


class LeadSummarizer(_InSentences):
    """The first sentences.

    Args:
        sentences: How many, unless the caller says so.
    """

    def __init__(self, sentences: int = 3) -> None:
        super().__init__("lead", sentences)

    def _takes_all(self, found: list[str], length: Length) -> bool:
        return not length.is_exceeded_by(found)

    def _shortened(self, found: list[str], length: Length, on_text: OnText | None, sample: int) -> GeneratedSummary:
        return self._written(unique(length.first(found)), on_text)


class ExtractiveSummarizer(_InSentences):
    """The sentences that say most of what the article says.

    Each sentence is worth its cosine with the mean of all (Radev et al. 2004, "Centroid-based summarization"), here of
    embeddings, plus a bonus for standing early; one that begins with a pronoun is worth less, since who is meant may
    be left out. The chosen ones come in the order of the article.

    Args:
        embedder: Embeds the sentences.
        source: Names the encoder; the summary's ``model``.
        sentences: How many, unless the caller says so.
    """

    def __init__(self, embedder: SentenceEmbedder, source: str, sentences: int = 3) -> None:
        super().__init__(source, sentences)
        self._embedder = embedder

    def _shortened(self, found: list[str], length: Length, on_text: OnText | None, sample: int) -> GeneratedSummary:
        if on_text:
            on_text("")
        found = unique(found)
        chosen: list[int] = []
        for i in ranked_sentences(found, self._embedder.embed(found)):
            if not chosen or not length.is_exceeded_by([found[j] for j in sorted([*chosen, i])]):
                chosen.append(i)
        return self._written([found[i] for i in sorted(chosen)], on_text)


def ranked_sentences(sentences: Sequence[str], vectors: np.ndarray) -> list[int]:
    """Indices of sentences, the one to take first at the front, as ``ExtractiveSummarizer`` values them.

    Args:
        sentences: In the order of the text.
        vectors: Their embeddings of length 1, shape (sentences, size).
    """
    worth = centrality(vectors) + early(len(sentences)) + standing(sentences)
    return [int(i) for i in np.argsort(-worth, kind="stable")]


class ModelSummarizer(_InSentences):
    """Summaries by a generative model.

    Args:
        generator: The model.
        sentences: How long summaries are unless the caller says so.
    """

    def __init__(self, generator: Generator, sentences: int = 3) -> None:
        super().__init__(generator.source, sentences)
        self._generator = generator

    def _shortened(self, found: list[str], length: Length, on_text: OnText | None, sample: int) -> GeneratedSummary:
        # A caller who wants to stop must be heard while pieces are read, too.
        pulse: OnText | None = (lambda _: on_text("")) if on_text else None
        count, room = self._generator.count, self._generator.room(length)
        chunks = 1
        while len(pieces := chunked(found, count, room)) > 1:
            chunks = max(chunks, len(pieces))
            written = [self._generator.write(" ".join(p), length.for_part(p), pulse, sample) for p in pieces]
            shorter = unique(chain.from_iterable(written))
            if sum(map(count, shorter)) >= sum(map(count, found)):
                raise ModelError(
                    f"{self._model} does not get pieces of {room} tokens any shorter; raise max_input_tokens"
                )
            found = shorter
        if length.covers(found):
            return self._written(found, on_text, chunks)
        final = self._generator.write(" ".join(pieces[0]), length, on_text, sample)
        return GeneratedSummary(" ".join(final), tuple(final), False, self._model, chunks)

    def summarize_many(self, texts: Sequence[str], sentences: int | None = None) -> list[GeneratedSummary | ModelError]:
        """Summarize several texts; those that the model's window holds are written side by side."""
        length = Length.asked(sentences, None, self._sentences)
        count, room = self._generator.count, self._generator.room(length)
        found = [split_sentences(text) for text in texts]
        fitting = [
            i
            for i, read in enumerate(found)
            if read and not self._takes_all(read, length) and len(chunked(read, count, room)) == 1
        ]
        written = self._generator.write_many([" ".join(found[i]) for i in fitting], length)
        summaries = {
            i: one if isinstance(one, ModelError) else self._written(one, None)
            for i, one in zip(fitting, written, strict=True)
        }
        others = [i for i in range(len(texts)) if i not in summaries]
        summaries |= zip(others, super().summarize_many([texts[i] for i in others], sentences), strict=True)
        return [summaries[i] for i in range(len(texts))]


def chunked(sentences: Sequence[str], count: Callable[[str], int], room: int) -> list[list[str]]:
    """Sentences in pieces that fit and are about equally long.

    A sentence that does not fit alone is cut between words.

    Args:
        sentences: In order.
        count: How many tokens a text takes.
        room: How many tokens a piece may take.
    """
    parts = [part for sentence in sentences for part in _cut(sentence, count, room)]
    # One more for each: the blank that joins it to the one before.
    sizes = [count(part) + 1 for part in parts]
    # Equal pieces, so that none is left with one short sentence, of which no summary can be made.
    target = sum(sizes) / max(1, -(-sum(sizes) // room))
    pieces: list[list[str]] = []
    filled = 0
    for part, size in zip(parts, sizes, strict=True):
        if not pieces or filled + size > room or filled >= target:
            pieces.append([])
            filled = 0
        pieces[-1].append(part)
        filled += size
    return pieces


def _cut(sentence: str, count: Callable[[str], int], room: int) -> list[str]:
    parts = []
    while count(sentence) + 1 > room:
        # The longest beginning that fits, found by halving; then back to the last blank, if there is one.
        fits, too_long = 1, len(sentence)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            fits, too_long = (middle, too_long) if count(sentence[:middle]) + 1 <= room else (fits, middle)
        border = sentence.rfind(" ", 1, fits + 1)
        border = border if border > 0 else fits
        parts.append(sentence[:border])
        sentence = sentence[border:].lstrip()
    if parts:
        log.info("a sentence of %d pieces does not fit the model and was cut between words", len(parts) + 1)
    return [*parts, sentence] if sentence else parts


def load_summarizer(settings: SummarizerSettings, device: str = "cpu") -> Summarizer:
    """Load the summarizer that the settings name.

    Raises:
        WeightsNotFoundError: Its weights are not on this machine.
        ModelError: They hold no model of this kind.
    """
    if settings.kind == "lead":
        return LeadSummarizer(settings.sentences)
    assert settings.source
    if settings.kind == "extractive":
        embedder = SentenceEmbedder.load(locate(settings.source), device=device)
        return ExtractiveSummarizer(embedder, settings.source, settings.sentences)
    decoding = Decoding(**settings.model_dump(include=set(Decoding.model_fields)))
    generator = load_generator(
        settings.source,
        settings.kind,
        device,
        settings.dtype,
        settings.adapter,
        prompt=settings.prompt,
        system=settings.system,
        max_input_tokens=settings.max_input_tokens,
        decoding=decoding,
    )
    return ModelSummarizer(generator, settings.sentences)
