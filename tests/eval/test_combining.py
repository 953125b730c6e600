import random
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from newstance import configs
from newstance.eval import combining
from newstance.eval.combining import as_text, as_yaml, cases_of, fit, fit_combiner, write_to_profile
from newstance.models.errors import ConfigError, InputError
from newstance.models.pairs import softmax
from newstance.models.stance import LABELS
from newstance.service import Analyzer, Article, Profile

pytestmark = pytest.mark.embedded

EMBEDDED = (configs.FOLDER / "profiles" / "embedded.yaml").read_text()
TOLD = {
    "favor": "{actor} praised the harbour plan on day {i}.",
    "against": "{actor} condemned the harbour plan on day {i}.",
    "neutral": "{actor} spoke of the harbour plan on day {i}.",
}
ACTORS = ("Ingrid Solberg", "Peter Vik", "Anna Berg")


@contextmanager
def no_bar(title):
    yield lambda done, total: None


def article(i, labels, judged=None):
    """An article in which each actor says what a label shows; judges may see another one."""
    text = "\n\n".join(TOLD[label].format(actor=actor, i=i) for actor, label in zip(ACTORS, labels, strict=False))
    judgements = [
        {"actor": actor, "target": "the harbour plan", "label": label}
        for actor, label in zip(ACTORS, judged or labels, strict=False)
    ]
    return {"id": f"a{i}", "article": text, "judgements": judgements}


@pytest.fixture
def analyzer(tiny_profile):
    # Each actor's own sentence fills a window.
    aggregation = tiny_profile.aggregation.model_copy(update={"window_words": 1})
    return Analyzer.from_profile(tiny_profile.model_copy(update={"aggregation": aggregation}))


@pytest.fixture
def sets(make_set):
    """Sets whose judges see a stance in two of three words that show one; the model is sure of each."""
    rng = random.Random(5)

    def make(name, n):
        rows = []
        for i in range(n):
            shown = rng.choices(LABELS, k=len(ACTORS))
            judged = [label if rng.random() < 0.67 else "neutral" for label in shown]
            rows.append(article(i, shown, judged))
        return make_set(rows, name, kind="articles")

    return make


@pytest.fixture
def fitted(analyzer, sets):
    return fit(analyzer, [sets("dev", 40)], [sets("other", 30)], no_bar)


def test_a_model_that_is_too_sure_is_calibrated_on_articles_it_was_not_fitted_on(fitted):
    for change, name in zip(fitted.changes, ("dev", "other"), strict=True):
        assert change.name == name
        before, after, difference = change.ece
        assert after.value < before.value / 2
        assert difference.high < 0
        assert difference.value == pytest.approx(after.value - before.value)
        assert change.macro_f1[1].value >= change.macro_f1[0].value - 0.05
    assert [(c.n, c.groups, c.fitted) for c in fitted.changes] == [(120, 40, True), (90, 30, False)]
    text = as_text(fitted)
    assert "| dev (cross-validated) | 120 | 40 |" in text
    assert "| other (check) | 90 | 30 |" in text


