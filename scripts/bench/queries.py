"""Query classes, and queries of each, drawn from the corpus by the document frequency of their terms."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path

from bench.corpus import SEED, read_lines
from bench.peers import Query

SAMPLE = 50_000
"""Number of articles that terms are drawn from."""

PER_CLASS = 12
PREFIX = 4


def draw_queries(folder: Path) -> dict[str, list[Query]]:
    """Queries by class; the same for the same corpus."""
    df: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    times = []
    for line in islice(read_lines(folder), SAMPLE):
        terms = line.terms.split()
        df.update(set(terms))
        pairs.update(pairwise(terms))
        times.append(line.seconds)
    total = len(times)
    spellings: dict[str, list[str]] = json.loads((folder / "spellings.json").read_text())
    # Each word must have one term only, and each prefix several words.
    word_of = {terms[0]: form for form, terms in reversed(spellings.items()) if len(terms) == 1}
    plain = {term for term in word_of if re.fullmatch("[a-z]{2,}", term)}
    mixed = {
        prefix
        for form, terms in spellings.items()
        for term in terms
        if form[:PREFIX] != term[:PREFIX]
        for prefix in (form[:PREFIX], term[:PREFIX])
    }
    ranked = [term for term, _ in df.most_common() if term in plain]
    common = ranked[:60]
    medium = [term for term in ranked if total // 100 <= df[term] <= total // 10]
    rare = [term for term in ranked if 5 <= df[term] <= 20]
    draw = random.Random(SEED)

    def query(kind: str, terms: tuple[str, ...], between: tuple[int, int] | None = None) -> Query:
        return Query(kind, terms, tuple(word_of[term] for term in terms), between)

    def several(kind: str, pool: list[str], size: int) -> list[Query]:
        return [query(kind, tuple(draw.sample(pool, size))) for _ in range(PER_CLASS)]

    def dated(share: float) -> list[Query]:
        ordered = sorted(times)
        made = []
        for _ in range(PER_CLASS):
            start = draw.randrange(1 + int(len(ordered) * (1 - share)))
            end = min(len(ordered) - 1, start + int(len(ordered) * share))
            made.append(query("or", (draw.choice(common),), (ordered[start], ordered[end] + 1)))
        return made

    phrases = [
        pair for pair, _ in pairs.most_common(400) if pair[0] in common[:40] and pair[1] in common[:40]
    ]
    prefixes = {term[:PREFIX] for term in medium if len(term) > PREFIX} - mixed
    return {
        "1 common term": several("or", common, 1),
        "1 rare term": several("or", rare, 1),
        "OR of 2": several("or", medium, 2),
        "OR of 4": several("or", medium, 4),
        "OR of 4 common": several("or", common, 4),
        "OR of 8": several("or", medium, 8),
        "AND of 2": several("and", common, 2),
        "AND of 3": several("and", common, 3),
        "phrase of common words": [query("phrase", pair) for pair in phrases[:PER_CLASS]],
        "prefix": [Query("prefix", (p,), (p,)) for p in draw.sample(sorted(prefixes), PER_CLASS)],
        "1 common term, 1 % by date": dated(0.01),
        "1 common term, 10 % by date": dated(0.1),
        "1 common term, 50 % by date": dated(0.5),
        "facets over all": [Query("facets")] * 3,
        "newest first": several("newest", common, 1),
    }
