"""The settings of the user, from the environment and a file; no lower module reads either.

    NEWS_ARCHIVE  the archive               archive = "~/news"
    NEWS_TZ       the time zone             tz = "Europe/Berlin"
                                            limit = 20
                                            color = "never"

The file is `config.toml` in the user's configuration folder for `news`, or the file that NEWS_CONFIG names.
The environment wins over the file, and an option on the command line wins over both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from search.dates import read_zone
from search.errors import InvalidRequest

Place = Path | str
"""Where an archive is: a folder, or the address of a cluster."""

DEFAULT_ARCHIVE = Path("index_data")
MAX_FILE_BYTES = 64 << 10

COLORS = ("auto", "always", "never")


@dataclass(frozen=True, slots=True)
class Config:
    """The settings that apply where the command line gives no other; `tz` "" is the local zone."""

    archive: Place = DEFAULT_ARCHIVE
    tz: str = ""
    limit: int = 10
    color: str = "auto"


def load_config(environment: Mapping[str, str], folder: Path) -> Config:
    """Read the configuration; `folder` is where the user's own file may be.

    Raises `InvalidRequest` with the file, the line and the problem.
    """
    path = Path(environment.get("NEWS_CONFIG") or folder / "config.toml")
    text = _read(path) if path.is_file() or environment.get("NEWS_CONFIG") else ""
    try:
        settings = _settings(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"{path}: {error}") from error

    def wrong(name: str, what: str) -> InvalidRequest:
        lines = enumerate(text.splitlines(), start=1)
        line = next((n for n, line in lines if re.match(rf"\W*{re.escape(name)}\W", line)), 1)
        return InvalidRequest(f"{path}, line {line}: {what}")

    kinds = {"archive": str, "tz": str, "limit": int, "color": str}
    for name, value in settings.items():
        if name not in kinds:
            raise wrong(name, f"{name!r} is not a setting; settings are {', '.join(kinds)}")
        if not isinstance(value, kinds[name]) or isinstance(value, bool):
            raise wrong(name, f"{name} must be {'a number' if kinds[name] is int else 'text'}")
    color = str(settings.get("color", "auto"))
    if color not in COLORS:
        raise wrong("color", f"color must be one of {', '.join(COLORS)}")
    limit = settings.get("limit", 10)
    if not isinstance(limit, int) or not 0 <= limit <= 10_000:
        raise wrong("limit", "limit must be from 0 to 10000")
    archive = environment.get("NEWS_ARCHIVE") or str(settings.get("archive", DEFAULT_ARCHIVE))
    return Config(
        archive=place_of(archive),
        tz=environment.get("NEWS_TZ") or str(settings.get("tz", "")),
        limit=limit,
        color="never" if environment.get("NO_COLOR") and "color" not in settings else color,
    )


def place_of(written: str) -> Place:
    """The place that is written: an address has ://, a folder may begin with ~."""
    if "://" in written:
        return written
    return Path(written).expanduser() if written.startswith("~") else Path(written)


def _settings(text: str) -> dict[str, Any]:
    if not text:
        return {}
    import tomllib

    return tomllib.loads(text)


def state_folder(environment: Mapping[str, str], folder: Path) -> Path:
    """The folder for what the commands remember; `folder` is used where there is no home folder."""
    try:
        base = environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    except RuntimeError:
        return folder
    return Path(base) / "news"


def local_zone(name: str) -> tzinfo:
    """Return the zone of that name; for "" the zone of this machine, or UTC if that is unknown."""
    if name:
        return read_zone(name)
    from tzlocal import get_localzone

    try:
        return get_localzone()
    except (LookupError, OSError, ValueError):
        return UTC


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise InvalidRequest(
                f"{path} is larger than {MAX_FILE_BYTES >> 10} KiB, too large for a configuration"
            )
        return content.decode()
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{path}: not utf-8 at byte {error.start}") from error
