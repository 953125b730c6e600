"""The sub-command targets: measure the targets that are proposed, or fit what their signals weigh."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from newstance.service.arguments import add_data, add_profile

from .extras import need
from .halves import Part

if TYPE_CHECKING:
    from newstance.service import Actor

    from .targets import Answer

_MOST = (3, 5)


def add_targets(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; it sets ``run``, which takes the arguments and returns an exit code."""
    parser = subparsers.add_parser(
        "targets",
        help="score the targets that are proposed where none are named",
        description="Holds them against the main questions that a reader listed for articles of articles/train.",
    )
    add_profile(parser)
    add_data(parser, required=True)
    parser.add_argument("--part", choices=get_args(Part), default="open", help="open to choose by, held to report")
    parser.add_argument("--show", action="store_true", help="print every proposal, and the questions that none asks")
    parser.add_argument("--fit", type=Path, metavar="FILE", help="fit the weights on the articles not listed instead")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from newstance.models import Annotator
    from newstance.service import Profile

    if args.fit:
        need("--fit", "eval", ("sklearn",))
    annotator = Annotator.load(Profile.load(args.profile).annotator)
    return _fit(args, annotator) if args.fit else _score(args, annotator)


def _score(args: argparse.Namespace, annotator: Any) -> int:
    from newstance.service.reading.actors import find_actors
    from newstance.service.reading.targets import propose_targets

    from .targets import answers, listed_articles, scores

    def propose(text: str, most: int) -> tuple[list[str], Any, Sequence[Actor]]:
        doc = annotator.annotate(text)
        actors = find_actors(doc)
        return propose_targets(doc, actors, most), doc, actors

    articles = listed_articles(args.data, args.part)
    print(f"{len(articles)} articles, {sum(len(article.questions) for article in articles)} main questions")
    for most in _MOST:
        made = answers(articles, propose, most)
        for name, estimate in scores(made).items():
            print(f"at {most}, {name}: {estimate.as_text()}")
    if args.show:
        for article, answer in zip(articles, made, strict=True):
            print(_shown(answer, [question.name for question in article.questions]))
    return 0


def _shown(answer: Answer, questions: Sequence[str]) -> str:
    lines = [answer.id]
    for proposal, hit, fault in zip(answer.proposals, answer.hits, answer.faults, strict=True):
        lines.append(f"  {'+' if hit else '-'} {proposal}" + f" ({fault})" * bool(fault))
    missed = [name for name, asked in zip(questions, answer.asked, strict=True) if not asked]
    return "\n".join([*lines, *([f"  missed: {'; '.join(missed)}"] if missed else [])])


def _fit(args: argparse.Namespace, annotator: Any) -> int:
    from newstance.models.errors import ConfigError
    from newstance.models.sources import sha256_of
    from newstance.service.intake.table_file import file_records
    from newstance.service.reading.actors import find_actors
    from newstance.service.reading.targets import candidates

    from .progress import progress_bar
    from .read_articles import ARTICLES
    from .records import shipped_rows
    from .target_fit import fit, judged
    from .targets import LISTED

    path = args.data / ARTICLES
    if not path.is_file():
        raise ConfigError(f"there is no file {path}; --data names the folder that holds the labelled sets")
    left_out = {row["id"] for row in shipped_rows(LISTED)}
    rows = [row for _, row in file_records(path) if isinstance(row, dict) and row["id"] not in left_out]
    articles = []
    with progress_bar("reading") as advance:
        advance(0, len(rows))
        for row in rows:
            doc = annotator.annotate(row["article"])
            actors = find_actors(doc)
            articles.append(judged(candidates(doc, actors), actors, row["judgements"]))
            advance(1, len(rows))
    fitted_on = {
        "command": "newstance targets --data DIR --fit FILE",
        "file": ARTICLES,
        "sha256": sha256_of(path),
        "articles": len(rows),
        "annotator": annotator.name,
        "date": datetime.now(UTC).date().isoformat(),
    }
    stored = {"fitted_on": fitted_on, **asdict(fit(articles))}
    args.fit.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{args.fit}: fitted on {len(rows)} articles")
    return 0
