"""What the stance model has said about one article, so that it is not asked twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from newstance.models.stance import StancePrediction, StanceQuery

Classify = Callable[[Sequence[StanceQuery]], Sequence[StancePrediction]]
# An article of 100 sentences with 30 actors and 10 targets has about this many where each sentence is asked by itself,
# of some 500 bytes; where the model tells of sentences, it has some 300, of some 6,000 bytes.
MOST = 30_000


class Answers:
    """A bounded memory of answers; safe to use from several threads.

    Args:
        most: How many answers are kept; the oldest go first.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[StanceQuery, StancePrediction] = {}
        self._lock = threading.Lock()

    def to(self, queries: Sequence[StanceQuery], classify: Classify) -> list[StancePrediction]:
        """One answer for each query, in order; ``classify`` is asked only what is not known, and once."""
        with self._lock:
            known = {query: self._known[query] for query in queries if query in self._known}
        unknown = [query for query in dict.fromkeys(queries) if query not in known]
        if unknown:
            new = dict(zip(unknown, classify(unknown), strict=True))
            known |= new
            with self._lock:
                self._known |= new
                while len(self._known) > self._most:
                    del self._known[next(iter(self._known))]
        return [known[query] for query in queries]

    def __len__(self) -> int:
        return len(self._known)
