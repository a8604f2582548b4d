"""Every form of a word that the archive ever had, with the term it is indexed under.

Pairs are written before the articles that have them, and stay when the articles go, until `news rebuild`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256
from itertools import islice
from typing import Any

from search.backends.evaluate.leaves import MAX_EXPANSIONS, folded_pattern, too_many
from search.backends.opensearch.bulk import Write, write_all
from search.backends.opensearch.client import Cluster
from search.backends.opensearch.documents import MAX_ID_BYTES, Word
from search.deadline import Deadline
from search.language import Fuzzy, Wildcard
from search.text import fold, forms

PAGE = 10_000
"""Pairs that one request gives, at most."""

TERMS_AT_A_TIME = 100
"""Terms whose forms one request gives: seldom more than fifty of each."""

MAX_COMPLETED = 300
"""Pairs that begin like a word, or are near to it, whose articles are counted, at most."""

_COMMONEST: list[object] = [{"articles": "desc"}, {"form": "asc"}, {"term": "asc"}]

Query = dict[str, Any]


class Lexicon:
    """The pairs in the index `name`."""

    def __init__(self, cluster: Cluster, name: str, deadline: Deadline | None = None) -> None:
        self._cluster, self._name, self._deadline = cluster, name, deadline

    def terms_of(self, forms: Collection[str]) -> dict[str, set[str]]:
        """The terms of each of these forms; without unknown forms."""
        found: dict[str, set[str]] = {}
        every = iter(dict.fromkeys(forms))
        while some := list(islice(every, 1_000)):
            for form, term in self._pairs({"terms": {"form": some}}):
                found.setdefault(form, set()).add(term)
        return found

    def forms_of(self, terms: Collection[str]) -> dict[str, set[str]]:
        """The forms of each of these terms."""
        found: dict[str, set[str]] = {}
        every = iter(dict.fromkeys(terms))
        while some := list(islice(every, TERMS_AT_A_TIME)):
            for form, term in self._pairs({"terms": {"term": some}}):
                found.setdefault(term, set()).add(form)
        return found

    def expanded(self, node: Wildcard | Fuzzy) -> list[Word]:
        """Each (form, term) that a node stands for; raises `LimitExceeded` for too many forms."""
        if isinstance(node, Fuzzy):
            query = _near(forms(node.text)[0], node.distance)
        else:
            query = like(folded_pattern(node.pattern, fold), "form")
        pairs = self._pairs(query)
        if len({form for form, _ in pairs}) > MAX_EXPANSIONS or len(pairs) >= PAGE:
            raise too_many(node)
        return pairs

    def starting(self, prefix: str) -> list[Word]:
        """Pairs whose form begins with a prefix: of many, the pairs that most articles had as they came."""
        query = {"prefix": {"form": prefix}} if prefix else {"match_all": {}}
        return self._pairs(query, MAX_COMPLETED, _COMMONEST)

    def near(self, form: str, distance: int, *, same_start: bool) -> list[Word]:
        """Pairs with a form at most this many edits from a form, and not that form; of many as `starting`."""
        found = self._pairs(_near(form, distance, int(same_start)), MAX_COMPLETED, _COMMONEST)
        return [pair for pair in found if pair[0] != form]

    def _pairs(self, query: Query, size: int = PAGE, order: list[object] | None = None) -> list[Word]:
        body: Query = {
            "query": {"constant_score": {"filter": query}},
            "size": size,
            "track_total_hits": False,
        }
        if order is not None:
            body["sort"] = order
        found = self._cluster.search(body, self._name, deadline=self._deadline)
        return sorted((hit["_source"]["form"], hit["_source"]["term"]) for hit in found["hits"]["hits"])

    def put(self, pairs: Iterable[tuple[Word, int]]) -> None:
        """Put pairs in, each with the number of articles that have it now, unless they are there."""
        writes = [
            Write(
                {"create": {"_id": _pair_id(form, term)}}, {"form": form, "term": term, "articles": articles}
            )
            for (form, term), articles in pairs
        ]
        write_all(self._cluster, f"{self._name}.write", writes)


def like(pattern: str, field: str) -> Query:
    """The query for values that match a folded pattern of `*` and `?`."""
    return {"wildcard": {field: {"value": pattern.replace("\\", "\\\\"), "rewrite": "constant_score"}}}


def _near(form: str, distance: int, prefix: int = 0) -> Query:
    return {"fuzzy": {"form": near_value(form, distance, prefix)}}


def near_value(text: str, distance: int, prefix: int = 0) -> Query:
    """The condition of a fuzzy query: values at most this many edits from a text."""
    return {
        "value": text,
        "fuzziness": distance,
        "prefix_length": prefix,
        "max_expansions": MAX_EXPANSIONS + 1,
        "transpositions": True,
        "rewrite": "constant_score",
    }


def _pair_id(form: str, term: str) -> str:
    written = f"{form}|{term}"
    if len(written.encode()) <= MAX_ID_BYTES:
        return written
    return f"sha256:{sha256(written.encode()).hexdigest()}"
