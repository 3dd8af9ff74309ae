"""Statements that can be held against a list, a calendar or what is possible at all.

Here: counts against the list beside them, lengths in days against a range of dates, weekdays, lives that end before
they begin, ages, rates beyond 100 %, dates after the covered year. Not here: arithmetic between amounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from pipeline.quality.audits.intervals import CONSISTENT, INCONSISTENT, UNCHECKED
from pipeline.quality.audits.sheet import CHANGE, LEVEL, NO_DAY, SHARE, Finding, Sheet, squeeze
from pipeline.text.lexer import find

_BRACKET = re.compile(r"^(?P<noun>[^，。；：、（()）\n]{0,10})[（(](?P<list>[^（()）。；\n]{5,300})[）)]")
_COLON = re.compile(r"^(?P<noun>[^，。；：、（()）\n]{0,8})：(?P<list>[^。；：\n（()）]{5,300})[。；\n]")
_BEFORE = re.compile(r"(?:^|[，。；：（(])(?P<list>[^，。；：（()）]{3,200})$")
_NO_LIST = re.compile(
    r"^(?:含|不含|包括|包含|其中|如|即|详|见|附|注|约|分别|下称|以下|简称|按|同|或|原|均|另|占|单位|不|未|一是|①|1)"
)
_NUMERAL = re.compile(r"[0-9０-９]")
_AND = re.compile(r"和|及|与|以及|并")
_DAYS = re.compile(r"^[一二两三四五六七八九十\d０-９.．半]+(?:余|多)?[天日]")
_LIFE = re.compile(
    r"[（(](?P<birth>[12]\d{3})年?(?:\d{1,2}月)?(?:\d{1,2}日)?[～—–\-－~至]{1,2}(?P<death>[12]\d{3})年?(?:\d{1,2}月)?(?:\d{1,2}日)?[）)]"
)
_AGE = re.compile(r"(?:享年|终年|享寿|年仅|时年|卒年)(?P<age>\d{1,3})岁")
_WEEKDAY = re.compile(r"^[（(]?(?:星期|周|礼拜)(?P<day>[一二三四五六日天])[）)，]")
_DONE = re.compile(r"举行|召开|竣工|建成|开工|通车|成立|开业|投产|获|签订|签约|发布|完成|启用|揭牌|开幕|闭幕")
_LATER = re.compile(r"到|至|前|拟|计划|将|预计|力争|有效期|截止|规划|年底|目标|为期|分期|推迟")
_EPOCH = date(1970, 1, 1)


def told(sheet: Sheet) -> Iterator[Finding]:
    """Audit the statements of a block that stand alone."""
    yield from _lists(sheet)
    yield from _durations(sheet)
    yield from _lives(sheet)
    yield from _ranges(sheet)
    yield from _calendar(sheet)


def _lists(sheet: Sheet) -> Iterator[Finding]:
    longest = sheet.rules.limit("list_longest")
    value = np.array(sheet.value)
    few = sheet.of_dimension("count", "person") & (value >= 2) & (value <= longest) & (value == np.floor(value))
    exact = [k for k, name in enumerate(sheet.bound_names) if name == "exact"]
    few &= np.isin(sheet.roles, (LEVEL, CHANGE)) & np.isin(np.array(sheet.bound, np.int64), exact)
    rows = np.flatnonzero(few)
    ends, marks = np.array(sheet.end, np.int64)[rows], find(sheet.codes, "（(：")
    following = np.append(marks, len(sheet.codes) + 99)[np.searchsorted(marks, ends)]
    near = following <= ends + 10
    listed = sheet.near_before("、", rows, 13)
    chosen = near | listed
    for i, after_list in zip(rows[chosen].tolist(), listed[chosen].tolist(), strict=True):
        behind = sheet.text[sheet.end[i] : sheet.end[i] + 320]
        found = _BRACKET.match(behind) or _COLON.match(behind)
        if found:
            yield from _list_behind(sheet, i, found)
        elif after_list:
            yield from _list_before(sheet, i, behind)


def _items(sheet: Sheet, text: str) -> list[str] | None:
    """The items of a list joined by 、, or None where it is something else."""
    items = squeeze(text).split("、")
    longest = sheet.rules.limit("item_longest")
    if len(items) < 2 or _NUMERAL.search(text) or any(len(item) < 2 or len(item) > longest for item in items):
        return None
    return items


def _list_behind(sheet: Sheet, i: int, found: re.Match[str]) -> Iterator[Finding]:
    """5个科室（办公室、规划科、审批科、监察科、信访科）."""
    text = squeeze(found["list"])
    if _NO_LIST.match(text) or re.search("[，,？！]", text):
        return
    open_list = re.search(r"等(?:单位|部门|地|人|处)?$", text) is not None
    items = _items(sheet, re.sub(r"等(?:单位|部门|地|人|处)?$", "", text))
    if items is None:
        return
    stated = int(sheet.value[i])
    least = len(items)
    most = least + sum(len(_AND.findall(item)) for item in items)
    quote = squeeze(sheet.text[sheet.start[i] : sheet.end[i] + found.end()].rstrip("。；\n"))
    if len(quote) > 90:
        quote = quote[:60] + "…" + quote[-20:]
    if least <= stated <= most or (open_list and least <= stated):
        if least >= 3:
            yield _counted(
                sheet,
                i,
                CONSISTENT,
                stated,
                least,
                f"{quote}：列出{'' if open_list or least == most else '约'}{least}项，与所说数目相符",
            )
        return
    generic = sheet.rules.patterns["generic"]
    if least < 3 or any(generic.fullmatch(item) for item in items):
        return
    allowed = sheet.rules.limit("list_difference") if least >= 5 else 1
    difference = least - stated if least > stated else stated - most
    if difference > allowed or (open_list and least < stated):
        return
    yield _counted(
        sheet,
        i,
        INCONSISTENT,
        stated,
        least,
        f"{quote}：说{sheet.source(i)}，列出{least if least == most else f'{least}至{most}'}项",
    )


def _list_before(sheet: Sheet, i: int, behind: str) -> Iterator[Finding]:
    """青溪镇、柳浦镇、白沙镇3个镇; 发展改革、财政、建设、水利等9个部门."""
    before = squeeze(sheet.text[max(sheet.begin_of(i), sheet.start[i] - 200) : sheet.start[i]])
    found = _BEFORE.search(before)
    if not found:
        return
    text = found["list"]
    open_list = text.endswith("等")
    items = _items(sheet, text.removesuffix("等"))
    if items is None or len(items) < 3:
        return
    stated, least = int(sheet.value[i]), len(items)
    most = least + sum(len(_AND.findall(item)) for item in items[1:])
    noun = re.match(r"[\u4e00-\u9fff]{0,6}", behind)
    quote = (
        (text if len(text) <= 70 else text[:40] + "…" + text[-20:])
        + sheet.source(i)
        + (noun[0][:2] if noun else "")
    )
    if open_list:
        if least <= stated:
            yield _counted(
                sheet, i, CONSISTENT, stated, least, f"{quote}：列出{least}项并有“等”，未超过所说数目"
            )
        return
    if least <= stated <= most:
        yield _counted(sheet, i, CONSISTENT, stated, least, f"{quote}：列出{least}项，与所说数目相符")
        return
    last = noun[0][:1] if noun else ""
    if last and all(item.endswith(last) for item in items) and most == least and stated - most == 1:
        yield _counted(sheet, i, INCONSISTENT, stated, least, f"{quote}：说{sheet.source(i)}，列出{least}项")


def _counted(sheet: Sheet, i: int, verdict: str, stated: int, computed: int, said: str) -> Finding:
    return Finding("count_of_list", i, verdict, said, [(i, "total")], float(stated), float(computed), 0.0)


def _durations(sheet: Sheet) -> Iterator[Finding]:
    """9月12～15日，…为期4天: both ends count."""
    ends = sheet.cues["days/end"]
    days = sheet.days
    if not len(ends) or not len(days.start):
        return
    following = np.searchsorted(sheet.starts, ends)
    for end, i in zip(ends.tolist(), following.tolist(), strict=True):
        if i >= sheet.n or sheet.start[i] - end > 2 or not _DAYS.match(sheet.source(i)):
            continue
        begin = sheet.begin_of(i)
        k = int(np.searchsorted(days.start, sheet.start[i])) - 1
        here = [d for d in range(max(k - 4, 0), k + 1) if days.start[d] >= begin]
        ranges = [d for d in here if days.exact[d] and days.last[d] > days.first[d] != NO_DAY]
        if len(ranges) != 1 or len(here) > 2 or any(d > ranges[0] for d in here):
            continue
        d = ranges[0]
        between = sheet.text[int(days.end[d]) : sheet.start[i]]
        stated = sheet.number(i)
        if (
            stated is None
            or len(between) > 70
            or re.search("分别|同期|期间|其中|每|分两|先后|至|到", between)
            or len(re.findall("举行|举办|召开", between)) > 1
        ):
            continue
        length = int(days.last[d] - days.first[d]) + 1
        word = sheet.text[max(begin, end - 2) : end]
        allowed = {float(length), length - 0.5} | (
            {length - 1.0, length - 1.5} if word in ("历时", "历经") else set()
        )
        fits = stated.value in allowed or not stated.exact
        quote = f"{squeeze(sheet.text[int(days.start[d]) : int(days.end[d])])}…{word}{sheet.source(i)}"
        said = f"{quote}：首尾计入为{length}天" + ("" if fits else f"，书中为{sheet.source(i)}")
        yield Finding(
            "duration",
            i,
            CONSISTENT if fits else INCONSISTENT,
            said,
            [(i, "duration")],
            stated.value,
            float(length),
            0.0,
        )


def _lives(sheet: Sheet) -> Iterator[Finding]:
    """（1921—2009）…享年88岁: a life ends after it begins; the age told may count the year of birth."""
    text = sheet.text
    more = sheet.rules.limit("age_difference")
    for found in _LIFE.finditer(text):
        birth, death = int(found["birth"]), int(found["death"])
        if (
            max(birth, death) > 2100
            or min(birth, death) < 1500
            or re.search(
                r"(?:电话|传真|邮编|热线|编号|号)[^。，]{0,4}$",
                text[max(0, found.start() - 10) : found.start()],
            )
        ):
            continue
        place = found.start()
        quote = squeeze(re.split(r"[，。；、\n】]", text[max(0, place - 12) : place])[-1] + found[0])
        if death < birth:
            if birth - death > 120 and "年" not in found[0]:
                continue
            yield Finding(
                "lifespan",
                -1,
                INCONSISTENT,
                f"{quote}：止年早于起年",
                [],
                float(death),
                float(birth),
                0.0,
                place=place,
            )
            continue
        rest = re.split(r"\n|\f|【", text[found.end() : found.end() + 400])[0]
        ages = _AGE.findall(rest)
        if len(ages) != 1 or _LIFE.search(rest):
            continue
        age, span = int(ages[0]), death - birth
        fits = -more <= span - age <= 1
        said = f"{quote}…{_AGE.search(rest)[0]}：两年相差{span}"  # type: ignore[index]
        yield Finding(
            "lifespan",
            -1,
            CONSISTENT if fits else INCONSISTENT,
            said + ("" if fits else f"，书中为{age}岁"),
            [],
            float(age),
            float(span),
            more,
            place=place,
        )


def _ranges(sheet: Sheet) -> Iterator[Finding]:
    """Rates and numbers of days beyond what can be."""
    measured = np.array(sheet.measured, np.int64)
    limits = [sheet.rules.range_of(words) for words in sheet.measured_names]
    which = np.array([*limits, -1], np.int64)[measured]
    if not (which >= 0).any():
        return
    lows, highs = (np.array([getattr(one, end) for one in sheet.rules.ranges]) for end in ("low", "high"))
    plain = sheet.table["value_float"].to_numpy(zero_copy_only=False)
    outside = (which >= 0) & ((plain < lows[which]) | (plain > highs[which]))
    outside &= np.isin(sheet.roles, (LEVEL, SHARE))
    for i in np.flatnonzero(outside).tolist():
        one = sheet.rules.ranges[int(which[i])]
        unit = sheet.table["unit"][i].as_py()
        if unit != one.unit or sheet.own[i] < 0 or any(w in sheet.before(i) for w in one.unless):
            continue
        quote = sheet.quote(i, i)
        end, beyond = (one.high, "超过") if plain[i] > one.high else (one.low, "低于")
        yield Finding(
            "range",
            i,
            INCONSISTENT,
            f"{quote}：{one.head}不会{beyond}{end:g}{'%' if one.unit == '%' else ''}",
            [(i, "level")],
            sheet.value[i],
            sheet.value[i] / float(plain[i]) * end if plain[i] else None,
            0.0,
        )


def _calendar(sheet: Sheet) -> Iterator[Finding]:
    """Weekdays against their dates, and things done after the year that the book covers."""
    days = sheet.days
    if not len(days.start):
        return
    known = days.exact & (days.first == days.last) & (days.first != NO_DAY)
    marks = np.isin(sheet.codes[np.minimum(days.end, len(sheet.codes) - 1)], [ord(c) for c in "（(星周礼"])
    for d in np.flatnonzero(known & marks).tolist():
        end = int(days.end[d])
        found = _WEEKDAY.match(sheet.text[end : end + 8])
        if not found:
            continue
        when = _EPOCH + timedelta(days=int(days.first[d]))
        told_day, real = "一二三四五六日".index(found["day"].replace("天", "日")), when.weekday()
        fits = told_day == real
        verdict = CONSISTENT if fits else INCONSISTENT if days.source[d] == "stated" else UNCHECKED
        calendar = f"{when.year}年{when.month}月{when.day}日是星期{'一二三四五六日'[real]}"
        said = f"{days.text[d]}{found[0].rstrip('，')}：{calendar}"
        yield Finding("weekday", -1, verdict, said, [], None, None, None, place=int(days.start[d]))
    covered = np.array([c or 9999 for c in sheet.covered], np.int64)[days.owner]
    last = (
        np.array([(date(int(c) + 1, 1, 1) - _EPOCH).days if c < 9999 else 2**31 for c in covered], np.int64)
        if len(covered)
        else covered
    )
    stated = np.array([s == "stated" for s in days.source], np.bool_)
    fine = np.array([p in ("day", "month") for p in days.precision], np.bool_)
    for d in np.flatnonzero(stated & fine & (days.first >= last) & (days.first != NO_DAY)).tolist():
        start, end = int(days.start[d]), int(days.end[d])
        clause = re.split(r"[，。；\n]", sheet.text[end : end + 40])[0] + "".join(
            re.split(r"[，。；\n]", sheet.text[end : end + 40])[1:2]
        )
        before = re.split(r"[，。；\n]", sheet.text[max(0, start - 16) : start])[-1]
        if _DONE.search(clause) and not _LATER.search(before) and not _LATER.search(clause[:8]):
            said = f"{days.text[d]}{squeeze(clause)[:20]}：在本卷记述的{covered[d]}年之后，请核对"
            yield Finding("covered_year", -1, UNCHECKED, said, [], None, None, None, place=start)
