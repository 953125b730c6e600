import re

import numpy as np
import pytest

from newstance.eval.agreement import (
    MODEL,
    Codings,
    _alpha,
    _alphas,
    _coincidences,
    _confusions,
    _kappa,
    _kappas,
    said_before,
    said_now,
)
from newstance.models.errors import InputError
from newstance.service import Analyzer
from newstance.service.cli import main
from newstance.service.corrections import Correction, CorrectionFile

F, A, N = "favor", "against", "neutral"


def coded(coder, labels, said=None, texts=4):
    """One coder's labels of cells 0, 1, ..., in articles of ``texts`` cells each; None leaves one out."""
    return [
        Correction(
            f"Article {i // texts} tells of Vik.", "Vik", label, coder, f"plan {i}",
            said=said[i] if said else "", probability=0.5 + i / 100 if said else None, title=f"Title {i // texts}",
        )
        for i, label in enumerate(labels)
        if label is not None
    ]  # fmt: skip


def test_kappa_and_alpha_of_two_coders_are_those_computed_by_hand():
    # Same on 4 of 8. ann: 4 favor, 3 against, 1 neutral; bob: 3, 4, 1.
    # By chance (4*3 + 3*4 + 1*1)/64 = 25/64, so kappa = (32/64 - 25/64) / (39/64).
    # Alpha: 16 values, of them 7, 7 and 2. D_o = 4/8, D_e = 2(7*7 + 7*2 + 7*2)/(16*15) = 154/240.
    ann, bob = coded("ann", [F, F, F, F, A, A, A, N]), coded("bob", [F, F, A, N, A, A, F, A])
    codings = Codings(ann + bob, {})
    (pair,) = codings.pairs()
    assert pair.coders == ("ann", "bob") and (pair.cells, pair.articles) == (8, 2)
    assert pair.same.value == pytest.approx(4 / 8)
    assert pair.kappa.value == pytest.approx((32 - 25) / (64 - 25))
    assert pair.alpha.value == pytest.approx(1 - (4 / 8) / (154 / 240))
    assert codings.overall() == []


def test_alpha_of_three_coders_with_gaps_is_that_computed_by_hand():
    # Cells: (F F -), (A A A), (F A F), (N - -: nobody to pair with).
    # Coincidences: cell 1 gives FF 2; cell 2 gives AA 6/2 = 3; cell 3 gives FF 2/2 = 1, FA and AF 2/2 = 1 each.
    # n_F = 2 + 1 + 1 = 4, n_A = 3 + 1 = 4, n = 8. D_o = 2/8; D_e = 2*16/(8*7) = 32/56.
    given = coded("ann", [F, A, F, N]) + coded("bob", [F, A, A]) + coded("cid", [None, A, F])
    (overall,) = Codings(given, {}).overall()
    assert overall.alpha.value == pytest.approx(1 - (2 / 8) / (32 / 56))
    assert overall.cells == 3 and overall.kappa is None
    assert overall.same.value == pytest.approx(2 / 3)


def test_the_model_is_one_more_coder_by_what_it_had_said():
    said = [F, F, A, N]
    given = coded("ann", [F, A, A, N], said) + coded("bob", [F, F, A, N])
    codings = Codings(given, said_before(given))
    pairs = {pair.coders: pair for pair in codings.pairs()}
    assert set(pairs) == {("ann", "bob"), ("ann", MODEL), ("bob", MODEL)}
    assert pairs["bob", MODEL].kappa.value == 1
    # ann and the model: same on 3 of 4; chance (1*2 + 2*1 + 1*1)/16.
    assert pairs["ann", MODEL].kappa.value == pytest.approx((12 - 5) / (16 - 5))
    assert [one.coders for one in codings.overall()] == [("ann", "bob", MODEL)]


def test_intervals_resample_articles_and_hold_the_value():
    labels = [F, A, N, F] * 10
    other = [F, A, N, A] * 5 + [F, A, N, F] * 5
    (pair,) = Codings(coded("ann", labels) + coded("bob", other), {}).pairs()
    assert pair.kappa.low < pair.kappa.value < pair.kappa.high <= 1
    assert pair.alpha.low < pair.alpha.value < pair.alpha.high <= 1
    (one,) = Codings(coded("ann", labels, texts=40) + coded("bob", other, texts=40), {}).pairs()
    assert (one.alpha.low, one.alpha.high) == (one.alpha.value, one.alpha.value)  # one article tells no spread


def test_where_all_say_one_thing_agreement_beyond_chance_is_undefined():
    (pair,) = Codings(coded("ann", [F, F]) + coded("bob", [F, F]), {}).pairs()
    assert pair.same.value == 1 and pair.alpha is None and pair.kappa is None


def test_the_resamples_are_scored_as_the_libraries_score():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, (2, 60)).astype(float)
    assert _kappas(_confusions(labels).sum(axis=0)) == pytest.approx(_kappa(labels))
    gaps = np.where(rng.random((4, 60)) < 0.3, np.nan, rng.integers(0, 3, (4, 60)))
    gaps = gaps[:, (~np.isnan(gaps)).sum(axis=0) > 1]
    assert _alphas(_coincidences(gaps).sum(axis=0)) == pytest.approx(_alpha(gaps))
    assert np.isnan(_kappas(np.diag([4.0, 0, 0]))) and np.isnan(_alphas(np.diag([4.0, 0, 0])))


def test_disagreements_come_by_how_sure_the_model_is():
    said = [F, F, A, N]
    given = coded("ann", [F, A, A, A], said) + coded("bob", [F, None, F, None])
    found = Codings(given, said_before(given)).disagreements()
    assert [(one.cell[2], one.said, one.probability) for one in found] == [
        ("plan 3", N, 0.53),
        ("plan 2", A, 0.52),
        ("plan 1", F, 0.51),
    ]
    assert found[1].labels == {"ann": A, "bob": F}


def test_what_cannot_be_compared_is_told():
    with pytest.raises(InputError, match="no correction is of a stance"):
        Codings([Correction("It rained.", "Vik", "", "ann", change="no actor")], {})
    with pytest.raises(InputError, match="a coder is called 'the model'"):
        Codings(coded(MODEL, [F]), {})


def test_a_profile_can_be_asked_anew(tiny_profile):
    text = "Ingrid Solberg praised the harbour plan. Peter Vik condemned the harbour plan."
    given = [
        Correction(text, "Ingrid Solberg", "favor", "ann", "the harbour plan", said="neutral", probability=0.7),
        Correction(text, "Peter Vik", "favor", "ann", "the harbour plan"),
    ]
    said = said_now(given, Analyzer.from_profile(tiny_profile))
    assert {cell[1]: label for cell, (label, _) in said.items()} == {"Ingrid Solberg": F, "Peter Vik": A}


def test_the_command_prints_pairs_the_whole_and_disagreements(tmp_path, capsys):
    said = [F, F, A, N]
    CorrectionFile(tmp_path / "ann.jsonl").append(coded("ann", [F, A, A, A], said))
    CorrectionFile(tmp_path / "bob.jsonl").append(coded("bob", [F, F, A, N]))
    assert main(["agreement", str(tmp_path / "ann.jsonl"), str(tmp_path / "bob.jsonl"), "--show", "1"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"\| ann, bob \| 4 \| 1 \| 0\.500 \(", out)
    assert "| bob, the model | 4 | 1 | 1.000 (1.000 to 1.000) | 1.000" in out
    assert "Disagreements: 2" in out and "1 more; --show 2 lists all." in out
    assert "| Title 0 | Vik | plan 3 | ann: against, bob: neutral | neutral 0.53 |" in out
