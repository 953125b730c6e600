"""Every word of the lists of ``small_words`` in a sentence that it decides."""

import pytest
from lists_of_words import decides, each

from newstance.service.reading.actors import find_actors
from newstance.service.reading.matters import Places, find_matters

pytestmark = pytest.mark.embedded

_HIM = {
    "he": "Robin Miller spoke. He won.",
    "him": "Robin Miller spoke. Farmers like him.",
    "his": "Robin Miller spoke. Farmers like his plan.",
    "himself": "Robin Miller hurt himself.",
    "she": "Robin Miller spoke. She won.",
    "her": "Robin Miller spoke. Farmers like her.",
    "hers": "Robin Miller spoke. Farmers like a friend of hers.",
    "herself": "Robin Miller hurt herself.",
}


@pytest.fixture
def matters(annotator):
    def find(text):
        doc = annotator.annotate(text)
        actors = find_actors(doc)
        return [matter.name for matter in find_matters(doc, actors, Places(doc, actors))]

    return find


def pronoun(word):
    return word.title() if f"{word.title()} " in _HIM[word] else word


@each("small_words", "he")
def test_he_is_a_person(word, meant):
    decides(word, "_HE", lambda: meant(_HIM[word], pronoun(word)), "Robin Miller")


@each("small_words", "she")
def test_she_is_a_person(word, meant):
    decides(word, "_SHE", lambda: meant(_HIM[word], pronoun(word)), "Robin Miller")


@each("small_words", "it")
def test_it_is_a_body(word, meant):
    text = f"The Harwick Council spoke. {word.title()} won."
    decides(word, "_IT", lambda: meant(text, word.title()), "Harwick Council")


@each("small_words", "locating")
def test_what_lies_somewhere_does_nothing(word, actors):
    text = f"Aid came {word} Palmyra. Rebels attacked Palmyra."
    decides(word, "_LOCATING", lambda: [actor.name for actor in actors(text)], [])


@each("small_words", "opposing")
def test_with_whom_one_deals_is_somebody(word, actors):
    text = f"Farmers fought {word} Russia."
    decides(word, "_OPPOSING", lambda: "Russia" in [actor.name for actor in actors(text)], True)


@each("small_words", "directing")
def test_a_stance_is_directed_at_somebody(word, actors):
    text = f"Their support {word} Russia grew."
    decides(word, "_DIRECTING", lambda: [actor.name for actor in actors(text)], ["Russia"])


@each("small_words", "listing")
def test_examples_of_countries_are_countries(word, actors):
    text = f"It rained in countries {word} Spain and Italy."
    decides(word, "_LISTING", lambda: sorted(actor.name for actor in actors(text)), ["Italy", "Spain"])


@each("small_words", "complements")
def test_a_matter_is_named_with_what_it_is_about(word, matters):
    phrase = {"into": "inquiry into taxes", "to": "turn to action"}.get(word, f"war {word} taxes")
    decides(word, "_COMPLEMENTS", lambda: phrase in matters(f"The {phrase} failed."), True)


@each("small_words", "empty")
def test_what_says_nothing_is_not_named(word, matters):
    text = f"Farmers oppose the {word} taxes."
    decides(word, "_EMPTY_WORDS", lambda: matters(text), ["taxes"])


@each("small_words", "before_people")
def test_a_person_has_a_part_in_what_happens(word, actors):
    text = "Farmers stood as Anna Schmidt." if word == "as" else f"A letter {word} Anna Schmidt was found."
    decides(word, "_PERSON_PREPOSITIONS", lambda: "Anna Schmidt" in [actor.name for actor in actors(text)], True)
