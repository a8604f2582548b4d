"""tantivy by its Python binding, with two threads that write."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path
from typing import Any

from peers.contract import SHOWN, Answer, Query, Run, read_documents


class Tantivy:
    name = "tantivy"

    def __init__(self, *, english: bool = False) -> None:
        self.tokenizer = "en_stem" if english else "whitespace"

    def version(self) -> str:
        return metadata.version("tantivy")

    def build(self, source: Path, folder: Path) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("text", stored=False, tokenizer_name=self.tokenizer, index_option="position")
        builder.add_text_field("tag", stored=False, fast=True, tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("time", stored=False, indexed=True, fast=True)
        builder.add_bytes_field("document", stored=True, indexed=False)
        index = tantivy.Index(builder.build(), path=str(folder))
        writer = index.writer(heap_size=256 << 20, num_threads=2)
        for each in read_documents(source):
            document = tantivy.Document(id=each.id, text=each.text, time=each.seconds)
            for tag in each.tags:
                document.add_text("tag", tag)
            document.add_bytes("document", each.stored.encode())
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        import tantivy

        self._make, self._occur, self._integer = tantivy.Query, tantivy.Occur, tantivy.FieldType.Integer
        self._index = tantivy.Index.open(str(folder))
        self._index.reload()
        self._schema = self._index.schema
        # The binding opens a searcher in microseconds; a long-lived process keeps it.
        self._searcher = self._index.searcher()

    def any_of(self, query: Query) -> Run:
        return self._run(self._words(query, self._occur.Should))

    def all_of(self, query: Query) -> Run:
        return self._run(self._words(query, self._occur.Must))

    def phrase(self, query: Query) -> Run:
        return self._run(self._make.phrase_query(self._schema, "text", list(query.terms)))

    def prefix(self, query: Query) -> Run:
        return self._run(self._make.regex_query(self._schema, "text", f"{query.terms[0]}.*"))

    def wildcard(self, query: Query) -> Run:
        pattern = query.terms[0].replace("*", ".*").replace("?", ".")
        return self._run(self._make.regex_query(self._schema, "text", pattern))

    def fuzzy(self, query: Query) -> Run:
        return self._run(self._make.fuzzy_term_query(self._schema, "text", query.terms[0], 1))

    def dated(self, query: Query) -> Run:
        must, (low, high) = self._occur.Must, query.between
        dates = self._make.range_query(self._schema, "time", self._integer, low, high, True, False)
        unscored = self._make.const_score_query(dates, 0.0)
        words = self._words(query, must)
        return self._run(self._make.boolean_query([(must, words), (must, unscored)]))

    def newest(self, query: Query) -> Run:
        return self._run(self._words(query, self._occur.Must), order_by_field="time")

    def facets(self, _: Query) -> Run:
        wanted = self._make.all_query()
        asked = {"tags": {"terms": {"field": "tag", "size": SHOWN}}}

        def run() -> Answer:
            total = self._searcher.search(wanted, 1, count=True).count
            buckets = self._searcher.aggregate(wanted, asked)["tags"]["buckets"]
            return Answer(total, [bucket["doc_count"] for bucket in buckets])

        return run

    def ranked(self, text: str, depth: int) -> dict[str, float]:
        words = " ".join(dict.fromkeys(re.findall(r"\w+", text.lower())))
        found = self._searcher.search(self._index.parse_query(words, ["text"]), depth).hits
        return {self._searcher.doc(address)["id"][0]: score for score, address in found}

    def _words(self, query: Query, occur: Any) -> Any:
        terms = [self._make.term_query(self._schema, "text", term, "freq") for term in query.terms]
        return terms[0] if len(terms) == 1 else self._make.boolean_query([(occur, term) for term in terms])

    def _run(self, wanted: Any, **order: str) -> Run:
        def run() -> Answer:
            found = self._searcher.search(wanted, SHOWN, count=True, **order)
            documents = [self._searcher.doc(address) for _, address in found.hits]
            return Answer(found.count, [document["id"][0] for document in documents])

        return run
