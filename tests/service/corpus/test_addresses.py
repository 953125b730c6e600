"""Articles at addresses of a site on loopback: robots.txt, rates, tries, and reasons where there is none."""

from __future__ import annotations

import threading
import time

import pytest
from listener import HTML, Listener
from many_articles import rows_in

from newstance.models.hearing import Stopped
from newstance.service.corpus import addresses
from newstance.service.corpus.addresses import Addresses
from newstance.service.corpus.inputs import Inputs
from newstance.service.corpus.records import Record
from newstance.service.corpus.run import RunOptions, run

STORY = "Solberg praised the plan for the harbour on Monday, and the council voted for it after a long debate. "
PAGE = (200, HTML, f"<html><body><article><h1>Plan</h1>{f'<p>{STORY * 3}</p>' * 3}</article></body></html>".encode())
NONE = (404, HTML, b"<p>nothing here")
PLAIN = {"Content-Type": "text/plain"}


@pytest.fixture
def site(monkeypatch):
    site = Listener()
    # Two names that lie here; all others where they do.
    there = {"news.example", "other.example"}
    public = addresses.fetch.__globals__["public_addresses"]
    monkeypatch.setitem(
        addresses.fetch.__globals__,
        "public_addresses",
        lambda host, port, seconds: [("127.0.0.1", site.port)] if host in there else public(host, port, seconds),
    )
    site.pages = {"/robots.txt": NONE, "/a": PAGE, "/b": PAGE}
    yield site
    site.close()


def get(*given, **settings):
    settings = {"delay": 0.0, "pause": 0.0} | settings
    found = Addresses(**settings).fetched([Record(one, 0, "address", {"address": one}) for one in given])
    return [record.problem or record.article().text[:15] for record in found]


def asked(site):
    return [path for path, _ in site.requests]


def test_articles_come_in_the_order_of_their_addresses(site):
    site.pages["/b"] = (200, HTML, PAGE[2].replace(b"Solberg", b"Miller"))
    given = ["http://news.example/a", "http://other.example/b", "http://news.example/b"]
    records = [Record("list", i, "address", {"address": one}, f"{i}") for i, one in enumerate(given)]
    found = Addresses(0).fetched([*records, Record("x", 1, "row", {"text": "stays"})])
    assert [one.article().text.split()[0] for one in found[:3]] == ["Solberg", "Miller", "Miller"]
    assert [one.article().url for one in found[:3]] == given
    assert [(one.file, one.line, one.id) for one in found[:3]] == [("list", 0, "0"), ("list", 1, "1"), ("list", 2, "2")]
    assert found[3].values == {"text": "stays"}


def test_robots_txt_is_asked_for_once_and_kept_to(site):
    rules = b"User-agent: newstance\nDisallow: /private\nAllow: /\n\nUser-agent: *\nDisallow: /"
    site.pages |= {"/robots.txt": (200, PLAIN, rules), "/private/a": PAGE}
    found = get("http://news.example/a", "http://news.example/private/a", "http://news.example/b")
    assert found == ["Solberg praised", "the robots.txt of news.example keeps programs from this address", STORY[:15]]
    assert asked(site) == ["/robots.txt", "/a", "/b"]


def test_an_address_that_redirects_to_a_forbidden_one_is_not_read(site):
    site.pages |= {
        "/robots.txt": (200, PLAIN, b"User-agent: *\nDisallow: /private"),
        "/old": (301, {"Location": "/private/a"}, b""),
        "/private/a": PAGE,
    }
    assert "keeps programs from this address" in get("http://news.example/old")[0]
    assert asked(site) == ["/robots.txt", "/old"]


