"""Spellings of one name, and several bearers of one name."""

import pytest
from mentions import texts

from newstance.service.reading.actors import match_actor

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Inga von der Heide", "Von der Heide"),
        ("Omar bin Rashid", "Bin Rashid"),
        ("Karim al-Nasser", "Al-Nasser"),
        ("Peter Holt Jr.", "Holt"),
        ("Peter Holt III", "Holt"),
        ("Nicolás Jiménez", "Jimenez"),
        ("Jörg Höfer", "Hoefer"),
        ("Anatoliy Kravetskyy", "Kravetsky"),
        ('Peter "Pete" Holt', "Pete Holt"),
    ],
)
def test_spellings_of_a_person_are_one(actors_in, full, short):
    (actor,) = actors_in(f"Minister {full} attacked the levy on Monday. {short} said it was unfair.").values()
    assert (actor.name, actor.kind) == (full, "person")
    assert short in actor.aliases


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Norrland Motor Corp.", "Norrland"),
        ("J.B. Hartwell & Co.", "JBHartwell"),
        ("Harwick Steel Ltd.", "Harwick Steel"),
    ],
)
def test_firm_with_and_without_its_legal_form(actors_in, full, short):
    found = actors_in(f"The firm {full} attacked the levy on Monday. {short} said it was unfair.")
    assert full in found
    assert short in found[full].aliases


def test_father_and_son_of_one_name_are_two(actors_in):
    assert match_actor("Peter Holt Sr.", list(actors_in("Peter Holt Jr. attacked the levy.").values())) is None


def test_names_with_numbers(actors_in):
    found = actors_in("The Group of 9 backs the levy. The G9 said so. 4K rejected it, and so did the 7-Seas Movement.")
    assert set(found) == {"Group of 9", "4K", "7-Seas Movement"}
    assert found["Group of 9"].aliases == ("G9",)


def test_laws_are_nobody(actors_in):
    text = "Bill Holt leads the party. The Bill was praised by Inga Solberg. The Oslo Agreement angered Holt."
    assert set(actors_in(text)) == {"Bill Holt", "Inga Solberg"}


def test_titles_and_kin_tell_bearers_of_one_surname_apart(actors_in):
    found = actors_in(
        "Inga Holt and her brother, Peter Holt, sit on the council. Ms Holt opposes the levy. Mr Holt supports it. "
        "Holt said so on Monday."
    )
    assert [text for text in texts(found["Inga Holt"]) if text != "her"] == ["Inga Holt", "Holt"]
    assert texts(found["Peter Holt"]) == ["Peter Holt", "Holt", "Holt"]


def test_surname_alone_is_not_the_relative_that_was_brought_in(actors_in):
    found = actors_in("Peter Holt opposes the levy. His wife, Inga Holt, is silent. Holt said it was unfair.")
    assert "Holt" in found["Peter Holt"].aliases
    assert found["Inga Holt"].aliases == ()


def test_younger_and_elder(actors_in):
    found = actors_in("Peter Holt met his son, Tim Holt. The younger Holt spoke. The elder Holt left.")
    assert texts(found["Tim Holt"]) == ["Tim Holt", "Holt"]


def test_half_of_a_divided_country(actors_in):
    found = actors_in("South Korea praised the drill. The South said it was routine, as in the South China Sea.")
    assert texts(found["South Korea"])[:2] == ["South Korea", "South"]
    assert (
        "South"
        not in actors_in("South Korea praised it. South Sudan praised it. The South said no.")["South Korea"].aliases
    )


def test_office_is_not_told_once_it_has_been_handed_over(actors_in):
    found = actors_in("President Peter Holt resigned. His successor, Inga Solberg, took the oath. The president spoke.")
    assert found["Peter Holt"].aliases == ()


def test_capitals_that_govern(actors_in):
    found = actors_in("Oslo rejected the treaty. Madrid defended it. Warsaw was wary of it. It rained in Paris.")
    assert set(found) == {"Norway", "Spain", "Poland"}
    assert set(actors_in("Oslo imposed a levy on imports.")) == {"Norway"}


def test_weather_is_nobodys_act(actors_in):
    assert texts(actors_in("Norway rejected the treaty. It rained all day.")["Norway"]) == ["Norway"]


def test_office_holder_behind_the_name_of_a_town(actors_in):
    found = actors_in("The mayor of Liège, Zoé Ménard, said the levy was unfair.")
    assert [actor.name for actor in found.values() if actor.kind == "person"] == ["Zoé Ménard"]
