"""Our own failures in the log, without a word of what users sent."""

from __future__ import annotations

import logging
import traceback

log = logging.getLogger(__name__)


def log_failure(what: str, error: BaseException) -> None:
    """Log where something failed; neither message nor values, which may hold a user's text."""
    log.error("%s: %s\n%s", what, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
