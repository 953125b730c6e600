"""Whatever comes in, newstance answers or says in its own words why it does not.

``NEWSTANCE_FUZZ=10000 .venv/bin/pytest -s tests/service/test_fuzz.py`` runs so many inputs and prints what they took.
"""

from __future__ import annotations

import os
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from newstance.eval.hostile import hostile_texts
from newstance.models.errors import NewstanceError
from newstance.service import Article

INPUTS = int(os.environ.get("NEWSTANCE_FUZZ", "60"))
BATCH = 500  # Hypothesis keeps each input of a run in mind, which is memory, too
WARM = 1_000  # inputs after which memory may not grow any more
LONGEST = 10  # seconds

# Texts: of words that rules look for, of hostile shapes, of any characters.
WORDS = ["Kim", "Mr", "Putin", "the", "minister", "of", "said", "that", "he", "they", "committee", "U.S.", "(PiS)"]
WORDS += ['"', "“", "”", "'", "’s", "»", "«", ":", ",", ".", "?", "\n", "\n\n", "two men", "according to", "Law and"]
WORDS += ["praised", "condemned", "war", "plan", "Brussels", "\ud800", "\x00", "\u202e", "😀", "e\u0301", "\u200b"]
anything = st.text(st.characters(codec=None), max_size=200)
prose = st.lists(st.sampled_from(WORDS), max_size=80).map(" ".join)
hostile = st.sampled_from([*hostile_texts(1_000).values()])
texts = st.one_of(prose, prose, anything, hostile)
good_names = st.sampled_from(["Kim", "the plan", "Putin's war", "EU", "the minister of the plan"])
names = st.integers(0, 9).flatmap(lambda n: good_names if n else st.one_of(anything.map(lambda t: t[:40]), prose))

# Files: pages with any tags, documents that are none, any bytes.
TAGS = [
    "<p>",
    "</p>",
    "<article>",
    "<h1>",
    "<table><tr><td>",
    "<script>",
    "<!--",
    "<a href='x'>",
    "&#0;",
    "&#xd800;",
    "<",
]
fragments = st.lists(st.one_of(st.sampled_from(TAGS), prose, anything), max_size=30).map("".join)
TOLD = "Mr Kim said that he condemned the plan of Brussels, and praised the minister of the committee for it. "
BEGUN = f"<html><body><article><h1>Kim condemns the plan</h1><p>{TOLD * 5}</p><p>"
pages = st.tuples(st.sampled_from(["", BEGUN, BEGUN]), fragments).map("".join)
contents = st.one_of(st.binary(max_size=300), pages.map(lambda page: page.encode("utf-8", "surrogatepass")))
suffixes = st.sampled_from([".txt", ".md", ".html", ".docx", ".pdf", ""])
starts = st.sampled_from([b"", b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe"])


@dataclass
class Found:
    """What became of the inputs so far."""

    count: int = 0
    foreign: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    warm: float = 0.0

    def run(self, kind: str, what: object, work) -> None:
        start = time.perf_counter()
        try:
            work()
            self.outcomes[f"{kind}: answered"] += 1
        except NewstanceError as error:
            str(error).encode("utf-8", "backslashreplace")
            self.outcomes[f"{kind}: {type(error).__name__}"] += 1
        except Exception:
            self.foreign.append(f"{kind} {what!r}\n{traceback.format_exc()}")
        self.slowest = max(self.slowest, (time.perf_counter() - start, f"{kind} {what!r}"[:200]))
        self.count += 1
        if self.count == WARM:
            self.warm = resident()

    def __str__(self) -> str:
        lines = [f"{self.count} inputs, {len(self.foreign)} foreign errors"]
        lines += [f"  {number:6} {outcome}" for outcome, number in sorted(self.outcomes.items())]
        lines += [f"slowest: {self.slowest[0]:.2f} s, {self.slowest[1]}"]
        lines += [f"resident memory: {self.warm:.0f} MB after {WARM}, {resident():.0f} MB at the end"]
        return "\n".join(lines)


def resident() -> float:
    """Megabytes of this process."""
    pages_held = int(Path("/proc/self/statm").read_text().split()[1])
    return pages_held * os.sysconf("SC_PAGE_SIZE") / 1e6


def export(analysis) -> None:
    for form in ("json", "markdown", "csv", "html"):
        getattr(analysis, f"to_{form}")().encode()


@pytest.mark.timeout(300 + INPUTS)  # seconds
def test_whatever_comes_in_is_answered_or_refused_in_newstances_own_words(analyzer, tmp_path):
    found = Found()

    @settings(
        max_examples=min(INPUTS, BATCH),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def fuzz(data):
        kind = data.draw(st.sampled_from(["text", "pairs", "page", "file"]))
        targets = data.draw(st.none() | st.lists(names, max_size=3))
        if kind == "text":
            text, title = data.draw(texts), data.draw(names)
            found.run(kind, text, lambda: export(analyzer.analyze(Article.from_text(text, title), targets)))
        elif kind == "pairs":
            text, pairs = data.draw(texts), data.draw(st.lists(st.tuples(names, names), max_size=3))
            found.run(kind, (text, pairs), lambda: analyzer.stances_of(Article.from_text(text), pairs))
        elif kind == "page":
            page = data.draw(pages)
            found.run(kind, page, lambda: export(analyzer.analyze(Article.from_html(page), targets)))
        else:
            content = data.draw(starts) + data.draw(contents)
            file = tmp_path / f"input{data.draw(suffixes)}"
            file.write_bytes(content)
            found.run(
                kind, content, lambda: export(analyzer.analyze(Article.from_file(file), targets, summarize=False))
            )

    for batch in range(-(-INPUTS // BATCH)):
        seed(batch)(fuzz)()
    print(found)
    assert found.count >= INPUTS
    assert not found.foreign, found.foreign[0]
    assert found.slowest[0] < LONGEST, found.slowest
    assert resident() < 1.1 * found.warm or INPUTS < 2 * WARM
