import threading
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest

from newstance.models.errors import ModelError
from newstance.models.hearing import Stopped
from newstance.service import Analyzer, Article
from newstance.service.page.background import in_background
from newstance.service.page.compare_handlers import CompareHandlers
from newstance.service.page.compare_steps import Told, compare_articles
from newstance.service.page.loaded import Analyzers
from newstance.service.present.compare import chosen_articles, label_of

EVIL = "<b id='evil'>"
ONE = Article.from_text(f"Marie Curie praised the new law. {EVIL} Albert Einstein was there.", f"One {EVIL}")
TWO = Article.from_text("Albert Einstein was in Rome. Curie condemned the new law. Marie Curie went home.", "Two")
TARGETS = ["the new law"]


class Failing:
    """A summarizer that fails, or writes until it is stopped."""

    def __init__(self, usual, on=""):
        self._usual, self._on = usual, on

    def summarize(self, text, *, sentences=None, words=None, on_text=None):
        if self._on in text:
            raise ModelError("it cannot")
        return self._usual.summarize(text, sentences=sentences, words=words, on_text=on_text)


def event(**data):
    return SimpleNamespace(_data=data)


@pytest.fixture
def handlers(analyzer):
    return CompareHandlers(Analyzers(analyzer))


def last(views):
    """What the page shows in the end: the last value of each part."""
    shown = {}
    for view in views:
        shown |= {name: value for name, value in view._asdict().items() if value != gr.skip()}
    return shown


# A link


@pytest.mark.parametrize("packed", ["%%%", "[]", "{}", "[" * 100_000, '{"targets": ' * 100_000])
def test_a_link_that_holds_no_comparison_says_so(packed):
    articles, _, said, topic, targets = CompareHandlers(None).unpack(packed)
    assert "This link holds no comparison; copy it once more." in said
    assert articles == topic == targets == gr.skip()


# Work in the background


def test_what_work_tells_comes_in_order_and_its_error_last():
    def work(tell):
        tell(1)
        tell(2)
        raise ModelError("no")

    found = []
    with pytest.raises(ModelError, match="no"):
        for item in in_background(work):
            found.append(item)
    assert found == [1, 2]


def test_work_ends_once_nobody_listens():
    ended = threading.Event()

    def work(tell):
        try:
            while True:
                tell("more")
        except Stopped:
            ended.set()
            raise

    listening = in_background(work)
    next(listening)
    listening.close()
    assert ended.wait(5)


def test_stop_is_heard_while_the_work_is_silent():
    stop, free = threading.Event(), threading.Event()
    listening = in_background(lambda tell: (tell("begun"), free.wait(10)), stop)
    assert next(listening) == "begun"
    stop.set()
    with pytest.raises(Stopped):
        next(listening)
    free.set()


# The list of articles


def test_articles_are_added_once_and_five_at_the_most(handlers):
    articles, listed, said = handlers.add_sample("summit", [])
    assert articles[0].source == "sample:summit"
    assert 'data-remove="0"' in listed
    assert "already" in handlers.add_sample("summit", articles)[2]
    five = [Article.from_text(f"Text {i}") for i in range(5)]
    together, _, said = handlers._added(five, [ONE])
    assert together == five
    assert "5 articles are the most" in said


def test_a_sample_that_is_none_is_refused(handlers):
    assert "There is no sample" in handlers.add_sample("../../etc/passwd", [])[2]


def test_files_are_read_deleted_and_told_without_folders(handlers, upload_folder: Path):
    good, bad = upload_folder / "good.txt", upload_folder / "bad.txt"
    good.write_text("Marie Curie praised it.")
    bad.write_text(" ")
    articles, _, said = handlers.add_files([str(good), str(bad)], [])
    assert [a.source for a in articles] == ["good.txt"]
    assert "empty" in said
    assert str(upload_folder) not in said
    assert list(upload_folder.iterdir()) == []


def test_pasted_texts_and_private_addresses(handlers):
    *_, (articles, _, said, field) = handlers.add_text("Marie Curie praised it.", [])
    assert (articles[0].text, said, field) == ("Marie Curie praised it.", "", "")
    *_, (articles, _, said, _) = handlers.add_text("http://127.0.0.1/", [])
    assert articles == gr.skip()
    assert "ns-field-problem" in said


def test_removing_takes_the_one_that_was_clicked(handlers):
    assert handlers.remove([ONE, TWO], event(remove=0))[0] == [TWO]
    assert handlers.remove([ONE, TWO], event(remove="x"))[0] == [ONE, TWO]


