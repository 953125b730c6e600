import copy
import json

import pytest
from coded import ANALYSIS, TEXT

from newstance.models.errors import InputError
from newstance.service import Analysis, Summary
from newstance.service.analysis import Source, SummarySentence
from newstance.service.restored import read_analysis


def test_an_analysis_comes_back_as_it_was():
    assert Analysis.from_dict(ANALYSIS.to_dict()) == ANALYSIS
    assert Analysis.from_dict(json.loads(ANALYSIS.to_json())) == ANALYSIS


def test_its_summary_comes_back_too():
    sentence = SummarySentence(
        "It rained.", (Source(TEXT.index("It rained."), len(TEXT), "It rained."),), 0.9, "It snowed.", ("snowed",)
    )
    of_summary = Analysis(
        ANALYSIS.article, Summary((sentence,), "lead", dropped=("x",)), ANALYSIS.actors, ANALYSIS.targets, ()
    )
    assert Analysis.from_dict(of_summary.to_dict()) == of_summary


def test_it_is_read_from_a_file(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("\ufeff" + ANALYSIS.to_json(), encoding="utf-8")
    assert read_analysis(file) == ANALYSIS


SENTENCE = {"text": "It rained.", "sources": [], "support": 0.5}
SUMMARY = {"sentences": [SENTENCE], "model": "lead"}


def changed(*path, to):
    content = copy.deepcopy(json.loads(ANALYSIS.to_json()))
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "'actors' is missing"),
        ([], "no list of actors"),
        ({"actors": 3, "stances": []}, "no list of actors"),
        (changed("stances", 0, "actor", to="Nobody"), "'Nobody' is missing"),
        (changed("stances", 0, "label", to="favour"), "stances.0.label: Input should be 'favor'"),
        (changed("article", "text", to=None), "article.text: Input should be a valid string"),
        (changed("stances", 0, "evidence", to=[]), "a stance without evidence"),
        (changed("stances", 0, "evidence", 0, "start", to=1), "evidence that does not stand in the article"),
        (changed("actors", 0, "mentions", 0, "text", to="Bob"), "a mention of Ana Lund does not stand"),
        (changed("stances", 0, "probabilities", to={"favor": 1.0}), "other probabilities"),
        (changed("stances", 0, "probabilities", "favor", to=float("nan")), "outside of 0 to 1"),
        (changed("stances", 0, "probability", to=1.5), "Ana Lund on .*: has a probability outside of 0 to 1"),
        (changed("stances", 0, "evidence", 0, "probability", to=-0.1), "has a probability outside of 0 to 1"),
        (changed("summary", to=SUMMARY | {"sentences": [SENTENCE | {"support": 2}]}), "summary has a support outside"),
    ],
)
def test_what_is_no_analysis_is_refused_by_what_is_wrong(content, message):
    with pytest.raises(InputError, match=message):
        Analysis.from_dict(content)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '"\udcff"'])
def test_a_file_that_is_no_json_is_refused(tmp_path, text):
    file = tmp_path / "a.json"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(InputError, match=r"a\.json is no (JSON|analysis)"):
        read_analysis(file)