@pytest.mark.parametrize("robots", [NONE, (403, PLAIN, b""), (200, HTML, b"<p>User-agent: *\nDisallow: /")])
def test_a_site_without_robots_txt_may_be_read(site, robots):
    site.pages["/robots.txt"] = robots
    assert get("http://news.example/a") == ["Solberg praised"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_site_whose_robots_txt_cannot_be_got_is_not_read(site, status):
    site.pages["/robots.txt"] = (status, PLAIN, b"")
    said = get("http://news.example/a", "http://news.example/b")
    assert all(
        one.startswith("the robots.txt of news.example cannot be read, so nothing is read there") for one in said
    )
    assert asked(site) == ["/robots.txt"]


def test_each_site_is_asked_slowly_and_two_at_once(site):
    times = {}

    def page(request):
        times.setdefault(request.headers["Host"], []).append(time.monotonic())
        site.pages[request.path] = PAGE
        request.do_GET()
        site.pages[request.path] = page

    site.pages |= {"/a": page, "/b": page}
    began = time.monotonic()
    get(*[f"http://{host}.example/{path}" for host in ("news", "other") for path in "abab"], delay=0.2)
    took = time.monotonic() - began
    for host in ("news.example", "other.example"):
        gaps = [after - before for before, after in zip(times[host], times[host][1:], strict=False)]
        assert sum(gaps) > 0.45 and min(gaps) > 0.05  # as they arrive, which a busy machine delays
    assert 0.8 <= took < 1.6 + 8 * 0.3  # one after the other, the sites would take 1.8 s


@pytest.mark.parametrize(("asks", "least"), [(b"0.3", 0.25), (b"0.001", 0.0)])
def test_a_site_that_asks_for_more_time_gets_it(site, asks, least):
    site.pages["/robots.txt"] = (200, PLAIN, b"User-agent: *\nCrawl-delay: " + asks)
    began = time.monotonic()
    get("http://news.example/a", "http://news.example/b")
    assert time.monotonic() - began >= least


def test_a_site_that_asks_for_an_hour_is_not_read(site):
    site.pages["/robots.txt"] = (200, PLAIN, b"User-agent: *\nCrawl-delay: 3600")
    assert get("http://news.example/a") == [
        "the robots.txt of news.example asks for 3600 s between pages, which is too long"
    ]


def test_what_fails_in_passing_is_tried_again(site):
    times = []

    def page(request):
        times.append(time.monotonic())
        status, headers, body = (503, HTML, b"") if len(times) < 3 else PAGE
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    site.pages["/a"] = page
    assert get("http://news.example/a", pause=0.1) == ["Solberg praised"]
    assert [after - before > least for before, after, least in zip(times, times[1:], (0.1, 0.2), strict=False)] == [
        True,
        True,
    ]


def test_tries_are_bounded_and_what_will_not_change_is_not_tried_again(site):
    site.pages |= {"/a": (503, HTML, b""), "/b": NONE}
    busy, gone = get("http://news.example/a", "http://news.example/b")
    assert "(status 503)" in busy
    assert busy.endswith("(tried 3 times)")
    assert "(status 404)" in gone
    assert "tried" not in gone
    assert asked(site) == ["/robots.txt", "/a", "/a", "/a", "/b"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1/a", "127.0.0.1 is not a public address"),
        ("http://[::1]/a", "is not a public address"),
        ("http://169.254.169.254/latest", "is not a public address"),
        ("file:///etc/passwd", "only http and https addresses"),
        ("http://user:pass@news.example/", "user name or password"),
        ("http://news.example:8080/", "only the ports 80 and 443"),
        ("no address", "is not a whole web address"),
        ("http://[", "the name %5b is not known"),
        ("http://xn--a.com/", "is not a web address"),
    ],
)
def test_addresses_that_may_not_be_read_are_not(site, address, said):
    assert said in get(address)[0]
    assert site.requests == []


def test_a_page_that_leads_inside_is_not_followed(site):
    site.pages["/a"] = (302, {"Location": "http://127.0.0.1/admin"}, b"")
    assert "is not a public address" in get("http://news.example/a")[0]


def test_a_page_that_leads_to_a_broken_name_takes_no_other_along(site):
    site.pages["/a"] = (302, {"Location": "http://xn--a.com/"}, b"")
    broken, other = get("http://news.example/a", "http://news.example/b")
    assert "redirects to what is no web address" in broken
    assert other == "Solberg praised"


def test_waiting_ends_when_it_is_told_to(site):
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(Stopped):
        get("http://news.example/a", "http://news.example/b", delay=60, stop=stop)


def test_a_run_over_a_list_of_addresses(site, tmp_path, task):
    site.pages["/gone"] = NONE
    file = tmp_path / "list.txt"
    file.write_text("# a list\nhttp://news.example/a\n\nhttp://news.example/gone\nhttp://news.example/a\n")
    inputs = Inputs(addresses=(str(file),))
    run(inputs, task, tmp_path / "out", RunOptions(delay=0.01))
    found = rows_in(tmp_path / "out")
    assert [(row["url"], row["place"], row["title"]) for row in found["articles"]] == [
        ("http://news.example/a", f"{file}:2", "Plan")
    ]
    assert [(row["file"], row["line"]) for row in found["rejected"]] == [(str(file), 4), (str(file), 5)]
    assert "(status 404)" in found["rejected"][0]["reason"]
    assert found["rejected"][1]["reason"] == f"the same as {file}:2, which is read"
    assert asked(site) == ["/robots.txt", "/a", "/gone"]
