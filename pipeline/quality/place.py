"""Where rows stand in the text: the documents of a batch as one array of code points, and the spans upon it.

Positions of all rows are looked up at once. What has to hold of them is said in `laws`.
"""

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def combined(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def to_numpy(column: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.generic]:
    """The column as a numpy array, without a copy where Arrow allows it."""
    return combined(column).to_numpy(zero_copy_only=False)


def to_mask(column: pa.ChunkedArray | pa.Array) -> Mask:
    """A boolean column as a numpy mask; null is false."""
    return to_numpy(pc.fill_null(column, False)).astype(bool)


class Text:
    """The documents of one batch (a table with document_id and text), end to end.

    `starts` holds the position of each document in the whole, and the length of the whole at the end.
    """

    def __init__(self, documents: pa.Table) -> None:
        self._texts = documents["text"]
        self.ids = combined(documents["document_id"])
        lengths = to_numpy(pc.utf8_length(self._texts)).astype(np.int64)
        self.starts: Ints = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])

    @property
    def size(self) -> int:
        """Code points of all documents."""
        return int(self.starts[-1])

    @cached_property
    def codes(self) -> npt.NDArray[np.uint32]:
        """The code points themselves."""
        return code_points(combined(self._texts))

    @cached_property
    def digits(self) -> Mask:
        """Where an Arabic or fullwidth digit stands."""
        return ((self.codes - np.uint32(0x30)) <= 9) | ((self.codes - np.uint32(0xFF10)) <= 9)

    @cached_property
    def digits_before(self) -> npt.NDArray[np.int32]:
        """How many digits stand before each position; one element more than there are code points."""
        counted = np.zeros(self.size + 1, np.int32)
        np.cumsum(self.digits, out=counted[1:])
        return counted

    def rank(self, document_ids: pa.ChunkedArray) -> Ints:
        """Number of each document in the batch, -1 for one that is not in it."""
        found = pc.index_in(document_ids, value_set=self.ids)
        return to_numpy(pc.fill_null(found, -1)).astype(np.int64)

    def quote(self, start: int, end: int) -> str:
        """The text between two positions of the whole."""
        return self.codes[start:end].tobytes().decode("utf-32-le", "replace")


class Spans:
    """The spans of a table's rows upon a text: `rank` of the document, `start` and `end` in the whole.

    `known` marks the rows whose document is in the batch, `inside` those whose span lies in that document.
    """

    def __init__(self, table: pa.Table, text: Text) -> None:
        self.rank = text.rank(table["document_id"])
        self.known: Mask = self.rank >= 0
        start = to_numpy(pc.fill_null(table["span_start"], -1)).astype(np.int64)
        end = to_numpy(pc.fill_null(table["span_end"], -1)).astype(np.int64)
        base = text.starts[self.rank]  # of the wrong document for an unknown one; never used
        size = text.starts[np.minimum(self.rank + 1, len(text.starts) - 1)] - base
        self.inside: Mask = self.known & (start >= 0) & (start <= end) & (end <= size)
        self.start: Ints = base + start
        self.end: Ints = base + end

    def __len__(self) -> int:
        return len(self.rank)

    def coverage(self, size: int) -> npt.NDArray[np.int32]:
        """How many of the spans lie over each of the first `size` positions."""
        steps = np.bincount(self.start[self.inside], minlength=size + 1)
        steps -= np.bincount(self.end[self.inside], minlength=size + 1)
        return np.cumsum(steps[:-1], dtype=np.int32)


def code_points(strings: pa.Array) -> npt.NDArray[np.uint32]:
    """All the strings of an array without nulls as one run of code points."""
    if not len(strings):
        return np.zeros(0, np.uint32)
    _, offsets, data = strings.buffers()
    bounds = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    raw = memoryview(data)[bounds[0] : bounds[-1]] if data is not None else b""
    return np.frombuffer(str(raw, "utf-8").encode("utf-32-le"), np.uint32)
