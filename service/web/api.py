"""The HTTP API: its answers and its routes.

The models of answers are made from the result types themselves, so that the two cannot drift apart.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, get_type_hints

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBasic, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, StreamingResponse

from newstance.configs import names as shipped_names
from newstance.models.errors import InputError, ModelError, NewstanceError

from ..analysis import Analysis, Display, Stance, Summary
from ..profile import Profile
from .disconnect import unless_gone
from .front import problem
from .gate import BusyError, TooSlowError
from .requests import AnalyzeRequest, BatchRequest, StancesRequest, TooLongError
from .service import Service


def _model_of(kind: Any, **other: Any) -> type[BaseModel]:
    """The pydantic model of a result type, whose fields are all there and no others.

    Args:
        kind: A dataclass of ``service/analysis.py``.
        **other: Types of fields that ``to_dict()`` gives another form, or adds.
    """
    hints = {field.name: get_type_hints(kind)[field.name] for field in dataclasses.fields(kind)} | other
    fields: dict[str, Any] = {name: (hint, ...) for name, hint in hints.items()}
    return create_model(kind.__name__, __doc__=kind.__doc__, __config__=ConfigDict(extra="forbid"), **fields)


StanceAnswer: Any = _model_of(Stance, actor=Annotated[str, Field(description="The actor's name.")], display=Display)
SummaryAnswer: Any = _model_of(Summary, text=Annotated[str, Field(description="The whole summary.")])
AnalysisAnswer: Any = _model_of(Analysis, summary=SummaryAnswer | None, stances=list[StanceAnswer])


class StancesAnswer(BaseModel):
    """One stance for each pair, in the same order.

    Attributes:
        stances: An actor that the article does not name is neutral, without evidence.
        models: Which weights ran, by part.
    """

    stances: list[StanceAnswer]
    models: dict[str, str]


class ProfileAnswer(BaseModel):
    """A profile: which models run, and every number that decides something.

    Attributes:
        name: Its name.
        description: What it is for.
        is_running: Whether this server runs it.
    """

    name: str
    description: str
    is_running: bool


class StateAnswer(BaseModel):
    """How the server does; ``state`` is ok, loading or failed."""

    state: str


class Problem(BaseModel):
    """Why a request was not answered, and what to do."""

    detail: str


_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "The login or token is missing, wrong or expired."},
    429: {"model": Problem, "description": "Too many wrong passwords; Retry-After says when to try again."},
}
_LIMITS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body cannot be read."},
    408: {"model": Problem, "description": "The body did not arrive in time."},
    413: {"model": Problem, "description": "The body or the article is too large."},
    422: {
        "model": Problem,
        "description": "The request does not fit the schema, there is no article in it, "
        "or it takes longer than one request may.",
    },
    503: {
        "model": Problem,
        "description": "The queue is full, or the models load; see Retry-After.",
    },
}

_LINES_TYPE = "application/x-ndjson"
_LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A line for each article, in their order: `index`, and `analysis` as /v1/analyze answers it, or "
        "`status` and `detail` as it would refuse it. What was refused with 503 may be sent again.",
        "content": {_LINES_TYPE: {"schema": {"type": "string"}}},
    },
}


def routes(service: Service) -> APIRouter:
    """The API's routes over a service."""
    # Who is let in is decided before any route is reached; this tells readers of the documentation, and their tools.
    logins = [HTTPBearer(auto_error=False), HTTPBasic(auto_error=False)] if service.settings.accounts else []
    closed, router = APIRouter(dependencies=[Depends(login) for login in logins]), APIRouter()

    @closed.post("/v1/analyze", response_model=AnalysisAnswer, responses=_REFUSALS | _LIMITS, tags=["analysis"])
    async def analyze(asked: AnalyzeRequest, request: Request) -> Response:
        """Read an article: a summary held against it, its actors, and each one's stance toward each target."""
        return await unless_gone(request, _as_json(service.analyze(asked), Analysis.to_dict))

    @closed.post(
        "/v1/analyze/batch", response_class=StreamingResponse, responses=_REFUSALS | _LIMITS | _LINES, tags=["analysis"]
    )
    async def analyze_batch(asked: BatchRequest) -> StreamingResponse:
        """Read articles one after the other, each with its own bounds, and answer each as soon as it is done."""
        service.refuse_batch(asked)
        return StreamingResponse(_lines(service, asked), media_type=_LINES_TYPE)

    @closed.post("/v1/stances", response_model=StancesAnswer, responses=_REFUSALS | _LIMITS, tags=["analysis"])
    async def stances(asked: StancesRequest, request: Request) -> Response:
        """The stances of named actors toward named targets, as far as the article shows them."""
        return await unless_gone(request, _as_json(service.stances(asked), dict))

    @closed.get("/v1/profiles", responses=_REFUSALS, tags=["server"])
    async def profiles() -> list[ProfileAnswer]:
        """The profiles that ship with newstance, and the one that runs here."""
        running = service.profile
        others = [Profile.load(name) for name in shipped_names("profiles") if name != running.name]
        return [
            ProfileAnswer(name=profile.name, description=profile.description, is_running=profile is running)
            for profile in [running, *others]
        ]

    @router.get("/healthz", tags=["server"])
    async def healthz() -> StateAnswer:
        """Whether the server runs; always open."""
        return StateAnswer(state="ok")

    @router.get(
        "/readyz",
        tags=["server"],
        responses={503: {"model": StateAnswer, "description": "The models load, or could not be loaded."}},
    )
    async def readyz(response: Response) -> StateAnswer:
        """Whether the models are loaded and warm; always open."""
        response.status_code = 200 if service.state == "ok" else 503
        return StateAnswer(state=service.state)

    @closed.get("/metrics", tags=["server"], responses=_REFUSALS, response_class=MetricsResponse)
    async def metrics() -> MetricsResponse:
        """Counters and times for Prometheus."""
        return MetricsResponse(generate_latest(service.metrics.registry))

    router.include_router(closed)
    return router


