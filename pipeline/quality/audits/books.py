"""The same thing told twice: in two entries of one book, or in two editions of one series.

Here: entries that repeat each other, a unit that slipped (万元 for 亿元, 亩 for 公顷), last year's figure against last
year's book. Not here: anything within one sentence.

Two editions may differ by revision, two chapters by coverage; so a difference alone proves nothing. It is called
inconsistent where the two texts tell the same thing in the same words, or where one figure is the other with a unit
that slipped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality.audits.intervals import INCONSISTENT, UNCHECKED, Number, Outcome, judge, printed
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
        t = {
            name: self.get(name, row)
            for name in ("source_text", "base_value", "value_float", "bound", "dimension", "note")
        }
        base, plain = t["base_value"], t["value_float"]
        if (
            base is None
            or plain is None
            or (t["note"] is not None and re.search("numeral|read as", str(t["note"])))
        ):
            return None
        scale = 100.0 if t["dimension"] in ("percent", "percentage_point") else 1.0
        unit = float(base) * scale / float(plain) if plain else 1.0
        return printed(
            str(t["source_text"]),
            float(base) * scale,
            unit,
            str(t["bound"]),
            t["dimension"] in ("count", "person", "visit"),
            about=self.rules.limit("about"),
        )

    def words(self, row: int) -> str:
        """What the number measures."""
        return str(self.get("measured_text", row))

    def source(self, row: int) -> str:
        """The number as printed."""
        return str(self.get("source_text", row))

    def where(self, row: int) -> str:
        """The entry that a row stands in, as a reader finds it."""
        entry = str(self.get("entry_id", row))
        return f"【{self.title.get(entry)}】" if self.title.get(entry) else f"《{entry}》"


def told_twice(entries: pa.Table, quantities: pa.Table, volumes: pa.Table, rules: Rules) -> Iterator[Twice]:
    """All findings between entries and between editions."""
    if not len(quantities):
        return
    rows = Rows(entries, quantities, volumes, rules)
    levels, short = _levels(quantities, _SPECIFIC), _levels(quantities, 1)
    if len(short):
        yield from _repeated(rows, short)
    if len(levels):
        yield from _slipped_units(rows, levels)
        if len(volumes) > 1:
            yield from _editions(rows, levels, volumes)


def editions(entries: pa.Table, quantities: pa.Table, volumes: pa.Table, rules: Rules) -> Iterator[Twice]:
    """The findings between editions alone."""
    if len(quantities) and len(volumes) > 1:
        yield from _editions(
            Rows(entries, quantities, volumes, rules), _levels(quantities, _SPECIFIC), volumes
        )


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
    titled: dict[tuple[str, str], list[str]] = defaultdict(list)
    volume_of: dict[str, str] = {}
    table = rows.table
    entry, volume = (
        table["entry_id"].combine_chunks().take(pa.array(levels)),
        table["volume_id"].combine_chunks().take(pa.array(levels)),
    )
    coded = entry.dictionary_encode()
    first = {}
    codes = coded.indices.to_numpy(zero_copy_only=False)
    for name, position in zip(
        coded.dictionary.to_pylist(), np.unique(codes, return_index=True)[1].tolist(), strict=False
    ):
        first[name] = position
    for name, position in first.items():
        title = rows.title.get(name)
        if title and len(title) >= _SPECIFIC:
            volume_of[name] = volume[position].as_py()
            titled[volume_of[name], title].append(name)
    pairs = [
        (a, b)
        for names in titled.values()
        if 2 <= len(names) <= _RARE
        for k, a in enumerate(names)
        for b in names[k + 1 :]
    ]
    if not pairs:
        return
    wanted = {name for pair in pairs for name in pair}
    code_of = {name: k for k, name in enumerate(coded.dictionary.to_pylist()) if name in wanted}
    order = np.argsort(codes, kind="stable")
    for a, b in pairs:
        found = []
        for name in (a, b):
            lo, hi = (
                np.searchsorted(codes[order], code_of[name], "left"),
                np.searchsorted(codes[order], code_of[name], "right"),
            )
            keyed: dict[tuple[object, object], list[int]] = defaultdict(list)
            for row in levels[order[lo:hi]].tolist():
                keyed[rows.get("measured_text", row), rows.get("unit", row)].append(row)
            found.append({key: many[0] for key, many in keyed.items() if len(many) == 1})
        common = [(found[0][key], found[1][key]) for key in found[0] if key in found[1]]
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


def _stem(title: str | None) -> str:
    return re.sub(r"[\d（）()年卷—\-～· 〇一二三四五六七八九零]+", "", title or "")


def _series(volumes: pa.Table) -> list[tuple[str, str]]:
    """Pairs of volumes, earlier and later, that cover two years in a row of one region and one title."""
    by_year: dict[tuple[object, object, int], str] = {}
    for row in volumes.to_pylist():
        if row["covered_year"] is not None:
            by_year[
                row.get("region_code") or row.get("region_name"), _stem(row.get("title")), row["covered_year"]
            ] = row["volume_id"]
    pairs = []
    for (region, stem, year), later in by_year.items():
        earlier = by_year.get((region, stem, year - 1))
        if earlier is not None and (region or stem):
            pairs.append((earlier, later))
    return sorted(pairs)


def _editions(rows: Rows, levels: np.ndarray, volumes: pa.Table) -> Iterator[Twice]:
    """What a book says of last year against last year's book; its growth against both books."""
    table = rows.table
    volume = table["volume_id"].combine_chunks().take(pa.array(levels)).to_pylist()
    by_volume: dict[str, list[int]] = defaultdict(list)
    for row, name in zip(levels.tolist(), volume, strict=True):
        by_volume[name].append(row)
    for earlier, later in _series(volumes):
        old_year, new_year = (rows.volume[v]["covered_year"] for v in (earlier, later))
        old = _unique(rows, by_volume[earlier], old_year)
        for key, row in _unique(rows, by_volume[later], old_year).items():
            if key in old:
                yield from _restated(rows, old[key], row)
        yield from _growth(rows, old, _unique(rows, by_volume[later], new_year), later)


