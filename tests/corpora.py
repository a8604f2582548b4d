"""Collections of articles that are too large for the repository; see `tests/README.md`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORPORA = Path(os.environ.get("NEWS_CORPORA") or ROOT.parent / "shared" / "corpora")


def needs(path: Path) -> pytest.MarkDecorator:
    """Skip a test where this file or folder of `CORPORA` is missing."""
    name = path.relative_to(CORPORA)
    return pytest.mark.skipif(
        not path.exists(), reason=f"{name} is not in the folder that NEWS_CORPORA names"
    )
