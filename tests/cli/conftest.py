"""What the tests of the command line share: `news` run in this process, and a folder to run it in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from search.cli import main
from search.query import Archive

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `news` here and gives exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, captured.out, captured.err

    return run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: Archive) -> Path:
    """A working folder in which the archive of four articles is the one meant."""
    assert archive.count("*") == 4
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEWS_ARCHIVE", str(tmp_path / "archive"))
    return tmp_path
