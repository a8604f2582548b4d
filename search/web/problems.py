"""Errors as problem details (RFC 9457): a kind with a status, a sentence, and facts for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from starlette.responses import Response

from search.errors import QuerySyntaxError, SearchError
from search.present.safe import printable
from search.serving import Busy, EvaluatorFailed, TooManyRequests
from search.web.rooted import ROOT

MEDIA_TYPE = "application/problem+json"
PAGE = "/help/problems"


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem: its status, and its meaning in a few words."""

    status: int
    title: str


PROBLEMS = {
    "query-syntax": Problem(400, "The query cannot be read"),
    "bad-request": Problem(400, "A parameter has no meaning"),
    "not-http": Problem(400, "The request is not HTTP, or its head is too long"),
    "unauthorized": Problem(401, "A token is needed"),
    "wrong-origin": Problem(403, "The request comes from the page of another site"),
    "no-article": Problem(404, "There is no such article"),
    "not-found": Problem(404, "There is nothing at this address"),
    "method-not-allowed": Problem(405, "The address does not take this method"),
    "length-required": Problem(411, "The length of the body is needed"),
    "too-large": Problem(413, "The body is too large"),
    "too-long": Problem(414, "The address is too long"),
    "not-json": Problem(415, "The body must be JSON"),
    "wrong-host": Problem(421, "The server does not answer for this host"),
    "too-broad": Problem(422, "A limit was hit"),
    "too-many-requests": Problem(429, "This client has too many requests at once"),
    "internal": Problem(500, "The server failed"),
    "busy": Problem(503, "The server is busy"),
    "deadline": Problem(503, "The answer took too long"),
    "evaluator-failed": Problem(503, "The process that answers has ended"),
    "archive-unusable": Problem(503, "The archive cannot be read"),
    "archive-unavailable": Problem(503, "The archive cannot be reached now"),
    "archive-damaged": Problem(503, "The archive is damaged"),
    "index-unusable": Problem(503, "The index cannot be used"),
    "index-behind": Problem(503, "The index does not cover all articles"),
}
"""Every kind of problem that the server answers with."""

KINDS = {
    "error": "internal",
    "query-syntax": "query-syntax",
    "invalid-request": "bad-request",
    "invalid-article": "internal",
    "limit-exceeded": "too-broad",
    "deadline-exceeded": "deadline",
    "archive": "archive-unusable",
    "archive-not-found": "archive-unusable",
    "archive-exists": "archive-unusable",
    "archive-locked": "archive-unusable",
    "archive-read-only": "archive-unusable",
    "archive-full": "archive-unusable",
    "archive-unavailable": "archive-unavailable",
    "archive-damaged": "archive-damaged",
    "index-unusable": "index-unusable",
    "other-analyzer": "archive-unusable",
}
"""The kind of problem for each `SearchError.code`."""

_TOLD = {"query-syntax", "bad-request", "too-broad", "deadline"}
"""The kinds whose message is for the client; the others name files of the server."""

_RETRY = {"busy", "too-many-requests", "deadline", "evaluator-failed"}


def problem(
    kind: str,
    detail: str = "",
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float = 1.0,
) -> Response:
    """The response for a problem of this kind; the same request may be answered in `seconds`."""
    known = PROBLEMS[kind]
    told: dict[str, object] = {
        "type": f"{ROOT.get()}{PAGE}#{kind}",
        "title": known.title,
        "status": known.status,
    }
    if detail:
        told["detail"] = printable(detail)
    given = {**problem_headers(kind, seconds), **(headers or {})}
    body = json.dumps({**told, **(facts or {})})
    return Response(body, known.status, given, MEDIA_TYPE)


def problem_headers(kind: str, seconds: float = 1.0) -> dict[str, str]:
    """The headers of a problem, as JSON or as a page."""
    retry = {"Retry-After": str(max(1, ceil(seconds)))} if kind in _RETRY else {}
    return {"Cache-Control": "no-store", **retry}


@dataclass(frozen=True, slots=True)
class Told:
    """A problem in words for a client: its kind, and a sentence without a file of the server.

    Where the same request may be answered later, it is in `seconds`.
    """

    kind: str
    detail: str = ""
    seconds: float = 1.0


def told_of(error: SearchError | Busy | TooManyRequests | EvaluatorFailed) -> Told:
    """The problem for an error of the library, or for a question that could not be evaluated."""
    match error:
        case TooManyRequests():
            return Told("too-many-requests", "wait for the answers to your other requests")
        case Busy():
            return Told("busy", "too many questions are waiting; ask again later", error.seconds)
        case EvaluatorFailed():
            return Told("evaluator-failed", "ask again, or ask another question")
        case QuerySyntaxError():
            return Told("query-syntax", error.reason)
    kind = KINDS[type(error).code if type(error).code in KINDS else "error"]
    return Told(kind, str(error) if kind in _TOLD else "")


def problem_of(error: SearchError | Busy | TooManyRequests | EvaluatorFailed) -> Response:
    """The response for such an error."""
    told, facts = told_of(error), dict[str, object]()
    if isinstance(error, QuerySyntaxError):
        facts = {"query": error.query, "start": error.start, "end": error.end}
    if isinstance(error, SearchError) and error.did_you_mean is not None:
        facts["did_you_mean"] = error.did_you_mean
    return problem(told.kind, told.detail, facts, seconds=told.seconds)


def problems_as_text() -> str:
    """A line for each kind of problem: its name, its status and its meaning."""
    width = max(map(len, PROBLEMS))
    return "".join(f"{kind:<{width}}  {each.status}  {each.title}\n" for kind, each in PROBLEMS.items())
