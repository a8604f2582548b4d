"""The command that prints whole articles: show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from search.cli.citing import CITATION_FORMATS, print_references
from search.cli.last import hit_of
from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    as_of_option,
    color_option,
    completed,
    console,
    exit_with,
    format_option,
    open_existing,
    print_unknown,
    quiet_option,
    resolve,
    tz_option,
    warn,
)

if TYPE_CHECKING:
    from search.archive.archive import Archive
    from search.article import Article
    from search.cli.options import Settings


@click.command()
@click.argument(
    "ids", nargs=-1, required=True, metavar="ID|URL|NUMBER...", shell_complete=completed("complete_ids")
)
@click.option("--hit", is_flag=True, help="Read each number as a hit of the last search, not as an id.")
@as_of_option
@tz_option
@format_option("text", "json", *CITATION_FORMATS)
@color_option
@archive_option
@quiet_option()
def show(
    ids: tuple[str, ...],
    hit: bool,
    as_of: str | None,
    tz: str | None,
    output_format: str,
    color: str | None,
    archive: str | None,
) -> None:
    """Print whole articles by id, URL or the number of a hit.

    A number that is not the id of an article is the number of a hit of the last search in this archive that
    was printed as text.

    With --format json, print one article a line in the form that `news index` reads; with ris, bibtex or
    csl-json, references for a bibliography.

    \b
      news show 3
      news show "$(news search comet --format ids --limit 1)"
      news show c152da1da562d27f50a70 --format bibtex
    """
    from search.present import schema, terminal

    settings = resolve(archive, tz, color)
    with open_existing(settings, with_warnings=True, as_of=as_of) as opened:
        found = [_find(opened, settings, identity, by_number=hit) for identity in ids]
        articles = [article for article in found if article is not None]
        seen = opened.first_seen([article.id for article in articles])
        if output_format in CITATION_FORMATS:
            dated = [(article, seen.get(article.id)) for article in articles]
            print_references(output_format, dated, settings.zone)
            articles = []
        for number, article in enumerate(articles):
            if output_format == "json":
                click.echo(schema.to_json(article))
            else:
                click.echo() if number else None
                terminal.print_article(console(settings), article, settings.zone, seen.get(article.id))
    if None in found:
        exit_with(NOTHING_FOUND)


def _find(archive: Archive, settings: Settings, written: str, *, by_number: bool) -> Article | None:
    """Return the article with this id, else the newest one with this URL, else the hit of this number.

    If there is none, say so.
    """
    from search.language import Word

    article = None if by_number else archive.get(written)
    if article is None and "://" in written:
        hits = archive.search(str(Word(written, "url")), sort="newest", limit=1).hits
        article = hits[0].article if hits else None
    if article is not None:
        return article
    if not written.isdecimal():
        print_unknown(f"no article has the id {written}")
        return None
    identity, search = hit_of(settings.archive, written)
    if identity is None:
        print_unknown(f"no article has the id {written}, and {search}")
    elif (article := archive.get(identity)) is None:
        print_unknown(f"hit {written} of the last search, {identity}, is not in the archive any more")
    else:
        warn(f"hit {written} of: {search}")
    return article
