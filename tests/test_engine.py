"""What every engine must do, in a table, and what the embedded one must do beside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from search.article import Article
from search.codec.manifest import MANIFEST, read_manifest, write_manifest
from search.dates import read_zone
from search.engine import Added, Engine, FacetRequest, SearchRequest
from search.engines import open_engine
from search.engines.embedded.store import Store
from search.errors import (
    ArchiveExists,
    ArchiveLocked,
    ArchiveNotFound,
    IndexUnusable,
    InvalidRequest,
    LimitExceeded,
)
from search.language import parse_query
from tests.conftest import ARTICLES, day
from tests.reference import ReferenceEngine

Make = Callable[[], Engine]


@pytest.fixture(params=["embedded", "reference"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    made: Engine = ReferenceEngine()
    if request.param == "embedded":
        made = open_engine(tmp_path / "archive", create=True)
    made.add(ARTICLES)
    yield made
    made.close()


def ids(engine: Engine, query: str) -> set[str]:
    """The ids of all matches."""
    return set(engine.ids(parse_query(query, extra_fields=("places", "desk")).tree))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("strike", "a1 a2"),  # striking, too
        ("STRIKES", "a1 a2"),
        ("strike -rate", "a1"),
        ("harbour OR storm", "a1 a3"),
        ("bank marenne", "a1 a2"),
        ("NOT strike", "a3 a4"),
        ("*", "a1 a2 a3 a4"),
        ('"bank of the centre"', "a2"),
        ('"bank the centre"', ""),
        ('"bank of marenne"', "a1 a2"),
        ('"bank centre"~2', "a2"),
        ('"bank centre"~1', ""),
        ("bank NEAR/3 centre", "a2"),
        ("centre NEAR/3 bank", "a2"),
        ("centre ADJ/3 bank", ""),
        ("bank ADJ/3 (centre OR nowhere)", "a2"),
        ('"thursday 1,340"', ""),  # no phrase reaches from one highlight into the next
        ("dock*", "a1 a2"),
        ("d?ckers", "a1 a2"),
        ("*board*", ""),
        ("dokcers~", "a1 a2"),
        ("dokrs~", ""),
        ("dokers~2", "a1 a2"),
        ("title:strike", "a1"),
        ("description:dawn", "a1"),
        ("highlights:talks", "a1"),
        ("body:strike", "a1 a2"),
        ("cafe", "a3"),
        ("CAFÉ", "a3"),
        ("agua", "a3"),
        ("naval-base", "a3"),
        ('"naval base"', "a3"),
        ("US", "a3"),
        ("u.s.", "a3"),
        ("1340", "a1"),
        ("1,340", "a1"),
        ("keyword:strike", "a1"),
        ("keyword:HARBOUR", "a1"),
        ("keyword:crude", ""),  # a value matches whole
        ('keyword:"crude oil"', "a2"),
        ("keyword:crude*", "a2"),
        ("author:lund", "a1 a2"),  # an author by a word of the name
        ('author:"bo lund"', "a1 a2"),
        ('author:"lund"', ""),
        ("author:none", "a3 a4"),
        ("author:*", "a1 a2"),
        ("source:HERALD", "a1 a2 a4"),
        ("source:(herald OR times)", "a1 a2 a4"),
        ('source:"agence cote"', "a3"),
        ("site:herald.example", "a1"),
        ("site:news.herald.example", "a1"),
        ("site:example", ""),
        ("url:*herald*", "a1"),
        ("lang:en", "a1 a3"),
        ("id:a2", "a2"),
        ("id:A2", ""),
        ("places:port-alder", "a1 a2"),
        ("places:port-alder places:vesk", "a2"),
        ("desk:none", "a2 a3 a4"),
        ("date:2025", "a1 a2 a3"),
        ("date:2025-03", "a2 a3"),
        ("date:2025-03-08", "a2"),
        ("date:2025-02-10..2025-03-08", "a1 a2"),
        ("since:2025-03-08", "a2 a3"),
        ("after:2025-03-08", "a3"),
        ("until:2025-03-08", "a1 a2"),
        ("before:2025-03-08", "a1"),
        ("date:none", "a4"),
        ("highlights:none", "a2 a3 a4"),
        ("nowhere", ""),
    ],
)
def test_finds(engine: Engine, query: str, found: str) -> None:
    assert ids(engine, query) == set(found.split())


def test_adds_updates_and_leaves_unchanged(engine: Engine) -> None:
    changed = replace(ARTICLES[0], title="Harbour quiet")
    new = Article(id="a5", title="Fresh")
    assert engine.add([changed, ARTICLES[1], new]) == Added(added=1, updated=1, unchanged=1)
    assert ids(engine, "title:quiet") == {"a1"}
    assert ids(engine, "title:strike") == set()
    assert engine.get("a1") == changed


def test_of_one_id_twice_in_a_batch_the_last_stays(engine: Engine) -> None:
    first, last = Article(id="twice", title="First"), Article(id="twice", title="Last")
    assert engine.add([first, last]) == Added(added=1, updated=1)
    assert engine.get("twice") == last
    assert ids(engine, "first") == set()
    assert ids(engine, "id:twice") == {"twice"}


def test_deletes(engine: Engine) -> None:
    assert engine.delete(["a1", "a1", "nobody"]) == 1
    assert engine.get("a1") is None
    assert ids(engine, "strike") == {"a2"}
    assert engine.add([ARTICLES[0]]) == Added(added=1)
    assert ids(engine, "strike") == {"a1", "a2"}


def test_an_older_version_never_replaces_a_newer_one(engine: Engine) -> None:
    def version(number: str) -> Article:
        return Article(id="v", title=f"Version {number}", extra={"version": (number,)})

    assert engine.add([version("2")]) == Added(added=1)
    assert engine.add([version("1")]) == Added(older=1)
    assert engine.add([version("10"), version("9")]) == Added(updated=1, older=1)
    assert engine.get("v") == version("10")
    assert ids(engine, "title:version") == {"v"}
    for other in ("unnumbered", "10"):
        assert engine.add([version(other)]).older == 0


def test_gives_what_it_was_given(engine: Engine) -> None:
    assert list(engine.scan(parse_query("*").tree)) == list(ARTICLES)
    assert engine.get("nobody") is None


def test_counts_facets_over_all_matches(engine: Engine) -> None:
    request = SearchRequest(
        parse_query("*").tree, limit=0, facets=(FacetRequest("source"), FacetRequest("places", 1))
    )
    source, places = engine.search(request).facets
    assert [(v.value, v.count) for v in source.values] == [("Herald", 3), ("Agence Côte", 1)]
    assert (source.distinct, source.missing) == (2, 0)
    assert [(v.value, v.count) for v in places.values] == [("port-alder", 2)]
    assert (places.distinct, places.missing) == (2, 2)


def test_counts_days_in_the_zone_asked_for(engine: Engine) -> None:
    line = engine.timeline(parse_query("*").tree, "month", read_zone("Europe/Berlin"))
    assert [(part.name, part.count) for part in line.bins] == [("2025-02", 1), ("2025-03", 1), ("2025-04", 1)]
    assert line.undated == 1
    assert line.bins[2].start == day("2025-03-31T22:00")


def test_scores_words_in_the_title_higher(engine: Engine) -> None:
    hits = engine.search(SearchRequest(parse_query("strike").tree)).hits
    assert [hit.article.id for hit in hits] == ["a1", "a2"]
    assert hits[0].score > hits[1].score > 0


def test_a_boost_multiplies_the_score(engine: Engine) -> None:
    (plain,) = engine.search(SearchRequest(parse_query("storm").tree)).hits
    (boosted,) = engine.search(SearchRequest(parse_query("storm^3").tree)).hits
    assert boosted.score == pytest.approx(3 * plain.score)


# --- the embedded engine ----------------------------------------------------------------------------


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """Where an archive of the four articles is, closed."""
    engine = open_engine(tmp_path / "archive", create=True)
    engine.add(ARTICLES)
    engine.close()
    return tmp_path / "archive"


def test_reading_never_makes_an_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFound, match="news index"):
        open_engine(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_does_not_take_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "articles.db").write_bytes(b"")
    with pytest.raises(ArchiveExists):
        open_engine(tmp_path, create=True)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveExists):
        open_engine(tmp_path / "file", create=True)
    (tmp_path / "other" / "index").mkdir(parents=True)
    with pytest.raises(ArchiveExists):
        open_engine(tmp_path / "other", create=True)


def test_another_engine_sees_what_was_added(location: Path) -> None:
    reader, writer = open_engine(location), open_engine(location)
    assert ids(reader, "fresh") == set()
    writer.add([Article(id="a5", title="Fresh")])
    assert ids(reader, "fresh") == {"a5"}


def test_only_one_writes_at_a_time(location: Path) -> None:
    from search.engines.embedded.lock import writing

    engine = open_engine(location)
    with writing(location), pytest.raises(ArchiveLocked) as caught:
        engine.add([Article(title="Late")])
    assert caught.value.pid
    assert "UTC" in str(caught.value)
    assert engine.add([Article(title="Late")]) == Added(added=1)


def test_a_writer_waits_for_another_as_long_as_it_is_told_to(location: Path) -> None:
    held, waiting = Event(), Event()

    def holding() -> Iterator[Article]:
        held.set()
        assert waiting.wait(30)
        yield Article(id="first", title="First")

    one, other = open_engine(location), open_engine(location, wait=30)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(one.add, holding())
        assert held.wait(30)
        second = pool.submit(other.add, [Article(id="second", title="Second")])
        with pytest.raises(ArchiveLocked):
            open_engine(location).add([Article(title="Late")])
        waiting.set()
        assert first.result() == second.result() == Added(added=1)
    assert {"first", "second"} <= ids(open_engine(location), "*")
    one.close()
    other.close()


def test_writing_nothing_new_writes_nothing(location: Path) -> None:
    engine = open_engine(location)
    before = {path: path.stat().st_mtime_ns for path in (location / "index").iterdir()}
    assert engine.add(ARTICLES) == Added(unchanged=4)
    assert {path: path.stat().st_mtime_ns for path in (location / "index").iterdir()} == before
    assert engine.stats().revision == 1


def stored_behind_the_index(location: Path) -> None:
    """What a crash between the store's commit and the index's leaves."""
    store = Store(location)
    with store.changing() as changes:
        changes.put([Article(id="a5", title="Stored only"), replace(ARTICLES[0], title="Changed")])
    with store.changing() as changes:
        changes.delete(["a2"])
    store.close()


def test_says_that_the_index_is_behind_and_mends_it_with_the_next_write(location: Path) -> None:
    stored_behind_the_index(location)
    engine = open_engine(location)
    results = engine.search(SearchRequest(parse_query("storm").tree))
    assert results.total == 1
    assert "news rebuild" in results.warnings[0]
    engine.add([Article(id="a6", title="Next")])
    assert ids(engine, "*") == {"a1", "a3", "a4", "a5", "a6"}
    assert ids(engine, "title:changed OR title:stored") == {"a1", "a5"}
    assert engine.search(SearchRequest(parse_query("*").tree)).warnings == ()


def test_rebuild_brings_the_index_up_to_date(location: Path) -> None:
    stored_behind_the_index(location)
    engine = open_engine(location)
    steps: list[tuple[int, int]] = []
    engine.rebuild(lambda done, total: steps.append((done, total)))
    assert ids(engine, "*") == {"a1", "a3", "a4", "a5"}
    assert steps[-1] == (4, 4)
    assert engine.warnings() == ()


def remove(index: Path) -> None:
    shutil.rmtree(index)


def noted(index: Path, **changes: object) -> None:
    """Let the newest commit say something else of itself."""
    manifest = read_manifest(index, "articles")
    write_manifest(index, replace(manifest, note={**manifest.note, **changes}))


def damage_the_manifest(index: Path) -> None:
    (index / MANIFEST).write_text("{")


def age_the_manifest(index: Path) -> None:
    noted(index, format=0)


def flip_a_byte(index: Path) -> None:
    segment = next(index.glob("*.arrays"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 3] ^= 1
    segment.write_bytes(content)


def cut_a_segment(index: Path) -> None:
    segment = next(index.glob("*.arrays"))
    os.truncate(segment, segment.stat().st_size - 1)


def remove_a_segment(index: Path) -> None:
    next(index.glob("*.arrays")).unlink()


@pytest.mark.parametrize(
    "harm", [remove, damage_the_manifest, age_the_manifest, flip_a_byte, cut_a_segment, remove_a_segment]
)
def test_an_index_of_no_use_is_an_error_that_rebuild_mends(
    location: Path, harm: Callable[[Path], None]
) -> None:
    harm(location / "index")
    engine = open_engine(location)
    with pytest.raises(IndexUnusable, match="news rebuild"):
        engine.search(SearchRequest(parse_query("strike").tree))
    engine.rebuild(lambda *_: None)
    assert ids(engine, "strike") == {"a1", "a2"}


def test_a_write_makes_an_index_of_another_analyzer_anew(location: Path) -> None:
    noted(location / "index", analyzer="0/english/nltk-0")
    engine = open_engine(location)
    engine.add([Article(id="a5", title="Fresh")])
    assert "nltk-0" not in engine.stats().analyzer
    assert ids(engine, "*") == {"a1", "a2", "a3", "a4", "a5"}


def test_threads_get_the_same_answers(location: Path) -> None:
    engine = open_engine(location)
    queries = ["strike", '"bank of marenne"', "date:2025-03", "dock*"] * 25
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda query: frozenset(ids(engine, query)), queries))
    assert answers[:4] == [frozenset(ids(engine, query)) for query in queries[:4]]
    assert set(zip(queries, answers, strict=True)) == set(zip(queries[:4], answers[:4], strict=True))


def test_reading_goes_on_while_another_engine_commits_and_merges(location: Path) -> None:
    writer = open_engine(location)

    def write() -> None:
        for number in range(40):
            writer.add([Article(id=f"n{number}", title=f"Notice {number}")])

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write)
        totals = []
        while not writing.done():
            reader = open_engine(location)
            totals.append(reader.search(SearchRequest(parse_query("notice OR storm").tree)).total)
            reader.close()
        writing.result()
    assert totals == sorted(totals)
    assert reader_total(location) == 41


def reader_total(location: Path) -> int:
    """What an engine that is opened now finds of the notices and the storm."""
    return open_engine(location).search(SearchRequest(parse_query("notice OR storm").tree)).total


def test_many_batches_stay_few_segments(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    for number in range(20):
        engine.add([Article(id=f"n{number}", title=f"Notice {number}")])
    assert engine.stats().segments <= 8
    assert engine.search(SearchRequest(parse_query("notice").tree)).total == 20


def test_optimizing_makes_one_segment_without_what_was_deleted(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    for number in range(5):
        engine.add([Article(id=f"n{number}", title=f"Notice {number}")])
    engine.delete(["n3"])
    before = engine.search(SearchRequest(parse_query("notice -2").tree))
    engine.optimize()
    assert engine.stats().segments == 1
    assert engine.search(SearchRequest(parse_query("notice -2").tree)) == before
    generation = {path.name for path in (tmp_path / "archive" / "index").iterdir()}
    assert len([name for name in generation if name.endswith(".arrays")]) == 1


def test_an_archive_keeps_its_language(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True, language="spanish")
    engine.add([Article(id="es", title="Las inundaciones", body="Canción del río")])
    engine.close()
    engine = open_engine(tmp_path / "archive", language="english")
    assert engine.settings().language == "spanish"
    for query in ("inundación", "inundacion", "cancion", "canciones", "CANCIÓN"):
        assert ids(engine, query) == {"es"}, query


def test_each_article_is_stemmed_in_its_own_language(engine: Engine) -> None:
    engine.add(
        [
            Article(id="es", title="Las inundaciones", body="Las calles.", language="es-ES"),
            Article(id="de", title="Die Häuser der Küste", language="de"),
            Article(id="en", title="Flooding in the streets", language="en"),
            Article(id="xx", title="Flooded houses", language="tlh"),
        ]
    )
    for query, found in {
        "inundación": {"es"},  # a form that the archive does not have
        "haus": {"de"},
        "häuser": {"de"},
        "küsten": {"de"},
        "floods": {"a3", "en", "xx"},
        "street inundaciones^2": set(),
        "street OR inundacion": {"en", "es"},
    }.items():
        assert ids(engine, query) == found, query


def test_refuses_to_count_by_what_cannot_be_counted(location: Path) -> None:
    engine = open_engine(location)
    for field in ("body", "nonsense", "url"):
        with pytest.raises(InvalidRequest, match="keyword"):
            engine.search(SearchRequest(parse_query("*").tree, facets=(FacetRequest(field),)))


def test_refuses_a_timeline_of_too_many_bins(location: Path) -> None:
    engine = open_engine(location)
    engine.add(
        [Article(title="Old", published=day("1901-01-01")), Article(title="Far", published=day("2190-01-01"))]
    )
    assert len(engine.timeline(parse_query("*").tree, "year", read_zone("UTC")).bins) == 290
    with pytest.raises(LimitExceeded, match="longer interval"):
        engine.timeline(parse_query("*").tree, "day", read_zone("UTC"))
