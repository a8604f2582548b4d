"""Shared by all commands: their common options, the settings these become, and the exit codes."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.shell_completion import CompletionItem
    from rich.console import Console

    from search.archive.archive import Archive
    from search.config import Place

Command = TypeVar("Command", bound=Callable[..., Any])

FOUND, NOTHING_FOUND, USAGE, SOME_REJECTED, LOCKED, DAMAGED, NO_SPACE, LIMIT, UNAVAILABLE, INTERRUPTED = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 130,
)  # fmt: skip
"""The exit codes."""

EXIT_MEANINGS = {
    FOUND: "found or done",
    NOTHING_FOUND: "nothing found",
    USAGE: "usage or query error",
    SOME_REJECTED: "some documents rejected",
    LOCKED: "archive locked",
    DAMAGED: "archive damaged",
    NO_SPACE: "no space left",
    LIMIT: "a limit was hit",
    UNAVAILABLE: "cluster unavailable",
    INTERRUPTED: "interrupted",
}
"""Each exit code in words, for help."""

EXIT_CODES = {
    "error": USAGE,
    "query-syntax": USAGE,
    "invalid-request": USAGE,
    "invalid-article": USAGE,
    "limit-exceeded": LIMIT,
    "deadline-exceeded": LIMIT,
    "archive": USAGE,
    "archive-not-found": USAGE,
    "archive-exists": USAGE,
    "archive-locked": LOCKED,
    "archive-read-only": USAGE,
    "archive-full": NO_SPACE,
    "archive-unavailable": UNAVAILABLE,
    "archive-damaged": DAMAGED,
    "index-unusable": DAMAGED,
    "other-analyzer": USAGE,
}
"""The exit code for each `SearchError.code`."""


def completed(name: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]:
    """The function of `completion` that completes a parameter, imported when a shell asks for it."""

    def complete(
        ctx: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        from search.cli import completion

        return list(getattr(completion, name)(ctx, parameter, incomplete))

    return complete


def _one_archive(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> str | None:
    if len(given) > 1:
        raise click.UsageError("--archive is given more than once; a command works with one archive")
    return given[0] if given else None


archive_option = click.option(
    "--archive",
    "-a",
    multiple=True,
    callback=_one_archive,
    shell_complete=completed("complete_archive"),
    metavar="DIR",
    help="The archive's folder, or opensearch://HOST/NAME.  [default: $NEWS_ARCHIVE, else ./index_data]",
)
wait_option = click.option(
    "--wait",
    type=click.FloatRange(0, 86_400),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait for another process that is writing.  [default: 0]",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop the query after this time.",
)
tz_option = click.option(
    "--tz",
    metavar="ZONE",
    help="Time zone of dates in the query and in the output, such as Europe/Berlin.  [default: your own]",
)
as_of_option = click.option(
    "--as-of",
    metavar="MOMENT",
    help="Answer as the archive was: at a revision (r57), or at the end of a day or minute (2025-04-08).",
)
color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    help="Colour in text.  [default: auto, which is on at a terminal unless NO_COLOR is set]",
)


texts_option = click.option(
    "--texts", is_flag=True, help="Also count texts, each once however many copies it has, and sources."
)


def _make_quiet(ctx: click.Context, _param: click.Parameter, given: bool) -> None:
    ctx.meta[_QUIET] = given


_QUIET = "search.cli.quiet"


def quiet_option(*names: str) -> Callable[[Command], Command]:
    """Make the option that silences `note` and `say` for the rest of the command."""
    return click.option(
        *(names or ("--quiet", "-q")), is_flag=True, expose_value=False, callback=_make_quiet,
        help="Print only results and errors.",
    )  # fmt: skip


def is_quiet() -> bool:
    """True if the running command was asked for results and errors only."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_QUIET))


output_file = click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write to FILE, which is replaced only when everything is written.",
)


def output_option(command: Command) -> Command:
    """Give the command an option that writes its standard output to a file."""

    @wraps(command)
    def writing(output: Path | None, **options: Any) -> object:
        from search.cli.output import written_to

        with written_to(output):
            return command(**options)

    return cast(Command, output_file(writing))


def format_option(*formats: str) -> Callable[[Command], Command]:
    """Make the option `--format` with these choices, of which the first is the default, and `--output`."""
    option = click.option(
        "--format", "-f", "output_format", type=click.Choice(formats), default=formats[0], show_default=True,
        help="The format of the output.",
    )  # fmt: skip
    return lambda command: option(output_option(command))


