"""The server without accounts: its routes and its limits."""

import asyncio
import json
import socket
import threading

import httpx
import hypothesis
import pydantic
import pytest
import serving
from asked_server import MARK, PLAN, TEXT, asking, metric, until

from newstance.models.errors import WeightsNotFoundError
from newstance.service import Article, Profile

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
from newstance.service.web import api, mount, requests  # noqa: E402

gradio_client = pytest.importorskip("gradio_client")
schemathesis = pytest.importorskip("schemathesis")


# Routes


def test_analysis_is_the_analyzers_own(client, analyzer):
    asked = {"text": TEXT, "title": "Harbour", "targets": [PLAN], "sentences": 1}
    answer = client.post("/v1/analyze", json=asked)
    assert answer.status_code == 200
    expected = analyzer.analyze(Article.from_text(TEXT, "Harbour"), [PLAN], sentences=1).to_dict()
    found = answer.json()
    assert found.pop("seconds").keys() == expected.pop("seconds").keys()
    assert found == json.loads(json.dumps(expected))
    assert {s["actor"]: s["label"] for s in found["stances"]}["Peter Miller"] == "against"


def test_answer_models_are_what_to_dict_gives(analyzer):
    found = analyzer.analyze(Article.from_text(TEXT), [PLAN]).to_dict()
    assert api.AnalysisAnswer.model_validate(found).model_dump(mode="json") == json.loads(json.dumps(found))
    assert api.AnalysisAnswer.model_fields.keys() == found.keys()


def test_summary_only_where_it_is_wanted_and_topic_brings_targets(client):
    found = client.post("/v1/analyze", json={"text": TEXT, "topic": "ukraine-war", "summarize": False}).json()
    assert found["summary"] is None
    assert "Russia's war in Ukraine" in found["targets"]


def test_stances_come_in_the_order_of_the_pairs(client):
    pairs = [("Peter Miller", PLAN), ("Anna Schmidt", PLAN), ("Nobody Here", PLAN)]
    asked = {"text": TEXT, "pairs": [{"actor": actor, "target": target} for actor, target in pairs]}
    found = client.post("/v1/stances", json=asked).json()
    assert [(s["actor"], s["label"]) for s in found["stances"]] == [
        ("Peter Miller", "against"),
        ("Anna Schmidt", "favor"),
        ("Nobody Here", "neutral"),
    ]
    assert found["models"]["summarizer"] == "lead"


def test_profiles_say_which_one_runs(client):
    profiles = {profile["name"]: profile["is_running"] for profile in client.get("/v1/profiles").json()}
    assert profiles["tiny"]
    assert not profiles["embedded"]


def test_metrics_count_by_route_and_hold_no_address(client):
    client.get(f"/nothing/{MARK}")
    text = client.get("/metrics").text
    assert 'newstance_requests_total{method="GET",route="page",status="404"}' in text
    assert 'route="/v1/analyze"' in text
    assert "process_resident_memory_bytes" in text
    assert MARK not in text


def test_documentation_fetches_nothing_from_elsewhere(client):
    page = client.get("/docs").text
    addresses = [part.split('"')[0] for mark in ('src="', 'href="') for part in page.split(mark)[1:]]
    assert len(addresses) >= 3
    for path in addresses:
        assert path.startswith("/static-offline-docs/")
        assert client.get(path).status_code == 200


def test_unknown_paths_and_methods(client):
    assert client.get("/v1/nothing").status_code == 404
    answer = client.get("/v1/analyze")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


# Loading


def test_health_is_told_at_once_and_all_else_waits_for_the_models(held):
    held.go.clear()
    with (
        serving.running(server.create_app(held), wait_for="/healthz") as address,
        httpx.Client(base_url=address) as client,
    ):
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"state": "loading"})
        answer = client.post("/v1/analyze", json={"text": TEXT})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "are being loaded" in answer.json()["detail"]
        page = client.get("/")
        assert page.status_code == 503
        assert "opens by itself" in page.text
        held.go.set()
        until(lambda: client.get("/readyz").status_code == 200)
        assert client.post("/v1/analyze", json={"text": TEXT}).status_code == 200
        assert client.get("/").status_code == 200


