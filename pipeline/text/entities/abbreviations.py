"""Short forms that the text defines, `…（以下简称专家委）`, and their later uses.

Here: the definition, the long form it stands for, the uses after it. Not here: short forms that nobody defines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.words import Page, Use

_DEFINITION = re.compile(
    r"[（(](?:以下|以上|下|后)?(?:统|均|通)?(?:简称|称)(?:为|作|：)?[“\"「]?([^”\"」）)，。；]{2,16})[”\"」]?[）)]"
)
_STOP = frozenset("，。；：！？\n\f（）()【】")
_REACH = 30_000
_VERBS = ("建设", "组织", "开发", "投资", "设计", "研究", "管理", "服务", "合作", "发展", "推广", "改革")
_ORGANISED = re.compile(r"(?:局|委|会|院|所|部|司|办|中心|组|公司|集团|学|校|行|社|厅|站|团|队|厂|馆|府|台)$")


class _Marks(NamedTuple):
    """Where works and quotations begin, by their end."""

    works: Mapping[int, int]
    quotes: Mapping[int, int]


def find_abbreviations(page: Page, brackets: Brackets, found: Found, events: Mapping[int, int]) -> None:
    """Mark definitions and later uses as abbreviations whose name is the long form.

    `events` gives the start of each name of an event by its end.
    """
    view = page.view
    defined = [
        match
        for start, _ in brackets.parens
        if "称" in view[start + 1 : start + 8] and (match := _DEFINITION.match(view, start)) is not None
    ]
    again: dict[str, int] = {}  # where a short form is defined next: its uses up to there belong to the one before
    until = [0] * len(defined)
    for n in range(len(defined) - 1, -1, -1):
        until[n] = again.get(defined[n].group(1), len(view))
        again[defined[n].group(1)] = defined[n].start()
    marks = _Marks({end: start for start, end in brackets.works}, {end: start for start, end in brackets.quotes})
    for match, limit in zip(defined, until, strict=True):
        short, at, end = match.group(1), match.start(1), match.end(1)
        long = _long_form(page, marks, found, events, short, match.start())
        found.force(Mention("abbreviation", at, end, "abbreviation/defined", name=long))
        _uses(page, brackets, found, short, long, match.end(), limit)


def _uses(
    page: Page, brackets: Brackets, found: Found, short: str, long: str, start: int, limit: int
) -> None:
    view, inside = page.view, brackets.inside
    limit = min(start + _REACH, limit)
    stop = view.find("\f", start, limit)
    limit = stop if stop >= 0 else limit
    at = view.find(short, start, limit)
    while at >= 0:
        end = at + len(short)
        if inside[at] not in (1, 3):
            held = found.by_end.get(end) or found.by_start.get(at)
            if held is None or (held.start >= at and held.end <= end) or held.kind in ("person", "event"):
                if held is None or held.kind not in ("person", "event"):
                    found.force(Mention("abbreviation", at, end, "abbreviation/used", name=long))
            elif held.start == at and view[at - 1] not in "的":
                pass  # the short form opens a longer name, which stands
        at = view.find(short, end, limit)


def _long_form(
    page: Page, marks: _Marks, found: Found, events: Mapping[int, int], short: str, end: int
) -> str:
    """The long form that ends before a parenthesis; a missing mention is added."""
    view = page.view
    if end in events and subsequence(short, view[events[end] : end]):
        return view[events[end] : end]
    held = found.by_end.get(end)
    if held is not None and subsequence(short, view[held.start : end]):
        return view[held.start : end]
    if view[end - 1] == "》":
        work = marks.works.get(end)
        if work is not None:
            return view[work:end]
    if view[end - 1] in '”"':
        quote = marks.quotes.get(end - 1)
        if quote is not None:
            return view[quote : end - 1]
    low = end
    while low > 0 and view[low - 1] not in _STOP and end - low < 60:
        low -= 1
    place = end
    for character in reversed(short):
        place = view.rfind(character, low, place)
        if place < 0:
            return view[held.start : end] if held is not None else view[low:end]
    start = _phrase_start(page, low, min(place, held.start) if held is not None else place)
    long = view[start:end]
    found.clear(start, end)
    kind = "organisation" if _ORGANISED.search(long) else "place" if long.endswith(("区", "园")) else "quoted"
    if held is not None and held.kind in ("facility", "event"):
        kind = held.kind
    if kind != "quoted":
        found.add(Mention(kind, start, end, f"{kind}/defined"))
    return long


def _phrase_start(page: Page, low: int, place: int) -> int:
    """The nearest word before a place that no name contains, not going past `low`."""
    view = page.view
    n = page.word_at[place]
    while n > 0 and page.starts[n - 1] >= low:
        n -= 1
        wall = page.uses[n] & int(Use.PREDICATE | Use.BREAK) and not page.uses[n] & int(
            Use.NOMINAL | Use.MIXED
        )
        if wall and page.ends[n] <= place:
            low = page.ends[n]
            break
    for verb in _VERBS:
        if (
            view.startswith(verb, low)
            and low + len(verb) <= place
            and view[low + len(verb)] not in "局委部厅银"
        ):
            return low + len(verb)
    return low


def subsequence(short: str, long: str) -> bool:
    """Whether the characters of a short form occur in its long form in order."""
    place = -1
    for character in short:
        place = long.find(character, place + 1)
        if place < 0:
            return False
    return True
