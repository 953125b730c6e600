"""A run's tables are what pandas, polars, DuckDB and datasets open, by nothing but their own means."""

from __future__ import annotations

import pytest
from many_articles import rows_in

from newstance.service.corpus.run import RunOptions, run
from newstance.service.corpus.stored import Run
from newstance.service.corpus.tables import TABLES


@pytest.fixture
def out(tmp_path, task, inputs):
    run(inputs, task, tmp_path / "out", RunOptions(shard=25))
    return tmp_path / "out"


@pytest.mark.parametrize("table", TABLES)
def test_pandas(out, table):
    import pandas

    found = pandas.read_parquet(out / table)
    assert found.equals(Run(out).frame(table))
    assert len(found) == len(rows_in(out)[table]) == 56


@pytest.mark.parametrize("table", TABLES)
def test_polars(out, table):
    import polars

    assert polars.read_parquet(out / table / "*.parquet").to_dicts() == rows_in(out)[table]


def test_duckdb(out):
    import duckdb

    asked = (
        f"select a.id, s.actor, e.text, a.date from '{out}/articles/*.parquet' a "
        f"join '{out}/stances/*.parquet' s using (article) "
        f"join '{out}/evidence/*.parquet' e using (article, actor, target) order by a.id"
    )
    rows = duckdb.sql(asked).fetchall()
    assert len(rows) == 56
    assert (*rows[0][:3], str(rows[0][3])) == ("a0", "Kim0", "Kim0 praised the rain of day 0.", "2024-05-01")


@pytest.mark.parametrize("table", TABLES)
def test_datasets(out, table, tmp_path):
    import datasets

    files = sorted(map(str, (out / table).glob("*.parquet")))
    found = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))
    assert list(found) == rows_in(out)[table]
