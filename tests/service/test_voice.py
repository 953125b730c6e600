from dataclasses import replace

import pytest

from newstance.service import Actor
from newstance.service.actors import find_actors, match_actor, named_in
from newstance.service.passages import passages_of, target_of
from newstance.service.quotations import find_quotations

pytestmark = pytest.mark.embedded


@pytest.fixture
def manner(annotator):
    """(voice, claimed by, doubt) of the last passage of a text."""

    def find(text, name="Anna Schmidt", target="the war"):
        doc = annotator.annotate(text)
        actors = find_actors(doc)
        actor = match_actor(name, actors) or named_in(doc, name) or Actor(name, "body")
        found = passages_of(replace(actor, name=name), target_of(target, (), actors), doc, find_quotations(doc, actors))
        return found[-1].voice, found[-1].claimed_by, found[-1].doubt

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
    assert manner(text)[:2] == ("own words", None)


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
    assert manner(text)[:2] == ("claim", by)


def test_president_speaks_for_the_country(manner):
    text = "Norway's president Jens Hansen arrived. Jens Hansen said that Norway backs the war."
    assert manner(text, "Norway")[:2] == ("own words", None)
    text = "Jens Hansen is Norway's only minister. Jens Hansen said that Norway backs the war."
    assert manner(text, "Norway")[:2] == ("own words", None)
    text = "Jens Hansen is a critic of Norway. Jens Hansen said that Norway backs the war."
    assert manner(text, "Norway")[:2] == ("claim", "Jens Hansen")
    text = "Peter Miller arrived. Peter Miller said that Norway backs the war."
    assert manner(text, "Norway")[:2] == ("claim", "Peter Miller")


def test_what_is_confirmed_is_a_report(manner):
    assert manner("Peter Miller confirmed that Anna Schmidt backs the war.")[:2] == ("reported act", None)


def test_acts_and_the_narrators_words(manner):
    assert manner("Anna Schmidt marched against the war.")[0] == "reported act"
    assert manner("Peter Miller was thanked by Anna Schmidt for the war.")[0] == "reported act"
    assert manner("Anna Schmidt is a friend of the war.")[0] == "narrator"


def test_claim_about_another_is_no_claim_about_the_actor(manner):
    text = "Anna Schmidt backs the war, and Peter Miller said that it rained."
    assert manner(text)[0] == "reported act"


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Anna Schmidt may back the war.", "hedge"),
        ("Anna Schmidt is considering backing the war.", "hedge"),
        ("It is unclear whether Anna Schmidt backs the war.", "hedge"),
        ("Anna Schmidt has yet to endorse the war.", "hedge"),
        ("Anna Schmidt is expected to back the war.", "hedge"),
        ("Anna Schmidt would back the war if it were short.", "condition"),
        ("If Anna Schmidt backs the war, Peter Miller will leave.", "condition"),
        ("Does Anna Schmidt back the war?", "question"),
        ("Anna Schmidt denied backing the war.", "denial"),
        ("Anna Schmidt rejected claims that she backs the war.", "denial"),
        ("It is untrue that Anna Schmidt backs the war.", "denial"),
        ("Anna Schmidt did not condemn the war.", "negation"),
        ("Anna Schmidt is not opposed to the war.", "negation"),
        ("Anna Schmidt raised no objections to the war.", "negation"),
        ("Anna Schmidt used to defend the war.", "given up"),
        ("Anna Schmidt, once a champion of the war, spoke of fishing.", "given up"),
        ("Anna Schmidt dropped her opposition to the war.", "given up"),
    ],
)
def test_doubt(manner, text, doubt):
    assert manner(text)[2] == doubt


@pytest.mark.parametrize(
    "text",
    [
        "Anna Schmidt backs the war.",
        "Anna Schmidt does not back the war.",  # the model reads it
        "Anna Schmidt said it would back the war.",
        "Anna Schmidt could not back the war.",
        "Anna Schmidt considers the war a crime.",
        "Anna Schmidt backs the war even if it is long.",
        "Anna Schmidt denied that Peter Miller backs the war.",
        "Anna Schmidt not only condemned the war but left.",
        "Anna Schmidt once backed the war, and now condemns it.",
        "More than once Anna Schmidt backed the war.",
        '"Who can back the war?" Anna Schmidt asked.',
        "Peter Miller may leave, and Anna Schmidt backs the war.",
    ],
)
def test_no_doubt(manner, text):
    assert manner(text)[2] is None
