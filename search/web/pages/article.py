"""The page of one article: its text to read, with the words of the search marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from search.article import Article
from search.deadline import Deadline
from search.errors import LimitExceeded, QuerySyntaxError
from search.language import value_leaf
from search.present.citation import CITATION_FORMATS, cite, record_to_cite
from search.present.markup import marked_as_html
from search.query import Archive
from search.serving import Answer
from search.snippets import Highlight, Markers
from search.text import paragraph_spans
from search.web.address import View, pairs_of
from search.web.asked import Asked
from search.web.pages.narrowing import label_of
from search.web.pages.render import rendered
from search.web.tasks import answer_of

MAX_MARKS = 5_000
"""The words of a search that are marked in one article, at most; a browser cannot show many more."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of an article that is not its text: each value, with the address of a search for it."""

    label: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article to read, and the search that led to it."""

    id: str
    view: View

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before = archive.version()
        shown, then = self.view.asked.view(archive), self.view.asked.moment()
        own = shown.get(self.id)
        if own is None:
            return None
        state = shown.state()
        markers = Markers(self._highlights(shown, deadline), deadline.check)
        seen = archive.first_seen([self.id]).get(self.id)
        cited = {kind: "".join(cite([record_to_cite(own, seen)], kind)) for kind in CITATION_FORMATS}
        body = rendered(
            "article.html",
            own=own,
            seen=seen,
            title=_marked(own.title, markers, "title"),
            description=_marked(own.description, markers, "description"),
            highlights=[_marked(text, markers, "highlights") for text in own.highlights],
            paragraphs=list(_paragraphs(own, markers)),
            facts=facts_of(own, then),
            copies=len(shown.copies(self.id, timeout=deadline)) - 1 if state.has_copies else 0,
            has_copies=state.has_copies,
            versions=len(archive.history(self.id)) if state.has_history else 0,
            question=pairs_of(self.view.asked) if self.view.asked.q != "*" else [],
            then=pairs_of(then),
            back=self.view.url() if self.view != View() else "",
            view=self.view,
            zone=shown.zone,
            cited=cited,
        )
        return answer_of(archive, before, body, lasts=not shown.depends_on_now("*"))

    def _highlights(self, archive: Archive, deadline: Deadline) -> tuple[Highlight, ...]:
        """The words of the search to mark; none for a query that cannot be read, as the text can be."""
        asked = self.view.asked
        if asked.q == "*":
            return ()
        plain = replace(asked, f=(), since=None, until=None)
        try:
            return archive.search(plain.question(), limit=1, timeout=deadline).highlights
        except (QuerySyntaxError, LimitExceeded):
            return ()


def _marked(text: str, markers: Markers, field: str) -> Markup:
    return Markup(marked_as_html(text, markers.of(field).read(text).marks))


def _paragraphs(own: Article, markers: Markers) -> Iterator[Markup]:
    """The paragraphs of the body, with marks that were found in the body as a whole."""
    marks = markers.of("body").read(own.body).marks[:MAX_MARKS]
    for start, end in paragraph_spans(own.body):
        yield Markup(marked_as_html(own.body, marks, start, end))


def facts_of(own: Article, then: Asked) -> list[Fact]:
    """The values that a search can ask for, at the moment `then`."""
    listed = {
        "source": (own.source,),
        "author": own.authors,
        "keyword": own.keywords,
        "lang": (own.language,),
    }
    found = []
    for name, values in {**listed, **own.extra}.items():
        filled = tuple(
            (value, View(then).narrowed(str(value_leaf(name, value))).url()) for value in values if value
        )
        if filled:
            found.append(Fact(label_of(name), filled))
    return found
