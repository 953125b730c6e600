"""Every word of the lists of ``deeds`` in a sentence that it decides."""

import pytest
from lists_of_words import decides, each, past

pytestmark = pytest.mark.embedded

_PRINTED = {"run": "run", "write": "written"}
# What is no verb, or as a verb is a cue, too: the sentence that it stands in.
_STANDS_IN = {
    "Their {} of Russia is strong.": "backing condemnation criticism defence defense demand endorsement fear fury "
    "hatred invasion praise",
    "Their {} to Russia is strong.": "allegiance hostility opposition resistance solidarity welcome",
    "Their {} for Russia is strong.": "anger outrage rejection sympathy war",
    "They stay {} to Russia.": "hostile loyal opposed sympathetic",
    "The {} to Russia grows.": "threat",
    "The {} for Russia was high.": "fine",
    "Farmers {}ed of Russia.": "warn",
    "Farmers {}ed to Russia.": "appeal",
}
_NOUNS = {word: sentence.format(word) for sentence, listed in _STANDS_IN.items() for word in listed.split()}


def names(actors):
    return [actor.name for actor in actors]


@each("deeds", "states")
def test_who_is_in_a_state_does_nothing(word, actors):
    text = f"The Harwick Council {past(word)} for ten years."
    decides(word, "STATES", lambda: actors(text), [])


@each("deeds", "happenings")
def test_what_happens_is_nothing_done(word, actors):
    text = f"The Harwick Gallery {past(word)} on Monday."
    decides(word, "HAPPENINGS", lambda: actors(text), [])


@each("deeds", "stances")
def test_whom_a_stance_is_about_matters(word, actors):
    text = _NOUNS.get(word, f"Farmers {past(word)} Russia.")
    decides(word, "STANCES", lambda: "Russia" in names(actors(text)), True)


@each("deeds", "giving")
def test_a_capital_that_is_given_something_governs(word, actors):
    text = "Farmers offered shells to Moscow." if word == "offer" else f"Shells were {past(word)} to Russia."
    decides(word, "GIVING", lambda: names(actors(text)), ["Russia"])


@each("deeds", "coming")
def test_what_comes_from_somebody_is_theirs(word, actors):
    text = f"The {word} from Russia grew."
    decides(word, "_COMING", lambda: names(actors(text)), ["Russia"])


@each("deeds", "governing")
def test_a_capital_that_governs_is_its_country(word, actors):
    text = f"Oslo will {word} ships."
    decides(word, "GOVERNING", lambda: names(actors(text)), ["Norway"])


@each("deeds", "publications")
def test_who_makes_a_publication_is_somebody(word, actors):
    text = f"The {word} by the Harwick Echo is new."
    decides(word, "PUBLICATIONS", lambda: names(actors(text)), ["Harwick Echo"])


@each("deeds", "publishing")
def test_where_something_is_published_is_somebody(word, actors):
    text = f"The story was {_PRINTED.get(word, past(word))} in the Harwick Echo."
    decides(word, "PUBLISHING", lambda: names(actors(text)), ["Harwick Echo"])


@each("deeds", "weather")
def test_nobody_makes_the_weather(word, meant):
    text = f"The council rejected the plan. It {past(word)} all day."
    decides(word, "_WEATHER", lambda: meant(text, "It"), None)
