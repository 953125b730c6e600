"""An analysis as a table for spreadsheets and as one HTML file for passing on."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from markupsafe import Markup

from newstance.models.stance import Label

from ..analysis import Analysis, Evidence, Stance
from ..cells import safe_cell
from . import html
from .board import board
from .evidence import Passage, item, pieces
from .fragments import fragment
from .summary import summary
from .wording import SIGNS, WORDS, percent

STYLE = Path(__file__).parent / "style.css"
_REPORT_STYLE = STYLE.with_name("report.css")
COLUMNS = (
    "title",  # of the article
    "source",
    "date",
    "actor",
    "actor_kind",
    "target",
    "stance",  # favor, against or neutral
    "probability",  # of the stance; empty, as the next three, where no passage is about the pair and none was asked
    "probability_favor",
    "probability_against",
    "probability_neutral",
    "mixed",  # whether the article shows both sides strongly, whatever the stance
    "note",  # why the stance is neutral, or what else to know
    "evidence_number",  # counted from 1, the strongest first; empty in a row without evidence
    "evidence_label",  # what this passage shows
    "evidence_probability",
    "speaker",  # whose words they are, if the passage is a quotation
    "voice",  # own words, reported act, claim or narrator
    "claimed_by",  # who claims it, if it is a claim and the article says
    "start",  # of the passage in the article's text, in characters
    "end",
    "truncated",  # whether the model read only the beginning
    "evidence",  # the passage
)


def to_csv(analysis: Analysis) -> str:
    """A table with the columns of ``COLUMNS``: one row for each piece of evidence, and one for a stance without any.

    As RFC 4180 says: commas, quotation marks around what needs them, lines end with CR LF. Where a spreadsheet would
    take a text for a formula, it has an apostrophe in front; ``start`` and ``end`` tell the passage as it is.

    The text has no byte order mark, since programs would take it for a part of the first column's name. A file that is
    to be opened in Excel needs one, or Excel reads "Erdoğan" as "ErdoÄŸan": write it with the encoding utf-8-sig.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    found = analysis.article
    for stance in analysis.stances:
        told = [
            safe_cell(found.title),
            safe_cell(found.source),
            safe_cell(found.date),
            safe_cell(stance.actor.name),
            stance.actor.kind,
            safe_cell(stance.target),
            stance.label,
            *_probabilities(stance),
            "yes" if stance.is_mixed else "no",
            safe_cell(stance.note),
        ]
        for number, evidence in enumerate(stance.evidence, 1):
            writer.writerow([*told, number, *_evidence_cells(evidence)])
        if not stance.evidence:
            writer.writerow([*told, *[""] * (len(COLUMNS) - len(told))])
    return file.getvalue()


def _probabilities(stance: Stance) -> list[str]:
    of = stance.probabilities
    told = (stance.probability, of["favor"], of["against"], of["neutral"])
    return [f"{one:.4f}" if stance.was_asked else "" for one in told]


def _evidence_cells(evidence: Evidence) -> list[str | int]:
    return [
        evidence.label,
        f"{evidence.probability:.4f}",
        safe_cell(evidence.speaker or ""),
        evidence.voice,
        safe_cell(evidence.claimed_by or ""),
        evidence.start,
        evidence.end,
        "yes" if evidence.truncated else "no",
        safe_cell(evidence.text),
    ]


def to_html(analysis: Analysis) -> str:
    """One file to read, keep and print: summary, board, evidence, and the article with every passage highlighted.

    It holds no script and loads nothing; a content security policy in it forbids both.
    """
    passages, numbers = _passages(analysis)
    shown = [
        (index, stance, [item(numbers[_key(one)], one, stance, analysis.article) for one in stance.evidence])
        for index, stance in enumerate(analysis.stances)
        if stance.evidence
    ]
    return fragment(
        "report",
        "report",
        title=analysis.article.title or "Analysis",
        styles=[Markup(sheet.read_text(encoding="utf-8")) for sheet in (STYLE, _REPORT_STYLE)],  # our own
        summary=Markup(summary(analysis.summary, analysis.article, can_act=False)),
        board=Markup(board(analysis, static=True)),
        shown=shown,
        pieces=pieces(analysis.article, passages),
        models=Markup(html.models(analysis.models, analysis.seconds)),
    )


Key = tuple[int, int, Label]


def _key(evidence: Evidence) -> Key:
    """Where a passage is and what it shows: two stances may share it."""
    return evidence.start, evidence.end, evidence.label


def _passages(analysis: Analysis) -> tuple[list[Passage], dict[Key, int]]:
    """Every highlighted passage once, in the article's order, and its number, counted from 1."""
    shows: dict[Key, list[str]] = {}
    for stance in analysis.stances:
        for one in stance.evidence:
            shows.setdefault(_key(one), []).append(
                f"{stance.actor.name} on {stance.target}: {WORDS[one.label]} {percent(one.probability)}"
            )
    order = sorted(shows)
    passages = [Passage(*key, SIGNS[key[2]], "; ".join(shows[key])) for key in order]
    return passages, {key: number for number, key in enumerate(order, 1)}
