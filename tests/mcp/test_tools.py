"""The answers of the five tools, the resources and the prompts, over the sample articles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from search.article import Article
from search.query import open_archive
from tests.mcp.conftest import ask, with_client

if TYPE_CHECKING:
    from mcp import Client

ODD_IDS = [
    "ABC-1",
    "https://ex.org/A?b=1#../Ä%2F",
    "../../etc",
    'say "hi"\\',
    "a\u200bb",
    "x\U000e0041",
    "a\u200cb",
]


def test_a_search_has_the_exact_total_and_a_page_of_hits(sample: Path) -> None:
    first = ask(sample, "news_search", query="harbour strike", limit=4, facets=["date:year"])
    with open_archive(sample) as archive:
        expected = archive.search("harbour strike", limit=11)
    assert (first.facts["total"], first.facts["read_as"]) == (11, "harbour AND strike")
    assert first.facts["facets"] == {
        "date:year": {"distinct": 1, "left_out": 0, "missing": 0, "untrusted": [["2025", 11]]}
    }
    second = ask(sample, "news_search", query="harbour strike", limit=25, after=first.facts["next"])
    assert [hit["id"] for hit in first.hits + second.hits] == [hit.id for hit in expected]
    assert second.facts["first"] == 5
    assert "next" not in second.facts
    assert first.hits[0]["title"] == expected[0].title
    assert expected[0].snippet is not None
    assert first.hits[0]["snippet"] == expected[0].snippet.text


def test_ten_hits_are_a_small_answer(sample: Path) -> None:
    found = ask(sample, "news_search", query="the OR a", limit=10)
    assert len(found.hits) == 10
    assert len(found.text) <= 7_500


def test_a_search_that_finds_nothing_says_what_would(sample: Path) -> None:
    facts = ask(sample, "news_search", query="harbuor").facts
    assert (facts["total"], facts["untrusted"]) == (0, {"did_you_mean": "harbour"})
    facts = ask(sample, "news_search", query="harbour zzyzx").facts
    assert facts["parts"] == [{"query": "harbour", "articles": 14}, {"query": "zzyzx", "articles": 0}]


def test_bounds_and_order_of_a_search(sample: Path) -> None:
    found = ask(sample, "news_search", query="harbour", since="2025-02", until="2025-02-20", sort="oldest")
    dates = [hit["date"] for hit in found.facts["hits"]]
    assert dates == sorted(dates)
    assert all("2025-02-01" <= date < "2025-02-21" for date in dates)
    assert dates


def test_an_article_is_read_in_parts_that_end_with_paragraphs(sample: Path) -> None:
    (hit,) = ask(sample, "news_search", query="harbour strike", limit=1).hits
    whole = ask(sample, "news_read", id=hit["id"], query="strike").facts
    text = whole["untrusted"].pop("text")
    assert "next_start" not in whole
    assert whole["total_chars"] == len(text)
    assert whole["found_at"]
    for start in whole["found_at"]:
        assert start == 0 or text[start - 1] == "\n"
        assert "strik" in text[start:].split("\n")[0].lower()
    parts, start = [], 0
    while start is not None:
        part = ask(sample, "news_read", id=hit["id"], start=start, max_chars=400).facts
        parts.append(part["untrusted"]["text"])
        start = part.get("next_start")
    assert len(parts) > 2
    assert "".join(parts) == text
    assert all(part.endswith("\n") and len(part) <= 400 for part in parts[:-1])


def test_counts_side_by_side(sample: Path) -> None:
    facts = ask(sample, "news_count", queries=["harbour", "strike", "nothingatall"]).facts
    assert facts["articles"] == 52
    assert [(each["total"], each["share"]) for each in facts["queries"]] == [(14, 0.269), (12, 0.231), (0, 0)]
    facts = ask(sample, "news_count", queries=["harbour", "strike"], by="month").facts
    assert facts["columns"] == ["interval", "count 1", "share 1", "count 2", "share 2"]
    assert facts["rows"][3] == ["2025-02", 4, 0.8, 4, 0.8]
    assert sum(row[1] for row in facts["rows"]) == 14
    assert sum(row[3] for row in facts["rows"]) == 12


def test_counts_by_the_values_of_a_field(tmp_path: Path) -> None:
    rows = [("a", "Herald"), ("b", "Herald"), ("c", "Cable"), ("d", "")]
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(Article(id=i, title=f"Storm {i}", body="fog" * (i == "a"), source=s) for i, s in rows)
    facts = ask(tmp_path / "archive", "news_count", queries=["storm", "fog"], by="source").facts
    assert facts["untrusted"] == [["Herald", 2, 1.0, 1, 0.5], ["Cable", 1, 1.0, 0, 0.0]]
    assert facts["missing"] == [1, 0]
    facts = ask(tmp_path / "archive", "news_count", queries=["storm"], by="source:1").facts
    assert (facts["untrusted"], facts["left_out"]) == ([["Herald", 2, 1.0]], 1)


def test_related_articles(sample: Path) -> None:
    (hit,) = ask(sample, "news_search", query='"back to work" strike', limit=1).hits
    similar = ask(sample, "news_related", id=hit["id"], limit=3)
    assert len(similar.hits) == 3
    assert hit["id"] not in {each["id"] for each in similar.hits}
    background = ask(sample, "news_related", id=hit["id"], kind="background", limit=3)
    date = ask(sample, "news_read", id=hit["id"]).facts["date"]
    assert all(each["date"] < date for each in background.facts["hits"])
    assert background.hits


def test_the_description_has_what_a_query_needs(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True, zone="UTC") as archive:
        archive.add([Article(id="a", title="Fog", source="Herald", extra={"places": ("Vesk",)})])
    facts = ask(tmp_path / "archive", "news_describe").facts
    assert (facts["articles"], facts["undated"], facts["zone"]) == (1, 1, "UTC")
    assert facts["untrusted"]["further_fields"] == [["places", 1]]
    assert facts["untrusted"]["commonest"]["places"] == [["Vesk", 1]]
    assert facts["untrusted"]["commonest"]["source"] == [["Herald", 1]]
    assert "title" in facts["fields"]
    assert "harbour NEAR/5 strike" in facts["queries"]


@pytest.mark.parametrize(
    ("tool", "given", "taught"),
    [
        (
            "news_search",
            {"query": "nofield:x"},
            "there is no field “nofield”; quote it if it is text. Fields are",
        ),
        ("news_search", {"query": 'fog "storm'}, "(at “"),
        ("news_search", {"query": "date:03/04/2024"}, "2024-03-04 or 2024-04-03"),
        (
            "news_search",
            {"query": "fog", "facets": ["colour"]},
            "fields that can are keyword, author, source",
        ),
        ("news_search", {"query": "fog", "after": "x"}, "that is not a cursor"),
        ("news_search", {"query": "fog", "limit": 99}, "limit is a whole number from 1 to 25"),
        ("news_search", {"q": "fog"}, "arguments are query, since, until, sort, limit, after, facets"),
        ("news_search", {"query": "fog", "by": "day"}, "there is no argument “by”; arguments are query"),
        ("news_read", {"id": "none"}, "there is no article with this id"),
        ("news_related", {"id": "none"}, "there is no article with this id"),
        ("news_count", {"queries": ["fog"], "by": "fortnight"}, "fields that can are keyword"),
        ("news_count", {"queries": ["fog"], "by": "source:0"}, "at most 100 values"),
        ("news_count", {"queries": ["fog"] * 11}, "queries is a list of 1 to 10 texts"),
        ("news_search", {"query": "fog", "facets": "source"}, 'also where there is one: ["source"]'),
        ("news_count", {"queries": "ferry"}, 'also where there is one: ["ferry"]'),
        ("news_search", {"query": "fog", "limit": True}, "limit is a whole number from 1 to 25, not true"),
        ("news_search", {"query": "fog", "limit": None}, "limit is a whole number from 1 to 25"),
        ("news_related", {"id": "a", "kind": "other"}, "kind is similar or background"),
        ("news_search", {}, "query is text of 1 to 8,192 characters, and is needed"),
        ("news_describe", {"verbose": True}, "there are no arguments"),
    ],
)
def test_errors_say_what_to_write_instead(
    sample: Path, tool: str, given: dict[str, Any], taught: str
) -> None:
    told = ask(sample, tool, **given)
    assert told.failed
    assert taught in told.text


def test_ids_are_exact_whatever_their_characters(tmp_path: Path) -> None:
    location = tmp_path / "archive"
    with open_archive(location, create=True) as archive:
        archive.add(Article(id=each, title=f"Fog {number}") for number, each in enumerate(ODD_IDS))

    async def use(client: Client) -> list[str]:
        return [
            str((await client.read_resource(f"news://article/{quote(each, safe='')}")).contents[0])
            for each in ODD_IDS
        ]

    hits = ask(location, "news_search", query="fog", limit=25).hits
    assert {hit["id"]: hit["title"] for hit in hits} == {own: f"Fog {n}" for n, own in enumerate(ODD_IDS)}
    for each in ODD_IDS:
        assert ask(location, "news_read", id=each).facts["untrusted"]["id"] == each
        assert len(ask(location, "news_related", id=each).hits) <= len(ODD_IDS) - 1
    for number, content in enumerate(with_client(location, use)):
        assert f"Fog {number}" in content


def test_resources_and_prompts(sample: Path) -> None:
    async def use(client: Client) -> None:
        from mcp.types import TextContent, TextResourceContents

        (help_page,) = (await client.list_resources()).resources
        (content,) = (await client.read_resource(help_page.uri)).contents
        assert isinstance(content, TextResourceContents)
        assert "NEAR/5" in content.text
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "news://article/{id}"
        prompts = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
        assert set(prompts) == {"background_brief", "compare_coverage"}
        got = await client.get_prompt("compare_coverage", {"a": 'say "x"', "b": "storm"})
        assert isinstance(message := got.messages[0].content, TextContent)
        assert '"say \\"x\\""' in message.text

    with_client(sample, use)


@pytest.mark.parametrize(
    ("ask_for", "taught"),
    [
        (lambda client: client.read_resource("news://article/none"), "there is no article with this id"),
        (lambda client: client.read_resource("file:///etc/passwd"), "there is no such resource"),
        (lambda client: client.get_prompt("other", {}), "prompts are background_brief"),
        (
            lambda client: client.get_prompt("background_brief", {}),
            "the arguments of background_brief are id",
        ),
        (lambda client: client.call_tool("news_delete", {}), "tools are news_search, news_read"),
    ],
)
def test_what_does_not_exist_is_an_error_of_the_protocol(sample: Path, ask_for: Any, taught: str) -> None:
    async def use(client: Client) -> None:
        from mcp.shared.exceptions import MCPError

        with pytest.raises(MCPError, match=taught):
            await ask_for(client)

    with_client(sample, use)


def test_the_tools_only_read_and_their_schemas_are_small(sample: Path) -> None:
    async def use(client: Client) -> None:
        told = (await client.list_tools()).tools
        assert [
            tool.name.removeprefix("news_") for tool in told
        ] == "search read count related describe".split()
        for tool in told:
            assert tool.annotations is not None
            assert (tool.annotations.read_only_hint, tool.annotations.open_world_hint) == (True, False)
            assert tool.input_schema["additionalProperties"] is False
        assert sum(len(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in told) <= 4_000

    with_client(sample, use)
