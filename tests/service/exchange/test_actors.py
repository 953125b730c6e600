from dataclasses import replace

import pytest
from coded import document, statement
from hypothesis import given
from hypothesis import strategies as st

from newstance.models.errors import InputError
from newstance.service import Actor
from newstance.service.exchange import ActorRow, ActorTable, CodedDocument, join_actors, propose_actors


def named(*articles):
    """Documents from the actors that they name: a person, or name, kind and aliases."""
    rows = [[(one, "person") if isinstance(one, str) else one for one in article] for article in articles]
    return [
        CodedDocument(document(number), (), tuple(Actor(name, kind, tuple(more)) for name, kind, *more in row))
        for number, row in enumerate(rows)
    ]


def proposed(*articles):
    return {row.name: (row.canonical, row.note) for row in propose_actors(named(*articles)).rows}


def test_a_surname_is_joined_with_the_one_person_of_that_surname():
    found = proposed(["Vladimir Putin"], ["Putin"], ["President Putin"])
    assert found == {
        "Vladimir Putin": ("Vladimir Putin", ""),
        "Putin": ("Vladimir Putin", "surname"),
        "President Putin": ("Vladimir Putin", "surname"),
    }


def test_two_of_a_surname_are_left_alone():
    found = proposed(["Ann Smith"], ["John Smith"], ["Smith"])
    assert found["Smith"] == ("Smith", "surname of several: Ann Smith, John Smith")
    assert {found[name][0] for name in ("Ann Smith", "John Smith")} == {"Ann Smith", "John Smith"}


def test_a_first_name_or_another_kind_is_not_joined():
    found = proposed(["Vladimir Putin"], ["Vladimir"], [("Putin", "body")])
    assert [found[name][0] for name in ("Vladimir", "Putin")] == ["Vladimir", "Putin"]


def test_more_names_between_first_and_last_are_one_person_unless_there_are_two():
    assert proposed(["George Bush"], ["George W. Bush"], ["Bush"]) == {
        "George W. Bush": ("George W. Bush", ""),
        "George Bush": ("George W. Bush", "more names"),
        "Bush": ("George W. Bush", "surname"),
    }
    found = proposed(["George Bush"], ["George W. Bush"], ["George Herbert Bush"])
    assert found["George Bush"] == ("George Bush", "more names of several: George Herbert Bush, George W. Bush")


def test_spellings_are_one_name_by_what_most_articles_have():
    found = propose_actors(
        named([("the Green League", "group")], [("Green League", "group")], [("GREEN LEAGUE", "body")])
    )
    assert {row.canonical for row in found.rows} == {"GREEN LEAGUE"}  # the first of three that one article has each
    found = propose_actors(
        named([("the Green League", "group")], [("the Green League", "group")], [("Green League", "body")])
    )
    assert [(row.name, row.canonical, row.kind, row.articles) for row in found.rows] == [
        ("the Green League", "the Green League", "group", 2),
        ("Green League", "the Green League", "group", 1),
    ]


def test_an_acronym_is_joined_where_an_article_says_whose_it_is():
    union = ("European Union", "body", "EU", "the bloc", "Union")
    found = proposed([union], [("EU", "body")], [("the bloc", "body")], [("Union", "body")])
    assert found["EU"] == ("European Union", "acronym")
    assert [found[name][0] for name in ("the bloc", "Union")] == ["the bloc", "Union"]
    found = proposed([union], [("Energy Utilities", "body", "EU")], [("EU", "body")])
    assert found["EU"] == ("EU", "acronym of several: Energy Utilities, European Union")


def test_acronyms_that_are_each_others_are_one_of_them():
    isis, isil = ("ISIS", "body", "ISIL"), ("ISIL", "body", "ISIS")
    assert proposed([isis], [isil]) == {"ISIL": ("ISIL", ""), "ISIS": ("ISIL", "acronym")}
    assert proposed([isis], [isil], [isis], [("IS", "body")], [("ISIS", "body", "IS")]) == {
        "ISIS": ("ISIS", ""),
        "ISIL": ("ISIS", "acronym"),
        "IS": ("ISIS", "acronym"),
    }


ACRONYMS = st.sampled_from(["AB", "CD", "EF", "GH"])


@given(st.lists(st.tuples(ACRONYMS, st.just("body"), ACRONYMS).map(lambda actor: [actor]), max_size=6))
def test_acronyms_in_any_circle_give_a_table_that_loads(articles):
    table = propose_actors(named(*articles))
    assert [table.canonical(row.name) for row in table.rows] == [row.canonical for row in table.rows]


