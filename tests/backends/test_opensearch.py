"""The parts of the engine on a cluster that need no cluster: addresses, documents, queries, decisions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import Article
from search.backends import open_engine
from search.backends.opensearch.client import Cluster
from search.backends.opensearch.decisions import Done, Stored, Wish, wishes_of
from search.backends.opensearch.documents import analyze, averages_of, document_of, scores_of, server_id
from search.backends.opensearch.lexicon import Lexicon
from search.backends.opensearch.location import read_location
from search.backends.opensearch.translate import Translator
from search.backends.opensearch.words import QueryWords
from search.errors import ArchiveFull, ArchiveReadOnly, InvalidRequest, LimitExceeded
from search.language import Fuzzy, Wildcard, parse_query
from search.text import Analyzer
from tests.conftest import day
from tests.reference import ReferenceEngine

GOLDEN = Path(__file__).parent.parent / "golden" / "opensearch-queries.json"


@pytest.mark.parametrize(
    ("written", "shown", "encrypted", "shards", "replicas"),
    [
        ("opensearch://localhost/news", "opensearch://localhost:9200/news", True, None, None),
        ("opensearch+http://a:1,b/x-1_y/", "opensearch+http://a:1,b:9200/x-1_y", False, None, None),
        ("opensearch://[::1]:92/n?shards=3&replicas=0", "opensearch://[::1]:92/n", True, 3, 0),
    ],
)
def test_an_address_names_hosts_and_an_archive(
    written: str, shown: str, encrypted: bool, shards: int | None, replicas: int | None
) -> None:
    read = read_location(written)
    assert (str(read), read.encrypted, read.shards, read.replicas) == (shown, encrypted, shards, replicas)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("opensearch://host", "names no archive"),
        ("opensearch://host/News", "lower-case"),
        ("opensearch://host/a/b", "names no archive"),
        ("opensearch://host/a.b", "names no archive"),
        ("opensearch:///news", "is not a host"),
        ("opensearch://host:99999/news", "is not a host"),
        ("opensearch://ho st/news", "is not a host"),
        ("opensearch://host/news?shards=0", "from 1 to"),
        ("opensearch://host/news?replicas=many", "from 0 to"),
        ("opensearch://host/news?color=red", "'color' is not an option"),
        ("opensearch://me:secret@host/news", "NEWS_OPENSEARCH_USER"),
        ("opensearch+http://[zz/news", "is not an address"),
        ("opensearch://host/news#x", "after #"),
        ("opensearch:/host/news", "is not the address of an archive"),
        ("http://host/news", "is not the address of an archive"),
    ],
)
def test_an_address_that_means_nothing_is_refused(written: str, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message) as raised:
        open_engine(written)
    assert "secret" not in str(raised.value)


def test_a_document_has_the_words_and_the_numbers_of_its_article() -> None:
    article = Article(
        id="x",
        title="The Café strikes",
        highlights=("one two", "three"),
        body="y" * 300 + " ends",
        published=day("2025-02-10T08:20"),
        authors=("José Díaz",),
        keywords=("Zürich", "zurich"),
        url="https://www.a.example.org/" + "u" * 33_000,
        extra={"desk": ("labour",), "left": ("out",)},
    )
    analyzed = analyze(article, Analyzer("english"))
    averages = averages_of([analyzed])
    document, unindexed = document_of(
        analyzed,
        seen=day("2025-02-11T00:00"),
        version=7,
        writer="me",
        default_language="english",
        averages=averages,
        extra_fields=["desk"],
    )
    assert averages == {"title": 3, "description": 1.0, "highlights": 3, "body": 1}
    assert unindexed == ("url",)
    assert document["text"] == {
        "title": ["the cafe strike"],
        "highlights": ["one two", "three"],
        "body": ["# end"],
    }
    assert document["form"] == {
        "title": ["the cafe strikes"],
        "highlights": ["one two", "three"],
        "body": ["# ends"],
    }
    assert document["lengths"] == {"title": 3, "description": 0, "highlights": 3, "body": 1}
    assert (document["words"], document["language"]) == (4, {"english": True})
    assert (document["published"], document["second"]) == (
        1_739_175_600_000_000,
        {"published": 1_739_175_600, "seen": 1_739_232_000},
    )
    value: Any = document["value"]
    assert {name: value[name] for name in ("keyword", "author", "desk", "url")} == {
        "keyword": ["zurich\x1fZürich"],
        "author": ["jose diaz\x1fJosé Díaz"],
        "desk": ["labour"],
        "url": [value["url"][0]],
    }
    assert value["url"][0].startswith("https://www.a.example.org/uuu")
    assert len(value["url"][0]) == 32_000  # of a longer value the beginning
    assert document["version"] == 7
    assert document["name_words"] == ["jose diaz"]
    tf = scores_of(analyzed, averages)
    assert tf["title"]["the"] == pytest.approx(2.0 * 2.0)  # weight, and twice as much for the first word
    assert tf["any"]["end"] == tf["body"]["end"] == pytest.approx(1 + 250 / 255, abs=0.01)
    score: Any = document["score"]
    assert score["title"].split()[0] == "the|4000"
    assert Article.restored(json.loads(str(document["article"]))) == article


@given(st.text(max_size=512))
def test_ids_of_the_server_are_short_and_distinct(identity: str) -> None:
    assert len(server_id(identity).encode(errors="surrogatepass")) <= 500
    assert server_id("é" * 400) != server_id("é" * 401)


class FakeLexicon(Lexicon):
    """A few words."""

    def __init__(self) -> None:
        self.pairs = [("strike", "strike"), ("strikes", "strike"), ("résumé", "resume")]
        self.pairs += [("resume", "resum"), ("resume", "resume"), ("bank", "bank"), ("of", "of")]

    def terms_of(self, forms: Iterable[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for form, term in self.pairs:
            if form in set(forms):
                found.setdefault(form, set()).add(term)
        return found

    def expanded(self, node: Wildcard | Fuzzy) -> list[tuple[str, str]]:  # noqa: ARG002 - whichever it is
        return [pair for pair in self.pairs if pair[0].startswith("str")]


def counted(queries: Mapping[str, object]) -> tuple[dict[str, int], int]:
    """Each query finds 10 of 100 articles."""
    return dict.fromkeys(queries, 10), 100


QUERIES = (
    "strike",
    "title:strike^2",
    "resume",
    '"bank of strike"~2',
    "bank NEAR/5 strike",
    'bank ADJ/3 ("of strike" OR strike)',
    "(bank OR strike) NEAR/2 of",
    "exact:strikes",
    "str*",
    '"str* bank"',
    "strike -bank date:2025-02",
    "source:Herald author:lund id:A1 keyword:cr* lang:en_GB words:3..9 author:none title:none",
    "lead:strike bank",
    "(bank NEAR/5 strike) NEAR/9 of",
    "atleast:2(strike) OR bank",
    "NOT strike!",
)


def translated(query: str) -> object:
    words = QueryWords(FakeLexicon(), Analyzer("english"), lambda: ["english"], counted)
    looked: list[object] = []

    def look_up(node: object, candidates: object) -> list[str]:
        looked.append({"node": str(node), "candidates": candidates})
        return ["a1", "a2"]

    made = Translator(words, look_up).scored(parse_query(query).tree)
    return json.loads(json.dumps({"query": made, "looked up": looked}))


def test_queries_are_translated_as_they_were() -> None:
    made = {query: translated(query) for query in QUERIES}
    if os.environ.get("NEWS_GOLDEN"):  # make it again, and read it
        rows = (
            f"{json.dumps(query)}: {json.dumps(each, ensure_ascii=False)}" for query, each in made.items()
        )
        GOLDEN.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    assert made == json.loads(GOLDEN.read_text())


@pytest.mark.parametrize(
    "query", ["is:copy", "is:original", "is:silent", "changed:2025", "copies:x", "changed:none"]
)
def test_parts_that_need_history_or_copies_are_refused_by_name(query: str) -> None:
    with pytest.raises(InvalidRequest, match="an archive on OpenSearch keeps no") as raised:
        translated(query)
    assert query.partition(":")[0] in str(raised.value)


_articles = st.builds(
    lambda name, title, version: Article(
        id=name, title=title, extra={"version": (version,)} if name == "a" else {}
    ),
    st.sampled_from("ab"),
    st.sampled_from(["one", "two"]),
    st.sampled_from("123"),
)


@given(
    st.lists(_articles, max_size=4), st.lists(_articles, min_size=1, max_size=6), st.booleans(), st.booleans()
)
def test_a_batch_is_counted_as_the_reference_counts_it(
    before: list[Article], batch: list[Article], cancelled: bool, lost: bool
) -> None:
    """Also where the first answer is lost, so that the articles are looked at again."""
    reference = ReferenceEngine()
    reference.add(before)
    if cancelled:
        reference.withdraw({"a": 2})
    stored = {
        article.id: Stored(n, 1, article.digest().hex(), article.version, 0, "me")
        for n, article in enumerate(reference.articles.values())
    }
    gone: dict[str, int | None] = {"a": 2} if cancelled else {}
    sent: dict[str, Wish] = {}
    done = Done()
    wishes = wishes_of(batch, stored, gone, done, sent, "me")
    if lost:
        sent |= wishes
        now = stored | {
            i: Stored(99, 1, wish.article.digest().hex(), wish.article.version, 0, "me")
            for i, wish in wishes.items()
        }
        done = Done()
        assert wishes_of([wish.article for wish in wishes.values()], now, gone, done, sent, "me") == {}
        first = Done()
        wishes_of(batch, stored, gone, first, {}, "me")
        for name in ("unchanged", "older", "withdrawn"):
            done.counts[name] += first.counts[name]
    else:
        for wish in wishes.values():
            done.count(wish)
    expected = reference.add(batch)
    counts = {name: done.counts[name] for name in ("added", "updated", "unchanged", "older", "withdrawn")}
    assert counts == {name: getattr(expected, name) for name in counts}
    for identity, wish in wishes.items():
        assert reference.articles[identity] == wish.article


@pytest.mark.parametrize(
    ("status", "kind", "reason", "expected"),
    [
        (403, "cluster_block_exception", "blocked by: [FORBIDDEN/5/index read-only (api)];", ArchiveReadOnly),
        (
            429,
            "cluster_block_exception",
            "[TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage …]",
            ArchiveFull,
        ),
        (400, "search_phase_execution_exception", "too_many_nested_clauses: maxClauseCount", LimitExceeded),
    ],
)
def test_errors_of_the_server_are_told_as_ours(
    status: int, kind: str, reason: str, expected: type[Exception]
) -> None:
    cluster = Cluster(read_location("opensearch://localhost/x"))
    assert isinstance(cluster.told(status, {"error": {"type": kind, "reason": reason}}), expected)
