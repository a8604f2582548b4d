"""The parameters of each operation: read from an address or from JSON, checked, and described for OpenAPI."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self, get_origin

from pydantic import Field

from search.engine import Sort
from search.errors import InvalidRequest
from search.inputs import MAX_QUERY, Inputs
from search.inputs import Name as Name
from search.inputs import Term as Term
from search.serving import Task
from search.web.asked import Asked
from search.web.forms import FEEDS, WITHOUT_FACETS, Form
from search.web.studies import Collocate, Distinguish, ShowInContext
from search.web.tasks import (
    Compare,
    CompareOverTime,
    Count,
    CountFacets,
    CountOverTime,
    Describe,
    Explain,
    ExportAll,
    Relate,
    Search,
    ShowArticle,
    Suggest,
)

MAX_FILTERS = 50
MAX_FACETS = 10
MAX_PAGE = 100
MAX_COMPARED = 5
MAX_LINES = 1_000

Flag = Annotated[bool, Field()]
Bom = Annotated[bool, Field(description="Begin CSV with a byte-order mark, by which Excel knows UTF-8.")]
Limit = Annotated[int, Field(ge=0, le=MAX_PAGE, description="The number of hits, at most.")]
ID = Annotated[str, Field(min_length=1, max_length=MAX_QUERY, description="The id of the article.")]


class Parameters(Inputs):
    """The parameters of an operation."""

    NOUN: ClassVar[str] = "parameter"
    WHOLE: ClassVar[str] = "the body"

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read them from the pairs of an address; raises `InvalidRequest`."""
        given: dict[str, Any] = {}
        lists = {
            field.alias or name for name, field in cls.model_fields.items() if _is_list(field.annotation)
        }
        for name, value in pairs:
            if name in lists:
                given.setdefault(name, []).append(value)
            elif name in given:
                raise InvalidRequest(f"{name:.40} is given more than once")
            else:
                given[name] = value
        return cls.checked(given)


class TaskParameters(Parameters):
    """The parameters of an operation that is one task."""

    @abstractmethod
    def task(self) -> Task:
        """The task that answers."""


def _check_bom(bom: bool, form: Form) -> None:
    if bom and form != "csv":
        raise InvalidRequest("bom is for csv")


def _is_list(annotation: object) -> bool:
    return get_origin(annotation) is tuple


class FilterParameters(Parameters):
    """The parameters of a question beside its query."""

    f: tuple[Term, ...] = Field(
        (), max_length=MAX_FILTERS, description="Further queries that each article matches, too."
    )
    since: Name | None = Field(None, description="Only articles from the start of this day, month or year.")
    until: Name | None = Field(None, description="Only articles until the end of this day, month or year.")
    any_word: Flag = Field(False, alias="any", description="Find articles with any of the words.")
    tz: Name | None = Field(None, description="The time zone of dates, such as Europe/Berlin.")
    as_of: Name | None = Field(None, description="Answer as the archive was at a revision (r57) or a moment.")

    def asked_with(self, query: str) -> Asked:
        """The question with this query as it is evaluated."""
        return Asked(query, self.f, self.since, self.until, self.any_word, self.tz, self.as_of)


class QuestionParameters(FilterParameters):
    """A question."""

    q: Term = Field("*", description="The query, in the query language.")

    def asked(self) -> Asked:
        """The question as it is evaluated."""
        return self.asked_with(self.q)


class SearchParameters(QuestionParameters, TaskParameters):
    """A search for a page of hits."""

    sort: Sort | None = Field(None, description="The order; relevance by default, in a feed always seen.")
    limit: Limit = 10
    after: Term | None = Field(None, description="The next page: the cursor that is `next` in the answer.")
    facet: tuple[Name, ...] = Field(
        (), max_length=MAX_FACETS, description="Count all matches by a field: source, keyword:20, date:month."
    )
    collapse: Flag = Field(False, description="One hit for each text, however many copies it has.")
    expand: Flag = Field(False, description="Also rank by the typical words of the first hits.")
    recency: Name | None = Field(
        None, description="Rank newer articles higher: half a score halves by this age."
    )
    bom: Bom = False

    def task(self) -> Task:
        return self.task_as("json")

    def task_as(self, form: Form, base: str = "") -> Task:
        """The task that answers in this form; raises `InvalidRequest` where the form has no room.

        The addresses in a feed begin with `base`.
        """
        _check_bom(self.bom, form)
        if self.facet and form in WITHOUT_FACETS:
            raise InvalidRequest(f"facets cannot be written as {form}; ask for json or jsonl")
        if form in FEEDS and self.sort not in (None, "seen"):
            raise InvalidRequest("a feed has the articles that came last first; leave sort out")
        sort: Sort = self.sort or ("seen" if form in FEEDS else "relevance")
        return Search(
            self.asked(),
            form,
            sort,
            self.limit,
            self.after,
            self.facet,
            self.collapse,
            self.expand,
            self.recency,
            self.bom,
            base=base if form in FEEDS else "",
        )


class CountParameters(QuestionParameters, TaskParameters):
    """A question of how many."""

    def task(self) -> Task:
        return Count(self.asked())


