"""The pages of other sites that may read answers: cross-origin resource sharing (CORS)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import Response

from search.errors import InvalidRequest

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")
_USUAL_PORT = re.compile(r"(?<=^http)(://.*):80$|(?<=^https)(://.*):443$")


def origins_of(written: Iterable[str]) -> frozenset[str]:
    """Check the origins, as a browser sends them, which is without a port that goes without saying.

    Raises `InvalidRequest`.
    """
    origins = frozenset(_USUAL_PORT.sub(r"\1\2", each.lower()) for each in written)
    for each in origins:
        if not _ORIGIN.fullmatch(each):
            raise InvalidRequest(f"{each!r:.60} is not an origin, such as https://archive.example")
    return origins


def preflight(method: str, headers: Headers, origins: frozenset[str]) -> Response | None:
    """The response to a browser that asks if a page may send a request; None for another request.

    It comes before the check of tokens, for a browser asks this without one.
    """
    if method != "OPTIONS" or "access-control-request-method" not in headers:
        return None
    if headers.get("origin", "") not in origins:
        return None
    allowed = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "authorization, content-type, if-none-match",
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=allowed)


def sharing(origin: str) -> list[tuple[bytes, bytes]]:
    """The headers by which a page of this origin may read a response."""
    return [
        (b"access-control-allow-origin", origin.encode("ascii")),
        (b"access-control-expose-headers", b"etag, link, retry-after, x-request-id"),
        (b"cross-origin-resource-policy", b"cross-origin"),
    ]
