import pytest

from newstance import configs
from newstance.configs.extras import install_command
from newstance.models import sources
from newstance.service import Profile, doctor
from newstance.service.cli import main
from newstance.service.doctor import state_of, weights_of


@pytest.fixture
def examined(capsys, monkeypatch):
    def run():
        monkeypatch.setenv("COLUMNS", "300")
        code = main(["doctor"])
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def bundled(tmp_path, monkeypatch):
    """An installation whose path would be markup to a terminal."""
    folder = tmp_path / "[bold]bundled[/]"
    monkeypatch.setattr(sources, "BUNDLED", folder)
    return folder


def test_every_profile_and_its_weights_are_listed(examined):
    _, out = examined()
    for name in configs.names("profiles"):
        assert name in out
        for source in weights_of(Profile.load(name)).values():
            assert source in out
    assert "device:" in out
    assert "cache:" in out
    assert "transformers" in out


def test_missing_weights_of_the_embedded_profile_are_a_failure(examined, bundled):
    code, out = examined()
    assert code == 1
    assert "no weights for bundled:newstance-mpnet: looked for" in out
    assert "[bold]bundled[/]" in out.replace("\n", "")


def test_extras_that_are_missing_are_told_with_what_gets_them(examined, monkeypatch):
    absent = ("gradio", "uvicorn", "onnx-ir")
    monkeypatch.setattr(doctor, "_version", lambda name: doctor._MISSING if name in absent else "1")
    _, out = examined()
    assert f"serve: gradio, uvicorn not installed; get it with: {install_command('serve')}\n" in out
    assert f"train: onnx-ir not installed; get it with: {install_command('train')}\n" in out
    assert out.count("get it with: pip install") == 2  # what bench includes of serve is told of serve


def test_each_extra_for_users_is_in_the_docs():
    table = (configs.FOLDER.parent / "docs" / "install.md").read_text()
    assert "dev" not in doctor.packages_of_extras()
    assert [extra for extra in doctor.packages_of_extras() if f"\n| `{extra}` | " not in table] == []


def test_missing_package_says_how_to_get_it():
    is_there, state = state_of("package:no_such_package/x")
    assert not is_there
    assert sources.SETUP_COMMAND in state


def test_hub_weights_that_were_not_fetched():
    is_there, state = state_of("hub:nobody/no-such-model")
    assert not is_there
    assert "newstance setup --profile" in state
    assert "not pinned" in state
    assert "not pinned" not in state_of("hub:nobody/no-such-model@abc")[1]


def test_weights_that_are_there(tmp_path):
    assert state_of(f"path:{tmp_path}") == (True, "there")
    (tmp_path / "config.json").write_text('{"num_labels": 5}')
    assert state_of(f"path:{tmp_path}") == (True, "there")


def test_what_weights_may_be_used_for_is_told(tmp_path):
    (tmp_path / "config.json").write_text('{"newstance": {"use": "research and other non-commercial use"}}')
    assert state_of(f"path:{tmp_path}") == (True, "there; for research and other non-commercial use")


def test_the_first_sentences_need_no_weights(settings):
    assert set(weights_of(Profile.model_validate(settings))) == {"annotator", "stance", "consistency", "embeddings"}


@pytest.mark.embedded
def test_embedded_profile_is_ready(examined):
    code, out = examined()
    assert code == 0
    # What newstance is timed beside is in no environment but that of `make bench`.
    assert not [line for line in out.splitlines() if "pip install" in line and not line.startswith("bench: ")]
