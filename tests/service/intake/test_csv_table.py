import pytest

from newstance.models.errors import InputError
from newstance.service.intake import csv_table
from newstance.service.intake.csv_table import csv_rows


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Writes a table, whose lines and rows may have 40 characters."""
    monkeypatch.setattr(csv_table, "_LINE_CHARACTERS", 40)

    def write(text):
        file = tmp_path / "table.csv"
        file.write_bytes(text.encode())
        return file

    return write


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_that_is_too_long_is_told_and_passed(table, end):
    file = table(end.join(["a,b", "1,2", "x" * 100, "3,4", "y" * 1000]))
    too_long = "the line has more than 40 characters"
    assert list(csv_rows(file)) == [(2, {"a": "1", "b": "2"}), (3, too_long), (4, {"a": "3", "b": "4"}), (5, too_long)]


def test_a_row_that_runs_into_a_line_that_is_too_long_is_told_with_all_its_lines(table):
    rows = list(csv_rows(table('a,b\n1,"two\nthree\n' + "x" * 100 + '"\n3,4\n')))
    assert [line for line, _ in rows] == [2, 3, 4, 5]
    assert rows[0][1] == rows[1][1] == "is in one row with line 4, which is too long"
    assert rows[3] == (5, {"a": "3", "b": "4"})


TWELVE = "twelve char\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f'1,"{TWELVE * 6}","{TWELVE}"\n', 5),
        (f'1,"{TWELVE * 3}""{TWELVE}","{TWELVE * 6}"\n', 5),
        (f'1,2" by 4,"{TWELVE * 6}"\n', 4),
        (f'1,"{"x" * 100}\n{TWELVE * 3}"\n', 2),
        (f'1,"{TWELVE}{"x" * 100}""\n{TWELVE}{"x" * 99}","\n{TWELVE}"\n', 3),
    ],
    ids=["many lines", "a second cell goes on", "a mark for inches", "its first line alone", "lines inside of it"],
)
def test_a_row_that_is_too_long_is_told_and_passed_with_all_its_lines(table, row, told):
    *lost, last = csv_rows(table(f"a,b\n{row}3,4\n"))
    assert [line for line, _ in lost] == list(range(2, 2 + row.count("\n")))
    other = f"is in one row with line {told}, which is too long"
    assert {line for line, said in lost if said != other} == {told}
    assert dict(lost)[told] in ("the row has more than 40 characters", "the line has more than 40 characters")
    assert last == (lost[-1][0] + 1, {"a": "3", "b": "4"})


def test_a_quotation_mark_that_nothing_closes_takes_no_more_along_than_up_to_the_next(table):
    rows = list(csv_rows(table(f'a,b\n1,"{TWELVE * 5}2,"two"\n3,"three"\n')))
    assert rows[-1] == (8, {"a": "3", "b": "three"})
    assert all(isinstance(said, str) for _, said in rows[:-1])
    assert len(list(csv_rows(table(f'a,b\n1,"{TWELVE * 50}')))) == 50


def test_a_table_whose_first_line_is_too_long_is_none(table):
    with pytest.raises(InputError, match=r"table\.csv, line 1: the line has more than .* characters; give a table"):
        list(csv_rows(table("x" * 100 + "\n1\n")))


def test_no_more_of_a_long_line_is_held_than_a_line_may_have(table, monkeypatch):
    held = []

    class Watched(csv_table._Lines):
        def __init__(self, file):
            super().__init__(self)
            self.readline = lambda most: held.append(file.readline(most)) or held[-1]

    monkeypatch.setattr(csv_table, "_Lines", Watched)
    rows = list(csv_rows(table("a\n" + "x" * 1000)))
    assert len(rows) == 1
    assert max(map(len, held)) == 40


def test_a_csv_field_of_an_article_is_read_whole(tmp_path):
    text = "x" * 1_000_000
    file = tmp_path / "long.csv"
    file.write_text(f"text\n{text}\n")
    assert list(csv_rows(file)) == [(2, {"text": text})]
