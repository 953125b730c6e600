"""The tables of a run: their columns, and the rows that an analysis gives them.

Five tables hold what an ``Analysis`` holds. A column ``article`` ties them together; all offsets count characters of
``articles.text``. Their types are fixed, so that files of one run, and of any two runs, read as one table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from newstance.configs.extras import lacking
from newstance.models.errors import InputError

if TYPE_CHECKING:
    import pandas
    import pyarrow

    from ..analysis import Analysis, Evidence, Stance, Summary
    from ..article import Article

Rows = dict[str, list[dict[str, Any]]]  # by table
TABLES = ("articles", "actors", "stances", "evidence", "summaries")
_HASH_LENGTH = 16  # hexadecimal digits: in a billion articles, two differing ones share one with a chance of 3 %
_HASHED = ("text", "title", "date", "source", "url")


def arrow() -> Any:
    """The package pyarrow.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise lacking("tables are written by pyarrow", "corpus") from error
    return pyarrow


@cache
def schema(table: str) -> pyarrow.Schema:
    """The columns of a table, by its name in ``TABLES``.

    Raises:
        InputError: There is no such table.
        ConfigError: pyarrow is not installed.
    """
    if table not in TABLES:
        raise InputError(f"a run has no table {table!r}; its tables are {', '.join(TABLES)}")
    pa = arrow()
    text, whole, real, flag = pa.string(), pa.int32(), pa.float64(), pa.bool_()
    sources = pa.list_(pa.struct({"start": whole, "end": whole, "text": text}))
    columns: dict[str, dict[str, Any]] = {
        "articles": dict.fromkeys(("article", "id", "title", "source"), text)
        | {"date": pa.date32()}
        | dict.fromkeys(("author", "url", "language", "text"), text)
        | {"notes": pa.list_(text), "place": text},
        "actors": {"article": text, "actor": text, "kind": text, "aliases": pa.list_(text), "mentions": whole}
        | {"starts": pa.list_(whole), "ends": pa.list_(whole), "weight": real},
        "stances": dict.fromkeys(("article", "actor", "kind", "target", "label", "display"), text)
        | dict.fromkeys(("probability", "favor", "against", "neutral"), real)
        | {"note": text},
        "evidence": {"article": text, "actor": text, "target": text, "rank": whole, "label": text, "probability": real}
        | {"start": whole, "end": whole, "text": text, "speaker": text, "voice": text, "claimed_by": text}
        | {"truncated": flag},
        "summaries": {"article": text, "sentence": whole, "text": text, "support": real, "quoted": flag}
        | {"sources": sources},
    }
    return pa.schema(columns[table])


def article_hash(article: Article, id: str = "") -> str:
    """What the column ``article`` names an article by: 16 hexadecimal digits of a hash of what it says and is called.

    Args:
        article: The article.
        id: The user's own name for it.
    """
    told = json.dumps([*(getattr(article, name) for name in _HASHED), id], ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", errors="replace")).hexdigest()[:_HASH_LENGTH]


def rows_of(analysis: Analysis, id: str = "", place: str = "") -> Rows:
    """The rows of one analysis, by table.

    Args:
        analysis: What was found in an article.
        id: The user's own name for the article.
        place: Where it came from, as ``file:line``.
    """
    article = analysis.article
    key = article_hash(article, id)
    about = {name: getattr(article, name) for name in ("title", "source", "author", "url", "language", "text")}
    kept = {"article": key, "id": id, "date": _day(article.date), "notes": list(analysis.notes), "place": place}
    rows: Rows = {
        "articles": [about | kept],
        "actors": [
            {
                "article": key,
                "actor": actor.name,
                "kind": actor.kind,
                "aliases": list(actor.aliases),
                "mentions": len(actor.mentions),
                "starts": [mention.start for mention in actor.mentions],
                "ends": [mention.end for mention in actor.mentions],
                "weight": actor.weight,
            }
            for actor in analysis.actors
        ],
        "stances": [_stance(key, stance) for stance in analysis.stances],
        "evidence": [
            _evidence(key, stance, rank, item)
            for stance in analysis.stances
            for rank, item in enumerate(stance.evidence)
        ],
        "summaries": _summary(key, analysis.summary) if analysis.summary else [],
    }
    return {
        table: [{name: row[name] for name in schema(table).names} for row in found] for table, found in rows.items()
    }


def joined(many: Iterable[Rows]) -> Rows:
    """The rows of several analyses, one after the other."""
    rows: Rows = {table: [] for table in TABLES}
    for one in many:
        for table, found in one.items():
            rows[table] += found
    return rows


def as_table(table: str, rows: Sequence[Mapping[str, Any]]) -> pyarrow.Table:
    """Rows as an Arrow table with the columns of ``schema(table)``."""
    found: pyarrow.Table = arrow().Table.from_pylist(list(rows), schema(table))
    return found


def as_frame(table: pyarrow.Table) -> pandas.DataFrame:
    """An Arrow table as a pandas DataFrame.

    Raises:
        ConfigError: pandas is not installed.
    """
    try:
        frame: pandas.DataFrame = table.to_pandas()
    except ImportError as error:
        raise lacking("frames need pandas", "corpus") from error
    return frame


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _stance(key: str, stance: Stance) -> dict[str, Any]:
    return {
        "article": key,
        "actor": stance.actor.name,
        "kind": stance.actor.kind,
        "target": stance.target,
        "label": stance.label,
        "display": stance.display,
        "probability": stance.probability,
        "favor": stance.probabilities["favor"],
        "against": stance.probabilities["against"],
        "neutral": stance.probabilities["neutral"],
        "note": stance.note,
    }


def _evidence(key: str, stance: Stance, rank: int, item: Evidence) -> dict[str, Any]:
    said = vars(item)
    return {"article": key, "actor": stance.actor.name, "target": stance.target, "rank": rank, **said}


def _summary(key: str, summary: Summary) -> list[dict[str, Any]]:
    return [
        {
            "article": key,
            "sentence": number,
            "text": sentence.text,
            "support": sentence.support,
            "quoted": sentence.is_quoted,
            "sources": [dict(vars(source)) for source in sentence.sources],
        }
        for number, sentence in enumerate(summary.sentences)
    ]
