"""Names that end with a word telling their class: organisations, facilities, places; and divisions by name.

Here: the runs of a page (no break inside) read one by one: where a name begins (an anchor such as 市 or 中国, or the
break before it), where it ends (the last class word), what a conjunction inside it means, what a list hands on to
its next member. Not here: members of 主办 lists without a class word (`roles`), people (`people`).
"""

from __future__ import annotations

import re

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.words import ORGANISATION, SUFFIX, Lexicon, Page, Use

_RELATIVE = "市省县区州盟旗镇乡团"
_NOT_AFTER_RELATIVE = frozenset("场民长直内级属域外容政郊道城")
_MEASURED = re.compile(
    r"(?:余|多)?[万亿千百]*(?:元|美元|吨|亩|公里|千米|平方米|立方米|公顷|平方公里|千瓦|兆瓦|千伏|米)(?:以上)?"
)
_COUNTED = re.compile(
    r"(?:余|多)?(?:A级|个|家|所|名|位|项|次|场|届|期|批|类|种|座|处|件|套|台|辆|户|人|万|年度|年|月|日|余)?(?:级)?"
)
_COMMON = int(
    Use.MIXED | Use.NOMINAL | Use.PREDICATE | Use.OCCUPATION | Use.CONJUNCTION | Use.WEAK | Use.PLACE
)
_ORGANISATION, _SUFFIX = int(ORGANISATION), int(SUFFIX)
_DIVISION, _STRONG, _WEAK, _NAME = int(Use.DIVISION), int(Use.STRONG), int(Use.WEAK), int(Use.NAME)
_EVENT, _FACILITY, _PLACE = int(Use.EVENT), int(Use.FACILITY), int(Use.PLACE)
_ANCHOR, _MIXED, _CONJUNCTION = int(Use.ANCHOR | Use.COUNTRY), int(Use.MIXED), int(Use.CONJUNCTION)
_AMBIGUOUS, _PREDICATE, _NOMINAL = int(Use.AMBIGUOUS), int(Use.PREDICATE), int(Use.NOMINAL)
_DIGITS = frozenset("0123456789")
_NUMBERED = re.compile(
    r"[一二三四五六七八九十百千万两几数多廿]+(?:个|大|所|家|类|次|级|座|条|项|名|县|市|乡|镇|公社)|两"
)
_OWN = re.compile(r"[县区镇乡]|街道")  # a list member with a place of its own inherits none
_SESSION = re.compile(r"(?:第[一二三四五六七八九十百]{1,4}|首)届")
_GOVERNMENT = re.compile(
    r"^.{0,6}(?:局|委|办|厅|处|政府|法院|检察院|支队|大队|总队|纪委|人大|政协|妇联|工会|团委|政法委|部|院|中心|站|所|海关|军分区|社|组)$"
)
_NOT_PLACE_NEXT = frozenset("路街巷道湾人话菜籍产大站港桥山湖")
_CIVIC = frozenset((
    "人民", "和平", "胜利", "解放", "文化", "青年", "儿童", "工人", "友谊", "民族", "世纪", "五一", "八一",
    "市民", "时代", "革命",
))  # fmt: skip
_CIVIC_PLACES = frozenset((
    "广场", "公园", "大桥", "礼堂", "会堂", "大会堂", "体育馆", "体育场", "影剧院", "剧场", "大剧院", "饭店",
    "宾馆",
))  # fmt: skip
_BARE = frozenset("站园网组校馆队院所室厂社")


