"""What the rules of one run of words share: the words, the lists they are held against, and small questions about them.

Here: the state of reading a page from left to right, and what can be asked of a stretch of words. Not here: any rule
(`organisations`, `territory`, `parts`).
"""

from __future__ import annotations

import re

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found
from pipeline.text.entities.words import ORGANISATION, SUFFIX, Lexicon, Page, Use

RELATIVE = "市省县区州盟旗镇乡团"
"""Characters that begin a name for the region that the book means: 市公安局."""
ORGANISATION_USE, SUFFIX_USE = int(ORGANISATION), int(SUFFIX)
DIVISION, STRONG, WEAK, NAME = int(Use.DIVISION), int(Use.STRONG), int(Use.WEAK), int(Use.NAME)
EVENT, FACILITY, PLACE = int(Use.EVENT), int(Use.FACILITY), int(Use.PLACE)
ANCHOR, MIXED, CONJUNCTION = int(Use.ANCHOR | Use.COUNTRY), int(Use.MIXED), int(Use.CONJUNCTION)
AMBIGUOUS, PREDICATE, NOMINAL = int(Use.AMBIGUOUS), int(Use.PREDICATE), int(Use.NOMINAL)
DIGITS = frozenset("0123456789")
NUMBERED = re.compile(
    r"[一二三四五六七八九十百千万两几数多廿]+(?:个|大|所|家|类|次|级|座|条|项|名|县|市|乡|镇|公社)|两"
)
_COMMON = int(
    Use.MIXED | Use.NOMINAL | Use.PREDICATE | Use.OCCUPATION | Use.CONJUNCTION | Use.WEAK | Use.PLACE
)
_LIST_MARKS = frozenset(("、", "和", "与", "及", "以及", "，", "（"))


class Reading:
    """One page as it is read from left to right.

    Attributes:
        found: the mentions so far.
        events: candidates for the names of events, as (start, end).
        passed: names of common words only, which nobody bears but which may stand for a body named before.
    """

    def __init__(self, page: Page, lexicon: Lexicon, brackets: Brackets, found: Found) -> None:
        self.page = page
        self.lexicon = lexicon
        self.found = found
        self.events: list[tuple[int, int]] = []
        self.passed: list[tuple[int, int]] = []
        self._opened = {end: start for start, end in brackets.parens if end - start <= 8}
        marked = lexicon.marked
        self._committees, self._ranks, self._opening = marked["committee"], marked["rank"], marked["opening"]
        self._companies = frozenset(marked["company"])
        self._common = frozenset((*marked["common"], "公司", "集团"))
        self._joinable = ("中心", *(word for word in self._committees if len(word) > 1))
        self._publishers, self._alone = frozenset(marked["publisher"]), frozenset(marked["alone"])
        self._visiting, self._national = frozenset(marked["visiting"]), frozenset(marked["national"])
        self._last_end = -1  # where the organisation read last ends, and the region that it hands on to a list
        self._list_anchor = ""
        self._anchored = -1  # where the part being read is anchored
        self._alike = True  # whether the run being read would read the same elsewhere

    def _edge(self, n: int, right: int) -> bool:
        page = self.page
        end = page.ends[n]
        return end == right or (n + 1 < len(page.starts) and page.starts[n + 1] == end)

    def _after_anchor(self, start: int) -> int:
        """Where the region at the start of a name ends: 浙江省杭州市|公安局."""
        page = self.page
        place = start
        while True:
            use, end = page.use_starting(place)
            if use & (DIVISION | ANCHOR):
                place = end
                continue
            if place == start and page.view.startswith("地区", place):
                return place + 2
            if place == start and not use and page.view[place] in RELATIVE:
                return place + 1
            return place

    def _ranked(self, place: int) -> bool:
        """Whether a class word at a place belongs to a rank (二级｜医院), not to a level of courts (中级)."""
        return self.page.view[place - 1] == "级" and self.page.view[place - 2] not in "中高"

    def _list_member(self, start: int) -> bool:
        """Whether the name before, and only a list mark between, was an organisation with a region."""
        last = self._last_end
        return last >= 0 and start - last <= 2 and self.page.view[last:start] in _LIST_MARKS

    def _only_classes(self, start: int, end: int) -> bool:
        """Whether class words follow one another and name nobody: 委员会｜办公室."""
        page = self.page
        place = start
        while place < end:
            use, stop = page.use_starting(place)
            if not use & ORGANISATION_USE or use & NAME:
                return False
            place = stop
        return True

    def _all_common(self, start: int, end: int) -> bool:
        """Whether a stretch consists of common words only, so that it describes and does not name."""
        page = self.page
        place = start
        while place < end:
            use, stop = page.use_starting(place)
            if not use & _COMMON:
                if use & STRONG and page.view[place:stop] in self.lexicon.generic:
                    place = stop
                    continue
                return page.view[place] in "化性型类级" and self._all_common(place + 1, end)
            place = stop
        return True

    def _plain(self, first: int, end: int) -> bool:
        """Whether no word from `first` on to a place could itself be a name."""
        page = self.page
        n = first
        while n < len(page.starts) and page.starts[n] < end:
            if page.uses[n] & (SUFFIX_USE | DIVISION | int(Use.OCCUPATION)) and not page.uses[n] & NOMINAL:
                return False
            n += 1
        return True
