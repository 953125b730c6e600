"""What a server keeps to itself, and where it may be reached."""

import logging
import os
import socket
import time
from pathlib import Path

import httpx
import pytest
import serving
from asked_server import MARK

from newstance.configs import SettingsError
from newstance.models.errors import InputError
from newstance.service.cli import main

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")

gradio_client = pytest.importorskip("gradio_client")
schemathesis = pytest.importorskip("schemathesis")


# What it keeps to itself


def test_nothing_of_what_users_send_is_logged(held, caplog, capfd):
    caplog.set_level(logging.INFO)
    server._quiet_libraries()
    with serving.running(server.create_app(held)) as address, httpx.Client(base_url=address, timeout=60) as client:
        text = f"{MARK} Schmidt praised the harbour plan."
        api_info = client.get("/config").json()
        assert client.post("/v1/analyze", json={"text": text, "targets": [MARK]}).status_code == 200
        for asked in (
            {"text": text, "topic": MARK},
            {"text": [text]},
            {"text": text, MARK: 1},
            {"url": f"http://{MARK}"},
        ):
            assert client.post("/v1/analyze", json=asked).status_code == 422
        client.post("/v1/analyze", content=f'{{"text": "{MARK}', headers={"Content-Type": "application/json"})
        client.get(f"/{MARK}?{MARK}={MARK}")
        client.get(f"/gradio_api/file={MARK}")
        client.get(f"/v1/profiles?text={MARK}")
        client.post("/gradio_api/upload", files={"files": (f"{MARK}.txt", text)})
        for data in ([text, *[None] * 6], [{"a": MARK}, *[MARK] * 6], [MARK], [[MARK]] * 9):
            client.post("/gradio_api/run/analyze_article", json={"data": data})
            client.post("/gradio_api/call/find_stances", json={"data": data})
        for dependency in api_info["dependencies"]:
            if dependency["inputs"]:
                asked = {"data": [MARK] * len(dependency["inputs"]), "fn_index": dependency["id"], "session_hash": MARK}
                client.post("/gradio_api/queue/join", json=asked)
        client.post("/gradio_api/mcp/", json={"jsonrpc": "2.0", "id": 1, "method": MARK, "params": {"a": MARK}})
        time.sleep(1)
        held.fails = ValueError(f"{MARK} is wrong")
        assert client.post("/v1/analyze", json={"text": text}).status_code == 500
        client.post("/gradio_api/run/analyze_article", json={"data": [text, *[None] * 6]})
    captured = capfd.readouterr()
    assert "an analysis failed: ValueError" in caplog.text
    assert "POST /v1/analyze 200" in caplog.text
    for name, log in (("log", caplog.text), ("stdout", captured.out), ("stderr", captured.err)):
        assert MARK.lower() not in log.lower(), (name, log)


ESCAPES = [
    "/etc/passwd",
    "../../../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252f%252e%252e%252f%252e%252e%252f%252e%252e%252fetc%252fpasswd",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "....//....//....//etc/passwd",
    "..\\..\\..\\..\\etc\\passwd",
    "/proc/self/environ",
    "/proc/self/cmdline",
    "/dev/stdin",
    "file:///etc/passwd",
    "file%3A%2F%2F%2Fetc%2Fpasswd",
    "/etc/passwd%00.txt",
    "~/.bashrc",
    "/tmp/../etc/passwd",
]
FILE_ROUTES = [
    "/gradio_api/file=",
    "/gradio_api/file/",
    "/gradio_api/proxy=",
    "/file=",
    "/static/",
    "/assets/",
    "/svelte/",
    "/gradio_api/custom_component/x/client/x/",
    "/pwa_icon/",
    "/static-offline-docs/",
    "/gradio_api/stream/x/x/1/",
    "/",
    "/v1/",
]


