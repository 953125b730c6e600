"""The sub-command analyze: one article in a form for reading, or many as lines of JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.models.errors import ConfigError, InputError, NewstanceError, WeightsNotFoundError

from .arguments import add_asked
from .failures import exit_code, in_words

if TYPE_CHECKING:
    from .analysis import Analysis
    from .analyzer import Progress
    from .article import Article


def add_analyze(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; it sets ``run``, which takes the arguments and returns an exit code."""
    parser = subparsers.add_parser("analyze", help="analyse one article, or some as lines of JSON")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a .txt, .md, .html, .docx, .pdf or .rtf file, a page's http(s) address, - for standard input, or "
        "sample:NAME; several with --format jsonl alone",
    )
    add_asked(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json", "jsonl", "markdown", "csv", "html"),
        default="text",
        help="jsonl: a line for each article when it is done; one that cannot be read stops no other",
    )
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from rich.console import Console

    if chosen.format == "jsonl":
        return _lines(chosen)
    if len(chosen.files) > 1:
        raise InputError(
            f"{len(chosen.files)} files are given, and --format {chosen.format} takes one; give --format jsonl"
        )
    with Console(stderr=True).status("reading") as status:
        article = _article(chosen.files[0])
        analysis = _analyses(chosen)(article, status.update)
    if chosen.format == "text":
        from .present.report import terminal

        Console().print(terminal(analysis))
    else:
        text = getattr(analysis, f"to_{chosen.format}")()
        print(text, end="" if text.endswith("\n") else "\n")
    return 0


def _lines(chosen: argparse.Namespace) -> int:
    """One object a line: the analysis, and ``file`` as it was given; the exit code is that of the first error."""
    from rich.console import Console

    code, analyze = 0, None
    for file in chosen.files:
        try:
            with Console(stderr=True).status("reading") as status:
                article = _article(file)
                analyze = analyze or _analyses(chosen)
                found = analyze(article, status.update)
        except (ConfigError, WeightsNotFoundError):  # the next file would meet it, too
            raise
        except Exception as error:
            if chosen.verbose and not isinstance(error, NewstanceError):
                raise
            print(f"newstance: {file}: {in_words(error)}", file=sys.stderr)
            code = code or exit_code(error)
        else:
            print(json.dumps({"file": file} | found.to_dict(), ensure_ascii=False), flush=True)
    return code


def _article(given: str) -> Article:
    from .article import Article
    from .intake.bounds import TEXT_BYTES
    from .intake.decoding import decoded_text
    from .intake.door import read_stream

    if given == "-":
        content = read_stream(sys.stdin.buffer, TEXT_BYTES, "standard input")
        return Article.from_text(decoded_text(content, "standard input"))
    if given.startswith("sample:"):
        return Article.from_file(_sample(given.removeprefix("sample:")))
    return Article.from_url(given) if "://" in given else Article.from_file(given)


def _sample(name: str) -> Path:
    from .article import SAMPLES

    path = SAMPLES / f"{name}.md"
    if not path.is_file():
        raise InputError(
            f"no sample is named {name!r}; there are {', '.join(sorted(p.stem for p in SAMPLES.glob('*.md')))}"
        )
    return path


def _analyses(chosen: argparse.Namespace) -> Callable[[Article, Progress], Analysis]:
    """What analyses an article as the command line asks; the models are loaded once."""
    from .analyzer import Analyzer

    analyze = partial(
        Analyzer.from_profile(chosen.profile).analyze,
        targets=chosen.target,
        topic=chosen.topic,
        summarize=not chosen.no_summary,
        sentences=chosen.sentences,
    )
    return lambda article, progress: analyze(article, progress=progress)
