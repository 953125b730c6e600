import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from newstance.eval import metrics
from newstance.eval.consistency import SIMILARITY, similarity_answers
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
    return write_report(folder) | {"folder": folder}


def test_scores_agree_with_sklearn(results):
    truth = [supported for _, supported in CLAIMS] * 3
    scores = [0.9, 0.9, 0.2, 0.2, 0.2] * 3
    assert results["scores"]["auc"]["value"] == pytest.approx(roc_auc_score(truth, scores), abs=1e-6)
    balanced = balanced_accuracy_score(truth, [score > 0.5 for score in scores])
    assert results["scores"]["balanced_accuracy"]["value"] == pytest.approx(balanced, abs=1e-6)
    assert results["n"] == 15
    assert results["groups"] == 3


def test_baselines_stand_beside_the_score(results):
    assert set(results["baselines"]) == {"word overlap", "embedding similarity"}
    # Overlap sees nothing wrong with "The union praised the plan." beside the true ones, but for one word.
    assert results["baselines"]["word overlap"]["auc"]["value"] == 1.0
    assert results["best_baseline"]["name"] == "word overlap"
    page = (results["folder"] / "report.md").read_text()
    assert "It rained." in page and "embedding similarity" in page


@pytest.mark.parametrize("seed", range(5))
def test_auc_with_ties_agrees_with_sklearn(seed):
    generator = np.random.default_rng(seed)
    truth, scores = generator.random(80) > 0.4, np.round(generator.random(80), 1)
    ranks = metrics.rank_rows(scores, truth).sum(axis=0, keepdims=True)
    assert metrics.auc(ranks)[0] == pytest.approx(roc_auc_score(truth, scores))


def test_auc_without_one_of_the_kinds_is_a_half():
    ranks = metrics.rank_rows(np.array([0.1, 0.9]), np.array([True, True])).sum(axis=0, keepdims=True)
    assert metrics.auc(ranks)[0] == 0.5


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
