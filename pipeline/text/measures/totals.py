"""The total that a number is part of.

Here: members of 其中 and of brackets, and levels that add up to one beside them. Not here: shares named beside their
total (`changes`).
"""

from __future__ import annotations

from pipeline.text.measures.walk import Row, Walk
from pipeline.text.rows import DELTA, LEVEL, THRESHOLD

_BALANCE = frozenset(("支出", "结余", "累计结余", "盈余", "差额", "顺差", "逆差", "成本", "利润", "亏损"))
"""What is set against an amount adds up with it and is no part of it: 收入12亿元，支出10亿元，结余2亿元."""
_EVERY = "各类级种项全部总共有"
"""Before a noun these leave it as wide as it is: 各项贷款余额."""
_FINE = 100
"""How many steps of its last digit a total needs so that a sum of other things is no accident."""
_CLOSE = 0.005
"""How far a sum may be from its total, as a share of it, however coarse the numbers are printed."""
_REACH = 64
"""How many numbers of a sentence are looked back over for a total; a longer list of them is no prose."""


def whole_of(walk: Walk, i: int, begin: int) -> int:
    """The total that a level is part of by words: a bracket, 其中, or a threshold before it."""
    row = walk.row
    place, unit, value = row.of_which[i], row.unit[i], row.value[i]
    if place != walk.marked:
        walk.marked = place
        walk.members.clear()
    if row.bracket[i] >= 0:
        owner = before_bracket(walk, i, row.bracket[i])
        if owner >= 0:
            return owner
    if place >= 0:
        if unit not in walk.members:
            walk.members[unit] = (total_before(walk, i, place), 0.0)
        total, amount = walk.members[unit]
        if total >= 0 and i != total and fits(walk, value, total):
            near = row.linked[i] or (row.attribute[i] and "；" not in row.text[place : row.start[i]])
            slack = (row.grain[total] - row.grain[i]) / 2
            more = fits(walk, amount + value + slack, total) and of_one_kind(walk, i, total)
            if amount == 0.0 or near or more:
                walk.members[unit] = (total, amount + value)
                return total
        walk.members[unit] = (-1, amount)  # what comes after another thing is no member
        return -1
    if row.own[i] < 0 and i > begin and row.role[i - 1] == THRESHOLD and not row.material[i - 1]:
        whole = walk.same_unit(i)
        if row.start[i] - row.end[i - 1] <= 3 and whole >= 0 and row.value[whole] > value:
            return whole  # 古树1200株，500年以上36株
    return -1


def narrowed(walk: Walk, i: int) -> int:
    """The level whose phrase that of number i makes narrower: 党员3.9万名…女党员1万名; or -1."""
    row, like = walk.row, walk.row.like[i]
    whole = walk.whole_like.get(like, -1)
    if whole >= 0 and row.classed[i] and row.value[whole] > row.value[i] and row.period[whole] == row.period[i]:
        words = row.text[row.own[i] : row.own_end[i]]
        other = row.text[row.own[whole] : row.own_end[whole]].lstrip(_EVERY)
        noun = row.head_end[whole] - row.head[whole]
        if len(words) > len(other) and words.endswith(other) and len(other) > (noun if row.abstract[whole] else 1):
            return whole
    walk.whole_like[like] = i
    return -1


def total_before(walk: Walk, i: int, place: int) -> int:
    """The total that the members after 其中 belong to: the last level of their unit before it."""
    row, part_of = walk.row, walk.links.part_of
    if row.text[place] in "看分中":
        return _divided(walk, i, place)
    found = [level for level in walk.wholes[-_REACH:] if row.start[level] < place]
    if not walk.levels or row.start[walk.levels[0]] > place:
        found = walk.earlier[walk.before :] + found
    found = [level for level in found if row.value[level] >= row.value[i]]
    for level in reversed(found):
        if row.unit[level] == row.unit[i]:
            above = part_of[level]
            return above if above >= 0 and row.linked[level] else level
    if (
        row.counted[i] and not row.people[i] and (row.clause[i] <= place or row.linked[i])
    ):  # 机构46个，其中医院3家
        for level in reversed(found):
            if row.counted[level] and not row.people[level]:
                return level
    return -1


def _divided(walk: Walk, i: int, place: int) -> int:
    """The total told before 从原因看 or 按行业分, or the one that the words before 中 name: 党员中, 26个乡镇中."""
    row, head = walk.row, walk.links.head
    if walk.members:
        return -1  # only the first unit after the words is divided
    named = row.text[place] == "中"
    if named and place < 2:
        return -1
    begin = row.clause[i] if row.clause[i] <= place else max(row.text.rfind(stop, 0, place) for stop in "，。；：") + 1
    words = row.text[begin:place]
    for level in [*reversed(walk.levels), *reversed(walk.earlier)]:
        if row.start[level] > place or row.unit[level] != row.unit[i] or row.value[level] < row.value[i]:
            continue
        noun = row.text[row.head[head[level]] : row.head_end[head[level]]] if head[level] >= 0 else ""
        return level if not named or (noun and words.endswith(noun)) else -1
    return -1


