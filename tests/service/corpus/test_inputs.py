"""What a run reads: files, folders, patterns and tables of all kinds, as records in a fixed order."""

from __future__ import annotations

import csv
import json
import os
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from many_articles import FakeTask, fake_profile

from newstance.models.errors import InputError
from newstance.service.corpus import inputs as module
from newstance.service.corpus.inputs import Inputs
from newstance.service.corpus.records import Record
from newstance.service.corpus.run import RunOptions, run

ROWS = [
    {"id": "1", "title": "Rain", "body": "It rained;\n“all” day.", "date": "2024-05-01T10:00:00Z", "source": "A"},
    {"id": "2", "title": "", "body": "Käse, he said.", "date": "", "source": "B"},
]


def records(*given, **more):
    return list(Inputs(tuple(map(str, given)), **more).records())


def articles(*given, **more):
    return [record.article() for record in records(*given, **more)]


def write(folder, kind, rows=ROWS):
    file = folder / f"rows.{kind}"
    if kind == "parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file)
    elif kind in ("csv", "tsv"):
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]), delimiter="\t" if kind == "tsv" else ";")
            writer.writeheader()
            writer.writerows(rows)
    else:
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return file


@pytest.mark.parametrize("kind", ["jsonl", "ndjson", "csv", "tsv", "parquet"])
def test_tables_of_each_kind_give_the_same_articles(tmp_path, kind):
    file = write(tmp_path, kind)
    found = records(file)
    assert [(one.id, one.file) for one in found] == [("1", str(file)), ("2", str(file))]
    first, second = (one.article() for one in found)
    assert (first.title, first.date, first.source) == ("Rain", "2024-05-01", "A")
    assert first.text.split() == ["It", "rained;", "“all”", "day."]
    assert (second.text, second.title, second.date) == ("Käse, he said.", "", "")
    lines = {"csv": [2, 4], "tsv": [2, 4]}.get(kind, [1, 2])
    assert [one.place for one in found] == [f"{file}:{line}" for line in lines]


def test_columns_go_by_usual_names_in_any_case_or_by_the_given_ones():
    row = {"Headline": "Rain", "TEXT": "It rained.", "Authors": ["Ann Lee", "Bo Li"], "Link": "https://a.example/1"}
    article = Record.of_row("f", 1, row | {"lang": "en", "Published": datetime(2024, 5, 1, 10)}, {}).article()
    assert (article.title, article.text, article.author, article.url, article.language, article.date) == (
        ("Rain", "It rained.", "Ann Lee, Bo Li", "https://a.example/1", "en", "2024-05-01")
    )
    named = Record.of_row("f", 1, {"text": "no", "story": "yes", "key": 7}, {"text": "story", "id": "key"})
    assert (named.values["text"], named.id) == ("yes", "7")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2024, 5, 1), "2024-05-01"),
        ("2024-05-01 10:00", "2024-05-01"),
        ("Wed, 01 May 2024 10:00:00 +0200", "2024-05-01"),
        ("03/04/2024", ""),
        ("Mon, 1 Jan 99999999999999999999 00:00:00 +0000", ""),
        ("Mon, 1 Jan 2024 00:00:00 +99999999999999999", ""),
        ("soon", ""),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_days_are_those_that_can_mean_one_day_alone(value, day):
    assert Record.of_row("f", 1, {"text": "It rained.", "date": value}, {}).article().date == day


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"a": 1, "b": 2}, "no column is known to hold the text; columns here: 'a', 'b'; name it by --column text="),
        ({"text": ""}, "the column of the text holds '', which is no article"),
        ({"text": None}, "holds '', which"),
        ({"text": 7}, "holds '7', which is no article"),
        ({"text": "7. 8!"}, "there is not one word in it"),
        ("column 3 of the line: no valid JSON", "column 3 of the line: no valid JSON"),
    ],
)
def test_a_row_without_an_article_says_why(row, said):
    with pytest.raises(InputError, match=r".*") as raised:
        Record.of_row("f", 1, row, {}).article()
    assert said in str(raised.value)


