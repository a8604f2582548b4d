"""The process that evaluates: it opens the archive, and answers one question after the other.

It never outlives the front. A thread waits at the pipe from the front, and ends the process when the pipe is
closed, in whatever way the front ended. On Linux the kernel ends it too, also while it is stopped.
"""

from __future__ import annotations

import ctypes
import os
import queue
import signal
import sys
import threading
from typing import BinaryIO

from search.deadline import Deadline
from search.errors import SearchError
from search.serving.bugs import report
from search.serving.frames import ASK, CANCEL, DONE, FAILED, PART, READY, Frame, packed, read_frame
from search.serving.task import compressed

_PR_SET_PDEATHSIG = 1


def main(location: str, zone: str, front: int) -> None:
    """Serve the archive at `location` over standard input and output, for the process `front`."""
    _end_with(front)
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal sends them to the front, too
        signal.signal(number, signal.SIG_IGN)
    sys.excepthook = report
    threading.excepthook = _end_by_bug
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # so that nothing else is ever printed between the messages
    asked: queue.SimpleQueue[tuple[Frame, Deadline | None]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    try:
        _serve(location, zone, asked, answers)
    except SearchError as error:
        _send(answers, (FAILED, error))
    except BrokenPipeError:  # the front has ended
        os._exit(0)


def _serve(
    location: str,
    zone: str,
    asked: queue.SimpleQueue[tuple[Frame, Deadline | None]],
    answers: BinaryIO,
) -> None:
    from search.query import open_archive

    with open_archive(location, zone=zone) as archive:
        archive.count("*")  # so that the first question finds everything imported and open
        _send(answers, (READY,))
        while True:
            frame, deadline = asked.get()
            task = frame[1]
            try:
                if deadline is None:
                    for part in task(archive):
                        _send(answers, (PART, part))
                    _send(answers, (DONE, None))
                else:
                    answer = task(archive, deadline)
                    _send(answers, (DONE, answer and compressed(answer)))
            except SearchError as error:
                _send(answers, (FAILED, error))


def _listen(front: BinaryIO, asked: queue.SimpleQueue[tuple[Frame, Deadline | None]]) -> None:
    """Pass on the questions, and cancel the last one when the front says so."""
    deadline: Deadline | None = None
    while frame := read_frame(front):
        if frame[0] == CANCEL:
            if deadline is not None:
                deadline.cancel()
        else:
            deadline = Deadline.after(frame[2]) if frame[0] == ASK else None
            asked.put((frame, deadline))
    os._exit(0)


def _send(answers: BinaryIO, frame: Frame) -> None:
    answers.write(packed(frame))
    answers.flush()


def _end_with(front: int) -> None:
    """Let the kernel end this process together with the front, where it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != front:
        os._exit(0)


def _end_by_bug(failure: threading.ExceptHookArgs) -> None:
    assert failure.exc_value is not None
    report(failure.exc_type, failure.exc_value, failure.exc_traceback)
    os._exit(1)
