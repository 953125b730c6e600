"""The tables of results that README and docs quote, made of the kept files and written between marks in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from newstance.models.errors import ConfigError
from newstance.service.disk import write_whole

from .kept import FOLDER, kept_results

ROOT = Path(__file__).parents[1]
_NAMES = {
    "macro_f1": "macro-F1",
    "five_class_macro_f1": "macro-F1, five classes",
    "favor_against_f1": "F1 of favor and against",
    "auc": "AUC of support",
    "balanced_accuracy": "balanced accuracy of support",
    "rouge1": "ROUGE-1",
    "rouge2": "ROUGE-2",
    "rougeL": "ROUGE-L",
    "support": "support of its sentences",
    "invented names": "invented names, each summary",
    "invented numbers": "invented numbers, each summary",
}
# The README's few rows: what is asked, and the score that tells it.
MAIN = {
    "articles-held-out": ("who stands where in whole articles", "macro_f1"),
    "boards": ("the cells that the page shows unasked", "macro_f1"),
    "articles-kinds": ("the same in passages written to be hard", "macro_f1"),
    "newsmtsc-test-rw": ("stance toward a name in a news sentence", "macro_f1"),
    "qags-cnndm": ("is a summary sentence borne out", "auc"),
    "cnndm-dev": ("summaries of news", "rougeL"),
}
Kept = Mapping[str, Any]


def main_table(results: Sequence[Kept]) -> str:
    """The README's table: one score of each main set."""
    by_name = {kept["set"]: kept for kept in results}
    rows = []
    for name, (asked, score) in MAIN.items():
        if name in by_name:
            kept = by_name[name]
            rows.append(
                [asked, _set(kept), _name(score), _count(kept["n"]), _value(kept, score), *_beside(kept, score)]
            )
    return _table(["what is asked", "set", "score", "n", "value (95 % interval)", "best baseline", "ECE"], rows)


def all_scores(results: Sequence[Kept]) -> str:
    """Every set's scores: value, n, interval, best baseline, calibration error."""
    rows = []
    for kept in results:
        for score in dict.fromkeys((kept["headline"], *(name for name in _NAMES if name in kept["scores"]))):
            rows.append([_set(kept), _name(score), _count(kept["n"]), _value(kept, score), *_beside(kept, score)])
    return _table(["set", "score", "n", "value (95 % interval)", "best baseline", "ECE"], rows)


def results_page(results: Sequence[Kept]) -> str:
    """All that docs/results.md tells of numbers: every set's scores, and sets of articles in detail."""
    blocks = ["## All sets", all_scores(results)]
    if robust := [kept for kept in results if kept.get("robustness")]:
        blocks += ["## When something changes that should not matter", _robustness(robust)]
    for kept in results:
        if kept.get("kind") == "articles":
            blocks += [f"## {kept['set']}", *_of_articles(kept)]
    return "\n\n".join(blocks)


def write_tables(folder: Path = FOLDER, root: Path = ROOT) -> list[Path]:
    """Write the tables of kept results into README.md and docs/results.md.

    Args:
        folder: Where the kept files are.
        root: The checkout.

    Returns:
        The files written.

    Raises:
        ConfigError: A text is not there, or has no marks to write between.
    """
    results = kept_results(folder.glob("*.json"))
    written = {root / "README.md": main_table(results), root / "docs" / "results.md": results_page(results)}
    for path, tables in written.items():
        if not path.is_file():
            raise ConfigError(f"there is no {path}; tables are written in a checkout of the repository")
        write_whole(path, between_marks(path.read_text(encoding="utf-8"), tables, path.name))
    return list(written)


def between_marks(text: str, tables: str, name: str, mark: str = "results") -> str:
    """A text with new tables between its marks.

    Args:
        text: What they are written into.
        tables: As Markdown.
        name: Of the text, for the message.
        mark: The word that the marks begin with.

    Raises:
        ConfigError: It has none.
    """
    marks = re.compile(rf"(<!-- {mark}: .*? -->\n).*?(\n<!-- {mark} end -->)", re.DOTALL)
    if not marks.search(text):
        raise ConfigError(f"{name} has no marks <!-- {mark}: ... --> and <!-- {mark} end --> to write tables between")
    return marks.sub(lambda found: f"{found[1]}\n{tables}\n{found[2]}", text, count=1)


def _of_articles(kept: Kept) -> list[str]:
    headline, blocks = kept["headline"], []
    if "baselines" in kept:
        rows = [["the model", _estimate(kept["scores"][headline]), ""]]
        rows += [
            [name, _estimate(value), _estimate(kept["above"][name], signed=True)]
            for name, value in kept["baselines"].items()
        ]
        blocks.append(_table(["", _name(headline), "the model above it, paired"], rows))
    if "per_label" in kept:
        rows = [
            [label, _count(of["n"]), *(f"{of[score]:.3f}" for score in ("precision", "recall", "f1"))]
            for label, of in kept["per_label"].items()
        ]
        blocks.append(_table(["label", "n", "precision", "recall", "F1"], rows))
    for way, parts in kept.get("per_part", {}).items():
        rows = [[of["part"], _count(of["n"]), _estimate(of["macro_f1"]), f"{of['accuracy']:.3f}"] for of in parts]
        blocks.append(_table([way, "n", "macro-F1", "accuracy"], rows))
    if "evidence" in kept:
        rows = [
            [name, _count(of["stances"]), *(_estimate(of[score]) for score in ("first", "precision", "recall"))]
            for name, of in kept["evidence"].items()
        ]
        header = [
            "evidence of",
            "n",
            "first sentence is a judged one",
            "of all shown ones",
            "of all judged ones, shown",
        ]
        blocks.append(_table(header, rows))
    if "sure" in kept:
        rows = [
            [name, _count(of["n"]), _count(of["right"]), _estimate(of["share"]) if "share" in of else ""]
            for name, of in kept["sure"].items()
            if name != "least"
        ]
        blocks.append(_table([f"given with {kept['sure']['least']} or more", "n", "right", "share"], rows))
    return blocks


def _robustness(results: Sequence[Kept]) -> str:
    rows = [
        [_set(kept), change, _count(of["n"]), _estimate(of["flip_rate"])]
        for kept in results
        for change, of in kept["robustness"].items()
    ]
    return _table(["set", "change", "n", "answers that turn over"], rows)


def _set(kept: Kept) -> str:
    return f"{kept['set']} (a part of the set)" if kept["partial"] else str(kept["set"])


def _name(score: str) -> str:
    return _NAMES.get(score, score)


def _count(n: int) -> str:
    return f"{n:,}"


def _value(kept: Kept, score: str) -> str:
    value = kept["scores"][score]
    return f"**{value['value']:.3f}** ({value['low']:.3f} to {value['high']:.3f})"


def _beside(kept: Kept, score: str) -> list[str]:
    """The best baseline and the calibration error, where there are some."""
    best = kept["best_baseline"]
    # What was taken from the article is not held against it: such a baseline has no support score.
    baseline = f"{best['scores'][score]['value']:.3f} ({best['name']})" if score in best["scores"] else ""
    return [baseline, f"{kept['ece']['value']:.3f}" if "ece" in kept else ""]


def _estimate(estimate: Mapping[str, float], signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{estimate['value']:{sign}.3f} ({estimate['low']:{sign}.3f} to {estimate['high']:{sign}.3f})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
