"""Numbers and profiles as the command line takes them."""

from __future__ import annotations

import argparse

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
    parser.add_argument(
        "--profile", default="embedded", metavar="P", help=f"{', '.join(shipped_names('profiles'))}, or a path"
    )
