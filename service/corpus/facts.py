"""A run's stances as one small table in memory, read from the shards that are done.

What counting needs is held as numbers; titles, addresses and sentences stay in the run's files until they are shown.
"""

from __future__ import annotations

import glob
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from newstance.configs.extras import lacking
from newstance.models.errors import InputError

from .actor_table import ActorTable
from .stored import Run

try:
    import duckdb
except ImportError as error:
    raise lacking("the corpus view needs more packages", "corpus") from error

MEMORY = "2GB"  # a million statements take about a tenth of it
THREADS = 2
ACTORS = "actors.csv"
_READ = ("articles", "stances", "evidence")

_LAYOUT = """
CREATE TYPE side AS ENUM ('favor', 'against', 'mixed', 'neutral');
CREATE SEQUENCE numbers MINVALUE 0 START 0;
CREATE TABLE actors (no INTEGER DEFAULT nextval('numbers'), name VARCHAR);
CREATE TABLE targets (no INTEGER DEFAULT nextval('numbers'), name VARCHAR);
CREATE TABLE sources (no INTEGER DEFAULT nextval('numbers'), name VARCHAR);
CREATE TABLE kinds (no INTEGER DEFAULT nextval('numbers'), name VARCHAR);
CREATE TABLE joined (name VARCHAR, canonical VARCHAR, kind VARCHAR);
CREATE TABLE articles (
    no INTEGER DEFAULT nextval('numbers'), article VARCHAR, shard INTEGER, source INTEGER, date DATE);
CREATE TABLE facts (
    article INTEGER, actor INTEGER, named INTEGER, target INTEGER, kind INTEGER, source INTEGER, date DATE,
    month INTEGER, display side, probability DOUBLE);
"""
# A column that is missing or of another type fails here, and the shard is told of.
_TAKE = (
    """CREATE OR REPLACE TEMP TABLE new_articles AS
    SELECT article, any_value(trim(coalesce(source, ''))) AS source, any_value(date::DATE) AS date,
        min(regexp_extract(filename, '(\\d+)\\.parquet$', 1)::INTEGER) AS shard
    FROM read_parquet($articles, filename = true) WHERE article NOT IN (SELECT article FROM articles)
    GROUP BY article""",
    """CREATE OR REPLACE TEMP TABLE new_stances AS
    SELECT t.article, coalesce(t.actor, '') AS named, coalesce(j.canonical, t.actor, '') AS actor,
        coalesce(t.target, '') AS target, coalesce(nullif(j.kind, ''), t.kind, '') AS kind,
        t.display::side AS display, t.probability::DOUBLE AS probability
    FROM read_parquet($stances, filename = true) t
        JOIN new_articles n ON n.article = t.article
        AND n.shard = regexp_extract(t.filename, '(\\d+)\\.parquet$', 1)::INTEGER
        LEFT JOIN joined j ON j.name = t.actor""",
    "INSERT INTO sources (name) SELECT DISTINCT source FROM new_articles EXCEPT SELECT name FROM sources",
    "INSERT INTO actors (name) (SELECT actor FROM new_stances UNION SELECT named FROM new_stances) "
    "EXCEPT SELECT name FROM actors",
    "INSERT INTO targets (name) SELECT DISTINCT target FROM new_stances EXCEPT SELECT name FROM targets",
    "INSERT INTO kinds (name) SELECT DISTINCT kind FROM new_stances EXCEPT SELECT name FROM kinds",
    """INSERT INTO articles (article, shard, source, date)
    SELECT n.article, n.shard, s.no, n.date FROM new_articles n JOIN sources s ON s.name = n.source""",
    """INSERT INTO facts
    SELECT a.no, actor.no, named.no, target.no, kind.no, a.source, a.date, year(a.date) * 12 + month(a.date) - 1,
        n.display, n.probability
    FROM new_stances n JOIN articles a USING (article) JOIN actors actor ON actor.name = n.actor
        JOIN actors named ON named.name = n.named JOIN targets target ON target.name = n.target
        JOIN kinds kind ON kind.name = n.kind""",
)
_NAMED = (
    "SELECT DISTINCT actor::VARCHAR FROM read_parquet($stances) WHERE actor IS NOT NULL EXCEPT SELECT name FROM joined"
)
_JOIN = "INSERT INTO joined SELECT unnest($names::VARCHAR[]), unnest($canonical::VARCHAR[]), unnest($kinds::VARCHAR[])"
_COUNTED = "SELECT (SELECT count(*) FROM read_parquet($stances)), (SELECT count(*) FROM new_stances)"


