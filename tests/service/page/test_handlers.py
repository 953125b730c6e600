"""What the page's controls do, without a browser; and that Gradio can run them."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import gradio
import pytest

from newstance.models.errors import FetchError
from newstance.models.hearing import Stopped
from newstance.service import Analyzer, Article, Profile
from newstance.service.page import build, look
from newstance.service.page.article_view import Found
from newstance.service.page.handlers import Form, Handlers, samples
from newstance.service.page.loaded import Analyzers

SPEECHES = "Marie Curie praised the new law. Albert Einstein condemned the new law. It rained all day on Monday."
FORM = Form("", "", SPEECHES, "", "", "", ["the new law"], "tiny", 1, 0.5)


class Stuck:
    """A summarizer that writes on until somebody stops it."""

    def __init__(self):
        self.was_stopped = threading.Event()

    def summarize(self, text, *, sentences=None, words=None, on_text=None):
        try:
            while True:
                on_text("and ")
                time.sleep(0.01)
        except Stopped:
            self.was_stopped.set()
            raise


class Broken:
    """A summarizer with a fault."""

    def summarize(self, text, **_):
        raise ZeroDivisionError(text)


@pytest.fixture
def with_summarizer(analyzer):
    def make(summarizer):
        return Handlers(Analyzers(Analyzer(analyzer.profile, analyzer.annotator, analyzer.classifier, summarizer)))

    return make


@pytest.fixture
def handlers(analyzer):
    return Handlers(Analyzers(analyzer))


def run(handlers, **changes):
    return list(handlers.analyse(*FORM._replace(**changes)))


def is_given(value):
    return isinstance(value, str) and value


@pytest.fixture
def found(handlers) -> Found:
    return run(handlers, title="Two minds")[-1].found


# The run


def test_a_run_fills_the_page_step_by_step(handlers):
    views, saved = [], {}
    for view in handlers.analyse(*FORM._replace(title="Two minds", source="daily.example", date="2024-05-01")):
        views.append(view)
        for kind in ("json", "csv", "markdown", "html"):
            path = (getattr(view, kind) or {}).get("value")
            if path:
                saved[kind] = Path(path).read_text(encoding="utf-8")
    boards = [view.board for view in views if is_given(view.board)]
    assert len(boards) == 2  # its place, and the board
    assert "ns-pending" in boards[0]
    assert "− against" in boards[1]
    assert "Two minds" in views[-1].summary
    assert "daily.example · 2024-05-01" in views[-1].summary
    assert "Each sentence was held against the article" in views[-1].summary
    assert "Done in" in views[-1].status
    assert "Models that ran" in views[-1].models
    assert views[0].cancel["interactive"]
    assert views[-1].analyse["interactive"]
    assert not views[-1].cancel["interactive"]
    assert views[-1].tools["visible"]
    assert json.loads(saved["json"])["summary"]["text"]
    assert saved["markdown"].startswith("# Two minds")
    assert "Albert Einstein" in saved["csv"]
    assert saved["html"].startswith("<!doctype html>")
    assert "two-minds.json" in views[-1].json["value"]
    assert handlers._stops == {}


def test_a_click_on_a_cell_opens_its_evidence_and_nonsense_opens_none(handlers, found):
    cell = next(i for i, s in enumerate(found.analysis.stances) if s.label == "against")
    click = SimpleNamespace(_data={"cell": cell})
    assert "Albert Einstein on the new law" in handlers.choose(found, click)
    for data in ({"cell": "1"}, {}, None):
        assert "No passage shows a stance" in handlers.choose(found, SimpleNamespace(_data=data))
    assert "Sources of sentence 1" in handlers.show_sources(found, SimpleNamespace(_data={"sentence": 0}))
    assert "update" in str(handlers.show_sources(found, SimpleNamespace(_data={"sentence": "x"})))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "The article is empty"),
        ({"text": None}, "The article is empty"),
        ({"text": "", "url": "https://daily.example"}, "press Fetch, then Analyse"),
        ({"text": "a " * 100_000}, "at most 100,000"),
        ({"targets": ["?!"]}, "names nothing"),
        ({"topic": "../topics/ukraine-war"}, "there is no topic"),
        ({"profile": "../profiles/embedded"}, "there is no profile"),
        ({"profile": "hub-base"}, "hub-base"),
    ],
)
def test_bad_input_is_explained_and_the_page_is_ready_again(handlers, changes, words, monkeypatch):
    last = run(handlers, **changes)[-1]
    assert 'role="alert"' in last.status
    assert words.lower() in last.status.lower() or "MoritzLaurer" in last.status
    assert "Traceback" not in last.status
    assert last.analyse["interactive"]


def test_blank_targets_count_as_none(handlers):
    assert run(handlers, targets=["  ", ""])[-1].found.analysis.targets


def test_a_fault_inside_keeps_the_stances_and_logs_no_text(with_summarizer, caplog):
    views = run(with_summarizer(Broken()))
    assert any("+ in favor" in view.board for view in views if is_given(view.board))
    assert "ZeroDivisionError" in views[-1].status
    assert "No summary was made" in views[-1].summary
    assert views[-1].tools["visible"]
    assert views[-1].analyse["interactive"]
    assert "ZeroDivisionError" in caplog.text
    assert "Marie" not in caplog.text


def test_cancel_stops_the_work_and_keeps_what_was_found(with_summarizer):
    stuck = Stuck()
    handlers = with_summarizer(stuck)
    found = None
    for view in handlers.analyse(*FORM):
        if isinstance(view.found, Found):
            found = view.found
        if is_given(view.summary) and "and and" in view.summary:
            begin = time.perf_counter()
            cancelled = handlers.cancel(found)
        last = view
    assert time.perf_counter() - begin < 2
    assert stuck.was_stopped.wait(2)
    assert "Stopped." in last.status
    assert last == cancelled
    assert last.analyse["interactive"]
    assert handlers._stops == {}


def test_a_reader_who_leaves_stops_only_the_own_run(with_summarizer):
    handlers = with_summarizer(Stuck())
    mine, other = SimpleNamespace(session_hash="mine"), SimpleNamespace(session_hash="other")
    views = handlers.analyse(*FORM, mine)
    next(views)
    handlers.leave(other)
    handlers.leave(None)
    assert not handlers._stops["mine"].is_set()
    handlers.leave(mine)
    assert "Stopped." in list(views)[-1].status


def test_a_new_run_ends_the_readers_earlier_one_which_is_silent_from_then_on(with_summarizer):
    stuck = Stuck()
    handlers = with_summarizer(stuck)
    mine, other = SimpleNamespace(session_hash="mine"), SimpleNamespace(session_hash="other")
    others = handlers.analyse(*FORM, other)
    next(others)
    first = handlers.analyse(*FORM, mine)
    while not (is_given(view := next(first).summary) and "and and" in view):
        pass
    second = handlers.analyse(*FORM, mine)
    next(second)
    assert stuck.was_stopped.wait(2)
    assert list(first) == []
    assert not handlers._stops["mine"].is_set()
    assert not handlers._stops["other"].is_set()
    third = list(handlers.analyse(*FORM._replace(text=""), mine))  # is over before the second hears of it
    assert list(second) == []
    assert "The article is empty" in third[-1].status


def test_a_reader_who_drops_the_run_stops_the_work(with_summarizer):
    stuck = Stuck()
    views = with_summarizer(stuck).analyse(*FORM)
    for view in views:
        if is_given(view.summary) and "and and" in view.summary:
            break
    views.close()
    assert stuck.was_stopped.wait(2)


# Corrections


def names_of(view):
    return [name for _, name in view.actors["choices"]]


def test_merging_recomputes_without_asking_the_model_again_and_can_be_undone(handlers, found, monkeypatch):
    *_, merged = handlers.corrections.merge(found, ["Marie Curie", "Albert Einstein"], "Marie Curie")
    assert names_of(merged) == ["Marie Curie"]
    assert '<p class="ns-hint" role="status">Merged Marie Curie and Albert Einstein.' in merged.edited
    assert merged.undo["visible"]
    assert merged.found.analysis.summary == found.analysis.summary
    assert json.loads(merged.found.analysis.to_json())["actors"][0]["name"] == "Marie Curie"

    def never(*_):
        raise AssertionError("the model was asked again")

    monkeypatch.setattr(handlers._analyzers.get("tiny").classifier, "classify", never)
    *_, undone = handlers.corrections.undo(merged.found)
    assert sorted(names_of(undone)) == ["Albert Einstein", "Marie Curie"]
    assert not undone.undo["visible"]
    *_, strict = handlers.corrections.decide(undone.found, 0.9999)
    assert {s.label for s in strict.found.analysis.stances} == {"neutral"}
    *_, usual = handlers.corrections.decide(strict.found, 0.5)
    assert {s.label for s in usual.found.analysis.stances} == {"favor", "against"}


def test_renaming_and_what_is_wrong_with_it(handlers, found):
    *_, renamed = handlers.corrections.rename(found, ["Marie Curie"], "Madame Curie")
    assert "Madame Curie" in renamed.board
    assert "Madame Curie" in names_of(renamed)
    for names, new, words in (
        (["Marie Curie"], " ", "new name is empty"),
        (["Marie Curie"], "Albert Einstein", "another actor"),
        ([], "X", "Choose one actor"),
    ):
        *_, wrong = handlers.corrections.rename(found, names, new)
        assert words in wrong.edited
        assert 'role="alert"' in wrong.edited
        assert not isinstance(wrong.found, Found)


def test_splitting_off_a_form(handlers):
    text = "Marie Curie praised the new law. Curie condemned the new law."
    found = run(handlers, text=text)[-1].found
    assert [actor.name for actor in found.analysis.actors] == ["Marie Curie"]
    choice = handlers.corrections.take_actors(found, ["Marie Curie"])
    assert choice.forms["choices"] == ["Curie", "Marie Curie"] or choice.forms["choices"]
    *_, split = handlers.corrections.split(found, ["Marie Curie"], ["Curie"])
    assert sorted(names_of(split)) == ["Curie", "Marie Curie"]


def test_the_controls_follow_the_actors_that_are_chosen(handlers, found):
    none = handlers.corrections.take_actors(found, [])
    assert (none.one["visible"], none.several["visible"]) == (False, False)
    one = handlers.corrections.take_actors(found, ["Marie Curie"])
    assert (one.one["visible"], one.several["visible"]) == (True, False)
    assert one.name["value"] == "Marie Curie"
    assert not one.forms["visible"]  # the article has one name for her
    two = handlers.corrections.take_actors(found, ["Marie Curie", "Albert Einstein"])
    assert (two.one["visible"], two.several["visible"]) == (False, True)
    assert "Marie Curie and Albert Einstein become one actor" in two.hint


def test_a_click_on_results_that_are_no_longer_kept_says_what_to_do(handlers):
    """Gradio forgets them after an hour; the page shows them for as long as it is open."""
    edits = handlers.corrections
    said = [
        handlers.choose(None, SimpleNamespace(_data={"cell": 0})),
        handlers.show_sources(None, SimpleNamespace(_data={"sentence": 0})),
        edits.take_actors(None, ["Marie Curie"]).hint,
        *(view.edited for view in edits.merge(None, ["Marie Curie", "Albert Einstein"], None)),
        *(view.edited for view in edits.rename(None, ["Marie Curie"], "Madame Curie")),
        *(view.edited for view in edits.split(None, ["Marie Curie"], ["Curie"])),
        *(view.edited for view in edits.undo(None)),
        *(view.status for view in edits.retarget(None, SimpleNamespace(_data={"targets": ["Rome"]}))),
    ]
    assert len(said) == 8
    for words in said:
        assert 'role="alert"' in words
        assert "esults are kept for an hour, and these are gone; press Analyse again." in words
    assert "ns-drawer" in said[0]  # which opens
    assert "Choose one actor" in edits.take_actors(None, []).hint
    assert list(edits.decide(None, 0.9)) == []  # its slider is there before any result


# The form


def test_an_uploaded_file_fills_the_form_and_is_deleted(handlers, upload_folder):
    file = upload_folder / "news.md"
    file.write_text("# A headline\n\nSome words.")
    title, text, source, _, origin, said = handlers.take_file(str(file))
    assert (title, text, source, origin) == ("A headline", "Some words.", "news.md", "")
    assert "Read news.md" in said
    assert not file.exists()


def test_a_bad_file_is_explained_without_its_place_on_the_server(handlers, upload_folder):
    file = upload_folder / "news.txt"
    file.write_bytes(b"\xff\xfe\x00")
    *_, said = handlers.take_file(str(file))
    assert "News.txt is not UTF-8 text" in said
    assert str(upload_folder) not in said


def test_a_page_is_fetched_and_its_problems_stand_beside_the_field(handlers, monkeypatch):
    page = Article("Some words.", "A headline", "Daily Example", "2024-05-01")
    monkeypatch.setattr(Article, "from_url", lambda url: page)
    first, last = handlers.fetch(" https://daily.example/1 ")
    assert "Fetching" in first[-1]
    assert last[:4] == (page.title, page.text, page.source, page.date)
    assert last[4] == " https://daily.example/1 "  # as the field has it, which the script compares it with
    assert '<p class="ns-hint" role="status">Fetched: 2 words.' in last[-1]

    def refuse(url):
        raise FetchError("the address is private; paste the text instead")

    monkeypatch.setattr(Article, "from_url", refuse)
    *_, refused = handlers.fetch("http://127.0.0.1")
    assert "The address is private; paste the text instead." in refused[-1]
    assert 'role="alert"' in refused[-1]


def test_a_topic_brings_its_targets_and_leaves_the_own(handlers):
    targets, _ = handlers.take_topic("ukraine-war", ["the ban", "fossil fuels"])
    assert targets["value"][-1] == "the ban"
    assert "fossil fuels" not in targets["value"]
    assert "Ukraine" in targets["value"]
    assert handlers.take_topic("", targets["value"])[0]["value"] == ["the ban"]


def test_a_profile_brings_its_threshold(handlers):
    threshold, said = handlers.take_profile("hub-base")
    assert threshold == Profile.load("hub-base").aggregation.threshold
    assert "loaded when you press Analyse" in said
    assert "there is no profile" in handlers.take_profile("nowhere")[1].lower()


def test_samples_fill_the_form():
    assert list(samples()) == ["summit", "harbour", "bridge"]  # the fullest board first
    for filled in samples().values():
        assert set(filled) < set(Form._fields)
        assert filled["origin"] == ""
        assert filled["text"]
    assert "Ukraine" in samples()["summit"]["targets"]


def test_the_script_has_the_fields_of_the_form_in_their_order():
    script = look()["head"]
    fields = script.split("const FIELDS = [")[1].split("]")[0]
    assert [field.strip(' "\n') for field in fields.split(",")] == list(Form._fields)


def test_nothing_of_the_page_is_offered_to_programs(analyzer):
    blocks = build(analyzer, more_tabs=[("More", lambda: gradio.Markdown("More to see"))], open_tab="More")
    tabs = next(block for block in blocks.blocks.values() if isinstance(block, gradio.Tabs))
    assert tabs.selected == "more"
    assert not blocks.analytics_enabled
    assert [f.api_name for f in blocks.fns.values() if f.api_visibility == "public"] == []
    assert any(getattr(block, "label", "") == "More" for block in blocks.blocks.values())
