"""Every road on one tiny model that is rounded as the real one: all give the same answers."""

from dataclasses import replace
from importlib.util import find_spec

import pytest
import tiny
import torch

from newstance.eval.speed import alone, contestants, labels, pairs
from newstance.eval.speed.bench import Bench
from newstance.eval.speed.contestants import CONTESTANTS, OURS, REFERENCE, ZERO_SHOT, Given, ready
from newstance.eval.speed.forms import make_forms
from newstance.models import pairs as models_pairs
from newstance.models.pairs import usable_cores
from newstance.models.stance import StanceQuery

pytestmark = pytest.mark.filterwarnings(
    "ignore:Converting a tensor", "ignore:Exporting aten", "ignore:Exporting a model"
)
ASKED = [
    StanceQuery(f"{holder} {verb} the plan{' again' * more}.", holder, "the plan")
    for more, holder in enumerate(("Kim", "Li", "Ana", "Bo"))
    for verb in ("praised", "condemned", "saw")
]
RIGHT = ["favor", "against", "neutral"] * 4


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speed")
    words = {"praised": [60, 0, 0, 0, 0], "condemned": [0, 60, 0, 0, 0]}
    labels = ["favor", "against", "neutral", "entailment", "not_entailment"]
    stance = tiny.classifier(folder / "stance", labels, words, bias=[0, 0, 2, 9, 0])
    make_forms(f"path:{stance}", folder / "forms", ASKED, 64)
    return Given(f"path:{stance}", folder / "forms", 1)


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    monkeypatch.setattr(models_pairs, "_most_cores", models_pairs._most_cores)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("key", [key for key in CONTESTANTS if key != ZERO_SHOT])
def test_each_road_answers_each_question_in_order(given, key):
    if CONTESTANTS[key].lacking:
        pytest.skip(CONTESTANTS[key].lacking)
    assert ready(key, given)(ASKED) == RIGHT


def test_zero_shot_asks_three_hypotheses_each(given, monkeypatch):
    from transformers import ZeroShotClassificationPipeline

    asked = []
    forward = ZeroShotClassificationPipeline._forward
    monkeypatch.setattr(
        ZeroShotClassificationPipeline, "_forward", lambda self, inputs: asked.append(1) or forward(self, inputs)
    )
    assert ready(ZERO_SHOT, given)([*ASKED[:2], StanceQuery("Kim saw {x}.", "Kim {y}", "{x}")]) == []
    assert len(asked) == 9


def test_threads_are_those_that_are_given(given):
    ready(OURS, replace(given, threads=3))
    assert torch.get_num_threads() == 3
    ready(OURS, given)
    assert torch.get_num_threads() == usable_cores() == 1


def test_what_is_not_installed_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(contestants, "find_spec", lambda name: None if name == "openvino" else find_spec(name))
    assert "pip install" in CONTESTANTS["openvino"].lacking
    assert CONTESTANTS[OURS].lacking == CONTESTANTS[REFERENCE].lacking == ""


def test_memory_is_measured_in_a_process_of_its_own(given, monkeypatch):
    asked = []

    def run(command, input, **more):
        asked.append((command[3:], len(input)))
        return type("Done", (), {"stdout": "a warning\n123\n"})

    monkeypatch.setattr(alone.subprocess, "run", run)
    assert alone.memory_of(OURS, given, ASKED) == 123
    assert asked[0][0] == [OURS, given.source, str(given.forms), "1"]


@pytest.fixture
def bench(given, monkeypatch):
    bench = Bench(repetitions=2)
    bench.__dict__.update(questions=ASKED, more_questions=ASKED, forms=given.forms)
    monkeypatch.setattr(Bench, "source", given.source)
    monkeypatch.setattr(pairs, "memory_of", lambda key, given, asked: 5_000_000)
    return bench


def test_the_table_compares_speed_and_labels(bench, monkeypatch):
    for key in ("openvino", "openvino-int8"):
        monkeypatch.setitem(CONTESTANTS, key, replace(CONTESTANTS[key], needs=("no_such_package",)))
    sheets = pairs.measure(bench)
    assert [sheet.title.rpartition(", ")[2] for sheet in sheets][-1] == "one core"
    for sheet in sheets:
        rows = {row["road"]: row for row in sheet.rows}
        ours, reference = (rows[CONTESTANTS[key].name] for key in (OURS, REFERENCE))
        assert ours["same label as float32"] == reference["same label as float32"] == 1
        assert ours[pairs.TIMES] is None
        assert reference[pairs.TIMES].low > 0
        assert rows[CONTESTANTS[ZERO_SHOT].name]["same label as float32"] is None
        assert "not installed" in rows[CONTESTANTS["openvino"].name]["pairs/s"]
    assert {row.get("memory, MB") for row in sheets[0].rows} == {5, None}


def test_labels_that_differ_are_told(bench, monkeypatch):
    reference = CONTESTANTS[REFERENCE]
    monkeypatch.setitem(
        CONTESTANTS, REFERENCE, replace(reference, load=lambda given: lambda asked: ["neutral"] * len(asked))
    )
    rows = {row["road"]: row for row in pairs.measure(bench)[0].rows}
    assert rows[CONTESTANTS[OURS].name]["same label as float32"] == pytest.approx(1 / 3)


def test_labels_of_more_questions_are_held_against_float32(bench, monkeypatch):
    assert labels.measure(bench)[0].rows == [{"questions": 12, "same label as float32": 12, "share": 1.0}]
    reference = CONTESTANTS[REFERENCE]
    others = replace(reference, load=lambda given: lambda asked: ["neutral"] * len(asked))
    monkeypatch.setitem(CONTESTANTS, REFERENCE, others)
    assert labels.measure(bench)[0].rows[0]["same label as float32"] == 4


def test_each_number_of_cores_has_a_model_of_its_own(bench, monkeypatch):
    """A model that is in use is not loaded anew: one left over would keep its cores."""
    seen = []
    monkeypatch.setattr(contestants.PairClassifier, "_load", classmethod(_noting(seen)))
    monkeypatch.setattr(pairs, "usable_cores", lambda: 2)
    for key in set(CONTESTANTS) - {OURS}:
        monkeypatch.setitem(CONTESTANTS, key, replace(CONTESTANTS[key], needs=("no_such_package",)))
    pairs.measure(bench)
    assert len(seen) == 2
    assert seen[1] == 1


def _noting(seen):
    original = contestants.PairClassifier._load.__func__

    def load(cls, weights, device):
        seen.append(usable_cores())
        return original(cls, weights, device)

    return load
