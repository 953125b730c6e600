"""A file of corrections as a labelled set: whole articles with what most of their coders say of each cell."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from newstance.models.errors import InputError
from newstance.service.corrections import Correction, latest
from newstance.service.corrections.store import read_all

from .labelled import Example, LabelledSet
from .set_config import FileSource, SetConfig

Cell = tuple[str, str, str]  # text, holder, target


def stances(corrections: Iterable[Correction]) -> dict[Cell, list[Correction]]:
    """The last words on stances, by cell; one for each coder, in the order of their names."""
    cells: dict[Cell, list[Correction]] = {}
    for one in sorted(latest(corrections), key=lambda one: one.coder):
        if one.change == "stance":
            cells.setdefault((one.text, one.holder, one.target), []).append(one)
    return cells


def corrected_set(paths: Sequence[Path], name: str = "") -> LabelledSet:
    """The cells of corrections with the label that most coders give; those with as many for another are left out.

    Args:
        paths: Files of corrections.
        name: Of the set; "" takes the first file's.

    Raises:
        InputError: A file is missing or wrong, or says nothing of any stance.
    """
    examples: list[Example] = []
    split: list[str] = []
    coders: set[str] = set()
    numbers: Counter[str] = Counter()
    for (text, holder, target), words in stances(read_all(paths)).items():
        coders |= {one.coder for one in words}
        (label, most), *others = Counter(one.label for one in words).most_common()
        if others and others[0][1] == most:
            split.append(f"{holder} toward {target} in {words[0].title or text[:40]!r}: the coders are divided")
            continue
        group = group_of(text)
        numbers[group] += 1
        values = {"text": text, "holder": holder, "target": target}
        examples.append(Example(f"{group}#{numbers[group]}", group, values, label))
    origin = ", ".join(path.name for path in paths)
    if not examples:
        raise InputError(
            f"{origin}: no cell has a stance that most coders agree on" + "".join(f"\n  {s}" for s in split)
        )
    config = SetConfig(
        name=name or re.sub(r"[^\w.-]+", "-", paths[0].stem) or "corrections",
        kind="articles",
        terms="the user's own",
        source=f"corrections of {', '.join(sorted(coders))}",
        file=FileSource(path=paths[0].name),
    )
    return LabelledSet(config, examples, origin, split)


def group_of(text: str) -> str:
    """What the cells of one text share."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
