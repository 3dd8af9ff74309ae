"""The time and the territory that a number speaks of.

Here: the date or word of time that governs each number, the word of territory or the county named before it. Not
here: reading dates (`pipeline.text.dates`), or the table of divisions (`pipeline.text.divisions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.read import Volume
from pipeline.text.divisions import Division, divisions_in, load_divisions
from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set, last_before
from pipeline.text.measures.lexicon import KIND, MeasureWords, Tokens
from pipeline.text.measures.stops import last_at

NO_DAY = -(2**31)
_COMPARED = code_set("比较与同距离")
_CLAUSE_END = code_set("，。；\n\f")
_BASE_OF_RANK = code_set("居列占比较于位为第名超")
_PART_OF_NAME = code_set("政人委局法检公党供信中学第一二三实小医幼办支分所站院")
"""A division's name before one of these is the beginning of the name of something in it: 青田区政府."""
_NO_NAME = "\ue000"
_CLAUSE_START = code_set("，。；：！？、】〗 \n\f\0（(")
_OPENERS = [KIND["time"], KIND["date"], KIND["of_which"], KIND["joint"]]
_ENTRY = code_set("【〖\f")


def day(year: int, month: int, number: int) -> int:
    """Days since 1970-01-01."""
    return (date(year, month, number) - date(1970, 1, 1)).days


def periods(codes: Codes, start: Ints, sentence: Ints, tokens: Tokens, lists: MeasureWords, dates: Dates,
            covered: int | None) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """First and last day that each number speaks of (NO_DAY where its sentence does not say), and where that is said.

    The last date or word of time of the sentence before the number governs it, unless it is what a change is compared
    with (比2005年, 与2000年第五次普查相比); a date with 的 behind it governs the number right behind that only.

    Args:
        codes: the view. start: where the numbers begin; sentence: where their sentences begin.
        tokens, lists: the listed words of the block. dates: the dates of the block.
        covered: the year the book reports on; without it words like 全年 say nothing.
    """
    compared = _COMPARED[codes[np.maximum(dates.start - 1, 0)]] | _compared_behind(codes, dates.end)
    single = codes[dates.end] == ord("的")
    usable = ~compared & (dates.first != NO_DAY) & ~single
    where, first, last = dates.end[usable], dates.first[usable], dates.last[usable]
    if covered:
        timed = np.flatnonzero(tokens.kind == KIND["time"])
        spans = {
            n: _span(lists.period[n], covered)
            for n in np.unique(tokens.word[timed]).tolist()
            if lists.period[n]
        }
        timed = timed[np.isin(tokens.word[timed], list(spans))] if spans else timed[:0]
        opens = np.array([spans[n][0] for n in tokens.word[timed].tolist()], np.int64)
        closes = np.array([spans[n][1] for n in tokens.word[timed].tolist()], np.int64)
        where = np.concatenate((where, tokens.end[timed]))
        order = np.argsort(where, kind="stable")
        where = where[order]
        first, last = np.concatenate((first, opens))[order], np.concatenate((last, closes))[order]
    at = last_before(where, start + 1)
    held = at >= 0
    begin, stop, said = (np.full(len(start), NO_DAY, np.int64) for _ in range(3))
    if len(where):
        held &= where[np.maximum(at, 0)] > sentence
        begin[held], stop[held], said[held] = first[at[held]], last[at[held]], where[at[held]]
    near = last_before(dates.end, start)  # 由2014年的8600户
    own = (near >= 0) & (dates.end[np.maximum(near, 0)] == start - 1) if len(dates.end) else near >= 0
    own[own] &= single[near[own]] & (dates.first[near[own]] != NO_DAY)
    begin[own], stop[own], said[own] = dates.first[near[own]], dates.last[near[own]], dates.end[near[own]]
    return begin, stop, said


@dataclass(frozen=True)
class Dates:
    """Dates of a block: spans in the view, first and last day (NO_DAY where the year is unknown)."""

    start: Ints
    end: Ints
    first: Ints
    last: Ints


def _span(period: str, covered: int) -> tuple[int, int]:
    """The days of a word of time: `year+0`, `end-1` (the last day of the year before), `start+0`."""
    kind, offset = period[:-2], int(period[-2:])
    year = covered + offset
    begin, stop = day(year, 1, 1), day(year, 12, 31)
    return (stop, stop) if kind == "end" else (begin, begin) if kind == "start" else (begin, stop)


def _compared_behind(codes: Codes, places: Ints) -> Bools:
    """Whether 相比 follows each place within its clause."""
    found = np.flatnonzero((codes[:-1] == ord("相")) & (codes[1:] == ord("比")))
    stop = np.flatnonzero(_CLAUSE_END[codes])
    if not len(found) or not len(stop):
        return np.zeros(len(places), np.bool_)
    nearest = found[np.minimum(np.searchsorted(found, places), len(found) - 1)]
    limit = stop[np.minimum(np.searchsorted(stop, places), len(stop) - 1)]
    return (nearest >= places) & (nearest < limit)


@dataclass(frozen=True)
class Territory:
    """Where the book's numbers may speak of: its own region, and the divisions that its prose may name.

    Attributes:
        code: of the book's region; null where unknown.
        level: province, prefecture, county or district (a county-level 区); null where unknown.
        names: full names of divisions, to look for; codes: theirs; is_district: the name is that of a 区.
    """

    code: str | None
    level: str | None
    names: Trie
    codes: tuple[str, ...]
    is_district: Bools


@lru_cache(maxsize=4)
def _divisions(path: Path) -> tuple[Division, ...]:
    return load_divisions(path) if path.exists() else ()


