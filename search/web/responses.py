"""Responses for answers: the headers of their form, validators, compression, links to other pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from search.once import once
from search.serving import Answer, Task
from search.web.forms import FORMS, MEDIA, Form, disposition
from search.web.pages.assets import CONTENTS
from search.web.site import HTML, PAGE_HEADERS, page_of_failure

MAX_LINKED = 1_000
"""The length of a query that is linked in every form, at most."""

_SUFFIXES = frozenset({".py", ".html", ".css", ".js", ".svg"})
_NOT_AT_ALL = re.compile(r"q=0(\.0*)?")


def program_digest(folder: Path) -> str:
    """A digest of the modules, templates and assets in a folder."""
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES:
            digest.update(path.read_bytes())
    return digest.hexdigest()


PROGRAM = program_digest(Path(__file__).parent.parent)
"""A part of every `ETag`: another version of the program may answer the same question in other words."""


class FormedTask:
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


def respond(request: Request, asked: FormedTask, answer: Answer, zone: str) -> Response:
    """The response for an answer of a server in this zone; without a body where the client has it already."""
    headers = headers_of(asked.form, asked.pairs or ())
    if answer.version is not None:
        tag = sha256(repr((answer.version, asked.task, zone, PROGRAM)).encode()).hexdigest()[:20]
        headers["ETag"] = f'W/"{tag}"'
    if asked.pairs is not None:
        headers["Link"] = _links(asked, answer.next)
    if answer.version is not None and _matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    body = _body_for(request, answer, headers)
    return Response(body, headers=headers, media_type=MEDIA[asked.form].type if asked.form else HTML)


async def asset(request: Request) -> Response:
    """The file of a page."""
    if (found := CONTENTS.get(request.path_params["name"])) is None:
        return page_of_failure(request, "not-found")
    content, kind = found
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    return Response(_body_for(request, content, headers), headers=headers, media_type=kind)


def _body_for(request: Request, answer: Answer, headers: dict[str, str]) -> bytes:
    """The body as the client takes it, compressed or not; its coding is added to the headers."""
    if answer.zipped is None or not _takes_gzip(request.headers.get("accept-encoding", "")):
        return answer.body
    headers["Content-Encoding"] = "gzip"
    return answer.zipped


def _takes_gzip(accepted: str) -> bool:
    codings = (each.partition(";") for each in accepted.lower().split(","))
    weights = {name.strip(): weight.replace(" ", "") for name, _, weight in codings}
    return not _NOT_AT_ALL.fullmatch(weights.get("gzip", weights.get("*", "q=0")))


def headers_of(form: Form | None, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The headers of an answer in this form, whatever is in it."""
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if form is None:
        return headers | PAGE_HEADERS
    if MEDIA[form].file:
        headers["Content-Disposition"] = disposition(form, dict(pairs).get("q", ""))
    return headers


def _matches(given: str, tag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return tag.removeprefix("W/") in tags or tags == ["*"]


def _links(asked: FormedTask, following: str | None) -> str:
    """The next page, and the other forms if the query is short; relative to the address of this one."""
    assert asked.pairs is not None
    if following is None:
        return asked.others
    same = [(name, value) for name, value in asked.pairs if name != "after"]
    following = f'<?{urlencode([*same, ("after", following)])}>; rel="next"'
    return f"{following}, {asked.others}" if asked.others else following


def _links_to_forms(asked: FormedTask) -> str:
    assert asked.pairs is not None
    plain = urlencode([pair for pair in asked.pairs if pair[0] not in ("facet", "sort", "after", "bom")])
    if len(plain) > MAX_LINKED:
        return ""
    return ", ".join(
        f'<{asked.up}search.{form}?{plain}>; rel="alternate"; type="{MEDIA[form].type}"'
        for form in FORMS
        if form != asked.form
    )
