import json
from types import SimpleNamespace

import pytest

from newstance.eval.speed import command
from newstance.eval.speed.bench import Bench
from newstance.eval.speed.ceiling import operations_of
from newstance.eval.speed.sheets import Sheet, Spread
from newstance.eval.tables import ROOT
from newstance.models.errors import ConfigError, InputError


@pytest.fixture
def parts(monkeypatch):
    """Parts that measure nothing, and what they were given."""
    given = []

    def measure(name, bench):
        given.append((name, bench))
        if name == "server":
            raise RuntimeError("no server")
        return [Sheet(name, [{"s": Spread.of([float(bench.repetitions)])}])]

    def part(name, package):
        return SimpleNamespace(measure=lambda bench: measure(name.strip("."), bench))

    monkeypatch.setattr(command, "import_module", part)
    return given


def test_options_reach_the_parts(parts, capsys):
    asked = "--parts growth,many --repetitions 7 --questions 300 --many 9 --users 3 --seconds 12 --table"
    assert command.main(asked.split()) == 0
    (first, bench), (second, _) = parts
    assert (first, second) == ("growth", "many")
    assert bench == Bench("embedded", 7, 300, 9, 3, 12.0, tell=bench.tell)
    out = capsys.readouterr().out
    assert "### growth\n\n| s |\n| --- |\n| 7.00 |" in out
    assert "A trial" in out  # nine articles are few


def test_all_parts_run_unless_some_are_named(parts):
    with pytest.raises(RuntimeError, match="no server"):
        command.main([])
    assert [name for name, _ in parts] == list(command.PARTS[: command.PARTS.index("server") + 1])


def test_what_is_measured_is_kept_when_a_later_part_fails(parts, tmp_path, capsys):
    file = tmp_path / "figures.json"
    with pytest.raises(RuntimeError, match="no server"):
        command.main(["--parts", "many,server", "--out", str(file)])
    assert [sheet["title"] for sheet in json.loads(file.read_text())["sheets"]] == ["many"]
    parts.clear()
    assert command.main(["--kept", str(file), "--table"]) == 0
    assert parts == []
    assert "### many" in capsys.readouterr().out


def test_figures_are_written_into_the_page(parts, tmp_path, monkeypatch):
    page = tmp_path / "docs" / "speed.md"
    page.parent.mkdir()
    page.write_text("Before.\n\n<!-- speed: written by X -->\n\nOld.\n\n<!-- speed end -->\n\nAfter.\n")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    command.main(["--parts", "pairs", "--docs"])
    text = page.read_text()
    assert "### pairs" in text
    assert "Old." not in text
    assert text.startswith("Before.\n\n<!-- speed: written by X -->\n")
    assert text.endswith("\n<!-- speed end -->\n\nAfter.\n")
    page.unlink()
    with pytest.raises(ConfigError, match=r"there is no .*speed\.md"):
        command.main(["--parts", "pairs", "--docs"])


def test_the_page_has_marks_to_write_between():
    text = (ROOT / command.PAGE).read_text(encoding="utf-8")
    assert "new tables" in command.between_marks(text, "new tables", "speed.md", "speed")


def test_wrong_parts_and_files_are_refused(parts, tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main(["--parts", "growth,luck"])
    assert "there is no part 'luck'" in capsys.readouterr().err
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(InputError, match="holds no figures"):
        command.main(["--kept", str(tmp_path / "other.json")])


def test_growth_that_was_not_measured_is_not_drawn(parts, tmp_path):
    with pytest.raises(InputError, match="no growth to draw"):
        command.main(["--parts", "many", "--plot", str(tmp_path / "growth.svg")])


@pytest.mark.parametrize("part", command.PARTS)
def test_every_part_measures(part):
    from importlib import import_module

    assert callable(import_module(f"newstance.eval.speed.{part}").measure)


def test_operations_of_an_encoder():
    config = SimpleNamespace(hidden_size=2, intermediate_size=8, num_hidden_layers=3)
    # A layer has 4 * 4 + 2 * 16 weights; attention multiplies 2 x 5 by 5 x 2 and 5 x 5 by 5 x 2 for 5 tokens.
    assert operations_of(config, 5) == 2 * 3 * (5 * 48 + 2 * 5 * 5 * 2)