@lru_cache(maxsize=64)
def territory_of(path: Path, year: int | None, name: str | None, code: str | None) -> Territory:
    """The divisions that a book about a region in a year may name, from seeds/divisions.csv.

    Args:
        path: the table. year: the covered year. name, code: of the book's region.
    """
    rows = _divisions(path)
    if not rows or not (name or code):
        return Territory(code, None, Trie.of([_NO_NAME]), ("",), np.zeros(1, np.bool_))
    seen = divisions_in(rows, year, name, code)
    known = {one.code: one for found in seen.names.values() for one in found}
    own = seen.region_code
    level = known[own].level if own in known else None
    if level is None and seen.region:
        level = {"省": "province", "县": "county", "区": "district", "市": "prefecture"}.get(seen.region[-1])
    if level == "county" and (seen.region or "").endswith("区"):
        level = "district"
    near = own[: 2 if level == "province" else 4] if own else None
    kept = {}
    for one in known.values():
        if near and (one.code.startswith(near) or one.prefecture_code.startswith(near)) and len(one.name) > 2:
            kept[one.name] = one.code
    names = sorted(kept) or [_NO_NAME]
    codes = tuple(kept.get(each, "") for each in names)
    return Territory(
        own, level, Trie.of(names), codes, np.array([each.endswith("区") for each in names], np.bool_)
    )


Labels = list[str | None]


@dataclass(frozen=True)
class Named:
    """Names of divisions in a block that stand for the division itself: number of the name, span in the view."""

    name: Ints
    start: Ints
    end: Ints


def named_divisions(codes: Codes, territory: Territory) -> Named:
    """The divisions named in a block; a name that only begins the name of an office or school in it is left out."""
    name, start, end = territory.names.everywhere(codes)
    whole = ~_PART_OF_NAME[codes[np.minimum(end, len(codes) - 1)]]
    return Named(name[whole], start[whole], end[whole])


def _topical(codes: Codes, words: Ints, tokens: Tokens, lists: MeasureWords) -> Bools:
    """Whether words of territory say where a clause happens: 全国 and 全校 only at its beginning (not 邀请国内专家)."""
    wide = np.array([(scope or ("", ""))[1] in ("province", "country", "none") for scope in lists.scope])
    opened = _CLAUSE_START[codes[tokens.start[words] - 1]]
    after = (tokens.end[words - 1] == tokens.start[words]) & np.isin(tokens.kind[words - 1], _OPENERS)
    return ~wide[tokens.word[words]] | opened | after


def territories(codes: Codes, start: Ints, sentence: Ints, tokens: Tokens, lists: MeasureWords,
                territory: Territory, named: Named) -> tuple[Ints, Ints, Labels, Labels]:  # fmt: skip
    """Region and scope of each number: indices into the two lists returned, -1 for no word of territory.

    The last word of territory (全市, 市区) or name of a division in the sentence before the number governs it; one
    that a rank or share is taken in (居全省第4位) does not. 全县 in the book of a larger region is the county named
    last in the entry.
    """
    words = np.flatnonzero(tokens.kind == KIND["scope"])
    words = words[~_BASE_OF_RANK[codes[tokens.start[words] - 1]]]
    words = words[_topical(codes, words, tokens, lists)]
    name, name_start, name_end = named.name, named.start, named.end
    place = np.concatenate((tokens.end[words], name_end))
    begin = np.concatenate((tokens.start[words], name_start))
    regions: Labels = [*territory.codes, None, territory.code]
    nowhere, home = len(territory.codes), len(territory.codes) + 1
    scopes: Labels = ["whole"]
    region = np.empty(len(place), np.int64)
    scope = np.zeros(len(place), np.int64)
    region[len(words) :] = name
    county, district = name_end[~territory.is_district[name]], name_end[territory.is_district[name]]
    entry = last_at(np.flatnonzero(_ENTRY[codes]), tokens.start[words])
    for n in np.unique(tokens.word[words]).tolist():
        label, kind = lists.scope[n] or ("whole", "own")
        which = np.flatnonzero(tokens.word[words] == n)
        if label not in scopes:
            scopes.append(label)
        scope[which] = scopes.index(label)
        own = (
            kind == "own"
            or kind == territory.level
            or (kind == "prefecture" and territory.level in (None, "county"))
        )
        if own or (kind == "district" and territory.level is None):
            region[which] = home
        elif kind in ("county", "district"):
            fitting = county if kind == "county" else district
            k = last_before(fitting, tokens.start[words[which]] + 1)
            near = (k >= 0) & (fitting[np.maximum(k, 0)] > entry[which]) if len(fitting) else k >= 0
            found = np.searchsorted(name_end, fitting[np.maximum(k, 0)]) if len(fitting) else k
            region[which] = np.where(
                near, name[np.minimum(found, max(len(name) - 1, 0))] if len(name) else nowhere, nowhere
            )
        elif territory.code and kind in ("province", "prefecture"):
            wider = territory.code[:2] + "0000" if kind == "province" else territory.code[:4] + "00"
            if wider not in regions:
                regions.append(wider)
            region[which] = regions.index(wider)
        else:
            region[which] = nowhere
    order = np.argsort(place, kind="stable")
    place, begin, region, scope = place[order], begin[order], region[order], scope[order]
    if not len(place):
        none = np.full(len(start), -1, np.int64)
        return none, none, regions, scopes
    at = last_before(place, start + 1)
    held = (at >= 0) & (begin[np.maximum(at, 0)] >= sentence)
    return np.where(held, region[at], -1), np.where(held, scope[at], -1), regions, scopes


def volume_territory(volume: Volume, seeds: Path) -> Territory:
    """The territory of one book."""
    return territory_of(seeds / "divisions.csv", volume.covered_year, volume.region_name, volume.region_code)
