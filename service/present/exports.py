"""An analysis as a table for spreadsheets and as one HTML file for passing on."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from html import escape
from pathlib import Path

from ..analysis import Analysis, Evidence, Stance
from ..article import Article
from . import html
from .board import board
from .evidence import Passage, article, item
from .summary import summary

STYLE = Path(__file__).parent / "style.css"
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

# What the page's scripts would answer; in our own HTML every ">" of a value is escaped.
_BUTTON = re.compile(r"<button\b[^>]*>.*?</button>", re.DOTALL)
_REPORT_STYLE = """
body.ns-report { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; background: var(--ns-paper);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; color-scheme: light; }
.ns-report a.ns-cell { box-sizing: border-box; text-decoration: none; }
.ns-report .ns-summary { min-height: 0; }
.ns-report .ns-article { max-height: none; }
.ns-report section { break-inside: auto; }
.ns-report sup a { color: inherit; }
.ns-report :target { outline: 2px solid var(--ns-ink); outline-offset: 3px; }
.ns-report li { break-inside: avoid; }
"""


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
    title = analysis.article.title or "Analysis"
    sections = "".join(
        _stance(index, stance, numbers, analysis.article)
        for index, stance in enumerate(analysis.stances)
        if stance.evidence
    )
    evidence = f"<h3>Evidence</h3>{sections}" if sections else ""
    style = STYLE.read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}: who stands where</title>\n<style>\n{style}\n{_REPORT_STYLE}</style></head>\n"
        '<body class="gradio-container ns-report">\n<main id="ns-results">\n'
        f"{_BUTTON.sub('', summary(analysis.summary, analysis.article))}\n{board(analysis, static=True)}\n"
        f'<section class="ns-evidence">{evidence}</section>\n'
        f"<section><h3>The article</h3>{article(analysis.article, passages)}</section>\n"
        f"</main>\n{html.models(analysis.models, analysis.seconds)}\n"
        '<p class="ns-quiet">Made by newstance. Models err; read the evidence before you rely on a stance.</p>\n'
        "</body>\n</html>\n"
    )


Key = tuple[int, int, str]  # start, end, label


def _passages(analysis: Analysis) -> tuple[list[Passage], dict[Key, int]]:
    """Every highlighted passage once, in the article's order, and its number, counted from 1."""
    shows: dict[Key, list[str]] = {}
    for stance in analysis.stances:
        for one in stance.evidence:
            shows.setdefault((one.start, one.end, one.label), []).append(
                f"{stance.actor.name} on {stance.target}: {html.WORDS[one.label]} {html.percent(one.probability)}"
            )
    order = sorted(shows)
    passages = [
        Passage(key[0], key[1], key[2], html.SIGNS[key[2]], "; ".join(shows[key]))  # type: ignore[index]
        for key in order
    ]
    return passages, {key: number for number, key in enumerate(order, 1)}


def _stance(index: int, stance: Stance, numbers: dict[Key, int], found: Article) -> str:
    told = f"{html.SIGNS[stance.display]} {html.WORDS[stance.display]}"
    if stance.display in ("favor", "against"):
        told += f" {html.percent(stance.probability)}"
    items = "".join(item(numbers[one.start, one.end, one.label], one, stance, found, "") for one in stance.evidence)
    note = f'<p class="ns-quiet">{escape(html.sentence(stance.note))}</p>' if stance.note else ""
    return (
        f'<section id="stance-{index}"><h4>{escape(stance.actor.name)} on {escape(stance.target)} '
        f'<span class="ns-tag ns-{stance.display}">{told}</span></h4>{note}'
        f'<div class="ns-sides"><ul>{_BUTTON.sub("", items)}</ul></div></section>'
    )
