"""An analysis as files to take away."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newstance.service.analysis import Analysis
from newstance.service.present.exports import to_csv, to_html


@contextmanager
def folder() -> Iterator[Path]:
    """Where files stand until Gradio has taken them."""
    with tempfile.TemporaryDirectory(prefix="newstance-") as path:
        yield Path(path)


def write(analysis: Analysis, folder: Path) -> dict[str, Path]:
    """Write one file of each format into a folder.

    Returns:
        The files, by format: json, csv, markdown, html.
    """
    stem = file_stem(analysis.article.title)
    contents = {
        "json": (".json", analysis.to_json()),
        "csv": (".csv", to_csv(analysis)),
        "markdown": (".md", analysis.to_markdown()),
        "html": (".html", to_html(analysis)),
    }
    files = {}
    for kind, (suffix, content) in contents.items():
        files[kind] = folder / f"{stem}{suffix}"
        files[kind].write_text(content, encoding="utf-8", newline="")
    return files


def file_stem(title: str) -> str:
    """A file name from a headline."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)[:6]
    return "-".join(words) or "analysis"
