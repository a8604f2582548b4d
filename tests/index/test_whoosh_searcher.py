"""Whoosh's own searcher opens the index of an archive, and finds the same articles as ours."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from whoosh import index as whoosh_index
from whoosh.query import ColumnQuery, Every, Or, Phrase, Prefix, Query, Term

from search.article import Article
from search.query import open_archive
from search.text import Analyzer
from tests.conftest import day

TERM = Analyzer().term
FIELDS = ("title", "body")
START = day("2025-02-01T00:00")
VOCABULARY = ["harbour", "harbours", "strike", "striking", "bank", "of", "the", "centre"]
words = st.sampled_from(VOCABULARY)
texts = st.lists(words, min_size=1, max_size=7).map(" ".join)
articles = st.builds(
    lambda number, title, body, hours: Article(
        id=f"id{number}", title=title, body=body, published=START + timedelta(hours=hours)
    ),
    st.integers(0, 15),
    texts,
    texts,
    st.integers(0, 99),
)


def in_any_field(kind: type[Query], value: object) -> Query:
    return Or([kind(field, value) for field in FIELDS])


def in_days(first: int, last: int) -> tuple[str, Query]:
    """The articles from the first instant of one day to the last of another."""
    start, end = START + timedelta(days=first), START + timedelta(days=last + 1)
    low, high = (int(at.timestamp()) * 1_000_000 for at in (start, end))
    of_these_days = ColumnQuery("published", lambda number: low <= number < high)
    return f"date:{start:%Y-%m-%d}..{end - timedelta(days=1):%Y-%m-%d}", of_these_days


queries: st.SearchStrategy[tuple[str, Query]] = st.one_of(
    words.map(lambda word: (word, in_any_field(Term, TERM(word)))),
    st.lists(words, min_size=2, max_size=3).map(
        lambda phrase: (f'"{" ".join(phrase)}"', in_any_field(Phrase, [TERM(word) for word in phrase]))
    ),
    st.sampled_from(["har", "harb", "stri", "cent", "xyz"]).map(
        lambda prefix: (f"{prefix}*", in_any_field(Prefix, prefix))
    ),
    st.tuples(st.integers(0, 4), st.integers(0, 2)).map(lambda days: in_days(days[0], sum(days))),
)
"""A query as we write it, and as Whoosh has it."""


@settings(max_examples=25, phases=[Phase.generate])
@given(st.lists(st.lists(articles, min_size=1, max_size=8), min_size=1, max_size=3), st.lists(queries))
def test_whoosh_finds_words_phrases_prefixes_and_dates_as_we_do(
    batches: list[list[Article]], asked: list[tuple[str, Query]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "archive")
        with open_archive(folder, create=True) as archive:
            for batch in batches:
                archive.add(batch)
            archive.delete(["id3"])
            ours = {written: archive.ids(written) for written, _ in asked}
        with whoosh_index.open_dir(folder / "index", indexname="articles").searcher() as searcher:
            reader = searcher.reader()
            ids = {
                number: text.decode()
                for text in reader.lexicon("id")
                for number in reader.postings("id", text).all_ids()
            }
            for written, query in asked:
                if isinstance(query, ColumnQuery):  # which gives deleted documents too when it stands alone
                    found = searcher.search(Every(), filter=query, limit=None)
                else:
                    found = searcher.search(query, limit=None)
                assert sorted(ids[hit.docnum] for hit in found) == sorted(ours[written]), written
