"""What a number takes from its neighbours: the subject, the level a change speaks of, the total it is part of.

Here: one walk over the quantities of a block in order. Nothing is taken across the end of a sentence, except the total
of members that begin a sentence (其中…) or that add up to it. Not here: finding words (`phrases`), or periods and
territories (`context`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Ints

ROLES = ("level", "change", "share", "threshold", "rank", "target")
LEVEL, CHANGE, SHARE, THRESHOLD, RANK, TARGET = range(6)
CHANGE_KINDS = ("rate", "points", "delta", "increase_by_multiple", "ratio_to")
RATE, POINTS, DELTA, BY_MULTIPLE, RATIO_TO = range(5)
BASE, COMPARED = 1, 2
_MEASURING = frozenset("额值款费资金价税率量数险债")
"""Last characters of nouns that money can be said of, listed or not."""
_KEPT = 12
"""How many levels of earlier sentences are remembered as totals that parts may add up to."""
_BALANCE = frozenset(("支出", "结余", "累计结余", "盈余", "差额", "顺差", "逆差", "成本", "利润", "亏损"))
"""What is set against an amount adds up with it and is no part of it: 收入12亿元，支出10亿元，结余2亿元."""
_FINE = 100
"""How many steps of its last digit a total needs so that a sum of other things is no accident."""
_CLOSE = 0.005
_REACH = 64  # how many numbers of a sentence are looked back over; a longer walk is no prose
"""How far a sum may be from its total, as a share of it, however coarse the numbers are printed."""


@dataclass
class Row:
    """The columns that the walk reads, as plain lists of one length; positions are in the view."""

    text: str
    start: list[int]
    end: list[int]
    entry: list[int]
    sentence: list[int]
    clause: list[int]
    unit: list[int]  # equal where values can be added
    kin: list[int]  # equal where a difference of one can speak of the other: 元/人 and 元
    relative: list[bool]
    timed: list[bool]
    material: list[bool]  # a unit that measures no thing directly: money, energy, power
    counted: list[bool]
    role: list[int]
    change_kind: list[int]
    value: list[float]
    grain: list[float]
    own: list[int]
    own_end: list[int]
    head: list[int]
    head_end: list[int]
    known: list[bool]
    abstract: list[bool]  # the head is a noun of measuring: 收入, 面积
    attribute: list[bool]  # the phrase is a class or a quality: 省级, 中型
    growth: list[bool]
    per: list[bool]  # 每万人, 人均: no part of a total
    people: list[bool]
    here: list[bool]  # the period is said in the clause itself
    by_verb: list[bool]  # the phrase is nothing but a verb: 竣工, 死亡
    on_right: list[bool]
    aged: list[bool]
    portion: list[bool]  # the phrase is 比重, 占比 and the like
    milestone: list[bool]  # 首次突破90亿元大关: passed on the way, no total
    based: list[int]
    period: list[int]
    apart: list[int]  # place of 分别 in the clause before the number, or -1
    of_which: list[
        int
    ]  # place of the last 其中 before the number, in its sentence or right at its begin, or -1
    bracket: list[int]  # place of the bracket that the number stands in, or -1
    cuts: Ints  # ends of the words that phrases begin after
    linked: list[bool]  # nothing but 、 和 及 between the previous number (with its noun) and this one


class Links:
    """For each quantity: whose phrase and whose head it takes (itself, another, -1), its level and its total (-1)."""

    def __init__(self, count: int) -> None:
        self.subject = [-1] * count
        self.head = [-1] * count
        self.of = [-1] * count
        self.part_of = [-1] * count
        self.ahead: list[int] = []
        """Numbers whose phrase stands at the end of their list, in the same clause: 12个、8个和5个项目."""
        self.named: dict[int, tuple[int, int, int, int]] = {}
        """Phrases found by the walk itself: start, end, start and end of the head."""


def link(row: Row) -> Links:
    """Walk the quantities once and tie them to one another."""
    n = len(row.start)
    links = Links(n)
    walk = _Walk(row, links)
    begin = 0
    while begin < n:
        sentence, entry = row.sentence[begin], row.entry[begin]
        end = begin + 1
        while end < n and row.sentence[end] == sentence:
            end += 1
        if begin and row.entry[begin - 1] != entry:
            walk.levels, walk.earlier = [], []
        walk.read(begin, end)
        begin = end
    return links


class _Walk:
    """The state of the walk: the levels of the sentence before, and those of the sentence being read."""

    def __init__(self, row: Row, links: Links) -> None:
        self.row, self.links = row, links
        self.earlier: list[int] = []  # levels of the sentences before, in the same entry
        self.before = 0  # where those of the last sentence begin
        self.levels: list[int] = []
        self.wholes: list[int] = []  # levels and additions (新增5家) that may have parts
        self.last = -1  # the last number of the sentence that has a subject
        self.scale = -1  # the last threshold with words of its own
        self.marked = -1  # place of the 其中 that `totals` holds for
        self.totals: dict[int, tuple[int, float]] = {}  # by unit: the total, and what its members amount to

    def read(self, begin: int, end: int) -> None:
        """Read the quantities [begin, end) of one sentence."""
        row, links = self.row, self.links
        self.before = len(self.earlier)
        self.earlier = self.earlier + self.levels
        if len(self.earlier) > _KEPT:
            self.before = max(self.before - len(self.earlier) + _KEPT, 0)
            self.earlier = self.earlier[-_KEPT:]
        self.levels, self.wholes = [], []
        self.last = self.scale = self.marked = -1
        i = begin
        while i < end:
            role = row.role[i]
            if row.own[i] >= 0:
                links.subject[i] = links.head[i] = i
            if role == CHANGE or (role == TARGET and row.change_kind[i] >= 0):
                if row.change_kind[i] == DELTA and row.own[i] >= 0:
                    self.wholes.append(i)
                i = self.change(i, end)
            elif role == SHARE or row.based[i] == BASE:
                i = self.share(i, end)
            elif role == RANK:
                self.inherit(i, self.last)
            else:
                self.name(i, end)
                if role == LEVEL:
                    self.level(i, begin)
            if links.subject[i] >= 0:
                self.last = i
            i += 1
        if len(self.levels) > 1:
            for position, whole in enumerate(self.wholes[:-2]):
                self.add_up(whole, self.wholes[position + 1 :])
            for position in range(len(self.levels) - 1, 1, -1):  # 男120人，女80人，共200人
                whole = self.levels[position]
                if self.add_up(whole, self.levels[position - 1 :: -1]) and row.own[whole] < 0:
                    links.subject[whole] = -1
                    self.inherit(whole, next(k for k in self.levels if links.part_of[k] == whole))
            for whole in reversed(self.earlier):
                if row.unit[whole] == row.unit[self.levels[0]] and self.add_up(whole, self.levels):
                    break

    def name(self, i: int, end: int) -> None:
        """Find whose phrase a level or threshold goes by."""
        row, links = self.row, self.links
        if i + 1 < end and row.linked[i + 1]:
            if row.apart[i] >= 0 and row.role[i + 1] == row.role[i] and row.own[i + 1] < 0:
                self.spread(i, end)
            if row.counted[i]:
                self.look_ahead(i, end)
        if row.role[i] == THRESHOLD:
            if row.own[i] >= 0 and not row.on_right[i]:
                self.scale = i
            elif self.scale >= 0 and row.unit[i] == row.unit[self.scale]:  # 产值超百万元的12家、超千万元的3家
                links.subject[i] = -1
                self.inherit(i, self.scale)
        if row.by_verb[i]:
            source = self.same_unit(i)
            if source >= 0 and not row.by_verb[links.subject[source]]:
                links.subject[i] = -1
                self.inherit(i, source)
        elif links.subject[i] < 0:
            if row.aged[i]:
                self.inherit(i, self.last)
            else:
                self.inherit(i, self.same_unit(i) if row.timed[i] else self.nearest(i))

    def level(self, i: int, begin: int) -> None:
        """Put a level among the others: its total, its head, a change that spoke of it beforehand."""
        row, links = self.row, self.links
        if not row.per[i]:
            links.part_of[i] = self.whole_of(i, begin)
        if links.head[i] == i:
            self.borrow_head(i)
        if row.based[i] == COMPARED:
            self.inherit(i, self.last)
            return
        last = self.last
        waiting = row.own[i] < 0 and last >= 0 and row.role[last] == CHANGE and links.of[last] < 0
        if waiting and self.same_kind(last, i) and links.subject[i] == links.subject[last]:
            links.of[last] = i  # 比上年增长8%，达到120亿元
        if not row.milestone[i]:
            self.levels.append(i)
            self.wholes.append(i)

    def whole_of(self, i: int, begin: int) -> int:
        """The total that a level is part of by words: a bracket, 其中, or a threshold before it."""
        row = self.row
        place, unit, value = row.of_which[i], row.unit[i], row.value[i]
        if place != self.marked:
            self.marked = place
            self.totals.clear()
        if row.bracket[i] >= 0:
            owner = self.before_bracket(i, row.bracket[i])
            if owner >= 0:
                return owner
        if place >= 0:
            if unit not in self.totals:
                self.totals[unit] = (self.total(i, place), 0.0)
            total, amount = self.totals[unit]
            fits = total >= 0 and i != total and self.fits(value, total)
            near = row.linked[i] or (row.attribute[i] and "；" not in row.text[place : row.start[i]])
            slack = (row.grain[total] - row.grain[i]) / 2 if total >= 0 else 0.0
            more = (
                self.fits(amount + value + slack, total) and self.of_one_kind(i, total)
                if total >= 0
                else False
            )
            if fits and (amount == 0.0 or near or more):
                self.totals[unit] = (total, amount + value)
                return total
            self.totals[unit] = (-1, amount)  # what comes after another thing is no member
            return -1
        if row.own[i] < 0 and i > begin and row.role[i - 1] == THRESHOLD and not row.material[i - 1]:
            whole = self.same_unit(i)
            if row.start[i] - row.end[i - 1] <= 3 and whole >= 0 and row.value[whole] > value:
                return whole  # 古树1200株，500年以上36株
        return -1

    def inherit(self, i: int, source: int) -> None:
        """Take phrase and head of another number."""
        if source >= 0 and self.links.subject[i] < 0:
            self.links.subject[i] = self.links.subject[source]
            self.links.head[i] = self.links.head[source]

    def nearest(self, i: int) -> int:
        """The number whose subject one without words of its own goes on with."""
        level = self.same_unit(i)
        return level if level >= 0 else self.last

    def same_unit(self, i: int) -> int:
        """The last level of the sentence whose value could be added to that of number i, or -1."""
        row = self.row
        for level in reversed(self.levels[-_REACH:]):
            if row.unit[level] == row.unit[i] and self.links.subject[level] >= 0:
                return level
        return -1

    def same_kind(self, change: int, level: int) -> bool:
        row = self.row
        if row.change_kind[change] == DELTA:
            return row.kin[change] == row.kin[level]
        return row.relative[level] == (row.change_kind[change] == POINTS)

    def borrow_head(self, i: int) -> None:
        """第二产业615亿元 after 增加值: the phrase names a part, the head is that of the earlier level."""
        row, links = self.row, self.links
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
            sibling = self.same_unit(i) if row.known[i] or unknown else -1
            if sibling < 0 and row.known[i]:
                sibling = next(
                    (k for k in reversed(self.earlier[self.before :]) if row.unit[k] == row.unit[i]), -1
                )
        elif row.attribute[i]:
            sibling = self.same_unit(i)
            if sibling < 0:
                sibling = next(
                    (k for k in reversed(self.earlier[self.before :]) if row.unit[k] == row.unit[i]), -1
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
        elif row.attribute[i] or (part == whole and not row.abstract[links.head[whole]] and self.borrows(i)):
            links.head[i] = links.head[whole]

    def borrows(self, i: int) -> bool:
        """Whether the phrase of a part names no thing that its unit counts: 制造业52家, 外资12家; or is unlisted."""
        row = self.row
        words = row.text[max(row.own_end[i] - 2, 0) : row.own_end[i]]
        industry = words.endswith("业") and words not in ("企业", "作业", "专业", "物业")
        return not row.known[i] or (row.counted[i] and (industry or row.abstract[i]))

    def look_ahead(self, i: int, end: int) -> None:
        """1个国家级、3个省级园区; 12个、8个和5个项目: the noun stands only at the end of the list."""
        row, links = self.row, self.links
        if row.own[i] >= 0 and not (row.attribute[i] and row.on_right[i]):
            return
        k = i + 1
        end = min(end, i + _REACH)
        while k < end and row.linked[k] and row.unit[k] == row.unit[i]:
            if row.on_right[k] and row.own[k] >= 0 and not row.attribute[k]:
                links.head[i] = k
                if row.own[i] < 0:
                    links.subject[i] = k
                    links.ahead.append(i)
                return
            k += 1

    def spread(self, i: int, end: int) -> None:
        """A、B分别为X、Y: give the names before 分别 to the numbers after it, one by one."""
        row, links = self.row, self.links
        run = [i]
        while run[-1] + 1 < end and row.linked[run[-1] + 1] and row.own[run[-1] + 1] < 0:
            run.append(run[-1] + 1)
        names = self.names(i, len(run)) if len(run) > 1 else []
        if not names:
            for k in run[1:]:
                self.inherit(k, run[0])
            return
        head, head_end = row.head[i], row.head_end[i]
        for k, (begin, stop) in zip(run, names, strict=True):
            own = (begin, stop) if k != run[-1] and row.known[i] and not row.abstract[i] else (head, head_end)
            links.named[k] = (begin, stop, *own)
            links.subject[k] = links.head[k] = k
            row.own[k], row.own_end[k] = begin, stop

    def names(self, i: int, count: int) -> list[tuple[int, int]]:
        """The `count` names joined by 、 和 及 与 up to the end of the phrase of number i; none if there are others."""
        row = self.row
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

    def change(self, i: int, end: int) -> int:
        """Tie a change, or a whole list of them (分别增长3%和5%), to levels; returns the last one dealt with."""
        row, links = self.row, self.links
        levels = self.levels
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
        if len(run) > 1 and len(levels) >= len(run) and (row.own[i] < 0 or row.apart[i] >= 0):
            chosen = levels[-len(run) :]
            if all(row.relative[k] == row.relative[chosen[0]] for k in chosen):
                for k, level in zip(run, chosen, strict=True):
                    links.of[k] = level
                    links.subject[k], links.head[k] = links.subject[level], links.head[level]
                self.last = run[-1]
                return run[-1]
        for k in run:
            if row.own[k] >= 0 and not (row.growth[k] and row.change_kind[k] != POINTS):
                if row.growth[k]:
                    rate = self.last
                    if rate >= 0 and row.role[rate] == CHANGE and row.change_kind[rate] == RATE:
                        links.of[k] = rate
                elif row.portion[k]:
                    links.of[k] = self.last_share(k)
                else:
                    links.of[k] = self.same_subject(k)
                    vague = row.change_kind[k] != DELTA and not row.abstract[k]
                    vague &= not row.known[k] or row.attribute[k]
                    if vague and links.of[k] < 0 and self.last >= 0:  # 食品类上涨5.1%
                        links.head[k] = links.head[self.last]
            else:
                links.subject[k] = links.head[k] = -1
                level = self.level_of_change(k)
                last = self.last
                if level >= 0 and (
                    last < 0
                    or last <= level
                    or links.subject[last] == links.subject[level]
                    or row.growth[last]
                ):
                    self.inherit(k, level)
                    if row.period[k] == row.period[level] or not row.here[k]:
                        links.of[k] = level
                elif last >= 0:
                    self.inherit(k, last)
                    same_time = row.period[k] == row.period[last] or not row.here[k]
                    if row.role[last] in (CHANGE, SHARE) and same_time and not row.growth[last]:
                        links.of[k] = links.of[last]
            if links.subject[k] >= 0:
                self.last = k
        return run[-1]

    def last_share(self, i: int) -> int:
        """The share before number i in its sentence: 占34.7%，比重上升1.9个百分点."""
        for k in range(i - 1, -1, -1):
            if self.row.sentence[k] != self.row.sentence[i]:
                return -1
            if self.row.role[k] == SHARE:
                return k
        return -1

    def level_of_change(self, i: int) -> int:
        """The level that a change without words of its own speaks of."""
        row, kind = self.row, self.row.change_kind[i]
        if kind == POINTS:
            last = self.last
            if last >= 0 and row.growth[last] and row.role[last] != RANK:
                return self.links.of[last]
            for k in range(i - 1, -1, -1):
                if row.sentence[k] != row.sentence[i]:
                    return -1
                if (
                    row.relative[k]
                    and row.change_kind[k] != POINTS
                    and row.change_kind[k] != BY_MULTIPLE
                    and (row.role[k] != CHANGE or row.apart[i] < 0)
                ):
                    return k
            return -1
        for level in reversed(self.levels):
            if row.timed[level] and kind != DELTA:
                continue
            if row.kin[level] == row.kin[i] if kind == DELTA else not row.relative[level]:
                return level
        return -1 if kind == DELTA or not self.levels or self.row.timed[self.levels[-1]] else self.levels[-1]

    def same_subject(self, i: int, part: bool = False) -> int:
        """The level that has the phrase of number i; with `part`, a longer phrase is another thing."""
        row = self.row
        words = row.text[row.own[i] : row.own_end[i]]
        noun = row.text[row.head[i] : row.head_end[i]]
        for level in reversed(self.levels):
            if row.own[level] >= 0:
                other = row.text[row.own[level] : row.own_end[level]]
                longer = not part and words.endswith(other) and other.endswith(noun)
                if other == words or other.endswith(words) or longer:
                    return level
        if len(words) > 2:
            for level in reversed(self.earlier):  # named again in a later sentence
                if row.own[level] >= 0 and row.text[row.own[level] : row.own_end[level]] == words:
                    return level
        return -1

    def share(self, i: int, end: int) -> int:
        """Tie a share or a ratio to the level it is made from; returns the last one dealt with."""
        row, links = self.row, self.links
        levels = self.levels
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
            self.last = run[-1]
            return run[-1]
        for k in run:
            if row.own[k] >= 0:
                level = self.last_amount() if row.portion[k] else self.same_subject(k, part=True)
                if level >= 0:
                    links.of[k] = level
                elif row.role[k] == SHARE and row.text[row.start[k] - 1] != "的" and row.based[k] == BASE:
                    whole = self.whole_of_share(k)
                    links.part_of[k] = whole
                    if whole >= 0 and (not row.known[k] or row.attribute[k]):
                        links.head[k] = links.head[whole]
            else:
                level = self.last_amount()
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
                self.inherit(k, level if level >= 0 else self.last)
            if links.subject[k] >= 0:
                self.last = k
        return run[-1]

    def last_amount(self) -> int:
        for level in reversed(self.levels):
            if not self.row.timed[level] and not self.row.relative[level]:
                return level
        return -1

    def whole_of_share(self, i: int) -> int:
        """The amount that a part named beside its share belongs to: 136座，水冲式占95%."""
        row = self.row
        for level in reversed(self.levels):
            if not row.timed[level] and not row.relative[level]:
                if not (row.counted[level] or row.material[level]) or row.kin[level] != row.unit[level]:
                    return -1
                whole = self.links.part_of[level]
                return (
                    whole
                    if whole >= 0 and row.of_which[i] >= 0 and row.start[level] > row.of_which[i]
                    else level
                )
        return -1

    def total(self, i: int, place: int) -> int:
        """The total that the members after 其中 belong to: the last level of their unit before it."""
        row, part_of = self.row, self.links.part_of
        found = [level for level in self.wholes[-_REACH:] if row.start[level] < place]
        if not self.levels or row.start[self.levels[0]] > place:
            found = self.earlier[self.before :] + found
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

    def before_bracket(self, i: int, place: int) -> int:
        """The number that a bracket of parts follows, where the bracketed number can be one."""
        row = self.row
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
        return k if same and self.fits(row.value[i], k) else -1

    def fits(self, value: float, total: int) -> bool:
        return value <= self.row.value[total] * 1.000001 + self.row.grain[total]

    def of_one_kind(self, i: int, total: int) -> bool:
        """Whether a number may go on with the members of a total: 利税 is no part of an investment."""
        row, head = self.row, self.links.head
        if head[i] < 0 or head[total] < 0 or not row.abstract[head[i]]:
            return True
        nouns = {row.text[row.head[head[k]] : row.head_end[head[k]]] for k in (i, total)}
        return len(nouns) == 1 or not row.material[i]

    def comparable(self, whole: int, parts: list[int]) -> bool:
        """Whether parts that add up may be parts: not where coarse figures of other things do so by chance."""
        row, head = self.row, self.links.head
        if any(
            row.text[row.head[head[k]] : row.head_end[head[k]]] in _BALANCE for k in parts if head[k] >= 0
        ):
            return False
        if row.value[whole] >= _FINE * row.grain[whole] or head[whole] < 0:
            return True
        noun = row.text[row.head[head[whole]] : row.head_end[head[whole]]]
        for k in parts:
            own = row.text[row.head[head[k]] : row.head_end[head[k]]] if head[k] >= 0 else noun
            if own != noun and row.abstract[head[k]]:
                return False
        return True

    def add_up(self, whole: int, rest: list[int]) -> bool:
        """Parts without 其中: levels next to a total (`rest`, nearest first), of its unit, that add up to it."""
        row, part_of = self.row, self.links.part_of
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
            if close and len(found) > 1 and self.comparable(whole, found):
                for member in found:
                    if part_of[member] < 0:
                        part_of[member] = whole
                return True
        return False
