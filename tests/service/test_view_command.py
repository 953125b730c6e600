"""The command view, and serve with a run's folder: what is told before models are loaded, and what is served."""

from __future__ import annotations

import pytest

from newstance.service.cli import main

for needed in ("gradio", "duckdb", "pandas", "plotly", "pyarrow"):
    pytest.importorskip(needed, reason="the corpus tab needs the serve and corpus extras")

import corpus_run  # noqa: E402

from newstance.service.web import server  # noqa: E402


@pytest.fixture
def served(monkeypatch):
    """What `serve` was called with."""
    calls = []
    monkeypatch.setattr(server, "serve", lambda *given, **named: calls.append((given, named)))
    return calls


@pytest.mark.parametrize("command", [["view"], ["serve", "--corpus"]])
def test_a_folder_that_is_no_run_is_told_of_at_once(tmp_path, capsys, served, command):
    assert main([*command, str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "is no run" in err
    assert "Traceback" not in err
    assert served == []


def test_view_opens_the_tab_of_the_run_on_this_computer_alone(tmp_path, served):
    folder = corpus_run.write(tmp_path, corpus_run.harbour(12))
    assert main(["view", str(folder), "--port", "0", "--profile", "hub-base"]) == 0
    ((given, named),) = served
    assert (given, named["port"]) == (("hub-base",), 0)
    assert named.get("host", "127.0.0.1") == "127.0.0.1"
    assert named["settings"].open_tab == "Corpus"
    assert [name for name, _ in named["settings"].more_tabs(None)] == ["Corpus"]


def test_serve_shows_the_run_beside_the_other_tabs(tmp_path, served):
    folder = corpus_run.write(tmp_path, corpus_run.harbour(12))
    assert main(["serve", "--corpus", str(folder)]) == 0
    ((given, _),) = served
    settings = given[3]
    assert settings.open_tab == "Article"
    assert "Corpus" in [name for name, _ in settings.more_tabs(None)]
