"""Each operation of the API answers as the library does, in the JSON of the commands."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urljoin

import fastjsonschema
import pytest

from search.present.json_schemas import schema_as_json
from search.present.schema import to_json
from search.query import Question, open_archive
from search.web.operations import API, OPERATIONS
from tests.web.conftest import ODD, Server, problem

EXAMPLES = {
    f"{API}/search": "?q=strike&facet=source:5&facet=date:month",
    f"{API}/count": "?q=strike&since=2025-02&until=2025-02",
    f"{API}/facets": "?q=strike&by=source&by=date:month&texts=1",
    f"{API}/timeline": "?q=strike&by=week&share=1&bursts=1&texts=1",
    f"{API}/kwic": "?q=strike&sort=right&width=20&limit=2",
    f"{API}/collocations": "?q=the&window=sentence",
    f"{API}/distinctive": "?q=strike&against=archive&min_texts=1&min_sources=0&with_query=1",
    f"{API}/articles/{{id}}": "",
    f"{API}/articles/{{id}}/similar": "?limit=2&since=2020",
    f"{API}/articles/{{id}}/background": "?limit=2",
    f"{API}/articles/{{id}}/copies": "",
    f"{API}/articles/{{id}}/history": "",
    f"{API}/articles/{{id}}/diff": "?by=sentences",
    f"{API}/articles/{{id}}/explain": "?q=strike",
    f"{API}/suggest": "?prefix=har",
    f"{API}/about": "",
}
IDS = {"diff": "a5"}


def example(path: str) -> str:
    """A request to this path which has an answer."""
    of_path = path.replace(f"{API}/article/", f"{API}/articles/{{id}}/")
    of_path = f"{API}/articles/{{id}}" if of_path == f"{API}/article" else of_path
    identity = IDS.get(path.rpartition("/")[2], "a1")
    if "{id}" in path or of_path == path:
        return path.replace("{id}", identity) + EXAMPLES[of_path]
    more = EXAMPLES[of_path].replace("?", "&")
    return f"{path}?id={identity}{more}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.path)
def test_each_operation_has_an_answer_of_its_schema(server: Server, operation: object) -> None:
    path, schema = operation.path, operation.schema  # type: ignore[attr-defined]  # an Operation
    response = server.get(example(path))
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    answer = json.loads(response.text)
    assert answer
    if schema == "count":
        assert answer == {"total": 1, "read_as": "strike AND date:2025-02-01Z..2025-02-28Z", "warnings": []}
    else:
        fastjsonschema.compile(json.loads(schema_as_json(schema)))(answer)


@pytest.mark.parametrize(
    ("parameters", "question", "options", "view"),
    [
        (
            "q=strike&facet=source&sort=newest&limit=1&since=2020&until=2030",
            Question("strike", since="2020", until="2030"),
            {"facets": ["source"], "sort": "newest", "limit": 1},
            {},
        ),
        ("q=strike&tz=Asia/Tokyo", Question("strike"), {}, {"zone": "Asia/Tokyo"}),
        ("q=fog&as_of=r1", Question("fog"), {}, {"as_of": "r1"}),
        ("q=*&collapse=1", Question("*"), {"collapse": True}, {}),
        ("q=dockers&expand=1", Question("dockers"), {"expand": True}, {}),
        ("q=strike&recency=30d&sort=relevance", Question("strike"), {"recency": "30d"}, {}),
        ("q=dockers+nothing&any=1", Question("dockers nothing", any_word=True), {}, {}),
        (
            "q=strike&f=source:herald&limit=0",
            Question("strike", filters=("source:herald",)),
            {"limit": 0},
            {},
        ),
    ],
)
def test_a_search_is_the_search_of_the_library(
    server: Server, parameters: str, question: Question, options: dict[str, Any], view: dict[str, Any]
) -> None:
    response = server.get(f"{API}/search?{parameters}")
    with open_archive(server.location) as archive:
        results = archive.at(**view).search(question, **{"limit": 10, **options})
    assert response.text == to_json(results)


@pytest.mark.parametrize(
    "path", ["search", "count", "facets?by=source&by=date:month", "timeline?by=day", "kwic"]
)
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("bank", "since=2025-03-01"),
        ("bank", "until=2025-03-01"),
        ("vesk date:2025-03", "tz=Asia/Tokyo"),
        ("noon", "as_of=r1"),
        ("bank", "f=keyword:rates"),
        ("bank storm", "any=1"),
    ],
)
def test_no_parameter_of_a_question_is_left_unread(
    server: Server, path: str, query: str, parameter: str
) -> None:
    plain = f"{API}/{path}{'&' if '?' in path else '?'}q={quote(query)}"
    with_it, without = server.get(f"{plain}&{parameter}"), server.get(plain)
    assert with_it.status_code == without.status_code == 200
    assert with_it.text != without.text


def test_filters_are_queries_of_which_an_article_matches_all(server: Server) -> None:
    def total(address: str) -> int:
        return int(server.get(f"{API}/count?{address}").json()["total"])

    assert total("q=strike") == 3
    assert total("q=strike&f=source:courier") == 1
    assert total("q=strike&f=-source:courier") == 2
    assert total("q=strike&f=source:courier&f=source:herald") == 0
    assert total("q=storm+OR+strike&f=-source:courier") == 3
    assert total("f=source:herald") == 4
    assert total("q=dockers+nothing&any=1") == 3


@pytest.mark.parametrize("part", ["strike) OR (storm", "(strike", "nofield:x", '"strike'])
def test_a_filter_that_cannot_be_read_alone_is_refused_at_its_own_place(server: Server, part: str) -> None:
    told = problem(server.get(f"{API}/count?q=storm&f={quote(part)}"))
    assert told["type"] == "/help/problems#query-syntax"
    assert told["query"] == part


def test_pages_follow_their_links(server: Server) -> None:
    address, found = f"{API}/search?q=*&limit=2&sort=oldest", list[str]()
    for _ in range(5):
        response = server.get(address)
        found += [hit["id"] for hit in response.json()["hits"]]
        following = response.links.get("next")
        if following is None:
            break
        address = urljoin(address, following["url"])
    assert len(found) == len(set(found)) == 7
    assert "next" not in response.links


def test_other_forms_are_linked_relative_to_the_address(server: Server) -> None:
    response = server.get(f"{API}/search?q=strike&f=source:herald")
    for value in response.headers["link"].split(", "):
        address = urljoin(f"{API}/search", value[1 : value.index(">")])
        linked = server.get(address)
        assert linked.status_code == 200, address
        assert f'type="{linked.headers["content-type"]}"' in value
    assert len(response.headers["link"].split(", ")) == 5


def test_a_long_query_is_posted_as_json(server: Server) -> None:
    words = " OR ".join(f"{'é' * 30}{number}" for number in range(200)) + " OR strike"
    asked = {"q": words, "limit": 1, "facet": ["source"]}
    assert problem(server.get(f"{API}/search?q={quote(words)}"))["type"] == "/help/problems#too-long"
    response = server.request("POST", f"{API}/search", json=asked)
    assert response.status_code == 200, response.text
    assert response.json()["total"] == 3
    again = server.request("POST", f"{API}/search", json={**asked, "after": response.json()["next"]})
    assert again.json()["first"] == 2


def test_an_id_of_any_letters_is_a_parameter(server: Server) -> None:
    identity = quote(ODD.id, safe="")
    assert server.get(f"{API}/article?id={identity}").json()["id"] == ODD.id
    assert server.get(f"{API}/article/copies?id={identity}").json()[0]["article"]["id"] == ODD.id


@pytest.mark.parametrize("part", ["", "/similar", "/background", "/copies", "/history", "/diff", "/explain"])
def test_an_id_that_is_not_there_is_not_found(server: Server, part: str) -> None:
    for address in (f"{API}/articles/nothing{part}", f"{API}/article{part}?id=nothing"):
        assert problem(server.get(address))["type"] == "/help/problems#no-article"


def test_dates_are_of_the_zone_that_is_asked_for(server: Server) -> None:
    assert server.get(f"{API}/count?q=date:2025-04-01").json()["total"] == 0
    assert server.get(f"{API}/count?q=date:2025-04-01&tz=Asia/Tokyo").json()["total"] == 1
    assert problem(server.get(f"{API}/count?tz=Nowhere"))["status"] == 400


def test_the_archive_is_asked_as_it_was(server: Server) -> None:
    assert server.get(f"{API}/search?q=fog&as_of=r1").json()["hits"][0]["title"] == "Fog"
    assert server.get(f"{API}/search?q=fog").json()["hits"][0]["title"] == "Fog lifts"


def test_the_archive_is_described_without_its_folder(server: Server) -> None:
    response = server.get(f"{API}/about")
    assert response.json()["articles"] == 7
    assert response.json()["location"] == ""
    assert server.location not in response.text


def test_an_answer_is_not_sent_again_while_it_stays_the_same(server: Server) -> None:
    address = f"{API}/search?q=strike&limit=3"
    first = server.get(address)
    tag = first.headers["etag"]
    again = server.get(address, If_None_Match=f'"other", {tag}')
    assert (again.status_code, again.text, again.headers["etag"]) == (304, "", tag)
    assert again.headers["link"] == first.headers["link"]
    assert server.get(f"{API}/search?q=strike&limit=2", If_None_Match=tag).status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "address",
    [
        "search?q=since:7d", "search?q=strike&recency=7d", "count?q=since:7d", "facets?q=date:today",
        "timeline?q=since:7d", "articles/a1/explain?q=since:7d", "articles/a1/similar?since=yesterday",
    ],
)  # fmt: skip
def test_an_answer_that_depends_on_now_has_no_tag(server: Server, address: str) -> None:
    response = server.get(f"{API}/{address}")
    assert response.status_code == 200, response.text
    assert "etag" not in response.headers


def test_an_answer_changes_its_tag_with_the_archive(server: Server) -> None:
    before = server.get(f"{API}/count?q=fog")
    with open_archive(server.location) as archive:
        archive.add([{"id": "a7", "title": "More fog"}])
        after = server.get(f"{API}/count?q=fog", If_None_Match=before.headers["etag"])
        archive.delete(["a7"])
    assert (after.status_code, after.json()["total"]) == (200, before.json()["total"] + 1)


def test_timelines_of_several_queries_have_one_length(server: Server) -> None:
    address = f"{API}/timeline?q=strike&q=storm&f=-fog&by=month&share=1"
    lines = json.loads(server.get(address).text)
    assert list(lines) == ["strike", "storm"]
    names = [[each["name"] for each in line["bins"]] for line in lines.values()]
    assert names[0] == names[1] != []
    with open_archive(server.location) as archive:
        found = archive.timelines({"strike": "strike -fog", "storm": "storm -fog"}, "month", share=True)
    counts = {label: [each.count for each in line.bins] for label, line in found.items()}
    told = {label: [each["count"] for each in line["bins"]] for label, line in lines.items()}
    assert told == counts
    fastjsonschema.compile(json.loads(schema_as_json("timelines")))(lines)
    too_many = "&".join(f"q={number}" for number in range(6))
    assert server.get(f"{API}/timeline?{too_many}").status_code == 400


def test_any_of_the_words_and_all_of_the_filters(server: Server) -> None:
    def total(query: str) -> int:
        return int(json.loads(server.get(f"{API}/count?{query}").text)["total"])

    assert total("q=strike+storm&any=1") > total("q=strike&any=1") > 0
    assert total("q=strike+zzz&any=1&f=source:herald") == total("q=strike&f=source:herald") > 0
    assert total("q=strike+storm&any=1&f=-strike") == total("q=storm+-strike")
    assert total("q=strike+storm&any=1&f=-strike&since=7d") == 0
    assert total("q=strike+since:2000+since:7d&any=1&f=-storm") == 0


@pytest.mark.parametrize(
    "query", ["storm or strike", "will the strike end?", "strike\\", "the strike", "strike AND"]
)
@pytest.mark.parametrize("part", ["*", "stor*", "storm adj5 strike", "fog w/5 storm", "-nothing"])
def test_a_filter_does_not_change_the_reading_of_the_query(server: Server, query: str, part: str) -> None:
    alone = server.get(f"{API}/count?q={quote(query)}")
    both = server.get(f"{API}/count?q={quote(query)}&f={quote(part)}")
    if alone.status_code == 400:
        assert both.text == alone.text
        return
    joined = server.get(f"{API}/count?q={quote(part)}&f={quote(alone.json()['read_as'])}")
    assert both.json()["total"] == joined.json()["total"] <= alone.json()["total"]
    assert both.json()["read_as"].startswith(alone.json()["read_as"])


def test_a_relative_date_in_a_filter_leaves_the_answer_without_a_tag(server: Server) -> None:
    assert "etag" in server.get(f"{API}/count?q=strike&f=since:2000").headers
    assert "etag" not in server.get(f"{API}/count?q=strike&f=since:7d").headers
    assert "etag" not in server.get(f"{API}/count?q=strike+since:7d&f=fog").headers


def test_the_words_of_matches_are_studied_as_the_library_does(server: Server) -> None:
    lines = json.loads(server.get(f"{API}/kwic?q=strike&as_of=r1&width=10").text)
    with open_archive(server.location) as archive:
        assert lines["total"] == archive.kwic("strike").total > 0
    assert all(len(row["left"]) <= 10 for row in lines["rows"])
    assert server.get(f"{API}/kwic?q=*").status_code == 400
    assert server.get(f"{API}/collocations?q=strike&window=101").status_code == 400
    assert json.loads(server.get(f"{API}/collocations?q=strike&window=3").text)["window"] == 3
