"""Who is let in: the accounts file, its commands, and every route of a server that has one."""

import asyncio
import base64
import getpass
import io
import json
import os
import stat
import sys
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
import serving
import yaml
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from newstance.configs import SettingsError
from newstance.models.errors import InputError
from newstance.service.cli import main
from newstance.service.web import auth
from newstance.service.web.auth import Accounts, Door, RefusedError, add_token, add_user

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")

PASSWORD = "correct horse: battery"


@pytest.fixture(autouse=True, scope="module")
def _quick_hashes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_N", 2**10)
        patch.setattr(auth, "_NOBODY", auth._NOBODY.replace(str(2**15), str(2**10)))
        yield


@pytest.fixture
def file(tmp_path):
    return tmp_path / "accounts.yaml"


def today():
    return datetime.now(UTC).date()


def bearer(token):
    return f"Bearer {token}"


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


# The accounts file


def test_file_holds_no_secret_and_is_its_owners_alone(file):
    token = add_token(file, "ci")
    add_user(file, "Anna", PASSWORD)
    content = file.read_text()
    assert token not in content
    assert token.removeprefix("nst_") not in content
    assert PASSWORD not in content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    accounts = Accounts.load(file)
    assert accounts.owner_of(token, today()) == "ci"
    assert accounts.is_password("Anna", PASSWORD)
    assert not accounts.is_password("Anna", PASSWORD + " ")
    assert not accounts.is_password("Bert", PASSWORD)


def test_same_password_is_hashed_differently_for_each_user(file):
    add_user(file, "Anna", PASSWORD)
    add_user(file, "Bert", PASSWORD)
    anna, bert = Accounts.load(file).users
    assert anna.scrypt != bert.scrypt


def test_passwords_are_hashed_as_slowly_for_nobody_as_for_somebody(file):
    add_user(file, "Anna", PASSWORD)
    assert Accounts.load(file).users[0].scrypt.split(":")[:3] == auth._NOBODY.split(":")[:3]


def test_token_is_taken_to_the_end_of_its_last_day(file):
    day = today() + timedelta(days=3)
    token = add_token(file, "ci", day)
    accounts = Accounts.load(file)
    assert accounts.owner_of(token, day) == "ci"
    assert accounts.owner_of(token, day + timedelta(days=1)) is None
    with pytest.raises(InputError, match="has passed"):
        add_token(file, "old", date(2020, 1, 1))


@pytest.mark.parametrize("add", [add_token, lambda file, name: add_user(file, name, PASSWORD)])
def test_name_is_taken_once(file, add):
    add(file, "ci")
    with pytest.raises(InputError, match="has an entry named 'ci'"):
        add(file, "ci")


@pytest.mark.parametrize("name", ["", " ", "a ", "\n", "a\nb", "x" * 200])
def test_names_are_plain(file, name):
    with pytest.raises(InputError, match="is no name"):
        add_token(file, name)
    assert not file.exists()


def test_users_that_http_cannot_carry_and_short_passwords(file):
    with pytest.raises(InputError, match="colon"):
        add_user(file, "a:b", PASSWORD)
    with pytest.raises(InputError, match="at least 8 characters"):
        add_user(file, "Anna", "short")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("tokens: [{name: a, sha256: secret}]", r"tokens\.0\.sha256"),
        ("users: [{name: a, scrypt: secret}]", r"users\.0\.scrypt"),
        ("people: []", "people"),
        (json.dumps({"tokens": [{"name": "a", "sha256": digit * 64} for digit in "01"]}), "comes twice"),
        ("{", "no valid YAML"),
    ],
)
def test_wrong_file_is_refused_by_name(file, content, message):
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match=message):
        Accounts.load(file)


def test_file_that_others_may_write_is_refused_and_one_they_may_read_is_told(file, caplog):
    add_token(file, "ci")
    file.chmod(0o644)
    Accounts.load(file)
    assert "others may read" in caplog.text
    file.chmod(0o660)
    with pytest.raises(SettingsError, match="chmod 600"):
        Accounts.load(file)


