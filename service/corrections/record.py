"""One correction: who says what of which cell or actor of an article, and what the model had said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from pydantic import TypeAdapter, ValidationError

from newstance.models.errors import InputError
from newstance.models.stance import LABELS

from ..analysis import Kind
from ..article import clean, refuse_no_name

Change = Literal["stance", "no actor", "kind", "merge", "split", "rename"]
CHANGES: tuple[Change, ...] = get_args(Change)
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_TEXT = 1_000_000  # characters; ten times what a profile takes for an article
_LONGEST_WORD = 1000
# What a label may be where it is one of few; elsewhere it is a name.
_LABELS: Mapping[str, tuple[str, ...]] = {"stance": LABELS, "no actor": ("",), "kind": KINDS}


@dataclass(frozen=True)
class Correction:
    """One coder's word on one thing in one article. A word that agrees with the model counts as well.

    Attributes:
        text: The article, or the passage that was coded.
        holder: The actor that it is about, by the name that the coder saw.
        label: The right answer. Of a stance favor, against or neutral; of a kind that kind; of a merge the name of the
            actor that this one is the same as; of a split a name that means somebody else; of a rename the new name;
            "" for what is no actor.
        coder: Who says so.
        target: Of a stance, whom or what it is toward; else "".
        change: What is said.
        when: UTC, as 2026-01-31T12:00:00Z.
        said: What the model said there; "" if it was not asked.
        probability: What it said of ``said``; None where nobody knows.
        model: Which model.
        title: The article's, "" if unknown.
        source: The same.
    """

    text: str
    holder: str
    label: str
    coder: str
    target: str = ""
    change: Change = "stance"
    when: str = ""
    said: str = ""
    probability: float | None = None
    model: str = ""
    title: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.when:
            object.__setattr__(self, "when", now())
        if self.change not in CHANGES:
            raise InputError(f"the change {self.change!r} is none of {', '.join(CHANGES)}")
        for name in ("holder", "coder", *(["target"] if self.change == "stance" else [])):
            refuse_no_name(getattr(self, name), name)
        if not any(character.isalpha() for character in self.text):
            raise InputError("the text is empty; give the article or the passage that was read")
        for field in fields(self):
            value, most = getattr(self, field.name), LONGEST_TEXT if field.name == "text" else _LONGEST_WORD
            if isinstance(value, str) and len(value) > most:
                raise InputError(f"{field.name} has {len(value):,} characters; {most:,} are the most")
        for name in ("text", "said", "model", "title", "source"):  # the others were looked at
            object.__setattr__(self, name, clean(getattr(self, name)))
        allowed = _LABELS.get(self.change)
        if allowed is None:
            refuse_no_name(self.label, "label")
        elif self.label not in allowed:
            words = ", ".join(allowed) if any(allowed) else "empty"
            raise InputError(f"the label {self.label!r} does not fit {self.change!r}; it must be {words}")
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise InputError(f"the probability {self.probability:g} is not from 0 to 1")
        object.__setattr__(self, "when", _in_utc(self.when))

    @property
    def cell(self) -> tuple[str, ...]:
        """What it is about: of one coder, the last word on it counts. Each name that is split off is one."""
        about = (self.text, self.change, self.holder, self.target)
        return (*about, self.label) if self.change == "split" else about

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Correction:
        """A correction from its fields by name.

        Raises:
            InputError: A field is missing, unknown or wrong; says which.
        """
        if unknown := set(map(str, values)) - {field.name for field in fields(cls)}:
            raise InputError(f"unknown fields {', '.join(sorted(unknown))}")
        try:
            return _ADAPTER.validate_python(dict(values))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise InputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None

    def to_dict(self) -> dict[str, Any]:
        """Its fields by name; those without a value are left out."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None) or name == "label"}


_ADAPTER = TypeAdapter(Correction)


def now() -> str:
    """The present time, as ``Correction.when`` has it."""
    return _written(datetime.now(UTC))


def coder_named(name: str) -> str:
    """A coder's name on one line, without what cannot be written."""
    return " ".join(clean(name).split())


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")  # of one length, so that it sorts


def _in_utc(when: str) -> str:
    try:
        moment = datetime.fromisoformat(when)
        return _written((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC))
    except (ValueError, OverflowError):
        raise InputError(f"the time {when!r} is none; write it as 2026-01-31T12:00:00Z") from None
