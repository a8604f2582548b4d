"""Articles to a segment of the index: in this process, or for many articles in another.

The other process analyses and inverts while this one reads and stores, which makes use of a second core.
It receives and sends pickles through its standard input and output, and it ends when either is closed. It
is started afresh (by `subprocess`, not `multiprocessing`) so that it never runs a caller's main module
nor inherits threads and locks.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import weakref
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from search.article import Article
from search.backends.evaluate.documents import DocumentBatch, DocumentCollector, batch_of
from search.changes import Edits
from search.errors import ArchiveError
from search.index.format.layout import write_arrays
from search.index.write.invert import segment_arrays
from search.text import Analyzer

MIN_ARTICLES_FOR_PROCESS = 1_000
"""More articles than this are given to a process: from about 5,000 on it is faster (20,000 take half the
time), below 0.1 to 0.15 s slower, and the number of articles still to come is not known here."""

MIN_ARTICLES_TO_START = 250
"""So many articles start the process, so that it is ready when it is given more: it takes 0.25 s to start."""

_PIPE_BYTES = 1 << 20
"""The size of a pipe where it can be chosen. Several batches fit in it, so that neither process has to wait
for the other whenever a batch takes one of them longer."""

_START = "from search.backends.embedded.builder import main; main()"


class SegmentBuilder:
    """Collects articles, then writes them as one segment; errors name `location`."""

    def __init__(self, language: str, location: Path) -> None:
        self._language, self._location = language, location
        self._here = DocumentCollector(Analyzer(language))
        self._held: list[tuple[Article, Edits | None, datetime | None]] = []
        self._revisions: list[int] = []  # of the articles held
        self._extra_fields: Collection[str] = ()
        self._process: _Process | None = None
        self._beside: DocumentCollector | None = None  # where the process has analysed the articles
        self._sent = 0  # how many articles of this segment the process has; then it gets them all
        self._path = Path()

    def add(
        self,
        articles: Sequence[Article],
        revisions: Sequence[int],
        extra_fields: Collection[str],
        edits: Mapping[str, Edits],
        seen: Mapping[str, datetime],
    ) -> None:
        """Take more articles, numbered in the order they come, with only these of their extra fields.

        `revisions` has the revision of each. By id, `edits` has the updates of articles, and `seen` the times
        at which the archive first had them.
        """
        self._held += [(article, edits.get(article.id), seen.get(article.id)) for article in articles]
        self._revisions += revisions
        self._extra_fields = extra_fields
        if self._process is None and len(self._held) >= MIN_ARTICLES_TO_START and _cores() > 1:
            with suppress(OSError):
                self._process = _Process(self._language, self._location)
        if self._sent or len(self._held) > MIN_ARTICLES_FOR_PROCESS:
            self._send()

    def _send(self) -> None:
        if self._process is not None:
            count = len(self._held)
            self._process.send(self._batch(self._sent))
            self._sent += count

    def _batch(self, first: int) -> DocumentBatch:
        """The articles held, as a batch; then start with none."""
        held, revisions, self._held, self._revisions = self._held, self._revisions, [], []
        return batch_of(held, revisions, first, self._extra_fields)

    @property
    def collector(self) -> DocumentCollector:
        """A collector of this process for texts to compare, which is empty after `finish`."""
        return self._beside or self._here

    def start(self, path: Path) -> None:
        """Begin to write the articles to a new segment file; `finish` does the rest."""
        self._path = path
        if self._process is not None and self._sent:
            self._process.send(str(path))

    def finish(self) -> int:
        """Wait until the articles are written, and return their number; then start with none."""
        if self._process is not None and self._sent:
            count = self._process.answer()
            self._sent = 0
            if self._beside is None:  # texts are compared by the forms of their words
                self._beside = DocumentCollector(Analyzer(self._language, stemming=False))
            return count
        self._beside = None
        self._here.add(self._batch(0))
        return _write(self._here, self._path)

    def close(self) -> None:
        """End the process, if there is one; the builder is of no use afterwards."""
        if self._process is not None:
            self._process.end()


def _write(collector: DocumentCollector, path: Path) -> int:
    documents = collector.documents()
    write_arrays(path, segment_arrays(documents))
    return documents.count


class _Process:
    """The other process; each method raises `ArchiveError` if it has ended."""

    def __init__(self, language: str, location: Path) -> None:
        self._location = location
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, language],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE_BYTES,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._to, self._from = self._popen.stdin, self._popen.stdout
        self.end = weakref.finalize(self, _end, self._popen)

    def send(self, message: DocumentBatch | str) -> None:
        """More articles, or the path to write all of them to."""
        try:
            _send(self._to, message)
        except OSError as error:
            raise self._ended() from error

    def answer(self) -> int:
        """Wait for the number of articles written; raises the error of the other process."""
        try:
            answer = pickle.load(self._from)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise self._ended() from error
        if isinstance(answer, Exception):
            raise answer
        return int(answer)

    def _ended(self) -> ArchiveError:
        self.end()
        code = self._popen.returncode
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return ArchiveError(
            f"the process that analyses articles has ended ({how}) before it was done; "
            "stored articles are not lost; to make them searchable, run: news rebuild",
            self._location,
        )


def _end(popen: subprocess.Popen[bytes]) -> None:
    for stream in (popen.stdin, popen.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    with suppress(subprocess.TimeoutExpired):
        popen.wait(0.1)  # ends of itself when it is idle, and then says how
    popen.kill()
    popen.wait()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _send(stream: BinaryIO | Any, message: object) -> None:
    pickle.dump(message, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def serve(language: str, requests: BinaryIO, answers: BinaryIO) -> None:
    """Be the other process: until `requests` ends, collect articles and write them where told to."""
    collector = DocumentCollector(Analyzer(language))
    while True:
        try:
            request = pickle.load(requests)
        except (EOFError, pickle.UnpicklingError):  # the second where it ended half-way
            return
        if isinstance(request, DocumentBatch):
            collector.add(request)
            continue
        answer: int | Exception
        try:
            answer = _write(collector, Path(request))
        except (OSError, MemoryError) as error:
            answer = error
        _send(answers, answer)


def main() -> None:
    """Run the other process."""
    gc.disable()  # nothing it makes refers to itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started it decides
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no answer
    try:
        serve(sys.argv[1], sys.stdin.buffer, answers)
    except (MemoryError, BrokenPipeError):
        os._exit(1)  # which the one that started it says
    os._exit(0)  # without taking apart what it has learned
