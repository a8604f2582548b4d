"""Completion in the shell: of archives, fields and columns, and of the values and words in an archive.

    eval "$(_NEWS_COMPLETE=bash_source news)"       zsh_source, fish_source

A completion says nothing where the archive cannot be opened: it must not write into the line that is typed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from search.cli.last import last_ids
from search.cli.topics import TOPICS
from search.dates import INTERVALS
from search.fields import COUNTED_DATES, FACET_FIELDS, FIELDS, field_name

if TYPE_CHECKING:
    from search.archive.archive import Archive

MAX_COMPLETIONS = 50
MIN_WORD_LENGTH = 2
"""Letters of a word before words of the archive are offered for it."""

_DATED = tuple(f"{date}:{interval}" for date in COUNTED_DATES for interval in INTERVALS)
_SPECIAL = re.compile(r"([^\w.,:/@%+=-])")


class ColonComplete(BashComplete):
    """Completion in bash, which takes the parts of `source:reuters` for three words and cuts no space out."""

    source_template = BashComplete.source_template.replace(
        "COMPREPLY+=($value)", "COMPREPLY+=($value); [[ $value == *: ]] && compopt -o nospace"
    )

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        words: list[str] = []
        for word in [*args, incomplete]:
            if words and word and (word == ":" or words[-1].endswith(":")):
                words[-1] += word
            else:
                words.append(word)
        *args, self._typed = words
        return args, self._typed

    def format_completion(self, item: CompletionItem[Any]) -> str:
        before = self._typed[: self._typed.rfind(":") + 1]
        escaped = _SPECIAL.sub(r"\\\1", item.value.removeprefix(before))
        return f"{item.type},{escaped}"


def complete_query(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete a field, a value of a field, or, where no field begins like this, a word of the archive."""
    written, colon, begun = incomplete.partition(":")

    def found(archive: Archive) -> Iterable[str]:
        extra = archive.state().extra_fields
        if colon and (field := field_name(written, extra)) is not None:
            countable = field in FACET_FIELDS or field in extra
            words = _values(archive, field, begun) if countable else _words(archive, begun)
            return [f"{written}:{word}" for word in words]
        names = (*(field.name for field in FIELDS), *extra)
        return [f"{name}:" for name in names if name.startswith(incomplete)] or _words(archive, incomplete)

    return _completed(ctx, found)


def complete_facets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the name of a field that can be counted by; `--per` takes none of dates."""

    def found(archive: Archive) -> Iterable[str]:
        names = (*FACET_FIELDS, *archive.state().extra_fields, *(_DATED if param.name != "per" else ()))
        return [name for name in names if name.startswith(incomplete)]

    return _completed(ctx, found)


def complete_intervals(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete an interval, or a date and an interval of it."""
    return [CompletionItem(name) for name in (*INTERVALS, *_DATED) if name.startswith(incomplete)]


def complete_columns(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the last name in a list of columns."""
    from search.archive.export import OWN_COLUMNS

    before, _, begun = incomplete.rpartition(",")

    def found(archive: Archive) -> Iterable[str]:
        names = (*OWN_COLUMNS, *archive.state().extra_fields)
        return [f"{before},{name}".lstrip(",") for name in names if name.startswith(begun)]

    return _completed(ctx, found)


def complete_saved(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the name of a saved search."""

    def found(archive: Archive) -> Iterable[str]:
        return [each.name for each in archive.saved() if each.name.startswith(incomplete)]

    return _completed(ctx, found)


def complete_schema(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a schema."""
    from search.present.json_schemas import SCHEMA_NAMES

    return [CompletionItem(name) for name in SCHEMA_NAMES if name.startswith(incomplete)]


def complete_help(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the name of a topic or a command."""
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    return [CompletionItem(name) for name in (*TOPICS, *group.commands) if name.startswith(incomplete)]


def complete_ids(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the id of a hit of the last search in the archive."""

    def found(archive: Archive) -> Iterable[str]:
        from search.config import place_of

        ids = last_ids(place_of(archive.engine.location))
        return [each for each in ids if each.startswith(incomplete)]

    return _completed(ctx, found)


def complete_archive(
    _ctx: click.Context, _param: click.Parameter, _incomplete: str
) -> list[CompletionItem[str]]:
    """Complete a folder."""
    return [CompletionItem("", type="dir")]


def _completed(ctx: click.Context, found: Callable[[Archive], Iterable[str]]) -> list[CompletionItem[str]]:
    from search.archive.archive import open_archive
    from search.config import load_config
    from search.errors import SearchError

    try:
        config = load_config(os.environ, Path(click.get_app_dir("news")))
        with open_archive(ctx.params.get("archive") or config.archive) as archive:
            fitting = list(found(archive))
    except (SearchError, OSError):
        return []
    return [CompletionItem(text) for text in fitting[:MAX_COMPLETIONS]]


def _values(archive: Archive, field: str, begun: str) -> list[str]:
    """The values of a field that begin like this, as a query writes them, the most frequent first."""
    (facet,) = archive.facets("*", f"{field}:10000")
    start = begun.lstrip('"').casefold()
    return [v.query.partition(":")[2] for v in facet.values if v.value.casefold().startswith(start)]


def _words(archive: Archive, begun: str) -> list[str]:
    if len(begun) < MIN_WORD_LENGTH:
        return []
    words = (each.word for each in archive.suggest(begun, limit=MAX_COMPLETIONS))
    return [word for word in words if word.startswith(begun.lower())]


add_completion_class(ColonComplete)
