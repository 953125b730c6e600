"""Statements as a REFI-QDA project (.qdpx), which programs for qualitative data analysis open.

By the "REFI-QDA Project" standard 1.5, whose XML is of the namespace QDA-XML 1.0 (qdasoftware.org). Places count
Unicode code points from 0, as its section 10.2 says, and the end is the place behind the last, as in its examples.
"""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.configs.extras import lacking

from .dates import moment
from .files import replacing
from .statements import CODER, LABELS, CodedDocument, Statement
from .xml_text import xml_text

if TYPE_CHECKING:
    from lxml import etree

NAMESPACE = "urn:QDA-XML:project:1.0"
SCHEMA = "http://schema.qdasoftware.org/versions/Project/v1.0/Project.xsd"
PROJECT, SOURCES, INTERNAL = "project.qde", "sources", "internal://"
ACTORS, TARGETS, STANCES = "Actors", "Targets", "Stances"  # the codes at the top
VARIABLES = ("id", "author", "source", "section", "type", "date", "url")  # of documents
KIND, ORGANIZATION, PROBABILITY = "kind", "organization", "probability"  # what descriptions tell
_OURS = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE + "#newstance")
_COLORS = {True: "#2E7D32", False: "#C62828", None: "#757575"}
_LONGEST_NAME = 200  # characters of a passage by which programs list it


def write_qdpx(documents: Iterable[CodedDocument], path: str | Path, name: str = "newstance") -> None:
    """Write a .qdpx file: every document a source, every statement a selection with three codes.

    The codes are an actor, a target and a stance. What a document is called and where it is from are its variables; the
    kind of an actor and the probability of a statement stand in descriptions.

    Args:
        documents: With their statements.
        path: The file; one that is there is replaced.
        name: Of the project.

    Raises:
        ConfigError: lxml is not installed.
        InputError: The file cannot be written.
    """
    try:
        from lxml import etree
    except ImportError as error:
        raise lacking("QDPX is written by lxml", "exchange") from error
    project = _Project()
    with (
        replacing(path) as unfinished,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for coded in documents:
            file = project.add(coded)
            package.writestr(f"{SOURCES}/{file}", coded.document.text.encode("utf-8"))
        tree = etree.ElementTree(project.finished(name))
        package.writestr(PROJECT, etree.tostring(tree, xml_declaration=True, encoding="utf-8"))


class _Project:
    def __init__(self) -> None:
        from lxml import etree

        self._etree = etree
        self._sources = etree.Element(_tag("Sources"))
        self._users: dict[str, str] = {CODER: _guid("user", CODER)}
        self._actors: dict[str, Statement] = {}
        self._targets: dict[str, None] = {}

    def add(self, coded: CodedDocument) -> str:
        """Add a document; returns the name of the file for its text."""
        document = coded.document
        guid = _guid("document", document.id)
        source = self._below(
            self._sources,
            "TextSource",
            guid=guid,
            name=document.title or document.id,
            plainTextPath=f"{INTERNAL}{guid}.txt",
            creatingUser=self._users[CODER],
        )
        for number, said in enumerate(coded.statements):
            self._selection(source, said, f"{document.id}/{number}")
        for variable in VARIABLES:
            if value := getattr(document, variable):
                valued = self._below(source, "VariableValue")
                self._below(valued, "VariableRef", targetGUID=_guid("variable", variable))
                self._below(valued, "TextValue").text = xml_text(value)
        return f"{guid}.txt"

    def _selection(self, source: etree._Element, said: Statement, key: str) -> None:
        user = self._users.setdefault(said.coder, _guid("user", said.coder))
        when = moment(said.time)
        made = {"creatingUser": user} | ({"creationDateTime": f"{when.isoformat(timespec='seconds')}Z"} if when else {})
        selection = self._below(
            source,
            "PlainTextSelection",
            guid=_guid("selection", key),
            name=said.text[:_LONGEST_NAME],
            startPosition=str(said.start),
            endPosition=str(said.end),
            **made,
        )
        told = {} if said.probability is None else {PROBABILITY: str(said.probability)}
        self._describe(selection, told | ({ORGANIZATION: said.organization} if said.organization else {}))
        self._actors.setdefault(said.actor, said)
        self._targets.setdefault(said.target)
        for group, code in ((ACTORS, said.actor), (TARGETS, said.target), (STANCES, said.label)):
            coding = self._below(selection, "Coding", guid=_guid("coding", f"{key}/{group}"), **made)
            self._below(coding, "CodeRef", targetGUID=_guid(group, code))

    def finished(self, name: str) -> etree._Element:
        """The whole project, in the order of its schema."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        of = "http://www.w3.org/2001/XMLSchema-instance"
        root = self._etree.Element(_tag("Project"), nsmap={None: NAMESPACE, "xsi": of})
        root.set(f"{{{of}}}schemaLocation", f"{NAMESPACE} {SCHEMA}")
        for key, value in {
            "name": xml_text(name),
            "origin": f"newstance {metadata.version('newstance')}",
            "creatingUserGUID": self._users[CODER],
            "creationDateTime": now,
        }.items():
            root.set(key, value)
        users = self._below(root, "Users")
        for user, guid in self._users.items():
            self._below(users, "User", guid=guid, name=user)
        codes = self._below(self._below(root, "CodeBook"), "Codes")
        actors, targets, stances = (
            self._below(codes, "Code", guid=_guid("group", group), name=group, isCodable="false")
            for group in (ACTORS, TARGETS, STANCES)
        )
        for actor, said in self._actors.items():
            code = self._below(actors, "Code", guid=_guid(ACTORS, actor), name=actor, isCodable="true")
            self._describe(code, {KIND: said.kind} if said.kind else {})
        for target in self._targets:
            self._below(targets, "Code", guid=_guid(TARGETS, target), name=target, isCodable="true")
        for side, label in LABELS.items():
            guid = _guid(STANCES, label)
            self._below(stances, "Code", guid=guid, name=label, isCodable="true", color=_COLORS[side])
        variables = self._below(root, "Variables")
        for variable in VARIABLES:
            guid = _guid("variable", variable)
            self._below(variables, "Variable", guid=guid, name=variable, typeOfVariable="Text")
        if len(self._sources):
            root.append(self._sources)
        return root

    def _below(self, parent: etree._Element, tag: str, **told: str) -> etree._Element:
        return self._etree.SubElement(parent, _tag(tag), {name: xml_text(value) for name, value in told.items()})

    def _describe(self, element: etree._Element, told: dict[str, str]) -> None:
        if told:
            text = "\n".join(f"{name}: {value}" for name, value in told.items())
            self._below(element, "Description").text = xml_text(text)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _guid(*parts: str) -> str:
    """The same for the same thing, so that one export's codes are those of the next."""
    return str(uuid.uuid5(_OURS, "/".join(parts)))
