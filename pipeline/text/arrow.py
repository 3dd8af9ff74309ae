"""Columns of numpy arrays turned into Arrow arrays without a Python object per row.

Here: strings cut out of a text, exact decimals, dates, ids from positions. Not here: which columns a table has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Ints

DECIMAL = pa.decimal128(28, 6)
_SCALE = 6
_POWER = np.array([10**k for k in range(19)], np.int64)
_LIMIT = 2**62 // _POWER


def cut(points: NDArray[np.uint32], start: Ints, end: Ints, valid: Bools | None = None) -> pa.Array:
    """The substrings [start, end) of a text given as code points, null where not valid."""
    size = end - start if valid is None else np.where(valid, end - start, 0)
    offset = np.zeros(len(size) + 1, np.int64)
    np.cumsum(size, out=offset[1:])
    index = np.arange(offset[-1]) + np.repeat(start - offset[:-1], size)
    chosen = points[index]
    data = chosen.tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "replace")
    width = 1 + (chosen >= 0x80).view(np.uint8) + (chosen >= 0x800) + (chosen >= 0x10000)
    reach = np.zeros(len(chosen) + 1, np.int32)
    np.cumsum(width, out=reach[1:])
    known = None if valid is None else _bitmap(valid)
    return pa.StringArray.from_buffers(len(size), pa.py_buffer(reach[offset]), pa.py_buffer(data), known)


def _bitmap(valid: Bools) -> pa.Buffer:
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


@dataclass(frozen=True)
class Exact:
    """Numbers as the two 64-bit words of a decimal128(28, 6) each; `fits` is false for those too large for it."""

    words: NDArray[np.int64]
    fits: Bools

    @classmethod
    def of(cls, mantissa: Ints, exponent: Ints) -> Exact:
        """mantissa * 10**exponent; digits past the sixth place are rounded half to even."""
        shift = exponent + _SCALE
        inside = (shift >= 0) & (shift < 19)
        shift = np.where(inside, shift, 0)
        short = inside & (np.abs(mantissa) < _LIMIT.take(shift))
        low = np.where(short, mantissa * _POWER.take(shift), 0)
        words = np.empty((len(mantissa), 2), np.int64)
        words[:, 0], words[:, 1] = low, low >> 63
        fits = np.ones(len(mantissa), np.bool_)
        for i in np.flatnonzero(~short):
            scaled = Decimal(int(mantissa[i])).scaleb(int(exponent[i]) + _SCALE)
            number = int(scaled.to_integral_value(ROUND_HALF_EVEN))
            if abs(number) >= 10**28:
                fits[i] = False
                continue
            words[i, 0] = np.uint64(number & (2**64 - 1)).astype(np.int64)
            words[i, 1] = number >> 64
        return cls(words, fits)

    def replaced(self, which: Ints, mantissa: Ints, exponent: Ints) -> Exact:
        """The same numbers with others at the rows chosen."""
        if not len(which):
            return self
        others = Exact.of(mantissa, exponent)
        words, fits = self.words.copy(), self.fits.copy()
        words[which], fits[which] = others.words, others.fits
        return Exact(words, fits)

    def column(self, valid: Bools) -> pa.Array:
        """As an Arrow column, null where not valid and where the number does not fit."""
        kept = valid & self.fits
        absent = len(kept) - int(np.count_nonzero(kept))
        return pa.Array.from_buffers(DECIMAL, len(kept), [_bitmap(kept), pa.py_buffer(self.words)], absent)


def days(number: Ints, valid: Bools) -> pa.Array:
    """Days since 1970-01-01 as date32, null where not valid."""
    return pa.array(np.where(valid, number, 0).astype(np.int32), mask=~valid).cast(pa.date32())


def named(names: Sequence[str | None], code: Ints) -> pa.Array:
    """The name of each code; null for -1."""
    # a null at the end of the names is cheaper than a column of nulls beside the codes
    chosen = np.where(code >= 0, code, len(names)).astype(np.int32)
    return pa.array([*names, None], pa.string()).take(pa.array(chosen))


def owned(values: pa.Array, owner: Ints) -> pa.Array:
    """The value of each row's owner, null for -1."""
    if not len(owner) or owner.min() >= 0:
        return values.take(pa.array(owner))
    absent = pa.concat_arrays(
        [values, pa.nulls(1, values.type)]
    )  # cheaper than a column of nulls beside the codes
    return absent.take(pa.array(np.where(owner >= 0, owner, len(values)).astype(np.int32)))


def positions(values: Ints, valid: Bools | None = None) -> pa.Array:
    """int32 column, null where not valid."""
    return pa.array(values.astype(np.int32), mask=None if valid is None else ~valid)


def ids(owner: pa.Array, start: Ints, mark: str = "@") -> pa.Array:
    """`<owner>@<start>`: ids made of positions, the same for the same input."""
    return pc.binary_join_element_wise(owner, pa.array(start.astype(np.int32)).cast(pa.string()), mark)
