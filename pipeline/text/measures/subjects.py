"""Whose phrase and whose head a level goes by.

Here: lists whose noun stands at the end, names before 分别, a head taken from an earlier number. Not here: changes and
shares (`changes`), totals (`totals`).
"""

from __future__ import annotations

import numpy as np

from pipeline.text.measures.walk import Row, Walk
from pipeline.text.rows import THRESHOLD

_MEASURING = frozenset("额值款费资金价税率量数险债")
"""Last characters of nouns that money can be said of, listed or not."""


def name(walk: Walk, i: int, end: int) -> None:
    """Find whose phrase a level or threshold goes by."""
    row, links = walk.row, walk.links
    if i + 1 < end and row.linked[i + 1]:
        if row.apart[i] >= 0 and row.role[i + 1] == row.role[i] and row.own[i + 1] < 0:
            spread(walk, i, end)
        if row.counted[i]:
            look_ahead(walk, i, end)
    if i + 1 < end and _of_those_behind(row, i):
        links.subject[i] = links.head[i] = i + 1
        links.ahead.append(i)
    if row.role[i] == THRESHOLD:
        if row.own[i] >= 0 and not row.on_right[i]:
            walk.scale = i
        elif walk.scale >= 0 and row.unit[i] == row.unit[walk.scale]:  # 产值超百万元的12家、超千万元的3家
            links.subject[i] = -1
            walk.inherit(i, walk.scale)
    if row.by_verb[i]:
        source = walk.same_unit(i)
        if source >= 0 and not row.by_verb[links.subject[source]]:
            links.subject[i] = -1
            walk.inherit(i, source)
    elif links.subject[i] < 0:
        last = walk.last
        if row.aged[i]:
            walk.inherit(i, last)
        elif last == i - 1 and _announces(walk, last, i):
            walk.inherit(i, last)  # 税收增长15%，达到2.1亿元
        else:
            walk.inherit(i, walk.same_unit(i) if row.timed[i] else walk.nearest(i))


def _announces(walk: Walk, change: int, i: int) -> bool:
    """Whether a change with words of its own may tell beforehand of level i."""
    row = walk.row
    named = change >= 0 and row.change_kind[change] >= 0 and walk.links.subject[change] == change
    return named and walk.same_kind(change, i)


def _of_those_behind(row: Row, i: int) -> bool:
    """Whether a count runs straight into a bound with the noun behind it: 5000名35岁以下妇女."""
    k = i + 1
    touching = row.counted[i] and row.own[i] < 0 and row.start[k] == row.end[i]
    return touching and row.on_right[k] and row.own[k] >= 0 and not row.counted[k]


def look_ahead(walk: Walk, i: int, end: int) -> None:
    """1个国家级、3个省级园区; 12个、8个和5个项目: the noun stands only at the end of the list."""
    row, links = walk.row, walk.links
    if row.own[i] >= 0 and not (row.attribute[i] and row.on_right[i]):
        return
    unit, last, noun = walk.ahead
    if unit != row.unit[i] or i >= last:
        k, noun = i + 1, -1
        while noun < 0 and k < end and row.linked[k] and row.unit[k] == row.unit[i]:
            if row.on_right[k] and row.own[k] >= 0 and not row.attribute[k]:
                noun = k
            k += 1
        walk.ahead = (row.unit[i], k - 1, noun)
    if noun >= 0:
        links.head[i] = noun
        if row.own[i] < 0:
            links.subject[i] = noun
            links.ahead.append(i)


def spread(walk: Walk, i: int, end: int) -> None:
    """A、B分别为X、Y: give the names before 分别 to the numbers after it, one by one."""
    row, links = walk.row, walk.links
    run = [i]
    while run[-1] + 1 < end and row.linked[run[-1] + 1] and row.own[run[-1] + 1] < 0:
        run.append(run[-1] + 1)
    names = _names(walk, i, len(run)) if len(run) > 1 else []
    if not names:
        for k in run[1:]:
            walk.inherit(k, run[0])
        return
    head, head_end = row.head[i], row.head_end[i]
    for k, (begin, stop) in zip(run, names, strict=True):
        alike = row.text[stop - 1] == row.text[head_end - 1]  # 入学率、巩固率分别为
        each = (max(begin, stop - head_end + head), stop) if alike else (begin, stop)
        own = each if k != run[-1] and (alike or (row.known[i] and not row.abstract[i])) else (head, head_end)
        links.named[k] = (begin, stop, *own)
        links.subject[k] = links.head[k] = k
        row.own[k], row.own_end[k] = begin, stop


def _names(walk: Walk, i: int, count: int) -> list[tuple[int, int]]:
    """The `count` names joined by 、 和 及 与 up to the end of the phrase of number i; none if there are others."""
    row = walk.row
    if row.own[i] < 0 or row.on_right[i]:
        return []
    cut = int(np.searchsorted(row.cuts, row.own[i], "right")) - 1
    floor = max(row.clause[i], row.end[i - 1] if i else 0, int(row.cuts[cut]) if cut >= 0 else 0)
    stop = row.own_end[i]
    found: list[tuple[int, int]] = []
    place = stop
    while place > floor and stop - place < 12 and len(found) < count:
        if row.text[place - 1] in "、和及与":
            found.append((place, stop))
            stop = place - 1
        place -= 1
    found.append((max(place, floor), stop))
    found.reverse()
    return found[-count:] if len(found) == count and all(1 < b - a < 9 for a, b in found) else []


def borrow_head(walk: Walk, i: int) -> None:
    """第二产业615亿元 after 增加值: the phrase names a part, the head is that of the earlier level."""
    row, links = walk.row, walk.links
    if (
        row.own[i] < 0
        or row.relative[i]
        or links.subject[i] != i
        or (row.abstract[i] and not row.counted[i])
    ):
        return
    part = links.part_of[i]
    sibling = -1
    if row.material[i]:
        unknown = not row.known[i] and row.text[row.own_end[i] - 1] not in _MEASURING
        sibling = walk.same_unit(i) if row.known[i] or unknown else -1
        if sibling < 0 and walk.scale >= 0 and row.unit[walk.scale] == row.unit[i]:
            sibling = walk.scale  # 产值超过20亿元的有3个，为城关区31.7亿元
        if sibling < 0 and row.known[i]:
            sibling = next(
                (k for k in reversed(walk.earlier[walk.before :]) if row.unit[k] == row.unit[i]), -1
            )
    elif row.attribute[i]:
        sibling = walk.same_unit(i)
        if sibling < 0:
            sibling = next(
                (k for k in reversed(walk.earlier[walk.before :]) if row.unit[k] == row.unit[i]), -1
            )
    whole = (
        sibling
        if row.material[i] and sibling >= 0 and row.abstract[max(links.head[sibling], 0)]
        else part
        if part >= 0
        else sibling
    )
    if whole < 0 or links.head[whole] < 0:
        return
    if row.material[i]:
        if row.abstract[links.head[whole]]:
            links.head[i] = links.head[whole]
    elif row.attribute[i] or (part == whole and not row.abstract[links.head[whole]] and borrows(walk, i)):
        links.head[i] = links.head[whole]


def borrows(walk: Walk, i: int) -> bool:
    """Whether the phrase of a part names no thing that its unit counts: 制造业52家, 外资12家; or is unlisted."""
    row = walk.row
    words = row.text[max(row.own_end[i] - 2, 0) : row.own_end[i]]
    industry = words.endswith("业") and words not in ("企业", "作业", "专业", "物业")
    return not row.known[i] or (row.counted[i] and (industry or row.abstract[i]))
