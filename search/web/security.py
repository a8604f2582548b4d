"""The checks that every request passes before anything else, the headers of every response, and the log.

A server on this machine alone can still be reached by the pages that a browser here shows: a page may have
its own name point to 127.0.0.1. So the Host is checked always, and the Origin where a request has a body.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search.web.clients import Network, client_address, client_scheme
from search.web.cors import preflight, sharing
from search.web.problems import problem

MAX_BODY_BYTES = 64 << 10
MAX_ADDRESS_BYTES = 16 << 10
OPEN_PATHS = frozenset({"/healthz"})
"""The paths that need no token."""

_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""The headers of every response, unless it has one by the same name."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The hosts that a request may name, and the SHA-256 of each token; it needs one if there are any.

    Pages of the `origins` may read answers, and the `proxies` tell the addresses of their clients.
    """

    hosts: frozenset[str]
    tokens: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()

    def refusal(self, scope: Scope) -> Response | None:
        """The response to a request that must not be answered, else None."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host_name(host) not in self.hosts:
            return problem("wrong-host", "start the server with this name as --host-name")
        if (answer := preflight(scope["method"], headers, self.origins)) is not None:
            return answer
        if (
            self.tokens
            and scope["path"] not in OPEN_PATHS
            and not self._knows(headers.get("authorization", ""))
        ):
            return problem("unauthorized", headers={"WWW-Authenticate": "Bearer"})
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
            return problem("too-long", "send a long query to /api/v1/search as JSON, with POST")
        if scope["method"] != "POST":
            return None  # no other method has a body that is read
        origin = headers.get("origin")
        own = origin is None or origin.partition("://")[2].lower() == host.lower()
        if not own and origin not in self.origins:
            return problem("wrong-origin")
        if (length := headers.get("content-length")) is None or not length.isdecimal():
            return problem("length-required")
        if int(length) > MAX_BODY_BYTES:
            return problem("too-large", f"a body has at most {MAX_BODY_BYTES:,} bytes")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return problem("not-json")
        return None

    def _knows(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        digest = hashlib.sha256(token.strip().encode()).hexdigest()
        known = [hmac.compare_digest(digest, each) for each in self.tokens]
        return scheme.lower() == "bearer" and any(known)


def host_name(host: str) -> str:
    """The name in a Host header, without the port."""
    name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return name.lower().rstrip(".")


def is_loopback(host: str) -> bool:
    """True if an address or a name is one of this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def hosts_of(host: str, names: Collection[str]) -> frozenset[str]:
    """The hosts that a request to a server at the address `host` may name."""
    own = {f"[{host}]" if ":" in host else host.lower()}
    if is_loopback(host):
        own |= {"localhost", "127.0.0.1", "[::1]"}
    return frozenset(own | {host_name(name) for name in names})


class Guarded:
    """An application behind a guard; `log` takes a line for each request.

    The line has neither query nor client unless `log_queries`.
    """

    def __init__(
        self, app: ASGIApp, guard: Guard, log: Callable[[str], None], *, log_queries: bool = False
    ) -> None:
        self._app, self._guard, self._log, self._log_queries = app, guard, log, log_queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began, status, size, name = time.perf_counter(), 0, 0, secrets.token_hex(6)
        shared = self._shared(scope)

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], *shared, (b"x-request-id", name.encode())]
                given = {each for each, _ in headers}
                message["headers"] = headers + [pair for pair in _HEADERS if pair[0] not in given]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            app: ASGIApp = self._guard.refusal(scope) or self._app
            await app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            if self._log_queries:
                query = scope["query_string"]
                target = scope["raw_path"] + (b"?" + query if query else b"")
                route = f"{(scope['client'] or '-')[0]} {target.decode('ascii', 'backslashreplace')}"
            spent = 1000 * (time.perf_counter() - began)
            self._log(f"{scope['method']} {route} {status} {spent:.0f} ms {size} bytes {name}")

    def _shared(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """The headers for a page of another site; client and scheme become as they were before a proxy."""
        guard = self._guard
        if not guard.origins and not guard.proxies:
            return []
        headers = Headers(scope=scope)
        if scope["client"] is not None:
            peer = scope["client"][0]
            scope["client"] = client_address(peer, headers, guard.proxies), 0
            scope["scheme"] = client_scheme(peer, headers, guard.proxies) or scope["scheme"]
        origin = headers.get("origin", "")
        by_origin = [(b"vary", b"Origin")] if guard.origins else []
        return by_origin + (sharing(origin) if origin in guard.origins else [])
