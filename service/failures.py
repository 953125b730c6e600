"""What becomes of errors: an exit code and words on the command line; our own failures in the log."""

from __future__ import annotations

import logging
import traceback

from newstance.models.errors import ModelError, NewstanceError, WeightsNotFoundError

log = logging.getLogger(__name__)


def log_failure(what: str, error: BaseException) -> None:
    """Log where something failed; neither message nor values, which may hold a user's text."""
    log.error("%s: %s\n%s", what, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))


def exit_code(error: Exception) -> int:
    """2 for wrong usage or input, 1 for a failure."""
    is_failure = isinstance(error, (ModelError, WeightsNotFoundError)) or not isinstance(error, NewstanceError)
    return 1 if is_failure else 2


def in_words(error: Exception) -> str:
    """An error as the command line tells it."""
    if isinstance(error, NewstanceError):
        return str(error)
    return f"failed: {type(error).__name__}: {error}\nRun again with --verbose to see where."
