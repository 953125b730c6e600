"""Pages from a listener on loopback."""

import asyncio
import gzip
import ssl
import time
import tracemalloc
import zlib
from functools import partial

import pytest
import trustme
from listener import HTML, Listener

from newstance.models.errors import FetchError, InputError
from newstance.service import Article
from newstance.service.intake import fetch as fetching
from newstance.service.intake.fetch import Page, fetch

# Pages


def test_page_and_where_it_was_found(site):
    site.pages["/old"] = (301, {"Location": "/new?a=1#part"}, b"")
    site.pages["/new?a=1"] = (200, HTML, "<p>Käse – “gut”".encode())
    assert site.fetch("/old#x") == Page("http://news.example/new?a=1", "<p>Käse – “gut”", html=True)
    assert site.requests[1][1]["Host"] == "news.example"


def test_page_of_xhtml(site):
    site.pages["/"] = (200, {"Content-Type": "application/xhtml+xml", "Content-Encoding": "identity"}, b"<p>Hello</p>")
    assert site.fetch() == Page("http://news.example/", "<p>Hello</p>", html=True)


def test_plain_text(site):
    site.pages["/"] = (200, {"Content-Type": "TEXT/PLAIN"}, b"Kim spoke.")
    assert site.fetch() == Page("http://news.example/", "Kim spoke.", html=False)


def test_cookies_are_kept_during_redirects(site):
    def page(request):
        if request.headers.get("Cookie") == "seen=1":
            site.pages["/"] = (200, HTML, b"<p>Welcome")
            request.do_GET()
        else:
            request.send_response(302)
            request.send_header("Set-Cookie", "seen=1")
            request.send_header("Location", "/")
            request.end_headers()

    site.pages["/"] = page
    assert site.fetch().text == "<p>Welcome"


def test_redirects_end(site):
    site.pages["/"] = (302, {"Location": "/"}, b"")
    with pytest.raises(
        FetchError, match="redirects more than 5 times, as pages do that want cookies or a login; paste"
    ):
        site.fetch()
    assert len(site.requests) == 6


def test_works_inside_of_a_running_event_loop(site):
    site.pages["/"] = (200, HTML, b"<p>Hello")

    async def page():
        return site.fetch()

    assert asyncio.run(page()).text == "<p>Hello"


def test_proxies_of_the_environment_are_not_used(site, monkeypatch):
    proxy = Listener()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    site.pages["/"] = (200, HTML, b"<p>Hello")
    assert site.fetch().text == "<p>Hello"
    proxy.close()
    assert proxy.connections == 0


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/html; charset=ISO-8859-1", "Käse “gut”".encode("cp1252"), "Käse “gut”"),
        ("text/html; charset=utf-8", "Käse".encode(), "Käse"),
        ("text/html", '<meta charset="shift_jis">日本'.encode("shift_jis"), '<meta charset="shift_jis">日本'),
        (
            "text/html",
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Да'.encode("cp1251"),
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">Да',
        ),
        ("text/html; charset=utf-8", '<meta charset="koi8-r">Да'.encode(), '<meta charset="koi8-r">Да'),
        ("text/html; charset=latin-9000", "Käse".encode(), "Käse"),
        ("text/html; charset=punycode", "Käse".encode(), "Käse"),
        ("text/html; charset=utf-7", b"+ADw-", "+ADw-"),
        ("text/html; charset=iso-8859-1", b"\xef\xbb\xbfK\xc3\xa4se", "Käse"),
        ("text/html", b"\xff\xfeK\x00", "K"),
        ("text/html", "Käse".encode(), "Käse"),
        ("text/html", "Käse".encode("cp1252"), "Käse"),
        ("text/html", b"\x81 K\xe4se", "\ufffd Käse"),
        # What stands so deep in the page is talk of markup, not markup.
        ("text/html", f"{'-' * 5000}<meta charset=koi8-r>Käse".encode(), f"{'-' * 5000}<meta charset=koi8-r>Käse"),
        ("text/html; charset=utf-8", b"K\xe4se", "K\ufffdse"),
    ],
)
def test_bytes_are_read_as_browsers_read_them(site, kind, body, text):
    site.pages["/"] = (200, {"Content-Type": kind}, body)
    assert site.fetch().text == text


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda body: zlib.compress(body)[2:-4]])
def test_packed_pages_are_unpacked(site, pack):
    body = b"".join(b"<p>line %d" % i for i in range(20_000))
    name = "gzip" if pack is gzip.compress else "deflate"
    site.pages["/"] = (200, {**HTML, "Content-Encoding": name}, pack(body))
    assert site.fetch().text == body.decode()


