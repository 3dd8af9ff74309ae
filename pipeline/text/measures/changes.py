"""The level that a change or a share speaks of.

Here: 增长8%, 分别增长3%和5%, 占35%, 提高1.2个百分点. Not here: levels and their totals (`subjects`, `totals`).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.text.measures.walk import Row, Walk
from pipeline.text.rows import BY_MULTIPLE, CHANGE, DELTA, POINTS, RANK, RATE, SHARE, THRESHOLD

BASE = 1
"""A share or ratio with its base in words: 占总户数的12%."""


def change(walk: Walk, i: int, end: int) -> int:
    """Tie a change, or a whole list of them (分别增长3%和5%), to levels; returns the last one dealt with."""
    row, links = walk.row, walk.links
    levels = walk.levels
    run = [i]
    while (
        run[-1] + 1 < end
        and row.linked[run[-1] + 1]
        and row.role[run[-1] + 1] == CHANGE
        and row.own[run[-1] + 1] < 0
    ):
        run.append(run[-1] + 1)
    if len(run) > 1 and levels and row.own[levels[-1]] == row.own[i] >= 0:
        levels = levels[:-1]  # 四项指标分别下降: the four before, not the number four
    if len(run) > 1 and (row.own[i] < 0 or row.apart[i] >= 0):
        chosen = _spread_over(walk, run, levels)
        if chosen:
            for k, level in zip(run, chosen, strict=True):
                links.of[k] = level
                links.subject[k], links.head[k] = links.subject[level], links.head[level]
            walk.last = run[-1]
            return run[-1]
    for k in run:
        if row.change_kind[k] == DELTA and not row.relative[k]:
            walk.amount = k
        if row.own[k] >= 0 and not (row.growth[k] and row.change_kind[k] != POINTS):
            if row.growth[k]:
                rate = walk.last
                if rate >= 0 and row.role[rate] == CHANGE and row.change_kind[rate] == RATE:
                    links.of[k] = rate
            elif row.portion[k]:
                links.of[k] = last_share(walk, k)
            else:
                links.of[k] = same_subject(walk, k)
                vague = row.change_kind[k] != DELTA and not row.abstract[k]
                vague &= not row.known[k] or row.attribute[k]
                if vague and links.of[k] < 0 and walk.last >= 0:  # 食品类上涨5.1%
                    links.head[k] = links.head[walk.last]
        else:
            links.subject[k] = links.head[k] = -1
            level = level_of_change(walk, k)
            last = walk.last
            if level >= 0 and (
                last < 0
                or last <= level
                or links.subject[last] == links.subject[level]
                or row.growth[last]
            ):
                walk.inherit(k, level)
                if row.period[k] == row.period[level] or not row.here[k]:
                    links.of[k] = level
            elif last >= 0:
                walk.inherit(k, last)
                same_time = row.period[k] == row.period[last] or not row.here[k]
                if row.role[last] in (CHANGE, SHARE) and same_time and not row.growth[last]:
                    links.of[k] = links.of[last]
        if links.subject[k] >= 0:
            walk.last = k
    return run[-1]


def _spread_over(walk: Walk, run: list[int], levels: list[int]) -> list[int]:
    """The numbers that a list of changes speaks of one by one, as many and of one kind; none where there are not."""
    row, count = walk.row, len(run)
    if all(row.change_kind[k] == POINTS for k in run):  # 分别增长3%和5%，增速分别提高1.2和0.8个百分点
        first = max(run[0] - 4 * count, 0)
        rates = [k for k in range(first, run[0]) if row.sentence[k] == row.sentence[run[0]] and row.relative[k]]
        rates = [k for k in rates if row.change_kind[k] in (RATE, -1) and row.role[k] != RANK]
        if len(rates) >= count:
            return rates[-count:]
    for amounts in (levels, walk.wholes):  # 新增 too has changes
        chosen = amounts[-count:]
        if len(chosen) == count and all(row.relative[k] == row.relative[chosen[0]] for k in chosen):
            return chosen
    return []


def last_share(walk: Walk, i: int) -> int:
    """The share before number i in its sentence: 占34.7%，比重上升1.9个百分点."""
    return next((k for k in _before(walk, i) if walk.row.role[k] == SHARE), -1)


def _before(walk: Walk, i: int) -> Iterator[int]:
    """The numbers before number i in its sentence, the nearest first."""
    sentence = walk.row.sentence
    k = i - 1
    while k >= 0 and sentence[k] == sentence[i]:
        yield k
        k -= 1


def level_of_change(walk: Walk, i: int) -> int:
    """The level that a change without words of its own speaks of."""
    row, kind = walk.row, walk.row.change_kind[i]
    if kind == DELTA and row.relative[i]:  # 居第12位，上升3位; 减少1/5
        rank = next((k for k in _before(walk, i) if row.role[k] == RANK and row.unit[k] == row.unit[i]), -1)
        if rank >= 0:
            return rank
        kind = RATE
    if kind == POINTS:
        last = walk.last
        if last >= 0 and row.growth[last] and row.role[last] != RANK:
            return walk.links.of[last]
        for k in _before(walk, i):
            if (
                row.relative[k]
                and row.role[k] != RANK
                and row.change_kind[k] != POINTS
                and row.change_kind[k] != BY_MULTIPLE
                and (row.role[k] != CHANGE or row.apart[i] < 0)
            ):
                return k
        return -1
    for level in reversed(walk.wholes if kind == RATE else walk.levels):
        if row.timed[level] and kind != DELTA:
            continue
        if row.kin[level] == row.kin[i] if kind == DELTA else not row.relative[level]:
            return level
    return -1 if kind == DELTA or not walk.levels or walk.row.timed[walk.levels[-1]] else walk.levels[-1]


def same_subject(walk: Walk, i: int, part: bool = False) -> int:
    """The level that has the phrase of number i; with `part`, a longer phrase is another thing."""
    row = walk.row
    words = row.text[row.own[i] : row.own_end[i]]
    noun = row.text[row.head[i] : row.head_end[i]]
    for level in reversed(walk.levels):
        if row.own[level] >= 0:
            other = row.text[row.own[level] : row.own_end[level]]
            longer = not part and words.endswith(other) and other.endswith(noun)
            if other == words or other.endswith(words) or longer:
                return level
            if row.by_verb[level] and words.startswith(other):  # 伤9人…伤人下降
                return level
    if words.endswith("数"):  # 事故186起…起数上升
        size = len(words) - 1
        for level in reversed([*walk.earlier[walk.before :], *walk.levels]):
            if row.text[row.end[level] - size : row.end[level]] == words[:-1]:
                return level
    if len(words) > 2:
        for level in reversed(walk.earlier):  # named again in a later sentence
            if row.own[level] >= 0 and row.text[row.own[level] : row.own_end[level]] == words:
                return level
    return -1


def share(walk: Walk, i: int, end: int) -> int:
    """Tie a share or a ratio to the level it is made from; returns the last one dealt with."""
    row, links = walk.row, walk.links
    levels = walk.levels
    run = [i]
    while (
        run[-1] + 1 < end
        and row.linked[run[-1] + 1]
        and row.relative[run[-1] + 1]
        and row.own[run[-1] + 1] < 0
    ):
        run.append(run[-1] + 1)
    if len(run) > 1 and len(levels) >= len(run) and row.own[i] < 0:
        for k, level in zip(run, levels[-len(run) :], strict=True):
            links.of[k] = level
            links.subject[k], links.head[k] = links.subject[level], links.head[level]
        walk.last = run[-1]
        return run[-1]
    for k in run:
        if row.own[k] >= 0:
            level = walk.last_amount() if row.portion[k] else same_subject(walk, k, part=True)
            if level >= 0:
                links.of[k] = level
            elif row.role[k] == SHARE and row.text[row.start[k] - 1] != "的" and row.based[k] == BASE:
                whole = whole_of_share(walk, k)
                links.part_of[k] = whole
                if whole >= 0 and (not row.known[k] or row.attribute[k]):
                    links.head[k] = links.head[whole]
        elif row.role[k] == SHARE and k > 0 and row.role[k - 1] == THRESHOLD and row.clause[k - 1] == row.clause[k]:
            links.part_of[k] = whole_of_share(walk, k)  # 35岁以下的占24%
            walk.inherit(k, links.part_of[k] if links.part_of[k] >= 0 else walk.last)
        else:
            level = walk.last_amount()
            if walk.amount > level and row.based[k] == BASE and _planned(row, k):
                level = walk.amount  # 净增6842万元，完成计划的118.6%
            if (
                level >= 0
                and row.based[k] == BASE
                and row.linked[level]
                and row.clause[level] != row.clause[k]
                and row.role[k] != SHARE
            ):
                above = links.part_of[level]
                level = above if above >= 0 else level
            if level >= 0:
                links.of[k] = level
            walk.inherit(k, level if level >= 0 else walk.last)
        if links.subject[k] >= 0:
            walk.last = k
    return run[-1]


def _planned(row: Row, i: int) -> bool:
    """Whether a ratio is taken to a plan: 完成年度任务的102%."""
    words = row.text[row.clause[i] : row.start[i]]
    return any(word in words for word in ("计划", "任务", "目标", "预算", "指标"))


def whole_of_share(walk: Walk, i: int) -> int:
    """The amount that a part named beside its share belongs to: 136座，水冲式占95%."""
    row = walk.row
    for level in reversed(walk.levels):
        if not row.timed[level] and not row.relative[level]:
            if not (row.counted[level] or row.material[level]) or row.rated[level]:
                return -1
            whole = walk.links.part_of[level]
            inside = row.of_which[i] < 0 or row.start[level] > row.of_which[i]
            return whole if whole >= 0 and inside else level
    return -1
