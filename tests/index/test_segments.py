"""Segments of arrays: they hold what was put in, through merges and deletions, for us and for Whoosh."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from whoosh import index as whoosh_index
from whoosh.analysis import RegexTokenizer
from whoosh.fields import ID, KEYWORD, NUMERIC, STORED, TEXT, Schema
from whoosh.matching import ReadTooFar
from whoosh.query import And, AndNot, Every, Not, Or, Phrase, Prefix, Query, Term

from search.index.format.layout import MISSING, write_arrays
from search.index.format.manifest import read_manifest
from search.index.format.segment import Segment
from search.index.kernels import Array
from search.index.read.snapshot import Snapshot
from search.index.whoosh.contents import write_contents
from search.index.whoosh.fields import Positions, Terms, integer_column
from search.index.whoosh.segment import ArrayCodec, WhooshSegment
from search.index.write import merge
from search.index.write.invert import Documents, segment_arrays
from search.index.write.words import PieceWords, WordCollector
from search.index.write.writer import MAX_SMALL_SEGMENTS, MERGE_FACTOR, ArrayWriter, to_merge

SCHEMA = Schema(id=ID(unique=True), head=Positions(), body=Positions(), tag=Terms(), number=integer_column())
CONTENTS = partial(write_contents, SCHEMA)
STOCK = Schema(
    id=ID(unique=True, stored=True),
    head=TEXT(analyzer=RegexTokenizer(r"\S+")),
    body=TEXT(analyzer=RegexTokenizer(r"\S+")),
    tag=KEYWORD(commas=True),
)
VOCABULARY = ["a", "ab", "abc", "b", "ba", "c", "é", "ü", "東"]

Doc = tuple[str, str, list[str]]  # head, body, tags
_texts = st.lists(st.sampled_from(VOCABULARY), max_size=8).map(" ".join)
_docs = st.tuples(_texts, _texts, st.lists(st.sampled_from(["x", "y", "yz"]), unique=True, max_size=2))
_batches = st.lists(st.lists(_docs, min_size=1, max_size=5), min_size=1, max_size=11)

_terms: st.SearchStrategy[Query] = st.builds(
    Term, st.sampled_from(["head", "body"]), st.sampled_from(VOCABULARY)
) | st.builds(Term, st.just("tag"), st.sampled_from(["x", "y", "yz"]))
_queries: st.SearchStrategy[Query] = st.recursive(
    st.one_of(
        _terms,
        st.builds(
            lambda field, words, slop: Phrase(field, words, slop=slop),
            st.sampled_from(["head", "body"]),
            st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=3),
            st.integers(1, 2),
        ),
        st.builds(Prefix, st.sampled_from(["head", "body"]), st.sampled_from(["a", "b", "é"])),
        st.just(Every()),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(And),
        st.lists(inner, min_size=2, max_size=3).map(Or),
        st.builds(AndNot, inner, inner),
        inner.map(Not),
    ),
    max_leaves=5,
)


def split(texts: Sequence[str]) -> tuple[Array, Array]:
    """Texts of words of the vocabulary to their numbers there."""
    numbers = [VOCABULARY.index(word) for text in texts for word in text.split()]
    return np.array(numbers, np.int32), np.array([len(text.split()) for text in texts], np.int64)


def documents(docs: list[tuple[str, Doc]]) -> Documents:
    """The documents, each with its id, as the writer takes them; a word is its own form and term."""
    numbers = range(len(VOCABULARY))
    words = WordCollector(("head", "body"), 10, PieceWords([(n,) for n in numbers], numbers))
    for number, (_, (head, body, _)) in enumerate(docs):
        for field, text in (("head", head), ("body", body)):
            if text:
                words.add(*split([text]), [number], [("head", "body").index(field)])
    return Documents(
        count=len(docs),
        words=words.collected(VOCABULARY, numbers, VOCABULARY),
        values={
            "id": ([*range(len(docs))], [identity for identity, _ in docs]),
            "tag": (
                [number for number, (_, (_, _, tags)) in enumerate(docs) for _ in tags],
                [tag for _, (_, _, tags) in docs for tag in tags],
            ),
        },
        numbers={"number": list(range(len(docs)))},
    )


def put(writer: ArrayWriter, folder: Path, docs: list[tuple[str, Doc]]) -> None:
    """Write the documents to a segment of the next commit."""
    segment = Segment("x", len(docs))
    write_arrays(folder / segment.file, segment_arrays(documents(docs)))
    writer.segments.append(segment)


def build(folder: Path, batches: list[list[Doc]], gone: set[int]) -> None:
    """Our index in `folder`/ours and Whoosh's own in `folder`/stock, of the same documents."""
    for name in ("ours", "stock"):
        (folder / name).mkdir()
    ArrayWriter(folder / "ours", "x", CONTENTS, fresh=True).commit({})
    stock = whoosh_index.create_in(folder / "stock", STOCK, indexname="x")
    number = 0
    for batch in batches:
        named = [(f"d{number + n}", doc) for n, doc in enumerate(batch)]
        number += len(batch)
        writer = ArrayWriter(folder / "ours", "x", CONTENTS)
        put(writer, folder / "ours", named)
        writer.commit({})
        other = stock.writer()
        for identity, (head, body, tags) in named:
            other.add_document(id=identity, head=head, body=body, tag=",".join(tags))
        other.commit(merge=False)
    ids = {f"d{n}" for n in gone}
    writer = ArrayWriter(folder / "ours", "x", CONTENTS)
    view = Snapshot(folder / "ours", writer.segments)
    found = view.values("id").docs(lambda known: [n for n in range(len(known)) if known[n].decode() in ids])
    writer.delete(found.tolist())
    writer.commit({})
    other = stock.writer()
    for identity in ids:
        other.delete_by_term("id", identity)
    other.commit(merge=False)


