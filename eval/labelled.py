"""Labelled sets: rows that say what a model should answer, from a file or from the Hugging Face hub.

A YAML file (``configs/eval/NAME.yaml``, or the user's own) says where a set is, how its columns and labels
are called there, under which terms it comes, and by which metric it is judged. Every row is checked before a
model sees the first one.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from newstance import configs
from newstance.configs import Settings
from newstance.models.errors import ConfigError, InputError
from newstance.models.stance import LABELS, Label

SHIPPED = Path(__file__).parent / "data"
Kind = Literal["stance", "articles", "summaries", "consistency"]
STANCE_METRICS = ("macro_f1", "favor_against_f1", "accuracy", "five_class_macro_f1")
SUMMARY_METRICS = ("rouge1", "rouge2", "rougeL")
CONSISTENCY_METRICS = ("auc", "balanced_accuracy")
SUPPORTED, UNSUPPORTED = "supported", "unsupported"
_FIELDS: dict[Kind, tuple[str, ...]] = {
    "stance": ("text", "holder", "target", "label"),
    "articles": ("article", "judgements"),
    "summaries": ("article", "summary"),
    "consistency": ("article", "sentence", "supported"),
}
_PROBLEMS_SHOWN = 5


class Layout(Settings):
    """How a set is laid out where it is found.

    Attributes:
        columns: Our field name to the column that holds it; a field not named here has its own name.
        constants: Fields that no column holds, such as ``holder: author``.
        labels: The set's labels to ours; the default takes favor, against and neutral as they are.
        verdicts: Of consistency sets: what the column ``supported`` says, and whether it means that.
        each: For records that hold several examples: one entry for each, with the columns that differ.
    """

    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    labels: dict[str, Label] = Field(default={label: label for label in LABELS})
    verdicts: dict[str, bool] = Field(default={"true": True, "false": False})
    each: list[dict[str, str]] = Field(default_factory=list)


class FileSource(Layout):
    """A JSONL, CSV, TSV or Parquet file.

    Attributes:
        path: Below the data root that the command line names; without one, below the config's own folder.
        shipped: Whether the file is one of the package's own.
    """

    path: str
    shipped: bool = False


class HubSource(Layout):
    """A data set on the Hugging Face hub, by name, revision, subset and split."""

    name: str
    revision: str
    subset: str | None = None
    split: str


class SetConfig(Settings):
    """What a labelled set is, where it is found and how it is judged.

    Attributes:
        name: Names the run's folder and the report.
        kind: ``stance``: rows of text, holder, target, label. ``articles``: whole articles with judgements
            (actor, target, label). ``summaries``: articles with reference summaries. ``consistency``: sentences with
            their articles, and whether readers found them borne out.
        terms: Licence or terms of use.
        source: The paper, and where the set comes from.
        metric: The headline number.
        paper_metric: What the set's paper reports, in words.
        scored: The labels that macro-F1 is taken over; sets without neutral rows leave neutral out.
        summary_sentences: The length that summaries are asked for.
        file: Where it is on this machine.
        hub: Where it is on the hub; taken when no data root is given.
    """

    name: str = Field(pattern=r"^[\w.-]+$")
    kind: Kind = "stance"
    terms: str
    source: str = ""
    metric: str = ""
    paper_metric: str = ""
    scored: list[Label] = Field(default=list(LABELS), min_length=2)
    summary_sentences: int = Field(3, ge=1)
    file: FileSource | None = None
    hub: HubSource | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not (self.file or self.hub):
            raise ValueError("a labelled set needs file or hub, or both")
        allowed = {"summaries": SUMMARY_METRICS, "consistency": CONSISTENCY_METRICS}.get(self.kind, STANCE_METRICS)
        if self.metric and self.metric not in allowed:
            raise ValueError(f"metric {self.metric!r} does not fit {self.kind}; expected {', '.join(allowed)}")
        for layout in (self.file, self.hub):
            known = {"id", *_FIELDS[self.kind]}
            for names in [layout.columns, layout.constants, *layout.each] if layout else []:
                if unknown := set(names) - known:
                    raise ValueError(f"unknown fields {sorted(unknown)}; {self.kind} has {sorted(known)}")
        return self

    @property
    def headline(self) -> str:
        """The name of the headline metric: the one given, or the kind's own."""
        return self.metric or {"summaries": "rougeL", "consistency": "auc"}.get(self.kind, "macro_f1")


