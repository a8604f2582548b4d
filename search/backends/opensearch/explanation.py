"""How an article comes to its score on the cluster: the same numbers, worked out again from the article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from search.backends.evaluate.explanation import of_term
from search.backends.evaluate.held import HeldArticles
from search.backends.opensearch.documents import (
    AnalyzedArticle,
    normalized,
    term_frequencies,
)
from search.backends.opensearch.translate import MAX_SCORED, Translator
from search.backends.opensearch.words import QueryWords
from search.engine import DEFAULT_RANKING, Explanation
from search.fields import TEXT_FIELDS
from search.index.evaluate.bm25f import FieldPart, TermPart
from search.language import And, Boost, Node, Or
from search.language.trees import is_filter


class Explainer:
    """Explains the scores of one article."""

    def __init__(
        self,
        analyzed: AnalyzedArticle,
        held: HeldArticles,
        translator: Translator,
        words: QueryWords,
        averages: Mapping[str, float],
    ) -> None:
        self._analyzed, self._held, self._translator = analyzed, held, translator
        self._words, self._averages = words, averages

    def explain(self, node: Node, boost: float = 1.0) -> Iterator[Explanation]:
        """Explain how much each word adds to the score."""
        if is_filter(node):
            return
        match node:
            case And(parts):
                if self._matches(node):
                    for part in parts:
                        yield from self.explain(part, boost)
            case Or(parts):
                for part in parts:
                    yield from self.explain(part, boost)
            case Boost(part, factor):
                yield from self.explain(part, boost * factor)
            case _ if self._matches(node):
                units = tuple(dict.fromkeys(self._translator.units(node)))
                for terms, field in units:
                    text = str(node) if len(units) == 1 else f"{' '.join(terms)} of {node}"
                    if len(terms) > MAX_SCORED:
                        yield Explanation(
                            boost, f"{text}: stands for {len(terms):,} terms, which all score the same"
                        )
                    elif (found := self._part(terms, field)) is not None:
                        yield of_term(text, found, boost)

    def _matches(self, node: Node) -> bool:
        return self._held.has(node, self._analyzed.article.id)

    def _part(self, terms: tuple[str, ...], field: str | None) -> TermPart | None:
        """The share of terms that count as one; None if the article lacks all of them."""
        fields = []
        weights = {own.field: own for own in DEFAULT_RANKING.fields}
        for name in TEXT_FIELDS if field is None else (field,):
            length, average = self._analyzed.length(name), self._averages.get(name, 1.0)
            known = term_frequencies(self._analyzed, name)
            for term in terms:
                if (own := known.get(term)) is not None:
                    tf = normalized(own, name, length, average)
                    weight, b = weights[name].weight, weights[name].b
                    fields.append(
                        FieldPart(name, own.frequency, length, average, weight, b, own.earliness, tf)
                    )
        if not fields:
            return None
        df, rarity = self._words.frequencies([(terms, field)])[terms, field], self._words.idf((terms, field))
        tf, k1 = sum(own.tf for own in fields), DEFAULT_RANKING.k1
        return TermPart(df, rarity, tf, k1, rarity * tf * (k1 + 1) / (k1 + tf), tuple(fields))