def test_models_that_cannot_be_loaded_end_the_server(settings, tmp_path, capsys):
    profile = Profile.model_validate({**settings, "stance": {"source": f"path:{tmp_path / 'missing'}"}})
    with pytest.raises(WeightsNotFoundError, match="missing"):
        server.serve(profile, port=0)
    assert "ready" not in capsys.readouterr().err


def test_failed_models_are_not_ready(held):
    held.fails = ValueError(MARK)
    with (
        serving.running(server.create_app(held), wait_for="/healthz") as address,
        httpx.Client(base_url=address) as client,
    ):
        until(lambda: client.get("/readyz").json() == {"state": "failed"})
        assert client.get("/readyz").status_code == 503


# Limits


def body_of(size):
    return b'{"text": "' + b"a" * (size - 12) + b'"}'


def test_large_body_is_refused(client):
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/analyze", content=body_of(1_000_001), headers=headers)
    assert answer.status_code == 413
    assert "1,000,000 bytes" in answer.json()["detail"]
    assert client.post("/v1/analyze", content=body_of(1_000_000), headers=headers).status_code == 413  # the article
    assert "100,000" in client.post("/v1/analyze", content=body_of(1_000_000), headers=headers).json()["detail"]


@pytest.mark.parametrize("path", ["/v1/analyze", "/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/mcp/"])
def test_large_body_without_a_stated_length_is_refused(client, path):
    pieces = (b"a" * 100_000 for _ in range(30))
    assert client.post(path, content=pieces, headers={"Content-Type": "application/json"}).status_code == 413


def test_long_article_is_refused_with_numbers(client):
    answer = client.post("/v1/analyze", json={"text": "word " * 20_001})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "the article has 100,004 characters, and at most 100,000 are taken"


def test_article_may_be_as_long_as_the_profile_says(analyzer):
    service, limit = server.Service(analyzer, server.ServerSettings()), analyzer.profile.limits.characters

    def article(text):
        return asyncio.run(service._article(requests.AnalyzeRequest(text=text), analyzer))

    assert len(article("a" * limit).text) == limit
    with pytest.raises(requests.TooLongError):
        article("a" * (limit + 1))
    assert len(article("a" + "\r\n" * (limit - 2) + "a" + "\r\n" * limit).text) == limit


def test_text_is_read_beside_other_requests_and_not_at_all_if_far_too_long(analyzer, monkeypatch):
    service, limit, read = server.Service(analyzer, server.ServerSettings()), analyzer.profile.limits.characters, []

    def from_text(text, title):
        read.append((len(text), threading.current_thread() is threading.main_thread()))
        return Article(text, title)

    def article(text):
        return asyncio.run(service._article(requests.AnalyzeRequest(text=text), analyzer))

    monkeypatch.setattr(Article, "from_text", from_text)
    article(" " * 3 * limit + TEXT)
    assert read == [(len(TEXT), False)]
    with pytest.raises(requests.TooLongError, match=f"has {2 * limit + 1:,} characters, and at most {limit:,} are"):
        article("a" * (2 * limit + 1))
    assert len(read) == 1


@pytest.mark.parametrize(
    ("path", "asked", "message"),
    [
        ("analyze", {}, "give either text or url"),
        ("analyze", {"text": TEXT, "url": "https://example.org"}, "give either text or url"),
        ("analyze", {"text": " "}, "the article is empty"),
        ("analyze", {"text": 5}, "text: Input should be a valid string"),
        ("analyze", {"text": TEXT, "targets": ["x"] * 21}, "targets: List should have at most 20 items"),
        ("analyze", {"text": TEXT, "targets": ["x" * 301]}, "targets.0: String should have at most 300"),
        ("analyze", {"text": TEXT, "targets": [" "]}, "names nothing"),
        ("analyze", {"text": TEXT, "sentences": 0}, "sentences: "),
        ("analyze", {"text": TEXT, "topic": "../topics/ukraine-war"}, "topic: no topic has this name; there are"),
        ("analyze", {"text": TEXT, "topic": "/etc/passwd"}, "topic: no topic has this name"),
        ("analyze", {"text": TEXT, "more": 1}, "more: "),
        ("stances", {"text": TEXT, "pairs": []}, "pairs: "),
        ("stances", {"text": TEXT, "pairs": [{"actor": "A", "target": "b"}] * 101}, "at most 100 items"),
        ("stances", {"text": TEXT, "pairs": [{"actor": "A"}]}, "pairs.0.target: Field required"),
        ("analyze", {"url": "http://127.0.0.1/"}, ""),
        ("analyze", {"url": "file:///etc/passwd"}, ""),
    ],
)
def test_what_does_not_fit_is_told_and_not_repeated(client, path, asked, message):
    answer = client.post(f"/v1/{path}", json=asked)
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert message in detail
    assert TEXT not in detail
    assert len(detail) < 600
    assert answer.json().keys() == {"detail"}


