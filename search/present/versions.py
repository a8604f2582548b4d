"""The versions of an article to text for people and to JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import groupby, pairwise

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
    """Write a line for each version, and one for each deletion or withdrawal."""
    for number, (version, changed) in enumerate(zip(versions, changed_fields(versions), strict=True)):
        what = (
            f"changed {', '.join(changed)}" if changed else "came again" if number else "first version kept"
        )
        title = f"  {printable(version.article.title)}" if not number or "title" in changed else ""
        yield f"revision {version.revision:,}  {_when(version.at, zone)}  {what}{title}"
        if version.ended in ("deleted", "withdrawn"):
            yield f"{version.ended}  {_when(version.until, zone)}"


def versions_as_json(versions: Sequence[Version]) -> str:
    """A list of objects, oldest first: revision, at, until, ended, changed, article (its record)."""
    listed = [_record(*each) for each in zip(versions, changed_fields(versions), strict=True)]
    return json.dumps(listed, indent=2)


def versions_as_json_lines(versions: Iterable[Version]) -> Iterator[str]:
    """The same objects, one a line, for the versions of many articles, article by article."""
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


def _when(moment: datetime | None, zone: tzinfo) -> str:
    return "at an unknown time" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
