"""The parameters of each page, the task that answers, and the canonical address."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import Field

from search.dates import Interval
from search.serving import Task
from search.web.address import Pairs, View, article_address, pairs_of
from search.web.address import address as address_of
from search.web.asked import Asked
from search.web.pages.article import ArticlePage
from search.web.pages.counts import (
    MAX_QUERIES,
    Counted,
    DistinctivePage,
    DistinctiveTable,
    FacetPage,
    FacetTable,
    TimelinePage,
    TimelineTable,
)
from search.web.pages.relations import (
    CopiesPage,
    DiffPage,
    ExplainPage,
    HistoryPage,
    RelatedPage,
)
from search.web.pages.results import SearchPage
from search.web.pages.standing import AboutPage, ExportPage, HelpPage, HomePage
from search.web.parameters import ID, MAX_FILTERS, Flag, Name, QuestionParameters, TaskParameters, Term


class PageParameters(TaskParameters):
    """The parameters of a page. An empty one, which a form sends, is not given."""

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        names = {field.alias or name for name, field in cls.model_fields.items()}
        return super().read((name, value) for name, value in pairs if value or name not in names)

    @abstractmethod
    def address(self) -> str:
        """The canonical address of the page."""


class FormedPage(PageParameters):
    """A page that can also be had as a table of CSV."""

    @abstractmethod
    def table(self) -> Task:
        """The task that answers with the table."""


class _Viewed(QuestionParameters):
    sort: Literal["relevance", "newest", "oldest"] | None = None
    by: Literal["year", "month", "week", "day"] | None = None
    collapse: Flag = False
    after: Term | None = None

    def view(self) -> View:
        """The search that the page shows, or leads back to."""
        return View(self.asked(), self.sort, self.by, self.collapse, self.after)


class SearchPageParameters(_Viewed, PageParameters):
    """A search."""

    def task(self) -> Task:
        return SearchPage(self.view())

    def address(self) -> str:
        return self.view().url()


class ArticlePageParameters(_Viewed, PageParameters):
    """An article, and the search by which it was found."""

    id: ID

    def task(self) -> Task:
        return ArticlePage(self.id, self.view())

    def address(self) -> str:
        return article_address(self.id, "", self.view().pairs())


class _PartParameters(PageParameters):
    id: ID

    def part(self) -> str:
        """The last word of the path."""
        return type(self).__name__.removesuffix("PageParameters").lower()

    def pairs(self) -> Pairs:
        """The parameters without the id."""
        return []

    def address(self) -> str:
        return article_address(self.id, self.part(), self.pairs())


class _ThenParameters(_PartParameters):
    tz: Name | None = None
    as_of: Name | None = None

    def then(self) -> Asked:
        """The moment at which the archive is shown, as a question for everything."""
        return Asked(tz=self.tz, as_of=self.as_of)

    def pairs(self) -> Pairs:
        return pairs_of(self.then())


class SimilarPageParameters(_ThenParameters):
    """Articles similar to one."""

    def task(self) -> Task:
        return RelatedPage(self.id, "similar", self.then())


class BackgroundPageParameters(_ThenParameters):
    """Older articles similar to one."""

    def task(self) -> Task:
        return RelatedPage(self.id, "background", self.then())


class CopiesPageParameters(_ThenParameters):
    """The copies of one article."""

    def task(self) -> Task:
        return CopiesPage(self.id, self.then())


class HistoryPageParameters(_PartParameters):
    """The versions of one article."""

    def task(self) -> Task:
        return HistoryPage(self.id)


class DiffPageParameters(_PartParameters):
    """Two versions of one article."""

    earlier: Name | None = None
    later: Name | None = None
    by: Literal["words", "sentences"] = "words"

    def task(self) -> Task:
        return DiffPage(self.id, self.earlier, self.later, self.by)

    def pairs(self) -> Pairs:
        named = (("earlier", self.earlier), ("later", self.later))
        found = [(name, value) for name, value in named if value]
        return [*found, ("by", self.by)] if self.by != "words" else found


class ExplainPageParameters(QuestionParameters, _PartParameters):
    """The score of one article for a question."""

    def task(self) -> Task:
        return ExplainPage(self.id, self.asked())

    def pairs(self) -> Pairs:
        return pairs_of(self.asked())


class TimelinePageParameters(QuestionParameters, FormedPage):
    """Several queries over time."""

    q: tuple[Term, ...] = Field((), max_length=MAX_QUERIES)  # type: ignore[assignment]  # here several
    by: Interval | None = None
    share: Flag = False

    def _counted(self) -> Counted:
        asked = Asked("*", self.f, self.since, self.until, self.any_word, self.tz, self.as_of)
        return Counted(tuple(dict.fromkeys(self.q)), asked, self.by, self.share)

    def task(self) -> Task:
        return TimelinePage(self._counted())

    def table(self) -> Task:
        return TimelineTable(self._counted())

    def address(self) -> str:
        return address_of("/timeline", self._counted().pairs())


class FacetPageParameters(_Viewed, FormedPage):
    """All values of a field."""

    field: Name
    find: Name | None = None
    v: Annotated[tuple[Term, ...], Field(max_length=MAX_FILTERS)] = ()

    def task(self) -> Task:
        return FacetPage(self.field, self.view(), self.find)

    def table(self) -> Task:
        return FacetTable(self.field, self.view(), self.find)

    def address(self) -> str:
        """The page; or, if values were chosen, the search for articles with any of them."""
        if self.v:
            term = self.v[0] if len(self.v) == 1 else f"({' OR '.join(self.v)})"
            return self.view().narrowed(term).url()
        found = [("find", self.find)] if self.find else []
        return address_of(f"/facets/{quote(self.field, safe='')}", [*self.view().pairs(), *found])


class DistinctivePageParameters(QuestionParameters, FormedPage):
    """The words that set the matches of a question apart."""

    against: Term = "same-dates"

    def task(self) -> Task:
        return DistinctivePage(self.asked(), self.against)

    def table(self) -> Task:
        return DistinctiveTable(self.asked(), self.against)

    def address(self) -> str:
        more = [("against", self.against)] if self.against != "same-dates" else []
        return address_of("/distinctive", [*pairs_of(self.asked()), *more])


class ExportPageParameters(QuestionParameters, PageParameters):
    """The forms in which all matches can be had."""

    def task(self) -> Task:
        return ExportPage(self.asked())

    def address(self) -> str:
        return address_of("/export", pairs_of(self.asked()))


class HomePageParameters(_Viewed, PageParameters):
    """The first page; or, if anything was asked, the search for it."""

    def task(self) -> Task:
        return HomePage()

    def address(self) -> str:
        return self.view().url() if self.view().pairs() else "/"


class HelpPageParameters(PageParameters):
    """The help."""

    def task(self) -> Task:
        return HelpPage()

    def address(self) -> str:
        return "/help"


class AboutPageParameters(PageParameters):
    """The archive in numbers."""

    def task(self) -> Task:
        return AboutPage()

    def address(self) -> str:
        return "/about"


PARTS: dict[str, type[PageParameters]] = {
    "": ArticlePageParameters,
    "/similar": SimilarPageParameters,
    "/background": BackgroundPageParameters,
    "/copies": CopiesPageParameters,
    "/history": HistoryPageParameters,
    "/diff": DiffPageParameters,
    "/explain": ExplainPageParameters,
}
TABLES: dict[str, type[FormedPage]] = {
    "/timeline": TimelinePageParameters,
    "/facets/{field}": FacetPageParameters,
    "/distinctive": DistinctivePageParameters,
}
PAGES: dict[str, type[PageParameters]] = {
    "/": HomePageParameters,
    "/search": SearchPageParameters,
    **{f"/article{part}": kind for part, kind in PARTS.items()},
    **{f"/article/{{id}}{part}": kind for part, kind in PARTS.items()},
    **TABLES,
    "/export": ExportPageParameters,
    "/help": HelpPageParameters,
    "/about": AboutPageParameters,
}
"""Each page, by its path."""
