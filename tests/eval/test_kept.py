import json
from pathlib import Path

import pytest

from newstance.eval.kept import FOLDER, table

README = Path(__file__).parents[2] / "README.md"


def test_readme_quotes_the_kept_results():
    assert table(FOLDER.glob("*.json")) in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_kept_results_say_where_they_come_from(path):
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["set"] == path.stem
    assert kept["n"] > 0
    for key in ("command", "commit", "model_sha256", "data_sha256", "versions"):
        assert kept[key], key
