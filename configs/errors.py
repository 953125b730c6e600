"""The root of the errors that newstance raises on purpose, and what may be wrong with its settings."""

from __future__ import annotations


class NewstanceError(Exception):
    """Base of all errors that newstance raises on purpose. Each message names the cause and the remedy."""


class ConfigError(NewstanceError):
    """What newstance is set up with is wrong: a missing file or package, a source that names no weights."""


class SettingsError(ConfigError):
    """A settings file is missing or wrong: a profile, a topic, a training or evaluation file."""
