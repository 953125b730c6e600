"""Which module may import which, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import newstance.models

ROOT = Path(newstance.models.__file__).parent.parent
MAY_IMPORT = {
    "configs": set(),
    "models": {"configs"},
    "service": {"configs", "models"},
    "eval": {"configs", "models", "service"},
}
# The wings of the service; its other modules are the road through them.
WINGS_MAY_IMPORT = {
    "intake": set(),
    "reading": set(),
    "judging": {"reading"},
    "present": set(),
    "corpus": {"intake", "reading"},
    "exchange": {"corpus", "intake"},
    "corrections": {"exchange", "intake", "present"},
    "page": {"corpus", "corrections", "exchange", "present", "reading"},
    "web": {"corrections", "intake", "page"},
}
SERVERS = {"fastapi", "gradio", "jinja2", "starlette", "uvicorn"}


def _modules() -> dict[str, Path]:
    found = {}
    for part in MAY_IMPORT:
        for path in (ROOT / part).rglob("*.py"):
            names = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(("newstance", *names)).removesuffix(".__init__")] = path
    return found


MODULES = _modules()


def imports_of(module: str, path: Path, lazily: bool) -> set[str]:
    """What a module imports, by absolute name; ``lazily`` counts what functions import, too, and what types need."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    found = set()
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8")), lazily):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            # What is taken from a package may be a module of it.
            found |= {name if (name := f"{source}.{alias.name}") in MODULES else source for alias in node.names}
    return found


def _nodes(node: ast.AST, lazily: bool) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        is_later = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
        is_for_types = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if lazily or not (is_later or is_for_types):
            yield from _nodes(child, lazily)


AT_ONCE = {module: imports_of(module, path, lazily=False) for module, path in MODULES.items()}
EVER = {module: imports_of(module, path, lazily=True) for module, path in MODULES.items()}


def within(module: str, depth: int) -> str:
    """The part of newstance that a module is in (1), or the wing of a part (2); "" if it is in none."""
    names = module.split(".")
    return names[depth] if names[0] == "newstance" and len(names) > depth else ""


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_parts_import_one_way(part):
    modules = [module for module in MODULES if within(module, 1) == part]
    assert modules
    for module in modules:
        # The command line is the top of the house, and takes in what evaluates the service.
        more = {"eval"} if module == "newstance.service.cli" else set()
        assert {within(name, 1) for name in EVER[module]} <= MAY_IMPORT[part] | more | {part, ""}, module


@pytest.mark.parametrize("wing", WINGS_MAY_IMPORT)
def test_wings_of_the_service_import_one_way(wing):
    modules = [module for module in MODULES if module.startswith(f"newstance.service.{wing}.")]
    assert modules
    for module in modules:
        wings = {within(name, 2) for name in EVER[module] if within(name, 1) == "service"}
        assert wings & WINGS_MAY_IMPORT.keys() <= WINGS_MAY_IMPORT[wing] | {wing}, module


def test_every_wing_is_held_to_something():
    assert WINGS_MAY_IMPORT.keys() == {path.parent.name for path in (ROOT / "service").glob("*/__init__.py")}


@pytest.mark.parametrize("wing", ["reading", "judging"])
def test_reading_and_judging_need_no_server(wing):
    for module in MODULES:
        if module.startswith(f"newstance.service.{wing}"):
            assert not {name.split(".")[0] for name in EVER[module]} & SERVERS, module


def test_no_module_imports_itself_through_others():
    try:
        TopologicalSorter(AT_ONCE).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))