def found(searcher: Any, query: Query) -> dict[str, float]:
    """The ids of what Whoosh finds, with its scores."""
    reader = searcher.reader()
    ids = {
        number: text.decode()
        for text in reader.lexicon("id")
        for number in reader.postings("id", text).all_ids()
    }
    hits = searcher.search(query, limit=None, optimize=False)
    # Whoosh gives some deleted documents back for a NOT, from its own index more than from ours.
    return {ids[hit.docnum]: hit.score for hit in hits if hit.docnum in ids}


def found_by_stock(searcher: Any, query: Query) -> dict[str, float] | None:
    """The same in Whoosh's own index; None where a matcher of it fails after its last document."""
    try:
        return found(searcher, query)
    except IndexError:
        return None


@settings(max_examples=15, phases=[Phase.generate])
@given(
    _batches.map(lambda batches: batches[:4]),
    st.sets(st.integers(0, 12), max_size=3),
    st.lists(_queries, min_size=3, max_size=8),
)
def test_whoosh_finds_the_same_as_in_its_own_index(
    batches: list[list[Doc]], gone: set[int], queries: list[Query]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder, batches, gone)
        ours = whoosh_index.open_dir(folder / "ours", indexname="x")
        stock = whoosh_index.open_dir(folder / "stock", indexname="x")
        with ours.searcher() as one, stock.searcher() as other:
            assert one.doc_count() == other.doc_count()
            answers = [(query, found_by_stock(other, query)) for query in queries]
            for query, theirs in answers:
                assert theirs is None or set(found(one, query)) == set(theirs), query
            if not gone and len(batches) < MERGE_FACTOR:  # else Whoosh's df counts what we dropped
                for query, theirs in answers:
                    assert theirs is None or found(one, query) == pytest.approx(theirs, rel=1e-5), query


def test_whoosh_may_ask_a_matcher_for_its_document_after_the_last(tmp_path: Path) -> None:
    docs: list[Doc] = [("a", "a", ["y"]), ("a", "a", []), ("c", "a", []), ("a", "é", [])]
    build(tmp_path, [docs], set())
    query = And([AndNot(Term("tag", "y"), Term("body", "é")), Term("head", "c")])
    for name in ("ours", "stock"):
        with whoosh_index.open_dir(tmp_path / name, indexname="x").searcher() as searcher:
            assert found(searcher, query) == {}


