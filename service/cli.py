"""The command line: parse, call, format.

Exit codes: 0 done, 2 wrong usage or input, 1 a failure. Results go to stdout, progress and errors to stderr.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import newstance
from newstance.configs import names as shipped_names
from newstance.models.errors import NewstanceError

from .analyze_command import add_analyze
from .arguments import add_port, add_profile, not_negative, positive
from .failures import exit_code, in_words
from .setup import add_setup
from .view_command import add_view, corpus_tab_of

_LONGEST_LINE = 10_000  # characters of a password that is piped in

if TYPE_CHECKING:
    from .analyzer import Analyzer
    from .page.app import Tab


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO if chosen.verbose else logging.WARNING, stream=sys.stderr)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        print("newstance: stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has gone, as in `newstance ... | head`
        sys.stderr.close()
        return 1
    except Exception as error:
        if chosen.verbose and not isinstance(error, NewstanceError):
            raise
        print(f"newstance: {in_words(error)}", file=sys.stderr)
        return exit_code(error)


class _Version(argparse.Action):
    """Prints the version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"newstance {newstance.__version__}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="newstance", description="Read the news; see who stands where.", allow_abbrev=False
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.add_argument("--verbose", action="store_true", help="log what happens, and show where a failure arose")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_analyze(commands)
    add_setup(commands)
    doctor = commands.add_parser("doctor", help="show what each profile needs and what is there")
    doctor.set_defaults(run=_doctor)

    train = commands.add_parser("train", help="train a model as a recipe says: of stance and support, or of summaries")
    train.add_argument("config", metavar="CONFIG", help=f"{', '.join(shipped_names('training'))}, or a path")
    train.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the folder that holds the labelled sets; corrections need none",
    )
    train.add_argument("--out", type=Path, default=Path("runs"), metavar="DIR", help="where checkpoints and model go")
    train.add_argument(
        "--terms",
        choices=("all", "open"),
        default="all",
        help="open: leave out sets given out for research or non-commercial use alone",
    )
    train.add_argument(
        "--only",
        choices=("rows", "ship"),
        default="train",
        help="rows: make the rows and stop; ship: export and calibrate a model that was fitted elsewhere",
    )
    train.add_argument("--processes", type=positive, default=1, metavar="N", help="how many read articles at once")
    from newstance.eval.continuing_command import add_options

    add_options(train)
    train.set_defaults(run=_train)

    serve = commands.add_parser("serve", help="serve the page, the API and tools for agents")
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (%(default)s: this computer alone)")
    add_port(serve)
    add_profile(serve)
    serve.add_argument("--auth-file", type=Path, metavar="F", help="who may come in; see `newstance auth`")
    serve.add_argument("--concurrency", type=positive, default=2, metavar="N", help="analyses at once (%(default)s)")
    serve.add_argument(
        "--max-queue", type=not_negative, default=32, metavar="N", help="analyses that wait (%(default)s)"
    )
    serve.add_argument("--runs", type=Path, metavar="DIR", help="evaluations made on the page are kept there, for all")
    serve.add_argument("--data", type=Path, metavar="DIR", help="the labelled sets that the page offers")
    serve.add_argument("--corpus", type=Path, metavar="DIR", help="a run's folder, which a tab shows to all")
    serve.add_argument("--corrections", type=Path, metavar="FILE", help="what readers correct is added to this file")
    serve.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="A",
        help="an address or network whose X-Forwarded headers are believed; may be repeated",
    )
    serve.add_argument("--insecure", action="store_true", help="let everybody in on a public address")
    serve.set_defaults(run=_serve)

    add_view(commands)

    auth = commands.add_parser("auth", help="say who may use a server").add_subparsers(required=True, metavar="ACTION")
    add_token = auth.add_parser("add-token", help="let a program in; prints its token, once")
    add_token.add_argument("--expires", type=_day, metavar="DATE", help="the last day it is taken, YYYY-MM-DD in UTC")
    add_token.set_defaults(run=_add_token)
    add_user = auth.add_parser("add-user", help="let a person in; asks for a password, or reads it from standard input")
    add_user.set_defaults(run=_add_user)
    for action in (add_token, add_user):
        action.add_argument("name", metavar="NAME")
        action.add_argument("--auth-file", type=Path, required=True, metavar="F", help="made if it is not there")

    # The command line is the top of the house: it alone looks up, to what evaluates the service below.
    from newstance.eval.commands import add_commands

    from .corpus import commands as corpus
    from .corrections.commands import add_corrections
    from .exchange import commands as exchange

    corpus.add_commands(commands)
    exchange.add_commands(commands)
    add_corrections(commands)
    add_commands(commands)
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day; give it as YYYY-MM-DD") from None


