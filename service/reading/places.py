"""Countries by what news calls them: names, capitals, seats of government, and demonyms.

The names come from the package countryinfo (MIT, 0.4 MB, works offline).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

# What countryinfo 1.0.1 lacks: the common short names, and names that changed since its data were collected.
_NAMES_LACKING = {"Britain": "United Kingdom", "America": "United States", "North Macedonia": "Republic of Macedonia"}
_CAPITALS_LACKING = {"Washington": "United States", "Kiev": "Ukraine", "Astana": "Kazakhstan", "Delhi": "India"}
_DEMONYMS_LACKING = {"Saudi": "Saudi Arabia", "Argentine": "Argentina", "Kazakh": "Kazakhstan", "Kyrgyz": "Kyrgyzstan"}
# Houses that stand for who governs in them.
_SEATS = {
    "Kremlin": "Russia",
    "White House": "United States",
    "Downing Street": "United Kingdom",
    "Whitehall": "United Kingdom",
    "Élysée": "France",
    "Elysee": "France",
    "Blue House": "South Korea",
}
# Two countries share a demonym ("Congolese"): it means the larger one only where the other is this much smaller.
_NEGLIGIBLE = 0.05


@dataclass(frozen=True)
class Places:
    """Which country a word means; each maps a form to the country's English name."""

    names: Mapping[str, str]
    capitals: Mapping[str, str]
    demonyms: Mapping[str, str]


@cache
def places() -> Places:
    """The tables, read once (about 50 ms)."""
    from countryinfo import CountryInfo

    names: dict[str, str] = {}
    capitals: dict[str, str] = {}
    peoples: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for info in CountryInfo.all().values():
        country = info["name"].removeprefix("The ")
        spellings = [country, *(info.get("altSpellings") or ())]
        english = (country, *(s for s in spellings if s.startswith(f"{country} of")))
        initials = {"".join(word[0] for word in s.split() if word[0].isupper()) for s in english}
        for form in spellings:
            # The list mixes ISO codes with names: "US" and "UAE" are said, "DE" and "NOR" are not.
            if len(form) > 3 or (len(form) > 1 and form in initials):
                names.setdefault(form.removeprefix("the ").removeprefix("The "), country)
        capital = info.get("capital")
        if isinstance(capital, str) and capital not in names:
            capitals.setdefault(capital, country)
        for demonym in (info.get("demonym") or "").replace("/", ",").split(","):
            if demonym:
                peoples[demonym][country] = info.get("population") or 0
    demonyms = {demonym: max(found, key=found.__getitem__) for demonym, found in peoples.items() if _is_clear(found)}
    capitals = {form: country for form, country in capitals.items() if form not in names}
    return Places(names | _NAMES_LACKING, capitals | _CAPITALS_LACKING | _SEATS, demonyms | _DEMONYMS_LACKING)


def country_named(form: str) -> str | None:
    """The country that a name means: "U.S." and "the United States" are one; None for all else."""
    bare = form.removeprefix("the ").removeprefix("The ")
    return places().names.get(bare.replace(".", ""))


def is_half(form: str) -> bool:
    """Whether a word is a part of the world that a country may be called by: "the North"."""
    return form in ("North", "South", "East", "West")


def country_of_government(form: str) -> str | None:
    """The country whose government a capital or a seat of government stands for: "Moscow", "Downing Street"."""
    return places().capitals.get(form.removeprefix("the ").removeprefix("The "))


def country_of_people(form: str) -> str | None:
    """The country of a demonym: "Russian"."""
    return places().demonyms.get(form)


def is_seat(form: str) -> bool:
    """Whether a name is that of a house, such as the Kremlin, which acts more often than it lies somewhere."""
    return form in _SEATS


def _is_clear(found: Mapping[str, int]) -> bool:
    *others, largest = sorted(found.values())
    return not others or others[-1] <= _NEGLIGIBLE * largest
