"""Changes against the levels they speak of: 增加300吨，增长5.3%; 由41.0%提高到43.5%，提高2.5个百分点; 年均增长.

Here: growth, differences, percentage points and average growth within one sentence. Not here: what another entry or
another edition says (`books`).

Indicators like 生产总值 and 增加值 are told at current prices while their growth is real, so that both together prove
nothing; the same holds wherever 可比口径, 不变价 or 扣除 stands in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pipeline.quality.audits.intervals import (
    INCONSISTENT,
    UNCHECKED,
    Number,
    Outcome,
    best,
    judge,
)
from pipeline.quality.audits.sheet import (
    BY_MULTIPLE,
    CHANGE,
    DELTA,
    LEVEL,
    POINTS,
    RATE,
    RATIO_TO,
    SHARE,
    TARGET,
    Finding,
    Sheet,
)
from pipeline.quality.audits.slips import slip

_FROM = re.compile(r"(?:由|从)[^，。；]{0,16}$")
_TO = re.compile(
    r"^[^，。；]{0,14}?(?:增加|提高|上升|增长|扩大|发展|增|升|提升|攀升|上涨|涨|下降|减少|降低|缩小|回落|降|减|下调|上调|调整|调|缩短|压缩|撤并|合并|精简|归并|跌|变)(?:到|至|为)[^，。；]{0,8}$"
)
_FORMER = re.compile(
    r"(?:上年|去年|上年同期|去年同期|上年度|(?:19|20)\d\d年)(?:末|底)?(?:仅|只)?(?:为|是|的|只有|仅有)$"
)
_LINK = re.compile(
    r"^[，,、；（(]?(?:比上年|较上年|比去年|同比|较去年|比上年同期|同比净|净)?(?:净)?(?:增长|增加|增|提高|上升|上涨|涨|升|扩大|下降|减少|降低|减|回落|下跌|降|跌|缩小|增幅|增幅为|增幅达|升幅|升幅为|降幅|降幅为|降幅达|减幅|减幅为|涨幅|涨幅为|增长率|增长率为|增速|增速为|递增|提升)(?:了|为|达|约)?$"
)
_RATIO_LINK = re.compile(
    r"^[，,（(]?(?:仅|只)?(?:为|是|达|达到|相当于)(?:上年|去年|上年度|上年同期|去年同期|原来|(?:19|20)\d\d年)的$"
)
_AVERAGE = re.compile(
    r"(?:年均|年平均|平均每年|每年平均)(?:递增|增长|增加|增幅|增速|递减|下降|增长率)(?:率|速度)?(?:为|达|约)?$"
)


def changes(sheet: Sheet) -> Iterator[Finding]:
    """Audit the changes of a block."""
    role, kind, sentence = sheet.roles, sheet.kinds, sheet.sentences
    if sheet.n < 2:
        return
    same = np.concatenate(([False], sentence[1:] == sentence[:-1]))
    change = (role == CHANGE) & same
    earlier = np.concatenate(([-1], role[:-1]))
    earlier_kind = np.concatenate(([-1], kind[:-1]))
    for i in np.flatnonzero(change & (kind == RATE) & (earlier == CHANGE) & (earlier_kind == DELTA)).tolist():
        yield from _difference_and_rate(sheet, i - 1, i)
    for i in np.flatnonzero(change & (kind == DELTA) & (earlier == CHANGE) & (earlier_kind == RATE)).tolist():
        yield from _difference_and_rate(sheet, i, i - 1)
    for i in np.flatnonzero(
        change & (kind == POINTS) & (earlier == CHANGE) & (earlier_kind == DELTA)
    ).tolist():
        yield from _difference_and_rate(sheet, i - 1, i)
    ratio = change & (kind == RATIO_TO) & (earlier == CHANGE) & (earlier_kind == DELTA)
    for i in np.flatnonzero(ratio).tolist():
        yield from _difference_and_rate(sheet, i - 1, i)
    ratio = change & (kind == DELTA) & (earlier == CHANGE) & (earlier_kind == RATIO_TO)
    for i in np.flatnonzero(ratio).tolist():
        yield from _difference_and_rate(sheet, i, i - 1)
    two = (
        np.concatenate(([False, False], same[2:] & same[1:-1]))
        if sheet.n > 2
        else np.zeros(sheet.n, np.bool_)
    )
    unit = np.array(sheet.unit, np.int64)
    levels = (
        two
        & np.isin(np.concatenate(([-1], role[:-1])), (LEVEL, SHARE, TARGET))
        & np.isin(np.concatenate(([-1, -1], role[:-2])), (LEVEL, SHARE, TARGET))
    )
    levels &= np.concatenate(([False, False], unit[:-2] == unit[1:-1]))
    for i in np.flatnonzero(change & levels).tolist():
        yield from _two_levels(sheet, i)


def _real(sheet: Sheet, i: int, level: int) -> bool:
    """Whether a growth rate may be told at other prices or for another coverage than the level."""
    text = sheet.text[sheet.begin_of(i) : min(sheet.end_of(i), sheet.end[i] + 24)]
    return sheet.rules.says("real", text) or sheet.rules.says(
        "real_head", sheet.words(level) + sheet.noun(level)
    )


def _bases_differ(sheet: Sheet, i: int, k: int) -> bool:
    """Whether two changes say that they are told against different times."""
    return sheet.basis[i] != sheet.basis[k]


def _difference_and_rate(sheet: Sheet, d: int, g: int) -> Iterator[Finding]:
    """6000吨，比上年增加300吨，增长5.3%: the difference over the level less the difference."""
    level = sheet.of[d]
    later = max(d, g)
    ratio = sheet.kind[g] == RATIO_TO
    link = _RATIO_LINK if ratio and later == g else _LINK
    if (
        level < 0
        or level >= min(d, g)
        or sheet.sentence[level] != sheet.sentence[d]
        or not link.match(sheet.before(later))
    ):
        return
    if sheet.is_relative(level) or sheet.role[level] not in (LEVEL, TARGET) or sheet.is_percent(d):
        return
    if not _one_dimension(sheet, level, d) or _bases_differ(sheet, d, g):
        return
    if sheet.of[g] >= 0 and sheet.of[g] != level:
        return
    now, step, rate = sheet.number(level), sheet.number(d), sheet.number(g)
    if now is None or step is None or rate is None:
        return
    quote = sheet.quote(level, later)
    terms = [(level, "level"), (d, "change"), (g, "change")]
    if sheet.down[d] != sheet.down[g] and not sheet.flat[d] and not sheet.flat[g]:
        yield Finding(
            "growth", g, UNCHECKED, f"{quote}：差额与增幅的方向不同，未作判断", terms, rate.value, None, None
        )
        return
    sign = -1.0 if sheet.down[d] else 1.0
    points = sheet.kind[g] == POINTS
    hundred = 100.0 if sheet.is_percent(g) or points else 1.0

    def formula(level_: Any, step_: Any) -> Any:
        return (level_ if ratio else step_) / (level_ - sign * step_) * hundred

    outcome = judge(rate, formula, now, step)
    if points:
        if outcome.agrees:
            said = f"{quote}：差额除以上期为{outcome.computed:.{rate.digits + 1}f}%，“个百分点”疑为“%”"
            yield Finding.of("points", g, outcome.but(INCONSISTENT), said, terms)
        return
    before = now.value - sign * step.value
    verb = "为上期的" if ratio else "下降" if sheet.down[d] else "增长"
    said = f"上期应为{now.show(before)}，按此{verb}{rate.show(outcome.computed, 1)}"
    if outcome.verdict == INCONSISTENT:
        if _real(sheet, g, level):
            yield Finding.of("growth",
                g,
                outcome.but(UNCHECKED),
                f"{quote}：{said}；增速或按可比价、可比口径计算，未作判断",
                terms,
            )
            return
        said += _book(sheet, g, outcome, formula, rate, now, step)
    yield Finding.of("growth", g, outcome, f"{quote}：{said}", terms)


def _one_dimension(sheet: Sheet, level: int, change: int) -> bool:
    return sheet.unit[level] == sheet.unit[change]


def _two_levels(sheet: Sheet, i: int) -> Iterator[Finding]:
    """由A增加到B，增长g; B，上年为A，增长g; with all that may follow: difference, rate, points, average."""
    b, a = i - 1, i - 2
    if sheet.depth[a] != sheet.depth[b] or not _subject_shared(sheet, a, b):
        return
    first, second = sheet.before(a), sheet.before(b)
    if _FROM.search(first) and _TO.match(second):
        old, new = a, b
    elif _FORMER.search(second) and not _FORMER.search(first):
        old, new = b, a
    elif _FORMER.search(first) and re.match(r"^(?:增加|提高|上升|增长|下降|减少|降低)(?:到|至|为)", second):
        old, new = a, b
    else:
        return
    before, now = sheet.number(old), sheet.number(new)
    if before is None or now is None or before.value <= 0:
        return
    k = i
    while k < sheet.n and sheet.sentence[k] == sheet.sentence[i] and k < i + 3 and sheet.role[k] == CHANGE:
        words = sheet.before(k)
        stated = sheet.number(k)
        if stated is None:
            return
        if _AVERAGE.search(words):
            yield from _average(sheet, old, new, k)
        elif _LINK.match(words) or _RATIO_LINK.match(words) or (
            k == i
            and re.match(
                r"^[，,](?:[一二三四五六七八九十\d]+年(?:间|来)?)?(?:共|净|累计)?(?:提高|上升|增加|增长|下降|减少|降低)(?:了)?$",
                words,
            )
        ):
            yield from _against(sheet, old, new, k)
        else:
            return
        k += 1


def _subject_shared(sheet: Sheet, a: int, b: int) -> bool:
    return (
        sheet.measured[a] == sheet.measured[b]
        or sheet.own[b] < 0
        or sheet.own[a] < 0
        or sheet.words(a).endswith(sheet.words(b))
        or sheet.words(b).endswith(sheet.words(a))
    )


def _against(sheet: Sheet, old: int, new: int, k: int) -> Iterator[Finding]:
    """A difference, a rate or points against both levels."""
    before, now, stated = sheet.number(old), sheet.number(new), sheet.number(k)
    assert before is not None and now is not None and stated is not None
    sign = -1.0 if sheet.down[k] else 1.0
    percent, kind = sheet.is_percent(new), sheet.kind[k]
    order = sorted((old, new, k), key=lambda j: sheet.start[j])
    quote = sheet.quote(order[0], order[-1])
    terms = [(new, "level"), (old, "previous"), (k, "change")]

    def difference(now_: Any, before_: Any) -> Any:
        return sign * (now_ - before_)

    def rate(now_: Any, before_: Any) -> Any:
        return sign * (now_ / before_ - 1) * 100

    points_for_percent = [j for j in (old, new) if sheet.dimension_name(j) == "percentage_point"]
    if len(points_for_percent) == 1:
        j = points_for_percent[0]
        outcome = judge(stated, difference, now, before)
        said = f"{quote}：{sheet.source(j)}是水平，“个百分点”疑为“%”"
        yield Finding.of("points", j, outcome.but(INCONSISTENT), said, terms)
        return
    if kind == DELTA:
        if sheet.unit[k] != sheet.unit[new]:
            return
        outcome = judge(stated, difference, now, before)
        yield Finding.of("delta",
            k,
            outcome,
            f"{quote}：两数相差{now.show(abs(now.value - before.value))}"
            + _book(sheet, k, outcome, difference, stated, now, before),
            terms,
        )
    elif kind == RATIO_TO:
        times = 100.0 if sheet.is_percent(k) else 1.0

        def part(now_: Any, before_: Any) -> Any:
            return now_ / before_ * times

        outcome = judge(stated, part, now, before)
        said = f"前者是后者的{stated.show(outcome.computed, 1)}"
        if outcome.verdict == INCONSISTENT and _real(sheet, k, new):
            outcome = outcome.but(UNCHECKED)
            said += "；所比或按可比价、可比口径计算，未作判断"
        said += _book(sheet, k, outcome, part, stated, now, before)
        yield Finding.of("growth", k, outcome, f"{quote}：{said}", terms)
    elif percent and kind in (POINTS, RATE):
        points, relative = judge(stated, difference, now, before), judge(stated, rate, now, before)
        gap = f"两数相差{abs(now.value - before.value):.4g}个百分点"
        if kind == POINTS:
            if points.verdict == INCONSISTENT and relative.agrees:
                gap += "，书中所说是相对增幅，不是百分点"
            else:
                gap += _book(sheet, k, points, difference, stated, now, before)
            yield Finding.of("points", k, points, f"{quote}：{gap}", terms)
        elif relative.agrees:
            yield Finding.of("growth", k, relative, f"{quote}：相对增幅与两数相符", terms)
        else:
            gap += "，“%”疑为“个百分点”" if points.agrees else _book(sheet, k, points, difference, stated, now, before)
            yield Finding.of("points", k, relative, f"{quote}：{gap}", terms)
    elif kind in (RATE, POINTS):
        outcome = judge(stated, rate, now, before)
        said = f"按两数计算{'下降' if sign < 0 else '增长'}{outcome.computed:.{max(stated.digits, 1) + 1}f}%".replace(
            "-", "负"
        )
        if kind == POINTS:
            if outcome.agrees:
                outcome = outcome.but(INCONSISTENT)
                said += "，“个百分点”疑为“%”"
            else:
                return
        elif outcome.verdict == INCONSISTENT and _real(sheet, k, new):
            outcome, said = (
                outcome.but(UNCHECKED),
                said + "；增速或按可比价、可比口径计算，未作判断",
            )
        else:
            said += _book(sheet, k, outcome, rate, stated, now, before)
        yield Finding.of("growth", k, outcome, f"{quote}：{said}", terms)
    elif kind == BY_MULTIPLE:
        outcome = best(
            [
                judge(stated, lambda n, b: n / b - 1, now, before),
                judge(stated, lambda n, b: n / b, now, before),
            ]
        )
        if outcome.verdict == INCONSISTENT and _real(sheet, k, new):
            outcome = outcome.but(UNCHECKED)
        yield Finding.of("growth",
            k,
            outcome,
            f"{quote}：按两数计算增长{now.value / before.value - 1:.2f}倍"
            + _book(sheet, k, outcome, lambda n, b: n / b - 1, stated, now, before),
            terms,
        )


def _average(sheet: Sheet, old: int, new: int, k: int) -> Iterator[Finding]:
    """Average growth over the years between two levels: (new / old) ** (1 / years) - 1."""
    before, now, stated = sheet.number(old), sheet.number(new), sheet.number(k)
    assert before is not None and now is not None and stated is not None
    if now.value <= 0 or not sheet.is_percent(k):
        return
    begin = sheet.begin_of(old)
    years = [int(y) for y in re.findall(r"((?:19|20)\d\d)年", sheet.text[begin : sheet.start[old]])]
    between = [
        int(y) for y in re.findall(r"((?:19|20)\d\d)年", sheet.text[sheet.end[old] : sheet.start[new]])
    ]
    last = between[-1] if between else sheet.year(k)
    if not years or last is None or last <= years[-1]:
        return
    span = last - years[-1]
    sign = -1.0 if sheet.down[k] else 1.0

    def over(n: int) -> Callable[..., Any]:
        return lambda now_, before_: sign * ((now_ / before_) ** (1 / n) - 1) * 100

    readings = {
        n: judge(stated, over(n), now, before)
        for n in ({span} if between else {span, span - 1, span + 1})
        if n > 0
    }
    outcome = best(list(readings.values()))
    order = sorted((old, new, k), key=lambda j: sheet.start[j])
    said = (
        f"{sheet.quote(order[0], order[-1])}：按{span}年计算年均{'下降' if sign < 0 else '增长'}"
        f"{readings[span].computed:.{max(stated.digits, 1) + 1}f}%"
    )
    kind = "average_growth"
    if sheet.kind[k] == POINTS and not sheet.is_percent(new):
        if not outcome.agrees:
            return
        kind, outcome = "points", outcome.but(INCONSISTENT)
        said += "，“个百分点”疑为“%”"
    elif outcome.verdict == INCONSISTENT:
        outcome = readings[span]
        if _real(sheet, k, new):
            outcome, said = outcome.but(UNCHECKED), said + "；增速或按可比价计算，未作判断"
        else:
            said += f"，书中为{sheet.source(k)}"
            if span > 1 and judge(stated, over(span + 1), now, before).agrees:
                said += f"（误按{span + 1}年计算）"
    yield Finding.of(kind, k, outcome, said, [(new, "level"), (old, "previous"), (k, "change")])


def _book(sheet: Sheet, k: int, outcome: Outcome, formula: Callable[..., Any], *numbers: Number) -> str:
    """What the book has instead, and the slip that would explain it; `numbers` begin with the stated one."""
    if outcome.verdict != INCONSISTENT:
        return ""
    return f"，书中为{sheet.source(k)}" + slip(numbers[0], formula, *numbers[1:])
