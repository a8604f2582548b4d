"""The indexes of an archive NAME on a cluster, and the fields of a document.

news-NAME                   alias of the newest index, under which it is searched
news-NAME.000001            the articles, one document each
news-NAME.000001.write      alias for writing; it ends when a newer index takes the place of this one
news-NAME.000001.closed-T   alias in the place of .write while it is closed, by the rebuild with this token
news-NAME.000002-T          the next one, made by the rebuild with this token
news-NAME.000001.lexicon    every form of a word with its term, as long as the index lasts; it has .write, too
news-NAME.lexicon           alias of the newest lexicon
news-NAME.notes             alias of the notes: ids that a wire has cancelled, or deleted lately; who rebuilds
news-NAME.notes.1           the notes

A document of an article:

id, digest                    the id, and the SHA-256 of the content
version, writer               the last version that a wire gave it; the process that wrote the document
article, sum                  the article as JSON, the truth, and the SHA-256 of this text
published modified seen       microseconds since 1970, and `second.…` whole seconds, to count by
lengths.F, words              words in a field of text; in description, highlights and body
text.F, form.F                the term and the form of each word; `#` for a word too long to be one
score.F, score.any            `term|1000 tf` of each term (`tf` as in `search.engine.ranking`)
pairs                         each distinct `term|form`
value.X                       each value, `folded` or `folded US as written`; `.folded` is without the latter
name_words                    the words of authors
language.L                    there if the article is in this language

Of these `_source` keeps the article, its digest, its version and its times. The averages of the lengths are
part of `tf`, so they stay as they were when the index was made; its mapping has them, with the version of the
analysis.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from search.backends.evaluate.columns import SEPARATOR, VALUE_GAP
from search.backends.opensearch.client import Answer, Cluster, Missing
from search.backends.opensearch.location import ClusterLocation
from search.deadline import Deadline
from search.engine import DEFAULT_RANKING
from search.errors import ArchiveDamaged, ArchiveError, ArchiveNotFound, ArchiveUnavailable
from search.fields import TEXT_FIELDS
from search.text import LANGUAGES, Analyzer
from search.text.stemming import stemmers_checksum

FORMAT = 1

ARTICLES = re.compile(r"\.\d{6}(-[0-9a-f]{8})?$")
"""The end of the name of an index of articles."""

HOLE = "#"
"""Stands for a word too long to be one; no word is this."""

TF_SCALE = 1_000
"""A tf is kept as a whole number of this many parts."""

MAX_RETRIES = 100
"""How often a node tries to take a shard again, every five seconds.

