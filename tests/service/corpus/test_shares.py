"""Shares and their bands, held against plain resampling and against formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

from newstance.service.corpus.shares import LARGE, LEAST_ARTICLES, shares

FOR, AGAINST, MIXED = [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]


def of(*sorts):
    """Shares of (counts, articles) pairs."""
    return shares(np.array([counts for counts, _ in sorts]), np.array([articles for _, articles in sorts]))


def width(share):
    return share.high - share.low


def plain_band(sorts, draws=4000, seed=3):
    """The band of the share in favor, by drawing article by article."""
    each = np.array([counts for counts, articles in sorts for _ in range(articles)])
    chance = np.random.default_rng(seed)
    drawn = each[chance.integers(0, len(each), (draws, len(each)))].sum(axis=1)
    return np.quantile(drawn[:, 0] / drawn.sum(axis=1), (0.025, 0.975))


def test_shares_are_of_statements_and_sum_up():
    found = of(([2, 1, 0, 0], 10), ([0, 1, 1, 0], 20))
    assert (found.articles, found.statements) == (30, 70)
    assert found.favor.value == pytest.approx(20 / 70)
    assert found.against.value == pytest.approx(30 / 70)
    assert found.favor.low < found.favor.value < found.favor.high


@pytest.mark.parametrize("times", [1, 20])  # few articles, and more than LARGE
def test_bands_are_those_of_drawing_article_by_article(times):
    sorts = [([4, 0, 0, 0], 6 * times), ([1, 3, 0, 0], 5 * times), ([0, 1, 1, 0], 9 * times)]
    assert (sum(articles for _, articles in sorts) >= LARGE) == (times == 20)
    low, high = plain_band(sorts)
    found = of(*sorts)
    room = 0.15 * (high - low)
    assert found.favor.low == pytest.approx(low, abs=room)
    assert found.favor.high == pytest.approx(high, abs=room)


def test_one_statement_an_article_gives_the_band_of_a_proportion():
    found = of((FOR, 300), (AGAINST, 700))
    assert width(found.favor) == pytest.approx(2 * 1.96 * math.sqrt(0.3 * 0.7 / 1000), rel=0.1)


def test_ten_statements_of_one_article_tell_no_more_than_one():
    alone = of((FOR, 30), (AGAINST, 30))
    tenfold = of(([10, 0, 0, 0], 30), ([0, 10, 0, 0], 30))
    assert width(tenfold.favor) == pytest.approx(width(alone.favor), rel=0.01)


def test_a_place_has_the_same_band_each_time_and_another_place_its_own():
    counts, articles = np.array([FOR, AGAINST]), np.array([1200, 1400])
    assert shares(counts, articles, 1) == shares(counts, articles, 1)
    assert shares(counts, articles, 1).favor != shares(counts, articles, 2).favor


def test_no_band_where_resampling_says_nothing():
    few = of((FOR, LEAST_ARTICLES - 2), (AGAINST, 1))
    assert (few.favor.low, few.favor.high) == (None, None)
    assert few.note == "fewer than 5 articles: no band"
    alike = of((FOR, 40), ([3, 0, 0, 0], 9))
    assert (alike.favor.value, alike.favor.low) == (1.0, None)
    assert alike.note == "all articles show the same: no band"
    assert of((MIXED, 40)).favor.value == 0.0


def test_a_band_stays_within_0_and_1():
    found = of(([1, 30, 0, 0], 2), ([0, 1, 0, 0], 400))
    assert 0 <= found.favor.low <= found.favor.high <= 1
