"""Columns of numpy arrays turned into Arrow arrays without a Python object per row.

Here: strings cut out of a text, exact decimals, dates, ids from positions. Not here: which columns a table has.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Ints

DECIMAL = pa.decimal128(28, 6)
_SCALE = 6
_POWER = np.array([10**k for k in range(19)], np.int64)


def cut(points: NDArray[np.uint32], start: Ints, end: Ints) -> pa.Array:
    """The substrings [start, end) of a text given as code points."""
    size = end - start
    offset = np.zeros(len(size) + 1, np.int64)
    np.cumsum(size, out=offset[1:])
    index = np.arange(offset[-1]) + np.repeat(start - offset[:-1], size)
    chosen = points[index]
    data = chosen.tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "replace")
    width = 1 + (chosen >= 0x80).astype(np.int32) + (chosen >= 0x800) + (chosen >= 0x10000)
    reach = np.zeros(len(chosen) + 1, np.int32)
    np.cumsum(width, out=reach[1:])
    return pa.StringArray.from_buffers(len(size), pa.py_buffer(reach[offset]), pa.py_buffer(data))


def decimals(mantissa: Ints, exponent: Ints, valid: Bools) -> pa.Array:
    """mantissa * 10**exponent as decimal128(28, 6), null where not valid.

    Digits past the sixth place are rounded half to even; a value of more than 22 digits before the point is null.
    """
    shift = exponent + _SCALE
    inside = (shift >= 0) & (shift < 19)
    factor = _POWER[np.where(inside, shift, 0)]
    fits = inside & (np.abs(mantissa) < (2**62) // np.maximum(factor, 1))
    low = np.where(fits, mantissa * factor, 0)
    words = np.empty((len(mantissa), 2), np.int64)
    words[:, 0], words[:, 1] = low, low >> 63
    kept = valid.copy()
    for i in np.flatnonzero(valid & ~fits):
        scaled = (Decimal(int(mantissa[i])).scaleb(int(shift[i]))).to_integral_value(ROUND_HALF_EVEN)
        number = int(scaled)
        if abs(number) >= 10**28:
            kept[i] = False
            continue
        words[i, 0] = np.uint64(number & (2**64 - 1)).astype(np.int64)
        words[i, 1] = number >> 64
    mask = pa.py_buffer(np.packbits(kept, bitorder="little"))
    return pa.Array.from_buffers(DECIMAL, len(mantissa), [mask, pa.py_buffer(words)], int((~kept).sum()))


def days(number: Ints, valid: Bools) -> pa.Array:
    """Days since 1970-01-01 as date32, null where not valid."""
    return pa.array(np.where(valid, number, 0).astype(np.int32), mask=~valid).cast(pa.date32())


def named(names: Sequence[str | None], code: Ints) -> pa.Array:
    """The name of each code; null for -1."""
    known = code >= 0
    return pa.array(names, pa.string()).take(pa.array(np.where(known, code, 0), pa.int32(), mask=~known))


def positions(values: Ints, valid: Bools | None = None) -> pa.Array:
    """int32 column, null where not valid."""
    return pa.array(values.astype(np.int32), mask=None if valid is None else ~valid)


def ids(owner: pa.Array, start: Ints, mark: str = "@") -> pa.Array:
    """`<owner>@<start>`: ids made of positions, the same for the same input."""
    return pc.binary_join_element_wise(owner, pa.array(start.astype(np.int32)).cast(pa.string()), mark)
