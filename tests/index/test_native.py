"""The compiled kernels are there where they can be made, and are left out where they are not wanted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from search.index import kernels
from search.index.kernels.chosen import is_built
from tests.corpora import ROOT

CHOSEN = "from search.index import kernels; print(kernels.KERNELS, kernels.find_common.__module__)"


def chosen(wanted: str) -> str:
    """The kernels that a process with this value of NEWS_KERNELS uses, and the module of one of them."""
    environment = {**os.environ, "NEWS_KERNELS": wanted}
    done = subprocess.run(
        [sys.executable, "-c", CHOSEN], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


@pytest.mark.skipif(shutil.which("cc") is None, reason="without a C compiler there are no compiled kernels")
def test_the_kernels_are_compiled_where_there_is_a_compiler() -> None:
    assert is_built()
    assert chosen("") == chosen("native") == "native search.index.kernels.native"


def test_numpy_can_be_asked_for() -> None:
    assert chosen("numpy") == "numpy search.index.kernels.sets"


@pytest.mark.parametrize(
    "compiler",
    [
        "true",
        '"cc',
        "no-such-compiler",
        "sh -c 'printf \\377error >&2; exit 1'",
        "sh -c 'echo junk > _native'",
    ],
)
def test_a_compiler_that_makes_no_library_leaves_none(tmp_path: Path, compiler: str) -> None:
    folder = tmp_path / "search" / "index" / "kernels"
    folder.mkdir(parents=True)
    shutil.copy(Path(kernels.__file__).with_name("native.c"), folder)
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(ROOT / "scripts" / "compile_kernels.py", tmp_path / "scripts")
    environment = {**os.environ, "CC": compiler, "CFLAGS": ""}
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in folder.iterdir()] == ["native.c"]
