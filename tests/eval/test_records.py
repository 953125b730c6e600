from __future__ import annotations

import csv
import hashlib
import io
import json
import sys

import pytest
import yaml

from newstance import configs
from newstance.eval import records
from newstance.eval.labelled import load_set
from newstance.eval.records import open_records, shipped_rows
from newstance.eval.set_config import SetConfig
from newstance.models.errors import ConfigError, InputError
from newstance.models.training.recipe import Recipe
from newstance.models.training.set_files import SHIPPED
from newstance.service.intake.table_file import file_records

ROWS = [
    {"id": "a", "text": 'Kim said "yes", twice.', "holder": "Kim", "target": "the dam", "label": "favor"},
    {"id": "b", "text": "Lee, however, attacked\tit.", "holder": "Lee", "target": "the dam", "label": "against"},
    {"id": "c", "text": "Zoë saw\nthe dam.", "holder": "Zoë", "target": "the dam", "label": "neutral"},
]
KINDS = ["csv", "tsv", "jsonl", "parquet"]
TEXT_KINDS = KINDS[:3]


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Writes a file's content and a config, and loads them through the front door."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")

    def load(content, kind, skip_invalid=False, **layout):
        (tmp_path / f"rows.{kind}").write_bytes(content)
        config = {"name": "own", "terms": "ours", "file": {"path": f"rows.{kind}", **layout}}
        (tmp_path / "own.yaml").write_text(yaml.safe_dump(config))
        return load_set(tmp_path / "own.yaml", skip_invalid=skip_invalid)

    return load


