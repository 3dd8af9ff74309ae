"""The same thing told twice in two entries of one book.

Here: entries that repeat each other, a unit that slipped (万元 for 亿元, 亩 for 公顷). Not here: anything within one
sentence, one occasion told twice (`occasions`), two books (`editions`).

Two chapters may differ by coverage; so a difference alone proves nothing. It is called
inconsistent where the two texts tell the same thing in the same words, or where one figure is the other with a unit
that slipped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality.audits.intervals import INCONSISTENT, Number, Outcome, judge, printed
from pipeline.quality.audits.rules import Rules

_SLIPS = (1e4, 1e8, 1e3, 15.0, 2.0, 1e1, 1e2)
_NAMED = {
    1e4: "万",
    1e8: "亿",
    1e3: "千",
    15.0: "亩与公顷（15倍）",
    2.0: "斤与公斤（2倍）",
    1e1: "十倍",
    1e2: "百倍",
}
_SPECIFIC = 4
_RARE = 4


@dataclass(frozen=True)
class Twice:
    """One finding over two rows of the table of quantities: the one judged and the one it is held against."""

    kind: str
    row: int
    other: int
    outcome: Outcome
    explanation: str
    part: str = "other"


class Rows:
    """The quantities of all books, with what comparing needs; columns are taken when a row is looked at."""

    def __init__(self, entries: pa.Table, quantities: pa.Table, volumes: pa.Table, rules: Rules) -> None:
        self.table, self.rules = quantities, rules
        self.title = dict(zip(entries["entry_id"].to_pylist(), entries["title"].to_pylist(), strict=True))
        self.section = dict(zip(entries["entry_id"].to_pylist(), entries["section"].to_pylist(), strict=True))
        self.volume = {row["volume_id"]: row for row in volumes.to_pylist()}

    def get(self, name: str, row: int) -> Any:
        return self.table[name][row].as_py()

    def number(self, row: int) -> Number | None:
        """The printed number of a row, in its base unit."""
        return number_of({name: self.get(name, row) for name in _PRINTED}, self.rules)

    def words(self, row: int) -> str:
        """What the number measures."""
        return str(self.get("measured_text", row))

    def source(self, row: int) -> str:
        """The number as printed."""
        return str(self.get("source_text", row))

    def where(self, row: int) -> str:
        """The entry that a row stands in, as a reader finds it."""
        entry = str(self.get("entry_id", row))
        return where(self.title.get(entry), entry)


_PRINTED = ("source_text", "base_value", "value_float", "bound", "dimension", "note")


def number_of(row: Mapping[str, Any], rules: Rules) -> Number | None:
    """The printed number of a row of quantities, in its base unit; None where it was mended or has no single value."""
    base, plain = row["base_value"], row["value_float"]
    if base is None or plain is None or (row["note"] is not None and re.search("numeral|read as", row["note"])):
        return None
    scale = 100.0 if row["dimension"] in ("percent", "percentage_point") else 1.0
    unit = float(base) * scale / float(plain) if plain else 1.0
    counted = row["dimension"] in ("count", "person", "visit")
    about = rules.limit("about")
    return printed(row["source_text"], float(base) * scale, unit, row["bound"], counted, about=about)


def where(title: str | None, entry_id: str) -> str:
    """An entry as a reader finds it."""
    return f"【{title}】" if title else f"《{entry_id}》"


def told_twice(entries: pa.Table, quantities: pa.Table, volumes: pa.Table, rules: Rules) -> Iterator[Twice]:
    """All findings between entries."""
    if not len(quantities):
        return
    rows = Rows(entries, quantities, volumes, rules)
    levels, short = _levels(quantities, _SPECIFIC), _levels(quantities, 1)
    if len(short):
        yield from _repeated(rows, short)
    if len(levels):
        yield from _slipped_units(rows, levels)


def _levels(table: pa.Table, shortest: int) -> np.ndarray:
    """Rows that state an exact level of something named with at least so many characters."""
    mask = pc.and_(pc.equal(table["role"], "level"), pc.equal(table["bound"], "exact"))
    mask = pc.and_(mask, pc.and_(pc.is_valid(table["measured_text"]), pc.is_valid(table["base_value"])))
    mask = pc.and_(
        pc.fill_null(mask, False),
        pc.greater_equal(pc.fill_null(pc.utf8_length(table["measured_text"]), 0), shortest),
    )
    return np.flatnonzero(mask.to_numpy())


def _key(table: pa.Table, rows: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """One number a row, equal where all columns are equal."""
    out = np.zeros(len(rows), np.int64)
    for name in names:
        column = table[name].combine_chunks().take(pa.array(rows))
        coded = column.dictionary_encode(null_encoding="encode")
        codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        out = np.unique(out * (len(coded.dictionary) + 1) + codes, return_inverse=True)[1]
    return out


def _groups(key: np.ndarray, least: int = 2, most: int = _RARE) -> Iterator[np.ndarray]:
    """Positions that share a key, for keys that occur from `least` to `most` times."""
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.concatenate(([True], key[order][1:] != key[order][:-1], [True])))
    sizes = np.diff(edges)
    for g in np.flatnonzero((sizes >= least) & (sizes <= most)).tolist():
        yield order[edges[g] : edges[g + 1]]


def _same_place(rows: Rows, a: int, b: int) -> bool:
    return all(
        rows.get(name, a) == rows.get(name, b)
        for name in ("period_start", "period_end", "scope", "region_code")
    )


def _slipped_units(rows: Rows, levels: np.ndarray) -> Iterator[Twice]:
    """投资12.36亿元 here and 投资12.36万元 there: the same words, the same digits, another unit."""
    table = rows.table
    source = pc.utf8_normalize(table["source_text"].combine_chunks().take(pa.array(levels)), "NFKC")
    digits = pc.struct_field(pc.extract_regex(source, r"^(?P<d>[0-9][0-9.,]*)"), "d")
    figures = pc.utf8_length(pc.replace_substring_regex(pc.fill_null(digits, ""), r"[.,]|0+$", ""))
    chosen = np.flatnonzero(pc.greater_equal(figures, 3).to_numpy(zero_copy_only=False))
    if len(chosen) < 2:
        return
    picked = levels[chosen]
    numbered = table.select(["volume_id", "measured_text", "dimension"]).append_column(
        "digits",
        pa.chunked_array([pc.fill_null(_spread(digits.take(pa.array(chosen)), picked, len(table)), "")]),
    )
    rare = _key(table, picked, ("volume_id", "measured_text"))
    counts = np.bincount(rare)
    key = _key(numbered, picked, ("volume_id", "measured_text", "dimension", "digits"))
    for group in _groups(key):
        first, *others = picked[group].tolist()
        for other in others:
            a, b = rows.get("base_value", first), rows.get("base_value", other)
            if not a or not b or rows.get("entry_id", first) == rows.get("entry_id", other):
                continue
            if len(str(rows.get("measured_text", other))) < 6 and counts[rare[group[0]]] > 2:
                continue
            ratio = max(a, b) / min(a, b)
            slip = next((s for s in _SLIPS if abs(float(ratio) / s - 1) < 1e-6), None)
            if slip is None or not _same_place(rows, first, other):
                continue
            one, two = rows.number(first), rows.number(other)
            if one is None or two is None:
                continue
            said = (
                f"{rows.words(other)}：{rows.where(first)}为{rows.source(first)}，"
                f"{rows.where(other)}为{rows.source(other)}，数字相同而单位不同（{_NAMED[slip]}）"
            )
            yield Twice(
                "unit_slip", other, first, Outcome(INCONSISTENT, two.value, one.value, one.tolerance), said
            )


def _spread(values: pa.Array, places: np.ndarray, size: int) -> pa.Array:
    """Values put at their rows in a column of a given size."""
    index = np.full(size, -1, np.int64)
    index[places] = np.arange(len(places))
    return values.take(pa.array(index, mask=index < 0))


def _repeated(rows: Rows, levels: np.ndarray) -> Iterator[Twice]:
    """Two entries of one title that agree in most of their figures and differ in one."""
    table = rows.table
    coded = table["entry_id"].combine_chunks().take(pa.array(levels)).dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    volume = table["volume_id"].combine_chunks()
    titled: dict[tuple[str, str], list[int]] = defaultdict(list)
    begins = np.unique(codes, return_index=True)[1]
    for code, (name, first) in enumerate(zip(coded.dictionary.to_pylist(), levels[begins].tolist(), strict=True)):
        title = rows.title.get(name)
        if title and len(title) >= _SPECIFIC:
            titled[volume[first].as_py(), title].append(code)
    several = [same for same in titled.values() if 2 <= len(same) <= _RARE]
    if not several:
        return
    figures = _told_once(table, levels, codes, np.concatenate(several))
    for a, b in (pair for same in several for pair in combinations(same, 2)):
        here, there = figures.get(a, {}), figures.get(b, {})
        common = [(row, there[key]) for key, row in here.items() if key in there]
        if len(common) < 2:
            continue
        outcomes = []
        for one, two in common:
            x, y = rows.number(one), rows.number(two)
            if x is not None and y is not None:
                outcomes.append((one, two, judge(y, lambda v: v, x)))
        same = sum(o.agrees for _, _, o in outcomes)
        if same < 2 or same < 2 * (len(outcomes) - same):
            continue
        for one, two, outcome in outcomes:
            said = (
                f"{rows.words(two)}：同题条目{rows.where(one)}两处，"
                f"一处为{rows.source(one)}，一处为{rows.source(two)}"
            )
            if outcome.agrees:
                continue
            yield Twice("duplicate", two, one, outcome, said)


def _told_once(table: pa.Table, levels: np.ndarray, codes: np.ndarray, wanted: np.ndarray) -> dict[int, dict[int, int]]:
    """For each wanted entry the rows of what it measures once, by a number for phrase and unit, in order of place."""
    chosen = np.flatnonzero(np.isin(codes, wanted))
    key = _key(table, levels[chosen], ("measured_text", "unit"))
    both = codes[chosen].astype(np.int64) * (int(key.max(initial=0)) + 1) + key
    _, first, times = np.unique(both, return_index=True, return_counts=True)
    once = np.sort(first[times == 1])
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for code, name, row in zip(
        codes[chosen[once]].tolist(), key[once].tolist(), levels[chosen[once]].tolist(), strict=True
    ):
        found[code][name] = row
    return found
