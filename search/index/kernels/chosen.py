"""The kernels in use: the compiled ones, unless they are not there or NEWS_KERNELS says `numpy`."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Literal

Kernels = Literal["native", "numpy"]


def is_built() -> bool:
    """True if the compiled kernels are there and can be loaded."""
    try:
        import_module("search.index.kernels._native")
    except ImportError:
        return False
    return True


def _choose() -> Kernels:
    wanted = os.environ.get("NEWS_KERNELS", "")
    if wanted == "native":
        import_module("search.index.kernels._native")
    return "native" if wanted != "numpy" and is_built() else "numpy"


KERNELS = _choose()
"""The kernels that this process has chosen; raises `ImportError` where NEWS_KERNELS is `native` and they are
not built."""
