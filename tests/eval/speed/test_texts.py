import pytest

from newstance.eval.speed.texts import dealt, joined, questions
from newstance.models.stance import StanceQuery
from newstance.service import Analyzer


@pytest.mark.parametrize("words", [200, 800, 3000])
def test_articles_have_the_words_that_are_asked_for(words):
    text = joined(words).text
    assert len(text.split()) == words
    sentences = text.split("\n")
    assert len(set(sentences)) > 0.95 * len(sentences)  # nothing is said over and over


def test_longer_ones_go_on_where_shorter_ones_end():
    assert joined(800).text.split()[:200] == joined(200).text.split()


def test_there_is_an_end_to_what_ships():
    with pytest.raises(ValueError, match=r"have \d,\d{3} words, and 100,000 are asked for"):
        joined(100_000)


def test_half_of_the_questions_are_windows_and_a_seed_decides_which(tiny_profile):
    analyzer = Analyzer.from_profile(tiny_profile)
    asked = questions(analyzer, 20, seed=1)
    assert len(set(asked)) == 20
    assert asked == questions(analyzer, 20, seed=1) != questions(analyzer, 20, seed=2)
    windows, sentences = (sum(len(one.text.split()) for one in half) / 10 for half in (asked[:10], asked[10:]))
    assert windows > 1.5 * sentences
    assert max(len(one.text.split()) for one in asked) <= tiny_profile.aggregation.window_words + 10  # and its gaps


def test_sentences_make_up_for_windows_that_are_lacking(tiny_profile):
    analyzer = Analyzer.from_profile(tiny_profile)
    asked = questions(analyzer, 1000, seed=1)
    assert len(set(asked)) == 1000
    assert sum(len(one.text.split()) > 100 for one in asked) < 400  # fewer than half are windows
    assert len(questions(analyzer, 100_000, seed=1)) > 1000  # all there are


def test_each_hand_has_some_of_every_length():
    hands = dealt([StanceQuery("x" * length, "Kim", "Putin") for length in (9, 2, 7, 4, 5, 6, 3, 8)], 2)
    assert [[len(one.text) for one in hand] for hand in hands] == [[2, 4, 6, 8], [3, 5, 7, 9]]
