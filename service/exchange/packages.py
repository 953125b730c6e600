"""Zip files and XML of strangers, within bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.configs.extras import lacking
from newstance.models.errors import InputError

from ..intake.door import read_file

if TYPE_CHECKING:
    from lxml import etree

_PACKED = 500_000_000  # bytes of a file; projects with pictures and sound are larger, and are not what is read here
_MEMBERS = 200_000  # files in it
_UNPACKED = 1_000_000_000  # bytes of all that is read from it
_XML = 300_000_000  # bytes of an XML file


class Package:
    """A zip file. Nothing of it is written anywhere; what is asked for is unpacked in memory, up to a bound.

    Args:
        path: The file.

    Raises:
        InputError: It is none, too large, or has too many files in it.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._left = path, _UNPACKED
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(read_file(path, _PACKED)))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise InputError(f"{path} is no zip file, or is damaged: {error}") from None
        names = self._zip.namelist()
        if len(names) > _MEMBERS:
            raise InputError(f"{path} has {len(names):,} files in it; {_MEMBERS:,} are the most")
        self._names = {name.casefold(): name for name in reversed(names)}

    def read(self, name: str) -> bytes:
        """The bytes of a file in it; case does not matter.

        Raises:
            InputError: It is not there, damaged, has a password, or is more than is read of a package.
        """
        if name.casefold() not in self._names:
            raise InputError(f"{self._path} has no {name} in it")
        try:
            with self._zip.open(self._names[name.casefold()]) as file:
                content = file.read(self._left + 1)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise InputError(f"{name} in {self._path} cannot be unpacked: {error}") from None
        self._left -= len(content)
        if self._left < 0:
            raise InputError(f"{self._path} unpacks to more than {_UNPACKED / 1_000_000:g} MB")
        return content


def parsed(content: bytes, what: str) -> etree._Element:
    """The root of an XML file. Nothing that it names is fetched, and none of its entities are put in.

    Raises:
        InputError: It is no XML, too large, too deep, or has a document type.
        ConfigError: lxml is not installed.
    """
    try:
        from lxml import etree
    except ImportError as error:
        raise lacking("XML is read by lxml", "exchange") from error
    if len(content) > _XML:
        raise InputError(f"{what} has more than {_XML / 1_000_000:g} MB; export fewer documents")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{what} is no XML that can be read: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise InputError(f"{what} has a document type, which no project needs; export it again")
    return root