def test_bad_lines_are_told_with_their_place_and_take_no_other_along(tmp_path):
    file = tmp_path / "rows.jsonl"
    lines = [b'{"text": "One."}', b"{not json", b"[1]", b'{"text": "\xff"}', b"", b"[" * 100_000, b'{"text": "Two."}']
    file.write_bytes(b"\n".join(lines))
    found = records(file)
    assert [(one.line, bool(one.problem)) for one in found] == [(1, 0), (2, 1), (3, 1), (4, 1), (6, 1), (7, 0)]
    assert "is not in UTF-8" in found[3].problem


def test_a_long_article_of_many_lines_in_a_csv_cell_is_one_article(tmp_path):
    long = "\n".join("It rained, he said. " * 100 for _ in range(80))
    file = write(tmp_path, "csv", [{"text": text, "date": "2024-05-01"} for text in ("One.", long, "Three.")])
    assert [(one.line, one.values["text"], one.problem) for one in records(file)] == [
        (2, "One.", ""),
        (3, long, ""),
        (83, "Three.", ""),
    ]


def test_a_line_that_is_too_long_is_told_and_passed(tmp_path, monkeypatch):
    monkeypatch.setattr("newstance.service.intake.table_file.LINE_BYTES", 1000)
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"text": "long " * 1000}) + '\n{"text": "Short."}\n')
    assert [(one.line, one.problem[:22]) for one in records(file)] == [(1, "the line has more than"), (2, "")]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "tsv", "parquet"])
def test_a_pipe_or_a_device_that_is_given_as_a_table_is_not_waited_for(tmp_path, kind):
    pipe, device = tmp_path / f"pipe.{kind}", tmp_path / f"device.{kind}"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for file, what in ((pipe, "a pipe"), (device, "a device")):
        (found,) = records(file)
        assert f"{file} is {what}, no file; save what it gives to a file" in found.problem


@pytest.mark.parametrize(
    "value", ["1" * 5000, "[" * 800 + "]" * 800], ids=["a number of many digits", "lists in lists"]
)
def test_an_odd_value_in_a_line_takes_no_other_along(tmp_path, value):
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{{"text": "One.", "author": {value}}}\n{{"text": "Two."}}\n')
    assert records(file)[1].article().text == "Two."


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (2**62, pa.timestamp("us")),
        (2**30, pa.date32()),
        (2**62, pa.duration("s")),
        (0, pa.timestamp("us", tz="Nowhere/Town")),
    ],
    ids=str,
)
def test_an_odd_value_in_parquet_takes_no_other_row_along(tmp_path, value, kind):
    table = pa.table({"text": ["One.", "Two."], "date": pa.array([value, None], kind)})
    pq.write_table(table, tmp_path / "rows.parquet")
    odd, other = records(tmp_path / "rows.parquet")
    assert "it holds a value that cannot be read" in odd.problem
    assert other.article().text == "Two."


@pytest.mark.parametrize(("kind", "content"), [("csv", "text\nKäse\n".encode("latin-1")), ("parquet", b"PAR1")])
def test_a_table_that_cannot_be_read_is_told_and_the_rest_is_read(tmp_path, kind, content):
    (tmp_path / f"a.{kind}").write_bytes(content)
    (tmp_path / "b.txt").write_text("It rained.")
    table, text = records(tmp_path)
    assert table.problem.startswith(f"the table cannot be read on: a.{kind}")
    assert (table.file, table.line) == (str(tmp_path / f"a.{kind}"), 0)
    assert text.article().text == "It rained."


def test_a_folder_is_read_whole_in_order_and_says_what_it_does_not_read(tmp_path):
    for name in ("b/2.txt", "b/1.md", "a.html", "c.JSONL", "picture.png", ".hidden.txt", ".git/x.txt", "out/old.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('{"text": "A row."}' if name.endswith("JSONL") else "# Title\nIt rained.")
    found = records(tmp_path, leave_out=tmp_path / "out")
    assert [one.file.removeprefix(f"{tmp_path}/") for one in found] == [
        "a.html",
        "c.JSONL",
        "picture.png",
        "b/1.md",
        "b/2.txt",
    ]
    assert "files of this kind are not read; those that are: .txt, .md" in found[2].problem
    assert (found[3].article().title, found[3].article().source) == ("Title", "1.md")


def test_patterns_take_what_fits_them(tmp_path):
    for name in ("a/1.txt", "a/2.txt", "b/3.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{name} rained.")
    assert [one.file[-5:] for one in records(tmp_path / "**" / "*.txt")] == ["1.txt"[-5:], "2.txt"]
    assert len(records(f"{tmp_path}/?/*")) == 3
    (tmp_path / "odd[1].txt").write_text("It rained.")
    assert len(records(tmp_path / "odd[1].txt")) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nothing.txt", "nothing.txt is not there; check the name"),
        ("*.nothing", "no file fits the pattern"),
        ("empty", "empty holds no article: nothing in it ends in .txt, .md"),
    ],
)
def test_what_is_not_there_is_refused(tmp_path, given, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "picture.png").write_bytes(b"x")
    with pytest.raises(InputError, match=r".*") as raised:
        records(tmp_path / given)
    assert said in str(raised.value)


