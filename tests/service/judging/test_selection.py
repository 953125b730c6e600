"""What is chosen from candidates, by similarities that are given."""

import numpy as np
import pytest

from newstance.service.analysis import SummarySentence
from newstance.service.judging.selection import Candidate, choose, importance


def candidate(text, *places, needs=(), wants=(), tells=()):
    return Candidate(SummarySentence(text, (), 1.0), places, *map(frozenset, (needs, wants, tells)))


def chosen(candidates, similar, number, kept=()):
    return [one.text for one in choose(candidates, np.array(similar), number, kept)]


RAIN, SNOW, WIND = candidate("Rain fell.", 0), candidate("Snow melted.", 1), candidate("Wind blew.", 2)
ALIKE = [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]


def test_what_adds_most_is_taken_in_the_order_of_the_article():
    assert chosen([WIND, SNOW, RAIN], ALIKE[::-1], 1) == ["Rain fell."]
    # Snow is told by rain, nearly; the wind is not.
    assert chosen([WIND, SNOW, RAIN], ALIKE[::-1], 2) == ["Rain fell.", "Wind blew."]
    assert chosen([RAIN, SNOW, WIND], ALIKE, 5) == ["Rain fell.", "Snow melted.", "Wind blew."]
    assert chosen([], np.zeros((0, 3)), 2) == []
    assert chosen([RAIN], [[1, 0, 0]], 0) == []


def test_what_is_kept_tells_its_part_already():
    assert chosen([SNOW, WIND], ALIKE, 1, [RAIN]) == ["Wind blew."]


def test_what_says_the_same_is_not_taken():
    again = candidate("The rain fell on Monday.", 1)
    assert chosen([RAIN, again], [[0.5, 0, 0], [0, 1, 1]], 2) == ["The rain fell on Monday."]


def test_two_in_one_are_worth_a_little():
    both = candidate("Hail came, and it went.", 1, 2)
    assert chosen([RAIN, both], [[0.5, 0, 0], [0.52, 0, 0]], 1) == [both.text]
    assert chosen([RAIN, both], [[0.5, 0, 0], [0.4, 0, 0]], 1) == ["Rain fell."]


def test_what_follows_on_what_is_told_is_worth_a_little():
    hail = candidate("Hail came.", 3)
    near = [[1, 0, 0, 0], [0, 0.5, 0, 0], [0, 0, 0, 0]]
    far = [0, 0.51, 0, 0]
    assert chosen([RAIN, SNOW, hail], [*near[:2], far], 2) == ["Rain fell.", "Snow melted."]
    assert chosen([SNOW, hail], [near[1], far], 1) == ["Hail came."]  # where the rain is not told
    assert chosen([RAIN, SNOW, hail], [*near[:2], [0, 0.9, 0, 0]], 2) == ["Rain fell.", "Hail came."]


def test_nothing_is_told_twice():
    one, other = candidate("Hail came, and it went.", 1, 2), candidate("It went, but snow stayed.", 2, 3)
    assert chosen([one, other], [[0, 0.9, 0.9, 0], [0, 0, 0.5, 0.9]], 2) == [one.text]


def test_long_sentences_are_worth_a_little_less():
    long = candidate("Rain fell on the " + "very " * 20 + "old town.", 0)
    assert chosen([long, RAIN], [[0.51, 0, 0], [0.5, 0, 0]], 1) == ["Rain fell."]
    assert chosen([long, RAIN], [[0.6, 0, 0], [0.5, 0, 0]], 1) == [long.text]


def test_what_goes_on_needs_the_sentence_before():
    meets, leaves = (
        candidate("Solberg met Kim.", 0, tells=["sentence 0"]),
        candidate("She left.", 1, needs=["sentence 0"]),
    )
    assert chosen([leaves, RAIN], [[0, 1, 0], [0.5, 0, 0]], 2) == ["Rain fell."]
    assert chosen([leaves, meets, WIND], [[0, 1, 0], [1, 0, 0], [0, 0, 0.5]], 2) == [meets.text, leaves.text]
    assert chosen([leaves], [[0, 1, 0]], 2) == [leaves.text]  # where there is nothing else
    assert chosen([leaves], [[1, 0, 0], [0, 1, 0]], 1, [meets]) == [leaves.text]


def test_what_is_not_known_is_worth_less():
    names, alone = candidate("Ingrid Solberg met Kim.", 0, tells=["name Solberg"]), ["name Solberg"]
    leaves, wind = candidate("Solberg left the town.", 1, wants=alone), candidate("Wind blew.", 2)
    near = [[0, 0.75, 0], [0, 0, 0.99]]
    assert chosen([candidate("Berg left the town.", 1), wind], near, 1) == ["Berg left the town."]
    assert chosen([leaves, wind], near, 1) == ["Wind blew."]
    # Once the name is there, nothing is missing.
    assert chosen([leaves, wind, names], [*near, [1, 0, 0]], 2) == [names.text, leaves.text]


def test_first_sentences_count_most():
    weights = importance(30)
    assert weights.sum() == pytest.approx(1)
    assert np.all(np.diff(weights[:20]) < 0)
    assert importance(0).shape == (0,)
    # The beginning of a long article counts as much as that of a short one.
    assert importance(500)[:6].sum() == pytest.approx(importance(50)[:6].sum(), abs=0.1)