def test_a_profile_takes_the_numbers_and_keeps_the_rest(fitted, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(EMBEDDED)
    write_to_profile(fitted, path)
    write_to_profile(fitted, path)  # a second time replaces the first
    text, before = path.read_text(), yaml.safe_load(EMBEDDED)
    written = Profile.load(path)
    assert written.aggregation.combiner == fitted.combiner
    assert written.aggregation.threshold == fitted.threshold
    changed = yaml.safe_load(text)
    assert changed["aggregation"] == before["aggregation"] | yaml.safe_load(as_yaml(fitted))["aggregation"]
    assert changed | {"aggregation": 0} == before | {"aggregation": 0}
    assert text.count("# newstance calibrate,") == text.count("combiner:") == 1
    assert f"dev (sha256 {fitted.data['dev'][:12]})" in text
    assert all(line in text for line in EMBEDDED.splitlines() if "#" in line and "newstance calibrate" not in line)


def test_a_profile_without_the_section_is_left_alone(fitted, tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_text("aggregation: {threshold: 0.5}\n")
    with pytest.raises(ConfigError, match=r"has no section 'aggregation:' to write to; put in by hand:\naggregation:"):
        write_to_profile(fitted, path)
    assert path.read_text() == "aggregation: {threshold: 0.5}\n"


def test_answers_before_are_those_of_the_analyzer(analyzer, sets):
    labelled, settings = sets("dev", 8), analyzer.profile.aggregation
    answers = combining._answers(cases_of(analyzer, labelled, no_bar), settings)
    expected = [
        analyzer.stances_of(Article.from_text(e.input["text"], title=""), [(e.input["holder"], e.input["target"])])[0]
        for e in labelled.examples
    ]
    assert answers.labels(settings.threshold) == [stance.label for stance in expected]
    np.testing.assert_allclose(
        answers.probabilities, [[stance.probabilities[label] for label in LABELS] for stance in expected], atol=1e-5
    )


def test_sentences_count_only_where_the_window_lets_them_be_asked(analyzer, sets):
    cases = cases_of(analyzer, sets("dev", 4), no_bar)
    assert all(case.judged.asked for case in cases)
    settings = analyzer.profile.aggregation.model_copy(update={"sentences_from": 1.0})
    assert set(combining._answers(cases, settings).labels(0.1)) == {"neutral"}


def test_no_article_is_answered_by_a_fit_on_itself(analyzer, sets, monkeypatch):
    cases = cases_of(analyzer, sets("dev", 20), no_bar)
    folds = combining._folds(cases)
    assert sorted(np.concatenate(folds)) == list(range(len(cases)))
    of_fold = [{cases[i].group for i in held} for held in folds]
    assert sum(map(len, of_fold)) == 20  # each article in one of them
    fits = []
    monkeypatch.setattr(
        combining,
        "fit_combiner",
        lambda some, settings: fits.append({c.group for c in some}) or fit_combiner(some, settings),
    )
    combining._held_out(cases, folds, analyzer.profile.aggregation)
    assert [fit | held for fit, held in zip(fits, of_fold, strict=True)] == [{c.group for c in cases}] * len(folds)
    assert not any(fit & held for fit, held in zip(fits, of_fold, strict=True))


def test_plain_weights_say_what_the_regression_on_standardized_signs_says():
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(1)
    plain = rng.normal(size=(300, 4))
    gold = [LABELS[i] for i in (plain @ rng.normal(size=(4, 3))).argmax(axis=1)]
    signs = plain * [1, 10, 0.1, 3] + [5, 0, -2, 1]
    weights = combining._regression([tuple(row) for row in signs], gold)
    scaled = StandardScaler().fit_transform(signs)
    expected = LogisticRegression(C=0.3, max_iter=2000).fit(scaled, gold)
    said = softmax(np.column_stack([np.ones(len(signs)), signs]) @ np.array(weights).T)
    order = [list(expected.classes_).index(label) for label in LABELS]
    np.testing.assert_allclose(said, expected.predict_proba(scaled)[:, order], atol=5e-3)


def test_the_threshold_is_half_of_the_best_f1_of_the_sides(analyzer):
    """Favor at 0.9 is right, at 0.6 wrong, against at 0.7 right: between 0.6 and 0.7 the F1 of both is 1."""
    settings = analyzer.profile.aggregation
    gold = ["favor", "neutral", "against", "neutral"]
    cases = [SimpleNamespace(gold=label) for label in gold]
    probabilities = np.array([[0.9, 0.05, 0.05], [0.6, 0.1, 0.3], [0.1, 0.7, 0.2], [0.1, 0.1, 0.8]])
    answers = combining._Answers(probabilities, ["favor", "favor", "against", "neutral"])
    every = np.arange(4)
    assert combining._threshold(cases, answers, every, settings) == 0.5
    wrong = combining._Answers(probabilities, ["neutral", "favor", "against", "neutral"])  # F1 of 0 and 1
    assert combining._threshold(cases, wrong, every, settings.model_copy(update={"evidence_threshold": 0.1})) == 0.25
    bounded = settings.model_copy(update={"evidence_threshold": 0.6})
    assert combining._threshold(cases, answers, every, bounded) == 0.6


def test_what_cannot_be_fitted_is_refused(analyzer, make_set, rows):
    with pytest.raises(InputError, match="sets of judged articles; s is of another kind"):
        fit(analyzer, [make_set(rows(5), "s")], [], no_bar)
    rare = make_set([article(i, ("favor", "neutral")) for i in range(4)], "rare", kind="articles")
    with pytest.raises(InputError, match=r"none of those .* is against"):
        fit(analyzer, [rare], [], no_bar)
    single = make_set([article(0, LABELS)], "single", kind="articles")
    with pytest.raises(InputError, match="two articles at least"):
        fit(analyzer, [single], [], no_bar)
