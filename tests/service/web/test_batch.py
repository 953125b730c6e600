"""Articles in one request, answered line by line."""

from __future__ import annotations

import json
import threading

import httpx
import pytest
import serving
from asked_server import PLAN, TEXT, until

from newstance.configs import SettingsError

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")

ASKED = {"text": TEXT, "targets": [PLAN], "summarize": False}


def post(address, *articles):
    answer = httpx.post(f"{address}/v1/analyze/batch", json={"articles": articles}, timeout=60)
    return answer.status_code, [json.loads(line) for line in answer.text.splitlines()]


def test_each_article_is_answered_as_if_it_came_alone(address, client):
    alone = client.post("/v1/analyze", json=ASKED).json()
    refused = client.post("/v1/analyze", json=ASKED | {"text": " "})
    status, lines = post(address, ASKED, ASKED | {"text": " "}, ASKED | {"title": "Second"})
    assert status == 200
    assert [line["index"] for line in lines] == [0, 1, 2]
    assert lines[0]["analysis"] | {"seconds": {}} == alone | {"seconds": {}}
    assert lines[1] == {"index": 1, "status": 422, "detail": refused.json()["detail"]}
    assert lines[2]["analysis"]["article"]["title"] == "Second"


def test_more_articles_than_the_server_takes_are_refused(analyzer):
    settings = server.ServerSettings(batch=2)
    with serving.running(server.create_app(analyzer, settings)) as address:
        assert post(address, ASKED, ASKED)[0] == 200
        status, (problem,) = post(address, ASKED, ASKED, ASKED)
        assert status == 413
        assert problem["detail"].startswith("there are 3 articles, and at most 2 are taken at once")
        assert post(address)[0] == 422


def test_server_that_would_take_more_articles_than_a_request_can_hold_does_not_start():
    assert server.ServerSettings(batch=1000).batch == 1000
    with pytest.raises(SettingsError, match="at most 1,000 articles"):
        server.ServerSettings(batch=1001)


def test_an_article_that_takes_too_long_does_not_stop_the_others(held):
    with serving.running(server.create_app(held, server.ServerSettings(seconds=4))) as address:
        held.go.clear()
        later = threading.Timer(6, held.go.set)
        later.start()
        _, lines = post(address, ASKED, ASKED)
    assert lines[0]["status"] == 422
    assert "longer than the 4 seconds" in lines[0]["detail"]
    assert "analysis" in lines[1]


def test_a_full_queue_is_told_for_the_article_that_it_stops(held):
    settings = server.ServerSettings(concurrency=1, max_queue=0)
    with serving.running(server.create_app(held, settings)) as address:
        held.go.clear()
        first = threading.Thread(target=post, args=(address, ASKED))
        first.start()
        until(lambda: len(held.begun) == 2)  # the first one warmed up
        _, (line,) = post(address, ASKED)
        held.go.set()
        first.join()
    assert (line["index"], line["status"]) == (0, 503)
    assert "the server is busy" in line["detail"]


def test_lines_come_one_by_one_and_the_work_ends_with_the_client(held):
    settings = server.ServerSettings(concurrency=1)
    with serving.running(server.create_app(held, settings)) as address:
        with httpx.stream("POST", f"{address}/v1/analyze/batch", json={"articles": [ASKED] * 50}, timeout=60) as answer:
            assert answer.headers["content-type"].startswith("application/x-ndjson")
            lines = answer.iter_lines()
            assert json.loads(next(lines))["index"] == 0
            held.go.clear()
            begun = len(held.begun)
        gate = httpx.get(f"{address}/metrics").text
        until(lambda: "newstance_analyses_running 0.0" in httpx.get(f"{address}/metrics").text)
        assert len(held.begun) <= begun + 2 < 50, gate
