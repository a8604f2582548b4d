"""The server: the official SDK on standard input and output, and one thread that evaluates.

A call that is cancelled ends its evaluation at the next step. The process ends when standard input does, or
by a signal.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    CallToolRequestParams,
    CallToolResult,
    ErrorData,
    GetPromptRequestParams,
    GetPromptResult,
    JSONRPCError,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError

from search.deadline import Deadline
from search.errors import SearchError
from search.mcp import tools
from search.mcp.arguments import (
    MAX_TEXT,
    Arguments,
    CountArguments,
    DescribeArguments,
    ReadArguments,
    RelatedArguments,
    SearchArguments,
)
from search.mcp.guide import GRAMMAR, INSTRUCTIONS, TOOLS, background_brief, compare_coverage
from search.mcp.untrusted import explained
from search.query import Archive
from search.serving.bugs import report

ARTICLE = "news://article/"
HELP = "news://help/query"

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

Evaluation = Callable[[Any, tools.Context], str]


@dataclass(frozen=True, slots=True)
class _Operation:
    arguments: type[Arguments]
    evaluate: Evaluation


_OPERATIONS: Mapping[str, _Operation] = {
    "news_search": _Operation(SearchArguments, tools.search),
    "news_read": _Operation(ReadArguments, tools.read),
    "news_count": _Operation(CountArguments, tools.count),
    "news_related": _Operation(RelatedArguments, tools.related),
    "news_describe": _Operation(DescribeArguments, tools.describe),
}
_PROMPTS: Mapping[str, tuple[Callable[..., str], Mapping[str, str]]] = {
    "background_brief": (background_brief, {"id": "The id of an article."}),
    "compare_coverage": (compare_coverage, {"a": "The first query.", "b": "The second query."}),
}


def make_server(archive: Archive, thread: ThreadPoolExecutor, seconds: float) -> Server[Any]:
    """A server that answers from the archive, each call in the thread and within this number of seconds."""
    calls = _Calls(archive, thread, seconds)
    return Server(
        "news",
        version=version("news-search"),
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=calls.call_tool,
        on_list_resources=_list_resources,
        on_list_resource_templates=_list_resource_templates,
        on_read_resource=calls.read_resource,
        on_list_prompts=_list_prompts,
        on_get_prompt=_get_prompt,
    )


async def serve(archive: Archive, seconds: float) -> None:
    """Serve on standard input and output until the input ends; an answer that has no reader is lost.

    A signal ends the process at once, with exit code 0: nothing is ever written that could be lost.
    """
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, os._exit, 0)
    log = logging.getLogger("mcp")
    log.addHandler(logging.NullHandler())  # else messages with words of a query are printed
    log.propagate = False
    with ThreadPoolExecutor(1) as thread:
        server = make_server(archive, thread, seconds)
        try:
            async with stdio_server() as (incoming, outgoing):
                passed_on, readable = anyio.create_memory_object_stream[SessionMessage | Exception]()
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(_refuse_unreadable, incoming, passed_on, outgoing.send)
                    await server.run(readable, outgoing, server.create_initialization_options())
        except* BrokenPipeError:
            pass  # the client has gone


async def _refuse_unreadable(
    incoming: AsyncIterable[SessionMessage | Exception],
    readable: MemoryObjectSendStream[SessionMessage | Exception],
    refuse: Callable[[SessionMessage], Awaitable[None]],
) -> None:
    """Pass on each message; answer a line that is not one, which the SDK would drop without a word."""
    async with readable:
        async for message in incoming:
            if isinstance(message, ValidationError):
                broken = message.errors()[0]["type"] == "json_invalid"
                code = PARSE_ERROR if broken else INVALID_REQUEST
                reason = f"the line is not {'JSON' if broken else 'a message of JSON-RPC 2.0'}"
                error = ErrorData(code=code, message=reason)
                await refuse(SessionMessage(JSONRPCError(jsonrpc="2.0", id=None, error=error)))
            else:
                await readable.send(message)


class _Calls:
    """The requests that ask the archive."""

    def __init__(self, archive: Archive, thread: ThreadPoolExecutor, seconds: float) -> None:
        self._archive, self._thread, self._seconds = archive, thread, seconds

    async def call_tool(self, _context: object, asked: CallToolRequestParams) -> CallToolResult:
        operation = _OPERATIONS.get(asked.name)
        if operation is None:
            raise MCPError(
                INVALID_PARAMS, f"there is no tool of this name; tools are {', '.join(_OPERATIONS)}"
            )
        text, failed = await self._evaluated(operation, asked.arguments or {})
        return CallToolResult(content=[TextContent(text=text)], is_error=failed)

    async def read_resource(self, _context: object, asked: ReadResourceRequestParams) -> ReadResourceResult:
        if asked.uri == HELP:
            return ReadResourceResult(contents=[TextResourceContents(uri=HELP, text=GRAMMAR)])
        identity = unquote(asked.uri.removeprefix(ARTICLE))
        if not asked.uri.startswith(ARTICLE):
            raise MCPError(INVALID_PARAMS, f"there is no such resource; there are {HELP} and {ARTICLE}{{id}}")
        given = {"id": identity, "max_chars": MAX_TEXT}
        text, failed = await self._evaluated(_OPERATIONS["news_read"], given)
        if failed:
            raise MCPError(INVALID_PARAMS, text)
        content = TextResourceContents(uri=asked.uri, text=text, mime_type="application/json")
        return ReadResourceResult(contents=[content])

    async def _evaluated(self, operation: _Operation, given: Mapping[str, object]) -> tuple[str, bool]:
        """The text of the answer, and True if it is an error; the time includes the wait for the thread."""
        deadline = Deadline.after(self._seconds)
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._thread, _answered, operation, given, self._archive, deadline)
        try:
            await asyncio.wait({running})
        finally:
            deadline.cancel()
            running.cancel()
        if (bug := running.exception()) is not None:
            report(type(bug), bug, bug.__traceback__)
            raise MCPError(INTERNAL_ERROR, "the server failed, by a bug of its own; ask another question")
        return running.result()


def _answered(
    operation: _Operation, given: Mapping[str, object], archive: Archive, deadline: Deadline
) -> tuple[str, bool]:
    names: tuple[str, ...] = ()
    try:
        deadline.check()
        names = archive.state().extra_fields
        context = tools.Context(archive, names, deadline)
        return operation.evaluate(operation.arguments.checked(given), context), False
    except SearchError as error:
        return explained(error, names, str(given)), True


async def _list_tools(_context: object, _asked: object) -> ListToolsResult:
    return ListToolsResult(
        tools=[
            Tool(
                name=name,
                description=TOOLS[name],
                input_schema=each.arguments.schema_for_tool(),
                annotations=_READ_ONLY,
            )
            for name, each in _OPERATIONS.items()
        ]
    )


async def _list_resources(_context: object, _asked: object) -> ListResourcesResult:
    own = Resource(uri=HELP, name="query", description="How queries are written.", mime_type="text/plain")
    return ListResourcesResult(resources=[own])


async def _list_resource_templates(_context: object, _asked: object) -> ListResourceTemplatesResult:
    own = ResourceTemplate(
        uri_template=f"{ARTICLE}{{id}}",
        name="article",
        description="An article by its id, which is percent-encoded.",
        mime_type="application/json",
    )
    return ListResourceTemplatesResult(resource_templates=[own])


async def _list_prompts(_context: object, _asked: object) -> ListPromptsResult:
    return ListPromptsResult(
        prompts=[
            Prompt(
                name=name,
                description=write.__doc__,
                arguments=[
                    PromptArgument(name=own, description=meaning, required=True)
                    for own, meaning in needed.items()
                ],
            )
            for name, (write, needed) in _PROMPTS.items()
        ]
    )


async def _get_prompt(_context: object, asked: GetPromptRequestParams) -> GetPromptResult:
    if asked.name not in _PROMPTS:
        raise MCPError(INVALID_PARAMS, f"there is no prompt of this name; prompts are {', '.join(_PROMPTS)}")
    write, needed = _PROMPTS[asked.name]
    given = asked.arguments or {}
    if given.keys() != needed.keys():
        raise MCPError(INVALID_PARAMS, f"the arguments of {asked.name} are {', '.join(needed)}")
    text = TextContent(text=write(*(given[name] for name in needed)))
    return GetPromptResult(messages=[PromptMessage(role="user", content=text)])