# Pages that are none


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "wants a login"),
        (402, "wants payment"),
        (403, "refuses to give this page to a program"),
        (404, "has no page at this address .*check the address, or paste"),
        (410, "has taken this page away .*check the address, or paste"),
        (418, "gives no page"),
        (429, "has had too many requests; try again later"),
        (451, ".*legal reasons"),
        (500, "fails to give this page"),
        (503, "fails to give this page"),
        (302, "gives no page"),  # without an address to go to
        (206, "gives no page"),
    ],
)
def test_status_is_said_in_words(site, status, message):
    site.pages["/"] = (status, HTML, b"<p>An error page that is no article.")
    with pytest.raises(FetchError, match=rf"^news\.example {message}") as raised:
        site.fetch()
    assert f"(status {status})" in str(raised.value)
    assert "paste the article's text instead" in str(raised.value)


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json", "text/htmlx", "", None])
def test_other_content_is_refused(site, kind):
    site.pages["/"] = (200, {} if kind is None else {"Content-Type": kind}, b"%PDF")
    with pytest.raises(FetchError, match=rf"sends {kind or 'something of no stated type'} at this.*download it"):
        site.fetch()


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_encoding_that_was_not_asked_for_is_refused(site, encoding):
    site.pages["/"] = (200, {**HTML, "Content-Encoding": encoding}, gzip.compress(gzip.compress(b"<p>Hello")))
    with pytest.raises(FetchError, match="which was not asked for"):
        site.fetch()


def test_bomb_is_not_unpacked(site, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 3_000_000)
    site.pages["/"] = (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(bytes(60_000_000), 1))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger than 3 MB; paste"):
            site.fetch()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 25_000_000


def test_page_may_be_as_large_as_the_bound_and_no_larger(site, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 10_000)
    site.pages["/"] = (200, HTML, b"x" * 10_000)
    assert len(site.fetch().text) == 10_000
    site.pages["/"] = (200, HTML, b"x" * 10_001)
    with pytest.raises(FetchError, match="larger than"):
        site.fetch()


def test_broken_packing_and_broken_http(site):
    site.pages["/"] = (200, {**HTML, "Content-Encoding": "gzip"}, b"not gzip at all")
    with pytest.raises(FetchError, match="no valid HTTP"):
        site.fetch()
    site.pages["/"] = lambda request: request.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    with pytest.raises(FetchError, match="no valid HTTP"):
        site.fetch()
    site.pages["/"] = (200, {**HTML, "Content-Length": "50"}, b"cut")
    with pytest.raises(FetchError, match="no valid HTTP"):
        site.fetch()


def test_endless_page_is_cut_off(site, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1_000_000)
    sent = []

    def endless(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while len(sent) < 10_000:
            request.wfile.write(b"x" * 10_000)
            sent.append(10_000)

    site.pages["/"] = endless
    with pytest.raises(FetchError, match="larger than 1 MB"):
        site.fetch()
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_page_that_drips_ends_with_its_time(site, before):
    def drip(request):
        request.wfile.write(before)
        for _ in range(100):
            request.wfile.write(b"x")
            time.sleep(0.05)

    site.pages["/"] = drip
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"news\.example did not answer in time; try again later"):
        site.fetch(seconds=0.5)
    assert time.monotonic() - began < 2