class MetricsResponse(Response):
    """Prometheus' text format."""

    media_type = CONTENT_TYPE_LATEST


def answer_problems(app: FastAPI) -> None:
    """Give errors their status and the form of ``Problem``; nothing of a request is repeated but names of fields."""

    async def told(_: Request, error: Any) -> JSONResponse:
        status, headers = status_of(error)
        return problem(status, explain(error), headers)

    async def http(_: Request, error: Any) -> JSONResponse:
        return problem(error.status_code, str(error.detail), error.headers)

    for kind in (BusyError, InputError, TooSlowError, ModelError, RequestValidationError):
        app.add_exception_handler(kind, told)
    app.add_exception_handler(HTTPException, http)


def status_of(error: Exception) -> tuple[int, dict[str, str]]:
    """The status that an error is answered with, and the headers that belong to it."""
    if isinstance(error, BusyError):
        return 503, {"Retry-After": str(error.retry_after)}
    if isinstance(error, TooLongError):
        return 413, {}
    if isinstance(error, (InputError, TooSlowError, RequestValidationError, ValidationError)):
        return 422, {}
    return 500, {}


def explain(error: Exception) -> str:
    """An error in words; of a request that does not fit, what is wrong by field, without the values that were sent."""
    if not isinstance(error, (RequestValidationError, ValidationError)):
        return str(error)
    found = []
    for each in error.errors()[:5]:
        where = ".".join(str(part)[:40] for part in each["loc"] if part != "body")
        what = each["msg"].removeprefix("Value error, ")[:200]
        found.append(f"{where}: {what}" if where else what)
    return "; ".join(found)


async def _as_json(answer: Awaitable[Any], to_dict: Callable[[Any], dict[str, Any]]) -> Response:
    found = await answer
    # A long analysis takes a while to write down; others are answered meanwhile.
    return await anyio.to_thread.run_sync(lambda: JSONResponse(to_dict(found)))


async def _lines(service: Service, asked: BatchRequest) -> AsyncIterator[str]:
    for index, article in enumerate(asked.articles):
        line: dict[str, Any] = {"index": index}
        try:
            found = await service.analyze(article)
        except NewstanceError as error:
            line |= {"status": status_of(error)[0], "detail": explain(error)}
        else:
            line["analysis"] = found
        # In a thread, as a single answer.
        yield await anyio.to_thread.run_sync(_line, line)


def _line(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, default=Analysis.to_dict) + "\n"
