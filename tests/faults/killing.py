"""Changes in processes that are killed, and changes that are interrupted."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import search
from tests.faults.events import watching

SOURCES = str(Path(search.__file__).parent)


def forked(work: Callable[[int], object]) -> tuple[int, int]:
    """A process that does the work, and a descriptor from which what it tells can be read.

    `work` is given the descriptor by which it tells; the process ends with 0, or where it raised with 1.
    """
    hears, tells = os.pipe()
    process = os.fork()
    if not process:
        code = 1
        try:
            work(tells)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(tells)
    return process, hears


def killed_before(event: int, change: Callable[[Path], object], location: Path) -> tuple[bool, bool]:
    """Change the archive in a process that is killed before its event of this number, from 0 on.

    Whether it was killed, and whether the change had been acknowledged until then.
    """
    left = event

    def kill(_event: str, _path: str) -> None:
        nonlocal left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def work(tells: int) -> None:
        with watching(location.parent, kill):
            change(location)
            os.write(tells, b"done")

    process, hears = forked(work)
    _, status = os.waitpid(process, 0)
    with os.fdopen(hears, "rb") as heard:
        acknowledged = heard.read() == b"done"
    assert status in (0, signal.SIGKILL), status
    return bool(status), acknowledged


def interrupted(change: Callable[[], object], at: int) -> bool | None:
    """Run `change`, with an interrupt ahead of the line of ours of this number.

    None if the change has fewer lines, else whether it had come to its end all the same.
    """
    left = at

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(SOURCES):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        change()
        return None if left >= 0 else True
    except KeyboardInterrupt:
        return False
    finally:
        sys.settrace(before)
