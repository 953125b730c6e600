"""Texts made to take long: ``python -m newstance.eval.hostile`` reads them and prints how time grows with length.

The slope is that of the logarithms of time and length: 1 is linear, 2 is quadratic.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from string import ascii_lowercase

from newstance.models import Annotator
from newstance.models.errors import InputError
from newstance.service import Article, Profile
from newstance.service.reading.actors import find_actors
from newstance.service.reading.quotations import find_quotations

from .speed.timing import exponent

SIZES = (1_000, 10_000, 100_000)  # characters
# What each repeats: names, quotations, pronouns, phrases, marks and lines without end.
_REPEATED = {
    "one name": "Kim ",
    "said that": "Kim said that Putin said that ",
    "and": "Kim and Putin and ",
    "quotation marks": '"',
    "spaced marks": '" ',
    "open quotations": '"Kim said ',
    "single quotations": "'Kim said ",
    "closers": "»a ",
    "possessives": "'s ",
    "apostrophes": "‘a s' b ",
    "he": "he ",
    "she said she": "Ms Kim left. She said she ",
    "his leader's": "his leader's ",
    "according to": "according to Kim ",
    "headlines": "Putin: we will win now\n",
    "colons": "Kim: ",
    "acronyms": "Law and Justice of the Union ",
    "prime ministers": "Prime Minister ",
    "the committee": "The town committee of Harwick said so. The committee met. ",
    "the two men": "Mr Kim met Mr Putin. The two men left. ",
    "brackets": "(",
    "long word": "Ab",
    "hyphens": "a-",
    "emoji": "😀",
    "accents": "\u0301",
    "lines": "Kim\n",
    "full stops": ". ",
}


def _different(sentence: str, size: int) -> str:
    """Sentences that each name somebody else."""
    names: Iterator[str] = ("".join(letters).title() for letters in product(ascii_lowercase, repeat=3))
    return " ".join(sentence.format(name) for name, _ in zip(names, range(size // len(sentence)), strict=False))


def hostile_texts(size: int) -> Mapping[str, str]:
    """Texts of a length, by shape; each has a word in it, and a little more than what it repeats.

    Args:
        size: In characters.
    """
    texts = {shape: (unit * (size // len(unit) + 1))[: size - 9] + " Kim won." for shape, unit in _REPEATED.items()}
    texts["many people"] = _different("Bob {} won.", size)
    texts["many bodies"] = _different("The {} Committee met the committee.", size)
    texts["many plans"] = _different("They reject the plan {}.", size)
    return texts


@dataclass(frozen=True)
class Took:
    """How long a text took.

    Attributes:
        parsing: Seconds of the annotator, or until the text was refused.
        rules: Seconds of actors and quotations.
        refused: Why it was not read; "" if it was.
    """

    parsing: float
    rules: float = 0.0
    refused: str = ""

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.parsing + self.rules


def took(text: str, annotator: Annotator, tokens: int, clock: Callable[[], float] = time.perf_counter) -> Took:
    """Read a text by the clock.

    Args:
        text: The text.
        annotator: Parses it.
        tokens: How many words and marks are taken.
        clock: In seconds.
    """
    article = Article.from_text(text)
    start = clock()
    try:
        doc = annotator.annotate(article.text, tokens)
    except InputError as error:
        return Took(clock() - start, refused=str(error))
    parsed = clock()
    find_quotations(doc, find_actors(doc))
    return Took(parsed - start, clock() - parsed)


def slope(seconds: Mapping[int, float]) -> float:
    """The exponent of growth over the sizes; see ``exponent``."""
    return exponent(list(seconds), list(seconds.values()))


def main(profile: str = "embedded") -> int:
    """Print the times; returns 1 if one is read in more than 10 seconds, or refused in more than 1, else 0."""
    from rich.console import Console
    from rich.table import Table

    chosen = Profile.load(profile)
    annotator = Annotator.load(chosen.annotator)
    annotator.annotate("Kim said so.")
    results: dict[str, dict[int, Took]] = {}
    for size in SIZES:
        for shape, text in hostile_texts(size).items():
            results.setdefault(shape, {})[size] = took(text, annotator, chosen.limits.most_tokens)
    table = Table("shape", *(f"{size:,}" for size in SIZES), "slope", "of the rules alone", title="seconds to read")
    for shape, by_size in results.items():
        read = {size: one for size, one in by_size.items() if not one.refused}
        slopes = ["", ""]
        if len(read) > 1:
            totals, rules = ({size: part(one) for size, one in read.items()} for part in (_seconds, _rules))
            slopes = [f"{slope(totals):.2f}", f"{slope(rules):.2f}"]
        table.add_row(shape, *map(_told, by_size.values()), *slopes)
    Console().print(table)
    late = [shape for shape, by_size in results.items() for one in by_size.values() if is_late(one)]
    return int(bool(late))


def is_late(one: Took) -> bool:
    """Whether a text took longer than any may."""
    return one.seconds > (1 if one.refused else 10)


def _seconds(one: Took) -> float:
    return one.seconds


def _rules(one: Took) -> float:
    return one.rules


def _told(one: Took) -> str:
    return f"refused, {one.parsing:.2f}" if one.refused else f"{one.seconds:.2f}"


if __name__ == "__main__":
    raise SystemExit(main())