WORDS = st.sampled_from(["the", "The", "Mr", "Ann", "ann", "B.", "Smith", "Smith's", "EU", "e\u0301", "\u00e9"])


@given(st.lists(st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), max_size=4), max_size=6))
def test_every_proposal_is_a_table_that_loads(articles):
    table = propose_actors(named(*articles))
    assert [table.canonical(row.name) for row in table.rows] == [row.canonical for row in table.rows]


# Tables


def table(tmp_path, text, encoding="utf-8"):
    file = tmp_path / "actors.csv"
    file.write_bytes(text.encode(encoding))
    return ActorTable.load(file)


def test_a_table_is_written_and_read_back(tmp_path):
    rows = (
        ActorRow("Putin", "Vladimir Putin", "person", "Kremlin, the", 3, "surname"),
        ActorRow("=EVIL()", "Ćwik; Zoë", note='says "x"'),
    )
    text = ActorTable(rows).to_csv()
    assert "'=EVIL()" in text
    assert table(tmp_path, text).rows == rows


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_it_may_come_from_a_spreadsheet(tmp_path, separator):
    lines = ["Name,Canonical,Kind", "Putin,Vladimir Putin,person", ",,", "Zoë,Zoë Li,"]
    text = "\r\n".join(lines).replace(",", separator)
    found = table(tmp_path, text, "utf-8-sig")
    assert found.rows == (ActorRow("Putin", "Vladimir Putin", "person"), ActorRow("Zoë", "Zoë Li"))


def test_rows_lead_on_to_the_last_and_nobody_round_in_a_circle(tmp_path):
    found = table(tmp_path, "name,canonical,kind\nA,B,\nB,C,person\nC,C,\nD,A,\n")
    assert [found.canonical(name) for name in "ABCDE"] == ["C", "C", "C", "C", "E"]
    with pytest.raises(InputError, match=r"go round in a circle: A -> B -> A \(.*csv:2, .*csv:3\)"):
        table(tmp_path, "name,canonical\nA,B\nB,A\nX,A\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column 'name'"),
        ("name,canonnical\nA,B\n", "has no column 'canonical'"),
        ("name,canonical,colour\nA,B,red\n", "has the columns name, canonical, colour; a table of actors has name, "),
        ("name,canonical,name\nA,B,C\n", "has the columns name, canonical, name"),
        ("name,canonical\nA,\n", r"csv:2 has no canonical"),
        ("name,canonical\n ,B\n", r"csv:2 has no name"),
        ("name,canonical\nA,B,C\n", r"csv:2 has 1 cells more"),
        ('name,canonical\n"A,B\n', "is no line of a CSV file"),
        ("name,canonical,kind\nA,B,people\n", "csv:2 has the kind 'people'; it must be person, body, country, group"),
        ("name,canonical\nA,B\na ,C\n", "csv:3 says that 'a' is 'C', and .*csv:2 that it is 'B'"),
        ("name,canonical,kind\nA,C,person\nB,C,body\n", "csv:3 says that the kind of 'C' is 'body', and .*csv:2"),
        ("name,canonical,organization\nA,C,X\nC,C,Y\n", "the organization of 'C' is 'Y'"),
    ],
)
def test_what_is_wrong_in_a_table_is_told_by_its_line(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        table(tmp_path, text)


def test_a_table_is_followed_in_statements_targets_and_actors(tmp_path):
    found = table(
        tmp_path, "name,canonical,kind,organization\nputin,Vladimir Putin,person,Kremlin\nLeague,Green League,,\n"
    )
    where = document(1)
    rows = (statement(where, "Putin", "League", True, kind="body"), statement(where, "Kim", "the PUTIN", False))
    actors = (
        Actor("Putin", "body", ("he",), weight=0.25),
        Actor("Vladimir Putin", "person", weight=0.5),
        Actor("Kim", "person"),
    )
    (joined,) = join_actors([CodedDocument(where, rows, actors)], found)
    assert joined.statements == (
        replace(rows[0], actor="Vladimir Putin", target="Green League", kind="person", organization="Kremlin"),
        rows[1],
    )
    assert joined.actors == (
        Actor("Vladimir Putin", "person", ("Putin", "he"), weight=0.75),
        Actor("Kim", "person"),
    )
