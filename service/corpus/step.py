"""The step of a run: a shard of records in, its tables on disk; the same in one process, in several and on Ray."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newstance.models.errors import InputError, NewstanceError
from newstance.models.hearing import Heard, Stopped
from newstance.models.pairs import limit_cores

from ..analysis import Analysis
from ..analyzer import Analyzer
from ..article import refuse_no_name
from ..failures import log_failure
from ..many import each
from ..profile import Profile, Topic
from .records import Record
from .shards import Shard, write_shard
from .tables import Rows, article_hash, joined, rows_of

# Answers that are kept across articles, some 60 MB where the model tells of sentences: copies of one report stand near
# each other in the news.
_ANSWERS = 10_000
# Called with how many records are done, and how many of them were rejected.
Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Task:
    """What is asked of each article; it travels to where the work is done.

    Attributes:
        profile: By which models and numbers.
        targets: As in ``Analyzer.analyze``.
        topic: As there.
        summarize: As there.
        sentences: As there.
        folder: Where the shards go.
        key: What a marker names the run by.
        cores: How many cores a worker may use; None takes all.
        device: Where models run, as torch names it.
    """

    profile: Profile
    targets: tuple[str, ...] | None = None
    topic: Topic | None = None
    summarize: bool = True
    sentences: int | None = None
    folder: Path = Path()
    key: str = ""
    cores: int | None = None
    device: str = "cpu"

    def __post_init__(self) -> None:
        for target in self.targets or ():
            refuse_no_name(target, "target")

    def analyzer(self) -> Analyzer:
        """Load what answers; called once by each worker."""
        return Analyzer.from_profile(self.profile, device=self.device)


class Step:
    """Turns records into tables; models are loaded once.

    Args:
        task: What is asked.
        analyzer: Used in place of the profile's.
        ended: Whether the work is to end at once.

    Raises:
        InputError: A target is too long for the model.
    """

    def __init__(self, task: Task, analyzer: Analyzer | None = None, ended: Callable[[], bool] = lambda: False) -> None:
        if task.cores is not None:
            limit_cores(task.cores)
        self.task = task
        self.analyzer = analyzer or task.analyzer()
        self._ended = ended
        for target in task.targets or ():
            self.analyzer.classifier.refuse_long(target)
        self.analyzer.remember(_ANSWERS)

    def __call__(self, shard: Shard, advance: Advance = lambda done, rejected: None) -> dict[str, int]:
        """Do a shard, and write it.

        Returns:
            How many ``articles`` it gave, and how many records were ``rejected``.

        Raises:
            InputError: It cannot be written.
            Stopped: The work was ended.
        """
        rows, rejected = self.tables(shard.records, advance)
        write_shard(self.task.folder, shard.number, rows, rejected, key=self.task.key, count=len(shard.records))
        return {"articles": len(rows["articles"]), "rejected": len(rejected)}

    def tables(
        self, records: Iterable[Record], advance: Advance = lambda done, rejected: None
    ) -> tuple[Rows, list[dict[str, Any]]]:
        """The rows of records by table, and what is said of those that gave none."""
        made: list[Rows] = []
        rejected: list[dict[str, Any]] = []
        places: dict[str, str] = {}
        for record, found in each(self._analyze, records, ended=self._ended):
            problem = ""
            if isinstance(found, Analysis):
                key = article_hash(found.article, record.id)
                if key in places:
                    problem = f"the same as {places[key]}, which is read"
                else:
                    places[key] = record.place
                    made.append(rows_of(found, record.id, record.place))
            elif isinstance(found, Stopped) or (
                isinstance(found, NewstanceError) and not isinstance(found, InputError)
            ):
                raise found
            else:
                problem = _reason(found)
            if problem:
                rejected.append(record.refused(problem).rejection())
            advance(1, int(bool(problem)))
        return joined(made), rejected

    def _analyze(self, record: Record, heard: Heard) -> Analysis:
        task = self.task
        return self.analyzer.analyze(
            record.article(), task.targets, task.topic, task.summarize, task.sentences, heard, heard, heard, heard
        )


def _reason(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    # A slip of ours on one text must not end a run over a million.
    log_failure("an article of a run", error)
    return f"newstance failed on it: {type(error).__name__}; please report it with the text"
