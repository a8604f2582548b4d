"""The commands that write: index, delete, rebuild."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from search.cli.options import (
    NOTHING_FOUND,
    SOME_REJECTED,
    archive_option,
    articles,
    exit_with,
    open_existing,
    print_error,
    query_text,
    quiet_option,
    resolve,
    say,
    selection_options,
    tz_option,
    wait_option,
    warn,
)
from search.cli.progress import ReadFiles, show_progress, show_reading
from search.cli.signals import Interruption, Reading

if TYPE_CHECKING:
    from search.dates import DayOrder
    from search.ingest import IndexReport
    from search.sources import Format, Note, Origin, Rejected

MAX_SHOWN_REJECTS = 10
"""Rejected documents named on standard error."""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "-f",
    "formats",
    multiple=True,
    type=click.Choice(
        "text jsonl json csv xml html mhtml warc markdown email parquet docx xlsx zip rtf pdf ris ids".split()
    ),
    help="The format of the files.  [default: recognised by name and content]  With ids, the id of each "
    "article that was added or updated is printed.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="The encoding of the files.")
@click.option(
    "--map",
    "names",
    metavar="FIELD=NAME,...",
    help="The source's names of the fields, such as title=headline,published=pub_date",
)
@click.option("--language", help="The language of a new archive, for stemming.  [default: english]")
@click.option(
    "--detect-language",
    "detect",
    metavar="CODES",
    help="Detect the language of articles that do not name one, among these: en,es,de",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Reject documents that would be taken with a note, such as one with a bad date.",
)
@click.option(
    "--keep-going", is_flag=True, help="Do not give up on a file whose first 100 documents are all bad."
)
@click.option("--dayfirst", "order", flag_value="day-first", help="Read 01/02/2024 as 1 February.")
@click.option("--monthfirst", "order", flag_value="month-first", help="Read 01/02/2024 as 2 January.")
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every rejected document and every note to FILE, as JSON lines.",
)
@tz_option
@wait_option
@archive_option
@quiet_option()
@click.pass_obj
def index(
    interruption: Interruption | None,
    paths: tuple[Path, ...],
    formats: tuple[Format | Literal["ids"], ...],
    encoding: str,
    names: str | None,
    language: str | None,
    detect: str | None,
    strict: bool,
    keep_going: bool,
    order: DayOrder | None,
    rejects: Path | None,
    tz: str | None,
    wait: float,
    archive: str | None,
) -> None:
    """Add articles from files and folders.

    PATH can be -, which is standard input. Formats are plain text, JSON and JSON lines, CSV and TSV, feeds
    (RSS, Atom, JSON Feed), wires (NewsML, NITF, ninjs), Markdown with front matter, mail, Word, RTF, RIS,
    exports of Nexis, Factiva, ProQuest and Europresse, and with optional packages also web pages, web
    archives (WARC), PDF, Excel and Parquet. Each file can be gzipped, or in a zip archive.

    An article with an id that the archive has replaces the stored one if it has changed, but never a newer
    version. The archive is created if it does not exist.

    \b
      news index articles/
      news index export.jsonl.gz --archive ~/news
      news index table.csv --map title=headline,published=pub_date
      curl … | news index -
      news index articles/ -q -f ids

    The exit code is 0 if every document was taken and 3 if some were rejected.
    """
    from search.archive.archive import open_archive
    from search.errors import IndexUnusable, SearchError
    from search.ingest import IndexReport, index_documents
    from search.sources import ReadOptions, read_paths

    settings = resolve(archive, tz)
    report = IndexReport()
    file_formats: list[Format] = [each for each in formats if each != "ids"]
    if len(file_formats) > 1:
        raise click.UsageError("--format is given more than once; the files of one run have one format")
    ids = "ids" in formats
    files = ReadFiles(paths, lambda: report.read)
    options = ReadOptions(
        format=file_formats[0] if file_formats else None,
        encoding=_known_encoding(encoding),
        names=_mapping(names),
        zone=settings.zone,
        order=order,
        strict=strict,
        keep_going=keep_going,
        exclude=(settings.archive / "index",) if isinstance(settings.archive, Path) else (),
        on_open=files.open,
    )
    if isinstance(settings.archive, Path):
        _check_place(settings.archive)
    if rejects is not None and any(path.resolve() == rejects.resolve() for path in paths):
        raise click.UsageError(f"--rejects {rejects} is a file to be read, and would be overwritten")
    items = read_paths(paths, options)
    if detect:
        from search.sources.languages import with_languages

        items = with_languages(items, detect.replace(",", " ").split())
    read = Reading(items, interruption or Interruption())
    with ExitStack() as stack:
        on_reject, on_note = stack.enter_context(_rejects_file(rejects))
        opened = stack.enter_context(
            open_archive(settings.archive, create=True, language=language, wait=wait)
        )
        if language and language != (kept := opened.state().language):
            warn(f"the archive is in {kept} already; --language {language} changes nothing")
        with suppress(IndexUnusable):  # the write below mends it
            for warning in opened.state().warnings:
                warn(warning)
        stack.enter_context(show_reading(files))
        try:
            index_documents(
                opened.engine,
                read,
                report,
                on_reject=on_reject,
                on_note=on_note,
                on_progress=read.used,
                keep_ids=ids,
            )
        except (KeyboardInterrupt, MemoryError, OSError, SearchError) as error:
            stack.close()
            if report.stored or isinstance(error, KeyboardInterrupt):
                _account(report, rejects, ids=ids)
                warn("the articles counted above are in the archive and can be found")
            raise
    _account(report, rejects, ids=ids)
    if report.rejected:
        exit_with(SOME_REJECTED)


def _check_place(archive: Path) -> None:
    """Refuse to create an archive in the root or the home folder."""
    place = archive.resolve()
    crowded = [Path(place.anchor)]
    with suppress(RuntimeError):  # the user has no home
        crowded.append(Path.home().resolve())
    if place in crowded and not (place / "articles.db").exists():
        raise click.UsageError(f"an archive needs a folder of its own, not {place}; give --archive DIR")


def _known_encoding(name: str) -> str:
    import codecs

    try:
        "x".encode(name)  # raises for a codec that is not for text
        return "utf-8" if codecs.lookup(name).name == "utf-8" else name
    except (LookupError, UnicodeError) as error:
        raise click.UsageError(f"there is no encoding {name!r}") from error


def _mapping(written: str | None) -> dict[str, str]:
    from search.sources.tables.records import NAMES

    found = {}
    for pair in (written or "").split(","):
        if not pair.strip():
            continue
        field, equals, name = (part.strip() for part in pair.partition("="))
        if not equals or not name or field not in NAMES:
            raise click.UsageError(f"--map {pair.strip()!r} is not FIELD=NAME; fields are {', '.join(NAMES)}")
        found[field] = name
    return found


@contextmanager
def _rejects_file(
    path: Path | None,
) -> Iterator[tuple[Callable[[Rejected], None], Callable[[Origin, Note], None]]]:
    """Open the file of rejects; yields the functions to call for each rejected document and each note.

    All are written to `path`. At the end the first few rejected documents are named on standard error.
    """
    import json

    shown: list[str] = []
    file = None
    if path is not None:
        try:
            file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f"{path} cannot be written: {error.strerror}") from error

    def write(origin: Origin, code: str, reason: str, *, taken: bool) -> None:
        if file is not None:
            record = {"path": _escaped(origin.path), "place": origin.place, "code": code, "reason": reason}
            file.write(json.dumps({**record, "taken": taken}, ensure_ascii=False) + "\n")

    def on_reject(rejected: Rejected) -> None:
        if len(shown) < MAX_SHOWN_REJECTS:
            shown.append(f"rejected {_escaped(str(rejected.origin))}: {rejected.reason}")
        write(rejected.origin, rejected.code, rejected.reason, taken=False)

    def on_note(origin: Origin, note: Note) -> None:
        write(origin, note.code, note.detail, taken=True)

    try:
        yield on_reject, on_note
    finally:
        if file is not None:
            file.close()
        for message in shown:  # not while a progress bar is drawn
            print_error(message)


def _escaped(path: str) -> str:
    """Write a path so that it can be shown, with escapes for control characters and invalid bytes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in path)