@dataclass(frozen=True)
class Example:
    """One thing to answer, and the right answer.

    Attributes:
        id: Unique in its set.
        group: Examples that share a text share a group; intervals resample whole groups.
        input: What the model gets: text, holder and target; or the article, and the sentence to be checked.
        gold: A label, a verdict or a reference summary.
    """

    id: str
    group: str
    input: dict[str, str]
    gold: str

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
            digest.update(json.dumps([example.id, example.input, example.gold], sort_keys=True).encode())
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
        name: A file in ``configs/eval``, or a path to a YAML file.
        data: The folder that the config's file lies in. Without one, the hub is asked if the config names a
            place there, and else the folder of the config itself.
        skip_invalid: Leave bad rows out, and count them, instead of refusing the set.

    Raises:
        SettingsError: The config is missing or wrong.
        ConfigError: The set's file is not there.
        InputError: A row is bad; the message names file, line and column.
    """
    config = configs.load("eval", name, SetConfig)
    records, layout, origin = _open(config, data, configs.find("eval", name).parent)
    examples: list[Example] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, record in records:
        try:
            if isinstance(record, str):
                raise _BadRowError(record)
            made = _examples(config.kind, record, layout, line)
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


# A record, or the reason why there is none, with its line.
Records = Iterator[tuple[int, dict[str, Any] | str]]


def _open(config: SetConfig, data: Path | None, beside: Path) -> tuple[Records, Layout, str]:
    if config.file and (config.file.shipped or data or not config.hub):
        root = SHIPPED if config.file.shipped else data or beside
        path = root / config.file.path
        if not path.is_file():
            hint = "--data names the folder that holds the labelled sets"
            raise ConfigError(f"{config.name}: there is no file {path}; {hint}")
        return _read_file(path, config), config.file, config.file.path
    assert config.hub is not None
    return _read_hub(config.hub), config.hub, f"{config.hub.name}@{config.hub.revision}/{config.hub.split}"


def _read_file(path: Path, config: SetConfig) -> Records:
    # The text formats are read here and not by ``datasets``, which forgets lines: one bad row there is an
    # error without a place, or a column that silently changes its type.
    if path.suffix in (".jsonl", ".json"):
        return _read_jsonl(path)
    if path.suffix in (".csv", ".tsv"):
        return _read_csv(path)
    if path.suffix == ".parquet":
        from datasets import load_dataset

        return _numbered(load_dataset("parquet", data_files=str(path), split="train"))
    raise ConfigError(f"{config.name}: {path.name} is none of .jsonl, .csv, .tsv and .parquet")


def _read_hub(hub: HubSource) -> Records:
    from datasets import load_dataset

    try:
        dataset = load_dataset(hub.name, hub.subset, revision=hub.revision, split=hub.split)
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(
            f"{hub.name}@{hub.revision} could not be read from the hub ({error}); "
            "with the set's file on this machine, give its folder with --data"
        ) from error
    return _numbered(dataset)


def _numbered(records: Iterable[dict[str, Any]]) -> Records:
    yield from enumerate(records, 1)


def _read_jsonl(path: Path) -> Records:
    with path.open(encoding="utf-8") as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                record = json.loads(text)
            except json.JSONDecodeError as error:
                yield line, f"column {error.colno} of the line: no valid JSON ({error.msg})"
                continue
            yield (
                line,
                record if isinstance(record, dict) else f"expected a JSON object, got {text.strip()[:40]}",
            )


def _read_csv(path: Path) -> Records:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
        line = 2
        for record in reader:
            if None in record:
                yield (
                    line,
                    f"has more cells than the {len(reader.fieldnames or [])} columns of the first line",
                )
            else:
                yield line, record
            line = reader.line_num + 1  # a quoted cell may run over several lines


def _examples(kind: Kind, record: dict[str, Any], layout: Layout, line: int) -> list[Example]:
    identity = _identity(record, layout, line)
    if kind == "summaries":
        article, summary = (_text(record, layout.columns, layout.constants, name) for name in _FIELDS[kind])
        return [Example(identity, identity, {"article": article}, summary)]
    if kind == "articles":
        return _judged(record, layout, identity)
    if kind == "consistency":
        return [_claimed(record, layout, identity)]
    made = []
    for number, differing in enumerate(layout.each or [{}], 1):
        columns = layout.columns | differing
        text, holder, target, _ = (_text(record, columns, layout.constants, name) for name in _FIELDS[kind])
        label = _label(record, columns, layout)
        name = f"{identity}-{number}" if layout.each else identity
        group = hashlib.sha256(text.encode()).hexdigest()[:16]
        made.append(Example(name, group, {"text": text, "holder": holder, "target": target}, label))
    return made


def _judged(record: dict[str, Any], layout: Layout, identity: str) -> list[Example]:
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
        except _BadRowError as bad:
            raise _BadRowError(f"{where}, {bad}") from bad
        values = {"text": text, "holder": actor, "target": target}
        made.append(Example(f"{identity}#{number + 1}", identity, values, label))
    return made


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
    if raw not in layout.labels:
        raise _BadRowError(
            f"column {columns.get('label', 'label')!r}: unknown label {raw!r}; "
            f"the config's labels are {', '.join(map(repr, layout.labels))}"
        )
    return layout.labels[raw]
