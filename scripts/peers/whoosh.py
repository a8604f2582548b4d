"""Whoosh with its own codec."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

from peers.contract import SHOWN, Answer, Query, Run, read_documents


class Whoosh:
    name = "Whoosh"

    def __init__(self, *, english: bool = False) -> None:
        self.english = english

    def version(self) -> str:
        return metadata.version("whoosh")

    def build(self, source: Path, folder: Path) -> None:
        from whoosh import index
        from whoosh.analysis import SpaceSeparatedTokenizer, StemmingAnalyzer
        from whoosh.fields import KEYWORD, NUMERIC, STORED, TEXT, Schema

        schema = Schema(
            id=STORED(),
            text=TEXT(analyzer=StemmingAnalyzer() if self.english else SpaceSeparatedTokenizer()),
            tag=KEYWORD(commas=True, sortable=True),
            time=NUMERIC(int, 64, sortable=True),
            document=STORED(),
        )
        writer = index.create_in(folder, schema).writer(limitmb=512)
        for each in read_documents(source):
            tags = ",".join(each.tags)
            writer.add_document(id=each.id, text=each.text, tag=tags, time=each.seconds, document=each.stored)
        writer.commit()

    def open(self, folder: Path) -> None:
        from whoosh import index, query

        self._make = query
        self._searcher = index.open_dir(folder).searcher()

    def any_of(self, query: Query) -> Run:
        return self._run(self._make.Or(self._terms(query)))

    def all_of(self, query: Query) -> Run:
        return self._run(self._make.And(self._terms(query)))

    def phrase(self, query: Query) -> Run:
        return self._run(self._make.Phrase("text", list(query.terms)))

    def prefix(self, query: Query) -> Run:
        return self._run(self._make.Prefix("text", query.terms[0]))

    def wildcard(self, query: Query) -> Run:
        return self._run(self._make.Wildcard("text", query.terms[0]))

    def dated(self, query: Query) -> Run:
        within = self._make.NumericRange("time", *query.between, endexcl=True)
        return self._run(self._terms(query)[0], filter=within)

    def newest(self, query: Query) -> Run:
        return self._run(self._terms(query)[0], sortedby="time", reverse=True)

    def facets(self, _: Query) -> Run:
        from whoosh.sorting import FieldFacet

        def run() -> Answer:
            facet = FieldFacet("tag", allow_overlap=True)
            found = self._searcher.search(self._make.Every(), limit=1, groupedby={"tag": facet})
            groups = {name: len(docs) for name, docs in found.groups("tag").items() if name}
            return Answer(len(found), sorted(groups.values(), reverse=True)[:SHOWN])

        return run

    def ranked(self, text: str, depth: int) -> dict[str, float]:
        from whoosh.analysis import StemmingAnalyzer

        words = dict.fromkeys(token.text for token in StemmingAnalyzer()(text, mode="query"))
        wanted = self._make.Or([self._make.Term("text", word) for word in words])
        return {hit["id"]: hit.score for hit in self._searcher.search(wanted, limit=depth)}

    def _terms(self, query: Query) -> list[Any]:
        return [self._make.Term("text", term) for term in query.terms]

    def _run(self, wanted: Any, **options: Any) -> Run:
        def run() -> Answer:
            found = self._searcher.search(wanted, limit=SHOWN, **options)
            return Answer(len(found), [hit["id"] for hit in found])

        return run
