"""Pages of hits by their numbers: the start of a page, and the command that prints the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import click

from search.cli.options import NOTHING_FOUND, articles, command_line, exit_with, warn

if TYPE_CHECKING:
    from search.engine import Results


class Ask(Protocol):
    """Runs the search of the command; not `whole`, without facets and snippets."""

    def __call__(self, limit: int, after: str | None, *, whole: bool) -> Results: ...


def start_of(page: int, size: int, after: str | None, ask: Ask) -> str | None:
    """The cursor of the page, None for the first; ends the command if there is no such page."""
    if after is not None:
        raise click.UsageError("--page and --after both say where to begin; give one of them")
    if page == 1 or size == 0:
        return None
    from search.engine import MAX_HITS

    if (page - 1) * size > MAX_HITS:
        everything = command_line("export", output=None, output_format=None)
        raise click.UsageError(f"pages go no further than hit {MAX_HITS:,}; all of them: {everything}")
    before = ask((page - 1) * size, None, whole=False)
    if before.next is None and before.total:
        pages = -(-before.total // size)
        warn(f"there is no page {page:,}: {articles(before.total)} on {pages:,} page{'s' * (pages > 1)}")
        exit_with(NOTHING_FOUND)
    return before.next


def next_command(results: Results, page: int | None) -> str:
    """The command that prints the page after these results; short, unless it goes on from a cursor."""
    if click.get_current_context().params.get("after") is not None:
        return command_line(after=results.next)
    return command_line(page=(page or 1) + 1)
