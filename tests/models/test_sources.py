import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import tiny

from newstance.models import sources
from newstance.models.errors import ConfigError, WeightsNotFoundError
from newstance.models.sources import converted_gguf, joined_archive, locate, make_once, sha256_of


def test_hub_source_with_revision():
    weights = locate("hub:owner/name@abc123")
    assert (weights.location, weights.revision, weights.is_hub) == ("owner/name", "abc123", True)
    arguments = weights.from_pretrained_arguments()
    assert arguments["revision"] == "abc123"
    assert arguments["trust_remote_code"] is False


def test_hub_source_without_revision_takes_main_and_has_no_path():
    weights = locate("hub:owner/name")
    assert weights.from_pretrained_arguments()["revision"] == "main"
    with pytest.raises(ConfigError, match="hub:owner/name"):
        _ = weights.path


def test_path_source(tmp_path):
    assert locate(f"path:{tmp_path}").path == tmp_path.resolve()
    assert not locate(f"path:{tmp_path}").is_onnx
    (tmp_path / "model.onnx").touch()
    assert locate(f"path:{tmp_path}").is_onnx


def test_missing_path_is_named(tmp_path):
    with pytest.raises(WeightsNotFoundError, match=r"no_such_folder.*check the path"):
        locate(f"path:{tmp_path}/no_such_folder")


def test_package_source_is_found_without_importing_it(tmp_path, monkeypatch):
    package = tmp_path / "weights_package"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "model.gguf").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert locate("package:weights_package/model.gguf").path == package / "model.gguf"
    with pytest.raises(WeightsNotFoundError, match=r"other\.gguf.*reinstall the package"):
        locate("package:weights_package/other.gguf")
    with pytest.raises(WeightsNotFoundError, match="not installed"):
        locate("package:weights_package.inner/model.gguf")


def test_missing_package_says_how_to_get_it():
    with pytest.raises(WeightsNotFoundError) as error:
        locate("package:no_such_package/model.gguf")
    assert "'no_such_package' is not installed" in str(error.value)
    assert "get it with: newstance setup" in str(error.value)


def test_bundled_source(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "BUNDLED", tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}")
    assert locate("bundled:mine").path == tmp_path / "mine"
    with pytest.raises(WeightsNotFoundError, match="bundled models are: mine"):
        locate("bundled:other")


@pytest.mark.parametrize("source", ["owner/name", "hub:", "", "http://host/model", "Hub:owner/name"])
def test_other_forms_are_refused(source):
    with pytest.raises(ConfigError, match="hub:OWNER/NAME"):
        locate(source)


def test_make_once_makes_it_once():
    made = []
    folders = [make_once("test/once", lambda folder: made.append(folder)) for _ in range(2)]
    assert folders[0] == folders[1]
    assert folders[0].is_dir()
    assert len(made) == 1


def test_make_once_leaves_nothing_half_made():
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        make_once("test/failing", fail)
    assert [path.name for path in (sources.cache_folder() / "test").glob("failing*")] == ["failing.lock"]
    assert list(make_once("test/failing", lambda folder: None).iterdir()) == []


def test_make_once_by_two_processes_at_the_same_moment(tmp_path):
    log = tmp_path / "log"
    program = f"""
import time
from pathlib import Path
from newstance.models.sources import make_once
def make(folder):
    with open({str(log)!r}, "a") as log:
        log.write("made\\n")
    time.sleep(0.5)
    (folder / "whole").touch()
print((make_once("race", make) / "whole").exists())
"""
    environment = {"NEWSTANCE_CACHE": str(tmp_path / "cache"), "PATH": ""}
    processes = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate()[0].strip() for process in processes] == ["True", "True"]
    assert log.read_text() == "made\n"


def test_gguf_is_converted_once_and_anew_when_it_changes(tmp_path):
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM, AutoTokenizer

    file = tiny.gguf(tmp_path / "tiny.gguf", first=3.0)
    folder = converted_gguf(file)
    stamp = (folder / "model.safetensors").stat().st_mtime_ns
    assert converted_gguf(file) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == stamp
    model, report = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    assert not report["missing_keys"]
    assert model.model.embed_tokens.weight[0, 0] == 3.0
    assert AutoTokenizer.from_pretrained(folder).chat_template == tiny.CHAT_TEMPLATE

    changed = converted_gguf(tiny.gguf(file, first=7.0))
    assert changed != folder
    assert load_file(changed / "model.safetensors")["model.embed_tokens.weight"][0, 0] == 7.0


def test_joined_archive(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"weights")
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.write(weights, "inner/model.safetensors")
    whole = (tmp_path / "whole.zip").read_bytes()
    (tmp_path / "part1").write_bytes(whole[:50])
    (tmp_path / "part2").write_bytes(whole[50:])
    parts = [f"path:{tmp_path}/part1", f"path:{tmp_path}/part2"]
    assert (joined_archive(parts, sha256_of(weights)) / "model.safetensors").read_bytes() == b"weights"
    with pytest.raises(WeightsNotFoundError, match="does not hold weights"):
        joined_archive(parts, "0" * 64)
