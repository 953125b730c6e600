"""Texts that a summarizer wrote, kept on disk: another guard or another score needs no second generation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from newstance.models.errors import ConfigError, ModelError
from newstance.models.summarizer import GeneratedSummary, Summarizer, SummarizerSettings, load_summarizer
from newstance.service import provenance
from newstance.service.disk import make_folder, write_json

_WRITING = ("adapters", "bfloat16", "decoding", "embedding", "generation", "sentences", "stream", "summarizer")


class RememberingSummarizer:
    """A summarizer that looks a text up before it writes.

    What it has written lies in one file for each text, named by the hash of weights, settings, the code that writes,
    text and length; so a change of any of them asks the model again. The model is loaded when something is asked for
    the first time.

    Args:
        settings: Of the summarizer.
        folder: Where the texts lie; made when the first one is kept.
        load: Gets the model.
    """

    def __init__(
        self,
        settings: SummarizerSettings,
        folder: Path,
        load: Callable[[SummarizerSettings], Summarizer] = load_summarizer,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._load = load
        self._failed: dict[Path, ModelError] = {}  # in this sitting; the next one tries again

    @cached_property
    def _summarizer(self) -> Summarizer:
        try:
            return self._load(self._settings)
        except ModelError as error:
            raise ConfigError(str(error)) from error  # no single article's fault

    @cached_property
    def _model(self) -> list[Any]:
        return [
            provenance.model_sha256(self._settings),
            provenance.modules_sha256(*_WRITING),
            self._settings.model_dump(mode="json"),
        ]

    def summarize(
        self,
        text: str,
        *,
        sentences: int | None = None,
        words: int | None = None,
        on_text: Callable[[str], None] | None = None,
        sample: int = 0,
    ) -> GeneratedSummary:
        """The kept summary of a text, or a new one; see ``Summarizer``."""
        path = self._path(text, sentences, words, sample)
        if path in self._failed:
            raise self._failed[path]
        if path.is_file():
            return _read(path)
        written = self._summarizer.summarize(text, sentences=sentences, words=words, on_text=on_text, sample=sample)
        self._keep(path, written)
        return written

    def summarize_many(self, texts: Sequence[str], sentences: int | None = None) -> list[GeneratedSummary | ModelError]:
        """The kept summaries of several texts, and new ones of the others, but for failures; see ``Summarizer``."""
        paths = {text: self._path(text, sentences) for text in texts}
        missing = [text for text, path in paths.items() if path not in self._failed and not path.is_file()]
        new = self._summarizer.summarize_many(missing, sentences) if missing else []
        for text, one in zip(missing, new, strict=True):
            if isinstance(one, ModelError):
                self._failed[paths[text]] = one
            else:
                self._keep(paths[text], one)
        return [self._failed[path] if path in self._failed else _read(path) for path in (paths[text] for text in texts)]

    def _path(self, text: str, sentences: int | None, words: int | None = None, sample: int = 0) -> Path:
        # Sample 0 leaves the name of the file as it was before there were others.
        asked = json.dumps([*self._model, text, sentences, words, *([sample] if sample else [])], sort_keys=True)
        return self._folder / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"

    def _keep(self, path: Path, written: GeneratedSummary) -> None:
        make_folder(self._folder)
        write_json(path, asdict(written))


def _read(path: Path) -> GeneratedSummary:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return GeneratedSummary(**kept | {"sentences": tuple(kept["sentences"])})
