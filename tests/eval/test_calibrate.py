from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from newstance import configs
from newstance.eval.calibrate import as_text, as_yaml, calibrate, write_to_profile
from newstance.models.errors import ConfigError, InputError
from newstance.models.pairs import softmax
from newstance.models.stance import LABELS, StancePrediction
from newstance.service import Analyzer, Article

TRUE_TEMPERATURE = 3.0
# As shipped, but not fitted yet.
EMBEDDED = re.sub(
    r"  # newstance calibrate.*\n  temperature: .*\n", "", (configs.FOLDER / "profiles" / "embedded.yaml").read_text()
)


class OverConfident:
    """Logits three times too large for how often they are right."""

    temperature = 1.0
    is_direct = True

    def __init__(self, n: int) -> None:
        rng = np.random.default_rng(3)
        self.logits = rng.normal(size=(n, 3)) * 1.5
        honest = softmax(self.logits)
        self.gold = [LABELS[rng.choice(3, p=row)] for row in honest]

    def classify(self, queries):
        picked = [int(query.text.split()[-1]) for query in queries]
        probabilities = softmax(self.logits[picked] * TRUE_TEMPERATURE / self.temperature)
        return [
            StancePrediction(LABELS[row.argmax()], dict(zip(LABELS, map(float, row), strict=True)))
            for row in probabilities
        ]


def of(classifier):
    """An analyzer of which nothing but the classifier is asked."""
    return SimpleNamespace(classifier=classifier)


@pytest.fixture
def calibrated(make_set):
    classifier = OverConfident(2000)
    rows = [
        {"id": str(i), "text": f"text {i}", "holder": "Kim", "target": "dam", "label": label}
        for i, label in enumerate(classifier.gold)
    ]
    dev, held_out = make_set(rows[:1000], "dev"), make_set(rows[1000:], "held-out")
    return calibrate(of(classifier), [dev], [held_out])


def test_calibration_finds_the_temperature_and_improves_ece_on_held_out_rows(calibrated):
    assert calibrated.temperature == pytest.approx(TRUE_TEMPERATURE, rel=0.15)
    dev, held_out = calibrated.changes
    assert (dev.fitted, held_out.fitted) == (True, False)
    assert held_out.after.ece.value < held_out.before.ece.value / 2
    assert held_out.ece_change.high < 0
    assert held_out.after.brier.value < held_out.before.brier.value
    text = as_text(calibrated)
    assert "temperature 1 -> " in text
    assert "Calibration improves ECE on held-out: -" in text


def test_a_temperature_that_is_right_already_is_kept_and_no_gain_is_claimed(make_set):
    classifier = OverConfident(1500)
    classifier.temperature = TRUE_TEMPERATURE
    rows = [
        {"id": str(i), "text": f"text {i}", "holder": "Kim", "target": "dam", "label": label}
        for i, label in enumerate(classifier.gold)
    ]
    result = calibrate(of(classifier), [make_set(rows[:800], "dev")], [make_set(rows[800:], "held-out")])
    assert result.temperature == pytest.approx(TRUE_TEMPERATURE, rel=0.15)
    assert "does not clearly improve ECE on held-out" in as_text(result)


