"""README and docs: their examples run, their commands are understood, the site holds together.

Blocks in ``python`` and ``sh`` are run, those in ``py`` and ``console`` are read only.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import corpus_run
import pytest
import yaml
from built import ROOT
from documents import blocks

import newstance
from newstance.service.cli import _parser, main

DOCS = sorted((ROOT / "docs").glob("*.md"))
TEXTS = [ROOT / "README.md", *DOCS]
# The README's Python lines run in an environment of their own, tests/test_fresh_install.py.
WITH_PYTHON = [file for file in DOCS if blocks(file, "python")]
WITH_SHELL = [file for file in TEXTS if blocks(file, "sh")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where examples run: articles lie there under the names that they use."""
    samples = ROOT / "service" / "samples"
    (tmp_path / "article.txt").write_text((samples / "summit.md").read_text(encoding="utf-8"))
    (tmp_path / "other.txt").write_text((samples / "bridge.md").read_text(encoding="utf-8"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.embedded
@pytest.mark.parametrize("file", WITH_PYTHON, ids=lambda file: file.name)
def test_python_runs(file, folder):
    if file.name in ("corpus.md", "exchange.md"):
        corpus_run.write(folder / "runs" / "spring", corpus_run.harbour(60))
        (folder / "actors.csv").write_text("name,canonical,kind\nNorge,Norway,country\n")
    if file.name == "scale.md":  # which begins where a run has ended
        run = ["run", "article.txt", "--out", "runs/strike", "--target", "the strike", "--no-summary"]
        assert main(run) == 0
    names: dict[str, object] = {}
    for block in blocks(file, "python"):
        # Errors name the line of the document.
        exec(compile("\n" * block.line + block.text, file.name, "exec"), names)


@pytest.mark.embedded
@pytest.mark.parametrize("file", WITH_SHELL, ids=lambda file: file.name)
def test_shell_commands_run(file, folder):
    program = f'newstance() {{ {shlex.quote(sys.executable)} -m newstance "$@"; }}\n'
    for block in blocks(file, "sh"):
        done = subprocess.run(["bash", "-euc", program + block.text], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.embedded
def test_the_notebook_runs(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(ROOT / "docs" / "notebook.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": tmp_path}}).execute()
    kinds = [set(output.get("data", {})) for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in data for data in kinds)
    table = next(
        o["data"]["text/plain"]
        for c in notebook.cells
        for o in c.get("outputs", ())
        if "text/html" in o.get("data", {})
    )
    assert re.search(r"Paul Lind\s+the toll\s+against", table)
    assert re.search(r"Ana Reyes\s+the toll\s+favor", table)


def known_commands():
    (commands,) = [action.choices for action in _parser()._subparsers._group_actions]
    return list(commands)


def commands() -> Iterator[tuple[str, str]]:
    """(Place, command) of each newstance command in the blocks that are meant to be typed."""
    for file in TEXTS:
        for language in ("sh", "console"):
            for block in blocks(file, language):
                for line in block.text.splitlines():
                    if found := re.search(r"(?:^|\s)newstance (?:[a-z]+ .*|[a-z]+$)", line):
                        yield f"{file.name}: {line}", found[0].strip()


@pytest.mark.parametrize(("place", "command"), commands(), ids=lambda text: text[:40])
def test_commands_are_understood(place, command):
    words = shlex.split(re.split(r"\s[>|]\s", command)[0], comments=True)
    _parser().parse_args(words[1:])  # SystemExit, and argparse's words, if not


def test_blocks_say_what_they_are():
    known = {"", "py", "python", "r", "sh", "console", "text"}
    for file in TEXTS:
        fences = re.findall(r"^```(\w*)", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(fences[::2]) <= known, file


def test_every_command_is_listed():
    listed = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [name for name in known_commands() if f"newstance {name}" not in listed] == []


def test_links_of_the_readme_lead_somewhere():
    for link in re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_the_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip("material", reason="the docs extra brings mkdocs-material")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    # Nothing is loaded from elsewhere when it is read.
    assert not re.findall(r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="https?:', page)
    assert (tmp_path / "site" / "notebook.ipynb").is_file()


def test_every_page_is_in_the_navigation():
    loaded = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), yaml.SafeLoader)
    listed = re.findall(r"[\w-]+\.md", str(loaded["nav"]))
    assert sorted(listed) == [file.name for file in DOCS]


def test_the_citation_is_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert (cited["version"], cited["license"]) == (newstance.__version__, "Apache-2.0")
