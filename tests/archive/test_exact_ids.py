"""An id is found as it is given, whatever is in it, and in no other spelling."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.article import Article
from search.errors import InvalidArticle
from search.language import Phrase, Word, parse_query
from search.query import Archive, open_archive

ODD = [
    "ABC-1",
    "abc-1",
    "ÄRGER/8",
    "https://example.org/A?b=C&d=%20#Teil",
    "10.1000/XYZ:(1)",
    "two  spaces and “quotes” «here» \"there\" 'too'",
    " edges ",
    "..",
    "../../etc",
    "none",
    "AND",
    "-x",
    "#tag",
    "a*b?c~2^3",
    r"back\slash\\",
    "😀 e\u0301",
    "w " * 200 + "end",
    "Ü" * 512,
]


def is_an_id(text: str) -> bool:
    try:
        return Article(id=text, title="t").id == text
    except InvalidArticle:
        return False


ids = st.text(min_size=1, max_size=40).filter(is_an_id) | st.sampled_from(ODD)


@settings(max_examples=500)
@given(ids)
def test_the_query_for_an_id_reads_back_as_it_was(identity: str) -> None:
    assert parse_query(str(Word(identity, "id"))).tree == Word(identity, "id")
    assert parse_query(str(Phrase(identity, "id"))).tree == Phrase(identity, "id")


@settings(max_examples=300)
@given(st.text(min_size=1, max_size=40).filter(lambda text: any(map(str.isalnum, text)) and is_an_id(text)))
def test_a_word_with_quotes_of_any_kind_reads_back_as_it_was(text: str) -> None:
    assert parse_query(str(Word(text))).tree == Word(text)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with open_archive(tmp_path_factory.mktemp("ids") / "archive", create=True) as archive:
        archive.add(Article(id=identity, title=f"Notice {n}") for n, identity in enumerate(ODD))
        yield archive


@pytest.mark.parametrize("identity", ODD)
def test_an_article_is_found_and_shown_by_its_id(odd: Archive, identity: str) -> None:
    for query in (str(Word(identity, "id")), str(Phrase(identity, "id"))):
        assert [hit.article.id for hit in odd.search(query).hits] == [identity]
    assert odd.explain(identity, "notice").matches
    found = odd.get(identity)
    assert found is not None
    assert identity not in {hit.article.id for hit in odd.similar(identity, limit=100).hits}


def test_every_page_shows_each_id_once(odd: Archive) -> None:
    seen: list[str] = []
    after = None
    while True:
        page = odd.search("notice", limit=3, after=after)
        seen += [hit.article.id for hit in page.hits]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == sorted(ODD)
    assert odd.ids("*") == sorted(ODD)


def test_wildcards_and_fuzzy_words_compare_ids_as_they_are(odd: Archive) -> None:
    assert odd.ids("id:ABC*") == ["ABC-1"]
    assert odd.ids("id:*bc-1") == ["abc-1"]
    assert odd.ids("id:ABC-2~1") == ["ABC-1"]
    assert odd.ids("id:ärger*") == []


def test_an_index_of_before_ids_were_kept_exactly_is_still_read(tmp_path: Path) -> None:
    with tarfile.open(Path(__file__).parent.parent / "archives" / "format-1.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    with open_archive(tmp_path) as archive:
        every = {"ABC-1", "Ärger/8", "https://news.example/a?b=1#c"}
        assert every <= set(archive.ids("*"))
        assert every <= {hit.article.id for hit in archive.search("*", limit=100).hits}
        for identity in every:
            assert archive.ids(str(Word(identity, "id"))) == [identity]
            assert archive.explain(identity, "*").matches
        seen: list[str] = []
        after = None
        while True:
            page = archive.search("*", limit=1, after=after)
            seen += [hit.article.id for hit in page.hits]
            after = page.next
            if after is None:
                break
        assert len(seen) == len(set(seen)) == page.total


def test_a_curly_quote_in_an_id_does_not_close_a_straight_one() -> None:
    assert parse_query('id:"«%“e"').tree == Phrase("«%“e", "id")
