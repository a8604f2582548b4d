"""Tasks for evaluators, good and bad."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from search.deadline import Deadline
from search.query import Archive
from search.serving import Answer


@dataclass(frozen=True)
class CountAll:
    """The number of articles, and the process that counted them."""

    name: str = ""
    lasts: bool = True

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        version = archive.version() if self.lasts else None
        return Answer(f"{archive.count('*', timeout=deadline)} {os.getpid()}".encode(), version=version)


@dataclass(frozen=True)
class AskNonsense:
    """A query that cannot be read."""

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        return Answer(str(archive.count("nofield:x", timeout=deadline)).encode())


@dataclass(frozen=True)
class Spin:
    """Work that lasts until its deadline, or until it is cancelled; it makes a file when it begins."""

    began: str
    number: int = 0

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        assert archive
        os.close(os.open(self.began, os.O_WRONLY))  # waits for a reader of the pipe
        while True:
            deadline.check()


@dataclass(frozen=True)
class Hang:
    """Work that never looks at its deadline."""

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        assert archive
        assert deadline
        threading.Event().wait()
        raise AssertionError("never reached")


@dataclass(frozen=True)
class Die:
    """A bug, whose message has a word of the query."""

    word: str

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        assert archive
        assert deadline
        raise RuntimeError(self.word)


@dataclass(frozen=True)
class Numbers:
    """An export of several pieces, which may break."""

    count: int
    breaks: bool = False

    def __call__(self, archive: Archive) -> Iterator[bytes]:
        assert archive
        for number in range(self.count):
            yield f"{number}\n".encode()
        if self.breaks:
            os._exit(1)