@pytest.mark.parametrize("content", [None, "{}"])
def test_server_that_would_let_nobody_in_does_not_start(file, content):
    if content:
        file.write_text(content)
        file.chmod(0o600)
    with pytest.raises(SettingsError, match="newstance auth add-token"):
        Door(file)


# The commands


def test_commands_add_a_token_and_a_user(file, capsys, monkeypatch):
    assert main(["auth", "add-token", "ci", "--expires", str(today()), "--auth-file", str(file)]) == 0
    token = capsys.readouterr().out.strip()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\nmore\n"))
    assert main(["auth", "add-user", "Anna", "--auth-file", str(file)]) == 0
    assert PASSWORD not in "".join(capsys.readouterr())
    accounts = Accounts.load(file)
    assert accounts.owner_of(token, today()) == "ci"
    assert accounts.tokens[0].expires == today()
    assert accounts.is_password("Anna", PASSWORD)


def test_password_typed_at_a_terminal_is_asked_for_twice(file, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    answers = iter([PASSWORD, "another one"])
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
    assert main(["auth", "add-user", "Anna", "--auth-file", str(file)]) == 2
    assert "differ" in capsys.readouterr().err
    monkeypatch.setattr(getpass, "getpass", lambda prompt: PASSWORD)
    assert main(["auth", "add-user", "Anna", "--auth-file", str(file)]) == 0


def test_wrong_day_is_told(file, capsys):
    with pytest.raises(SystemExit):
        main(["auth", "add-token", "ci", "--expires", "soon", "--auth-file", str(file)])
    assert "soon is no day" in capsys.readouterr().err


# The door


@pytest.fixture
def guarded(file):
    add_token(file, "old")
    token = add_token(file, "ci")
    kept = yaml.safe_load(file.read_text())
    kept["tokens"][0]["expires"] = "2020-01-01"
    file.write_text(yaml.safe_dump(kept))
    add_user(file, "Anna", PASSWORD)
    return file, token


def admit(door, authorization, address="192.0.2.1"):
    return asyncio.run(door.admit(authorization, address))


def test_door_opens_to_tokens_and_passwords(guarded):
    file, token = guarded
    door = Door(file)
    assert admit(door, bearer(token)) == "ci"
    assert admit(door, f"bearer  {token} ") == "ci"
    assert admit(door, basic("Anna", PASSWORD)) == "Anna"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nst_x",
        "Bearer \udcff",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Basic " + base64.b64encode(b"Anna").decode(),
        basic("Anna", ""),
        basic("Anna", PASSWORD + "x"),
        basic("anna", PASSWORD),
        basic("", ""),
        basic("ci", PASSWORD),
        "Digest username=Anna",
        PASSWORD,
    ],
)
def test_door_stays_shut(guarded, authorization):
    with pytest.raises(RefusedError):
        admit(Door(guarded[0]), authorization)


def test_hashes_in_the_file_open_nothing(guarded):
    file, _ = guarded
    accounts, door = Accounts.load(file), Door(file)
    for secret in (accounts.tokens[1].sha256, accounts.users[0].scrypt):
        with pytest.raises(RefusedError):
            admit(door, bearer(secret))
        with pytest.raises(RefusedError):
            admit(door, basic("Anna", secret))


def test_password_is_hashed_once(guarded, monkeypatch):
    door, asked = Door(guarded[0]), []
    check = Accounts.is_password
    monkeypatch.setattr(Accounts, "is_password", lambda *given: asked.append(1) or check(*given))

    async def many():
        await asyncio.gather(*[door.admit(basic("Anna", PASSWORD), "192.0.2.1") for _ in range(20)])

    asyncio.run(many())
    assert len(asked) == 1


