"""The application: a route for each operation and form, which hands tasks to the front of the evaluators."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from hashlib import sha256
from math import ceil
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from search.errors import InvalidRequest, SearchError
from search.once import once
from search.serving import Answer, Busy, EvaluatorFailed, Front, Task, TooManyRequests
from search.web.forms import EXPORT_FORMS, FORMS, MEDIA, Form, disposition
from search.web.known import KnownAddresses, Shortcut
from search.web.openapi import openapi_as_json
from search.web.operations import API, OPERATIONS, Operation
from search.web.page_parameters import PAGES, TABLES, FormedPage, PageParameters
from search.web.parameters import ExportParameters, SearchParameters, TaskParameters
from search.web.problems import PAGE, problem, problem_of, problems_as_text
from search.web.security import Guard, Guarded
from search.web.site import (
    HTML,
    PAGE_HEADERS,
    asset,
    opensearch,
    page_of_failure,
    read_page,
    read_table,
    wants_page,
)
from search.web.tasks import CheckIndex

HOLD_SECONDS = 0.2
"""How long a refusal is held back, so that a client that asks again at once keeps the server less busy."""

MAX_HELD = 1_024
"""The number of refusals that are held back at once; further ones are sent at once."""

WATCH_SECONDS = 0.05
"""The time after which the server looks whether the client of a question is still there."""

MIN_COMPRESSED = 1_024
"""A shorter body fits in one packet as it is."""

MAX_LINKED = 1_000
"""The length of a query that is linked in every form, at most."""

CLIENT_GONE = 499
"""The status, for the log only, of a request whose client did not wait for the answer."""

_NOT_AT_ALL = re.compile(r"q=0(\.0*)?")

Refusal = Busy | TooManyRequests | EvaluatorFailed
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Respond = Callable[[Request, SearchError | Refusal | str], Response]


def make_app(
    front: Front,
    guard: Guard,
    log: Callable[[str], None] = lambda _line: None,
    *,
    hold_seconds: float = HOLD_SECONDS,
    log_queries: bool = False,
) -> ASGIApp:
    """The application over a front that has started."""
    server = _Server(front, hold_seconds)
    routes: list[BaseRoute] = []
    for each in OPERATIONS:
        routes.append(Route(each.path, server.handler(server.known(partial(_ask, each))), methods=["GET"]))
        if each.posted:
            routes.append(Route(each.path, server.handler(partial(_ask_by_post, each)), methods=["POST"]))
    for form in FORMS:
        routes.append(Route(f"/search.{form}", server.handler(server.known(partial(_ask_as, form)))))
    for form in EXPORT_FORMS:
        routes.append(Route(f"/export.{form}", server.exporter(form)))
    description = openapi_as_json()
    routes += [
        Route(f"{API}/openapi.json", server.text(description, "application/json")),
        Route(PAGE, server.text(problems_as_text(), "text/plain")),
        Route("/healthz", server.text("ok\n", "text/plain")),
        Route("/readyz", server.check),
        Route("/robots.txt", server.text("User-agent: *\nDisallow: /\n", "text/plain")),
        Route("/opensearch.xml", opensearch),
        Route("/assets/{name}", asset),
    ]
    for path, table in TABLES.items():
        routes.append(Route(f"{path}.csv", server.handler(partial(_ask_for_table, table))))
    for path, page in PAGES.items():
        routes.append(Route(path, server.handler(partial(_ask_for_page, page), page_of_failure)))
    handlers: Mapping[Any, Any] = {HTTPException: _not_found, Exception: _fail}
    app = Shortcut(Starlette(routes=routes, exception_handlers=handlers), server.find_kept)
    return Guarded(app, guard, log, log_queries=log_queries)


class _Asked:
    """A task, the form of its answer, and the parameters by which its next page has an address.

    The addresses of the forms are relative to it by `up`. A page has no form.
    """

    def __init__(
        self,
        task: Task,
        form: Form | None = "json",
        pairs: Sequence[tuple[str, str]] | None = None,
        up: str = "",
    ) -> None:
        self.task, self.form, self.pairs, self.up = task, form, pairs, up

    @once
    def others(self) -> str:
        """The links to the other forms, as `_links` has them."""
        return _links_to_forms(self)


async def _ask(operation: Operation, request: Request) -> _Asked:
    pairs = [*request.path_params.items(), *request.query_params.multi_items()]
    task = operation.parameters.read(pairs).task()
    return _Asked(task, pairs=pairs if operation.posted else None, up="../../")


async def _ask_as(form: Form, request: Request) -> _Asked:
    pairs = request.query_params.multi_items()
    return _Asked(SearchParameters.read(pairs).task_as(form), form, pairs)


async def _ask_for_table(kind: type[FormedPage], request: Request) -> _Asked:
    return _Asked(read_table(kind, request), "csv")


async def _ask_for_page(kind: type[PageParameters], request: Request) -> _Asked | Response:
    task = read_page(kind, request)
    return task if isinstance(task, Response) else _Asked(task, None)


async def _ask_by_post(operation: Operation, request: Request) -> _Asked:
    try:
        given = await request.json()
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("the body is not JSON") from error
    parameters: TaskParameters = operation.parameters.checked(given)
    return _Asked(parameters.task())


Ask = Callable[[Request], Awaitable[_Asked]]


def _problem(_request: Request, failure: SearchError | Refusal | str) -> Response:
    return problem(failure) if isinstance(failure, str) else problem_of(failure)


class _Server:
    """The handlers of requests."""

    def __init__(self, front: Front, hold_seconds: float) -> None:
        self._front, self._hold_seconds, self._held = front, hold_seconds, 0
        self._known = KnownAddresses[_Asked]()

    def known(self, ask: Ask) -> Ask:
        """Ask the same, and remember the address."""

        async def ask_and_remember(request: Request) -> _Asked:
            asked = self._known.find(request.scope)
            if asked is None:
                asked = await ask(request)
                self._known.remember(request, asked)
            return asked

        return ask_and_remember

    def find_kept(self, scope: Scope) -> Response | None:
        """The response to a known address whose answer is kept."""
        asked = self._known.find(scope)
        answer = None if asked is None else self._front.kept(asked.task)
        return None if asked is None or answer is None else _respond(Request(scope), asked, answer)

    def handler(
        self, ask: Callable[[Request], Awaitable[_Asked | Response]], respond_to: Respond = _problem
    ) -> Handler:
        """Handle a request that asks for one answer; `respond_to` makes the response for a failure."""

        async def handle(request: Request) -> Response:
            try:
                asked = await ask(request)
                if isinstance(asked, Response):
                    return asked
                answer = await _while_wanted(self._front.answer(asked.task, _client(request)), request)
            except SearchError as error:
                return respond_to(request, error)
            except (Busy, TooManyRequests, EvaluatorFailed) as refused:
                return await self._refuse(request, refused, respond_to)
            if isinstance(answer, Response):
                return answer
            if answer is None:
                return respond_to(request, "no-article")
            return _respond(request, asked, answer)

        return handle

    def exporter(self, form: Form) -> Handler:
        """Handle a request that asks for every match."""

        async def handle(request: Request) -> Response:
            client = _client(request)
            try:
                export = ExportParameters.read(request.query_params.multi_items()).export_as(form)
                parts = self._front.export(export, client)
                first = await _while_wanted(anext(parts, b""), request)
            except SearchError as error:
                return problem_of(error)
            except (Busy, TooManyRequests, EvaluatorFailed) as refused:
                return await self._refuse(request, refused, _problem)
            if isinstance(first, Response):
                await parts.aclose()
                return first
            headers = _headers_of(form, request.query_params.multi_items())
            return _Export(first, parts, headers, MEDIA[form].type)

        return handle

    def text(self, content: str, media_type: str) -> Handler:
        """Answer always the same."""

        async def handle(_request: Request) -> Response:
            return Response(content, headers={"Cache-Control": "no-cache"}, media_type=media_type)

        return handle

    async def check(self, request: Request) -> Response:
        """Answer 200 if questions are answered, from an index that covers all articles."""
        try:
            answer = await self._front.answer(CheckIndex(), _client(request))
        except (SearchError, Busy, TooManyRequests, EvaluatorFailed) as error:
            return problem_of(error)
        if answer is None:
            return problem("index-behind")
        return PlainTextResponse("ready\n", headers={"Cache-Control": "no-store"})

    async def _refuse(self, request: Request, refused: Refusal, respond_to: Respond) -> Response:
        if self._held < MAX_HELD:
            self._held += 1
            try:
                await asyncio.sleep(self._hold_seconds)
            finally:
                self._held -= 1
        response = respond_to(request, refused)
        response.headers["Connection"] = "close"
        if isinstance(refused, Busy):
            response.headers["Retry-After"] = str(max(1, ceil(refused.seconds)))
        return response


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


async def _while_wanted(work: Awaitable[Any], request: Request) -> Any:
    """The outcome of the work; or, as soon as the client has gone, a response for the log only.

    Most work has ended before it is worth a task that waits for the client to leave.
    """
    asking, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert asking is not None
    leaving: list[asyncio.Task[None]] = []
    left = ended = False

    def hang_up(_: object) -> None:
        nonlocal left
        if not ended:
            left = True
            asking.cancel()

    def watch() -> None:
        leaving.append(loop.create_task(_leave(request)))
        leaving[0].add_done_callback(hang_up)

    timer = loop.call_later(WATCH_SECONDS, watch)
    try:
        return await work
    except asyncio.CancelledError:
        if not left:
            raise
        asking.uncancel()
        return Response(status_code=CLIENT_GONE)
    finally:
        ended = True
        timer.cancel()
        for each in leaving:
            each.cancel()


async def _leave(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _respond(request: Request, asked: _Asked, answer: Answer) -> Response:
    """The response for an answer; without a body where the client has it already."""
    headers = _headers_of(asked.form, asked.pairs or ())
    if answer.version is not None:
        tag = sha256(repr((answer.version, asked.task)).encode()).hexdigest()[:20]
        headers["ETag"] = f'W/"{tag}"'
    if asked.pairs is not None:
        headers["Link"] = _links(asked, answer.next)
    if answer.version is not None and _matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    body = answer.body
    if len(body) >= MIN_COMPRESSED and _takes_gzip(request.headers.get("accept-encoding", "")):
        body, headers["Content-Encoding"] = answer.compressed, "gzip"
    return Response(body, headers=headers, media_type=MEDIA[asked.form].type if asked.form else HTML)


def _takes_gzip(accepted: str) -> bool:
    codings = (each.partition(";") for each in accepted.lower().split(","))
    weights = {name.strip(): weight.replace(" ", "") for name, _, weight in codings}
    return not _NOT_AT_ALL.fullmatch(weights.get("gzip", weights.get("*", "q=0")))


def _headers_of(form: Form | None, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if form is None:
        return headers | PAGE_HEADERS
    if MEDIA[form].file:
        headers["Content-Disposition"] = disposition(form, dict(pairs).get("q", ""))
    return headers


def _matches(given: str, tag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return tag.removeprefix("W/") in tags or tags == ["*"]


def _links(asked: _Asked, following: str | None) -> str:
    """The next page, and the other forms if the query is short; relative to the address of this one."""
    assert asked.pairs is not None
    if following is None:
        return asked.others
    same = [(name, value) for name, value in asked.pairs if name != "after"]
    following = f'<?{urlencode([*same, ("after", following)])}>; rel="next"'
    return f"{following}, {asked.others}" if asked.others else following


def _links_to_forms(asked: _Asked) -> str:
    assert asked.pairs is not None
    plain = urlencode([pair for pair in asked.pairs if pair[0] not in ("facet", "sort", "after", "bom")])
    if len(plain) > MAX_LINKED:
        return ""
    return ", ".join(
        f'<{asked.up}search.{form}?{plain}>; rel="alternate"; type="{MEDIA[form].type}"'
        for form in FORMS
        if form != asked.form
    )


class _Export(StreamingResponse):
    """A long answer, whose process ends with the response however it ends."""

    def __init__(
        self, first: bytes, parts: AsyncGenerator[bytes, None], headers: Mapping[str, str], media_type: str
    ) -> None:
        self._first, self._parts = first, parts
        super().__init__(self._stream(), headers=headers, media_type=media_type)

    async def _stream(self) -> AsyncGenerator[bytes, None]:
        yield self._first
        async for part in self._parts:
            yield part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._parts):
            await super().__call__(scope, receive, send)


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return problem("method-not-allowed", headers=error.headers)
    return page_of_failure(request, "not-found") if wants_page(request) else problem("not-found")


async def _fail(_request: Request, _error: Exception) -> Response:
    return problem("internal")
