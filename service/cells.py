"""Texts of strangers in tables that spreadsheets open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# A cell that begins so is a formula to spreadsheets.
_FORMULA = ("=", "+", "-", "@")
_CONTROLS = tuple("\t\r\n")
_BORDERS = ";\t\r\n"
_UNSEEN = "\"'\u115f\u1160\u2800\u3164\uffa0"  # quotation marks of cells, and letters that are drawn as blanks


def safe_cell(text: str, borders: str = _BORDERS) -> str:
    """Text that no spreadsheet calculates.

    Where a spreadsheet takes semicolons for the borders of cells, or a line for a row, a cell begins after each.
    """
    # Apostrophes that were there before do not count, so that no two texts have one cell.
    if text.lstrip("'").startswith(_CONTROLS) or _begins_a_formula(text):
        text = f"'{text}"
    return _behind(borders, text, lambda formula: f"'{formula}")


def _behind(borders: str, text: str, change: Callable[[str], str]) -> str:
    """A text with its formulas that stand behind a border changed."""
    return re.sub(
        f"(?<=[{borders}])[^{borders}]+",
        lambda cell: change(cell[0]) if _begins_a_formula(cell[0]) else cell[0],
        text,
    )


def _begins_a_formula(cell: str) -> bool:
    first = next((c for c in cell if not _is_unseen(c)), "")
    # There are small, wide and raised forms of the signs, which are the same to some spreadsheets.
    return unicodedata.normalize("NFKC", first) in _FORMULA


def _is_unseen(character: str) -> bool:
    """Whether a spreadsheet, or its reader, may overlook a character in front of a formula."""
    return character in _UNSEEN or unicodedata.category(character)[0] in "CMZ"  # controls, marks, blanks


def as_meant(cell: str) -> str:
    """The text that ``safe_cell`` made a cell of; what it cannot have made stays as it is."""
    text = _behind(_BORDERS, cell, lambda formula: formula[1:])
    return next((found for found in (text.removeprefix("'"), text) if safe_cell(found) == cell), cell)
