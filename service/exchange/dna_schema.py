"""The tables of a Discourse Network Analyzer 3 database, and what a new one holds.

The names, types and bounds are those that the program asks for: ``Sql.createTables`` in github.com/leifeld-lab/dna,
read at version 3.1.2, and the ``sample.dna`` beside it. The SQL is newstance's own.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sqlite3
import unicodedata
from functools import lru_cache

VERSION = ("3.1.2", "2026-06-30")  # the program asks for 3 in front
LONGEST_NAME = 190  # characters of titles, names of coders and entities, and the like
STATEMENT_TYPE = 1
# By data type, the table that holds the values.
DATA = {"boolean": "DATABOOLEAN", "integer": "DATAINTEGER", "short text": "DATASHORTTEXT", "long text": "DATALONGTEXT"}
PERSON, ORGANIZATION, CONCEPT, AGREEMENT = 1, 2, 3, 4  # variables of a "DNA Statement"
ATTRIBUTES = ("Type", "Alias", "Notes")
ADMIN = 1  # the coder as whom the program opens a database
_STATEMENT_TYPES = {
    (STATEMENT_TYPE, "DNA Statement", 239, 208, 51): {
        "person": "short text",
        "organization": "short text",
        "concept": "short text",
        "agreement": "boolean",
    },
    (2, "NPF Story Element", 100, 200, 190): dict.fromkeys(
        ("narrator", "victim", "villain", "plot", "hero", "policy solution"), "short text"
    ),
    (3, "Annotation", 211, 211, 211): {"note": "long text"},
}
_ID = "ID INTEGER NOT NULL PRIMARY KEY"
_PERMISSIONS = (
    *("AddDocuments", "EditDocuments", "DeleteDocuments", "ImportDocuments"),
    *("AddStatements", "EditStatements", "DeleteStatements", "EditAttributes", "EditRegex", "EditStatementTypes"),
    *("EditCoders", "EditCoderRelations", "ViewOthersDocuments", "EditOthersDocuments"),
    *("ViewOthersStatements", "EditOthersStatements"),
)
_DIGEST_ROUNDS, _SALT_BYTES = 100_000, 16


def _short(name: str, default: str = "") -> str:
    return f"{name} TEXT NOT NULL {default} CHECK (LENGTH({name}) <= {LONGEST_NAME})"


def _within(name: str, least: int, most: int, default: int | None = None, null: bool = False) -> str:
    told = "" if default is None else f"DEFAULT {default}"
    return f"{name} INTEGER {'' if null else 'NOT NULL'} {told} CHECK ({name} BETWEEN {least} AND {most})"


def _colors(default: int | None = 0, null: bool = False) -> list[str]:
    return [_within(name, 0, 255, default, null) for name in ("Red", "Green", "Blue")]


def _flag(name: str, default: int = 1) -> str:
    return _within(name, 0, 1, default)


def _refers(column: str, table: str) -> str:
    return f'FOREIGN KEY("{column}") REFERENCES {table}(ID) ON DELETE CASCADE'


def _data(value: str, *more: str) -> list[str]:
    """A table of values: one for each statement and variable."""
    return [
        *(_ID, "StatementId INTEGER NOT NULL", "VariableId INTEGER NOT NULL", value),
        *("UNIQUE (StatementId, VariableId)", _refers("StatementId", "STATEMENTS"), _refers("VariableId", "VARIABLES")),
        *more,
    ]


_TABLES = {
    "SETTINGS": ["Property TEXT PRIMARY KEY", "Value TEXT NOT NULL"],
    "CODERS": [
        *(_ID, _short("Name"), *_colors(), _within("Refresh", 0, 9999, 0), _within("FontSize", 1, 99, 14)),
        *(_short("Password"), _within("PopupWidth", 100, 9999, 300, null=True)),
        *(_flag("ColorByCoder", 0), _flag("PopupDecoration", 0), _flag("PopupAutoComplete")),
        *(_flag(f"Permission{name}") for name in _PERMISSIONS),
    ],
    "DOCUMENTS": [
        *(_ID, _short("Title"), "Text TEXT NOT NULL", "Coder INTEGER"),
        *(_short(name, "DEFAULT ''") for name in ("Author", "Source", "Section")),
        *("Notes TEXT NOT NULL DEFAULT ''", _short("Type", "DEFAULT ''"), "Date INTEGER NOT NULL"),
        _refers("Coder", "CODERS"),
    ],
    "STATEMENTTYPES": [_ID, _short("Label"), *_colors()],
    "VARIABLES": [
        *(_ID, _short("Variable")),
        f"DataType TEXT NOT NULL DEFAULT 'short text' CHECK (DataType IN {tuple(DATA)})",
        *(
            "StatementTypeId INTEGER",
            "UNIQUE (Variable, StatementTypeId)",
            _refers("StatementTypeId", "STATEMENTTYPES"),
        ),
    ],
    "VARIABLELINKS": [
        *(_ID, "SourceVariableId INTEGER", "TargetVariableId INTEGER", "CHECK (TargetVariableId != SourceVariableId)"),
        *(_refers("SourceVariableId", "VARIABLES"), _refers("TargetVariableId", "VARIABLES")),
    ],
    "REGEXES": [f"Label TEXT PRIMARY KEY CHECK (LENGTH(Label) <= {LONGEST_NAME})", *_colors()],
    "CODERRELATIONS": [
        *(_ID, "Coder INTEGER CHECK (Coder > 0)", "OtherCoder INTEGER CHECK (OtherCoder > 0)"),
        *(_flag(name) for name in ("viewStatements", "editStatements", "viewDocuments", "editDocuments")),
        *("CHECK (Coder != OtherCoder)", _refers("Coder", "CODERS"), _refers("OtherCoder", "CODERS")),
    ],
    "STATEMENTS": [
        *(_ID, "StatementTypeId INTEGER", "DocumentId INTEGER"),
        *("Start INTEGER NOT NULL CHECK (Start >= 0)", "Stop INTEGER NOT NULL CHECK (Stop >= 0)", "Coder INTEGER"),
        *("CHECK (Start < Stop)", _refers("StatementTypeId", "STATEMENTTYPES")),
        *(_refers("Coder", "CODERS"), _refers("DocumentId", "DOCUMENTS")),
    ],
    "DATABOOLEAN": _data("Value INTEGER NOT NULL DEFAULT 1"),
    "DATAINTEGER": _data("Value INTEGER NOT NULL DEFAULT 0"),
    "ENTITIES": [
        *(_ID, "VariableId INTEGER NOT NULL", _short("Value", "DEFAULT ''"), *_colors(None, null=True)),
        *("ChildOf INTEGER CHECK (ChildOf > 0)", "UNIQUE (VariableId, Value)"),
        *(_refers("ChildOf", "ENTITIES"), _refers("VariableId", "VARIABLES")),
    ],
    "DATASHORTTEXT": _data("Entity INTEGER NOT NULL", _refers("Entity", "ENTITIES")),
    "DATALONGTEXT": _data("Value TEXT DEFAULT ''"),
    "ATTRIBUTEVARIABLES": [
        *(_ID, "VariableId INTEGER NOT NULL", _short("AttributeVariable"), "UNIQUE (VariableId, AttributeVariable)"),
        _refers("VariableId", "VARIABLES"),
    ],
    "ATTRIBUTEVALUES": [
        *(_ID, "EntityId INTEGER NOT NULL", "AttributeVariableId INTEGER NOT NULL"),
        *(_short("AttributeValue", "DEFAULT ''"), "UNIQUE (EntityId, AttributeVariableId)"),
        *(_refers("EntityId", "ENTITIES"), _refers("AttributeVariableId", "ATTRIBUTEVARIABLES")),
    ],
}


def create(database: sqlite3.Connection, password: str) -> None:
    """Make the tables of an empty database, and fill in what the program itself puts into a new one.

    Args:
        database: An empty database.
        password: Of the coder Admin.
    """
    database.execute("PRAGMA foreign_keys = ON")
    for name, columns in _TABLES.items():
        database.execute(f"CREATE TABLE {name}({', '.join(columns)})")
    database.executemany("INSERT INTO SETTINGS VALUES (?, ?)", zip(("version", "date"), VERSION, strict=True))
    database.execute(
        "INSERT INTO CODERS (ID, Name, Red, Green, Password) VALUES (?, 'Admin', 255, 255, ?)",
        (ADMIN, digest(password)),
    )
    for kind, variables in _STATEMENT_TYPES.items():
        database.execute("INSERT INTO STATEMENTTYPES VALUES (?, ?, ?, ?, ?)", kind)
        for name, data_type in variables.items():
            database.execute(
                "INSERT INTO VARIABLES (Variable, DataType, StatementTypeId) VALUES (?, ?, ?)",
                (name, data_type, kind[0]),
            )
    for attribute in ATTRIBUTES:
        for variable in (PERSON, ORGANIZATION, CONCEPT):
            database.execute(
                "INSERT INTO ATTRIBUTEVARIABLES (VariableId, AttributeVariable) VALUES (?, ?)", (variable, attribute)
            )


@lru_cache(maxsize=8)  # it is made to take long, and the files of a server have one password
def digest(password: str, salt: bytes = b"") -> str:
    """A password as the program keeps it, by Jasypt's ``StrongPasswordEncryptor``: SHA-256, 100,000 times, salted.

    Args:
        password: Any.
        salt: 16 bytes; b"" for new ones, which stay while the program runs.
    """
    salt = salt or os.urandom(_SALT_BYTES)
    found = salt + unicodedata.normalize("NFC", password).encode()
    for _ in range(_DIGEST_ROUNDS):
        found = hashlib.sha256(found).digest()
    return base64.b64encode(salt + found).decode()
