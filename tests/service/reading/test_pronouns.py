"""Whom pronouns mean."""

import pytest
from mentions import texts

pytestmark = pytest.mark.embedded


def test_pronouns_mean_the_last_person_who_acted(actors_in):
    found = actors_in("Angela Merkel spoke first. She praised the plan. Emmanuel Macron answered. He left.")
    assert [m.text for m in found["Angela Merkel"].mentions if m.is_pronoun] == ["She"]
    assert [m.text for m in found["Emmanuel Macron"].mentions if m.is_pronoun] == ["He"]


def test_club_that_the_recognizer_takes_for_a_person_is_not_he(actors_in):
    found = actors_in("Roberto Martinez spoke. Everton won, and Everton fans cheered. He left.")
    assert "He" in texts(found["Roberto Martinez"])


def test_pronoun_of_another_gender_is_left_alone(actors_in):
    (actor,) = actors_in("Mr Smith spoke on Monday. She praised the plan.").values()
    assert texts(actor) == ["Smith"]
    (actor,) = actors_in("Peter Miller spoke. He smiled. She praised the plan.").values()
    assert texts(actor) == ["Peter Miller", "He"]


def test_object_is_not_the_subject_beside_it(actors_in):
    found = actors_in("Ingrid Solberg spoke. Peter Miller met her in Paris and thanked her. He left.")
    assert texts(found["Ingrid Solberg"]) == ["Ingrid Solberg", "her", "her"]
    assert texts(found["Peter Miller"]) == ["Peter Miller", "He"]


def test_pronoun_is_left_alone_where_two_fit(actors_in):
    found = actors_in("Peter Miller promoted Thomas Brown to a post. His friends were glad.")
    assert "His" not in [text for actor in found.values() for text in texts(actor)]
    found = actors_in("Peter Miller promoted Thomas Brown, who smiled, to a post that he had held for years.")
    assert "he" not in [text for actor in found.values() for text in texts(actor)]


def test_subject_of_the_main_clause_goes_on(actors_in):
    found = actors_in("Peter Miller said that Thomas Brown was to blame. He added that the talks had failed.")
    assert "He" in texts(found["Peter Miller"])
    found = actors_in('Peter Miller said that Thomas Brown was to blame. "It was hard. It is over," he said.')
    assert "he" in texts(found["Peter Miller"])


def test_pronoun_means_the_subject_of_its_own_clause_first(actors_in):
    found = actors_in("Thomas Brown spoke. Peter Miller said he would sell his house.")
    assert texts(found["Peter Miller"]) == ["Peter Miller", "he", "his"]
    found = actors_in("Thomas Brown, whom Peter Miller knew, sold his house.")
    assert texts(found["Peter Miller"]) == ["Peter Miller"]


def test_who_does_nothing_else_may_still_be_meant(actors_in):
    found = actors_in("Thomas Brown spoke. The room was named after Peter Miller. His wife was glad.")
    assert texts(found["Thomas Brown"]) == ["Thomas Brown"]


def test_a_subject_that_the_recognizer_missed_is_nobody_elses_pronoun(annotator, actors_in):
    text = "Peter Miller spoke. Macheda hired a trainer and kept his job. He was glad."
    assert "Macheda" not in [entity.text for entity in annotator.annotate(text).ents]
    assert texts(actors_in(text)["Peter Miller"]) == ["Peter Miller"]


def test_whom_somebody_urges_is_somebody_else(actors_in):
    found = actors_in("Ingrid Solberg is president. Anna Schmidt said she disagreed and urged her to resign.")
    assert texts(found["Ingrid Solberg"]) == ["Ingrid Solberg", "her"]
    assert texts(found["Anna Schmidt"]) == ["Anna Schmidt", "she"]


def test_body_goes_on_as_it_at_the_beginning_of_the_next_sentence(actors_in):
    (actor,) = actors_in("Siemens raised prices. It said costs had risen. The rain fell. It was cold.").values()
    assert texts(actor) == ["Siemens", "It"]


def test_pronouns_in_quotations_are_left_alone(actors_in):
    found = actors_in('Anna Schmidt met Peter Miller. "He is wrong," she said.')
    assert "He" not in [text for actor in found.values() for text in texts(actor)]
