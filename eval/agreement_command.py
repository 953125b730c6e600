"""The sub-command agreement: how far coders agree with each other and with the model."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .document import Block, Document, Heading, Paragraph, Table
from .extras import need
from .progress import progress_bar

if TYPE_CHECKING:
    from .agreement import Agreement, Disagreement
    from .metrics import Estimate

_SHOWN = 20
_LONGEST_TITLE = 60
_UNDEFINED = "undefined: one label only"


def add_agreement(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; it sets ``run``, which takes the arguments and returns an exit code."""
    parser = commands.add_parser(
        "agreement",
        help="how far the coders of corrections agree, with each other and with the model",
        description="Krippendorff's alpha and Cohen's kappa, with 95 % intervals that resample whole articles.",
    )
    parser.add_argument("file", type=Path, nargs="+", metavar="FILE", help="files of corrections")
    parser.add_argument(
        "--profile",
        metavar="P",
        help="ask this profile's model now, in place of what it had said before",
    )
    parser.add_argument(
        "--show", type=int, default=_SHOWN, metavar="N", help="how many disagreements are listed (%(default)s)"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from newstance.service.corrections.store import read_all

    from .agreement import Codings, said_before, said_now

    need("agreement", "eval", ("krippendorff", "sklearn"))
    corrections = read_all(args.file)
    if args.profile is None:
        said, asked = said_before(corrections), "what it had said when it was corrected"
    else:
        from newstance.service import Analyzer

        analyzer = Analyzer.from_profile(args.profile)
        with progress_bar("asking the model") as advance:
            said = said_now(corrections, analyzer, advance)
        asked = f"what the profile {analyzer.profile.name} says now"
    codings = Codings(corrections, said)
    blocks: list[Block] = [
        Paragraph(f"Coders: {', '.join(codings.coders)}. The model counts as one more: {asked}."),
        Heading("Pairs"),
        _table(codings.pairs()),
    ]
    if overall := codings.overall():
        blocks += [Heading("All together"), _table(overall)]
    differing = codings.disagreements()
    blocks += [Heading(f"Disagreements: {len(differing)}"), _listed(differing[: args.show])]
    if len(differing) > args.show:
        blocks.append(Paragraph(f"{len(differing) - args.show} more; --show {len(differing)} lists all."))
    print(Document("Agreement", blocks).markdown(), end="")
    return 0


def _table(rows: Sequence[Agreement]) -> Block:
    if not rows:
        return Paragraph("No two coders labelled the same cell, and the model was not asked.", is_note=True)
    header = ["coders", "cells", "articles", "same label", "Krippendorff's alpha", "Cohen's kappa"]
    return Table(
        header,
        [
            [
                ", ".join(one.coders),
                f"{one.cells:,}",
                f"{one.articles:,}",
                one.same.as_text(),
                _told(one.alpha),
                _told(one.kappa) if len(one.coders) == 2 else "",
            ]
            for one in rows
        ],
    )


def _told(estimate: Estimate | None) -> str:
    return _UNDEFINED if estimate is None else estimate.as_text()


def _listed(rows: Sequence[Disagreement]) -> Block:
    if not rows:
        return Paragraph("None.")
    return Table(
        ["article", "actor", "target", "the coders", "the model"],
        [
            [
                one.title[:_LONGEST_TITLE],
                *one.cell[1:],
                ", ".join(f"{coder}: {label}" for coder, label in one.labels.items()),
                one.said if one.probability is None else f"{one.said} {one.probability:.2f}",
            ]
            for one in rows
        ],
    )
