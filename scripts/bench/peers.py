"""This engine and the others, each behind the same four methods.

A peer builds its index in a folder from the corpus there, opens it, and answers a query with
the number of matches and the ids of the first ones, or the first counts of a facet. Every engine fetches
the documents that it shows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bench.corpus import Line

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Query:
    """A query for all engines: `terms` for engines that were given terms, `words` for this engine.

    `kind` is one of: or, and, phrase, prefix, newest, facets. `between` limits the time, in seconds.
    """

    kind: str
    terms: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    between: tuple[int, int] | None = None


class Unsupported(Exception):
    """The engine has no such query."""


class Peer(Protocol):
    """An engine that is measured."""

    name: str

    def version(self) -> str:
        """The version of the engine; raises ImportError if it is not installed."""

    def build(self, corpus: Path, folder: Path) -> None:
        """Make the index."""

    def open(self, folder: Path) -> None:
        """Open the index that `build` made."""

    def prepare(self, query: Query) -> Callable[[], tuple[int, Any]]:
        """The call to time, which gives the number of matches and the first ones; raises `Unsupported`."""


class News:
    """This engine, with its store."""

    name = "news"

    def version(self) -> str:
        return metadata.version("news-search")

    def build(self, corpus: Path, folder: Path) -> None:
        from bench.corpus import read_corpus
        from search import open_archive

        with open_archive(folder / "archive", create=True) as archive:
            archive.add(read_corpus(corpus))

    def open(self, folder: Path) -> None:
        from search.backends import open_engine

        self._engine = open_engine(folder / "archive")

    def prepare(self, query: Query) -> Callable[[], tuple[int, Any]]:
        from search.dates import Period
        from search.engine import FacetRequest, SearchRequest
        from search.language import And, Dates, parse_query

        joined = {"and": " ", "or": " OR ", "newest": " "}.get(query.kind, " ").join(query.words)
        text = {"phrase": f'"{joined}"', "prefix": f"{joined}*", "facets": "*"}.get(query.kind, joined)
        tree = parse_query(text).tree
        if query.between is not None:
            start, end = (datetime.fromtimestamp(second, UTC) for second in query.between)
            tree = And((tree, Dates(Period(start, end))))
        if query.kind == "facets":
            request = SearchRequest(tree, limit=0, facets=(FacetRequest("keyword", SHOWN),))
        else:
            request = SearchRequest(
                tree, limit=SHOWN, sort="newest" if query.kind == "newest" else "relevance"
            )

        def run() -> tuple[int, Any]:
            with self._engine.reader() as reader:
                found = reader.search(request)
            if query.kind == "facets":
                return found.total, [value.count for value in found.facets[0].values]
            return found.total, [hit.article.id for hit in found.hits]

        return run


class Tantivy:
    """tantivy by its Python binding."""

    name = "tantivy"

    def version(self) -> str:
        return metadata.version("tantivy")

    tokenizer = "whitespace"

    def _text(self, line: Line) -> str:
        return line.terms

    def build(self, corpus: Path, folder: Path) -> None:
        import tantivy

        from bench.corpus import read_lines

        (folder / "tantivy").mkdir()
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("text", stored=False, tokenizer_name=self.tokenizer, index_option="position")
        builder.add_text_field("tag", stored=False, fast=True, tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("time", stored=False, indexed=True, fast=True)
        builder.add_bytes_field("document", stored=True, indexed=False)
        index = tantivy.Index(builder.build(), path=str(folder / "tantivy"))
        writer = index.writer(heap_size=256 << 20, num_threads=2)
        for line in read_lines(corpus):
            document = tantivy.Document(id=line.id, text=self._text(line), time=line.seconds)
            for tag in line.tags:
                document.add_text("tag", tag)
            document.add_bytes("document", line.document.encode())
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        import tantivy

        self._index = tantivy.Index.open(str(folder / "tantivy"))
        self._index.reload()
        self._schema_of = self._index.schema

    def prepare(self, query: Query) -> Callable[[], tuple[int, Any]]:
        import tantivy
        from tantivy import Occur

        make, schema = tantivy.Query, self._schema_of
        # The binding opens a searcher in microseconds; a long-lived process keeps it.
        searcher = self._index.searcher()
        terms = [make.term_query(schema, "text", term, "freq") for term in query.terms]
        match query.kind:
            case "facets":
                wanted = make.all_query()
                asked = {"tags": {"terms": {"field": "tag", "size": SHOWN}}}

                def count() -> tuple[int, Any]:
                    total = searcher.search(wanted, 1, count=True).count
                    buckets = searcher.aggregate(wanted, asked)["tags"]["buckets"]
                    return total, [bucket["doc_count"] for bucket in buckets]

                return count
            case "and":
                wanted = make.boolean_query([(Occur.Must, term) for term in terms])
            case "phrase":
                wanted = make.phrase_query(schema, "text", list(query.terms))
            case "prefix":
                wanted = make.regex_query(schema, "text", f"{query.terms[0]}.*")
            case _ if len(terms) == 1:
                wanted = terms[0]
            case _:
                wanted = make.boolean_query([(Occur.Should, term) for term in terms])
        if query.between is not None:
            low, high = query.between
            dates = make.range_query(
                schema, "time", tantivy.FieldType.Integer, low, high, include_lower=True, include_upper=False
            )
            wanted = make.boolean_query(
                [(Occur.Must, wanted), (Occur.Must, make.const_score_query(dates, 0.0))]
            )
        order = {"order_by_field": "time"} if query.kind == "newest" else {}

        def run() -> tuple[int, Any]:
            found = searcher.search(wanted, SHOWN, count=True, **order)
            documents = [searcher.doc(address) for _, address in found.hits]
            return found.count, [document["id"][0] for document in documents]

        return run


class TantivyAlone(Tantivy):
    """tantivy that is given the text, not the terms, and analyses it itself; it is only built."""

    name = "tantivy, own stems"
    tokenizer = "en_stem"

    def _text(self, line: Line) -> str:
        record = json.loads(line.document)
        return f"{record.get('title', '')}\n{record.get('body', '')}"

    def prepare(self, query: Query) -> Callable[[], tuple[int, Any]]:
        raise Unsupported(query.kind)


class Fts5:
    """SQLite's own full-text search."""

    name = "SQLite FTS5"

    def version(self) -> str:
        return sqlite3.sqlite_version

    def build(self, corpus: Path, folder: Path) -> None:
        from bench.corpus import read_lines

        connection = sqlite3.connect(folder / "fts5.db")
        connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN;"
            "CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT, time INTEGER, document TEXT);"
            "CREATE TABLE tags (number INTEGER, tag TEXT);"
            "CREATE VIRTUAL TABLE text USING fts5("
            "terms, content='', tokenize='unicode61 remove_diacritics 0');"
        )
        for number, line in enumerate(read_lines(corpus), start=1):
            row = (number, line.id, line.seconds, line.document)
            connection.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", row)
            connection.execute("INSERT INTO text (rowid, terms) VALUES (?, ?)", (number, line.terms))
            connection.executemany("INSERT INTO tags VALUES (?, ?)", [(number, tag) for tag in line.tags])
        connection.execute("CREATE INDEX articles_by_time ON articles (time)")
        connection.execute("CREATE INDEX tags_by_tag ON tags (tag)")
        connection.execute("INSERT INTO text (text) VALUES ('optimize')")
        connection.commit()
        connection.close()

    def open(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "fts5.db")

    def prepare(self, query: Query) -> Callable[[], tuple[int, Any]]:
        execute = self._connection.execute
        if query.kind == "facets":

            def count() -> tuple[int, Any]:
                (total,) = execute("SELECT count(*) FROM articles").fetchone()
                rows = execute("SELECT tag, count(*) AS n FROM tags GROUP BY tag ORDER BY n DESC LIMIT 10")
                return total, [n for _, n in rows]

            return count
        quoted = [f'"{term}"' for term in query.terms]
        wanted = {"and": " AND ", "or": " OR "}.get(query.kind, " ").join(quoted)
        if query.kind == "phrase":
            wanted = f'"{" ".join(query.terms)}"'
        elif query.kind == "prefix":
            wanted += " *"
        between = ""
        bounds: tuple[int, ...] = ()
        if query.between is not None:
            between, bounds = " AND a.time >= ? AND a.time < ?", query.between
        order = "a.time DESC" if query.kind == "newest" else "bm25(text)"
        joined = f"FROM text JOIN articles a ON a.number = text.rowid WHERE text MATCH ?{between}"
        counted = f"SELECT count(*) {joined if between else 'FROM text WHERE text MATCH ?'}"
        # The ten best first, then their documents: sorting whole documents would be slower.
        outer = "SELECT id, document FROM articles JOIN"
        if between or query.kind == "newest":
            shown = f"{outer} (SELECT text.rowid AS hit {joined} ORDER BY {order} LIMIT 10) ON number = hit"
        else:
            best = "SELECT rowid AS hit FROM text WHERE text MATCH ? ORDER BY bm25(text) LIMIT 10"
            shown = f"{outer} ({best}) ON number = hit"

        def run() -> tuple[int, Any]:
            (total,) = execute(counted, (wanted, *bounds)).fetchone()
            return total, [row[0] for row in execute(shown, (wanted, *bounds))]

        return run


