"""What the walk over the quantities reads, what it writes, and what it remembers on the way.

Here: columns, results, state, and the look-ups that several rules share. Not here: the rules (`subjects`, `changes`,
`totals`).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.text.lexer import Ints
from pipeline.text.rows import DELTA, POINTS

_KEPT = 12
"""How many levels of earlier sentences are remembered as totals that parts may add up to."""


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
    rated: list[bool]  # an amount for each of something else: 元/人
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
    like: list[int]  # equal for amounts of one unit whose phrases end alike; -1 for what is no amount of a thing
    classed: list[bool]  # the phrase begins with a word for a class: 女党员
    plain: list[bool]  # a level that goes by its own words alone
    crowded: list[bool]  # two numbers of one unit in its sentence: only then may some be parts of a sum


class Links:
    """For each quantity: whose phrase and whose head it takes (itself, another, -1), its level and its total (-1)."""

    def __init__(self, own: list[int]) -> None:
        count = len(own)
        self.subject = [i if start >= 0 else -1 for i, start in enumerate(own)]
        self.head = self.subject.copy()
        self.of = [-1] * count
        self.part_of = [-1] * count
        self.ahead: list[int] = []
        """Numbers whose phrase stands at the end of their list, in the same clause: 12个、8个和5个项目."""
        self.named: dict[int, tuple[int, int, int, int]] = {}
        """Phrases found by the walk itself: start, end, start and end of the head."""


class Walk:
    """The state of the walk: the levels of the sentence before, and those of the sentence being read."""

    def __init__(self, row: Row, links: Links) -> None:
        self.row, self.links = row, links
        self.earlier: list[int] = []  # levels of the sentences before, in the same entry
        self.before = 0  # where those of the last sentence begin
        self.levels: list[int] = []
        self.wholes: list[int] = []  # levels and additions (新增5家) that may have parts
        self.latest: dict[int, int] = {}  # by unit: the last level that has a subject
        self.whole_like: dict[int, int] = {}  # by `like`: the last level of the entry that is no part
        self.amount = -1  # the last level of the sentence, or amount by which one changed
        self.last = -1  # the last number of the sentence that has a subject
        self.scale = -1  # the last threshold with words of its own
        self.marked = -1  # place of the 其中 that `members` holds for
        self.members: dict[int, tuple[int, float]] = {}  # by unit: the total, and what its members amount to
        self.ahead = (-1, -1, -1)  # of the last list looked through: unit, its last number, the one with the noun

    def new_entry(self) -> None:
        """Forget the sentences before."""
        self.levels, self.earlier = [], []
        self.whole_like.clear()

    def new_sentence(self) -> None:
        """Begin a sentence of the same entry."""
        self.before = len(self.earlier)
        self.earlier = self.earlier + self.levels
        if len(self.earlier) > _KEPT:
            self.before = max(self.before - len(self.earlier) + _KEPT, 0)
            self.earlier = self.earlier[-_KEPT:]
        self.levels, self.wholes = [], []
        self.latest.clear()
        self.last = self.scale = self.marked = self.amount = -1

    def add_level(self, i: int) -> None:
        """Put a level, whose subject is found, among those of the sentence."""
        self.amount = i
        self.levels.append(i)
        self.wholes.append(i)
        if self.links.subject[i] >= 0:
            self.latest[self.row.unit[i]] = i

    def inherit(self, i: int, source: int) -> None:
        """Take phrase and head of another number."""
        if source >= 0 and self.links.subject[i] < 0:
            self.links.subject[i] = self.links.subject[source]
            self.links.head[i] = self.links.head[source]

    def same_unit(self, i: int) -> int:
        """The last level of the sentence whose value could be added to that of number i, or -1."""
        return self.latest.get(self.row.unit[i], -1)

    def nearest(self, i: int) -> int:
        """The number whose subject one without words of its own goes on with."""
        level = self.same_unit(i)
        return level if level >= 0 else self.last

    def same_kind(self, change: int, level: int) -> bool:
        """Whether a change may speak of a level, by their units."""
        row = self.row
        if row.change_kind[change] == DELTA:
            return row.kin[change] == row.kin[level]
        return row.relative[level] == (row.change_kind[change] == POINTS)

    def last_amount(self) -> int:
        """The last level of the sentence that is no duration and no ratio, or -1."""
        for level in reversed(self.levels):
            if not self.row.timed[level] and not self.row.relative[level]:
                return level
        return -1
