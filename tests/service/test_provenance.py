from __future__ import annotations

import hashlib
import os
import subprocess

import pytest
from pydantic import Field

import newstance.models
import newstance.service
from newstance.configs import Settings
from newstance.models.errors import WeightsNotFoundError
from newstance.service import provenance


class Part(Settings):
    source: str


class Profile(Settings):
    first: Part
    others: list[Part] = Field(default_factory=list)
    note: str = ""


@pytest.fixture
def weights(tmp_path):
    def make(name, **files):
        folder = tmp_path / name
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_text(content)
        return f"path:{folder}"

    return make


def profile(*sources, note=""):
    first, *others = (Part(source=source) for source in sources)
    return Profile(first=first, others=others, note=note)


def test_a_profile_is_known_by_all_that_it_says():
    one = provenance.profile_sha256(profile("hub:a/b", note="x"))
    assert one == provenance.profile_sha256(profile("hub:a/b", note="x"))
    assert one != provenance.profile_sha256(profile("hub:a/b", note="y"))
    assert one != provenance.profile_sha256(profile("hub:a/c", note="x"))


def test_weights_are_known_by_content_wherever_they_lie(weights):
    first, moved = weights("first", config="a", model="b"), weights("moved", config="a", model="b")
    known = provenance.model_sha256(profile(first))
    assert known == provenance.model_sha256(profile(moved))
    assert known != provenance.model_sha256(profile(weights("trained-anew", config="a", model="c")))
    assert known != provenance.model_sha256(profile(weights("renamed", config="a", other="b")))
    assert provenance.model_sha256(profile(f"{first}/model")) != provenance.model_sha256(profile(f"{first}/config"))


def test_every_model_of_a_profile_counts_in_any_order_and_once(weights):
    first, second = weights("first", model="a"), weights("second", model="b")
    both = provenance.model_sha256(profile(first, second))
    assert both != provenance.model_sha256(profile(first))
    assert both == provenance.model_sha256(profile(first, second, first, note="not a source: hub"))


@pytest.fixture
def code(tmp_path, monkeypatch):
    """The packages' code in a place where it may change."""
    for package in (newstance.models, newstance.service):
        folder = tmp_path / package.__name__
        for name in ("__init__.py", "words.py", "reading/lang/en/saying.yaml", "numbers.json", "bundled/m/config.json"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(name)
        monkeypatch.setattr(package, "__file__", str(folder / "__init__.py"))
    return tmp_path


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("words.py", True),
        ("reading/lang/en/saying.yaml", True),
        ("numbers.json", True),
        ("bundled/m/config.json", False),
    ],
)
def test_code_is_known_with_its_word_lists_and_numbers(code, file, counts):
    before = provenance.code_sha256(), provenance.modules_sha256("words")
    (code / "newstance.models" / file).write_text("changed")
    assert (provenance.code_sha256() != before[0]) == counts
    assert (provenance.modules_sha256("words") != before[1]) == (file == "words.py")


def test_weights_on_the_hub_are_known_by_name_and_revision():
    known = provenance.model_sha256(profile("hub:a/b@1"))
    assert known == provenance.model_sha256(profile("hub:a/b@1"))
    assert known != provenance.model_sha256(profile("hub:a/b@2"))
    # In the order of names, which no run of Python changes.
    sources = [f"hub:{owner}/model@1" for owner in "dbfaec"]
    expected = hashlib.sha256("".join(sorted(sources)).encode()).hexdigest()
    assert provenance.model_sha256(profile(*sources)) == expected


def test_weights_that_are_not_there_have_no_hash(tmp_path):
    with pytest.raises(WeightsNotFoundError):
        provenance.model_sha256(profile(f"path:{tmp_path}/nothing"))


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout that holds the module whose commit is asked for, and a way to give git commands there."""
    nobody = {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = os.environ | nobody | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*arguments):
        command = ["git", "-C", str(tmp_path), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()

    git("init")
    (tmp_path / "module.py").write_text("x = 1\n")
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "module.py"))
    return git


def test_the_commit_is_that_of_the_checkout_and_says_so_if_files_differ(checkout, tmp_path):
    checkout("add", "module.py")
    checkout("commit", "-m", "first")
    head = checkout("rev-parse", "HEAD")
    assert provenance.commit() == head
    (tmp_path / "module.py").write_text("x = 2\n")
    assert provenance.commit() == f"{head}+changes"


def test_a_module_that_only_lies_in_somebody_elses_checkout_has_no_commit(checkout, tmp_path):
    (tmp_path / "theirs.py").write_text("y = 1\n")
    checkout("add", "theirs.py")
    checkout("commit", "-m", "theirs")
    assert provenance.commit() is None


def test_the_machine_has_no_name():
    machine = provenance.machine()
    assert set(machine) == {"system", "processor", "cores"}
    assert os.uname().nodename not in str(machine)
    assert machine["cores"] >= 1
