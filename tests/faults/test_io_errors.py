"""Whatever call of the system fails: one line that says so, the code for it, and nothing lost."""

from __future__ import annotations

import errno
import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from types import MappingProxyType

import pytest

from search.cli import main
from tests.faults.archives import TORTURE, Outcomes, make, notices
from tests.faults.conftest import Count
from tests.faults.events import watching

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")

ERRORS = (errno.EIO, errno.ENOSPC, errno.EACCES, errno.EMFILE)

COMMANDS = {
    "add": ["index", "more.jsonl"],
    "delete": ["delete", "n1", "n5", "--yes"],
    "rebuild": ["rebuild"],
    "search": ["search", "notice"],
    "verify": ["verify"],
    "backup": ["backup", "copy"],
    "new": ["new", "--all"],
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("errors") / "tried"
    folder.mkdir()
    make(folder / "archive")
    lines = [json.dumps(article.as_record()) + "\n" for article in notices(12, 14)]
    (folder / "more.jsonl").write_text("".join(lines))
    return folder


Before = Callable[[str, str], None]


def run(
    folder: Path, command: str, before: Before | None = None, limits: Mapping[int, int] = MappingProxyType({})
) -> tuple[int, str]:
    """The exit code of a command and what it said, run in a process of its own.

    `before` is called ahead of each event of files; `limits` are what the system is to allow of resources.
    """
    hears, says = os.pipe()
    process = os.fork()
    if not process:
        code = 99
        try:
            sys.stdout = sys.stderr = os.fdopen(says, "w")
            os.chdir(folder)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            for kind, limit in limits.items():
                resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))
            with watching(folder, before) if before else nullcontext():
                main([*COMMANDS[command], "--archive", "archive"])
        except SystemExit as ended:
            code = int(str(ended.code))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(says)
    with os.fdopen(hears) as heard:
        said = heard.read()
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), said


class Failing:
    """Fails the event of number `at`, or all from that on; leaves a mark when it has."""

    def __init__(self, at: int, number: int, mark: Path, *, for_good: bool) -> None:
        self.at, self.number, self.mark, self.for_good = at, number, mark, for_good
        self.seen = 0

    def __call__(self, event: str, path: str) -> None:
        self.seen += 1
        if event != "sql" and (self.seen == self.at + 1 or (self.for_good and self.seen > self.at)):
            self.mark.touch()
            raise OSError(self.number, os.strerror(self.number), path)


def holds(folder: Path, outcomes: Outcomes, command: str, code: int, said: str, seen: str) -> None:
    """What must be after a command under these conditions."""
    assert "Traceback" not in said, f"{seen}: {said}"
    assert code in (0, 1, 2, 3, 5, 6, 7), f"{seen}: {code} {said}"
    assert code == 0 or said.strip(), f"{seen}: nothing was said"
    outcomes.check(folder / "archive", acknowledged=code == 0 and command in ("add", "delete", "rebuild"))


def kind_of(command: str) -> str:
    return command if command in ("add", "delete", "rebuild") else "merge"  # which changes no article


@pytest.mark.parametrize("command", COMMANDS)
def test_no_failing_call_loses_anything(command: str, template: Path, tmp_path: Path, count: Count) -> None:
    outcomes = Outcomes(template / "archive", kind_of(command), tmp_path / "scratch")
    mark, tried = tmp_path / "reached", 0
    for at in range(0, 100_000, 1 if TORTURE else 23):
        mark.unlink(missing_ok=True)
        for for_good in (False, True):
            number = ERRORS[(at + for_good) % len(ERRORS)]
            folder = Path(shutil.copytree(template, tmp_path / "tried"))
            code, said = run(folder, command, Failing(at, number, mark, for_good=for_good))
            holds(folder, outcomes, command, code, said, f"event {at}, {errno.errorcode[number]}")
            shutil.rmtree(folder)
            tried += 1
        if not mark.exists() and at > 100:
            break
    count(f"failing calls, {command}", tried)


@pytest.mark.parametrize("command", ["add", "delete", "rebuild", "backup"])
def test_no_limit_of_the_size_of_files_loses_anything(
    command: str, template: Path, tmp_path: Path, count: Count
) -> None:
    outcomes = Outcomes(template / "archive", kind_of(command), tmp_path / "scratch")
    sizes = range(0, 100_000, 1_024 if TORTURE else 24_000)
    for size in sizes:
        folder = Path(shutil.copytree(template, tmp_path / "tried"))
        code, said = run(folder, command, limits={resource.RLIMIT_FSIZE: size})
        holds(folder, outcomes, command, code, said, f"{size} bytes")
        shutil.rmtree(folder)
    count(f"limits of the size of files, {command}", len(sizes))


@pytest.mark.parametrize("command", COMMANDS)
def test_no_limit_of_memory_loses_anything(
    command: str, template: Path, tmp_path: Path, count: Count
) -> None:
    outcomes = Outcomes(template / "archive", kind_of(command), tmp_path / "scratch")
    importlib.import_module("search.sources.files")  # whose patterns CPython cannot compile with no memory
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    sizes, codes = range(0, 24 << 20, 128 << 10 if TORTURE else 5 << 20), set()
    for size in sizes:
        folder = Path(shutil.copytree(template, tmp_path / "tried"))
        code, said = run(folder, command, limits={resource.RLIMIT_AS: used + size})
        holds(folder, outcomes, command, code, said, f"{size} bytes more")
        codes.add(code)
        shutil.rmtree(folder)
    assert 0 in codes
    count(f"limits of memory, {command}", len(sizes))


@pytest.mark.skipif(not TORTURE, reason="only scripts/torture mounts file systems")
@pytest.mark.parametrize("command", ["add", "delete", "rebuild", "backup"])
def test_no_full_disk_loses_anything(command: str, template: Path, tmp_path: Path, count: Count) -> None:
    outcomes = Outcomes(template / "archive", kind_of(command), tmp_path / "scratch")
    disk, codes = tmp_path / "disk", []
    disk.mkdir()
    for size in range(40, 480, 4):
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("a file system cannot be mounted here")
        try:
            folder = Path(shutil.copytree(template, disk / "tried"))
        except shutil.Error:  # too small for what there is before
            continue
        else:
            code, said = run(folder, command)
            shutil.copytree(folder, tmp_path / "left")
            holds(tmp_path / "left", outcomes, command, code, said, f"{size} KB")
            shutil.rmtree(tmp_path / "left")
            codes.append(code)
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    assert {0, 6} <= set(codes)
    count(f"sizes of a disk, {command}", len(codes))


@pytest.mark.skipif(not TORTURE, reason="only scripts/torture mounts file systems")
@pytest.mark.parametrize("command", ["add", "delete", "new"])
def test_a_disk_that_is_full_before_the_command_is_not_called_read_only(
    command: str, template: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a file system cannot be mounted here")
    try:
        folder = Path(shutil.copytree(template, disk / "tried"))
        with pytest.raises(OSError, match="No space"):
            (disk / "zeros").write_bytes(bytes(4 << 20))
        code, said = run(folder, command)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert (code, "no space" in said.lower()) == (6, True), said
