import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newstance.service.judging.passages import Passage
from newstance.service.judging.window import window_of


def passage(prompt, actor=False, target=False):
    return Passage(0, len(prompt), prompt, None, actor, target)


BOTH, ACTOR, TARGET, NONE = (True, True), (True, False), (False, True), (False, False)


def window(*named, words):
    """Passages of two words each, ``p0 p0``, that name what is said."""
    return window_of([passage(f"p{i} p{i}", *what) for i, what in enumerate(named)], words)


def test_what_tells_most_comes_first():
    # Target alone; both; actor beside a target; nothing beside it; actor alone, and what stands beside it.
    named = (TARGET, NONE, BOTH, NONE, NONE, ACTOR, NONE, NONE, ACTOR, TARGET)
    taken = [set(window(*named, words=2 * n).chosen) for n in range(1, 9)]
    new = [(after - before).pop() for before, after in zip([set(), *taken], taken, strict=False) if after - before]
    assert new == [2, 8, 5, 9, 0, 1, 3, 4]


def test_the_text_is_in_the_articles_order_with_gaps_marked():
    found = window(BOTH, NONE, NONE, BOTH, BOTH, words=6)
    assert found.text == "p0 p0 ... p3 p3 p4 p4"
    assert found.chosen == (0, 3, 4)
    assert [found.text[start:end] for start, end in found.places] == ["p0 p0", "p3 p3", "p4 p4"]


def test_nothing_is_marked_where_the_article_begins_or_ends_outside():
    assert window(NONE, NONE, BOTH, NONE, words=2).text == "p2 p2"


def test_the_first_passage_is_taken_whatever_its_length_and_no_other():
    long = passage("word " * 50, *BOTH)
    assert window_of([long], 10).chosen == (0,)
    assert window_of([passage("one two", *ACTOR), passage("word " * 20, *TARGET)], 10).chosen == (0,)


def test_a_shorter_passage_fits_where_a_longer_does_not():
    found = window_of([passage("a b", *BOTH), passage("word " * 20, *BOTH), passage("c d", *BOTH)], 5)
    assert found.text == "a b ... c d"


def test_without_actor_and_target_there_is_no_window():
    assert window(NONE, NONE, words=20).text == ""
    assert window_of([], 20).chosen == ()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(1, 30)), max_size=15), st.integers(20, 60))
def test_the_bound_holds_and_order_is_kept(named, words):
    passages = [passage(" ".join(["w"] * length), actor, target) for actor, target, length in named]
    found = window_of(passages, words)
    lengths = [len(passages[i].prompt.split()) for i in found.chosen]
    assert len(lengths) <= 1 or sum(lengths) <= words
    assert list(found.chosen) == sorted(found.chosen)
    assert sum(word == "w" for word in found.text.split()) == sum(lengths)


@pytest.mark.parametrize("seed", range(3))
def test_what_names_both_is_never_left_out_for_what_names_one(seed):
    rng = random.Random(seed)
    named = [rng.choice((BOTH, ACTOR, TARGET, NONE)) for _ in range(40)]
    found = window(*named, words=20)
    both = [i for i, what in enumerate(named) if what == BOTH]
    assert set(both[:10]) <= set(found.chosen) or set(found.chosen) <= set(both)
