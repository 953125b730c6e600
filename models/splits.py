"""Which rows of a set are kept for judging and never trained on: a rule that training and evaluation share."""

from __future__ import annotations

import hashlib
import re

# Twins, as "k1-001" and "k1-001b", differ in one thing; one of them must not teach what the other asks.
_TWIN = re.compile(r"(?<=\d)b$")
_PLACES = 2.0**32


def base_of(identity: str) -> str:
    """The id that twins share: without the "b" behind a number that marks the second of two."""
    return _TWIN.sub("", identity)


def is_held_out(base_id: str, share: float) -> bool:
    """Whether a row belongs to the held part.

    The hash of the id alone decides, so that rows added later move no row from one part to the other. The held part
    of a smaller share lies within that of a larger one.

    Args:
        base_id: The row's id, or that of its twins (``base_of``), which stay together.
        share: Of all ids, how many are held out on average, from 0 to 1.

    Raises:
        ValueError: The share is no share.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share that is held out must be from 0 to 1, not {share}")
    place = int.from_bytes(hashlib.sha256(base_id.encode()).digest()[:4])
    return place < share * _PLACES
