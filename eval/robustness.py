"""The same examples with what should not matter changed: stance should follow the text, not the name.

Three changes are made to the rows of a stance set: names masked, names swapped for names of other regions,
and an irrelevant sentence added. A fourth is made to the question: the templates of an entailment model are
paraphrased. A row whose answer changes with them is a flip.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from newstance.models.renaming import Role, names_in, renamed
from newstance.models.stance import StanceClassifier, Templates

from . import metrics
from .labelled import Example, LabelledSet
from .metrics import Measure
from .storage import Row

_NAMES = (
    "Amina Diallo",
    "Chinedu Okafor",
    "Fatima Rahmani",
    "Lars Johansson",
    "Li Wei",
    "Maria Fernandez",
    "Nguyen Thi Hoa",
    "Piotr Kowalski",
    "Rajesh Kumar",
    "Yuki Tanaka",
)
_BESIDE_THE_POINT = (
    "The weather stayed dry.",
    "It was a Tuesday.",
    "The road to the coast was closed for repairs.",
)

Change = Callable[[Example], Example | None]


def masked(example: Example) -> Example | None:
    """Holder and target by letters; None if neither is a name that the text holds."""
    return _renamed(example, {"holder": "Person A", "target": "Person B"})


def swapped(example: Example) -> Example | None:
    """Holder and target under names of other regions; None if neither is a name that the text holds."""
    unused = [name for name in _NAMES if name not in example.input["text"]]
    first = _pick(len(unused), example.id)
    return _renamed(example, {"holder": unused[first], "target": unused[(first + 1) % len(unused)]})


def distracted(example: Example) -> Example:
    """An irrelevant sentence at the end."""
    sentence = _BESIDE_THE_POINT[_pick(len(_BESIDE_THE_POINT), example.id)]
    text = example.input["text"].rstrip()
    return replace(example, input=example.input | {"text": f"{text} {sentence}"})


CHANGES: Mapping[str, Change] = {"masked": masked, "swapped": swapped, "distracted": distracted}


# None of these is among the templates of a shipped profile.
_PARAPHRASES = Templates(
    favor=("{holder} backs {target}.", "{holder} thinks well of {target}."),
    against=("{holder} rejects {target}.", "{holder} thinks badly of {target}."),
    author_favor=("Whoever wrote this backs {target}.",),
    author_against=("Whoever wrote this rejects {target}.",),
)
PARAPHRASED = "paraphrased"


def paraphrased(classifier: StanceClassifier) -> StanceClassifier | None:
    """The same model asked by other templates; None if it takes none, as models trained on stance do."""
    if classifier.is_direct:
        return None
    return StanceClassifier(classifier.pairs, _PARAPHRASES, classifier.temperature)


def changed_set(labelled: LabelledSet, change: Change) -> LabelledSet:
    """A set with a change made to every example that it applies to; ids and groups stay."""
    made = [result for example in labelled.examples if (result := change(example)) is not None]
    return replace(labelled, examples=made)


def flips(rows: Sequence[Row], changed: Mapping[str, Row]) -> Measure | None:
    """The share of answers that a change turned over.

    Args:
        rows: A run's rows.
        changed: Rows with the change, by id.

    Returns:
        None if there are none.
    """
    pairs = [(row, changed[row["id"]]) for row in rows if row["id"] in changed]
    if not pairs:
        return None
    values = np.array([[a["prediction"] != b["prediction"], 1.0] for a, b in pairs], dtype=float)
    return Measure(metrics.summed_by_group(values, [row["group"] for row, _ in pairs]), metrics.mean_of_totals)


def _renamed(example: Example, new: Mapping[Role, str]) -> Example | None:
    query = example.query
    names = names_in(query)
    if not names:
        return None
    changed = renamed(query, {role: new[role] for role in names})
    return replace(
        example, input=example.input | {"text": changed.text, "holder": changed.holder, "target": changed.target}
    )


def _pick(among: int, identity: str) -> int:
    """A number that looks random and is the same every time."""
    return int(hashlib.sha256(identity.encode()).hexdigest(), 16) % among
