"""Every word of the lists of ``people`` in a sentence that it decides."""

import pytest
from lists_of_words import decides, each

from newstance.service import Actor
from newstance.service.reading.actors import match_actor
from newstance.service.reading.layout import find_turns

pytestmark = pytest.mark.embedded


@each("people", "male_titles")
def test_a_mans_title_tells_that_he_is_one(word, meant):
    text = f"Alex Schmidt left. {word.title()} Robin Miller spoke. She won."
    decides(word, "MALE_TITLES TITLES ROLES", lambda: meant(text, "She"), "Alex Schmidt")


@each("people", "female_titles")
def test_a_womans_title_tells_that_she_is_one(word, meant):
    text = f"Alex Schmidt left. {word.title()} Robin Miller spoke. He won."
    decides(word, "FEMALE_TITLES TITLES ROLES", lambda: meant(text, "He"), "Alex Schmidt")


@each("people", "titles")
def test_a_title_is_no_part_of_a_name(word, actors):
    found = actors("Sam Miller rejected the plan.")
    decides(word, "TITLES", lambda: match_actor(f"{word.title()} Miller", found), found[0])


@each("people", "roles")
def test_an_office_means_who_holds_it(word, meant):
    text = f"Anna Schmidt, the {word} of Norrland, spoke. The {word} left."
    decides(word, "ROLES", lambda: meant(text, "The"), "Anna Schmidt")


@each("people", "other_holders")
def test_a_former_holder_does_not_hold_an_office(word, meant):
    text = f"Anna Schmidt, the {word} president of Norrland, spoke. The president left."
    decides(word, "OTHER_HOLDERS", lambda: meant(text, "The president"), None)


@each("people", "male_kin")
def test_kin_tell_that_somebody_is_a_man(word, meant):
    text = f"Alex Schmidt spoke. Her {word}, Robin Miller, left. She won."
    decides(word, "MALE_KIN", lambda: meant(text, "She"), "Alex Schmidt")


@each("people", "female_kin")
def test_kin_tell_that_somebody_is_a_woman(word, meant):
    text = f"Alex Schmidt spoke. His {word}, Robin Miller, left. He won."
    decides(word, "FEMALE_KIN", lambda: meant(text, "He"), "Alex Schmidt")


@each("people", "in_pairs")
def test_two_people_are_meant_together(word, meant):
    text = f"Anna Schmidt met Peter Miller. The two {word} argued."
    decides(word, "_PEOPLE _MEANT_IN_PAIRS", lambda: meant(text, "The two") is not None, True)


@each("people", "particles")
def test_a_particle_is_a_part_of_a_name(word):
    boer = Actor(f"Inga {word} Boer", "person")
    decides(word, "PARTICLES SMALL_WORDS", lambda: match_actor("Boer", [boer]), boer)


@each("people", "parts_in_layout")
def test_a_part_in_a_transcript_is_no_name(word):
    text = f"ANNA HOLT: It rained.\n\n{word.upper()}: Why did it rain?\n\nANNA HOLT: Nobody knows.\n"
    decides(word, "_NO_NAMES", lambda: len(list(find_turns(text))), 2)
