import time
from dataclasses import replace

import pytest

from newstance.service import Actor
from newstance.service.judging import passages as passages_module
from newstance.service.judging.passages import alone, is_named, passages_of, query_for, target_of
from newstance.service.judging.window import window_of
from newstance.service.reading.actors import find_actors, match_actor, named_in
from newstance.service.reading.quotations import find_quotations
from newstance.service.reading.sentences import sentences_of

pytestmark = pytest.mark.embedded


@pytest.fixture
def passages(annotator):
    def find(text, name, target, aliases=()):
        doc = annotator.annotate(text)
        actors = find_actors(doc)
        actor = match_actor(name, actors) or named_in(doc, name) or Actor(name, "body")
        sentences = sentences_of(doc, find_quotations(doc, actors))
        found = passages_of(replace(actor, name=name), target_of(target, aliases, actors), sentences, doc)
        assert all(text[p.start : p.end].strip() == text[p.start : p.end] for p in found)
        return found

    return find


def prompts(found):
    return [passage.prompt for passage in found]


def test_every_sentence_is_a_passage_and_says_what_it_names(passages):
    text = "Anna Schmidt spoke. It rained. She praised the plan. Peter Miller left."
    found = passages(text, "Anna Schmidt", "the plan")
    assert [(p.names_actor, p.names_target) for p in found] == [
        (True, False),
        (False, False),
        (True, True),
        (False, False),
    ]
    assert [text[p.start : p.end] for p in found[:2]] == ["Anna Schmidt spoke.", "It rained."]


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
        "Vladimir Putin spoke.",
        "Kim praised Vladimir Putin.",
        "Vladimir Putin thanked Kim.",
    ]


def test_quotation_gets_its_speaker_in_front(passages):
    text = '"The plan is bad," Anna Schmidt said. "It costs too much."\n\n“We must stop it.”'
    found = [p for p in passages(text, "Anna Schmidt", "the plan") if p.names_actor]
    assert prompts(found) == [
        '"The plan is bad," Anna Schmidt said.',
        'Anna Schmidt said: "It costs too much."',
        'Anna Schmidt said: "We must stop it."',
    ]
    # Most of the first sentence is not quoted; the others are her words, though they do not name her.
    assert [p.speaker and p.speaker.name for p in found] == [None, "Anna Schmidt", "Anna Schmidt"]


def test_words_of_another_about_the_actor_carry_the_others_name(passages):
    text = 'Anna Schmidt left. "It is late," Peter Miller said. "Anna Schmidt is wrong."'
    found = passages(text, "Anna Schmidt", "the plan")
    assert prompts(found)[-1] == 'Peter Miller said: "Anna Schmidt is wrong."'
    assert found[-1].speaker.name == "Peter Miller"


def test_alone_the_sentence_before_stands_in_front_where_it_names_the_target(passages):
    text = "Anna Schmidt saw the harbour. Anna Schmidt smiled. Anna Schmidt left. Anna Schmidt praised the harbour."
    found = passages(text, "Anna Schmidt", "the harbour")
    assert [alone(found, i) for i in range(4)] == [
        "Anna Schmidt saw the harbour.",
        "Anna Schmidt saw the harbour. Anna Schmidt smiled.",
        "Anna Schmidt left.",
        "Anna Schmidt praised the harbour.",
    ]


def test_of_a_long_sentence_in_front_only_the_end_is_left(passages):
    text = "The harbour is old, and " + "very " * 60 + "grey. Anna Schmidt smiled."
    found = passages(text, "Anna Schmidt", "the harbour")
    front, _, own = alone(found, 1).partition(" Anna ")
    assert own == "Schmidt smiled."
    assert front.split() == ["very"] * 29 + ["grey."]


def test_aliases_of_a_target_name_it(passages):
    text = "Anna Schmidt praised the wind farm."
    assert passages(text, "Anna Schmidt", "renewable energy")[0].names_target is False
    assert passages(text, "Anna Schmidt", "renewable energy", ["wind farm"])[0].names_target is True


def test_target_that_is_an_actor_is_named_by_pronouns_too(passages):
    text = "Ingrid Solberg spoke. She said no. It rained. Peter Miller praised Solberg."
    found = passages(text, "Peter Miller", "Ingrid Solberg")
    assert [p.names_target for p in found] == [True, True, False, True]
    assert target_of("Solberg", (), [Actor("Ingrid Solberg", "person")]).actor is not None


def test_there_are_no_passages_about_an_actor_that_the_article_does_not_name_or_about_oneself(passages):
    assert passages("It rained. Anna Schmidt left.", "Peter Miller", "the plan") == []
    assert passages("It rained. Anna Schmidt left.", "Anna Schmidt", "Ms Schmidt") == []


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
    query = query_for(passage.prompt, Actor("Kim", "person"), target_of("Putin", (), []))
    assert (query.text, query.holder, query.target) == ("Kim praised Putin.", "Kim", "Putin")


def test_an_article_that_does_not_mention_the_target_shows_nothing_of_it(annotator):
    doc = annotator.annotate("Anna Schmidt condemned the noise.")
    (anna,) = find_actors(doc)
    silent = replace(target_of("the plan", (), [anna]), is_mentioned=False)
    assert passages_of(anna, silent, sentences_of(doc, ()), doc) == []


@pytest.mark.parametrize(
    ("target", "aliases", "expected"),
    [("the plan", (), False), ("noise", (), True), ("the plan", ("the noises",), True), ("Schmidt", (), True)],
)
def test_what_the_article_names(annotator, target, aliases, expected):
    doc = annotator.annotate("Anna Schmidt condemned the noise.")
    assert is_named(target_of(target, aliases, find_actors(doc)), sentences_of(doc, ())) is expected


def test_four_times_the_sentences_take_about_four_times_as_long(annotator):
    text = 'Anna Schmidt praised the plan. "It is late," Peter Miller said. "She must go." She smiled. '
    short, long = (annotator.annotate(text * n) for n in (25, 100))

    def took(doc):
        actors = find_actors(doc)
        quotations, target = find_quotations(doc, actors), target_of("Peter Miller", (), actors)
        start = time.process_time()
        for _ in range(3):
            found = passages_of(match_actor("Anna Schmidt", actors), target, sentences_of(doc, quotations), doc)
            assert window_of(found, 190).text
        return time.process_time() - start

    assert any(took(long) < 4 * 1.7 * took(short) + 0.02 for _ in range(3))  # a machine may be slow for a moment


@pytest.mark.parametrize("mark", ["* * *", "—", "“"])
def test_a_line_of_marks_belongs_to_no_sentence(passages, mark):
    text = f"Anna Schmidt spoke.\n\n{mark}\n\nAnna Schmidt left."
    found = passages(text, "Anna Schmidt", "the plan")
    assert [text[p.start : p.end] for p in found] == ["Anna Schmidt spoke.", "Anna Schmidt left."]


def test_a_speaker_is_looked_up_once(passages, monkeypatch):
    made = []

    class Counted(passages_module._Mentions):
        def __init__(self, actor):
            made.append(actor)
            super().__init__(actor)

    monkeypatch.setattr(passages_module, "_Mentions", Counted)
    passages('"It is late," Peter Miller said. "It rains. It snows." Anna Schmidt left.', "Anna Schmidt", "the plan")
    assert [actor and actor.name for actor in made] == ["Anna Schmidt", None, "Peter Miller"]
