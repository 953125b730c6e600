"""What users import: every name stays until a version says that it goes."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

PROMISED = {
    "newstance": "Actor Analysis Analyzer Article Evidence Mention Profile Stance Summary Topic",
    "newstance.configs": "Settings SettingsError find load names",
    "newstance.models": "Annotator AnnotatorSettings ConfigError EntailmentScorer InputError ModelError NewstanceError "
    "StanceClassifier StancePrediction StanceQuery StanceSettings Summarizer SummarizerSettings WeightsNotFoundError "
    "load_summarizer",
    "newstance.service": "Actor Analysis Analyzer Article Evidence Mention Profile Stance Summary Topic",
    "newstance.service.actors": "ActorNames bare_name find_actors match_actor named_in",
    "newstance.service.comparison": "compare",
    "newstance.service.corpus.inputs": "Inputs",
    "newstance.service.corpus.run": "RunOptions run",
    "newstance.service.corpus.step": "Step Task",
    "newstance.service.corpus.stored": "Run",
    "newstance.service.corpus.tables": "TABLES rows_of schema",
    "newstance.service.corpus.selection": "MONTHS QUARTERS WHOLE YEARS Cell Periods Selection",
    "newstance.service.corpus.view": "CorpusView table",
    "newstance.service.corrections": "CHANGES Change Correction CorrectionFile latest",
    "newstance.service.editing": "Session merge split",
    "newstance.service.exchange": "ActorRow ActorTable CodedDocument Document NetworkOptions Statement from_analysis "
    "from_run grouped join_actors label_studio_config network propose_actors read_analysis read_coded read_dna "
    "read_label_studio read_qdpx time_windows write_csv write_dna write_events write_gexf write_graphml "
    "write_label_studio write_qdpx",
    "newstance.service.spacy_component": "StanceComponent make",
}
METHODS = {
    "newstance.service.Analysis": "to_csv to_dict to_frame to_html to_json to_markdown to_records",
    "newstance.service.Analyzer": "analyze analyze_many check consistency from_profile models pair read relations "
    "stances_of state summarize summarizer",
    "newstance.service.Article": "from_file from_html from_text from_url",
    "newstance.service.Profile": "load",
    "newstance.service.Topic": "load",
    "newstance.service.corpus.stored.Run": "frame header parts rejected shards table",
    "newstance.service.exchange.ActorTable": "canonical kind load organization to_csv",
    "newstance.service.corpus.view.Asked": "counts points several statements",
    "newstance.service.corpus.view.CorpusView": "ask menu",
    "newstance.service.corrections.Correction": "cell from_dict to_dict",
    "newstance.service.corrections.CorrectionFile": "append read",
    "newstance.service.editing.Session": "analysis decide forms merge of relations rename retarget split",
}


@pytest.mark.parametrize("module", PROMISED)
def test_names_that_users_import_are_there(module):
    found = importlib.import_module(module)
    assert [name for name in PROMISED[module].split() if not hasattr(found, name)] == []


@pytest.mark.parametrize("module", ["newstance", "newstance.models", "newstance.service", "newstance.service.exchange"])
def test_a_package_lists_what_it_promises(module):
    assert importlib.import_module(module).__all__ == sorted(PROMISED[module].split())


@pytest.mark.parametrize("name", METHODS)
def test_methods_that_users_call_are_there(name):
    module, _, kind = name.rpartition(".")
    found = getattr(importlib.import_module(module), kind)
    assert [method for method in METHODS[name].split() if not hasattr(found, method)] == []


def test_the_front_door_is_light_and_says_its_version():
    code = (
        "import sys, newstance\n"
        "assert newstance.__version__ == newstance.__version__.strip() != ''\n"
        "assert 'newstance.service' not in sys.modules\n"
        "from newstance import Analyzer, Article\n"
        "import newstance.service as service\n"
        "assert (Analyzer, Article) == (service.Analyzer, service.Article)\n"
        "assert set(newstance.__all__) <= set(dir(newstance))\n"
        "try: newstance.Analyser\n"
        "except AttributeError as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "module 'newstance' has no attribute 'Analyser'"
