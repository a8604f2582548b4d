"""The methods of an archive that look back: the versions of an article, and its changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from search.archive.arguments import ids_of, text_of
from search.archive.opened import OpenedArchive, Past
from search.changes import (
    LEVELS,
    By,
    ChangeLevel,
    TextDiff,
    compare_texts,
    is_silent,
    levels_between,
    whole_text,
)
from search.dates import Period
from search.dates.bounds import LATEST, Moment, between
from search.engine import Version
from search.errors import InvalidRequest

_TEXTS = frozenset(("id", "title", "description", "highlights", "body"))


@dataclass(frozen=True, slots=True)
class Change:
    """An update of an article: the versions before and after it, and how far they differ.

    `levels` are the parts that differ, the weightiest first: headline, text, date, minor (only case,
    punctuation or white space), metadata. `kept` is the share of the words of the text that stayed. A change
    is `silent` if headline or text have other words, and neither the times of the article nor the beginning
    of its headline say so.
    """

    earlier: Version
    later: Version
    levels: tuple[ChangeLevel, ...]
    kept: float
    silent: bool

    @property
    def id(self) -> str:
        """The id of the article."""
        return self.later.article.id


@dataclass(frozen=True, slots=True)
class Diff:
    """Two versions of an article side by side: title and text as spans, other fields as before and after.

    The text is description, highlights and body, with blank lines between. `fields` has, by name, the values
    of other fields that differ, as in `Article.as_record`; None where there is no value.
    """

    change: Change
    title: TextDiff
    text: TextDiff
    fields: Mapping[str, tuple[object, object]]


def change_between(earlier: Version, later: Version, levels: tuple[ChangeLevel, ...] | None = None) -> Change:
    """Compare one version of an article with another, whose `levels` of change may be known."""
    before, after = earlier.article, later.article
    levels = levels_between(before, after) if levels is None else levels
    kept = compare_texts(whole_text(before), whole_text(after)).kept if "text" in levels else 1.0
    return Change(earlier, later, levels, kept, is_silent(before, after, levels))


class VersionedArchive(OpenedArchive):
    """An archive that keeps the versions of its articles."""

    def history(self, identity: str) -> tuple[Version, ...]:
        """Every version of the article that is kept, the oldest first; none if there never was one."""
        return self._historied().history(text_of("an id", identity))

    def first_seen(self, ids: Iterable[str]) -> dict[str, datetime]:
        """When the archive first had each of these articles; without those whose time it does not know."""
        with self._reading() as (reader, _):
            return reader.first_seen(ids_of(ids))

    def diff(
        self, identity: str, earlier: Past | None = None, later: Past | None = None, *, by: By = "words"
    ) -> Diff:
        """Compare two versions of an article, word by word or sentence by sentence.

        `earlier` and `later` are each a revision ("r41", or a number) or a moment, and mean the version of
        then. Without them the last two versions are compared, without `later` the one given with the last.
        Raises `InvalidRequest` where there is no such version.
        """
        if by not in ("words", "sentences"):
            raise InvalidRequest(f"texts are compared by words or sentences, not by {by!r}")
        versions = self.history(identity)
        if not versions:
            raise InvalidRequest(f"no article has the id {identity!r}, now or earlier")
        if earlier is None and len(versions) == 1:
            raise InvalidRequest(f"of the article {identity!r} only one version is kept, so nothing differs")
        first = versions[-2] if earlier is None else self._version(versions, earlier, "earlier")
        last = versions[-1] if later is None else self._version(versions, later, "later")
        one, other = first.article, last.article
        before, after = one.as_record(), other.as_record()
        names = sorted((before.keys() | after.keys()) - _TEXTS)
        return Diff(
            change_between(first, last),
            compare_texts(one.title, other.title, by),
            compare_texts(whole_text(one), whole_text(other), by),
            {n: (before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n)},
        )

    def _version(self, versions: tuple[Version, ...], then: Past, name: str) -> Version:
        revision = self._revision(then, self._moment(), name)
        with self._reading() as (reader, _):
            newest = reader.state().revision
        if revision > newest:
            raise InvalidRequest(f"the archive has no revision {revision:,}; the last is {newest:,}")
        for version in reversed(versions):
            if version.revision <= revision:
                return version
        raise InvalidRequest(
            f"no version of the article {versions[0].article.id!r} is kept of revision {revision:,}; the "
            f"first is of revision {versions[0].revision:,}"
        )

    def changes(
        self,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        levels: Iterable[ChangeLevel] = (),
        silent: bool = False,
    ) -> Iterator[Change]:
        """Yield the updates of all articles in the order in which they came, as one stream.

        Only updates that this archive took in from `since` to `until`, both included. With `levels` only
        changes with one of them, with `silent` only silent ones. An article that was deleted and came again
        was not updated. Updates of articles that a wire has cancelled are left out.
        """
        wanted = list(levels)
        if isinstance(levels, str) or any(level not in LEVELS for level in wanted):
            raise InvalidRequest(f"levels are several of {', '.join(LEVELS)}")
        historied, now = self._historied(), self._moment()
        period = between(since, until, self.zone, now) or Period()
        instant = timedelta(microseconds=1)
        after = period.start and historied.revision_at(period.start - instant)
        upto = historied.revision_at(period.end - instant if period.end else LATEST)

        def stream() -> Iterator[Change]:
            for earlier, later in historied.updates(after or 0, upto or 0):
                one, other = earlier.article, later.article
                found = levels_between(one, other)
                if wanted and not set(wanted).intersection(found):
                    continue
                if not silent or is_silent(one, other, found):
                    yield change_between(earlier, later, found)

        return stream()
