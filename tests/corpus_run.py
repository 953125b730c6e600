"""A run's folder over articles that are made up: three sources over two years, by the tables' schemas.

As a program it writes one of any size: python tests/corpus_run.py DIR [ARTICLES] [ACTORS]
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from newstance.service.corpus.shards import write_shard
from newstance.service.corpus.stored import HEADER
from newstance.service.corpus.tables import TABLES, Rows

SOURCES = ("Harbour Post", "Evening Ledger", "Morning Voice")
TARGETS = ("the harbour plan", "the cruise ban", "the port tax")
ACTORS = (
    ("Ingrid Solberg", "person"),
    ("Peter Miller", "person"),
    ("Aisha Rahman", "person"),
    ("Port Authority", "body"),
    ("Chamber of Commerce", "body"),
    ("Green Party", "body"),
    ("Norway", "country"),
    ("residents of the old town", "group"),
)
FIRST_DAY = date(2023, 1, 1)
_VERBS = {"favor": "praised", "against": "condemned", "neutral": "spoke about", "mixed": "praised and mocked"}


def article(rows: Rows, number: int, stances: list[tuple[str, str, str, str, float]], **fields: Any) -> str:
    """Add an article and what it shows: (actor, kind, target, display, probability) each. Gives its key."""
    title = fields.get("title", f"Article {number}")
    key = hashlib.sha256(f"{number} {title}".encode()).hexdigest()[:16]
    text = ""
    for actor, kind, target, display, probability in stances:
        sentence = f"{actor} {_VERBS[display]} {target}."
        start = len(text) + (1 if text else 0)
        text = f"{text} {sentence}".strip()
        label = "favor" if display == "mixed" else display
        told = {"article": key, "actor": actor, "target": target, "label": label, "probability": probability}
        rest = (1 - probability) / 2
        each = {side: probability if side == label else rest for side in ("favor", "against", "neutral")}
        rows["stances"].append(told | each | {"kind": kind, "display": display, "note": ""})
        if label != "neutral":
            where = {"start": start, "end": start + len(sentence), "text": sentence, "truncated": False}
            rows["evidence"].append(told | where | {"rank": 0, "voice": "reported act"})
    for actor, kind in {(actor, kind): None for actor, kind, *_ in stances}:
        rows["actors"].append(
            {"article": key, "actor": actor, "kind": kind, "aliases": [], "mentions": 1, "weight": 0.1}
            | {"starts": [text.find(actor)], "ends": [text.find(actor) + len(actor)]}
        )
    made = {"article": key, "id": "", "title": title, "source": "", "date": None, "author": "", "url": ""}
    rows["articles"].append(
        made | {"language": "en", "text": text, "notes": [], "place": f"made.jsonl:{number + 1}"} | fields
    )
    return key


def empty() -> Rows:
    """No rows, of each table."""
    return {name: [] for name in TABLES}


def harbour(articles: int = 300, per_shard: int = 50, actors: int = len(ACTORS), seed: int = 1) -> Iterator[Rows]:
    """Shards of articles whose sources differ, and whose actors turn in time; some lack a date, or a source."""
    chance = random.Random(seed)
    known = [*ACTORS, *((f"Member {i} of the council", "person") for i in range(actors - len(ACTORS)))]
    rows = empty()
    for number in range(articles):
        source = number % 3
        day = FIRST_DAY + timedelta(days=chance.randrange(730))
        months = (day - FIRST_DAY).days / 30
        stances = []
        for actor in chance.sample(range(len(known)), min(6, len(known))):
            for target in chance.sample(range(3), 3 if actors > len(ACTORS) else 2):
                # Half of the actors are against; one of four turns in time, and each source tells it its own way.
                leaning = (0.72 if actor % 2 else 0.3) + 0.12 * (1 - source)
                if actor % 4 == 0:
                    leaning += 0.03 * (months - 12)
                if target == 1:
                    leaning = 1 - leaning
                drawn = chance.random()
                display = "neutral" if drawn < 0.3 else "mixed" if drawn < 0.34 else ""
                display = display or ("favor" if chance.random() < leaning else "against")
                stances.append((*known[actor], TARGETS[target], display, round(chance.uniform(0.5, 0.99), 3)))
        fields = {"source": SOURCES[source], "date": day, "url": f"https://news.example/{number}"}
        if number % 37 == 5:
            fields["date"] = None
        if number % 53 == 7:
            fields["source"] = ""
        article(rows, number, stances, title=f"Harbour news {number}", **fields)
        if len(rows["articles"]) == per_shard:
            yield rows
            rows = empty()
    if rows["articles"]:
        yield rows


def write(folder: Path, shards: Iterator[Rows] | list[Rows]) -> Path:
    """Write a run's folder."""
    for number, rows in enumerate(shards):
        write_shard(folder, number, rows)
    (folder / HEADER).write_text(json.dumps({"profile": "embedded"}))
    return folder


if __name__ == "__main__":
    wanted = [int(number) for number in sys.argv[2:]]
    write(Path(sys.argv[1]), harbour(wanted[0] if wanted else 300, 2000, wanted[1] if len(wanted) > 1 else len(ACTORS)))
