"""Numbers that multiply: yield times area, price times amount, and figures per head, household or class.

Here: products within one sentence, each factor told once. Not here: shares and growth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from pipeline.quality.audits.intervals import INCONSISTENT, UNCHECKED, judge
from pipeline.quality.audits.sheet import CHANGE, LEVEL, Finding, Sheet
from pipeline.quality.audits.slips import slip

_HEADS = {
    "户": "户",
    "人": "人",
    "班": "班个",
    "校": "所",
    "站": "个站座",
    "村": "个村",
    "镇": "个镇",
    "社": "个家社",
    "店": "家个店",
    "场": "场",
    "床": "张",
    "件": "件",
    "笔": "笔",
    "套": "套",
    "生": "人名",
    "单": "单",
    "车": "辆",
    "亩": "",
}
_PER = re.compile(r"(?P<unit>[户人班校站村镇社店场床件笔套生单车])均[^，。；、]{0,10}$")
_AREA = re.compile("面积|种植|播种|栽种|种")
_OUTPUT = re.compile("总产|产量|产|收获")
_SALES = re.compile("销售额|成交额|销售金额|成交金额|销售收入|金额")


def products(sheet: Sheet) -> Iterator[Finding]:
    """Audit the products of a block."""
    for a, b in sheet.sentences_with("yield"):
        yield from _rate(sheet, a, b, "yield", _AREA, _OUTPUT)
    for a, b in sheet.sentences_with("price"):
        yield from _rate(sheet, a, b, "price", re.compile("面积|量|套|销售|成交"), _SALES)
    ends = sheet.cues["per/end"]
    following = np.searchsorted(sheet.starts, ends)
    for i in np.unique(following).tolist():
        if i < sheet.n:
            yield from _per_head(sheet, i)


def _rate(
    sheet: Sheet, a: int, b: int, kind: str, one: re.Pattern[str], other: re.Pattern[str]
) -> Iterator[Finding]:
    """A rate such as 412公斤/亩 between the amounts of its two units."""
    rates = [
        i
        for i in range(a, b)
        if sheet.role[i] == LEVEL and "/" in sheet.unit_name(i) and sheet.rules.says(kind, sheet.before(i))
    ]
    if len(rates) != 1:
        return
    r = rates[0]
    upper, _, lower = sheet.unit_name(r).partition("/")
    near = [k for k in range(a, b) if sheet.is_amount(k) and sheet.role[k] == LEVEL]
    outputs = [k for k in near if sheet.unit_name(k) == upper]
    bases = [k for k in near if sheet.unit_name(k) == lower]
    if len(outputs) != 1 or len(bases) != 1:
        return
    o, s = outputs[0], bases[0]
    if max(o, s, r) - min(o, s, r) > 5 or "其中" in sheet.text[sheet.begin_of(r) : sheet.start[max(o, s, r)]]:
        return
    output, base, rate = sheet.number(o), sheet.number(s), sheet.number(r)
    if output is None or base is None or rate is None:
        return
    outcome = judge(output, _product, rate, base)
    if outcome.verdict == INCONSISTENT and not (
        one.search(sheet.before(s)) and other.search(sheet.before(o)) and _same_crop(sheet, s, r, o)
    ):
        outcome = outcome.but(UNCHECKED)
    order = sorted((o, s, r))
    said = f"{sheet.source(r)}乘以{sheet.source(s)}为{output.show(outcome.computed)}"
    said += (
        f"，书中为{sheet.source(o)}{slip(output, _product, rate, base)}"
        if outcome.verdict == INCONSISTENT
        else "，所说或非同一事项，未作判断"
        if outcome.verdict == UNCHECKED
        else ""
    )
    yield Finding.of(
        "product",
        o,
        outcome,
        f"{sheet.quote(order[0], order[-1])}：{said}",
        [(o, "total"), (r, "rate"), (s, "base")],)


def _same_crop(sheet: Sheet, *rows: int) -> bool:
    """Whether the numbers name no two different things: 早稻面积, 亩产, 总产量."""
    stems = {
        re.sub(
            r"(?:全[市县区镇]|种植|播种|栽种|总|平均|面积|亩产|单产|产量|产|销售|成交|商品房|均价|额|金额|价格|年)+",
            "",
            sheet.words(k),
        )
        for k in rows
        if sheet.own[k] >= 0
    }
    stems.discard("")
    return len(stems) <= 1


def _product(rate: Any, base: Any) -> Any:
    return rate * base


def _quotient(top: Any, head: Any) -> Any:
    return top / head


def _per_head(sheet: Sheet, i: int) -> Iterator[Finding]:
    """发放救助金186万元，救助困难户1550户，户均1200元: both numbers stand right before."""
    found = _PER.search(sheet.before(i))
    if (
        not found
        or sheet.role[i] == CHANGE
        or i < 2
        or sheet.sentence[i] != sheet.sentence[i - 2]
        or sheet.is_relative(i)
    ):
        return
    before = [
        k
        for k in range(max(i - 5, 0), i)
        if sheet.sentence[k] == sheet.sentence[i] and sheet.is_amount(k) and sheet.role[k] == LEVEL
    ]
    unit = sheet.unit_name(i).partition("/")[0]
    heads = [
        k
        for k in before
        if sheet.unit_name(k)
        and sheet.unit_name(k) in _HEADS[found["unit"]]
        and (
            found["unit"] not in "班"
            or sheet.unit_name(k) == "班"
            or "班" in sheet.words(k) + sheet.before(k) + sheet.after(k, 3)
        )
    ]
    tops = [k for k in before if sheet.unit_name(k) == unit and k not in heads]
    if len(heads) != 1 or len(tops) != 1:
        return
    h, t = heads[0], tops[0]
    if sheet.rules.says("of_which", sheet.text[sheet.begin_of(i) : sheet.start[i]]):
        return
    head, top, stated = sheet.number(h), sheet.number(t), sheet.number(i)
    if head is None or top is None or stated is None or head.value <= 0:
        return
    outcome = judge(stated, _quotient, top, head)
    if not outcome.agrees:
        off = abs(outcome.computed / stated.value - 1) if stated.value else 1.0
        words = sheet.words(h) + sheet.words(t) + sheet.before(i)
        averaged = sheet.rules.says("people", words) and off <= sheet.rules.limit("population")
        if averaged or {h, t} != {i - 1, i - 2} or sheet.rules.says("people", sheet.words(h)):
            outcome = outcome.but(UNCHECKED)
    order = sorted((h, t, i))
    said = f"{sheet.source(t)}除以{sheet.source(h)}为{stated.show(outcome.computed, 1)}"
    said += (
        f"，书中为{sheet.source(i)}{slip(stated, _quotient, top, head)}"
        if outcome.verdict == INCONSISTENT
        else "，平均所用的人数、户数或非此数，未作判断"
        if outcome.verdict == UNCHECKED
        else ""
    )
    yield Finding.of(
        "per_capita",
        i,
        outcome,
        f"{sheet.quote(order[0], order[-1])}：{said}",
        [(t, "total"), (h, "base"), (i, "rate")],)
