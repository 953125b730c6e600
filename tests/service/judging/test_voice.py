from dataclasses import replace

import pytest

from newstance.service import Actor
from newstance.service.judging.passages import target_of
from newstance.service.judging.voice import voice_of
from newstance.service.reading.actors import find_actors, match_actor, named_in
from newstance.service.reading.quotations import find_quotations
from newstance.service.reading.sentences import sentences_of

pytestmark = pytest.mark.embedded


@pytest.fixture
def manner(annotator):
    """(voice, claimed by) of the last sentence of a text."""

    def find(text, name="Anna Schmidt", target="the war"):
        doc = annotator.annotate(text)
        actors = find_actors(doc)
        actor = match_actor(name, actors) or named_in(doc, name) or Actor(name, "body")
        quotations = find_quotations(doc, actors)
        last = sentences_of(doc, quotations)[-1]
        return voice_of(last, replace(actor, name=name), target_of(target, (), actors), doc, quotations)

    return find


@pytest.mark.parametrize(
    "text",
    [
        '"I back the war," Anna Schmidt said.',
        '"We met." Anna Schmidt left. Anna Schmidt said that she backs the war.',
        "Anna Schmidt says she backs the war.",
        "According to Anna Schmidt, the war is just.",
        "A spokesman for Anna Schmidt said that Schmidt backs the war.",
        "Anna Schmidt called the war a crime.",
        'Anna Schmidt offered Peter Miller "full support" in the war.',
    ],
)
def test_own_words(manner, text):
    assert manner(text) == ("own words", None)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("Peter Miller accused Anna Schmidt of backing the war.", "Peter Miller"),
        ("Anna Schmidt was accused by Peter Miller of backing the war.", "Peter Miller"),
        ("Peter Miller said that Anna Schmidt backs the war.", "Peter Miller"),
        ('"Anna Schmidt backs the war," Peter Miller said.', "Peter Miller"),
        ("According to Peter Miller, Anna Schmidt backs the war.", "Peter Miller"),
        ("Anna Schmidt backs the war, according to Peter Miller.", "Peter Miller"),
        ("Peter Miller called Anna Schmidt a friend of the war.", "Peter Miller"),
        ("Critics say that Anna Schmidt backs the war.", "Critics"),
        ("Anna Schmidt is said to back the war.", None),
    ],
)
def test_claim_by_another(manner, text, by):
    assert manner(text) == ("claim", by)


def test_president_speaks_for_the_country(manner):
    text = "Norway's president Jens Hansen arrived. Jens Hansen said that Norway backs the war."
    assert manner(text, "Norway") == ("own words", None)
    text = "Jens Hansen is Norway's only minister. Jens Hansen said that Norway backs the war."
    assert manner(text, "Norway") == ("own words", None)
    text = "Jens Hansen is a critic of Norway. Jens Hansen said that Norway backs the war."
    assert manner(text, "Norway") == ("claim", "Jens Hansen")
    text = "Peter Miller arrived. Peter Miller said that Norway backs the war."
    assert manner(text, "Norway") == ("claim", "Peter Miller")


def test_what_is_confirmed_is_a_report(manner):
    assert manner("Peter Miller confirmed that Anna Schmidt backs the war.") == ("reported act", None)


def test_acts_and_the_narrators_words(manner):
    assert manner("Anna Schmidt marched against the war.")[0] == "reported act"
    assert manner("Peter Miller was thanked by Anna Schmidt for the war.")[0] == "reported act"
    assert manner("Anna Schmidt is a friend of the war.")[0] == "narrator"


def test_claim_about_another_is_no_claim_about_the_actor(manner):
    text = "Anna Schmidt backs the war, and Peter Miller said that it rained."
    assert manner(text)[0] == "reported act"
