"""The versions of an article to text for people and to JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import groupby, pairwise

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


def changes_as_json_lines(changes: Iterable[Change]) -> Iterator[str]:
    """One object a line: id, revision, at, before (the revision), levels, kept, silent, title."""
    for change in changes:
        later = change.later
        told: dict[str, object] = {"id": change.id, "revision": later.revision, "at": _iso(later.at)}
        told |= {"before": change.earlier.revision, **levels_of(change), "title": later.article.title}
        yield json.dumps(told)


def versions_as_json(versions: Sequence[Version]) -> str:
    """A list of objects, oldest first: revision, at, until, ended, changed, article (its record).

    Each but the first also has levels, kept and silent: how far it differs from the one before.
    """
    listed = [_record(*each) for each in zip(versions, changed_fields(versions), strict=True)]
    for told, (before, after) in zip(listed[1:], pairwise(versions), strict=True):
        told.update(levels_of(change_between(before, after)))
    return json.dumps(listed, indent=2)


def versions_as_json_lines(versions: Iterable[Version]) -> Iterator[str]:
    """The same objects without levels, one a line, for the versions of many articles, article by article."""
    for _, own in groupby(versions, key=lambda version: version.article.id):
        several = tuple(own)
        for each in zip(several, changed_fields(several), strict=True):
            yield json.dumps(_record(*each))


def _record(version: Version, changed: tuple[str, ...]) -> dict[str, object]:
    return {
        "revision": version.revision,
        "at": _iso(version.at),
        "until": _iso(version.until),
        "ended": version.ended,
        "changed": list(changed),
        "article": version.article.as_record(),
    }


def levels_of(change: Change) -> dict[str, object]:
    """The levels of a change, ready for JSON."""
    return {"levels": list(change.levels), "kept": round(change.kept, 4), "silent": change.silent}


def revision_of(version: Version, zone: tzinfo) -> str:
    """A version by its revision and time: "r57  2025-04-08 15:40 UTC"."""
    return f"r{version.revision}  {_when(version.at, zone)}"


def _when(moment: datetime | None, zone: tzinfo) -> str:
    return "at an unknown time" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
