"""Runs as the evaluate tab shows them: the list of those that are there, and each one's report."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from newstance.service.disk import write_json
from newstance.service.present import html

from ..document import Document, Heading
from ..metrics import Estimate
from ..report import interval, report
from ..scores import score_run
from ..storage import StoredRun

_LISTED = 50
# Parts of a report that are long or seldom asked for.
_FOLDED = ("Targets", "Risk", "How to reproduce", "Rows left out")


def runs_by_name(folder: Path | None) -> dict[str, Path]:
    """The runs in a folder by their names, which are what a browser may ask for."""
    if folder is None or not folder.is_dir():
        return {}
    return {path.parent.name: path.parent for path in sorted(folder.glob("*/run.json"))}


def has_rows(folder: Path) -> bool:
    """Whether there is anything to report."""
    rows = folder / "rows.jsonl"
    return rows.is_file() and rows.stat().st_size > 0


def listing(own: Mapping[str, Path], shared: Mapping[str, Path]) -> str:
    """A table of runs, the latest first, each with a button that opens it.

    Args:
        own: What only this reader sees.
        shared: What everybody sees.
    """
    rows = []
    for is_own, folders in ((True, own), (False, shared)):
        for folder in folders.values():
            rows.append((folder.joinpath("run.json").stat().st_mtime, _row(folder, is_own)))
    if not rows:
        return html.hint("No run yet. What you run appears here.")
    body = "".join(row for _, row in sorted(rows, reverse=True)[:_LISTED])
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("Set", "Profile", "Score", "Examples", "When", "Report")
    )
    return (
        '<div class="ns-scroll" tabindex="0" role="region" aria-label="Earlier runs"><table class="ns-list">'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(folder: Path, is_own: bool) -> str:
    try:
        header = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        header = {}
    score, count = "not scored yet", ""
    try:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        score = f"{metrics['headline']} {interval(Estimate(**metrics['scores'][metrics['headline']]))}"
        count = f"{metrics['n']}{' (partial)' if metrics['partial'] else ''}"
    except (OSError, json.JSONDecodeError, KeyError, TypeError):
        pass
    mark = " <small>only you see it</small>" if is_own else ""
    name = str(header.get("set", folder.name))
    cells = (
        str(header.get("profile", {}).get("name", "")),
        score,
        count,
        str(header.get("start", ""))[:16].replace("T", " "),
    )
    return (
        f"<tr><td>{escape(name)}{mark}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}"
        f'<td><button type="button" class="ns-link" data-run="{escape(folder.name)}" '
        f'data-own="{"yes" if is_own else "no"}" aria-label="Open the run of {escape(name)}">Open</button></td></tr>'
    )


def shown_report(folder: Path) -> str:
    """A run's report, and its scores on disk for the list."""
    run = StoredRun(folder)
    results = score_run(run)
    write_json(folder / "metrics.json", results.as_dict())
    document = report(run, results)
    parts = [f"<h2>{escape(document.title)}</h2>"]
    for heading, section in _sections(document):
        if heading.startswith(_FOLDED):
            parts.append(f'<details class="ns-fold"><summary>{escape(heading)}</summary>{section.body()}</details>')
        else:
            parts.append((f"<h3>{escape(heading)}</h3>" if heading else "") + section.body())
    return f'<section class="ns-report-body">{"".join(parts)}</section>'


def _sections(document: Document) -> Iterator[tuple[str, Document]]:
    """The parts of a document under their headings; what stands before the first heading has none."""
    heading, section = "", Document("")
    for block in document.blocks:
        if isinstance(block, Heading):
            yield heading, section
            heading, section = block.text, Document(block.text)
        else:
            section.blocks.append(block)
    yield heading, section
