import json

from newstance.eval.speed.sheets import Measured, Sheet, Spread

MACHINE = {
    "processor": "Abacus",
    "flags": ["avx2"],
    "cores": 2,
    "memory_gb": 8,
    "system": "Linux",
    "versions": {"torch": "2"},
    "date": "2026-11-27",
    "load": 0.1,
}
SHEET = Sheet(
    "Roads",
    [
        {"road": "ours", "pairs/s": Spread.of([30.0, 10.0, 20.0]), "memory, MB": 1460},
        {"road": "theirs", "pairs/s": "not installed: pip install x", "labels": 0.9754},
    ],
    "A note.",
)


def test_a_spread_is_median_least_and_most():
    assert Spread.of([3.0, 1.0, 2.0, 10.0]) == Spread(2.5, 1.0, 10.0)
    assert str(Spread.of([1234.4, 1200.0, 1300.0])) == "1,234 (1,200 to 1,300)"
    assert str(Spread.of([0.12345])) == "0.123"


def test_markdown_has_every_column_of_any_row():
    assert SHEET.to_markdown().splitlines() == [
        "### Roads",
        "",
        "| road | pairs/s | memory, MB | labels |",
        "| --- | --- | --- | --- |",
        "| ours | 20.0 (10.0 to 30.0) | 1,460 |  |",
        "| theirs | not installed: pip install x |  | 0.975 |",
        "",
        "A note.",
    ]
    assert SHEET.to_terminal().row_count == 2


def test_figures_come_back_from_json():
    measured = Measured(MACHINE, (SHEET,), is_trial=True)
    assert Measured.from_dict(json.loads(json.dumps(measured.to_dict()))) == measured


def test_a_trial_says_that_it_is_one():
    assert "A trial" in Measured(MACHINE, (SHEET,), is_trial=True).to_markdown()
    real = Measured(MACHINE, (SHEET,)).to_markdown()
    assert "trial" not in real
    assert real.startswith(
        "2026-11-27: Abacus (avx2), 2 cores, 8 GB, Linux; load 0.1 as it began; torch 2.\n\n### Roads"
    )