class Facts:
    """A run's stances in memory.

    Only shards with a marker in ``done`` are read. What cannot be read is left out and told of in ``problems``.

    Args:
        folder: The run's folder.

    Attributes:
        folder: Where the run lies, all links followed.
        run: What ``run.json`` says; {} if it cannot be read.
        shards: How many shards were read.
        problems: What could not be read, in words, and what else a reader should know.

    Raises:
        InputError: The folder is no run, or its ``actors.csv`` cannot be used.
    """

    def __init__(self, folder: str | Path) -> None:
        self._stored = Run(Path(folder).resolve())
        self.folder = self._stored.folder
        self.problems: list[str] = []
        self.run = self._header()
        self.shards = 0
        self._homeless = 0
        self._lock = threading.Lock()
        self._connection = duckdb.connect(
            config={
                "threads": THREADS,
                "memory_limit": MEMORY,
                "temp_directory": "",  # nothing is written to disk
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        # A path as it is asked for, see ``file``, and as DuckDB finds it.
        folders = [f"{self.folder}/", f"{glob.escape(str(self.folder))}/"]
        self._connection.execute("SET allowed_directories = $folders", {"folders": folders})
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute(_LAYOUT)
        # Locked last: from here on, no statement can open what is closed.
        self._connection.execute("SET lock_configuration = true")
        self._table = self._actors()
        self._load()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same tables, for one thread."""
        with self._lock:
            return self._connection.cursor()

    def file(self, table: str, shard: int) -> str:
        """The path of a table of a shard, as DuckDB takes it: as a pattern."""
        return glob.escape(str(self._stored.file(table, shard)))

    def _header(self) -> dict[str, Any]:
        try:
            return self._stored.header
        except InputError as error:
            self.problems.append(str(error).replace(f"{self.folder}/", ""))
            return {}

    def _actors(self) -> ActorTable | None:
        file = self.folder / ACTORS
        if not file.exists():
            return None
        if not file.resolve().is_relative_to(self.folder):
            self.problems.append(f"{ACTORS} is left out: a link leads out of the folder")
            return None
        return ActorTable.load(file)

    def _join_actors(self, table: ActorTable, stances: Sequence[str]) -> None:
        """Say of the actors of some shards whom the table means by them."""
        found = self._connection.execute(_NAMED, {"stances": stances}).fetchall()
        rows = [(name, table.canonical(name), table.kind(name)) for (name,) in found]
        names, canonical, kinds = ([row[i] for row in rows] for i in range(3))
        self._connection.execute(_JOIN, {"names": names, "canonical": canonical, "kinds": kinds})

    def _load(self) -> None:
        done = set(self._stored.shards())
        if waiting := self._waiting(done):
            self.problems.append(
                f"{waiting} of {waiting + len(done)} shards are not done: the run goes on, or was stopped; "
                "read it again later"
            )
        led_out = {shard for shard in done if any(self._leads_out(table, shard) for table in _READ)}
        self.problems += [f"shard {shard:06} is left out: a link leads out of the folder" for shard in sorted(led_out)]
        self._take(sorted(done - led_out))
        if self._homeless:
            self.problems.append(
                f"{self._homeless:,} answers are left out: their shard has no such article, or another has it, too"
            )

    def _waiting(self, done: set[int]) -> int:
        """How many shards are not done, by the run's header; if that does not say it, of those that have a file."""
        counts, size = self.run.get("counts"), self.run.get("shard")
        records = counts.get("records") if isinstance(counts, dict) else None
        if isinstance(records, int) and isinstance(size, int) and size > 0:
            return max(0, -(-records // size) - len(done))
        return len({path.stem for path in (self.folder / "articles").glob("*.parquet")} - {f"{one:06}" for one in done})

    def _leads_out(self, table: str, shard: int) -> bool:
        return not self._stored.file(table, shard).resolve().is_relative_to(self.folder)

    def _take(self, shards: Sequence[int]) -> None:
        """Read shards together; where that fails, each half alone, until the damaged ones are found."""
        if not shards:
            return
        files = {table: [self.file(table, shard) for shard in shards] for table in ("articles", "stances")}
        self._connection.execute("BEGIN")
        try:
            if self._table is not None:
                self._join_actors(self._table, files["stances"])
            for statement in _TAKE:
                names = [name for name in files if f"${name}" in statement]
                self._connection.execute(statement, {name: files[name] for name in names})
            of, taken = self._connection.execute(_COUNTED, {"stances": files["stances"]}).fetchone() or (0, 0)
            self._connection.execute("COMMIT")
            self._homeless += of - taken
            self.shards += len(shards)
        except duckdb.OutOfMemoryException as error:
            self._connection.execute("ROLLBACK")
            raise InputError(f"the run is too large to be held in {MEMORY} of memory; view a part of it") from error
        except duckdb.Error as error:
            self._connection.execute("ROLLBACK")
            if len(shards) == 1:
                self.problems.append(f"shard {shards[0]:06} cannot be read and is left out: {self.told(error)}")
                return
            half = len(shards) // 2
            self._take(shards[:half])
            self._take(shards[half:])

    def told(self, error: duckdb.Error) -> str:
        """What DuckDB says, without the folder, which is nobody's business."""
        said = _first_line(error)
        for folder in (str(self.folder), glob.escape(str(self.folder))):
            said = said.replace(f"{folder}/", "")
        return said


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().partition("\n")[0][:300]
