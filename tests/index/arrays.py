"""Arrays and strategies that several tests use."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from search.index.kernels import Array

TOP = (1 << 31) - 1
INTEGERS = st.sampled_from([np.uint8, np.uint16, np.int32])
NUMBERS = st.lists(st.integers(0, 40), max_size=30)


def array(numbers: object, kind: type[np.generic] = np.int32) -> Array:
    return np.array(numbers, kind)
