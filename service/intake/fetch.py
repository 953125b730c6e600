"""A page from the web, fetched as if every address were hostile.

httpx follows the addresses, cookies and encodings, httpcore speaks HTTP and TLS; here stands only what they leave open.
Names are resolved, checked and dialed in one place, the network backend below the connection pool. So each
connection, after a redirect too, goes to an address that was checked, however it was written.

safehttpx was read (0.1.7) and is not used: it takes the first public of several answers, asks a public resolver when
the system's answer is private, drops all timeouts, and counts shared address space (100.64.0.0/10) as public.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from newstance.models.errors import FetchError

from .decoding import decoded_page

PORTS = (80, 443)
MOST_BYTES = 10_000_000  # of the unpacked page; large news pages have 1 to 3 MB
MOST_REDIRECTS = 5
SECONDS = 30.0  # for all of it, redirects included
_SECONDS_PER_STEP = 10.0  # to resolve, to connect, to the next bytes
# Packed data is unpacked in pieces of this size: gzip makes at most 1,032 bytes of one.
_PIECE = 4096
_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; newstance)",
    "Accept": "text/html,application/xhtml+xml,text/plain;q=0.8",
    "Accept-Encoding": "gzip, deflate",
}

# Python before 3.11.10 takes some of these for public; 2001::/23 and 2002::/16 are tunnels into IPv4, 192.88.99.0/24
# leads to such tunnels, and 168.63.129.16 is the platform's own service to each virtual machine in Azure.
_SPECIAL_IPV4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
_SPECIAL_IPV6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # the last 32 bits are the IPv4 address that is reached

_REMEDY = "paste the article's text instead"

Address = tuple[str, int]
Resolve = Callable[[str, int, float], list[Address]]


@dataclass(frozen=True)
class Page:
    """What an address gave.

    Attributes:
        url: Where it was found in the end, without fragment.
        text: The decoded body.
        html: It is HTML; False for plain text.
    """

    url: str
    text: str
    html: bool


def fetch(
    url: str,
    resolve: Resolve | None = None,
    seconds: float = SECONDS,
    permit: Callable[[str], None] = lambda address: None,
) -> Page:
    """Fetch a page from a public address; blocks, and may be called from any thread.

    The environment's proxies are not used, as the proxy, not we, would decide which address is connected to.

    Args:
        url: An http or https address.
        resolve: Gives the addresses to connect to for a host and port within a number of seconds, or raises
            ``FetchError``; None for ``public_addresses``. Another one takes the place of the check.
        seconds: The time for all of it.
        permit: Called with each address before it is asked for, after a redirect too; what it raises ends the fetch.

    Raises:
        FetchError: There is no page that may be read, with cause and remedy.
    """
    clock = _Clock(seconds)
    transport = _Transport(_Dialer(resolve or public_addresses, clock))
    with httpx.Client(transport=transport, trust_env=False, headers=_HEADERS) as client:
        try:
            at = httpx.URL(url.strip())
            _check(at)  # httpx finds a name in xn-- broken only when it is asked for the host
        except (httpx.InvalidURL, UnicodeError) as error:
            raise FetchError(f"{url!r} is not a web address; give one such as https://example.org/news") from error
        request = client.build_request("GET", at)
        try:
            for _ in range(MOST_REDIRECTS + 1):
                permit(str(request.url))
                response = client.send(request, stream=True)
                try:
                    if response.next_request is None:
                        return _page(response)
                    request = response.next_request
                finally:
                    response.close()
                _check(request.url)
        except FetchError as error:
            if request.url == at:
                raise
            raise FetchError(f"{at} redirects: {error}", error.status, error.is_passing) from error
        except httpcore.TimeoutException as error:
            raise FetchError(
                f"{request.url.host} did not answer in time; try again later, or {_REMEDY}", is_passing=True
            ) from error
        except httpcore.NetworkError as error:
            raise FetchError(_connection_failed(request.url, error), is_passing=True) from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise FetchError(f"{at} redirects to what is no web address ({error}); {_REMEDY}") from error
        except (httpcore.ProtocolError, httpx.HTTPError) as error:
            raise FetchError(
                f"{request.url.host} answered with what is no valid HTTP ({error}); open the page in a browser and "
                f"{_REMEDY}"
            ) from error
    raise FetchError(
        f"{at} redirects more than {MOST_REDIRECTS} times, as pages do that want cookies or a login; {_REMEDY}"
    )


def public_addresses(host: str, port: int, seconds: float) -> list[Address]:
    """Resolve a name, once; all that it stands for must be public.

    The system's resolver reads the decimal, octal and hexadecimal ways to write an address, too.

    Raises:
        FetchError: The name is unknown, or one of its addresses is not public.
    """
    pool = ThreadPoolExecutor(1)
    try:
        # A port of its own would be resolved as a service; SOCK_STREAM gives each address once.
        found = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(seconds)
    except TimeoutError as error:
        raise FetchError(
            f"the name {host} was not resolved in time; try again later, or {_REMEDY}", is_passing=True
        ) from error
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"the name {host} is not known; check the address and the network connection, or {_REMEDY}"
        ) from error
    finally:
        pool.shutdown(wait=False)
    addresses = [str(answer[4][0]) for answer in found]
    if not addresses or not all(map(is_public, addresses)):
        # Not which address: the page's users need not learn what names mean inside of the server's network.
        raise FetchError(
            f"{host} is not a public address: newstance reads pages of the public web only, not those of this machine "
            f"or its network; {_REMEDY}"
        )
    return [(address, port) for address in dict.fromkeys(addresses)]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to one machine on the public internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip not in _NAT64:
            special = any(ip in network for network in _SPECIAL_IPV6)
            return ip.is_global and ip in _GLOBAL_IPV6 and not special and ip.scope_id is None
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL_IPV4)


def _check(url: httpx.URL) -> None:
    """What an address must be before its name is looked up."""
    if not url.scheme:
        raise FetchError(f"{str(url)!r} is not a whole web address; put https:// before it")
    if url.scheme not in ("http", "https"):
        raise FetchError(f"{str(url)!r} cannot be read: only http and https addresses can; give one, or {_REMEDY}")
    if not url.host:
        raise FetchError(f"{str(url)!r} names no site; give an address such as https://example.org/news")
    if url.userinfo:
        raise FetchError(f"the address of {url.host} holds a user name or password; give it without")
    if url.port is not None and url.port not in PORTS:
        raise FetchError(f"{url.host}:{url.port} cannot be read: only the ports 80 and 443 can; {_REMEDY}")


class _Clock:
    """Gives each step its time, and all of them together no more than was asked for."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("all of the time is used up")
        return min(seconds, _SECONDS_PER_STEP)


