"""Training rows written from templates: who takes which stance in a sentence that denies, negates, hedges or claims.

Labelled sets hold few such sentences, and a model trained on them alone reads "did not support" as support. The
templates stand in the recipe; here names, matters and verbs are put into them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from newstance.configs import Settings

from ..stance import Label
from .stance_rows import Row

_FORMS = ("", ".s", ".ed", ".ing")  # base, third person, past, gerund
_ROLES = ("speaker", "other")


class Template(Settings):
    """A sentence with slots, and the stances in it toward ``{target}``.

    Attributes:
        text: Holds ``{target}``, ``{speaker}`` or ``{other}``, and verbs such as ``{oppose.ed}``.
        speaker: The speaker's stance toward the target; None if it is not asked for.
        other: The other's.
        speaker_toward_other: The speaker's stance toward the other.
    """

    text: str
    speaker: Label | None = None
    other: Label | None = None
    speaker_toward_other: Label | None = None

    @model_validator(mode="after")
    def _asks_for_something_named(self) -> Self:
        asked = [role for role in _ROLES if getattr(self, role) is not None]
        if self.speaker_toward_other is not None:
            asked += _ROLES
        if not asked:
            raise ValueError(f"the template {self.text!r} labels no stance")
        if lacking := [field for field in {*asked, "target"} if f"{{{field}}}" not in self.text]:
            raise ValueError(f"the template {self.text!r} lacks {', '.join(sorted(lacking))}")
        return self


class Statements(Settings):
    """How many rows are written, and from what.

    Attributes:
        rows: How many.
        topics_from: The training sets whose targets are the matters spoken of.
        topics: More matters.
        verbs: For each slot, verbs in four forms: base, third person, past, gerund, divided by blanks, with ``_``
            for a blank inside; the slots ``{support}``, ``{support.s}``, ``{support.ed}`` and ``{support.ing}``
            take them.
        templates: The sentences.
        settings: What may stand before a sentence, "" included.
    """

    rows: int = Field(ge=1)
    topics_from: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    verbs: dict[str, list[str]]
    templates: list[Template]
    settings: list[str]

    @model_validator(mode="after")
    def _slots_can_be_filled(self) -> Self:
        for verbs in self.verbs.values():
            for verb in verbs:
                if len(verb.split()) != len(_FORMS):
                    raise ValueError(f"the verb {verb!r} needs four forms: base, third person, past, gerund")
        known = {f"{slot}{form}" for slot in self.verbs for form in _FORMS}
        for template in self.templates:
            if unknown := set(re.findall(r"\{([^}]*)\}", template.text)) - known - {"target", *_ROLES}:
                raise ValueError(f"the template {template.text!r} has unknown slots {sorted(unknown)}")
        return self


def statement_rows(
    statements: Statements, names: Sequence[str], topics: Sequence[str], rng: random.Random
) -> list[Row]:
    """Rows written from templates, each of them about as often.

    Args:
        statements: The templates.
        names: Of people and bodies; at least two.
        topics: What they speak of.
        rng: Chooses.
    """
    made: list[Row] = []
    for i in range(statements.rows):
        template = statements.templates[i % len(statements.templates)]
        speaker, other = rng.sample(names, 2)
        filled = {"speaker": speaker, "other": other, "target": rng.choice(topics)}
        for slot, verbs in statements.verbs.items():
            forms = rng.choice(verbs).split()
            filled |= {f"{slot}{form}": word.replace("_", " ") for form, word in zip(_FORMS, forms, strict=True)}
        asked = [
            (holder, target, label)
            for holder, target, label in (
                (speaker, filled["target"], template.speaker),
                (other, filled["target"], template.other),
                (speaker, other, template.speaker_toward_other),
            )
            if label is not None
        ]
        holder, target, label = rng.choice(asked)
        setting, text = rng.choice(statements.settings), template.text
        text = setting + (text[0].lower() + text[1:] if setting else text)
        text = "".join(filled.get(part, part) for part in re.split(r"[{}]", text))
        text = text[:1].upper() + text[1:]
        made.append(Row(id=f"statement-{i}", text=text, holder=holder, target=target, label=label))
    return made
