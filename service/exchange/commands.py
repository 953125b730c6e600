"""The sub-command export: analyses and runs in the formats of this field."""

from __future__ import annotations

import argparse
import glob
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from newstance.models.errors import InputError

from ..arguments import positive
from .network_options import AGGREGATIONS, NORMALIZATIONS, Duplicates, NetworkOptions, Variable

if TYPE_CHECKING:
    from .statements import CodedDocument

Write = Callable[[Iterable["CodedDocument"], Path], "list[Path]"]
FORMATS: Mapping[str, str] = {
    "dna": "a database of Discourse Network Analyzer 3",
    "events": "the event list that it exports, CSV",
    "graphml": "a network for visone, R, Gephi",
    "gexf": "a network for Gephi",
    "qdpx": "a REFI-QDA project for ATLAS.ti, MAXQDA, NVivo, QualCoder",
    "label-studio": "tasks that are labelled already, with their interface beside them",
    "csv": "a row for each passage that shows a statement",
    "actors": "who is who across articles: a table to edit, and to give to --actors",
}
_NETWORKS = ("graphml", "gexf")
_SIDED = ("dna", "events")  # where agreement is yes or no


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; it sets ``run``, which takes the arguments and returns an exit code."""
    parser = subparsers.add_parser(
        "export",
        help="statements and networks for other programs",
        description="Formats: " + "; ".join(f"{name}: {what}" for name, what in FORMATS.items()) + ".",
    )
    parser.add_argument(
        "source",
        nargs="+",
        type=Path,
        metavar="FROM",
        help="runs' folders, and analyses as JSON (analyze --format json)",
    )
    parser.add_argument("--to", required=True, choices=FORMATS, metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="must not be there yet")
    parser.add_argument(
        "--actors", type=Path, metavar="TABLE", help="who is who: what --to actors wrote, and you edited"
    )
    parser.add_argument(
        "--min-probability", type=_probability, default=0.0, metavar="P", help="leave out what is less probable"
    )
    parser.add_argument(
        "--neutral",
        action="store_true",
        help="actors that take no side, too: where they are first named (not dna, events)",
    )
    network = parser.add_argument_group("networks (graphml, gexf), as the R package rDNA has them")
    network.add_argument("--network", choices=AGGREGATIONS, help="%(choices)s; the first if none is given")
    network.add_argument("--aggregate", choices=_all(AGGREGATIONS), help="what agreement does to a tie: %(choices)s")
    network.add_argument("--normalize", choices=_all(NORMALIZATIONS), help="%(choices)s")
    network.add_argument("--duplicates", choices=get_args(Duplicates), help="what counts once: %(choices)s")
    network.add_argument("--variable", choices=get_args(Variable), help="who is a node: %(choices)s")
    network.add_argument("--isolates", action="store_true", help="nodes without a tie are in every time window")
    network.add_argument("--window", type=positive, metavar="DAYS", help="a moving time window; a file for each day")
    parser.set_defaults(run=_export)


def _all(options: Mapping[str, tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for names in options.values() for name in names))


def _probability(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return number


def _export(args: argparse.Namespace) -> int:
    from ..corpus.actor_table import ActorTable
    from .joining import join_actors
    from .runs import read_coded
    from .statements import at_least

    write = _writer(args)
    days = args.out.parent.glob(f"{glob.escape(args.out.stem)}-????-??-??{args.out.suffix}") if args.window else ()
    for file in (args.out, *sorted(days)):
        if file.exists():
            raise InputError(f"{file} is there already; name another file, or take it away")
    if args.neutral and args.to in _SIDED:
        raise InputError(f"--neutral does not go with --to {args.to}, where agreement is yes or no; leave it out")
    documents = at_least(read_coded(args.source, args.neutral), args.min_probability)
    if args.actors is not None:
        documents = join_actors(documents, ActorTable.load(args.actors))
    count = _Counted(documents)
    for file in write(count, args.out):
        print(file)
    print(f"newstance: {count.passages} passages of {count.documents} articles", file=sys.stderr)
    return 0


class _Counted:
    """Documents, counted as they pass."""

    def __init__(self, documents: Iterable[CodedDocument]) -> None:
        self._documents = documents
        self.documents = self.passages = 0

    def __iter__(self) -> Iterator[CodedDocument]:
        for coded in self._documents:
            self.documents += 1
            self.passages += len(coded.statements)
            yield coded


def _writer(args: argparse.Namespace) -> Write:
    """What writes the format; options of networks do not go with another."""
    from . import dna, graph_files, qdpx, statement_table

    told = {
        "network_type": args.network,
        "aggregation": args.aggregate,
        "normalization": args.normalize,
        "duplicates": args.duplicates,
        "variable": args.variable,
        "isolates": args.isolates,
        "window": args.window,
    }
    given = {name: value for name, value in told.items() if value}
    if args.to in _NETWORKS:
        write = graph_files.write_graphml if args.to == "graphml" else graph_files.write_gexf
        return partial(write, options=NetworkOptions(**given))
    if given:
        raise InputError(f"options of networks do not go with --to {args.to}; take --to {' or '.join(_NETWORKS)}")
    return {
        "dna": _one(dna.write_dna),
        "events": _one(dna.write_events),
        "qdpx": _one(qdpx.write_qdpx),
        "label-studio": _label_studio,
        "csv": _one(statement_table.write_csv),
        "actors": _actors,
    }[args.to]


def _one(write: Callable[[Iterable[CodedDocument], Path], Sequence[str] | None]) -> Write:
    def written(documents: Iterable[CodedDocument], path: Path) -> list[Path]:
        for note in write(documents, path) or ():
            print(f"newstance: {note}", file=sys.stderr)
        return [path]

    return written


def _label_studio(documents: Iterable[CodedDocument], path: Path) -> list[Path]:
    from .files import replacing
    from .label_studio import label_studio_config, write_label_studio

    interface = path.with_suffix(".xml")
    if interface.exists():
        raise InputError(f"{interface} is there already, where the interface is written; name another file")
    write_label_studio(documents, path)
    with replacing(interface) as unfinished:
        unfinished.write_text(label_studio_config(), encoding="utf-8")
    return [path, interface]


def _actors(documents: Iterable[CodedDocument], path: Path) -> list[Path]:
    from .files import replacing
    from .joining import propose_actors

    table = propose_actors(documents).to_csv()
    with replacing(path) as unfinished:
        unfinished.write_text(table, encoding="utf-8", newline="")
    return [path]
