import ast
import errno
import os
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from newstance import configs
from newstance.configs import Settings, SettingsError
from newstance.models.errors import ConfigError, NewstanceError
from newstance.models.training.branch import BranchRecipe
from newstance.models.training.continuing import ContinuingSettings
from newstance.models.training.recipe import Recipe
from newstance.models.training.summarizer import SummarizerTrainingSettings, Task
from newstance.service import Profile, Topic


class Little(Settings):
    name: str
    count: int = 1


class Outer(Settings):
    inner: Little


def test_unknown_key_is_refused_with_file_and_key(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("name: x\ncuont: 2\n")
    with pytest.raises(SettingsError, match=r"mine\.yaml: cuont: is no key that is known here"):
        configs.load("profiles", file, Little)


class Words(Settings):
    words: dict[str, float] = Field(default_factory=dict)
    first: Literal["a", "b"] = "a"
    many: list[str] = Field(default_factory=list)
    share: float = Field(0.5, ge=0, lt=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("words: {yes: 1}", r"words.*: must be text, and is True; put it in quotation marks"),
        ("words: {a: much}", r"words.a: must be a number, and is 'much'"),
        ("words: a", "words: must hold keys and values, each on a line"),
        ("first: c", "first: must be one of 'a' or 'b', and is 'c'"),
        ("many: a", "many: must be a list, each item on a line of its own"),
        ("share: 1", "share: must be less than 1"),
        ("share: -1", "share: must be at least 0"),
    ],
)
def test_slips_are_told_in_our_words(tmp_path, content, message):
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    with pytest.raises(SettingsError, match=message):
        configs.load("profiles", file, Words)


def test_inner_keys_are_named_by_their_path(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("inner:\n  name: x\n  count: many\n")
    with pytest.raises(SettingsError, match=r"mine\.yaml: inner\.count: "):
        configs.load("profiles", file, Outer)


@pytest.mark.parametrize(
    ("content", "message"),
    [("name: [", "no valid YAML"), ("", "name: is missing"), ("- a\n- b\n", "file: ")],
)
def test_wrong_files_are_refused(tmp_path, content, message):
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    with pytest.raises(SettingsError, match=message):
        configs.load("profiles", file, Little)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name: x\nday: 2026-02-30", r"a date or number that there is not \(day is out of range.*; mend it"),
        (b"name: x\ncount: " + b"9" * 5000, "a date or number that there is not"),
        (b"# M\xfcller\nname: x", "is not in UTF-8 .*; save it in UTF-8"),
        (b"name: " + b"[" * 3000, "too many brackets or keys inside of one another"),
    ],
)
def test_what_python_cannot_read_is_refused_by_name(tmp_path, content, message):
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"mine\.yaml .*{message}"):
        configs.load("profiles", file, Little)


def test_file_that_may_not_be_read_is_refused_by_name(tmp_path, monkeypatch):
    def read_text(file, **_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))

    file = tmp_path / "mine.yaml"
    file.write_text("name: x")
    monkeypatch.setattr(Path, "read_text", read_text)  # root may read whatever the mode
    with pytest.raises(SettingsError, match=r"mine\.yaml cannot be read \(Permission denied\); let newstance read it"):
        configs.load("profiles", file, Little)


def test_missing_file_names_what_is_shipped():
    with pytest.raises(SettingsError, match=r"named none-such; shipped: .*embedded, hub-base"):
        configs.load("profiles", "none-such", Little)
    with pytest.raises(SettingsError, match="shipped: none"):
        configs.load("no-such-kind", "x", Little)


def test_folder_is_no_settings_file(tmp_path):
    with pytest.raises(SettingsError, match="no file and no shipped"):
        configs.load("profiles", tmp_path, Little)


def test_wrong_settings_are_one_of_the_errors_that_newstance_raises_on_purpose():
    assert issubclass(SettingsError, ConfigError)
    with pytest.raises(NewstanceError):
        configs.load("profiles", "none-such", Little)


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Little(name="x").count = 2


def test_names_are_the_shipped_files():
    assert configs.names("profiles") == sorted(p.stem for p in (configs.FOLDER / "profiles").iterdir())
    assert {"climate-policy", "ukraine-war"} <= set(configs.names("topics"))
    assert configs.names("no-such-kind") == []


@pytest.mark.parametrize(("kind", "settings"), [("profiles", Profile), ("topics", Topic), ("training", Recipe)])
def test_every_shipped_file_fits_and_has_the_name_of_its_file(kind, settings):
    assert configs.names(kind)
    for name in configs.names(kind):
        task = configs.load(kind, name, Task).task if kind == "training" else None
        of_task = {
            "summarizer": SummarizerTrainingSettings,
            "corrections": ContinuingSettings,
            "branch": BranchRecipe,
        }
        assert configs.load(kind, name, of_task.get(task, settings)).name == name


def test_hub_models_of_shipped_profiles_read_no_pickle_and_run_no_code():
    from newstance.models.sources import locate

    for name in configs.names("profiles"):
        profile = Profile.load(name)
        for source in (profile.stance.source, profile.summarizer.source):
            if source and source.startswith("hub:"):
                assert locate(source).from_pretrained_arguments()["trust_remote_code"] is False


def test_configs_import_nothing_of_ours():
    for node in ast.walk(ast.parse(Path(configs.__file__).read_text())):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.startswith(("newstance", "."))]
