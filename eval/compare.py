"""Two runs on the same examples: which is better, by how much, and where."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

from newstance.models.errors import InputError

from .metrics import Estimate
from .scores import measures_of
from .storage import Row, StoredRun

_SHOWN = 10


@dataclass(frozen=True)
class Comparison:
    """Run B beside run A.

    Attributes:
        name: The set's name.
        n: Shared examples.
        scores: For each score its value in A, in B, and B minus A with a paired bootstrap interval.
        headline: The name of the set's own score.
        won: Examples that only B has right, those with the greatest change in probability first.
        lost: Examples that only A has right, likewise.
        mcnemar_p: Exact two-sided McNemar test (McNemar 1947) of won against lost; None for summaries.
    """

    name: str
    n: int
    scores: dict[str, tuple[float, float, Estimate]]
    headline: str
    won: list[tuple[Row, Row]]
    lost: list[tuple[Row, Row]]
    mcnemar_p: float | None


def compare(folder_a: Path, folder_b: Path) -> Comparison:
    """Compare two runs.

    Raises:
        InputError: A folder is no run, or the two are not about the same examples; the message says how they
            differ.
    """
    a, b = StoredRun(folder_a), StoredRun(folder_b)
    _check_comparable(a, b)
    of_a, of_b = measures_of(a), measures_of(b)
    scores = {name: (of_a[name].value, of_b[name].value, of_b[name].minus(of_a[name])) for name in of_a}
    won, lost, p = [], [], None
    if a.config.kind != "summaries":
        pairs = list(zip(a.rows, b.rows, strict=True))
        won = _telling([pair for pair in pairs if not _right(pair[0]) and _right(pair[1])])
        lost = _telling([pair for pair in pairs if _right(pair[0]) and not _right(pair[1])])
        p = mcnemar(len(won), len(lost))
    return Comparison(a.config.name, len(a.rows), scores, a.config.headline, won, lost, p)


def mcnemar(won: int, lost: int) -> float:
    """The probability of a split at least as uneven, if won and lost were equally likely."""
    n = won + lost
    # Whole numbers to the end: 2**n leaves the range of floats at some 1,000 examples.
    tail = float(Fraction(sum(comb(n, k) for k in range(min(won, lost) + 1)), 2**n))
    return min(1.0, 2 * tail)


def _check_comparable(a: StoredRun, b: StoredRun) -> None:
    if a.config.name != b.config.name:
        raise InputError(f"the runs are on different sets: {a.config.name} and {b.config.name}")
    if a.config.scored != b.config.scored or a.config.metric != b.config.metric:
        raise InputError(f"the runs score {a.config.name} differently: metric or scored labels are not the same")
    rows_a, rows_b = ({row["id"]: row for row in run.rows} for run in (a, b))
    only_a, only_b = rows_a.keys() - rows_b.keys(), rows_b.keys() - rows_a.keys()
    shared = rows_a.keys() & rows_b.keys()
    inputs = [i for i in shared if rows_a[i]["input_sha256"] != rows_b[i]["input_sha256"]]
    golds = [i for i in shared if rows_a[i]["gold"] != rows_b[i]["gold"]]
    reasons = [
        f"{len(ids)} {what} (such as {min(ids)})"
        for ids, what in (
            (only_a, f"examples are only in {a.folder}"),
            (only_b, f"examples are only in {b.folder}"),
            (inputs, "examples have another text, holder or target"),
            (golds, "examples have another label"),
        )
        if ids
    ]
    if reasons:
        raise InputError(f"the runs are on different data of {a.config.name}: {'; '.join(reasons)}")


def _right(row: Row) -> bool:
    return row["prediction"] == row["gold"]


def _telling(pairs: list[tuple[Row, Row]]) -> list[tuple[Row, Row]]:
    def change(pair: tuple[Row, Row]) -> float:
        a, b = ((row["probabilities"] or {}).get(row["gold"], 0.0) for row in pair)
        return abs(a - b)

    return sorted(pairs, key=lambda pair: (-change(pair), pair[0]["id"]))


def as_markdown(comparison: Comparison, name_a: str, name_b: str) -> str:
    """The comparison as a page of Markdown."""
    lines = [
        f"# {comparison.name}: {name_b} against {name_a}",
        "",
        f"{comparison.n} shared examples; intervals are 95%, paired bootstrap by group.",
        "",
        f"| score | {name_a} | {name_b} | difference |",
        "|---|---|---|---|",
    ]
    for name, (a, b, difference) in comparison.scores.items():
        mark = " (headline)" if name == comparison.headline else ""
        interval = f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"
        lines.append(f"| {name}{mark} | {a:.3f} | {b:.3f} | {interval} |")
    if comparison.mcnemar_p is not None:
        won, lost = len(comparison.won), len(comparison.lost)
        lines += ["", f"Won {won}, lost {lost}; McNemar's exact p = {comparison.mcnemar_p:.4g}."]
        lines += _telling_lines(f"Right only in {name_b}", comparison.won)
        lines += _telling_lines(f"Right only in {name_a}", comparison.lost)
    return "\n".join(lines) + "\n"


def _telling_lines(title: str, pairs: list[tuple[Row, Row]]) -> list[str]:
    lines = ["", f"## {title} ({len(pairs)}, the most telling first)", ""]
    for a, b in pairs[:_SHOWN]:
        given: dict[str, Any] = a["input"]
        said = f"{_said(a)}, then {_said(b)}"
        # Of an article, the sentence that was checked tells enough.
        asked = f"{given['holder']} on {given['target']}: " if "holder" in given else ""
        text = " ".join((given["text"] if asked else given["sentence"]).split())[:300]
        lines.append(f"- `{a['id']}` {asked}{a['gold']}; {said}. {text}")
    return lines


def _said(row: Row) -> str:
    probability = (row["probabilities"] or {}).get(row["prediction"] or "")
    return "crashed" if row["error"] else f"{row['prediction']} ({probability:.2f})"
