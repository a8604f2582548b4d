"""A new, empty store."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from uuid import uuid4

from search.backends.embedded.store.changes import first_digest
from search.backends.embedded.store.layout import APPLICATION_ID, FORMAT, TABLES, StoreState
from search.backends.embedded.store.store import now


def create_store(path: Path, language: str) -> StoreState:
    """Write a new, durable store to the new file `path`; raises `sqlite3.Error` and `OSError`."""
    archive = str(uuid4())
    digest = first_digest(archive)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.executescript(f"BEGIN IMMEDIATE;{TABLES}COMMIT;")
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [("archive", archive), ("language", language)]
        )
        connection.execute("INSERT INTO revisions VALUES (0, ?, 'create', ?)", (now(), digest))
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    return StoreState(archive, 0, digest.hex())
