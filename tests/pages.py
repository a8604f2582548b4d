"""The pages of `docs/` that are made from the program itself: the commands and the library's reference.

`scripts/docs` writes them; a test says when they are stale.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import click

from search import query
from search.cli import news

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDTH = 80
MARK = "<!-- Made by scripts/docs from the docstrings: what follows is not to be edited. -->\n"

_CLI_HEAD = """\
# The commands

<!-- Made by scripts/docs from the help of each command: not to be edited. -->

This is the help of each command, as `news COMMAND --help` prints it.
The [tutorial](tutorial.md) shows them at work.

Data goes to standard output, notes to standard error.
The [tutorial](tutorial.md#exit-codes-and-settings) lists the exit codes and settings.
"""


def cli_page() -> str:
    """`docs/cli.md`."""
    parts = [_CLI_HEAD, _section("news", news, None)]
    context = click.Context(news, info_name="news", **news.context_settings)
    parts += [_section(f"news {name}", news.commands[name], context) for name in sorted(news.commands)]
    return "\n".join(parts)


def _section(title: str, command: click.Command, parent: click.Context | None) -> str:
    context = click.Context(
        command, parent=parent, info_name=title.split()[-1], terminal_width=WIDTH, **command.context_settings
    )
    return f"## {title}\n\n```text\n{command.get_help(context)}\n```\n"


def library_page(written: str) -> str:
    """`docs/library.md`: what is written there by hand, then the reference."""
    return written.partition(MARK)[0] + MARK + "\n" + "\n".join(_reference())


def _reference() -> Iterator[str]:
    yield "### open_archive\n"
    yield _described(query.open_archive, "open_archive")
    methods = [pair for kind in query.Archive.__mro__ for pair in vars(kind).items()]
    for name, method in methods:
        if not name.startswith("_") and inspect.isfunction(method):
            yield f"### Archive.{name}\n"
            yield _described(method, f"archive.{name}")
    for name in query.__all__:
        kind = getattr(query, name)
        if is_dataclass(kind):
            yield f"### {name}\n"
            own = "\n".join(f"{each.name}: {each.type}" for each in fields(kind))
            yield f"```text\n{own}\n```\n\n{_text(kind)}"


def _described(function: object, called: str) -> str:
    assert inspect.isfunction(function)
    signature = inspect.signature(function)
    own = [each for name, each in signature.parameters.items() if name != "self"]
    shown = [_parameter(each) for each in own]
    if all(each.kind is not each.VAR_POSITIONAL for each in own):
        positional = sum(each.kind is each.POSITIONAL_OR_KEYWORD for each in own)
        shown[positional:] = ["*", *shown[positional:]] if positional < len(own) else []
    return f"```text\n{called}({', '.join(shown)}) -> {signature.return_annotation}\n```\n\n{_text(function)}"


def _parameter(parameter: inspect.Parameter) -> str:
    star = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
    shown = f"{star}{parameter.name}: {parameter.annotation}"
    if parameter.default is parameter.empty:
        return shown
    simple = isinstance(parameter.default, str | int | float | tuple | None)
    return f"{shown} = {repr(parameter.default) if simple else '…'}"


def _text(thing: object) -> str:
    return f"{inspect.getdoc(thing)}\n"


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(cli_page())
    library = DOCS / "library.md"
    library.write_text(library_page(library.read_text()))
