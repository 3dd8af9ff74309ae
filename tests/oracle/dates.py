"""Days, months, years, the words for parts of them, and what an earlier date lends to a later one.

Belongs here: the written forms of dates and their first and last day. Does not belong here: feasts, times of
day, 同日 and the like, which the oracle leaves in doubt or unread.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date

from tests.oracle.amounts import TO
from tests.oracle.doubts import ERA, ERAS
from tests.oracle.lunar import DAY, civil_days
from tests.oracle.numerals import CHINESE, DIGITS, MalformedError, value_of
from tests.oracle.rows import DoubtError, Period

_YEAR = r"\d{4}|[一二][〇零一二三四五六七八九]{3}"
_MONTH = r"\d{1,2}|[一二三四五六七八九十]{1,2}"
_DAY = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_Y = rf"(?:(?P<y>{_YEAR})年)?"
_YM = rf"{_Y}(?P<m>{_MONTH})月"
_MD = rf"(?:(?P<m>{_MONTH})月)?(?:(?P<d>{_DAY})日)?(?<=[年月日])"
_POINT = rf"(?=.{{1,5}}[年月日])(?:(?P<y>{_YEAR})年|(?P<n>次年|翌年))?{_MD}"
_OTHER = re.sub("P<(.)>", r"P<\g<1>2>", _POINT)

FORMS = {
    name: re.compile(form)
    for name, form in {
        "years": rf"(?P<y>\d{{4}}){TO}(?P<y2>\d{{4}})年",  # 2006～2009年
        "school": rf"(?P<y>\d{{4}})(?:{TO}(?P<y2>\d{{4}}))?学年度?",  # 2009—2010学年度
        "listed": r"(?P<y>(?:19|20)\d\d)(?=(?:、(?:19|20)\d\d)+年)",  # 2007、2008年
        "era": rf"(?P<e>{'|'.join(ERAS)})(?P<k>{_DAY}|元)(?:年?{TO}(?P<k2>{_DAY}))?年",  # 民国元年至十年
        "era_day": rf"民国(?P<k>{_DAY}|元)年(?P<m>{_MONTH})月(?:(?P<d>{_DAY})日)?",  # its months are civil
        "months": rf"{_Y}(?P<m>{_MONTH}){TO}(?P<m2>{_MONTH})月",  # 1～9月
        "days": rf"{_Y}(?:(?P<m>{_MONTH})月)?(?P<d>{_DAY}){TO}(?P<d2>{_DAY})日",  # 9月10～13日
        "span": rf"{_POINT}{TO}{_OTHER}",  # 12月28日至次年1月3日
        "quarter": rf"{_Y}第?(?P<q>[一二三四1-4])季度",
        "quarters": rf"{_Y}前(?P<q>[二三2-3])季度",
        "quarter_range": rf"{_Y}第?(?P<q>[一二三四1-4]){TO}第?(?P<q2>[一二三四1-4])季度",
        "half": rf"{_Y}(?P<h>[上下])半年",
        "year_end": rf"(?:(?P<y>{_YEAR})年?|)年[末底终]|(?P<y3>{_YEAR})年[末底终]|岁末",
        "month_end": rf"{_YM}[末底]",
        "ten_days": rf"{_YM}(?P<t>[上中下])旬",
        "decade": r"(?:(?P<c>19|20|21)世纪)?(?P<x>\d0|[一二三四五六七八九]十)年代",
        "decades": rf"(?:(?P<c>19|20)世纪)?(?P<x>\d0|[一二三四五六七八九]十){TO}(?P<x2>\d0|[一二三四五六七八九]十)年代",
        "decade_pair": r"(?:(?P<c>19|20)世纪)?(?P<x>[五六七八])(?P<x2>[六七八九])十年代",
        "lunar": DAY.pattern,
        "point": _POINT,  # 2009年5月26日, 5月26日, 26日
    }.items()
}
ANY = re.compile(rf"([\d{CHINESE}]+{TO})?([\d{CHINESE}]+[年月日])*")
FULL = re.compile(rf"{_YEAR}|世纪|年代")
NUMERAL_BEFORE = re.compile("[\\d〇零一二三四五六七八九十百千万亿第.]$")


@dataclass
class Calendar:
    """What earlier dates of the entry lend to later ones.

    A date with year and month lends its year to the rest of its sentence (1978年5月开工，6月竣工). How far a year
    reaches beyond that the contract leaves open, so there this reading is in doubt; a bare 1978年 may be nothing but
    a comparison and leaves its own sentence in doubt, or all that follows when it opens the sentence.
    """

    covered: int | None
    month: int | None = None
    lent: date | None = None  # the date that lends its year, up to
    lent_until: int = 0
    doubt_until: int = 0

    def year_at(self, place: int) -> int | None:
        """The year of a date at `place` that has none of its own."""
        return self.lent.year if self.lent and place < self.lent_until else self.covered

    def take(self, text: str, period: Period) -> None:
        """Settle what the date just read leaves to those after it."""
        printed = text[period.start : period.end]
        if "年" not in printed or "年代" in printed or not re.search(rf"{_YEAR}|^({'|'.join(ERAS)})", printed):
            return
        sentence_end = _sentence_end(text, period.end)
        one_year = period.first.year == period.last.year
        if one_year and period.first.year == self.covered:
            self.lent_until = min(self.lent_until, period.start)
        elif one_year and ("月" in printed or re.search(rf"{ERA}[^，。]{{1,6}}年[（(]$", text[: period.start])):
            self.lent, self.lent_until, self.doubt_until = period.first, sentence_end, len(text)
        else:
            opening = not text[: period.start] or text[period.start - 1] in "。！？；\n"
            self.lent_until = 0
            self.doubt_until = len(text) if opening or not one_year else max(self.doubt_until, sentence_end)


def date_at(text: str, place: int, known: Calendar) -> Period | None:
    """The date that begins at `place`, the longest form first; `known` is brought up to date.

    Raises:
        DoubtError: the date is none of the calendar, or its year or month are not certain.
    """
    if text[place] not in "上下前第" and NUMERAL_BEFORE.search(text[:place]):
        return None
    if text[place - 1 : place] in ("上", "去") and place:
        return None
    if re.search("(树龄|距今)(已|约|已有|近)?$", text[:place]) and re.match(r"\d+年", text[place:]):
        return None  # an age
    after_mark = text[place] == "年" and re.search("[年半月末]$", text[:place])
    if after_mark or re.match(r"\d,\d{3}年", text[place:]):
        raise DoubtError(place + 6, "年年末, 1,234年")
    matches = [(name, found) for name, form in FORMS.items() if (found := form.match(text, place)) and found[0]]
    errors: list[str] = []
    for name, found in sorted(matches, key=lambda match: -match[1].end()):
        trial = replace(known)
        try:
            days = _days(name, {key: value for key, value in found.groupdict().items() if value}, place, trial)
        except (ValueError, OverflowError) as why:
            errors.append(str(why))
            continue
        if days is not None:
            return _settled(text, Period(place, found.end(), *days), known, trial)
    if errors:
        stop = ANY.match(text, place)
        raise DoubtError(max(stop.end() if stop else 0, place + 1), f"date: {errors[0]}")
    return None


def _settled(text: str, period: Period, known: Calendar, trial: Calendar) -> Period:
    """The period, unless its surroundings make it doubtful."""
    printed, rest = text[period.start : period.end], text[period.end :]
    known.month = trial.month
    if re.search("(次年|翌年)$", text[: period.start]) or not 1000 <= period.first.year < 2100:
        raise DoubtError(period.end, "次年上半年, or a year far away")
    if re.match("[度份许内年半]|一遇|前后|[之以]内", rest):
        raise DoubtError(period.end + 1, "年度, 月份, 年一遇, 一月之内, 7月年末")
    gloss = re.fullmatch(rf"({_YEAR})年", printed) and text[: period.start].endswith(("（", "("))
    if not gloss and re.search(rf"{ERA}[\d{CHINESE}]+年[^，。；（）()]{{0,6}}$", text[: period.start]):
        raise DoubtError(period.end, "a month in the year of an era")
    if printed.startswith(tuple(ERAS)) and re.match(rf"闰?([{CHINESE}正冬腊]+|\d+)月", rest):
        raise DoubtError(period.end + 4, "a month of the old calendar in the year of an era")
    if re.match("[闰正冬腊]|.+月[初廿十二]", printed) and re.search("年(农历)?$", text[: period.start]):
        raise DoubtError(period.end, "a lunar day with a year of its own")
    if "学年" in printed and rest.startswith(("初", "末")):
        raise DoubtError(period.end + 1, "a school year begins in September")
    if re.match("[一二三四五六七八九十]+日", printed):
        raise DoubtError(period.end, "一日 may be no date")
    if not FULL.search(printed):
        lent = period.start < known.lent_until
        if (not lent and period.start < known.doubt_until) or (lent and known.lent and known.lent > period.last):
            raise DoubtError(period.end, "the year may be that of a date before")
    known.take(text, period)
    return period


def _sentence_end(text: str, place: int) -> int:
    found = re.compile("[。！？；\n]").search(text, place)
    return found.start() if found else len(text)


def _count(written: str) -> int:
    if re.fullmatch("[〇零一二三四五六七八九]{4}", written):
        return int("".join(str(DIGITS[character]) for character in written))
    return int(value_of(written))


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _days(name: str, parts: dict[str, str], place: int, known: Calendar) -> tuple[date, date] | None:
    """First and last day of a form; raises ValueError where the calendar has no such days."""
    if name in ("decade", "decades", "decade_pair"):
        tens = 10 if name == "decade_pair" else 1
        century = (int(parts.get("c", "20")) - 1) * 100
        first_year, last_year = (century + tens * _count(parts[key]) for key in ("x", "x2" if "x2" in parts else "x"))
        if first_year > last_year:
            raise MalformedError("decades that run backwards")
        return date(first_year, 1, 1), date(last_year + 9, 12, 31)
    if name == "era_day":
        civil_year = ERAS["民国"] - 1 + (1 if parts["k"] == "元" else _count(parts["k"]))
        return _point(parts, "", civil_year, known)
    if name == "era":
        before = ERAS[parts["e"]] - 1
        first_year = before + (1 if parts["k"] == "元" else _count(parts["k"]))
        last_year = before + _count(parts["k2"]) if "k2" in parts else first_year
        if first_year > last_year:
            raise MalformedError("a range that runs backwards")
        return date(first_year, 1, 1), date(last_year, 12, 31)
    year = _count(written) if (written := parts.get("y") or parts.get("y3")) else known.year_at(place)
    if year is None:
        raise MalformedError("no year to inherit")
    match name:
        case "lunar":
            first, last = civil_days(parts, year)
            return (first, last) if first.year == year else civil_days(parts, year - 1)  # 腊月 in January
        case "listed":
            return date(year, 1, 1), date(year, 12, 31)
        case "school":
            return date(year, 1, 1), date(_count(parts.get("y2", str(year))), 12, 31)
        case "quarter_range":
            first_month = 3 * _count(parts["q"]) - 2
            return _rising(date(year, first_month, 1), _month(year, 3 * _count(parts["q2"]))[1])
        case "years":
            return _rising(date(year, 1, 1), date(_count(parts["y2"]), 12, 31))
        case "year_end":
            return date(year, 12, 31), date(year, 12, 31)
        case "half":
            first_month = 1 if parts["h"] == "上" else 7
            return date(year, first_month, 1), _month(year, first_month + 5)[1]
        case "quarter" | "quarters":
            number = _count(parts["q"])
            return date(year, 1 if name == "quarters" else 3 * number - 2, 1), _month(year, 3 * number)[1]
        case "month_end" | "ten_days":
            known.month = _count(parts["m"])
            first, last = _month(year, known.month)
            thirds = {"上": (1, 10), "中": (11, 20), "下": (21, last.day)}
            from_day, to_day = thirds.get(parts.get("t", ""), (last.day, last.day))
            return first.replace(day=from_day), first.replace(day=to_day)
    if name == "point" and parts.keys() == {"n"}:
        return None
    left = _point(parts, "", year, known)
    if name == "point":
        return left
    second = {key.removesuffix("2"): value for key, value in parts.items() if key.endswith("2")}
    if ("d" in parts) != ("d" in second) or ("d" not in parts and ("m" in parts) != ("m" in second)):
        return None
    return _rising(left[0], _point(second, "", left[0].year, known)[1])


def _point(parts: dict[str, str], suffix: str, year: int, known: Calendar) -> tuple[date, date]:
    """First and last day of one point: a year, a month or a day."""
    year = _count(parts["y"]) if "y" in parts else year + ("n" in parts)
    if "m" in parts:
        known.month = _count(parts["m"])
    if "d" in parts:
        if known.month is None:
            raise MalformedError("no month to inherit")
        day = date(year, known.month, _count(parts["d"]))
        return day, day
    if "m" in parts:
        return _month(year, _count(parts["m"]))
    return date(year, 1, 1), date(year, 12, 31)


def _rising(first: date, last: date) -> tuple[date, date]:
    if first >= last:
        raise MalformedError("a range that runs backwards")
    return first, last