def test_guessing_is_slowed_down_by_address_and_shuts_out_nobody_who_is_in(guarded, monkeypatch):
    file, token = guarded
    monkeypatch.setattr(Accounts, "is_password", lambda self, name, password: password == PASSWORD)
    now = [1000.0]
    monkeypatch.setattr(auth, "monotonic", lambda: now[0])
    add_user(file, "Bert", PASSWORD)
    door = Door(file)
    admit(door, basic("Anna", PASSWORD))
    for i in range(10):
        with pytest.raises(RefusedError, match="wrong"):
            admit(door, basic("Bert", f"guess {i}"))
    with pytest.raises(RefusedError, match="too many wrong passwords") as found:
        admit(door, basic("Bert", PASSWORD))
    assert 0 < found.value.retry_after <= 61
    assert admit(door, basic("Anna", PASSWORD)) == "Anna"
    assert admit(door, bearer(token)) == "ci"
    assert admit(door, basic("Bert", PASSWORD), "192.0.2.2") == "Bert"
    now[0] += 61
    assert admit(door, basic("Bert", PASSWORD)) == "Bert"


@pytest.fixture
def quick(guarded, monkeypatch):
    """A door that looks at passwords without hashing them."""
    monkeypatch.setattr(Accounts, "is_password", lambda self, name, password: password == PASSWORD)
    return Door(guarded[0])


def wrong(door, name, times, address="192.0.2.1"):
    for i in range(times):
        with pytest.raises(RefusedError, match="wrong"):
            admit(door, basic(name, f"guess {i}"), address)


def test_wrong_passwords_for_one_account_shut_out_nobody_else_behind_the_same_proxy(quick):
    wrong(quick, "Bert", 10)
    with pytest.raises(RefusedError, match="too many wrong passwords"):
        admit(quick, basic("Bert", PASSWORD))
    assert admit(quick, basic("Anna", PASSWORD)) == "Anna"


def test_account_is_not_guessed_from_many_addresses(quick):
    for i in range(5):
        wrong(quick, "Anna", 10, f"192.0.2.{i}")
    with pytest.raises(RefusedError, match="too many wrong passwords"):
        admit(quick, basic("Anna", PASSWORD), "192.0.2.99")
    assert admit(quick, basic("Bert", PASSWORD), "192.0.2.99") == "Bert"


def test_address_does_not_guess_at_many_accounts(quick):
    for i in range(50):
        wrong(quick, f"name {i}", 1)
    with pytest.raises(RefusedError, match="too many wrong passwords"):
        admit(quick, basic("Anna", PASSWORD))
    assert admit(quick, basic("Anna", PASSWORD), "192.0.2.2") == "Anna"


def test_counted_failures_are_bounded(quick, monkeypatch):
    monkeypatch.setattr(auth, "_MOST_COUNTED", 30)
    for i in range(40):
        wrong(quick, f"name {i}", 1, f"192.0.2.{i}")
    assert len(quick._failures) == 30
    assert ("name 39", "192.0.2.39") in quick._failures


def test_changed_file_counts_at_once(guarded, caplog):
    file, token = guarded
    door = Door(file)
    admit(door, bearer(token))
    admit(door, basic("Anna", PASSWORD))
    new = add_token(file, "new")
    assert admit(door, bearer(new)) == "new"
    kept = yaml.safe_load(file.read_text())
    kept["users"], kept["tokens"] = [], kept["tokens"][2:]
    file.write_text(yaml.safe_dump(kept))
    assert admit(door, bearer(new)) == "new"
    for lost in (bearer(token), basic("Anna", PASSWORD)):
        with pytest.raises(RefusedError):
            admit(door, lost)
    file.write_text("tokens: [")
    with pytest.raises(RefusedError):
        admit(door, bearer(new))
    assert "nobody is let in until the accounts file is mended" in caplog.text


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_file_that_others_may_write_from_now_on_lets_nobody_in(guarded, caplog):
    file, token = guarded
    door = Door(file)
    assert admit(door, bearer(token)) == "ci"
    file.chmod(0o666)
    with pytest.raises(RefusedError):
        admit(door, bearer(token))
    assert f"nobody is let in until the accounts file is mended: others may write {file}" in caplog.text
    assert f"chmod 600 {file}" in caplog.text
    file.chmod(0o640)
    assert admit(door, bearer(token)) == "ci"
    assert f"others may read {file}" in caplog.text
    file.chmod(0o600)
    assert admit(door, bearer(token)) == "ci"


# Every route of a server


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
