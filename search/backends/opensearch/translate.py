"""A query's tree as a query of the server. Its matches are exact: `look_up` finds what the server cannot.

    Word                        the score of its terms, which is BM25F (see `layout`)
    Phrase, slop                intervals in order, with a number of gaps
    NEAR, ADJ of two units      the same, in either order
    Wildcard, Fuzzy             the forms that the lexicon has for it
    all other places            articles that may match, each looked at in Python, and then named by id
    values, dates, lengths      filters, which do not score

A unit is a word, a phrase without slop, or an OR of words: each place of it has the same width. Of other
nodes intervals know only the shortest places, so that a pair around them could be missed.
A phrase, a pair and what is looked up score by their words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from search.backends.opensearch.filters import NOTHING, all_queries, any_query, filter_query, value_query
from search.backends.opensearch.lexicon import Query
from search.backends.opensearch.words import QueryWords, Unit, score_path
from search.engine import DEFAULT_RANKING
from search.fields import TEXT_FIELDS
from search.language import (
    And,
    AtLeast,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Is,
    Length,
    Missing,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    PhrasePattern,
    Wildcard,
    Within,
    Word,
    asks_for_capitals,
    has_wildcard,
    in_any_capitals,
)
from search.language.trees import is_filter, text_fields
from search.text import fold, forms, words

MAX_ALTERNATIVES = 200
"""Words that stand for one place of a phrase or pair in a query of the server, which takes 1,024 in all."""

MAX_SCORED = 200
"""Terms of a wildcard or fuzzy word that score as one; with more, it adds the same to every article."""

LookUp = Callable[[Node, Query], Sequence[str]]
"""Returns the ids of the articles that a node matches among the matches of a query."""


class Translator:
    """Translates trees, with the `words` of the archive, and `look_up` for what the server cannot tell."""

    def __init__(self, words: QueryWords, look_up: LookUp) -> None:
        self._words, self._look_up = words, look_up
        self._found: dict[tuple[Node, str], Query] = {}

    def scored(self, node: Node) -> Query:
        """The query that scores as the node does."""
        self._words.frequencies(unit for unit in self._all_units(node) if unit[0])
        return self._scored(node)

    def _scored(self, node: Node, boost: float = 1.0, context: tuple[Query, ...] = ()) -> Query:
        """`scored`, of a part; each match is also found by every query of `context`."""
        if is_filter(node):
            return {"bool": {"filter": [self.matching(node, context)]}}
        match node:
            case And(parts):
                own = self._narrowed(parts, context)
                return {"bool": {"must": [self._scored(part, boost, own) for part in parts]}}
            case Or(parts):
                return any_query([self._scored(part, boost, context) for part in parts])
            case Boost(part, factor):
                return self._scored(part, boost * factor, context)
            case Word(spelling="any") if len(words(node.text)) == 1:
                (unit,) = self.units(node)
                return self._unit_score(unit, boost)
            case _:
                units = [self._unit_score(unit, boost) for unit in dict.fromkeys(self.units(node))]
                return {"bool": {"filter": [self.matching(node, context)], "should": units}}

    def matching(self, node: Node, context: tuple[Query, ...] = ()) -> Query:
        """The query that finds what the node matches."""
        match node:
            case And(parts):
                own = self._narrowed(parts, context)
                return all_queries([self.matching(part, own) for part in parts])
            case Or(parts):
                return any_query([self.matching(part, context) for part in parts])
            case Not(part):
                return {"bool": {"must_not": [self.matching(part, context)]}}
            case Boost(part):
                return self.matching(part, context)
            case Everything() | Dates() | Missing() | Length() | Is():
                return filter_query(node)
            case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field) if (
                field is not None and field not in TEXT_FIELDS
            ):
                return value_query(node, field)
            case _:
                return self._placed(node, context)

    def _narrowed(self, parts: Sequence[Node], context: tuple[Query, ...]) -> tuple[Query, ...]:
        """The queries that every match of an AND is found by, for a part that has to be looked up."""
        if not any(map(self._must_be_looked_up, parts)):
            return context
        return context + tuple(self.matching(part) for part in parts if not self._must_be_looked_up(part))

    def _must_be_looked_up(self, node: Node) -> bool:
        match node:
            case And(parts) | Or(parts):
                return any(map(self._must_be_looked_up, parts))
            case Not(part) | Boost(part):
                return self._must_be_looked_up(part)
        return not is_filter(node) and self._exact(node) is None

    # --- places in texts ------------------------------------------------------------------------

    def _placed(self, node: Node, context: tuple[Query, ...]) -> Query:
        exact = self._exact(node)
        if exact is not None:
            return exact
        key = node, repr(context)
        if key not in self._found:
            candidates = all_queries([self._candidates(node), *context])
            found = self._look_up(node, candidates)
            self._found[key] = {"terms": {"id": list(found)}} if found else NOTHING
        return self._found[key]

    def _exact(self, node: Node) -> Query | None:
        """The query that finds just the matches of a node in text; None if there is none."""
        if asks_for_capitals(node):
            return None
        match node:
            case Word(text, field, spelling) if len(own := words(text)) < 2:
                if spelling == "any":
                    terms = [term for word in own for term in self._terms(word)]
                    return {"terms": {score_path(field): terms}}
                return self._with_forms(field, forms(text)[:1])
            case Wildcard(field=field) | Fuzzy(field=field):
                return self._with_forms(field, sorted({form for form, _ in self._words.expanded(node)}))
            case Or(parts):
                found = [self._exact(part) for part in parts]
                every = [each for each in found if each is not None]
                return any_query(every) if len(every) == len(parts) else None
            case AtLeast():
                return None
        intervals = {field: self._interval(node, field) for field in sorted(text_fields(node))}
        rules = [(field, rule) for field, rule in intervals.items() if rule is not None]
        if len(rules) < len(intervals):
            return None
        return any_query([{"intervals": {f"text.{field}": rule}} for field, rule in rules])

    def _interval(self, node: Node, field: str) -> Query | None:
        match node:
            case Word(text, spelling=spelling) | Phrase(text, slop=0, spelling=spelling):
                return self._unit(node, field)
            case Phrase(text, slop=slop, spelling=spelling):
                return _ordered([self._place(word, field, spelling) for word in words(text)], slop)
            case PhrasePattern(slots, slop=slop) if "*" not in slots:
                places = [self._slot(slot, field) for slot in slots]
                known = [place for place in places if place is not None]
                return _ordered(known, slop) if len(known) == len(places) else None
            case Near(left, right, int(distance), ordered):
                sides = self._unit(left, field), self._unit(right, field)
                if sides[0] is None or sides[1] is None:
                    return None
                rules = [_ordered([sides[0], sides[1]], distance - 1)]
                if not ordered:
                    rules.append(_ordered([sides[1], sides[0]], distance - 1))
                return {"any_of": {"intervals": rules}} if len(rules) > 1 else rules[0]
        return None

    def _unit(self, node: Node, field: str) -> Query | None:
        """The rule for a node all of whose places in a field have the same width; None if there is none."""
        match node:
            case Word(text, own, spelling) | Phrase(text, own, 0, spelling) if spelling != "caps":
                if own not in (None, field):
                    return _NOWHERE
                places = [self._place(word, field, spelling) for word in words(text)]
                return _ordered(places, 0)
            case Wildcard(field=own) | Fuzzy(field=own):
                if own not in (None, field):
                    return _NOWHERE
                return self._expanded(node, field)
            case Or(parts):
                if not all(map(_is_one_word, parts)):
                    return None
                found = [self._unit(part, field) for part in parts]
                known = [each for each in found if each is not None]
                return {"any_of": {"intervals": known}} if len(known) == len(parts) else None
        return None

    def _slot(self, slot: str, field: str) -> Query | None:
        return (
            self._expanded(Wildcard(slot), field) if has_wildcard(slot) else self._place(slot, field, "any")
        )

    def _place(self, word: str, field: str, spelling: str) -> Query:
        """The rule for one word in any of its forms, or as it is typed."""
        if spelling == "any":
            return _any_word([{"query": term} for term in self._terms(word)])
        return _any_word([{"query": fold(word), "use_field": f"form.{field}"}])

    def _expanded(self, node: Wildcard | Fuzzy, field: str) -> Query | None:
        found = sorted({form for form, _ in self._words.expanded(node)})
        if len(found) > MAX_ALTERNATIVES:
            return None
        return _any_word([{"query": form, "use_field": f"form.{field}"} for form in found])

    def _candidates(self, node: Node) -> Query:
        """A query that finds at least the matches of a node in text."""
        match node:
            case _ if asks_for_capitals(node) and not isinstance(node, NotNear):
                return self._candidates(in_any_capitals(node))
            case Near(left, right):
                return all_queries([self._candidates(left), self._candidates(right)])
            case NotNear(part) | Within(part) | AtLeast(part):
                return self._candidates(part)
            case Or(parts):
                return any_query([self._candidates(part) for part in parts])
            case Word(text, field) | Phrase(text, field):
                exact = self._exact(node)
                every = [{"terms": {score_path(field): self._terms(word)}} for word in words(text)]
                return all_queries(every) if exact is None else exact
            case PhrasePattern(slots, field):
                own = [Wildcard(s, field) if has_wildcard(s) else Word(s, field) for s in slots if s != "*"]
                return all_queries([self._candidates(each) for each in own])
        exact = self._exact(node)
        assert exact is not None, node
        return exact

    def _with_forms(self, field: str | None, wanted: Sequence[str]) -> Query:
        fields = TEXT_FIELDS if field is None else (field,)
        return any_query([{"terms": {f"form.{name}": list(wanted)}} for name in fields])

    def _terms(self, word: str) -> list[str]:
        return [*self._words.terms(word)]

    # --- scores ---------------------------------------------------------------------------------

    def _all_units(self, node: Node) -> Iterator[Unit]:
        """The units by which all the leaves of a query score."""
        if is_filter(node):
            return
        match node:
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self._all_units(part)
            case Boost(part):
                yield from self._all_units(part)
            case _:
                yield from self.units(node)

    def units(self, node: Node) -> Iterator[Unit]:
        """The units by which a leaf in text scores."""
        match node:
            case Word(text, field) | Phrase(text, field):
                for word in words(text):
                    yield self._words.terms(word), field
            case PhrasePattern(slots, field):
                for slot in slots:
                    if slot != "*":
                        yield from self.units(
                            Wildcard(slot, field) if has_wildcard(slot) else Word(slot, field)
                        )
            case Wildcard(field=field) | Fuzzy(field=field):
                yield tuple(sorted({term for _, term in self._words.expanded(node)})), field
            case Near(left, right):
                yield from self.units(left)
                yield from self.units(right)
            case NotNear(part) | Within(part) | AtLeast(part):
                yield from self.units(part)
            case Or(parts):
                for part in parts:
                    yield from self.units(part)

    def _unit_score(self, unit: Unit, boost: float) -> Query:
        terms, field = unit
        path = score_path(field)
        if not terms:
            return NOTHING
        if len(terms) > MAX_SCORED:
            return {"constant_score": {"filter": {"terms": {path: list(terms)}}, "boost": boost}}
        own = boost * self._words.idf(unit) * (DEFAULT_RANKING.k1 + 1)
        if len(terms) == 1:
            return {"term": {path: {"value": terms[0], "boost": own}}}
        return {"match": {path: {"query": "|".join(terms), "analyzer": "alternatives", "boost": own}}}


def _is_one_word(node: Node) -> bool:
    match node:
        case Word(text) | Phrase(text):
            return len(words(text)) == 1
        case Wildcard() | Fuzzy():
            return True
        case Or(parts):
            return all(map(_is_one_word, parts))
    return False


def _ordered(places: Sequence[Query], gaps: int) -> Query:
    if len(places) == 1:
        return places[0]
    if not places:
        return _NOWHERE
    return {"all_of": {"ordered": True, "max_gaps": gaps, "intervals": list(places)}}


def _any_word(matches: Sequence[Query]) -> Query:
    if len(matches) == 1:
        return {"match": matches[0]}
    return {"any_of": {"intervals": [{"match": each} for each in matches]}} if matches else _NOWHERE


_NOWHERE: Query = {"match": {"query": "#"}}
"""The rule for a place that no text has: `#` stands for no word."""
