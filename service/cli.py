"""The command line: parse, call, format.

Exit codes: 0 done, 2 wrong usage or input, 1 a failure. Results go to stdout, progress and errors to stderr.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from newstance.configs import SettingsError
from newstance.configs import names as shipped_names
from newstance.models.errors import ModelError, NewstanceError, WeightsNotFoundError

from .article import SAMPLES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO if chosen.verbose else logging.WARNING, stream=sys.stderr)
    try:
        return int(chosen.run(chosen))
    except (NewstanceError, SettingsError) as error:
        print(f"newstance: {error}", file=sys.stderr)
        return 1 if isinstance(error, (ModelError, WeightsNotFoundError)) else 2
    except KeyboardInterrupt:
        print("newstance: stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has gone, as in `newstance ... | head`
        sys.stderr.close()
        return 1
    except Exception as error:
        if chosen.verbose:
            raise
        print(
            f"newstance: failed: {type(error).__name__}: {error}\nRun again with --verbose to see where.",
            file=sys.stderr,
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="newstance", description="Read the news; see who stands where.", allow_abbrev=False
    )
    parser.add_argument("--verbose", action="store_true", help="log what happens, and show where a failure arose")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    analyze = commands.add_parser("analyze", help="analyse one article")
    analyze.add_argument("file", metavar="FILE", help="a .txt, .md or .html file, - for standard input, or sample:NAME")
    analyze.add_argument("--target", action="append", metavar="T", help="what stances are asked for; may be repeated")
    analyze.add_argument(
        "--topic", metavar="NAME", help=f"a topic file: {', '.join(shipped_names('topics'))}, or a path"
    )
    _add_profile(analyze)
    analyze.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    analyze.add_argument("--sentences", type=_positive, metavar="N", help="length of the summary")
    analyze.add_argument("--no-summary", action="store_true", help="leave the summary out")
    analyze.set_defaults(run=_analyze)

    doctor = commands.add_parser("doctor", help="show what each profile needs and what is there")
    doctor.set_defaults(run=_doctor)

    train = commands.add_parser("train", help="train a stance model as a recipe says")
    train.add_argument("config", metavar="CONFIG", help=f"{', '.join(shipped_names('training'))}, or a path")
    train.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="the folder that holds the labelled sets"
    )
    train.add_argument("--out", type=Path, default=Path("runs"), metavar="DIR", help="where checkpoints and model go")
    train.set_defaults(run=_train)

    serve = commands.add_parser("serve", help="open the page")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=7860)
    _add_profile(serve)
    serve.set_defaults(run=_serve)

    # The command line is the top of the house: it alone looks up, to what evaluates the service below.
    from newstance.eval.commands import add_commands

    add_commands(commands)
    return parser


def _add_profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        default="embedded",
        metavar="P",
        help=f"{', '.join(shipped_names('profiles'))}, or a path",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _analyze(chosen: argparse.Namespace) -> int:
    from rich.console import Console

    from .article import Article

    if chosen.file == "-":
        article = Article.from_text(sys.stdin.buffer.read().decode("utf-8", errors="replace"))
    elif chosen.file.startswith("sample:"):
        article = Article.from_file(_sample(chosen.file.removeprefix("sample:")))
    else:
        article = Article.from_file(chosen.file)
    with Console(stderr=True).status("loading models") as status:
        from transformers.utils import logging as transformers_logging

        from .analyzer import Analyzer

        transformers_logging.disable_progress_bar()  # ours says enough

        analysis = Analyzer.from_profile(chosen.profile).analyze(
            article,
            targets=chosen.target,
            topic=chosen.topic,
            summarize=not chosen.no_summary,
            sentences=chosen.sentences,
            progress=lambda step: status.update(step),
        )
    if chosen.format == "text":
        from .report import terminal

        Console().print(terminal(analysis))
    else:
        print(analysis.to_json() if chosen.format == "json" else analysis.to_markdown())
    return 0


def _sample(name: str) -> Path:
    from newstance.models.errors import InputError

    path = SAMPLES / f"{name}.md"
    if not path.is_file():
        raise InputError(
            f"no sample is named {name!r}; there are {', '.join(sorted(p.stem for p in SAMPLES.glob('*.md')))}"
        )
    return path


def _doctor(chosen: argparse.Namespace) -> int:
    from .doctor import examine

    return examine()


def _train(chosen: argparse.Namespace) -> int:
    from newstance import configs
    from newstance.eval.card import write_card
    from newstance.models.training import TrainingSettings, train

    settings = configs.load("training", chosen.config, TrainingSettings)
    trained = train(settings, chosen.data, chosen.out / settings.name)
    print(write_card(settings, trained))
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    from .app import serve

    serve(chosen.profile, chosen.host, chosen.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
