"""One occasion told in two entries: the same name, the same day, another figure.

Here: which sentences tell of one occasion, and whether their figures agree. Not here: entries that repeat each other as
a whole (`books`).

A name alone is not enough: “世界环境日” is kept in every district. Two sentences tell of one occasion where name and
day agree and the name counts its edition (第六届…) or names its year (2009…), or where two more figures agree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality.audits.books import Twice
from pipeline.quality.audits.intervals import Number, judge
from pipeline.quality.audits.sheet import LEVEL, NO_DAY, Sheet, squeeze
from pipeline.text.lexer import find

_NAME = re.compile(
    r"“(?P<quoted>[^“”\n，。]{5,40})”(?P<more>[\u4e00-\u9fff]{0,12}?(?:会|节|赛|展(?![销览示会])|论坛|周))?"
    r"|(?P<plain>第[一二三四五六七八九十百\d]+届[\u4e00-\u9fff“”·]{2,20}?(?:会|节|赛|展(?![销览示会])|论坛|周))"
)
_UNIQUE = re.compile(r"第[一二三四五六七八九十百\d]+届|(?:19|20)\d\d")
_MOST = 4


@dataclass(frozen=True)
class _Sentence:
    """What one sentence tells of a named occasion: its figures by what they measure, each told once."""

    entry: int | str
    where: str
    figures: dict[tuple[str, str], tuple[str, str, Number]]


class Occasions:
    """Collects named occasions block by block, and compares them at the end."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, int, int], list[_Sentence]] = defaultdict(list)

    def look(self, sheet: Sheet) -> None:
        """Remember the sentences of a block that name an occasion and its day and give figures."""
        days = sheet.days
        if not sheet.n or not len(days.start):
            return
        exact = np.flatnonzero(days.exact & (days.first != NO_DAY))
        dated, at, times = np.unique(
            np.searchsorted(sheet.stops, days.start[exact]), return_index=True, return_counts=True
        )
        marked = np.unique(np.searchsorted(sheet.stops, find(sheet.codes, "“第")))
        single = np.flatnonzero((times == 1) & np.isin(dated, marked))
        first, last = (np.searchsorted(sheet.sentences, dated[single], side) for side in ("left", "right"))
        for a, b, d in zip(first.tolist(), last.tolist(), exact[at[single]].tolist(), strict=True):
            if a == b:
                continue
            names = dict.fromkeys(
                squeeze(found["plain"] or found["quoted"]).replace("“", "").replace("”", "")
                for found in _NAME.finditer(sheet.text, sheet.begin_of(a), sheet.end_of(a))
            )
            told = self._sentence(sheet, a, b) if names else None
            if told is None or not told.figures:
                continue
            for name in names:
                key = (sheet.volumes[sheet.owner[a]], name, int(days.first[d]), int(days.last[d]))
                self._told[key].append(told)

    def _sentence(self, sheet: Sheet, first: int, last: int) -> _Sentence:
        figures: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i in range(first, last):
            if sheet.role[i] == LEVEL and sheet.words(i) and not sheet.is_relative(i):
                figures[sheet.words(i), sheet.unit_name(i)].append(i)
        once = {
            key: (sheet.ids[rows[0]].as_py(), sheet.source(rows[0]), number)
            for key, rows in figures.items()
            if len(rows) == 1 and (number := sheet.number(rows[0])) is not None
        }
        entry = sheet.entry[first]
        name = sheet.entry_names[entry] if entry >= 0 else ""
        return _Sentence(name, sheet.title(name), once)

    def findings(self, quantities: pa.Table) -> Iterator[Twice]:
        """Figures of one occasion that contradict each other."""
        for (_, name, _, _), sentences in self._told.items():
            for k, one in enumerate(sentences[:_MOST]):
                for other in sentences[k + 1 : _MOST]:
                    if one.entry != other.entry:
                        yield from self._compare(quantities, name, one, other)

    def _compare(self, quantities: pa.Table, name: str, one: _Sentence, other: _Sentence) -> Iterator[Twice]:
        outcomes = [
            (key, judge(other.figures[key][2], lambda v: v, one.figures[key][2]))
            for key in one.figures
            if key in other.figures
        ]
        agreeing = sum(outcome.agrees for _, outcome in outcomes)
        if not _UNIQUE.search(name) and (agreeing < 2 or agreeing <= len(outcomes) - agreeing):
            return
        for key, outcome in outcomes:
            if outcome.agrees:
                continue
            (first, a, _), (second, b, _) = one.figures[key], other.figures[key]
            rows = pc.index_in(
                pa.array([second, first]), value_set=quantities["quantity_id"].combine_chunks()
            )
            said = f"{name}，{key[0]}：{one.where}为{a}，{other.where}为{b}，同一活动两数"
            yield Twice("duplicate", rows[0].as_py(), rows[1].as_py(), outcome, said)
