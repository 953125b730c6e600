import base64
import csv
import logging
import sqlite3
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from coded import ANALYSIS, FAIR, TEXT, coded, document, statement
from schemas import lines

from newstance.models.errors import InputError
from newstance.service.exchange import (
    CodedDocument,
    Document,
    from_analysis,
    grouped,
    read_dna,
    write_dna,
    write_events,
)
from newstance.service.exchange.dna_schema import create, digest

# What PRAGMA table_info, foreign_key_list and index_list say of DNA's own sample.dna (leifeld-lab/dna, version 3.0.7).
PUBLISHED = Path(__file__).with_name("dna_tables.txt")
MINISTER = statement(
    document(7, "2024-02-03T10:30:00", "Roe: no.", author="A", source="B", section="C", type="D"),
    "Jane Roe",
    "the toll",
    False,
    kind="person",
    organization="Ministry",
    coder="Kim",
)


@pytest.fixture
def written(tmp_path):
    file = tmp_path / "a.dna"
    write_dna([from_analysis(ANALYSIS), CodedDocument(MINISTER.document, (MINISTER,))], file)
    return file


def query(file, sql):
    with sqlite3.connect(file) as database:
        return database.execute(sql).fetchall()


def test_tables_columns_and_references_are_those_of_the_program(written):
    with sqlite3.connect(written) as database:
        assert lines(database) == PUBLISHED.read_text().splitlines()
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_it_holds_the_statement_types_and_variables_of_a_new_database(written):
    assert query(written, "SELECT Label FROM STATEMENTTYPES") == [
        ("DNA Statement",),
        ("NPF Story Element",),
        ("Annotation",),
    ]
    assert query(written, "SELECT ID, Variable, DataType FROM VARIABLES WHERE StatementTypeId = 1") == [
        (1, "person", "short text"),
        (2, "organization", "short text"),
        (3, "concept", "short text"),
        (4, "agreement", "boolean"),
    ]
    assert len(query(written, "SELECT * FROM VARIABLES")) == 11
    assert query(written, "SELECT Value FROM SETTINGS WHERE Property = 'version'") == [("3.1.2",)]


@pytest.mark.parametrize("column", ["Title", "Author", "Source", "Section", "Type"])
def test_its_bounds_are_those_of_the_program(column):
    database = sqlite3.connect(":memory:")
    create(database, "x")
    row = {"Title": "t", "Text": "x", "Date": 0, column: "x" * 190}
    sql = f"INSERT INTO DOCUMENTS ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    database.execute(sql, list(row.values()))
    with pytest.raises(sqlite3.IntegrityError, match="LENGTH"):
        database.execute(sql, list((row | {column: "x" * 191}).values()))


def test_documents_statements_and_values_stand_in_their_tables(written):
    assert query(written, "SELECT ID, Title, Author, Source, Section, Type, Text, Date FROM DOCUMENTS") == [
        (1, "The bridge", "Kim Doe", "Daily", "", "", TEXT, 1709251200),  # date -d 2024-03-01UTC +%s
        (2, "Title 7", "A", "B", "C", "D", "Roe: no.", 1706956200),
    ]
    rows = query(
        written,
        "SELECT s.ID, s.DocumentId, c.Name, e.VariableId, e.Value, b.Value FROM STATEMENTS s "
        "JOIN CODERS c ON c.ID = s.Coder JOIN DATASHORTTEXT d ON d.StatementId = s.ID "
        "JOIN ENTITIES e ON e.ID = d.Entity AND e.VariableId = d.VariableId "
        "JOIN DATABOOLEAN b ON b.StatementId = s.ID AND b.VariableId = 4 ORDER BY 1, 4",
    )
    found = {number: (where, coder, agreement, []) for number, where, coder, *_, agreement in rows}
    for number, _, _, _, value, _ in rows:
        found[number][3].append(value)
    assert found == {
        1: (1, "newstance", 1, ["Ana Lund", "", "the bridge"]),
        2: (1, "newstance", 1, ["Ana Lund", "", "the toll"]),
        3: (1, "newstance", 0, ["", "the Green League", "the bridge"]),
        4: (1, "newstance", 1, ["", "the Green League", "the toll"]),
        5: (1, "newstance", 0, ["", "the Green League", "the toll"]),
        6: (2, "Kim", 0, ["Jane Roe", "Ministry", "the toll"]),
    }
    assert query(written, "SELECT Coder, OtherCoder FROM CODERRELATIONS") == [
        *[(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)],
    ]


def test_places_count_as_java_does(written):
    """Behind three emoji a place is three units further than characters, and Java's substring finds the passage."""
    ((start, stop),) = query(written, "SELECT Start, Stop FROM STATEMENTS WHERE ID = 2")
    assert (start, stop) == (FAIR.start + 1, FAIR.end + 3)
    units = TEXT.encode("utf-16-le")
    assert units[2 * start : 2 * stop].decode("utf-16-le") == FAIR.text


