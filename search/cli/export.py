"""The command `export`: every match, as rows of chosen columns."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search.cli.citing import CITATION_FORMATS
from search.cli.options import (
    NOTHING_FOUND,
    archive_option,
    articles,
    as_of_option,
    completed,
    exit_with,
    open_existing,
    output_file,
    question_options,
    quiet_option,
    resolve,
    say,
    tz_option,
    warn,
)
from search.cli.output import bytes_out, written_to
from search.cli.progress import show_progress

if TYPE_CHECKING:
    from search.archive.question import Question

Row = Mapping[str, object]

EXPORT_FORMATS = ("csv", "tsv", "jsonl", "parquet", "ids", *CITATION_FORMATS)


@click.command()
@question_options
@click.option(
    "--columns",
    "-c",
    "chosen",
    multiple=True,
    metavar="NAME,...",
    shell_complete=completed("complete_columns"),
    help="The columns, such as id,published,title,body; or +body for the default ones and the body.",
)
@click.option(
    "--format",
    "-f",
    "output_format",
    type=click.Choice(EXPORT_FORMATS),
    help="The format of the output.  [default: by the name of FILE, else csv]",
)
@as_of_option
@click.option("--excel", is_flag=True, help="Write CSV that Excel opens as it is, with accents.")
@tz_option
@output_file
@archive_option
@quiet_option()
def export(
    question: Question,
    chosen: tuple[str, ...],
    output_format: str | None,
    as_of: str | None,
    excel: bool,
    tz: str | None,
    output: Path | None,
    archive: str | None,
) -> None:
    """Write every match, oldest first.

    There is no limit and no timeout. All rows are of one moment, whatever is indexed meanwhile.

    Columns are the fields of an article: id, published, precision, modified, crawled, title, description,
    highlights, body, keywords, authors, source, url, language; seen, the time when the archive first had it;
    and each extra field of the archive by its name. By default they are all of them without body, highlights,
    modified, crawled, seen and precision.

    ris, bibtex and csl-json are references for a bibliography. Their dates have the precision of the article,
    and the day of access is the day on which the archive first had it.

    jsonl and parquet hold every value exactly. In csv and tsv several values are joined by "; ", and a cell
    that a spreadsheet would run as a formula begins with an apostrophe. --excel also adds the mark by which
    Excel knows UTF-8, and cuts cells that are too long for it.

    \b
      news export opec --since 1987-03 -o opec.csv
      news export 'keyword:oil' -c id,published,title,body -o oil.parquet
      news export 'opec 1987-03' -o opec.bib
      news export '*' -c +body -f jsonl | gzip > all.jsonl.gz
    """
    from search.cli.search import show_notes
    from search.present.citation import CITED_COLUMNS

    to_file = output is not None and str(output) != "-"
    kind = output_format or _format_of(output)
    if excel and kind != "csv":
        raise click.UsageError(f"--excel is for --format csv, not for {kind}")
    if chosen and kind in ("ids", *CITATION_FORMATS):
        raise click.UsageError(f"--columns is for tables; --format {kind} has columns of its own")
    settings = resolve(archive, tz)
    with open_existing(settings, as_of=as_of) as opened, show_progress("articles", shown=to_file) as progress:
        own = {"ids": "id", **dict.fromkeys(CITATION_FORMATS, ",".join(CITED_COLUMNS))}
        columns = _columns(own.get(kind, ",".join(chosen)), opened.state().extra_fields)
        found = opened.search(question, limit=0)
        show_notes(found)
        count = 0

        def counted() -> Iterator[Row]:
            nonlocal count
            for row in opened.export(question, columns):
                yield row
                count += 1
                if not count % 500:
                    progress(count, found.total)

        with written_to(output):
            _write(counted(), columns, kind, settings.zone, excel=excel)
    if to_file and output is not None and output.is_file():
        say(f"wrote {articles(count)} to {output}")
    if not count:
        warn(f"nothing found; the query was read as: {found.read_as}")
        exit_with(NOTHING_FOUND)


def _format_of(output: Path | None) -> str:
    """The format that the name of the file names; CSV for standard output."""
    if output is None or str(output) in ("-", "/dev/stdout"):
        return "csv"
    kind = {"ndjson": "jsonl", "txt": "ids", "bib": "bibtex"}.get(suffix := output.suffix[1:].lower(), suffix)
    if kind not in EXPORT_FORMATS:
        raise click.UsageError(f"the name {output.name} tells no format; give --format")
    return kind


def _columns(written: str, extra_fields: Sequence[str]) -> tuple[str, ...]:
    """The columns of `--columns`; a + before a name adds them to the default ones."""
    from search.archive.export import columns_of

    names = [name.strip() for name in written.split(",") if name.strip()]
    added = any(name.startswith("+") for name in names)
    default = columns_of(None, extra_fields) if added or not names else ()
    return columns_of([*default, *(name.removeprefix("+") for name in names)], extra_fields)


def _write(rows: Iterable[Row], columns: Sequence[str], kind: str, zone: tzinfo, *, excel: bool) -> None:
    """Print the rows, each as soon as it is read."""
    from search.present import citation, parquet, schema, table

    cut = 0

    def note_cut() -> None:
        nonlocal cut
        cut += 1

    match kind:
        case "parquet":
            return parquet.write_parquet(rows, columns, bytes_out())
        case "csv" if excel:
            lines = table.rows_for_excel(rows, columns, note_cut)
        case "csv" | "tsv":
            lines = table.rows_as_table(rows, columns, kind)
        case "ris" | "bibtex" | "csl-json":
            lines = citation.cite(rows, kind, zone=zone)
        case "jsonl":
            lines = schema.to_json_lines(rows)
        case _:
            lines = (f"{row['id']}\n" for row in rows)
    for line in lines:
        sys.stdout.write(line)
    if cut:
        warn(f"cells cut to the {table.MAX_EXCEL_CELL:,} characters that Excel holds: {cut:,}")
    return None
