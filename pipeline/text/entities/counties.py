"""Counties and cities that no table knows, by their class word: 丹溪县、秀水县, 平湖市.

Here: a name of two or three characters before 县, 市, 旗 that fills the stretch between two breaks, and its other
mentions once it is known. Not here: divisions of the table (`runs`), townships (`runs`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.words import Page, Use
from pipeline.text.lexer import code_set, find

_FIRST = frozenset("各全本该每某两一二三四五六七八九十几数多原整跨省市区州我外此其同另新老大中小近邻国属级余个名")
_LAST = code_set("县市股超门夜楼集上都闹早菜城级地省区花书灯车房各乡镇国旗强大个试直辖")
_KINDS = frozenset((
    "贫困", "先进", "模范", "文明", "试点", "示范", "重点", "受灾", "产粮", "产棉", "百强", "特色", "生态",
    "卫生", "园林", "旅游", "沿海", "内陆", "边境", "中心", "中等", "枢纽", "港口", "开放", "兄弟", "友好",
    "结对", "对口", "受援", "革命", "革命老", "现代", "基点",
))  # fmt: skip
_BEFORE = int(Use.BREAK | Use.PREDICATE | Use.CONJUNCTION)
_INNER = frozenset("来到在赴至往从向对为是由将把被有无不的和与及团队组员人")
_GOING_ON = frozenset("境内委政人公和与及、，。；:）举召的等")
_LONGEST = 30  # characters before a place at which a mention that covers it can start
_REACH = 60_000  # how far from where a name is certain it is looked for again


def find_counties(page: Page, inside: bytearray, found: Found) -> None:
    """Add the counties and cities that only their class word shows."""
    view = page.view
    known: set[str] = set()
    for start, place, end in _classes(page):
        if view[start] in _FIRST or view[start:place] in _KINDS or inside[start] in (1, 3):
            continue
        if view[start - 1] != "、" and page.use_starting(end)[1] == end and view[end] not in _GOING_ON:
            continue
        name = view[start:end]
        if not _INNER.isdisjoint(name) or view[start - 2 : start] in ("与和", "和和", "及和"):
            continue
        if not all("\u4e00" <= character <= "\u9fff" for character in name) or name in known:
            continue
        known.add(name)
        _mark(view, inside, found, name, start)


def _classes(page: Page) -> Iterator[tuple[int, int, int]]:
    """Two or three characters that no list knows, between a break and a class word: start, class word, end."""
    codes = page.codes
    starts, ends, uses = page.columns
    end = find(codes, "县市旗") + 1
    own = (codes[end - 3] == ord("自")) & (codes[end - 2] == ord("治")) & (codes[end - 1] != ord("市"))
    place = np.where(own, end - 3, end - 1)
    closes = np.zeros(len(codes) + 1, np.bool_)
    closes[ends[(uses & _BEFORE) != 0]] = True
    start = np.where(closes[place - 2], place - 2, place - 3)
    following = np.frombuffer(page.word_at, np.int32)[start]
    unknown = np.append(starts, len(codes))[following] >= place
    likely = np.flatnonzero(unknown & closes[start] & ~_LAST[codes[place - 1]])
    return zip(start[likely].tolist(), place[likely].tolist(), end[likely].tolist(), strict=True)


def _mark(view: str, inside: bytearray, found: Found, name: str, first: int) -> None:
    at = first
    limit = min(len(view), first + _REACH)
    while at >= 0:
        end = at + len(name)
        if inside[at] not in (1, 3) and not found.touches(at, end, _LONGEST) and view[end] not in "城场民":
            found.add(Mention("division", at, end, "division/class"))
        at = view.find(name, end, limit)

