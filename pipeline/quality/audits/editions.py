"""Two editions of one series: what a book says of the year before against the book of that year.

Here: last year's level told again (`上年为80.5亿元`), growth, increase and percentage points against the levels of both
books. Not here: anything that one book alone shows (`books`, `changes`), and which books are neighbours
(`quality.series`).

Two editions differ for good reasons: a census, 快报 before 年报, another definition, another coverage. So a difference
alone proves nothing and stays unchecked, with the reason in words. It is called inconsistent only where both books
print the same digits and a unit or a decimal place has slipped, or where the change between both books is the one
stated but in the other direction, and neither says that the figure was revised.

The indicators of both books are joined on a key, column by column; only pairs that meet are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality.audits.books import number_of, where
from pipeline.quality.audits.intervals import UNCHECKED, Number, Outcome, judge
from pipeline.quality.audits.rules import Rules
from pipeline.text.lexer import Ints

Row = Mapping[str, Any]

COLUMNS = (
    "quantity_id", "entry_id", "document_id", "volume_id", "span_start", "span_end", "source_text", "value_float",
    "bound", "dimension", "base_value", "base_unit", "measured_text", "role", "change_kind", "change_direction",
    "change_basis", "of_quantity_id", "period_start", "period_end", "region_code", "scope", "note",
)  # fmt: skip
"""The columns of quantities that a comparison reads."""

_PLAIN = r"^(?:全[市省州县区旗盟镇乡]|年末|年底|全年|当年|本年|累计|共)+|[\s“”]"
_SPECIFIC = 6
_BASIS = ("yoy", "since_year_start")
_SENTENCE = 300
_NOTE = re.compile(r"[（(【\[]?(?:注[：:])?[^。\n]{0,80}")
_SLIPS = {1e1: "十倍", 1e2: "百倍", 1e3: "千倍", 1e4: "万倍", 1e8: "亿倍"}
_OF_KIND = {"area": {15.0: "15倍（亩与公顷）"}, "mass": {2.0: "2倍（斤与公斤）"}}
_FIGURES = 3
_SHARP = 20  # a change this many times its rounding does not meet the difference of two figures by chance
_STOPS = "。！？；\n"


@dataclass(frozen=True)
class Book:
    """One edition as the comparison reads it.

    Attributes:
        year: the year it covers.
        entries: entry_id, title and section of its entries.
        quantities: its quantities, at least `COLUMNS`.
        text: gives the text of a document by its id; asked only where two figures differ.
    """

    year: int
    entries: pa.Table
    quantities: pa.Table
    text: Callable[[str], str]

    @cached_property
    def titles(self) -> Mapping[str, str | None]:
        """The titles of its entries by entry_id."""
        return dict(zip(self.entries["entry_id"].to_pylist(), self.entries["title"].to_pylist(), strict=True))

    def sentence(self, row: Row) -> str:
        """The sentence of a number, and a bracket that follows it."""
        text, at, end = self.text(row["document_id"]), row["span_start"], row["span_end"]
        first = max(text.rfind(stop, max(0, at - _SENTENCE), at) for stop in _STOPS) + 1
        last = min((k for stop in _STOPS if (k := text.find(stop, end, end + _SENTENCE)) >= 0), default=end + _SENTENCE)
        note = _NOTE.match(text, last + 1)
        return text[max(first, at - _SENTENCE) : last] + (note[0] if note else "")


@dataclass(frozen=True)
class Across:
    """One finding over two books: the row it stands at, the outcome in base units, and the terms with their part."""

    row: Row
    outcome: Outcome
    explanation: str
    terms: tuple[tuple[Row, str], ...]


def compare(earlier: Book, later: Book, rules: Rules) -> list[Across]:
    """All findings of the later of two books, by place.

    Example:
        80.5亿元 in the book of 2008 and `上年为80.5万元` in that of 2009 give one finding, inconsistent:
        `…：上年卷【商贸流通】为80.5亿元，本卷称上年为80.5万元，两卷相差万倍，疑为单位之误`.
    """
    if not (earlier.quantities.num_rows and later.quantities.num_rows):
        return []
    pair = _Pair(earlier, later, rules)
    found: list[Across] = []
    old = _Levels.of(earlier, earlier.year)
    told = _Levels.of(later, earlier.year)
    for now, before in _met(told, old):
        found += _restated(pair, old.row(before), told.row(now))
    new = _Levels.of(later, later.year)
    levels = {int(new.places[now]): int(old.places[before]) for now, before in _met(new, old)}
    found += _changed(pair, levels)
    return sorted(found, key=lambda one: (one.row["document_id"], one.row["span_start"]))


# --- the join -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Levels:
    """The levels of one year that a book states exactly, with what tells indicators apart."""

    table: pa.Table
    places: Ints
    columns: Mapping[str, pa.Array]
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, book: Book, year: int) -> _Levels:
        table = book.quantities
        mask = pc.and_(pc.equal(table["role"], "level"), pc.equal(table["bound"], "exact"))
        mask = pc.and_(mask, pc.and_(pc.is_valid(table["measured_text"]), pc.is_valid(table["base_value"])))
        mask = pc.and_(mask, pc.equal(table["period_end"], pa.scalar(date(year, 12, 31))))
        mask = pc.and_(mask, pc.greater_equal(table["period_start"], pa.scalar(date(year, 1, 1))))
        places = np.flatnonzero(pc.fill_null(mask, False).to_numpy())
        picked = table.select(COLUMNS).take(pa.array(places)).combine_chunks()
        entry = pc.index_in(picked["entry_id"], value_set=book.entries["entry_id"].combine_chunks()).combine_chunks()
        titles = _flat(book.entries["title"])
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
            "section": pc.fill_null(_flat(book.entries["section"]).take(entry), ""),
            "alone": pc.fill_null(often.take(entry), 0),
        }
        low, high = _printed(picked)
        return cls(picked, places, columns, low, high)

    def row(self, place: int) -> Row:
        found: Row = self.table.slice(place, 1).to_pylist()[0]
        return found


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _counts(titles: pa.Array) -> pa.Array:
    """How many entries of a book have the title that each has."""
    coded = titles.dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes[codes >= 0], minlength=len(coded.dictionary) or 1)
    return pa.array(np.where(codes >= 0, counts[np.maximum(codes, 0)], 0))


def _printed(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
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
    return base - slack, base + slack


def _met(one: _Levels, other: _Levels) -> list[tuple[int, int]]:
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


def _told(levels: _Levels, rows: Ints, key: Ints) -> dict[int, int]:
    """The most precise telling of each indicator, by its key; none where the tellings disagree."""
    order = np.argsort(key, kind="stable")
    rows, key = rows[order], key[order]
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    low = np.maximum.reduceat(levels.low[rows], first)
    high = np.minimum.reduceat(levels.high[rows], first)
    width = levels.high[rows] - levels.low[rows]
    size = np.diff(np.append(first, len(rows)))
    best = first + np.array([int(np.argmin(width[a : a + n])) for a, n in zip(first, size, strict=True)], np.int64)
    agree = low <= high
    return dict(zip(key[first][agree].tolist(), rows[best[agree]].tolist(), strict=True))


# --- the verdicts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pair:
    """Both books, for what a verdict needs beyond the two figures."""

    earlier: Book
    later: Book
    rules: Rules

    def said(self, row: Row) -> str:
        """A figure of last year's book as a reader finds it."""
        return f"上年卷{where(self.earlier.titles.get(row['entry_id']), row['entry_id'])}为{row['source_text']}"

    def named(self, before: Row, now: Row) -> str | None:
        """Why the two may differ, in the words of a book that says so; None where neither does."""
        pattern = self.rules.patterns["revised"]
        for book, row, name in ((self.later, now, "本卷"), (self.earlier, before, "上年卷")):
            found = pattern.search(book.sentence(row))
            if found:
                return f"{name}注明“{found[0]}”"
        return None

    def doubt(self, before: Row, now: Row, ratio: float) -> str:
        """The words for a difference that proves nothing; `ratio` is the larger figure by the smaller."""
        named = self.named(before, now)
        if named:
            return f"{named}，两卷不同而有说明，未作判断"
        if ratio - 1 <= self.rules.limit("revision"):
            return "两卷不同，或经修订，未作判断"
        return "两卷相差较大，口径或有变动，未作判断"


