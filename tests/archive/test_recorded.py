"""Searches that are recorded and done again."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.archive import manifest as manifests
from search.article import Article
from search.errors import InvalidRequest, LimitExceeded
from search.language.limits import MAX_QUERY_LENGTH
from search.query import Archive, Manifest, Question, open_archive

NOW = datetime(2025, 4, 8, 12, tzinfo=UTC)


@pytest.fixture
def filled(tmp_path: Path) -> Archive:
    archive = open_archive(tmp_path / "filled", create=True)
    archive.add(
        [
            Article(id="a", title="Harbour opens", published=NOW, source="Herald"),
            Article(id="b", title="Harbour shut", source="AP"),
            Article(id="c", title="Ferry sinks", published=NOW),
        ]
    )
    return archive


def again(manifest: Manifest) -> Manifest:
    return Manifest.read(manifest.to_json(), lambda: manifest.list_file() or b"")


def test_a_manifest_names_query_archive_and_articles_without_any_text(filled: Archive) -> None:
    made = filled.at(now=NOW).manifest(Question("harbour", since="7d"), options={"sort": "newest"})
    told = json.loads(made.to_json())
    state = filled.state()
    assert told["archive"] | {"analyzer": ""} == {
        "uuid": state.archive, "revision": 1, "articles": 3, "analyzer": "",
    }  # fmt: skip
    assert told["query"] == {
        "written": "harbour", "since": "7d", "until": None, "any": False, "zone": "UTC", "sort": "newest",
        "read_as": "harbour AND date:2025-04-01Z..",
    }  # fmt: skip
    assert told["found"] == {"articles": 1, "sources": 1, "undated": 0}
    assert told["articles"] == [{"id": "a", "revision": 1, "digest": filled["a"].digest().hex()}]
    assert "opens" not in made.to_json()
    assert again(made) == made
    assert again(made).to_json() == made.to_json()


def test_a_replay_tells_what_is_new_changed_and_gone(filled: Archive) -> None:
    made = filled.manifest("harbour OR ferry")
    assert not filled.replay(made).now
    filled.add([Article(id="a", title="Harbour opens at last"), Article(id="d", title="Harbour full")])
    filled.add([Article(id="b", title="Nothing of it")])
    filled.delete(["c"])
    replayed = filled.replay(again(made))
    assert replayed.then is not None
    assert not replayed.then
    assert replayed.then.total == 3
    assert (replayed.now.new, replayed.now.changed, replayed.now.gone) == (("d",), ("a",), ("b", "c"))
    filled.delete(["c"], forget=True)
    erased = filled.replay(made)
    assert erased.then is not None
    assert erased.then.gone == ("c",)
    assert "erased" in erased.notes[0]


def test_every_changed_byte_of_a_manifest_is_found(filled: Archive) -> None:
    written = filled.manifest("harbour").to_json()
    for place in range(len(written)):
        for other in "0", "x", " ":
            changed = written[:place] + other + written[place + 1 :]
            if changed != written:
                with pytest.raises(InvalidRequest, match="manifest"):
                    Manifest.read(changed, lambda: b"")
    for wrong in ("", "[]", "{}", '{"schema":1,"digest":""}', written + " ", written * 2):
        with pytest.raises(InvalidRequest, match="manifest"):
            Manifest.read(wrong, lambda: b"")


def test_the_list_of_many_articles_is_a_file_of_its_own(
    filled: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "MAX_LISTED", 2)
    made = filled.manifest("*")
    listed = made.list_file()
    assert listed is not None
    assert listed == made.list_file()
    assert json.loads(made.to_json())["articles"].startswith("sha256:")
    assert again(made) == made
    with pytest.raises(InvalidRequest, match="not as it was made"):
        Manifest.read(made.to_json(), lambda: listed[:-1] + b"x")


def test_a_long_query_is_done_again_though_its_canonical_form_is_longer(filled: Archive) -> None:
    query = " OR ".join(["harbour", *(f"date:{n}h" for n in range(1, 400))])
    made = filled.manifest(query)
    assert len(made.read_as) > MAX_QUERY_LENGTH > len(query)
    assert not filled.replay(again(made)).now
    with pytest.raises(LimitExceeded):
        filled.search(made.read_as)


@pytest.mark.parametrize("spoilt", [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xff\xff", b"[]"])
def test_a_list_beside_a_manifest_that_is_missing_or_damaged_is_named(
    filled: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: bytes
) -> None:
    monkeypatch.setattr(manifests, "MAX_LISTED", 2)
    written = filled.manifest("*").to_json()
    beside = tmp_path / "strike.ids.gz"
    with pytest.raises(
        InvalidRequest, match=r"list of articles cannot be read: .*strike\.ids\.gz: No such file"
    ):
        Manifest.read(written, beside.read_bytes)
    with pytest.raises(InvalidRequest, match="not as it was made"):
        Manifest.read(written, lambda: spoilt)
    monkeypatch.setattr(Manifest, "list_file", lambda _: spoilt)
    with pytest.raises(InvalidRequest, match="manifest"):  # also where its digest is right
        Manifest.read(filled.manifest("*").to_json(), lambda: spoilt)


def test_a_manifest_of_another_archive_is_compared_by_content(filled: Archive, tmp_path: Path) -> None:
    made = filled.manifest("harbour")
    with open_archive(tmp_path / "other", create=True) as other:
        other.add(filled.scan("*"))
        other.add([Article(id="b", title="Harbour shut again", source="AP")])
        replayed = other.replay(made)
    assert replayed.then is None
    assert replayed.now.changed == ("b",)
    assert "another archive" in replayed.notes[0]


def test_a_page_and_counts_are_recorded(filled: Archive) -> None:
    then = filled.at(as_of=filled.state().revision)
    page = then.search("harbour", limit=1)
    told = json.loads(then.manifest("harbour", page=page, by="month").to_json())
    assert told["page"]["first"] == told["page"]["hits"] == 1
    assert told["counts"] == {"by": "month", "bins": [["2025-04", 1]]}


def test_the_drift_after_many_changes_is_exact(tmp_path: Path) -> None:
    chance = random.Random(20251124)
    with open_archive(tmp_path / "drifting", create=True) as archive:
        archive.add(Article(id=f"i{n}", title=f"Harbour {n % 7}") for n in range(60))
        before = {article.id: article.title for article in archive.scan("harbour")}
        made = archive.manifest("harbour")
        for _ in range(25):
            ids = [f"i{chance.randrange(80)}" for _ in range(4)]
            if chance.random() < 0.3:
                archive.delete(ids)
            else:
                words = [chance.choice(["Harbour", "Ferry"]) + f" {chance.randrange(3)}" for _ in ids]
                archive.add(Article(id=i, title=word) for i, word in zip(ids, words, strict=True))
        after = {article.id: article.title for article in archive.scan("harbour")}
        replayed = archive.replay(made)
    assert replayed.then is not None
    assert not replayed.then
    assert set(replayed.now.new) == after.keys() - before.keys()
    assert set(replayed.now.gone) == before.keys() - after.keys()
    assert set(replayed.now.changed) == {i for i in after.keys() & before.keys() if after[i] != before[i]}
    assert replayed.now
