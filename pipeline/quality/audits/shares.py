"""A part against its total told as a share, and what is done against a plan.

Here: 其中P，占8%; P，占T的8%; 完成计划T的103%; 计划T，实际P，完成计划的103%. Not here: shares that make up 100.

Which total a share is of must be said: a total that 其中 takes its parts from, a number right before 的, or the very
noun after 占. Any total of the entry that makes the share right is taken as the one meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline.quality.audits.intervals import (
    CONSISTENT,
    INCONSISTENT,
    ROUNDING,
    UNCHECKED,
    Interval,
    Number,
    Outcome,
    at_most,
    judge,
)
from pipeline.quality.audits.sheet import CHANGE, LEVEL, SHARE, TARGET, Finding, Sheet

_ORDER = (CONSISTENT, ROUNDING, UNCHECKED, INCONSISTENT)
_RIGHT_AFTER = re.compile("的(?:约|近|比例为|比重为)?")
_OBJECT = re.compile(
    r"(?:占|占到|占了|占去)(?P<object>[^，。；、：占]{0,16}?)(?:的)?(?:比重|比例|份额)?(?:约|近|为|达|达到|超过)?$"
)
_WHOLE = re.compile(r"^(?:其|总数|总量|总额|总数的|全部|总面积|总人数|总户数|总产量|总件数|总)?$")
_DONE = re.compile(r"(?:为|完成|占|达到|达|是|实现|相当于|完成了|占到)[^，。；]{0,12}$")
_PLAN_RATE = re.compile(
    r"(?:为|完成|占|达到|达|是|完成了)[^，。；、]{0,8}(?:计划|任务|目标|预算|指标)(?:数|总数|任务|指标)?的?(?:约|近)?$"
)
_SURPASS = re.compile(
    r"(?:超额?(?:完成)?[^，。；、]{0,8}(?:计划|任务|目标|预算|指标)(?:数)?的?|超额完成|超计划|超额)$"
)


def shares(sheet: Sheet) -> Iterator[Finding]:
    """Audit the shares and completion rates of a block."""
    percent = (
        np.array([sheet.is_percent(i) for i in range(sheet.n)], np.bool_)
        if sheet.n
        else np.zeros(0, np.bool_)
    )
    role = np.array(sheet.role, np.int64)
    sentence = np.array(sheet.sentence, np.int64)
    same = np.concatenate(([False], sentence[1:] == sentence[:-1])) if sheet.n else percent
    for i in np.flatnonzero(percent & same & np.isin(role, (LEVEL, SHARE, CHANGE, TARGET))).tolist():
        before = sheet.before(i)
        if sheet.dimension_name(i) == "percentage_point" and role[i] == CHANGE:
            continue
        if _RIGHT_AFTER.fullmatch(before) and role[i] != CHANGE:
            yield from _of_number(sheet, i)
        elif (
            _PLAN_RATE.search(before)
            or (_SURPASS.search(before) and role[i] == CHANGE)
            or _SURPASS.search(before)
        ):
            yield from _plan(sheet, i, _SURPASS.search(before) is not None)
        elif (role[i] == SHARE or sheet.dimension_name(i) == "percentage_point") and "占" in before:
            yield from _share(sheet, i, before)


def _of_number(sheet: Sheet, i: int) -> Iterator[Finding]:
    """51.5亿元，为年度计划50亿元的103%: the number right before 的 is the total."""
    t = i - 1
    if not sheet.is_amount(t) or not _DONE.search(sheet.before(t)) or sheet.depth[t] != sheet.depth[i]:
        return
    plan = sheet.rules.says("plan", sheet.before(t))
    total, rate = sheet.number(t), sheet.number(i)
    parts = [k for k in _window(sheet, t, i) if sheet.unit[k] == sheet.unit[t]]
    numbers = [(k, n) for k in parts if (n := sheet.number(k)) is not None]
    if total is None or rate is None or not numbers or total.value <= 0:
        return
    readings = [(k, judge(rate, _ratio, n, total)) for k, n in numbers]
    k, outcome = min(readings, key=lambda r: (not r[1].agrees, abs(r[1].computed - r[1].stated)))
    if not outcome.agrees and (len(readings) > 1 or sheet.start[t] - sheet.end[readings[0][0]] > 24):
        outcome = Outcome(UNCHECKED, outcome.stated, outcome.computed, outcome.tolerance)
    yield _found(sheet, "completion" if plan else "share", i, k, t, outcome, "plan" if plan else "total")


def _window(sheet: Sheet, t: int, i: int) -> list[int]:
    """The amounts of the sentence that can be the part: those before the total, or the one right after the rate."""
    found = (
        [k for k in range(t - 1, -1, -1) if sheet.sentence[k] == sheet.sentence[t] and sheet.is_amount(k)][:4]
        if t and sheet.sentence[t - 1] == sheet.sentence[t]
        else []
    )
    if (
        not found
        and i + 1 < sheet.n
        and sheet.sentence[i + 1] == sheet.sentence[i]
        and sheet.is_amount(i + 1)
    ):
        found.append(i + 1)
    return found


def _plan(sheet: Sheet, i: int, surpass: bool) -> Iterator[Finding]:
    """计划引进资金32亿元，实际引进35.6亿元，完成计划的111.2%."""
    begin = i
    while begin and sheet.sentence[begin - 1] == sheet.sentence[i]:
        begin -= 1
    amounts = [k for k in range(begin, i) if sheet.is_amount(k) and sheet.role[k] != CHANGE]
    plans = [k for k in amounts if sheet.rules.says("plan", sheet.before(k))]
    if len(plans) != 1 or len(amounts) < 2:
        return
    t = plans[0]
    others = [k for k in amounts if k != t and sheet.unit[k] == sheet.unit[t]]
    if len(others) != 1 or others[0] < t:
        return
    k = others[0]
    if not sheet.rules.says("actual", sheet.before(k)) or i - k > 2:
        return
    total, part, rate = sheet.number(t), sheet.number(k), sheet.number(i)
    if total is None or part is None or rate is None or total.value <= 0:
        return
    outcome = judge(rate, (lambda p, q: (p / q - 1) * 100) if surpass else _ratio, part, total)
    yield _found(sheet, "completion", i, k, t, outcome, "plan")


def _share(sheet: Sheet, i: int, before: str) -> Iterator[Finding]:
    """其中P，占8%; P，占总数的8%."""
    p = sheet.of[i]
    found = _OBJECT.search(before)
    if p < 0 or found is None or sheet.sentence[p] != sheet.sentence[i] or not sheet.is_amount(p):
        return
    between = [
        k
        for k in range(p + 1, i)
        if sheet.role[k] != CHANGE and not (sheet.role[k] == SHARE and sheet.of[k] == p)
    ]
    if any(sheet.is_amount(k) for k in between):
        return
    if sheet.own[i] >= 0 and sheet.measured[i] != sheet.measured[p]:
        return
    part, rate = sheet.number(p), sheet.number(i)
    if part is None or rate is None:
        return
    target = found["object"].removesuffix("的")
    if rate.tight.high > 100:  # 五成以上: no share is above the whole
        rate = replace(rate, tight=Interval(rate.tight.low, 100.0), wide=Interval(rate.wide.low, 100.0))
    if rate.tolerance >= 5 and not _WHOLE.match(target):
        return
    candidates = _totals(sheet, p, i)
    numbers = [
        (t, n) for t in candidates if (n := sheet.number(t)) is not None and n.value > 0 and at_most(part, n)
    ]
    if not numbers:
        return
    loose = not (part.exact and rate.exact)
    near = max(2.0, 0.15 * rate.value)
    readings = [
        (t, judge(rate, _ratio, part, n))
        for t, n in numbers
        if loose or not n.exact or abs(part.value / n.value * 100 - rate.value) <= near
    ]
    if readings:
        t, outcome = min(readings, key=lambda r: (_ORDER.index(r[1].verdict), -r[0]))
        if outcome.agrees:
            yield _found(sheet, "share", i, p, t, outcome, "total")
            return
    here = sheet.text[sheet.begin_of(i) : sheet.start[p]]
    inside = [
        t
        for t, n in numbers
        if sheet.start[t] < sheet.start[p]
        and sheet.sentence[t] == sheet.sentence[p]
        and n.value >= part.value
    ]
    named = [t for t, _ in numbers if target and sheet.words(t) == target]
    if named:
        t = named[0]
    elif "其中" in here and inside and (_WHOLE.match(target) or _of_total(sheet, target, inside[0])):
        t = inside[0]
    else:
        return
    total = sheet.number(t)
    assert total is not None
    outcome = judge(rate, _ratio, part, total)
    if outcome.computed > 100 or len({sheet.sentence[t] for t, _ in numbers}) > 2:
        outcome = Outcome(UNCHECKED, outcome.stated, outcome.computed, outcome.tolerance)
    yield _found(sheet, "share", i, p, t, outcome, "total")


def _of_total(sheet: Sheet, target: str, t: int) -> bool:
    """占抽检总数 after 抽检食品1860批次: the words before 总 stand right before the total."""
    found = re.fullmatch(r"(?P<what>[^总全]{1,4})总(?:数|量|额|人数|户数|面积|产量|值)?", target)
    return found is not None and found["what"] in sheet.text[sheet.phrase_start(t) - 4 : sheet.start[t]]


def _totals(sheet: Sheet, p: int, i: int) -> list[int]:
    """Amounts of the entry, of the unit of the part, that can be its total: those before, then those after."""
    found = []
    k = p - 1
    while k >= 0 and sheet.entry[k] == sheet.entry[p] and p - k < 40:
        if sheet.unit[k] == sheet.unit[p] and sheet.is_amount(k):
            found.append(k)
        k -= 1
    k = p + 1
    while k < sheet.n and sheet.sentence[k] == sheet.sentence[p]:
        if k != i and sheet.unit[k] == sheet.unit[p] and sheet.is_amount(k):
            found.append(k)
        k += 1
    return found


def _ratio(part: Any, total: Any) -> Any:
    return part / total * 100


def _found(sheet: Sheet, kind: str, i: int, p: int, t: int, outcome: Outcome, role: str) -> Finding:
    rate: Number | None = sheet.number(i)
    assert rate is not None
    if sheet.dimension_name(i) == "percentage_point":
        kind, said = "points", f"两数相除为{outcome.computed:.{rate.digits + 1}f}%"
        if outcome.agrees:
            outcome = replace(outcome, verdict=INCONSISTENT)
            said += "，“个百分点”疑为“%”"
        else:
            outcome = replace(outcome, verdict=UNCHECKED)
        return Finding(
            kind,
            i,
            outcome.verdict,
            f"{sheet.cite(i, p, t)}：{said}",
            [(p, "part"), (t, role), (i, "share")],
            outcome.stated,
            outcome.computed,
            outcome.tolerance,
        )
    said = f"两数相除为{rate.show(outcome.computed, 1)}"
    if outcome.verdict == INCONSISTENT:
        said += f"，书中为{sheet.source(i)}"
    elif outcome.verdict == UNCHECKED:
        said += f"，与书中的{sheet.source(i)}不同，所比的总数或非此数，未作判断"
    return Finding(
        kind,
        i,
        outcome.verdict,
        f"{sheet.cite(i, p, t)}：{said}",
        [(p, "part"), (t, role), (i, "share")],
        outcome.stated,
        outcome.computed,
        outcome.tolerance,
    )
