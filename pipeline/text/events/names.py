"""The name of an event: how far it reaches, what kind it is, which names mean the same happening.

Here: stretching a candidate (`博览会` with what stands before it) over year, edition and quotation marks; the test
whether two names mean one event. Not here: whether anything is said of the event (`frames`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.text.entities.abbreviations import subsequence
from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Mention
from pipeline.text.entities.words import Lexicon, Page, Use

_EDITION_BEFORE = re.compile(
    r"(?:第[0-9一二三四五六七八九十百]{1,4}[届次]|首届|(?:19|20)[0-9]{2}(?:[—-](?:19|20)[0-9]{2})?(?:年度|年)?|全市|全省|全国|全县|全区|全州|·|•)$"
)
_EDITION_ENDS = frozenset("届次0123456789度年市省国县区州·•")
"""The characters that what `_EDITION_BEFORE` finds can end with."""
_EDITION_FAR = re.compile(
    r"(?:第[0-9一二三四五六七八九十百]{1,4}届|首届)[^，。；：、的在于由“”《》（）\s0-9]{1,26}$"
)
_EDITION = re.compile(r"第?[0-9一二三四五六七八九十百]{1,4}届|首届")
_PARTS = re.compile(
    r"(?:第[一二三四五六七八九十0-9]{1,3}(?:[、，和至～-](?:第)?[一二三四五六七八九十0-9]{1,3})*期)"
)
_DECORATION = re.compile(
    r"[“”\"‘’《》〈〉\s·•（）()—-]|(?:19|20)[0-9]{2}(?:年度?|—)?|第[0-9一二三四五六七八九十百]{1,4}[届次]|首届|全[市省国县区州]"
)
_BRANCH = re.compile(r"(?<=[会坛])[\u4e00-\u9fff]{2,4}分(?:会|会场|论坛)$|分(?:会场|论坛)$")
_ANAPHORA = re.compile(r"^(?:该|此|本|这|上述|各|第.{1,3}期|项|次|场|类|个)+")
_GENERIC_BEFORE = frozenset(
    [
        "大型",
        "小型",
        "主题",
        "系列",
        "专题",
        "各类",
        "相关",
        "有关",
        "重要",
        "重大",
        "国际",
        "国内",
        "年度",
        "学术",
        "文化",
        "体育",
        "文艺",
        "宣传",
        "培训",
        "教育",
        "商务",
        "专业",
        "工作",
        "业务",
        "技术",
        "群众",
        "群众性",
        "社会",
        "公益",
        "科普",
        "交流",
        "合作",
    ]
)


@dataclass(slots=True)
class Event:
    """One happening, as far as the text tells."""

    kind: str
    start: int
    end: int
    name: str
    trigger: int
    rule: str
    edition: str | None = None
    place: Mention | str | None = None
    date: int = -1
    attendance: int = -1
    same: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """A part that somebody takes: in an event, or (event null) in the entry."""

    role: str
    who: Mention
    event: Event | None
    title: str | None = None
    organisation: Mention | None = None
    order: int = 1
    open_list: bool = False


class EventNames:
    """Candidates for event names on one page, by start and end."""

    def __init__(
        self, page: Page, lexicon: Lexicon, brackets: Brackets, spans: list[tuple[int, int]], kinds: list[str]
    ) -> None:
        self.page, self.lexicon = page, lexicon
        self._quote_by_end = {end: start for start, end in brackets.quotes}
        self._paren_by_end = {end: start for start, end in brackets.parens}
        self._known: dict[tuple[str, str], bool] = {}
        self.kind: dict[tuple[int, int], str] = {}
        for start, end in spans:
            self._add(start, end)
        for (start, end), kind in zip(brackets.quotes, kinds, strict=True):
            if (
                kind not in ("award", "theme", "goal", "slogan")
                and (start, end) not in self.kind
                and end - start >= 4
            ):
                use, begin = page.use_ending(end)
                if use & int(Use.EVENT) and not page.view[start:end].endswith(("工程", "行动计划")):
                    self._put(start, end, page.view[begin:end])
        self.by_start: dict[int, int] = {}
        for start, end in self.kind:
            self.by_start[start] = max(end, self.by_start.get(start, 0))
        self.spans = sorted(self.by_start.items())
        self.by_end = {end: start for start, end in reversed(self.spans)}

    def _add(self, start: int, end: int) -> None:
        """Stretch a candidate to the left and keep it if it names anything."""
        page = self.page
        view = page.view
        use, begin = page.use_ending(end)
        suffix = view[begin:end]
        if not use & int(Use.EVENT):
            suffix = next(
                (view[i:end] for i in range(end - 8, end) if view[i:end] in self.lexicon.events), "大会"
            )
        start = self._stretch(start)
        if begin < start or end - start > 45 or view[end] in "0123456789":
            return
        key = view[start:end], suffix
        names = self._known.get(key)
        if names is None:
            names = self._known[key] = self._names_one(*key)
        if names:
            self._put(start, end, suffix)

    def _names_one(self, name: str, suffix: str) -> bool:
        """Whether a name with its class word says more than the class: not 该论坛, 有关会议."""
        anaphora = _ANAPHORA.match(name)
        bare = name[anaphora.end() :] if anaphora else name
        if bare == suffix or bare in self.lexicon.events or bare[: -len(suffix)] in _GENERIC_BEFORE:
            return False
        bare_enough = anaphora or len(_DECORATION.sub("", name)) < 4
        return not bare_enough or ("“" in name and len(name) >= 6)

    def _put(self, start: int, end: int, suffix: str) -> None:
        self.kind[start, end] = self.lexicon.events.get(suffix, "conference")

    def _stretch(self, start: int) -> int:
        """Over what belongs to a name but breaks a run: year, edition, a quoted part, a place in parentheses."""
        page = self.page
        view = page.view
        while True:
            before = view[start - 1]
            if before in '”"' and start - 1 in self._quote_by_end:
                start = self._quote_by_end[start - 1] - 1
                continue
            if (
                before == "—"
                and view[start - 2] == "—"
                and view[start - 3] in '”"'
                and start - 3 in self._quote_by_end
            ):
                start = self._quote_by_end[start - 3] - 1
                continue
            if before in "）)" and start in self._paren_by_end and start - self._paren_by_end[start] <= 8:
                opened = self._paren_by_end[start]
                if page.use_starting(opened + 1)[1] == start - 1:
                    start = self._run_start(opened)
                    continue
            match = (
                _EDITION_BEFORE.search(view, max(0, start - 14), start) if before in _EDITION_ENDS else None
            )
            if match:
                start = match.start()
                if view[start - 1] in "0123456789":
                    return match.end()
                continue
            low = max(0, start - 30)
            far = _EDITION_FAR.search(view, low, start) if view.find("届", low, start) >= 0 else None
            if far is not None:
                start = far.start()  # 第二届先进装备展览会: an adjective broke the run
                continue
            return start

    def _run_start(self, place: int) -> int:
        """Where the stretch without a break that ends at a place begins."""
        page = self.page
        n = page.word_at[place] - 1
        while n >= 0 and not (
            page.uses[n] & int(Use.BREAK | Use.PREDICATE | Use.TITLE | Use.ROLE)
            and not page.uses[n] & int(Use.NOMINAL | Use.MIXED)
        ):
            n -= 1
        return page.ends[n] if n >= 0 else 0

    def add_span(self, start: int, end: int) -> bool:
        """Take in a name that only its verb shows: 召开｜学习教育动员大会; false where it names nothing."""
        if (start, end) in self.kind:
            return True
        held = len(self.kind)
        self._add(start, end)
        if len(self.kind) == held or (start, end) not in self.kind:
            return False
        self.by_start[start] = max(end, self.by_start.get(start, 0))
        self.by_end[end] = start
        insort(self.spans, (start, end))
        return True

    def any_between(self, start: int, end: int) -> bool:
        """Whether a candidate starts inside a span."""
        n = bisect_left(self.spans, (start, 0))
        return n < len(self.spans) and self.spans[n][0] < end

    def take(self, start: int, end: int, kind: str) -> None:
        """Take in a name that its frame alone shows to be an event: 承办的“清水周”."""
        if (start, end) not in self.kind:
            self.kind[start, end] = kind
            self.by_start[start] = max(end, self.by_start.get(start, 0))
            self.by_end[end] = start
            insort(self.spans, (start, end))

    def starting(self, place: int) -> tuple[int, int] | None:
        """The candidate that starts at a place, quotation marks and 了 stepped over."""
        view = self.page.view
        for step in (0, 1, 2):
            if step and view[place + step - 1] not in '了“"':
                break
            end = self.by_start.get(place + step)
            if end is not None:
                return place + step, end
        return None

    def edition(self, start: int, end: int) -> str | None:
        """The edition a name states, or the parts that follow it (第三、四、五期)."""
        view = self.page.view
        parts = _PARTS.match(view, end) if view[end] == "第" else None
        if parts:
            return parts.group()
        match = _EDITION.search(view, start, end) if view.find("届", start, end) >= 0 else None
        return match.group() if match else None


@lru_cache(maxsize=16_384)
def core(name: str) -> str:
    """What is left of a name without marks, years, editions: the part that two names of one event share."""
    name = _DECORATION.sub("", name)
    branch = _BRANCH.search(name)
    return name[: branch.start()] if branch and branch.start() >= 6 else name


def same_event(one: str, other: str) -> bool:
    """Whether two names can mean one happening: one's characters occur in the other in order, to the same end.

    >>> same_event("专业市场发展高峰论坛", "2009杭州百强专业市场发展高峰论坛")
    True
    >>> same_event("软件博览会", "软件交易会")
    False
    """
    short, long = sorted((core(one), core(other)), key=len)
    if len(short) < 4 or short[-2:] != long[-2:]:
        return short == long and len(short) >= 2
    return subsequence(short, long)
