"""Where a line is tried: a folder with an archive of four articles, and `news` that runs in it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import search
from search.article import Article
from search.backends import maintained
from search.cli import main
from search.query import open_archive
from tests.conftest import ARTICLES

Content = str | bytes | Callable[[], bytes]

BEFORE = tuple(article.id for article in ARTICLES)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and all that it said."""

    code: int
    out: str
    err: str

    def check(self, code: int, *says: str) -> Ended:
        """Assert the exit code, that every one of `says` is in what it said, and that it ended in order."""
        said = self.out + self.err
        assert "Traceback" not in said, said
        assert self.code == code, said or "it said nothing"
        for words in says:
            assert words in said, f"{words!r} is not in: {said}"
        assert code in (0, 1) or self.err, "it failed in silence"
        return self


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder in which commands run; the archive that they mean by default is `archive` in it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def index(self) -> Path:
        return self.archive / "index"

    def news(self, *arguments: str, given: bytes | io.BufferedReader = b"") -> Ended:
        """Run a command here, in this process; what is not `SystemExit` fails the test."""
        stream = io.BufferedReader(io.BytesIO(given)) if isinstance(given, bytes) else given
        with self.patch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(stream))
            self.capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main(arguments)
        captured = self.capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, captured.out, captured.err)

    def process(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        closing: str = "",
        prepare: Callable[[], object] | None = None,
        deaf: bool = False,
    ) -> Ended:
        """Run a command as a process of its own, for what a process has: limits, streams, an environment.

        `closing` is what a shell does to its streams, as `>&-`; `environment` takes the place of ours.
        Where it is `deaf`, nobody reads what the command prints.
        """
        given = {"PATH": os.defpath, "NEWS_ARCHIVE": "archive", **(environment or {"HOME": str(self.folder)})}
        given["PYTHONPATH"] = str(Path(search.__file__).parents[1])
        shell = f'exec "$@" {closing}'
        reader, writer = os.pipe()
        os.close(reader)
        ended = subprocess.run(
            ["/bin/sh", "-c", shell, "sh", sys.executable, "-m", "search", *arguments],
            cwd=self.folder,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=writer if deaf else subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=prepare,
            timeout=60,
        )
        os.close(writer)
        out, err = ((text or b"").decode(errors="replace") for text in (ended.stdout, ended.stderr))
        return Ended(ended.returncode, out, err)

    def write(self, files: Mapping[str, Content]) -> None:
        """Make files, and the folders that they are in."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            made = content() if callable(content) else content
            path.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass"))

    def ids(self, query: str = "*") -> list[str]:
        """The ids of what is found."""
        with open_archive(self.archive) as opened:
            return opened.ids(query)

    def article(self, identity: str) -> Article:
        """The article of that id, which is there."""
        with open_archive(self.archive) as opened:
            found = opened.get(identity)
        assert found is not None, f"{identity} is not in the archive"
        return found

    def added(self) -> list[Article]:
        """The articles beside those that were there before, which are as they were."""
        stored = list(maintained(self.archive).articles())
        assert tuple(stored[: len(ARTICLES)]) == ARTICLES
        assert sorted(self.ids()) == sorted(article.id for article in stored), "what is stored is not found"
        return stored[len(ARTICLES) :]

    def contents(self) -> dict[str, bytes]:
        """Every byte of the archive, but for what SQLite shares between its readers."""
        return {
            str(path.relative_to(self.archive)): path.read_bytes()
            for path in sorted(self.archive.rglob("*"))
            if path.is_file() and not path.name.endswith(("-shm", "-wal"))
        }