class Runs:
    """Reads the runs of one page into a store of mentions."""

    def __init__(self, page: Page, lexicon: Lexicon, brackets: Brackets, found: Found) -> None:
        self.page = page
        self.lexicon = lexicon
        self.inside = brackets.inside
        self.found = found
        self.events: list[tuple[int, int]] = []
        self._opened = {end: start for start, end in brackets.parens if end - start <= 8}
        marked = lexicon.marked
        self.committees, self.ranks, self.opening = marked["committee"], marked["rank"], marked["opening"]
        self.companies = frozenset(marked["company"])
        self.common = frozenset((*marked["common"], "公司", "集团"))
        self.lone = frozenset(("办公室", "委员会", "领导小组", "指挥部", "中心", "协会", "公司", "有限公司"))
        self.joinable = ("中心", *(word for word in self.committees if len(word) > 1))
        self.publishers, self.alone = frozenset(marked["publisher"]), frozenset(marked["alone"])
        self.visiting, self.national = frozenset(marked["visiting"]), frozenset(marked["national"])
        self.passed: list[tuple[int, int]] = []
        self._last: Mention | None = None
        self._anchored = -1
        self._list_anchor = ""

    def read(self) -> None:
        """Find the names of every run; candidates for events are left in `events`."""
        inside, view = self.inside, self.page.view
        for start, end, first, last in self.page.runs:
            if inside[start] or (self._last is not None and start < self._last.end):
                continue
            before = view[start - 1]
            if (
                view[start].isascii()
                and view[start].isalpha()
                and (before in _DIGITS or (before == " " and view[start - 2] in _DIGITS))
            ):
                while start < end and view[start].isascii():
                    start += 1  # a unit in Latin letters: 110kV变电站
                counted = True
            elif before in _DIGITS:
                skip = _MEASURED.match(view, start, end)
                counted = False
                if skip is None:
                    skip = _COUNTED.match(view, start, end)
                    counted = (
                        skip is not None and skip.end() > start and view[skip.end() - 1] not in "月日年度"
                    )
                if skip is not None:
                    start = skip.end()
            else:
                counted = False
            self._run(start, end, first, last, counted)

    def _run(self, start: int, end: int, first: int, last: int, counted: bool) -> None:
        """Split a run at its conjunctions and read the parts from left to right."""
        page = self.page
        uses, starts, ends = page.uses, page.starts, page.ends
        while first < last and starts[first] < start:
            first += 1
        left, begin = start, first
        waiting: tuple[int, int, int] | None = (
            None  # an open part (start, anchor or -1, first word) before a conjunction
        )
        body = -1  # where the last class word of a body ended
        for n in range(first, last + 1):
            if n < last and not (uses[n] & _CONJUNCTION and not uses[n] & (_SUFFIX | _NOMINAL)):
                use = uses[n]
                if (
                    use & (_DIVISION | _ANCHOR | _NAME)
                    and left < body < starts[n]
                    and self.page.view[body : starts[n]] not in ("驻", "附属")
                ):
                    # a body, a verb no list knows, another body: 市防汛指挥部调度武警支队
                    named, _ = self._part(left, starts[n], begin, n, counted, waiting)
                    waiting, left, begin, body = None, starts[n], n, -1
                if use & _MIXED and self._township_acts(n):
                    self._part(left, starts[n], begin, n, counted, waiting)
                    waiting, left, begin, body = None, ends[n], n + 1, -1
                    continue
                if use & _ORGANISATION and (
                    use & (_STRONG | _NAME) or self.page.view[starts[n] : ends[n]] in "厅局署"
                ):
                    body = ends[n]
                continue
            right = starts[n] if n < last else end
            body = -1
            named, anchor = self._part(left, right, begin, n, counted, waiting)
            if named or right == left:
                waiting = None
            else:
                waiting = (left, anchor, begin)
            if n < last:
                left, begin = ends[n], n + 1
            counted = False

    def _split_word(self, left: int, right: int) -> int:
        """End of a body whose region is glued to its first word, `市民｜政局`, or -1."""
        use_of, view = self.lexicon.use_of, self.page.view
        for size in (8, 7, 6, 5, 4, 3, 2):
            end = left + 1 + size
            if end <= right and use_of.get(view[left + 1 : end], 0) & _STRONG:
                return end
        return -1

    def _part(
        self,
        left: int,
        right: int,
        first: int,
        last: int,
        counted: bool,
        waiting: tuple[int, int, int] | None,
    ) -> tuple[bool, int]:
        """Read one part of a run; returns whether a name was found, and the place of its anchor or -1."""
        page = self.page
        uses, starts, ends, view = page.uses, page.starts, page.ends, page.view
        if right - left < 2:
            return False, -1
        anchor = self._anchored = self._anchor(left, right, first, last)
        final = -1
        for n in range(last - 1, first - 1, -1):
            use = uses[n]
            if use & _SUFFIX and (
                not use & _WEAK or use & (_STRONG | _FACILITY | _PLACE | _EVENT) or self._weak_ends(n, right)
            ):
                if use & _EVENT and not use & _ORGANISATION and ends[n] - starts[n] == 1 and ends[n] != right:
                    continue
                if (
                    use & _PLACE
                    and not use & _NOMINAL
                    and ends[n] - starts[n] == 1
                    and not self._edge(n, right)
                ):
                    continue
                final = n
                break
        if (
            anchor < 0
            and view[left] in _RELATIVE
            and first < last
            and starts[first] == left
            and not uses[first] & _SUFFIX
        ):
            glued = self._split_word(left, right)
            if glued > 0:
                stop = max(glued, ends[final]) if final >= 0 and uses[final] & _ORGANISATION else glued
                self._list_anchor = view[left]
                self._last = self.found.add(Mention("organisation", left, stop, "organisation/anchored", 0.9))
                return True, left
        if final < 0:
            self._divisions(left, right, first, last)
            return False, anchor
        use = uses[final]
        stop = ends[final]
        if use & (_STRONG | _FACILITY) and left in self._opened and view[left - 1] in "）)" and anchor < 0:
            front = self._before_paren(self._opened[left], view[starts[final] : stop] in self.companies)
            if front >= 0:
                kind = "organisation" if use & _STRONG else "facility"
                self._last = self.found.force(Mention(kind, front, stop, f"{kind}/parenthesis", 0.9))
                self._list_anchor = ""
                return True, front
        if use & _ORGANISATION and view[left] in "第首" and _SESSION.match(view, left, stop):
            self.events.append((left, stop))
            return True, anchor
        if use & _EVENT and not use & (_STRONG | _NAME):
            if (
                waiting is not None
                and waiting[1] < 0
                and 2 <= left - 1 - waiting[0] <= 10
                and self._plain(waiting[2], left)
            ):
                left = waiting[0]
            self.events.append((left, stop))
            for n in range(first, final):
                # 市十七届人大常委会第十一次会议: the body meets, and may act without the meeting being told
                if uses[n] & _STRONG and view[ends[n]] in "第一二三四五六七八九十" and anchor >= 0:
                    self._organisation(anchor, ends[n], n, True, False, "organisation/anchored", first)
                    break
            self._divisions(left, right, first, last)
            return True, anchor
        begin = anchor if anchor >= 0 and anchor < starts[final] + 1 else -1
        if begin < 0 and waiting is not None and waiting[1] >= 0 and use & _ORGANISATION:
            joined = self._joined(waiting, left, final)
            if joined >= 0:
                return self._organisation(joined, stop, final, True, False, "organisation/anchored"), joined
        if use & (_FACILITY | _PLACE) and not use & _ORGANISATION:
            named = self._place(begin if begin >= 0 else left, stop, first, final, begin >= 0, counted)
            self._divisions(left, right, first, last)
            return named, anchor
        if begin >= 0:
            named = self._organisation(begin, stop, final, True, counted, "organisation/anchored", first)
        else:
            start = left
            if (
                waiting is not None
                and waiting[1] < 0
                and use & _STRONG
                and view[starts[final] : stop] in self.companies
                and 2 <= left - 1 - waiting[0] <= 6
                and self._all_common(left, starts[final])
                and not page.words_in(waiting[0], left - 1)
            ):
                # 盛和阀门集团: nothing but common words after 和, nothing that any list knows before it
                start = waiting[0]
            if (
                waiting is not None
                and waiting[1] < 0
                and view[left:stop].endswith(self.committees)
                and use & _STRONG
                and 2 <= left - waiting[0] - 1 <= 8
                and stop - left >= 5
                and self._plain(waiting[2], left)
            ):
                start = waiting[0]
            front = self._over_relative(start, view[starts[final] : stop])
            if front >= 0:
                return self._organisation(front, stop, final, True, False, "organisation/anchored"), front
            over = self._over_verb(left, final) if view[starts[final] : stop].endswith(self.joinable) else -1
            if over >= 0:
                self._last = self.found.add(
                    Mention("organisation", over, stop, "organisation/over_verb", 0.75)
                )
                return True, over
            named = self._organisation(start, stop, final, False, counted, "organisation/suffix", first)
        self._divisions(left, right, first, last)
        return named, anchor

    def _over_verb(self, left: int, final: int) -> int:
        """Where the name of a centre begins that holds a verb, 临河区矛盾纠纷｜化解｜中心, or -1.

        Before the verb a region and more of the name must stand; a verb that founds or convenes holds no name together.
        """
        page = self.page
        verb, start = page.use_ending(left)
        if not verb & _PREDICATE or left - start < 2 or page.view[start:left] in self.lexicon.frames:
            return -1
        if not self._all_common(left, page.starts[final]):
            return -1
        n = page.word_at[start] - 1
        while n >= 0 and page.uses[n] & (_NOMINAL | _MIXED) and not page.uses[n] & (_SUFFIX | _DIVISION):
            n -= 1
        if n < 0 or not page.uses[n] & _DIVISION or not 2 <= start - page.ends[n] <= 10:
            return -1
        return page.starts[n] if page.view[page.ends[n] - 1] in "市省县区州" else -1

    def _over_relative(self, start: int, word: str) -> int:
        """Where a committee begins whose first word is a verb after its region, 市｜打击｜走私办公室, or -1."""
        if not word.endswith(self.committees):
            return -1
        page = self.page
        verb, begin = page.use_ending(start)
        if not verb & _PREDICATE or start - begin < 2:
            return -1
        view = page.view
        front = begin - 1
        if view[front] not in "市省县区州" or page.use_ending(front + 1)[1] < front:
            return -1
        before = page.use_ending(front)[0]
        return front if before & int(Use.BREAK | Use.PREDICATE | Use.CONJUNCTION) else -1

    def _township_acts(self, n: int) -> bool:
        """Whether word n is what is done in the township named right before it: 石桥乡｜检查｜农村信用社."""
        page = self.page
        if n == 0 or page.ends[n - 1] != page.starts[n] or not page.uses[n - 1] & _PLACE:
            return False
        return page.view[page.starts[n] : page.ends[n]] in self.visiting

    def _before_paren(self, place: int, firm: bool) -> int:
        """Where a name begins that goes on after a parenthesis: 三江电子（临河）有限公司; -1 where none does.

        `firm` says that it ends like a company's, where the parenthesis may hold anything of its own (远东).
        """
        page = self.page
        inner, stop = page.use_starting(place + 1)
        known = stop > place + 1 and page.view[stop] in "）)" and bool(inner & (_DIVISION | _ANCHOR | _MIXED))
        company = page.view[place + 1 : place + 3] in ("集团", "控股", "股份")
        closing = page.view.find("）", place, place + 6)
        own = firm and closing - place in (3, 4) and page.view[place + 1 : closing].isalpha()
        if not known and not company and not own and not page.use_ending(place)[0] & (_DIVISION | _ANCHOR):
            return -1
        n = page.word_at[place] - 1
        while n >= 0 and not (
            page.uses[n] & int(Use.BREAK | Use.PREDICATE | Use.CONJUNCTION | Use.TITLE)
            and not page.uses[n] & (_NOMINAL | _MIXED | _STRONG)
        ):
            n -= 1
        start = page.ends[n] if n >= 0 else 0
        for m in range(n + 1, page.word_at[place]):
            # a body of its own, then a verb no list knows: the name begins at the next anchor
            if page.uses[m] & (_NAME | _DIVISION | _ANCHOR) and m > n + 1 and page.uses[m - 1] & _MIXED:
                start = page.starts[m]
        verb = next((one for one in self.opening if page.view.startswith(one, start)), "")
        start += len(verb)
        return start if 2 <= place - start <= 16 else -1

    def _plain(self, first: int, end: int) -> bool:
        """Whether no word from `first` on to a place could itself be a name."""
        page = self.page
        n = first
        while n < len(page.starts) and page.starts[n] < end:
            if page.uses[n] & (_SUFFIX | _DIVISION | int(Use.OCCUPATION)) and not page.uses[n] & _NOMINAL:
                return False
            n += 1
        return True

    def _joined(self, waiting: tuple[int, int, int], left: int, final: int) -> int:
        """Where a name begins that runs over the conjunction before `left`, or -1: `市住房｜和｜城乡建设局`."""
        page = self.page
        use, end = page.use_starting(waiting[1])
        if use & _DIVISION and end >= left - 1:
            return -1  # a division alone before 和 is a name of its own
        if page.view[waiting[1]] in _RELATIVE and waiting[1] + 1 >= left - 1:
            return -1
        return (
            waiting[1] if page.view[page.starts[final] : page.ends[final]].endswith(self.committees) else -1
        )

    def _weak_ends(self, n: int, right: int) -> bool:
        """A weak class word ends a name only where the run or another word follows, not in the middle of a word."""
        start, end = self.page.starts[n], self.page.ends[n]
        word = self.page.view[start:end]
        if self._edge(n, right) or end - start > 1 or word in "厅局署":
            return True
        # 市体改办派员: enough stands before 办, so that it does not open a word itself
        return word in "办委" and 0 <= self._anchored <= start - 3

    def _edge(self, n: int, right: int) -> bool:
        page = self.page
        end = page.ends[n]
        return end == right or (n + 1 < len(page.starts) and page.starts[n + 1] == end)

    def _anchor(self, left: int, right: int, first: int, last: int) -> int:
        """The leftmost place where a name can begin by a region or 中国, or -1."""
        page = self.page
        uses, starts, ends, view = page.uses, page.starts, page.ends, page.view
        here = left
        n = first
        if view[here] == "原" and view[here + 1] in _RELATIVE and not (n < last and starts[n] == here):
            here += 1  # 原市交通局
        if view.startswith("地区", left) and right - left >= 4:
            return left  # 地区计委: the prefecture of the book
        while True:
            if n < last and starts[n] == here:
                use = uses[n]
                if use & (_DIVISION | _ANCHOR | _NAME):
                    return here
                if here == left and view[here] in _RELATIVE and view[here + 1 : here + 3] == "民族":
                    return here  # 市民｜族: two words of the list share a character
                after = use & (_MIXED | _NOMINAL | _PREDICATE)
                here, n = ends[n], n + 1
                if not after:
                    # a class word before the anchor belongs to the name: 建设银行杭州分行
                    return -1 if here < right and use & _SUFFIX else self._later(n, last)
                continue
            if (
                here < right
                and view[here] in _RELATIVE
                and here + 1 < right
                and view[here + 1] not in _NOT_AFTER_RELATIVE
            ):
                if view[here] == "团" and view[here + 1] not in "市省县区州中":
                    return self._later(n, last)
                return here
            return self._later(n, last) if here < right else -1

    def _later(self, n: int, last: int) -> int:
        """An anchor after characters that no list knows: only the full name of a division or 中国 is trusted there."""
        page = self.page
        for m in range(n, last):
            use = page.uses[m]
            if use & _ORGANISATION:
                return -1
            if (
                use & _DIVISION
                and page.view[page.ends[m] - 1] in "市省县区州"
                and page.ends[m] - page.starts[m] > 2
            ):
                return page.starts[m]
        return -1

    def _organisation(
        self, start: int, end: int, final: int, anchored: bool, counted: bool, rule: str, first: int = -1
    ) -> bool:
        page = self.page
        uses, starts, ends, view = page.uses, page.starts, page.ends, page.view
        surface = view[start:end]
        use = uses[final]
        generic = self.lexicon.generic
        word = view[starts[final] : end]
        if anchored and word in generic and final > first and starts[final] > start:
            before = uses[final - 1]
            if (
                ends[final - 1] == starts[final]
                and before & _ORGANISATION
                and word in self.common
                and view[starts[final] - 1] in "局委厅府办部会"
            ):
                end, final = starts[final], final - 1
                surface, use, word = view[start:end], uses[final], view[starts[final] : ends[final]]
        size = end - start
        if anchored:
            prefecture = surface.startswith("地区")
            relative = prefecture or (
                view[start] in _RELATIVE and (not self.page.use_starting(start)[0] or surface[1:3] == "民族")
            )
            if size < 2 or (size == 2 and word != "委" and not use & _NAME):
                return False
            if counted and not relative:
                return False
            if use & _WEAK and not use & (_STRONG | _NAME):
                if not relative and size < 3:
                    return False
                confidence = 0.85
            else:
                confidence = 0.95
            if view[start - 1] in "各每" and relative:
                return False
            if relative and surface[1:] == "中心":
                return False
            if self._ranked(starts[final]) or (
                starts[final] == self._after_anchor(start) and use & _WEAK and word in _BARE
            ):
                return False  # 省一级园, 石桥站
            if surface in generic or (
                relative and surface[1 + prefecture :] in ("企业", "公司", "单位", "机关")
            ):
                return False
            if prefecture and size < 4:
                return False
            if relative and surface[0] in "镇乡" and size <= 3:
                return False
            # a kind of body in a region, not one body: 杭州市医院, 全国高校
            first_use, first_end = page.use_starting(start)
            special = first_use & int(Use.ANCHOR) and view[start:first_end] not in self.national
            kind = word in generic and starts[final] == self._after_anchor(start) and not special
            short = first_use & _DIVISION and not self.lexicon.divisions.is_full(view[start:first_end])
            if kind and word not in self.alone and (not short or word in ("公司", "集团", "机构", "学校")):
                return False
        else:
            confidence = 0.75
            if counted:
                return False
            if view[start - 1] in "，。；\n" or view[start - 1] in "元吨亩里米":
                verb = next((one for one in self.opening if surface.startswith(one)), "")
                if verb and end - start >= len(verb) + 5 and view[start + len(verb)] not in "局委部厅银":
                    start += len(verb)
                    surface, size = view[start:end], end - start
            if use & _NAME:
                start = starts[final]
                surface, size = view[start:end], end - start
                rule, confidence = "organisation/listed", 0.95
            else:
                listed = self._list_member(start)
                works = word == "厂" and size >= 5 and not self._all_common(start, starts[final])
                if use & _WEAK and not use & (_STRONG | _NAME) and not works:
                    if (
                        not (listed and self._list_anchor)
                        or size > 8
                        or size < 2
                        or not _GOVERNMENT.match(surface)
                    ):
                        return False
                    rule, confidence = "organisation/list", 0.8
                if view[end] in _DIGITS or view[start - 1] in "各":
                    return False
                if word in self.lone and self._only_classes(start, end) and not (listed and self._list_anchor):
                    return False
                if surface in generic or (
                    size < 3
                    and not (listed and self._list_anchor and use & _STRONG and word[-1] in "委办局厅联")
                ):
                    if size >= 4:
                        self.passed.append((start, end))
                    return False
                if (
                    size == 3
                    and not (use & _STRONG and starts[final] == start)
                    and not (rule == "organisation/list" and word in ("局", "委", "办", "厅", "处"))
                ):
                    return False
                if surface.startswith(self.ranks) or _NUMBERED.match(surface) or self._ranked(starts[final]):
                    return False
                if view[start - 1] == "为" and word in self.companies:
                    # 鼎为 may be a firm's own name: two or three characters that no list knows, after a break
                    n = page.word_at[start - 1] - 1
                    front = ends[n] if n >= 0 else start
                    if 2 <= start - 1 - front <= 4 and uses[n] & (int(Use.BREAK) | _PREDICATE):
                        start = front
                        surface, size = view[start:end], end - start
                if starts[final] > start and self._all_common(start, starts[final]):
                    office = rule == "organisation/list" and word in ("局", "委", "办", "厅", "处")
                    if word in self.publishers or office:
                        pass
                    elif not (
                        word.endswith(("委员会", "办公室", "领导小组", "指挥部", "协会", "学会", "联盟"))
                        and size >= 6
                    ):
                        if size >= 4:
                            self.passed.append((start, end))
                        return False
                    confidence = 0.7
                if (
                    starts[final] == start
                    and not use & _NAME
                    and view[start] != "团"
                    and not (listed and self._list_anchor)
                ):
                    if size >= 4:
                        self.passed.append((start, end))
                    return False
                if starts[final] == start and word in generic:
                    if size >= 4:
                        self.passed.append((start, end))
                    return False
                if (
                    listed
                    and self._list_anchor
                    and size <= 8
                    and _GOVERNMENT.match(surface)
                    and not _OWN.search(surface)
                ):
                    rule = "organisation/list"
                elif starts[final] == start and size < 4 and word in ("纪委", "公安局", "检察院"):
                    confidence = 0.6
        if view[end] == "（" and word in (
            "大学",
            "学院",
            "公司",
            "有限公司",
            "研究院",
            "集团",
            "股份有限公司",
        ):
            use, stop = page.use_starting(end + 1)
            if use & _DIVISION and view[stop] == "）":
                end = stop + 1
        mention = Mention("organisation", start, end, rule, confidence)
        if rule == "organisation/list":
            mention.sort = self._list_anchor
        elif anchored:
            self._list_anchor = view[start : self._after_anchor(start)]
        else:
            self._list_anchor = ""
        self.found.add(mention)
        self._last = mention
        return True

    def _only_classes(self, start: int, end: int) -> bool:
        """Whether class words follow one another and name nobody: 委员会｜办公室."""
        page = self.page
        place = start
        while place < end:
            use, stop = page.use_starting(place)
            if not use & _ORGANISATION or use & _NAME:
                return False
            place = stop
        return True

    def _after_anchor(self, start: int) -> int:
        """Where the region at the start of a name ends: 浙江省杭州市|公安局."""
        page = self.page
        place = start
        while True:
            use, end = page.use_starting(place)
            if use & (_DIVISION | _ANCHOR):
                place = end
                continue
            if place == start and page.view.startswith("地区", place):
                return place + 2
            if place == start and not use and page.view[place] in _RELATIVE:
                return place + 1
            return place

    def _ranked(self, place: int) -> bool:
        """Whether a class word at a place belongs to a rank (二级｜医院), not to a level of courts (中级)."""
        return self.page.view[place - 1] == "级" and self.page.view[place - 2] not in "中高"

    def _list_member(self, start: int) -> bool:
        """Whether the name before, and only a list mark between, was an organisation with a region."""
        last = self._last
        if last is None:
            return False
        gap = self.page.view[last.end : start]
        return gap in ("、", "和", "与", "及", "以及", "，", "（")

    def _all_common(self, start: int, end: int) -> bool:
        """Whether a stretch consists of common words only, so that it describes and does not name."""
        page = self.page
        place = start
        while place < end:
            use, stop = page.use_starting(place)
            if not use & _COMMON:
                if use & _STRONG and page.view[place:stop] in self.lexicon.generic:
                    place = stop
                    continue
                return page.view[place] in "化性型类级" and self._all_common(place + 1, end)
            place = stop
        return True

    def _place(self, start: int, end: int, first: int, final: int, anchored: bool, counted: bool) -> bool:
        """A facility or a place by its class word."""
        page = self.page
        view, starts, uses = page.view, page.starts, page.uses
        use = uses[final]
        kind = "facility" if use & _FACILITY else "place"
        word = view[starts[final] : end]
        name = view[start : starts[final]]
        township = word in ("镇", "乡", "街道", "村")
        if counted or not name or view[start - 1] in "各每" or (view[end] in _DIGITS and not township):
            return False
        if (use & _PLACE and not use & _FACILITY and len(word) == 1) or word in ("街道", "社区"):
            if word in "镇乡村" and (len(name) > 5 or (len(name) < 2 and not anchored)):
                return False
            inner = (
                n for n in page.words_in(start, starts[final]) if uses[n] & _PLACE and not uses[n] & _NOMINAL
            )
            if any(not (word == "街道" and view[starts[n]] == "镇") for n in inner):
                return False
            if _NUMBERED.match(name) or (
                len(name) > 3
                and not anchored
                and view[start - 1] not in "、在到于赴和及"
                and view[end] not in "、和及等"
            ):
                return False
            if (
                len(name) > 6
                or not name
                or self._all_common(start, starts[final])
                or view[start] in "该本各全新每某"
            ):
                return False
            rule, confidence = "place/township", 0.8
            if word in ("镇", "乡", "街道", "苏木"):
                kind, rule = "division", "division/township"
        elif anchored:
            if (
                starts[final] == self._after_anchor(start)
                and view[start] in _RELATIVE
                and len(word) <= 2
                and word not in ("体育馆", "大会堂")
            ):
                return False
            if page.use_starting(start)[0] & _ANCHOR and starts[final] == self._after_anchor(start):
                return False
            rule, confidence = f"{kind}/anchored", 0.9
        else:
            verb = next(
                (
                    one
                    for one in self.opening
                    if name.startswith(one) and name[len(one) : len(one) + 1] != "区"
                ),
                "",
            )
            start += len(verb)
            name = name[len(verb) :]
            if len(name) < 2 or len(name) > 12:
                return False
            if self._all_common(start, starts[final]) and not (name in _CIVIC and word in _CIVIC_PLACES):
                return False
            rule, confidence = f"{kind}/suffix", 0.7
        self.found.add(Mention(kind, start, end, rule, confidence))
        return True

    def _divisions(self, left: int, right: int, first: int, last: int) -> None:
        """Divisions named in a part, outside the names found in it."""
        page = self.page
        uses, starts, ends, view = page.uses, page.starts, page.ends, page.view
        found = self.found
        covered = -1
        for n in range(first, last):
            held = found.by_start.get(starts[n])
            if held is not None:
                covered = max(covered, held.end)
            if starts[n] < covered or starts[n] < left:
                continue
            if uses[n] & int(Use.COUNTRY) and view[ends[n]] not in "人籍语产式货":
                found.add(Mention("place", starts[n], ends[n], "place/country", 0.85))
                continue
            if not uses[n] & _DIVISION:
                continue
            name = view[starts[n] : ends[n]]
            if uses[n] & _AMBIGUOUS and len(name) == 2 and name[1] == "区":
                continue  # 城区, 郊区: districts in name, but hardly ever meant
            full = self.lexicon.divisions.is_full(name)
            if not full:
                after = view[ends[n]]
                if after in _NOT_PLACE_NEXT:
                    continue
                free_left = (
                    starts[n] == left
                    or view[starts[n] - 1] in "来赴到往在抵离返驻访及至"
                    or (n > first and ends[n - 1] == starts[n])
                )
                if not free_left:
                    continue
                if uses[n] & _AMBIGUOUS and not (
                    (starts[n] == left and ends[n] == right)
                    and (view[left - 1] in "、在赴到于" or after in "、等")
                ):
                    continue
                candidates = self.lexicon.divisions.names.get(name, ())
                if (
                    candidates
                    and candidates[0].level == "county"
                    and "、" not in (view[starts[n] - 1], after)
                ):
                    continue
            confidence = 0.95 if full else 0.75
            code = self.lexicon.divisions.code_of(name)
            found.add(
                Mention(
                    "division",
                    starts[n],
                    ends[n],
                    "division/full" if full else "division/short",
                    confidence,
                    code=code,
                )
            )
