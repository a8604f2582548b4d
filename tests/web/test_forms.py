"""The forms of a search and of an export: each is what its own readers expect."""

from __future__ import annotations

import csv
import json
from xml.etree import ElementTree as ET

import pytest
import rispy

from search.web.address import article_address
from search.web.forms import disposition
from tests.conftest import ARTICLES
from tests.web.conftest import ODD, Server, problem

ATOM = "{http://www.w3.org/2005/Atom}"


def test_json_is_the_answer_of_the_api(server: Server) -> None:
    assert server.get("/search.json?q=strike").text == server.get("/api/v1/search?q=strike").text


def test_csv_is_a_table_of_the_page(server: Server) -> None:
    response = server.get("/search.csv?q=strike&limit=2")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    name = "attachment; filename=\"news.csv\"; filename*=UTF-8''news%20strike.csv"
    assert response.headers["content-disposition"] == name
    rows = list(csv.DictReader(response.text.splitlines()))
    assert len(rows) == 2
    assert rows[0]["title"] == "Harbour strike begins in Port Alder"
    assert "next" in response.links


@pytest.mark.parametrize("form", ["search", "export"])
def test_csv_begins_with_a_byte_order_mark_where_one_is_asked_for(server: Server, form: str) -> None:
    plain, marked = (server.get(f"/{form}.csv?q=strike{own}") for own in ("", "&bom=1"))
    assert marked.content == b"\xef\xbb\xbf" + plain.content
    assert marked.headers.get("etag", "1") != plain.headers.get("etag", "2")
    assert problem(server.get(f"/{form}.jsonl?q=strike&bom=1"))["detail"] == "bom is for csv"
    for link in marked.headers.get("link", "").split(", "):
        assert "bom" not in link or 'rel="next"' in link


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Zürich -fog", "; filename*=UTF-8''news%20Z%C3%BCrich%20fog.csv"),
        ('a/../b"; x%0D%0AY: "', "; filename*=UTF-8''news%20a%20b%20x%200D%200AY.csv"),
        ("*", ""),
    ],
)
def test_a_file_has_the_words_of_the_query_in_its_name(query: str, name: str) -> None:
    assert disposition("csv", query) == f'attachment; filename="news.csv"{name}'


def test_json_lines_are_hits_and_then_the_facets(server: Server) -> None:
    response = server.get("/search.jsonl?q=strike&facet=source")
    assert response.headers["content-type"] == "application/x-ndjson"
    *hits, page = map(json.loads, response.text.splitlines())
    assert len(hits) == page["total"] == 3
    assert page["facets"]["source"]["distinct"] == 2


def test_ris_is_read_by_another_program(server: Server) -> None:
    response = server.get("/search.ris?q=strike")
    assert response.headers["content-type"] == "application/x-research-info-systems"
    references = rispy.loads(response.text)
    assert {each["type_of_reference"] for each in references} == {"NEWS"}
    assert len(references) == 3


def test_atom_has_the_articles_that_came_last(server: Server) -> None:
    response = server.get("/search.atom?q=fog+OR+strike&limit=2")
    assert response.headers["content-type"] == "application/atom+xml"
    root = ET.fromstring(response.text)
    assert root.findtext(f"{ATOM}title") == "news: fog OR strike"
    entries = root.findall(f"{ATOM}entry")
    seen = [
        hit["seen"] for hit in server.get("/search.json?q=fog+OR+strike&sort=seen&limit=2").json()["hits"]
    ]
    assert [entry.findtext(f"{ATOM}updated") for entry in entries] == seen
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    assert server.get("/search.atom?q=fog+OR+strike&limit=2").text == response.text


