"""The man page news(1) as roff, made from the commands and the pages of `news help`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import metadata

import click

from search.cli.options import EXIT_MEANINGS
from search.cli.topics import TOPICS


def manual(context: click.Context) -> str:
    """The whole page; `context` belongs to the command `news`."""
    return "\n".join(_lines(context))


def _lines(context: click.Context) -> Iterator[str]:
    group = context.command
    assert isinstance(group, click.Group)
    summary, *rest = _paragraphs(group)
    yield f'.TH NEWS 1 "" "news-search {metadata.version("news-search")}" "User Commands"'
    yield from (".SH NAME", f"news \\- {_escaped(summary.rstrip('.'))}")
    yield from (".SH SYNOPSIS", ".B news", _escaped(" ".join(group.collect_usage_pieces(context))))
    yield ".SH DESCRIPTION"
    for paragraph in rest:
        yield from _paragraph(paragraph)
    yield ".SH OPTIONS"
    yield from _options(group, context)
    yield ".SH COMMANDS"
    for name in group.list_commands(context):
        command = group.commands[name]
        command_context = click.Context(command, context, name)
        usage = [context.command_path, name, *command.collect_usage_pieces(command_context)]
        yield f".SS {_escaped(' '.join(usage))}"
        for paragraph in _paragraphs(command):
            yield from _paragraph(paragraph)
        yield from _options(command, command_context)
    for topic in TOPICS.values():
        yield f".SH {topic.name.upper()}"
        for section in topic.sections:
            yield f".SS {_escaped(section.heading)}"
            yield _escaped(section.text)
            yield from _rows(section.rows)
    yield ".SH EXIT STATUS"
    yield from _rows((str(code), meaning) for code, meaning in EXIT_MEANINGS.items())


def _paragraphs(command: click.Command) -> list[str]:
    """The paragraphs of a command's help; one that starts with a \\b keeps its lines."""
    return re.split(r"\n\s*\n", inspect.cleandoc(command.help or ""))


def _paragraph(text: str) -> Iterator[str]:
    if text.startswith("\b"):
        yield from (".PP", ".nf", *map(_escaped, text.splitlines()[1:]), ".fi")
    else:
        yield from (".PP", _escaped(" ".join(text.split())))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    options = (each for each in command.get_params(context) if isinstance(each, click.Option))
    records = (option.get_help_record(context) for option in options)
    return _rows(record for record in records if record is not None)


def _rows(rows: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, meaning in rows:
        yield from (".TP", f".B {_escaped(name)}", _escaped(meaning))


def _escaped(text: str) -> str:
    """Escape `text` so that roff prints it unchanged and takes no line of it for a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    text = re.sub(r"^\.", r"\\&.", text)
    return re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found.group()):04X}]", text)
