import pytest

from newstance.service.actors import find_actors
from newstance.service.targets import propose_targets

pytestmark = pytest.mark.embedded


@pytest.fixture
def proposed(annotator):
    def propose(text, most=3):
        doc = annotator.annotate(text)
        return propose_targets(doc, find_actors(doc), most)

    return propose


def test_what_is_supported_and_opposed_comes_first(proposed):
    text = "Farmers came by tractor. Farmers condemned the carbon tax. Anna Schmidt opposed the carbon tax."
    assert proposed(text)[0] == "carbon tax"


def test_complement_belongs_to_the_name(proposed):
    text = "Anna Schmidt condemned the war in Yemen. Peter Miller supported the war in Yemen."
    assert proposed(text)[0] == "war in Yemen"


def test_no_more_than_asked_for_and_no_two_about_the_same(proposed):
    text = (
        "Farmers condemned the new law. Bakers opposed taxes. Cooks rejected the cull of wolves. Poets praised the law."
    )
    for most in (1, 2, 3):
        found = proposed(text, most)
        assert len(found) == most
        assert sum("law" in name for name in found) <= 1


def test_actors_are_proposed_where_positions_are_taken_toward_them(proposed):
    assert set(proposed("Kim praised Putin. Putin praised Kim.")) == {"Kim", "Putin"}
    text = "Anna Schmidt condemned the carbon tax. Anna Schmidt praised Peter Miller. Peter Miller met Li Wei."
    assert proposed(text) == ["carbon tax", "Peter Miller"]


def test_heaviest_actors_are_proposed_where_nothing_else_is(proposed):
    assert proposed("Anna Schmidt came home. Peter Miller slept. Anna Schmidt slept.") == [
        "Anna Schmidt",
        "Peter Miller",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Councillors will vote on a plan to ban large cruise ships from the harbour.",
            "plan to ban large cruise ships",
        ),
        ("Parliament debated Thursday's air strike. Turkey condemned the air strike.", "air strike"),
        ("Bishops opposed same-sex marriage. Others supported same-sex marriage.", "same-sex marriage"),
        ("The town approved a wind park on Sorrel Hill on Monday.", "wind park on Sorrel Hill"),
        ("It supports a ban on abortions and welcomes the sect.", "ban on abortions"),
        ("Tarania left in protest against the arrest of two journalists.", "arrest of two journalists"),
    ],
)
def test_target_is_short_and_says_what_it_is_about(proposed, text, name):
    assert proposed(text)[0] == name


def test_word_that_says_only_that_something_is_decided_comes_after_what_it_is(proposed):
    text = "Farmers condemned the decision. Bakers praised the decision. Cooks opposed the carbon tax."
    assert proposed(text) == ["carbon tax"]
    assert proposed(text.replace("the carbon tax", "it")) == ["decision"]


@pytest.mark.parametrize("text", ["It rained.", "On Monday at 5, 20 percent came.", "😀", "قال الرئيس."])
def test_nothing_to_propose(proposed, text):
    assert proposed(text) == []