class Whoosh:
    """Whoosh with its own codec."""

    name = "Whoosh"

    def version(self) -> str:
        return metadata.version("whoosh")

    def build(self, corpus: Path, folder: Path) -> None:
        from whoosh import index
        from whoosh.analysis import SpaceSeparatedTokenizer
        from whoosh.fields import KEYWORD, NUMERIC, STORED, TEXT, Schema

        from bench.corpus import read_lines

        (folder / "whoosh").mkdir()
        schema = Schema(
            id=STORED(),
            text=TEXT(analyzer=SpaceSeparatedTokenizer()),
            tag=KEYWORD(commas=True, sortable=True),
            time=NUMERIC(int, 64, sortable=True),
            document=STORED(),
        )
        writer = index.create_in(folder / "whoosh", schema).writer(limitmb=512)
        for line in read_lines(corpus):
            writer.add_document(
                id=line.id,
                text=line.terms,
                tag=",".join(line.tags),
                time=line.seconds,
                document=json.loads(line.document),
            )
        writer.commit()

    def open(self, folder: Path) -> None:
        from whoosh import index

        self._searcher = index.open_dir(folder / "whoosh").searcher()

    def prepare(self, query: Query) -> Callable[[], tuple[int, Any]]:
        from whoosh import query as q
        from whoosh.sorting import FieldFacet

        searcher = self._searcher
        if query.kind == "facets":

            def count() -> tuple[int, Any]:
                facet = FieldFacet("tag", allow_overlap=True)
                found = searcher.search(q.Every(), limit=1, groupedby={"tag": facet})
                groups = {name: len(docs) for name, docs in found.groups("tag").items() if name}
                return len(found), sorted(groups.values(), reverse=True)[:SHOWN]

            return count
        terms = [q.Term("text", term) for term in query.terms]
        match query.kind:
            case "and":
                wanted = q.And(terms)
            case "phrase":
                wanted = q.Phrase("text", list(query.terms))
            case "prefix":
                wanted = q.Prefix("text", query.terms[0])
            case _:
                wanted = terms[0] if len(terms) == 1 else q.Or(terms)
        within = None
        if query.between is not None:
            within = q.NumericRange("time", *query.between, endexcl=True)
        order = {"sortedby": "time", "reverse": True} if query.kind == "newest" else {}

        def run() -> tuple[int, Any]:
            found = searcher.search(wanted, limit=SHOWN, filter=within, **order)
            return len(found), [hit["id"] for hit in found]

        return run


