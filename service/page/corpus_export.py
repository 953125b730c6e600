"""What is seen of a run, as files: the numbers, the sentences behind them, and the plot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from newstance.service.cells import safe_cell
from newstance.service.corpus.selection import UNDATED, UNKNOWN, By, Periods, Selection
from newstance.service.corpus.statements import Statement
from newstance.service.corpus.view import Point, table
from newstance.service.present.fragments import fragment

from .corpus_plot import figure

if TYPE_CHECKING:
    import pandas

_STYLE = (
    "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font-family:system-ui,sans-serif;color:#1f1d1a}"
    "table{border-collapse:collapse;font-size:.9rem}th,td{padding:.25rem .6rem;border-bottom:1px solid #ddd7cb;"
    "text-align:left}"
)


def numbers(points: Sequence[Point], row: By, column: By, selection: Selection, folder: Path, stem: str) -> list[Path]:
    """Write points as CSV and as Parquet; the latter says in its metadata what was selected.

    Args:
        points: What was seen.
        row: What the points' ``row`` is.
        column: The same of ``column``.
        selection: What they were asked of.
        folder: Where the files go.
        stem: Their name without ending.
    """
    frame = table(points, row, column)
    return [_csv(frame, folder / f"{stem}.csv"), _parquet(frame, selection, folder / f"{stem}.parquet")]


def sentences(found: Sequence[Statement], folder: Path) -> Path:
    """Write statements as CSV, one row for each sentence, and one for a statement without any."""
    import pandas

    columns = ["actor", "named", "target", "stance", "probability", "source", "date", "title", "url", "article"]
    columns += ["evidence_label", "evidence_probability", "speaker", "voice", "claimed_by", "start", "end", "evidence"]
    frame = pandas.DataFrame(_rows(found), columns=columns)
    # Places are whole numbers where some are missing, too.
    return _csv(frame.astype({"start": "Int64", "end": "Int64"}), folder / "sentences.csv")


def plot(points: Sequence[Point], by: By, periods: Periods, selection: Selection, title: str, folder: Path) -> Path:
    """Write the plot as one HTML file that needs no network, with its numbers as a table below it."""
    frame = table(points, by, "all")
    made = figure(points, periods, selection.counted).to_html(
        full_html=False, include_plotlyjs=True, config={"displaylogo": False}
    )
    rows = [[_short(value) for value in row] for row in frame.values.tolist()]
    text = fragment(
        "corpus", "plot_file", title, selection.words(), Markup(made), list(frame.columns), rows, Markup(_STYLE)
    )  # made by Plotly, which escapes what it is given, and our own
    file = folder / "over-time.html"
    file.write_text(text, encoding="utf-8")
    return file


def _rows(found: Sequence[Statement]) -> Iterator[list[Any]]:
    for one in found:
        probability = one.probability if one.was_asked else None
        told: list[Any] = [one.actor, one.named, one.target, one.display, probability, one.source or UNKNOWN]
        told += [one.date or UNDATED, one.title, one.url, one.article]
        for item in one.sentences:
            told_by = [item.speaker, item.voice, item.claimed_by]
            yield [*told, item.label, item.probability, *told_by, item.start, item.end, item.text]
        if not one.sentences:
            yield [*told, *[None] * 8]


def _csv(frame: pandas.DataFrame, file: Path) -> Path:
    # Of numbers that are mapped, pandas may make others.
    texts = frame.select_dtypes(exclude="number")
    safe = frame.assign(**texts.map(lambda value: safe_cell(value) if isinstance(value, str) else value))
    safe.to_csv(file, index=False, lineterminator="\r\n")
    return file


def _parquet(frame: pandas.DataFrame, selection: Selection, file: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = pa.Table.from_pandas(frame, preserve_index=False)
    asked = json.dumps(vars(selection), default=str, ensure_ascii=False).encode()
    pq.write_table(made.replace_schema_metadata({**(made.schema.metadata or {}), b"newstance.selection": asked}), file)
    return file


def _short(value: Any) -> Any:
    if value is None or value != value:  # pandas has its own nothing
        return ""
    return f"{value:.3f}" if isinstance(value, float) else value