It cannot while a moment of the shard that it had before is kept, which is some minutes; the own number of the
server lasts for half a minute."""

DATES = ("published", "modified", "seen")

SATURATED = f"query.boost * doc.freq / (doc.freq + {DEFAULT_RANKING.k1 * TF_SCALE}D)"
"""The score of a term on the server. The boost of the query is idf * (k1 + 1), with an idf of our own: the
server would count deleted articles, which its copies have in different numbers, and each shard for itself."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One index of an archive, as its mapping tells of it. The server gives each index a `uuid` of its own.

    `averages` has the average length of each field of text that scores are made with, and is empty until the
    first articles come. `languages` are the languages of its articles, deleted ones too. It `is_durable` if a
    write is on the disk when it is acknowledged.
    """

    index: str
    uuid: str
    archive: str
    language: str
    analyzer: str
    stemmers: str
    averages: Mapping[str, float]
    is_durable: bool
    extra_fields: tuple[str, ...]
    languages: frozenset[str]

    @property
    def lexicon(self) -> str:
        return f"{self.index}.lexicon"

    @property
    def writing(self) -> str:
        return f"{self.index}.write"


def notes_alias(location: ClusterLocation) -> str:
    """The alias of the notes."""
    return f"{location.alias}.notes"


def lexicon_alias(location: ClusterLocation) -> str:
    """The alias of the newest lexicon."""
    return f"{location.alias}.lexicon"


def newest(cluster: Cluster, deadline: Deadline | None = None) -> Generation:
    """The index that is searched; raises `ArchiveNotFound`, `ArchiveUnavailable` and `ArchiveDamaged`."""
    location = cluster.location
    try:
        params = {"flat_settings": "true"}
        found = cluster.attempt("GET", f"/{location.alias}", params=params, deadline=deadline)
    except Missing:
        raise absent(cluster) from None
    if len(found) != 1:
        raise ArchiveDamaged(
            f"the alias {location.alias} must name one index, and names {', '.join(sorted(found))}; remove "
            "it from all but the newest",
            location,
        )
    ((index, told),) = found.items()
    return generation_of(index, told, location)


def generation_of(index: str, told: Mapping[str, Any], location: ClusterLocation) -> Generation:
    """Read what an index tells of itself; raises `ArchiveDamaged`, or `ArchiveError` for a newer format."""
    mappings, settings = told["mappings"], told["settings"]
    facts = mappings.get("_meta", {})
    properties = mappings.get("properties", {})
    try:
        made_by = facts["format"]
        if made_by != FORMAT:
            raise ArchiveError(
                f"the index {index} has format {made_by}, and this version of news reads {FORMAT}; use a "
                "newer version",
                location,
            )
        averages = facts["averages"]
        if facts["language"] not in LANGUAGES or not (
            averages == {} or [type(averages[field]) for field in TEXT_FIELDS] == [float] * len(TEXT_FIELDS)
        ):
            raise TypeError("a language, or average lengths, that mean something")
        return Generation(
            index,
            settings["index.uuid"],
            facts["archive"],
            facts["language"],
            facts["analyzer"],
            facts["stemmers"],
            facts["averages"],
            settings.get("index.translog.durability", "request") == "request",
            tuple(sorted(properties["value"].get("properties", {}).keys() - OWN_VALUES)),
            frozenset(properties["language"].get("properties", {})),
        )
    except (KeyError, TypeError) as error:
        raise ArchiveDamaged(
            f"{index} is not an index of news, or its mapping was changed: it lacks {error}; restore a "
            "backup: news restore",
            location,
        ) from error


OWN_VALUES = frozenset({"keyword", "author", "source", "url", "site", "lang", "precision"})
"""Fields of values beside the extra fields."""


def meta(analyzer: Analyzer, archive: str, averages: Mapping[str, float]) -> dict[str, object]:
    """The facts that an index keeps about itself."""
    return {
        "format": FORMAT,
        "archive": archive,
        "language": analyzer.language,
        "analyzer": analyzer.version,
        "stemmers": stemmers_checksum(),
        "averages": dict(averages),
    }


def articles_body(
    location: ClusterLocation, facts: Mapping[str, object], before: Mapping[str, str] | None = None
) -> Answer:
    """The settings and the mapping of an index of articles; `before` are the settings of an earlier one."""
    known = before or {}
    shards = location.shards or int(known.get("index.number_of_shards", 1))
    size = _size(shards, location.replicas)
    if location.replicas is None:
        size |= {name: known[f"index.{name}"] for name in _COPIES if f"index.{name}" in known}
    return {
        "settings": {
            "index": {
                **size,
                "mapping": {"total_fields": {"limit": 10_000}},
                "similarity": {"bm25f": {"type": "scripted", "script": {"source": f"return {SATURATED};"}}},
            },
            "analysis": _ANALYSIS,
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": dict(facts),
            "_source": {"includes": ["id", "article", "sum", "digest", "version", "writer", *DATES]},
            "dynamic_templates": [
                {"values": {"path_match": "value.*", "mapping": _VALUE}},
                {
                    "languages": {
                        "path_match": "language.*",
                        "mapping": {"type": "boolean", "doc_values": False},
                    }
                },
            ],
            "properties": {
                "id": {"type": "keyword"},
                "digest": {"type": "keyword", **_UNUSED},
                "version": {"type": "long", **_UNUSED},
                "writer": {"type": "keyword", **_UNUSED},
                "article": {"type": "keyword", **_UNUSED},
                "sum": {"type": "keyword", **_UNUSED},
                **{name: {"type": "long"} for name in DATES},
                "second": {"properties": {name: {"type": "long", "index": False} for name in DATES}},
                "lengths": {"properties": {name: {"type": "integer"} for name in TEXT_FIELDS}},
                "words": {"type": "integer"},
                "text": {"properties": dict.fromkeys(TEXT_FIELDS, _TEXT)},
                "form": {"properties": dict.fromkeys(TEXT_FIELDS, _TEXT)},
                "score": {"properties": dict.fromkeys((*TEXT_FIELDS, "any"), _SCORE)},
                "pairs": {"type": "keyword", "doc_values": False, "norms": False},
                "name_words": {**_WORDS, "analyzer": "spaced"},
                "value": {"dynamic": "true", "properties": dict.fromkeys(sorted(OWN_VALUES), _VALUE)},
                "language": {"dynamic": "true", "type": "object"},
            },
        },
    }


def lexicon_body() -> Answer:
    """The settings and the mapping of a lexicon; `articles` is how many had the term as it first came."""
    return {
        "settings": {"index": _size(1, None)},
        "mappings": {
            "dynamic": "strict",
            "_source": {"includes": ["form", "term"]},
            "properties": {
                "form": {"type": "keyword"},
                "term": {"type": "keyword"},
                "articles": {"type": "integer", "index": False},
            },
        },
    }


def notes_body() -> Answer:
    """The settings and the mapping of the notes."""
    return {
        "settings": {"index": _size(1, None)},
        "mappings": {
            "dynamic": "strict",
            "properties": {
                "kind": {"type": "keyword"},
                "id": {"type": "keyword"},
                "version": {"type": "long"},
                "at": {"type": "long"},
                "holder": {"type": "keyword"},
            },
        },
    }


def absent(cluster: Cluster) -> ArchiveError:
    """The error where the cluster has said that there is no archive; it also says so while it starts."""
    location = cluster.location
    if cluster.is_starting() or exists(cluster, location.alias):
        return ArchiveUnavailable(
            f"{location} is starting, and did not know its archives yet; wait", location
        )
    found = [name for name in cluster.call("GET", f"/{location.alias}.*/_settings") if ARTICLES.search(name)]
    if found:
        return ArchiveDamaged(
            f"{', '.join(sorted(found))} may have articles, but no index has the alias {location.alias}; "
            "give it to the newest one",
            location,
        )
    return ArchiveNotFound(f"no archive at {location}; make one with: news index PATH", location)


def exists(cluster: Cluster, name: str) -> bool:
    """True if there is an index or an alias of this name."""
    try:
        cluster.attempt(
            "GET", f"/{name}/_settings", params={"flat_settings": "true", "expand_wildcards": "all"}
        )
    except Missing:
        return False
    return True


def _size(shards: int, replicas: int | None) -> dict[str, object]:
    copies = {"auto_expand_replicas": "0-1"} if replicas is None else {"number_of_replicas": replicas}
    return {
        "number_of_shards": shards,
        **copies,
        "refresh_interval": "-1",  # what is written is seen when its writer says so
        "translog.durability": "request",
        "allocation.max_retries": MAX_RETRIES,
    }


_COPIES = ("auto_expand_replicas", "number_of_replicas")
"""Settings of the number of copies; the first decides if it is not "false"."""

_UNUSED = {"index": False, "doc_values": False}
_WORDS = {"type": "text", "norms": False, "search_analyzer": "whole", "position_increment_gap": VALUE_GAP}
_TEXT = {**_WORDS, "analyzer": "words"}
_SCORE = {
    "type": "text",
    "index_options": "freqs",
    "norms": False,
    "similarity": "bm25f",
    "analyzer": "weighted",
    "search_analyzer": "whole",
}
_VALUE = {
    "type": "keyword",
    "fields": {"folded": {"type": "keyword", "doc_values": False, "normalizer": "folded"}},
}
_ANALYSIS = {
    "tokenizer": {
        "spaced": {"type": "char_group", "tokenize_on_chars": [" "], "max_token_length": 4_096},
    },
    "char_filter": {
        "unwritten": {"type": "pattern_replace", "pattern": f"{SEPARATOR}.*", "replacement": ""},
    },
    "normalizer": {"folded": {"type": "custom", "char_filter": ["unwritten"], "filter": []}},
    "filter": {
        "holes": {"type": "stop", "stopwords": [HOLE]},
        "frequency": {"type": "delimited_term_freq", "delimiter": "|"},
        "alternatives": {"type": "pattern_capture", "patterns": ["([^|]+)"], "preserve_original": False},
    },
    "analyzer": {
        "words": {"type": "custom", "tokenizer": "spaced", "filter": ["holes"]},
        "spaced": {"type": "custom", "tokenizer": "spaced", "filter": []},
        "weighted": {"type": "custom", "tokenizer": "spaced", "filter": ["frequency"]},
        "whole": {"type": "custom", "tokenizer": "keyword", "filter": []},
        "alternatives": {"type": "custom", "tokenizer": "keyword", "filter": ["alternatives"]},
    },
}
