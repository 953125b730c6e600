"""A run over a slow dummy model, for tests that kill it: python slow_run.py CONFIG DATA OUT LOG."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace

from newstance.configs import Settings
from newstance.eval.labelled import load_set
from newstance.eval.runs import RunOptions, run_set
from newstance.models.stance import LABELS, StancePrediction


class Profile(Settings):
    name: str = "slow"


class SlowClassifier:
    def __init__(self, log: Path) -> None:
        self._log = log

    def classify(self, queries):
        time.sleep(0.02 * len(queries))
        with self._log.open("a") as file:
            file.writelines(f"{query.holder}\n" for query in queries)
        # The answer depends on the batch, as quantized models' answers do.
        p = 0.5 + 0.4 * (sum(len(query.text) for query in queries) % 17) / 17
        predictions = []
        for query in queries:
            label = LABELS[len(query.text) % 3]
            predictions.append(StancePrediction(label, {k: p if k == label else (1 - p) / 2 for k in LABELS}))
        return predictions


if __name__ == "__main__":
    config, data, out, log = map(Path, sys.argv[1:])
    analyzer = SimpleNamespace(profile=Profile(), classifier=SlowClassifier(log))
    run_set(load_set(config, data), analyzer, out, RunOptions(batch_size=8))
