"""The application: a route for each operation and form, which hands tasks to the front of the evaluators."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Scope

from search.errors import InvalidRequest, SearchError
from search.serving import Answer, Busy, EvaluatorFailed, Front, TooManyRequests
from search.web.exports import ExportResponse
from search.web.forms import EXPORT_FORMS, FEEDS, FORMS, MEDIA, Form
from search.web.known import KnownAddresses, Shortcut
from search.web.openapi import openapi_as_json
from search.web.operations import API, OPERATIONS, Operation
from search.web.page_parameters import PAGES, TABLES, FormedPage, PageParameters
from search.web.parameters import ExportParameters, SearchParameters, TaskParameters
from search.web.problems import PAGE, problem, problem_of, problems_as_text
from search.web.responses import FormedTask, asset, headers_of, respond
from search.web.rooted import ROOT, RootedTask
from search.web.security import CLIENT_GONE, Guard, Guarded
from search.web.site import (
    base_of,
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
    root: str = "",
) -> ASGIApp:
    """The application over a front that has started."""
    handlers = _Handlers(front, hold_seconds)
    routes: list[BaseRoute] = []
    for each in OPERATIONS:
        ask, methods = handlers.known(partial(_ask, each)), ["GET"]
        handler = handlers.handler(ask)
        if each.posted:
            handler = handlers.handler(partial(_ask_either, ask, partial(_ask_by_post, each)))
            methods.append("POST")
        routes.append(Route(each.path, handler, methods=methods))
    for form in FORMS:
        written = partial(_ask_as, form)  # a feed has the host that it was asked by in it
        ask = written if form in FEEDS else handlers.known(written)
        routes.append(Route(f"/search.{form}", handlers.handler(ask)))
    for form in EXPORT_FORMS:
        routes.append(Route(f"/export.{form}", handlers.exporter(form)))
    description = openapi_as_json(root)
    routes += [
        Route(f"{API}/openapi.json", _constant(description, "application/json")),
        Route(PAGE, _constant(problems_as_text(), "text/plain")),
        Route("/healthz", _constant("ok\n", "text/plain")),
        Route("/readyz", handlers.check),
        Route("/robots.txt", _constant("User-agent: *\nDisallow: /\n", "text/plain")),
        Route("/opensearch.xml", opensearch),
        Route("/assets/{name}", asset),
    ]
    for path, table in TABLES.items():
        routes.append(Route(f"{path}.csv", handlers.handler(partial(_ask_for_table, table))))
    for path, page in PAGES.items():
        routes.append(Route(path, handlers.handler(partial(_ask_for_page, page, root), page_of_failure)))
    failures: Mapping[Any, Any] = {HTTPException: _not_found, Exception: _fail}
    inner = Starlette(routes=routes, exception_handlers=failures)
    inner.router.redirect_slashes = False  # to an address that lacks the path of the server; see `_not_found`
    app = Shortcut(inner, handlers.find_kept)
    return Guarded(app, guard, log, log_queries=log_queries, root=root)


async def _ask(operation: Operation, request: Request) -> FormedTask:
    pairs = [*request.path_params.items(), *request.query_params.multi_items()]
    task = operation.parameters.read(pairs).task()
    return FormedTask(task, pairs=pairs if operation.posted else None, up="../../")


async def _ask_as(form: Form, request: Request) -> FormedTask:
    pairs = request.query_params.multi_items()
    return FormedTask(SearchParameters.read(pairs).task_as(form, base_of(request)), form, pairs)


async def _ask_for_table(kind: type[FormedPage], request: Request) -> FormedTask:
    return FormedTask(read_table(kind, request), "csv")


async def _ask_for_page(kind: type[PageParameters], root: str, request: Request) -> FormedTask | Response:
    task = read_page(kind, request)
    if isinstance(task, Response):
        return task
    return FormedTask(RootedTask(task, root) if root else task, None)


Ask = Callable[[Request], Awaitable[FormedTask]]
AskOrRefuse = Callable[[Request], Awaitable[FormedTask | Response]]


async def _ask_either(by_get: Ask, by_post: AskOrRefuse, request: Request) -> FormedTask | Response:
    return await (by_post if request.method == "POST" else by_get)(request)


async def _ask_by_post(operation: Operation, request: Request) -> FormedTask | Response:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem("not-json")
    if request.url.query:
        raise InvalidRequest("parameters are in the body; leave them out of the address")
    try:
        given = json.loads(await request.body(), object_pairs_hook=_object_of)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("the body is not JSON") from error
    parameters: TaskParameters = operation.parameters.checked(given)
    return FormedTask(parameters.task())


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of JSON with these pairs; raises `InvalidRequest` if a name is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise InvalidRequest(f"{twice:.40} is given more than once")
    return found


def _problem(_request: Request, failure: SearchError | Refusal | str) -> Response:
    return problem(failure) if isinstance(failure, str) else problem_of(failure)


class _Handlers:
    """The handlers of requests."""

    def __init__(self, front: Front, hold_seconds: float) -> None:
        self._front, self._hold_seconds, self._held = front, hold_seconds, 0
        self._known = KnownAddresses()

    def known(self, ask: Ask) -> Ask:
        """Ask the same, and remember the address."""

        async def ask_and_remember(request: Request) -> FormedTask:
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
        return None if asked is None or answer is None else self._respond(Request(scope), asked, answer)

    def _respond(self, request: Request, asked: FormedTask, answer: Answer) -> Response:
        return respond(request, asked, answer, self._front.zone)

    def handler(self, ask: AskOrRefuse, respond_to: Respond = _problem) -> Handler:
        """Handle a request that asks for one answer; `respond_to` makes the response for a failure."""

        async def handle(request: Request) -> Response:
            try:
                asked = await ask(request)
                if isinstance(asked, Response):
                    return asked
                answer = await _while_wanted(self._front.answer(asked.task, _client(request)), request)
            except ClientDisconnect:
                return Response(status_code=CLIENT_GONE)
            except SearchError as error:
                return respond_to(request, error)
            except (Busy, TooManyRequests, EvaluatorFailed) as refused:
                return await self._refuse(request, refused, respond_to)
            if isinstance(answer, Response):
                return answer
            if answer is None:
                return respond_to(request, "no-article")
            return self._respond(request, asked, answer)

        return handle

    def exporter(self, form: Form) -> Handler:
        """Handle a request that asks for every match."""

        async def handle(request: Request) -> Response:
            pairs = request.query_params.multi_items()
            headers = headers_of(form, pairs)
            try:
                export = ExportParameters.read(pairs).export_as(form)
                if request.method == "HEAD":
                    response = Response(headers=headers, media_type=MEDIA[form].type)
                    del response.headers["content-length"]
                    return response
                parts = self._front.export(export, _client(request))
                first = await _while_wanted(anext(parts, b""), request)
            except SearchError as error:
                return problem_of(error)
            except (Busy, TooManyRequests, EvaluatorFailed) as refused:
                return await self._refuse(request, refused, _problem)
            if isinstance(first, Response):
                await parts.aclose()
                return first
            return ExportResponse(first, parts, headers, MEDIA[form].type)

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
        return response


def _constant(content: str, media_type: str) -> Handler:
    """Answer always the same."""

    async def handle(_request: Request) -> Response:
        return Response(content, headers={"Cache-Control": "no-cache"}, media_type=media_type)

    return handle


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


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return problem("method-not-allowed", headers=error.headers)
    path = request.scope["raw_path"]
    if path.endswith(b"/") and not path.startswith(b"//") and (bare := path.rstrip(b"/")):
        query = request.url.query
        return RedirectResponse(f"{ROOT.get()}{bare.decode('latin-1')}{'?' if query else ''}{query}", 307)
    return page_of_failure(request, "not-found") if wants_page(request) else problem("not-found")


async def _fail(_request: Request, _error: Exception) -> Response:
    return problem("internal")
