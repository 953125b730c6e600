"""Numbers, and arguments that several commands take."""

from __future__ import annotations

import argparse
from pathlib import Path

from newstance.configs import names as shipped_names


def positive(text: str) -> int:
    """A number from 1 on; anything else is refused."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def not_negative(text: str) -> int:
    """A number from 0 on; anything else is refused."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is less than 0")
    return number


def add_profile(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which profile runs."""
    shipped = ", ".join(shipped_names("profiles"))
    parser.add_argument("--profile", default="embedded", metavar="P", help=f"{shipped}, or a path (%(default)s)")


def add_asked(parser: argparse.ArgumentParser) -> None:
    """Let a command be told what is asked of an article, by which profile, and how long its summary is."""
    parser.add_argument("--target", action="append", metavar="T", help="what stances are asked for; may be repeated")
    parser.add_argument(
        "--topic", metavar="NAME", help=f"a topic file: {', '.join(shipped_names('topics'))}, or a path"
    )
    add_profile(parser)
    parser.add_argument("--sentences", type=positive, metavar="N", help="length of a summary")
    parser.add_argument("--no-summary", action="store_true", help="leave summaries out")


def add_data(parser: argparse.ArgumentParser, required: bool = False) -> None:
    """Let a command be told where labelled sets are."""
    parser.add_argument(
        "--data", type=Path, required=required, metavar="DIR", help="the folder that holds the labelled sets"
    )


def add_evaluated(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which profile runs on which labelled sets, and what becomes of their bad rows."""
    add_profile(parser)
    add_data(parser)
    parser.add_argument("--skip-invalid", action="store_true", help="leave bad rows out, and count them")


def add_port(parser: argparse.ArgumentParser) -> None:
    """Let a command be told where its page is served."""
    parser.add_argument("--port", type=int, default=7860, help="%(default)s; 0 takes a free one")
