"""The indicators of a book: which levels of a year it states, and which of two books tell of the same.

Here: picking levels, telling indicators apart, joining those of two books, column by column. Not here: whether the
figures agree (`editions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.text.lexer import Ints

Row = Mapping[str, Any]

COLUMNS = (
    "quantity_id", "entry_id", "document_id", "volume_id", "span_start", "span_end", "source_text", "value_float",
    "bound", "dimension", "base_value", "base_unit", "measured_text", "role", "change_kind", "change_direction",
    "change_basis", "of_quantity_id", "period_start", "period_end", "region_code", "scope", "note",
)  # fmt: skip
"""The columns of quantities that a comparison reads."""

_PLAIN = r"^(?:全[市省州县区旗盟镇乡]|年末|年底|全年|当年|本年|累计|共)+|(?:为|达|达到|共|计)$|[\s“”]"
_SPECIFIC = 6
_BOUNDS = ("exact", "about", "over")


@dataclass(frozen=True)
class Levels:
    """The levels of one year that a book states, with what tells indicators apart."""

    table: pa.Table
    places: Ints
    columns: Mapping[str, pa.Array]
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, entries: pa.Table, table: pa.Table, year: int, about: float) -> Levels:
        """Pick the levels of a year; `about` is how far a number with 约 may be off, as a share of it."""
        mask = pc.and_(pc.equal(table["role"], "level"), pc.is_in(table["bound"], value_set=pa.array(_BOUNDS)))
        mask = pc.and_(mask, pc.and_(pc.is_valid(table["measured_text"]), pc.is_valid(table["base_value"])))
        mask = pc.and_(mask, pc.equal(table["period_end"], pa.scalar(date(year, 12, 31))))
        mask = pc.and_(mask, pc.greater_equal(table["period_start"], pa.scalar(date(year, 1, 1))))
        places = np.flatnonzero(pc.fill_null(mask, False).to_numpy())
        picked = table.select(COLUMNS).take(pa.array(places)).combine_chunks()
        entry = pc.index_in(picked["entry_id"], value_set=entries["entry_id"].combine_chunks()).combine_chunks()
        titles = _flat(entries["title"])
        often = _counts(titles)
        scope = pc.fill_null(_flat(picked["scope"]), "whole")
        plain = pc.replace_substring_regex(pc.utf8_normalize(_flat(picked["measured_text"]), "NFKC"), _PLAIN, "")
        columns = {
            "measured": plain,
            "unit": pc.fill_null(_flat(picked["base_unit"]), ""),
            "dimension": _flat(picked["dimension"]),
            "region": pc.fill_null(_flat(picked["region_code"]), ""),
            "scope": scope,
            "title": pc.fill_null(titles.take(entry), ""),
            "section": pc.fill_null(_flat(entries["section"]).take(entry), ""),
            "alone": pc.fill_null(often.take(entry), 0),
        }
        low, high = _printed(picked, about)
        return cls(picked, places, columns, low, high)

    def rows(self, positions: Sequence[int]) -> list[Row]:
        """The quantities at some positions."""
        found: list[Row] = self.table.take(pa.array(positions, pa.int64())).to_pylist()
        return found


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _counts(titles: pa.Array) -> pa.Array:
    """How many entries of a book have the title that each has."""
    coded = titles.dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes[codes >= 0], minlength=len(coded.dictionary) or 1)
    return pa.array(np.where(codes >= 0, counts[np.maximum(codes, 0)], 0))


def _printed(table: pa.Table, about: float) -> tuple[np.ndarray, np.ndarray]:
    """What each printed number can stand for, cut or rounded, in its base unit; a column of `intervals.printed`."""
    base = table["base_value"].to_numpy()
    parsed = pc.extract_regex(
        pc.utf8_normalize(_flat(table["source_text"]), "NFKC"), r"(?P<whole>[0-9][0-9,]*)(?:\.(?P<part>[0-9]+))?"
    )
    whole = pc.replace_substring(pc.fill_null(pc.struct_field(parsed, "whole"), ""), ",", "")
    part = pc.fill_null(pc.struct_field(parsed, "part"), "")
    joined = pc.binary_join_element_wise(
        pc.if_else(pc.equal(whole, ""), "0", whole), pc.if_else(pc.equal(part, ""), "0", part), "."
    )
    mantissa = pc.cast(joined, pa.float64()).to_numpy()
    digits = pc.utf8_length(part).to_numpy()
    scale = np.divide(base, mantissa, out=np.zeros_like(base), where=mantissa != 0)
    last = np.abs(scale) * 10.0**-digits
    counted = pc.is_in(table["dimension"], value_set=pa.array(["count", "person", "visit"])).to_numpy()
    last[counted & (digits == 0) & (np.abs(scale) < 1.5)] = 0.0
    slack = last + 1e-9 * np.abs(base)
    wide = np.where(pc.equal(table["bound"], "exact").to_numpy(zero_copy_only=False), 0.0, about * np.abs(base))
    return base - slack - wide, base + slack + wide


def met(one: Levels, other: Levels) -> list[tuple[int, int]]:
    """Positions in both that tell of one indicator, in the order of the first.

    An indicator is told by the same words, unit, region and scope: under one heading and title; or in entries whose
    title either book has only once; or, where the words are many and no other scope is meant, anywhere. A book may tell
    it several times, as long as the tellings agree within their rounding; the most precise one counts.
    """
    found: dict[int, int] = {}
    words = ("measured", "unit", "dimension", "region", "scope")
    for names in (("section", "title"), ("title",), ()):
        rows = [np.arange(len(side.places)) for side in (one, other)]
        rows[0] = rows[0][~np.isin(rows[0], list(found))]
        for k, side in enumerate((one, other)):
            keep = np.ones(len(side.places), bool)
            if names:
                keep &= pc.not_equal(side.columns["title"], "").to_numpy(zero_copy_only=False)
            if names == ("title",):
                keep &= pc.equal(side.columns["alone"], 1).to_numpy(zero_copy_only=False)
            if not names:
                long = pc.greater_equal(pc.utf8_length(side.columns["measured"]), _SPECIFIC)
                keep &= long.to_numpy(zero_copy_only=False)
                keep &= pc.not_equal(side.columns["scope"], "partial").to_numpy(zero_copy_only=False)
            rows[k] = rows[k][keep[rows[k]]]
        if not (len(rows[0]) and len(rows[1])):
            continue
        keys = _keys([side.columns for side in (one, other)], rows, (*words, *names))
        first, second = (_told(side, r, k) for side, r, k in zip((one, other), rows, keys, strict=True))
        found |= {place: second[key] for key, place in first.items() if key in second}
    return sorted(found.items())


def _keys(
    columns: Sequence[Mapping[str, pa.Array]], rows: Sequence[Ints], names: Sequence[str]
) -> tuple[Ints, Ints]:
    """One number a row, equal in both books where all the named columns are equal."""
    key = np.zeros(len(rows[0]) + len(rows[1]), np.int64)
    for name in names:
        both = pa.concat_arrays([c[name].take(pa.array(r)) for c, r in zip(columns, rows, strict=True)])
        coded = both.dictionary_encode()
        codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        key = np.unique(key * (len(coded.dictionary) + 1) + codes, return_inverse=True)[1]
    return key[: len(rows[0])], key[len(rows[0]) :]


def _told(levels: Levels, rows: Ints, key: Ints) -> dict[int, int]:
    """The most precise telling of each indicator, by its key; none where the tellings disagree."""
    width = levels.high[rows] - levels.low[rows]
    order = np.lexsort((rows, width, key))
    rows, key = rows[order], key[order]
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    agree = np.maximum.reduceat(levels.low[rows], first) <= np.minimum.reduceat(levels.high[rows], first)
    best = first[agree]  # the narrowest of its group
    return dict(zip(key[best].tolist(), rows[best].tolist(), strict=True))
