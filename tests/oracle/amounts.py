"""Amounts: shares, ranks, proportions, ranges, lists, and single numbers with their bound.

Belongs here: one function for each form, tried in the order of FORMS. Does not belong here: the value of a numeral
and the unit after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.doubts import CLAUSE_END, cues
from tests.oracle.numerals import CHINESE, DIGITS, GREAT, NUMBER, MalformedError, scale_value, spell, value_of
from tests.oracle.rows import Amount, DoubtError
from tests.oracle.units import Found, unit_at, unit_table

Amounts = tuple[int, list[Amount]]
"""Where the reading goes on, and what was found."""

TO = "[～—至到-]"
AND = "[、和与及]"
SMALL_CHINESE = "[一二两三四五六七八九十]+"
PARTS = {"百": "%", "千": "‰", "万": "10*-4", "十万": "10*-5", "百万": "[ppm]"}


# ---- bounds ---------------------------------------------------------------------------------------------------


def left_bound(text: str, start: int) -> str | None:
    """The bound of the word right before a number: 约, 超过, 不足; 上 counts in 上万 and 上千 only."""
    words = [word for word in cues("bound_left") if text.endswith(word, 0, start)]
    longest = max(words, key=len, default=None)
    if longest == "约" and re.search("[签节合条公预契特]约$", text[:start]):
        return None  # 签约3个 is a contract
    if longest is None or (longest == "上" and not re.search("(?<![以之及])上[百千万亿]$", text[: start + 1])):
        return None
    bound = cues("bound_left")[longest]
    return None if bound == "none" else bound  # 彩超 is a machine


def right_bound(text: str, end: int) -> str | None:
    """The bound of the word right after a unit: 以上, 以内, 左右."""
    words = [word for word in cues("bound_right") if text.startswith(word, end)]
    return cues("bound_right")[max(words, key=len)] if words else None


def amount(text: str, start: int, end: int, low: Fraction, high: Fraction, over: str, unit: str | None) -> Amount:
    """A number or a range with its bound; 余 inside wins over a word outside, and 二十来人 is about twenty."""
    left, right = left_bound(text, start), right_bound(text, end)
    if left and right and left != right and not over:
        raise DoubtError(end, "two bounds at once")
    if low != high:
        return Amount(start, end, None, low, high, "at_least" if "at_least" in (left, right) else "range", unit)
    bound = {"来": "about", "余": "over", "多": "over", "": right or left or "exact"}[over]
    stated_low = low if bound in ("exact", "over", "at_least") else None
    stated_high = low if bound in ("exact", "at_most") else None
    return Amount(start, end, low, stated_low, stated_high, bound, unit)


# ---- a numeral with its unit ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A numeral from `start` to `stop`, and the unit after it to `end`, if there is one."""

    start: int
    stop: int
    end: int
    written: str
    low: Fraction
    high: Fraction
    over: str
    unit: Found | None

    @property
    def scale(self) -> str:
        """The 万 of 3万, the 百万 of 3百万."""
        return "".join(re.findall("[百千万亿]+$", self.written))

    @property
    def arabic(self) -> bool:
        return self.written[0].isdigit()

    @property
    def vague(self) -> bool:
        return self.low != self.high or self.over != ""


def figure_at(text: str, place: int) -> Figure | None:
    """The numeral at `place` and its unit; the 千 of 50万千瓦 goes to the unit."""
    found = re.compile(NUMBER).match(text, place)
    if not found:
        return None
    stop = found.end()
    if re.match(r"[.,，]\d", text[stop:]) or re.search(r"\d[.,，]$", text[:place]):
        raise DoubtError(stop, "figures with several points or broken groups")
    unit = unit_at(text, stop)
    if unit is None and text[stop : stop + 1] == " ":  # 4.87亿 元, 110 kV
        unit = unit_at(text, stop + 1)
    for taken in (1, 2):  # a unit that begins like a number: 千瓦, 百万千焦
        if stop - taken <= place or text[stop - taken] not in "百千两":
            continue
        longer = unit_at(text, stop - taken)
        if longer is not None and longer.end > stop:
            if text[stop - taken - 1] in CHINESE.replace("万", "").replace("亿", ""):
                raise DoubtError(longer.end, "三千克: 三 千克 or 三千 克")
            stop, unit = stop - taken, longer
            break
    end = unit.end if unit else stop
    try:
        low, high, over = spell(text[place:stop])
    except MalformedError as why:
        raise DoubtError(end, f"numeral: {why}") from why
    if unit and (text[end - 1 : end + 1] == "次年" or text[stop:end] in ("日", "成")):
        raise DoubtError(end + 1, "a day of an unknown month, 5 次年, or more than ten tenths")
    return Figure(place, stop, end, text[place:stop], low, high, over, unit)