def before_bracket(walk: Walk, i: int, place: int) -> int:
    """The number that a bracket of parts follows, where the bracketed number can be one."""
    row = walk.row
    k = i - 1
    while k >= 0 and row.end[k] > place:
        k -= 1
    if k < 0 or row.end[k] < place - 8 or row.sentence[k] != row.sentence[i]:
        return -1
    same = (
        row.unit[k] == row.unit[i]
        and (row.role[k] == LEVEL or row.change_kind[k] == DELTA)
        and row.own[i] >= 0
    )
    return k if same and fits(walk, row.value[i], k) else -1


def fits(walk: Walk, value: float, total: int) -> bool:
    return value <= walk.row.value[total] * 1.000001 + walk.row.grain[total]


def of_one_kind(walk: Walk, i: int, total: int) -> bool:
    """Whether a number may go on with the members of a total: 利税 is no part of an investment."""
    row, head = walk.row, walk.links.head
    if head[i] < 0 or head[total] < 0 or not row.abstract[head[i]]:
        return True
    nouns = {row.text[row.head[head[k]] : row.head_end[head[k]]] for k in (i, total)}
    one, other = sorted(nouns, key=len) if len(nouns) == 2 else (nouns.pop(),) * 2
    return other.endswith(one) or not row.material[i]  # 产值 of 总产值


def comparable(walk: Walk, whole: int, parts: list[int]) -> bool:
    """Whether parts that add up may be parts: not where coarse figures of other things do so by chance."""
    row, head = walk.row, walk.links.head
    if any(
        row.text[row.head[head[k]] : row.head_end[head[k]]] in _BALANCE for k in parts if head[k] >= 0
    ):
        return False
    if row.value[whole] >= _FINE * row.grain[whole] or head[whole] < 0:
        return True
    noun = row.text[row.head[head[whole]] : row.head_end[head[whole]]]
    for k in parts:
        own = row.text[row.head[head[k]] : row.head_end[head[k]]] if head[k] >= 0 else noun
        if not noun.endswith(own) and row.abstract[head[k]]:
            return False
    return True


def add_up(walk: Walk, whole: int, rest: list[int]) -> bool:
    """Parts without 其中: levels next to a total (`rest`, nearest first), of its unit, that add up to it."""
    row, part_of = walk.row, walk.links.part_of
    if row.relative[whole] or row.timed[whole] or row.value[whole] <= 0:
        return False
    found: list[int] = []
    amount, slack = 0.0, row.grain[whole] / 2
    for k in rest[:_REACH]:
        if row.unit[k] != row.unit[whole] or (part_of[k] >= 0 and part_of[k] != whole):
            continue
        amount += row.value[k]
        slack += row.grain[k] / 2
        found.append(k)
        if amount > row.value[whole] + slack:
            return False
        close = abs(amount - row.value[whole]) <= min(slack, row.value[whole] * _CLOSE)
        if close and len(found) > 1 and comparable(walk, whole, found):
            for member in found:
                if part_of[member] < 0:
                    part_of[member] = whole
            return True
    return False


def add_parts(walk: Walk) -> None:
    """Parts of the sentence just read that no word calls so: what adds up to a level beside it is part of it."""
    row, links, levels = walk.row, walk.links, walk.levels
    for members in _by_unit(row, walk.wholes):
        for position, whole in enumerate(members[:-2]):
            add_up(walk, whole, members[position + 1 :])
    for members in _by_unit(row, levels):
        for position in range(len(members) - 1, 1, -1):  # 男120人，女80人，共200人
            whole = members[position]
            if add_up(walk, whole, members[position - 1 :: -1]) and row.own[whole] < 0:
                links.subject[whole] = -1
                walk.inherit(whole, next(k for k in members if links.part_of[k] == whole))
    for whole in reversed(walk.earlier):
        if row.unit[whole] == row.unit[levels[0]] and add_up(walk, whole, levels):
            break


def _by_unit(row: Row, numbers: list[int]) -> list[list[int]]:
    """The numbers of each unit that has at least three of them: a total and two parts."""
    found: dict[int, list[int]] = {}
    for k in numbers:
        found.setdefault(row.unit[k], []).append(k)
    return [members for members in found.values() if len(members) > 2]
