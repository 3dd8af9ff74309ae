"""What a number takes from its neighbours: the subject, the level a change speaks of, the total it is part of.

Here: one walk over the quantities of a block in order. Nothing is taken across the end of a sentence, except by a
clause that begins with 其中. Not here: finding words (`phrases`), or periods and territories (`context`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

LEVEL, CHANGE, SHARE, THRESHOLD, RANK, TARGET = range(6)
RATE, POINTS, DELTA, BY_MULTIPLE, RATIO_TO = range(5)


@dataclass
class Row:
    """The columns that the walk reads, as plain lists of one length; positions are in the view."""

    text: str
    start: list[int]
    end: list[int]
    entry: list[int]
    sentence: list[int]
    clause: list[int]
    unit: list[int]
    relative: list[bool]
    timed: list[bool]
    role: list[int]
    change_kind: list[int]
    value: list[float]
    grain: list[float]
    own: list[int]
    own_end: list[int]
    head: list[int]
    shared_out: list[int]  # place of 分别 in the clause before the number, or -1
    of_which: list[int]  # place of the last 其中 in the sentence before the number, or -1
    base_said: list[bool]  # the words right before are 占…的, 为…的
    bracket: list[int]  # place of the bracket that the number stands in, or -1
    linked: list[bool]  # nothing but 、 和 及 between the previous number (with its noun) and this one


@dataclass
class Links:
    """For each quantity: whose phrase it takes (itself, another, -1), its level and its total (-1 none)."""

    subject: list[int] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    part_of: list[int] = field(default_factory=list)


def link(row: Row) -> Links:
    """Walk the quantities once and tie them to one another."""
    n = len(row.start)
    links = Links([-1] * n, [-1] * n, [-1] * n)
    subject, of, part_of = links.subject, links.of, links.part_of
    begin = 0
    while begin < n:
        sentence = row.sentence[begin]
        end = begin + 1
        while end < n and row.sentence[end] == sentence:
            end += 1
        _sentence(row, begin, end, subject, of, part_of)
        begin = end
    return links


def _sentence(row: Row, begin: int, end: int, subject: list[int], of: list[int], part_of: list[int]) -> None:
    levels: list[int] = []  # levels of the sentence so far, in order
    last = -1  # the last number with a subject
    total = -1
    marked = -1  # place of the 其中 that total belongs to
    members = 0.0
    i = begin
    while i < end:
        role, own = row.role[i], row.own[i]
        if own >= 0:
            subject[i] = i
        if role == CHANGE or (role == TARGET and row.change_kind[i] >= 0):
            i = _change(row, i, end, levels, last, subject, of)
            last = i if subject[i] >= 0 else last
            i += 1
            continue
        if role == SHARE or row.base_said[i]:
            level = _level_of_share(row, i, levels, subject)
            if own < 0:
                subject[i] = subject[level] if level >= 0 else (subject[last] if last >= 0 else -1)
            if level >= 0:
                of[i] = level
            last = i if subject[i] >= 0 else last
            i += 1
            continue
        if role == RANK:
            if own < 0 and last >= 0:
                subject[i] = subject[last]
            i += 1
            continue
        if own < 0 and not row.timed[i]:
            subject[i] = _inherited(row, i, levels, last, subject)
        if role == LEVEL:
            # members of a total
            place = row.of_which[i]
            if place >= 0 and place != marked:
                marked, members = place, 0.0
                total = _total(row, i, place, levels, part_of)
            inside = row.bracket[i]
            if inside >= 0:
                owner = _before_bracket(row, i, inside)
                if owner >= 0 and row.unit[owner] == row.unit[i] and row.role[owner] == LEVEL and _fits(row, row.value[i], owner):
                    part_of[i] = owner
                    if own < 0:
                        subject[i] = subject[owner]
            elif place >= 0 and total >= 0 and row.unit[i] == row.unit[total] and i != total:
                first = members == 0.0
                if _fits(row, row.value[i], total) and (first or row.linked[i] or _fits(row, members + row.value[i], total)):
                    part_of[i] = total
                    members += row.value[i]
            # 比上年增长8%，达120亿元: the level that a change before it spoke of
            if own < 0 and levels == [] and last >= 0 and row.role[last] == CHANGE and of[last] < 0 and not row.relative[i]:
                of[last] = i
            levels.append(i)
        if subject[i] >= 0:
            last = i
        i += 1
    if len(levels) >= 3:
        _sums(row, levels, part_of)


def _change(row: Row, i: int, end: int, levels: list[int], last: int, subject: list[int], of: list[int]) -> int:
    """Tie a change, or the whole list of changes after 分别, to levels; returns the last one dealt with."""
    run = [i]
    while run[-1] + 1 < end and row.linked[run[-1] + 1] and row.role[run[-1] + 1] == CHANGE and row.own[run[-1] + 1] < 0:
        run.append(run[-1] + 1)
    if len(run) > 1 and row.own[i] < 0 and len(levels) >= len(run):
        chosen = levels[-len(run):]
        if all(not row.relative[k] for k in chosen) or all(row.relative[k] for k in chosen):
            for k, level in zip(run, chosen, strict=True):
                of[k], subject[k] = level, subject[level]
            return run[-1]
    for k in run:
        if row.own[k] >= 0:
            subject[k] = k
            of[k] = _same_subject(row, k, levels)
        else:
            level = _level_of_change(row, k, levels)
            if level >= 0 and (last < 0 or subject[last] == subject[level] or last <= level or row.role[last] != CHANGE):
                of[k], subject[k] = level, subject[level]
            elif last >= 0:
                subject[k] = subject[last]
                of[k] = of[last] if row.role[last] in (CHANGE, SHARE) else -1
        last = k if subject[k] >= 0 else last
    return run[-1]


def _level_of_change(row: Row, i: int, levels: list[int]) -> int:
    kind = row.change_kind[i]
    if not levels:
        return -1
    if kind == DELTA:
        for level in reversed(levels):
            if row.unit[level] == row.unit[i]:
                return level
        return -1
    if kind == POINTS:
        for level in reversed(levels):
            if row.relative[level]:
                return level
        return -1
    for level in reversed(levels):
        if not row.relative[level] and not row.timed[level]:
            return level
    return levels[-1]


def _same_subject(row: Row, i: int, levels: list[int]) -> int:
    words = row.text[row.own[i]:row.own_end[i]]
    noun = row.text[row.head[i]:row.own_end[i]]
    for level in reversed(levels):
        if row.own[level] >= 0:
            other = row.text[row.own[level]:row.own_end[level]]
            if other == words or (other.endswith(noun) and (other.endswith(words) or words.endswith(other))):
                return level
    return -1


def _level_of_share(row: Row, i: int, levels: list[int], subject: list[int]) -> int:
    if row.own[i] >= 0:
        return _same_subject(row, i, levels)
    for level in reversed(levels):
        if not row.timed[level] and not row.relative[level]:
            return level
    return -1


def _inherited(row: Row, i: int, levels: list[int], last: int, subject: list[int]) -> int:
    for level in reversed(levels):
        if row.unit[level] == row.unit[i] and subject[level] >= 0:
            return subject[level]
    return subject[last] if last >= 0 else -1


def _total(row: Row, i: int, place: int, levels: list[int], part_of: list[int]) -> int:
    """The total that the members after 其中 belong to: the last level of their unit before it."""
    for level in reversed(levels):
        if row.start[level] < place and row.unit[level] == row.unit[i] and row.value[level] >= row.value[i]:
            above = part_of[level]
            several = above >= 0 and sum(1 for k in levels if part_of[k] == above) > 1
            return above if several else level
    return -1


def _before_bracket(row: Row, i: int, place: int) -> int:
    k = i - 1
    while k >= 0 and row.end[k] > place:
        k -= 1
    return k if k >= 0 and row.end[k] >= place - 8 and row.sentence[k] == row.sentence[i] else -1


def _fits(row: Row, value: float, total: int) -> bool:
    return value <= row.value[total] * 1.002 + row.grain[total]


def _sums(row: Row, levels: list[int], part_of: list[int]) -> None:
    """Parts without 其中: the levels right after a total, of its unit, that add up to it."""
    for position, total in enumerate(levels[:-2]):
        unit, whole = row.unit[total], row.value[total]
        if row.relative[total] or row.timed[total] or whole <= 0:
            continue
        found: list[int] = []
        amount, slack = 0.0, row.grain[total] / 2
        for k in levels[position + 1:]:
            if row.unit[k] != unit:
                continue
            if part_of[k] >= 0 and part_of[k] != total:
                continue
            amount += row.value[k]
            slack += row.grain[k] / 2
            found.append(k)
            if amount > whole + slack:
                break
            if len(found) > 1 and abs(amount - whole) <= (slack if row.grain[total] != 1 else 0):
                for member in found:
                    if part_of[member] < 0:
                        part_of[member] = total
                break
