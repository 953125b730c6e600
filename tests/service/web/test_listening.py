"""What a connection may cost a server: small answers leave at once, and who asks nothing is not waited for."""

import contextlib
import socket
import statistics
import time

import httpx
import pytest
import serving

pytestmark = pytest.mark.alone

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")

from newstance.service.web.listening import Patience  # noqa: E402


async def hello(scope, receive, send):
    """Answers anything: 20 MB to /large, a word to all else."""
    if scope["type"] != "http":
        return
    body = b"x" * 20_000_000 if scope["path"] == "/large" else b"hello"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def connect(address):
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def is_closed(connection, seconds=0.0):
    connection.settimeout(seconds)
    try:
        return connection.recv(100) == b""
    except (BlockingIOError, TimeoutError):
        return False
    except ConnectionError:
        return True


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_kept_connection_is_answered_in_under_five_milliseconds(analyzer):
    with serving.running(server.create_app(analyzer)) as address, httpx.Client(base_url=address) as client:
        client.get("/healthz")
        times = []
        for _ in range(100):
            start = time.perf_counter()
            assert client.get("/healthz").json() == {"state": "ok"}
            times.append(time.perf_counter() - start)
    # Sent in two pieces, it would take 40 ms until the client has acknowledged the first.
    assert statistics.median(times) < 0.005, statistics.median(times)


def test_connections_that_ask_nothing_are_closed():
    with serving.running(hello, "/", Patience(head=1.0, most_waiting=1000)) as address:
        opened = [connect(address) for _ in range(600)]
        for i, connection in enumerate(opened):
            connection.sendall((b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: ")[i % 3])
        # Those that send a little now and then are not waited for, either.
        dripping = opened[2::30]
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            for connection in dripping:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(b"y")
            time.sleep(0.1)
        until(lambda: all(is_closed(connection) for connection in opened), seconds=5)
        assert httpx.get(address).text == "hello"
        for connection in opened:
            connection.close()


def test_new_connection_takes_the_place_of_the_oldest_that_asks_nothing():
    with serving.running(hello, "/", Patience(head=60, most_waiting=50)) as address:
        opened = [connect(address) for _ in range(120)]
        until(lambda: sum(is_closed(connection) for connection in opened) >= 70)
        assert not is_closed(opened[-1], 0.1)
        assert httpx.get(address).text == "hello"
        for connection in opened:
            connection.close()


def test_second_request_of_a_connection_is_not_waited_for_longer():
    with serving.running(hello, "/", Patience(head=0.5)) as address, connect(address) as connection:
        for _ in range(2):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"hello"):
                answer += connection.recv(1000)
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert not is_closed(connection, 0.1)
        assert is_closed(connection, 3)


def test_client_that_does_not_read_its_answer_is_left():
    patience = Patience(head=0.3, reading=0.5)
    with serving.running(hello, "/", patience) as address:
        with connect(address) as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(3)
            received = 0
            with pytest.raises(ConnectionError):
                while received < 20_000_000:
                    piece = connection.recv(1_000_000)
                    received += len(piece)
                    if not piece:
                        raise ConnectionError
        # Who reads slowly gets all of it.
        with connect(address) as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            received = 0
            while received < 20_000_000:
                received += len(connection.recv(1_000_000))
                time.sleep(0.02)


def test_patience_is_short_by_default():
    usual = Patience()
    assert usual.head <= 15
    assert usual.most_waiting <= 300
