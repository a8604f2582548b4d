"""The record of a search by which another person can check it: its query, its archive, its articles.

A manifest is JSON in one form only: names in order, no white space, one line. It names each article found by
id, revision and the digest of its content, and has no text of any. `digest` is the SHA-256 of the line
without it, and `ids_digest` of the ids, sorted, each with a line feed. Dates that were relative to now stand
in `query.read_as` as instants. Of more than `MAX_LISTED` articles the list is a file beside the manifest.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from search.errors import InvalidRequest

SCHEMA = 1
MAX_LISTED = 10_000
"""Articles that are listed in the manifest itself, at most."""

_CHANGED = "the manifest is not as it was made: its digest is of other content"


class Found(NamedTuple):
    """An article that was found: its id, the revision that made it so, and the digest of its content."""

    id: str
    revision: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The record of a search: its `facts` as in JSON, and the articles that it found, by id."""

    facts: Mapping[str, Any]
    articles: tuple[Found, ...]

    @property
    def read_as(self) -> str:
        """The query as it was understood, without anything relative to now."""
        return str(self.facts["query"]["read_as"])

    @property
    def archive(self) -> str:
        """The UUID of the archive."""
        return str(self.facts["archive"]["uuid"])

    @property
    def revision(self) -> int:
        """The revision of the archive that was searched."""
        return int(self.facts["archive"]["revision"])

    def list_file(self) -> bytes | None:
        """The list of the articles where it is a file of its own (gzip), else None."""
        if len(self.articles) <= MAX_LISTED:
            return None
        return gzip.compress("".join(f"{json.dumps(each)}\n" for each in self.articles).encode(), mtime=0)

    def to_json(self) -> str:
        """The manifest as one line."""
        told = dict(self.facts)
        told["ids_digest"] = _sha256("".join(f"{each.id}\n" for each in self.articles).encode())
        beside = self.list_file()
        told["articles"] = [each._asdict() for each in self.articles] if beside is None else _sha256(beside)
        return _canonical({**told, "digest": _sha256(_canonical(told).encode())}) + "\n"

    @classmethod
    def read(cls, written: str, read_list: Callable[[], bytes]) -> Manifest:
        """Read what `to_json` wrote; `read_list` gives the list where it is a file of its own.

        Raises `InvalidRequest` for any other text, also where one character differs.
        """
        try:
            told = json.loads(written)
            digest = told.pop("digest")
            if told["schema"] != SCHEMA:
                raise InvalidRequest(f"the manifest has schema {told['schema']}, this program reads {SCHEMA}")
            if (
                _sha256(_canonical(told).encode()) != digest
                or written != _canonical({**told, "digest": digest}) + "\n"
            ):
                raise InvalidRequest(_CHANGED)
            ids_digest, listed = told.pop("ids_digest"), told.pop("articles")
            if isinstance(listed, str):
                try:
                    beside = read_list()
                except OSError as error:
                    reason = f"{error.filename}: {error.strerror or error}"
                    raise InvalidRequest(
                        f"the manifest's list of articles cannot be read: {reason}"
                    ) from error
                if _sha256(beside) != listed:
                    raise InvalidRequest(_CHANGED)
                articles = [Found(*json.loads(line)) for line in gzip.decompress(beside).splitlines()]
            else:
                articles = [Found(**each) for each in listed]
            made = cls(told, tuple(articles))
            if not isinstance(made.revision, int) or not made.read_as or not isinstance(ids_digest, str):
                raise ValueError(ids_digest)
        except (
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
            RecursionError,
            EOFError,
            OSError,
            zlib.error,
        ) as error:
            raise InvalidRequest("that is not the manifest of a search") from error
        return made


@dataclass(frozen=True, slots=True)
class Drift:
    """How the articles found at a `revision` differ from the articles of a manifest: ids, sorted."""

    revision: int
    total: int
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        """True if anything differs."""
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True, slots=True)
class Replay:
    """A search done again: `then`, as of the revision of its manifest, and `now`.

    `then` is None where the archive has no such revision or is another one. `notes` name the reason.
    """

    then: Drift | None
    now: Drift
    notes: tuple[str, ...]


def drift(manifest: Manifest, found: Iterable[Found], revision: int) -> Drift:
    """Compare the articles that a search found with the articles of a manifest."""
    before = {each.id: each.digest for each in manifest.articles}
    after = {each.id: each.digest for each in found}
    return Drift(
        revision,
        len(after),
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(i for i in after.keys() & before.keys() if after[i] != before[i])),
        tuple(sorted(before.keys() - after.keys())),
    )


def order_digest(identities: Sequence[str]) -> str:
    """The digest of the hits of a page in their order."""
    return _sha256("".join(f"{identity}\n" for identity in identities).encode())


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sha256(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"
