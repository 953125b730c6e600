"""What answers API, tools and page: the models, and the gate before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from newstance.configs import SettingsError
from newstance.models.errors import ModelError, NewstanceError
from newstance.models.hearing import Heard

from ..analysis import Analysis
from ..analyzer import Analyzer
from ..article import SAMPLES, Article
from ..failures import log_failure
from ..intake.workers import shared
from ..page.app import Tab
from ..profile import Profile
from .front import Metrics
from .gate import BusyError, Gate, Result
from .requests import MOST_ARTICLES, AnalyzeRequest, ArticleRequest, BatchRequest, StancesRequest, TooLongError

LOADING_FOR = 5  # seconds, as the loading page and Retry-After say
_FETCHES_AT_ONCE = 4  # they wait for other servers, and cost little


@dataclass(frozen=True)
class ServerSettings:
    """How much a server takes on, and from whom.

    Attributes:
        concurrency: How many analyses run at once for API and tools; as many again may run for the page.
        max_queue: How many wait, for API and tools, and as many again for the page.
        accounts: The file of tokens and users; None lets everybody in.
        hosts: The names under which the server is asked; others are refused. None takes all.
        proxies: Addresses or networks of the proxies whose X-Forwarded headers are believed.
        requests: How many requests are answered at once, streams to open pages included.
        seconds: How long one analysis may run, and how long it may wait before.
        batch: How many articles one request may bring.
        body_bytes: The largest request body.
        body_seconds: How long a body may take to arrive.
        corrections: The file that readers' corrections are added to; None keeps them in the reader's session alone.
        more_tabs: What stands beside the page's own tabs, by the analyzer.
        open_tab: The name of the tab that is open at first.

    Raises:
        SettingsError: ``batch`` is more than a request can hold.
    """

    concurrency: int = 2
    max_queue: int = 32
    accounts: Path | None = None
    hosts: tuple[str, ...] | None = None
    proxies: tuple[str, ...] = ()
    requests: int = 500
    seconds: float = 120.0
    batch: int = 100
    body_bytes: int = 5_000_000
    body_seconds: float = 30.0
    corrections: Path | None = None
    more_tabs: Callable[[Analyzer], Sequence[Tab]] = lambda analyzer: ()
    open_tab: str = "Article"

    def __post_init__(self) -> None:
        if self.batch > MOST_ARTICLES:
            raise SettingsError(
                f"one request can bring at most {MOST_ARTICLES:,} articles; give a batch of no more than that"
            )


class Service:
    """What API, tools and page have in common: the models, and the gate before them.

    Args:
        analyzer: An analyzer, or the profile to make it of; see ``Analyzer.from_profile``.
        settings: The server's.
    """

    def __init__(self, analyzer: Analyzer | Profile | str | Path, settings: ServerSettings) -> None:
        self._given = analyzer
        if isinstance(analyzer, Analyzer):
            self.profile = analyzer.profile
        else:
            self.profile = analyzer if isinstance(analyzer, Profile) else Profile.load(analyzer)
        self.settings = settings
        self.gate = Gate(settings.concurrency, settings.max_queue, settings.seconds)
        self._fetches = Gate(_FETCHES_AT_ONCE, settings.max_queue, settings.seconds)
        self.metrics = Metrics(self.gate)
        self.analyzer: Analyzer | None = None
        self.failure: Exception | None = None

    @property
    def state(self) -> Literal["ok", "loading", "failed"]:
        """Whether the models are there."""
        return "failed" if self.failure else "ok" if self.analyzer else "loading"

    def load(self) -> Analyzer:
        """Load the models and run them once, so that the first user does not wait for what is done once."""
        shared().start(idle=2)  # so that one reader's large file does not keep the next one waiting
        given = self._given
        analyzer = given if isinstance(given, Analyzer) else Analyzer.from_profile(self.profile)
        analyzer.analyze(Article.from_file(min(SAMPLES.glob("*.md"))), sentences=1)
        return analyzer

    def close(self) -> None:
        """Begin nothing more."""
        self.gate.close()
        self._fetches.close()

    async def analyze(self, asked: AnalyzeRequest) -> Analysis:
        """Analyse the article of a request.

        Raises:
            BusyError: Try again later.
            TooSlowError: It takes longer than one request may.
            InputError: There is no article in it, or it is too long, or a target names nothing.
        """
        analyzer = self._ready()
        article = await self._article(asked, analyzer)

        def work(heard: Heard) -> Analysis:
            return analyzer.analyze(
                article,
                asked.targets,
                asked.topic,
                asked.summarize,
                asked.sentences,
                progress=heard,
                on_batch=heard,
                on_text=heard,
                heard=heard,
            )

        return await self._run(work)

    def refuse_batch(self, asked: BatchRequest) -> None:
        """Say at once what stops all articles of a batch.

        Raises:
            BusyError: The models are not there.
            TooLongError: There are more articles than one request may bring.
        """
        self._ready()
        if len(asked.articles) > self.settings.batch:
            raise TooLongError(
                f"there are {len(asked.articles):,} articles, and at most {self.settings.batch:,} are taken at once; "
                "send them in several requests"
            )

    async def stances(self, asked: StancesRequest) -> dict[str, Any]:
        """The stances that a request asks for, in the form of ``StancesAnswer``; raises as ``analyze``."""
        analyzer = self._ready()
        article = await self._article(asked, analyzer)
        pairs = [(pair.actor, pair.target) for pair in asked.pairs]

        def work(heard: Heard) -> dict[str, Any]:
            found = analyzer.stances_of(article, pairs, asked.topic, on_batch=heard, heard=heard)
            return {"stances": [stance.to_dict() for stance in found], "models": analyzer.models()}

        return await self._run(work)

    async def _run(self, work: Callable[[Heard], Result]) -> Result:
        try:
            return await self.gate.run(work)
        except (NewstanceError, asyncio.CancelledError):
            raise
        except Exception as error:
            log_failure("an analysis failed", error)
            raise ModelError(f"newstance itself failed ({type(error).__name__}), and its log says where") from None

    def _ready(self) -> Analyzer:
        if self.analyzer is None:
            what = "could not be loaded" if self.failure else "are being loaded"
            raise BusyError(f"the models {what}; try again in {LOADING_FOR} s", LOADING_FOR)
        return self.analyzer

    async def _article(self, asked: ArticleRequest, analyzer: Analyzer) -> Article:
        limit = analyzer.profile.limits.characters
        if asked.url is None:
            text = (asked.text or "").strip()
            # Megabytes take seconds to read. What is twice too long stays too long: line ends of two characters become
            # one, and besides only marks that turn a text's direction are taken out.
            if len(text) > 2 * limit:
                raise _too_long(text, limit)
            article = await asyncio.to_thread(Article.from_text, text, asked.title)
        else:
            url = asked.url
            article = await self._fetches.run(lambda heard: Article.from_url(url))
        if len(article.text) > limit:  # told before it waits for its turn
            raise _too_long(article.text, limit)
        return article


def _too_long(text: str, limit: int) -> TooLongError:
    return TooLongError(f"the article has {len(text):,} characters, and at most {limit:,} are taken")
