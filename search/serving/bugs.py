"""Errors that are bugs, as they are printed."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType


def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an error that is a bug, without its message, which may have words of a query."""
    frames = "".join(traceback.format_tb(trace))
    sys.stderr.write(f"news: a bug, please report it: {kind.__name__}\n{frames}")
    if error.__cause__ is not None:
        report(type(error.__cause__), error.__cause__, error.__cause__.__traceback__)
