"""What a run has still to do, shard by shard, as the inputs are read once more."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

from newstance.models.errors import InputError

from .addresses import Addresses
from .inputs import Inputs
from .records import Record
from .shards import Shard, add_to, shards_of


@dataclass(frozen=True)
class Plan:
    """What is to be done; it gives the same shards each time, in whatever process it is asked.

    Attributes:
        inputs: What is read.
        shard: Records of a shard.
        delay: Seconds between two requests to a site.
        done: Shards that were there before.
        inputs_sha256: What the inputs were when they were looked through.
    """

    inputs: Inputs
    shard: int
    delay: float
    done: frozenset[int]
    inputs_sha256: str

    def shards(self, finish: threading.Event, abandon: threading.Event) -> Iterator[Shard]:
        """The shards that are not done; what their addresses show is fetched.

        Args:
            finish: Once it is set, no more are given.
            abandon: Once it is set, no more is fetched.

        Raises:
            InputError: The inputs are not what they were.
        """
        digest = hashlib.sha256()

        def seen() -> Iterator[Record]:
            for record in self.inputs.records():
                add_to(digest, record)
                yield record

        addresses: Addresses | None = None
        for shard in shards_of(seen(), self.shard):
            if finish.is_set():
                return
            if shard.number in self.done:
                continue
            if any(record.kind == "address" for record in shard.records):
                addresses = addresses or Addresses(self.delay, stop=abandon)
                shard = replace(shard, records=tuple(addresses.fetched(shard.records)))
            yield shard
        if digest.hexdigest() != self.inputs_sha256:
            raise InputError("the inputs changed while they were read; give the command again with another --out")
