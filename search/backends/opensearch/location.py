"""The address of an archive on a cluster.

opensearch://HOST[:PORT][,HOST[:PORT]…]/NAME[?shards=N][&replicas=N]

The connection is encrypted and the certificate is verified; `opensearch+http:` is without encryption. Shards
and replicas count when an index is made. User and password are never in an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from search.errors import InvalidRequest

SCHEMES = ("opensearch", "opensearch+http")
DEFAULT_PORT = 9_200
MAX_SHARDS, MAX_REPLICAS = 1_024, 16

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class ClusterLocation:
    """The nodes to ask, (host, port) each, and the name of the archive.

    Without `shards` an index has as many as the one before it, or 1. Without `replicas` it has as many, too,
    or one as soon as there is a second node.
    """

    hosts: tuple[tuple[str, int], ...]
    name: str
    encrypted: bool = True
    shards: int | None = None
    replicas: int | None = None

    def __str__(self) -> str:
        scheme = SCHEMES[0] if self.encrypted else SCHEMES[1]
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"{scheme}://{hosts}/{self.name}"

    @property
    def alias(self) -> str:
        """The name under which the newest index of the archive is searched."""
        return f"news-{self.name}"


def is_cluster(location: object) -> bool:
    """True if the location is an address, not a folder."""
    return str(location).partition("://")[0] in SCHEMES and "://" in str(location)


def read_location(location: object) -> ClusterLocation:
    """The location that an address names; raises `InvalidRequest`, without a password that may be in it."""
    written = str(location)
    try:
        parts = urlsplit(written)
    except ValueError as error:
        raise InvalidRequest(f"{written!r} is not an address: {error}") from None
    if parts.fragment:
        raise InvalidRequest(f"{written!r} has a part after #, which means nothing in an address")
    if "@" in parts.netloc:
        raise InvalidRequest(
            "the address of a cluster has no user and no password; set NEWS_OPENSEARCH_USER and "
            "NEWS_OPENSEARCH_PASSWORD"
        )
    name = parts.path.strip("/")
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"{written!r} names no archive: after the host stands a name of lower-case letters, digits, - "
            "and _, as in opensearch://localhost:9200/news"
        )
    hosts = []
    for each in parts.netloc.split(","):
        read = _HOST.fullmatch(each)
        port = int(read[2] or DEFAULT_PORT) if read else 0
        if read is None or not 0 < port < 1 << 16:
            raise InvalidRequest(f"{each!r} is not a host, or a host and a port")
        hosts.append((read[1], port))
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    shards, replicas = options.pop("shards", None), options.pop("replicas", None)
    if options:
        raise InvalidRequest(
            f"{next(iter(options))!r} is not an option of an address; options are shards and replicas"
        )
    return ClusterLocation(
        tuple(hosts),
        name,
        parts.scheme == SCHEMES[0],
        None if shards is None else _number(shards, "shards", 1, MAX_SHARDS),
        None if replicas is None else _number(replicas, "replicas", 0, MAX_REPLICAS),
    )


def _number(written: str, name: str, least: int, most: int) -> int:
    if not (written.isascii() and written.isdecimal() and least <= int(written) <= most):
        raise InvalidRequest(f"{name} of an address is a number from {least} to {most:,}, not {written!r}")
    return int(written)
