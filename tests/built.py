"""The wheel of this checkout, and an environment of its own that it is installed in."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Collection
from pathlib import Path

import newstance.models

ROOT = Path(newstance.models.__file__).parent.parent
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def build_wheel(folder: Path) -> Path:
    """Builds the wheel in a folder."""
    source = folder / "source"
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    # Built from a copy, so that nothing is left lying about in the checkout.
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).symlink_to(ROOT / name)
    command = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir", folder, source]
    subprocess.run(command, capture_output=True, check=True)
    (wheel,) = folder.glob("newstance-*.whl")
    return wheel


class Fresh:
    """A virtual environment with what newstance needs, but without newstance and without some packages.

    What is needed is linked from the environment that runs the tests, since torch alone would take minutes.

    Args:
        folder: Where it is made.
        hidden: Names of packages, as they are imported, that it lacks.
    """

    def __init__(self, folder: Path, hidden: Collection[str]) -> None:
        venv.create(folder / "env", with_pip=False, symlinks=True)
        self.python = folder / "env" / "bin" / "python"
        self.hidden = frozenset(hidden)
        self._linked = folder / "linked"
        self._linked.mkdir()
        for entry in _installed():
            if entry.name.partition("-")[0] not in self.hidden | {"newstance"}:
                self._link(entry)
        (self.packages / "linked.pth").write_text(f"{self._linked}\n")

    @property
    def packages(self) -> Path:
        """Where pip puts packages."""
        (found,) = (self.python.parents[1] / "lib").glob("python*/site-packages")
        return found

    def show(self) -> None:
        """Link the hidden packages, too."""
        for entry in _installed():
            if entry.name.partition("-")[0] in self.hidden:
                self._link(entry)

    def _link(self, entry: Path) -> None:
        if not (self._linked / entry.name).exists():
            (self._linked / entry.name).symlink_to(entry)


def _installed() -> list[Path]:
    """Packages and modules that this environment can import, but hooks of editable installs."""
    folders = [sysconfig.get_path("purelib"), *(path for path in sys.path if path.endswith("site-packages"))]
    entries = [entry for folder in dict.fromkeys(folders) for entry in Path(folder).iterdir()]
    return [entry for entry in entries if entry.suffix != ".pth" and not entry.name.startswith("__")]
