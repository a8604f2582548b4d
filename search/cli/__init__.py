"""The command line: `news`.

Each command parses, calls the library and prints. Modules are imported at the top here only if
`news --help` needs them; a command imports what it uses when it runs.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence

import click

from search.cli import discover, index, maintain, options, search, versions
from search.cli.signals import Interrupted, Interruption, interruptible

__all__ = ["main", "news"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="news-search", prog_name="news")
def news() -> None:
    """Full-text search over an archive of news.

    \b
      news index articles/               put articles in
      news search harbour strike         find them
      news search strike --since 2025-02 --facet keyword
      news show ID                       read one

    \b
    Exit codes: 0 found or done, 1 nothing found, 2 usage or query error,
    3 some documents rejected, 4 archive locked, 5 archive damaged,
    6 no space, 7 a limit was hit, 130 interrupted.
    """


for command in (
    index.index,
    search.search,
    search.show,
    search.count,
    search.timeline,
    search.facets,
    search.stats,
    discover.similar,
    discover.background,
    discover.suggest,
    discover.explain,
    index.delete,
    index.rebuild,
    versions.history,
    versions.prune,
    versions.upgrade,
    maintain.verify,
    maintain.backup,
    maintain.restore,
    maintain.dump,
    maintain.doctor,
):
    news.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_ClosedInput()))
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's threads take address space, and have no work
    with interruptible() as interruption:
        code = _run(arguments, interruption)
    sys.exit(code)


class _ClosedInput(io.RawIOBase):
    """Standard input where whoever started us closed it: tells that to a command that reads it."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        from search.errors import InvalidRequest

        raise InvalidRequest("standard input is closed, so there is nothing to read")


def _run(arguments: Sequence[str] | None, interruption: Interruption) -> int:
    from search.errors import SearchError

    try:
        code = news.main(
            list(arguments) if arguments is not None else None,
            "news",
            standalone_mode=False,
            obj=interruption,
        )
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (click.exceptions.Abort, KeyboardInterrupt) as abort:
        options.warn("interrupted")
        cause = abort.__cause__ or abort
        return cause.exit_code if isinstance(cause, Interrupted) else options.INTERRUPTED
    except click.ClickException as error:
        from search.present.safe import printable

        shown = io.StringIO()
        error.show(shown)
        click.echo(printable(shown.getvalue()), err=True, nl=False)
        return error.exit_code
    except (BrokenPipeError, SystemExit):  # the second is what click makes of the first
        # Whoever read our output has had enough; there is nobody to tell.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return 0
    except SearchError as error:
        options.warn(str(error))
        return options.EXIT_CODES[type(error).code]
    except (MemoryError, SystemError):  # the second is what CPython makes of it at times
        options.warn("there is not enough memory for this; what was stored before is in the archive")
        return options.LIMIT
    except ImportError as error:
        options.warn(f"a package cannot be loaded: {error.__cause__ or error}")
        return options.USAGE
    except OSError as error:
        options.warn(f"{error.filename or 'output'}: {error.strerror or error}")
        return options.NO_SPACE if error.errno == errno.ENOSPC else options.USAGE