class Bm25s:
    """bm25s: scores of whole collections by sparse matrices; it has only the OR of terms."""

    name = "bm25s"

    def version(self) -> str:
        return metadata.version("bm25s")

    def build(self, corpus: Path, folder: Path) -> None:
        import bm25s

        from bench.corpus import read_lines

        (folder / "bm25s").mkdir()
        ids, tokens = [], []
        with (folder / "bm25s" / "documents.jsonl").open("w") as documents:
            for line in read_lines(corpus):
                ids.append(line.id)
                tokens.append(line.terms.split())
                documents.write(line.document + "\n")
        model = bm25s.BM25()
        model.index(tokens, show_progress=False)
        model.save(str(folder / "bm25s"))
        (folder / "bm25s" / "ids.json").write_text(json.dumps(ids))

    def open(self, folder: Path) -> None:
        import bm25s

        self._model = bm25s.BM25.load(str(folder / "bm25s"), mmap=True)
        self._ids = json.loads((folder / "bm25s" / "ids.json").read_text())

    def prepare(self, query: Query) -> Callable[[], tuple[int, Any]]:
        import numpy as np

        if query.kind != "or" or query.between is not None:
            raise Unsupported(query.kind)
        terms = list(query.terms)

        def run() -> tuple[int, Any]:
            scores = self._model.get_scores(terms)
            best = np.argpartition(scores, -SHOWN)[-SHOWN:]
            best = best[np.argsort(-scores[best])]
            return int(np.count_nonzero(scores)), [self._ids[number] for number in best.tolist()]

        return run


PEERS: tuple[type[Peer], ...] = (News, Tantivy, TantivyAlone, Fts5, Whoosh, Bm25s)


def answer_once(name: str, folder: str) -> None:
    """Open an index and answer one query, as a command of that engine would."""
    peer = next(kind() for kind in PEERS if kind.name == name)
    peer.open(Path(folder))
    with suppress(Unsupported):
        peer.prepare(Query("or", ("oil", "price"), ("oil", "price")))()
