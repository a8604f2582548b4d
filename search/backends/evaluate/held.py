"""Some articles, indexed in memory and alone, for what the server of a cluster cannot tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from search.article import Article
from search.backends.evaluate.compile import Compiler
from search.backends.evaluate.documents import DocumentCollector, batch_of
from search.backends.evaluate.plan import Plan
from search.backends.evaluate.terms import WordTerms
from search.backends.evaluate.texts import ArticleTexts
from search.deadline import Check
from search.engine import DEFAULT_RANKING, Ranking
from search.index.evaluate.matches import has
from search.index.read.snapshot import Snapshot
from search.index.write.invert import segment_arrays
from search.language import Node
from search.text import Analyzer


class HeldArticles:
    """Articles, each with the time when the archive first had it, indexed by `collector`.

    `terms` has the terms, in the whole archive, of every word that is asked for. For one thread.
    """

    def __init__(
        self,
        rows: Sequence[tuple[Article, datetime | None]],
        collector: DocumentCollector,
        analyzer: Analyzer,
        terms: Mapping[str, tuple[str, ...]],
        extra_fields: Collection[str],
        check: Check,
    ) -> None:
        self._articles = {article.id: article for article, _ in rows}
        batch = batch_of([(article, None, seen) for article, seen in rows], [0] * len(rows), 0, extra_fields)
        collector.add(batch)
        self._view = Snapshot(Path(), ()).beside(segment_arrays(collector.documents()), len(rows))
        self._view.check = check
        self._ids = [article.id for article, _ in rows]
        self._terms = WordTerms(self._view, analyzer, terms)
        self._texts = ArticleTexts(self._view, lambda ids: {i: self._articles[i] for i in ids})
        self._compiler = Compiler(self._view, self._terms, self._texts, DEFAULT_RANKING)

    def matching(self, node: Node) -> list[str]:
        """The ids of the articles that a node matches, in the order in which they came."""
        return [self._ids[doc] for doc in self._plan(node).matches.docs.tolist()]

    def has(self, node: Node, identity: str) -> bool:
        """True if the node matches the article."""
        return has(self._plan(node).matches, self._ids.index(identity))

    def _plan(self, node: Node) -> Plan:
        return self._compiler.plan(node)

    def nearness(self, query: Node, ranking: Ranking) -> list[float]:
        """The nearness of each pair of words side by side in a query, in the only article."""
        plan = self._plan(query)
        reranked = Compiler(self._view, self._terms, self._texts, ranking).reranked(query, plan.matches)
        return [] if reranked is None else reranked.nearness_in(0)
