"""Every route of a server that has accounts."""

import json
from datetime import timedelta

import httpx
import pytest
import serving
import yaml
from accounts import PASSWORD, basic, bearer, today
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from newstance.service.web.auth import add_token, add_user

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture(scope="module")
def closed(analyzer, tmp_path_factory):
    """A server with accounts: its app, its address, a good token."""
    file = tmp_path_factory.mktemp("accounts") / "accounts.yaml"
    token = add_token(file, "ci")
    expired = add_token(file, "old")
    content = yaml.safe_load(file.read_text())
    content["tokens"][1]["expires"] = str(today() - timedelta(days=1))
    file.write_text(yaml.safe_dump(content))
    add_user(file, "Anna", PASSWORD)
    app = server.create_app(analyzer, server.ServerSettings(accounts=file))
    with serving.running(app) as address:
        yield app, address, token, expired


def paths(routes, prefix=""):
    """Every (method, path) of an app and of what is mounted in it, with something in place of parameters."""
    for route in routes:
        path = prefix + getattr(route, "path", "")
        if isinstance(route, Mount):
            yield "GET", f"{path}/x"
            yield from paths(getattr(route.app, "routes", []), path)
        elif inner := getattr(route, "original_router", None):
            yield from paths(inner.routes, prefix)
        else:
            for method in getattr(route, "methods", None) or {"GET"}:
                yield method, path.replace("{path:path}", "x").replace("{", "").replace("}", "") or "/"


def gradio_routes(app):
    return app.router.default.page.routes


WELL_KNOWN = [
    *[("GET", path) for path in ("/", "/config", "/theme.css", "/static/img/logo.svg", "/assets/x.js", "/login")],
    *[("GET", f"/gradio_api/{path}") for path in ("info", "file=/etc/passwd", "file/x", "queue/data", "heartbeat/x")],
    *[("GET", f"/gradio_api/{path}") for path in ("mcp/", "mcp/sse", "mcp/schema", "startup-events")],
    *[("POST", f"/gradio_api/{path}") for path in ("queue/join", "upload", "run/analyze_article", "mcp/", "cancel")],
    ("POST", "/v1/analyze"),
    ("POST", "/v1/stances"),
    *[("GET", path) for path in ("/v1/profiles", "/metrics", "/docs", "/openapi.json", "/static-offline-docs/x")],
    *[
        ("GET", path)
        for path in ("/healthz/", "//healthz", "/healthz/x", "/HEALTHZ", "/v1/%2e%2e/healthz", "/healthz%00")
    ],
]


def test_every_route_refuses_who_is_not_let_in(closed):
    app, address, token, expired = closed
    routes = {*paths(app.routes), *paths(gradio_routes(app)), *WELL_KNOWN}
    assert len(routes) > 80
    assert set(WELL_KNOWN[:2]) | {("POST", "/gradio_api/upload"), ("POST", "/v1/analyze")} <= {
        *paths(app.routes),
        *paths(gradio_routes(app)),
    }
    wrong = [None, bearer(token[:-1]), bearer(expired)]
    with httpx.Client(base_url=address) as client:
        for method, path in sorted(routes):
            if path in server.OPEN:
                continue
            for authorization in wrong:
                answer = client.request(method, path, headers={"Authorization": authorization} if authorization else {})
                assert answer.status_code == 401, (method, path, authorization, answer.text)
                assert answer.headers.get_list("www-authenticate")[0].startswith("Basic realm=")
                assert method == "HEAD" or answer.json().keys() == {"detail"}


def test_token_in_an_address_or_cookie_opens_nothing(closed):
    _, address, token, _ = closed
    for path in (f"/config?token={token}", f"/config?access_token={token}", f"/config?__sign={token}"):
        assert httpx.get(address + path, cookies={"access-token": token}).status_code == 401


def test_two_authorization_headers_are_refused(closed):
    _, address, token, _ = closed
    headers = [("Authorization", bearer("nst_wrong")), ("Authorization", bearer(token))]
    assert httpx.get(f"{address}/config", headers=headers).status_code == 401


def test_websocket_is_refused(closed):
    app, *_ = closed
    with pytest.raises(WebSocketDisconnect) as found, TestClient(app).websocket_connect("/gradio_api/queue/join"):
        pass
    assert found.value.code == 1008


def test_health_is_open(closed):
    _, address, *_ = closed
    assert httpx.get(f"{address}/healthz").json() == {"state": "ok"}
    assert httpx.get(f"{address}/readyz").json() == {"state": "ok"}


def test_address_that_a_client_gives_itself_counts_for_nothing(closed):
    _, address, *_ = closed
    statuses = []
    for i in range(11):
        headers = {"Authorization": basic("Nobody", f"guess {i}"), "X-Forwarded-For": f"203.0.113.{i}"}
        statuses.append(httpx.get(f"{address}/config", headers=headers).status_code)
    assert statuses == [401] * 10 + [429]


@pytest.mark.parametrize("login", ["token", "password"])
def test_who_is_let_in_gets_page_and_api(closed, login):
    _, address, token, _ = closed
    authorization = bearer(token) if login == "token" else basic("Anna", PASSWORD)
    with httpx.Client(base_url=address, headers={"Authorization": authorization}) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "newstance" in page.text
        assert client.get("/config").json()["title"] == "newstance"
        for path in ("/v1/profiles", "/metrics", "/docs", "/openapi.json", "/gradio_api/info", "/theme.css"):
            assert client.get(path).status_code == 200, path
        scripts = [part.split('"')[0] for part in page.text.split('src="')[1:]]
        assert scripts
        assert client.get("/" + scripts[0].removeprefix("./").lstrip("/")).status_code == 200
        assert client.post("/v1/analyze", json={"text": "Anna Schmidt praised the plan."}).status_code == 200


def test_gradio_client_comes_in_with_a_token_alone(closed):
    from gradio_client import Client

    _, address, token, _ = closed
    with pytest.raises(Exception, match="credentials were not provided"):
        Client(address, verbose=False)
    client = Client(address, verbose=False, headers={"Authorization": bearer(token)})
    pairs = [["Anna Schmidt", "the harbour plan"]]
    found = json.loads(client.predict(pairs, "Anna Schmidt praised the harbour plan.", api_name="/find_stances"))
    assert [stance["label"] for stance in found["stances"]] == ["favor"]


def test_api_says_how_to_log_in(closed):
    _, address, token, _ = closed
    schema = httpx.get(f"{address}/openapi.json", headers={"Authorization": bearer(token)}).json()
    schemes = schema["components"]["securitySchemes"]
    assert {scheme["scheme"] for scheme in schemes.values()} == {"basic", "bearer"}
    assert schema["paths"]["/v1/analyze"]["post"]["security"]
    assert "security" not in schema["paths"]["/healthz"]["get"]
