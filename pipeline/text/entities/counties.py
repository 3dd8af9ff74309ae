"""Counties and cities that no table knows, by their class word: 丹溪县、秀水县, 平湖市.

Here: a name of two or three characters before 县, 市, 旗 that fills the stretch between two breaks, and its other
mentions once it is known. Not here: divisions of the table (`runs`), townships (`runs`).
"""

from __future__ import annotations

import re

from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.words import Page, Use

_CLASS = re.compile(r"自治县|自治旗|[县市旗]")
_FIRST = frozenset("各全本该每某两一二三四五六七八九十几数多原整跨省市区州我外此其同另新老大中小近邻国属级余个名")
_LAST = frozenset("县市股超门夜楼集上都闹早菜城级地省区花书灯车房各乡镇国旗强大个试直辖")
_KINDS = frozenset((
    "贫困", "先进", "模范", "文明", "试点", "示范", "重点", "受灾", "产粮", "产棉", "百强", "特色", "生态",
    "卫生", "园林", "旅游", "沿海", "内陆", "边境", "中心", "中等", "枢纽", "港口", "开放", "兄弟", "友好",
    "结对", "对口", "受援", "革命", "革命老", "现代", "基点",
))  # fmt: skip
_BEFORE = int(Use.BREAK | Use.PREDICATE | Use.CONJUNCTION)
_INNER = frozenset("来到在赴至往从向对为是由将把被有无不的和与及团队组员人")
_GOING_ON = frozenset("境内委政人公和与及、，。；:）举召的等")
_REACH = 60_000  # how far from where a name is certain it is looked for again


def find_counties(page: Page, inside: bytearray, found: Found) -> None:
    """Add the counties and cities that only their class word shows."""
    view, starts = page.view, page.starts
    known: set[str] = set()
    for match in _CLASS.finditer(view):
        place, end = match.span()
        if view[place - 1] in _LAST:
            continue
        start = next((place - size for size in (2, 3) if page.use_ending(place - size)[0] & _BEFORE), -1)
        if start < 0 or view[start] in _FIRST or view[start:place] in _KINDS or inside[start] in (1, 3):
            continue
        n = page.word_at[start]
        if n < len(starts) and starts[n] < place:
            continue  # a word of some list stands in it
        if view[start - 1] != "、" and page.use_starting(end)[1] == end and view[end] not in _GOING_ON:
            continue
        name = view[start:end]
        if not _INNER.isdisjoint(name) or view[start - 2 : start] in ("与和", "和和", "及和"):
            continue
        if not all("\u4e00" <= character <= "\u9fff" for character in name) or name in known:
            continue
        known.add(name)
        _mark(view, inside, found, name, start)


def _mark(view: str, inside: bytearray, found: Found, name: str, first: int) -> None:
    at = first
    limit = min(len(view), first + _REACH)
    while at >= 0:
        end = at + len(name)
        if inside[at] not in (1, 3) and not _covered(found, at, end) and view[end] not in "城场民":
            found.add(Mention("division", at, end, "division/class", 0.75))
        at = view.find(name, end, limit)


def _covered(found: Found, start: int, end: int) -> bool:
    by_start = found.by_start
    if any(place in by_start for place in range(start, end)):
        return True
    return any(start - k in by_start and by_start[start - k].end > start for k in range(1, 31))