def test_whoosh_s_writer_adds_deletes_and_merges_what_ours_finds(tmp_path: Path) -> None:
    ours = ArrayWriter(tmp_path, "x", CONTENTS, fresh=True)
    put(ours, tmp_path, [("d0", ("ab c", "ab b a", ["x"])), ("d1", ("", "a", ["y"]))])
    ours.commit({})
    index = whoosh_index.open_dir(tmp_path, indexname="x")
    writer = index.writer(codec=ArrayCodec())
    writer.add_document(id="d2", head="a a", body=["ab", "c"], tag=["x"], number=7)
    writer.add_document(id="d3", body="c")
    writer.commit(merge=False)
    index.delete_by_term("id", "d1")
    writer = index.writer(codec=ArrayCodec())
    assert (writer.delete_by_term("id", "d1"), writer.delete_by_term("id", "d3")) == (0, 1)
    writer.commit(merge=False)
    for merged in (False, True):
        writer = index.writer(codec=ArrayCodec())
        writer.add_document(id=f"m{merged}", head="a")
        writer.commit(optimize=merged)
        with index.refresh().searcher() as searcher:
            wanted = {"d2", "mFalse", "mTrue"} if merged else {"d2", "mFalse"}
            assert set(found(searcher, Term("head", "a"))) == wanted
            assert set(found(searcher, Phrase("body", ["ab", "c"]))) == {"d2"}
            assert set(found(searcher, Prefix("body", "b"))) == {"d0"}
    view = Snapshot(tmp_path, [segment.ours for segment in index.refresh()._segments()])
    assert view.segment_count == 1
    ids = view.values("id").texts(np.arange(view.size, dtype=np.int32))
    assert ids == ["mTrue", "d0", "d2", "mFalse"]
    assert view.numbers("number").tolist() == [MISSING, 0, 7, MISSING]
    assert view.lengths("head").tolist() == [1, 2, 2, 1]


def test_whoosh_sorts_by_our_columns(tmp_path: Path) -> None:
    ArrayWriter(tmp_path, "x", CONTENTS, fresh=True).commit({})
    for number in (5, None, 3, 4):
        writer = whoosh_index.open_dir(tmp_path, indexname="x").writer(codec=ArrayCodec())
        writer.add_document(id=f"d{number}", body="a", number=number)
        writer.commit(merge=False)
    with whoosh_index.open_dir(tmp_path, indexname="x").searcher() as searcher:
        reader = searcher.reader()
        for reverse in (False, True):
            hits = searcher.search(Term("body", "a"), sortedby="number", reverse=reverse, limit=None)
            numbers = [
                reader.column_reader("number", SCHEMA["number"].column_type)[hit.docnum] for hit in hits
            ]
            assert numbers == sorted(numbers, reverse=reverse)
        grouped = searcher.search(Every(), groupedby="id").groups("id")
        assert {name: len(docs) for name, docs in grouped.items()} == dict.fromkeys(
            ("d5", "dNone", "d3", "d4"), 1
        )


