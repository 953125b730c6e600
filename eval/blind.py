"""Summaries to be judged by a reader who does not know whose they are: ``python -m newstance.eval.blind draw|count``.

``draw`` takes articles of a set by lot and writes for each what the profile delivers, what its model writes without
adapter and check, and the article's first sentences, in an order by lot; a second file says whose each is. ``count``
holds the reader's verdicts against that file: how many sentences of each are false, and whose summary was liked better.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from newstance.models.errors import InputError
from newstance.service.arguments import positive

LETTERS = "ABC"
DELIVERED, PLAIN, LEAD = "delivered", "model alone", "first sentences"
VERDICTS = ("true", "false", "unclear", "beside the point")


@dataclass
class Tally:
    """What a reader said of the summaries of one origin.

    Attributes:
        verdicts: How often each was given to a sentence.
        liked: How often its summary was put before that of another origin, by that origin.
        summaries: How many were judged.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    liked: Counter[str] = field(default_factory=Counter)
    summaries: int = 0

    @property
    def sentences(self) -> int:
        """How many were judged."""
        return self.verdicts.total()


def draw(texts: Mapping[str, str], number: int, seed: int, profile: str) -> Iterable[tuple[dict[str, Any], list[str]]]:
    """Summaries of articles drawn by lot: a line for the reader, and whose A, B and C are.

    Args:
        texts: The articles, by their names.
        number: How many are drawn.
        seed: Of the lot.
        profile: Whose summaries are judged.
    """
    from newstance.models.summarizer import SummarizerSettings, load_summarizer
    from newstance.service import Analyzer, Article

    lot = Random(seed)
    analyzer = Analyzer.from_profile(profile)
    settings = analyzer.profile.summarizer
    plain = load_summarizer(settings.model_copy(update={"adapter": None}))
    lead = load_summarizer(SummarizerSettings(kind="lead", sentences=settings.sentences))
    for name in lot.sample(sorted(texts), min(number, len(texts))):
        delivered = analyzer.summarize(Article.from_text(texts[name]))
        written = {
            DELIVERED: [one.text for one in delivered.sentences],
            PLAIN: plain.summarize(texts[name]).sentences,
            LEAD: lead.summarize(texts[name]).sentences,
        }
        origins = lot.sample(list(written), len(written))
        summaries = {letter: list(written[origin]) for letter, origin in zip(LETTERS, origins, strict=True)}
        yield {"id": name, "article": texts[name], **summaries}, origins


def count(judged: Iterable[Mapping[str, Any]], key: Mapping[str, Sequence[str]]) -> dict[str, Tally]:
    """What a reader's verdicts say of each origin.

    Args:
        judged: Of each article ``id``, under each letter a verdict for each sentence, and ``order``: the letters, the
            best first.
        key: Of each article whose the letters are.

    Raises:
        InputError: A verdict is not one of ``VERDICTS``, an article was not drawn, or an order lacks a letter.
    """
    tallies = {origin: Tally() for origin in (DELIVERED, PLAIN, LEAD)}
    for line in judged:
        if (name := str(line.get("id"))) not in key:
            raise InputError(f"{name!r} was not drawn; the verdicts belong to another draw")
        origin_of = dict(zip(LETTERS, key[name], strict=True))
        for letter, origin in origin_of.items():
            if unknown := set(line.get(letter, [])) - set(VERDICTS):
                raise InputError(
                    f"{name}, {letter}: {min(unknown)!r} is no verdict, which is one of {', '.join(VERDICTS)}"
                )
            tallies[origin].verdicts.update(line.get(letter, []))
            tallies[origin].summaries += 1
        if sorted(order := line.get("order", "")) != list(LETTERS):
            raise InputError(f"{name}: the order {order!r} must hold each of {', '.join(LETTERS)} once, the best first")
        for better, worse in combinations(order, 2):
            tallies[origin_of[better]].liked[origin_of[worse]] += 1
    return tallies


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw or count; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m newstance.eval.blind", description=(__doc__ or "").strip())
    commands = parser.add_subparsers(required=True)
    drawing = commands.add_parser("draw")
    drawing.add_argument("set", help="of articles, as newstance evaluate takes it")
    drawing.add_argument("--data", type=Path, metavar="DIR")
    drawing.add_argument("--number", type=positive, default=30, metavar="N")
    drawing.add_argument("--seed", type=int, default=0)
    drawing.add_argument("--profile", default="embedded", metavar="P")
    drawing.add_argument("--out", type=Path, required=True, metavar="DIR", help="summaries.jsonl and key.json go there")
    drawing.set_defaults(run=_draw)
    counting = commands.add_parser("count")
    counting.add_argument("judged", type=Path, help="JSON lines with verdicts")
    counting.add_argument("key", type=Path, help="the key.json of the draw")
    counting.set_defaults(run=_count)
    chosen = parser.parse_args(arguments)
    chosen.run(chosen)
    return 0


def _draw(chosen: argparse.Namespace) -> None:
    from .labelled import load_set

    texts = {one.group: one.input["text"] for one in load_set(chosen.set, chosen.data).examples}
    chosen.out.mkdir(parents=True, exist_ok=True)
    key = {}
    with (chosen.out / "summaries.jsonl").open("w", encoding="utf-8") as lines:
        for line, origins in draw(texts, chosen.number, chosen.seed, chosen.profile):
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            key[line["id"]] = origins
    (chosen.out / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


def _count(chosen: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.table import Table

    judged = [json.loads(line) for line in chosen.judged.read_text("utf-8").splitlines() if line.strip()]
    tallies = count(judged, json.loads(chosen.key.read_text("utf-8")))
    table = Table("", *tallies)
    table.add_row("sentences", *(str(one.sentences) for one in tallies.values()))
    for verdict in VERDICTS:
        table.add_row(verdict, *(str(one.verdicts[verdict]) for one in tallies.values()))
    for other in tallies:
        liked = (f"{one.liked[other]} of {one.summaries}" if o != other else "" for o, one in tallies.items())
        table.add_row(f"liked better than {other}", *liked)
    Console().print(table)


if __name__ == "__main__":
    raise SystemExit(main())
