"""An analysis as a table for spreadsheets and as one HTML file for passing on."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from pathlib import Path

from markupsafe import Markup

from newstance.models.stance import Label

from ..analysis import Analysis, Evidence
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
    "probability",  # of the stance
    "probability_favor",
    "probability_against",
    "probability_neutral",
    "mixed",  # whether the article shows both sides strongly, whatever the stance
    "note",  # why the stance is neutral, or what else to know
    "evidence_number",  # counted from 1, the strongest first; empty in a row without evidence
    "evidence_label",  # what this passage shows alone
    "evidence_probability",
    "speaker",  # whose words they are, if the passage is a quotation
    "voice",  # own words, reported act, claim or narrator
    "claimed_by",  # who claims it, if it is a claim and the article says
    "start",  # of the passage in the article's text, in characters
    "end",
    "truncated",  # whether the model read only the beginning
    "evidence",  # the passage
)
# A cell that begins so is a formula to spreadsheets.
_FORMULA = ("=", "+", "-", "@")
_CONTROLS = tuple("\t\r\n")
_BORDER = re.compile("([;\t\r\n])")
_UNSEEN = "\"'\u115f\u1160\u2800\u3164\uffa0"  # quotation marks of cells, and letters that are drawn as blanks


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
            _safe(found.title),
            _safe(found.source),
            _safe(found.date),
            _safe(stance.actor.name),
            stance.actor.kind,
            _safe(stance.target),
            stance.label,
            f"{stance.probability:.4f}",
            *(f"{stance.probabilities[label]:.4f}" for label in ("favor", "against", "neutral")),
            "yes" if stance.is_mixed else "no",
            _safe(stance.note),
        ]
        for number, evidence in enumerate(stance.evidence, 1):
            writer.writerow([*told, number, *_evidence_cells(evidence)])
        if not stance.evidence:
            writer.writerow([*told, *[""] * (len(COLUMNS) - len(told))])
    return file.getvalue()


def _evidence_cells(evidence: Evidence) -> list[str | int]:
    return [
        evidence.label,
        f"{evidence.probability:.4f}",
        _safe(evidence.speaker or ""),
        evidence.voice,
        _safe(evidence.claimed_by or ""),
        evidence.start,
        evidence.end,
        "yes" if evidence.truncated else "no",
        _safe(evidence.text),
    ]


def _safe(text: str) -> str:
    """Text that no spreadsheet calculates.

    Where a spreadsheet takes semicolons for the borders of cells, or a line for a row, a cell begins after each.
    """
    if text.startswith(_CONTROLS) or _begins_a_formula(text):
        text = f"'{text}"
    first, *others = _BORDER.split(text)
    # The borders themselves stand between what they part.
    return first + "".join(
        f"{border}'{cell}" if _begins_a_formula(cell) else border + cell
        for border, cell in zip(others[::2], others[1::2], strict=True)
    )


def _begins_a_formula(cell: str) -> bool:
    first = next((c for c in cell if not _is_unseen(c)), "")
    # There are small, wide and raised forms of the signs, which are the same to some spreadsheets.
    return unicodedata.normalize("NFKC", first) in _FORMULA


def _is_unseen(character: str) -> bool:
    """Whether a spreadsheet, or its reader, may overlook a character in front of a formula."""
    return character in _UNSEEN or unicodedata.category(character)[0] in "CMZ"  # controls, marks, blanks


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