def test_whoosh_s_writer_is_told_what_there_is_no_room_for(tmp_path: Path) -> None:
    for number, (field, value) in enumerate(
        [(STORED(), "tin"), (TEXT(stored=True), "tin"), (TEXT(field_boost=2.0), "tin"), (NUMERIC(), 7)]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        index = whoosh_index.create_in(folder, Schema(field=field), indexname="x")
        with pytest.raises(ValueError, match="field"), index.writer(codec=ArrayCodec()) as writer:
            writer.add_document(field=value)


def walked(reader: Any, field: str, term: str) -> list[tuple[float, list[int]]]:
    """(weight, positions) of each posting."""
    matcher = reader.postings(field, term)
    seen = []
    while matcher.is_active():
        seen.append((matcher.weight(), matcher.value_as("positions")))
        matcher.next()
    return seen


@settings(max_examples=40)
@given(st.lists(_docs, min_size=1, max_size=12), st.integers(0, 14))
def test_matchers_walk_skip_and_read_as_whoosh_s_own(docs: list[Doc], target: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder, [docs], set())
        ours = whoosh_index.open_dir(folder / "ours", indexname="x").reader()
        stock = whoosh_index.open_dir(folder / "stock", indexname="x").reader()
        for field in ("head", "body"):
            assert [t.decode() for t in ours.lexicon(field)] == [t.decode() for t in stock.lexicon(field)]
            assert ours.field_length(field) == stock.field_length(field)
            for number in range(len(docs)):
                assert ours.doc_field_length(number, field, 0) == (
                    stock.doc_field_length(number, field, 0) or 0
                )
            for term in (text.decode() for text in stock.lexicon(field)):
                assert walked(ours, field, term) == walked(stock, field, term)
                mine, theirs = ours.postings(field, term), stock.postings(field, term)
                assert list(mine.all_ids()) == list(theirs.all_ids())
                assert ours.doc_frequency(field, term) == stock.doc_frequency(field, term)
                assert ours.frequency(field, term) == stock.frequency(field, term)
                mine, theirs = ours.postings(field, term), stock.postings(field, term)
                mine.skip_to(target)
                theirs.skip_to(target)
                assert mine.is_active() == theirs.is_active()
                if mine.is_active():
                    assert mine.id() == theirs.id()
                    assert mine.copy().id() == mine.id()
                else:
                    with pytest.raises(ReadTooFar):
                        mine.next()
        assert list(ours.column_reader("number")) == list(range(len(docs)))
        ours.close()
        stock.close()


@settings(max_examples=60)
@given(_batches, st.sets(st.integers(0, 40), max_size=12))
def test_merging_loses_and_invents_nothing(batches: list[list[Doc]], gone: set[int]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "MAX_RUN_POSTINGS", 10)  # words, so that there are several runs of terms
        folder = Path(name)
        build(folder, batches, gone)
        view = Snapshot(folder / "ours", list(read_manifest(folder / "ours", "x").segments))
        flat = [doc for batch in batches for doc in batch]
        kept = {f"d{n}": doc for n, doc in enumerate(flat) if n not in gone}
        assert view.count == len(kept)
        live = np.arange(view.size, dtype=np.int32)
        live = live if view.live is None else live[view.live]
        ids = view.values("id").texts(live)
        assert sorted(ids) == sorted(kept)
        for field, part in (("head", 0), ("body", 1)):
            lengths = view.lengths(field)[live].tolist()
            assert lengths == [len(str(kept[identity][part]).split()) for identity in ids]
            for term in VOCABULARY:
                places = view.places(field, term)
                seen = [(int(place >> 32), int(place & 0xFFFFFFFF)) for place in places]
                wanted = [
                    (doc, position)
                    for doc, identity in zip(live.tolist(), ids, strict=True)
                    for position, word in enumerate(str(kept[identity][part]).split())
                    if word == term
                ]
                assert seen == wanted
                postings = view.postings(term).only(field)
                assert postings.docs.tolist() == sorted({doc for doc, _ in wanted})
        assert view.values("tag").counts(live, view.scratch) == {
            tag: count
            for tag in ("x", "y", "yz")
            if (count := sum(tag in tags for _, _, tags in kept.values()))
        }


def test_the_columns_of_an_index_without_segments_have_their_types(tmp_path: Path) -> None:
    empty = Snapshot(tmp_path, [])
    assert empty.numbers("number").dtype == np.int64
    assert empty.lengths("body").dtype == np.int32


def test_small_commits_never_rewrite_a_large_segment() -> None:
    large = Segment("x", 100_000)
    small = [Segment("x", 10) for _ in range(MAX_SMALL_SEGMENTS + 1)]
    assert to_merge([large, *small[1:]]) == []
    assert to_merge([large, *small]) == small


def test_segments_of_about_one_size_become_one() -> None:
    large = Segment("x", 1_000_000)
    middle = [Segment("x", 10_000) for _ in range(MERGE_FACTOR)]
    assert to_merge([large, *middle[1:]]) == []
    assert to_merge([large, *middle]) == middle


def test_a_mostly_deleted_segment_is_written_anew() -> None:
    segment = Segment("x", 10)
    segment.delete(range(5))
    assert to_merge([segment]) == []
    segment.delete([7])
    assert to_merge([segment]) == [segment]


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=300))
def test_segments_stay_few_however_large_the_commits(sizes: list[int]) -> None:
    segments: list[Segment] = []
    for size in sizes:
        segments.append(Segment("x", size))
        while group := to_merge(segments):
            merged = Segment("x", sum(segment.count for segment in group))
            segments = [segment for segment in segments if segment not in group]
            segments.append(merged)
    assert len(segments) <= MERGE_FACTOR * 9


def test_deleting_and_undeleting() -> None:
    segment = WhooshSegment("x", 5)
    segment.delete_document(3)
    segment.delete_document(1)
    assert segment.deleted_docs() == [1, 3]
    assert [segment.is_deleted(n) for n in range(5)] == [False, True, False, True, False]
    segment.delete_document(3, delete=False)
    assert (segment.deleted_docs(), segment.doc_count()) == ([1], 4)
