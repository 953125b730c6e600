"""A run over many articles: what it is, what is done of it, and what is left to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newstance.models.errors import InputError

from .. import provenance
from ..disk import only_run_in, whole, write_json
from ..many import one_ahead
from . import workers
from .addresses import DELAY
from .inputs import Inputs
from .on_ray import RayOptions, on_ray
from .plan import Plan
from .shards import SIZE, add_to, marker_of, remove_unfinished
from .step import Task
from .stored import DONE, HEADER, REJECTED, Run
from .watch import Watch

# A folder goes on with a run only if all of these are the same; else it would hold answers to two questions.
_SAME = {
    "profile_sha256": "another profile",
    "models": "other model weights",
    "code_sha256": "another version of newstance",
    "targets": "other targets",
    "topic": "another topic",
    "summarize": "other wishes for summaries",
    "sentences": "summaries of another length",
    "device": "models on another device",
    "shard": "another --shard",
    "inputs_sha256": "other inputs, or inputs that have changed since",
}


@dataclass(frozen=True)
class RunOptions:
    """How a run is done; none of it changes its rows but for the shard's size, which says what files they are in.

    Attributes:
        workers: How many work at once.
        shard: Records of a shard.
        delay: Seconds between two requests to a site.
        ray: Ray's workers do it; None takes processes of this machine.
    """

    workers: int = 1
    shard: int = SIZE
    delay: float = DELAY
    ray: RayOptions | None = None


def run(inputs: Inputs, task: Task, folder: Path, options: RunOptions, watch: Watch | None = None) -> dict[str, Any]:
    """Analyse all that inputs give, and write tables; what a folder has of the same run already is not done again.

    Args:
        inputs: What is read, twice: at first to count, and to tell whether it is what it was.
        task: What is asked; ``folder`` and ``key`` are set here.
        folder: Where it goes.
        options: How it is done.
        watch: Hears how far it is, and says when to end.

    Returns:
        What ``run.json`` says; ``counts`` tells how many ``records`` there are, and how many are ``done``, of which
        ``articles`` gave rows and the others were ``rejected``.

    Raises:
        InputError: Inputs are missing, the folder holds another run or cannot be written, or inputs changed meanwhile.
        ModelError: Models cannot be loaded, or a worker was killed.
    """
    watch = watch or Watch()
    folder = folder.absolute()
    inputs = replace(inputs, leave_out=folder)
    with only_run_in(folder):
        header = _header(inputs, task, options)
        _refuse_another(folder, header)
        number, header["inputs_sha256"] = _look_through(inputs, watch)
        _refuse_another(folder, header)
        key = hashlib.sha256(json.dumps([header[name] for name in _SAME]).encode()).hexdigest()[:16]
        header["start"] = _begun(folder) or provenance.now()
        write_json(folder / HEADER, header | {"counts": {"records": number}})
        remove_unfinished(folder)
        shards = range(-(-number // options.shard))
        counts = {shard: marker["count"] for shard in shards if (marker := marker_of(folder, shard, key))}
        watch.begin(number, sum(counts.values()))
        plan = Plan(inputs, options.shard, options.delay, frozenset(counts), header["inputs_sha256"])
        try:
            if len(counts) < len(shards):
                for _ in _made(plan, replace(task, folder=folder, key=key), options, watch):
                    pass
        finally:
            header["counts"] = {"records": number, **_assembled(folder, key, shards)}
            is_whole = header["counts"]["done"] == number
            write_json(folder / HEADER, header | {"end": provenance.now() if is_whole else None})
    return header


def _made(plan: Plan, task: Task, options: RunOptions, watch: Watch) -> Iterator[workers.Made]:
    if options.ray is not None:
        return on_ray(plan, task, options.workers, options.ray, watch)
    shards = one_ahead(plan.shards(watch.finish, watch.abandon))
    if options.workers > 1:
        return workers.processes(task, shards, watch, options.workers)
    return workers.here(task, shards, watch)


def _header(inputs: Inputs, task: Task, options: RunOptions) -> dict[str, Any]:
    return {
        "profile": task.profile.name,
        "profile_sha256": provenance.profile_sha256(task.profile),
        "models": provenance.model_hashes(task.profile),
        "code_sha256": provenance.code_sha256(),
        "targets": None if task.targets is None else list(task.targets),
        "topic": None if task.topic is None else task.topic.model_dump(mode="json"),
        "summarize": task.summarize,
        "sentences": task.sentences,
        "device": task.device,
        "shard": options.shard,
        "inputs": [*inputs.given, *inputs.addresses],
        "columns": dict(inputs.columns),
        "limit": inputs.limit,
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "machine": provenance.machine(),
    }


def _refuse_another(folder: Path, header: Mapping[str, Any]) -> None:
    """Refuse a folder that holds a run of something else."""
    if not (folder / HEADER).exists():
        if next((folder / DONE).glob("*.json"), None):
            raise InputError(f"{folder} holds parts of a run that nothing is known of; choose another --out")
        return
    there = Run(folder).header
    for name, what in _SAME.items():
        if name in header and there.get(name) != header[name]:
            raise InputError(
                f"{folder} holds a run with {what}, whose rows would stand beside these; choose another --out, or give "
                "the command of that run again"
            )


def _begun(folder: Path) -> str | None:
    return Run(folder).header.get("start") if (folder / HEADER).exists() else None


def _look_through(inputs: Inputs, watch: Watch) -> tuple[int, str]:
    """How many records there are, and a hash of them all."""
    number, digest = 0, hashlib.sha256()
    for number, record in enumerate(inputs.records(), 1):
        add_to(digest, record)
        watch.looking(number)
    if not number:
        raise InputError("the inputs hold no record at all; name others")
    return number, digest.hexdigest()


def _assembled(folder: Path, key: str, shards: range) -> dict[str, int]:
    """Write what was rejected, in order, as the markers say; how many records are done, and what became of them."""
    counts = {"done": 0, "articles": 0, "rejected": 0}
    with whole(folder / REJECTED) as unfinished, unfinished.open("w", encoding="utf-8") as file:
        for shard in shards:
            marker = marker_of(folder, shard, key)
            if marker is None:
                continue
            counts["done"] += marker["count"]
            counts["articles"] += marker["rows"]["articles"]
            counts["rejected"] += len(marker["rejected"])
            file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in marker["rejected"])
    return counts