def test_nothing_to_read_and_unknown_columns_are_refused():
    with pytest.raises(InputError, match="there is nothing to read; name files, folders or tables"):
        Inputs()
    with pytest.raises(InputError, match="no column is called 'words' here; there are text, id, title"):
        Inputs(("x",), columns={"words": "text"})


def test_addresses_come_from_lists_and_from_the_command_line(tmp_path):
    (tmp_path / "list.urls").write_text("\ufeffhttps://a.example/1\n\n# more\n  https://a.example/2  \n")
    found = records("https://b.example/3", addresses=(str(tmp_path / "list.urls"),))
    assert [(one.values["address"], one.line) for one in found] == [
        ("https://b.example/3", 0),
        ("https://a.example/1", 1),
        ("https://a.example/2", 4),
    ]
    with pytest.raises(InputError, match=r"missing\.txt cannot be read: No such file"):
        records(addresses=("missing.txt",))


def test_a_long_line_of_a_list_is_told_whole_and_a_long_comment_is_left_out(tmp_path):
    longest = "https://a.example/".ljust(10_000, "x")
    file = tmp_path / "list.urls"
    file.write_text("\n".join(["#" * 25_000, longest, longest + "y", "z" * 40_000, "https://a.example/5"]))
    too_long = "the line has more than 10,000 characters"
    assert [(one.line, one.values["address"], one.problem) for one in records(addresses=(str(file),))] == [
        (2, longest, ""),
        (3, "", too_long),
        (4, "", too_long),
        (5, "https://a.example/5", ""),
    ]


def test_rows_that_differ_in_blanks_alone_are_one_article():
    def row(text, line):
        return Record.of_row("f", line, {"text": text, "id": "7"}, {})

    assert row("It rained. ", 1).digest == row("It  rained.", 2).digest != row("Itrained.", 3).digest
    assert row("It rained.", 1).article() == row("It rained.\n", 1).article()


def test_a_folder_is_not_read_and_written_at_once(tmp_path):
    with pytest.raises(InputError, match="is where the run writes, and cannot be read, too"):
        records(tmp_path, leave_out=tmp_path)


def test_a_pattern_that_leads_to_where_the_run_writes_takes_nothing_of_the_run(tmp_path):
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "1.jsonl").write_text('{"text": "Kim praised the rain."}')
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "own.jsonl").write_text('{"text": "Lee praised the rain."}')
    task = FakeTask(fake_profile(tmp_path))
    for _ in range(2):
        header = run(Inputs((f"{tmp_path}/**/*.json*",)), task, tmp_path / "out", RunOptions())
        assert header["counts"] == {"records": 2, "done": 2, "articles": 2, "rejected": 0}


def test_files_of_one_name_and_content_are_one_article(tmp_path):
    for folder, text in (("a", "It rained."), ("b", "It rained."), ("c", "It snowed.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.txt").write_text(text)
    one, same, other = records(tmp_path)
    assert one.digest == same.digest != other.digest


def test_a_stream_of_records_stays_a_stream(tmp_path, monkeypatch):
    """Memory does not grow with the number of records: no more than a few shards are held."""
    held, most = [0], [0]

    class Counted(Record):
        def __init__(self, *values, **more):
            super().__init__(*values, **more)
            held[0] += 1
            most[0] = max(most[0], held[0])

        def __del__(self):
            held[0] -= 1

    monkeypatch.setattr(module, "Record", Counted)
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"text": f"Kim{i} praised the rain."}) + "\n" for i in range(600)))
    header = run(Inputs((str(file),)), FakeTask(fake_profile(tmp_path)), tmp_path / "out", RunOptions(shard=20))
    assert header["counts"]["articles"] == 600
    assert 20 <= most[0] <= 100
