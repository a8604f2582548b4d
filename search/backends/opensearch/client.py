"""Requests to a cluster, and its errors as ours.

Every request can be repeated: a write carries the id and the state that it replaces. So a request whose
answer is lost is sent again, to another node if there is one. An answer of some shards only is an error.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import orjson

from search.backends.opensearch.credentials import CA, PASSWORD, USER, authorization, trusted
from search.backends.opensearch.faults import BLOCKS, cause_of, reason_of
from search.backends.opensearch.location import ClusterLocation
from search.backends.opensearch.pauses import Pauses
from search.deadline import Deadline
from search.errors import (
    ArchiveError,
    ArchiveFull,
    ArchiveReadOnly,
    ArchiveUnavailable,
    DeadlineExceeded,
    IndexUnusable,
    InvalidRequest,
    LimitExceeded,
)
from search.once import once

if TYPE_CHECKING:
    from opensearchpy import Transport

REQUEST_SECONDS = 60.0
"""How long a request may take without a deadline."""

ATTEMPTS = 3
"""How often a request without an answer is sent, and once more for each host after the first."""

PATIENCE_SECONDS = 30.0
"""How long a request is repeated that the cluster refuses because it has too much to do."""

OLDEST, NEWER = (2, 12), (4, 0)
"""Versions of OpenSearch from the first on, and before the second, can be used."""

Answer = dict[str, Any]


class Missing(Exception):
    """An index, an alias or a document is not there."""


class Conflict(Exception):
    """Another writer was first."""


class Blocked(Exception):
    """The index takes no writes, as a new one is about to take its place."""


class PointLost(Exception):
    """A node that held a moment of the archive is gone; the message names the sign of it."""


class Cluster:
    """The cluster at `location`; safe to share between threads."""

    def __init__(self, location: ClusterLocation) -> None:
        self.location = location

    @once
    def _transport(self) -> Transport:
        """The connections; raises `InvalidRequest` where the client is not installed."""
        try:
            from opensearchpy import JSONSerializer, OpenSearch, SerializationError
        except ImportError as error:
            raise InvalidRequest(
                "an archive on OpenSearch needs its client: pip install 'news-search[opensearch]'"
            ) from error

        class Json(JSONSerializer):
            def loads(self, s: Any) -> Any:
                try:
                    return orjson.loads(s)
                except ValueError as error:
                    raise SerializationError(s, error) from error

        # Answers such as 404 are expected, and told by exceptions; they would be printed as warnings.
        logging.getLogger("opensearch").addHandler(logging.NullHandler())
        client = OpenSearch(
            [{"host": host.strip("[]"), "port": port} for host, port in self.location.hosts],
            use_ssl=self.location.encrypted,
            ssl_context=trusted() if self.location.encrypted else None,
            headers=authorization(),
            serializer=Json(),
            http_compress=False,
            max_retries=0,  # `_repeated` knows the deadline
            timeout=REQUEST_SECONDS,
            pool_maxsize=16,
        )
        return client.transport

    def close(self) -> None:
        """Let go of the connections."""
        if "_transport" in self.__dict__:
            self._transport.close()

    def attempt(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] | None = None,
        deadline: Deadline | None = None,
    ) -> Any:
        """The answer to a request, which is repeated while the cluster is busy.

        A `body` is bytes, or a value to write as JSON. Raises `Missing`, `Conflict`, `Blocked`,
        `ArchiveUnavailable`, `ArchiveFull` and other `ArchiveError`.
        """
        try:
            return self._repeated(method, path, body, params, deadline)
        except _Failed as error:
            raise ArchiveUnavailable(str(error), self.location) from None

    def _repeated(
        self,
        method: str,
        path: str,
        body: object,
        params: Mapping[str, str] | None,
        deadline: Deadline | None,
    ) -> Any:
        """`attempt`, but a node that is gone is `_Failed`."""
        sent = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        until, pauses = time.monotonic() + PATIENCE_SECONDS, Pauses(0.05, 1.0)
        attempts = ATTEMPTS + len(self.location.hosts) - 1
        while True:
            seconds = REQUEST_SECONDS
            if deadline is not None:
                deadline.check()
                seconds = min(seconds, max(0.05, deadline.until - time.monotonic()))
            try:
                return self._sent(method, path, sent, {**(params or {})}, seconds)
            except _Busy as error:
                if time.monotonic() > until:
                    raise ArchiveUnavailable(
                        f"the cluster has too much to do, and refuses more ({error}); try again later",
                        self.location,
                    ) from None
            except _Unanswered as error:
                attempts -= 1
                if deadline is not None:
                    deadline.check()
                if not attempts:
                    raise ArchiveUnavailable(str(error), self.location) from None
            pauses.wait()

    def _sent(
        self, method: str, path: str, body: bytes | None, params: dict[str, Any], seconds: float
    ) -> Any:
        from opensearchpy import exceptions

        headers = {
            "content-type": "application/x-ndjson"
            if path.endswith(("bulk", "msearch"))
            else "application/json"
        }
        try:
            return self._transport.perform_request(
                method, path, params={**params, "request_timeout": seconds}, body=body, headers=headers
            )
        except exceptions.SSLError as error:
            raise ArchiveUnavailable(
                f"the certificate of {self.location} cannot be verified ({reason_of(error)}); {CA} must name "
                "a file with the authority that signed it",
                self.location,
            ) from None
        except exceptions.ConnectionTimeout:
            raise _Unanswered(
                f"{self.location} gave no answer for {seconds:.3g} seconds; try again later"
            ) from None
        except exceptions.ConnectionError as error:
            raise _Unanswered(
                f"{self.location} cannot be reached ({reason_of(error)}); see that the cluster runs, and "
                "that this is its address"
            ) from None
        except exceptions.SerializationError:
            raise ArchiveUnavailable(
                f"{self.location} gave an answer that is not JSON; see what listens at this address",
                self.location,
            ) from None
        except exceptions.TransportError as error:
            raise self._told(error.status_code, error.info) from None

    def told(self, status: object, info: object) -> Exception:
        """The error for an answer, or one item of it, with this status."""
        error = self._told(status, info)
        return ArchiveUnavailable(str(error), self.location) if isinstance(error, _Failed | _Busy) else error

    def item_error(self, error: Mapping[str, Any]) -> Exception:
        """The error for a document that could not be read."""
        return self.told(404 if error.get("type") == "index_not_found_exception" else 503, {"error": error})

    def _told(self, status: object, info: object) -> Exception:
        kind, reason = cause_of(info)
        where = self.location
        if status in (401, 403) and kind not in BLOCKS:
            given = "is refused" if authorization() else f"is not given; set {USER} and {PASSWORD}"
            return ArchiveUnavailable(
                f"{where} asks for a user, who {given} ({status} {reason[:200]})", where
            )
        if kind in BLOCKS:
            return self._block(reason)
        if kind in ("search_context_missing_exception", "node_not_connected_exception"):
            return _Failed(f"a node of {where} is gone ({kind})")
        if status == 404:
            return Missing(reason)
        if kind == "index_closed_exception":
            return ArchiveUnavailable(f"{reason}; open the index: POST /INDEX/_open", where)
        if status == 409:
            return Conflict(reason)
        if status == 429:
            return _Busy(kind or "429")
        if "too_many_nested_clauses" in reason or kind == "too_many_nested_clauses":
            return LimitExceeded("the query has too many parts for the cluster; ask for fewer words")
        if "too_many_buckets" in kind:
            return LimitExceeded("that is more intervals or values than the cluster counts at once")
        if status in (500, 502, 503, 504):
            return _Failed(
                f"{where} cannot answer now ({kind or status}: {reason[:200]}); news doctor says which part "
                "of the archive has no node"
            )
        return ArchiveError(f"{where} refused a request ({status}, {kind}: {reason[:300]})", where)

    def _block(self, reason: str) -> Exception:
        if "read-only / allow delete" in reason or "disk usage exceeded" in reason:
            return ArchiveFull(
                "a disk of the cluster is nearly full, so that it takes no more articles; make room, and it "
                "goes on by itself",
                self.location,
            )
        if "index write" in reason:
            return Blocked(reason)
        if "read-only" in reason:
            return ArchiveReadOnly(
                "the index is set to be read only; to change that, set index.blocks.read_only to null",
                self.location,
            )
        return _Failed(f"the cluster takes no requests for this archive now ({reason[:200]})")

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] | None = None,
        deadline: Deadline | None = None,
    ) -> Any:
        """`attempt`, with errors that are `translated`: all that is named was there just now."""
        with self.translated():
            return self.attempt(method, path, body, params=params, deadline=deadline)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Within it `Missing`, `Conflict` and `Blocked` are errors of the archive."""
        try:
            yield
        except Missing as error:
            raise self.missing(str(error)) from None
        except (Conflict, Blocked) as error:
            raise ArchiveUnavailable(
                f"another process writes the same, or replaces the index ({error}); give the command again",
                self.location,
            ) from None

    def missing(self, reason: str) -> ArchiveError:
        """The error where a part of the archive is not there: removed, or replaced by a rebuild."""
        alias = self.location.alias
        with suppress(Missing):
            for index, told in self.attempt("GET", f"/{alias}").items():
                name = self._lacking(index, told["aliases"])
                if name and index in self.attempt("GET", f"/{alias}"):  # else it is not the newest any more
                    return IndexUnusable(
                        f"{name} is missing; to make it again from the articles, run: news rebuild", alias
                    )
        return ArchiveUnavailable(
            f"a part of the archive is not there any more ({reason}); another process has rebuilt or removed "
            "it: give the command again",
            self.location,
        )

    def _lacking(self, index: str, aliases: Iterable[str]) -> str:
        """The name of the part of an index, with these aliases, that is not there; "" if all are."""
        if not any(each == f"{index}.write" or each.startswith(f"{index}.closed-") for each in aliases):
            return f"{index}.write"
        alias = self.location.alias
        for name in (f"{index}.lexicon", f"{index}.lexicon.write", f"{alias}.lexicon", f"{alias}.notes"):
            try:
                self.attempt("GET", f"/{name}/_settings")
            except Missing:
                return name
        return ""

    def refresh(self, index: str) -> None:
        """Make all that was written to an index searchable; raises `ArchiveUnavailable` if it may not be."""
        answer = self.call("POST", f"/{index}/_refresh")
        if answer["_shards"]["failed"]:
            _, reason = cause_of({"error": {"failed_shards": answer["_shards"].get("failures", [])}})
            raise ArchiveUnavailable(
                f"a part of {index} has no node, or takes no writes ({reason}); news doctor says which",
                self.location,
            )
        # A shard without a node is not refreshed, and is not counted as failed. One that is there again shows
        # all that it has, so that it is enough if all of them answer now.
        self.search_once({"size": 0, "track_total_hits": False}, index)

    def search(self, body: Answer, index: str | None = None, *, deadline: Deadline | None = None) -> Answer:
        """The answer of every shard of an index, or of the moment that `body` names.

        Raises `PointLost` where a shard gives no answer; see `Moment.answer`.
        """
        path = "/_search" if index is None else f"/{index}/_search"
        params = {"allow_partial_search_results": "false"}
        if deadline is not None:
            body = {**body, "timeout": f"{max(1, round(1000 * (deadline.until - time.monotonic())))}ms"}
        try:
            found: Answer = self._repeated("POST", path, body, params, deadline)
        except _Failed as error:
            raise PointLost(str(error)) from None
        except Missing as error:
            if index is not None:
                raise self.missing(str(error)) from None
            raise PointLost(str(error)) from None
        if found.get("timed_out"):
            if deadline is not None:
                raise DeadlineExceeded(
                    f"the query took longer than {deadline.seconds:g} seconds; make it narrower, or give it "
                    "more time"
                )
            raise ArchiveUnavailable(f"{self.location} has not answered in time", self.location)
        shards = found["_shards"]
        if shards["failed"] or shards["successful"] < shards["total"]:
            raise PointLost(f"{shards['failed']} of {shards['total']} shards failed")
        return found

    def search_once(self, body: Answer, index: str) -> Answer:
        """The answer of every shard of an index; raises `ArchiveUnavailable` where one gives no answer."""
        try:
            return self.search(body, index)
        except PointLost as error:
            raise ArchiveUnavailable(
                f"a part of {index} has no node ({error}); news doctor says which", self.location
            ) from None

    def is_starting(self) -> bool:
        """True if the cluster does not know its indexes yet: then each of them seems not to be there."""
        told = self.call("GET", "/_cluster/state/blocks")
        return not {"1", "2"}.isdisjoint(told.get("blocks", {}).get("global", {}))  # no state, no manager

    def check_version(self) -> str:
        """The version of the server; raises `ArchiveError` for one that is not known to answer rightly."""
        told = self.call("GET", "/")
        version = told.get("version", {}) if isinstance(told, dict) else {}
        number, kind = str(version.get("number", "")), version.get("distribution")
        read = tuple(int(part) for part in number.split(".")[:2] if part.isdecimal())
        if kind != "opensearch" or not OLDEST <= read < NEWER:
            named = f"{kind or 'Elasticsearch or another server'} {number}".strip()
            raise ArchiveError(
                f"{self.location} is {named}; an archive needs OpenSearch from {_dotted(OLDEST)} on, before "
                f"{_dotted(NEWER)}",
                self.location,
            )
        return number


class _Busy(Exception):
    """The cluster has too much to do at the moment."""


class _Unanswered(Exception):
    """A node cannot be reached, or its answer was lost."""


class _Failed(Exception):
    """Nodes are gone, or have not yet taken over."""


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