class FacetsParameters(QuestionParameters, TaskParameters):
    """A question of how many by the values of fields."""

    by: tuple[Name, ...] = Field(
        ("keyword", "source", "author"), min_length=1, max_length=MAX_FACETS, description="The fields."
    )
    texts: Flag = Field(False, description="Also count texts, each once, and sources.")

    def task(self) -> Task:
        return CountFacets(self.asked(), self.by, self.texts)


class TimelineParameters(FilterParameters, TaskParameters):
    """A question of how many over time, or several side by side."""

    q: tuple[Term, ...] = Field(
        ("*",),
        min_length=1,
        max_length=MAX_COMPARED,
        description="The query; with several ones the answer has a timeline for each, by the query.",
    )
    by: Name = Field("month", description="year, quarter, month, week, day, hour or weekday; or seen:week.")
    share: Flag = Field(False, description="Also the share among all articles of the time.")
    bursts: Flag = Field(False, description="Mark the intervals with more texts than expected.")
    texts: Flag = Field(False, description="Also count texts, each once, and sources.")

    def task(self) -> Task:
        asked = tuple(map(self.asked_with, self.q))
        if len(asked) > 1:
            return CompareOverTime(asked, self.by, self.share, self.bursts, self.texts)
        return CountOverTime(asked[0], self.by, self.share, self.bursts, self.texts)


class KwicParameters(QuestionParameters, TaskParameters):
    """A question for every match in its context."""

    sort: Literal["date", "left", "right"] = Field("date", description="The order of the lines.")
    width: int = Field(40, ge=0, le=1_000, description="The number of characters on each side.")
    limit: int = Field(50, ge=0, le=MAX_LINES, description="The number of lines, at most.")

    def task(self) -> Task:
        return ShowInContext(self.asked(), self.sort, self.width, self.limit)


class CollocationsParameters(QuestionParameters, TaskParameters):
    """A question for the words near others."""

    window: Literal["sentence"] | Annotated[int, Field(ge=0, le=100)] = Field(
        5, description="How many words away is near, or sentence."
    )
    limit: int = Field(20, ge=0, le=MAX_LINES, description="The number of words, at most.")

    def task(self) -> Task:
        return Collocate(self.asked(), self.window, self.limit)


class DistinctiveParameters(QuestionParameters, TaskParameters):
    """A question for the words that set its matches apart."""

    against: Term = Field(
        "same-dates", description="The other articles: archive, same-dates, same-sources or a query."
    )
    limit: int = Field(20, ge=0, le=MAX_LINES, description="The number of words, at most.")
    min_texts: int = Field(3, ge=1, le=1_000, description="Only words in this many of the matches.")
    min_sources: int = Field(2, ge=0, le=1_000, description="Only words in this many of their sources.")
    with_query: Flag = Field(False, description="Also the words of the query.")

    def task(self) -> Task:
        return Distinguish(
            self.asked(), self.against, self.limit, self.min_texts, self.min_sources, self.with_query
        )


class ExportParameters(QuestionParameters):
    """A question for every match."""

    columns: Term | None = Field(None, description="The columns, such as id,published,title,body.")
    bom: Bom = False

    def export_as(self, form: Form) -> ExportAll:
        """The export in this form; raises `InvalidRequest` where the form has columns of its own."""
        _check_bom(self.bom, form)
        if self.columns is not None and form == "ris":
            raise InvalidRequest("columns are for csv and jsonl; ris has columns of its own")
        names = tuple(filter(None, (name.strip() for name in (self.columns or "").split(","))))
        return ExportAll(self.asked(), form, names, self.bom)


class ArticleParameters(TaskParameters):
    """One article."""

    id: ID

    def task(self) -> Task:
        return ShowArticle(self.id)


class CopiesParameters(ArticleParameters):
    """The copies of one article."""

    def task(self) -> Task:
        return ShowArticle(self.id, "copies")


class HistoryParameters(ArticleParameters):
    """The versions of one article."""

    def task(self) -> Task:
        return ShowArticle(self.id, "history")


class DiffParameters(ArticleParameters):
    """Two versions of one article."""

    earlier: Name | None = Field(None, description="A revision (r41) or a moment; else the last but one.")
    later: Name | None = Field(None, description="A revision or a moment; else the last version.")
    by: Literal["words", "sentences"] = Field("words", description="The unit of the comparison.")

    def task(self) -> Task:
        return Compare(self.id, self.earlier, self.later, self.by)


class SimilarParameters(ArticleParameters):
    """Articles similar to one."""

    limit: Limit = 10
    since: Name | None = Field(None, description="Only articles from the start of this day, month or year.")
    until: Name | None = Field(None, description="Only articles until the end of this day, month or year.")

    def task(self) -> Task:
        return Relate(self.id, "similar", self.limit, self.since, self.until)


class BackgroundParameters(ArticleParameters):
    """Older articles similar to one."""

    limit: Limit = 10

    def task(self) -> Task:
        return Relate(self.id, "background", self.limit)


class ExplainParameters(QuestionParameters, TaskParameters):
    """The score of one article for a question."""

    id: ID

    def task(self) -> Task:
        return Explain(self.id, self.asked())


class SuggestParameters(TaskParameters):
    """The beginning of a word."""

    prefix: Name = Field(description="The first letters.")
    limit: Limit = 10

    def task(self) -> Task:
        return Suggest(self.prefix, self.limit)


class NoParameters(TaskParameters):
    """The archive as a whole."""

    def task(self) -> Task:
        return Describe()
