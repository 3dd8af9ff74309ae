"""Two editions of one series: what a book says of the year before against the book of that year.

Here: last year's level told again (`上年为80.5亿元`), growth, increase and percentage points against the levels of both
books. Not here: anything that one book alone shows (`books`, `changes`), and which books are neighbours
(`quality.series`).

Two editions differ for good reasons: a census, 快报 before 年报, another definition, another coverage. So a difference
alone proves nothing and stays unchecked, with the reason in words. It is called inconsistent only where both books
print the same digits and a unit or a decimal place has slipped, or where the change between both books is the one
stated but in the other direction, and neither says that the figure was revised.

The indicators of both books are joined on a key (`indicators`); only pairs that meet are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality.audits.books import number_of, where
from pipeline.quality.audits.indicators import COLUMNS, Levels, met
from pipeline.quality.audits.intervals import UNCHECKED, Number, Outcome, judge
from pipeline.quality.audits.rules import Rules

Row = Mapping[str, Any]

_BASIS = ("yoy", "since_year_start")
_SENTENCE = 300
_NOTE = re.compile(r"\s*(?:[（(【\[]|注[：:])[^。\n]{0,80}")
_SLIPS = {1e1: "十倍", 1e2: "百倍", 1e3: "千倍", 1e4: "万倍", 1e8: "亿倍"}
_OF_KIND = {"area": {15.0: "15倍（亩与公顷）"}, "mass": {2.0: "2倍（斤与公斤）"}}
_FIGURES = 3
_NEAR = 0.1
# A change of 5.2 % meets the difference of two unlike figures once in 200 times; one of so many times its rounding does
# not.
_SHARP = 500
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
    about = rules.limit("about")
    old = Levels.of(earlier.entries, earlier.quantities, earlier.year, about)
    told = Levels.of(later.entries, later.quantities, earlier.year, about)
    pairs = met(told, old)
    for now, before in zip(told.rows([n for n, _ in pairs]), old.rows([b for _, b in pairs]), strict=True):
        found += _restated(pair, before, now)
    new = Levels.of(later.entries, later.quantities, later.year, about)
    levels = {int(new.places[now]): int(old.places[before]) for now, before in met(new, old)}
    found += _changed(pair, levels)
    return sorted(found, key=lambda one: (one.row["document_id"], one.row["span_start"]))


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
    said = f"{_words(now)}：{pair.said(before)}，本卷称上年为{now['source_text']}"
    if not outcome.agrees:
        slip = _slip(two.value / one.value, two, lambda by, v: v * by, (one,), before, now)
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
    ids = table["quantity_id"].combine_chunks()
    index = pc.index_in(table["of_quantity_id"].take(pa.array(changes)), value_set=ids)
    level = pc.fill_null(index, -1).to_numpy()
    told = np.isin(level, list(levels))
    changes, level = changes[told], level[told]
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
    words, moved = _words(now), formula(new.value, old.value)
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
            needed = implied / old.value
            slip = _slip(needed, stated, lambda by, n, b: sign * formula(n, b * by), (new, old), before, now)
        back = judge(stated, lambda n, b: -sign * formula(n, b), new, old)
        sharp = stated.value >= _SHARP * back.tolerance and _figures(change) >= _FIGURES
        turned = sharp and new.exact and old.exact and back.agrees
        if at_constant_prices:
            outcome, said = _open(outcome), said + "；增速按可比价计算，未作判断"
        elif (slip or turned) and not pair.named(before, now):
            said += f"，疑为单位或小数点之误（{slip}）" if slip else "，大小相符而方向相反"
        else:
            outcome, said = _open(outcome), f"{said}；{pair.doubt(before, now, ratio)}"
    yield Across(change, outcome, said, ((change, "change"), (now, "level"), (before, "previous")))


def _slip(
    needed: float, stated: Number, formula: Callable[..., Any], terms: tuple[Number, ...], before: Row, now: Row
) -> str | None:
    """The slip that makes a statement right: last year's figure times a round factor, the digits being the same.

    `needed` is the factor that would make it right exactly; `formula` takes a factor and the terms. A figure of one
    or two digits meets such a factor by chance.
    """
    exact = stated.exact and all(term.exact for term in terms)
    percent = now["dimension"] in ("percent", "percentage_point")
    if not exact or percent or min(_figures(before), _figures(now)) < _FIGURES:
        return None
    for factor, name in {**_SLIPS, **_OF_KIND.get(now["dimension"], {})}.items():
        for by in (factor, 1 / factor):
            if abs(needed / by - 1) < _NEAR and judge(stated, partial(formula, by), *terms).agrees:
                return name
    return None


def _words(row: Row) -> str:
    """What a number measures, without the verb that the measured phrase may end with."""
    return re.sub(r"(?:为|达到?|共|计)$", "", row["measured_text"])


def _figures(row: Row) -> int:
    """How many digits of a printed number mean something."""
    found = re.match(r"[\d,.]+", str(row["source_text"]).translate(_PRINTED))
    return len(re.sub(r"[.,]", "", found[0]).strip("0")) if found else 0


_PRINTED = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def _open(outcome: Outcome) -> Outcome:
    return Outcome(UNCHECKED, outcome.stated, outcome.computed, outcome.tolerance)
