"""The entries of an article while names are gathered: each name finds its own, however many there are."""

from __future__ import annotations

from collections import Counter, defaultdict

from .candidates import Named
from .entries import Entry
from .names import NameIndex, same_name
from .places import is_half


class Roster:
    """Entries by all that they are called.

    Attributes:
        entries: In the order in which the article names them first.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._alike = NameIndex()
        # Numbers of entries; the first that has a form or a country keeps it, a name may be left for a fuller one.
        self._by_name: defaultdict[str, set[int]] = defaultdict(set)
        self._by_form: dict[str, int] = {}
        self._by_country: dict[str, int] = {}
        self._last_person: Entry | None = None
        self._sharing: Counter[str] = Counter()  # how many entries have a word in their names

    def add(self, named: Named) -> None:
        """Give a place where somebody is named to the entry that it belongs to; to a new one if it is the first."""
        number = self._number_of(named)
        entry = self.entries[number]
        entry.is_kin |= named.is_kin and not entry.mentions
        relative = self._last_person
        if named.relates_to_male is not None and relative and relative is not entry and relative.is_male is None:
            relative.is_male = named.relates_to_male  # "his son": who was named last is a man
        entry.add(named)
        if named.span.label_ == "PERSON":
            self._last_person = entry
        if number not in self._by_name[entry.name]:
            self._by_name[entry.name].add(number)
            self._alike.add(number, entry.name)
        form = named.span.text
        self._by_form[form] = min(number, self._by_form.get(form, number))

    def _number_of(self, named: Named) -> int:
        known = {number for number in self._by_name.get(named.name, ()) if self.entries[number].name == named.name}
        for index, key in ((self._by_form, named.name), (self._by_country, named.country)):
            if key and key in index:
                known.add(index[key])
        if is_half(named.name) and (number := self._half(named)) is not None:
            return number
        known = {number for number in known if _is_of_gender(self.entries[number], named)}
        if known and (named.known or named.country or " " in named.name or not self._is_shared(named.name)):
            return min(known)
        alike = [] if named.known or named.country else self._alike.alike(named.name)
        fitting = known.union(number for number in alike if _may_be(self.entries[number], named))
        if fitting:
            return max(fitting, key=lambda number: _likeness(self.entries[number], named))
        return self._new(named)

    def _half(self, named: Named) -> int | None:
        """ "The North" is North Korea, where the article is about it and no other such country."""
        countries = [n for country, n in self._by_country.items() if country.startswith(f"{named.name} ")]
        is_definite = named.span.start and named.span.doc[named.span.start - 1].lower_ == "the"
        return countries[0] if is_definite and len(countries) == 1 else None

    def _is_shared(self, word: str) -> bool:
        """Whether several entries have a word in their names."""
        return self._sharing[word] > 1

    def _new(self, named: Named) -> int:
        number = len(self.entries)
        self.entries.append(Entry(named.name, named.country))
        self._alike.add(number, named.name)
        self._by_name[named.name].add(number)
        self._sharing.update(set(named.name.split()))
        if named.country:
            self._by_country.setdefault(named.country, number)
        return number


def _likeness(entry: Entry, named: Named) -> tuple[bool, int, bool, int]:
    """How likely a name that several bear means one of them, by what news do.

    "The younger Kim" is the relative. Else it is whoever was called by that name alone before; else who is told of for
    his own sake, and not as a relative; else whoever was named last.
    """
    before = named.span.doc[named.span.start - 1].lower_ if named.span.start else ""
    is_meant = entry.is_kin if before == "younger" else not entry.is_kin if before in ("elder", "older") else False
    alone = entry.called.get(named.name, -1) if named.name != entry.name else -1
    return is_meant, alone, not entry.is_kin, entry.mentions[-1].start


def _is_of_gender(entry: Entry, named: Named) -> bool:
    return None in (named.is_male, entry.gender) or named.is_male == entry.gender


def _may_be(entry: Entry, named: Named) -> bool:
    if entry.known or entry.country or not _is_of_gender(entry, named):
        return False
    if named.is_kin and " " in named.name:
        return False  # "Ms Park's father, Park Chung-hee": nobody is one's own father, and families share a name
    return same_name(named.name, entry.name, by_part="PERSON" in (named.span.label_, entry.label))
