"""Counties and cities that no table knows, by their class word: 丹溪县、秀水县, 平湖市.

Here: a name of two or three characters before 县, 市, 旗 that fills the stretch between two breaks, and its other
mentions once it is known. Not here: divisions of the table (`runs`), townships (`runs`).
"""

from __future__ import annotations

import re

from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.words import Page, Use

_NAMED = re.compile(r"([\u4e00-\u9fff]{2,3}?)(自治县|自治旗|县|市|旗)(?![\u4e00-\u9fff]*?(?:县|市)城)")
_FIRST = frozenset("各全本该每某两一二三四五六七八九十几数多原整跨省市区州我外此其同另新老大中小近邻国属级余个名")
_LAST = frozenset("县市股超门夜楼集上都闹早菜城级地省区花书灯车房各乡镇国旗强大个试直辖")
_BEFORE = int(Use.BREAK | Use.PREDICATE | Use.CONJUNCTION)
_GOING_ON = frozenset("境内委政人公和与及、，。；：）举召的等")
_REACH = 60_000  # how far from where a name is certain it is looked for again


def find_counties(page: Page, inside: bytearray, found: Found) -> None:
    """Add the counties and cities that only their class word shows."""
    view, starts, uses = page.view, page.starts, page.uses
    use_of_break = int(Use.BREAK)
    known: dict[str, int] = {}
    for match in _NAMED.finditer(view):
        start, end = match.span()
        name = match.group(1)
        if name[0] in _FIRST or name[-1] in _LAST:
            continue
        use, _ = page.use_ending(start)
        if not use & _BEFORE or inside[start] in (1, 3):
            continue
        after, _ = page.use_starting(end)
        if not (after & (use_of_break | int(Use.PREDICATE | Use.CONJUNCTION)) or view[end] in _GOING_ON):
            continue
        n = page.word_at[start]
        if n < len(starts) and starts[n] < end - len(match.group(2)):
            continue  # a word of some list stands in it
        if n < len(starts) and starts[n] < end and uses[n] & use_of_break:
            continue
        if match.group() not in known:
            known[match.group()] = start
            _mark(view, inside, found, match.group(), start)


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