def test_body_that_drips_ends_with_its_time(site):
    def drip(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(100):
            request.wfile.write(b"x")
            time.sleep(0.05)

    site.pages["/"] = drip
    began = time.monotonic()
    with pytest.raises(FetchError, match="did not answer in time"):
        site.fetch(seconds=0.5)
    assert time.monotonic() - began < 2


def test_silent_server_ends_the_step(site, monkeypatch):
    monkeypatch.setattr(fetching, "_SECONDS_PER_STEP", 0.3)
    site.pages["/"] = lambda request: time.sleep(2)
    began = time.monotonic()
    with pytest.raises(FetchError, match="did not answer in time"):
        site.fetch()
    assert time.monotonic() - began < 1.5


def test_no_time_is_an_answer_that_did_not_come_in_time(site):
    with pytest.raises(FetchError, match="did not answer in time"):
        site.fetch(seconds=0)
    assert site.connections == 0


def test_every_step_of_a_connection_is_on_the_clock():
    class Stream:
        def read(self, max_bytes, timeout):
            given.append(timeout)

        def write(self, buffer, timeout):
            given.append(timeout)

        def start_tls(self, ssl_context, server_hostname, timeout):
            given.append(timeout)
            return self

    given = []
    stream = fetching._TimedStream(Stream(), fetching._Clock(5))
    secured = stream.start_tls(ssl.create_default_context(), "news.example")
    for each in (stream, secured):
        each.read(1)
        each.write(b"x", 60)
    assert len(given) == 5
    assert all(0 < timeout <= 5 for timeout in given)


# TLS


def secure(certificate, monkeypatch, trusted=None):
    site = Listener(certificate)
    site.pages["/"] = (200, HTML, b"<p>Hello")
    if trusted is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    try:
        return site.fetch(url="https://news.example/")
    finally:
        site.close()
        assert trusted is not None or site.requests == []


def test_certificate_must_be_of_a_known_issuer_and_for_the_name(monkeypatch, tmp_path):
    issuer = trustme.CA()
    issuer.cert_pem.write_to_path(tmp_path / "issuer.pem")
    certificate = issuer.issue_cert("news.example")
    with pytest.raises(FetchError, match=r"news\.example cannot prove that it is news\.example .*anybody"):
        secure(certificate, monkeypatch)
    page = secure(certificate, monkeypatch, trusted=tmp_path / "issuer.pem")
    assert page == Page("https://news.example/", "<p>Hello", html=True)
    with pytest.raises(FetchError, match=r"cannot prove that it is news\.example .*[Hh]ostname mismatch"):
        secure(issuer.issue_cert("other.example"), monkeypatch, trusted=tmp_path / "issuer.pem")


def test_server_without_tls(site):
    with pytest.raises(FetchError, match=r"no secure connection to news\.example could be made"):
        site.fetch(url="https://news.example/")


# To an article

ARTICLE = """<html lang="en-GB"><head><title>Council bans ships | The Paper</title>
<meta property="og:site_name" content="The Paper">
<meta property="article:published_time" content="2024-03-02T09:00:00Z">
</head><body><article><h1>Council bans ships</h1>
<p>The town council voted on Monday to ban large ships from the old harbour, after a long debate.</p>
<p>Mayor Ingrid Solberg said the ships had become a burden that the town could no longer carry.</p>
</article></body></html>"""


@pytest.fixture
def online(site, monkeypatch):
    monkeypatch.setattr(fetching, "fetch", partial(fetch, resolve=site.resolve))
    return site


def test_article_from_an_address(online):
    online.pages["/a"] = (200, HTML, ARTICLE.encode())
    article = Article.from_url("http://news.example/a")
    assert article.text.startswith("The town council voted") and article.text.endswith("no longer carry.")
    assert article.title == "Council bans ships"
    assert (article.source, article.date, article.language) == ("The Paper", "2024-03-02", "en")
    assert article.url == "http://news.example/a"


def test_plain_article_from_an_address(online):
    online.pages["/a.txt"] = (200, {"Content-Type": "text/plain"}, b"Kim praised Putin.\r\n")
    article = Article.from_url(" http://news.example/a.txt ")
    assert article == Article("Kim praised Putin.", source="news.example", url="http://news.example/a.txt")


@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_page_without_article(online, kind):
    online.pages["/"] = (200, {"Content-Type": kind}, b"")
    with pytest.raises(FetchError, match=r"no article was found in news\.example|article is empty"):
        Article.from_url("http://news.example/")


def test_fetch_error_is_an_input_error():
    assert issubclass(FetchError, InputError)
