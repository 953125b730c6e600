"""Statements as tasks of Label Studio that are labelled already, and what coders made of them, back.

A statement is a region of the text, with its stance as a choice and its actor and target as texts of the region. Label
Studio counts code points (its older versions UTF-16 units, which is noticed by the text beside the places).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from newstance.models.errors import InputError

from ..intake.door import read_file
from .files import replacing
from .offsets import Offsets
from .statements import CodedDocument, Document, Statement, agreement_of

log = logging.getLogger(__name__)
_BYTES = 500_000_000  # of an export
_TEXT, _REGION, _STANCE, _ACTOR, _TARGET = "text", "statement", "stance", "actor", "target"
_STATEMENT = "Statement"  # the label of every region
_KINDS, _ORGANIZATIONS = "kinds", "organizations"  # of the actors, beside the text
_ABOUT = tuple(field.name for field in fields(Document))
_CONFIG = f"""<View>
  <Header value="$title"/>
  <Labels name="{_REGION}" toName="{_TEXT}">
    <Label value="{_STATEMENT}" background="#1565C0"/>
  </Labels>
  <Text name="{_TEXT}" value="${_TEXT}"/>
  <Choices name="{_STANCE}" toName="{_TEXT}" perRegion="true" choice="single" required="true">
    <Choice value="favor"/>
    <Choice value="against"/>
    <Choice value="neutral"/>
  </Choices>
  <TextArea name="{_ACTOR}" toName="{_TEXT}" perRegion="true" required="true" maxSubmissions="1" editable="true"
            placeholder="Who takes the side?"/>
  <TextArea name="{_TARGET}" toName="{_TEXT}" perRegion="true" required="true" maxSubmissions="1" editable="true"
            placeholder="On whom or what?"/>
</View>
"""


def label_studio_config() -> str:
    """The labelling interface, for a project's settings: its names are those that tasks and exports have."""
    return _CONFIG


def write_label_studio(documents: Iterable[CodedDocument], path: str | Path) -> None:
    """Write tasks as JSON, one for each document, with its statements as predictions.

    ``label_studio_config`` is the interface that they are shown in.

    Args:
        documents: With their statements.
        path: The file; one that is there is replaced.
    """
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8") as file:
        file.write("[")
        for number, coded in enumerate(documents):
            file.write(",\n" if number else "\n")
            json.dump(_task(coded), file, ensure_ascii=False)
        file.write("\n]\n")


def _task(coded: CodedDocument) -> dict[str, Any]:
    by_coder: dict[str, list[Statement]] = {}
    for said in coded.statements:
        by_coder.setdefault(said.coder, []).append(said)
    about: dict[str, Any] = {name: getattr(coded.document, name) for name in _ABOUT}
    about[_KINDS] = {said.actor: said.kind for said in coded.statements if said.kind}
    about[_ORGANIZATIONS] = {said.actor: said.organization for said in coded.statements if said.organization}
    return {
        "data": about,
        "predictions": [
            {"model_version": coder, "result": [row for n, one in enumerate(said, 1) for row in _region(f"s{n}", one)]}
            for coder, said in by_coder.items()
        ],
    }


def _region(key: str, said: Statement) -> Iterator[dict[str, Any]]:
    place = {"start": said.start, "end": said.end}
    score = {} if said.probability is None else {"score": said.probability}
    for name, kind, value in (
        (_REGION, "labels", {"text": said.text, "labels": [_STATEMENT]}),
        (_STANCE, "choices", {"text": said.text, "choices": [said.label]}),
        (_ACTOR, "textarea", {"text": [said.actor]}),
        (_TARGET, "textarea", {"text": [said.target]}),
    ):
        yield {"id": key, "from_name": name, "to_name": _TEXT, "type": kind, "value": place | value} | score


def read_label_studio(path: str | Path) -> list[Statement]:
    """The statements that coders have labelled, from an export of Label Studio as JSON.

    Each submitted annotation of each task counts; predictions do not, nor what was skipped. The coder is whoever
    completed it, the time when that was last changed. A region without stance, actor or target is left out, and how
    many are is told as a warning.

    Raises:
        InputError: It is no such export, holds no annotation, or a region is not where its text is.
    """
    path = Path(path)
    try:
        tasks = json.loads(read_file(path, _BYTES).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON: {error}; export as JSON from Label Studio") from None
    reader = _Reader(path)
    try:
        found = [said for task in tasks for said in reader.statements(task)]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(
            f"{path} is no export of Label Studio as JSON, or of tasks labelled otherwise ({error!r}); JSON-MIN and "
            "CSV do not say which choice belongs to which region"
        ) from None
    if not reader.annotations:
        raise InputError(f"{path} has no annotation; submit some in Label Studio, and export again")
    if reader.incomplete:
        log.warning("%d regions of %s have no stance, actor or target, and are left out", reader.incomplete, path)
    return found


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.annotations = self.incomplete = 0

    def statements(self, task: Mapping[str, Any]) -> Iterator[Statement]:
        about = task["data"]
        told = {name: str(about.get(name) or "") for name in _ABOUT}
        document = Document(**told | {"id": told["id"] or f"task {task['id']}"})
        kinds, organizations = (about.get(name) or {} for name in (_KINDS, _ORGANIZATIONS))
        offsets = Offsets(document.text)
        for annotation in task["annotations"]:
            if annotation.get("was_cancelled"):
                continue
            self.annotations += 1
            coder = _coder(annotation.get("completed_by"))
            when = str(annotation.get("updated_at") or annotation.get("created_at") or "")
            for region in _regions(annotation["result"]).values():
                stance, actor, target = (_first(region.get(name)) for name in (_STANCE, _ACTOR, _TARGET))
                if not (stance and actor and target):
                    self.incomplete += 1
                    continue
                yield Statement(
                    document,
                    actor,
                    target,
                    agreement_of(stance.lower()),
                    *self._place(document, offsets, region[_REGION]),
                    str(kinds.get(actor, "")),
                    str(organizations.get(actor, "")),
                    coder=coder,
                    time=when,
                )

    def _place(self, document: Document, offsets: Offsets, value: Mapping[str, Any]) -> tuple[int, int]:
        """Where a region is, in characters, held against its text; of whose spaces Label Studio may lose some."""
        start, end, text = int(value["start"]), int(value["end"]), str(value.get("text") or "")
        places = [(start, end)]
        with suppress(ValueError):
            places.append((offsets.to_characters(start), offsets.to_characters(end)))
        for alike in (str, str.split):  # word for word, or but for spaces
            for place in places:
                if not text or alike(document.text[slice(*place)]) == alike(text):
                    return place
        raise InputError(
            f"{self._path}: in {document.id}, {text[:60]!r} does not stand from {start} to {end}; export again, with "
            "the texts of the tasks as they were imported"
        )


def _regions(results: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By region, the values of its parts, each by its name."""
    found: dict[str, dict[str, Any]] = {}
    for result in results:
        if "from_name" in result:  # relations have none
            found.setdefault(result["id"], {})[result["from_name"]] = result["value"]
    return {key: parts for key, parts in found.items() if _REGION in parts}


def _first(value: Mapping[str, Any] | None) -> str:
    """The choice or text of a part; "" if it has none."""
    chosen = (value or {}).get("choices") or (value or {}).get("text") or [""]
    return " ".join(str(chosen if isinstance(chosen, str) else chosen[0]).split())


def _coder(given: Any) -> str:
    """Who completed an annotation: an export has a number, or all that is known of the user."""
    if isinstance(given, dict):
        return str(given.get("email") or given.get("username") or f"annotator {given.get('id', '')}").strip()
    return "" if given is None else f"annotator {given}"
