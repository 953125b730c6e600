"""Pair classifiers on the same weights and the same questions: newstance's beside others, on one core and on all."""

from __future__ import annotations

import gc
from collections.abc import Sequence

from newstance.models.pairs import limit_cores, usable_cores
from newstance.models.stance import StanceQuery

from .alone import memory_of
from .bench import Bench
from .contestants import CONTESTANTS, OURS, REFERENCE, ZERO_SHOT, Given, ready
from .sheets import Sheet, Spread, Value
from .texts import dealt
from .timing import in_turn, megabytes, ratios

TIMES = "newstance is so many times as fast"
_NOTE = """\
Each repetition asks another share of {number} questions, windows and sentences, and on one core of half of them; all
roads the same ones, in turn. The zero-shot pipeline is asked every fourth of them, three hypotheses each, and its
labels are another matter. onnxruntime and OpenVINO run directly, in sorted batches of 32 as sentence-transformers'
CrossEncoder would have them: its backends need optimum-onnx and optimum-intel, which do not go with transformers
{transformers}. OpenVINO computes float32 weights in bfloat16 where the processor has it; its int8 scales are fitted on
these questions. Memory: the most that a process held which loaded the road alone."""


def measure(bench: Bench) -> list[Sheet]:
    """A table for one core, and one for all of them."""
    from transformers import __version__

    note = " ".join(_NOTE.format(number=len(bench.questions), transformers=__version__).split())
    cores = usable_cores()
    sheets: list[Sheet] = []
    for threads in dict.fromkeys((cores, 1)):
        bench.tell(f"pair classifiers on {threads} of {cores} cores")
        rows = _compared(bench, Given(bench.source, bench.forms, threads), with_memory=not sheets)
        title = f"Pair classifiers, {'one core' if threads == 1 else f'{threads} cores'}"
        sheets.append(Sheet(title, rows, "" if sheets else note))
    limit_cores(cores)
    return sheets


def _compared(bench: Bench, given: Given, with_memory: bool) -> list[dict[str, Value]]:
    gc.collect()  # what was loaded for another number of cores is loaded anew
    hands = dealt(bench.questions, bench.repetitions)
    if not with_memory:  # the second table, which would take twice as long
        hands = [hand[::2] for hand in hands]
    there = [key for key, contestant in CONTESTANTS.items() if not contestant.lacking]
    roads = {key: ready(key, given) for key in there}
    labels: dict[str, list[str]] = {key: [] for key in there}

    def ask(key: str, repetition: int) -> None:
        labels[key] += roads[key](_asked(key, hands[repetition]))

    for road in roads.values():
        road(hands[0][:2])  # what is made when it is first needed
    taken = in_turn(there, ask, bench.repetitions)
    asked = {key: [len(_asked(key, hand)) for hand in hands] for key in there}
    rates = {key: ratios(asked[key], taken[key]) for key in there}
    rows: list[dict[str, Value]] = []
    for key, contestant in CONTESTANTS.items():
        row: dict[str, Value] = {"road": contestant.name}
        if key not in rates:
            rows.append(row | {"pairs/s": contestant.lacking})
            continue
        row["pairs/s"] = Spread.of(rates[key])
        row[TIMES] = None if key == OURS else Spread.of(ratios(rates[OURS], rates[key]))
        row["same label as float32"] = _same(labels[key], labels.get(REFERENCE, []))
        if with_memory:
            bench.tell(f"memory of {contestant.name}")
            row["memory, MB"] = megabytes(memory_of(key, given, hands[0]))
        rows.append(row)
    return rows


def _asked(key: str, hand: Sequence[StanceQuery]) -> Sequence[StanceQuery]:
    # From the middle of each four: neither its shortest nor its longest.
    return hand[min(2, len(hand) - 1) :: 4] if key == ZERO_SHOT else hand


def _same(labels: Sequence[str], others: Sequence[str]) -> float | None:
    if not labels or not others:
        return None
    return sum(one == other for one, other in zip(labels, others, strict=True)) / len(labels)
