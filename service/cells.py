"""Texts of strangers in tables that spreadsheets open."""

from __future__ import annotations

import re
import unicodedata

# A cell that begins so is a formula to spreadsheets.
_FORMULA = ("=", "+", "-", "@")
_CONTROLS = tuple("\t\r\n")
_BORDER = re.compile("([;\t\r\n])")
_UNSEEN = "\"'\u115f\u1160\u2800\u3164\uffa0"  # quotation marks of cells, and letters that are drawn as blanks


def safe_cell(text: str) -> str:
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


def as_meant(cell: str) -> str:
    """A cell without what ``safe_cell`` put in front of it."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell
