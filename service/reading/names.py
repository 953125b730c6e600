"""When two names are one: surnames, titles, acronyms, shortened parties, countries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from .nouns import BODIES, KINDS, ROLES, TITLES
from .places import country_named, country_of_government, country_of_people
from .spelling import PARTICLES, are_generations, folded, is_firm, run_together, spellings

SMALL_WORDS = PARTICLES | {"of", "and", "for", "the", "on"}
_NO_PERSON = frozenset({"of", "and", "for", "Party", "the"})
# With how many at the most something is compared that may be one of them. No article calls as many alike; a text that
# is made to take long does.
MOST_ALIKE = 50


@lru_cache(maxsize=10_000)  # an article's names are compared with each other again and again
def bare_name(name: str) -> str:
    """A name without title, article and possessive."""
    words = re.sub(r"[’']s?$", "", " ".join(name.split())).split()
    while len(words) > 1 and (words[0].lower() == "the" or is_title(words[0], len(words) - 1)):
        words = words[1:]
    return " ".join(words)


def is_title(word: str, words_behind: int) -> bool:
    """Whether a word is no part of the name behind it; a trade is one only before first name and surname.

    "Farmer Colin Tait" is a farmer, "Baker" and "Cook Smith" may be names.
    """
    return word.lower() in TITLES or (word.lower() in ROLES and words_behind >= 2)


def same_name(a: str, b: str, by_part: bool = True) -> bool:
    """Whether two bare names mean one actor, as far as names can tell.

    Args:
        a: A name, as ``bare_name`` gives it.
        b: Another.
        by_part: Whether the first or last word alone may mean it, as it does of people; "Harwick" is not the
            Harwick Echo.
    """
    if a.lower() == b.lower():
        return True
    return not are_generations(a, b) and any(
        _same(one, other, by_part, is_firm(a) or is_firm(b)) for one in spellings(a) for other in spellings(b)
    )


def _same(a: str, b: str, by_part: bool, is_of_firms: bool) -> bool:
    """Whether two spellings mean one actor; of firms, one of which has its legal form, the first word will do."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if not (_beginnings(short) & _beginnings(long) or short.isupper() or "." in short or country_named(short)):
        return False  # nothing in common: most pairs of names
    if folded(short) == folded(long):
        return True
    if (country := country_named(short)) is not None or country_named(long) is not None:
        return country == country_named(long)  # South Sudan is no fuller name of Sudan
    if is_acronym(short, long.split()):
        return True
    if any(word[0].islower() and word.partition("-")[0] not in SMALL_WORDS for word in long.split()):
        return False  # "Russia's war in Ukraine" is no fuller name of Ukraine
    if _shortens(short.split(), long.split()):
        return True
    few, many = folded(short).split(), folded(long).split()
    if country_of_government(short) or country_of_people(short):
        return False  # "Paris Hilton", "British Council"
    if 2 <= len(few) < len(many) and many[-len(few) :] == few:  # "Eurosceptic Law and Justice"
        return True
    # Surname, or family name first: "Putin", "Kim". A single word of two letters is more likely an acronym.
    if is_of_firms and few == many[: len(few)] and short.lower() not in KINDS | BODIES:
        return True
    if is_of_firms and len(short) > 4 and run_together(long).startswith(run_together(short)):
        return True
    if by_part and len(few) < len(many) <= 5 and len(short) > 2 and not set(long.split()) & _NO_PERSON:
        is_long = sum(word not in PARTICLES for word in many) > 4
        return not is_long and few in (many[-len(few) :], many[: len(few)])
    few, many = short.split(), long.split()
    if few == many[:-1] and many[-1].isupper() and len(many[-1]) <= 3:  # "Save the Children UK"
        return True
    if few == many[-1:] and short[0].isupper() and short.lower() in KINDS | BODIES:  # "the Commission"
        return True
    if few == many[:-1] and many[-1].lower() in KINDS | BODIES and len(short) > 2:  # "Norrland", "Norrland Group"
        return True
    return _party(short) == _party(long) or _turned(short) == _turned(long)


@lru_cache(maxsize=10_000)
def _beginnings(name: str) -> frozenset[str]:
    parts = {word[:3] for one in spellings(name) for word in folded(one).split()}
    return frozenset(parts | {run_together(name)[:3]})


class NameIndex:
    """Finds what a name may mean without comparing it with each of thousands.

    ``same_name`` holds only for names that have the beginning of a word in common, or initials, or a country; so only
    those are looked at, of each kind the ``MOST_ALIKE`` that were added last.
    """

    def __init__(self) -> None:
        self._numbers: defaultdict[str, dict[int, None]] = defaultdict(dict)

    def add(self, number: int, name: str) -> None:
        """Find what has a number by a name; it may have several."""
        for key in _keys(name):
            self._numbers[key][number] = None

    def alike(self, name: str) -> list[int]:
        """The numbers of what the name may mean, in their order."""
        found: set[int] = set()
        for key in _keys(name):
            found.update(islice(reversed(self._numbers.get(key, {})), MOST_ALIKE))
        return sorted(found)


def _keys(name: str) -> Iterator[str]:
    """What names have in common that mean one actor; the kinds of keys differ in their first letter."""
    yield from (f"b{beginning}" for beginning in _beginnings(name))
    words = name.split()
    letters = name.replace(".", "").removesuffix("s")
    initials = "".join(w if w.isdigit() else w[0] for w in words if w[0].isupper() or w.isdigit())
    yield from (f"i{acronym}" for acronym in {letters, initials} if len(acronym) > 1)
    if country := country_named(name):
        yield f"c{country}"


def is_acronym(short: str, words: list[str]) -> bool:
    """Whether capitals are the initials of the capitalized words: "ECB"."""
    letters = short.replace(".", "").removesuffix("s")
    initials = "".join(w if w.isdigit() else w[0] for w in words if w[0].isupper() or w.isdigit())
    return 2 <= len(letters) <= 6 and letters.isupper() and letters == initials


def is_part_of_body(name: str, body: str) -> bool:
    """Whether a body is one of another's: the "UN committee" of the UN."""
    rest = body.removeprefix(name + " ").split()
    return body.startswith(name + " ") and rest[-1].lower() in BODIES


def _shortens(few: list[str], many: list[str]) -> bool:
    """ "Lib Dems" are the Liberal Democrats: each word is the beginning of its counterpart."""
    return (
        len(few) == len(many) >= 2
        and few != many
        and all(
            len(short.removesuffix("s")) >= 3 and long.startswith(short.removesuffix("s"))
            for short, long in zip(few, many, strict=True)
        )
    )


@lru_cache(maxsize=10_000)
def _turned(name: str) -> frozenset[str]:
    """ "Justice Department" and "US Department of Justice" are one."""
    words = [word for word in name.split() if word not in SMALL_WORDS]
    kept = [word for word in words if not (country_named(word) or country_of_people(word))]
    return frozenset(kept if {word.lower() for word in kept} & BODIES and len(kept) > 1 else [*words, name])


def _party(name: str) -> str:
    """ "Conservatives", "Conservative Party" and "Conservative" are one."""
    return name.removesuffix(" Party").removesuffix(" party").removesuffix("s").lower()
