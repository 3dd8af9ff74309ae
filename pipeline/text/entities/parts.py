"""The parts of a run between its conjunctions: where a name begins and which class word ends it.

Here: anchors (a region, 中国), the last class word of a part, what a conjunction or a verb inside a name means, names
that go on after a parenthesis. Not here: whether the stretch names anything (`organisations`, `territory`).
"""

from __future__ import annotations

import re

from pipeline.text.entities.mention import Mention
from pipeline.text.entities.organisations import Organisations
from pipeline.text.entities.reading import (
    ANCHOR,
    CONJUNCTION,
    DIVISION,
    EVENT,
    FACILITY,
    MIXED,
    NAME,
    NOMINAL,
    ORGANISATION_USE,
    PLACE,
    PREDICATE,
    RELATIVE,
    STRONG,
    SUFFIX_USE,
    WEAK,
)
from pipeline.text.entities.territory import Territory
from pipeline.text.entities.words import Use

_NOT_AFTER_RELATIVE = frozenset("场民长直内级属域外容政郊道城")
_SESSION = re.compile(r"(?:第[一二三四五六七八九十百]{1,4}|首)届")


class Parts(Organisations, Territory):
    """Reads the parts of a run."""

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
            if n < last and not (uses[n] & CONJUNCTION and not uses[n] & (SUFFIX_USE | NOMINAL)):
                use = uses[n]
                if (
                    use & (DIVISION | ANCHOR | NAME)
                    and left < body < starts[n]
                    and self.page.view[body : starts[n]] not in ("驻", "附属")
                ):
                    # a body, a verb no list knows, another body: 市防汛指挥部调度武警支队
                    named, _ = self._part(left, starts[n], begin, n, counted, waiting)
                    waiting, left, begin, body = None, starts[n], n, -1
                if use & MIXED and self._township_acts(n):
                    self._part(left, starts[n], begin, n, counted, waiting)
                    waiting, left, begin, body = None, ends[n], n + 1, -1
                    continue
                if use & ORGANISATION_USE and (
                    use & (STRONG | NAME) or self.page.view[starts[n] : ends[n]] in "厅局署"
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
            if use & SUFFIX_USE and (
                not use & WEAK or use & (STRONG | FACILITY | PLACE | EVENT) or self._weak_ends(n, right)
            ):
                if use & EVENT and not use & ORGANISATION_USE and ends[n] - starts[n] == 1 and ends[n] != right:
                    continue
                if (
                    use & PLACE
                    and not use & NOMINAL
                    and ends[n] - starts[n] == 1
                    and not self._edge(n, right)
                ):
                    continue
                final = n
                break
        if (
            anchor < 0
            and view[left] in RELATIVE
            and first < last
            and starts[first] == left
            and not uses[first] & SUFFIX_USE
        ):
            glued = self._split_word(left, right)
            if glued > 0:
                stop = max(glued, ends[final]) if final >= 0 and uses[final] & ORGANISATION_USE else glued
                self._list_anchor = view[left]
                held = self.found.add(Mention("organisation", left, stop, "organisation/anchored"))
                self._last_end = held.end
                return True, left
        if final < 0:
            self._divisions(left, right, first, last)
            return False, anchor
        use = uses[final]
        stop = ends[final]
        if use & (STRONG | FACILITY) and left in self._opened and view[left - 1] in "）)" and anchor < 0:
            front = self._before_paren(self._opened[left], view[starts[final] : stop] in self._companies)
            if front >= 0:
                kind = "organisation" if use & STRONG else "facility"
                self._last_end = self.found.force(Mention(kind, front, stop, f"{kind}/parenthesis")).end
                self._list_anchor = ""
                return True, front
        if use & ORGANISATION_USE and view[left] in "第首" and _SESSION.match(view, left, stop):
            self.events.append((left, stop))
            return True, anchor
        if use & EVENT and not use & (STRONG | NAME):
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
                if uses[n] & STRONG and view[ends[n]] in "第一二三四五六七八九十" and anchor >= 0:
                    self._organisation(anchor, ends[n], n, True, False, "organisation/anchored", first)
                    break
            self._divisions(left, right, first, last)
            return True, anchor
        begin = anchor if anchor >= 0 and anchor < starts[final] + 1 else -1
        if begin < 0 and waiting is not None and waiting[1] >= 0 and use & ORGANISATION_USE:
            joined = self._joined(waiting, left, final)
            if joined >= 0:
                return self._organisation(joined, stop, final, True, False, "organisation/anchored"), joined
        if use & (FACILITY | PLACE) and not use & ORGANISATION_USE:
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
                and use & STRONG
                and view[starts[final] : stop] in self._companies
                and 2 <= left - 1 - waiting[0] <= 6
                and self._all_common(left, starts[final])
                and not page.words_in(waiting[0], left - 1)
            ):
                # 盛和阀门集团: nothing but common words after 和, nothing that any list knows before it
                start = waiting[0]
            if (
                waiting is not None
                and waiting[1] < 0
                and view[left:stop].endswith(self._committees)
                and use & STRONG
                and 2 <= left - waiting[0] - 1 <= 8
                and stop - left >= 5
                and self._plain(waiting[2], left)
            ):
                start = waiting[0]
            front = self._over_relative(start, view[starts[final] : stop])
            if front >= 0:
                return self._organisation(front, stop, final, True, False, "organisation/anchored"), front
            over = self._over_verb(left, final) if view[starts[final] : stop].endswith(self._joinable) else -1
            if over >= 0:
                held = self.found.add(Mention("organisation", over, stop, "organisation/over_verb"))
                self._last_end = held.end
                return True, over
            named = self._organisation(start, stop, final, False, counted, "organisation/suffix", first)
        self._divisions(left, right, first, last)
        return named, anchor

    def _anchor(self, left: int, right: int, first: int, last: int) -> int:
        """The leftmost place where a name can begin by a region or 中国, or -1."""
        page = self.page
        uses, starts, ends, view = page.uses, page.starts, page.ends, page.view
        here = left
        n = first
        if view[here] == "原" and view[here + 1] in RELATIVE and not (n < last and starts[n] == here):
            here += 1  # 原市交通局
        if view.startswith("地区", left) and right - left >= 4:
            return left  # 地区计委: the prefecture of the book
        while True:
            if n < last and starts[n] == here:
                use = uses[n]
                if use & (DIVISION | ANCHOR | NAME):
                    return here
                if here == left and view[here] in RELATIVE and view[here + 1 : here + 3] == "民族":
                    return here  # 市民｜族: two words of the list share a character
                after = use & (MIXED | NOMINAL | PREDICATE)
                here, n = ends[n], n + 1
                if not after:
                    # a class word before the anchor belongs to the name: 建设银行杭州分行
                    return -1 if here < right and use & SUFFIX_USE else self._later(n, last)
                continue
            if (
                here < right
                and view[here] in RELATIVE
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
            if use & ORGANISATION_USE:
                return -1
            if (
                use & DIVISION
                and page.view[page.ends[m] - 1] in "市省县区州"
                and page.ends[m] - page.starts[m] > 2
            ):
                return page.starts[m]
        return -1

    def _weak_ends(self, n: int, right: int) -> bool:
        """A weak class word ends a name only where the run or another word follows, not in the middle of a word."""
        start, end = self.page.starts[n], self.page.ends[n]
        word = self.page.view[start:end]
        if self._edge(n, right) or end - start > 1 or word in "厅局署":
            return True
        # 市体改办派员: enough stands before 办, so that it does not open a word itself
        return word in "办委" and 0 <= self._anchored <= start - 3

    def _split_word(self, left: int, right: int) -> int:
        """End of a body whose region is glued to its first word, `市民｜政局`, or -1."""
        use_of, view = self.lexicon.use_of, self.page.view
        for size in (8, 7, 6, 5, 4, 3, 2):
            end = left + 1 + size
            if end <= right and use_of.get(view[left + 1 : end], 0) & STRONG:
                return end
        return -1

    def _joined(self, waiting: tuple[int, int, int], left: int, final: int) -> int:
        """Where a name begins that runs over the conjunction before `left`, or -1: `市住房｜和｜城乡建设局`."""
        page = self.page
        use, end = page.use_starting(waiting[1])
        if use & DIVISION and end >= left - 1:
            return -1  # a division alone before 和 is a name of its own
        if page.view[waiting[1]] in RELATIVE and waiting[1] + 1 >= left - 1:
            return -1
        return (
            waiting[1] if page.view[page.starts[final] : page.ends[final]].endswith(self._committees) else -1
        )

    def _over_verb(self, left: int, final: int) -> int:
        """Where the name of a centre begins that holds a verb, 临河区矛盾纠纷｜化解｜中心, or -1.

        Before the verb a region and more of the name must stand; a verb that founds or convenes holds no name together.
        """
        page = self.page
        verb, start = page.use_ending(left)
        if not verb & PREDICATE or left - start < 2 or not self._all_common(left, page.starts[final]):
            return -1
        self._alike = False  # from here on the verb itself counts, and what stands before it
        if page.view[start:left] in self.lexicon.frames:
            return -1
        n = page.word_at[start] - 1
        while n >= 0 and page.uses[n] & (NOMINAL | MIXED) and not page.uses[n] & (SUFFIX_USE | DIVISION):
            n -= 1
        if n < 0 or not page.uses[n] & DIVISION or not 2 <= start - page.ends[n] <= 10:
            return -1
        return page.starts[n] if page.view[page.ends[n] - 1] in "市省县区州" else -1

    def _over_relative(self, start: int, word: str) -> int:
        """Where a committee begins whose first word is a verb after its region, 市｜打击｜走私办公室, or -1."""
        if not word.endswith(self._committees):
            return -1
        page = self.page
        verb, begin = page.use_ending(start)
        if not verb & PREDICATE or start - begin < 2:
            return -1
        self._alike = False  # as above
        view = page.view
        front = begin - 1
        if view[front] not in "市省县区州" or page.use_ending(front + 1)[1] < front:
            return -1
        before = page.use_ending(front)[0]
        return front if before & int(Use.BREAK | Use.PREDICATE | Use.CONJUNCTION) else -1

    def _township_acts(self, n: int) -> bool:
        """Whether word n is what is done in the township named right before it: 石桥乡｜检查｜农村信用社."""
        page = self.page
        if n == 0 or page.ends[n - 1] != page.starts[n] or not page.uses[n - 1] & PLACE:
            return False
        return page.view[page.starts[n] : page.ends[n]] in self._visiting

    def _before_paren(self, place: int, firm: bool) -> int:
        """Where a name begins that goes on after a parenthesis: 三江电子（临河）有限公司; -1 where none does.

        `firm` says that it ends like a company's, where the parenthesis may hold anything of its own (远东).
        """
        page = self.page
        inner, stop = page.use_starting(place + 1)
        known = stop > place + 1 and page.view[stop] in "）)" and bool(inner & (DIVISION | ANCHOR | MIXED))
        company = page.view[place + 1 : place + 3] in ("集团", "控股", "股份")
        closing = page.view.find("）", place, place + 6)
        own = firm and closing - place in (3, 4) and page.view[place + 1 : closing].isalpha()
        if not known and not company and not own and not page.use_ending(place)[0] & (DIVISION | ANCHOR):
            return -1
        n = page.word_at[place] - 1
        while n >= 0 and not (
            page.uses[n] & int(Use.BREAK | Use.PREDICATE | Use.CONJUNCTION | Use.TITLE)
            and not page.uses[n] & (NOMINAL | MIXED | STRONG)
        ):
            n -= 1
        start = page.ends[n] if n >= 0 else 0
        for m in range(n + 1, page.word_at[place]):
            # a body of its own, then a verb no list knows: the name begins at the next anchor
            if page.uses[m] & (NAME | DIVISION | ANCHOR) and m > n + 1 and page.uses[m - 1] & MIXED:
                start = page.starts[m]
        verb = next((one for one in self._opening if page.view.startswith(one, start)), "")
        start += len(verb)
        return start if 2 <= place - start <= 16 else -1
