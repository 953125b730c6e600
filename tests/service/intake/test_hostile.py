"""Files that are made to hurt are read or refused within bounds, and nobody else waits for them."""

import re
import tempfile
import threading
import time
from pathlib import Path

import hostile
import psutil
import pytest

from newstance.models.errors import FetchError, NewstanceError
from newstance.service import Article
from newstance.service.intake import fetch as fetching
from newstance.service.intake import workers
from newstance.service.intake.fetch import Page
from newstance.service.intake.workers import MEMORY, Workers

pytestmark = pytest.mark.alone

SECONDS = 3  # given here to each file, so that those that use up their time do not take the tests' time
MOST_SECONDS = 10  # whatever a file holds, on a busy machine, too
MOST_MEMORY = 300_000_000  # bytes above what process and workers take when idle
# What is told without asking a parser, or by a bound of the parser itself; others are read, or run into the bounds of
# time and memory.
TOLD = {
    "docx of empty paragraphs": "more than 100,000 elements",
    "docx with a run of 95 MB": "unpacks to more than 20 MB without its pictures",
    "docx with a run of 18 MB": "more than 2,000,000 characters|takes longer",
    "docx nested 100,000 deep": "nested too deeply",
    "docx with entities in entities": "no whole .docx file",
    "docx with one long entity, often": "no whole .docx file",
    "docx with a huge table": "more than 100,000 elements",
    "docx with tables in tables": "nested too deeply",
    "docx of 60,000 parts": "more than 2,000 parts",
    "docx whose archive tells a small size": "no whole .docx file|takes more than",
    "pdf packed to one in a million": "holds more than the pages of an article do",
    "pdf whose page tree is 20,000 deep": "holds more than the pages of an article do",
    "pdf whose font maps all characters, often": "holds more than the pages of an article do",
    "pdf with arrays 100,000 deep": "nested too deeply",
    "page of links, 3.4 MB": "more than 100,000 tags",
    "page nested 100,000 deep": "more than 100,000 tags",
    "page of a million paragraphs": "more than 100,000 tags",
    "page of less-than signs": "more than 100,000 tags",
    "md of a heading of blanks": "the article is empty",
    "txt of 95 MB": "more than 5 MB; give the article alone",
    "txt in UTF-16 without its mark": "is not UTF-8 text",
    "txt in UTF-32": "is not UTF-8 text",
}
REMEDY = re.compile("paste the article's text|give the article alone|give the text of|convert it|try again|save it|OCR")


@pytest.fixture(scope="module")
def bounded():
    made = Workers(seconds=SECONDS)
    yield made
    made.close()


@pytest.fixture
def idle(bounded, monkeypatch):
    """Workers as they are before the first file, each ready."""
    monkeypatch.setattr(workers, "_shared", bounded)
    for worker in list(bounded._all - set(bounded._idle[:1])):
        bounded._end(worker)
    bounded.start()
    bounded._idle[0].wait_until_ready()
    return bounded


class Watch:
    """The most memory that this process and its workers take together, above what they take at the beginning."""

    def __init__(self, of):
        self._of = of
        self._over = threading.Event()
        self._begin = self._now()
        self.peak = 0
        self._thread = threading.Thread(target=self._look)

    def _now(self):
        return psutil.Process().memory_info().rss + sum(worker.memory() for worker in list(self._of._all))

    def _look(self):
        while not self._over.is_set():
            self.peak = max(self.peak, self._now() - self._begin)
            time.sleep(0.01)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


@pytest.mark.parametrize("name", hostile.MADE)
def test_hostile_file_is_read_or_refused_within_bounds(name, tmp_path, idle):
    suffix, content = hostile.MADE[name]()
    file = tmp_path / f"a{suffix}"
    file.write_bytes(content)
    del content
    with Watch(idle) as watch:
        start = time.monotonic()
        try:
            told = f"read: {Article.from_file(file).text[:100]}"
        except NewstanceError as error:
            told = str(error)
            assert REMEDY.search(told), told
        seconds = time.monotonic() - start
    assert seconds < MOST_SECONDS, told
    assert watch.peak < MOST_MEMORY, told
    assert re.search(TOLD.get(name, ""), told), told


@pytest.mark.parametrize("name", [name for name in hostile.MADE if name.startswith("page ")])
def test_hostile_page_is_no_better_off_at_an_address(name, idle, monkeypatch):
    content = hostile.MADE[name]()[1].decode()
    monkeypatch.setattr(fetching, "fetch", lambda url, permit: Page(url, content, html=True))
    with Watch(idle) as watch:
        start = time.monotonic()
        try:
            told = f"read: {Article.from_url('https://news.example/a').text[:100]}"
        except FetchError as error:
            told = str(error)
            assert REMEDY.search(told), told
        seconds = time.monotonic() - start
    assert seconds < MOST_SECONDS, told
    assert watch.peak < MOST_MEMORY, told
    assert re.search(TOLD.get(name, ""), told), told


def test_others_do_not_wait_for_a_hostile_file(tmp_path, monkeypatch):
    mine = Workers()
    monkeypatch.setattr(workers, "_shared", mine)
    mine.start(idle=2)  # as a server does
    for worker in mine._idle:
        worker.wait_until_ready()
    files = {"a.html": hostile.page("").encode(), "a.docx": hostile.docx(hostile.paragraph(hostile.SENTENCE))}
    files["hostile.html"] = hostile.MADE["page with a tag of 500,000 attributes"]()[1]
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    told = []

    def read_hostile():
        start = time.monotonic()
        with pytest.raises(NewstanceError, match="takes longer than 8 s to be read; paste the article's text"):
            Article.from_file(tmp_path / "hostile.html")
        told.append(time.monotonic() - start)

    thread = threading.Thread(target=read_hostile)
    thread.start()
    try:
        time.sleep(0.2)
        for name in ("a.html", "a.docx", "a.html", "a.docx"):
            start = time.monotonic()
            assert hostile.SENTENCE.strip() in Article.from_file(tmp_path / name).text
            assert time.monotonic() - start < 2
        assert thread.is_alive()
    finally:
        thread.join()
        mine.close()
    assert told[0] < 10


def test_bounds_are_what_is_promised():
    assert workers.SECONDS < 10
    assert workers._ADDRESS_SPACE < MOST_MEMORY
    assert MEMORY < 0.5 * MOST_MEMORY  # beside it, the next worker is made ready


def table():
    """Print what becomes of each file under the bounds as they are: ``PYTHONPATH=tests python FILE``."""
    mine = workers.shared()
    with tempfile.TemporaryDirectory() as folder:
        for name, make in hostile.MADE.items():
            suffix, content = make()
            (file := Path(folder) / f"a{suffix}").write_bytes(content)
            size = len(content)
            del content
            mine.start()
            for worker in list(mine._idle):
                worker.wait_until_ready()
            with Watch(mine) as watch:
                start = time.monotonic()
                try:
                    told = f"read, {len(Article.from_file(file).text):,} characters"
                except NewstanceError as error:
                    told = str(error).replace(f"{folder}/", "")
                seconds = time.monotonic() - start
            print(f"{name} | {size / 1000:,.0f} kB | {seconds:.1f} s | {watch.peak / 1e6:.0f} MB | {told}", flush=True)


if __name__ == "__main__":
    table()
