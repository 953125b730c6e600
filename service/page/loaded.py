"""Analyzers by profile: loaded when they are first asked for; the page's own is kept, and the last used other one."""

from __future__ import annotations

import threading

from newstance.configs import names as shipped_names
from newstance.models.errors import InputError, WeightsNotFoundError
from newstance.models.sources import SETUP_COMMAND
from newstance.service.analyzer import Analyzer
from newstance.service.doctor import state_of, weights_of
from newstance.service.profile import Profile


class Analyzers:
    """The analyzers of a page, shared by all readers.

    Args:
        first: Loaded already; its profile is the page's default. It need not be a shipped one.
    """

    def __init__(self, first: Analyzer) -> None:
        self.default = first.profile.name
        self._first = first
        # One besides the first, since each holds its models in memory.
        self._other: tuple[str, Analyzer] = (self.default, first)
        self._loading: dict[str, threading.Lock] = {}

    def names(self) -> list[str]:
        """The profiles that a reader can choose: the page's own, and those that are shipped."""
        return list(dict.fromkeys([self.default, *shipped_names("profiles")]))

    def choices(self) -> list[tuple[str, str]]:
        """(What a menu says, name) for each profile; those whose weights are not here say so."""
        return [(self._words(name), name) for name in self.names()]

    def profile(self, name: str) -> Profile:
        """A profile by its name.

        Raises:
            InputError: It is none of ``names``; paths are not taken from readers.
        """
        if name not in self.names():
            raise InputError(f"there is no profile {name!r} here; choose from {', '.join(self.names())}")
        return self._first.profile if name == self.default else Profile.load(name)

    def is_loaded(self, name: str) -> bool:
        """Whether an analyzer is there at once."""
        return name in (self.default, self._other[0])

    def get(self, name: str) -> Analyzer:
        """The analyzer of a profile; loads its models where they are not, which takes seconds or minutes.

        Only those who want the same profile wait for it.

        Raises:
            InputError: There is no such profile.
            WeightsNotFoundError: Weights that it names are missing; the message says what gets them. A reader of the
                page must not have a server fetch gigabytes.
        """
        profile = self.profile(name)
        if name == self.default:
            return self._first
        with self._loading.setdefault(name, threading.Lock()):
            kept, analyzer = self._other
            if kept != name:
                if not _is_here(profile):
                    raise WeightsNotFoundError(
                        f"the weights of {name} are not on this machine; get them by: {SETUP_COMMAND} --profile {name}"
                    )
                analyzer = Analyzer.from_profile(profile)
                self._other = (name, analyzer)
            return analyzer

    def _words(self, name: str) -> str:
        if name == self.default:
            return name
        return name if _is_here(self.profile(name)) else f"{name} (weights not on this machine)"


def _is_here(profile: Profile) -> bool:
    return all(state_of(source)[0] for source in weights_of(profile).values())
