"""The hits that were printed last, so that `news show 3` shows the third.

    last.json = {archive: {"search": command, "hits": {number: id}}}      the archive searched last comes last

The file is in the user's state folder and only the user can read it. Pages of one search add up.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from search.config import Place
    from search.engine import Results

MAX_ARCHIVES = 20


def remember(archive: Place, results: Results, search: str) -> None:
    """Keep the numbers and ids of the hits of the command `search`, unless the folder cannot be written."""
    import json

    kept = _read()
    before = kept.pop(_name(archive), {})
    hits = before.get("hits", {}) if before.get("search") == search and results.first > 1 else {}
    hits |= {str(number): hit.article.id for number, hit in enumerate(results.hits, results.first)}
    kept[_name(archive)] = {"search": search, "hits": hits}
    with suppress(OSError):
        place = _place()
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = place.with_name(f"{place.name}.{os.getpid()}")
        with open(part, "w", opener=_private, encoding="utf-8") as file:
            json.dump(dict(list(kept.items())[-MAX_ARCHIVES:]), file)
        part.replace(place)


def hit_of(archive: Place, number: str) -> tuple[str | None, str]:
    """The id of that hit of the last search in the archive, and the search; or None, and the reason."""
    last = _read().get(_name(archive))
    if last is None:
        return None, "there is no last search in this archive whose hit it could be"
    identity = last["hits"].get(number)
    if identity is None:
        return None, f"it is not a hit that was shown by: {last['search']}"
    return str(identity), str(last["search"])


def last_ids(archive: Place) -> list[str]:
    """The ids of the hits of the last search in the archive."""
    last = _read().get(_name(archive), {"hits": {}})
    return [str(identity) for identity in last["hits"].values()]


def _name(archive: Place) -> str:
    return archive if isinstance(archive, str) else str(archive.resolve())


def _place() -> Path:
    from search.config import state_folder

    return state_folder(os.environ, Path(click.get_app_dir("news"))) / "last.json"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _read() -> dict[str, Any]:
    """Read the kept searches; an empty dict if the file cannot be read."""
    import json

    try:
        kept = json.loads(_place().read_bytes())
        return {
            str(name): {"search": str(each["search"]), "hits": dict(each["hits"])}
            for name, each in kept.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
