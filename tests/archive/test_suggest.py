"""The words that complete a prefix."""

from __future__ import annotations

from pathlib import Path

from search.article import Article
from search.query import Archive, open_archive

SAMPLE = Path(__file__).resolve().parent.parent.parent / "index_data" / "sample"


def test_a_form_of_two_stems_is_suggested_once(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.index(SAMPLE)
        for prefix in "cdefgs":
            words = [each.word for each in archive.suggest(prefix, limit=1_000)]
            assert len(words) > 20
            assert len(words) == len(set(words))


def test_no_word_is_suggested_where_none_is_asked_for(archive: Archive) -> None:
    assert archive.suggest("s", limit=0) == archive.suggest("qqq", limit=0) == ()


def test_only_articles_that_are_there_are_counted(tmp_path: Path) -> None:
    with open_archive(tmp_path / "some", create=True) as some:
        some.add(Article(id=f"n{n}", title="Ferry delayed" if n else "Ferrari wins") for n in range(5))
        some.delete(["n1"])
        some.add([Article(id="n2", title="Ferry delayed again")])
        assert [(each.word, each.articles) for each in some.suggest("fer")] == [("ferry", 3), ("ferrari", 1)]
        assert [(each.word, each.articles) for each in some.suggest("fery")] == [("ferry", 3)]
        some.delete(["n0"])
        assert [each.word for each in some.suggest("ferr")] == ["ferry"]
        some.delete(["n2", "n3", "n4"])
        assert some.suggest("ferr") == some.suggest("fery") == ()