def test_entities_tell_their_kind_and_other_names(written):
    rows = query(
        written,
        "SELECT e.Value, a.AttributeVariable, v.AttributeValue FROM ATTRIBUTEVALUES v "
        "JOIN ENTITIES e ON e.ID = v.EntityId "
        "JOIN ATTRIBUTEVARIABLES a ON a.ID = v.AttributeVariableId AND a.VariableId = e.VariableId "
        "WHERE v.AttributeValue != ''",
    )
    assert sorted(rows) == [
        ("Ana Lund", "Alias", "Lund"),
        ("Ana Lund", "Type", "person"),
        ("Jane Roe", "Type", "person"),
        ("the Green League", "Type", "group"),
    ]
    ((entities,),), ((values,),) = (
        query(written, f"SELECT count(*) FROM {t}") for t in ("ENTITIES", "ATTRIBUTEVALUES")
    )
    assert values == 3 * entities


def test_the_password_is_kept_as_the_program_keeps_it(written):
    ((kept,),) = query(written, "SELECT Password FROM CODERS WHERE ID = 1")
    assert kept == digest("newstance", base64.b64decode(kept)[:16])
    # That of "sample", as the program itself has put it into sample.dna.
    sample = "t7STqOHxpl+RXxRUgjsEno+e/38banaYjANbdYQ1geGfH6Xlc2roWgYrPbpCeg5M"
    assert digest("sample", base64.b64decode(sample)[:16]) == sample


def test_it_is_read_back(written):
    one = replace(from_analysis(ANALYSIS).document, id="1", url="")
    first = [replace(s, document=one, probability=None) for s in from_analysis(ANALYSIS).statements]
    last = replace(MINISTER, document=replace(MINISTER.document, id="2"))
    assert read_dna(written) == [*first, last]


def test_what_it_cannot_hold_is_told(tmp_path):
    rows = [statement(document(1, "in May"), "A", "x", agreement) for agreement in (True, None, None)]
    told = [
        "2 passages that take no side are left out: agreement is yes or no",
        "1 documents without a date are dated 1970-01-01",
    ]
    assert write_dna(grouped(rows), tmp_path / "a.dna") == write_events(grouped(rows), tmp_path / "a.csv") == told
    assert [s.agreement for s in read_dna(tmp_path / "a.dna")] == [True]
    long = [statement(document(1), "A" * 191, "x", True)]
    with pytest.raises(InputError, match="has 191 characters, and Discourse Network Analyzer takes 190"):
        write_dna(grouped(long), tmp_path / "b.dna")
    assert not (tmp_path / "b.dna").exists()


def test_a_title_that_is_cut_stands_whole_in_the_notes(tmp_path):
    write_dna([CodedDocument(Document("id", "text", "t" * 300, url="https://example.org"))], tmp_path / "a.dna")
    ((title, notes),) = query(tmp_path / "a.dna", "SELECT Title, Notes FROM DOCUMENTS")
    assert title == "t" * 189 + "…"
    assert notes == f"https://example.org\ntitle: {'t' * 300}\nid: id"


# Reading


def test_an_unfinished_statement_is_left_out_and_told(written, caplog):
    with sqlite3.connect(written) as database:
        database.execute("DELETE FROM DATASHORTTEXT WHERE StatementId = 3 AND VariableId = 3")
    with caplog.at_level(logging.WARNING):
        assert len(read_dna(written)) == 5
    assert "1 statements of" in caplog.text


def test_a_variable_of_another_type_is_not_taken_for_ours(written):
    with sqlite3.connect(written) as database:
        database.execute("UPDATE VARIABLES SET DataType = 'boolean' WHERE Variable = 'person'")
        database.execute("UPDATE DATABOOLEAN SET VariableId = 1 WHERE StatementId = 3")
        database.execute("DELETE FROM DATASHORTTEXT WHERE VariableId = 1")
    assert [(s.actor, s.target) for s in read_dna(written)] == [
        ("the Green League", "the toll"),
        ("the Green League", "the toll"),
        ("Ministry", "the toll"),
    ]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "UPDATE SETTINGS SET Value = '2.0 beta 25' WHERE Property = 'version'",
            "is of version 2.0 beta 25; import it",
        ),
        ("DROP TABLE ENTITIES", "has no table ENTITIES"),
        ("UPDATE STATEMENTS SET Stop = 99999 WHERE ID = 2", r"statement 2 from \d+ to 99999: 99999 is not in the text"),
        (
            "UPDATE STATEMENTS SET Start = 47 WHERE ID = 3",
            "statement 3 from 47 to .*: 47 is in the middle of a character",
        ),
        ("UPDATE STATEMENTS SET DocumentId = 9 WHERE ID = 2", "statement 2 stands in document 9, which is not there"),
        ("UPDATE DOCUMENTS SET Date = 'soon'", "is no database of Discourse Network Analyzer 3, or is damaged"),
        ("UPDATE DOCUMENTS SET Date = 99999999999999999", "or is damaged"),
    ],
)
def test_what_is_wrong_in_a_database_is_told(written, sql, message):
    with sqlite3.connect(written) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute(sql)
    with pytest.raises(InputError, match=message):
        read_dna(written)


