"""The compiled kernels are there where they can be made, and are left out where they are not wanted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from search.index.kernels.chosen import is_built

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
