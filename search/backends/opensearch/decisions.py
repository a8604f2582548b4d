"""Decides whether the articles of a batch are put in, from the documents that are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from search.article import Article
from search.backends.evaluate.columns import microseconds, moment
from search.backends.opensearch.documents import server_id
from search.fields import MAX_EXTRA_FIELDS, MAX_INDEXED_FIELDS

Document = dict[str, Any]


@dataclass(slots=True)
class Stored:
    """A document as it was read: its state, its content, its version, when it was first seen, its writer."""

    seq_no: int
    primary_term: int
    digest: str
    version: int | None
    seen: int
    writer: str


@dataclass(slots=True)
class Wish:
    """The article to put in for an id, and how often that counts as added and as updated.

    Of several articles of one id only the last is put in; the others count as if they had come before it, and
    the `first` of them was seen first.
    """

    article: Article
    first: Article
    added: int
    updated: int


@dataclass(slots=True)
class Done:
    """The outcome of a batch: counts, ids, and the articles to try again."""

    counts: Counter[str] = field(default_factory=Counter)
    unindexed: dict[str, None] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    again: list[Article] = field(default_factory=list)

    def count(self, wish: Wish) -> None:
        """Count an article that is in now."""
        self.counts["added"] += wish.added
        self.counts["updated"] += wish.updated
        self.added += [wish.article.id] * wish.added
        self.updated += [wish.article.id] * wish.updated


def wishes_of(
    articles: Sequence[Article],
    stored: Mapping[str, Stored],
    cancelled: Mapping[str, int | None],
    done: Done,
    sent: dict[str, Wish],
    writer: str,
) -> dict[str, Wish]:
    """The article to put in for each id; the others are counted.

    Articles `sent` before may be in: then this writer has written the document.
    """
    arrived = {
        i
        for i, wish in sent.items()
        if i in stored and (stored[i].writer, stored[i].digest) == (writer, wish.article.digest().hex())
    }
    for identity in arrived:
        done.count(sent.pop(identity))
    wishes: dict[str, Wish] = {}
    known: dict[str, tuple[int | None, str]] = {i: (each.version, each.digest) for i, each in stored.items()}
    withdrawn = dict(cancelled)
    for article in articles:
        identity, version = article.id, article.version
        if identity in arrived:
            continue
        if identity in withdrawn:
            if not is_above(version, withdrawn[identity]):
                done.counts["withdrawn"] += 1
                continue
            del withdrawn[identity]
        before, digest = known.get(identity, (None, ""))
        if version is not None and before is not None and version < before:
            done.counts["older"] += 1
            continue
        own = article.digest().hex()
        if own == digest:
            done.counts["unchanged"] += 1
            continue
        known[identity] = version if version is not None else before, own
        if identity in wishes:
            wishes[identity].article = article
            wishes[identity].updated += 1
        else:
            earlier = sent.pop(identity, None)
            times = 1 if earlier is None else earlier.added + earlier.updated
            new = int(identity not in stored)
            first = article if earlier is None else earlier.first
            wishes[identity] = Wish(article, first, new, times - new)
    return wishes


def is_above(version: int | None, cancelled: int | None) -> bool:
    """True if a version is newer than the cancelled one."""
    return version is not None and cancelled is not None and version > cancelled


def first_seen(article: Article, before: Stored | None, now: datetime) -> datetime:
    """When the archive first had an article: once and for all, or when it was fetched if that was earlier."""
    if before is not None:
        known = moment(before.seen)
        assert known is not None
        return known
    crawled = article.crawled
    return crawled if crawled is not None and microseconds(crawled) > 0 and crawled < now else now


def action(identity: str, before: Stored | None) -> Document:
    """The line before a document: it is new, or takes the place of the one that was read."""
    if before is None:
        return {"create": {"_id": server_id(identity)}}
    return {
        "index": {
            "_id": server_id(identity),
            "if_seq_no": before.seq_no,
            "if_primary_term": before.primary_term,
        }
    }


def indexed_fields(article: Article, fields: dict[str, None], unindexed: dict[str, None]) -> list[str]:
    """The extra fields of an article that can be searched; they are put among the `fields` of the archive."""
    own: list[str] = []
    for number, name in enumerate(article.extra):
        if number >= MAX_INDEXED_FIELDS or (name not in fields and len(fields) >= MAX_EXTRA_FIELDS):
            unindexed[name] = None
        else:
            fields[name] = None
            own.append(name)
    return own
