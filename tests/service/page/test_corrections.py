import re
import shutil
from types import SimpleNamespace

import gradio as gr
import pytest

from newstance.service import Actor, Analysis, Article, Mention, Stance
from newstance.service.corrections import CorrectionFile
from newstance.service.editing import Session
from newstance.service.page import build
from newstance.service.page.article_view import Found
from newstance.service.page.corrections_handlers import ANSWERS, CorrectionsHandlers
from newstance.service.reading.reading import Reading

TEXT = "Ingrid Solberg praised the plan. The mayor left. Vik spoke."


def actor(name, *spans, kind="person", weight=0.5):
    return Actor(name, kind, (), tuple(Mention(start, end, TEXT[start:end]) for start, end in spans), weight)


SOLBERG, VIK = actor("Ingrid Solberg", (0, 14), (33, 42)), actor("Vik", (49, 52), weight=0.3)
STANCES = tuple(
    Stance(one, "the plan", "neutral", 0.61, {"favor": 0.3, "against": 0.09, "neutral": 0.61}) for one in (SOLBERG, VIK)
)


@pytest.fixture
def found():
    article = Article(TEXT, "Harbour")
    analysis = Analysis(article, None, (SOLBERG, VIK), ("the plan",), STANCES, models={"stance": "bundled:x"})
    session = Session.of(Reading(article, None, (SOLBERG, VIK), (), (), None, ()), analysis)
    return Found(session, session, "embedded")


def event(**data):
    return SimpleNamespace(_data=data)


def asked_by(account):
    return SimpleNamespace(request=SimpleNamespace(state=SimpleNamespace(account=account)))


@pytest.fixture
def do():
    """Runs a handler; gives its rows and what it says."""

    def do(made):
        (kept,) = list(made)
        rows = None if kept.rows == gr.skip() else kept.rows
        return SimpleNamespace(rows=rows, said=re.sub("<[^>]+>", "", kept.said))

    return do


def test_a_click_tells_which_cell_it_is(found):
    handlers = CorrectionsHandlers(None)
    cell, told = handlers.take(found, event(cell=1))
    assert cell == 1 and "Vik toward the plan: the model says neutral, 0.61." in told
    for wrong in (event(cell=7), event(cell=-1), event(cell="1"), event()):
        assert handlers.take(found, wrong)[0] is None
    cell, gone = handlers.take(None, event(cell=0))
    assert cell is None and "these are gone; press Analyse again" in gone
    assert handlers.forget()[0] is None


def test_what_a_reader_says_goes_to_the_file_and_to_the_download(found, tmp_path, do):
    file = CorrectionFile(tmp_path / "all.jsonl")
    handlers = CorrectionsHandlers(file.path)
    made = handlers.keep(found, 0, "favor", " Ann  Lee", [])
    kept = next(made)
    download = CorrectionFile(shutil.copy(kept.file["value"], tmp_path / "download.jsonl"))
    assert list(made) == []
    assert kept.file["visible"] and file.read() == download.read() == kept.rows
    (row,) = kept.rows
    assert (row.text, row.holder, row.target, row.label, row.coder) == (
        TEXT, "Ingrid Solberg", "the plan", "favor", "Ann Lee",
    )  # fmt: skip
    assert (row.said, row.probability, row.model, row.title) == ("neutral", 0.61, "bundled:x", "Harbour")
    assert "Kept by Ann Lee: Ingrid Solberg toward the plan, favor. 1 correction of this session." in kept.said
    second = do(handlers.keep(found, 1, "no actor", "", kept.rows))
    assert [(one.change, one.holder, one.coder) for one in second.rows] == [
        ("stance", "Ingrid Solberg", "Ann Lee"),
        ("no actor", "Vik", "reader"),
    ]
    assert len(file.read()) == 2


@pytest.mark.parametrize(("_", "answer"), ANSWERS)
def test_each_answer_that_is_offered_is_kept(found, do, _, answer):
    (row,) = do(CorrectionsHandlers(None).keep(found, 0, answer, "ann", None)).rows
    assert answer in (row.label, row.change)


