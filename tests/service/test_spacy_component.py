"""newstance in a spaCy pipeline."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
import spacy
from spacy.tokens import DocBin

from newstance.models.errors import InputError, SettingsError
from newstance.service import spacy_component  # registers the factory, as the wheel's entry point does

TEXT = "Ingrid Solberg praised the harbour plan.\nPeter Miller attacked the harbour plan. It rained."
PLAN = "the harbour plan"


@pytest.fixture
def nlp(profile_file):
    nlp = spacy.blank("en")
    nlp.add_pipe("newstance", config={"profile": str(profile_file), "targets": [PLAN], "summarize": True})
    return nlp


def test_a_doc_has_stances_summary_and_spans(nlp, analyzer):
    doc = nlp(TEXT)
    assert {stance["actor"]: stance["label"] for stance in doc._.stances} == {
        "Ingrid Solberg": "favor",
        "Peter Miller": "against",
    }
    for stance in doc._.stances:
        for evidence in stance["evidence"]:
            assert doc.text[evidence["start"] : evidence["end"]] == evidence["text"]
    assert [(span.text, span.label_) for span in doc.spans["stances"]] == [
        ("Ingrid Solberg praised the harbour plan.", "favor"),
        ("Peter Miller attacked the harbour plan.", "against"),
    ]
    assert doc._.summary
    assert doc._.stance_notes == []


def test_many_docs_come_in_order_from_a_file(nlp):
    texts = [TEXT, "Peter Miller praised the harbour plan.", TEXT]
    expected = [nlp(text)._.stances for text in texts]
    stored = DocBin(docs=nlp.pipe(texts), store_user_data=True).to_bytes()
    read = list(DocBin().from_bytes(stored).get_docs(nlp.vocab))
    assert json.loads(json.dumps([doc._.stances for doc in read])) == expected
    assert [span.label_ for span in read[0].spans["stances"]] == ["favor", "against"]


_IN_PROCESSES = """
import json, multiprocessing, sys
import spacy
from newstance.service import spacy_component
if __name__ == "__main__":
    profile, target, method, *texts = sys.argv[1:]
    multiprocessing.set_start_method(method)
    nlp = spacy.blank("en")
    nlp.add_pipe("newstance", config={"profile": profile, "targets": [target]})
    alone = [nlp(text)._.stances for text in texts]  # so that the parent has models, and their threads
    assert any(stance["label"] != "neutral" for stance in alone[0])
    print([doc._.stances for doc in nlp.pipe(texts, n_process=2, batch_size=1)] == alone)
"""


@pytest.mark.parametrize(
    ("profile", "method"),
    [("tiny", "fork"), ("tiny", "spawn"), pytest.param("embedded", "fork", marks=pytest.mark.embedded)],
)
def test_many_docs_come_in_order_from_other_processes(profile, method, profile_file, tmp_path):
    (tmp_path / "main.py").write_text(_IN_PROCESSES)
    given = [str(profile_file) if profile == "tiny" else profile, PLAN, method]
    texts = [TEXT, "Peter Miller praised the harbour plan.", TEXT]
    said = tmp_path / "said"
    with said.open("w") as file:  # no pipe: one that a child holds open would be waited for
        process = subprocess.Popen(
            [sys.executable, tmp_path / "main.py", *given, *texts], stdout=file, stderr=file, start_new_session=True
        )
        try:
            process.wait(120)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert said.read_text().splitlines()[-1:] == ["True"], said.read_text()


def test_a_pipeline_is_saved_with_what_it_was_asked(nlp, tmp_path):
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    assert again.get_pipe_config("newstance")["targets"] == [PLAN]
    assert again(TEXT)._.stances == nlp(TEXT)._.stances


@pytest.mark.parametrize("text", ["", " \n", "a\x00b", "Kim \u202epraised\u202c Putin.", "Andre\u0301 praised Putin."])
def test_what_cannot_be_read_as_it_stands_is_refused(nlp, text):
    with pytest.raises(InputError):
        nlp(text)


def test_a_doc_that_is_refused_need_not_stop_the_others(nlp):
    told = []
    nlp.set_error_handler(lambda name, component, docs, error: told.append((name, str(error))))
    assert [doc._.stances[0]["label"] for doc in nlp.pipe([TEXT, " ", TEXT])] == ["favor", "favor"]
    assert told == [("newstance", "the Doc is empty: there is not one word in it; leave it out")]


def test_a_profile_that_is_not_there_is_told_when_the_pipeline_is_made():
    with pytest.raises(SettingsError, match="shipped: embedded"):
        spacy.blank("en").add_pipe("newstance", config={"profile": "nope"})


def test_the_factory_is_the_one_that_the_wheel_names():
    assert spacy.blank("en").get_factory_meta("newstance").factory == "newstance"
    assert spacy.registry.factories.get("newstance").__module__ == spacy_component.__name__
