"""An actor while it is being gathered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..analysis import Actor, Kind, Mention
from .candidates import Named
from .given_names import has_given_name, is_mans
from .places import country_named, country_of_government, is_half

_KINDS: dict[str, Kind] = {"PERSON": "person", "ORG": "body", "GPE": "country", "NORP": "group"}


@dataclass
class Entry:
    """All that was found of one actor so far.

    Attributes:
        name: The fullest form so far; of a country that only its government was named for, the country's own.
        country: The country that it is.
        labels: How often it was what, in the recognizer's labels.
        forms: How often it was called what.
        mentions: Where; not in order until the actor is made.
        acts: How often it did or said something.
        matters: Whether it is somebody who can have a stance.
        located: Whether it was also a mere place.
        known: Named in the topic file.
        is_male: None as long as nothing tells.
        nouns: What else it was called: "airline", "committee"; in lower case.
        is_titled: Whether a title or an office was put before it, as is done to people only.
        is_kin: Whether the article brings it in as somebody's relative.
        called: Where each form was used last, while names are gathered.
    """

    name: str
    country: str | None = None
    labels: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    mentions: list[Mention] = field(default_factory=list)
    acts: int = 0
    matters: bool = False
    located: bool = False
    known: bool = False
    is_male: bool | None = None
    nouns: set[str] = field(default_factory=set)
    is_titled: bool = False
    is_kin: bool = False
    called: dict[str, int] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The label that it has most often; "" if none."""
        return self.labels.most_common(1)[0][0] if self.labels else ""

    @property
    def kind(self) -> Kind:
        """What it is."""
        # The recognizer takes rare surnames that stand alone for places and bodies.
        is_person = self.label == "GPE" or self.is_titled or has_given_name(self.name)
        if is_person and "PERSON" in self.labels and self.country is None:
            return "person"
        return _KINDS.get(self.label, "body")

    @property
    def weight(self) -> int:
        """Mentions, where acting and speaking count double."""
        return len(self.mentions) + self.acts

    @property
    def gender(self) -> bool | None:
        """Whether it is a man, by title or pronoun, or else by given name; None if nothing tells."""
        return self.is_male if self.is_male is not None or self.kind != "person" else is_mans(self.name)

    @property
    def is_surely_person(self) -> bool:
        """Whether more than the recognizer's label says so: it takes clubs and parties for people."""
        return self.kind == "person" and (" " in self.name or self.is_titled or self.is_male is not None)

    @property
    def can_act(self) -> bool:
        """Whether it is somebody, and no place or thing."""
        if self.known or self.country:
            return self.known or self.matters
        if self.located and not self.acts and " " not in self.name:
            return False  # "al-Bab", which was besieged, and near which somebody fought
        return self.matters and not self.name.isdigit()

    def add(self, named: Named) -> None:
        """Take a place where it is named."""
        span = named.span
        self.labels[span.label_] += not named.is_guess  # a guess counts where there is nothing else
        self.mention(span.start_char, span.text)
        self.acts += named.acts
        self.matters |= named.matters
        self.located |= named.locates
        self.known |= named.known
        if named.is_male is not None:
            self.is_male = named.is_male
        self.is_titled |= named.is_titled
        if named.kind_noun:
            self.nouns.add(named.kind_noun)
        if not self.known and not self.country and _is_fuller(named.name, self.name):
            self.name = named.name
        if self.country and not self.known and country_named(span.text) and country_of_government(span.text) is None:
            in_article = {form.removeprefix("the ") for form in self.forms if country_named(form)}
            self.name = max(in_article, key=len)

    def mention(self, start: int, text: str) -> None:
        """Take a form that it is called by, at a place."""
        self.forms[text] += 1
        self.called[text] = start
        self.mentions.append(Mention(start, start + len(text), text))

    def absorb(self, other: Entry) -> None:
        """Take all of another entry that turned out to be the same actor; what is known of this one stays."""
        if other.known and not self.known:
            self.name, self.known = other.name, True
        self.country = self.country or other.country
        self.is_male = other.is_male if self.is_male is None else self.is_male
        self.is_titled |= other.is_titled
        self.located |= other.located
        self.labels += other.labels
        self.forms += other.forms
        self.mentions += other.mentions
        self.acts += other.acts
        self.matters |= other.matters
        self.nouns |= other.nouns

    def names(self) -> list[str]:
        """The forms that mean it wherever they stand; "Moscow" may also be a place."""
        surely = (f for f in self.forms if not is_half(f) or f == self.name)  # "the North Sea"
        return [f for f in surely if self.known or country_of_government(f) is None or country_named(f)]

    def actor(self, total: int) -> Actor:
        """The actor, whose weight is its share of a total."""
        longest = {m.start: m for m in sorted(self.mentions, key=lambda mention: mention.end)}
        return Actor(
            self.name,
            self.kind,
            tuple(sorted(set(self.forms) - {self.name})),
            tuple(longest[start] for start in sorted(longest)),
            round(self.weight / total, 4),
        )


def _is_fuller(name: str, than: str) -> bool:
    extra = name.replace(than, "", 1)
    return len(name) > len(than) and name != f"{than}s" and not any(c.isdigit() for c in extra)
