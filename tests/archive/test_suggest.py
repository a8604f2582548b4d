"""The words that complete a prefix."""

from __future__ import annotations

from pathlib import Path

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
