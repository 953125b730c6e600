"""The small files behind every number that the README quotes: ``eval/results/SET.json``.

``newstance report RUN_DIR... --keep eval/results`` writes them from runs, and prints the README's table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .scores import score_run
from .storage import StoredRun, write_json

FOLDER = Path(__file__).parent / "results"
_PROVENANCE = ("command", "commit", "model_sha256", "data_sha256", "versions", "start", "end")
_SCORES = (
    "n",
    "groups",
    "partial",
    "headline",
    "scores",
    "before the check",
    "best_baseline",
    "robustness",
    "evidence",
)
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


def keep(run_folder: Path, folder: Path) -> Path:
    """Write a run's scores and where they come from, without its rows."""
    run = StoredRun(run_folder)
    scores = score_run(run)
    best = scores["best_baseline"]["name"]
    kept: dict[str, Any] = {"set": run.config.name, "source": run.config.source, "terms": run.config.terms}
    kept |= {key: scores[key] for key in _SCORES if key in scores}
    if scores.get("calibration"):
        kept["ece"] = scores["calibration"]["ece"]
    kept["best_baseline"]["scores"] = scores["baselines"][best]
    kept |= {key: run.header[key] for key in _PROVENANCE}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.config.name}.json"
    write_json(path, kept)
    return path


def table(files: Iterable[Path]) -> str:
    """The Markdown table of kept results: score, n, interval, best baseline, calibration error."""
    lines = ["| set | score | n | value (95 % interval) | best baseline | ECE |", "|---|---|---|---|---|---|"]
    for path in sorted(files):
        kept = json.loads(path.read_text(encoding="utf-8"))
        for score in dict.fromkeys((kept["headline"], *(name for name in _NAMES if name in kept["scores"]))):
            value, best = kept["scores"][score], kept["best_baseline"]
            # What was taken from the article is not held against it: such a baseline has no support score.
            beside = f"{best['scores'][score]['value']:.3f} ({best['name']})" if score in best["scores"] else ""
            note = " (a part of the set)" if kept["partial"] else ""
            lines.append(
                f"| {kept['set']}{note} | {_NAMES.get(score, score)} | {kept['n']:,} "
                f"| **{value['value']:.3f}** ({value['low']:.3f} to {value['high']:.3f}) "
                f"| {beside} | {_error(kept)} |"
            )
    return "\n".join(lines)


def _error(kept: dict[str, Any]) -> str:
    return f"{kept['ece']['value']:.3f}" if "ece" in kept else ""
