"""An analysis from what ``Analysis.to_dict`` made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newstance.models.errors import InputError
from newstance.models.stance import LABELS

from .analysis import Analysis
from .intake.door import read_file

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_BYTES = 100_000_000  # of a file; an article of 2 million characters with all its evidence has less
_REMEDY = "give what `newstance analyze --format json` wrote"


def analysis_of(content: Mapping[str, Any], what: str = "this") -> Analysis:
    """The analysis that ``to_dict`` gave; every passage is held against the article's text.

    Args:
        content: As ``Analysis.to_dict`` or a reading of its JSON gives it.
        what: What an error calls it.

    Raises:
        InputError: It is no analysis; says where it is not.
    """
    from pydantic import ValidationError

    try:
        actors = {actor["name"]: actor for actor in content["actors"]}
        stances = [stance | {"actor": actors[stance["actor"]]} for stance in content["stances"]]
    except KeyError as error:
        raise InputError(f"{what} is no analysis: {error} is missing; {_REMEDY}") from None
    except (TypeError, AttributeError):
        raise InputError(f"{what} is no analysis: it has no list of actors and stances; {_REMEDY}") from None
    try:
        analysis = _adapter().validate_python({**content, "stances": stances})
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(step) for step in problem["loc"])
        raise InputError(f"{what} is no analysis: {place}: {problem['msg']}; {_REMEDY}") from None
    for where, wrong in _problems(analysis):
        raise InputError(f"{what} is no analysis: {where} {wrong}; {_REMEDY}")
    return analysis


def read_analysis(path: str | Path) -> Analysis:
    """The analysis in a file that ``newstance analyze --format json`` wrote.

    Raises:
        InputError: The file is missing, larger than 100 MB, no JSON or no analysis.
    """
    path = Path(path)
    try:
        content = json.loads(read_file(path, _BYTES).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON: {error}; {_REMEDY}") from None
    return analysis_of(content, str(path))


@cache
def _adapter() -> TypeAdapter[Analysis]:
    from pydantic import TypeAdapter

    return TypeAdapter(Analysis)


def _problems(analysis: Analysis) -> Iterator[tuple[str, str]]:
    text = analysis.article.text
    for sentence in analysis.summary.sentences if analysis.summary else ():
        if not 0 <= sentence.support <= 1:
            yield "the summary", "has a support outside of 0 to 1"
    for actor in analysis.actors:
        for mention in actor.mentions:
            if text[mention.start : mention.end] != mention.text or not mention.text:
                yield f"a mention of {actor.name}", "does not stand in the article where it says"
    for stance in analysis.stances:
        where = f"{stance.actor.name} on {stance.target}:"
        if set(stance.probabilities) != set(LABELS):
            yield where, f"has other probabilities than those of {', '.join(LABELS)}"
        told = (stance.probability, *stance.probabilities.values(), *(one.probability for one in stance.evidence))
        if not all(0 <= probability <= 1 for probability in told):
            yield where, "has a probability outside of 0 to 1"
        for evidence in stance.evidence:
            if text[evidence.start : evidence.end] != evidence.text or not evidence.text:
                yield where, "has evidence that does not stand in the article where it says"
