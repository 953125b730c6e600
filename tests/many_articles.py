"""Runs over many articles by an analyzer that needs no model: what it says of an article follows from its text."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from newstance.models.errors import InputError
from newstance.service import Actor, Analysis, Analyzer, Evidence, Mention, Profile, Stance
from newstance.service.analysis import Source, Summary, SummarySentence
from newstance.service.corpus import workers
from newstance.service.corpus.inputs import Inputs
from newstance.service.corpus.run import RunOptions, run
from newstance.service.corpus.step import Task
from newstance.service.corpus.stored import Run
from newstance.service.corpus.tables import TABLES


class FakeAnalyzer:
    """Takes some seconds for each article; refuses those that say so, and fails on others."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds
        self.classifier = SimpleNamespace(refuse_long=lambda target: None)

    def remember(self, most):
        pass

    analyze_many = Analyzer.analyze_many

    def analyze(
        self,
        article,
        targets=None,
        topic=None,
        summarize=True,
        sentences=None,
        progress=None,
        on_batch=None,
        on_text=None,
        heard=lambda: None,
    ):
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            time.sleep(min(0.01, self.seconds))
            heard()
        if "refuse me" in article.text:
            raise InputError("it asked to be refused")
        if "fail on me" in article.text:
            raise IndexError(article.text)
        name = article.text.split()[0]
        actor = Actor(name, "person", (), (Mention(0, len(name), name),), 1.0)
        shown = Evidence(0, len(article.text), article.text, "favor", 0.9, name, voice="own words")
        sides = {"favor": 0.8, "against": 0.1, "neutral": 0.1}
        stances = tuple(Stance(actor, target, "favor", 0.8, sides, (shown,)) for target in targets or ("rain",))
        source = Source(0, len(article.text), article.text)
        summary = Summary((SummarySentence(article.text, (source,), 1.0),), "fake") if summarize else None
        return Analysis(article, summary, (actor,), tuple(targets or ("rain",)), stances)


@dataclass(frozen=True)
class FakeTask(Task):
    seconds: float = 0.0

    def analyzer(self):
        return FakeAnalyzer(self.seconds)


@dataclass(frozen=True)
class LoggingTask(FakeTask):
    """Each worker leaves a file that is called by its process."""

    def analyzer(self):
        (self.folder / f"worker-{os.getpid()}").touch()
        return super().analyzer()


class KilledCountingTask(FakeTask):
    """Its worker is killed at the worst moment: while it tells how far it is."""

    def analyzer(self):
        workers._count.get_lock().acquire()
        os.kill(os.getpid(), signal.SIGKILL)


class FailingTask(FakeTask):
    """Fails in words of ours."""

    def analyzer(self):
        raise InputError("the fake is no folder")


def fake_profile(folder: Path) -> Profile:
    """A profile whose weights are a small file."""
    weights = folder / "weights"
    weights.write_text("some weights")
    source = f"path:{weights}"
    return Profile.model_validate(
        {
            "name": "fake",
            "description": "none",
            "annotator": {"source": source},
            "stance": {"source": source},
            "summarizer": {"kind": "lead"},
            "aggregation": {
                "threshold": 0.5,
                "evidence_threshold": 0.3,
                "mixed_threshold": 0.3,
                "related_similarity": 0.3,
            },
            "consistency": {"source": source, "embeddings": source},
            "guard": {"min_support": 0.5, "unsupported": "keep"},
            "limits": {"characters": 1000, "actors": 3, "targets": 3},
        }
    )


def write_articles(file: Path, number: int, bad: bool = True) -> Path:
    """JSON lines of so many articles, among them some that are rejected and one that comes twice."""
    rows = [
        {"id": f"a{i}", "text": f"Kim{i} praised the rain of day {i}.", "date": "2024-05-01"} for i in range(number)
    ]
    if bad:
        rows[3]["text"] = ""
        rows[7]["text"] = "Lee: refuse me."
        rows[11]["text"] = "Lee: fail on me."
        rows[13] = rows[2]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def go(inputs: Inputs, task: Task, folder: Path, options: RunOptions) -> dict:
    """What a process is started to do."""
    return run(inputs, task, folder, options)


def rows_in(folder: Path) -> dict:
    """All that a run's folder holds, in its order."""
    stored = Run(folder)
    rejected = [json.loads(line) for line in (folder / "rejected.jsonl").read_text().splitlines()]
    assert rejected == list(stored.rejected())
    return {table: stored.table(table).to_pylist() for table in TABLES} | {"rejected": rejected}
