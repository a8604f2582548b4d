"""The slow obvious engine: every answer worked out from the articles, one at a time.

It says what the answers are; the real engines must agree with it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, tzinfo

from search.article import Article
from search.dates import Interval
from search.deadline import Deadline
from search.engine import (
    DEFAULT_RANKING,
    Explanation,
    Facet,
    FacetValue,
    Hit,
    Progress,
    Ranking,
    Results,
    SearchRequest,
    State,
    Stats,
    Suggestion,
)
from search.language import (
    TEXT_FIELDS,
    And,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Missing,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Wildcard,
    Word,
)
from search.text import Analyzer, fold, fold_value, forms, language_named, words
from tests.reference_dates import timeline
from tests.reference_history import ReferenceHistory
from tests.reference_values import edits, like, passes, value_matches, values

Span = tuple[int, int]
Test = Callable[[str, str], bool]  # of a word's form and term


FIELDS = (("title", 2.0, 0.75), ("description", 1.5, 0.75), ("highlights", 1.5, 0.75), ("body", 1.0, 0.9))
"""Each field of text, its weight and its b."""

K1 = 1.8

VALUE_GAP = 1_001
"""Positions between one value of a field and the next, so that no phrase goes over both."""


class ReferenceEngine(ReferenceHistory):
    """Keeps articles in a dict and looks at all of them for every question."""

    def __init__(self, language: str = "english") -> None:
        super().__init__()
        self.analyzer = Analyzer(language)

    # --- which articles, how well ---------------------------------------------------------------

    def scores(self, node: Node) -> dict[str, float]:
        """Every match with its score."""
        match node:
            case And(parts):
                found = [self.scores(part) for part in parts]
                return {i: sum(f[i] for f in found) for i in self.articles if all(i in f for f in found)}
            case Or(parts):
                found = [self.scores(part) for part in parts]
                return {
                    i: sum(f.get(i, 0.0) for f in found) for i in self.articles if any(i in f for f in found)
                }
            case Not(part):
                excluded = self.scores(part)
                return {i: 0.0 for i in self.articles if i not in excluded}
            case Boost(part, factor):
                return {i: score * factor for i, score in self.scores(part).items()}
            case Everything() | Dates() | Missing():
                return {i: 0.0 for i, article in self.articles.items() if passes(node, article)}
            case Word(field=field) | Phrase(field=field) | Wildcard(field=field) | Fuzzy(field=field):
                if field is not None and field not in TEXT_FIELDS:
                    return {
                        i: 0.0
                        for i, article in self.articles.items()
                        if any(value_matches(node, field, value) for value in values(article, field))
                    }
        return self._bm25f(node)

    def _bm25f(self, node: Node) -> dict[str, float]:
        known = self._known()
        frequencies: dict[str, float] = {}
        for identity, article in self.articles.items():
            weighted = 0.0
            for field, weight, b in FIELDS:
                total = sum(len(self._words(other, field)) for other in self.articles.values())
                text = self._words(article, field)
                starts = {start for start, _ in self._spans(node, field, text, known)}
                if starts:
                    relative = len(text) / (total / len(self.articles))
                    early = 1 + round(255 * 50 / (50 + min(starts))) / 255
                    weighted += weight * early * len(starts) / (1 - b + b * relative)
            if weighted:
                frequencies[identity] = weighted
        df, n = len(frequencies), len(self.articles)
        idf = math.log(1 + (n - df + 0.5) / (df + 0.5))
        return {i: idf * (K1 + 1) * tf / (K1 + tf) for i, tf in frequencies.items()}

    def _words(self, article: Article, field: str) -> dict[int, tuple[str, str]]:
        """Position to form and term."""
        text = getattr(article, field)
        placed, position = {}, 0
        for value in (text,) if isinstance(text, str) else text:
            for form, term in self.analyzer.analyze(value, language_named(article.language)):
                if form:
                    placed[position] = (form, term)
                position += 1
            position += VALUE_GAP
        return placed

    def _known(self) -> dict[str, set[str]]:
        """The terms of each form in the archive."""
        known = defaultdict(set)
        for article in self.articles.values():
            for field in TEXT_FIELDS:
                for form, term in self._words(article, field).values():
                    known[form].add(term)
        return known

    def _spans(
        self, node: Node, field: str, text: dict[int, tuple[str, str]], known: dict[str, set[str]]
    ) -> set[Span]:
        match node:
            case Or(parts):
                return set().union(*(self._spans(part, field, text, known) for part in parts))
            case Near(left, right, distance, ordered):
                firsts = self._spans(left, field, text, known)
                seconds = self._spans(right, field, text, known)
                orders = [(firsts, seconds)] if ordered else [(firsts, seconds), (seconds, firsts)]
                return {(a[0], b[1]) for x, y in orders for a in x for b in y if 0 < b[0] - a[1] <= distance}
        own = getattr(node, "field", None)
        if own not in (None, field):
            return set()
        slop = node.slop if isinstance(node, Phrase) else 0
        tests = self._tests(node, known)
        found = set()
        for start in text:
            ends = {start} if tests and tests[0](*text[start]) else set()
            for test in tests[1:]:
                ends = {
                    after
                    for end in ends
                    for after in range(end + 1, end + slop + 2)
                    if after in text and test(*text[after])
                }
            ends = {end for end in ends if end - start <= len(tests) - 1 + slop}
            found |= {(start, min(ends))} if ends else set()
        return found

    def _tests(self, node: Node, known: dict[str, set[str]]) -> list[Test]:
        def stands_for(word: str) -> Test:
            languages = self._languages()
            terms = set(known.get(fold(word), ()))
            if not terms or len(languages) > 1:
                terms |= {self.analyzer.term(word, each) for each in languages}
            return lambda *word: word[1] in terms

        match node:
            case Word(text) | Phrase(text):
                return [stands_for(word) for word in words(text)]
            case Wildcard(pattern):
                folded = "".join(c if c in "*?" else fold(c) for c in pattern)
                return [lambda *word: like(folded, word[0])]
            case Fuzzy(text, distance):
                target = forms(text)[0]
                return [lambda *word: edits(word[0], target) <= distance]
        raise AssertionError(node)

    # --- the seam -------------------------------------------------------------------------------

    def search(self, request: SearchRequest) -> Results:
        found = self.scores(request.query)
        liked = {} if request.prefer is None else self.scores(request.prefer)
        found = {i: (score + liked.get(i, 0.0)) * self._faded(i, request) for i, score in found.items()}
        order = sorted(found, key=lambda i: self._key(request.sort, found[i], self.articles[i]))
        if request.after is not None:
            at = request.after
            past = Article(id=at.id, title="x", published=at.published)
            bound = self._key(request.sort, at.score, past)
            order = [i for i in order if self._key(request.sort, found[i], self.articles[i]) > bound]
        hits = tuple(Hit(self.articles[i], found[i]) for i in order[: request.limit])
        facets = tuple(self._facet(found, f.field, f.limit, f.interval, request.zone) for f in request.facets)
        return Results(len(found), hits, facets)

    def _faded(self, identity: str, request: SearchRequest) -> float:
        published = self.articles[identity].published
        recency = request.ranking.recency
        if recency is None:
            return 1.0
        if published is None or published > recency.now:
            return 1 - recency.share
        halvings: float = (recency.now - published) / recency.half_life
        return float(1 - recency.share + recency.share * 0.5**halvings)

    @staticmethod
    def _key(sort: str, score: float, article: Article) -> tuple[float, float, str]:
        stamp = article.published.timestamp() if article.published else None
        newest = math.inf if stamp is None else -stamp
        if sort == "relevance":
            return (-score, newest, article.id)
        return (newest if sort == "newest" else math.inf if stamp is None else stamp, 0, article.id)

    def _facet(
        self, found: Iterable[str], field: str, limit: int, interval: Interval | None, zone: tzinfo
    ) -> Facet:
        matched = [self.articles[i] for i in found]
        if interval is not None:
            line = timeline(matched, interval, zone)
            counted = tuple(FacetValue(part.name, part.count, "") for part in line.bins if part.count)
            return Facet(f"date:{interval}", counted, len(counted), line.undated, line.imprecise)
        by_fold: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for article in matched:
            for value in {fold_value(v): v for v in reversed(values(article, field))}.values():
                by_fold[fold_value(value)][value] += 1
        rows = [(sum(c.values()), min(v for v in c if c[v] == max(c.values()))) for c in by_fold.values()]
        rows.sort(key=lambda row: (-row[0], row[1]))
        shown = tuple(FacetValue(value, count, "") for count, value in rows[:limit])
        return Facet(field, shown, len(rows), sum(not values(article, field) for article in matched))

    def explain(
        self,
        query: Node,
        identity: str,
        ranking: Ranking = DEFAULT_RANKING,  # noqa: ARG002  # it has one only
    ) -> Explanation | None:
        if identity not in self.articles:
            return None
        score = self.scores(query).get(identity)
        return Explanation(score or 0.0, str(query), matches=score is not None)

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        return {word: len(self.scores(Word(word))) for word in words}

    def vocabulary(
        self, *, field: str | None = None, prefix: str = "", near: str = "", count: int = 10
    ) -> tuple[Suggestion, ...]:
        if field is not None:
            return self._near_values(field, near, count)
        return self._corrections(near, count) if near else self._completions(prefix, count)

    def _corrections(self, word: str, count: int) -> tuple[Suggestion, ...]:
        written = fold(word)
        for same_start in (True, False):
            for distance in (1,) if len(written) <= 4 else (1, 2):
                near = {f for f in self._forms() if f != written and edits(f, written) <= distance}
                near = {f for f in near if f[:1] == written[:1] or not same_start}
                ranked = sorted((-len(self.scores(Word(f))), f) for f in near)
                if ranked and len(written) > 2:
                    return tuple(Suggestion(form, -df) for df, form in ranked[:count])
        return ()

    def _completions(self, prefix: str, count: int) -> tuple[Suggestion, ...]:
        by_term: dict[str, Counter[str]] = defaultdict(Counter)
        for article in self.articles.values():
            for text in (article.title, article.description, *article.highlights, article.body):
                for form, term in self.analyzer.analyze(text):
                    if form.startswith(fold(prefix)):
                        by_term[term][form] += 1
        ranked = []
        for term, counted in by_term.items():
            form = min(counted, key=lambda form: (-counted[form], form))
            ranked.append((-len(self.scores(Word(form))), term, form))
        return tuple(Suggestion(form, -df) for df, _, form in sorted(ranked)[:count])

    def _near_values(self, field: str, value: str, count: int) -> tuple[Suggestion, ...]:
        sought = fold_value(value)
        every = self._facet(self.articles, field, 1_000_000, None, UTC).values
        ranked = []
        for known in every:
            folded = fold_value(known.value)
            plain = ["".join(filter(str.isalnum, text)) or text for text in (folded, sought)]
            if plain[0] == plain[1]:
                kind = 0
            elif len(sought) > 2 and edits(folded, sought) <= (1 if len(sought) <= 4 else 2):
                kind = 1
            elif set() < set(forms(sought)) <= set(forms(folded)):
                kind = 2
            else:
                continue
            ranked.append((kind, -known.count, folded, known))
        return tuple(Suggestion(known.value, known.count) for _, _, _, known in sorted(ranked)[:count])

    def _forms(self) -> set[str]:
        texts = ((a.title, a.description, *a.highlights, a.body) for a in self.articles.values())
        return {form for own in texts for text in own for form in forms(text)}

    def ids(self, query: Node) -> list[str]:
        return sorted(self.scores(query), key=lambda i: self._key("oldest", 0.0, self.articles[i]))

    def scan(self, query: Node) -> Iterator[Article]:
        return (self.articles[i] for i in self.ids(query))

    def get(self, identities: Sequence[str]) -> dict[str, Article]:
        return {i: self.articles[i] for i in identities if i in self.articles}

    @contextmanager
    def reader(self, deadline: Deadline | None = None) -> Iterator[ReferenceEngine]:  # noqa: ARG002
        yield self

    def version(self) -> str:
        return str(sorted((i, article.digest().hex()) for i, article in self.articles.items()))

    def rebuild(self, progress: Progress | None = None) -> None:
        if progress is not None:
            progress(len(self.articles), len(self.articles))

    def upgrade(self, progress: Progress | None = None) -> bool:  # noqa: ARG002  # there is nothing to do
        return False

    def _languages(self) -> set[str]:
        named = {language_named(article.language) for article in self.articles.values()}
        return {name or self.analyzer.language for name in named} or {self.analyzer.language}

    def optimize(self) -> None:
        """There is nothing to be made faster."""

    def state(self) -> State:
        names = {name for article in self.articles.values() for name in article.extra}
        return State("", 0, self.analyzer.language, tuple(sorted(names)))

    def stats(self) -> Stats:
        raise NotImplementedError("the reference has no files to describe")

    def close(self) -> None:
        self.articles = {}
