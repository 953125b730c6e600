from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import yaml

from newstance import configs
from newstance.eval import floors as module
from newstance.eval.floors import Floors, load_floors, shortfalls, update_floors
from newstance.eval.labelled import load_set
from newstance.eval.metrics import Estimate
from newstance.eval.report import write_report
from newstance.eval.runs import run_set
from newstance.models.errors import InputError


def result(value, partial=False):
    return SimpleNamespace(scores={"macro_f1": Estimate(value, value, value)}, partial=partial)


@pytest.fixture
def floors_file(tmp_path):
    floors = configs.load("eval", "floors", Floors).model_dump()
    floors["floors"] = {"floor-stance": {"macro_f1": 0.6}, "floor-articles": {"macro_f1": 0.5}}
    path = tmp_path / "floors.yaml"
    path.write_text(yaml.safe_dump(floors))
    return path


@pytest.mark.embedded
def test_the_embedded_profile_reaches_its_floors(tmp_path):
    from newstance.service import Analyzer

    floors = load_floors()
    analyzer = Analyzer.from_profile(floors.profile)
    results = {name: write_report(run_set(load_set(name), analyzer, tmp_path / name)) for name in floors.floors}
    assert shortfalls(floors, results) == []


def test_the_sets_are_those_that_the_floors_were_measured_on(tmp_path, monkeypatch):
    assert set(load_floors().sha256) == {"floor-stance.jsonl", "floor-articles.jsonl"}
    for name in load_floors().sha256:
        (tmp_path / name).write_bytes((module.SHIPPED / name).read_bytes())
    with (tmp_path / "floor-stance.jsonl").open("a") as file:
        file.write("\n")
    monkeypatch.setattr(module, "SHIPPED", tmp_path)
    with pytest.raises(InputError, match=r"floor-stance\.jsonl changed since the floors were measured"):
        load_floors()


def test_what_is_below_or_missing_falls_short():
    floors = Floors(profile="p", sha256={}, floors={"a": {"macro_f1": 0.6}, "b": {"macro_f1": 0.5}})
    assert shortfalls(floors, {"a": result(0.6), "b": result(0.7)}) == []
    assert shortfalls(floors, {"a": result(0.59)}) == [
        "a: macro_f1 is 0.590, below its floor 0.600",
        "b: macro_f1 is nan, below its floor 0.500",
    ]


def test_floors_rise_by_themselves_and_fall_only_on_purpose(floors_file):
    better = {"floor-stance": result(0.757), "floor-articles": result(0.51)}
    new = update_floors(better, "embedded", False, floors_file)
    # A little below what was measured, and never below what was there.
    assert new.floors == {"floor-stance": {"macro_f1": 0.72}, "floor-articles": {"macro_f1": 0.5}}
    assert configs.load("eval", floors_file, Floors) == new
    assert floors_file.read_text().startswith("# What the profile must reach")
    worse = {"floor-stance": result(0.4), "floor-articles": result(0.51)}
    with pytest.raises(InputError, match="floor-stance: macro_f1 fell below the floor; --lower-floors lowers it"):
        update_floors(worse, "embedded", False, floors_file)
    assert update_floors(worse, "embedded", True, floors_file).floors["floor-stance"] == {"macro_f1": 0.37}


@pytest.mark.parametrize(
    ("results", "profile", "message"),
    [
        ({"floor-stance": result(1)}, "embedded", "need results on floor-articles, too"),
        ({"floor-stance": result(1), "floor-articles": result(1, True)}, "embedded", "was evaluated in part"),
        ({}, "other", "the floors are those of the profile embedded, not of other"),
    ],
)
def test_floors_are_taken_from_whole_runs_of_their_profile_only(floors_file, results, profile, message):
    with pytest.raises(InputError, match=re.escape(message)):
        update_floors(results, profile, False, floors_file)
