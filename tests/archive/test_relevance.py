"""What helps a search along, in the library and on the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from search.archive.question import Question
from search.article import Article
from search.cli import main
from search.engine import neighbours
from search.errors import InvalidRequest, QuerySyntaxError
from search.language import parse_loosely, parse_query
from search.query import Archive, Proximity, Ranking
from tests.conftest import ARTICLES, day

NOW = datetime(2025, 6, 1, tzinfo=UTC)
Run = Callable[..., tuple[int, str, str]]


def ids(archive: Archive, query: str | Question, **options: Any) -> list[str]:
    return [hit.article.id for hit in archive.search(query, **options).hits]


# --- sentences as queries -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("harbour strike", "harbour OR strike"),
        ("Harbour harbour's HARBOUR", "Harbour OR harbour's"),
        ("harbour -strike", "harbour AND NOT strike"),
        ("harbour NOT strike", "harbour AND NOT strike"),
        ("The mayor was NOT in the harbour", "mayor OR harbour"),
        ("#ISIS beheads a hostage in the harbour", "ISIS OR beheads OR hostage OR harbour"),
        ("Is this the end of harbour strikes?", "end OR harbour OR strikes"),
        ("harb?", "harb?"),
        ("harbour strikes?", "harbour OR strikes"),
        ("Report: harbour (closed", "Report OR harbour OR closed"),
        ("MEN AND WOMEN OF THE HARBOUR STRIKE", "MEN OR WOMEN OR HARBOUR OR STRIKE"),
        ('"harbour strike" dockers', '"harbour strike" OR dockers'),
    ],
)
def test_text_is_read_with_any_of_its_words(text: str, read_as: str) -> None:
    stop_words = {"the", "was", "in", "a", "is", "this", "of", "not", "and"}
    assert str(parse_loosely(text, zone=UTC, now=NOW, stop_words=stop_words)) == read_as


def test_a_note_says_where_text_is_read_word_by_word(archive: Archive) -> None:
    results = archive.search(Question("Report: dockers (again", any_word=True))
    assert results.total
    assert any("word by word" in warning and "never closed" in warning for warning in results.warnings)
    with pytest.raises(QuerySyntaxError):
        archive.search("Report: dockers (again")
    with pytest.raises(QuerySyntaxError):
        archive.search(Question("(!", any_word=True))


# --- ranking --------------------------------------------------------------------------------------


def test_expansion_ranks_by_what_the_first_articles_have_in_common(
    archive: Archive,
) -> None:
    archive.add(
        [
            Article(id="x1", title="Ferry", body="The ferry left late. The crane fell on the quay."),
            Article(id="x2", title="Ferry", body="The ferry left late. The crane fell on the quay again."),
            Article(id="y", title="Ferry", body="A ferry."),
            Article(id="z", title="Crane", body="The crane fell on the quay."),
        ]
    )
    plain, expanded = archive.search("ferry"), archive.search("ferry", expand=True)
    assert plain.expanded_with == ()
    assert {"crane", "quay"} <= set(expanded.expanded_with)
    assert expanded.total == plain.total == 3
    before, after = ({hit.article.id: hit.score for hit in found.hits} for found in (plain, expanded))
    assert after["x1"] / before["x1"] > after["y"] / before["y"] > 1
    assert archive.search("source:nobody", expand=True).expanded_with == ()


def test_an_article_with_the_words_far_apart_came_before_one_that_has_the_name(archive: Archive) -> None:
    texts = {
        "apart": "First the mayor spoke. First of all, first, he thanked the lady. A lady laughed.",
        "name": f"The crane on the quay. {'It fell. ' * 8}The first lady came.",
        "turned": "The lady came first, and the crane fell on the quay.",
    }
    archive.add(Article(id=name, title="A visit", body=text) for name, text in texts.items())
    off = Ranking(proximity=None)
    assert ids(archive, "first lady", ranking=off)[0] == "apart"
    assert ids(archive, "first lady")[0] == "name"
    assert ids(archive, "body:first body:lady")[0] == "name"
    assert ids(archive, Question("first lady", any_word=True))[0] == "name"
    assert ids(archive, "title:first body:lady") == ids(archive, "title:first body:lady", ranking=off)
    assert set(ids(archive, "first lady")) == set(ids(archive, "first lady", ranking=off))
    narrow = Ranking(proximity=Proximity(window=1))
    assert ids(archive, "first lady", ranking=narrow) == ids(archive, "first lady", ranking=off)


def test_explain_shows_which_words_are_near_each_other(archive: Archive) -> None:
    archive.add([Article(id="gap", title="Lady", body="They saw the first grand old lady of the harbour.")])
    (hit,) = archive.search("first lady").hits
    explained = archive.explain("gap", "first lady")
    assert explained.value == pytest.approx(hit.score, rel=1e-6)
    added = explained.parts[-1]
    assert added.text.startswith("proximity:")
    score, share, nearness = added.parts
    assert (share.value, [part.text.partition(":")[0] for part in nearness.parts]) == (2, ["first lady"])
    assert nearness.value == pytest.approx(1 / 3)
    assert added.value == pytest.approx(score.value * share.value * nearness.value)
    assert len(archive.explain("gap", "lady first").parts) == 2


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("first lady", ["first lady"]),
        ("u.s. first lady since:2020", ["u.s. first", "first lady"]),
        ("naval-base strike", ["naval base", "base strike"]),
        ("(harbour OR port) strike", ["harbour port"]),
        ("title:first title:lady", ["title:first title:lady"]),
        ("first title:lady", []),
        ("first NOT lady", []),
        ("first^2 lady", []),
        ("keyword:first keyword:lady", []),
        ('"first lady"', []),
        ("a b c d e f g h i", []),
    ],
)
def test_the_pairs_of_a_query_are_its_words_side_by_side(query: str, pairs: list[str]) -> None:
    assert [str(pair) for pair in neighbours(parse_query(query).tree, Proximity())] == pairs


def test_recency_ranks_newer_articles_higher_and_none_from_the_future(archive: Archive) -> None:
    same = [
        Article(id=name, title="Ferry", body="A ferry.", published=published)
        for name, published in [
            ("old", NOW - timedelta(days=300)),
            ("new", NOW - timedelta(days=1)),
            ("future", NOW + timedelta(days=900)),
        ]
    ]
    archive.add([*same, Article(id="undated", title="Ferry ferry", body="A ferry.")])
    assert ids(archive, "ferry")[0] == "undated"
    found = archive.at(now=NOW).search("ferry", recency="7d").hits
    assert found[0].article.id == "new"
    scores = {hit.article.id: hit.score for hit in found}
    assert scores["future"] == pytest.approx(scores["new"] / (1 + 0.5 ** (1 / 7)))
    a_bit_earlier = archive.at(now=NOW - timedelta(minutes=40)).search("ferry", recency="7d").hits
    assert [hit.score for hit in a_bit_earlier] == [hit.score for hit in found], "as on the next page"
    for options in ({"recency": "7d"}, {"expand": True}):
        with pytest.raises(InvalidRequest, match="relevance"):
            ids(archive, "ferry", sort="newest", **options)
    for bad in ("soon", "0d", "-1d", timedelta()):
        with pytest.raises(InvalidRequest, match="age"):
            archive.search("ferry", recency=bad)


# --- articles like one ----------------------------------------------------------------------------


def test_similar_articles_are_others_with_its_words(archive: Archive) -> None:
    archive.add([Article(id="like", title="Dockers strike at the harbour", body="The strike goes on.")])
    found = archive.similar("a1")
    assert "like" in [hit.article.id for hit in found.hits[:2]]
    assert "a1" not in [hit.article.id for hit in found.hits]
    assert found.hits[0].snippet is not None
    assert archive.similar(ARTICLES[0]).hits == found.hits
    assert archive.similar(Article(title="Zzyzx")).total == 0
    with pytest.raises(InvalidRequest, match="no article has the id"):
        archive.similar("nobody")


def test_background_is_older_and_has_no_copies(archive: Archive) -> None:
    body = "The crane at the quay was built in 1961 and has been out of use for nine years, said the port."
    given = Article(id="given", title="Crane falls", body=f"It fell. {body}", published=NOW)
    older = Article(id="older", title="A crane out of use", body=body, published=day("2025-01-01"))
    copies = [
        replace(older, id="copy", published=day("2024-12-30")),
        replace(given, id="same", published=day("2025-05-30")),
    ]
    other = Article(
        id="other",
        title="Crane inspected",
        body="The crane of the port was inspected.",
        published=day("2024-01-01"),
    )
    newer = replace(
        other, id="newer", body="The crane of the port was scrapped.", published=day("2025-07-01")
    )
    archive.add([given, older, *copies, other, newer])
    found = [hit.article.id for hit in archive.background("given").hits]
    assert "other" in found
    assert not {"given", "same", "newer"} & set(found)
    assert len({"older", "copy"} & set(found)) <= 1
    with pytest.raises(InvalidRequest, match="no time"):
        archive.background(Article(title="Tide"))


# --- other spellings ------------------------------------------------------------------------------


def test_another_spelling_is_offered_and_not_searched_for(archive: Archive) -> None:
    results = archive.search('dokcers "harbor strike" -xyzzyx')
    assert (results.total, results.did_you_mean) == (0, 'dockers "harbour strike" -xyzzyx')
    assert archive.search("dockers").did_you_mean is None
    assert archive.search("qqqqqqqqq").did_you_mean is None


def test_suggestions_complete_or_correct(archive: Archive) -> None:
    assert archive.suggest("docke")[0].word == "dockers"
    assert archive.suggest("dokcer")[0].word.startswith("docker")
    assert archive.suggest("zzzzzz") == ()
    assert len(archive.suggest("s", limit=2)) == 2


# --- the command line -----------------------------------------------------------------------------


@pytest.fixture
def run(archive: Archive, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("NEWS_ARCHIVE", archive.stats().location)

    def run(*arguments: str, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        return int(str(ended.value.code)), captured.out, captured.err

    return run


def test_explain_adds_up_to_the_score_that_search_shows(run: Run) -> None:
    _, shown, _ = run("search", "strike^2 dock*", "--format", "json", "--limit", "1")
    (hit,) = json.loads(shown)["hits"]
    code, out, _ = run("explain", hit["id"], "strike^2 dock*", "--format", "json")
    explained = json.loads(out)
    assert code == 0
    assert explained["value"] == pytest.approx(hit["score"], abs=1e-4)
    assert sum(term["value"] for term in explained["parts"]) == pytest.approx(explained["value"])
    boost, idf, saturated = explained["parts"][0]["parts"]
    assert (boost["value"], explained["parts"][0]["text"]) == (2, "strike")
    (tf,) = saturated["parts"]
    assert sum(field["value"] for field in tf["parts"]) == pytest.approx(tf["value"])
    assert saturated["value"] == pytest.approx(tf["value"] * 2.8 / (1.8 + tf["value"]))
    product = boost["value"] * idf["value"] * saturated["value"]
    assert product == pytest.approx(explained["parts"][0]["value"])
    text = run("explain", hit["id"], "strike^2 dock*")[1]
    assert "2.0000  boost" in text
    assert "words by the average" in text
    assert run("explain", "a3", "strike")[0] == 1
    assert run("explain", "nobody", "strike")[0] == 2


def test_explain_counted_the_words_of_an_alternative_that_does_not_match(run: Run) -> None:
    query = "(strike nosuchword) OR dock*"
    hit = json.loads(run("search", query, "--format", "json", "--limit", "1")[1])["hits"][0]
    explained = json.loads(run("explain", hit["id"], query, "--format", "json")[1])
    assert [term["text"] for term in explained["parts"]] == ["dock*"]
    assert explained["value"] == pytest.approx(hit["score"], abs=1e-4)


def test_the_commands_that_go_on_from_an_article(run: Run) -> None:
    assert "a2" in run("similar", "a1", "--format", "ids")[1].split()
    draft = "Dockers strike\n\nThe dockers of Port Alder strike.\n"
    assert run("similar", "-", "--format", "ids", given=draft)[1].split()[0] == "a1"
    assert run("similar", "-")[0] == 2
    assert run("background", "nobody")[0] == 2
    assert run("suggest", "docke") == (0, "dockers\t2\n", "")
    assert json.loads(run("suggest", "docke", "--format", "json")[1]) == [{"word": "dockers", "articles": 2}]
    assert run("suggest", "zzzzzz")[0] == 1


def test_search_shows_the_words_it_ranked_by_and_offers_another_spelling(run: Run) -> None:
    assert "ranked also by: " in run("search", "strike", "--expand")[1]
    code, out, err = run("search", "dokcers")
    assert (code, out) == (1, "")
    assert "did you mean: dockers" in err
    assert json.loads(run("search", "dokcers", "--format", "json")[1])["did_you_mean"] == "dockers"
    assert run("search", "strike", "--recency", "soon")[0] == 2
