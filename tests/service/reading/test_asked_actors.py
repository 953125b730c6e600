"""Actors whom a caller asks for by name."""

import pytest

from newstance.service import Actor, Mention
from newstance.service.reading.actors import match_actor, named_in

pytestmark = pytest.mark.embedded


def actor(name, *aliases):
    return Actor(name, "person", aliases, (Mention(0, 1, name),))


def test_match_by_name_alias_and_surname():
    kim, putin = actor("Kim Jong Un", "the North Korean leader"), actor("Vladimir Putin")
    assert match_actor("Kim Jong Un", [kim, putin]) is kim
    assert match_actor("Putin", [kim, putin]) is putin
    assert match_actor("President Vladimir Putin", [kim, putin]) is putin
    assert match_actor("North Korean leader", [kim, putin]) is kim
    assert match_actor("Putina", [kim, putin]) is None


def test_match_of_a_name_that_two_share_is_none():
    assert match_actor("Miller", [actor("Anna Miller"), actor("Peter Miller")]) is None


def test_a_name_as_it_stands_goes_before_all_others():
    mister, missis = actor("Mr Miller", "Miller"), actor("Mrs Miller", "Miller")
    assert [match_actor(f"{title} Miller", [mister, missis]) for title in ("Mr", "Mrs")] == [mister, missis]
    assert match_actor("Miller", [mister, missis]) is None
    miller, anna = actor("Miller"), actor("Anna Schmidt", "Miller")
    assert match_actor("Miller", [anna, miller]) is miller
    assert match_actor("Mr Miller", [missis, miller]) is miller


def test_a_form_that_two_have_means_neither():
    assert match_actor("the minister", [actor("Anna Miller", "the minister"), actor("Kim", "the minister")]) is None


def test_name_that_the_recognizer_missed_is_found_by_its_letters(annotator):
    doc = annotator.annotate("The paper interfax (Moscow) wrote it. Ms lucas left.")
    assert [m.start for m in named_in(doc, "interfax").mentions] == [10]
    assert named_in(doc, "inter") is None
    assert named_in(doc, "a.b[c") is None
    found = named_in(annotator.annotate("Then Lucas left."), "Caroline Lucas")
    assert (found.name, found.aliases) == ("Caroline Lucas", ("Lucas",))


def test_a_name_is_found_in_capitals(annotator):
    doc = annotator.annotate("MS DELACROIX: Did you sign it? MR OKONJO: I did. They ask WHO did.")
    assert [m.text for m in named_in(doc, "Okonjo").mentions] == ["OKONJO"]
    assert named_in(doc, "Who") is None


@pytest.mark.parametrize(
    ("text", "name", "phrases"),
    [
        ("A daughter of the poet Lena Brandt spoke.", "Brandt's daughter", ["daughter of the poet Lena Brandt"]),
        ("Counsel hired by Grey Heron refused.", "counsel for Grey Heron", ["Counsel hired by Grey Heron"]),
        ("A son of the baker left. Then the baker's only son came.", "the baker's son",
         ["son of the baker", "baker's only son"]),
        ("Villagers in Lower Marsh were angry.", "Lower Marsh villagers", ["Villagers in Lower Marsh"]),
        ("Then many of the fishermen left.", "some fishermen", ["fishermen"]),
        ("The daughter came. Lena Brandt stayed.", "Brandt's daughter", None),  # nobody is called so in one sentence
        ("Mary Ellis wrote to John Smith.", "Ellis Smith", None),  # two people
        ("The daughter, who had come by train with five others and a dog, met Brandt.", "Brandt's daughter", None),
    ],
)  # fmt: skip
def test_who_is_asked_for_by_a_description_is_found_by_its_words(annotator, text, name, phrases):
    found = named_in(annotator.annotate(text), name)
    assert (found and [m.text for m in found.mentions]) == phrases
    assert found is None or all(text[m.start : m.end] == m.text for m in found.mentions)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The United Nations praised it.", "United States"),
        ("The Labour Party praised it.", "Conservative Party"),
        ("Rachel Johnson praised it.", "Boris Johnson"),
    ],
)
def test_part_of_another_name_is_no_mention(annotator, text, name):
    assert named_in(annotator.annotate(text), name) is None


def test_middle_initials_make_no_other_person_but_tell_two_apart():
    for one, other in (
        ("Inga R. Holt", "Inga Holt"),
        ("Inga R. S. Holt", "Inga Holt"),
        ("Inga R. Holt", "Inga R. Holt"),
    ):
        assert match_actor(one, [actor(other)])
        assert match_actor(other, [actor(one)])
    assert match_actor("Inga R. Holt", [actor("Inga S. Holt")]) is None
    assert match_actor("J. K. Holt", [actor("J. M. Holt")]) is None
