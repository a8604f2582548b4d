"""The versions of an article as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import pairwise

from search.archive.versioned import Change, change_between
from search.engine import Version
from search.present.safe import printable


def changed_fields(versions: Sequence[Version]) -> list[tuple[str, ...]]:
    """List, for each version, the fields that differ from the version before; empty for the first."""
    records = [version.article.as_record() for version in versions]
    changes = [
        tuple(name for name in sorted(earlier.keys() | later.keys()) if earlier.get(name) != later.get(name))
        for earlier, later in pairwise(records)
    ]
    return [(), *changes] if records else []


def versions_as_text(versions: Sequence[Version], zone: tzinfo) -> Iterator[str]:
    """Write a line for each version, with how it differs from the one before, and for each end of one."""
    before: Version | None = None
    for version in versions:
        title = printable(version.article.title)
        if before is None:
            told = f"first version kept  {title}"
        else:
            change = change_between(before, version)
            again = "came again" if before.ended != "updated" else ""
            told = ", ".join(filter(None, (again, in_words(change)))) or "came again"
            told += f"  {title}" if "headline" in change.levels else ""
        yield f"{revision_of(version, zone)}  {told}"
        if version.ended in ("deleted", "withdrawn"):
            yield f"{version.ended}  {_when(version.until, zone)}"
        before = version


def in_words(change: Change) -> str:
    """Say how two versions differ: "headline, 3 % of the text, silent"; "" if they do not."""
    share = (1 - change.kept) * 100
    names = {"text": f"{share:.0f} % of the text" if share >= 1 else "under 1 % of the text"}
    told = [names.get(level, level) for level in change.levels]
    return ", ".join([*told, "silent"] if change.silent else told)


def changes_as_text(changes: Iterable[Change], zone: tzinfo) -> Iterator[str]:
    """Write a line for each change: the revision, the time, the id, how it differs, the new headline."""
    for change in changes:
        title = printable(change.later.article.title)
        yield f"{revision_of(change.later, zone)}  {printable(change.id)}  {in_words(change)}  {title}"


def revision_of(version: Version, zone: tzinfo) -> str:
    """A version by its revision and time: "r57  2025-04-08 15:40 UTC"."""
    return f"r{version.revision}  {_when(version.at, zone)}"


def _when(moment: datetime | None, zone: tzinfo) -> str:
    return "at an unknown time" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"