def question_options(command: Command) -> Command:
    """Give the command a query and its options, which it receives as one `question`."""

    @wraps(command)
    def asking(
        query: tuple[str, ...], since: str | None, until: str | None, any_word: bool, **options: Any
    ) -> object:
        from search.archive.question import Question

        return command(question=Question(query_text(query), since, until, any_word), **options)

    return cast(
        Command,
        click.argument("query", nargs=-1, shell_complete=completed("complete_query"))(
            selection_options(asking)
        ),
    )


def selection_options(command: Command) -> Command:
    """Give the command the options that select articles beside a query."""
    for option in (
        click.option(
            "--any", "any_word", is_flag=True, help="Find articles with any of the words, not only with all."
        ),
        click.option(
            "--until", metavar="DATE", help="Only articles until the end of this day, month or year."
        ),
        click.option(
            "--since", metavar="DATE", help="Only articles from the start of this day, month or year."
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one command, resolved once from options, environment and file."""

    archive: Place
    zone: tzinfo
    limit: int
    color: str


def resolve(archive: str | None, tz: str | None = None, color: str | None = None) -> Settings:
    """Resolve the settings: options win over the environment, and that wins over the configuration file.

    Raises `InvalidRequest`.
    """
    from search.config import load_config, local_zone, place_of

    config = load_config(os.environ, Path(click.get_app_dir("news")))
    return Settings(
        archive=place_of(archive) if archive else config.archive,
        zone=local_zone(tz or config.tz),
        limit=config.limit,
        color=color or config.color,
    )


@contextmanager
def open_existing(
    settings: Settings, wait: float = 0.0, *, with_warnings: bool = False, as_of: str | None = None
) -> Iterator[Archive]:
    """Open an archive that exists, as it was at `as_of` if that is given; raises `ArchiveNotFound`.

    With `with_warnings` the warnings about its state are printed, for a command that does not print them.
    """
    from search.archive.archive import open_archive

    with open_archive(settings.archive, wait=wait, zone=settings.zone) as archive:
        shown = archive if as_of is None else archive.at(as_of=as_of)
        state = shown.state() if with_warnings or as_of is not None else None
        if state is not None and as_of is not None:
            warn(f"as of revision {state.revision}")
        for warning in state.warnings if state is not None and with_warnings else ():
            warn(warning)
        yield shown


def console(settings: Settings) -> Console:
    """Open the console that text for people is printed to."""
    from search.present.terminal import open_console

    return open_console(sys.stdout, settings.color)


def print_error(message: str) -> None:
    """Print an error on standard error."""
    from search.present.safe import printable

    click.echo(f"news: {printable(message)}", err=True)


def print_unknown(message: str) -> None:
    """Print the error that an id names nothing, as an object where the command prints JSON."""
    if click.get_current_context().params.get("output_format") in ("json", "jsonl"):
        from search.present.schema import error_as_json

        click.echo(error_as_json("invalid-request", message), err=True)
    else:
        print_error(message)


def warn(message: str) -> None:
    """Print a note on standard error, unless the command is quiet."""
    if not is_quiet():
        print_error(message)


def say(message: str) -> None:
    """Print the outcome of a command that has no results, unless the command is quiet."""
    if not is_quiet():
        click.echo(message)


def exit_with(code: int) -> None:
    """End the command with this exit code."""
    click.get_current_context().exit(code)


def was_given(name: str) -> bool:
    """True if this parameter was given on the command line."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def command_line(other: str = "", **changed: object) -> str:
    """Write the running command as it was typed, with these values changed; None leaves an option out.

    With the name of an `other` command, write that one with the arguments and options that both have.
    """
    context = click.get_current_context()
    group = context.find_root().command
    assert isinstance(group, click.Group)
    command = group.commands[other or str(context.command.name)]
    known = {parameter.name for parameter in command.params}
    options, arguments = [], []
    for parameter in context.command.params:
        name = str(parameter.name)
        if name not in known or name not in context.params:
            continue
        value = changed[name] if name in changed else context.params[name] if was_given(name) else None
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        if isinstance(parameter, click.Argument):
            arguments += [str(each) for each in values]
        elif isinstance(parameter, click.Option) and parameter.is_flag:
            options += [parameter.opts[0]] if value else []
        else:
            options += [word for each in values for word in (parameter.opts[0], str(each))]
    separator = ["--"] if any(argument.startswith("-") for argument in arguments) else []
    ordered = [*options, *separator, *arguments] if separator else [*arguments, *options]
    return shlex.join(["news", str(command.name), *ordered])


def query_text(words: tuple[str, ...]) -> str:
    """Join the arguments to a query; without arguments it is `*`."""
    return " ".join(words) if words else "*"


def articles(count: int) -> str:
    """The number of articles in words: "1 article", "2,078 articles"."""
    return f"{count:,} article{'' if count == 1 else 's'}"
