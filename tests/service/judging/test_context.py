"""What sentences presume and introduce."""

import pytest

from newstance.service.judging.context import Context


@pytest.fixture
def read(annotator):
    def read(*sentences):
        doc = annotator.annotate("\n".join(sentences))
        spans = [span for span in doc.sents if span.text.strip()]
        assert len(spans) == len(sentences)
        return Context(spans), sentences

    return read


MET = "Prime Minister Ingrid Solberg met Kim in the town."


@pytest.mark.parametrize(
    ("sentence", "needed"),
    [
        ("She left the town.", True),
        ("But the town was empty.", True),
        ("The mayor could not do that.", True),
        ("In 2009 he left the town.", True),
        ("The mayor said he was tired.", False),
        ("The mayor said that he was tired.", False),
        ("The mayor left the town.", False),
    ],
)
def test_what_goes_on_needs_the_sentence_before(read, sentence, needed):
    context, _ = read("It rained on the hills.", sentence)
    assert context.needs(1, sentence) == ({"sentence 0"} if needed else set())
    assert not context.needs(0, "It rained on the hills.")
    assert "sentence 0" in context.tells(0, "It rained on the hills.")


def test_who_is_not_told_of_is_not_needed(read):
    context, sentences = read("It rained on the hills.", "But the mayor left the town, where he was born.")
    assert context.needs(1, sentences[1])
    assert not context.needs(1, "The mayor left the town.")


def test_a_surname_wants_the_name(read):
    context, sentences = read(MET, "Mr Solberg was pleased.", "The Solberg plan failed.")
    assert "name Solberg" in context.tells(0, MET)
    assert context.wants(1, sentences[1]) == {"name Solberg"}
    assert not context.wants(2, sentences[2])  # whose plan it is, is said by the way
    assert not context.wants(0, MET)


def test_what_was_introduced_is_presumed(read):
    context, sentences = read(
        "Officials started to send notices, and an agent wrote a report.",
        "The agent sent texts.",
        "Those notices scared people.",
        "The government was pleased.",
        "The agent of the fund left on that day.",
    )
    assert context.wants(1, sentences[1]) == {"thing agent"} <= context.tells(0, sentences[0])
    assert context.wants(2, sentences[2]) == {"thing notice"} <= context.tells(0, sentences[0])
    assert not context.wants(3, sentences[3])  # everybody knows it
    assert not context.wants(4, sentences[4])  # it says which one; and days are known
    assert "thing agent" not in context.tells(0, "Officials started to send notices.")


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("Mr Solberg was pleased.", "Prime Minister Ingrid Solberg was pleased."),
        ("The crowd liked Solberg’s plan.", "The crowd liked Prime Minister Ingrid Solberg’s plan."),
        ("Ingrid Solberg praised Solberg.", "Ingrid Solberg praised Solberg."),
        ("Lord Solberg was pleased.", "Lord Solberg was pleased."),
        ("He met President Solberg there.", "He met President Ingrid Solberg there."),  # one role is enough
        ("He met North Solberg there.", "He met North Solberg there."),  # something else
        ('"I met Solberg," said Kim.', '"I met Solberg," said Kim.'),  # nobody said the rest
        ('"I won," Solberg said.', '"I won," Prime Minister Ingrid Solberg said.'),
    ],
)
def test_who_is_not_known_is_named_in_full(read, text, full):
    context, _ = read(MET, text)
    assert context.in_full(1, text, known=()) == full
    assert context.in_full(1, text, known=["name Solberg"]) == text


def test_who_might_be_two_is_left_alone(read):
    context, sentences = read("Ingrid Solberg met Anna Solberg.", "Solberg won.")
    assert context.in_full(1, sentences[1], known=()) == "Solberg won."


@pytest.mark.parametrize(
    ("before", "role"),
    [
        ("Chief executive", "Chief executive "),
        ("She met Prime Minister", "Prime Minister "),
        ("She met chief executive", "Chief executive "),
        ("She met former President", ""),  # at another time
        ("He praised the five-term Senator", ""),  # a part of something
        ("He asked the counselor to the President", ""),  # somebody else
        ("He saw", ""),
        ("It rained on", ""),
    ],
)
def test_the_role_is_what_stands_in_front_of_the_name(read, before, role):
    context, sentences = read(f"{before} Ingrid Solberg in town.", "Solberg was pleased.")
    assert context.in_full(1, sentences[1], known=()) == f"{role}Ingrid Solberg was pleased."


def test_the_capital_of_a_sentences_front_does_not_come_along(read):
    text = "They liked Solberg."
    for front, role in (("Chief executive", "chief executive"), ("Prime Minister", "Prime Minister")):
        context, _ = read(f"{front} Ingrid Solberg left the town.", text)
        assert context.in_full(1, text, known=()) == f"They liked {role} Ingrid Solberg."


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("President Solberg was pleased.", "President Ingrid Solberg was pleased."),
        ("In 1998 Mr Solberg was pleased.", "In 1998 Ingrid Solberg was pleased."),  # what was she then?
        ("Solberg was Minister of trade.", "Ingrid Solberg was Minister of trade."),
        ("They met Mr de Solberg there.", "They met Mr de Solberg there."),
    ],
)
def test_an_office_is_given_where_it_is_wanted(read, text, full):
    context, _ = read(MET, text)
    assert context.in_full(1, text, known=()) == full


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Rees-Mogg spoke.", {"name Rees-Mogg"}),
        ("The vote is in May.", set()),  # a month
        ("The Solberg House is old.", set()),  # a house
        ("They met Kim.", set()),
    ],
)
def test_surnames_that_a_sentence_uses_alone(read, text, alone):
    context, _ = read("Ingrid Solberg met Kim, Jacob Rees-Mogg and Theresa May.", text)
    assert context.wants(1, text) == alone