def _unique(rows: Rows, members: list[int], year: int) -> dict[tuple[object, ...], int]:
    """Levels of a whole year, or of its end, by what they measure; only those told once."""
    found: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row in members:
        begin, end = rows.get("period_start", row), rows.get("period_end", row)
        if (
            end is None
            or begin is None
            or (end.year, end.month, end.day) != (year, 12, 31)
            or begin.year != year
        ):
            continue
        key = (
            rows.title.get(str(rows.get("entry_id", row))),
            rows.get("measured_text", row),
            rows.get("base_unit", row),
            rows.get("scope", row),
        )
        found[key].append(row)
    return {key: many[0] for key, many in found.items() if len(many) == 1 and key[0]}


def _restated(rows: Rows, before: int, now: int) -> Iterator[Twice]:
    """上年为80.5亿元 against the book of that year."""
    one, two = rows.number(before), rows.number(now)
    if one is None or two is None or one.value <= 0 or two.value <= 0:
        return
    outcome = judge(two, lambda v: v, one)
    quote = (
        f"{rows.words(now)}：上年卷{rows.where(before)}为{rows.source(before)}，"
        f"本卷称上年为{rows.source(now)}"
    )
    if not outcome.agrees:
        ratio = max(one.value, two.value) / min(one.value, two.value)
        slip = next((s for s in _SLIPS if abs(ratio / s - 1) < 0.005), None)
        if slip is None:
            close = ratio - 1 <= rows.rules.limit("revision")
            outcome = Outcome(UNCHECKED, outcome.stated, outcome.computed, outcome.tolerance)
            quote += "，两卷不同，或经修订" if close else "，两卷相差较大，口径或有变动，未作判断"
        else:
            quote += f"，两卷相差{_NAMED[slip] if slip >= 2 and slip in (15.0, 2.0) else f'{slip:g}倍'}，疑为单位之误"
    yield Twice("cross_volume", now, before, outcome, quote, "previous")


def _growth(
    rows: Rows, old: dict[tuple[object, ...], int], new: dict[tuple[object, ...], int], later: str
) -> Iterator[Twice]:
    """增长16.0% against the level of this book and of the last."""
    shared = {new[key]: old[key] for key in new if key in old}
    if not shared:
        return
    table = rows.table
    mask = pc.and_(
        pc.equal(table["change_kind"], "rate"),
        pc.and_(pc.equal(table["change_basis"], "yoy"), pc.equal(table["volume_id"], later)),
    )
    index = pc.index_in(table["of_quantity_id"], value_set=table["quantity_id"].combine_chunks())
    for row in np.flatnonzero(pc.fill_null(mask, False).to_numpy()).tolist():
        level = index[row].as_py()
        if level is None or level not in shared:
            continue
        before, now, rate = rows.number(shared[level]), rows.number(level), rows.number(row)
        if before is None or now is None or rate is None or before.value <= 0 or now.value <= 0:
            continue
        sign = -1.0 if rows.get("change_direction", row) == "down" else 1.0
        outcome = judge(rate, lambda n, b, s=sign: s * (n / b - 1) * 100, now, before)
        words = str(rows.get("measured_text", level))
        quote = (
            f"{words}：上年卷{rows.where(shared[level])}为{rows.source(shared[level])}，本卷为{rows.source(level)}，"
            f"两数相比{'下降' if outcome.computed * sign < 0 else '增长'}"
            f"{abs(outcome.computed):.{rate.digits + 1}f}%，书中为{rows.source(row)}"
        )
        if not outcome.agrees:
            implied = now.value / (1 + sign * rate.value / 100) if rate.value != 100 or sign > 0 else 0.0
            if rows.rules.says("real_head", words):
                outcome, quote = _open(outcome), quote + "；增速按可比价计算，未作判断"
            elif implied > 0 and max(implied, before.value) / min(
                implied, before.value
            ) - 1 <= rows.rules.limit("revision"):
                outcome, quote = _open(outcome), quote + "；上年数或经修订，未作判断"
            else:
                ratio = max(implied, before.value) / min(implied, before.value) if implied > 0 else 0.0
                if not any(abs(ratio / s - 1) < 0.02 for s in (1e1, 1e2, 1e3, 1e4, 1e8)):
                    outcome, quote = _open(outcome), quote + "；口径或有变动，未作判断"
        yield Twice("cross_volume", row, shared[level], outcome, quote, "previous")


def _open(outcome: Outcome) -> Outcome:
    return Outcome(UNCHECKED, outcome.stated, outcome.computed, outcome.tolerance)
