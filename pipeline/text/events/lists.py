"""Names in a row before or after a verb: `由A、B等单位共同主办`.

Here: how far such a list reaches, cutting it into members whatever word they end with, 等. Not here: which verb
gives which part (`frames`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import People
from pipeline.text.entities.words import Lexicon, Page, Use

_OPEN = re.compile(
    r"等?(?:[0-9]+|[几多数]|[一二三四五六七八九十百]+)?(?:余|多)?(?:家|个|位|名)?(?:主办|承办|协办)?(?:单位|部门|机构|企业|公司|省市|省区|县区|高校|院校|组织|市县|区县|县市|媒体|团体|学校|医院|地|人|县|市|区)$"
)
_SEPARATORS = ("以及", "、", "和", "与", "及", "暨", "同", "跟")
_NOT_MEMBER = re.compile(
    r"^(?:[0-9]|有关|相关|各|其他|多家|几家|数家|全市|全省|该|其)|(?:单位|部门|负责人|代表|领导|人员)$"
)
NAMELESS = ("organisation", "division", "abbreviation")
"""Kinds of names of those who act together."""
BODIES = (*NAMELESS, "person")
"""Kinds of names of those who act."""
_NAMED = (*BODIES, "place")
_STOP = int(Use.PREDICATE | Use.ROLE)
_KEEP = int(Use.NOMINAL | Use.MIXED | Use.STRONG | Use.NAME | Use.DIVISION)


class Members(NamedTuple):
    """The members of a list in order, where it begins, and whether it ends in 等."""

    members: list[Mention]
    start: int
    open_list: bool


class Lists:
    """Reads lists of names on one page."""

    def __init__(
        self, page: Page, lexicon: Lexicon, brackets: Brackets, found: Found, people: People
    ) -> None:
        self.page, self.lexicon, self.found, self.people = page, lexicon, found, people
        self._opened = {end: start for start, end in (*brackets.works, *brackets.parens)}
        self._opened.update({end + 1: start - 1 for start, end in brackets.quotes})
        adverbs = lexicon.marked["adverb"]
        self._adverb = re.compile("(?:" + "|".join(map(re.escape, adverbs)) + ")+$")
        self._adverb_ends = frozenset(adverb[-1] for adverb in adverbs)
        self._joining = (*_SEPARATORS, *lexicon.marked["joining"])
        self._closed = {start: end for end, start in self._opened.items()}

    def skip_adverbs(self, place: int) -> int:
        """Step back over adverbs that stand before a verb."""
        low = max(0, place - 16)
        match = (
            self._adverb.search(self.page.view, low, place)
            if self.page.view[place - 1] in self._adverb_ends
            else None
        )
        return match.start() if match else place

    def known_before(
        self,
        place: int,
        kinds: tuple[str, ...] = _NAMED,
    ) -> Members:
        """The list of already known names that ends right before a place, adverbs and 等N家单位 stepped over."""
        view, found = self.page.view, self.found
        place = self.skip_adverbs(place)
        place, opened = self.skip_open(place)
        members: list[Mention] = []
        start = place
        while True:
            held = found.by_end.get(place)
            if held is None and view[place - 1] in '”"':
                held = found.by_end.get(place - 1)
            if held is None or held.kind not in kinds:
                break
            members.insert(0, held)
            start = held.start
            if held.kind == "person":
                person = self.people.by_start.get(start)
                if person is not None and person.front >= 0:
                    start = person.front
            separator = next((s for s in self._joining if view.startswith(s, start - len(s))), "")
            if not separator and start < held.start and view[start - 1] == "，":
                before = found.by_end.get(start - 1)
                if before is not None and before.kind == "person":
                    separator = "，"  # 副市长王晓明，市人大副主任丁一等参加
            if not separator:
                break
            place = start - len(separator)
        return Members(members, start, opened)

    def known_after(
        self,
        place: int,
        kinds: tuple[str, ...] = _NAMED,
    ) -> tuple[list[Mention], int, bool]:
        """The list of known names that starts at a place, its end, and whether 等 follows."""
        view, found = self.page.view, self.found
        members: list[Mention] = []
        while True:
            held = found.by_start.get(place)
            if held is None or held.kind not in kinds:
                break
            members.append(held)
            place = held.end
            separator = next((s for s in _SEPARATORS if view.startswith(s, place)), "")
            if not separator or place + len(separator) not in found.by_start:
                break
            place += len(separator)
        opened = view.startswith("等", place)
        return members, place, opened

    def skip_open(self, place: int) -> tuple[int, bool]:
        """Step back over `等4家单位`, `等单位`, `等`; returns the place and whether 等 stood there."""
        view = self.page.view
        low = max(0, place - 14)
        at = view.rfind("等", low, place)
        if at > 0 and (at + 1 == place or (_OPEN.fullmatch(view, at, place))):
            return at, True
        return place, False

    def any_before(self, end: int) -> Members:
        """The list that ends at a role verb: every member is a body, whatever its last word."""
        page, found = self.page, self.found
        view = page.view
        place = self.skip_adverbs(end)
        place, opened = self.skip_open(place)
        stop = place
        low = place
        while low > 0:
            held = found.by_end.get(low)
            if held is not None and held.kind in BODIES:
                low = held.start
                continue
            if low in self._opened:
                low = self._opened[low]
                continue
            n = page.word_at[low] - 1
            if n < 0:
                break
            if page.ends[n] == low:
                use = page.uses[n]
                character = view[low - 1]
                if use & int(Use.BREAK):
                    if character == "、" or (character in "0123456789" and view[low] not in "月日年，,"):
                        low -= 1
                        continue
                    break
                if use & _STOP and not use & _KEEP:
                    break
                low = page.starts[n]
            else:
                low -= 1
            if stop - low > 200:
                break
        return Members(self._cut(low, stop), low, opened)

    def _cut(self, start: int, end: int) -> list[Mention]:
        view, found = self.page.view, self.found
        members: list[Mention] = []
        place = start
        while place < end:
            held = found.by_start.get(place)
            stop = (
                held.end
                if held is not None and held.end <= end and self._closes(held.end, end)
                else self._next(place, end)
            )
            member = self._member(place, stop)
            if member is not None:
                members.append(member)
            separator = next((s for s in _SEPARATORS if view.startswith(s, stop)), "")
            place = stop + max(len(separator), 1)
        return members

    def _closes(self, place: int, end: int) -> bool:
        return place == end or any(self.page.view.startswith(s, place) for s in _SEPARATORS)

    def _next(self, place: int, end: int) -> int:
        """The next list mark outside marks and outside known names."""
        view, found = self.page.view, self.found
        closes = self._closed
        while place < end:
            if place in closes:
                place = closes[place]
                continue
            held = found.by_start.get(place)
            if held is not None and held.end < end and held.end - held.start > 3:
                place = held.end
                continue
            use, stop = self.page.use_starting(place)
            if use & int(Use.CONJUNCTION) or view[place] == "、":
                return place
            place = max(stop, place + 1)
        return end

    def _member(self, start: int, end: int) -> Mention | None:
        view, found = self.page.view, self.found
        held = found.at(start, end)
        if held is not None:
            return held
        text = view[start:end]
        if not 2 <= len(text) <= 40 or text in self.lexicon.generic or _NOT_MEMBER.search(text):
            return None
        before = found.by_end.get(end)
        anchor = before.sort if before is not None else None
        found.clear(start, end)
        mention = Mention("organisation", start, end, "organisation/role", sort=anchor)
        return found.add(mention)
