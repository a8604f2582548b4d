"""What every engine must do, in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.archive.feedback import characteristic_words
from search.article import Article
from search.dates import read_zone
from search.engine import Added, Engine, Explanation, FacetRequest, SearchRequest
from search.language import parse_query, sought_words
from search.query import Archive
from search.text import Analyzer
from tests.asking import ask
from tests.clusters import articles_on
from tests.conftest import ARTICLES, day
from tests.engines import open_engine
from tests.reference import ReferenceEngine

Make = Callable[[], Engine]


@pytest.fixture(params=["embedded", "reference", pytest.param("opensearch", marks=pytest.mark.cluster)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "opensearch":
        with articles_on(request.getfixturevalue("cluster")) as made:
            yield made
        return
    made = ReferenceEngine()
    if request.param == "embedded":
        made = open_engine(tmp_path / "archive", create=True)
    made.add(ARTICLES)
    yield made
    made.close()


def ids(engine: Engine, query: str) -> set[str]:
    """The ids of all matches."""
    return set(ask(engine).ids(parse_query(query, extra_fields=("places", "desk")).tree))


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
    assert ask(engine).get(["a1"]).get("a1") == changed


def test_of_one_id_twice_in_a_batch_the_last_stays(engine: Engine) -> None:
    first, last = Article(id="twice", title="First"), Article(id="twice", title="Last")
    assert engine.add([first, last]) == Added(added=1, updated=1)
    assert ask(engine).get(["twice"]).get("twice") == last
    assert ids(engine, "first") == set()
    assert ids(engine, "id:twice") == {"twice"}


def test_deletes(engine: Engine) -> None:
    assert engine.delete(["a1", "a1", "nobody"]) == 1
    assert ask(engine).get(["a1"]).get("a1") is None
    assert ids(engine, "strike") == {"a2"}
    assert engine.add([ARTICLES[0]]) == Added(added=1)
    assert ids(engine, "strike") == {"a1", "a2"}


def test_an_older_version_never_replaces_a_newer_one(engine: Engine) -> None:
    def version(number: str) -> Article:
        return Article(id="v", title=f"Version {number}", extra={"version": (number,)})

    assert engine.add([version("2")]) == Added(added=1)
    assert engine.add([version("1")]) == Added(older=1)
    assert engine.add([version("10"), version("9")]) == Added(updated=1, older=1)
    assert ask(engine).get(["v"]).get("v") == version("10")
    assert ids(engine, "title:version") == {"v"}
    for other in ("unnumbered", "10"):
        assert engine.add([version(other)]).older == 0


def test_gives_what_it_was_given(engine: Engine) -> None:
    assert list(ask(engine).scan(parse_query("*").tree)) == list(ARTICLES)
    assert ask(engine).get(["nobody"]).get("nobody") is None


def test_counts_facets_over_all_matches(engine: Engine) -> None:
    request = SearchRequest(
        parse_query("*").tree, limit=0, facets=(FacetRequest("source"), FacetRequest("places", 1))
    )
    source, places = ask(engine).search(request).facets
    assert [(v.value, v.count) for v in source.values] == [("Herald", 3), ("Agence Côte", 1)]
    assert (source.distinct, source.missing) == (2, 0)
    assert [(v.value, v.count) for v in places.values] == [("port-alder", 2)]
    assert (places.distinct, places.missing) == (2, 2)


def test_counts_days_in_the_zone_asked_for(engine: Engine) -> None:
    line = Archive(engine, read_zone("Europe/Berlin")).timeline("*", "month")
    assert [(part.name, part.count) for part in line.bins] == [("2025-02", 1), ("2025-03", 1), ("2025-04", 1)]
    assert line.undated == 1
    assert line.bins[2].start == day("2025-03-31T22:00")


def test_scores_words_in_the_title_higher(engine: Engine) -> None:
    hits = ask(engine).search(SearchRequest(parse_query("strike").tree)).hits
    assert [hit.article.id for hit in hits] == ["a1", "a2"]
    assert hits[0].score > hits[1].score > 0


def scores(engine: Engine, query: str) -> dict[str, float]:
    """Each match with its score."""
    hits = ask(engine).search(SearchRequest(parse_query(query).tree, limit=500)).hits
    return {hit.article.id: hit.score for hit in hits}


def test_a_word_counts_more_the_nearer_to_the_beginning_it_first_is(engine: Engine) -> None:
    filler = ["filler"] * 80
    engine.add(
        [
            Article(id=f"at{at}", title="x", body=" ".join([*filler[:at], "zebra crossing", *filler[at:]]))
            for at in (0, 5, 20, 60)
        ]
    )
    for query in ("zebra", "zeb*", '"zebra crossing"', "zebra NEAR/2 crossing", "zebar~", "body:zebra"):
        assert [*scores(engine, query)] == ["at0", "at5", "at20", "at60"], query
    explained = [ask(engine).explain(parse_query("zebra").tree, each) for each in ("at0", "at60")]
    if isinstance(engine, ReferenceEngine):
        return
    early = [value_at(each, "zebra", "saturated", "tf", "body", "earliness") for each in explained]
    assert early == pytest.approx([2, 1 + 50 / 110], abs=0.005)


def value_at(explained: Explanation | None, *path: str) -> float:
    """The number to which these names lead, each that of a part."""
    assert explained is not None
    for name in path:
        (explained,) = (part for part in explained.parts if part.text.partition(":")[0] == name)
    return explained.value


def test_a_phrase_of_common_words_is_found_as_two_words_side_by_side(tmp_path: Path) -> None:
    pairs = "fast running and " * 250
    engine = open_engine(tmp_path / "archive", create=True)
    engine.add(
        [
            Article(id=f"n{n}", title="x", body="so " * (n % 40) + pairs, language="de" if n % 3 else "en")
            for n in range(300)
        ]
    )
    found, expected = scores(engine, '"fast running"'), scores(engine, "fast ADJ/1 running")
    engine.close()
    assert len(found) == 300
    assert len(set(found.values())) > 30
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_boost_multiplies_the_score(engine: Engine) -> None:
    (plain,) = ask(engine).search(SearchRequest(parse_query("storm").tree)).hits
    (boosted,) = ask(engine).search(SearchRequest(parse_query("storm^3").tree)).hits
    assert boosted.score == pytest.approx(3 * plain.score)


def test_a_boosted_or_within_an_or_multiplied_what_stood_before_it(engine: Engine) -> None:
    expected = scores(engine, "strike OR bank^2 OR rate^2")
    assert scores(engine, "(bank OR rate)^2 OR strike") == pytest.approx(expected)
    assert scores(engine, "strike OR (bank OR rate)^2") == pytest.approx(expected)


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
        "floods": {"a3", "en"},
        "flooded": {"a3", "en", "xx"},  # no stemmer for Klingon: its words are found as they are
        "street inundaciones^2": set(),
        "street OR inundacion": {"en", "es"},
    }.items():
        assert ids(engine, query) == found, query


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("stirke", [("strike", 2)]),
        ("harbor", [("harbour", 1)]),
        ("STORMM", [("storm", 1)]),
        ("xq", []),
        ("nothinglikeit", []),
    ],
)
def test_a_misspelt_word_has_these_corrections(
    engine: Engine, word: str, found: list[tuple[str, int]]
) -> None:
    assert [(each.word, each.articles) for each in ask(engine).vocabulary(near=word, count=1)] == found


def test_completions_are_the_commonest_forms_of_the_most_frequent_words(engine: Engine) -> None:
    assert [each.word for each in ask(engine).vocabulary(prefix="stri", count=5)] == ["strike"]
    found = ask(engine).vocabulary(prefix="s", count=3)
    assert [each.articles for each in found] == sorted((each.articles for each in found), reverse=True)
    assert len(found) == 3
    assert ask(engine).vocabulary(prefix="zzz", count=5) == ()


def test_words_that_no_article_has_are_unknown(engine: Engine) -> None:
    query = parse_query('strikings gtoe -nowhere title:"bank zork" (flod OR harbour) keyword:odd').tree
    found = ask(engine).document_frequencies(sought_words(query))
    assert found == {"strikings": 2, "gtoe": 0, "bank": 2, "zork": 0, "flod": 0, "harbour": 1}


def test_an_article_is_told_apart_by_rare_words_it_has_often(engine: Engine) -> None:
    analyzer = Analyzer("english")
    found = characteristic_words(ask(engine), [(ARTICLES[0], 1.0)], 5, analyzer)
    assert len(found) == 5
    assert sum(word.weight for word in found) == pytest.approx(1)
    assert {"the", "of"}.isdisjoint(word.word for word in found)
    assert characteristic_words(ask(engine), [], 5, analyzer) == ()


def test_an_explanation_says_whether_an_article_matches(engine: Engine) -> None:
    strike = parse_query("strike").tree
    assert ask(engine).explain(strike, "nobody") is None
    found, not_found = ask(engine).explain(strike, "a1"), ask(engine).explain(strike, "a3")
    assert found is not None
    assert not_found is not None
    assert (found.matches, not_found.matches, not_found.value) == (True, False, 0.0)
    scores = {hit.article.id: hit.score for hit in ask(engine).search(SearchRequest(strike)).hits}
    assert found.value == pytest.approx(scores["a1"], rel=1e-5)


def test_a_cancelling_of_more_versions_stays(engine: Engine) -> None:
    def version(number: int) -> Article:
        return Article(id="w", title="Wire", extra={"version": (str(number),)})

    assert engine.withdraw({"w": 5}) == 0
    assert engine.withdraw({"w": 2}) == 0
    assert engine.add([version(3)]) == Added(withdrawn=1)
    assert engine.add([version(6)]) == Added(added=1)
    assert engine.withdraw({"w": None}) == 1
    assert engine.withdraw({"w": 7}) == 0
    assert engine.add([version(9)]) == Added(withdrawn=1)


def test_a_deletion_tells_how_many_articles_were_there(engine: Engine) -> None:
    assert engine.delete(["a1", "a2", "nobody", "a1"]) == 2
    assert engine.delete(["a1", "a2"]) == 0
    assert engine.withdraw({"a3": None, "nobody": None}) == 1