def test_json_feed_has_the_same_entries(server: Server) -> None:
    response = server.get("/search.feed.json?q=strike&f=source:herald")
    assert response.headers["content-type"] == "application/feed+json"
    feed = json.loads(response.text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "news: strike source:herald"
    assert len(feed["items"]) == 2
    assert all(isinstance(item["id"], str) for item in feed["items"])


@pytest.mark.parametrize("form", ["csv", "ris", "atom", "feed.json"])
def test_facets_are_refused_where_there_is_no_room_for_them(server: Server, form: str) -> None:
    assert problem(server.get(f"/search.{form}?q=strike&facet=source"))["status"] == 400


def test_a_feed_has_one_order(server: Server) -> None:
    assert problem(server.get("/search.atom?q=strike&sort=oldest"))["status"] == 400
    assert server.get("/search.atom?q=strike&sort=seen").status_code == 200


def test_an_empty_page_is_a_whole_one(server: Server) -> None:
    for form in ("csv", "jsonl", "ris", "atom", "feed.json"):
        assert server.get(f"/search.{form}?q=zzz").status_code == 200
    assert ET.fromstring(server.get("/search.atom?q=zzz").text).findall(f"{ATOM}entry") == []
    assert server.get("/search.csv?q=zzz").text.startswith("id,published,")


def test_an_export_has_every_match_oldest_first(server: Server) -> None:
    response = server.get("/export.csv?q=strike&columns=id,title")
    assert response.headers["content-disposition"].endswith("filename*=UTF-8''news%20strike.csv")
    rows = list(csv.reader(response.text.splitlines()))
    assert rows[0] == ["id", "title"]
    assert [row[0] for row in rows[1:]] == ["a1", "a2", "a6"]


def test_an_export_in_json_lines_has_the_values_exactly(server: Server) -> None:
    rows = [json.loads(line) for line in server.get("/export.jsonl?q=id:a1").text.splitlines()]
    assert rows[0]["keywords"] == ["strike", "Harbour"]
    assert server.get("/export.jsonl?q=zzz").text == ""


def test_an_export_of_references_has_columns_of_its_own(server: Server) -> None:
    assert len(rispy.loads(server.get("/export.ris?q=*").text)) == 7
    assert problem(server.get("/export.ris?q=*&columns=id"))["status"] == 400


def test_an_export_is_of_one_state_of_the_archive(server: Server) -> None:
    response = server.get("/export.csv?q=fog&columns=title&as_of=r1")
    assert response.text.splitlines() == ["title", "Fog"]


def test_an_export_that_cannot_begin_is_a_problem(server: Server) -> None:
    assert problem(server.get("/export.csv?q=nofield:x"))["type"] == "/help/problems#query-syntax"
    assert problem(server.get("/export.csv?q=*&columns=nothing"))["status"] == 400
    assert problem(server.get("/export.csv?q=*&limit=3"))["status"] == 400


def test_a_feed_leads_to_its_next_page_and_to_the_page_for_people(server: Server) -> None:
    base = "http://localhost:8707"
    address, found = f"{base}/search.atom?q=strike&f=-fog&limit=1", []
    while address:
        root = ET.fromstring(server.get(address).text)
        assert root.findtext("{http://a9.com/-/spec/opensearch/1.1/}totalResults") == "3"
        links = {each.attrib["rel"]: each.attrib["href"] for each in root.findall(f"{ATOM}link")}
        assert links["self"] == address
        assert links["alternate"] == f"{base}/search?q=strike&f=-fog"
        found += [each.text for each in root.findall(f"{ATOM}entry/{ATOM}id")]
        address = links.get("next", "")
    assert len(set(found)) == len(found) == 3
    feed = json.loads(server.get("/search.feed.json?q=strike&limit=1&f=-fog").text)
    assert feed["feed_url"] == f"{base}/search.feed.json?q=strike&f=-fog&limit=1"
    assert feed["_news"] == {"total": 3}
    following = json.loads(server.get(feed["next_url"]).text)
    assert following["items"][0]["id"] == found[1]


def test_an_article_without_an_address_of_its_own_is_opened_on_its_page_from_a_feed(server: Server) -> None:
    for host in ("localhost:8707", "archive.example"):
        feed = json.loads(server.get("/search.feed.json?q=odd+OR+strike", Host=host).text)
        urls = {each["title"]: each["url"] for each in feed["items"]}
        assert urls["Odd id"] == f"http://{host}{article_address(ODD.id)}"
        assert urls[ARTICLES[0].title] == f"http://{host}/article/a6"  # the copy, which has no address either
    assert server.get(urls["Odd id"].partition("archive.example")[2]).status_code == 200
