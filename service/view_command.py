"""The sub-command view: the page with a run's folder open."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_port

if TYPE_CHECKING:
    from .page.app import Tab


def add_view(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; it sets ``run``, which takes the arguments and returns an exit code."""
    parser = subparsers.add_parser("view", help="open the page with a run's folder: who stands where, over time")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of a run, which may still go on")
    add_port(parser)
    parser.add_argument("--profile", default="embedded", metavar="P", help="what the page's other tabs run")
    parser.set_defaults(run=_run)


def corpus_tab_of(folder: Path) -> Tab:
    """The tab of a run's folder.

    Raises:
        InputError: The folder is no run.
        ConfigError: A package that it needs is not installed.
    """
    from .corpus.view import CorpusView
    from .page.corpus_tab import corpus_tab

    return corpus_tab(CorpusView(folder))


def _run(chosen: argparse.Namespace) -> int:
    tab = corpus_tab_of(chosen.folder)  # a folder that is no run is told of before models are loaded
    from .web.server import serve
    from .web.service import ServerSettings

    settings = ServerSettings(more_tabs=lambda analyzer: [tab], open_tab=tab[0])
    serve(chosen.profile, port=chosen.port, settings=settings)
    return 0
