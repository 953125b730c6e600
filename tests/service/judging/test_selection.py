"""What is chosen from candidates, by similarities that are given."""

import numpy as np
import pytest

from newstance.service.analysis import SummarySentence
from newstance.service.judging.selection import Candidate, People, choose, importance

NAMES = "Ingrid Solberg met Kim. It rained. Solberg left the town. Mr Berg spoke. Anna Berg praised him."


def candidate(text, place, is_quoted=True):
    return Candidate(SummarySentence(text, (), 1.0), place, is_quoted)


@pytest.fixture
def people(annotator):
    doc = annotator.annotate(NAMES)
    return People(doc, [sentence.start_char for sentence in doc.sents])


def chosen(candidates, similar, number, people, kept=()):
    return [one.text for one in choose(candidates, np.array(similar), number, people, kept)]


RAIN, SNOW, WIND = candidate("Rain fell.", 0), candidate("Snow melted.", 1), candidate("Wind blew.", 2)
ALIKE = [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]


def test_what_adds_most_is_taken_in_the_order_of_the_article(people):
    assert chosen([WIND, SNOW, RAIN], ALIKE[::-1], 1, people) == ["Rain fell."]
    # Snow is told by rain, nearly; the wind is not.
    assert chosen([WIND, SNOW, RAIN], ALIKE[::-1], 2, people) == ["Rain fell.", "Wind blew."]
    assert chosen([RAIN, SNOW, WIND], ALIKE, 5, people) == ["Rain fell.", "Snow melted.", "Wind blew."]
    assert chosen([], np.zeros((0, 3)), 2, people) == []
    assert chosen([RAIN], [[1, 0, 0]], 0, people) == []


def test_what_is_kept_tells_its_part_already(people):
    assert chosen([SNOW, WIND], ALIKE, 1, people, [RAIN]) == ["Wind blew."]


def test_what_says_the_same_is_not_taken(people):
    again = candidate("The rain fell on Monday.", 1)
    assert chosen([RAIN, again], [[1, 0, 0], [0, 1, 1]], 2, people) == ["The rain fell on Monday."]


def test_words_of_its_own_are_worth_a_little(people):
    own = candidate("Hail came.", 1, is_quoted=False)
    assert chosen([RAIN, own], [[0.50, 0, 0], [0.49, 0, 0]], 1, people) == ["Hail came."]
    assert chosen([RAIN, own], [[0.50, 0, 0], [0.40, 0, 0]], 1, people) == ["Rain fell."]


def test_a_surname_alone_needs_the_sentence_that_gives_the_name(people):
    meets, leaves = candidate("Ingrid Solberg met Kim.", 0), candidate("Solberg left the town.", 2)
    assert chosen([leaves, RAIN], [[0, 0, 1, 0], [1, 0, 0, 0]], 2, people) == ["Rain fell."]
    assert chosen([leaves, meets], [[0, 0, 1, 0], [1, 0, 0, 0]], 2, people) == [meets.text, leaves.text]
    # Once the name is there, a sentence that uses it is taken before one that tells less.
    wind = candidate("Wind blew.", 4)
    near = [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0.5, 0]]
    assert chosen([leaves, meets, wind], near, 2, people) == [meets.text, leaves.text]
    # The article itself calls him by the surname first; and where there is nothing else, it does.
    assert (
        chosen([RAIN, candidate("Mr Berg spoke.", 3)], [[1, 0, 0, 0], [0, 0, 0, 1]], 2, people)[1] == "Mr Berg spoke."
    )
    assert chosen([leaves], [[0, 0, 1, 0]], 2, people) == [leaves.text]


def test_first_sentences_count_most():
    weights = importance(30)
    assert weights.sum() == pytest.approx(1)
    assert np.all(np.diff(weights[:20]) < 0)
    assert importance(0).shape == (0,)
    # The beginning of a long article counts as much as that of a short one.
    assert importance(500)[:6].sum() == pytest.approx(importance(50)[:6].sum(), abs=0.1)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Solberg’s plan failed.", {"Solberg"}),
        ("They met Ms Solberg.", {"Solberg"}),
        ("Ingrid Solberg and Solberg’s son met.", set()),
        ("The Solberg House is old.", set()),  # a house
        ("They met Kim.", set()),
        ("Rees-Mogg spoke.", {"Rees-Mogg"}),
        ("The vote is in May.", set()),  # a month
    ],
)
def test_surnames_that_a_sentence_uses_alone(annotator, text, alone):
    doc = annotator.annotate("Ingrid Solberg met Kim, Jacob Rees-Mogg and Theresa May. It rained.")
    assert People(doc, [0]).presumed(candidate(text, 1)) == alone