def test_with_accounts_the_account_is_the_coder(found, do):
    kept = do(CorrectionsHandlers(None).keep(found, 0, "favor", "somebody else", [], asked_by("ann")))
    assert kept.rows[0].coder == "ann"


@pytest.mark.parametrize(
    ("cell", "answer", "message"),
    [(None, "favor", "choose a cell of the board first"), (0, None, "say what is right"), (0, "pro", "say what is")],
)
def test_what_is_missing_is_said_and_nothing_is_kept(found, tmp_path, do, cell, answer, message):
    kept = do(CorrectionsHandlers(tmp_path / "all.jsonl").keep(found, cell, answer, "ann", []))
    assert message in kept.said.lower() and kept.rows is None
    assert not (tmp_path / "all.jsonl").exists()


def test_a_result_that_is_no_longer_kept_is_not_the_readers_fault(found, do):
    kept = do(CorrectionsHandlers(None).keep(None, 0, "favor", "ann", []))
    assert "these are gone; press Analyse again" in kept.said and kept.rows is None


def test_what_readers_put_together_is_kept_for_longer_than_results(analyzer):
    blocks = build(analyzer)
    kept = {}
    for block in blocks.blocks.values():
        if isinstance(block, gr.State):
            kept.setdefault(block.time_to_live, []).append(block.value)
    assert kept == {3600: [None] * 4, 24 * 3600: [[], []]}  # corrections, and the articles to compare


def test_a_file_that_cannot_be_written_is_said(found, tmp_path, do):
    (tmp_path / "file").touch()
    kept = do(CorrectionsHandlers(tmp_path / "file" / "x.jsonl").keep(found, 0, "favor", "ann", []))
    assert "The server&#39;s file cannot be written" in kept.said and kept.rows is None
    assert str(tmp_path) not in kept.said


def test_a_session_holds_no_more_text_than_a_file_should(found, tmp_path, do, monkeypatch):
    monkeypatch.setattr("newstance.service.page.corrections_handlers._MOST_CHARACTERS", 2 * len(TEXT))
    handlers = CorrectionsHandlers(tmp_path / "all.jsonl")
    rows = []
    for cell in (0, 1):
        rows = do(handlers.keep(found, cell, "favor", "ann", rows)).rows
    refused = do(handlers.keep(found, 0, "against", "ann", rows))
    assert "characters of text; download them" in refused.said and refused.rows is None
    assert len(CorrectionFile(tmp_path / "all.jsonl").read()) == 2


def test_edits_of_actors_are_kept_if_they_can_be_made(found, do):
    handlers = CorrectionsHandlers(None)
    (merged,) = do(handlers.merge(found, ["Vik", "Ingrid Solberg"], None, "ann", [])).rows
    assert (merged.change, merged.holder, merged.label) == ("merge", "Vik", "Ingrid Solberg")
    (split,) = do(handlers.split(found, ["Ingrid Solberg"], ["The mayor"], "ann", [])).rows
    assert (split.change, split.holder, split.label) == ("split", "Ingrid Solberg", "The mayor")
    (renamed,) = do(handlers.rename(found, ["Vik"], "Peter Vik", "ann", [])).rows
    assert (renamed.change, renamed.holder, renamed.label) == ("rename", "Vik", "Peter Vik")
    for refused in (
        handlers.merge(found, ["Vik"], None, "ann", []),
        handlers.split(found, ["Vik"], ["Vik"], "ann", []),
        handlers.rename(found, ["Vik"], "Ingrid Solberg", "ann", []),
        handlers.rename(None, ["Vik"], "Peter", "ann", []),
        handlers.merge(found, None, None, "ann", []),
        handlers.split(found, [], ["The mayor"], "ann", []),
        handlers.rename(found, None, "Peter", "ann", []),
    ):
        assert list(refused) == []
