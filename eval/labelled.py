"""Labelled sets: examples that say what a model should answer, made of the records of a file or of the hub.

Every record is checked before a model sees the first example.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newstance import configs
from newstance.models.errors import InputError
from newstance.models.splits import base_of, is_held_out
from newstance.models.stance import StanceQuery
from newstance.models.training.set_files import part_of

from .records import open_records
from .set_config import FIELDS, Layout, SetConfig

SUPPORTED, UNSUPPORTED = "supported", "unsupported"
_PROBLEMS_SHOWN = 5


@dataclass(frozen=True)
class Example:
    """One thing to answer, and the right answer.

    Attributes:
        id: Unique in its set.
        group: Examples that share a text share a group, and so do twins; intervals resample whole groups.
        input: What the model gets: text, holder and target; or the article, and the sentence to be checked.
        gold: A label, a verdict or a reference summary.
        parts: What tables of a set's parts go by, such as its ``kind`` and ``outlet``.
        evidence: Start and end, in ``text``, of the sentences that a judge named for ``gold``; None where no judge
            was asked to.
    """

    id: str
    group: str
    input: dict[str, str]
    gold: str
    parts: dict[str, str] = field(default_factory=dict)
    evidence: tuple[tuple[int, int], ...] | None = None

    @property
    def query(self) -> StanceQuery:
        """What a stance model is asked; of stance sets and judged articles."""
        return StanceQuery(self.input["text"], self.input["holder"], self.input["target"])

    @property
    def input_sha256(self) -> str:
        """A hash of the input."""
        return hashlib.sha256(json.dumps(self.input, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class LabelledSet:
    """A set that has been read and checked.

    Attributes:
        config: What it is.
        examples: Its examples; for article sets one for each judgement, sharing their article's group.
        origin: The file below the data root, or the hub name with revision and split.
        skipped: Why rows were left out, one line each; empty unless asked to skip.
    """

    config: SetConfig
    examples: list[Example]
    origin: str
    skipped: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """A hash of everything that is asked and expected; two runs are comparable if it is the same."""
        digest = hashlib.sha256()
        for example in sorted(self.examples, key=lambda example: example.id):
            expected: list[Any] = [example.id, example.input, example.gold]
            if example.evidence is not None:  # without any, the hash is that of runs made before there was some
                expected.append(example.evidence)
            digest.update(json.dumps(expected, sort_keys=True).encode())
        return digest.hexdigest()

    def limited(self, limit: int, seed: int = 0) -> LabelledSet:
        """About ``limit`` examples: whole groups, in a random order that the seed fixes."""
        groups: dict[str, list[Example]] = {}
        for example in self.examples:
            groups.setdefault(example.group, []).append(example)
        order = list(groups)
        random.Random(seed).shuffle(order)
        taken: list[Example] = []
        for name in order:
            if len(taken) >= limit:
                break
            taken += groups[name]
        return LabelledSet(self.config, taken, self.origin, self.skipped)


class _BadRowError(Exception):
    """A row that cannot be used; the message names the column."""


def load_set(name: str | Path, data: Path | None = None, skip_invalid: bool = False) -> LabelledSet:
    """Read and check the set that a config names.

    Args:
        name: A file in ``configs/eval``, a path to a YAML file, or a file of corrections (.jsonl).
        data: The folder that the config's file lies in. Without one, the hub is asked if the config names a
            place there, and else the folder of the config itself.
        skip_invalid: Leave bad rows out, and count them, instead of refusing the set.

    Raises:
        SettingsError: The config is missing or wrong.
        ConfigError: The set's file is not there.
        InputError: A row is bad; the message names file, line and column.
    """
    if str(name).endswith(".jsonl"):
        from .corrected import corrected_set

        return corrected_set([Path(name)])
    config = configs.load("eval", name, SetConfig)
    records, layout, origin = open_records(config, data, configs.find("eval", name).parent)
    examples: list[Example] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, record in part_of(list(records), config.part):
        try:
            if isinstance(record, str):
                raise _BadRowError(record)
            made = _examples(config, record, layout, line)
            for example in made:
                if example.id in seen:
                    raise _BadRowError(
                        f"column {layout.columns.get('id', 'id')!r}: the id {example.id!r} "
                        f"was used before, on line {seen[example.id]}"
                    )
        except _BadRowError as bad:
            problems.append(f"{origin}, line {line}, {bad}")
            continue
        seen |= {example.id: line for example in made}
        examples += made
    if problems and not skip_invalid:
        shown = "\n  ".join(problems[:_PROBLEMS_SHOWN])
        more = f"\n  and {len(problems) - _PROBLEMS_SHOWN} more" if len(problems) > _PROBLEMS_SHOWN else ""
        raise InputError(
            f"{config.name} has {len(problems)} bad row(s); correct them, or leave them out with "
            f"--skip-invalid:"
            f"\n  {shown}{more}"
        )
    if not examples:
        raise InputError(f"{config.name}: no usable row in {origin}" + "".join(f"\n  {p}" for p in problems[:1]))
    return LabelledSet(config, examples, origin, problems)


def _examples(config: SetConfig, record: dict[str, Any], layout: Layout, line: int) -> list[Example]:
    kind, identity = config.kind, _identity(record, layout, line)
    if config.held_out is not None and not is_held_out(base_of(identity), config.held_out):
        return []
    if identity.partition("-")[0] in config.without:
        return []
    if kind == "summaries":
        article, summary = (_text(record, layout.columns, layout.constants, name) for name in FIELDS[kind])
        return [Example(identity, identity, {"article": article}, summary)]
    if kind == "articles":
        return _judged(record, layout, identity, _parts(config, record, layout, identity))
    if kind == "consistency":
        return [_claimed(record, layout, identity)]
    made = []
    for number, differing in enumerate(layout.each or [{}], 1):
        columns = layout.columns | differing
        text, holder, target, _ = (_text(record, columns, layout.constants, name) for name in FIELDS[kind])
        label = _label(record, columns, layout)
        name = f"{identity}-{number}" if layout.each else identity
        group = hashlib.sha256(text.encode()).hexdigest()[:16]
        made.append(Example(name, group, {"text": text, "holder": holder, "target": target}, label))
    return made


def _parts(config: SetConfig, record: dict[str, Any], layout: Layout, identity: str) -> dict[str, str]:
    """Of an article: its kind, and the outlet that it names or that its id tells."""
    said = {}
    for name in ("kind", "source"):
        if name in layout.constants or record.get(layout.columns.get(name, name)) is not None:
            said[name] = _text(record, layout.columns, layout.constants, name)
    if "source" in said:
        said["outlet"] = said.pop("source")
    elif (prefix := identity.partition("-")[0]) in config.outlets:
        said["outlet"] = config.outlets[prefix]
    return said


def _judged(record: dict[str, Any], layout: Layout, identity: str, parts: dict[str, str]) -> list[Example]:
    text = _text(record, layout.columns, layout.constants, "article")
    column = layout.columns.get("judgements", "judgements")
    judgements = record.get(column)
    if not isinstance(judgements, list) or not judgements:
        raise _BadRowError(f"column {column!r}: expected a list of judgements, got {judgements!r}")
    made = []
    for number, judgement in enumerate(judgements):
        where = f"column {column!r}, judgement {number + 1}"
        if not isinstance(judgement, dict):
            raise _BadRowError(f"{where}: expected actor, target and label, got {judgement!r}")
        try:
            actor, target = (_text(judgement, {}, {}, name) for name in ("actor", "target"))
            label = _label(judgement, {}, layout)
            evidence = _evidence(judgement, len(text))
        except _BadRowError as bad:
            raise _BadRowError(f"{where}, {bad}") from bad
        values = {"text": text, "holder": actor, "target": target}
        made.append(Example(f"{identity}#{number + 1}", base_of(identity), values, label, parts, evidence))
    return made


def _evidence(judgement: dict[str, Any], length: int) -> tuple[tuple[int, int], ...] | None:
    spans = judgement.get("evidence")
    if spans is None:
        return None
    try:
        places = tuple((int(start), int(end)) for start, end in spans)
    except (TypeError, ValueError) as error:
        raise _BadRowError(f"evidence: expected a list of [start, end], got {spans!r}") from error
    if wrong := [place for place in places if not 0 <= place[0] < place[1] <= length]:
        raise _BadRowError(f"evidence: {list(wrong[0])} is no place in an article of {length} characters")
    return places


def _claimed(record: dict[str, Any], layout: Layout, identity: str) -> Example:
    article, sentence, raw = (
        _text(record, layout.columns, layout.constants, name) for name in ("article", "sentence", "supported")
    )
    verdict = raw.strip().lower()
    if verdict not in layout.verdicts:
        column = layout.columns.get("supported", "supported")
        known = ", ".join(map(repr, layout.verdicts))
        raise _BadRowError(f"column {column!r}: unknown verdict {raw!r}; the config's verdicts are {known}")
    group = hashlib.sha256(article.encode()).hexdigest()[:16]
    gold = SUPPORTED if layout.verdicts[verdict] else UNSUPPORTED
    return Example(identity, group, {"article": article, "sentence": sentence}, gold)


def _identity(record: dict[str, Any], layout: Layout, line: int) -> str:
    # Users' own tables often have no ids; then the line is one.
    if "id" not in layout.columns and "id" not in record:
        return f"line-{line}"
    value = record.get(layout.columns.get("id", "id"))
    if value is None or not str(value).strip():
        raise _BadRowError(f"column {layout.columns.get('id', 'id')!r}: the field id is missing or empty")
    return str(value)


def _text(record: dict[str, Any], columns: dict[str, str], constants: dict[str, str], name: str) -> str:
    if name in constants:
        return constants[name]
    column = columns.get(name, name)
    if column not in record or record[column] is None:
        raise _BadRowError(
            f"column {column!r}: the field {name} is missing; columns here: {', '.join(map(repr, record))}"
        )
    value = record[column]
    if not isinstance(value, (str, int, float)):
        raise _BadRowError(f"column {column!r}: expected text for {name}, got {type(value).__name__}")
    if not str(value).strip():
        raise _BadRowError(f"column {column!r}: the field {name} is empty")
    return str(value)


def _label(record: dict[str, Any], columns: dict[str, str], layout: Layout) -> str:
    raw = _text(record, columns, layout.constants, "label").strip()
    label = layout.label_of(raw)
    if label is None:
        raise _BadRowError(
            f"column {columns.get('label', 'label')!r}: unknown label {raw!r}; "
            f"the config's labels are {', '.join(map(repr, layout.labels))}"
        )
    return label
