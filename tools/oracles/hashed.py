"""Numbers that oracles and tests both make, so that no file need hold them: an integer hash."""

import math

import numpy as np


def draw(seed, shape):
    """Numbers in [-0.5, 0.5) whose size falls by powers of two along rows and columns."""
    count = math.prod(shape)
    index = np.arange(count, dtype=np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    h = (index * np.uint64(2654435761) + np.uint64(seed) * np.uint64(40503)) & mask
    for _ in range(2):
        h ^= h >> np.uint64(15)
        h = (h * np.uint64(2246822519)) & mask
        h ^= h >> np.uint64(13)
    value = (h >> np.uint64(8)).astype(np.float64) / 2.0**24 - 0.5
    columns = shape[-1]
    row, column = index // np.uint64(columns), index % np.uint64(columns)
    power = (row % np.uint64(5)).astype(np.float64) + (column % np.uint64(3)).astype(np.float64)
    return (value * 2.0**-power).reshape(shape)
