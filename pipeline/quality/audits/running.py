"""Stock and flow told in prose, and identities of named indicators.

Here: 原有9个，新增14个，达到23个; 年初100辆，新增12辆，报废5辆，年末107辆; 自然增长率.
Not here: parts that stand beside each other (`parts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.quality.audits.intervals import INCONSISTENT, UNCHECKED, judge
from pipeline.quality.audits.sheet import LEVEL, Finding, Sheet
from pipeline.quality.audits.slips import slip

_IDENTITIES = (
    ("自然增长率", "出生率", "死亡率", "‰"),
    ("顺差", "出口", "进口", ""),
    ("逆差", "进口", "出口", ""),
)
_FINAL = re.compile(
    r"(?:达到?|增至|增加到|增加至|减至|减少到|减少至|降至|扩大到|发展到|年[末底](?:[^，。；]{0,6})|期末(?:[^，。；]{0,4})|实到(?:[^，。；]{0,2})|总数[为达]|现有|共有|共达|累计达到?|升至|增到|共|共计|合计|尚有|还有|实有)(?:为|有|达|共)?[^，。；、]{0,6}$"
)


def running(sheet: Sheet) -> Iterator[Finding]:
    """Audit running totals and identities of a block."""
    for a, b in sheet.sentences_with("base"):
        yield from _stock(sheet, a, b)
    for a, b in sheet.sentences_with("identity"):
        yield from _identity(sheet, a, b)


def _stock(sheet: Sheet, a: int, b: int) -> Iterator[Finding]:
    rules = sheet.rules
    for first in range(a, b - 2):
        opening = sheet.before(first)
        if not sheet.is_amount(first) or sheet.is_relative(first) or not rules.says("base", opening):
            continue
        base = re.sub(r"^.*[，。；]", "", opening)
        if not rules.says("base", base) or rules.says("add", base) or re.search("比|较", base):
            continue
        flows: list[tuple[int, int]] = []
        bare = 0
        i = first + 1
        while i < b:
            words = sheet.before(i)
            if (
                sheet.unit[i] != sheet.unit[first]
                or sheet.depth[i] != sheet.depth[first]
                or sheet.is_relative(i)
            ):
                break
            last = re.sub(r"^.*[，；]", "", words)
            if flows and _FINAL.search(last) and not rules.says("add", last):
                yield from _close(sheet, first, flows, i, bare)
                break
            if "其中" in words or re.search("比|较", last):
                break
            if rules.says("remove", last):
                flows.append((i, -1))
            elif rules.says("add", last):
                flows.append((i, 1))
            elif flows and i == b - 1 and _plain(sheet, first, i):
                yield from _close(sheet, first, flows, i, bare + 1)
                break
            elif not flows:
                flows.append((i, 1))
                bare += 1
            else:
                break
            i += 1
        return


def _plain(sheet: Sheet, first: int, i: int) -> bool:
    return sheet.noun(first) == sheet.noun(i) or sheet.after(i, 4)[:2] == sheet.after(first, 4)[:2]


def _close(
    sheet: Sheet, first: int, flows: list[tuple[int, int]], final: int, bare: int
) -> Iterator[Finding]:
    """The first stock and the flows against the last stock; `bare` flows do not say that they are flows."""
    numbers = [sheet.number(k) for k in (first, *(k for k, _ in flows), final)]
    if any(n is None for n in numbers):
        return
    known = [n for n in numbers if n is not None]
    signs = [1, *(sign for _, sign in flows)]

    def total(*terms: Any) -> Any:
        out = terms[0]
        for sign, one in zip(signs[1:], terms[1:], strict=True):
            out = out + one if sign > 0 else out - one
        return out

    outcome = judge(known[-1], total, *known[:-1])
    if outcome.verdict == INCONSISTENT and bare:
        return
    shown = known[-1].show(outcome.computed)
    said = f"合计应为{shown}"
    if outcome.verdict == INCONSISTENT:
        said += f"，书中为{sheet.source(final)}" + slip(known[-1], total, *known[:-1])
    terms = [
        (final, "total"),
        (first, "previous"),
        *((k, "increase" if sign > 0 else "decrease") for k, sign in flows),
    ]
    yield Finding.of(
        "running_total",
        final,
        outcome,
        f"{sheet.quote(first, final)}：{said}",
        terms,)


def _identity(sheet: Sheet, a: int, b: int) -> Iterator[Finding]:
    levels = [i for i in range(a, b) if sheet.role[i] == LEVEL]
    for result, plus, minus, sign in _IDENTITIES:
        found = []
        for name in (result, plus, minus):
            rows = [
                i
                for i in levels
                if re.search(
                    re.escape(name) + r"(?:额|总额|总值)?(?:为|是|达|达到|完成|实现)?$", sheet.before(i)
                )
                and (not sign or sign in sheet.source(i))
            ]
            if len(rows) != 1:
                break
            found.append(rows[0])
        if len(found) < 3 or len({sheet.unit[i] for i in found}) > 1:
            continue
        stated, one, other = (sheet.number(i) for i in found)
        if stated is None or one is None or other is None:
            continue
        outcome = judge(stated, lambda x, y: x - y, one, other)
        if outcome.verdict == INCONSISTENT and sign and judge(stated, lambda x, y: y - x, one, other).agrees:
            outcome = outcome.but(UNCHECKED)  # the minus is not always printed
        order = sorted(found)
        said = f"{plus}减{minus}为{stated.show(outcome.computed)}" + (
            f"，书中为{sheet.source(found[0])}" if outcome.verdict == INCONSISTENT else ""
        )
        yield Finding.of(
            "identity",
            found[0],
            outcome,
            f"{sheet.quote(order[0], order[-1])}：{said}",
            [(found[0], "total"), (found[1], "increase"), (found[2], "decrease")],)