def test_titles_are_never_html():
    assert "<b id" not in chosen_articles([ONE, TWO], 5)
    assert label_of(Article.from_text("x " * 200)).endswith("…")


# The run

needs_parser = pytest.mark.embedded


@needs_parser
def test_two_articles_side_by_side(handlers):
    shown = last(handlers.compare([ONE, TWO], "", TARGETS, 1))
    assert "Done: 2 of 2 articles" in shown["status"]
    assert shown["summaries"].count("ns-column") == 2
    assert "Marie Curie praised the new law." in shown["summaries"]
    assert "opposite sides" in shown["table"]
    assert "1 stance told the opposite way" in shown["table"]
    assert "<b id" not in shown["table"] + shown["summaries"] + shown["evidence"]
    assert shown["go"]["interactive"] and not shown["cancel"]["interactive"]
    cells = [
        (a, i) for a, analysis in enumerate(shown["compared"]) for i, s in enumerate(analysis.stances) if s.evidence
    ]
    for article, cell in cells:
        evidence = handlers.choose(shown["compared"], event(article=article, cell=cell))
        assert 'id="ns-compare-evidence"' in evidence
        assert 'href="#ns-compare-passage-1"' in evidence
    assert handlers.choose(shown["compared"], event(article=7, cell=0)) == gr.skip()


@needs_parser
def test_one_article_that_fails_loses_no_other(analyzer):
    profile = analyzer.profile.model_copy(
        update={"limits": analyzer.profile.limits.model_copy(update={"characters": 200})}
    )
    handlers = CompareHandlers(Analyzers(Analyzer(profile, analyzer.annotator, analyzer.classifier)))
    long = Article.from_text("It rained. " * 50, "Long")
    shown = last(handlers.compare([ONE, long, TWO], "", TARGETS, 1))
    assert "Done: 2 of 3 articles" in shown["status"]
    assert "at most 200" in shown["summaries"]
    assert ">A<" not in shown["table"].partition("</thead>")[0].replace('<th scope="col">A</th>', "")
    assert '<th scope="col">C</th>' in shown["table"]  # the letters stay those of the list
    assert "opposite sides" in shown["table"]


@needs_parser
def test_a_failing_summarizer_loses_no_stance(analyzer):
    mine = Analyzer(analyzer.profile, analyzer.annotator, analyzer.classifier, Failing(analyzer.summarizer, "Rome"))
    shown = last(CompareHandlers(Analyzers(mine)).compare([ONE, TWO], "", TARGETS, 1))
    assert "No summary: it cannot" in shown["summaries"]
    assert "opposite sides" in shown["table"]


@needs_parser
def test_stances_come_before_summaries_and_targets_are_shared(analyzer):
    told: list[Told] = []
    compare_articles(analyzer, [ONE, TWO], None, None, 1, told.append)
    found = [(t.article, t.analysis.summary is not None) for t in told if t.analysis]
    assert found == [(0, False), (1, False), (0, True), (1, True)]
    first, second = (t.analysis for t in told if t.analysis and t.analysis.summary)
    assert first.targets == second.targets
    assert first.targets


def test_one_article_or_an_unknown_topic_is_refused(handlers):
    assert "at least two" in last(handlers.compare([ONE], "", TARGETS, 1))["status"]
    assert "There is no topic" in last(handlers.compare([ONE, TWO], "../x", TARGETS, 1))["status"]


def test_what_is_no_longer_kept_is_told_and_nobody_is_blamed(handlers):
    gone = handlers.choose(None, event(article=0, cell=0))
    assert 'id="ns-compare-evidence"' in gone
    assert "kept for an hour, and these are gone; press Compare again" in gone
    assert "There are no articles here, as they are kept for a day" in last(handlers.compare([], "", [], 1))["status"]
    left, listed, said = handlers.remove([], event(remove=1))
    assert left == []
    assert "No article yet" in listed
    assert "as they are kept for a day" in said
    assert handlers.pack([], "", []) == ""


@needs_parser
def test_cancel_keeps_what_was_found(handlers):
    views = handlers.compare([ONE, TWO], "", TARGETS, 1)
    shown = {}
    for view in views:
        if view.table not in ("", gr.skip()):
            handlers.cancel()
        shown |= {name: value for name, value in view._asdict().items() if value != gr.skip()}
    assert "Stopped" in shown["status"]
    assert "ns-compared" in shown["table"]
