"""The small files behind every number that README and docs quote: ``eval/results/SET.json``.

``newstance evaluate --kept`` makes the runs, and ``newstance report RUN_DIR... --keep eval/results`` the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from newstance.service.disk import make_folder, write_json

from .scores import score_run
from .storage import StoredRun

FOLDER = Path(__file__).parent / "results"
# The sets, the quick ones first, with the options of ``newstance evaluate`` that each is run with.
SETS: dict[str, tuple[str, ...]] = {
    "minimal-pairs": (),
    "articles-dev": ("controls",),
    "articles-kinds": ("controls",),
    "boards": (),
    "articles-held-out": ("controls",),
    "articles-valid": (),
    "qags-cnndm": (),
    "wice-held-out": (),
    "newsmtsc-test-rw": ("robustness",),
    "semeval2016-test": (),
    "dse-held-out": (),
    "ibm30k-test": (),
    "cnndm-dev": (),
    "xsum-dev": (),
}
_PROVENANCE = ("command", "commit", "model_sha256", "data_sha256", "versions", "start", "end")
_SCORES = (
    "kind",
    "n",
    "groups",
    "partial",
    "headline",
    "scores",
    "before the check",
    "above",
    "best_baseline",
    "robustness",
    "evidence",
    "sure",
    "per_part",
)


def keep(run_folder: Path, folder: Path) -> Path:
    """Write a run's scores and where they come from, without its rows."""
    run = StoredRun(run_folder)
    scores = score_run(run).as_dict()
    headline, best = scores["headline"], scores["best_baseline"]["name"]
    kept: dict[str, Any] = {"set": run.config.name, "source": run.config.source, "terms": run.config.terms}
    kept |= {key: scores[key] for key in _SCORES if scores.get(key)}
    if scores.get("calibration"):
        kept["ece"] = scores["calibration"]["ece"]
    if "confusion" in scores:
        kept["per_label"] = scores["confusion"]["per_label"]
    kept["baselines"] = {name: of[headline] for name, of in scores["baselines"].items()}
    kept["best_baseline"]["scores"] = scores["baselines"][best]
    kept["partial"] = scores["partial"]
    kept |= {key: run.header[key] for key in _PROVENANCE}
    make_folder(folder)
    path = folder / f"{run.config.name}.json"
    write_json(path, kept)
    return path


def kept_results(files: Iterable[Path]) -> list[dict[str, Any]]:
    """What kept files hold, in order of the sets' names."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(files)]
