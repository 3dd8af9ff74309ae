"""Facilities, places and divisions in a run.

Here: what a class word like 体育馆, 镇 or 路 makes of the stretch before it, and divisions named outside longer names.
Not here: counties that no table knows (`counties`).
"""

from __future__ import annotations

from pipeline.text.entities.mention import Mention
from pipeline.text.entities.reading import (
    AMBIGUOUS,
    ANCHOR,
    DIGITS,
    DIVISION,
    FACILITY,
    NOMINAL,
    NUMBERED,
    PLACE,
    RELATIVE,
    Reading,
)
from pipeline.text.entities.words import Use

_NAMED = int(Use.DIVISION | Use.COUNTRY)
_TOWNSHIPS = ("镇", "乡", "街道", "村")
_NOT_PLACE_NEXT = frozenset("路街巷道湾人话菜籍产大站港桥山湖")
_CIVIC = frozenset((
    "人民", "和平", "胜利", "解放", "文化", "青年", "儿童", "工人", "友谊", "民族", "世纪", "五一", "八一",
    "市民", "时代", "革命",
))  # fmt: skip
_CIVIC_PLACES = frozenset((
    "广场", "公园", "大桥", "礼堂", "会堂", "大会堂", "体育馆", "体育场", "影剧院", "剧场", "大剧院", "饭店",
    "宾馆",
))  # fmt: skip


class Territory(Reading):
    """The rules for facilities, places and divisions."""

    def _place(self, start: int, end: int, first: int, final: int, anchored: bool, counted: bool) -> bool:
        """A facility or a place by its class word."""
        page = self.page
        view, starts, uses = page.view, page.starts, page.uses
        use = uses[final]
        kind = "facility" if use & FACILITY else "place"
        word = view[starts[final] : end]
        name = view[start : starts[final]]
        township = word in _TOWNSHIPS
        if counted or not name or view[start - 1] in "各每" or (view[end] in DIGITS and not township):
            return False
        if (use & PLACE and not use & FACILITY and len(word) == 1) or word in ("街道", "社区"):
            if word in "镇乡村" and (len(name) > 5 or (len(name) < 2 and not anchored)):
                return False
            inner = (
                n for n in page.words_in(start, starts[final]) if uses[n] & PLACE and not uses[n] & NOMINAL
            )
            if any(not (word == "街道" and view[starts[n]] == "镇") for n in inner):
                return False
            if NUMBERED.match(name) or (
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
            rule = "place/township"
            if word in ("镇", "乡", "街道", "苏木"):
                kind, rule = "division", "division/township"
        elif anchored:
            if (
                starts[final] == self._after_anchor(start)
                and view[start] in RELATIVE
                and len(word) <= 2
                and word not in ("体育馆", "大会堂")
            ):
                return False
            if page.use_starting(start)[0] & ANCHOR and starts[final] == self._after_anchor(start):
                return False
            rule = f"{kind}/anchored"
        else:
            verb = next(
                (
                    one
                    for one in self._opening
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
            rule = f"{kind}/suffix"
        self.found.add(Mention(kind, start, end, rule))
        return True

    def _divisions(self, left: int, right: int, first: int, last: int) -> None:
        """Divisions named in a part, outside the names found in it."""
        page = self.page
        uses, starts, ends, view = page.uses, page.starts, page.ends, page.view
        for n in range(first, last):
            if uses[n] & _NAMED:
                break
        else:
            return
        found = self.found
        covered = -1
        for n in range(first, last):
            held = found.by_start.get(starts[n])
            if held is not None:
                covered = max(covered, held.end)
            if starts[n] < covered or starts[n] < left:
                continue
            if uses[n] & int(Use.COUNTRY) and view[ends[n]] not in "人籍语产式货":
                found.add(Mention("place", starts[n], ends[n], "place/country"))
                continue
            if not uses[n] & DIVISION:
                continue
            name = view[starts[n] : ends[n]]
            if uses[n] & AMBIGUOUS and len(name) == 2 and name[1] == "区":
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
                if uses[n] & AMBIGUOUS and not (
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
            code = self.lexicon.divisions.code_of(name)
            rule = "division/full" if full else "division/short"
            found.add(Mention("division", starts[n], ends[n], rule, code=code))
