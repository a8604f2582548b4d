"""The types of arrays that functions of the index take and return."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Docs = NDArray[np.int32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

Words = tuple[Docs, Array, Array]
"""The occurrences of a word: documents, ascending; the frequency in each; the positions of all in turn."""