def test_the_numbers_go_into_a_profile_and_leave_the_rest_alone(calibrated, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(EMBEDDED)
    write_to_profile(calibrated, path)
    write_to_profile(calibrated, path)  # a second time replaces the first
    text = path.read_text()
    written, before = yaml.safe_load(text), yaml.safe_load(EMBEDDED)
    assert written["stance"] == before["stance"] | {"temperature": calibrated.temperature}
    assert written | {"stance": 0} == before | {"stance": 0}
    assert yaml.safe_load(as_yaml(calibrated)) == {"stance": {"temperature": calibrated.temperature}}
    assert text.count("# newstance calibrate,") == 1 + EMBEDDED.count("# newstance calibrate,")
    assert [line for line in text.splitlines() if line.strip().startswith("#")][1:] == [
        line for line in EMBEDDED.splitlines() if line.strip().startswith("#")
    ]
    assert f"dev (sha256 {calibrated.data['dev'][:12]})" in text


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ("stance: {source: x}\n", "has no section 'stance:' to write to; put in by hand:\nstance:\n"),
        (
            "stance:\n  source: x\naggregation:\n  threshold: 0.5\n",
            "would be no valid profile with\nstance:\n",
        ),
        (
            EMBEDDED.replace("stance:\n", 'stance:\n  "temperature": 9.0\n', 1),
            "only a person can change; put in by hand:\nstance:\n",
        ),
    ],
)
def test_a_profile_that_cannot_take_the_numbers_is_left_alone(calibrated, tmp_path, profile, message):
    path = tmp_path / "odd.yaml"
    path.write_text(profile)
    with pytest.raises(ConfigError, match=message):
        write_to_profile(calibrated, path)
    assert path.read_text() == profile


def test_what_cannot_be_calibrated_is_refused(make_set, rows, dummies):
    classifier = dummies.Classifier(lambda query: "neutral")
    summaries = make_set([{"id": "a", "article": "x", "summary": "y"}], "s", kind="summaries")
    with pytest.raises(InputError, match="sets of stances or judged articles; s is of another kind"):
        calibrate(of(classifier), [summaries])
    classifier.is_direct = False
    with pytest.raises(InputError, match="is an entailment model"):
        calibrate(of(classifier), [make_set(rows(5))])


def test_text_names_no_lack_of_other_sets_where_one_was_given(calibrated):
    assert "No other set was given" not in as_text(calibrated)


def test_numbers_of_a_set_fitted_on_are_of_folds_that_the_fit_has_not_seen(make_set):
    """Two groups of texts, one sure and wrong, one sure and right: each fold's temperature is the other's."""

    class Sure:
        temperature, is_direct = 1.0, True

        def classify(self, queries):
            return [StancePrediction("favor", {"favor": 0.98, "against": 0.01, "neutral": 0.01}) for _ in queries]

    rows = [
        {"id": f"{label}{i}", "text": f"all of {label}", "holder": f"K{i}", "target": "dam", "label": label}
        for label in ("favor", "against")
        for i in range(20)
    ]
    (change,) = calibrate(of(Sure()), [make_set(rows, "dev")]).changes
    # Fitted on the wrong half alone, the right one is called unsure, and the wrong one stays sure.
    assert change.after.ece.value > 0.4
    one = make_set([row for row in rows if row["label"] == "favor"], "one")
    with pytest.raises(InputError, match="one has fewer than two texts to fit on"):
        calibrate(of(Sure()), [one])


@pytest.mark.embedded
def test_judged_articles_are_asked_by_the_windows_that_an_analysis_asks(tiny_profile, make_set, monkeypatch):
    analyzer = Analyzer.from_profile(tiny_profile)
    text = "Ingrid Solberg praised the harbour plan. Peter Vik condemned the harbour plan."
    names = {"Ingrid Solberg": "favor", "Peter Vik": "against", "Anna Berg": "neutral"}  # the last is not in it
    judged = [{"actor": name, "target": "the harbour plan", "label": label} for name, label in names.items()]
    rows = [{"id": f"a{i}", "article": f"{text} It was day {i}.", "judgements": judged} for i in range(3)]
    asked = []
    classify = analyzer.classifier.classify
    monkeypatch.setattr(
        analyzer.classifier, "classify", lambda queries, *rest: asked.extend(queries) or classify(queries)
    )
    (change,) = calibrate(analyzer, [make_set(rows, "judged", kind="articles")]).changes
    assert change.n == len(asked) == 6
    calibrated, asked[:] = list(asked), []
    analyzer.stances_of(Article.from_text(rows[0]["article"], title=""), [(n, "the harbour plan") for n in names])
    assert calibrated[:2] == asked[:2]
