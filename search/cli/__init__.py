"""The command line: `news`.

Each command parses, calls the library and prints. Modules are imported at the top here only if
`news --help` needs them; a command imports what it uses when it runs.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import click

from search.cli import (
    changes,
    discover,
    export,
    help,  # noqa: A004
    index,
    maintain,
    options,
    recording,
    search,
    serving,
    show,
    study,
    times,
    versions,
    watch,
)
from search.cli.groups import HeadedGroup
from search.cli.signals import Interrupted, Interruption, interruptible
from search.errors import SearchError

__all__ = ["main", "news"]


@click.group(
    cls=HeadedGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(None, "--version", "-V", package_name="news-search", prog_name="news")
def news() -> None:
    """Full-text search over an archive of news.

    \b
      news index articles/               put articles in
      news search harbour strike         find them
      news search strike --since 2025-02 --facet keyword
      news show 3                        read the third
      news export strike -o strike.csv   take all of them out
    """


news.add_under(
    "Find",
    search.search,
    show.show,
    export.export,
    search.count,
    times.timeline,
    search.facets,
    recording.replay,
    discover.similar,
    discover.background,
    discover.copies,
)
news.add_under("Study", study.kwic, study.collocations, study.distinctive, times.coverage)
news.add_under("Follow", watch.save, watch.saved, watch.new)
news.add_under("Serve", serving.serve, serving.mcp)
news.add_under("Put in", index.index, index.delete)
news.add_under(
    "Understand",
    discover.explain,
    discover.suggest,
    search.stats,
    versions.history,
    changes.diff,
    changes.changes,
    help.show_help,
    help.schema,
)
news.add_under(
    "Keep",
    maintain.verify,
    maintain.backup,
    maintain.restore,
    maintain.transfer,
    maintain.dump,
    index.rebuild,
    versions.prune,
    versions.upgrade,
    maintain.doctor,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_ClosedInput()))
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the parent process
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # NumPy's threads have no work here and take address space
    if "_NEWS_COMPLETE" in os.environ:
        from search.cli import completion  # noqa: F401  # its import registers what bash needs
    with interruptible() as interruption:
        code = _run(arguments, interruption)
    sys.exit(code)


class _ClosedInput(io.RawIOBase):
    """Standard input that the parent process closed: a command that reads it gets `InvalidRequest`."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        from search.errors import InvalidRequest

        raise InvalidRequest("standard input is closed, so there is nothing to read")


def _run(arguments: Sequence[str] | None, interruption: Interruption) -> int:
    from search.cli.failures import explain_failure

    try:
        code = news.main(
            list(arguments) if arguments is not None else None,
            "news",
            standalone_mode=False,
            obj=interruption,
        )
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (BrokenPipeError, SystemExit):  # the second is what click makes of the first
        # The reader of our output has closed it, so no message can reach it.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return 0
    except (click.exceptions.Abort, KeyboardInterrupt) as abort:
        options.print_error("interrupted")
        cause = abort.__cause__ or abort
        return cause.exit_code if isinstance(cause, Interrupted) else options.INTERRUPTED
    except (click.ClickException, SearchError, MemoryError, SystemError, ImportError, OSError) as error:
        return explain_failure(error, sys.argv[1:] if arguments is None else arguments)
