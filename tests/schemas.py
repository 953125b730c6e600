"""A database's tables, columns and references as lines, to compare."""

from __future__ import annotations

import sqlite3


def lines(database: sqlite3.Connection) -> list[str]:
    found = []
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        for _, name, kind, not_null, default, key in database.execute(f"PRAGMA table_info({table})"):
            told = [kind, *(["not null"] if not_null else []), *([f"default {default}"] if default is not None else [])]
            found.append(f"{table}.{name}: {', '.join([*told, *(['key'] if key else [])])}")
        references = database.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        found += sorted(
            f"{table}.{here} -> {other}.{there}, {gone}" for _, _, other, here, there, _, gone, _ in references
        )
        unique = [
            name for _, name, is_unique, origin, _ in database.execute(f"PRAGMA index_list({table})") if origin == "u"
        ]
        for index in unique:
            columns = [name for _, _, name in database.execute(f"PRAGMA index_info({index})")]
            found.append(f"{table}: unique {', '.join(columns)}")
    return found