def _rate(now: Any, before: Any) -> Any:
    return (now / before - 1) * 100


def _difference(now: Any, before: Any) -> Any:
    return now - before


def _restated(pair: _Pair, before: Row, now: Row) -> Iterator[Across]:
    """上年为80.5亿元 against the book of that year."""
    one, two = number_of(before, pair.rules), number_of(now, pair.rules)
    if one is None or two is None or one.value <= 0 or two.value <= 0:
        return
    outcome = judge(two, lambda v: v, one)
    said = f"{now['measured_text']}：{pair.said(before)}，本卷称上年为{now['source_text']}"
    if not outcome.agrees:
        slip = _slip(two, lambda by, v: v * by, (one,), before, now)
        if slip and not pair.named(before, now):
            said += f"，两卷相差{slip}，疑为单位或小数点之误"
        else:
            ratio = max(one.value, two.value) / min(one.value, two.value)
            outcome, said = _open(outcome), f"{said}，{pair.doubt(before, now, ratio)}"
    yield Across(now, outcome, said, ((now, "level"), (before, "previous")))


def _changed(pair: _Pair, levels: Mapping[int, int]) -> Iterator[Across]:
    """增长16.0%, 增加1.2亿元, 提高0.2个百分点 against the level of this book and that of the last."""
    table = pair.later.quantities
    mask = pc.and_(
        pc.is_in(table["change_kind"], value_set=pa.array(["rate", "delta", "points"])),
        pc.is_in(table["change_basis"], value_set=pa.array(_BASIS)),
    )
    mask = pc.fill_null(pc.and_(mask, pc.equal(table["bound"], "exact")), False)
    changes = np.flatnonzero(mask.to_numpy())
    index = pc.index_in(table["of_quantity_id"].take(pa.array(changes)), value_set=_flat(table["quantity_id"]))
    level = pc.fill_null(index, -1).to_numpy()
    met = np.isin(level, list(levels))
    changes, level = changes[met], level[met]
    old = [levels[int(one)] for one in level]
    picked = [
        side.select(COLUMNS).take(pa.array(rows, pa.int64())).to_pylist()
        for side, rows in ((table, changes), (table, level), (pair.earlier.quantities, old))
    ]
    for change, now, before in zip(*picked, strict=True):
        yield from _change(pair, change, now, before)