class _Dialer(httpcore.NetworkBackend):
    """Connects to what a name was resolved to, and to nothing else."""

    def __init__(self, resolve: Resolve, clock: _Clock) -> None:
        self._resolve = resolve
        self._clock = clock
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Try the addresses one by one; the first that takes the connection has it."""
        failure: Exception = httpcore.ConnectError("no address")
        for address, port_there in self._resolve(host, port, self._clock.left()):
            try:
                stream = self._backend.connect_tcp(address, port_there, self._clock.left())
                return _TimedStream(stream, self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step is on the clock: a server that sends a byte now and then does not get far."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._clock.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._clock.left()), self._clock)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Transport(httpx.BaseTransport):
    """httpx's requests through an httpcore pool of ours; httpx's own transport takes no network backend."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(), network_backend=backend, max_keepalive_connections=0
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
            )
        )
        return httpx.Response(response.status, headers=response.headers, stream=_Pieces(response))

    def close(self) -> None:
        self._pool.close()


class _Pieces(httpx.SyncByteStream):
    """A response's body in pieces small enough to be unpacked one by one."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._response.iter_stream():
            for start in range(0, len(chunk), _PIECE):
                yield chunk[start : start + _PIECE]

    def close(self) -> None:
        self._response.close()


def _page(response: httpx.Response) -> Page:
    host = response.url.host
    if response.status_code != 200:
        status = response.status_code
        raise FetchError(f"{host} {_status_in_words(status)}", status, status == 429 or status >= 500)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise FetchError(
            f"{host} sends {kind or 'something of no stated type'} at this address, not a page of text; "
            f"download it and give the file, or {_REMEDY}"
        )
    # Two encodings on top of each other would multiply what a piece unpacks to.
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "deflate"):
        raise FetchError(f"{host} packs its page as {encoding!r}, which was not asked for; {_REMEDY}")
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise FetchError(f"the page at {host} is larger than {MOST_BYTES // 1_000_000} MB; {_REMEDY}")
    return Page(
        str(response.url.copy_with(fragment=None)),
        decoded_page(bytes(body), response.charset_encoding),
        kind != "text/plain",
    )


def _status_in_words(status: int) -> str:
    words = {
        401: "wants a login for this page",
        402: "wants payment for this page",
        403: "refuses to give this page to a program",
        404: "has no page at this address",
        410: "has taken this page away",
        429: "has had too many requests; try again later",
        451: "may not show this page where you are, for legal reasons",
    }
    if status >= 500:
        said = "fails to give this page, or keeps programs out; try again later"
    else:
        said = words.get(status, "gives no page at this address")
    return f"{said} (status {status}); {'check the address, or ' if status in (404, 410) else ''}{_REMEDY}"


def _connection_failed(url: httpx.URL, error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"{url.host} cannot prove that it is {url.host} ({cause.verify_message}); the page could come from "
                f"anybody. Check the address, or {_REMEDY}"
            )
        if isinstance(cause, ssl.SSLError):
            return f"no secure connection to {url.host} could be made ({cause.reason}); {_REMEDY}"
        cause = cause.__cause__ or cause.__context__
    return f"{url.host} cannot be reached ({error}); check the address and the network connection, or {_REMEDY}"