def written(rows, kind, end="\n"):
    """A file of rows, of the columns of the first one."""
    if kind == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + end for row in rows).encode()
    if kind == "parquet":
        import pyarrow
        import pyarrow.parquet

        file = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file)
        return file.getvalue()
    file = io.StringIO()
    delimiter = "\t" if kind == "tsv" else ","
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_every_kind_give_the_same_examples(load, kind):
    examples = load(written(ROWS, kind), kind).examples
    assert [{"id": e.id, **e.input, "label": e.gold} for e in examples] == ROWS


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_byte_order_mark_and_windows_line_ends_are_no_part_of_a_row(load, kind):
    examples = load(b"\xef\xbb\xbf" + written(ROWS, kind, end="\r\n"), kind).examples
    assert [{"id": e.id, **e.input, "label": e.gold} for e in examples] == ROWS


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_label_is_named_with_its_line(load, kind):
    line = {"csv": 3, "tsv": 3, "jsonl": 2, "parquet": 2}[kind]
    rows = [ROWS[0], {**ROWS[1], "label": "contra"}]
    with pytest.raises(InputError, match=rf"rows\.{kind}, line {line}, column 'label': unknown label 'contra'"):
        load(written(rows, kind), kind)
    assert [e.id for e in load(written(rows, kind), kind, skip_invalid=True).examples] == ["a"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_column_is_named_with_those_that_are_there(load, kind):
    rows = [{key: value for key, value in row.items() if key != "target"} for row in ROWS]
    message = r"column 'target': the field target is missing; columns here: 'id', 'text', 'holder', 'label'"
    with pytest.raises(InputError, match=rf"own has 3 bad row\(s\)(?s:.*){message}"):
        load(written(rows, kind), kind)


@pytest.mark.parametrize(
    ("kind", "content"), [*((k, b"") for k in TEXT_KINDS), ("csv", b"id,text\n"), ("jsonl", b"\n")]
)
def test_a_file_without_rows_is_refused(load, kind, content):
    with pytest.raises(InputError, match=rf"own: no usable row in rows\.{kind}$"):
        load(content, kind)


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_blank_lines_are_passed_over_and_counted(load, kind):
    rows = [row | {"text": "A text."} for row in ROWS]
    rows[2]["label"] = "?"
    whole = written(rows, kind)
    lines = whole.splitlines(keepends=True)
    with pytest.raises(InputError, match=rf"1 bad row(?s:.*)rows\.{kind}, line {len(lines) + 2}, column 'label'"):
        load(b"".join([lines[0], b"\n", *lines[1:-1], b"\n", lines[-1]]), kind)


def test_two_columns_of_one_name_are_refused(load):
    with pytest.raises(InputError, match="line 1: two columns are called 'text'"):
        load(b"id,text,text,holder,target,label\na,Yes,No,Kim,dam,favor\n", "csv")


def test_a_quotation_mark_that_nothing_closes_takes_no_other_row_along(load):
    content = b'id,text,holder,target,label\na,"Yes,Kim,dam,favor\nb,No,Kim,dam,against\nc,"Yes",Kim,dam,favor\n'
    content += b"d,So.,Kim,dam,neutral\n"
    with pytest.raises(InputError, match="line 2, a quotation mark is opened and not closed; lines 3 to 4 are inside"):
        load(content, "csv")
    skipped = load(content, "csv", skip_invalid=True)
    assert [e.id for e in skipped.examples] == ["d"]
    assert len(skipped.skipped) == 3
    with pytest.raises(InputError, match="line 2, a quotation mark is opened and not closed; line"):
        load(content[: content.index(b'"Yes"')], "csv")
    with pytest.raises(InputError, match=r"line 2, is no row of a table \(',' expected after '\"'\)"):
        load(b'id,text,holder,target,label\na,"Yes"no,Kim,dam,favor\n', "csv")


def test_a_short_row_lacks_its_last_columns(load):
    with pytest.raises(InputError, match=r"line 2, column 'label': the field label is missing"):
        load(b"id,text,holder,target,label\na,Yes,Kim,dam\n", "csv")


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_what_is_not_in_utf_8_is_refused(load, kind):
    with pytest.raises(InputError, match=rf"rows\.{kind}.* is (no table|not) in UTF-8 \(.*\); save it in UTF-8"):
        load(written(ROWS, kind).decode().encode("latin-1"), kind)


@pytest.mark.parametrize("content", [b"", b"id,text\n", written(ROWS, "parquet")[:-9]])
def test_what_is_no_parquet_is_refused(load, content):
    with pytest.raises(InputError, match=r"rows\.parquet could not be read as Parquet \(.*Parquet"):
        load(content, "parquet")


def test_other_kinds_of_file_are_refused(load):
    with pytest.raises(ConfigError, match=r"rows\.xlsx is none of \.jsonl, \.csv, \.tsv and \.parquet"):
        load(b"PK", "xlsx")


def test_what_the_hub_does_not_give_is_told_with_the_way_around(tmp_path, monkeypatch):
    import datasets
    from datasets.exceptions import DatasetGenerationError

    def load_dataset(*name, **which):
        raise DatasetGenerationError("the line went dead")

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    hub = {"name": "someone/set", "revision": "abc", "split": "test"}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"name": "own", "terms": "ours", "hub": hub}))
    with pytest.raises(
        ConfigError, match=r"someone/set@abc could not be read from the hub \(the line went dead\).*--data"
    ):
        load_set(tmp_path / "own.yaml")


def test_what_reads_the_hub_is_told_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    hub = {"name": "someone/set", "revision": "abc", "split": "test"}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"name": "own", "terms": "ours", "hub": hub}))
    with pytest.raises(ConfigError, match="sets of the hub are read by datasets; install it by: pip install"):
        load_set(tmp_path / "own.yaml")


def test_shipped_rows_are_those_of_the_shipped_set():
    assert [row["id"] for row in shipped_rows("floor-stance.jsonl")] == [
        e.id for e in load_set("floor-stance").examples
    ]


