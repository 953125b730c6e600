"""Days and times as documents tell them."""

from __future__ import annotations

from datetime import UTC, datetime, time


def moment(text: str) -> datetime | None:
    """The moment that a document's date tells, without a zone; None if it tells none.

    Args:
        text: YYYY-MM-DD, or that with a time of day behind it; another zone's time becomes that of UTC.
    """
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def told(found: datetime) -> str:
    """A moment as documents tell it; midnight is no time of day."""
    return found.date().isoformat() if found.time() == time() else found.isoformat(timespec="seconds")
