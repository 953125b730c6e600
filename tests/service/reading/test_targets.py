import time

import pytest

from newstance.service.reading.actors import find_actors
from newstance.service.reading.matters import Places, find_matters
from newstance.service.reading.targets import propose_targets

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
    assert proposed(text)[:2] == ["carbon tax", "Peter Miller"]


def test_actors_are_proposed_where_nothing_else_is(proposed):
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
        ("The town approved a wind park on Sorrel Hill. Farmers oppose the wind park.", "wind park on Sorrel Hill"),
        ("It supports a ban on abortions and welcomes the sect.", "ban on abortions"),
        ("Kestria bewailed the arrest of the author of songs.", "arrest of the author of songs"),
    ],
)
def test_target_is_short_and_says_what_it_is_about(proposed, text, name):
    assert proposed(text)[0] == name


def test_word_that_says_only_that_something_is_decided_comes_after_what_it_is(proposed):
    text = "Farmers condemned the decision. Bakers praised the decision. Cooks opposed the carbon tax."
    assert proposed(text)[:2] == ["carbon tax", "decision"]
    assert proposed(text.replace("the carbon tax", "it"))[0] == "decision"


@pytest.mark.parametrize("text", ["It rained.", "On Monday at 5, 20 percent came.", "😀", "They left him at 5."])
def test_nothing_to_propose(proposed, text):
    assert proposed(text) == []


def test_plan_is_proposed_and_not_the_words_for_what_it_is_to_do(proposed):
    text = (
        "Councillors will vote on a plan to ban large cruise ships. Bakers welcomed the plan. Cooks rejected the ban. "
        "The ban would cost jobs, and the ban is unjust. Bakers are against cruise ships."
    )
    assert proposed(text)[0] == "plan to ban large cruise ships"


def test_bare_noun_counts_for_what_is_called_so_in_full(annotator):
    doc = annotator.annotate("Farmers condemned the tax. The council tax is high. Bakers reject the tax.")
    [tax] = [matter for matter in find_matters(doc, [], Places(doc, [])) if matter.head == "tax"]
    assert (tax.name, len(tax.roots)) == ("council tax", 3)


def test_actor_and_what_is_the_actor_s_are_two_targets(proposed):
    text = (
        "Farmers condemned Anna Schmidt. Bakers condemned Anna Schmidt's budget. Cooks praised Anna Schmidt's budget."
    )
    assert {"Anna Schmidt", "Anna Schmidt's budget"} <= set(proposed(text))


@pytest.mark.parametrize(
    "text",
    [
        "Farmers condemned the “green” tax.",
        "Farmers condemned her.",
        "Farmers condemned Thursday.",
        "Farmers condemned Mr Li's re-election.",
    ],
)
def test_no_half_quotations_pronouns_times_or_halves_of_words(proposed, text):
    assert not {"“green” tax", "green” tax", "her", "Thursday", "Mr Li's re", "re"} & set(proposed(text, 9))


def test_a_long_text_takes_no_more_time_for_each_word(annotator):
    paragraph = "Anna Schmidt condemned the carbon tax of the council. Peter Miller praised the ban on {} ships."
    colours = ["red", "green", "blue", "black", "white", "grey", "old", "new", "big", "small"]

    def seconds(times):
        doc = annotator.annotate("\n".join(paragraph.format(colours[i % len(colours)]) for i in range(times)))
        actors = find_actors(doc)
        start = time.process_time()
        propose_targets(doc, actors, 3)
        return time.process_time() - start

    seconds(10)
    assert seconds(150) < 3 * 10 * max(seconds(15), 0.001)


@pytest.mark.parametrize("word", ["ENOUGH", "SUCH"])
def test_an_article_may_end_with_a_word_that_says_nothing(proposed, word):
    assert proposed(f"Anna Schmidt has had {word}") == ["Anna Schmidt"]
