"""The pages as requests and responses: addresses to tasks, errors to a page, and the files of a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from search.errors import QuerySyntaxError, SearchError
from search.serving import Busy, EvaluatorFailed, Task, TooManyRequests
from search.web.address import Pairs, View, article_address
from search.web.asked import Asked
from search.web.page_parameters import FormedPage, PageParameters
from search.web.pages.render import rendered
from search.web.pages.results import Cited, SearchPage
from search.web.problems import PROBLEMS, Told, problem_headers, told_of
from search.web.rooted import ROOT, rooted

OF_A_QUESTION = ("f", "since", "until", "any", "tz", "as_of")
OF_A_VIEW = ("sort", "by", "collapse")

HTML = "text/html; charset=utf-8"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""A page loads nothing from elsewhere, runs no script but its own, and makes no markup from text."""

PAGE_HEADERS = {"Content-Security-Policy": POLICY, "Cross-Origin-Opener-Policy": "same-origin"}


def read_page(kind: type[PageParameters], request: Request) -> Task | Response:
    """The task that a request for a page asks; or a redirect to the canonical address of the page."""
    given = request.query_params.multi_items()
    parameters = kind.read([*request.path_params.items(), *given])
    canonical = parameters.address()
    path, _, query = canonical.partition("?")
    asked = Request(
        {"type": "http", "query_string": query.encode(), "headers": []}
    ).query_params.multi_items()
    if asked != given or path.split("/")[:3] != _quoted(request).split("/")[:3]:
        return RedirectResponse(ROOT.get() + canonical, 303)
    task = parameters.task()
    if isinstance(task, SearchPage):
        return replace(task, cited=Cited(base_of(request), f"{datetime.now(UTC):%Y-%m-%d}"))
    return task


def read_table(kind: type[FormedPage], request: Request) -> Task:
    """The task that a request for the table of a page asks."""
    return kind.read([*request.path_params.items(), *request.query_params.multi_items()]).table()


def _quoted(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path", b"")
    return raw.partition(b"?")[0].decode("ascii", "replace")


def base_of(request: Request) -> str:
    """The address of the server as its client knows it."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}{ROOT.get()}"


def page_of_failure(
    request: Request, failure: SearchError | Busy | TooManyRequests | EvaluatorFailed | Told | str
) -> Response:
    """The page for an error, or for a kind of problem: its form has the query, so that it can be mended."""
    told = _told(failure)
    known = PROBLEMS[told.kind]
    given = request.query_params.multi_items()
    query = next((value for name, value in given if name == "q"), "")
    wrong, spelled = None, None
    if isinstance(failure, QuerySyntaxError):
        text, start, end = failure.query, failure.start, failure.end
        wrong = text[:start], text[start:end], text[end:]
    if isinstance(failure, SearchError) and failure.did_you_mean is not None:
        text = failure.did_you_mean if wrong is None else wrong[0] + failure.did_you_mean + wrong[2]
        spelled = text, View(Asked(text)).url()
    body = rendered(
        "error.html",
        title=known.title,
        detail=_sentence(told.detail.rstrip("."), [*request.path_params, *request.query_params]),
        q=query,
        carried=_carried(request, failure, told.detail),
        versions=_versions_of_missing(request) if failure == "no-article" else "",
        wrong=wrong,
        spelled=spelled,
    )
    headers = {**PAGE_HEADERS, **problem_headers(told.kind, told.seconds)}
    return Response(rooted(body, ROOT.get()), known.status, headers, HTML)


def _sentence(detail: str, names: list[str]) -> str:
    """The detail with a capital, unless the name of a parameter begins it."""
    first = detail.partition(" ")[0].rstrip(":")
    return detail if first in names else detail[:1].upper() + detail[1:]


def _versions_of_missing(request: Request) -> str:
    """The address of the versions of an article that is not there (any more), unless these were asked for."""
    own = request.path_params.get("id") or request.query_params.get("id", "")
    address = article_address(own, "history")
    elsewhen = "as_of" in request.query_params
    return "" if elsewhen or request.scope["path"] in (address, "/article/history") else address


def _carried(request: Request, failure: object, detail: str) -> Pairs:
    """The parameters to search with again, once the query is mended: all but the wrong one."""
    names = [*OF_A_QUESTION, *(OF_A_VIEW if request.url.path == "/search" else ())]
    wrong, wrong_filter = detail.partition(":")[0], getattr(failure, "query", None)
    return [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name in names and name != wrong and (name, value) != ("f", wrong_filter)
    ]


def _told(failure: SearchError | Busy | TooManyRequests | EvaluatorFailed | Told | str) -> Told:
    match failure:
        case str():
            return Told(failure)
        case Told():
            return failure
    return told_of(failure)


def wants_page(request: Request) -> bool:
    """True if a browser asks for something to show."""
    return "text/html" in request.headers.get("accept", "")


async def opensearch(request: Request) -> Response:
    """The description by which a browser adds the archive to its search engines."""
    base = escape(base_of(request), {'"': "&quot;"})
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        "<ShortName>news</ShortName><Description>The news archive</Description>"
        f'<Url type="text/html" template="{base}/search?q={{searchTerms}}"/>'
        f'<Url type="application/atom+xml" template="{base}/search.atom?q={{searchTerms}}"/>'
        "</OpenSearchDescription>\n"
    )
    headers = {"Cache-Control": "private, no-cache"}
    return Response(body, headers=headers, media_type="application/opensearchdescription+xml")
