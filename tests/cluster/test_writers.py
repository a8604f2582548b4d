"""Writers beside each other, and what they put in: ids, values, words, cancellings."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace

import pytest

from search.article import Article
from search.backends import maintained
from search.engine import Added, Engine, FacetRequest, SearchRequest
from search.language import Everything, Word
from tests.asking import ask
from tests.cluster.helping import ids, ids_of, notes_of, numbered, repeated, wait_for
from tests.conftest import ARTICLES
from tests.engines import open_engine

pytestmark = pytest.mark.cluster


def test_of_two_writers_of_one_id_the_highest_version_stays(location: str, engine: Engine) -> None:
    def version(number: int) -> Article:
        return Article(id="one", title=f"Version {number}", extra={"version": (str(number),)})

    with closing(open_engine(location)) as other:
        counts: list[Added] = []
        threads = [
            threading.Thread(target=lambda w=w, n=n: counts.append(w.add([version(n)])))
            for n in range(1, 13)
            for w in [(engine, other)[n % 2]]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ask(engine).get(["one"])["one"] == version(12)
    assert sum(each.added for each in counts) == 1
    assert sum(each.added + each.updated + each.older for each in counts) == 12


def test_writers_with_equal_articles_count_each_once(location: str, engine: Engine) -> None:
    with closing(open_engine(location)) as other:
        counts: list[Added] = []
        threads = [
            threading.Thread(target=lambda w=w: counts.append(w.add(numbered(0, 600))))
            for w in (engine, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ids(engine) == {f"n{n}" for n in range(600)}
    assert (sum(each.added for each in counts), sum(each.unchanged for each in counts)) == (600, 600)


def test_what_is_written_while_the_index_is_rebuilt_is_in_the_new_one(location: str, engine: Engine) -> None:
    engine.add(numbered(0, 400, body="before"))
    with closing(open_engine(location)) as writer, closing(open_engine(location)) as reader:

        def write(number: int) -> None:
            new = numbered(1_000 + 10 * number, 1_010 + 10 * number)
            assert writer.add(new).added == 10
            assert writer.add([Article(id="n7", title=f"Changed {number}", body="before")]).updated == 1
            writer.delete([f"n{8 + number}"])

        def read(_: int) -> None:
            assert ask(reader).search(SearchRequest(Word("n3", "id"))).total == 1
            total = ask(reader).search(SearchRequest(Word("before"), limit=0)).total
            assert total > 400 - 300

        with repeated(write) as written, repeated(read) as asked:
            for _ in range(3):
                wait_for(written, 2)
                engine.rebuild()
            wait_for(asked, 2)
    steps = len(written)
    expected = {f"n{n}" for n in range(400)} - {f"n{8 + number}" for number in range(steps)}
    expected |= {f"n{1_000 + n}" for n in range(10 * steps)}
    assert ids(engine) == expected
    assert ask(engine).get(["n7"])["n7"].title == f"Changed {steps - 1}"
    assert maintained(location).verify("deep").problems == ()


def test_words_with_signs_around_them_are_found_in_every_order(engine: Engine) -> None:
    engine.add([*ARTICLES, Article(id="p", title="Prices rise 10% in C++ quotes", language="en")])
    for word in ("10%", "C++", "@strike", "$10", "'strike'", "strike!"):
        request = SearchRequest(Word(word), limit=9)
        by_time = replace(request, sort="newest")
        assert (
            ask(engine).search(request).total
            == ask(engine).search(by_time).total
            == len(ids_of(engine, word))
            > 0
        )


def test_marks_are_of_all_articles_and_not_of_those_on_the_page(engine: Engine) -> None:
    engine.add([*ARTICLES, Article(id="form", title="They strikes", language="en")])
    (found,) = ask(engine).search(SearchRequest(Word("strike"), limit=1, highlight=True)).highlights
    assert {"strike", "striking", "strikes"} <= found.words[0]


def test_an_article_that_is_put_in_again_meanwhile_is_not_taken_back(engine: Engine) -> None:
    def version(number: int) -> Article:
        return Article(id="w", title="Wire", extra={"version": (str(number),)})

    with closing(open_engine(engine.location)) as other:
        engine.add([version(1)])
        notes_of(engine).cancel({"w": 2})  # its deletion is still to come
        assert other.add([version(3)]) == Added(added=1)  # takes version 1 back first
        assert engine.add([version(1)]) == Added(withdrawn=1)
        assert ids(engine) == {"w"}
        notes_of(engine).cancel({"w": 3})
        (problem,) = maintained(engine.location).verify("full").problems
        assert "cancelled" in problem
        assert engine.add([version(3)]) == Added(withdrawn=1)
        assert ids(engine) == set()


def test_what_a_wire_cancels_stays_out(engine: Engine) -> None:
    def version(number: int) -> Article:
        return Article(id="w", title="Wire", extra={"version": (str(number),)})

    engine.add([version(1), *ARTICLES])
    assert engine.withdraw({"w": 2, "a1": None, "never": None}) == 2
    assert engine.add([version(2), ARTICLES[0]]) == Added(withdrawn=2)
    assert engine.add([version(3)]) == Added(added=1)
    engine.rebuild()
    assert engine.add([ARTICLES[0]]) == Added(withdrawn=1)
    assert engine.delete(["a1"], forget=True) == 0
    assert engine.add([ARTICLES[0]]) == Added(added=1)


def test_ids_and_values_of_any_kind(engine: Engine) -> None:
    odd = ["é" * 400, "_all", "a b/c?d#e", "Ünïcode", "日本", "\\", '"', "*", "A", "a", "." * 500]
    articles = [
        Article(
            id=each, title="Odd", keywords=(each[:200], "x" * 500), url="https://e.example/" + "ü" * 40_000
        )
        for each in odd
    ]
    added = engine.add(articles)
    assert (added.added, added.unindexed) == (len(odd), ("url",))
    assert ids(engine) == set(odd)
    assert ids(engine, "url:none") == set()
    assert ids(engine, "url:https*") == set(odd)
    assert {i: a.id for i, a in ask(engine).get(odd).items()} == {each: each for each in odd}
    for each in odd:
        assert ask(engine).ids(Word(each, "id")) == [each]
        assert each in ask(engine).ids(Word(each[:200], "keyword"))
    assert engine.delete(odd) == len(odd)
    assert ids(engine) == set()


def test_more_values_than_one_answer_has_are_all_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from search.backends.opensearch import facets

    monkeypatch.setattr(facets, "VALUES", 7)
    engine.add([replace(each, keywords=(f"k{n % 30}", "all")) for n, each in enumerate(numbered(0, 90))])
    request = SearchRequest(Everything(), limit=0, facets=(FacetRequest("keyword", 3),))
    (facet,) = ask(engine).search(request).facets
    assert facet.distinct == 31
    assert [(each.value, each.count) for each in facet.values] == [("all", 90), ("k0", 3), ("k1", 3)]
