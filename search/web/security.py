"""The checks that every request passes before anything else, the headers of every response, and the log.

A server on this machine alone can still be reached by the pages that a browser here shows: a page may have
its own name point to 127.0.0.1. So the Host is checked always, and the Origin where a request has a body.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search.errors import InvalidRequest
from search.web.clients import Network, client_address, client_scheme
from search.web.cors import preflight, sharing
from search.web.problems import Told, problem
from search.web.rooted import ROOT, enter
from search.web.site import page_of_failure, wants_page

MAX_BODY_BYTES = 64 << 10
MAX_ADDRESS_BYTES = 16 << 10
MAX_HEAD_BYTES = 32 << 10
CLIENT_GONE = 499
"""The status, for the log only, of a request whose client did not wait for the whole answer."""
BROKEN = "broken"
"""The word in place of the status, for the log only, of an answer that the server did not send to its end."""
OPEN_PATHS = re.compile(r"/healthz|/assets/.*")
"""The paths that need no token: the files of pages are the same for every archive."""

_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""The headers of every response, unless it has one by the same name."""

_TOKEN_NEEDED = (
    "this server asks for a token, in the header Authorization: Bearer TOKEN; for people its operator lets a "
    "proxy ask for a password and add the token"
)
_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d*)?", re.IGNORECASE)


class ResponseBroken(Exception):
    """A response has begun that cannot be sent to its end."""


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
        if len(headers.getlist("host")) > 1:
            return problem("not-http", "a request has one Host header")
        if host_name(host) not in self.hosts:
            return problem("wrong-host", "start the server with this name as --host-name")
        if (answer := preflight(scope["method"], headers, self.origins)) is not None:
            return answer
        if (
            self.tokens
            and not OPEN_PATHS.fullmatch(scope["path"])
            and not self._knows(headers.get("authorization", ""))
        ):
            return _unauthorized(Request(scope))
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
            return problem("too-long", "send a long query to /api/v1/search as JSON, with POST")
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > MAX_HEAD_BYTES:
            return problem("not-http", f"the headers have at most {MAX_HEAD_BYTES:,} bytes")
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
        return None

    def _knows(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        token = token.strip(" \t")
        digest = hashlib.sha256(token.encode("latin-1")).hexdigest()  # of the bytes that were sent
        known = [hmac.compare_digest(digest, each) for each in self.tokens]
        return scheme.lower() == "bearer" and token != "" and any(known)


def _unauthorized(request: Request) -> Response:
    if not wants_page(request):
        return problem("unauthorized", headers={"WWW-Authenticate": "Bearer"})
    response = page_of_failure(request, Told("unauthorized", _TOKEN_NEEDED))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def host_name(host: str) -> str:
    """The name in a Host header, without the port; "" if it is not a name with or without one."""
    found = _HOST.fullmatch(host)
    return found[1].lower().rstrip(".") if found else ""


def is_loopback(host: str) -> bool:
    """True if an address or a name is one of this machine only."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return host == "localhost"


def hosts_of(host: str, names: Collection[str]) -> frozenset[str]:
    """The hosts that a request to a server at the address `host` may name; raises `InvalidRequest`."""
    own = {f"[{host.strip('[]')}]" if ":" in host else host.lower()}
    if is_loopback(host):
        own |= {"localhost", "127.0.0.1", "[::1]"}
    return frozenset(own | {_name_given(name) for name in names})


def _name_given(name: str) -> str:
    """A name as browsers send it: in small letters, and in ASCII."""
    try:
        found = host_name(name if name.isascii() else name.encode("idna").decode())
    except UnicodeError:
        found = ""
    if not found:
        raise InvalidRequest(
            f"{name!r:.80} is not the name of a host; --host-name takes one such as archive.example"
        )
    return found


ABORT = "news.abort"
"""The name, in the state of a request, of the function that hangs up at once."""


class Guarded:
    """An application behind a guard; `log` takes a line for each request.

    The line has neither query nor client unless `log_queries`. A response that breaks ends its connection.
    With a `root` it answers what is under this path only.
    """

    def __init__(
        self,
        app: ASGIApp,
        guard: Guard,
        log: Callable[[str], None],
        *,
        log_queries: bool = False,
        root: str = "",
    ) -> None:
        self._app, self._guard, self._log, self._log_queries = app, guard, log, log_queries
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began, size, name = time.perf_counter(), 0, secrets.token_hex(6)
        ROOT.set(self._root)
        asked = scope["raw_path"]
        status: int | str = CLIENT_GONE
        answered, whole = 0, False
        shared = self._shared(scope)

        async def sending(message: Message) -> None:
            nonlocal answered, whole, size
            if message["type"] == "http.response.start":
                answered = message["status"]
                headers = [*message["headers"], *shared, (b"x-request-id", name.encode())]
                given = {each for each, _ in headers}
                message["headers"] = headers + [pair for pair in _HEADERS if pair[0] not in given]
            else:
                size += len(message.get("body", b""))
            await send(message)
            whole = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            app = self._guard.refusal(scope) or self._inside(scope)
            await app(scope, receive, sending)
            status = answered if whole else CLIENT_GONE
        except (ResponseBroken, asyncio.CancelledError):  # the second one when the server ends
            status = BROKEN
            if (abort := scope.get("state", {}).get(ABORT)) is not None:
                abort()
        except BaseException:
            status = answered
            raise
        finally:
            route = getattr(scope.get("route"), "path", "-")
            if self._log_queries:
                query = scope["query_string"]
                target = asked + (b"?" + query if query else b"")
                route = f"{(scope['client'] or '-')[0]} {target.decode('ascii', 'backslashreplace')}"
            spent = 1000 * (time.perf_counter() - began)
            self._log(f"{scope['method']} {route} {status} {spent:.0f} ms {size} bytes {name}")

    def _inside(self, scope: Scope) -> ASGIApp:
        """The application, or the answer to a request for nothing in it."""
        if not self._root or enter(scope, self._root):
            return self._app
        if scope["path"] != self._root:
            return problem("not-found")
        query: bytes = scope["query_string"]
        return RedirectResponse(f"{self._root}/{'?' if query else ''}{query.decode('latin-1')}", 303)

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
