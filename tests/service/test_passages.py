from dataclasses import replace

import pytest

from newstance.service import Actor
from newstance.service.actors import find_actors, match_actor, named_in
from newstance.service.passages import is_named, passages_of, query_for, target_of
from newstance.service.quotations import find_quotations

pytestmark = pytest.mark.embedded


@pytest.fixture
def passages(annotator):
    def find(text, name, target, aliases=()):
        doc = annotator.annotate(text)
        actors = find_actors(doc)
        actor = match_actor(name, actors) or named_in(doc, name) or Actor(name, "body")
        found = passages_of(
            replace(actor, name=name), target_of(target, aliases, actors), doc, find_quotations(doc, actors)
        )
        assert all(text[p.start : p.end].strip() == text[p.start : p.end] for p in found)
        return found

    return find


def prompts(found):
    return [passage.prompt for passage in found]


def test_only_sentences_that_name_the_actor_count(passages):
    found = passages("Anna Schmidt spoke. It rained. Peter Miller left.", "Anna Schmidt", "the plan")
    assert prompts(found) == ["Anna Schmidt spoke."]
    assert (found[0].start, found[0].end) == (0, 19)


def test_sentences_that_are_not_near_the_target_count_only_if_they_name_it(annotator):
    text = "Anna Schmidt spoke. Anna Schmidt smiled. Anna Schmidt backs the plan."
    doc = annotator.annotate(text)
    (actor,) = find_actors(doc)
    target = replace(target_of("the plan", (), [actor]), near=frozenset({0}))
    assert [p.start for p in passages_of(actor, target, doc, ())] == [0, text.index("Anna Schmidt backs")]


def test_mentions_and_pronouns_are_called_by_the_name_asked_for(passages):
    text = "Ingrid Solberg spoke. She praised her council, and Peter Miller thanked her. Solberg’s plan won."
    assert prompts(passages(text, "Solberg", "the plan")) == [
        "Solberg spoke.",
        "Solberg praised Solberg's council, and Peter Miller thanked Solberg.",
        "Solberg’s plan won.",
    ]


def test_his_becomes_a_possessive(passages):
    found = passages("Peter Miller spoke. His plan won.", "Peter Miller", "taxes")
    assert prompts(found)[1] == "Peter Miller's plan won."


def test_target_is_called_by_its_name_too(passages):
    text = "Vladimir Putin spoke. Kim praised Putin. Putin thanked Kim."
    assert prompts(passages(text, "Kim", "Vladimir Putin")) == [
        "Kim praised Vladimir Putin.",
        "Vladimir Putin thanked Kim.",
    ]


def test_quotation_gets_its_speaker_in_front(passages):
    text = '"The plan is bad," Anna Schmidt said. "It costs too much."\n\n“We must stop it.”'
    found = passages(text, "Anna Schmidt", "the plan")
    first, second, third = prompts(found)
    assert first == '"The plan is bad," Anna Schmidt said.'
    assert second.endswith('Anna Schmidt said: "It costs too much."')
    assert third == 'Anna Schmidt said: "We must stop it."'
    # Most of the first sentence is not quoted.
    assert [p.speaker and p.speaker.name for p in found] == [None, "Anna Schmidt", "Anna Schmidt"]


def test_words_of_another_about_the_actor_carry_the_others_name(passages):
    text = 'Anna Schmidt left. "It is late," Peter Miller said. "Anna Schmidt is wrong."'
    found = passages(text, "Anna Schmidt", "the plan")
    assert prompts(found)[1] == 'Peter Miller said: "Anna Schmidt is wrong."'
    assert found[1].speaker.name == "Peter Miller"


def test_relation_to_the_target(passages):
    text = "Anna Schmidt spoke. Anna Schmidt saw the harbour. Anna Schmidt smiled. Anna Schmidt left."
    found = passages(text, "Anna Schmidt", "the harbour plan")
    assert [p.relation for p in found] == ["unrelated", "named", "context", "unrelated"]


def test_sentence_between_that_does_not_name_the_actor_is_context_too(passages):
    found = passages("The harbour is old. Anna Schmidt praised it.", "Anna Schmidt", "the harbour")
    assert [p.relation for p in found] == ["context"]


def test_aliases_of_a_target_name_it(passages):
    text = "Anna Schmidt praised the wind farm."
    assert passages(text, "Anna Schmidt", "renewable energy")[0].relation == "unrelated"
    assert passages(text, "Anna Schmidt", "renewable energy", ["wind farm"])[0].relation == "named"


def test_target_that_is_an_actor_is_named_by_pronouns_too(passages):
    text = "Ingrid Solberg spoke. Anna Schmidt left. She said no. Peter Miller praised Solberg."
    assert [p.relation for p in passages(text, "Peter Miller", "Ingrid Solberg")] == ["named"]
    assert target_of("Solberg", (), [Actor("Ingrid Solberg", "person")]).actor is not None


def test_actor_that_the_article_does_not_name_has_no_passages(passages):
    assert passages("It rained. Anna Schmidt left.", "Peter Miller", "the plan") == []


def test_blank_lines_are_no_passages(passages):
    assert len(passages("\n\nAnna Schmidt spoke.\n\n \n\nAnna Schmidt left.\n", "Anna Schmidt", "x")) == 2


def test_names_with_regex_and_template_characters(passages):
    text = "AC/DC praised the plan. AC/DC left."
    assert prompts(passages(text, "AC/DC {target}", "C++ (x"))[1] == "AC/DC {target} left."
    assert prompts(passages(text, "AC/DC", r"the \1 plan"))[0] == "AC/DC praised the plan."


def test_actor_is_its_own_target(annotator):
    actors = find_actors(annotator.annotate("Ingrid Solberg spoke. Solberg left. Peter Miller left."))
    solberg, miller = (match_actor(name, actors) for name in ("Solberg", "Miller"))
    target = target_of("Ms Solberg", (), actors)
    assert target.is_actor(solberg)
    assert target.is_actor(replace(solberg, name="the mayor"))
    assert not target.is_actor(miller)
    assert target_of("the moon", (), actors).is_actor(Actor("The Moon", "body"))


def test_query_asks_by_the_names_asked_for(passages):
    (passage,) = passages("Kim praised Putin.", "Kim", "Putin")
    query = query_for(passage, Actor("Kim", "person"), target_of("Putin", (), []))
    assert (query.text, query.holder, query.target) == ("Kim praised Putin.", "Kim", "Putin")


def test_an_article_that_does_not_mention_the_target_shows_nothing_of_it(annotator):
    doc = annotator.annotate("Anna Schmidt condemned the noise.")
    (anna,) = find_actors(doc)
    silent = replace(target_of("the plan", (), [anna]), is_mentioned=False)
    assert passages_of(anna, silent, doc, []) == []


@pytest.mark.parametrize(
    ("target", "aliases", "expected"),
    [("the plan", (), False), ("noise", (), True), ("the plan", ("the noises",), True), ("Schmidt", (), True)],
)
def test_what_the_article_names(annotator, target, aliases, expected):
    doc = annotator.annotate("Anna Schmidt condemned the noise.")
    assert is_named(target_of(target, aliases, find_actors(doc)), doc) is expected
