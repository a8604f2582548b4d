"""The questions of the API about the language of articles, as they are evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from search.deadline import Deadline
from search.present.schema import to_json
from search.present.study import collocate_rows, distinctive_rows, kwic_rows
from search.query import Archive, Question
from search.serving import Answer
from search.web.asked import Asked
from search.web.tasks import answer_of

if TYPE_CHECKING:
    from search.archive.concordance import KwicSort


def _studied(asked: Asked, archive: Archive, study: Callable[[Archive, Question], object]) -> Answer:
    """The answer of a study of the matches, in the state of the archive that is asked for."""
    before, view, question = archive.version(), asked.view(archive), asked.question()
    told = study(view, question)
    return answer_of(archive, before, to_json(told), lasts=not view.depends_on_now(question))


@dataclass(frozen=True, slots=True)
class ShowInContext:
    """Every match in its context."""

    asked: Asked
    sort: KwicSort = "date"
    width: int = 40
    limit: int = 50

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        def study(view: Archive, question: Question) -> object:
            found = view.kwic(question, sort=self.sort, width=self.width, limit=self.limit, timeout=deadline)
            return {"total": found.total, "articles": found.articles, "rows": kwic_rows(found)}

        return _studied(self.asked, archive, study)


@dataclass(frozen=True, slots=True)
class Collocate:
    """The words that stand near the words of a question."""

    asked: Asked
    window: int | Literal["sentence"] = 5
    limit: int = 20

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        def study(view: Archive, question: Question) -> object:
            found = view.collocations(question, window=self.window, limit=self.limit, timeout=deadline)
            return {"window": self.window, "rows": collocate_rows(found)}

        return _studied(self.asked, archive, study)


@dataclass(frozen=True, slots=True)
class Distinguish:
    """The words that set the matches of a question apart."""

    asked: Asked
    against: str = "same-dates"
    limit: int = 20
    min_texts: int = 3
    min_sources: int = 2
    with_query: bool = False

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        def study(view: Archive, question: Question) -> object:
            found = view.distinctive(
                question,
                against=self.against,
                limit=self.limit,
                min_texts=self.min_texts,
                min_sources=self.min_sources,
                with_query=self.with_query,
                timeout=deadline,
            )
            facts = {"inside": found.inside, "outside": round(found.outside, 1), "against": self.against}
            return {**facts, "rows": distinctive_rows(found)}

        return _studied(self.asked, archive, study)
