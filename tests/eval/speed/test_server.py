"""The load on a server of tiny models, and starts of processes."""

import os
import sys
import time

import httpx
import pytest

pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
from serving import running

from newstance.eval.speed import load, start
from newstance.eval.speed.bench import Bench
from newstance.eval.speed.load import Server, User
from newstance.eval.speed.server import under_load
from newstance.eval.speed.timing import peak_memory
from newstance.service.web.server import create_app


@pytest.fixture
def server(tiny_profile):
    with running(create_app(tiny_profile)) as address:
        yield Server(address, os.getpid(), 0.0, 0.0)


def test_both_questions_are_asked_by_all(server):
    sheet = under_load(server, 3, 0.5)
    stances, analyze, both = sheet.rows
    assert both["answers"] == stances["answers"] + analyze["answers"] >= 6
    assert stances["answers"] >= analyze["answers"] > 0
    assert both["median, s"] <= both["95 % within, s"]
    assert both["memory, MB"] == pytest.approx(peak_memory() / 1e6, rel=0.2)
    assert "3 users" in sheet.note


def test_an_answer_that_is_none_ends_the_measurement(server, monkeypatch):
    monkeypatch.setattr(load, "article", lambda name, round_: " ")
    with pytest.raises(RuntimeError, match=r"2 users of 2 failed; the first: .*422"):
        under_load(server, 2, 0.2)


def test_who_is_sent_away_waits_and_asks_again(monkeypatch):
    answers = [httpx.Response(503, headers={"retry-after": "0"}), httpx.Response(200)]
    user = User("http://x", 1, time.monotonic())
    client = httpx.Client(transport=httpx.MockTransport(lambda request: answers.pop(0)), base_url="http://x")
    user.ask(client, 1)
    assert user.answered == []
    assert user.goes_on()
    user.ask(client, 1)
    assert len(user.answered) == len(user.taken["/v1/stances"]) == 1
    assert not user.goes_on()
    assert user.statuses == {503: 1, 200: 1}


def test_a_server_that_does_not_start_says_why():
    with (
        pytest.raises(RuntimeError, match=r"newstance serve ended with \d: .*no-such-profile"),
        load.served("--profile", "no-such-profile"),
    ):
        pass


def test_the_first_line_of_a_process_is_waited_for():
    slow = "import time; print('there', flush=True); time.sleep(60)"
    assert 0 < start.to_first_line([sys.executable, "-c", slow]) < 20
    with pytest.raises(RuntimeError, match="before it said anything"):
        start.to_first_line([sys.executable, "-c", "pass"])


def test_every_start_has_a_row(monkeypatch):
    monkeypatch.setattr(start, "run_to_end", lambda command: (1.0, len(command) * 1_000_000))
    monkeypatch.setattr(start, "to_first_line", lambda command: 1.0)
    monkeypatch.setattr(start, "served", _Served)
    (sheet,) = start.measure(Bench(repetitions=2))
    rows = {row["start"]: row for row in sheet.rows}
    assert rows["newstance analyze --no-summary"]["memory, MB"] == 1 + rows["newstance analyze"]["memory, MB"]
    assert rows["newstance serve, to /healthz"]["s"].median == 3
    assert rows["newstance serve, to /readyz"]["s"].median == 7
    assert "newstance --help" in rows


class _Served:
    def __init__(self, *options):
        pass

    def __enter__(self):
        return Server("http://x", os.getpid(), 3.0, 7.0)

    def __exit__(self, *_):
        pass
