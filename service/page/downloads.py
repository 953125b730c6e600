"""An analysis as files to take away."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from newstance.models.errors import InputError
from newstance.service.analysis import Analysis
from newstance.service.present.exports import to_csv, to_html

# By format, what its button says.
WORDS = {
    "json": "JSON",
    "csv": "CSV",
    "markdown": "Markdown",
    "html": "HTML",
    "dna": "DNA",
    "graphml": "GraphML",
    "qdpx": "QDPX",
    "label_studio": "Label Studio",
}


@contextmanager
def folder() -> Iterator[Path]:
    """Where files stand until Gradio has taken them."""
    with tempfile.TemporaryDirectory(prefix="newstance-") as path:
        yield Path(path)


def write(analysis: Analysis, folder: Path) -> dict[str, Path]:
    """Write one file of each format into a folder.

    Returns:
        The files, by format, as ``WORDS`` names them. Where nobody takes a side there is no network.
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
    return files | _exchanged(analysis, folder / stem)


def _exchanged(analysis: Analysis, stem: Path) -> dict[str, Path]:
    """The formats of other programs."""
    from newstance.service import exchange

    documents = [exchange.from_analysis(analysis)]
    files = {}
    for kind, ending, write in (
        ("dna", ".dna", exchange.write_dna),
        ("graphml", ".graphml", exchange.write_graphml),
        ("qdpx", ".qdpx", exchange.write_qdpx),
        ("label_studio", "-label-studio.json", exchange.write_label_studio),
    ):
        path = stem.with_name(stem.name + ending)
        with suppress(InputError):  # nobody takes a side, or a name is too long for the format
            write(documents, path)
            files[kind] = path
    return files


def file_stem(title: str) -> str:
    """A file name from a headline."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)[:6]
    return "-".join(words) or "analysis"
