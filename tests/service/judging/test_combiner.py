import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newstance.models.stance import LABELS, StancePrediction
from newstance.service.judging.combiner import Combiner, all_signs, by_both, by_window, window_signs

shares = st.floats(0, 1)
ZEROS = {"window": ((0.0,) * 3,) * 3, "both": ((0.0,) * 7,) * 3}


def said(favor, against):
    probabilities = {"favor": favor, "against": against, "neutral": 1 - favor - against}
    return StancePrediction(max(probabilities, key=probabilities.get), probabilities)


predictions = st.tuples(shares, shares).map(lambda t: said(t[0] * (1 - t[1]), t[1] * (1 - t[0]) * 0.999))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"window": ((0.0,) * 3,) * 2}, "window"),
        ({"window": ((0.0,) * 4,) * 3}, r"combiner\.window needs a bias and 2 weights for each label"),
        ({"both": ((0.0,) * 7, (0.0,) * 7, (0.0,) * 6)}, r"combiner\.both needs a bias and 6 weights for each label"),
    ],
)
def test_numbers_must_fit_the_signs(changed, message):
    Combiner(**ZEROS)
    with pytest.raises(ValueError, match=message):
        Combiner(**ZEROS | changed)


def test_signs_are_log_odds_of_the_strongest():
    window, strong, weak = said(0.6, 0.1), said(0.7, 0.1), said(0.1, 0.4)
    assert window_signs(window) == pytest.approx([np.log(2), np.log(1 / 3)], abs=1e-4)
    signs = all_signs(window, [weak], [weak, strong])
    assert signs[:2] == window_signs(window)
    odds = [0.1 / 0.9, 0.4 / 0.6, 0.7 / 0.3, 0.4 / 0.6]
    assert signs[2:] == pytest.approx(np.log(odds), abs=0.02)


def test_weights_are_those_of_their_labels_and_signs():
    window = ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.0, 0.0))
    both = ((0.0,) * 5 + (2.0, 0.0), (0.0,) * 7, (0.0,) * 7)  # favor by the strongest of any
    combiner = Combiner(window=window, both=both)
    told = said(0.6, 0.1)
    signs = window_signs(told)
    expected = np.exp([signs[0], signs[1], 0.5])
    assert list(by_window(combiner, told).values()) == pytest.approx(list(expected / expected.sum()))
    odds = (0.7 + 1e-3) / (0.3 + 1e-3)
    favor = by_both(combiner, told, [], [said(0.7, 0.1)])["favor"]
    assert favor == pytest.approx(odds**2 / (odds**2 + 2))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(predictions, st.lists(predictions, max_size=4), st.lists(predictions, max_size=4))
def test_probabilities_add_up_with_and_without_fitted_numbers(window, named, others):
    rng = np.random.default_rng(0)
    fitted = Combiner(**{name: rng.normal(size=(3, n)).tolist() for name, n in (("window", 3), ("both", 7))})
    for combiner in (None, fitted):
        for one in (by_window(combiner, window), by_both(combiner, window, named, [*named, *others])):
            assert tuple(one) == LABELS
            assert sum(one.values()) == pytest.approx(1)
            assert all(-1e-9 <= p <= 1 for p in one.values())


def test_unfitted_the_window_speaks_for_itself_and_weighs_most_with_its_sentences():
    window = said(0.8, 0.05)
    assert by_window(None, window) == window.probabilities
    against = by_both(None, window, [said(0, 0.95)], [said(0, 0.95)])
    assert against["favor"] > against["against"] > 0.05
    both = by_both(None, said(1, 0), [said(0.9, 0), said(0, 0.9)], [])
    assert both["favor"] == pytest.approx(0.65 + 0.35 * 9 / 19)


def test_only_sentences_that_name_the_actor_count_unfitted():
    window = said(0.5, 0.1)
    assert by_both(None, window, [], [said(0.9, 0)]) == by_both(None, window, [], [])
