"""The entries of an article while names are gathered: each name finds its own, however many there are."""

from __future__ import annotations

from collections import defaultdict

from .candidates import Named
from .entries import Entry
from .names import NameIndex, same_name
from .nouns import FEMALE_KIN, MALE_KIN


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

    def add(self, named: Named) -> None:
        """Give a place where somebody is named to the entry that it belongs to; to a new one if it is the first."""
        number = self._number_of(named)
        entry = self.entries[number]
        entry.add(named)
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
        if known:
            return min(known)
        alike = [] if named.known or named.country else self._alike.alike(named.name)
        fitting = [number for number in alike if _may_be(self.entries[number], named)]
        if fitting:  # "Kim" after two Kims: whoever was called so last
            return max(fitting, key=lambda number: _last_called(self.entries[number], named.name))
        return self._new(named)

    def _new(self, named: Named) -> int:
        number = len(self.entries)
        self.entries.append(Entry(named.name, named.country))
        self._alike.add(number, named.name)
        self._by_name[named.name].add(number)
        if named.country:
            self._by_country.setdefault(named.country, number)
        return number


def _last_called(entry: Entry, name: str) -> int:
    """Where an entry was last called by a name or by a form that holds it; -1 if nowhere."""
    # Names are gathered in the order of the article.
    return next((mention.start for mention in reversed(entry.mentions) if name in mention.text), -1)


def _may_be(entry: Entry, named: Named) -> bool:
    if entry.known or entry.country or None is not named.is_male is not (entry.is_male or named.is_male):
        return False
    label = named.span.label_
    return same_name(named.name, entry.name, by_part="PERSON" in (label, entry.label)) and not _is_kin(named)


def _is_kin(named: Named) -> bool:
    """ "Ms Park's father, Park Chung-hee": nobody is one's own father, and families share a name."""
    word = named.span.root
    while word.dep_ in ("appos", "compound", "nmod"):
        word = word.head
        if word.lower_ in MALE_KIN | FEMALE_KIN:
            return " " in named.name
    return False
