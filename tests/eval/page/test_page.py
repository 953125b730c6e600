from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest

from newstance.eval.labelled import load_set
from newstance.eval.page.handlers import EvaluateHandlers, Mine
from newstance.eval.page.tab import evaluate_tab

CSV = "text,target,label\n" + "".join(f"text {i},tax {i % 2},{('pro', 'con')[i % 2]}\n" for i in range(40))
OWN = ("text", "", "target", "label", ["pro"], ["con"], [], "author", "")
SHIPPED = "floor-stance"


@pytest.fixture(autouse=True)
def no_weights(monkeypatch):
    monkeypatch.setattr("newstance.service.provenance.model_sha256", lambda profile: "0" * 64)


@pytest.fixture
def perfect(dummies):
    return dummies.perfect_on(load_set(SHIPPED))


@pytest.fixture
def handlers(perfect, tmp_path: Path):
    (tmp_path / "runs").mkdir()
    return EvaluateHandlers(perfect, tmp_path / "runs", None)


@pytest.fixture
def own_file(upload_folder: Path):
    def make(content=CSV, name="My set.csv"):
        path = upload_folder / "upload" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        return str(path)

    return make


def last(views):
    shown = {}
    for view in views:
        shown |= {name: value for name, value in view._asdict().items() if value != gr.skip()}
    return shown


def known(handlers, name=SHIPPED, limit=30, mine=None):
    return handlers.run(False, name, limit, False, mine, *OWN)


def event(**data):
    return SimpleNamespace(_data=data)


# Known sets


def test_sets_that_are_here_are_offered(handlers, perfect, tmp_path):
    assert SHIPPED in handlers.sets()
    assert "floors" not in handlers.sets()
    assert "dse-valid" not in handlers.sets()
    (tmp_path / "stance/dse").mkdir(parents=True)
    (tmp_path / "stance/dse/valid.jsonl").write_text("{}")
    assert "dse-valid" in EvaluateHandlers(perfect, None, tmp_path).sets()


def test_a_run_shows_scores_confusion_and_reliability(handlers):
    views = list(known(handlers))
    assert any("of 3" in str(view.status) and "examples…" in str(view.status) for view in views)
    shown = last(views)
    assert "Done: 3" in shown["status"]
    for part in ("macro_f1", "gold favor", "Reliability: confidence", "majority", "Partial"):
        assert part in shown["report"], part
    assert "worst errors" not in shown["report"]  # it makes none
    assert "data:image/svg+xml" in shown["report"]
    assert shown["go"]["interactive"] and not shown["cancel"]["interactive"]
    assert SHIPPED in shown["runs"] and "(partial)" in shown["runs"]


def test_earlier_runs_are_listed_and_opened_for_everybody(handlers):
    last(known(handlers))
    (run,) = handlers._runs.iterdir()
    assert f'data-run="{run.name}"' in handlers.listing(None)
    status, report = handlers.open(None, event(run=run.name, own=False))
    assert "macro_f1" in report
    assert "problem" not in status


@pytest.mark.parametrize("name", ["..", "../secret", "/etc", "", None, 7])
@pytest.mark.parametrize("own", [False, True])
def test_names_from_a_browser_lead_nowhere_else(handlers, tmp_path, name, own):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "run.json").write_text("{}")
    status, report = handlers.open(Mine(tmp_path / "mine"), event(run=name, own=own))
    assert "not here any more" in status
    assert report == gr.skip()


@pytest.mark.parametrize("name", ["../../configs/eval/floor-stance", "floors", "", None, "/etc/passwd"])
def test_sets_that_are_not_offered_are_refused(handlers, name):
    shown = last(known(handlers, name))
    assert "No set is chosen" in shown["status"]
    assert list(handlers._runs.iterdir()) == []


def test_cancel_keeps_the_answers_and_the_next_run_goes_on(handlers):
    views = known(handlers, limit=2000)
    shown = {}
    for view in views:
        shown |= {name: value for name, value in view._asdict().items() if value != gr.skip()}
        if "32 of" in str(view.status):
            handlers.cancel()
    assert "press Run to go on" in shown["status"]
    asked = len(handlers._analyzer.classifier.asked)
    assert 32 <= asked < 67
    assert "Partial" in shown["report"]
    shown = last(known(handlers, limit=2000))
    assert "Done: 67" in shown["status"]
    assert len(handlers._analyzer.classifier.asked) == 67
    assert len(list(handlers._runs.iterdir())) == 1


