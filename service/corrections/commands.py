"""The sub-command corrections: import, list and export."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .record import Correction

TABLES = (".csv", ".tsv")
PROGRAMS = (".json", ".dna")  # Label Studio, Discourse Network Analyzer
_SHORTEST = 40  # characters of a title or text in a list


def add_corrections(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; each of its actions sets ``run``, which takes the arguments and returns an exit code."""
    parser = commands.add_parser("corrections", help="bring corrections in, show them, or write them out as a table")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    bring = actions.add_parser(
        "import",
        help="add the codings of another file",
        description="CSV or TSV with one coded cell in each row, a Label Studio export (.json) or a DNA file (.dna).",
    )
    bring.add_argument("source", type=Path, metavar="SOURCE")
    bring.add_argument("--to", type=Path, required=True, metavar="FILE", help="the file of corrections; added to")
    bring.add_argument(
        "--coder",
        default="",
        metavar="NAME",
        help="whose they are, where a table's row names nobody; of another program's file, in place of its coders",
    )
    bring.add_argument(
        "--column", action="append", default=[], metavar="OURS=THEIRS", help="such as holder=Actor; may be repeated"
    )
    bring.add_argument(
        "--label", action="append", default=[], metavar="THEIRS=OURS", help="such as pro=favor; may be repeated"
    )
    bring.set_defaults(run=_import)
    show = actions.add_parser("list", help="the last word of each coder on each cell")
    show.add_argument("file", type=Path, nargs="+", metavar="FILE")
    show.add_argument("--wrong", action="store_true", help="only where the coder says other than the model")
    show.set_defaults(run=_list)
    write = actions.add_parser("export", help="the same as CSV for spreadsheets or as JSON lines, to standard output")
    write.add_argument("file", type=Path, nargs="+", metavar="FILE")
    write.add_argument("--format", choices=("csv", "jsonl"), default="csv")
    write.set_defaults(run=_export)


def _pairs(given: list[str], option: str) -> dict[str, str]:
    from newstance.models.errors import InputError

    if wrong := [pair for pair in given if "=" not in pair]:
        raise InputError(f"{option} {wrong[0]}: an equals sign is expected, as in the help")
    return {name.strip(): value.strip() for name, _, value in (pair.partition("=") for pair in given)}


def _import(chosen: argparse.Namespace) -> int:
    from newstance.models.errors import InputError

    from .brought import Mapped, read_table
    from .record import coder_named
    from .store import CorrectionFile

    suffix = chosen.source.suffix.lower()
    mapped = Mapped(_pairs(chosen.column, "--column"), _pairs(chosen.label, "--label"), chosen.coder)
    if suffix in TABLES:
        corrections, left = read_table(chosen.source, mapped), list[str]()
        named = {one.coder for one in corrections}
    elif suffix in PROGRAMS:
        if chosen.column or chosen.label:
            raise InputError("--column and --label are for tables; a file of another program says what is what")
        corrections, left, named = _from_program(chosen.source, chosen.coder)
    else:
        raise InputError(f"{chosen.source} is none of {', '.join((*TABLES, *PROGRAMS))}")
    if others := chosen.coder and sorted(named - {coder_named(chosen.coder)}):
        what = "stay theirs" if suffix in TABLES else f"count as those of {chosen.coder}"
        print(
            f"newstance: the file names coders of its own, whose codings {what}: {', '.join(others)}", file=sys.stderr
        )
    CorrectionFile(chosen.to).append(corrections)
    for cell in left:
        print(f"left out, as many passages for one label as for another: {cell}", file=sys.stderr)
    print(f"{len(corrections)} corrections of {len({one.text for one in corrections})} texts added to {chosen.to}")
    return 0


def _list(chosen: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from .store import latest, read_all

    table = Table("coder", "when", "article", "actor", "target", "is", "the model said", box=None)
    unknown = 0
    for one in latest(read_all(chosen.file)):
        unknown += one.change == "stance" and not one.said
        if chosen.wrong and one.label == (one.said or one.label):
            continue
        said = "" if not one.said else one.said if one.probability is None else f"{one.said} {one.probability:.2f}"
        is_stance = one.change == "stance"
        cells = (
            one.coder,
            one.when[:16].replace("T", " "),
            (one.title or one.text)[:_SHORTEST],
            one.holder,
            one.target,
            one.label if is_stance else f"{one.change} {one.label}".strip(),
            said,
        )
        table.add_row(*map(Text, cells))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    if chosen.wrong and unknown:
        print(
            f"left out, as nobody knows what the model said: {unknown}; `newstance agreement` asks it", file=sys.stderr
        )
    return 0


def _export(chosen: argparse.Namespace) -> int:
    from ..cells import safe_cell
    from .brought import COLUMNS
    from .store import latest, read_all

    corrections = latest(read_all(chosen.file))
    if chosen.format == "jsonl":
        for one in corrections:
            print(json.dumps(one.to_dict(), ensure_ascii=False))
        return 0
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in corrections:
        writer.writerow({name: safe_cell(str(value)) for name, value in one.to_dict().items()})
    return 0


def _from_program(path: Path, coder: str) -> tuple[list[Correction], list[str], set[str]]:
    """The corrections, cells that have no label, and the coders that the file names."""
    from ..exchange import read_dna, read_label_studio
    from .coded import from_statements, is_ours
    from .record import coder_named

    read = read_dna if path.suffix.lower() == ".dna" else read_label_studio
    statements = read(path)
    found = from_statements(statements, coder)
    named = {coder_named(one.coder) for one in statements if not is_ours(one)} - {""}
    return found.corrections, found.split, named