def test_a_column_that_is_calculated_is_refused(written):
    """It could make gigabytes of a small file."""
    with sqlite3.connect(written) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        columns = ", ".join(row[1] for row in database.execute("PRAGMA table_info(DOCUMENTS)") if row[1] != "Text")
        database.execute(f"CREATE TABLE made ({columns}, Text AS (printf('%.*c', 100000000, 'x')))")
        database.execute(f"INSERT INTO made ({columns}) SELECT {columns} FROM DOCUMENTS")
        database.execute("DROP TABLE DOCUMENTS")
        database.execute("ALTER TABLE made RENAME TO DOCUMENTS")
    with pytest.raises(InputError, match="DOCUMENTS has calculated columns"):
        read_dna(written)


def test_a_long_name_is_held_once_however_many_rows_name_it(written):
    with sqlite3.connect(written) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("UPDATE ENTITIES SET Value = Value || printf('%.*c', 1000000, 'x')")
        database.execute("WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 200) "
                         "INSERT INTO DATASHORTTEXT (StatementId, VariableId, Entity) "
                         "SELECT i, VariableId, Entity FROM n, DATASHORTTEXT WHERE StatementId = 1")  # fmt: skip
    tracemalloc.start()
    read_dna(written)
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 5000, b"PK" * 100])
def test_what_is_no_database_is_refused(tmp_path, content):
    (tmp_path / "a.dna").write_bytes(content)
    with pytest.raises(InputError, match="is no database of Discourse Network Analyzer 3"):
        read_dna(tmp_path / "a.dna")


def test_a_database_that_is_written_to_at_the_moment_is_refused(written):
    database = sqlite3.connect(written)
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    with pytest.raises(InputError, match="is in use by another program"):
        read_dna(written)


def test_a_database_that_takes_forever_is_given_up(written, monkeypatch):
    with sqlite3.connect(written) as database:
        for table in ("ATTRIBUTEVALUES", "ENTITIES"):
            database.execute("PRAGMA foreign_keys = OFF")
            database.execute(f"CREATE TABLE more AS SELECT * FROM {table}")
            database.execute(f"DROP TABLE {table}")
            forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS ID, i AS EntityId, "
            columns = "1 AS AttributeVariableId, '' AS AttributeValue, '' AS Value FROM n"
            database.execute(f"CREATE VIEW {table} AS {forever}{columns}")
            with pytest.raises(InputError, match=f"has no table {table}"):
                read_dna(written)
            database.execute(f"DROP VIEW {table}")
            database.execute(f"ALTER TABLE more RENAME TO {table}")
    monkeypatch.setattr("newstance.service.exchange.dna_reading._SECONDS", 0.0)
    monkeypatch.setattr("newstance.service.exchange.dna_reading._STEPS", 10)
    with pytest.raises(InputError, match="takes more than 0 seconds to read"):
        read_dna(written)


# Event lists


def test_an_event_list_has_the_columns_and_rows_of_the_program(tmp_path):
    later, early = from_analysis(ANALYSIS), CodedDocument(MINISTER.document, (MINISTER,))
    write_events([later, early], tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith(
        '"statement_id";"time";"person";"organization";"concept";"agreement";"start_position"'
    )
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert [(row["statement_id"], row["time"]) for row in rows] == [
        ("6", "2024-02-03 10:30:00"),
        *[(str(number), "2024-03-01 00:00:00") for number in range(1, 6)],
    ]
    first = rows[0]
    assert (first["person"], first["organization"], first["concept"], first["agreement"]) == (
        "Jane Roe",
        "Ministry",
        "the toll",
        "0",
    )
    assert (first["coder"], first["document_id"], first["document_title"], first["document_type"]) == (
        "3",
        "2",
        "Title 7",
        "D",
    )
    assert (rows[2]["start_position"], rows[2]["stop_position"]) == (str(FAIR.start + 1), str(FAIR.end + 3))


def test_semicolons_and_quotation_marks_of_texts_break_no_row(tmp_path):
    (one,) = coded((1, 'A;"B"', "=x", True))
    write_events([one], tmp_path / "a.csv")
    (row,) = csv.DictReader((tmp_path / "a.csv").read_text().splitlines(), delimiter=";")
    assert (row["organization"], row["concept"]) == ("A,'B'", "'=x")


def test_no_part_of_an_event_list_is_a_formula_to_who_splits_it_at_commas(tmp_path):
    (one,) = coded((1, "A", "B; +2", True))
    document = replace(one.document, title="Kim in Moscow,=cmd|'/C calc'!A0", source="The Paper,+1+1")
    said = tuple(replace(statement, document=document) for statement in one.statements)
    write_events([replace(one, document=document, statements=said)], tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text()
    split = [cell for row in csv.reader(text.splitlines(), delimiter=",") for cell in row]
    assert len(split) > 3 and not [cell for cell in split if cell.lstrip().startswith(("=", "+", "-", "@"))]
    (row,) = csv.DictReader(text.splitlines(), delimiter=";")
    assert (row["concept"], row["document_title"]) == ("B,' +2", "Kim in Moscow,'=cmd|'/C calc'!A0")
