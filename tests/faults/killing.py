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


def killed_before(event: int, change: Callable[[Path], object], location: Path) -> tuple[bool, bool]:
    """Change the archive in a process that is killed before its event of this number, from 0 on.

    Whether it was killed, and whether the change had been acknowledged until then.
    """
    told, tell = os.pipe()
    process = os.fork()
    if not process:
        seen = 0

        def count(_event: str, _path: str) -> None:
            nonlocal seen
            if seen == event:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

        try:
            with watching(location.parent, count):
                change(location)
                os.write(tell, b"done")
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    os.close(tell)
    _, status = os.waitpid(process, 0)
    acknowledged = os.read(told, 9) == b"done"
    os.close(told)
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