def end_of_figures(text: str, end: int) -> int:
    """Where the numerals that follow without a gap end: 2小时11分48秒."""
    try:
        while (more := figure_at(text, end)) is not None:
            end = more.end
    except DoubtError as doubt:
        end = doubt.end
    return end


# ---- forms ----------------------------------------------------------------------------------------------------


def _share(text: str, place: int) -> Amounts | None:
    """百分之三十, 千分之五, 百分之三点五."""
    found = re.compile(rf"(百万|十万|百|千|万)分之({NUMBER})").match(text, place)
    if not found:
        return None
    end = found.end()
    if until := re.compile(rf"{TO}({SMALL_CHINESE})(?![百千万亿点\d])").match(text, end):
        if unit_at(text, until.end()) or not re.fullmatch(SMALL_CHINESE, found[2]):
            raise DoubtError(until.end(), "a share up to what may be a number of its own")
        try:
            low, high = value_of(found[2]), value_of(until[1])
        except MalformedError as why:
            raise DoubtError(until.end(), f"numeral: {why}") from why
        if low >= high:
            raise DoubtError(until.end(), "a range that does not rise")
        return until.end(), [amount(text, place, until.end(), low, high, "", PARTS[found[1]])]
    chained = text.startswith("分之", end) or text[place - 1] in CHINESE
    if chained or re.fullmatch("[千万亿]|.+[百千]", found[2]):
        raise DoubtError(end + 2, "a share of hundreds, or one after another")
    try:
        return end, [amount(text, place, end, *spell(found[2]), PARTS[found[1]])]
    except MalformedError as why:
        raise DoubtError(end, f"numeral: {why}") from why


def _fraction(text: str, place: int) -> Amounts | None:
    """三分之二, 3/4."""
    found = re.compile(f"({SMALL_CHINESE})分之({SMALL_CHINESE})(?![百千万亿])").match(text, place)
    slash = re.compile(r"(\d+)/(\d+)(?![\d/.:])").match(text, place)
    if slash and int(slash[2]) > 10:
        raise DoubtError(slash.end(), "figures with a slash that may be a code")
    if slash and 0 < int(slash[1]) < int(slash[2]):
        value = Fraction(int(slash[1]), int(slash[2]))
        return slash.end(), [amount(text, place, slash.end(), value, value, "", "1")]
    if found is None:
        if re.compile(f"{NUMBER}分之").match(text, place):
            raise DoubtError(_clause_end(text, place), "a fraction of another kind")
        return None
    try:
        value = value_of(found[2]) / value_of(found[1])
    except MalformedError as why:
        raise DoubtError(found.end(), f"numeral: {why}") from why
    return found.end(), [amount(text, place, found.end(), value, value, "", "1")]


def _rank(text: str, place: int) -> Amounts | None:
    """第9位 is a rank, 前10名 the first ten; any other 第 orders and counts nothing."""
    found = re.compile(rf"([第前])({NUMBER})([位名])?").match(text, place)
    if not found:
        return None if text[place] not in "第前" else (place + 1, [])
    end = found.end()
    if found[3] and re.fullmatch(rf"\d+|{SMALL_CHINESE}", found[2]):
        try:
            value = value_of(found[2])
        except MalformedError as why:
            raise DoubtError(end, f"numeral: {why}") from why
        if not value or text.startswith("成绩", end):
            raise DoubtError(end, "no place 0, or the result of whoever came first")
        if found[1] == "前":
            return end, [Amount(place, end, value, Fraction(1), value, "top_n", found[3])]
        return end, [Amount(place, end, value, value, value, "exact", found[3])]
    if found[1] == "前":
        raise DoubtError(end + 1, "the first so many of what is not ranked")
    if found[3] or re.search("[居列名获].{0,3}$", text[:place]):
        raise DoubtError(end, "a rank of an odd number or without a classifier")
    return end + (text[end : end + 1] in unit_table()), []


def _ratio(text: str, place: int) -> Amounts | None:
    """5.2:47.8:47.0."""
    found = re.compile(r"\d+(?:\.\d+)?(?::\d+(?:\.\d+)?){1,3}(?![\d:.]|[,，]\d)").match(text, place)
    if re.compile(f"[{CHINESE}]+:[{CHINESE}\\d]|[\\d.,，]+:[{CHINESE}\\d]").match(text, place) and not found:
        raise DoubtError(_clause_end(text, place), "a ratio in Chinese or with separators")
    if score := re.compile(f"{NUMBER}比{NUMBER}").match(text, place):
        raise DoubtError(score.end(), "a score or a ratio with 比")
    if not found:
        return None
    if text[found.end() : found.end() + 1] in tuple(CHINESE) or unit_at(text, found.end()):
        raise DoubtError(found.end() + 1, "a ratio with a unit")
    return found.end(), [Amount(place, found.end(), None, None, None, "exact", None)]


