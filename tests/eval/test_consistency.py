import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from newstance.eval import metrics
from newstance.eval.consistency import SIMILARITY, similarity_answers
from newstance.eval.labelled import Example
from newstance.eval.report import write_report
from newstance.eval.runs import RunOptions, answer_with, run_set
from newstance.eval.storage import BASELINE, RowFile
from newstance.models.errors import InputError

ARTICLE = "Ingrid Solberg praised the plan. It rained all day. The union opposes it."
CLAIMS = [
    ("It rained all day.", True),
    ("Ingrid Solberg praised the plan.", True),
    ("The union praised the plan.", False),
    ("It rained.", True),  # the dummy, which wants it word for word with its full stop, says no
    ("Penguins swim.", False),
]


def rows(claims=CLAIMS, articles=3):
    return [
        {"id": f"{a}-{i}", "article": f"{ARTICLE} Part {a}.", "sentence": sentence, "supported": supported}
        for a in range(articles)
        for i, (sentence, supported) in enumerate(claims)
    ]


@pytest.fixture
def results(make_set, dummies, tmp_path):
    labelled = make_set(rows(), kind="consistency")
    folder = run_set(labelled, dummies.Analyzer(), tmp_path / "run")

    class Embedder:
        def embed(self, texts):
            vectors = np.array([[float("rain" in t), float("plan" in t), float("union" in t), 0.1] for t in texts])
            return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    answer_with(
        lambda batch: similarity_answers(Embedder(), batch),
        labelled,
        RowFile(folder / f"{BASELINE}{SIMILARITY}.jsonl"),
        RunOptions(),
    )
    return write_report(folder)


def test_scores_agree_with_sklearn(results):
    truth = [supported for _, supported in CLAIMS] * 3
    scores = [0.9, 0.9, 0.2, 0.2, 0.2] * 3
    assert results.scores["auc"].value == pytest.approx(roc_auc_score(truth, scores), abs=1e-6)
    balanced = balanced_accuracy_score(truth, [score > 0.5 for score in scores])
    assert results.scores["balanced_accuracy"].value == pytest.approx(balanced, abs=1e-6)
    assert results.n == 15
    assert results.groups == 3


def test_baselines_stand_beside_the_score(results, tmp_path):
    assert set(results.baselines) == {"word overlap", "embedding similarity"}
    # Overlap sees nothing wrong with "The union praised the plan." beside the true ones, but for one word.
    assert results.baselines["word overlap"]["auc"].value == 1.0
    assert results.best_baseline.name == "word overlap"
    # Each with the threshold that is best for it.
    assert results.baselines["word overlap"]["balanced_accuracy"].value == 1.0
    page = (tmp_path / "run" / "report.md").read_text()
    assert "It rained." in page and "embedding similarity" in page


def test_the_similarity_of_a_claim_is_that_of_the_nearest_sentence():
    vectors = {"One is.": [1, 0, 0], "Two is.": [0, 1, 0], "Claim.": [0.6, 0.8, 0]}
    embedder = SimpleNamespace(embed=lambda texts: np.array([vectors[text] for text in texts]))
    claim = Example("a", "a", {"article": "One is. Two is.", "sentence": "Claim."}, "supported")
    (answer,) = similarity_answers(embedder, [claim])
    assert answer.probabilities == pytest.approx({"supported": 0.8, "unsupported": 0.2})


def test_a_crash_is_no_support_and_a_wrong_verdict(make_set, dummies, tmp_path):
    claims = [{"id": str(i), "article": f"It rained on day {i}.", "sentence": f"It rained on day {i}.",
               "supported": True} for i in range(2)]  # fmt: skip
    claims.append({"id": "2", "article": "It froze.", "sentence": "It thawed.", "supported": False})
    analyzer = dummies.Analyzer()
    check = analyzer.check

    def fail_on_one(article, sentences):
        if "day 1" in article.text:
            raise ValueError("too long")
        return check(article, sentences)

    analyzer.check = fail_on_one
    results = write_report(run_set(make_set(claims, kind="consistency"), analyzer, tmp_path / "run"))
    assert results.scores["auc"].value == 0.5  # above the false one, and below it
    assert results.scores["balanced_accuracy"].value == 0.75
    assert "ValueError: too long" in (tmp_path / "run" / "report.md").read_text()


@pytest.mark.filterwarnings("error")
def test_claims_that_are_all_true_are_scored_too(make_set, dummies, tmp_path):
    claims = [{"id": str(i), "article": ARTICLE, "sentence": "It rained.", "supported": True} for i in range(3)]
    results = write_report(run_set(make_set(claims, kind="consistency"), dummies.Analyzer(), tmp_path / "run"))
    assert results.scores["auc"].value == 0.5
    assert results.scores["balanced_accuracy"].value == 0


@pytest.mark.parametrize("seed", range(5))
def test_auc_with_ties_agrees_with_sklearn(seed):
    generator = np.random.default_rng(seed)
    truth, scores = generator.random(80) > 0.4, np.round(generator.random(80), 1)
    group = generator.permutation(np.arange(80) % 30)
    auc = metrics.Auc(scores, truth, [f"{number:02}" for number in group])
    assert auc.value == pytest.approx(roc_auc_score(truth, scores))
    resamples = [roc_auc_score(truth, scores, sample_weight=counts[group]) for counts in metrics._drawn(30, 20)]
    assert auc.samples(20) == pytest.approx(resamples)


def test_auc_without_one_of_the_kinds_is_a_half():
    auc = metrics.Auc(np.array([0.1, 0.9]), np.array([True, True]), ["a", "b"])
    assert auc.estimate() == metrics.Estimate(0.5, 0.5, 0.5)


def test_auc_takes_no_more_memory_than_its_examples_ask_for():
    scores = np.random.default_rng(1).random(4000)
    tracemalloc.start()
    metrics.Auc(scores, scores > 0.5, [str(i) for i in range(4000)]).estimate(10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6  # their squares are 16 million


def test_verdicts_of_other_sets_are_named_in_the_config(make_set):
    claims = [{**row, "supported": ["no", "partly", "yes"][i % 3]} for i, row in enumerate(rows())]
    verdicts = {"yes": True, "partly": False, "no": False}
    config = {
        "kind": "consistency",
        "file": {"path": "little.jsonl", "verdicts": verdicts},
    }
    labelled = make_set(claims, **config)
    assert [example.gold for example in labelled.examples[:3]] == ["unsupported", "unsupported", "supported"]
    with pytest.raises(InputError, match="column 'supported': unknown verdict 'partly'"):
        make_set(claims, kind="consistency", file={"path": "little.jsonl", "verdicts": {"yes": True, "no": False}})
