"""SQLite's own full-text search."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from peers.contract import DISTANCE, SHOWN, Answer, Query, Run, read_documents

FILE = "fts5.db"

# The best ones first, then their documents: sorting whole documents would be slower.
_BEST = (
    "SELECT id, document FROM articles JOIN"
    f" (SELECT rowid AS hit FROM text WHERE text MATCH ? ORDER BY bm25(text) LIMIT {SHOWN}) ON number = hit"
)
_COUNT = "SELECT count(*) FROM text WHERE text MATCH ?"
_JOINED = "FROM text JOIN articles a ON a.number = text.rowid WHERE text MATCH ?"
_BETWEEN = " AND a.time >= ? AND a.time < ?"


class Fts5:
    name = "SQLite FTS5"

    def __init__(self, *, english: bool = False) -> None:
        self.tokenizer = "porter unicode61" if english else "unicode61 remove_diacritics 0"

    def version(self) -> str:
        return sqlite3.sqlite_version

    def build(self, source: Path, folder: Path) -> None:
        connection = sqlite3.connect(folder / FILE)
        connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN;"
            "CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT, time INTEGER, document TEXT);"
            "CREATE TABLE tags (number INTEGER, tag TEXT);"
            f"CREATE VIRTUAL TABLE text USING fts5(terms, content='', tokenize='{self.tokenizer}');"
        )
        for number, each in enumerate(read_documents(source), start=1):
            row = (number, each.id, each.seconds, each.stored)
            connection.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", row)
            connection.execute("INSERT INTO text (rowid, terms) VALUES (?, ?)", (number, each.text))
            connection.executemany("INSERT INTO tags VALUES (?, ?)", [(number, tag) for tag in each.tags])
        connection.execute("CREATE INDEX articles_by_time ON articles (time)")
        connection.execute("CREATE INDEX tags_by_tag ON tags (tag)")
        connection.execute("INSERT INTO text (text) VALUES ('optimize')")
        connection.commit()
        connection.close()

    def open(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / FILE)

    def any_of(self, query: Query) -> Run:
        return self._run(" OR ".join(map(_quoted, query.terms)))

    def all_of(self, query: Query) -> Run:
        return self._run(" AND ".join(map(_quoted, query.terms)))

    def phrase(self, query: Query) -> Run:
        return self._run(_quoted(" ".join(query.terms)))

    def near(self, query: Query) -> Run:
        # FTS5 counts the words between.
        return self._run(f"NEAR({' '.join(map(_quoted, query.terms))}, {DISTANCE - 1})")

    def prefix(self, query: Query) -> Run:
        return self._run(f"{_quoted(query.terms[0])} *")

    def dated(self, query: Query) -> Run:
        wanted = (_quoted(query.terms[0]), *query.between)
        return self._joined(wanted, _BETWEEN, "bm25(text)", f"SELECT count(*) {_JOINED}{_BETWEEN}")

    def newest(self, query: Query) -> Run:
        return self._joined((_quoted(query.terms[0]),), "", "a.time DESC", _COUNT)

    def facets(self, _: Query) -> Run:
        execute = self._connection.execute
        counts = f"SELECT tag, count(*) AS n FROM tags GROUP BY tag ORDER BY n DESC LIMIT {SHOWN}"

        def run() -> Answer:
            (total,) = execute("SELECT count(*) FROM articles").fetchone()
            return Answer(total, [n for _, n in execute(counts)])

        return run

    def ranked(self, text: str, depth: int) -> dict[str, float]:
        matching = " OR ".join(map(_quoted, dict.fromkeys(re.findall(r"\w+", text.lower()))))
        best = "SELECT rowid AS hit, bm25(text) AS score FROM text WHERE text MATCH ? ORDER BY score LIMIT ?"
        wanted = f"SELECT id, -score FROM ({best}) JOIN articles ON number = hit ORDER BY score"
        return dict(self._connection.execute(wanted, (matching, depth)).fetchall())

    def _run(self, matching: str) -> Run:
        return self._answers(_COUNT, _BEST, (matching,))

    def _joined(self, wanted: tuple[str | int, ...], limits: str, order: str, counted: str) -> Run:
        best = f"SELECT text.rowid AS hit {_JOINED}{limits} ORDER BY {order} LIMIT {SHOWN}"
        shown = f"SELECT id, document FROM articles JOIN ({best}) ON number = hit"
        return self._answers(counted, shown, wanted)

    def _answers(self, counted: str, shown: str, wanted: tuple[str | int, ...]) -> Run:
        execute = self._connection.execute

        def run() -> Answer:
            (total,) = execute(counted, wanted).fetchone()
            return Answer(total, [row[0] for row in execute(shown, wanted)])

        return run


def _quoted(words: str) -> str:
    return f'"{words}"'
