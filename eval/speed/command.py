"""The options of ``python -m newstance.eval.speed``, and what becomes of the figures."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from newstance.eval.tables import ROOT, between_marks
from newstance.models.errors import ConfigError, InputError
from newstance.service.arguments import add_profile, positive
from newstance.service.disk import write_whole

from . import machine
from .bench import Bench
from .sheets import Measured

PARTS = ("ceiling", "pairs", "labels", "articles", "growth", "many", "server", "start")
PAGE = Path("docs") / "speed.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or take what was measured, and show it; returns 0."""
    chosen = _parser().parse_args(arguments)
    measured = _kept(chosen.kept) if chosen.kept else _measured(chosen)
    if chosen.out:
        write_whole(chosen.out, json.dumps(measured.to_dict(), indent=1, ensure_ascii=False) + "\n")
    if chosen.plot:
        _draw(measured, chosen.plot)
    if chosen.docs:
        write_page(measured, ROOT / PAGE)
    if chosen.table:
        print(measured.to_markdown())
    else:
        _show(measured)
    return 0


def write_page(measured: Measured, path: Path) -> None:
    """Write the tables between the marks of the page about speed.

    Raises:
        ConfigError: The page is not there, or has no marks.
    """
    if not path.is_file():
        raise ConfigError(f"there is no {path}; tables are written in a checkout of the repository")
    text = path.read_text(encoding="utf-8")
    write_whole(path, between_marks(text, measured.to_markdown(), path.name, "speed"))


def _parser() -> argparse.ArgumentParser:
    plain = Bench()
    parser = argparse.ArgumentParser(
        prog="python -m newstance.eval.speed", description="Times newstance beside other roads; see docs/speed.md."
    )
    parser.add_argument("--parts", type=_parts, default=PARTS, metavar="LIST", help=f"of {','.join(PARTS)}; all")
    parser.add_argument(
        "--repetitions", type=positive, default=plain.repetitions, metavar="N", help="of everything (%(default)s)"
    )
    parser.add_argument(
        "--questions", type=positive, default=plain.number, metavar="N", help="to pair classifiers (%(default)s)"
    )
    parser.add_argument(
        "--many", type=positive, default=plain.many, metavar="N", help="articles that are analysed (%(default)s)"
    )
    parser.add_argument(
        "--users", type=positive, default=plain.users, metavar="N", help="of the server at once (%(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=plain.seconds, metavar="S", help="how long they ask (%(default)g)"
    )
    add_profile(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep the figures as JSON")
    parser.add_argument("--kept", type=Path, metavar="FILE", help="show figures that were kept; nothing is measured")
    parser.add_argument("--table", action="store_true", help="print Markdown")
    parser.add_argument("--docs", action="store_true", help=f"write the tables into {PAGE}")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw growth, as .svg or .png")
    return parser


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(dict.fromkeys(text.split(",")))
    if unknown := [part for part in parts if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    return parts


def _measured(chosen: argparse.Namespace) -> Measured:
    bench = Bench(
        chosen.profile,
        chosen.repetitions,
        chosen.questions,
        chosen.many,
        chosen.users,
        chosen.seconds,
        tell=lambda what: print(f"newstance: {what}", file=sys.stderr, flush=True),
    )
    measured = Measured(machine.told(), (), bench.is_trial)
    for part in chosen.parts:
        sheets = import_module(f".{part}", __package__).measure(bench)
        measured = replace(measured, sheets=(*measured.sheets, *sheets))
        if chosen.out:  # what is measured is not lost if a later part fails
            write_whole(chosen.out, json.dumps(measured.to_dict(), indent=1, ensure_ascii=False) + "\n")
    return measured


def _kept(file: Path) -> Measured:
    try:
        return Measured.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file} holds no figures of this command: {error!r}; --out writes such a file") from error


def _draw(measured: Measured, file: Path) -> None:
    from .growth import POINTS, draw

    points = [sheet for sheet in measured.sheets if sheet.title == POINTS]
    if not points:
        raise InputError("there is no growth to draw; measure the part growth, too")
    draw(points[0], file)


def _show(measured: Measured) -> None:
    from rich.console import Console

    console = Console()
    console.print(machine.in_words(measured.machine), soft_wrap=True)
    if measured.is_trial:
        console.print("a trial of few repetitions or few questions: it says nothing yet")
    for sheet in measured.sheets:
        console.print(sheet.to_terminal())
