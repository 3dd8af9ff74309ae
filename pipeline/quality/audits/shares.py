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
from pipeline.quality.audits.sheet import CHANGE, LEVEL, SHARE, TARGET, Finding, Sheet, squeeze

_ORDER = (CONSISTENT, ROUNDING, UNCHECKED, INCONSISTENT)
_REACH = 16  # how far before a rate the words stand that make it a share: 占, or the plan it is held against
_YEARLY = re.compile(r"^(?:全年|当年|本年|年度|全部|其|全市|全县|全区)+")
_BARE = re.compile(r"(?:^|[，、；：,（(])(?:约|仅|只|就|共|各|已|均|各自|但|仍)?$")
_MARK = re.compile("[，、；：,]")
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
    role = sheet.roles
    same = np.concatenate(([False], np.diff(sheet.sentences) == 0))[: sheet.n]
    rows = np.flatnonzero(sheet.percent & same & np.isin(role, (LEVEL, SHARE, CHANGE, TARGET)))
    beyond = sheet.near_before("超", rows, _REACH)
    worth = beyond | sheet.near_before("占的划务标算", rows, _REACH)
    for i in rows[np.where(role[rows] == CHANGE, beyond, worth)].tolist():
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
        outcome = outcome.but(UNCHECKED)
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
    if (
        p < 0
        or found is None
        or not _BARE.search(before[: found.start()])
        or sheet.sentence[p] != sheet.sentence[i]
        or not sheet.is_amount(p)
    ):
        return
    if i - 1 != p and not _MARK.search(before):
        return  # 31至60岁占51.8%: a number between names another part
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
    stem = _YEARLY.sub("", target)
    alone = [t for t, _ in numbers if not _sibling(sheet, t, p)]
    named = [t for t in alone if len(stem) > 1 and _YEARLY.sub("", sheet.words(t)) == stem]
    among = _among(sheet, here, alone) if _WHOLE.match(target) else -1
    if named:
        t = named[0]
    elif among >= 0:
        t = among
    elif "其中" in here and inside and (_WHOLE.match(target) or _of_total(sheet, target, inside[0])):
        t = inside[0]
    else:
        return
    total = sheet.number(t)
    assert total is not None
    outcome = judge(rate, _ratio, part, total)
    if outcome.computed > 100 or len({sheet.sentence[t] for t, _ in numbers}) > 2:
        outcome = outcome.but(UNCHECKED)
    yield _found(sheet, "share", i, p, t, outcome, "total")


def _sibling(sheet: Sheet, t: int, p: int) -> bool:
    """Whether an amount of the same sentence has a share of its own: 0—14岁人口…，占13%；15—64岁人口…，占77%."""
    k = t + 1
    return k < sheet.n and sheet.sentence[t] == sheet.sentence[p] and sheet.role[k] == SHARE and sheet.of[k] == t


def _among(sheet: Sheet, here: str, totals: list[int]) -> int:
    """党员中，女党员…占27%: the total that the words before 中 name, or -1."""
    found = re.search(r"(?P<what>[^，。；、]{1,20})中[，,]", squeeze(here))
    if not found:
        return -1
    for t in totals:
        noun = sheet.noun(t)
        if noun and found["what"].endswith((noun, sheet.words(t), sheet.source(t) + noun)):
            return t
    return -1


def members(sheet: Sheet) -> Iterator[Finding]:
    """男性31.5万人，占51.4%；女性29.9万人，占48.6%: all members of a family are their own total."""
    share = sheet.roles == SHARE
    counted = np.bincount(sheet.sentences[share]) if share.any() else np.zeros(0, np.int64)
    for a, b in sheet.runs(np.flatnonzero(counted > 1)):
        pairs = []
        for k in range(a, b):
            p = sheet.of[k]
            if share[k] and p == k - 1 and p >= a and sheet.is_amount(p):
                found = _OBJECT.search(sheet.before(k))
                bare = found and _BARE.search(sheet.before(k)[: found.start()])
                if found and bare and _WHOLE.match(found["object"]):
                    pairs.append((p, k))
        if len(pairs) < 2 or len({sheet.unit[p] for p, _ in pairs}) > 1:
            continue
        if not sheet.rules.partition([sheet.names(p) for p, _ in pairs])[1]:
            continue
        amounts = [sheet.number(p) for p, _ in pairs]
        known = [n for n in amounts if n is not None]
        if len(known) < len(pairs) or sum(n.value for n in known) <= 0:
            continue
        for position, (p, k) in enumerate(pairs):
            rate = sheet.number(k)
            if rate is None:
                continue

            def formula(*terms: Any, of: int = position) -> Any:
                total = terms[0]
                for one in terms[1:]:
                    total = total + one
                return terms[of] / total * 100

            outcome = judge(rate, formula, *known)
            said = f"各部分相加，此部分占{rate.show(outcome.computed, 1)}"
            if outcome.verdict == INCONSISTENT:
                said += f"，书中为{sheet.source(k)}"
            terms = [(k, "share"), (p, "part"), *((q, "other") for q, _ in pairs if q != p)]
            yield Finding.of(
                "share",
                k,
                outcome,
                f"{sheet.cite(*(j for pair in pairs for j in pair))}：{said}",
                terms,)


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
        outcome = outcome.but(INCONSISTENT if outcome.agrees else UNCHECKED)
        if outcome.verdict == INCONSISTENT:
            said += "，“个百分点”疑为“%”"
    else:
        said = f"两数相除为{rate.show(outcome.computed, 1)}"
        if outcome.verdict == INCONSISTENT:
            said += f"，书中为{sheet.source(i)}"
        elif outcome.verdict == UNCHECKED:
            said += f"，与书中的{sheet.source(i)}不同，所比的总数或非此数，未作判断"
    terms = [(p, "part"), (t, role), (i, "share")]
    return Finding.of(kind, i, outcome, f"{sheet.cite(i, p, t)}：{said}", terms)
