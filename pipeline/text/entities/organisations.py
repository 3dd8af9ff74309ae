"""Organisations by their class word: which stretch before it is the name, and when it names nobody.

Here: the tests on a candidate that begins with a region or 中国, on one that does not, and on a member of a list.
Not here: where a candidate begins (`parts`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.text.entities.mention import Mention
from pipeline.text.entities.reading import (
    DIGITS,
    DIVISION,
    NAME,
    NUMBERED,
    ORGANISATION_USE,
    PREDICATE,
    RELATIVE,
    STRONG,
    WEAK,
    Reading,
)
from pipeline.text.entities.words import Use

_BREAK, _BEGINS = int(Use.BREAK), int(Use.ANCHOR)
_OWN = re.compile(r"[县区镇乡]|街道")  # a list member with a place of its own inherits none
_GOVERNMENT = re.compile(
    r"^.{0,6}(?:局|委|办|厅|处|政府|法院|检察院|支队|大队|总队|纪委|人大|政协|妇联|工会|团委|政法委|部|院|中心|站|所|海关|军分区|社|组)$"
)
_BARE = frozenset("站园网组校馆队院所室厂社")
_LONE = frozenset(("办公室", "委员会", "领导小组", "指挥部", "中心", "协会", "公司", "有限公司"))
_GROUPS = ("委员会", "办公室", "领导小组", "指挥部", "协会", "学会", "联盟")
_OFFICES = frozenset("局委办厅处")
_KINDS = frozenset(("企业", "公司", "单位", "机关"))
_COMMON_KINDS = frozenset(("公司", "集团", "机构", "学校"))
_BRANCHED = frozenset(("大学", "学院", "公司", "有限公司", "研究院", "集团", "股份有限公司"))


class _Body(NamedTuple):
    """A stretch that names a body: where it begins, by which rule."""

    start: int
    rule: str


class Organisations(Reading):
    """The rules for organisations."""

    def _organisation(
        self, start: int, end: int, final: int, anchored: bool, counted: bool, rule: str, first: int = -1
    ) -> bool:
        """Add the organisation [start, end) that ends with word `final`, if it is one.

        Args:
            start, end: the candidate.
            final: number of its class word.
            anchored: whether it begins with a region or 中国.
            counted: whether a figure stands before it: 3个市公安局.
            rule: what to note as its rule.
            first: number of the first word of its part.
        """
        page = self.page
        uses, starts, ends, view = page.uses, page.starts, page.ends, page.view
        word = view[starts[final] : end]
        if anchored:
            if word in self.lexicon.generic and final > first and starts[final] > start:
                before = uses[final - 1]
                if (
                    ends[final - 1] == starts[final]
                    and before & ORGANISATION_USE
                    and word in self._common
                    and view[starts[final] - 1] in "局委厅府办部会"
                ):
                    end, final = starts[final], final - 1
                    word = view[starts[final] : ends[final]]
            if not self._in_region(start, end, final, word, counted):
                return False
        else:
            body = None if counted else self._free(start, end, final, word, rule)
            if body is None:
                return False
            start, rule = body
        if view[end] == "（" and word in _BRANCHED:
            use, stop = page.use_starting(end + 1)
            if use & DIVISION and view[stop] == "）":
                end = stop + 1
        mention = Mention("organisation", start, end, rule)
        if rule == "organisation/list":
            mention.sort = self._list_anchor
        elif anchored:
            self._list_anchor = view[start : self._after_anchor(start)]
        else:
            self._list_anchor = ""
        self.found.add(mention)
        self._last_end = end
        return True

    def _in_region(self, start: int, end: int, final: int, word: str, counted: bool) -> bool:
        """Whether a candidate with its region is one body, 市公安局, and not a kind, 市医院."""
        page = self.page
        view, class_start, use = page.view, page.starts[final], page.uses[final]
        surface = view[start:end]
        size = end - start
        prefecture = surface.startswith("地区")
        relative = prefecture or (
            view[start] in RELATIVE and (not page.use_starting(start)[0] or surface[1:3] == "民族")
        )
        if size < 2 or (size == 2 and word != "委" and not use & NAME):
            return False
        if counted and not relative:
            return False
        weak = use & WEAK and not use & (STRONG | NAME)
        if weak and not relative and size < 3:
            return False
        if relative and (view[start - 1] in "各每" or surface[1:] == "中心"):
            return False
        after = self._after_anchor(start)
        if self._ranked(class_start) or (class_start == after and use & WEAK and word in _BARE):
            return False  # 省一级园, 石桥站
        generic = self.lexicon.generic
        if surface in generic or (relative and surface[1 + prefecture :] in _KINDS):
            return False
        if prefecture and size < 4:
            return False
        if relative and surface[0] in "镇乡" and size <= 3:
            return False
        # a kind of body in a region, not one body: 杭州市医院, 全国高校
        if class_start == after and word in generic and word not in self._alone:
            first_use, first_end = page.use_starting(start)
            if not first_use & _BEGINS or view[start:first_end] in self._national:
                short = first_use & DIVISION and not self.lexicon.divisions.is_full(view[start:first_end])
                if not short or word in _COMMON_KINDS:
                    return False
        return True

    def _free(self, start: int, end: int, final: int, word: str, rule: str) -> _Body | None:
        """What a candidate without a region names: a body of its own, or one of the region of its list."""
        page = self.page
        uses, ends, view = page.uses, page.ends, page.view
        class_start, use = page.starts[final], uses[final]
        if use & NAME:
            return _Body(class_start, "organisation/listed")
        surface = view[start:end]
        size = end - start
        if view[start - 1] in "，。；\n元吨亩里米":
            verb = next((one for one in self._opening if surface.startswith(one)), "")
            if verb and size >= len(verb) + 5 and view[start + len(verb)] not in "局委部厅银":
                start += len(verb)
                surface, size = view[start:end], end - start
        generic = self.lexicon.generic
        member = bool(self._list_anchor) and self._list_member(start)
        works = word == "厂" and size >= 5 and not self._all_common(start, class_start)
        if use & WEAK and not use & STRONG and not works:
            if not member or not 2 <= size <= 8 or not _GOVERNMENT.match(surface):
                return None
            rule = "organisation/list"
        if view[end] in DIGITS or view[start - 1] == "各":
            return None
        if word in _LONE and not member and self._only_classes(start, end):
            return None
        if surface in generic or (size < 3 and not (member and use & STRONG and word[-1] in "委办局厅联")):
            self._pass(start, end)
            return None
        office = rule == "organisation/list" and word in _OFFICES
        if size == 3 and not (use & STRONG and class_start == start) and not office:
            return None
        if surface.startswith(self._ranks) or NUMBERED.match(surface) or self._ranked(class_start):
            return None
        if view[start - 1] == "为" and word in self._companies:
            # 鼎为 may be a firm's own name: two or three characters that no list knows, after a break
            n = page.word_at[start - 1] - 1
            front = ends[n] if n >= 0 else start
            if 2 <= start - 1 - front <= 4 and uses[n] & (_BREAK | PREDICATE):
                start = front
                surface, size = view[start:end], end - start
        grouped = word.endswith(_GROUPS) and size >= 6
        common = class_start > start and self._all_common(start, class_start)
        if common and word not in self._publishers and not office and not grouped:
            self._pass(start, end)
            return None
        if class_start == start and ((view[start] != "团" and not member) or word in generic):
            self._pass(start, end)
            return None
        if member and size <= 8 and _GOVERNMENT.match(surface) and not _OWN.search(surface):
            rule = "organisation/list"
        return _Body(start, rule)

    def _pass(self, start: int, end: int) -> None:
        """Note a name of common words only, where it is long enough to stand for a body named before."""
        if end - start >= 4:
            self.passed.append((start, end))
