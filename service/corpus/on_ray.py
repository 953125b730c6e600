"""The shards of a run by Ray Data: the same step, as a class whose workers load models once, on any number of machines.

The run's folder and its inputs must be at the same paths on all machines. Ray starts a worker anew that dies, and gives
its shard to another; what is done stands in the folder's own markers, so none of Ray's checkpoints is used.
"""

from __future__ import annotations

import logging
import os
import pickle
import threading
from collections.abc import Iterable, Iterator
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newstance.configs.extras import lacking
from newstance.models.errors import ConfigError, NewstanceError

from .plan import Plan
from .shards import Shard
from .step import Step, Task
from .watch import Watch
from .workers import Made

_READING = 0.01  # of a core: reading takes a thousandth of the time that answers take


@dataclass(frozen=True)
class RayOptions:
    """How Ray is used.

    Attributes:
        address: Of a cluster; None starts Ray on this machine.
        cpus: Of each worker.
        gpus: Of each worker; with any, models run on it.
    """

    address: str | None = None
    cpus: float = 1.0
    gpus: float = 0.0


def on_ray(plan: Plan, task: Task, workers: int, options: RayOptions, watch: Watch) -> Iterator[Made]:
    """Do the shards of a plan on Ray's workers; what is done first comes first.

    Args:
        plan: What is to be done; one of Ray's workers reads it, and the others take its shards as they come.
        task: What is asked.
        workers: How many there are.
        options: What each of them has.
        watch: Hears of each shard that is done.

    Raises:
        ConfigError: Ray is not installed, or there is no cluster at the address.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise lacking("--ray needs Ray", "ray") from error
    task = replace(task, cores=max(1, round(options.cpus)))
    _start(ray, options, workers)
    try:
        shards = ray.data.read_datasource(_source(plan, Path.cwd()), override_num_blocks=1, num_cpus=_READING)
        done = shards.map_batches(
            RayStep,
            fn_constructor_args=(task,),
            batch_size=1,
            batch_format="numpy",
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_cpus=options.cpus,
            num_gpus=options.gpus,
        )
        for row in done.iter_rows():
            watch.advance(int(row["count"]), int(row["rejected"]))
            yield int(row["number"]), {"articles": int(row["articles"]), "rejected": int(row["rejected"])}
            if watch.finish.is_set():
                return
    except ray.exceptions.RayError as error:
        raise _ours(error) from error
    finally:
        ray.shutdown()


class RayStep:
    """A ``Step`` as Ray Data calls it: with batches of shards, each of which it writes.

    Args:
        task: What is asked.
    """

    def __init__(self, task: Task) -> None:
        self._step = Step(task)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[int]]:
        """Do the shards of a batch; what each of them gave."""
        made: dict[str, list[int]] = {"number": [], "count": [], "articles": [], "rejected": []}
        for packed in batch["shard"]:
            shard: Shard = pickle.loads(packed)  # packed by ``_tables``, on a machine of the same cluster
            gave = self._step(shard) | {"number": shard.number, "count": len(shard.records)}
            for name, values in made.items():
                values.append(gave[name])
        return made


def _ours(error: BaseException) -> BaseException:
    """The error of ours that one of Ray's tells of, or else that one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, NewstanceError) and not hasattr(cause, "cause"):  # Ray's stand-ins have one
            return cause
        cause = getattr(cause, "cause", None) or cause.__cause__
    return error


def _start(ray: Any, options: RayOptions, workers: int) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # newstance tells nobody that it runs
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    here = {} if options.address else {"num_cpus": round(options.cpus * workers) + 1, "include_dashboard": False}
    try:
        ray.init(address=options.address, log_to_driver=False, logging_level="warning", **here)
    except (ConnectionError, RuntimeError, TimeoutError) as error:
        raise ConfigError(f"no Ray cluster answers at {options.address} ({error}); check the address") from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False  # ours says more
    # Blocks are what goes to workers; else all shards of some megabytes would go to one of them.
    context.target_max_block_size = context.target_min_block_size = 1


def _source(plan: Plan, folder: Path) -> Any:
    from ray.data import Datasource
    from ray.data.block import BlockMetadata
    from ray.data.datasource import ReadTask

    class Shards(Datasource):  # type: ignore[misc]  # Ray has no types that are followed
        """The shards of a plan, read by a single task."""

        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(self, parallelism: int, *more: Any, **named: Any) -> list[ReadTask]:
            return [ReadTask(lambda: _tables(plan, folder), BlockMetadata(None, None, None, None))]

    return Shards()


def _tables(plan: Plan, folder: Path) -> Iterable[Any]:
    import pyarrow

    never = threading.Event()
    with chdir(folder):  # which names that the user gave start from
        for shard in plan.shards(never, never):
            yield pyarrow.table({"shard": [pickle.dumps(shard)]})
