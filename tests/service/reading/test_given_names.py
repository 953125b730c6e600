"""People by their given names: every name of the list in a sentence, and what the list changes in an article."""

import pytest
import spacy
from spacy.tokens import Doc

from newstance.service.reading.given_names import given_names, has_given_name, is_mans, is_person

VOCAB = spacy.blank("en").vocab


def parsed(name):
    """ "Then NAME Harlowe left." as a parser would give it, and the words of the name."""
    words = ["Then", *name.replace("-", " - ").split(), "Harlowe", "left", "."]
    surname, verb = len(words) - 3, len(words) - 2
    heads = [verb, *[surname] * (surname - 1), verb, verb, verb]
    spaces = ["-" not in (word, after) for word, after in zip(words, [*words[1:], ""], strict=True)]
    doc = Doc(
        VOCAB, words, spaces, heads=heads, deps=["advmod", *["compound"] * (surname - 1), "nsubj", "ROOT", "punct"]
    )
    return doc[1 : surname + 1]


@pytest.mark.parametrize(("gender", "count"), [(True, 1884), (False, 2097), (None, 356)])
def test_a_given_name_and_a_surname_are_a_person(gender, count):
    names = [name for name, is_male in given_names().items() if is_male is gender]
    assert len(names) == count
    for name in names:
        assert is_person(parsed(name)), name
        assert is_mans(f"{name} Harlowe") is gender


@pytest.mark.parametrize(
    "name", ["Harlowe", "Anna", "Anna HARLOWE", "Anna Harlowe Bank", "Anna Keller France", "Anna of Harlowe"]
)
def test_other_words_are_none(name):
    words = name.split()
    heads = [len(words) - 1] * len(words)
    assert not is_person(Doc(VOCAB, words, heads=heads, deps=["compound"] * (len(words) - 1) + ["ROOT"])[:])


@pytest.mark.parametrize(
    "name",
    [
        "Morgan Stanley",
        "Eli Lilly",
        "Austin Energy",
        "Charlotte Observer",
        "Lincoln Center",
        "Lee County",
        "Santa Clara",
    ],
)
def test_firms_papers_and_places_that_begin_as_people_do_are_none(name):
    assert not has_given_name(name)
    assert not is_person(Doc(VOCAB, name.split(), heads=[1, 1], deps=["compound", "ROOT"])[:])


def test_a_name_in_the_plural_is_none():
    doc = Doc(VOCAB, ["Kelly", "Xyzzies"], tags=["NNP", "NNPS"], heads=[1, 1], deps=["compound", "ROOT"])
    assert not is_person(doc[:])


@pytest.mark.embedded
@pytest.mark.parametrize("name", ["Morgan Stanley", "Austin Energy", "Kelly Services", "Lee County", "Lincoln Center"])
def test_a_firm_or_place_that_acts_is_no_person(actors_in, name):
    found = actors_in(f"{name} said on Monday that it opposed the new tax. Analysts at {name} expect prices to rise.")
    assert found[name].kind != "person"


@pytest.mark.embedded
@pytest.mark.parametrize("name", ["Kari Lake", "Russell Brand", "Samantha Power", "Austin Butler"])
def test_people_whose_names_are_words_stay_people(actors_in, name):
    assert actors_in(f"{name} said on Monday that the new tax was wrong. Voters like {name}.")[name].kind == "person"


def test_what_has_an_article_is_none():
    doc = Doc(VOCAB, ["the", "Anna", "Harlowe"], heads=[2, 2, 2], deps=["det", "compound", "ROOT"])
    assert not is_person(doc[1:])
    assert is_person(Doc(VOCAB, ["Anna", "Harlowe"], heads=[1, 1], deps=["compound", "ROOT"])[:])


def test_accents_do_not_matter():
    assert is_mans("Jörg Harlowe") is True
    assert has_given_name("Zoé Harlowe")


def test_one_word_tells_nothing():
    assert is_mans("Anna") is None
    assert not has_given_name("Anna")


@pytest.mark.embedded
def test_a_surname_that_is_taken_for_a_body_is_the_persons(actors_in):
    text = "Former Deputy Director Alan Futrell sued. Futrell's attorneys have argued. Futrell has denied it."
    (actor,) = (a for a in actors_in(text).values() if "Futrell" in a.name)
    assert (actor.name, actor.kind) == ("Alan Futrell", "person")


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Deputy Speaker Sheila Hale agreed it was unusual.", "Sheila Hale"),
        ("Tory frontbencher Angus Tyrell MP demanded an answer.", "Angus Tyrell"),
    ],
)
def test_people_beside_titles_are_found_whole(actors_in, text, name):
    assert actors_in(text)[name].kind == "person"


@pytest.mark.embedded
def test_a_pronoun_is_nobody_of_another_given_name(meant):
    assert meant("Maria Keller met Thomas Brandt on Monday. She left early.", "She") == "Maria Keller"
    assert meant("Thomas Brandt left. Maria Keller met him. He won.", "He") == "Thomas Brandt"


@pytest.mark.embedded
def test_an_adverb_is_no_part_of_a_name(actors_in):
    assert "However Halloran" not in actors_in("However Halloran and other senators voted against it. Halloran left.")
