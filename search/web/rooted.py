"""A server under a path of a site, such as /news: inside addresses are without it, in pages with it."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from search.deadline import Deadline
from search.errors import InvalidRequest
from search.query import Archive
from search.serving.task import Answer, Task

if TYPE_CHECKING:
    from starlette.types import Scope

ROOT: ContextVar[str] = ContextVar("root", default="")
"""The path under which the server of the present request is; "" for a server with its own host."""

_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_ADDRESS = re.compile(rb'\b(href|src|action)="(?=/)')


def root_of(path: str) -> str:
    """A path as it stands before addresses: "" or such as "/news"; raises `InvalidRequest`."""
    root = path.rstrip("/")
    if root and not _PATH.fullmatch(root):
        raise InvalidRequest(f"{path!r:.80} is not a path; --root-path takes one such as /news")
    return root


def enter(scope: Scope, root: str) -> bool:
    """Take the path of the server from the address of a request; False if it is not there."""
    raw = root.encode()
    if not scope["path"].startswith(f"{root}/") or not scope["raw_path"].startswith(raw + b"/"):
        return False
    scope["path"], scope["raw_path"] = scope["path"][len(root) :], scope["raw_path"][len(raw) :]
    return True


def rooted(page: bytes, root: str) -> bytes:
    """A page with the path of the server before each of its addresses.

    Only a template can have written what is looked for: in the text of articles quotation marks are escaped.
    """
    return _ADDRESS.sub(rb'\1="' + root.encode(), page) if root else page


@dataclass(frozen=True, slots=True)
class RootedTask:
    """The task of a page, whose answer has the path of the server in its addresses."""

    task: Task
    root: str

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        answer = self.task(archive, deadline)
        return answer and replace(answer, body=rooted(answer.body, self.root))
