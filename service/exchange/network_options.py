"""What discourse networks there are. The names of options are those of ``dna_network`` in the R package rDNA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from newstance.models.errors import InputError

NetworkType = Literal["twomode", "onemode", "relations"]
Aggregation = Literal["ignore", "congruence", "conflict", "subtract", "combine"]
Normalization = Literal["no", "activity", "prominence", "average", "jaccard", "cosine"]
Duplicates = Literal["include", "document", "week", "month", "year", "acrossrange"]
Variable = Literal["actor", "person", "organization"]
AGGREGATIONS: Mapping[str, tuple[str, ...]] = {
    "twomode": ("ignore", "subtract", "combine"),
    "onemode": ("congruence", "conflict", "subtract", "ignore"),
    "relations": ("ignore", "subtract", "combine"),
}
NORMALIZATIONS: Mapping[str, tuple[str, ...]] = {
    "twomode": ("no", "activity", "prominence"),
    "relations": ("no", "activity", "prominence"),
    "onemode": ("no", "average", "jaccard", "cosine"),
}


@dataclass(frozen=True)
class NetworkOptions:
    """What network is wanted.

    Attributes:
        network_type: ``twomode`` ties actors to targets; ``onemode`` actors to actors that speak of the same target;
            ``relations`` actors to the actors that they take a side on.
        aggregation: What agreement does to a tie's weight. Of ``twomode`` and ``relations``: ``ignore`` counts
            statements, ``subtract`` takes those against from those for, ``combine`` gives 1 for, 2 against, 3 both. Of
            ``onemode``: ``congruence`` multiplies how often two actors take the same side, ``conflict`` opposite sides,
            ``subtract`` takes the second from the first, ``ignore`` multiplies how often they speak of it at all. ""
            takes the first of these.
        normalization: ``no``; ``activity`` divides by the actor's statements, ``prominence`` by those on the target;
            of ``onemode``: ``average`` by the mean of both actors' statements, ``jaccard`` by what both and either
            say, ``cosine`` by the product of both actors' statements.
        duplicates: ``include`` counts all; the others count what an actor says of a target on one side once in a
            document, calendar week, month or year, or once at all.
        variable: Who is a node: ``actor`` takes all, ``person`` and ``organization`` as the other exports have them.
        isolates: Whether actors and targets without a tie in a time window are nodes of it, too.
        window: Days of a moving time window; 0 for none. An even number counts as the next odd one, as in rDNA.

    Raises:
        InputError: These do not go together.
    """

    network_type: NetworkType = "twomode"
    aggregation: Aggregation | Literal[""] = ""
    normalization: Normalization = "no"
    duplicates: Duplicates = "include"
    variable: Variable = "actor"
    isolates: bool = False
    window: int = 0

    def __post_init__(self) -> None:
        if self.network_type not in AGGREGATIONS:
            raise InputError(f"there is no network {self.network_type!r}; there are {', '.join(AGGREGATIONS)}")
        for name, allowed in (
            ("aggregation", ("", *AGGREGATIONS[self.network_type])),
            ("normalization", NORMALIZATIONS[self.network_type]),
            ("duplicates", get_args(Duplicates)),
            ("variable", get_args(Variable)),
        ):
            if (value := getattr(self, name)) not in allowed:
                words = ", ".join(filter(None, allowed))
                raise InputError(f"the {name} {value!r} does not fit a {self.network_type} network; it may be {words}")
        if self.aggregation == "combine" and self.normalization != "no":
            raise InputError("the numbers of combine are names of sides; a normalization of them means nothing")
        if self.window < 0:
            raise InputError(f"a time window of {self.window} days does not exist")

    @property
    def chosen(self) -> str:
        """The aggregation, none being the first."""
        return self.aggregation or AGGREGATIONS[self.network_type][0]
