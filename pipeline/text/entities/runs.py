"""Names that end with a word telling their class: organisations, facilities, places; and divisions by name.

Here: the runs of a page (no break inside) one after another, and what need not be read twice. A book names the same
bodies on every page, and what a run says depends, but for a few cases, on its own characters, the kind of character
on either side, and the list it goes on with: each distinct run is read once and its names are set down wherever it
stands. Not here: the rules (`parts`, `organisations`, `territory`), members of 主办 lists without a class word
(`events`), people (`people`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.parts import Parts
from pipeline.text.entities.reading import DIVISION, PREDICATE
from pipeline.text.entities.words import Lexicon, Page
from pipeline.text.lexer import Bools, Ints, code_set

_MEASURED = re.compile(
    r"(?:余|多)?[万亿千百]*(?:元|美元|吨|亩|公里|千米|平方米|立方米|公顷|平方公里|千瓦|兆瓦|千伏|米)(?:以上)?"
)
_COUNTED = re.compile(
    r"(?:余|多)?(?:A级|个|家|所|名|位|项|次|场|届|期|批|类|种|座|处|件|套|台|辆|户|人|万|年度|年|月|日|余)?(?:级)?"
)
_DIGIT = code_set("0123456789")
_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_BEFORE = ("各", "每", "、", "在到于赴", "和及", "，。；\n元吨亩里米")
"""The characters before a run that a rule tells apart."""
_AFTER = ("0123456789", "人籍产", "语式货", "路街巷道湾话菜大站港桥山湖", "、", "等", "和及", "族")
"""The characters after a run that a rule tells apart."""
_OWN_BEFORE = code_set("级")  # where more is looked at than a character
_LONGEST = 24  # characters; longer runs hardly come again
_KEPT = 1 << 18  # distinct runs held at once


def _classes(sets: tuple[str, ...]) -> Ints:
    """The number of the set that holds each character, 0 for none."""
    table = np.zeros(65536, np.int64)
    for n, characters in enumerate(sets, start=1):
        table[code_set(characters)] = n
    return table


_CLASS_BEFORE, _CLASS_AFTER = _classes(_BEFORE), _classes(_AFTER)


class Said(NamedTuple):
    """What a run says, places counted from its start.

    Attributes:
        mentions: kind, start, end, rule, code and sort of each.
        events, passed: as in `Runs`.
        last_end: where the last organisation ends, or -1.
        list_anchor: the region handed on to a list; null where it stays.
    """

    mentions: tuple[tuple[str, int, int, str, str | None, str | None], ...]
    events: tuple[tuple[int, int], ...]
    passed: tuple[tuple[int, int], ...]
    last_end: int
    list_anchor: str | None


_IN_PLACE = Said((), (), (), -1, None)
"""Of a run that depends on more than its key and is read anew at each place."""
Key = tuple[str, int, str]
"""The characters of a run, what stands on either side, the region of the list that it goes on with."""


class Runs(Parts):
    """Reads the runs of one page into a store of mentions."""

    def __init__(
        self, page: Page, lexicon: Lexicon, brackets: Brackets, found: Found, known: dict[Key, Said]
    ) -> None:
        """`known` holds the runs read before with this lexicon, and takes those of this page."""
        super().__init__(page, lexicon, brackets, found)
        self._inside = np.frombuffer(brackets.inside, np.uint8)
        self._known = known
        if len(known) > _KEPT:
            known.clear()

    def read(self) -> None:
        """Find the names of every run; candidates for events are left in `events`."""
        page = self.page
        kept = np.flatnonzero(self._inside[page.runs[0]] == 0)
        start, end, first, last = (column[kept] for column in page.runs)
        counted, context = self._sides(start, end, first)
        view, known = page.view, self._known
        rows = zip(*(column.tolist() for column in (start, end, first, last, counted, context)), strict=True)
        for left, right, begin, stop, figure, sides in rows:
            reach = self._last_end
            if left < reach:
                continue
            if figure:
                self._after_figure(left, right, begin, stop)
                continue
            if sides < 0 or left - reach < 1 or (left - reach == 1 and view[reach] == "以"):
                self._run(left, right, begin, stop, False)
                continue
            region = self._list_anchor
            key = view[left:right], sides, region if region and self._list_member(left) else ""
            said = known.get(key)
            if said is None:
                said = self._first(key, left, right, begin, stop)
            if said is _IN_PLACE:
                self._run(left, right, begin, stop, False)
            else:
                self._again(said, left)

    def _sides(self, start: Ints, end: Ints, first: Ints) -> tuple[Bools, Ints]:
        """Which runs follow a figure, and what stands on either side of each; -1 where it must be read in its place."""
        page = self.page
        codes = page.codes
        before, after = codes[start - 1], codes[end]
        digit = _DIGIT[before]
        spaced = (before == ord(" ")) & _DIGIT[codes[start - 2]]
        counted = digit | (_LETTER[codes[start]] & spaced)
        context = _CLASS_BEFORE[before] * 16 + _CLASS_AFTER[after]
        starts, ends, uses = page.columns
        verb = (uses[first - 1] & PREDICATE != 0) & (start - starts[first - 1] >= 2)
        context += np.where(verb, 256, 0)
        opened = np.isin(start, np.fromiter(self._opened, np.int64, len(self._opened)))
        inner = np.frombuffer(page.word_at, np.int32)[end + 1]  # the word after a parenthesis: 大学（临河）
        region = (after == ord("（")) & (starts[inner] == end + 1) & (uses[inner] & DIVISION != 0)
        apart = np.frombuffer(page.word_at, np.int32)[start - 1] - 1
        unknown = start - 1 - ends[apart]  # characters that no list knows before 为, which may be of a firm's name
        firm = (before == ord("为")) & (unknown >= 2) & (unknown <= 4)
        alone = _OWN_BEFORE[before] | firm | region | opened | (end - start > _LONGEST)
        return counted, np.where(alone, -1, context)

    def _after_figure(self, start: int, end: int, first: int, last: int) -> None:
        """Read a run after a figure without the unit or measure word that it begins with: 3个｜市公安局."""
        view = self.page.view
        counted = False
        if view[start].isascii() and view[start].isalpha():
            while start < end and view[start].isascii():
                start += 1  # a unit in Latin letters: 110kV变电站
            counted = True
        else:
            skip = _MEASURED.match(view, start, end)
            if skip is None:
                skip = _COUNTED.match(view, start, end)
                counted = skip is not None and skip.end() > start and view[skip.end() - 1] not in "月日年度"
            if skip is not None:
                start = skip.end()
        self._run(start, end, first, last, counted)

    def _first(self, key: Key, start: int, end: int, first: int, last: int) -> Said:
        """What a run met for the first time says, wherever it stands."""
        found, events, passed = self.found, len(self.events), len(self.passed)
        before = self._last_end, self._list_anchor
        self.found = Found()
        self._alike = True
        self._last_end = before[0] if key[2] else -1
        self._run(start, end, first, last, False)
        said = _IN_PLACE
        if self._alike:
            last_end = self._last_end - start if self._last_end >= start else -1
            said = Said(
                tuple(
                    (one.kind, one.start - start, one.end - start, one.rule, one.code, one.sort)
                    for one in self.found.by_start.values()
                ),
                tuple((a - start, b - start) for a, b in self.events[events:]),
                tuple((a - start, b - start) for a, b in self.passed[passed:]),
                last_end,
                self._list_anchor if last_end >= 0 else None,
            )
        self.found = found
        del self.events[events:], self.passed[passed:]
        self._last_end, self._list_anchor = before
        self._known[key] = said
        return said

    def _again(self, said: Said, start: int) -> None:
        """Set down what a run says at a place."""
        by_start, by_end = self.found.by_start, self.found.by_end
        for kind, begin, end, rule, code, sort in said.mentions:
            mention = Mention(kind, start + begin, start + end, rule, None, code, sort)
            by_start[mention.start] = by_end[mention.end] = mention
        if said.events:
            self.events.extend((start + begin, start + end) for begin, end in said.events)
        if said.passed:
            self.passed.extend((start + begin, start + end) for begin, end in said.passed)
        if said.last_end >= 0:
            self._last_end = start + said.last_end
        if said.list_anchor is not None:
            self._list_anchor = said.list_anchor