# A record of each shipped set that names a place on the hub, with the columns that its data card shows there.
ON_THE_HUB = {
    "newsmtsc-test-rw": {"mention": "Kim", "polarity": -1, "from": 7, "to": 10, "sentence": "I fear Kim.", "id": "n1"},
    "ibm30k-test": {"argument": "Zoos teach.", "topic": "Zoos help", "set": "test", "WA": 0.8, "stance_WA": 1},
    "ibm30k-valid": {"argument": "Zoos hurt.", "topic": "Zoos help", "set": "dev", "WA": 0.8, "stance_WA": -1},
    "cnndm-dev": {"article": "It rained.", "highlights": "Rain .", "id": "c1"},
    "xsum-dev": {"document": "It rained.", "summary": "Rain.", "id": "x1"},
}
MEANT = {
    "newsmtsc-test-rw": ("n1", {"text": "I fear Kim.", "holder": "author", "target": "Kim"}, "against"),
    "ibm30k-test": ("line-1", {"text": "Zoos teach.", "holder": "author", "target": "Zoos help"}, "favor"),
    "ibm30k-valid": ("line-1", {"text": "Zoos hurt.", "holder": "author", "target": "Zoos help"}, "against"),
    "cnndm-dev": ("c1", {"article": "It rained."}, "Rain ."),
    "xsum-dev": ("x1", {"article": "It rained."}, "Rain."),
}


def test_every_place_on_the_hub_has_a_layout_that_fits_its_data_card(monkeypatch):
    import datasets

    shipped = (configs.load("eval", name, SetConfig) for name in configs.names("eval") if name != "floors")
    assert {config.name for config in shipped if config.hub} == set(ON_THE_HUB)
    for name, record in ON_THE_HUB.items():
        monkeypatch.setattr(datasets, "load_dataset", lambda *asked, record=record, **which: [record])
        (example,) = load_set(name).examples
        assert (example.id, example.input, example.gold) == MEANT[name]


def test_a_shipped_file_is_read_even_where_the_hub_has_the_set_too(tmp_path):
    hub = {"name": "someone/set", "revision": "abc", "split": "test"}
    file = {"path": "floor-stance.jsonl", "shipped": True}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"name": "own", "terms": "ours", "file": file, "hub": hub}))
    assert load_set(tmp_path / "own.yaml").examples == load_set("floor-stance").examples


def test_rows_of_our_own_may_know_their_article_by_hash_alone(tmp_path, monkeypatch):
    text = "Ann spoke for the dam."
    row = {"id": "a", "file": "texts.jsonl", "sha256": hashlib.sha256(text.encode()).hexdigest()}
    (tmp_path / "own.jsonl").write_text(json.dumps(row))
    (tmp_path / "texts.jsonl").write_text(json.dumps({"article": text}))
    monkeypatch.setattr(records, "SHIPPED", tmp_path)
    config = SetConfig.model_validate(
        {"name": "own", "terms": "ours", "kind": "articles", "file": {"path": "own.jsonl", "shipped": True}}
    )
    (found,), _, _ = open_records(config, tmp_path, tmp_path)
    assert found == (1, row | {"article": text})
    with pytest.raises(ConfigError, match=r"there is no file texts\.jsonl, which own\.jsonl needs; --data names"):
        list(open_records(config, None, tmp_path)[0])


def test_judged_boards_are_whole_and_none_is_trained_on():
    held, trained = shipped_rows("boards.jsonl"), file_records(SHIPPED / "boards.jsonl")
    assert len(held) == 40
    known = {row["sha256"] for row in held}
    assert not any(row["sha256"] in known for _, row in trained)
    cells = [(row["id"], cell["actor"], cell["target"]) for row in held for cell in row["judgements"]]
    assert len(set(cells)) == len(cells) > 600
    for name in ("claims.jsonl", "summarizer-claims.jsonl", "summaries.jsonl"):
        rows = [json.loads(line) for line in (SHIPPED / name).read_text().splitlines()]
        assert not any(row["sha256"] in known for row in rows)
        assert len({row["id"] for row in rows}) == len(rows) > 300


def test_no_article_of_a_held_out_claim_teaches_the_support_head():
    recipe = configs.load("training", "newstance-mpnet", Recipe)

    def articles(sets):
        for labelled in sets:
            if labelled.shipped:
                rows = [json.loads(line) for line in (SHIPPED / labelled.file).read_text().splitlines()]
                low, high = (round(share * len(rows)) for share in labelled.part)
                yield from ((labelled.name, row["sha256"]) for row in rows[low:high])

    trained = {sha256 for _, sha256 in articles(recipe.support.train)}
    held = set(articles(recipe.support.dev))
    assert len({name for name, _ in held}) == 2 and len(held) > 40
    assert not [held_out for held_out in held if held_out[1] in trained]
