"""Query classes, a row each, with queries drawn from the corpus by the document frequency of their terms.

All engines must find the same articles, though this engine has the forms of words and the others have
stems. So a prefix, wildcard or fuzzy word is only drawn if it matches a form just when it matches the stem.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

from bench.corpus import SEED, STAND_IN
from peers.contract import Query, read_documents

SAMPLE = 50_000
"""Number of articles that terms are drawn from."""

PER_CLASS = 12
PREFIX = 4
MAX_EXPANSIONS = 1_000
"""Forms that a wildcard may match, so that no engine refuses it."""


@dataclass
class Pools:
    """Terms by how frequent they are, and other things to draw from."""

    common: list[str]
    medium: list[str]
    rare: list[str]
    phrases: list[tuple[str, str]]
    times: list[int]
    word_of: dict[str, str]
    """The only form of a term that is itself the term of that form alone."""

    forms: list[str]
    stemmed: list[tuple[str, str]]
    """Forms that differ from their terms, with these."""

    draw: random.Random = field(default_factory=lambda: random.Random(SEED))

    def query(self, kind: str, terms: Iterable[str], between: tuple[int, int] = (0, 0)) -> Query:
        terms = tuple(terms)
        return Query(kind, terms, tuple(self.word_of[term] for term in terms), between)

    def several(self, kind: str, pool: list[str], size: int) -> list[Query]:
        return [self.query(kind, self.draw.sample(pool, size)) for _ in range(PER_CLASS)]

    def dated(self, share: float) -> list[Query]:
        made = []
        for _ in range(PER_CLASS):
            start = self.draw.randrange(1 + int(len(self.times) * (1 - share)))
            end = min(len(self.times) - 1, start + int(len(self.times) * share))
            between = (self.times[start], self.times[end] + 1)
            made.append(self.query("dated", [self.draw.choice(self.common)], between))
        return made

    def patterns(self, kind: str, made: Callable[[str], tuple[str, str]]) -> list[Query]:
        """Queries by patterns of medium words; `made` gives the written pattern and a regular expression."""
        words = [term for term in self.medium if len(term) > PREFIX and self.word_of[term] == term]
        self.draw.shuffle(words)
        found: dict[str, Query] = {}
        for word in words:
            written, expression = made(word)
            matches = re.compile(expression).fullmatch
            if written in found or any(bool(matches(f)) != bool(matches(t)) for f, t in self.stemmed):
                continue
            if sum(bool(matches(form)) for form in self.forms) <= MAX_EXPANSIONS:
                found[written] = Query(kind, (written,), (written,))
            if len(found) == PER_CLASS:
                break
        return list(found.values())


def _prefix(word: str) -> tuple[str, str]:
    return word[:PREFIX], f"{word[:PREFIX]}.*"


def _inside(word: str) -> tuple[str, str]:
    return f"{word[:2]}*{word[-2:]}", f"{word[:2]}.*{word[-2:]}"


def _leading(word: str) -> tuple[str, str]:
    return f"*{word[-4:]}", f".*{word[-4:]}"


def _fuzzy(word: str) -> tuple[str, str]:
    """The word with at most one letter added, missing, changed or swapped with the next."""
    edits = {f"{word[:n]}.{word[n:]}" for n in range(len(word) + 1)}
    edits |= {f"{word[:n]}.?{word[n + 1 :]}" for n in range(len(word))}
    edits |= {f"{word[:n]}{word[n + 1]}{word[n]}{word[n + 2 :]}" for n in range(len(word) - 1)}
    return word, "|".join(sorted(edits))


CLASSES: dict[str, Callable[[Pools], list[Query]]] = {
    "1 common word": lambda p: p.several("any_of", p.common, 1),
    "1 rare word": lambda p: p.several("any_of", p.rare, 1),
    "1 unknown word": lambda _: [Query("any_of", ("qwfpgjlx",), ("qwfpgjlx",))],
    "either of 2 words": lambda p: p.several("any_of", p.medium, 2),
    "any of 4 words": lambda p: p.several("any_of", p.medium, 4),
    "any of 4 common words": lambda p: p.several("any_of", p.common, 4),
    "any of 8 words": lambda p: p.several("any_of", p.medium, 8),
    "both of 2 words": lambda p: p.several("all_of", p.common, 2),
    "all of 3 words": lambda p: p.several("all_of", p.common, 3),
    "phrase of common words": lambda p: [p.query("phrase", pair) for pair in p.phrases[:PER_CLASS]],
    "2 common words near": lambda p: p.several("near", p.common, 2),
    "prefix": partial(Pools.patterns, kind="prefix", made=_prefix),
    "wildcard inside": partial(Pools.patterns, kind="wildcard", made=_inside),
    "leading wildcard": partial(Pools.patterns, kind="wildcard", made=_leading),
    "fuzzy word": partial(Pools.patterns, kind="fuzzy", made=_fuzzy),
    "1 common word in 1 % of the time": lambda p: p.dated(0.01),
    "1 common word in 10 % of the time": lambda p: p.dated(0.1),
    "1 common word in 50 % of the time": lambda p: p.dated(0.5),
    "facets over all matches": lambda _: [Query("facets")] * 3,
    "newest first": lambda p: p.several("newest", p.common, 1),
}


def draw_queries(folder: Path) -> dict[str, list[Query]]:
    """Queries by class; the same for the same corpus."""
    pools = _pools(folder)
    return {name: queries for name, row in CLASSES.items() if (queries := row(pools))}


def _pools(folder: Path) -> Pools:
    df: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    times = []
    for document in islice(read_documents(folder / "lines.jsonl"), SAMPLE):
        terms = document.text.split()
        df.update(set(terms))
        pairs.update(pairwise(terms))
        times.append(document.seconds)
    spellings: dict[str, list[str]] = json.loads((folder / "spellings.json").read_text())
    word_of = {terms[0]: form for form, terms in reversed(spellings.items()) if len(terms) == 1}
    plain = {term for term in word_of if re.fullmatch("[a-z]{2,}", term) and STAND_IN not in term}
    ranked = [term for term, _ in df.most_common() if term in plain]
    common = ranked[:60]
    frequent = set(common[:40])
    return Pools(
        common=common,
        medium=[term for term in ranked if len(times) // 100 <= df[term] <= len(times) // 10],
        rare=[term for term in ranked if 5 <= df[term] <= 20],
        phrases=[pair for pair, _ in pairs.most_common(400) if frequent.issuperset(pair)],
        times=sorted(times),
        word_of=word_of,
        forms=list(spellings),
        stemmed=[(form, term) for form, terms in spellings.items() for term in terms if term != form],
    )
