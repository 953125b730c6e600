import pytest

pytest.importorskip("onnx")

from newstance.eval.speed import ceiling
from newstance.eval.speed.bench import Bench
from newstance.models.stance import StanceQuery


def test_products_and_the_model_are_held_against_each_other(tiny_profile, tmp_path, monkeypatch):
    file = tmp_path / "tiny.yaml"
    file.write_text(tiny_profile.model_dump_json(exclude_unset=True))
    monkeypatch.setattr(ceiling, "_ENOUGH", 1e7)
    bench = Bench(str(file), repetitions=3)
    bench.__dict__["questions"] = [StanceQuery("Kim praised the plan. " * n, "Kim", "the plan") for n in (1, 20, 30)]
    (sheet,) = ceiling.measure(bench)
    *products, ours = sheet.rows
    assert all(row["GOP/s"].low > 0 for row in products)
    assert ours["what"] == "newstance, 2 windows"  # a short text is none
    best = max(row["GOP/s"].high for row in products)
    assert 0 < ours["share of the best product"].median <= ours["GOP/s"].high / best * 20
