"""Tools for agents and programs: Gradio's named endpoints, which MCP describes from their docstrings."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from itertools import islice
from typing import Any

import gradio as gr
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newstance.models.errors import InputError, NewstanceError

from .api import explain, status_of
from .requests import MOST_PAIRS, AnalyzeRequest, StancesRequest
from .service import Service

# What went wrong with the tools of the request that is being answered.
_problems: ContextVar[list[Exception] | None] = ContextVar("newstance_tool_problems", default=None)


def add(blocks: Any, service: Service) -> None:
    """Add the tools to a page.

    Args:
        blocks: A ``gr.Blocks``.
        service: What answers.
    """

    async def analyze_article(
        text: str | None = None,
        url: str | None = None,
        title: str = "",
        targets: list[str] | None = None,
        topic: str | None = None,
        summarize: bool | None = True,
        sentences: int | None = None,
    ) -> str:
        """Read a news article: a summary whose sentences are held against it, the people, bodies and countries in it, and the stance of each toward each target (favor, against or neutral), with a probability and the passages that show it.

        Args:
            text: The article's text, in English. Give this or url.
            url: The article's address, http or https. Give this or text.
            title: The headline, if known.
            targets: What stances are asked for, such as ["the ban", "Vladimir Putin"]. Left out, the topic's are taken, or some are proposed from the article.
            topic: A topic that ships with newstance, such as "ukraine-war": brings targets, and other names of the actors.
            summarize: Whether a summary is written; it takes most of the time.
            sentences: How many sentences the summary has at most.

        Returns:
            The analysis as JSON: article, summary, actors, targets, stances with evidence, notes, models, seconds.
        """  # noqa: E501

        async def work() -> dict[str, Any]:
            asked = AnalyzeRequest(
                text=text or None,
                url=url or None,
                title=title or "",
                targets=targets,
                topic=topic or None,
                summarize=summarize is not False,
                sentences=sentences,
            )
            return (await service.analyze(asked)).to_dict()

        return await _answer(work)

    async def find_stances(
        pairs: list[list[str]],
        text: str | None = None,
        url: str | None = None,
        topic: str | None = None,
    ) -> str:
        """Say how named actors stand toward named targets in a news article: favor, against or neutral, with a probability and the passages that show it.

        Args:
            pairs: Each an actor and a target, such as [["Kim Jong Un", "Vladimir Putin"], ["Ukraine", "the war"]].
            text: The article's text, in English. Give this or url.
            url: The article's address, http or https. Give this or text.
            topic: A topic that ships with newstance, such as "ukraine-war": brings other names of actors and targets.

        Returns:
            JSON; stances: one for each pair, in the same order, with evidence; models: which weights ran.
        """  # noqa: E501

        async def work() -> dict[str, Any]:
            few = list(islice(pairs, MOST_PAIRS + 1))  # one too many is refused as all of them are
            if any(len(pair) != 2 for pair in few):
                raise InputError("each pair is a list of two: an actor and a target")
            named: Any = [{"actor": actor, "target": target} for actor, target in few]
            return await service.stances(
                StancesRequest(text=text or None, url=url or None, topic=topic or None, pairs=named)
            )

        return await _answer(work)

    with blocks:
        for tool in (analyze_article, find_stances):
            # Not Gradio's queue but the gate, which these share with the API.
            gr.api(tool, api_name=tool.__name__, queue=False)


async def _answer(work: Callable[[], Awaitable[dict[str, Any]]]) -> str:
    try:
        # Of a dict, Gradio would hand agents what Python calls it, which is no JSON.
        return json.dumps(await work(), ensure_ascii=False)
    except (ValidationError, NewstanceError) as error:
        if (problems := _problems.get()) is not None:
            problems.append(error)
        problem = explain(error)
    # Gradio would print the exception, and what the user has sent with it.
    raise gr.Error(problem, print_exception=False)


class WithStatus:
    """Answers a tool that was asked over HTTP with the status that the API gives: Gradio says 500 to every problem.

    Args:
        app: Gradio's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        problems: list[Exception] = []
        _problems.set(problems)

        async def correct(message: Message) -> None:
            if problems and message["type"] == "http.response.start" and message["status"] == 500:
                status, more = status_of(problems[-1])
                headers = [(name.lower().encode(), value.encode()) for name, value in more.items()]
                message = {**message, "status": status, "headers": [*message["headers"], *headers]}
            await send(message)

        await self._app(scope, receive, correct)
