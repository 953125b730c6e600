"""How the time of an analysis grows: with its words, its actors, its targets, and the number of articles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from newstance.service import Analyzer, Article, Profile

from .bench import Bench
from .sheets import Sheet, Spread, Value
from .texts import joined
from .timing import exponent, in_turn

SIZES: Mapping[str, Sequence[int]] = {
    "words": (200, 400, 800, 1600, 3000),
    "actors": (1, 2, 4, 8, 12),
    "targets": (1, 2, 4, 8),
    "articles": (1, 2, 4, 8),
}
# What is held while another grows.
WORDS, ACTORS, TARGETS = 800, 2, 2
POINTS, SLOPES = "Growth: measured", "Growth: exponents"


def measure(bench: Bench) -> list[Sheet]:
    """The exponents, and the points that they are fitted to."""
    analyzer = bench.analyzer()
    slopes: list[dict[str, Value]] = []
    points: list[dict[str, Value]] = []
    for grows, sizes in SIZES.items():
        bench.tell(f"growth with {grows}")
        call = _call(grows, analyzer)
        taken = in_turn(sizes, lambda size, _, call=call: call(size), bench.repetitions)  # type: ignore[misc]
        by_repetition = list(zip(*(taken[size] for size in sizes), strict=True))
        slopes.append(
            {
                "grows": grows,
                "from": sizes[0],
                "to": sizes[-1],
                "exponent": Spread.of([exponent(sizes, seconds) for seconds in by_repetition]),
                "the largest takes so many times as long": Spread.of([one[-1] / one[0] for one in by_repetition]),
            }
        )
        points += [{"grows": grows, "to": size, "s": Spread.of(taken[size])} for size in sizes]
    note = (
        "1 is linear, 2 quadratic; least squares of the logarithms. While another grows there are "
        f"{WORDS} words, {ACTORS} actors and {TARGETS} targets; articles have {SIZES['words'][0]} words each. "
        "Reading is part of the time."
    )
    return [Sheet(SLOPES, slopes, note), Sheet(POINTS, points)]


def draw(sheet: Sheet, file: Path) -> None:
    """The points as a picture, by the ending of the file's name; both axes are logarithmic."""
    # The object interface: pyplot would choose a window system and keep every figure alive.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="tight")
    for axes, grows in zip(figure.subplots(2, 2).flat, SIZES, strict=True):
        rows = [row for row in sheet.rows if row["grows"] == grows]
        sizes, spreads = [row["to"] for row in rows], [cast(Spread, row["s"]) for row in rows]
        middle = [spread.median for spread in spreads]
        ends = [(spread.median - spread.low, spread.high - spread.median) for spread in spreads]
        axes.errorbar(sizes, middle, yerr=list(zip(*ends, strict=True)), marker="o", color="#2264c7", capsize=3)
        axes.set(xscale="log", yscale="log", xlabel=grows, ylabel="seconds")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)


def _call(grows: str, analyzer: Analyzer) -> Callable[[int], Any]:
    """What is done at a size of what grows."""
    if grows == "articles":
        article, profile = joined(SIZES["words"][0]), analyzer.profile
        few = Analyzer(limited(profile, ACTORS, TARGETS), analyzer.annotator, analyzer.classifier)
        return lambda size: list(few.analyze_many([article] * size, summarize=False))
    if grows == "words":
        return lambda size: _asked(analyzer, joined(size), ACTORS, TARGETS)
    article = joined(WORDS)
    if grows == "actors":
        return lambda size: _asked(analyzer, article, size, TARGETS)
    return lambda size: _asked(analyzer, article, ACTORS, size)


def _asked(analyzer: Analyzer, article: Article, actors: int, targets: int) -> Any:
    profile = limited(analyzer.profile, actors, targets)
    return Analyzer(profile, analyzer.annotator, analyzer.classifier).analyze(article, summarize=False)


def limited(profile: Profile, actors: int, targets: int) -> Profile:
    """A profile that takes so many actors, and proposes so many targets."""
    return profile.model_copy(
        update={"limits": profile.limits.model_copy(update={"actors": actors, "targets": targets})}
    )
