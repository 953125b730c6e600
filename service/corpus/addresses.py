"""Articles at many addresses: by the rules of robots.txt, slowly from each site, and tried again where that helps.

Robots Exclusion Protocol, RFC 9309: a site without the file may be read, one whose file cannot be got may not. The file
itself comes by the same safe road as pages do.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newstance.configs.extras import lacking
from newstance.models.errors import FetchError, InputError
from newstance.models.hearing import Stopped

from ..article import Article
from ..intake.fetch import fetch
from .records import Record

if TYPE_CHECKING:
    from protego import Protego

AGENT = "newstance"
DELAY = 1.0  # seconds between two requests to a site
TRIES = 3
PAUSE = 2.0  # seconds before the second try; twice as many before each further one
SITES_AT_ONCE = 8
_LONGEST_DELAY = 60.0  # that a site's robots.txt may ask for
_KEPT = 24 * 3600.0  # seconds that a robots.txt is believed, as the protocol says
_KEPT_FAILURE = 600.0
_MOST_SITES = 10_000  # that are remembered
_ROBOTS_CHARACTERS = 512_000  # the protocol's least that a crawler reads


@dataclass
class _Site:
    """What is known of a scheme, host and port."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    rules: Protego | None = None
    problem: FetchError | None = None
    until: float = 0.0
    next: float = 0.0


class Addresses:
    """Fetches what addresses show, each site's one after the other.

    Args:
        delay: Seconds between two requests to a site; where its robots.txt asks for more, that.
        tries: How often an address is asked for that fails in passing.
        pause: Seconds before the second try, doubled for each further one.
        stop: Once it is set, nothing more is fetched.

    Raises:
        ConfigError: What reads robots.txt is not installed.
    """

    def __init__(
        self, delay: float = DELAY, tries: int = TRIES, pause: float = PAUSE, stop: threading.Event | None = None
    ) -> None:
        self._delay, self._tries, self._pause = delay, tries, pause
        self._stop = stop or threading.Event()
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._lock = threading.Lock()
        try:
            from protego import Protego
        except ImportError as error:
            raise lacking("robots.txt is read by protego", "corpus") from error
        self._parse = Protego.parse

    def fetched(self, records: Sequence[Record]) -> list[Record]:
        """The same records, with the articles of those that are addresses, or why there is none.

        Raises:
            Stopped: ``stop`` was set.
        """
        by_site: dict[str, list[int]] = {}
        for i, record in enumerate(records):
            if record.kind == "address" and not record.problem:
                by_site.setdefault(_site_of(record.values["address"]), []).append(i)
        found = list(records)

        def one_site(places: list[int]) -> None:
            for i in places:
                found[i] = self._article(records[i])

        if by_site:
            with ThreadPoolExecutor(SITES_AT_ONCE, "fetch") as pool:
                for done in [pool.submit(one_site, places) for places in by_site.values()]:
                    done.result()
        return found

    def _article(self, record: Record) -> Record:
        address = record.values["address"]
        for attempt in range(1, self._tries + 1):
            try:
                self._permit(address)
                self._await_turn(address)
                return Record.of_article(Article.from_url(address, self._permit), record)
            except FetchError as error:
                if not error.is_passing or attempt == self._tries:
                    tried = f" (tried {attempt} times)" if attempt > 1 else ""
                    return record.refused(f"{error}{tried}")
                self._sleep(self._pause * 2 ** (attempt - 1))
            except InputError as error:
                return record.refused(str(error))
        raise AssertionError("the last try returns")

    def _permit(self, address: str) -> None:
        """Raise what keeps an address from being asked for."""
        if not _site_of(address):
            return
        site = self._site(address)
        with site.lock:
            if site.until < time.monotonic():
                self._read_rules(site, _site_of(address))
            if site.problem is not None:
                raise site.problem
            if site.rules is not None and not site.rules.can_fetch(address, AGENT):
                raise FetchError(f"the robots.txt of {urlsplit(address).hostname} keeps programs from this address")

    def _read_rules(self, site: _Site, root: str) -> None:
        host = urlsplit(root).netloc
        now = time.monotonic()
        site.rules, site.problem, site.until, site.next = None, None, now + _KEPT, now + self._delay
        try:
            page = fetch(f"{root}/robots.txt")
        except FetchError as error:
            if error.status is not None and not error.is_passing:
                return  # there is none
            site.until = now + _KEPT_FAILURE
            said = f"the robots.txt of {host} cannot be read, so nothing is read there: {error}"
            site.problem = FetchError(said, error.status)
            return
        if page.html:
            return  # what such sites show for a page that they do not have
        site.rules = self._parse(page.text[:_ROBOTS_CHARACTERS])
        asked = site.rules.crawl_delay(AGENT) or 0.0
        if asked > _LONGEST_DELAY:
            site.problem = FetchError(f"the robots.txt of {host} asks for {asked:g} s between pages, which is too long")

    def _await_turn(self, address: str) -> None:
        site = self._site(address)
        asked = site.rules.crawl_delay(AGENT) if site.rules is not None else None
        with site.lock:
            now = time.monotonic()
            turn = max(site.next, now)
            site.next = turn + max(self._delay, asked or 0.0)
        self._sleep(turn - now)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(max(0.0, seconds)):
            raise Stopped

    def _site(self, address: str) -> _Site:
        with self._lock:
            root = _site_of(address)
            site = self._sites.setdefault(root, _Site())
            self._sites.move_to_end(root)
            while len(self._sites) > _MOST_SITES:
                self._sites.popitem(last=False)
            return site


def _site_of(address: str) -> str:
    """Scheme, host and port; "" if it has none that is fetched, and fetching says what is wrong with it."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme in ("http", "https") else ""
