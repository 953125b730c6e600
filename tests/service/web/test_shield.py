"""Other sites and proxies: what answers say to browsers, whose requests are taken, and whose word counts."""

import json

import httpx
import pytest
import serving

from newstance.configs import SettingsError
from newstance.models.errors import InputError
from newstance.service.cli import main

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")

TEXT = "Anna Schmidt praised the harbour plan."
EVIL = "evil.example"


@pytest.fixture(scope="module")
def address(analyzer):
    with serving.running(server.create_app(analyzer)) as address:
        yield address


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


ANSWERS = [
    ("GET", "/", 200),
    ("HEAD", "/", 200),
    ("GET", "/config", 200),
    ("GET", "/docs", 200),
    ("GET", "/healthz", 200),
    ("GET", "/metrics", 200),
    ("GET", "/v1/nothing", 404),
    ("GET", "/gradio_api/deep_link", 404),
    ("GET", "/gradio_api/file=/etc/passwd", 403),
    ("POST", "/v1/analyze", 422),
    ("POST", "/v1/stances", 422),
    ("POST", "/gradio_api/queue/join", 422),
    ("POST", "/gradio_api/run/analyze_article", 422),
    ("POST", "/gradio_api/upload", 400),
    ("DELETE", "/v1/analyze", 405),
    ("GET", "/theme.css", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_carries_the_headers(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status, answer.text
    headers = answer.headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers.get("cache-control") == "no-store") == (path != "/theme.css")


def test_scripts_of_a_page_are_its_own_alone(client):
    policy = {
        part.split()[0]: part.split()[1:] for part in client.get("/").headers["content-security-policy"].split(";")
    }
    assert "'unsafe-inline'" not in policy["script-src"]
    assert len([source for source in policy["script-src"] if source.startswith("'sha256-")]) >= 4
    assert all(source.startswith("'") for source in policy["script-src"])
    for each in ("default-src", "connect-src", "form-action"):
        assert policy[each] == ["'self'"]
    assert policy["object-src"] == ["'none'"]


def test_answers_with_texts_stay_in_no_cache(client):
    upload = client.post("/gradio_api/upload", files={"files": ("news.txt", TEXT)}).json()[0]
    answers = [
        client.post("/v1/analyze", json={"text": TEXT, "targets": ["the harbour plan"]}),
        client.post("/gradio_api/run/analyze_article", json={"data": [TEXT, *[None] * 6]}),
        client.get(f"/gradio_api/file={upload}"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers.get_list("cache-control") == ["no-store"]


# Other sites

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
    {"Origin": f"http://{EVIL}"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "{own}.evil.example"},
    {"Origin": "http://127.0.0.1"},
]
OWN = [{}, {"Origin": "{own}"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]


def filled(headers, address):
    return {name: value.replace("{own}", address) for name, value in headers.items()}


@pytest.mark.parametrize("headers", FOREIGN)
def test_other_sites_upload_and_ask_nothing(client, address, headers, upload_folder):
    headers = filled(headers, address)
    before = list(upload_folder.rglob("*"))
    answers = [
        client.post("/gradio_api/upload", files={"files": ("news.txt", TEXT)}, headers=headers),
        client.post("/v1/analyze", json={"text": TEXT}, headers=headers),
        client.post("/gradio_api/queue/join", json={"data": []}, headers=headers),
        client.post("/gradio_api/run/analyze_article", json={"data": []}, headers=headers),
        client.post("/gradio_api/mcp/", json={}, headers=headers),
        client.request("DELETE", "/v1/analyze", headers=headers),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert "a page of another site" in answer.json()["detail"]
    assert list(upload_folder.rglob("*")) == before


@pytest.mark.parametrize("headers", OWN)
def test_own_page_and_programs_upload_and_ask(client, address, headers):
    headers = filled(headers, address)
    assert client.post("/gradio_api/upload", files={"files": ("news.txt", TEXT)}, headers=headers).status_code == 200
    assert client.post("/v1/analyze", json={"text": TEXT}, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/config", "/v1/profiles", "/gradio_api/queue/status", "/gradio_api/mcp/schema"])
def test_no_other_site_may_read_an_answer(client, path):
    for host in (None, "news.example"):
        headers = {"Origin": f"http://{EVIL}"} | ({"Host": host} if host else {})
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        for answer in (client.get(path, headers=headers), client.options(path, headers=headers | asked)):
            assert [name for name in answer.headers if name.startswith("access-control-")] == []


def test_too_many_at_once_are_told(analyzer):
    with (
        serving.running(server.create_app(analyzer, server.ServerSettings(requests=2))) as address,
        httpx.Client(base_url=address) as client,
        client.stream("GET", "/gradio_api/heartbeat/a"),
        client.stream("GET", "/gradio_api/heartbeat/b"),
    ):
        answer = client.get("/healthz")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "as many requests as it can" in answer.json()["detail"]
        assert answer.headers["x-content-type-options"] == "nosniff"


# Proxies

SAID = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": f"/{EVIL}",
    "X-Gradio-Server": f"http://{EVIL}/",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": f"host={EVIL}",
}


def test_what_clients_say_of_themselves_is_written_nowhere(client):
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/mcp/schema", "/docs", "/manifest.json"):
        answer = client.get(path, headers=SAID)
        assert EVIL not in answer.text + json.dumps(dict(answer.headers)), path
        assert "https://127.0.0.1" not in answer.text


def echoing(proxies):
    """An app behind ``Forwarded`` that answers with what it hears of its client."""
    from newstance.service.web.shield import Forwarded, networks

    async def app(scope, receive, send):
        heard = {name.decode(): value.decode() for name, value in scope.get("headers", [])}
        told = {"client": (scope.get("client") or [None])[0], "scheme": scope.get("scheme"), "headers": heard}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})

    return Forwarded(app, networks(proxies))


def heard(proxies, headers, peer="127.0.0.1"):
    transport = httpx.ASGITransport(echoing(proxies), client=(peer, 1))

    async def ask():
        async with httpx.AsyncClient(transport=transport, base_url="http://inner:7860") as client:
            return (await client.get("/", headers=headers)).json()

    import asyncio

    return asyncio.run(ask())


def test_nobody_is_believed_unless_asked_for():
    for proxies in ((), ("10.0.0.0/8",)):
        found = heard(proxies, SAID)
        assert (found["client"], found["scheme"], found["headers"]["host"]) == ("127.0.0.1", "http", "inner:7860")
        assert EVIL not in json.dumps(found)
        assert "203.0.113.9" not in json.dumps(found)


def test_named_proxy_is_believed():
    for proxies in (("127.0.0.1",), ("10.0.0.0/8", "127.0.0.0/8")):
        found = heard(proxies, SAID | {"X-Forwarded-Host": "news.example"})
        assert (found["client"], found["scheme"]) == ("203.0.113.9", "https")
        assert found["headers"]["host"] == "news.example"
        assert not [name for name in found["headers"] if "forwarded" in name]
    # Only what the proxy itself has added counts, not what its client had sent before.
    found = heard(("127.0.0.1",), {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    assert found["client"] == "203.0.113.9"
    assert heard(("127.0.0.1",), {})["client"] == "127.0.0.1"


def test_wrong_proxy_is_told_at_once(analyzer, capsys):
    with pytest.raises(SettingsError, match="named by its address or network"):
        server.create_app(analyzer, server.ServerSettings(proxies=("proxy.example",)))


def test_page_behind_a_named_proxy_has_the_proxys_address(analyzer):
    app = server.create_app(analyzer, server.ServerSettings(proxies=("127.0.0.1",)))
    with serving.running(app) as address:
        headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "news.example", "X-Forwarded-Proto": "https"}
        assert httpx.get(f"{address}/config", headers=headers).json()["root"] == "https://news.example"
        own = headers | {"Origin": "https://news.example"}
        files = {"files": ("news.txt", TEXT)}
        assert httpx.post(f"{address}/gradio_api/upload", files=files, headers=own).status_code == 200
        other = headers | {"Origin": f"https://{EVIL}"}
        assert httpx.post(f"{address}/gradio_api/upload", files=files, headers=other).status_code == 403


def test_address_behind_a_proxy_is_public(profile_file, monkeypatch):
    with pytest.raises(InputError, match="newstance auth add-token"):
        server.serve(profile_file, port=0, settings=server.ServerSettings(proxies=("127.0.0.1",)))
    asked = []
    monkeypatch.setattr(server, "serve", lambda profile, host, port, settings, insecure: asked.append(settings))
    assert main(["serve", "--trusted-proxy", "10.0.0.1", "--trusted-proxy", "10.1.0.0/16"]) == 0
    assert main(["serve"]) == 0
    assert [settings.proxies for settings in asked] == [("10.0.0.1", "10.1.0.0/16"), ()]
