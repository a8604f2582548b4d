"""Addresses that were read before: a kept answer to one of them is sent without reading it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from search.web.responses import FormedTask

MAX_KNOWN = 4_096
MAX_KNOWN_BYTES = 1_024
"""A longer address is read each time, so that the known ones take a few megabytes at most."""


class KnownAddresses:
    """The questions at the addresses used last, each of which depends on nothing but its address."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[bytes, bytes], tuple[FormedTask, object]] = OrderedDict()

    def remember(self, request: Request, asked: FormedTask) -> None:
        """Remember the question of a request with GET."""
        address = _address(request.scope)
        if sum(map(len, address)) <= MAX_KNOWN_BYTES:
            self._known[address] = asked, request.scope.get("route")
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)

    def find(self, scope: Scope) -> FormedTask | None:
        """The question of this request, if it is known; its route is noted for the log."""
        if scope["method"] != "GET" or (found := self._known.get(address := _address(scope))) is None:
            return None
        self._known.move_to_end(address)
        scope["route"] = found[1]
        return found[0]


class Shortcut:
    """Sends the response that `find` has for a request, and hands all other requests to the application."""

    def __init__(self, app: ASGIApp, find: Callable[[Scope], Response | None]) -> None:
        self._app, self._find = app, find

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._find(scope) or self._app)(scope, receive, send)


def _address(scope: Scope) -> tuple[bytes, bytes]:
    return scope["raw_path"], scope["query_string"]
