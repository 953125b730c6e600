"""The records of a labelled set as they are where it is found: rows of a file, or of a data set on the hub."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from newstance.configs.extras import lacking
from newstance.models.article_texts import ArticleTexts
from newstance.models.errors import ConfigError
from newstance.service.intake.table_file import Records, file_records

from .set_config import FileSource, HubSource, Layout, SetConfig

SHIPPED = Path(__file__).parent / "data"


def shipped_rows(name: str) -> list[dict[str, Any]]:
    """The rows of one of the package's own files, as they are."""
    return [json.loads(line) for line in (SHIPPED / name).read_text(encoding="utf-8").splitlines()]


def open_records(config: SetConfig, data: Path | None, beside: Path) -> tuple[Records, Layout, str]:
    """Where a set's records are, how they are laid out there, and what the place is called.

    Args:
        config: Names the file, the data set on the hub, or both.
        data: The folder that the file lies in.
        beside: The folder to look in without one, if the config names no place on the hub.

    Raises:
        ConfigError: The file is not there, or the hub could not be read.
    """
    if config.file and (config.file.shipped or data or not config.hub):
        root = SHIPPED if config.file.shipped else data or beside
        records = _file_records(config, config.file, root / config.file.path)
        if config.file.apart_from:
            others = [_file_records(config, config.file, root / name) for name in config.file.apart_from]
            records = _apart(records, others, config.file.columns.get("text", "text"))
        if config.file.shipped:
            records = _with_articles(records, ArticleTexts(data, config.file.path))
        return records, config.file, config.file.path
    assert config.hub is not None
    return _hub_records(config.hub), config.hub, f"{config.hub.name}@{config.hub.revision}/{config.hub.split}"


def _file_records(config: SetConfig, file: FileSource, path: Path) -> Records:
    if not path.is_file():
        hint = "--data names the folder that holds the labelled sets"
        raise ConfigError(f"{config.name}: there is no file {path}; {hint}")
    return file_records(path, file.delimiter)


def _apart(records: Records, others: Iterable[Records], column: str) -> Records:
    """The records whose text no record of other files has."""

    def text_of(record: dict[str, Any] | str) -> str:
        return " ".join(str(record.get(column, "")).split()) if isinstance(record, dict) else ""

    known = {text_of(record) for other in others for _, record in other} - {""}
    yield from ((line, record) for line, record in records if text_of(record) not in known)


def _with_articles(records: Records, texts: ArticleTexts) -> Records:
    """Records of our own, with the articles that some of them know by hash alone."""
    for line, record in records:
        if isinstance(record, dict) and "sha256" in record:
            record = {**record, "article": texts.of(record)}
        yield line, record


def _hub_records(hub: HubSource) -> Records:
    try:
        from datasets import load_dataset
        from datasets.exceptions import DatasetsError
    except ImportError as error:
        raise lacking("sets of the hub are read by datasets", "eval") from error
    try:
        dataset = load_dataset(hub.name, hub.subset, revision=hub.revision, split=hub.split)
    except (DatasetsError, OSError, ValueError, RuntimeError) as error:
        raise ConfigError(
            f"{hub.name}@{hub.revision} could not be read from the hub ({error}); "
            "with the set's file on this machine, give its folder with --data"
        ) from error
    yield from enumerate(dataset, 1)
