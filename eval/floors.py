"""The quality floor: scores that the embedded profile must not fall below, on a small set shipped with it.

After trafilatura's evaluation gate: the files are pinned by hash, and a floor goes down only on purpose.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import yaml

from newstance import configs
from newstance.configs import Settings
from newstance.models.errors import InputError
from newstance.models.sources import sha256_of
from newstance.service.disk import write_whole

from .records import SHIPPED
from .scored import Results

# Quantized models round differently on other processors; one or two rows may tip over.
_SLACK = 0.03
_HEADER = """\
# What the profile must reach on the sets shipped with newstance; `make test` checks it.
# Written by: newstance evaluate floor-stance floor-articles --profile embedded --out DIR --update-floors
# A floor goes down only with --lower-floors.
"""


class Floors(Settings):
    """The floors file.

    Attributes:
        profile: Whose floors these are.
        sha256: Hashes of the sets' files in ``eval/data``; changed data need new floors.
        floors: For each set the least value of each score.
    """

    profile: str
    sha256: dict[str, str]
    floors: dict[str, dict[str, float]]


def load_floors() -> Floors:
    """Read the floors and check that the sets are those they were measured on.

    Raises:
        InputError: A set's file has changed.
    """
    floors = configs.load("eval", "floors", Floors)
    changed = [name for name, sha in floors.sha256.items() if sha256_of(SHIPPED / name) != sha]
    if changed:
        raise InputError(
            f"{', '.join(changed)} changed since the floors were measured; measure anew with --update-floors"
        )
    return floors


def shortfalls(floors: Floors, results: Mapping[str, Results]) -> list[str]:
    """What is below its floor, one line each; a score that is missing is, too.

    Args:
        floors: The floors.
        results: Of each set.
    """
    lines = []
    for name, scores in floors.floors.items():
        reached = results[name].scores if name in results else {}
        for score, floor in scores.items():
            value = reached[score].value if score in reached else math.nan
            if not value >= floor:
                lines.append(f"{name}: {score} is {value:.3f}, below its floor {floor:.3f}")
    return lines


def update_floors(results: Mapping[str, Results], profile: str, lower: bool, path: Path) -> Floors:
    """Set each floor a little below what was measured.

    Args:
        results: Of each set.
        profile: Whose results these are.
        lower: Whether floors may go down.
        path: The floors file.

    Returns:
        The new floors.

    Raises:
        InputError: The results are partial, of another profile, or below a floor that must not go down.
    """
    old = configs.load("eval", path, Floors)
    if profile != old.profile:
        raise InputError(f"the floors are those of the profile {old.profile}, not of {profile}")
    if missing := old.floors.keys() - results.keys():
        raise InputError(f"the floors need results on {', '.join(sorted(missing))}, too")
    if partial := [name for name in old.floors if results[name].partial]:
        raise InputError(f"{', '.join(partial)} was evaluated in part; floors need whole runs")
    new: dict[str, dict[str, float]] = {}
    for name, scores in old.floors.items():
        measured = {score: results[name].scores[score].value for score in scores}
        if not lower and (fallen := [score for score in scores if measured[score] < scores[score]]):
            raise InputError(
                f"{name}: {', '.join(fallen)} fell below the floor; --lower-floors lowers it if that is right"
            )
        proposed = {score: max(0.0, math.floor((value - _SLACK) * 100) / 100) for score, value in measured.items()}
        new[name] = proposed if lower else {score: max(proposed[score], scores[score]) for score in scores}
    floors = Floors(profile=old.profile, sha256={name: sha256_of(SHIPPED / name) for name in old.sha256}, floors=new)
    write_whole(path, _HEADER + yaml.safe_dump(floors.model_dump(), sort_keys=False))
    return floors
