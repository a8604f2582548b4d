"""The lock is its process's own: it is let go of when a write ends, whoever was started meanwhile."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import pytest

from search.article import Article
from search.errors import ArchiveLocked, ArchiveReadOnly
from search.query import open_archive
from tests.engines import open_engine


def article(number: int) -> Article:
    return Article(id=f"s{number}", title="Tide", body="Ebb")


def test_a_writer_alone_is_never_locked_out_by_processes_that_it_starts(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "archive", create=True)
    stop = threading.Event()

    def spawn() -> None:
        while not stop.is_set():
            subprocess.run([sys.executable, "-S", "-c", ""], check=True, close_fds=False)

    def fork() -> None:
        while not stop.is_set():
            if not (child := os.fork()):
                os._exit(0)
            os.waitpid(child, 0)

    threads = [threading.Thread(target=work) for work in (spawn, fork, spawn)]
    for thread in threads:
        thread.start()
    try:
        for number in range(30):
            assert engine.add([article(number)]).added == 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    engine.close()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, list[int]]]:
    """The lock of an archive, held while a process is forked that stays until the end."""
    location = tmp_path / "archive"
    engine = open_engine(location, create=True)
    children: list[int] = []
    hears, tells = os.pipe()

    def stream() -> Iterator[Article]:
        yield article(0)
        if not (child := os.fork()):
            os.close(tells)
            os.read(hears, 1)  # until the other end is closed
            os._exit(0)
        children.append(child)
        yield article(1)

    engine.add(stream())
    yield location, children
    os.close(tells)
    os.waitpid(children[0], 0)
    os.close(hears)
    engine.close()


def test_a_forked_process_that_goes_on_does_not_keep_the_lock(held: tuple[Path, list[int]]) -> None:
    other = open_engine(held[0])
    assert other.add([article(2)]).added == 1
    other.close()


def test_a_forked_process_that_ends_does_not_free_the_lock_of_its_parent(tmp_path: Path) -> None:
    location = tmp_path / "archive"
    engine, other = open_engine(location, create=True), open_engine(location)

    def stream() -> Iterator[Article]:
        yield article(0)
        if not (child := os.fork()):
            try:
                raise KeyboardInterrupt  # which unwinds through the parent's frames
            finally:
                pass
        assert os.waitpid(child, 0)[1] == 0
        with pytest.raises(ArchiveLocked) as caught:
            other.add([article(9)])
        assert caught.value.pid == os.getpid()
        yield article(1)

    parent = os.getpid()
    try:
        engine.add(stream())
    except BaseException:
        if os.getpid() != parent:
            os._exit(0)
        raise
    assert other.add([article(2)]).added == 1
    other.close()
    engine.close()


def test_a_lock_that_is_a_pipe_is_named(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add([article(1)])
        (tmp_path / "archive" / "lock").unlink()
        os.mkfifo(tmp_path / "archive" / "lock")
        with pytest.raises(ArchiveReadOnly, match="lock is not a regular file"):
            archive.add([article(2)])


def test_a_full_disk_does_not_keep_a_lock_from_being_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(FileIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add([article(1)])
        monkeypatch.setattr("search.backends.embedded.lock.FileIO", Full)
        assert archive.delete([article(1).id]) == 1
