"""The sub-command marks."""

from __future__ import annotations

import argparse
from typing import get_args

from newstance.service.arguments import add_data, add_profile

from ..halves import Half


def add_marks(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; it sets ``run``, which takes the arguments and returns an exit code."""
    parser = subparsers.add_parser(
        "marks",
        help="score quotations, pronouns and actors on articles that a reader marked by hand",
        description="The marks are shipped; the articles are articles/train of the data folder.",
    )
    add_profile(parser)
    add_data(parser, required=True)
    parser.add_argument("--half", choices=get_args(Half), help="first to choose by, second to report; default: both")
    parser.add_argument("--show", action="store_true", help="print every error, with the words of the article")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from newstance.service import Analyzer

    from ..document import Block, Document, Heading
    from .marked import marked_articles, shares_table
    from .reading import PARTS, count

    # All articles are looked for before the models are loaded.
    articles = {part: marked_articles(part, args.data, args.half) for part in PARTS}
    analyzer = Analyzer.from_profile(args.profile)
    blocks: list[Block] = []
    errors = []
    for part, marked in articles.items():
        counted = [count(part, article, analyzer.read) for article in marked]
        blocks += [Heading(f"{part.capitalize()}, {len(marked)} articles"), shares_table(counted)]
        errors += [
            f"{article.id}: {part}, {' '.join(error.split())}"
            for article, one in zip(marked, counted, strict=True)
            for error in one.errors
        ]
    print(Document(f"The reading against marks, profile {analyzer.profile.name}", blocks).markdown(), end="")
    if args.show:
        print("\n" + "\n".join(errors))
    return 0
