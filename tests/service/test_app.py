"""The page: its HTML, what its controls do, and that Gradio can run it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from newstance.models import StanceClassifier
from newstance.service import Actor, Analyzer, Article, Evidence, Mention, Stance, page_html
from newstance.service.analysis import Analysis, Source, Summary, SummarySentence

app = pytest.importorskip("newstance.service.app", reason="the page needs Gradio")

TEXT = "The mayor praised the plan. Unions condemned it.\n\nNobody else spoke."
MAYOR = Actor("the mayor", "person", ("she",), (Mention(4, 9, "mayor"),))
UNIONS = Actor("Unions", "group", (), (Mention(28, 34, "Unions"),))
EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"

SPEECHES = "Marie Curie praised the new law. Albert Einstein condemned the new law. It rained all day on Monday."


def evidence(start, end, label="favor", probability=0.9, text=TEXT, **named):
    return Evidence(start, end, text[start:end], label, probability, **named)


def stance(actor, target="the plan", label="favor", found=(), note=""):
    rest = 0.1 if label != "neutral" else 0.3
    probabilities = {"favor": rest, "against": rest / 2, "neutral": rest / 2}
    probabilities[label] = 1 - sum(p for other, p in probabilities.items() if other != label)
    return Stance(actor, target, label, probabilities[label], probabilities, tuple(found), note)


def analysis(*stances, text=TEXT, title="A plan", summary=None, **named):
    actors = tuple(dict.fromkeys(s.actor for s in stances))
    targets = tuple(dict.fromkeys(s.target for s in stances))
    return Analysis(Article(text, title), summary, actors, targets, stances, **named)


BOTH = analysis(
    stance(MAYOR, found=[evidence(0, 27)]),
    stance(UNIONS, label="against", found=[evidence(28, 48, "against", 0.8, speaker="Unions")]),
)


# The board


def test_board_tells_stances_by_sign_and_word_and_counts_evidence():
    html = page_html.board(BOTH)
    assert "+ in favor" in html
    assert "− against" in html
    assert html.count("1 passage</span>") == 2
    assert 'aria-label="the mayor on the plan: in favor, 90%, 1 passage; show the evidence"' in html


def test_cells_without_evidence_say_so_and_cannot_be_clicked():
    html = page_html.board(analysis(stance(MAYOR, label="neutral", note="no stance found: nothing shows one")))
    assert "no stance found</span>" in html
    assert "data-cell" not in html
    assert "no actor taking a side" in html


def test_other_reasons_for_neutral_are_given():
    html = page_html.board(analysis(stance(MAYOR, label="neutral", note="actor and target are the same")))
    assert "actor and target are the same</span>" in html


def test_neutral_with_evidence_says_where_it_leans():
    html = page_html.board(analysis(stance(MAYOR, label="neutral", found=[evidence(0, 27, probability=0.4)])))
    assert "· neutral, leans in favor" in html
    assert "30%" in html


def test_board_has_a_column_for_each_target_and_marks_the_chosen_cell():
    three = analysis(
        *(stance(MAYOR, target, found=[evidence(0, 27)]) for target in ("the plan", "Rome", "the law")),
        stance(UNIONS, "the plan", "neutral"),
    )
    html = page_html.board(three, chosen=1)
    assert [html.count(f'scope="col">{head}<') for head in ("Actor", "the plan", "Rome", "the law")] == [1] * 4
    assert html.count('aria-pressed="true"') == 1
    assert 'data-cell="1" aria-pressed="true"' in html
    assert html.count("not asked") == 2


def test_board_of_an_empty_analysis_shows_its_notes():
    html = page_html.board(analysis(notes=("No actors were found in this article.",)))
    assert "No actors were found" in html
    assert "<table" not in html


def test_strongest_prefers_a_side_over_a_sure_neutral():
    neutral = stance(MAYOR, "Rome", "neutral", found=[evidence(0, 27)])
    weak = replace(stance(MAYOR, found=[evidence(0, 27)]), probability=0.51)
    assert page_html.strongest(analysis(neutral, weak)) == 1
    assert page_html.strongest(analysis(neutral)) == 0
    assert page_html.strongest(analysis(stance(MAYOR, label="neutral"))) is None


# The evidence


def test_drawer_shows_passages_with_speaker_and_the_article_with_them_highlighted():
    html = page_html.drawer(BOTH, 1)
    assert "Unions on the plan" in html
    assert "− Against" in html
    assert "+ In favor" not in html
    assert "Unions’s words, 80% against" in html
    assert '<sup id="ns-passage-1">−1</sup>Unions condemned it.</mark>' in html
    assert "The mayor praised the plan. <mark" in html
    assert "Nobody else spoke." in html


def test_drawer_says_what_was_cut_off_and_why_it_is_neutral():
    found = stance(MAYOR, label="neutral", found=[evidence(0, 27, truncated=True)], note="leans favor (0.40)")
    html = page_html.drawer(analysis(found), 0)
    assert "the model read only its beginning" in html
    assert "Leans favor (0.40)." in html


@pytest.mark.parametrize("index", [None, -1, 2])
def test_drawer_without_a_stance_shows_the_article(index):
    html = page_html.drawer(BOTH, index)
    assert "Nobody else spoke." in html
    assert "<mark" not in html


def test_overlapping_passages_both_show():
    both = [evidence(0, 20), evidence(10, 27, "against", 0.7)]
    html = page_html.article(Article(TEXT), both)
    assert html.count("<mark") == 3
    assert '<mark class="ns-favor" title="passage 1: in favor 90%"><sup id="ns-passage-1">+1</sup>The mayor</mark>' in (
        html.replace(" </mark>", "</mark>")
    )
    assert 'class="ns-against ns-favor ns-many" title="passage 1: in favor 90%; passage 2: against 70%"' in html
    assert [html.count(f'id="ns-passage-{n}"') for n in (1, 2)] == [1, 1]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [(0, 10, ())]),
        ([(2, 4)], [(0, 2, ()), (2, 4, (0,)), (4, 10, ())]),
        ([(0, 10), (3, 5)], [(0, 3, (0,)), (3, 5, (0, 1)), (5, 10, (0,))]),
        ([(2, 6), (4, 8)], [(0, 2, ()), (2, 4, (0,)), (4, 6, (0, 1)), (6, 8, (1,)), (8, 10, ())]),
        ([(5, 5)], [(0, 10, ())]),
        ([(-3, 2), (8, 99)], [(0, 2, (0,)), (2, 8, ()), (8, 10, (1,))]),
    ],
)
def test_segments(spans, expected):
    assert page_html.segments(10, spans) == expected


def test_segments_of_an_empty_text():
    assert page_html.segments(0, [(0, 3)]) == []


# The summary


def test_summary_shows_support_sources_and_replacements():
    sentences = (
        SummarySentence("The mayor likes it.", (Source(0, 27, TEXT[:27]),), 0.75),
        SummarySentence(TEXT[28:48], (Source(28, 48, TEXT[28:48]),), 1.0, "Unions paid 7 dollars.", ("7",)),
        SummarySentence("Paris fell.", (), 0.5, None, ("Paris",)),
    )
    html = page_html.summary(Summary(sentences, "tiny", dropped=("Rome fell.",)), "A plan")
    assert "75% of its words found" in html
    assert "<blockquote>The mayor praised the plan.</blockquote>" in html
    assert "the article’s own words" in html
    assert "(not in the article: 7): <s>Unions paid 7 dollars.</s>" in html
    assert "! not in the article: Paris" in html
    assert "1 sentence was left out: the article does not support it" in html


def test_summary_states():
    assert "Being written" in page_html.summary(None, pending=True)
    assert "Draft, not yet held against the article" in page_html.summary(None, draft="So", pending=True)
    assert "No summary was made" in page_html.summary(None)
    assert "as short as its summary" in page_html.summary(Summary((), "tiny", unchanged=True))
    assert "Nothing that the model wrote" in page_html.summary(Summary((), "tiny"))


# Nothing from outside is HTML


def test_everything_from_outside_is_escaped():
    text = f"{EVIL} spoke."
    actor = Actor(EVIL, "person", (EVIL,), (Mention(0, 3, "<sc"),))
    item = evidence(0, len(text), text=text, speaker=EVIL)
    sentence = SummarySentence(EVIL, (Source(0, len(text), text),), 0.5, EVIL, (EVIL,))
    weak = SummarySentence(EVIL, (), 0.5, None, (EVIL,))
    found = analysis(
        stance(actor, EVIL, found=[item], note=EVIL),
        stance(actor, f"2{EVIL}", "neutral", note=EVIL),
        text=text,
        title=EVIL,
        summary=Summary((sentence, weak), EVIL, dropped=(EVIL,)),
        notes=(EVIL,),
    )
    parts = [
        page_html.board(found),
        page_html.drawer(found, 0),
        page_html.drawer(found, None),
        page_html.summary(found.summary, EVIL),
        page_html.summary(None, EVIL, EVIL, pending=True),
        page_html.problem(EVIL),
        page_html.models({EVIL: EVIL}),
        page_html.status("done", {EVIL: 1.0}),
    ]
    for html in parts:
        assert "&lt;script&gt;" in html
        assert "<script" not in html
        assert "<img" not in html
        assert (
            '"><' not in html.replace('&quot;"><', "").replace('"><sup', "").replace('"><button', "")
            or EVIL not in html
        )


def test_status_names_the_step_and_the_end():
    html = page_html.status("stances")
    assert "✓ Read the article" in html
    assert 'aria-current="step">Judge stances…' in html
    assert "Done in 3 s (reading 1.0 s, stances 2.0 s)." in page_html.status("done", {"reading": 1, "stances": 2})


@pytest.mark.parametrize(("share", "words"), [(0, "0%"), (0.001, "<1%"), (0.934, "93%"), (0.999, ">99%")])
def test_percent_claims_no_certainty(share, words):
    assert page_html.percent(share) == words


# What the controls do


class Stuck:
    """A summarizer that writes on until somebody stops it."""

    def __init__(self):
        self.was_stopped = threading.Event()

    def summarize(self, text, *, sentences=None, words=None, on_text=None):
        try:
            while True:
                on_text("and ")
                time.sleep(0.01)
        except app.Stopped:
            self.was_stopped.set()
            raise


class Broken:
    """A summarizer with a fault."""

    def summarize(self, text, **_):
        raise ZeroDivisionError(text)


@pytest.fixture
def with_summarizer(analyzer):
    def make(summarizer):
        classifier: StanceClassifier = analyzer.classifier
        return Analyzer(analyzer.profile, analyzer.annotator, classifier, summarizer)

    return make


@pytest.fixture
def page(analyzer):
    return app.Page(analyzer)


def run(page, text=SPEECHES, title="", topic="", targets=("the new law",), sentences=1):
    return list(page.analyse(text, title, topic, list(targets), sentences))


def test_steps_give_stances_before_the_summary(analyzer):
    found = list(app.steps(analyzer, Article(SPEECHES), ["the new law"]))
    assert [step.name for step in found if not step.draft] == ["reading", "stances", "summary", "done"]
    first = found[2].analysis
    assert first.summary is None
    assert {s.actor.name: s.label for s in first.stances} == {"Marie Curie": "favor", "Albert Einstein": "against"}
    last = found[-1].analysis
    assert last.summary.text.startswith("Marie Curie praised")
    assert last.stances == first.stances
    assert list(last.seconds) == ["reading", "stances", "summary"]


def test_a_run_fills_the_page_step_by_step(page, tmp_path):
    views, saved = [], {}
    for view in page.analyse(SPEECHES, "Two minds", "", ["the new law"], 1):
        views.append(view)
        for kind in ("json", "markdown"):
            path = (getattr(view, kind) or {}).get("value")
            saved[kind] = open(path, encoding="utf-8").read() if path else saved.get(kind)  # noqa: PTH123, SIM115
    boards = [view.board for view in views if isinstance(view.board, str) and view.board]
    assert len(boards) == 1
    assert "− against" in boards[0]
    assert "Two minds" in views[-1].summary
    assert "words found" in views[-1].summary
    assert "Done in" in views[-1].status
    assert views[0].cancel["interactive"]
    assert views[-1].analyse["interactive"]
    assert not views[-1].cancel["interactive"]
    assert json.loads(saved["json"])["summary"]["text"]
    assert saved["markdown"].startswith("# Two minds")
    assert "two-minds.json" in views[-1].json["value"]
    assert page._stops == {}
    # A click on a cell opens its evidence; nonsense opens none.
    found = views[-1].analysis
    cell = next(i for i, s in enumerate(found.stances) if s.label == "against")
    click = SimpleNamespace(_data={"cell": cell})
    assert "Albert Einstein on the new law" in page.choose(found, click)
    for data in ({"cell": "1"}, {}, None):
        assert "No passage shows a stance" in page.choose(found, SimpleNamespace(_data=data))
    assert page.choose(None, click) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "The article is empty"),
        ({"text": None}, "The article is empty"),
        ({"text": "a " * 100_000}, "at most 100,000"),
        ({"targets": ["?!"]}, "names nothing"),
        ({"topic": "nowhere"}, "no shipped topics file is named nowhere"),
    ],
)
def test_bad_input_is_explained_and_the_page_is_ready_again(page, changes, words):
    last = run(page, **changes)[-1]
    assert 'role="alert"' in last.status
    assert words.lower() in last.status.lower()
    assert "Traceback" not in last.status
    assert last.analyse["interactive"]


def test_blank_targets_count_as_none(page):
    last = run(page, targets=["  ", ""])[-1]
    assert last.analysis.targets


def test_a_fault_inside_keeps_the_stances_and_logs_no_text(with_summarizer, caplog):
    views = run(app.Page(with_summarizer(Broken())))
    assert any(isinstance(view.board, str) and "+ in favor" in view.board for view in views)
    assert "ZeroDivisionError" in views[-1].status
    assert "No summary was made" in views[-1].summary
    assert views[-1].analyse["interactive"]
    assert "ZeroDivisionError" in caplog.text
    assert "Marie" not in caplog.text


def test_cancel_stops_the_work_and_keeps_what_was_found(with_summarizer):
    stuck = Stuck()
    page = app.Page(with_summarizer(stuck))
    found = None
    for view in page.analyse(SPEECHES, "", "", ["the new law"], 1):
        if isinstance(view.analysis, Analysis):
            found = view.analysis
        if isinstance(view.summary, str) and "and and" in view.summary:
            begin = time.perf_counter()
            cancelled = page.cancel(found)
        last = view
    assert time.perf_counter() - begin < 2
    assert stuck.was_stopped.wait(2)
    assert "Stopped." in last.status
    assert last == cancelled
    assert last.analyse["interactive"]
    assert page._stops == {}


def test_a_reader_who_leaves_stops_only_the_own_run(with_summarizer):
    stuck = Stuck()
    page = app.Page(with_summarizer(stuck))
    mine, other = SimpleNamespace(session_hash="mine"), SimpleNamespace(session_hash="other")
    views = page.analyse(SPEECHES, "", "", ["the new law"], 1, mine)
    next(views)
    page.leave(other)
    page.leave(None)
    assert not page._stops["mine"].is_set()
    page.leave(mine)
    assert "Stopped." in list(views)[-1].status


def test_a_reader_who_drops_the_run_stops_the_work(with_summarizer):
    stuck = Stuck()
    views = app.Page(with_summarizer(stuck)).analyse(SPEECHES, "", "", ["the new law"], 1)
    for view in views:
        if isinstance(view.summary, str) and "and and" in view.summary:
            break
    views.close()
    assert stuck.was_stopped.wait(2)


def test_an_uploaded_file_fills_the_form_and_is_deleted(page, tmp_path):
    file = tmp_path / "news.md"
    file.write_text("# A headline\n\nSome words.")
    assert page.take_file(str(file))[:2] == ("A headline", "Some words.")
    assert not file.exists()


def test_a_bad_file_is_explained_without_its_place_on_the_server(page, tmp_path):
    file = tmp_path / "news.txt"
    file.write_bytes(b"\xff\xfe\x00")
    *_, status = page.take_file(str(file))
    assert "News.txt is not UTF-8 text" in status
    assert str(tmp_path) not in status


def test_a_topic_brings_its_targets_and_leaves_the_own():
    page = app.Page(None)
    targets, _ = page.take_topic("ukraine-war", ["the ban", "fossil fuels"])
    assert targets["value"][-1] == "the ban"
    assert "fossil fuels" not in targets["value"]
    assert "Ukraine" in targets["value"]
    assert page.take_topic("", targets["value"])[0]["value"] == ["the ban"]


@pytest.mark.parametrize(
    ("title", "stem"),
    [("", "analysis"), ("../../etc/passwd", "etc-passwd"), ("Čína: “No”", "cina-no"), ("日本", "analysis")],
)
def test_file_names_come_from_the_headline_and_hold_no_paths(title, stem):
    assert app._stem(title) == stem


# Gradio runs it


def test_the_page_runs_through_gradio(analyzer):
    from gradio_client import Client

    blocks = app.build(analyzer)
    assert not blocks.analytics_enabled
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, footer_links=[], run_history=False, **app.look())
    try:
        client = Client(url, verbose=False, analytics_enabled=False)
        named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
        assert list(named) == ["/analyse"]
        job = client.submit(SPEECHES, "Two minds", "", ["the new law"], 2, api_name="/analyse")
        status, summary, _, _, *files = job.result(timeout=60)
        assert "Done in" in status
        assert "Two minds" in summary
        assert any("two-minds.json" in str(file) for file in files)
        boards = [output[2] for output in job.outputs() if isinstance(output[2], str) and output[2]]
        assert len(boards) == 1
        assert "+ in favor" in boards[0]
    finally:
        blocks.close()


def test_serve_says_when_the_port_is_taken(analyzer, monkeypatch):
    import socket

    monkeypatch.setattr(app.Analyzer, "from_profile", lambda profile: analyzer)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(app.InputError, match=f"port {port} on 127.0.0.1 cannot be used; choose another by --port"):
            app.serve("tiny", "127.0.0.1", port)