def _account(report: IndexReport, rejects: Path | None, *, ids: bool) -> None:
    """Print the outcome of a run, and with `ids` the articles that were added or updated."""
    counts, rejected = report.counts, report.rejected.total()
    parts = [f"added {counts.added:,}", f"updated {counts.updated:,}", f"unchanged {counts.unchanged:,}"]
    if counts.withdrawn:
        parts.append(f"cancelled before {counts.withdrawn:,}")
    if counts.older:
        parts.append(f"older {counts.older:,}")
    if report.withdrawn:
        parts.append(f"withdrawn {report.withdrawn:,}")
    outcome = ", ".join([*parts, f"rejected {rejected:,}"])
    if ids:
        for identity in dict.fromkeys((*counts.added_ids, *counts.updated_ids)):
            click.echo(identity)
        warn(outcome)
    else:
        say(outcome)
    if rejected:
        why = ", ".join(f"{code} {count:,}" for code, count in report.rejected.most_common())
        more = "" if rejects or rejected <= MAX_SHOWN_REJECTS else "; --rejects FILE lists them all"
        print_error(f"rejected: {why}{more}")
    for code, count in report.notes.most_common():
        warn(f"noted: {code} {count:,}, first in {report.examples[code]}")
    if skipped := [f"{code} {count:,}" for code, count in report.skipped.most_common() if count]:
        warn("skipped: " + ", ".join(skipped))


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--query", "-q", metavar="QUERY", help="Delete the articles that this query finds.")
@selection_options
@click.option(
    "--forget", is_flag=True, help="Erase the articles with all their versions; nothing of them is kept."
)
@click.option("--dry-run", is_flag=True, help="Print the ids of the articles; delete nothing.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@tz_option
@wait_option
@archive_option
@quiet_option("--quiet")
def delete(
    ids: tuple[str, ...],
    query: str | None,
    since: str | None,
    until: str | None,
    any_word: bool,
    forget: bool,
    dry_run: bool,
    yes: bool,
    tz: str | None,
    wait: float,
    archive: str | None,
) -> None:
    """Delete articles by id or by query.

    The versions of a deleted article are kept for `news history`; --forget erases them too.

    \b
      news delete wire-1204 wire-1207
      news delete --query 'source:herald before:2020' --dry-run
    """
    settings = resolve(archive, tz)
    by_query = query is not None or since is not None or until is not None
    if bool(ids) == by_query:
        raise click.UsageError(
            "give the articles to delete: either ids, or --query with or without --since and --until"
        )
    with open_existing(settings, wait) as opened:
        if by_query:
            from search.archive.question import Question

            text = query_text((query,) if query is not None else ())
            ids = tuple(opened.ids(Question(text, since, until, any_word)))
        else:
            ids = tuple(i for i in dict.fromkeys(ids) if forget or opened.get(i) is not None)
        if not ids:
            print_error("no such article")
            exit_with(NOTHING_FOUND)
        if dry_run:
            for identity in ids:
                click.echo(identity)
            warn(f"would delete {len(ids):,}")
            return
        if not yes:
            if sys.stdin is None or not sys.stdin.isatty():
                raise click.UsageError(
                    "there is no terminal to confirm at; add --yes to delete, or --dry-run to list the ids"
                )
            if not click.confirm(f"Delete {len(ids):,} article{'' if len(ids) == 1 else 's'}?"):
                warn("nothing was deleted")
                exit_with(NOTHING_FOUND)
        try:
            count = opened.delete(ids, forget=forget)
            say(f"{'forgot' if forget else 'deleted'} {count:,}")
            if not count:
                exit_with(NOTHING_FOUND)
        except KeyboardInterrupt:
            gone = sum(opened.get(identity) is None for identity in ids)
            warn(f"deleted {gone:,} of {len(ids):,}")
            raise


@click.command()
@wait_option
@archive_option
@quiet_option()
def rebuild(wait: float, archive: str | None) -> None:
    """Build a new index from the stored articles.

    This mends an index that is missing, damaged, out of date or made by another version of news. Searches
    use the old index until the new one is complete.
    """
    settings = resolve(archive)
    with open_existing(settings, wait) as opened, show_progress("articles") as progress:
        try:
            opened.rebuild(progress)
        except KeyboardInterrupt:
            warn("the old index is still in use")
            raise
        numbers = opened.stats()
    say(f"rebuilt the index of {articles(numbers.articles)}")
