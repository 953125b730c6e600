"""The errors a caller may want to tell apart. Each message names the cause and the remedy."""

from __future__ import annotations

from newstance.configs.errors import ConfigError, NewstanceError, SettingsError

__all__ = [
    "ConfigError",
    "FetchError",
    "InputError",
    "ModelError",
    "NewstanceError",
    "SettingsError",
    "WeightsNotFoundError",
]


class InputError(NewstanceError):
    """What the caller handed in cannot be worked with: an empty article, a target that is too long."""


class FetchError(InputError):
    """An address gave no article: it is not allowed, not reached, too slow or large, or the page holds none.

    Args:
        message: Cause and remedy.
        status: Of the answer, where it is why.
        is_passing: Whether it may be otherwise in a while.
    """

    def __init__(self, message: str, status: int | None = None, is_passing: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.is_passing = is_passing


class WeightsNotFoundError(NewstanceError):
    """The weights that a source names are not on this machine."""


class ModelError(NewstanceError):
    """Weights are there but cannot do what is asked of them, such as a classifier without an entailment label."""
