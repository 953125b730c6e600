"""An analysis in steps, and analyzers kept by profile."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from coded import ANALYSIS

from newstance.models.errors import InputError, ModelError, WeightsNotFoundError
from newstance.models.hearing import Stopped
from newstance.service import Analyzer, Article
from newstance.service.exchange import read_dna, read_qdpx
from newstance.service.page import downloads
from newstance.service.page.loaded import Analyzers
from newstance.service.page.steps import Wanted, steps

SPEECHES = "Marie Curie praised the new law. Albert Einstein condemned the new law. It rained all day on Monday."
WANTED = Wanted(Article(SPEECHES), ["the new law"])


class Broken:
    def summarize(self, text, **_):
        raise ModelError("it cannot write")


def test_stances_come_before_the_summary(analyzer):
    found = list(steps(lambda: analyzer, WANTED, threading.Event()))
    assert [step.name for step in found if not step.draft and not step.answered] == [
        "reading", "stances", "summary", "done",
    ]  # fmt: skip
    first, last = (next(step for step in found if step.name == name) for name in ("summary", "done"))
    assert first.session.analysis.summary is None
    assert {s.actor.name: s.label for s in first.session.analysis.stances} == {
        "Marie Curie": "favor",
        "Albert Einstein": "against",
    }
    assert last.session.analysis.summary.text.startswith("Marie Curie praised")
    assert last.session.analysis.stances == first.session.analysis.stances
    assert list(last.session.analysis.seconds) == ["reading", "stances", "summary"]
    counted = [step.answered for step in found if step.answered]
    assert counted[-1][0] == counted[-1][1] > 0


def test_stances_come_target_by_target_and_nothing_is_asked_twice(analyzer, monkeypatch):
    asked = []
    classify = analyzer.classifier.classify
    monkeypatch.setattr(
        analyzer.classifier, "classify", lambda queries, *rest: asked.extend(queries) or classify(queries, *rest)
    )
    targets = ["the new law", "the rain", "Albert Einstein"]
    found = list(steps(lambda: analyzer, Wanted(Article(SPEECHES), targets), threading.Event()))
    come = [step.session.stated for step in found if step.session and step.name != "done" and not step.draft]
    assert [analysis.targets for analysis in come] == [("the new law",), ("the new law", "the rain"), tuple(targets)]
    whole = found[-1].session.stated
    for analysis in come:
        assert list(analysis.stances) == [s for s in whole.stances if s.target in analysis.targets]
    assert len(asked) == len(set(asked))
    assert whole.seconds["stances"] >= come[0].seconds["stances"] > 0


def test_a_threshold_is_taken(analyzer):
    (*_, last) = steps(
        lambda: analyzer, Wanted(Article(SPEECHES), ["the new law"], threshold=0.99999), threading.Event()
    )
    assert {s.label for s in last.session.analysis.stances} == {"neutral"}
    assert last.session.threshold == 0.99999


def test_a_failing_summarizer_loses_no_stance(analyzer):
    mine = Analyzer(analyzer.profile, analyzer.annotator, analyzer.classifier, Broken())
    (*_, last) = steps(lambda: mine, WANTED, threading.Event())
    assert last.session.analysis.stances
    assert "No summary: it cannot write" in last.session.analysis.notes


def test_a_stop_is_heard_between_two_batches_of_the_stance_model(analyzer, monkeypatch):
    """A long article is not judged to its end once nobody wants it."""
    stop, batches = threading.Event(), []
    pairs = analyzer.classifier.pairs
    run = pairs._run

    def slow(inputs):
        batches.append(len(inputs["input_ids"]))
        time.sleep(0.2)
        return run(inputs)

    monkeypatch.setattr(pairs, "_run", slow)
    monkeypatch.setattr(pairs, "_tokens_per_batch", 1)
    text = " ".join(f"Marie Curie praised law number {i}." for i in range(30))
    with pytest.raises(Stopped):
        for step in steps(lambda: analyzer, Wanted(Article(text), ["the new law"]), stop):
            if step.answered:
                stop.set()
    time.sleep(0.5)  # the batch that runs ends; no other begins
    assert len(batches) <= 3


@pytest.fixture
def weights_are_here(monkeypatch):
    monkeypatch.setattr("newstance.service.page.loaded.state_of", lambda source: (True, "there"))


def test_profiles_are_loaded_when_they_are_asked_for_and_two_are_kept(analyzer, monkeypatch, weights_are_here):
    made = []

    def from_profile(profile):
        made.append(profile.name)
        return Analyzer(profile, analyzer.annotator, analyzer.classifier)

    monkeypatch.setattr(Analyzer, "from_profile", from_profile)
    analyzers = Analyzers(analyzer)
    assert analyzers.default == "tiny"
    assert analyzers.names() == ["tiny", "embedded", "hub-base", "hub-large"]
    assert analyzers.get("tiny") is analyzer
    first = analyzers.get("hub-base")
    assert analyzers.get("hub-base") is first
    assert analyzers.is_loaded("tiny")
    analyzers.get("tiny")
    analyzers.get("embedded")
    assert [name for name in analyzers.names() if analyzers.is_loaded(name)] == ["tiny", "embedded"]
    assert made == ["hub-base", "embedded"]


def test_who_waits_for_another_profile_keeps_nobody_else_waiting(analyzer, monkeypatch, weights_are_here):
    begun, go_on = threading.Event(), threading.Event()
    made = []

    def from_profile(profile):
        made.append(profile.name)
        if profile.name == "hub-large":
            begun.set()
            go_on.wait(10)
        return Analyzer(profile, analyzer.annotator, analyzer.classifier)

    monkeypatch.setattr(Analyzer, "from_profile", from_profile)
    analyzers = Analyzers(analyzer)
    with ThreadPoolExecutor() as pool:
        try:
            slow = [pool.submit(analyzers.get, "hub-large") for _ in range(2)]
            assert begun.wait(10)
            assert pool.submit(analyzers.get, "tiny").result(5) is analyzer
            assert pool.submit(analyzers.get, "hub-base").result(5).profile.name == "hub-base"
            assert not any(one.done() for one in slow)
        finally:
            go_on.set()
    assert slow[0].result() is slow[1].result()
    assert made == ["hub-large", "hub-base"]


def test_the_profile_of_the_page_is_never_loaded_again(analyzer, monkeypatch, weights_are_here):
    monkeypatch.setattr(
        Analyzer, "from_profile", lambda profile: Analyzer(profile, analyzer.annotator, analyzer.classifier)
    )
    analyzers = Analyzers(analyzer)
    for name in ("embedded", "hub-base", "hub-large"):
        analyzers.get(name)
    assert analyzers.is_loaded("tiny")
    assert analyzers.get("tiny") is analyzer


def test_profiles_without_weights_say_so_and_paths_are_not_taken(analyzer, tmp_path):
    analyzers = Analyzers(analyzer)
    assert ("hub-base (weights not on this machine)", "hub-base") in analyzers.choices()
    assert ("tiny", "tiny") in analyzers.choices()
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine")
    with pytest.raises(InputError, match="choose from tiny, embedded"):
        analyzers.get(str(file))


def test_missing_weights_are_told_and_not_fetched(analyzer, monkeypatch):
    monkeypatch.setattr(Analyzer, "from_profile", lambda profile: pytest.fail("a reader has it load them"))
    with pytest.raises(WeightsNotFoundError, match="newstance setup --profile hub-base"):
        list(steps(lambda: Analyzers(analyzer).get("hub-base"), WANTED, threading.Event()))


@pytest.mark.parametrize(
    ("title", "stem"),
    [("", "analysis"), ("../../etc/passwd", "etc-passwd"), ("Čína: “No”", "cina-no"), ("日本", "analysis")],
)
def test_file_names_come_from_the_headline_and_hold_no_paths(title, stem):
    assert downloads.file_stem(title) == stem


def test_files_of_other_programs_are_written_where_somebody_takes_a_side(tmp_path):
    written = downloads.write(ANALYSIS, tmp_path)
    assert list(written) == list(downloads.WORDS)
    assert len({path.name for path in written.values()}) == 8
    assert len(read_dna(written["dna"])) == len(read_qdpx(written["qdpx"])) == 5
    none = downloads.write(replace(ANALYSIS, stances=()), tmp_path)
    assert set(downloads.WORDS) - set(none) == {"graphml"}
