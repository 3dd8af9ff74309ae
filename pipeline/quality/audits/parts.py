"""Totals and their parts: 50家，其中内资38家、外资12家; A 20家、B 30家，共50家; shares and ratios that make up 100.

Here: which numbers are parts of which total, as the text says it; never because their values fit. Not here: shares of
a total (`shares`), running totals (`running`).

A list after 其中 may leave something out: its sum may fall short of the total, and may exceed it where its members
overlap (女党员, 35岁以下). It is held to the total only where its members are all the members of a known family
(lexicons/partitions.csv) or 其余 closes it; its sum is held to stay below only where the members exclude each other.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.quality.audits.intervals import (
    CONSISTENT,
    INCONSISTENT,
    UNCHECKED,
    Number,
    Outcome,
    at_most,
    best,
    judge,
)
from pipeline.quality.audits.sheet import CHANGE, LEVEL, RANK, SHARE, THRESHOLD, Finding, Sheet, squeeze
from pipeline.quality.audits.slips import slip
from pipeline.text.lexer import find

_PLAIN_END = re.compile(r"^(?:[，。；、）)和及与,;：]|$|以及|（|\()")
_TOTAL = re.compile(
    r"^[，、；,（(]?(?:[两三四五六七八]项|[两三四五六七八]者|[两三四五六七八]类|以上)?(?:共计|合计|总计|共|计)(?:有|为|达)?(?P<noun>[^，。；、]{0,6})$"
)
_ALL_OF_THEM = re.compile("[两三四五六七八][项者类]")
_DIGIT = re.compile(r"\d")
_MARK = re.compile("[，。；、]")
_TO_FIRST_MARK = re.compile(r"^[^，、；：（]*[，、；：（]")
_OPEN = re.compile(r"^[^，。；、]{0,4}等")


@dataclass(slots=True)
class _List:
    """Numbers that the text lists as parts: where they were announced, whether 、 joins them, and how they end."""

    members: list[int]
    breaks: list[int]  # where in `members` a semicolon, or a comma after 、, begins another group
    tight: bool
    closed: bool  # 其余 is among them
    open: bool  # 等 ends them

    def group(self, begin: int, end: int) -> _List:
        return _List(
            self.members[begin:end],
            [],
            self.tight,
            self.closed and end == len(self.members),
            self.open and end == len(self.members),
        )


def parts(sheet: Sheet) -> Iterator[Finding]:
    """Audit the totals whose parts follow 其中, a colon or a bracket, and the totals that follow their parts."""
    yield from _announced(sheet)
    yield from _summed_up(sheet)


def _announced(sheet: Sheet) -> Iterator[Finding]:
    places, ends = sheet.cues["of_which"], sheet.cues["of_which/end"]
    following = np.searchsorted(sheet.starts, ends)
    for k, (at, end, first) in enumerate(zip(places.tolist(), ends.tolist(), following.tolist(), strict=True)):
        if first < sheet.n:
            yield from _group(
                sheet, at, end, first, "of_which", int(places[k + 1]) if k + 1 < len(places) else None
            )
    counted = sheet.amounts.copy()
    counted[:-1] &= np.diff(sheet.sentences) == 0
    counted[-1:] = False
    rows = np.flatnonzero(counted)
    stops = np.array(sheet.end, np.int64)[rows]
    for mark in "：（":
        marks = find(sheet.codes, mark)
        following = np.append(marks, len(sheet.codes) + 99)[np.searchsorted(marks, stops)]
        near = (following <= stops + 4) & (sheet.starts[rows + 1] <= following + 16)
        for i, at in zip(rows[near].tolist(), following[near].tolist(), strict=True):
            if _MARK.search(sheet.text, sheet.end[i], at):
                continue
            noun = sheet.text[sheet.end[i] : at]
            if "其中" in sheet.text[at : sheet.start[i + 1]] or (noun and noun != sheet.noun(i)):
                continue
            yield from _group(sheet, at, at + 1, i + 1, "colon" if mark == "：" else "bracket", None, i)


def _group(
    sheet: Sheet, at: int, end: int, first: int, how: str, next_mark: int | None, owner: int = -1
) -> Iterator[Finding]:
    """The findings on one announced list of parts."""
    stop = sheet.stop_after(at)
    if sheet.start[first] >= stop:
        return
    found = _members(sheet, end, first, stop, how, next_mark)
    if not found.members:
        return
    totals = [owner] if owner >= 0 else _totals(sheet, at, first, found.members[0])
    totals = [t for t in totals if sheet.unit[t] == sheet.unit[found.members[0]] and t not in found.members]
    if not sheet.adds_up(found.members[0]):
        return
    numbers = [(t, n) for t in totals if (n := sheet.number(t)) is not None]
    members = [(m, n) for m in found.members if (n := sheet.number(m)) is not None]
    if not numbers or len(numbers) < len(totals) or len(members) < len(found.members):
        return
    if how == "bracket" and len(members) < 2:
        return
    if found.breaks and not _belong(sheet, numbers, members):
        edges = [0, *found.breaks, len(members)]
        for position, (a, b) in enumerate(itertools.pairwise(edges)):
            group = members[a:b]
            if position == 0 or sheet.rules.partition([sheet.names(m) for m, _ in group])[1]:
                yield from _judge(sheet, numbers, group, found.group(a, b), how)
        return
    yield from _judge(sheet, numbers, members, found, how)


def _belong(sheet: Sheet, totals: list[tuple[int, Number]], members: list[tuple[int, Number]]) -> bool:
    """Whether members on both sides of a semicolon are parts of one total: all of a family, or adding up to it."""
    if sheet.rules.partition([sheet.names(m) for m, _ in members])[1]:
        return True
    return any(judge(total, add, *(n for _, n in members)).agrees for _, total in totals)


def _judge(
    sheet: Sheet, totals: list[tuple[int, Number]], members: list[tuple[int, Number]], found: _List, how: str
) -> Iterator[Finding]:
    rules = sheet.rules
    amounts = [n for _, n in members]
    if len(members) == 1:
        part = amounts[0]
        fits = [t for t in totals if at_most(part, t[1])]
        t, total = (fits or totals)[0]
        if not fits and how == "bracket":
            return
        verdict = "consistent" if fits else INCONSISTENT
        said = "部分未超过总数" if fits else f"部分大于总数{total.show(total.value)}"
        yield of_parts(
            sheet, "of_which", t, members, Outcome(verdict, total.value, part.value, total.tolerance), said
        )
        return
    phrases = [sheet.names(m) for m, _ in members]
    apart, whole = rules.partition(phrases)
    readings = [(t, total, judge(total, add, *amounts)) for t, total in totals]
    t, total, outcome = min(readings, key=lambda r: (not r[2].agrees, abs(r[2].computed - r[2].stated)))
    shown = total.show(outcome.computed)
    if outcome.agrees:
        said = agreed(total, outcome)
        yield of_parts(sheet, "sum", t, members, outcome, said)
        return
    short = [(t_, n) for t_, n in totals if outcome.computed <= n.value]
    listed = found.tight or (how == "colon" and all(sheet.before(m)[:1] == "，" for m, _ in members[1:]))
    exhaustive = whole or found.closed or (how == "colon" and listed and not found.open)
    difference = outcome.computed - total.value
    if exhaustive:
        t, total = totals[0]
        outcome = judge(total, add, *amounts)
        difference = outcome.computed - total.value
        far = (
            how == "colon"
            and not whole
            and difference < 0
            and -difference > rules.limit("residual") * total.value
        )
        if not far:
            said = differed(total, outcome) + slip(total, add, *amounts)
            yield of_parts(sheet, "sum", t, members, outcome, said)
            return
    if short:
        t, total = short[0]
        rest = total.show(total.value - outcome.computed)
        yield of_parts(
            sheet,
            "of_which",
            t,
            members,
            Outcome("consistent", total.value, outcome.computed, total.tolerance),
            f"合计{total.show(outcome.computed)}，未超过总数，其余{rest}未列",
        )
        return
    each = [m for m in members if not any(at_most(m[1], n) for _, n in totals)]
    exclusive = apart or (found.tight and _alike(sheet, [m for m, _ in members]))
    said = f"合计{shown}，超过总数{total.show(difference)}"
    if each and (each[0] == members[0] or found.tight):
        said = f"部分{each[0][1].show(each[0][1].value)}大于总数{total.show(total.value)}"
        yield of_parts(
            sheet,
            "of_which",
            t,
            members,
            Outcome(INCONSISTENT, total.value, each[0][1].value, total.tolerance),
            said,
        )
    elif exclusive and outcome.verdict == INCONSISTENT:
        yield of_parts(sheet, "of_which", t, members, outcome, said)
    else:
        yield of_parts(
            sheet,
            "of_which",
            t,
            members,
            Outcome(UNCHECKED, total.value, outcome.computed, outcome.tolerance),
            f"合计{shown}，超过总数，但各部分可能互有重叠，未作判断",
        )


def add(*terms: Any) -> Any:
    """The sum of numbers or of intervals."""
    total = terms[0]
    for one in terms[1:]:
        total = total + one
    return total


def _alike(sheet: Sheet, members: list[int]) -> bool:
    """Whether parts are named alike and not by what may overlap: 江堤, 海堤, 湖堤; not 机电产品, 高新技术产品."""
    names = [sheet.names(m).split("|")[0] for m in members]
    if not all(names) or any(sheet.rules.says("overlap", sheet.names(m)) for m in members):
        return False
    return len({name[-1] for name in names}) == 1 and len(set(names)) == len(names)


def agreed(total: Number, outcome: Outcome) -> str:
    """What is said of parts that make up their total."""
    end = "相符" if outcome.verdict == CONSISTENT else "之差在舍入之内"
    return f"合计{total.show(outcome.computed)}，与总数{end}"


def differed(total: Number, outcome: Outcome) -> str:
    """What is said of parts that do not make up their total."""
    difference = outcome.computed - total.value
    more = "多" if difference > 0 else "少"
    return f"合计{total.show(outcome.computed)}，比总数{more}{total.show(abs(difference))}"


def of_parts(
    sheet: Sheet, kind: str, total: int, members: list[tuple[int, Number]], outcome: Outcome, said: str
) -> Finding:
    order = sorted([total, *(m for m, _ in members)], key=lambda k: sheet.start[k])
    terms = [(total, "total"), *((m, "part") for m, _ in members)]
    return Finding.of(
        kind,
        total,
        outcome,
        f"{sheet.quote(order[0], order[-1])}：{said}",
        terms,)


def _totals(sheet: Sheet, at: int, first: int, member: int) -> list[int]:
    """The numbers that can be the total of parts announced at a place, the nearest first."""
    begin = sheet.begin_of(first)
    found: list[int] = []
    k = first - 1
    unread = squeeze(sheet.text[max(begin, sheet.end[k] if k >= 0 else 0) : at])
    if _DIGIT.search(unread) and re.search(
        r"\d[^，。；]{0,3}" + re.escape(sheet.source(member)[-1:]), unread
    ):
        return found  # a number of that unit that could not be read stands between
    while k >= 0 and sheet.start[k] >= begin:
        if sheet.start[k] < at and sheet.is_amount(k) and sheet.unit[k] == sheet.unit[member]:
            found.append(k)
        k -= 1
    if found or at - begin > 2:
        return found
    before = k  # 其中 opens the sentence: the totals of the sentence before
    while k >= 0 and sheet.sentence[k] == sheet.sentence[before] and sheet.entry[k] == sheet.entry[first]:
        if sheet.is_amount(k) and sheet.unit[k] == sheet.unit[member]:
            found.append(k)
        k -= 1
    return found


def _members(sheet: Sheet, end: int, first: int, stop: int, how: str, next_mark: int | None) -> _List:
    """The numbers listed from a place on, as far as they are told as parts of one thing."""
    found = _List([], [], True, False, False)
    depth = sheet.depth_at(end)
    previous_end = end
    last = end
    apart = False
    i = first
    while i < sheet.n and sheet.start[i] < stop and (next_mark is None or sheet.start[i] < next_mark):
        deep = sheet.depth[i]
        if deep < depth:
            break
        if deep > depth or (found.members and sheet.is_relative(i)) or sheet.role[i] in (RANK, THRESHOLD):
            if deep <= depth:
                previous_end = sheet.end[i]
            i += 1
            continue
        gap = squeeze(sheet.text[previous_end : sheet.start[i]])
        if sheet.role[i] == CHANGE or sheet.role[i] == SHARE or sheet.is_relative(i):
            if not found.members:
                break
            previous_end = sheet.end[i]
            i += 1
            continue
        words = _TO_FIRST_MARK.sub("", gap) if found.members else gap
        closing = sheet.rules.says("rest", gap) or (
            bool(found.members) and words.startswith(("其他", "其它"))
        )
        if found.members:
            if sheet.unit[i] != sheet.unit[found.members[0]]:
                previous_end = sheet.end[i]
                apart |= gap[:1] not in "（("
                i += 1
                continue
            joined = gap[:1] in "、和及与"
            if not closing and (_TOTAL.match(gap) or (not joined and sheet.rules.begins("stop", words))):
                break
            if not joined:
                changed = sheet.end[i - 1] > last and (
                    sheet.is_relative(i - 1) or sheet.role[i - 1] == CHANGE
                )
                if gap[:1] not in "，,；":
                    break
                if not closing and (
                    gap[:1] == "；"
                    or (not changed and any(sheet.before(m)[:1] == "、" for m in found.members[1:]))
                ):
                    found.breaks.append(len(found.members))
                elif not changed:
                    found.tight = False
        elif not sheet.is_amount(i) or sheet.role[i] != LEVEL or len(gap) > 20 or "，" in gap:
            break
        if not _PLAIN_END.match(sheet.after(i, 3)) and not (closing and sheet.after(i, 1) == "为"):
            noun = sheet.after(i, 6)
            head = sheet.noun(i)
            if (
                not head
                or not noun.startswith(head)
                or (not found.members and head not in sheet.text[max(0, end - 80) : end])
            ):
                break
        found.tight &= not (apart and found.members)
        found.members.append(i)
        found.closed |= closing
        last = previous_end = sheet.end[i]
        i += 1
    found.open = bool(found.members and _OPEN.match(sheet.after(found.members[-1], 6)))
    return found


def _summed_up(sheet: Sheet) -> Iterator[Finding]:
    """Totals told after their parts: A 20家、B 30家，共50家."""
    places, ends = sheet.cues["total"], sheet.cues["total/end"]
    after = np.searchsorted(sheet.starts, ends)
    for at, t in zip(places.tolist(), after.tolist(), strict=True):
        if (
            t < 2
            or t >= sheet.n
            or sheet.sentence[t] != sheet.sentence[t - 1]
            or sheet.start[t] - at > 12
            or not sheet.is_amount(t)
        ):
            continue
        last = t - 1
        if _ALL_OF_THEM.fullmatch(sheet.source(last)) and sheet.start[t] - sheet.end[last] <= 4:
            last -= 1  # 两项合计
        if last < 1 or sheet.sentence[last] != sheet.sentence[t]:
            continue
        announced = _TOTAL.match(squeeze(sheet.text[sheet.end[last] : sheet.start[t]]))
        if (
            not announced
            or sheet.unit[last] != sheet.unit[t]
            or not sheet.is_amount(last)
            or sheet.end[last] > at
        ):
            continue
        run = [last]
        while run[0] and sheet.sentence[run[0] - 1] == sheet.sentence[t]:
            k = run[0] - 1
            gap = sheet.before(run[0])
            if (
                sheet.unit[k] != sheet.unit[t]
                or not sheet.is_amount(k)
                or not gap
                or gap[0] not in "、和及与，,；"
                or sheet.rules.says("of_which", gap)
            ):
                break
            run.insert(0, k)
        total = sheet.number(t)
        numbers = [sheet.number(k) for k in run]
        if total is None or any(n is None for n in numbers) or len(run) < 2:
            continue
        known = [n for n in numbers if n is not None]
        readings = [(k, judge(total, add, *known[k:])) for k in range(len(run) - 1)]
        outcome = best([o for _, o in readings])
        begin = next(k for k, o in readings if o is outcome)
        members = list(zip(run, known, strict=True))[begin:]
        if outcome.agrees:
            said = agreed(total, outcome)
        else:
            begin = len(run) - 1
            while begin and sheet.before(run[begin])[:1] in "、和及与":
                begin -= 1
            elsewhere = (
                any(
                    sheet.unit[k] == sheet.unit[t] and sheet.is_amount(k)
                    for k in range(run[0] - 1, -1, -1)
                    if sheet.sentence[k] == sheet.sentence[t]
                )
                if run[0] and sheet.sentence[run[0] - 1] == sheet.sentence[t]
                else False
            )
            if (
                len(run) - begin < 2
                or elsewhere
                or announced["noun"]
                or not _PLAIN_END.match(sheet.after(t, 4))
            ):
                continue
            members = list(zip(run, known, strict=True))[begin:]
            outcome = readings[begin][1]
            said = differed(total, outcome) + slip(total, add, *(n for _, n in members))
        yield of_parts(sheet, "sum", t, members, outcome, said)