def _doctor(chosen: argparse.Namespace) -> int:
    from .doctor import examine

    return examine()


def _train(chosen: argparse.Namespace) -> int:
    from newstance import configs
    from newstance.eval.card import write_card
    from newstance.eval.continuing_command import continue_training, given_options
    from newstance.eval.extras import TRAINING, need
    from newstance.models.errors import InputError
    from newstance.models.training.recipe import Recipe
    from newstance.models.training.rows import make_rows
    from newstance.models.training.summarizer import Task
    from newstance.models.training.train import ship, train

    from .judging.rows import ArticleRowsOf

    task = configs.load("training", chosen.config, Task).task
    if task is not None and chosen.only != "train":
        raise InputError(
            f"--only {chosen.only} is for the model of stance and support; leave it out for {chosen.config}"
        )
    if task in ("summarizer", "corrections") and chosen.terms != "all":
        raise InputError(
            f"--terms {chosen.terms} is for recipes that mark the sets whose terms are restricted; "
            f"leave it out for {chosen.config}, which marks none"
        )
    if task != "corrections" and (given := given_options(chosen)):
        raise InputError(f"{', '.join(given)}: for the recipe corrections alone; leave out for {chosen.config}")
    if task == "corrections":
        return continue_training(chosen)
    if chosen.data is None:
        raise InputError("--data names the folder that holds the labelled sets that this is trained on")
    if task == "summarizer":
        return _train_summarizer(chosen)
    need("training", "train", TRAINING)
    if task == "branch":
        return _train_branch(chosen)
    recipe = configs.load("training", chosen.config, Recipe)
    factory = ArticleRowsOf("embedded")
    out = chosen.out / recipe.name
    if chosen.only == "train":
        trained = train(recipe, chosen.data, out, factory, chosen.terms, chosen.processes)
    else:
        rows = make_rows(recipe.on_terms(chosen.terms), chosen.data, out, factory, chosen.processes)
        for name, count in rows.items():
            print(f"{count:8,}  {name}")
        if chosen.only == "rows":
            return 0
        trained = ship(recipe, out, rows, chosen.terms)
    print(write_card(recipe, trained))
    return 0


def _train_summarizer(chosen: argparse.Namespace) -> int:
    from newstance import configs
    from newstance.eval.adapter_card import write_adapter_card
    from newstance.models.training.summarizer import SummarizerTrainingSettings, train_summarizer

    recipe = configs.load("training", chosen.config, SummarizerTrainingSettings)
    print(write_adapter_card(recipe, train_summarizer(recipe, chosen.data, chosen.out / recipe.name)))
    return 0


def _train_branch(chosen: argparse.Namespace) -> int:
    from newstance import configs
    from newstance.eval.card import write_branch_card
    from newstance.models.training.branch import BranchRecipe, train_branch

    recipe = configs.load("training", chosen.config, BranchRecipe)
    out = chosen.out / recipe.name
    print(write_branch_card(recipe, train_branch(recipe, chosen.data, out, chosen.terms, chosen.processes)))
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    from .web.server import serve
    from .web.service import ServerSettings

    shown = [corpus_tab_of(chosen.corpus)] if chosen.corpus else []

    def more_tabs(analyzer: Analyzer) -> Sequence[Tab]:
        # As with the commands of eval: only the command line looks up.
        from newstance.eval.page.tab import evaluate_tab

        return [evaluate_tab(analyzer, chosen.runs, chosen.data), *shown]

    settings = ServerSettings(
        chosen.concurrency,
        chosen.max_queue,
        chosen.auth_file,
        proxies=tuple(chosen.trusted_proxy),
        corrections=chosen.corrections,
        more_tabs=more_tabs,
    )
    serve(chosen.profile, chosen.host, chosen.port, settings, chosen.insecure)
    return 0


def _add_token(chosen: argparse.Namespace) -> int:
    from .web.auth import add_token

    print(add_token(chosen.auth_file, chosen.name, chosen.expires))
    print("newstance: this token cannot be shown again", file=sys.stderr)
    return 0


def _add_user(chosen: argparse.Namespace) -> int:
    import getpass

    from newstance.models.errors import InputError

    from .web.auth import add_user

    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise InputError("the two passwords differ; try again")
    else:
        password = sys.stdin.readline(_LONGEST_LINE).rstrip("\n")
    add_user(chosen.auth_file, chosen.name, password)
    return 0


if __name__ == "__main__":
    sys.exit(main())
