"""What API and tools may ask: an article, and what is wanted of it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from newstance.configs import names as shipped_names
from newstance.models.errors import InputError

MOST_ARTICLES = 1000  # whatever a server takes
MOST_TARGETS = 20
MOST_PAIRS = 100
MOST_SENTENCES = 20
_LONGEST_NAME = 300  # characters; a longer one leaves the stance model no room for text
_LONGEST_TITLE = 1000
_LONGEST_ADDRESS = 2000


def _shipped(topic: str) -> str:
    # A path would let a caller read files of the server.
    if topic not in shipped_names("topics"):
        raise ValueError(f"no topic has this name; there are {', '.join(shipped_names('topics'))}")
    return topic


Phrase = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]
TopicName = Annotated[
    str, Field(max_length=100, json_schema_extra={"enum": [*shipped_names("topics")]}), AfterValidator(_shipped)
]


class _Request(BaseModel):
    """Base of all that is asked: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _has_few_keys(cls, given: Any) -> Any:
        # Each unknown key is an error of its own, and a body has room for hundreds of thousands.
        if isinstance(given, dict) and len(given) > 2 * len(cls.model_fields):
            raise ValueError(f"there are {len(given):,} keys, and only these are known: {', '.join(cls.model_fields)}")
        return given


class ArticleRequest(_Request):
    """An article, given as text or by its address."""

    text: str | None = Field(None, description="The article's text. Give this or url.")
    url: str | None = Field(
        None, max_length=_LONGEST_ADDRESS, description="The article's address, http or https. Give this or text."
    )
    title: str = Field("", max_length=_LONGEST_TITLE, description="The headline; a page's own where a url is given.")
    topic: TopicName | None = Field(
        None, description="A topic that ships with newstance: targets, and other names of the actors."
    )

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.text is None) == (self.url is None):
            raise ValueError("give either text or url")
        return self


class AnalyzeRequest(ArticleRequest):
    """An article to be analysed."""

    targets: list[Phrase] | None = Field(
        None,
        max_length=MOST_TARGETS,
        description="What stances are asked for: a person, a body, a matter. Left out, the topic's are taken, or some "
        "are proposed from the article.",
    )
    summarize: bool = Field(True, description="Whether a summary is written; it takes most of the time.")
    sentences: int | None = Field(
        None, ge=1, le=MOST_SENTENCES, description="The summary's length; left out, the profile's."
    )


class BatchRequest(_Request):
    """Articles to be analysed one after the other; a server says how many it takes at once."""

    articles: list[AnalyzeRequest] = Field(min_length=1, max_length=MOST_ARTICLES)


class Pair(_Request):
    """An actor, and what its stance is asked toward."""

    actor: Phrase = Field(description="The actor's name, full or as the article has it.")
    target: Phrase = Field(description="What the stance is toward.")


class StancesRequest(ArticleRequest):
    """Pairs of an actor and a target, and the article that shows how they stand."""

    pairs: list[Pair] = Field(min_length=1, max_length=MOST_PAIRS)


class TooLongError(InputError):
    """The article has more characters than the profile takes, or a batch more articles than the server takes."""
