"""Sentences, entities and syntax, by a spaCy pipeline.

The annotation is spaCy's own Doc: character offsets (``span.start_char``), entities and the dependency parse are
all there, and everybody who works with text knows it.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from newstance.configs import Settings

from .errors import InputError, ModelError
from .hearing import Heard, unheard
from .sources import locate
from .tokenizing import PiecewiseTokenizer

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# Tokens of a sentence; the longest of 5,753 in the news has 121. Whatever walks through a sentence for each of its
# words is bounded by it.
LONGEST_SENTENCE = 200
_NEW_WORDS = 25_000  # that a pipeline may learn, of about a kilobyte each, before a fresh one takes its place (0.4 s)
_LISTENING = 0.1  # seconds between two looks at whether anybody still waits


class AnnotatorSettings(Settings):
    """Which spaCy pipeline parses; it must bring a parser and an entity recognizer."""

    source: str


class Annotator:
    """A spaCy pipeline that ends a sentence at every line break, whatever its parser thinks.

    Its time is linear in the text: endless words are tokenized in pieces, endless sentences are cut. Its memory is
    bounded: a pipeline keeps every word that it has ever read, so once it has learned many, a fresh one goes on.

    Args:
        load: Gives a spaCy ``Language`` with ``parser`` and ``ner``; called again for each fresh one.

    Raises:
        ModelError: The pipeline lacks one of them.
    """

    def __init__(self, load: Callable[[], Language]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._nlp = _prepared(load())
        self._words = len(self._nlp.vocab.strings)
        meta = self._nlp.meta
        self.name = f"{meta['lang']}_{meta['name']} {meta['version']}"

    @classmethod
    def load(cls, settings: AnnotatorSettings) -> Annotator:
        """Load the pipeline that the settings name; a hub source is an installed spaCy package's job."""
        import spacy

        weights = locate(settings.source)
        try:
            return cls(lambda: spacy.load(weights.path))
        except OSError as error:
            raise ModelError(f"{settings.source} is no spaCy pipeline: {error}") from error

    def annotate(self, text: str, most_tokens: int | None = None, heard: Heard = unheard) -> Doc:
        """The spaCy Doc of a text; its ``text`` equals what went in.

        Args:
            text: The text.
            most_tokens: How many words and marks it may have; None takes any number.
            heard: Called between the parts of the pipeline, and while others run theirs.

        Raises:
            InputError: It has more words and marks.
        """
        if most_tokens is not None:
            _refuse_more(_marks(text), most_tokens, "marks")  # before each is made a token
        with self._turn(heard):
            nlp = self._lasting()
            doc = nlp.make_doc(text)
        if most_tokens is not None:
            _refuse_more(len(doc), most_tokens, "words and marks")
        for _, part in nlp.pipeline:
            with self._turn(heard):
                doc = part(doc)
        return doc

    def annotate_all(self, texts: Sequence[str]) -> list[Doc]:
        """One Doc for each text, as ``annotate`` gives it; short texts take less time together."""
        with self._turn(unheard):
            return list(self._lasting().pipe(texts))

    def _lasting(self) -> Language:
        if len(self._nlp.vocab.strings) - self._words > _NEW_WORDS:
            self._nlp = _prepared(self._load())  # docs hold on to the vocabulary that they were made with
            self._words = len(self._nlp.vocab.strings)
        return self._nlp

    @contextmanager
    def _turn(self, heard: Heard) -> Iterator[None]:
        """The pipeline for oneself: its vocabulary grows while it parses."""
        heard()
        while not self._lock.acquire(timeout=_LISTENING):
            heard()
        try:
            yield
        finally:
            self._lock.release()


def _prepared(nlp: Language) -> Language:
    from spacy.language import Language

    if missing := {"parser", "ner"} - set(nlp.pipe_names):
        raise ModelError(f"the spaCy pipeline {nlp.meta['name']} has no {' and no '.join(sorted(missing))}")
    for name, function in (("line_breaks", _end_sentences_at_line_breaks), ("endless_sentences", cut_sentences)):
        if not Language.has_factory(name):
            Language.component(name, func=function)
    nlp.add_pipe("line_breaks", before="parser")
    nlp.add_pipe("endless_sentences", after="parser")
    nlp.tokenizer = PiecewiseTokenizer(nlp)
    nlp.max_length = 10**9  # what is too long, the caller decides
    return nlp


def _marks(text: str) -> int:
    """How many characters are punctuation or symbols."""
    return sum(unicodedata.category(c)[0] in "PS" for c in text)


def _refuse_more(number: int, most: int, of: str) -> None:
    if number > most:
        raise InputError(
            f"the article has {number:,} {of}, and at most {most:,} are taken: so many for its length are no article; "
            "give the text alone, or raise limits.tokens in a profile of your own"
        )


def _end_sentences_at_line_breaks(doc: Doc) -> Doc:
    # A line break is a token of its own, and belongs to the sentence that it ends.
    for token in doc[:-1]:
        if token.is_space and "\n" in token.text:
            doc[token.i + 1].is_sent_start = True
    return doc


def cut_sentences(doc: Doc) -> Doc:
    """The Doc with no sentence longer than ``LONGEST_SENTENCE``; what depends on a word of another piece is a root."""
    sentences = [(sentence.start, sentence.end) for sentence in doc.sents]
    if all(end - start <= LONGEST_SENTENCE for start, end in sentences):
        return doc
    pieces = np.zeros(len(doc), np.int64)
    for start, end in sentences:
        pieces[start:end] = start + np.arange(end - start) // LONGEST_SENTENCE * LONGEST_SENTENCE
    values = doc.to_array(["HEAD", "DEP"]).astype(np.int64)
    places = np.arange(len(doc))
    values[pieces[places + values[:, 0]] != pieces] = (0, doc.vocab.strings["ROOT"])
    return doc.from_array(["HEAD", "DEP"], values.astype(np.uint64))  # type: ignore[arg-type]  # an array, as it says
