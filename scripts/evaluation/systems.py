"""The engines that are compared, each a function from a collection to a run; all get plain text queries.

The others have the settings that they advise for English: their own stemming and stop words, any word.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from evaluation.collection import Collection, text_of
from search import Archive, open_archive
from search.archive.question import Question

Run = dict[str, dict[str, float]]
"""Scores by query and document, the highest first."""

DEPTH = 1_000
"""Documents of a query that are ranked."""


@contextmanager
def indexed(collection: Collection) -> Iterator[Archive]:
    """The collection in an archive of this engine."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_archive(Path(folder, "archive"), create=True) as archive,
    ):
        archive.add(collection.articles())
        yield archive


def news(collection: Collection, **options: Any) -> Run:
    """The run of this engine; `Archive.search` gets the `options`."""
    with indexed(collection) as archive:
        return searched(archive, collection, **options)


def searched(archive: Archive, collection: Collection, depth: int = DEPTH, **options: Any) -> Run:
    """The run of an archive that has the collection."""
    run: Run = {}
    for query, text in collection.queries.items():
        found = archive.search(Question(text, any_word=True), limit=depth, snippets=False, **options)
        run[query] = {hit.article.id: hit.score for hit in found.hits}
    return run


def whoosh(collection: Collection) -> Run:
    """Stock Whoosh: its stemming analyzer, its BM25F, one field."""
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.filedb.filestore import RamStorage
    from whoosh.query import Or, Term

    index = RamStorage().create_index(Schema(id=ID(stored=True), text=TEXT(analyzer=StemmingAnalyzer())))
    writer = index.writer()
    for article in collection.articles():
        writer.add_document(id=article.id, text=text_of(article))
    writer.commit()
    run: Run = {}
    analyze = StemmingAnalyzer()
    with index.searcher() as searcher:
        for query, text in collection.queries.items():
            terms = dict.fromkeys(token.text for token in analyze(text, mode="query"))
            found = searcher.search(Or([Term("text", term) for term in terms]), limit=DEPTH)
            run[query] = {hit["id"]: hit.score for hit in found}
    return run


def bm25s(collection: Collection) -> Run:
    """bm25s: the variant of Lucene, Snowball stems, its English stop words."""
    import bm25s as library
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    articles = list(collection.articles())
    tokenize = partial(library.tokenize, stopwords="en", stemmer=stemmer, show_progress=False)
    retriever = library.BM25(method="lucene")
    retriever.index(tokenize([text_of(article) for article in articles]), show_progress=False)
    run: Run = {}
    for query, text in collection.queries.items():
        tokens = tokenize([text], return_ids=False)
        found, scores = retriever.retrieve(tokens, k=min(DEPTH, len(articles)), show_progress=False)
        ranked = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        run[query] = {articles[number].id: score for number, score in ranked if score > 0}
    return run


def fts5(collection: Collection) -> Run:
    """SQLite FTS5: its Porter stemmer and bm25()."""
    run: Run = {}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE d USING fts5(id UNINDEXED, text, tokenize='porter unicode61')"
        )
        rows = ((article.id, text_of(article)) for article in collection.articles())
        connection.executemany("INSERT INTO d VALUES (?, ?)", rows)
        for query, text in collection.queries.items():
            matching = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", text.lower())))
            found = connection.execute(
                "SELECT id, -bm25(d) FROM d WHERE d MATCH ? ORDER BY bm25(d) LIMIT ?", (matching, DEPTH)
            )
            run[query] = dict(found.fetchall())
    return run


def tantivy(collection: Collection) -> Run:
    """tantivy: its English stemmer and BM25."""
    import tantivy as library

    builder = library.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="en_stem")
    index = library.Index(builder.build())
    writer = index.writer()
    for article in collection.articles():
        writer.add_document(library.Document(id=article.id, text=text_of(article)))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    run: Run = {}
    for query, text in collection.queries.items():
        words = " ".join(dict.fromkeys(re.findall(r"\w+", text.lower())))
        found = searcher.search(index.parse_query(words, ["text"]), DEPTH).hits
        run[query] = {searcher.doc(address)["id"][0]: score for score, address in found}
    return run


SYSTEMS: dict[str, Callable[[Collection], Run]] = {
    "news": news,
    "news --expand": partial(news, expand=True),
    "whoosh": whoosh,
    "bm25s": bm25s,
    "fts5": fts5,
    "tantivy": tantivy,
}