def _tenths(text: str, place: int) -> Amounts | None:
    """三成, 两成半, 三成五, 四成多, 七成至七成五: a share in per cent."""
    first = _one_tenths(text, place)
    if first is None:
        return None
    end, value, over = first
    link = re.compile(TO).match(text, end)
    second = _one_tenths(text, link.end()) if link else None
    if second is not None:
        return second[0], [amount(text, place, second[0], value, second[1], "", "%")]
    return end, [amount(text, place, end, value, value, over, "%")]


def _one_tenths(text: str, place: int) -> tuple[int, Fraction, str] | None:
    digit, tail = "一二两三四五六七八九1-9", "一二三四五六七八九"
    found = re.compile(f"([{digit}])成(?:([半{tail}])(?![十百千万亿成])|([多余]))?").match(text, place)
    if not found or (found.end() == place + 2 and text.startswith(unit_table()["成"][0].not_before, place + 2)):
        return None
    tens, ones = DIGITS.get(found[1]) or int(found[1]), 5 if found[2] == "半" else DIGITS.get(found[2], 0)
    return found.end(), Fraction(tens * 10 + ones), found[3] or ""


def _neighbours(text: str, place: int) -> Amounts | None:
    """3、400万 is three to four million."""
    found = re.compile(r"([1-9])、([1-9])0+(万|亿)?(?!\d)").match(text, place)
    if not found or int(found[2]) != int(found[1]) + 1:
        return None
    last = figure_at(text, found.start(2))
    if last is None or last.unit is None or last.stop != found.end():
        return None
    high = last.low * last.unit.worth
    low = high * Fraction(int(found[1]), int(found[2]))
    return last.end, [amount(text, place, last.end, low, high, "", last.unit.code)]


def _bare(text: str, place: int) -> Amounts | None:
    """亿元 and 万人 after a word like 超过: one of the multiplier."""
    found = re.compile("百万|千万|万|亿").match(text, place)
    unit = unit_at(text, found.end()) if found and left_bound(text, place) else None
    if not found or not unit:
        return None
    value = scale_value(found[0]) * unit.worth
    return unit.end, [amount(text, place, unit.end, value, value, "", unit.code)]


def _range(text: str, place: int) -> Amounts | None:
    """2～3万元 begins at two myriads: a scale that only the last number bears belongs to both."""
    first = figure_at(text, place)
    link = re.compile(TO).match(text, first.end) if first else None
    second = figure_at(text, link.end()) if link else None
    if first is None or second is None:
        return None
    end = second.end
    if second.written[0] in ("百", "千", *GREAT) or first.arabic != second.arabic or first.vague or second.vague:
        raise DoubtError(end, "a range in two scripts, to a bare multiplier, or of vague numbers")
    if second.unit is None or (first.unit and first.unit.code != second.unit.code):
        return None
    low, scale = first.low, scale_value(second.scale)
    if first.unit is None and not first.scale and low < second.low / scale:
        low *= scale
    if low >= second.low:
        raise DoubtError(end, "a range that does not rise")
    worth = second.unit.worth
    return end, [amount(text, place, end, low * worth, second.low * worth, "", second.unit.code)]


def _list(text: str, place: int) -> Amounts | None:
    """One number with its unit, or several that share the unit of the last: 2.16和1.66个百分点."""
    figures: list[Figure] = []
    at = place
    while not figures or figures[-1].unit is None:
        figure = figure_at(text, at)
        link = re.compile(AND).match(text, figure.end) if figure else None
        if figure is None:
            break
        figures.append(figure)
        if link is None:
            break
        at = link.end()
    if not figures or figures[-1].unit is None:
        return (figures[-1].end, []) if figures else None
    last, unit = figures[-1], figures[-1].unit
    compound = end_of_figures(text, last.end)
    if compound > last.end or text[last.end : last.end + 1] in ("多", "余", "半", "次"):
        raise DoubtError(max(compound, last.end + 1), "a compound such as 2元5角, or 多 or 半 after the unit")
    alike = all((one.scale, one.arabic, one.vague) == (last.scale, last.arabic, False) for one in figures)
    if len(figures) > 1 and not alike:
        raise DoubtError(last.end, "a list whose members are vague or written differently")
    worth = unit.worth
    return last.end, [
        amount(text, one.start, one.end, one.low * worth, one.high * worth, one.over, unit.code) for one in figures
    ]


def _clause_end(text: str, place: int) -> int:
    found = CLAUSE_END.search(text, place)
    return found.start() if found else len(text)


FORMS: tuple[Callable[[str, int], Amounts | None], ...] = (
    _rank, _bare, _share, _fraction, _ratio, _tenths, _neighbours, _range, _list,
)  # fmt: skip


def amounts_at(text: str, place: int) -> Amounts:
    """What begins at `place`.

    Raises:
        DoubtError: this grammar cannot tell.
    """
    for form in FORMS:
        found = form(text, place)
        if found is not None:
            return found
    return place + 1, []
