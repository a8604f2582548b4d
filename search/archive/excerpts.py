"""Results with snippets, which show why each article was found."""

from __future__ import annotations

from dataclasses import replace

from search.deadline import Check
from search.engine import Results
from search.snippets import Markers, snippet


def with_snippets(results: Results, check: Check) -> Results:
    """The results, each hit with its snippet and the marks in its title; raises `DeadlineExceeded`.

    They say what to mark in their `highlights`.
    """
    markers = Markers(results.highlights, check)
    hits = []
    for hit in results.hits:
        check()
        title_marks = markers.of("title").read(hit.article.title).marks
        hits.append(replace(hit, snippet=snippet(hit.article, markers), title_marks=title_marks))
    return replace(results, hits=tuple(hits))
