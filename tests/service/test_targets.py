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
    assert proposed(text)[0] == "the carbon tax"


def test_complement_belongs_to_the_name(proposed):
    text = "Anna Schmidt condemned the war in Yemen. Peter Miller supported the war in Yemen."
    assert proposed(text)[0] == "the war in Yemen"


def test_no_more_than_asked_for_and_no_two_about_the_same(proposed):
    text = "Farmers condemned the new law. Bakers opposed violence. Cooks rejected taxes. Poets praised the law."
    for most in (1, 2, 3):
        found = proposed(text, most)
        assert len(found) == most
        assert sum("law" in name for name in found) <= 1


def test_actors_are_proposed_only_where_nothing_else_is(proposed):
    assert proposed("Kim praised Putin. Putin praised Kim.") == ["Kim", "Putin"]
    text = "Kim praised the plan. Putin attacked the plan. Kim met Putin. Kim thanked Putin."
    assert proposed(text) == ["the plan"]


@pytest.mark.parametrize("text", ["It rained.", "On Monday at 5, 20 percent came.", "😀", "قال الرئيس."])
def test_nothing_to_propose(proposed, text):
    assert proposed(text) == []
