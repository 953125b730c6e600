"""The statements in a REFI-QDA project (.qdpx), as newstance writes one and other programs save it again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.models.errors import InputError

from ..corpus.actor_table import KINDS, key_of
from . import qdpx
from .packages import Package, parsed
from .statements import LABELS, Document, Statement, agreement_of

if TYPE_CHECKING:
    from lxml import etree

log = logging.getLogger(__name__)
_COMBINATIONS = 1000  # of a selection's codes; nobody marks one passage for so many
_Q = {"q": qdpx.NAMESPACE}
_GROUPS = {key_of(group): group for group in (qdpx.ACTORS, qdpx.TARGETS, qdpx.STANCES)}


def read_qdpx(path: str | Path) -> list[Statement]:
    """The statements of a .qdpx file.

    A selection of text is a statement if it has a code below Actors, one below Targets, and favor, against or neutral
    below Stances; with several of them, it is a statement for each combination. Other selections are left out, and how
    many is told as a warning, as are codes of whole sources, pictures, sound, notes and links.

    Raises:
        InputError: It is no such file, or damaged, has none of these codes, or a text with statements is not in it.
    """
    path = Path(path)
    package = Package(path)
    root = parsed(package.read(qdpx.PROJECT), f"{qdpx.PROJECT} in {path}")
    if root.tag != f"{{{qdpx.NAMESPACE}}}Project":
        raise InputError(f"{path} is no REFI-QDA project: it begins with {root.tag}")
    reader = _Reader(root, package, path)
    try:
        statements = list(reader.statements())
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}") from None
    if reader.others:
        log.warning("%d selections of %s have no actor, target and stance, and are left out", reader.others, path)
    return statements


class _Reader:
    def __init__(self, root: etree._Element, package: Package, path: Path) -> None:
        self._root, self._package, self._path = root, package, path
        self.others = 0
        self._codes: dict[str, tuple[str, str]] = {}  # by GUID, group and name
        self._kinds: dict[str, str] = {}
        for top in root.iterfind("q:CodeBook/q:Codes/q:Code", _Q):
            if group := _GROUPS.get(key_of(top.get("name", ""))):
                for code in top.iterfind(".//q:Code", _Q):
                    name = code.get("name", "")
                    self._codes[_guid(code.get("guid"))] = group, name
                    if group == qdpx.ACTORS:
                        self._kinds[name] = _told(code).get(qdpx.KIND, "")
        if {group for group, _ in self._codes.values()} < set(_GROUPS.values()):
            raise InputError(
                f"{path} has no codes below {', '.join(_GROUPS.values())}; name the groups of its codes so, and the "
                "stances favor, against and neutral"
            )
        self._users = {_guid(u.get("guid")): u.get("name", "") for u in root.iterfind("q:Users/q:User", _Q)}
        self._variables = {_guid(v.get("guid")): v.get("name", "") for v in root.iterfind("q:Variables/q:Variable", _Q)}

    def statements(self) -> Iterator[Statement]:
        for source in self._root.iter(*(f"{{{qdpx.NAMESPACE}}}{tag}" for tag in ("TextSource", "Representation"))):
            document = None
            for selection in source.iterfind("q:PlainTextSelection", _Q):
                names: dict[str, list[str]] = {group: [] for group in _GROUPS.values()}
                for reference in selection.iterfind("q:Coding/q:CodeRef", _Q):
                    if found := self._codes.get(_guid(reference.get("targetGUID"))):
                        group, name = found
                        names[group].append(key_of(name) if group == qdpx.STANCES else name)
                if not all(names.values()):
                    self.others += 1
                    continue
                document = document or self._document(source)
                yield from self._said(document, selection, names)

    def _said(self, document: Document, selection: etree._Element, names: dict[str, list[str]]) -> Iterator[Statement]:
        told = _told(selection)
        probability = told.get(qdpx.PROBABILITY)
        codes = [dict.fromkeys(names[group]) for group in _GROUPS.values()]
        if prod(map(len, codes)) > _COMBINATIONS:
            raise InputError(
                f"{self._path} has a selection with more than {_COMBINATIONS:,} combinations of actor, target and "
                "stance; give it fewer codes"
            )
        for actor, target, stance in product(*codes):
            if stance not in LABELS.values():
                raise InputError(f"{self._path} has the stance {stance!r}; it must be {', '.join(LABELS.values())}")
            kind = self._kinds[actor]
            yield Statement(
                document,
                actor,
                target,
                agreement_of(stance),
                int(selection.get("startPosition", "")),
                int(selection.get("endPosition", "")),
                kind if kind in KINDS else "",
                told.get(qdpx.ORGANIZATION, ""),
                None if probability is None else float(probability),
                self._users.get(_guid(selection.get("creatingUser")), ""),
                selection.get("creationDateTime", ""),
            )

    def _document(self, source: etree._Element) -> Document:
        known = {}
        for value in source.iterfind("q:VariableValue", _Q):
            reference = value.find("q:VariableRef", _Q)
            name = self._variables.get(_guid(reference.get("targetGUID"))) if reference is not None else None
            if name in qdpx.VARIABLES:
                known[name] = "".join(child.text or "" for child in value if child is not reference).strip()
        name, guid = source.get("name", ""), _guid(source.get("guid"))
        return Document(known.pop("id", guid), self._text(source), name, **known)

    def _text(self, source: etree._Element) -> str:
        file = source.get("plainTextPath", "")
        if file.startswith(qdpx.INTERNAL):
            content = self._package.read(f"{qdpx.SOURCES}/{file.removeprefix(qdpx.INTERNAL).lstrip('/')}")
            return content.decode("utf-8-sig")
        written = source.find("q:PlainTextContent", _Q)
        if written is None:
            raise InputError(
                f"the text of {source.get('name')!r} is not in {self._path}; export the project with its sources"
            )
        return written.text or ""


def _guid(text: str | None) -> str:
    return (text or "").strip("{} ").lower()


def _told(element: etree._Element) -> dict[str, str]:
    """What newstance has put into a description."""
    lines = (element.findtext("q:Description", "", _Q) or "").splitlines()
    return {name: value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}
