import json
from pathlib import Path

import pytest

from newstance.eval.page import own_set as module
from newstance.eval.page.own_set import guess_words, own_set, take
from newstance.models.errors import InputError

CSV = "Tweet,Topic,Stance\nI like it,tax,FAVOR\nI hate it,tax,AGAINST\n,tax,FAVOR\n"
COLUMNS = {"text": "Tweet", "holder": "", "target": "Topic", "label": "Stance"}
WORDS = {"favor": ["FAVOR"], "against": ["AGAINST"]}


@pytest.fixture
def upload(tmp_path: Path):
    def make(content: str | bytes, name: str = "my set.csv"):
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return take(path, folder)

    return make


def test_columns_and_labels_are_guessed(upload, tmp_path):
    file = upload(CSV)
    assert (file.columns, file.rows) == (("Tweet", "Topic", "Stance"), 3)
    assert file.guesses == {"text": "Tweet", "holder": "", "target": "Topic", "label": "Stance"}
    assert file.labels("Stance") == ["FAVOR", "AGAINST"]
    assert guess_words(file.labels("Stance")) == {"favor": ["FAVOR"], "against": ["AGAINST"], "neutral": []}
    assert not (tmp_path / "my set.csv").exists()  # it was moved, under a name of ours
    assert file.path == tmp_path / "mine" / "own.csv"


def test_a_set_is_made_of_columns_words_and_constants(upload):
    made = own_set(upload(CSV), COLUMNS, WORDS, {"holder": "author"}, skip_invalid=True)
    assert [(e.input, e.gold) for e in made.examples] == [
        ({"text": "I like it", "holder": "author", "target": "tax"}, "favor"),
        ({"text": "I hate it", "holder": "author", "target": "tax"}, "against"),
    ]
    assert made.config.name == "own-my-set"
    assert made.config.scored == ["favor", "against"]
    assert len(made.skipped) == 1


def test_json_lines_and_tabs(upload):
    rows = [{"text": "x", "holder": "h", "target": "t", "label": label} for label in ("pro", "con")]
    words = {"favor": ["pro"], "against": ["con"]}
    file = upload("".join(json.dumps(row) + "\n" for row in rows), "a.jsonl")
    assert len(own_set(file, file.guesses, words).examples) == 2
    file = upload("text\tholder\ttarget\tlabel\nx\th\tt\tpro\ny\th\tt\tcon\n", "a.TSV")
    assert len(own_set(file, file.guesses, words).examples) == 2


def test_bad_rows_are_refused_with_their_line(upload):
    with pytest.raises(InputError, match="line 4, column 'Tweet': the field text is empty"):
        own_set(upload(CSV), COLUMNS, WORDS, {"holder": "author"})


@pytest.mark.parametrize(
    ("columns", "words", "message"),
    [
        (COLUMNS, WORDS, "nothing says what the holder is"),
        (COLUMNS | {"holder": "Topic", "text": ""}, WORDS, "what the text is; choose its column$"),
        (COLUMNS | {"holder": "../x"}, WORDS, "no column '../x'"),
        (COLUMNS | {"holder": "Topic"}, WORDS | {"neutral": ["FAVOR"]}, "'FAVOR' cannot mean both favor and neutral"),
        (COLUMNS | {"holder": "Topic"}, {"favor": ["FAVOR"]}, "at least two"),
    ],
)
def test_what_does_not_make_a_set_is_said(upload, columns, words, message):
    with pytest.raises(InputError, match=message):
        own_set(upload(CSV), columns, words, skip_invalid=True)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (CSV, "a.xlsx", "is none of .csv, .tsv, .jsonl"),
        ("", "a.csv", "holds no row"),
        ("a,b\n", "a.csv", "holds no row"),
        ("[1]\n{", "a.jsonl", "holds no row"),
        (b"\xff\xfe\x00a", "a.csv", "no table in UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(upload, content, name, message):
    with pytest.raises(InputError, match=message):
        upload(content, name)


def test_large_files_are_refused(upload, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    with pytest.raises(InputError, match="more than 2 rows"):
        upload(CSV)
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    with pytest.raises(InputError, match="0 MB are the most"):
        upload(CSV)


def test_a_file_of_just_the_size_allowed_is_taken(upload, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    monkeypatch.setattr(module, "MOST_BYTES", len(CSV))
    assert upload(CSV).rows == 3


def test_columns_are_those_of_the_first_row_and_empty_labels_are_none(upload):
    rows = [{"text": "x", "label": "pro"}, {"text": "y", "stance": "con", "label": ""}, {"label": None}]
    file = upload("".join(json.dumps(row) + "\n" for row in rows), "a.jsonl")
    assert (file.columns, file.rows, file.labels("label")) == (("text", "label"), 3, ["pro"])


def test_what_is_written_for_all_rows_goes_before_a_column_and_blanks_are_nothing(upload):
    file = upload(CSV)
    made = own_set(file, COLUMNS | {"holder": "no such column"}, WORDS, {"holder": " author "}, skip_invalid=True)
    assert {e.input["holder"] for e in made.examples} == {"author"}
    with pytest.raises(InputError, match="nothing says what the holder is"):
        own_set(file, COLUMNS, WORDS, {"holder": "  "}, skip_invalid=True)


def test_a_long_name_is_cut(upload):
    made = own_set(upload(CSV, f"{'n' * 200}.csv"), COLUMNS, WORDS, {"holder": "author"}, skip_invalid=True)
    assert made.config.name == "own-" + "n" * 56


def test_hostile_names_name_nothing_outside(upload, tmp_path):
    made = own_set(upload(CSV, "..%2F..%2Fevil $(x) .csv"), COLUMNS, WORDS, {"holder": "a"}, skip_invalid=True)
    assert made.config.name == "own-..-2F..-2Fevil-x" or "/" not in made.config.name
    assert {p.name for p in (tmp_path / "mine").iterdir()} == {"own.csv", "own.yaml"}