MANY = 50_000
KEYS = {str(i): 1 for i in range(MANY)}


@pytest.mark.parametrize(
    ("kind", "asked", "message"),
    [
        (requests.AnalyzeRequest, KEYS, "there are 50,000 keys, and only these are known: text, url"),
        (requests.AnalyzeRequest, {"text": TEXT, "targets": [1] * MANY}, "at most 20 items"),
        (requests.StancesRequest, {"text": TEXT, "pairs": [1] * MANY}, "at most 100 items"),
        (requests.StancesRequest, {"text": TEXT, "pairs": [KEYS]}, "there are 50,000 keys"),
        (requests.BatchRequest, KEYS, "there are 50,000 keys"),
        (requests.BatchRequest, {"articles": [1] * MANY}, "at most 1000 items"),
        (requests.BatchRequest, {"articles": [KEYS]}, "there are 50,000 keys"),
    ],
)
def test_many_things_wrong_are_one_error(kind, asked, message):
    with pytest.raises(pydantic.ValidationError) as found:
        kind.model_validate(asked)
    assert found.value.error_count() == 1
    assert message in api.explain(found.value)
    assert len(api.explain(found.value)) < 300


def test_body_that_is_no_json(client):
    for content, status in ((b"{", 422), (b"\xff", 400), (b"[" * 100_000, 400), (b"", 422)):
        answer = client.post("/v1/analyze", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == status
        assert answer.json().keys() == {"detail"}
    form = client.post("/v1/analyze", content=json.dumps({"text": TEXT}), headers={"Content-Type": "text/plain"})
    assert form.status_code == 422


@pytest.mark.parametrize(
    ("tool", "data", "status", "message"),
    [
        ("analyze_article", ["word " * 20_001, *[None] * 6], 413, "at most 100,000 are taken"),
        ("analyze_article", [TEXT, TEXT, *[None] * 5], 422, "give either text or url"),
        ("analyze_article", [" ", *[None] * 6], 422, "the article is empty"),
        ("find_stances", [[["Anna Schmidt"]], TEXT, None, None], 422, "an actor and a target"),
        ("find_stances", [[["A", "b"]] * 102, TEXT, None, None], 422, "at most 100 items after validation, not 101"),
    ],
)
def test_tools_asked_over_http_answer_with_the_status_of_the_api(client, tool, data, status, message):
    answer = client.post(f"/gradio_api/run/{tool}", json={"data": data})
    assert (answer.status_code, message in answer.json()["error"]) == (status, True)
    assert TEXT not in answer.text


def test_failure_within_a_tool_is_the_servers(held):
    with serving.running(server.create_app(held)) as address:
        held.fails = ValueError(MARK)
        answer = httpx.post(f"{address}/gradio_api/run/analyze_article", json={"data": [TEXT, *[None] * 6]}, timeout=30)
        assert answer.status_code == 500
        assert "newstance itself failed (ValueError)" in answer.json()["error"]
        assert "retry-after" not in answer.headers


def test_body_that_does_not_arrive(analyzer):
    app = server.create_app(analyzer, server.ServerSettings(body_seconds=0.3))
    with serving.running(app, wait_for="/healthz") as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"POST /v1/analyze HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_full_queue_slow_work_and_clients_that_go(held):
    settings = server.ServerSettings(concurrency=1, max_queue=1, seconds=20)
    with serving.running(server.create_app(held, settings)) as address, httpx.Client(base_url=address) as client:
        running, waiting = "newstance_analyses_running", "newstance_analyses_waiting"
        held.go.clear()
        with asking(address, title="first"):
            until(lambda: metric(client, running) == 1)
            with asking(address, title="second"):
                until(lambda: metric(client, waiting) == 1)
                answer = client.post("/v1/analyze", json={"text": TEXT})
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) >= 1
                assert "the server is busy: 1 analyses run and 1 wait" in answer.json()["detail"]
                # The tools share the gate; pages and other routes are answered meanwhile.
                tool = client.post("/gradio_api/run/analyze_article", json={"data": [TEXT, *[None] * 6]})
                assert tool.status_code == 503
                assert int(tool.headers["retry-after"]) >= 1
                assert "the server is busy: 1 analyses run and 1 wait; try again in" in tool.json()["error"]
                program = gradio_client.Client(address, verbose=False)
                with pytest.raises(gradio_client.exceptions.AppError, match=r"the server is busy: 1 .*; try again in"):
                    program.predict(TEXT, api_name="/analyze_article")
                assert client.get("/").status_code == 200
            until(lambda: metric(client, waiting) == 0)  # the second has gone
        until(lambda: metric(client, running) == 0)  # the first has gone, and its work with it
        held.go.set()
        assert client.post("/v1/analyze", json={"text": TEXT, "title": "third"}).status_code == 200
        assert held.begun[1:] == ["first", "third"]  # before them, the warm-up


