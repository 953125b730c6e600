from __future__ import annotations

import pytest

from newstance.eval.generated import RememberingSummarizer
from newstance.models.errors import ConfigError, ModelError
from newstance.models.summarizer import LeadSummarizer, SummarizerSettings

TEXT = "One came. Two came. Three came. Four came. Five came."
LEAD = SummarizerSettings(kind="lead")


class Counting(LeadSummarizer):
    def __init__(self):
        super().__init__()
        self.asked = []

    def summarize(self, text, **options):
        self.asked.append((text, options["sentences"]))
        return super().summarize(text, **options)


def test_what_was_written_is_not_written_again(tmp_path):
    model = Counting()
    first = RememberingSummarizer(LEAD, tmp_path / "generated", lambda settings: model).summarize(TEXT, sentences=2)
    again = RememberingSummarizer(LEAD, tmp_path / "generated", lambda settings: model).summarize(TEXT, sentences=2)
    assert first == again == LeadSummarizer().summarize(TEXT, sentences=2)
    assert model.asked == [(TEXT, 2)]


def test_another_text_length_or_setting_asks_the_model(tmp_path):
    model = Counting()
    remembering = RememberingSummarizer(LEAD, tmp_path, lambda settings: model)
    remembering.summarize(TEXT, sentences=2)
    assert remembering.summarize(TEXT, sentences=1).text == "One came."
    assert remembering.summarize(TEXT + " Six came.", sentences=2).text == "One came. Two came."
    remembering.summarize(TEXT, sentences=2, sample=1)
    remembering.summarize(TEXT, sentences=2, sample=1)
    other = SummarizerSettings(kind="lead", sentences=1)
    RememberingSummarizer(other, tmp_path, lambda settings: model).summarize(TEXT, sentences=2)
    assert len(model.asked) == 5


def test_another_number_of_words_other_weights_or_code_ask_the_model(tmp_path, monkeypatch):
    model = Counting()
    remembering = RememberingSummarizer(LEAD, tmp_path, lambda settings: model)
    for words in (2, 4, 4):
        remembering.summarize(TEXT, words=words)
    assert len(model.asked) == 2
    monkeypatch.setattr("newstance.service.provenance.model_sha256", lambda settings: "trained anew")
    RememberingSummarizer(LEAD, tmp_path, lambda settings: model).summarize(TEXT, words=4)
    assert len(model.asked) == 3
    monkeypatch.setattr("newstance.service.provenance.modules_sha256", lambda *names: "changed")
    RememberingSummarizer(LEAD, tmp_path, lambda settings: model).summarize(TEXT, words=4)
    assert len(model.asked) == 4


def test_a_model_that_does_not_load_is_no_articles_fault(tmp_path):
    def load(settings):
        raise ModelError("no chat model")

    with pytest.raises(ConfigError, match="no chat model"):
        RememberingSummarizer(LEAD, tmp_path, load).summarize(TEXT)


class Many(LeadSummarizer):
    def __init__(self):
        super().__init__()
        self.asked = []

    def summarize_many(self, texts, sentences=None):
        self.asked.append(list(texts))
        written = super().summarize_many(texts, sentences)
        return [ModelError("nothing came") if "Six" in text else one for text, one in zip(texts, written, strict=True)]


def test_several_texts_are_written_once_and_failures_are_asked_for_again_next_time(tmp_path):
    model = Many()
    remembering = RememberingSummarizer(LEAD, tmp_path, lambda settings: model)
    long = TEXT + " Six came."
    for _ in range(2):
        first, failed = remembering.summarize_many([TEXT, long], 2)
        assert (first.text, str(failed)) == ("One came. Two came.", "nothing came")
    with pytest.raises(ModelError, match="nothing came"):
        remembering.summarize(long, sentences=2)
    assert remembering.summarize(TEXT, sentences=2) == first
    assert model.asked == [[TEXT, long]]
    again = RememberingSummarizer(LEAD, tmp_path, lambda settings: model)
    assert again.summarize_many([TEXT, long], 2)[0] == first
    assert model.asked == [[TEXT, long], [long]]