def raw_get(address, target):
    """The answer to a path as it stands; clients would tidy it up."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return int(answer.split(b" ", 2)[1]), answer


@pytest.fixture(scope="module")
def secrets_on_disk(tmp_path_factory):
    """Ways to a file that nobody may read, one of them by a link from where Gradio keeps uploads."""
    import gradio as gr

    folder = tmp_path_factory.mktemp("secret")
    secret = folder / "secret.txt"
    secret.write_text(MARK)
    uploads = Path(gr.utils.get_upload_folder())
    uploads.mkdir(parents=True, exist_ok=True)
    link = uploads / f"newstance-test-{time.time_ns()}.txt"
    link.symlink_to(secret)
    yield [str(secret), str(link), f"{uploads}/{os.path.relpath(secret, uploads)}"]
    link.unlink()


@pytest.mark.parametrize("route", FILE_ROUTES)
def test_no_path_leads_out(address, route, secrets_on_disk):
    code = Path(server.__file__)
    for path in [
        *ESCAPES,
        *secrets_on_disk,
        str(code),
        code.name,
        "pyproject.toml",
        "service/web/server.py",
        ".git/config",
    ]:
        status, answer = raw_get(address, route + path)
        assert status >= 400, (route, path, answer[:300])
        for found in (b"root:", b"PATH=", b"[project]", b"[core]", b"import annotations", MARK.encode()):
            assert found not in answer, (route, path)


def test_server_fetches_no_addresses_for_others(client):
    for path in (
        "file=http://192.0.2.1/",
        "file=https://192.0.2.1/",
        "file=HTTP://192.0.2.1/",
        "proxy=http://192.0.2.1/",
        "FILE=HTTP://192.0.2.1/",
    ):
        assert client.get(f"/gradio_api/{path}").status_code == 404


def test_routes_that_nobody_needs_are_closed(client):
    for path in ("deep_link", "component_server", "component_server/", "stream/x", "Deep_link"):
        for method in ("GET", "POST"):
            answer = client.request(method, f"/gradio_api/{path}", params={"session_hash": "x"})
            assert (answer.status_code, "does not have this route" in answer.text) == (404, True)


def test_server_tells_nobody_what_others_ask_of_its_page(client):
    for path in ("/monitoring", "/monitoring/summary", "/monitoring/x"):
        assert client.get(path).status_code == 403, path


# Where it may be reached


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_public_address_needs_accounts_or_a_word(host, capsys):
    assert main(["serve", "--host", host, "--port", "0"]) == 2
    err = capsys.readouterr().err
    assert "newstance auth add-token" in err
    assert "--insecure" in err


def test_port_that_is_taken_is_told(profile_file):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="choose another by --port"):
        server.serve(profile_file, port=taken.getsockname()[1])


def test_command_serves_as_much_at_once_as_the_server_does_by_itself(monkeypatch):
    asked = []
    monkeypatch.setattr(server, "serve", lambda profile, host, port, settings, insecure: asked.append(settings))
    assert main(["serve"]) == 0
    (given,), own = asked, server.ServerSettings()
    assert (given.concurrency, given.max_queue, given.accounts) == (own.concurrency, own.max_queue, own.accounts)


def test_wrong_profile_and_accounts_are_told_before_anything_is_loaded(profile_file, tmp_path):
    with pytest.raises(SettingsError, match="nonesuch"):
        server.serve("nonesuch", port=0)
    with pytest.raises(SettingsError, match="there is no accounts file"):
        server.serve(profile_file, port=0, settings=server.ServerSettings(accounts=tmp_path / "none.yaml"))


def test_local_server_answers_to_its_own_names_alone(analyzer):
    app = server.create_app(analyzer, server.ServerSettings(hosts=server.LOOPBACK))
    with serving.running(app, wait_for="/healthz") as address:
        port = address.rpartition(":")[2]
        for host, status in (("127.0.0.1", 200), ("localhost", 200), ("[::1]", 200), ("evil.example", 400)):
            answer = httpx.get(f"{address}/v1/profiles", headers={"Host": f"{host}:{port}"})
            assert answer.status_code == status, host