def test_page_is_bound_by_the_same_numbers(analyzer):
    settings = server.ServerSettings(concurrency=3, max_queue=5, body_bytes=1000)
    page = mount.mounted(server.Service(analyzer, settings), analyzer)
    (blocks,) = [route.app.get_blocks() for route in page.routes if hasattr(getattr(route, "app", None), "get_blocks")]
    at_once = {
        function.concurrency_limit for function in blocks.fns.values() if function.concurrency_id == mount.MODELS
    }
    assert at_once == {3}
    assert (blocks._queue.max_size, blocks.max_file_size) == (5, 1000)


def test_pages_work_goes_through_its_queue_alone(client):
    queued = [each for each in client.get("/config").json()["dependencies"] if each["queue"] is not False]
    assert queued
    for dependency in queued:
        asked = {"data": [None] * len(dependency["inputs"]), "fn_index": dependency["id"]}
        answer = client.post("/gradio_api/run/predict", json=asked)
        assert (answer.status_code, "join the queue" in answer.text) == (404, True)


def test_slow_work_is_told(held):
    settings = server.ServerSettings(seconds=0.5)
    with serving.running(server.create_app(held, settings)) as address:
        held.go.clear()
        answer = httpx.post(f"{address}/v1/analyze", json={"text": TEXT}, timeout=30)
        assert answer.status_code == 422
        assert "longer than the 0.5 seconds" in answer.json()["detail"]


# All of it, by what it says of itself


@pytest.fixture(scope="module")
def operations(address):
    described = schemathesis.openapi.from_url(f"{address}/openapi.json")
    return {operation.ok().label: operation.ok() for operation in described.get_all_operations()}


@pytest.mark.parametrize(
    "label",
    [
        *("POST /v1/analyze", "POST /v1/analyze/batch", "POST /v1/stances", "GET /v1/profiles"),
        *("GET /healthz", "GET /readyz", "GET /metrics"),
    ],
)
def test_answers_are_as_described(operations, label):
    @hypothesis.given(case=operations[label].as_strategy())
    @hypothesis.settings(max_examples=25, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    def check(case):
        # Not every text is an article: some that fit the schema are refused.
        case.call_and_validate(excluded_checks=[schemathesis.checks.positive_data_acceptance])

    check()


def test_every_operation_is_checked(operations):
    assert len(operations) == 7


def test_description_tells_of_refusals(client):
    operations = client.get("/openapi.json").json()["paths"]
    for path in ("/v1/analyze", "/v1/analyze/batch", "/v1/stances"):
        answers = operations[path]["post"]["responses"]
        assert {"200", "401", "413", "422", "503"} <= answers.keys()
        for status in ("401", "413", "422", "503"):
            assert answers[status]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
