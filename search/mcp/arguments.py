"""The arguments of each tool: read from JSON, checked, and described as JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from search.engine import Sort
from search.inputs import Inputs, Name, Term

MAX_HITS = 25
MAX_TEXT = 30_000

Id = Annotated[str, Field(min_length=1, max_length=512, description="An id from a hit, exactly.")]
Limit = Annotated[int, Field(ge=1, le=MAX_HITS)]


class Arguments(Inputs):
    """The arguments of a tool."""

    NOUN: ClassVar[str] = "argument"
    WHOLE: ClassVar[str] = "the arguments"

    @classmethod
    def schema_for_tool(cls) -> dict[str, Any]:
        """The JSON Schema of the arguments, without what a reader of it does not need."""
        described = cls.model_json_schema()
        return {
            "type": "object",
            "properties": {name: _plain(own) for name, own in described.get("properties", {}).items()},
            "required": described.get("required", []),
            "additionalProperties": False,
        }


def _plain(described: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in described.items() if name != "title"}
    if "anyOf" in own:  # a value or null: the argument can be left out
        own |= own.pop("anyOf")[0]
        own.pop("default")
    return own


class SearchArguments(Arguments):
    """A page of hits."""

    query: Term = Field(description="In the query language: all words are required. * is every article.")
    since: Name | None = Field(None, description="From this day, month or year on: 2025-02, 7d, yesterday.")
    until: Name | None = Field(None, description="Until the end of this day, month or year.")
    sort: Sort = "relevance"
    limit: Limit = 10
    after: Term | None = Field(None, description="The next of the page before, with the same arguments.")
    facets: tuple[Name, ...] = Field(
        (), max_length=3, description="Count all matches by a field: source, keyword:20, date:month."
    )


class ReadArguments(Arguments):
    """A part of the text of an article."""

    id: Id
    query: Term | None = Field(None, description="Say in found_at where the text has words of this query.")
    start: int = Field(0, ge=0, description="The next_start of the part before.")
    max_chars: int = Field(8_000, ge=200, le=MAX_TEXT)


class CountArguments(Arguments):
    """Numbers of articles, side by side."""

    queries: tuple[Term, ...] = Field(min_length=1, max_length=10)
    by: Name | None = Field(
        None, description="year, quarter, month, week, day, hour or weekday; or a field: source, keyword:50."
    )


class RelatedArguments(Arguments):
    """Articles near another."""

    id: Id
    kind: Literal["similar", "background"] = Field(
        "similar", description="background has older articles only, each text once."
    )
    limit: Limit = 10


class DescribeArguments(Arguments):
    """The archive as a whole."""
