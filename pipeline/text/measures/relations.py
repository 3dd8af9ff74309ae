"""What a number takes from its neighbours: the subject, the level a change speaks of, the total it is part of.

Here: one walk over the quantities of a block in order. Nothing is taken across the end of a sentence, except the total
of members that begin a sentence (其中…) or that add up to it. Not here: the rules (`subjects`, `changes`, `totals`),
finding words (`phrases`), or periods and territories (`context`).
"""

from __future__ import annotations

from pipeline.text.measures.changes import BASE, change, share
from pipeline.text.measures.subjects import borrow_head, name
from pipeline.text.measures.totals import add_parts, narrowed, whole_of
from pipeline.text.measures.walk import Links, Row, Walk
from pipeline.text.rows import CHANGE, DELTA, LEVEL, RANK, SHARE, TARGET

IN_RANK = 3
"""A rank with what it is taken in: 居全省第4位."""
COMPARED = 2
"""A value only compared with: 比1985年的146万元."""


def link(row: Row) -> Links:
    """Walk the quantities once and tie them to one another."""
    n = len(row.start)
    links = Links(row.own)
    walk = Walk(row, links)
    begin = 0
    while begin < n:
        sentence, entry = row.sentence[begin], row.entry[begin]
        end = begin + 1
        while end < n and row.sentence[end] == sentence:
            end += 1
        if begin and row.entry[begin - 1] != entry:
            walk.new_entry()
        walk.new_sentence()
        _read(walk, begin, end)
        begin = end
    return links


def _read(walk: Walk, begin: int, end: int) -> None:
    """Read the quantities [begin, end) of one sentence."""
    row, links = walk.row, walk.links
    i = begin
    while i < end:
        role = row.role[i]
        if row.plain[i]:
            if row.like[i] >= 0:
                links.part_of[i] = narrowed(walk, i)
            walk.add_level(i)
        elif role == CHANGE or (role == TARGET and row.change_kind[i] >= 0):
            if row.change_kind[i] == DELTA and row.own[i] >= 0:
                walk.wholes.append(i)
            i = change(walk, i, end)
        elif role == SHARE or row.based[i] == BASE:
            i = share(walk, i, end)
        elif role == RANK:
            walk.inherit(i, _ranked(walk, i))
        else:
            name(walk, i, end)
            if role in (LEVEL, TARGET):
                _level(walk, i, begin)
        if links.subject[i] >= 0:
            walk.last = i
        i += 1
    if row.crowded[begin] and len(walk.levels) > 1:
        add_parts(walk)


def _ranked(walk: Walk, i: int) -> int:
    """The number whose subject has a rank: not the count it is taken in, 居全县17个乡镇第4位."""
    row, links, last = walk.row, walk.links, walk.last
    among = i > 0 and row.clause[i - 1] == row.clause[i] and row.counted[i - 1]
    if not among or (row.own[i] != row.end[i - 1] and row.based[i] != IN_RANK):
        return last
    k = i - 2
    while k >= 0 and row.sentence[k] == row.sentence[i]:
        if links.subject[k] >= 0:
            links.subject[i] = links.head[i] = -1
            return k
        k -= 1
    return last


def _level(walk: Walk, i: int, begin: int) -> None:
    """Put a level among the others: its total, its head, a change that spoke of it beforehand."""
    row, links = walk.row, walk.links
    if not row.per[i]:
        whole = whole_of(walk, i, begin)
        links.part_of[i] = narrowed(walk, i) if whole < 0 and row.like[i] >= 0 else whole
    if links.head[i] == i:
        borrow_head(walk, i)
    if row.based[i] == COMPARED:
        walk.inherit(i, walk.last)
        return
    last = walk.last
    waiting = row.own[i] < 0 and last >= 0 and row.change_kind[last] >= 0 and links.of[last] < 0
    if waiting and walk.same_kind(last, i) and links.subject[i] == links.subject[last]:
        links.of[last] = i  # 比上年增长8%，达到120亿元
    if not row.milestone[i]:
        walk.add_level(i)
