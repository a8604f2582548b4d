"""The error that ends a command: its message, or an object of JSON, and its exit code."""

from __future__ import annotations

import errno
import io
from collections.abc import Sequence
from itertools import pairwise

import click

from search.cli.options import EXIT_CODES, LIMIT, NO_SPACE, USAGE, print_error
from search.errors import QuerySyntaxError, SearchError

_JSON = ("json", "jsonl")


def explain_failure(error: Exception, arguments: Sequence[str]) -> int:
    """Print the error on standard error and return the exit code.

    If the arguments ask for JSON, the error is one line, an object (`present.schema.error_as_json`).
    """
    from search.present.safe import printable
    from search.present.schema import error_as_json

    code, message, exit_code = _described(error)
    if _asks_for_json(arguments):
        span = (error.start, error.end) if isinstance(error, QuerySyntaxError) else None
        reason = error.reason if isinstance(error, QuerySyntaxError) else message
        click.echo(error_as_json(code, reason, span, _suggestion(error)), err=True)
    elif isinstance(error, click.ClickException):
        shown = io.StringIO()
        error.show(shown)
        click.echo(printable(shown.getvalue()), err=True, nl=False)
    else:
        print_error(message)
        if isinstance(error, QuerySyntaxError):
            print_error("how queries are written: news help query")
    return exit_code


def _described(error: Exception) -> tuple[str, str, int]:
    """The code of the error for programs, its message, and the exit code."""
    match error:
        case SearchError():
            return error.code, str(error), EXIT_CODES[type(error).code]
        case click.ClickException():
            return "usage", error.format_message(), error.exit_code
        case OSError():
            full = error.errno == errno.ENOSPC
            message = f"{error.filename or 'output'}: {error.strerror or error}"
            return "no-space" if full else "file", message, NO_SPACE if full else USAGE
        case ImportError():
            return "missing-package", f"a package cannot be loaded: {error.__cause__ or error}", USAGE
        case _:  # a MemoryError, or the SystemError that CPython makes of it at times
            message = "there is not enough memory; articles that were stored before this are in the archive"
            return "memory", message, LIMIT


def _asks_for_json(arguments: Sequence[str]) -> bool:
    """True if the output of the command is to be JSON; `news index --format` is about its input."""
    if list(arguments[:1]) == ["index"]:
        return False
    given = {
        word.removeprefix("--format=").removeprefix("-f") for word in arguments if word[:2] in ("-f", "--")
    }
    given |= {value for option, value in pairwise(arguments) if option in ("-f", "--format")}
    return not given.isdisjoint(_JSON)


def _suggestion(error: Exception) -> str | None:
    if isinstance(error, SearchError):
        return error.did_you_mean
    near = getattr(error, "possibilities", None)
    return str(near[0]) if near else None