def _change(pair: _Pair, change: Row, now: Row, before: Row) -> Iterator[Across]:
    new, old, stated = (number_of(row, pair.rules) for row in (now, before, change))
    if new is None or old is None or stated is None or old.value <= 0 or new.value <= 0:
        return
    sign = -1.0 if change["change_direction"] == "down" else 1.0
    kind = change["change_kind"]
    percent = now["dimension"] in ("percent", "percentage_point")
    if (kind == "points") != percent or (kind == "delta" and change["base_unit"] != now["base_unit"]):
        return
    formula = _rate if kind == "rate" else _difference
    outcome = judge(stated, lambda n, b: sign * formula(n, b), new, old)
    words, moved = now["measured_text"], formula(new.value, old.value)
    shown = f"{abs(moved):.{stated.digits + 1}f}{'%' if kind == 'rate' else '个百分点'}"
    shown = stated.show(abs(moved), 1) if kind == "delta" else shown
    said = (
        f"{words}：{pair.said(before)}，本卷为{now['source_text']}，两数相比{'下降' if moved < 0 else '增长'}{shown}，"
        f"书中为{'下降' if sign < 0 else '增长'}{change['source_text']}"
    )
    if not outcome.agrees:
        part = 1 + sign * stated.value / 100
        implied = new.value - sign * stated.value if kind != "rate" else new.value / part if part > 0 else 0.0
        ratio = max(implied, old.value) / min(implied, old.value) if implied > 0 else float("inf")
        at_constant_prices = kind == "rate" and pair.rules.says("real_head", words)
        slip = None
        if kind == "rate":
            slip = _slip(stated, lambda by, n, b: sign * formula(n, b * by), (new, old), before, now)
        turned = stated.value >= _SHARP * stated.tolerance and judge(
            stated, lambda n, b: -sign * formula(n, b), new, old
        ).agrees
        if at_constant_prices:
            outcome, said = _open(outcome), said + "；增速按可比价计算，未作判断"
        elif (slip or turned) and not pair.named(before, now):
            said += f"，疑为单位或小数点之误（{slip}）" if slip else "，大小相符而方向相反"
        else:
            outcome, said = _open(outcome), f"{said}；{pair.doubt(before, now, ratio)}"
    yield Across(change, outcome, said, ((change, "change"), (now, "level"), (before, "previous")))


def _slip(
    stated: Number, formula: Callable[..., Any], terms: tuple[Number, ...], before: Row, now: Row
) -> str | None:
    """The slip that makes a statement right: last year's figure times a round factor, the digits being the same.

    `formula` takes the factor and the terms. A figure of one or two digits meets such a factor by chance.
    """
    if min(_figures(before), _figures(now)) < _FIGURES or now["dimension"] in ("percent", "percentage_point"):
        return None
    for factor, name in {**_SLIPS, **_OF_KIND.get(now["dimension"], {})}.items():
        for by in (factor, 1 / factor):
            if judge(stated, partial(formula, by), *terms).agrees:
                return name
    return None


def _figures(row: Row) -> int:
    """How many digits of a printed number mean something."""
    found = re.match(r"[\d,.]+", str(row["source_text"]).translate(_PRINTED))
    return len(re.sub(r"[.,]", "", found[0]).strip("0")) if found else 0


_PRINTED = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def _open(outcome: Outcome) -> Outcome:
    return Outcome(UNCHECKED, outcome.stated, outcome.computed, outcome.tolerance)
