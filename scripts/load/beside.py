"""Our server and Datasette over the same articles: equal totals first, then the CPU of each by request."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

from load.clients import Client
from load.servers import Server, datasette, news
from search.query import Archive, open_archive

ROUNDS = 3
CLIENTS = 4
FACETS = ("keyword", "source", "author", "date:month")
SETTINGS = (
    ("default_page_size", "10"),
    ("facet_time_limit_ms", "20000"),  # else a facet is left out that takes longer
    ("sql_time_limit_ms", "20000"),
    ("suggest_facets", "off"),
    ("default_cache_ttl", "0"),
)
MIN_QUERIES = 12
Targets = Callable[[str, int], str]


def compare(archive: Path, folder: Path) -> Iterator[str]:
    """Lines about the CPU of a request to each server; raises `SystemExit` if too few totals are equal."""
    database = folder / "news.db"
    with open_archive(archive) as opened:
        _write(opened, database)
        words = _words(opened)
    with news(archive, workers=1) as ours, datasette(database, SETTINGS) as theirs:
        queries = asyncio.run(_equal(ours, theirs, [f"{a} {b}" for a, b in pairwise(words)]))
        yield f"{len(queries)} queries with equal totals, {ROUNDS} rounds in turns, {CLIENTS} clients"
        if len(queries) < MIN_QUERIES:
            raise SystemExit(f"only {len(queries)} queries have equal totals, fewer than {MIN_QUERIES}")
        kinds: list[tuple[str, Targets, Targets | None]] = [
            ("10 hits, 4 facets", _ours(FACETS), _theirs(facets=True)),
            ("10 hits", _ours(()), _theirs(facets=False)),
            ("kept answer", lambda query, _turn: _ours(FACETS)(query, 0), None),
        ]
        for name, own, other in kinds:
            spent: dict[str, list[float]] = {"ours": [], "theirs": []}
            for turn in range(ROUNDS):
                spent["ours"].append(asyncio.run(_spent(ours, [own(query, turn) for query in queries])))
                if other is not None:
                    spent["theirs"].append(
                        asyncio.run(_spent(theirs, [other(each, turn) for each in queries]))
                    )
            mine, its = (1000 * sum(each) / max(1, len(each)) for each in spent.values())
            beside = f"  Datasette {its:6.2f} ms  {its / mine:5.1f} x" if other is not None else ""
            yield f"{name:<20} ours {mine:6.2f} ms{beside}"
        front, *evaluators = ours.megabytes()
        yield f"memory: front {front:.0f} MB, evaluator {evaluators[0]:.0f} MB"
        yield f"memory: Datasette {sum(theirs.megabytes()):.0f} MB"


def _ours(facets: tuple[str, ...]) -> Targets:
    """A search that no round has asked before, by its number of hits, which is 10 in the mean."""
    counted = [("facet", each) for each in facets]
    middle = ROUNDS // 2
    return lambda query, turn: (
        "/api/v1/search?" + urlencode([("q", query), ("limit", str(10 + turn - middle)), *counted])
    )


def _theirs(*, facets: bool) -> Targets:
    counted = [
        ("_facet_array", "keywords"),
        ("_facet", "source"),
        ("_facet_array", "authors"),
        ("_facet", "month"),
    ]
    bare = [("_nocount", "1"), ("_nofacet", "1"), ("_shape", "objects")]
    rest = [("_size", "10"), *(counted if facets else bare)]
    return lambda query, _turn: "/news/articles.json?" + urlencode([("_search", query), *rest])


def _write(archive: Archive, database: Path) -> None:
    """The articles as a table with FTS5, whose content is named in the only way that Datasette knows."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "create table articles (id integer primary key, name text, title text, description text, "
            "highlights text, body text, source text, keywords text, authors text, month text)"
        )
        connection.executemany(
            "insert into articles "
            "(name, title, description, highlights, body, source, keywords, authors, month) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    each.id, each.title, each.description, "\n".join(each.highlights), each.body, each.source,
                    json.dumps(each.keywords), json.dumps(each.authors),
                    each.published and f"{each.published:%Y-%m}",
                )
                for each in archive.scan("*")
            ),
        )  # fmt: skip
        connection.execute(
            "create virtual table articles_fts using fts5(title, description, highlights, body, "
            "tokenize='porter unicode61', content=[articles], content_rowid=id)"
        )
        connection.execute("insert into articles_fts (articles_fts) values ('rebuild')")


def _words(archive: Archive, count: int = 60) -> list[str]:
    """Words that many articles have, from the titles of articles over the whole archive."""
    found: dict[str, int] = {}
    for number, each in enumerate(archive.scan("*")):
        if number % 97 == 0:
            for word in each.title.lower().split():
                if word.isalpha() and len(word) > 3 and word not in found:
                    found[word] = archive.count(f'"{word}"')
    ordered = sorted(found, key=lambda word: (-found[word], word))
    return ordered[5 : 5 + count]


async def _equal(ours: Server, theirs: Server, queries: list[str]) -> list[str]:
    """The queries that both servers find the same number of articles for, and at least one."""
    own, other = Client(ours.port), Client(theirs.port)
    equal = []
    for query in queries:
        mine = json.loads((await own.get("/api/v1/count?" + urlencode({"q": query}))).body)["total"]
        reply = await other.get("/news/articles.json?" + urlencode({"_search": query, "_size": 0}))
        if mine and mine == json.loads(reply.body)["filtered_table_rows_count"]:
            equal.append(query)
    own.close()
    other.close()
    return equal


async def _spent(server: Server, targets: list[str]) -> float:
    """The CPU seconds that the server took for each of the requests."""
    left = list(targets)

    async def ask(number: int) -> None:
        client = Client(server.port, number)
        while left:
            reply = await client.get(left.pop())
            if reply.status != 200:
                raise SystemExit(f"status {reply.status}: {reply.body[:200]!r}")
        client.close()

    before = server.cpu_seconds()
    await asyncio.gather(*map(ask, range(CLIENTS)))
    return (server.cpu_seconds() - before) / len(targets)
