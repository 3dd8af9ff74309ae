"""One occasion told in two entries: the same name, the same day, another figure.

Here: which sentences tell of one occasion, and whether their figures agree. Not here: entries that repeat each other as
a whole (`books`).

A name alone is not enough: “世界环境日” is kept in every district. Two sentences tell of one occasion where name and
day agree and the name counts its edition (第六届…) or names its year (2009…), or where two more figures agree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

import schemas
from pipeline.quality.audits.books import Twice, number_of, where
from pipeline.quality.audits.intervals import Number, judge
from pipeline.quality.audits.rules import Rules
from pipeline.quality.audits.sheet import LEVEL, NO_DAY, Sheet, squeeze
from pipeline.text.lexer import find

_NAME = re.compile(
    r"“(?P<quoted>[^“”\n，。]{5,40})”(?P<more>[\u4e00-\u9fff]{0,12}?(?:会|节|赛|展(?![销览示会])|论坛|周))?"
    r"|(?P<plain>第[一二三四五六七八九十百\d]+届[\u4e00-\u9fff“”·]{2,20}?(?:会|节|赛|展(?![销览示会])|论坛|周))"
)
_UNIQUE = re.compile(r"第[一二三四五六七八九十百\d]+届|(?:19|20)\d\d")
_MOST = 4

Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Sentence:
    """What one sentence tells of a named occasion: its figures by what they measure, each told once."""

    entry: str
    figures: dict[tuple[str, str], tuple[Row, Number]]


class Occasions:
    """Collects named occasions block by block; the tellings of a whole volume are compared at the end."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, int, str, int, int, str, str]] = []

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
            if a == b or sheet.entry[a] < 0:
                continue
            begin = sheet.begin_of(a)
            names = dict.fromkeys(
                squeeze(found["plain"] or found["quoted"]).replace("“", "").replace("”", "")
                for found in _NAME.finditer(sheet.text, begin, sheet.end_of(a))
            )
            figures = [
                sheet.ids[i].as_py()
                for i in (range(a, b) if names else ())
                if sheet.role[i] == LEVEL and sheet.words(i) and not sheet.is_relative(i)
            ]
            owner = sheet.owner[a]
            where_of = str(sheet.documents["document_id"][owner]), begin - int(sheet.base[owner])
            when_of = int(days.first[d]), int(days.last[d]), sheet.entry_names[sheet.entry[a]]
            self._rows += [(*where_of, name, *when_of, figure) for name in names for figure in figures]

    def table(self) -> pa.Table:
        """The working table `tellings`: one row a figure that a sentence gives of an occasion."""
        schema = schemas.arrow_schema("tellings")
        columns = zip(*self._rows, strict=True) if self._rows else [[] for _ in schema]
        arrays = []
        for values, field in zip(columns, schema, strict=True):
            plain = pa.int32() if pa.types.is_date32(field.type) else field.type
            arrays.append(pa.array(values, plain).cast(field.type))
        return pa.Table.from_arrays(arrays, schema=schema)


def told_of(
    tellings: pa.Table, titles: Mapping[str, str | None], quantities: pa.Table, rules: Rules
) -> Iterator[Twice]:
    """Figures of one occasion that contradict each other in two entries of a volume.

    Args:
        tellings: the figures of all its blocks.
        titles: of its entries.
        quantities: those that the tellings name, and any others.
    """
    place = {name: n for n, name in enumerate(quantities["quantity_id"].to_pylist())}
    told: dict[tuple[str, int, int], dict[tuple[str, int], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in tellings.to_pylist():
        if row["quantity_id"] in place:
            sentence = row["document_id"], row["span_start"]
            told[row["name"], row["date_start"], row["date_end"]][sentence].append(row)
    for (name, _, _), by_sentence in told.items():
        if len({rows[0]["entry_id"] for rows in by_sentence.values()}) < 2:
            continue
        sentences = [_sentence(rows, quantities, place, rules) for rows in by_sentence.values()]
        sentences = [sentence for sentence in sentences if sentence.figures][:_MOST]
        for k, one in enumerate(sentences):
            for other in sentences[k + 1 :]:
                if one.entry != other.entry:
                    yield from _compare(name, one, other, titles, place)


def _sentence(rows: Sequence[Row], quantities: pa.Table, place: Mapping[str, int], rules: Rules) -> _Sentence:
    """The figures of one sentence; what it tells twice is left out."""
    figures: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in quantities.take(pa.array([place[row["quantity_id"]] for row in rows])).to_pylist():
        figures[row["measured_text"], row["unit"]].append(row)
    once = {
        key: (many[0], number)
        for key, many in figures.items()
        if len(many) == 1 and (number := number_of(many[0], rules)) is not None
    }
    return _Sentence(rows[0]["entry_id"], once)


def _compare(
    name: str, one: _Sentence, other: _Sentence, titles: Mapping[str, str | None], place: Mapping[str, int]
) -> Iterator[Twice]:
    outcomes = [
        (key, judge(other.figures[key][1], lambda v: v, one.figures[key][1]))
        for key in one.figures
        if key in other.figures
    ]
    agreeing = sum(outcome.agrees for _, outcome in outcomes)
    if not _UNIQUE.search(name) and (agreeing < 2 or agreeing <= len(outcomes) - agreeing):
        return
    first, second = (where(titles.get(sentence.entry), sentence.entry) for sentence in (one, other))
    for key, outcome in outcomes:
        if outcome.agrees:
            continue
        a, b = one.figures[key][0], other.figures[key][0]
        said = (
            f"{name}，{key[0]}：{first}为{squeeze(a['source_text'])}，{second}为{squeeze(b['source_text'])}，同一活动两数"
        )
        yield Twice("duplicate", place[b["quantity_id"]], place[a["quantity_id"]], outcome, said)
