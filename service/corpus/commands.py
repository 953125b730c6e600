"""The command run: many articles in, a folder of tables out."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from newstance.models.errors import InputError
from newstance.models.hearing import Stopped

from ..arguments import add_asked, positive
from .watch import Watch

if TYPE_CHECKING:
    from rich.progress import Progress

    from .run import RunOptions
    from .step import Task

_AGAIN = "give the same command again to go on"


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-commands; each sets ``run``, which takes the arguments and returns an exit code."""
    parser = subparsers.add_parser(
        "run",
        help="analyse many articles, and write tables",
        description="A killed run goes on where it stopped when the same command is given again. Ctrl-C ends it after "
        "the shards that are at work; a second one at once.",
    )
    parser.add_argument(
        "input",
        nargs="*",
        metavar="IN",
        help="files, folders, patterns, web addresses; a .jsonl, .csv, .tsv or .parquet gives an article for each row",
    )
    parser.add_argument(
        "--addresses", action="append", default=[], metavar="FILE", help="a list of web addresses, one in each line"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the tables go there, in Parquet")
    add_asked(parser)
    parser.add_argument("--limit", type=positive, metavar="N", help="the first N records alone")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=_column,
        metavar="NAME=COLUMN",
        help="what a table calls its text, id, title, date, source, author, url or language; may be repeated",
    )
    parser.add_argument("--workers", type=positive, default=1, metavar="N", help="processes, or workers of Ray")
    parser.add_argument("--shard", type=positive, default=100, metavar="N", help="records of a file (%(default)s)")
    parser.add_argument(
        "--delay", type=_seconds, default=1.0, metavar="S", help="seconds between two pages of a site (%(default)g)"
    )
    parser.add_argument("--device", default="cpu", metavar="D", help="where torch runs models, such as cuda")
    parser.add_argument("--ray", action="store_true", help="let Ray's workers do it")
    parser.add_argument("--address", metavar="A", help="with --ray: of a cluster, such as auto; else this machine")
    parser.add_argument("--cpus-per-worker", type=_seconds, default=1.0, metavar="N", help="with --ray (%(default)g)")
    parser.add_argument("--gpus-per-worker", type=_seconds, default=0.0, metavar="N", help="with --ray (%(default)g)")
    parser.set_defaults(run=_run)


def _column(text: str) -> tuple[str, str]:
    name, sign, column = text.partition("=")
    if not sign or not column:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=COLUMN, such as text=body")
    return name.strip(), column


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 on")
    return number


def _run(chosen: argparse.Namespace) -> int:
    from .inputs import Inputs
    from .run import run

    inputs = Inputs(tuple(chosen.input), tuple(chosen.addresses), dict(chosen.column), chosen.limit)
    task, options = _asked(chosen)
    with _bar() as progress:
        watch = _Shown(progress)
        with _interrupts(watch, at_once=chosen.ray):
            try:
                counts = run(inputs, task, chosen.out, options, watch)["counts"]
            except (Stopped, KeyboardInterrupt):
                print(f"newstance: stopped; what is done is in {chosen.out}: {_AGAIN}", file=sys.stderr)
                return 1
    said = f"{counts['articles']:,} articles in {chosen.out}"
    if counts["rejected"]:
        said += f", {counts['rejected']:,} records rejected: {chosen.out / 'rejected.jsonl'} says why"
    if counts["done"] < counts["records"]:
        left = counts["records"] - counts["done"]
        print(f"newstance: stopped with {left:,} records left; {said}: {_AGAIN}", file=sys.stderr)
        return 1
    print(said)
    return 0


def _asked(chosen: argparse.Namespace) -> tuple[Task, RunOptions]:
    from newstance.models.sources import locate

    from ..profile import Profile, Topic
    from .on_ray import RayOptions
    from .run import RunOptions
    from .step import Task

    profile = Profile.load(chosen.profile)
    device = "cuda" if chosen.ray and chosen.gpus_per_worker else chosen.device
    if device != "cpu" and locate(profile.stance.source).is_onnx:
        raise InputError(
            f"the profile {profile.name!r} has a stance model in ONNX, which runs on CPUs; leave --device and "
            "--gpus-per-worker away, or take a profile whose model torch runs"
        )
    targets = tuple(dict.fromkeys(chosen.target)) if chosen.target else None
    topic = Topic.load(chosen.topic) if chosen.topic else None
    task = Task(profile, targets, topic, not chosen.no_summary, chosen.sentences, device=device)
    ray = RayOptions(chosen.address, chosen.cpus_per_worker, chosen.gpus_per_worker) if chosen.ray else None
    return task, RunOptions(chosen.workers, chosen.shard, chosen.delay, ray)


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield progress


class _Shown(Watch):
    """Shows it on a bar."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._bar = progress.add_task("looking through the inputs", total=None, told="")
        self._rejected = 0

    def looking(self, records: int) -> None:
        if self.finish.is_set():
            raise KeyboardInterrupt
        self._progress.update(self._bar, completed=records)

    def begin(self, records: int, done: int) -> None:
        # A bar of its own, so that what was done before does not count as speed.
        self._progress.remove_task(self._bar)
        self._bar = self._progress.add_task("articles", total=records, completed=done, told="loading models")

    def advance(self, done: int, rejected: int) -> None:
        self._rejected += rejected
        self._progress.update(self._bar, advance=done)
        speed = self._progress.tasks[0].speed
        told = [f"{speed:.2f}/s"] if speed else []
        told += [f"{self._rejected} rejected"] if self._rejected else []
        self._progress.update(self._bar, told=", ".join(told))


@contextmanager
def _interrupts(watch: Watch, at_once: bool) -> Iterator[None]:
    """The first Ctrl-C lets the shards at work end, the second leaves them, the third is Python's own.

    Args:
        watch: Is told.
        at_once: The second is Python's own, as nobody hears while Ray works.
    """

    def heard(number: int, frame: FrameType | None) -> Any:
        if not watch.finish.is_set():
            watch.finish.set()
            told.start()
            return
        watch.abandon.set()
        signal.signal(signal.SIGINT, before)
        if at_once:
            raise KeyboardInterrupt

    # The thread that hears may hold the bar, and who draws the bar waits for what is printed: nobody would go on.
    words = "newstance: ends with the shards that are at work; Ctrl-C again leaves them"
    told = threading.Thread(target=print, args=(words,), kwargs={"file": sys.stderr})
    before = signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if told.ident is not None:
            told.join()
