"""What a word of a list is worth: a sentence read with it, and again as if it were on no list."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from newstance.service.reading import names, spelling
from newstance.service.reading.lexicon import words

_IRREGULAR = """
    admit admitted become became begin began be was cost cost drop dropped expel expelled fall fell fight fought give
    gave grow grew have had hold held lend lent lie lay lose lost occur occurred quip quipped read read rise rose run
    ran say said sell sold send sent ship shipped show showed shrink shrank sit sat slam slammed span spanned
    speak spoke stand stood stop stopped swear swore take took tell told think thought transfer transferred write wrote
    ban banned feel felt find found forget forgot hear heard know knew mean meant see saw
""".split()  # noqa: SIM905
_PAST = dict(zip(_IRREGULAR[::2], _IRREGULAR[1::2], strict=True))
_REMEMBERED = (names.bare_name, names._beginnings, spelling.spellings)


def each(theme: str, name: str) -> pytest.MarkDecorator:
    """Run a test with each word of a list."""
    return pytest.mark.parametrize("word", sorted(words(theme, name)))


def past(verb: str) -> str:
    """The past of a verb."""
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb.removesuffix('e')}ed"


def decides(word: str, constants: str, read: Callable[[], Any], expected: Any) -> None:
    """Hold that something is read as expected, and not if a word is left out of the lists that have these names."""
    found = read()
    assert found == expected, f"{found!r} with {word!r}"
    with _without(word, constants.split()):
        found = read()
    assert found != expected, f"{found!r} without {word!r}, too"


@contextmanager
def _without(word: str, constants: list[str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in [module for name, module in sys.modules.items() if name.startswith("newstance.service.")]:
            for name in constants:
                listed = getattr(module, name, ())
                if isinstance(listed, frozenset) and word in listed:
                    patch.setattr(module, name, listed - {word})
        _forget()
        yield
    _forget()


def _forget() -> None:
    for function in _REMEMBERED:
        function.cache_clear()
