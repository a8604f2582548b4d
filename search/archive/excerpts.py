"""Results with what shows why each article was found."""

from __future__ import annotations

from dataclasses import replace

from search.deadline import Check
from search.engine import Results
from search.snippets import mark, snippet


def with_snippets(results: Results, check: Check) -> Results:
    """The results, each hit with its snippet and the marks in its title; raises `DeadlineExceeded`.

    They say what to mark in their `highlights`.
    """
    highlights = results.highlights
    hits = []
    for hit in results.hits:
        check()
        shown = snippet(hit.article, highlights, check=check)
        hits.append(replace(hit, snippet=shown, title_marks=mark(hit.article.title, highlights, "title")))
    return replace(results, hits=tuple(hits))