def test_other_code_answers_anew_and_leaves_the_earlier_run(handlers, monkeypatch):
    last(known(handlers))
    (earlier,) = handlers._runs.iterdir()
    for module in ("runs", "page.handlers"):
        monkeypatch.setattr(f"newstance.eval.{module}.code_sha256", lambda: "changed")
    handlers._analyzer.classifier.asked.clear()
    assert "Done: 3" in last(known(handlers))["status"]
    assert handlers._analyzer.classifier.asked
    assert len(list(handlers._runs.iterdir())) == 2
    assert "macro_f1" in handlers.open(None, event(run=earlier.name, own=False))[1]


# Own sets


def test_an_own_file_is_mapped_run_and_seen_by_its_owner_alone(handlers, own_file, dummies):
    handlers._analyzer = dummies.Analyzer(lambda query: "favor")
    path = own_file()
    mine, said, *form = handlers.take_file(path, None)
    assert "40 rows" in said
    assert [update["value"] for update in form] == ["text", "", "target", "label", ["pro"], ["con"], []]
    assert not Path(path).exists()
    shown = last(handlers.run(True, None, 2000, False, mine, *OWN))
    assert "Done: 40 examples of own-My-set" in shown["status"]
    assert "The 20 worst errors" in shown["report"]
    assert "text 1" in shown["report"]  # they quote it
    assert "only you see it" in shown["runs"]
    assert list(handlers._runs.iterdir()) == []
    assert "own-My-set" not in handlers.listing(None) + handlers.listing(Mine())
    (run,) = (mine.folder / "runs").iterdir()
    assert "macro_f1" in handlers.open(mine, event(run=run.name, own=True))[1]
    assert handlers.open(None, event(run=run.name, own=True))[1] == gr.skip()
    assert handlers.open(Mine(), event(run=run.name, own=False))[1] == gr.skip()
    mine.forget()
    assert not mine.folder.exists()


def test_labels_of_another_column_are_guessed_anew(handlers, own_file):
    mine, *_ = handlers.take_file(own_file(CSV.replace("text 3", "favor")), None)
    assert handlers.take_label("text", mine)[0]["value"] == ["favor"]
    assert handlers.take_label("nope", mine) == (gr.skip(),) * 3
    mine.forget()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [("a,b\n", "x.csv", "holds no row"), ("x", "x.exe", "is none of .csv")],
)
def test_bad_files_are_told_and_deleted(handlers, own_file, content, name, said):
    path = own_file(content, name)
    mine, told, *form = handlers.take_file(path, None)
    assert said in told
    assert str(Path(path).parent) not in told
    assert not Path(path).exists()
    assert form == [gr.skip()] * 7
    mine.forget()


def test_bad_rows_and_missing_columns_are_told_without_folders(handlers, own_file):
    mine, *_ = handlers.take_file(own_file(CSV + ",tax,pro\n"), None)
    status = last(handlers.run(True, None, 100, False, mine, *OWN))["status"]
    assert "line 42" in status
    assert "Leave bad rows out" in status
    assert str(mine.folder) not in status
    assert "Done: 40" in last(handlers.run(True, None, 100, True, mine, *OWN))["status"]
    missing = ("text", "", "", "label", ["pro"], ["con"], [], "author", "")
    assert "what the target is" in last(handlers.run(True, None, 100, False, mine, *missing))["status"]
    assert "No file was uploaded" in last(handlers.run(True, None, 100, False, None, *OWN))["status"]
    mine.forget()


def test_own_texts_are_never_html(handlers, own_file, dummies):
    handlers._analyzer = dummies.Analyzer(lambda query: "favor")
    mine, *_ = handlers.take_file(own_file(CSV.replace("text 1,", "<b id='evil'>,"), "<b id='evil'>.csv"), None)
    shown = last(handlers.run(True, None, 100, False, mine, *OWN))
    assert "<b id" not in shown["report"] + shown["runs"] + shown["status"]
    assert "&lt;b id" in shown["report"]
    mine.forget()


def test_without_a_runs_folder_each_reader_has_their_own(perfect):
    handlers = EvaluateHandlers(perfect, None, None)
    mine = Mine()
    assert SHIPPED in last(known(handlers, mine=mine))["runs"]
    assert SHIPPED not in handlers.listing(None)
    mine.forget()


def test_our_own_failure_is_told_without_the_data(handlers, monkeypatch, caplog):
    words = "secret".join(("a ", " text"))

    def fail(*_):
        raise RuntimeError(words)

    monkeypatch.setattr("newstance.eval.page.handlers.run_set", fail)
    assert "RuntimeError" in last(known(handlers))["status"]
    assert words not in caplog.text


def test_the_tab_lays_itself_out_in_a_page(perfect):
    name, lay_out = evaluate_tab(perfect)
    with gr.Blocks() as blocks:
        lay_out()
    assert name == "Evaluate"
    assert "floor-stance" in str(blocks.get_config_file())
