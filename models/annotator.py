"""Sentences, entities and syntax, by a spaCy pipeline.

The annotation is spaCy's own Doc: character offsets (``span.start_char``), entities and the dependency parse are
all there, and everybody who works with text knows it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from newstance.configs import Settings

from .errors import ModelError
from .sources import locate


class AnnotatorSettings(Settings):
    """Which spaCy pipeline parses; it must bring a parser and an entity recognizer."""

    source: str


class Annotator:
    """A spaCy pipeline that ends a sentence at every line break, whatever its parser thinks.

    Args:
        nlp: A loaded spaCy ``Language`` with ``parser`` and ``ner``.

    Raises:
        ModelError: The pipeline lacks one of them.
    """

    def __init__(self, nlp: Any) -> None:
        from spacy.language import Language

        if missing := {"parser", "ner"} - set(nlp.pipe_names):
            raise ModelError(f"the spaCy pipeline {nlp.meta['name']} has no {' and no '.join(sorted(missing))}")
        if not Language.has_factory("line_breaks"):
            Language.component("line_breaks", func=_end_sentences_at_line_breaks)
        nlp.add_pipe("line_breaks", before="parser")
        self.name = f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
        self._nlp = nlp
        self._lock = threading.Lock()

    @classmethod
    def load(cls, settings: AnnotatorSettings) -> Annotator:
        """Load the pipeline that the settings name; a hub source is an installed spaCy package's job."""
        import spacy

        weights = locate(settings.source)
        try:
            return cls(spacy.load(weights.path))
        except OSError as error:
            raise ModelError(f"{settings.source} is no spaCy pipeline: {error}") from error

    def annotate(self, text: str) -> Any:
        """The spaCy Doc of a text; its ``text`` equals what went in."""
        with self._lock:  # spaCy's vocabulary grows while it parses
            return self._nlp(text)

    def annotate_all(self, texts: Sequence[str]) -> list[Any]:
        """One Doc for each text, as ``annotate`` gives it; short texts take less time together."""
        with self._lock:
            return list(self._nlp.pipe(texts))


def _end_sentences_at_line_breaks(doc: Any) -> Any:
    # A line break is a token of its own, and belongs to the sentence that it ends.
    for token in doc[:-1]:
        if token.is_space and "\n" in token.text:
            doc[token.i + 1].is_sent_start = True
    return doc
