"""Every word of the lists of ``bodies`` in a sentence that it decides."""

import pytest
from lists_of_words import decides, each

pytestmark = pytest.mark.embedded


@each("bodies", "kinds")
def test_a_kind_of_body_means_the_one_beside_it(word, meant):
    text = f"The {word} Skylark rejected the plan. The {word} closed."
    if word == "think-tank":  # three words to the parser, one in a name
        text = "Norrland Think-Tank rejected the plan. Norrland sued."
        decides(word, "KINDS", lambda: meant(text, "Norrland"), "Norrland Think-Tank")
    else:
        decides(word, "KINDS _KINDS_OF_BODIES BODY_NOUNS _HEADS", lambda: meant(text, f"The {word}"), "Skylark")


@each("bodies", "bodies")
def test_a_body_without_a_name_acts(word, meant):
    name = {"congress": "workers' congress", "executive": "Skylark executive"}.get(word, f"town {word}")
    text = f"The {name} rejected the plan."
    decides(word, "BODIES _KINDS_OF_BODIES BODY_NOUNS _HEADS", lambda: meant(text, name), name)


@each("bodies", "acting_bare")
def test_some_bodies_need_no_article(word, meant):
    text = f"Later, {word} rejected the plan."
    decides(word, "_ACTING_BARE", lambda: meant(text, word), word)


@each("bodies", "laws")
def test_a_law_is_nobody(word, actors):
    text = f"The Harwick {word.title()} bans ships."
    decides(word, "LAWS", lambda: actors(text), [])


@each("bodies", "governments")
def test_what_governs_a_country_is_the_country(word, meant):
    text = f"The Russian {word} rejected the plan."
    decides(word, "GOVERNMENTS _KINDS_OF_BODIES MINISTRIES", lambda: meant(text, f"The Russian {word}"), "Russia")


@each("bodies", "ministries")
def test_what_a_part_of_a_state_says_the_state_says(word, actors):
    text = f"Ukraine's foreign {word} rejected the plan."
    decides(word, "MINISTRIES", lambda: [actor.weight for actor in actors(text) if actor.name == "Ukraine"], [1.0])


@each("bodies", "settlements")
def test_a_town_that_acts_is_somebody(word, actors):
    text = f"The {word} of Brunnfeld will sue the firm."
    decides(word, "SETTLEMENTS", lambda: [actor.name for actor in actors(text)], ["Brunnfeld"])


@each("bodies", "countries_in_pairs")
def test_two_countries_are_meant_together(word, meant):
    text = f"Ukraine accused Russia. Both {word} want peace."
    decides(word, "_STATES _MEANT_IN_PAIRS", lambda: meant(text, "Both") is not None, True)


@each("bodies", "sides_in_pairs")
def test_two_sides_are_meant_together(word, meant):
    text = f"Ukraine accused Russia. Both {word} want peace."
    decides(word, "_SIDES _MEANT_IN_PAIRS", lambda: meant(text, "Both") is not None, True)


@each("bodies", "countries")
def test_examples_of_them_are_countries(word, actors):
    text = f"It rained in {word} including Spain and Italy."
    decides(word, "_COUNTRIES", lambda: sorted(actor.name for actor in actors(text)), ["Italy", "Spain"])
