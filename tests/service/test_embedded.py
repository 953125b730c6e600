"""The real models on the shipped samples, which no labelled set holds."""

import pytest

from newstance.models.faults import invented
from newstance.service import Analyzer, Article
from newstance.service.article import SAMPLES
from newstance.service.cli import main

pytestmark = pytest.mark.embedded


def sample(name):
    return Article.from_file(SAMPLES / f"{name}.md")


@pytest.fixture(scope="module")
def real():
    return Analyzer.from_profile("embedded")


@pytest.fixture(scope="module")
def summit(real):
    return real.analyze(sample("summit"), topic="ukraine-war")


@pytest.fixture(scope="module")
def bridge(real):
    return real.analyze(sample("bridge"))


def labels(stances):
    return {(s.actor.name, s.target): s.label for s in stances}


def test_kim_favors_the_war(summit):
    assert labels(summit.stances)["Kim Jong Un", "Russia's war in Ukraine"] == "favor"


def test_kim_is_against_the_west(summit):
    assert labels(summit.stances)["Kim Jong Un", "the West"] == "against"


def test_kim_favors_putin(real):
    pairs = [("Kim Jong Un", "Vladimir Putin"), ("Kim", "Putin")]
    assert {s.label for s in real.stances_of(sample("summit"), pairs, topic="ukraine-war")} == {"favor"}
    assert {s.label for s in real.stances_of(sample("summit"), pairs)} == {"favor"}


@pytest.mark.parametrize("agency", ["Reuters", "Interfax"])
def test_agency_that_is_only_cited_is_neutral(real, agency):
    targets = ["Russia's war in Ukraine", "Vladimir Putin", "Kim Jong Un", "the West", "Ukraine"]
    stances = real.stances_of(sample("summit"), [(agency, target) for target in targets], topic="ukraine-war")
    assert {s.label for s in stances} == {"neutral"}


def test_no_actor_of_the_summit_is_for_and_against_without_evidence(summit):
    text = summit.article.text
    for stance in summit.stances:
        assert stance.label == "neutral" or stance.evidence
        assert all(text[e.start : e.end] == e.text for e in stance.evidence)


def test_no_stance_where_there_is_none(bridge):
    assert [s for s in bridge.stances if s.label != "neutral"] == []


@pytest.mark.parametrize("name", ["summit", "bridge"])
def test_summary_sentences_have_sources_and_no_invented_names(request, name):
    analysis = request.getfixturevalue(name)
    assert 1 <= len(analysis.summary.sentences) <= 3
    for sentence in analysis.summary.sentences:
        assert sentence.sources
        assert sentence.support >= 0.5
        assert invented(sentence.text, analysis.article.text) == ()
        assert all(analysis.article.text[s.start : s.end] == s.text for s in sentence.sources)


def test_demo_command(capsys):
    assert main(["analyze", "sample:summit", "--topic", "ukraine-war"]) == 0
    out = capsys.readouterr().out
    for expected in ("Summary", "Actors", "Who stands where", "Kim Jong Un → Russia's war in Ukraine: favor"):
        assert expected in out
