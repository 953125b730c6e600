"""Addresses that must not be reached, and those that may."""

import socket
import threading
import time

import pytest
from listener import HTML, PUBLIC, PUBLIC_IPV6

from newstance.models.errors import FetchError
from newstance.service.intake import fetch as fetching
from newstance.service.intake.fetch import fetch, is_public, public_addresses

# What follows http:// up to the port; each stands for an address that is not public, or is no address at all.
HOSTILE = [
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "127.0.0.1.",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "127.0.0.1%00.news.example",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::1]",
    "[2001:20::1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[3fff::1]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "news.example@127.0.0.1",
    "news.example:80@127.0.0.1",
    "news.example%40127.0.0.1",
    "private.example",
    "mixed.example",
    "mixed6.example",
    "metadata.google.internal",
]


def test_there_are_enough_hostile_addresses():
    assert len(set(HOSTILE)) >= 30


@pytest.mark.parametrize("host", HOSTILE)
def test_hostile_address_is_not_connected_to(site, dialed, names, monkeypatch, host):
    monkeypatch.setattr(fetching, "PORTS", (80, site.port))
    with pytest.raises(FetchError, match=r"paste|give"):
        fetch(f"http://{host}:{site.port}/")
    assert dialed == []
    assert site.connections == 0


@pytest.mark.parametrize("host", HOSTILE)
def test_redirect_to_hostile_address_is_not_connected_to(site, dialed, names, monkeypatch, host):
    monkeypatch.setattr(fetching, "PORTS", (80, site.port))
    location = f"http://{host}:{site.port}/secret".encode().decode("latin-1")  # as headers are sent
    site.pages["/"] = (302, {"Location": location}, b"")
    with pytest.raises(FetchError):
        site.fetch()
    assert dialed == [("127.0.0.1", site.port)]
    assert [path for path, _ in site.requests] == ["/"]


def test_second_redirect_is_checked_like_the_first(site, dialed):
    site.pages["/"] = (301, {"Location": "/next"}, b"")
    site.pages["/next"] = (307, {"Location": "//169.254.169.254/latest/meta-data/"}, b"")
    with pytest.raises(
        FetchError, match=r"^http://news\.example/ redirects: 169\.254\.169\.254 is not a public address"
    ):
        site.fetch()
    assert len(dialed) == 2


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://news.example/", "only http and https"),
        ("gopher://127.0.0.1:70/_", "only http and https"),
        ("javascript:alert(1)", "redirects to what is no web address"),
        ("data:text/html,hello", "redirects to what is no web address"),
        ("http://news.example:22/", "only the ports 80 and 443"),
        ("http://news.example:0/", "only the ports 80 and 443"),
        ("http://me:secret@news.example/", "holds a user name or password"),
        ("http://[::1", "no valid HTTP"),
        ("http://xn--a.com/", "redirects to what is no web address"),
        ("https://xn--/news", "redirects to what is no web address"),
    ],
)
def test_redirect_to_what_is_no_web_address(site, dialed, location, message):
    site.pages["/"] = (302, {"Location": location}, b"")
    with pytest.raises(FetchError, match=message):
        site.fetch()
    assert len(dialed) == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://news.example/a", "only http and https addresses can"),
        ("file:///etc/passwd", "only http and https addresses can"),
        ("news.example/a", "put https:// before it"),
        ("//news.example/a", "put https:// before it"),
        ("http:///a", "names no site"),
        ("http://news.example:22/", "only the ports 80 and 443"),
        ("http://news.example:0/", "only the ports 80 and 443"),
        ("https://me:secret@news.example/", "holds a user name or password; give it without"),
        ("http://news\x00.example/", "not a web address"),
        ("http://[news]/", "not a web address"),
        ("http://news.example:port/", "not a web address"),
        ("http://xn--a.com/", "not a web address"),
        ("https://xn--/news", "not a web address"),
    ],
)
def test_what_is_no_web_address(dialed, url, message):
    with pytest.raises(FetchError, match=message) as raised:
        fetch(url)
    assert "secret" not in str(raised.value)
    assert dialed == []


def test_the_answer_that_was_checked_is_the_one_connected_to(site, dialed, monkeypatch):
    monkeypatch.setattr(fetching, "PORTS", (site.port,))
    resolve, answers = socket.getaddrinfo, []

    def rebinding(host, port, *arguments, **more):
        if host != "rebinding.example":
            return resolve(host, port, *arguments, **more)
        answers.append("127.0.0.1" if answers else PUBLIC)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers[-1], port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(FetchError, match=r"rebinding\.example cannot be reached"):
        fetch(f"http://rebinding.example:{site.port}/")
    assert (answers, dialed, site.connections) == ([PUBLIC], [(PUBLIC, site.port)], 0)


def test_each_public_address_of_a_name_is_tried(dialed, names):
    with pytest.raises(
        FetchError, match=r"public\.example cannot be reached \(.*refused\); check the address and the net"
    ):
        fetch("https://public.example/")
    assert dialed == [(PUBLIC_IPV6, 443), (PUBLIC, 443)]


def test_address_that_does_not_answer_leaves_the_next_its_turn(site, names, monkeypatch):
    dialed, connect = [], socket.create_connection

    def create_connection(address, *arguments, **more):
        dialed.append(address)
        if address[0] == PUBLIC_IPV6:
            raise TimeoutError("timed out")
        return connect(("127.0.0.1", site.port), *arguments, **more)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    site.pages["/"] = (200, HTML, b"<p>Hello")
    assert fetch("http://public.example/").text == "<p>Hello"
    assert dialed == [(PUBLIC_IPV6, 80), (PUBLIC, 80)]


def test_name_without_an_address_is_not_public(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(FetchError, match=r"empty\.example is not a public address"):
        fetch("http://empty.example/")


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_IPV6, "1.1.1.1", "2a00:1450:4001::1", "64:ff9b::5db8:d822"])
def test_public_addresses_are_public(address):
    assert is_public(address)


def test_address_by_way_of_a_chosen_interface_is_not_public():
    assert not is_public(f"{PUBLIC_IPV6}%lo")


def test_an_address_that_is_answered_twice_is_tried_once(monkeypatch):
    answers = [(0, socket.SOCK_STREAM, 6, "", (address, 80)) for address in (PUBLIC, "1.1.1.1", PUBLIC)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    assert public_addresses("twice.example", 80, 1) == [(PUBLIC, 80), ("1.1.1.1", 80)]


def test_error_does_not_say_what_a_name_means_inside(names):
    with pytest.raises(FetchError) as raised:
        fetch("http://private.example/")
    assert "10.1.2.3" not in str(raised.value)


def test_unknown_name():
    with pytest.raises(FetchError, match=r"the name nowhere\.invalid is not known; check the address"):
        fetch("http://nowhere.invalid/")
    with pytest.raises(FetchError, match="is not known"):
        fetch(f"http://{'a' * 70}.example/")


def test_name_that_is_not_resolved_in_time(monkeypatch):
    enough = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: enough.wait(10) and [])
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"slow\.example was not resolved in time; try again later"):
        fetch("http://slow.example/", seconds=0.3)
    assert time.monotonic() - began < 3
    enough.set()
