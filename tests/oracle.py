"""A second reading of numbers and dates, slow and plain, to hold the columnar engine against.

Belongs here: the language of the contract as regular expressions and a dozen small functions, one phrase at a
time, in the order a person would explain it. It shares the reference tables with the engine and no code. Does not
belong here: roles, measures and look-alikes; whatever this grammar cannot decide it reports as a doubt with the
reason, instead of guessing.

Read it from the top: numerals, units, amounts, dates, `read`.
"""

from __future__ import annotations

import calendar
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


@dataclass(frozen=True)
class Amount:
    """One quantity: its place, the value in its unit, what the text states of low and high, bound and unit."""

    start: int
    end: int
    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    bound: str
    unit: str | None


@dataclass(frozen=True)
class Period:
    """One date or period: its place, first and last day."""

    start: int
    end: int
    first: date
    last: date


@dataclass(frozen=True)
class Doubt:
    """A stretch that this grammar does not decide, and why."""

    start: int
    end: int
    reason: str


@dataclass
class Reading:
    amounts: list[Amount] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


# ---- characters -----------------------------------------------------------------------------------------------


@cache
def _variants() -> dict[int, str]:
    with (SEEDS / "lexicons" / "variants.csv").open(encoding="utf-8", newline="") as file:
        table = {row["variant"]: row["standard"] for row in csv.DictReader(file)}
    table.update({chr(0xFF10 + digit): str(digit) for digit in range(10)})
    return str.maketrans(
        {variant: standard for variant, standard in table.items() if len(variant) == len(standard) == 1}
    )


def plain(text: str) -> str:
    """The text with fullwidth, traditional and banker's forms made plain, character for character."""
    return text.translate(_variants()).translate(
        str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
    )


# ---- numerals -------------------------------------------------------------------------------------------------

DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
POWERS = {"十": 10, "百": 100, "千": 1000}
GREAT = {"万": 10**4, "亿": 10**8}
CHINESE = "".join(DIGITS) + "".join(POWERS) + "".join(GREAT) + "廿卅"

SPACE = "[ \u2009\u202f\u00a0]"
FIGURE = rf"(?:\d{{1,3}}(?:[,，]\d{{3}})+(?!\d)|\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)|\d+)(?:\.\d{{3}}(?:{SPACE}\d{{1,3}})+(?!\d)|\.\d+)?"
NUMBER = re.compile(
    rf"(?:{FIGURE}|[{CHINESE}])(?:{FIGURE}|[{CHINESE}])*(?:点[一二三四五六七八九〇零]+[万亿]*)?(?:[余多来][百千万亿]*)?"
)


class Malformed(Exception):
    """A run of numeral characters that spells no number."""


def spell(written: str) -> tuple[Fraction, Fraction, str]:
    """Low and high end of a numeral, and the 余, 多 or 来 that stands in it: 七八百 is 700 and 800.

    Raises:
        Malformed: the characters spell no number, or one that cannot be told for certain.
    """
    over = (re.search("[余多来]", written) or [""])[0]
    written = re.sub(rf"[,，余多来]|{SPACE}", "", written)
    pair = re.search(
        "(?<![〇零一二两三四五六七八九])([一二三四五六七八九])([一二三四五六七八九])(?![〇零一二两三四五六七八九点])",
        written,
    )
    if pair and DIGITS[pair[2]] - DIGITS[pair[1]] in (1, 2) and not over:
        if DIGITS[pair[2]] - DIGITS[pair[1]] == 2 and pair[0] != "三五":
            raise Malformed("two digits that are no neighbours")
        ends = [written[: pair.start()] + digit + written[pair.end() :] for digit in pair[0]]
        return value_of(ends[0]), value_of(ends[1]), ""
    if pair:
        raise Malformed("two digits that are no neighbours")
    value = value_of(written)
    return value, value, over


def value_of(written: str) -> Fraction:
    """The value of one numeral without 余 or separators: 3亿2000万, 一万零三百, 12.5, 三点五万, 二〇〇三."""
    if re.fullmatch(r"\d+(\.\d+)?", written):
        return Fraction(written)
    if re.fullmatch("[〇零一二三四五六七八九]{3,}", written):
        return Fraction(int("".join(str(DIGITS[character]) for character in written)))
    if point := re.fullmatch("(.+)点([一二三四五六七八九〇零]+)([万亿]*)", written):
        tail = "".join(str(DIGITS[character]) for character in point[2])
        return (value_of(point[1]) + Fraction(f"0.{tail}")) * _great(point[3])
    for scale in "亿万":
        if scale in written:
            head, tail = written.rsplit(scale, 1)
            above = value_of(head) if head else Fraction(1)
            below = value_of(tail.removeprefix("零")) if tail else Fraction(0)
            if below >= GREAT[scale] or (tail and scale == "万" and above >= 10**4):
                raise Malformed("parts out of order")
            if tail and above.denominator > 1:
                raise Malformed("a decimal with a second part")
            if re.fullmatch(r"\d{1,3}" if scale == "万" else r"\d+", tail):
                raise Malformed("2009万84")
            if len(tail) == 1 and tail in DIGITS:
                raise Malformed("colloquial 万八")
            if tail and not tail.startswith("零") and below < GREAT[scale] // 10 and written[0] >= "一":
                raise Malformed("colloquial or without 零")
            return above * GREAT[scale] + below
    return Fraction(small_value(written))


def _great(scales: str) -> int:
    product = 1
    for scale in scales:
        product *= GREAT[scale]
    return product


SMALL = re.compile(
    r"(?:(?P<千>[一二两三四五六七八九])?千)?(?:(?P<零1>零)?(?P<百>[一二两三四五六七八九])?百)?(?:(?P<零2>零)?(?P<十>[一二三四五六七八九])?十)?(?:(?P<零3>零)?(?P<一>[一二两三四五六七八九]))?"
)


def small_value(written: str) -> Fraction:
    """A numeral below ten thousand, or a figure with 十 百 千 after it."""
    if arabic := re.fullmatch(r"(\d+(?:\.\d+)?)([十百千])", written):
        return Fraction(arabic[1]) * POWERS[arabic[2]]
    if written in ("零", "〇"):
        return Fraction(0)
    if tens := re.fullmatch("([廿卅])([一二三四五六七八九])?", written):
        return Fraction({"廿": 20, "卅": 30}[tens[1]] + (DIGITS[tens[2]] if tens[2] else 0))
    match = SMALL.fullmatch(written)
    if not match or not written:
        raise Malformed(written)
    total, last = 0, 10**4
    for name, power in (("千", 1000), ("百", 100), ("十", 10), ("一", 1)):
        zero = {"百": match["零1"], "十": match["零2"], "一": match["零3"]}.get(name)
        digit = match[name]
        present = digit is not None or (name != "一" and name in written)
        if not present:
            continue
        if (last > power * 10 and total and not zero) or (zero and not total):
            raise Malformed("a gap without 零, or colloquial 三百五")
        total += (DIGITS[digit] if digit else 1) * power
        last = power
    return Fraction(total)


# ---- units ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unit:
    code: str
    factor: Fraction
    dimension: str
    kind: str
    sense: str
    context: tuple[str, ...]
    not_before: tuple[str, ...]


@cache
def unit_table() -> dict[str, list[Unit]]:
    """The rows of seeds/units.csv by printed form."""
    table: dict[str, list[Unit]] = {}
    with (SEEDS / "units.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = {
                name: tuple(word for word in row[name].split("|") if word)
                for name in ("context", "not_before")
            }
            unit = Unit(
                row["unit"],
                Fraction(row["factor"] or 1),
                row["dimension"],
                row["kind"],
                row["sense"],
                words["context"],
                words["not_before"],
            )
            table.setdefault(row["surface"], []).append(unit)
    return table


@cache
def _unit_pattern() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(surface) for surface in sorted(unit_table(), key=len, reverse=True)))


@cache
def base_factor(code: str, dimension: str) -> Fraction:
    """What one of the coded unit is worth in its base: 1/100 for %, so that a 基点 of 1/10000 is 0.01 of a pp."""
    return next(
        unit.factor
        for units in unit_table().values()
        for unit in units
        if (unit.code, unit.dimension) == (code, dimension)
    )


def unit_at(text: str, place: int, since: int) -> tuple[int, str, Fraction] | Doubt | None:
    """The unit that begins at `place`: its end, its code and how many coded units it is worth.

    `since` is where the sentence begins: words there choose between the senses of a unit.
    """
    for length in range(12, 0, -1):
        surface = text[place : place + length]
        end = place + length
        if len(surface) < length or surface not in unit_table():  # longest first
            continue
        units = (
            [unit for unit in unit_table()[surface] if not text.startswith(unit.not_before, end)]
            if any(unit.not_before for unit in unit_table()[surface])
            else unit_table()[surface]
        )
        if not units:
            return Doubt(place, end, "a unit right before a word that forbids it") if length > 1 else None
        if any(unit.kind in ("noun", "symbol") and unit.code not in ("%", "‰") for unit in units):
            return Doubt(place, end, "a noun or symbol in the place of a unit")
        if (
            surface[-1].isascii()
            and surface[-1].isalpha()
            and text[end : end + 1].isascii()
            and text[end : end + 1].isalnum()
        ):
            return Doubt(place, end, "letters run on after a unit of letters")
        chosen = _sense(text, since, place, end, units)
        if chosen is None:
            return Doubt(place, end, "no sense of the unit is chosen by the sentence")
        worth = chosen.factor / base_factor(chosen.code, chosen.dimension)
        if text[end : end + 1] == "/":
            below = unit_at(text, end + 1, since)
            if isinstance(below, tuple) and text[below[0] : below[0] + 1] in ("·", "/"):
                return Doubt(place, below[0] + 2, "a unit of three parts")
            if isinstance(below, tuple):
                return below[0], f"{chosen.code}/{below[1]}", worth / below[2]
            return Doubt(place, end, "a slash without a unit after it")
        return end, chosen.code, worth
    return None


def _sense(text: str, since: int, place: int, end: int, units: list[Unit]) -> Unit | None:
    """The sense whose context word stands nearest to the left, else the sense without context."""
    if text[place - 1] == "/" or any(unit.sense == "per" for unit in units):
        units = [unit for unit in units if (unit.sense == "per") == (text[place - 1] == "/")] or units
        if text[place - 1] == "/":
            return units[0]
    nearest = [
        (
            max(
                place if text.startswith(word, place) else text.rfind(word, since, place)
                for word in unit.context
            ),
            unit,
        )
        for unit in units
        if unit.context
    ]
    found = [pair for pair in nearest if pair[0] >= 0]
    if found:
        return max(found, key=lambda pair: pair[0])[1]
    return next((unit for unit in units if not unit.context), None)


# ---- amounts --------------------------------------------------------------------------------------------------


@cache
def _cues(kind: str) -> dict[str, str]:
    with (SEEDS / "lexicons" / "cues.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    header = rows[0]
    return {row[0]: row[header.index("value")] for row in rows[1:] if row[header.index("kind")] == kind}


def left_bound(text: str, start: int) -> str | None:
    """The bound of the word right before a number: 约, 超过, 不足; 上 counts in 上万 and 上千 only."""
    words = [word for word in _cues("bound_left") if text.endswith(word, 0, start)]
    longest = max(words, key=len, default=None)
    if longest is None or (
        longest == "上" and (text[start - 2] in "以之及" or not re.match("[百千万亿]", text[start:]))
    ):
        return None
    return _cues("bound_left")[longest]


def right_bound(text: str, end: int) -> str | None:
    """The bound of the word right after a unit: 以上, 以内, 左右."""
    words = [word for word in _cues("bound_right") if text.startswith(word, end)]
    return _cues("bound_right")[max(words, key=len)] if words else None


def bounded(text: str, start: int, end: int, value: Fraction, over: str, unit: str | None) -> Amount:
    """One number with its unit; 余 inside wins over a word outside, and 二十来人 is about twenty."""
    if over == "来":
        return Amount(start, end, value, None, None, "about", unit)
    if over:
        return Amount(start, end, value, value, None, "over", unit)
    match right_bound(text, end) or left_bound(text, start):
        case "at_least":
            return Amount(start, end, value, value, None, "at_least", unit)
        case "at_most":
            return Amount(start, end, value, None, value, "at_most", unit)
        case "about":
            return Amount(start, end, value, None, None, "about", unit)
    return Amount(start, end, value, value, value, "exact", unit)


def ranged(text: str, start: int, end: int, low: Fraction, high: Fraction, unit: str | None) -> Amount:
    """Two ends; before 以上 or after 超过 both stay and the bound says at least."""
    bound = "at_least" if "at_least" in (right_bound(text, end), left_bound(text, start)) else "range"
    return Amount(start, end, None, low, high, bound, unit)


BREAK = re.compile("[。！？；\n]")
TO = "[～—至到-]"
AND = "[、和与及]"
PER = {"百": "%", "千": "‰", "万": "10*-4", "十万": "10*-5", "百万": "[ppm]"}


def sentence_start(text: str, place: int) -> int:
    return max((found.end() for found in BREAK.finditer(text, 0, place)), default=0)


@dataclass(frozen=True)
class Figure:
    """A numeral and the unit after it, if there is one."""

    start: int
    stop: int  # where the numeral ends
    end: int  # where the unit ends
    written: str
    low: Fraction
    high: Fraction
    over: str
    unit: str | None
    worth: Fraction

    @property
    def scale(self) -> str:
        return (re.search("[百千万亿]*$", self.written) or [""])[0]


def figure_at(text: str, place: int) -> Figure | Doubt | None:
    """The numeral at `place` and its unit; the 千 of 50万千瓦 goes to the unit."""
    found = NUMBER.match(text, place)
    if not found:
        return None
    since = sentence_start(text, place)
    stop = found.end()
    if re.match(r"[.．,，]\d", text[stop : stop + 2]) or (
        place and re.match(r"\d[.,，]", text[place - 2 : place])
    ):
        return Doubt(place, stop, "figures with several points or broken groups")
    choices = [stop]
    if stop - place > 1 and text[stop - 1] in "百千万两":
        choices.append(stop - 1)
    if stop - place > 2 and text[stop - 2 : stop] in ("百万",):
        choices.append(stop - 2)
    for choice in reversed(choices):
        if choice < stop:
            found_unit = unit_at(text, choice, since)
            if found_unit is None:
                continue
            if isinstance(found_unit, Doubt):
                return Doubt(place, found_unit.end, found_unit.reason)
            if found_unit[0] <= stop:
                continue
            if text[choice - 1] in CHINESE and text[choice - 1] not in "万亿":
                return Doubt(place, found_unit[0], "三千克: 三 千克 or 三千 克")
        else:
            found_unit = unit_at(text, choice, since)
            if isinstance(found_unit, Doubt):
                return Doubt(place, found_unit.end, found_unit.reason)
        written = text[place:choice]
        try:
            low, high, over = spell(written)
        except Malformed as why:
            return Doubt(place, found_unit[0] if found_unit else choice, f"numeral: {why}")
        end, unit, worth = found_unit or (choice, None, Fraction(1))
        if (text[end - 1] == "日" and unit == "d") or text[end - 1 : end + 1] == "次年":
            return Doubt(place, end + 1, "a day of an unknown month, or 5 次年")
        if text[end - 1] == "成" and unit == "%":
            return Doubt(place, end, "more or less than one to nine tenths")
        return Figure(place, choice, end, written, low, high, over, unit, worth)
    return None


def tenths_at(text: str, place: int) -> tuple[int, Fraction, str] | None:
    """三成, 两成半, 三成五, 四成多: a share in per cent."""
    found = re.compile("([一二两三四五六七八九]|[1-9])成([半一二三四五六七八九](?![十百千万亿成]))?").match(
        text, place
    )
    if not found:
        return None
    row = unit_table()["成"][0]
    if not found[2] and text.startswith(row.not_before, found.end()):
        return None
    digit = int(found[1]) if found[1].isdigit() else DIGITS[found[1]]
    tail = 0 if not found[2] else 5 if found[2] == "半" else DIGITS[found[2]]
    over = "多" if not found[2] and text[found.end() : found.end() + 1] in ("多", "余") else ""
    return found.end() + len(over), Fraction(digit * 10 + tail), over


def doubt_at(text: str, place: int) -> Doubt | None:
    """What stands around a numeral and keeps this grammar from judging it."""
    found = NUMBER.match(text, place)
    if not found:
        return None
    end = found.end()
    clause = re.compile("[，。；！？\n]|$").search(text, end)
    stop = clause.start() if clause else end
    if re.search(r"[A-Za-zＯ×]$|[+\-.＋－]$|\d[ \n]$", text[:place]):
        return Doubt(place, stop, "a code, a sign or a broken figure before the numeral")
    if re.match(r"[A-Za-z]?[0-9]|[ \n]*\d|\.\.|[OＯoIl]|\.[一二三四五六七八九]|\n", text[end:]):
        return Doubt(place, stop, "a code or a broken figure after the numeral")
    if text[place - 1 : place] == "每" or re.search("每[^，。；]*$", text[max(0, place - 12) : place]):
        return Doubt(place, stop, "a rate with 每")
    if unit_at(text, place, place) and not re.match("[\\d两]", text[place:]):
        return Doubt(place, end + 2, "a unit that begins like a number: 千瓦")
    if (
        not re.search(r"[\d一二两三四五六七八九十廿卅余多来]", found[0])
        and not text.startswith("分之", end)
        and left_bound(text, place) is None
    ):
        return Doubt(place, end + 2, "a bare multiplier without a word like 超过")
    if (
        re.match("个?[几半多]|几", text[end:])
        or text[place - 1 : place] in ("几", "数", "零")
        or found[0] == "零"
    ):
        return Doubt(place, end + 2, "几, 数, 半")
    if re.search("亩产|单产", text[max(0, place - 8) : place]):
        return Doubt(place, stop, "a yield: the area stands in the noun")
    if text[place - 1 : place] == "半":
        return Doubt(place, end, "几, 数, 半")
    nouns = tuple(_cues("index_noun")) + tuple(_cues("noun_unit"))
    since = max((part.end() for part in re.finditer("[，。；\n]", text[:place])), default=0)
    if any(noun in text[since:place] for noun in nouns):
        unit = figure_at(text, place)
        if isinstance(unit, Figure) and unit.unit is None:
            return Doubt(place, end, "a number whose unit may stand in the noun")
    if text[end : end + 1] in ("期", "次", "级", "届") and found[0][0] in CHINESE:
        return Doubt(place, end + 1, "二期, 三次 counts or orders")
    if re.search("东经|西经|北纬|南纬|经度|纬度", text[max(0, place - 6) : place]):
        return Doubt(place, stop, "a coordinate")
    if re.match("(2[0-3]|1?\\d):[0-5]\\d(?!\\d)", text[place:]):
        return Doubt(place, place + 5, "a time of day, or a ratio")
    if text[end : end + 1] == "级" or re.match(f"{TO}[\\d{CHINESE}]+级", text[end:]):
        return Doubt(place, end + 1, "a grade or a force")
    if (
        re.search(r"(光绪|宣统|嘉靖|洪武|民国|武德|贞观|兴平|[（(])$", text[:place])
        and text[end : end + 1] == "年"
    ):
        return Doubt(place, end + 1, "a year of an era")
    return None


def amounts_at(text: str, place: int) -> tuple[int, list[Amount | Doubt]]:
    """What begins at `place`: where the reading goes on, and the amounts or doubts found."""
    if fraction := re.compile(rf"(百万|十万|百|千|万)分之({NUMBER.pattern})").match(text, place):
        try:
            low, high, over = spell(fraction[2])
        except Malformed as why:
            return fraction.end(), [Doubt(place, fraction.end(), f"numeral: {why}")]
        if (
            fraction[2] in ("千", "万", "亿")
            or (fraction[2][-1] in "百千" and len(fraction[2]) > 1)
            or text.startswith("分之", fraction.end())
            or text[place - 1] in CHINESE
        ):
            return fraction.end(), [
                Doubt(place, fraction.end() + 2, "a share of hundreds, or one after another")
            ]
        if low != high:
            return fraction.end(), [ranged(text, place, fraction.end(), low, high, PER[fraction[1]])]
        return fraction.end(), [bounded(text, place, fraction.end(), low, over, PER[fraction[1]])]
    if re.compile(rf"{NUMBER.pattern}分之").match(text, place) and not re.compile(
        "[二三四五六七八九十]+分之[一二两三四五六七八九十]+(?![百千万亿])"
    ).match(text, place):
        return place + 1, [Doubt(place, _sentence_end(text, place), "a fraction of another kind")]
    if fraction := re.compile("([二三四五六七八九十]+)分之([一二两三四五六七八九十]+)").match(text, place):
        try:
            value = value_of(fraction[2]) / value_of(fraction[1])
        except Malformed as why:
            return fraction.end(), [Doubt(place, fraction.end(), f"numeral: {why}")]
        return fraction.end(), [bounded(text, place, fraction.end(), value, "", "1")]
    if part := re.compile(r"(\d+)/(\d+)(?![\d/.])").match(text, place):
        if int(part[2]) > 10:
            return part.end(), [Doubt(place, part.end(), "figures with a slash that may be a code")]
        if 0 < int(part[1]) < int(part[2]):
            return part.end(), [
                bounded(text, place, part.end(), Fraction(int(part[1]), int(part[2])), "", "1")
            ]
    if re.compile(f"[{CHINESE}]+:[{CHINESE}\\d]|[\\d.]+:[{CHINESE}]").match(text, place):
        return place + 1, [Doubt(place, _sentence_end(text, place), "a ratio in Chinese")]
    if score := re.compile(rf"{NUMBER.pattern}比{NUMBER.pattern}").match(text, place):
        return score.end(), [Doubt(place, score.end(), "a score or a ratio with 比")]
    if rank := re.compile(r"第(\d+|[一二三四五六七八九十]+)([位名])").match(text, place):
        try:
            value = value_of(rank[1])
            if not value:
                raise Malformed("no place 0")
        except Malformed as why:
            return rank.end(), [Doubt(place, rank.end(), f"numeral: {why}")]
        return rank.end(), [
            Amount(place, rank.end(), value, value, value, "exact", "位" if rank[2] == "位" else "名")
        ]
    if ordinal := re.compile(rf"第{NUMBER.pattern}").match(text, place):
        if re.compile("[居列名获]").search(text, max(0, place - 4), place):
            return ordinal.end(), [Doubt(place, ordinal.end(), "a rank without a classifier")]
        if text[ordinal.end() : ordinal.end() + 1] in ("位", "名"):
            return ordinal.end(), [Doubt(place, ordinal.end() + 1, "a rank of an odd number")]
        return ordinal.end() + (text[ordinal.end() : ordinal.end() + 1] in unit_table()), []
    if ratio := re.compile(r"\d+(?:\.\d+)?(?::\d+(?:\.\d+)?){1,3}(?![\d:.])").match(text, place):
        if unit_at(text, ratio.end(), place) is not None or text[ratio.end() : ratio.end() + 1] in tuple(
            CHINESE
        ):
            return ratio.end(), [Doubt(place, ratio.end() + 1, "a ratio with a unit")]
        return ratio.end(), [Amount(place, ratio.end(), None, None, None, "exact", None)]
    if tenths := tenths_at(text, place):
        end, value, over = tenths
        link = re.compile(TO).match(text, end)
        if link and (upper := tenths_at(text, link.end())):
            return upper[0], [ranged(text, place, upper[0], value, upper[1], "%")]
        return end, [bounded(text, place, end, value, over, "%")]
    if whole := re.compile(r"([1-9])、([1-9])(0+)(万|亿)?(?!\d)").match(text, place):
        if int(whole[2]) == int(whole[1]) + 1:
            last = figure_at(text, whole.start(2))
            if isinstance(last, Figure) and last.unit and last.stop == whole.end():
                low = last.low * Fraction(int(whole[1]), int(whole[2]))
                return last.end, [
                    ranged(text, place, last.end, low * last.worth, last.low * last.worth, last.unit)
                ]
    return list_or_range(text, place)


def list_or_range(text: str, place: int) -> tuple[int, list[Amount | Doubt]]:
    """A number with its unit, two of them as a range, or several that share the unit of the last."""
    first = figure_at(text, place)
    if first is None:
        return place + 1, []
    if isinstance(first, Doubt):
        end = max(first.end, place + 1)
        while (more := figure_at(text, end)) is not None and more.end > end:
            end = more.end
        return end, [Doubt(place, end, first.reason)]
    link = re.compile(TO).match(text, first.end)
    if link:
        second = figure_at(text, link.end())
        if isinstance(second, Doubt):
            return second.end, [Doubt(place, second.end, second.reason)]
        if second and second.written[0].isdigit() != first.written[0].isdigit():
            return second.end, [Doubt(place, second.end, "a range in two scripts")]
        if second and re.match(f"[{''.join(GREAT)}百千]", second.written):
            return second.end, [Doubt(place, second.end, "a range that ends in a bare multiplier")]
        if second and second.unit and first.unit in (None, second.unit):
            return second.end, [_range(text, first, second)]
    figures = [first]
    while figures[-1].unit is None:
        link = re.compile(AND).match(text, figures[-1].end)
        following = figure_at(text, link.end()) if link else None
        if isinstance(following, Doubt):
            return following.end, [Doubt(place, following.end, following.reason)]
        if following is None:
            break
        figures.append(following)
    last = figures[-1]
    if last.unit is None:
        return last.end, []
    compound = figure_at(text, last.end)
    if compound is not None and compound.end > last.end:
        end = compound.end
        while (more := figure_at(text, end)) is not None and more.end > end:
            end = more.end
        return end, [Doubt(place, end, "a compound such as 2元5角")]
    if text[last.end : last.end + 1] in ("多", "余", "半", "次"):
        return last.end + 1, [Doubt(place, last.end + 1, "多, 半 or 次 after the unit")]
    if any(
        figure.scale != last.scale or figure.written[0].isdigit() != last.written[0].isdigit()
        for figure in figures
    ):
        return last.end, [Doubt(place, last.end, "a list whose members are written differently")]
    if len(figures) > 1 and any(figure.low != figure.high or figure.over for figure in figures):
        return last.end, [Doubt(place, last.end, "a vague number in a list")]
    return last.end, [_single(text, figure, last) for figure in figures]


def _single(text: str, figure: Figure, last: Figure) -> Amount:
    low, high = figure.low * last.worth, figure.high * last.worth
    if low != high:
        return ranged(text, figure.start, figure.end, low, high, last.unit)
    return bounded(text, figure.start, figure.end, low, figure.over, last.unit)


def _range(text: str, first: Figure, second: Figure) -> Amount | Doubt:
    """2～3万 begins at two myriads: a scale that only the last number bears belongs to both."""
    if first.over or second.over or first.low != first.high or second.low != second.high:
        return Doubt(first.start, second.end, "a vague number in a range")
    low, high = first.low, second.low
    if first.unit is None and not first.scale and second.scale:
        stem = second.low / _scale_value(second.scale)
        if low < stem:
            low *= _scale_value(second.scale)
    if low >= high:
        return Doubt(first.start, second.end, "a range that does not rise")
    return ranged(text, first.start, second.end, low * second.worth, high * second.worth, second.unit)


def _scale_value(scale: str) -> int:
    product = 1
    for character in scale:
        product *= POWERS.get(character) or GREAT[character]
    return product


BARE = re.compile("百万|千万|万|亿")


def bare_at(text: str, place: int) -> Amount | None:
    """亿元 and 万人 after a word like 超过: one of the multiplier."""
    found = BARE.match(text, place)
    if not found or left_bound(text, place) is None:
        return None
    unit = unit_at(text, found.end(), sentence_start(text, place))
    if not isinstance(unit, tuple):
        return None
    value = _scale_value(found[0]) * unit[2]
    return bounded(text, place, unit[0], value, "", unit[1])


def top_at(text: str, place: int) -> Amount | None:
    """前10名, 前三位: the first N of a ranking."""
    found = re.compile(r"前(\d+|[一二三四五六七八九十]+)([名位])").match(text, place)
    if not found:
        return None
    try:
        value = value_of(found[1])
    except Malformed:
        return None
    return Amount(place, found.end(), value, Fraction(1), value, "top_n", found[2])


# ---- dates ----------------------------------------------------------------------------------------------------

YEAR = r"(?:(?P<year{0}>\d{{4}}|[一二][〇零一二三四五六七八九]{{3}})年|(?P<next{0}>次年|翌年))"
MONTH = r"(?P<month{0}>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})月"
DAY = r"(?P<day{0}>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})日"
POINT = f"(?:{YEAR}(?:{MONTH}(?:{DAY})?)?|{MONTH}(?:{DAY})?|{DAY})"


def _point(tag: str) -> str:
    """One point of time with its own group names."""
    variants = [YEAR + MONTH + DAY, YEAR + MONTH, YEAR, MONTH + DAY, MONTH, DAY]
    return "(?:" + "|".join(variant.format(f"{tag}{n}") for n, variant in enumerate(variants)) + ")"


def _half(name: str, tag: str) -> str:
    """The first end of a range that leaves its unit to the second: 10 in 9月10～13日, 1 in 1～9月."""
    figure = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
    return rf"(?P<{name}{tag}>{figure})"


SINGLE = re.compile(_point("a"))
SPAN = re.compile(rf"{_point('a')}{TO}{_point('b')}")
YEARS = re.compile(rf"(?P<first>\d{{4}}){TO}(?P<last>\d{{4}})年")
MONTHS = re.compile(
    rf"(?:(?P<year>\d{{4}}|[一二][〇零一二三四五六七八九]{{3}})年)?{_half('first', '')}{TO}{MONTH.format('z')}"
)
DAYS = re.compile(
    rf"(?:(?P<year>\d{{4}}|[一二][〇零一二三四五六七八九]{{3}})年)?{MONTH.format('y')}{_half('first', '')}{TO}{DAY.format('z')}"
)
DAY_RANGE = re.compile(rf"{_half('first', '')}{TO}{DAY.format('z')}")
ANY_DATE = re.compile(rf"([\d{CHINESE}]+{TO})?([\d{CHINESE}]+[年月日])*")
QUARTER = re.compile(
    r"(?:(?P<year>\d{4}|[一二][〇零一二三四五六七八九]{3})年)?(?:(?P<front>前)(?P<count>[二三2-3])季度|第?(?P<quarter>[一二三四1-4])季度|(?P<half>[上下])半年)"
)
YEAR_END = re.compile(r"(?:(?P<year>\d{4}|[一二][〇零一二三四五六七八九]{3})年)?年?[末底]")
MONTH_END = re.compile(rf"(?:(?P<year>\d{{4}})年)?{MONTH.format('y')}[末底]")
TENDAYS = re.compile(rf"(?:(?P<year>\d{{4}})年)?{MONTH.format('y')}(?P<third>[上中下])旬")
DECADE = re.compile(
    r"(?:(?P<century>19|20|21|[一二]十一?|十九)世纪)?(?P<decade>\d0|[一二三四五六七八九]十)年代"
)


@dataclass
class Calendar:
    """What earlier dates of the entry lend to later ones.

    A date with year and month lends its year to the rest of its sentence (1978年5月开工，6月竣工). How far a year
    reaches beyond that the contract leaves open, so there this reading is in doubt; a bare 1978年 may be nothing but
    a comparison and leaves only its own sentence in doubt, unless it opens the sentence.
    """

    year: int | None
    month: int | None = None
    lent_until: int = 0  # dates without a year take `year` up to here
    doubt_until: int = 0  # and are in doubt up to here
    floor: date | None = None  # the date that lent its year: an earlier one would step back in time

    def copy(self) -> Calendar:
        return replace(self)

    def lend(self, text: str, period: Period, before: Calendar, covered: int | None) -> None:
        """Settle what the date just read leaves to those after it."""
        printed = text[period.start : period.end]
        opening = re.search("(^|[。！？；\\n])$", text[: period.start])
        if (
            not re.search("年|-", printed)
            or "年代" in printed
            or period.first.year == period.last.year == covered
        ):
            self.year = before.year
        elif "月" in printed and period.first.year == period.last.year:
            self.lent_until, self.doubt_until, self.floor = (
                _sentence_end(text, period.end),
                len(text),
                period.first,
            )
        else:
            two = period.first.year != period.last.year
            self.year = before.year
            self.doubt_until = (
                len(text) if opening or two else max(before.doubt_until, _sentence_end(text, period.end))
            )
            self.lent_until = 0


def _sentence_end(text: str, place: int) -> int:
    found = re.compile("[。！？；\n]").search(text, place)
    return found.start() if found else len(text)


def _count(written: str) -> int:
    if re.fullmatch("[〇零一二三四五六七八九]{4}", written):
        return int("".join(str(DIGITS[character]) for character in written))
    return int(value_of(written))


def _parts(found: re.Match[str], tag: str) -> dict[str, str]:
    return {
        name.rstrip("0123456789")[: -len(tag)]: value
        for name, value in found.groupdict().items()
        if value is not None and name.rstrip("0123456789").endswith(tag)
    }


def _bounds(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    """First and last day; raises ValueError where there is no such day."""
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def _resolve(parts: dict[str, str], known: Calendar) -> tuple[date, date]:
    if "next" in parts:
        if known.year is None:
            raise ValueError("no year before 次年")
        year: int | None = known.year + 1
    else:
        year = _count(parts["year"]) if "year" in parts else known.year
    month = _count(parts["month"]) if "month" in parts else known.month if "day" in parts else None
    if year is None or ("day" in parts and month is None):
        raise ValueError("no year or month to inherit")
    bounds = _bounds(year, month, _count(parts["day"]) if "day" in parts else None)
    known.year = year
    known.month = month or known.month
    return bounds


def date_at(text: str, place: int, known: Calendar, covered: int | None) -> Period | Doubt | None:
    """The date that begins at `place`, the longest form first; `known` is brought up to date."""
    before = text[:place]
    if place >= known.lent_until:
        known.year = covered
    if re.search(r"[\d〇零一二三四五六七八九十百千万亿第.]$", before) and text[place] not in "上下前":
        return None
    if re.search("[上去]$", before):
        return None
    if (re.search("[年半月末]$", before) and text[place] == "年") or re.match(r"\d,\d{3}年", text[place:]):
        return Doubt(place, place + 6, "年年末, 1,234年")
    attempts: list[tuple[int, Period | Doubt]] = []
    for reader in (
        _years,
        _months,
        _days,
        _day_range,
        _span,
        _quarter,
        _month_end,
        _year_end,
        _ten_days,
        _decade,
        _single_date,
    ):
        trial = known.copy()
        try:
            period = reader(text, place, trial)
        except (ValueError, Malformed) as why:
            stop = ANY_DATE.match(text, place)
            attempts.append(
                (
                    stop.end() if stop else place + 1,
                    Doubt(place, stop.end() if stop else place + 1, f"date: {why}"),
                )
            )
            continue
        if period is not None:
            attempts.append((period.end, period))
            if period.end == max(end for end, _ in attempts):
                best = trial
    if not attempts:
        return None
    if re.search("(次年|翌年)$", before) or re.match("(2[1-9]|0|[3-9])\\d\\d\\d年", text[place:]):
        return Doubt(place, max(end for end, _ in attempts), "次年上半年, or a year far away")
    if re.match("[度份]|一遇|前后|许", text[max(end for end, _ in attempts) :]):
        stop = max(end for end, _ in attempts)
        return Doubt(place, stop + 2, "年度, 月份, 年一遇")
    if re.match("[一二三四五六七八九十]+日", text[place:]):
        return Doubt(place, place + 3, "一日 may be no date")
    end = max(end for end, _ in attempts)
    chosen = next((item for stop, item in attempts if stop == end and isinstance(item, Period)), None)
    if chosen is None:
        return next(item for stop, item in attempts if stop == end)
    dated = re.search(r"\d{4}|世纪|年代|〇|[一二三四五六七八九]{4}", text[place : chosen.end])
    lent = place < known.lent_until
    if not dated and (
        (not lent and place < known.doubt_until) or (lent and known.floor and known.floor > chosen.last)
    ):
        known.month = best.month
        return Doubt(place, chosen.end, "the year may be that of a date before")
    best.lend(text, chosen, known, covered)
    known.__dict__.update(best.__dict__)
    return chosen


def _years(text: str, place: int, known: Calendar) -> Period | None:
    found = YEARS.match(text, place)
    if not found:
        return None
    first, last = int(found["first"]), int(found["last"])
    if first > last:
        raise ValueError("years run backwards")
    known.year = last
    return Period(place, found.end(), date(first, 1, 1), date(last, 12, 31))


def _months(text: str, place: int, known: Calendar) -> Period | None:
    found = MONTHS.match(text, place)
    if not found:
        return None
    known.year = _count(found["year"]) if found["year"] else known.year
    if known.year is None:
        raise ValueError("no year")
    first, last = _count(found["first"]), _count(found["monthz"])
    if first >= last:
        raise ValueError("months run backwards")
    known.month = last
    return Period(place, found.end(), _bounds(known.year, first, None)[0], _bounds(known.year, last, None)[1])


def _days(text: str, place: int, known: Calendar) -> Period | None:
    found = DAYS.match(text, place)
    if not found:
        return None
    known.year = _count(found["year"]) if found["year"] else known.year
    if known.year is None:
        raise ValueError("no year")
    known.month = _count(found["monthy"])
    first, last = _count(found["first"]), _count(found["dayz"])
    if first >= last:
        raise ValueError("days run backwards")
    return Period(
        place, found.end(), date(known.year, known.month, first), date(known.year, known.month, last)
    )


def _day_range(text: str, place: int, known: Calendar) -> Period | None:
    found = DAY_RANGE.match(text, place)
    if not found:
        return None
    if known.year is None or known.month is None:
        raise ValueError("no month to inherit")
    first, last = _count(found["first"]), _count(found["dayz"])
    if first >= last:
        raise ValueError("days run backwards")
    return Period(
        place, found.end(), date(known.year, known.month, first), date(known.year, known.month, last)
    )


def _span(text: str, place: int, known: Calendar) -> Period | None:
    found = SPAN.match(text, place)
    if not found:
        return None
    left, right = _parts(found, "a"), _parts(found, "b")
    if ("day" in left) != ("day" in right) or (("month" in left) != ("month" in right) and "day" not in left):
        return None
    first, last = _resolve(left, known)[0], _resolve(right, known)[1]
    if first >= last:
        raise ValueError("a range that runs backwards")
    return Period(place, found.end(), first, last)


def _quarter(text: str, place: int, known: Calendar) -> Period | None:
    found = QUARTER.match(text, place)
    if not found:
        return None
    known.year = _count(found["year"]) if found["year"] else known.year
    if known.year is None:
        raise ValueError("no year")
    if found["half"]:
        first, last = (1, 6) if found["half"] == "上" else (7, 12)
    elif found["front"]:
        first, last = 1, 3 * (DIGITS.get(found["count"]) or int(found["count"]))
    else:
        number = DIGITS.get(found["quarter"]) or int(found["quarter"])
        first, last = 3 * number - 2, 3 * number
    return Period(place, found.end(), _bounds(known.year, first, None)[0], _bounds(known.year, last, None)[1])


def _year_end(text: str, place: int, known: Calendar) -> Period | None:
    found = YEAR_END.match(text, place)
    if not found or "年" not in found[0]:
        return None
    known.year = _count(found["year"]) if found["year"] else known.year
    if known.year is None:
        raise ValueError("no year")
    return Period(place, found.end(), date(known.year, 12, 31), date(known.year, 12, 31))


def _month_end(text: str, place: int, known: Calendar) -> Period | None:
    found = MONTH_END.match(text, place)
    if not found:
        return None
    known.year = _count(found["year"]) if found["year"] else known.year
    if known.year is None:
        raise ValueError("no year")
    known.month = _count(found["monthy"])
    last = _bounds(known.year, known.month, None)[1]
    return Period(place, found.end(), last, last)


def _ten_days(text: str, place: int, known: Calendar) -> Period | None:
    found = TENDAYS.match(text, place)
    if not found:
        return None
    known.year = _count(found["year"]) if found["year"] else known.year
    if known.year is None:
        raise ValueError("no year")
    known.month = _count(found["monthy"])
    end_of_month = _bounds(known.year, known.month, None)[1]
    first, last = {"上": (1, 10), "中": (11, 20), "下": (21, end_of_month.day)}[found["third"]]
    return Period(place, found.end(), end_of_month.replace(day=first), end_of_month.replace(day=last))


def _decade(text: str, place: int, known: Calendar) -> Period | None:
    found = DECADE.match(text, place)
    if not found:
        return None
    decade = int(found["decade"]) if found["decade"].isdigit() else int(value_of(found["decade"]))
    century = (
        19
        if not found["century"]
        else (int(found["century"]) if found["century"].isdigit() else int(value_of(found["century"]))) - 1
    )
    first = century * 100 + decade
    return Period(place, found.end(), date(first, 1, 1), date(first + 9, 12, 31))


def _single_date(text: str, place: int, known: Calendar) -> Period | None:
    found = SINGLE.match(text, place)
    if not found:
        return None
    parts = _parts(found, "a")
    if parts.keys() == {"next"}:
        return None
    first, last = _resolve(parts, known)
    return Period(place, found.end(), first, last)


# ---- the whole ------------------------------------------------------------------------------------------------


@cache
def _listed_words() -> re.Pattern[str]:
    """Words of the look-alike list that hold more than numerals: 一般, 三峡, 万吨级."""
    with (SEEDS / "lexicons" / "lookalikes.csv").open(encoding="utf-8", newline="") as file:
        words = [row["surface"] for row in csv.DictReader(file)]
    words = [word for word in words if not set(word) <= set(CHINESE)]
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


NUMERIC = frozenset(CHINESE + "0123456789.")
BEGINS = re.compile(rf"[{CHINESE}\d第前上下次翌年]")


def read(text: str, year: int | None = None) -> Reading:
    """The amounts and dates of one entry's body, in order.

    Args:
        text: running prose without title or headings.
        year: the year the book covers; dates without a year take it.
    """
    text = plain(text)
    reading = Reading()
    known = Calendar(year)
    words = [found.span() for found in _listed_words().finditer(text)]
    place = 0
    while found := BEGINS.search(text, place):
        place = found.start()
        end, items = _read_at(text, place, known, year)
        for item in items:
            shared = "".join(text[max(start, item.start) : min(stop, item.end)] for start, stop in words)
            if set(shared) & set(CHINESE) and "分之" not in text[item.start : item.end]:
                item = Doubt(item.start, item.end, "a word of the look-alike list")
            kept: list[Amount] | list[Period] | list[Doubt]
            kept = (
                reading.amounts
                if isinstance(item, Amount)
                else reading.periods
                if isinstance(item, Period)
                else reading.doubts
            )
            kept.append(item)  # type: ignore[arg-type]
        place = max(end, place + 1)
        while place < len(text) and text[place - 1] in NUMERIC and text[place] in NUMERIC:
            place += 1  # never begin inside a numeral
            reading.doubts.append(Doubt(place - 1, place, "the rest of a numeral"))
    return reading


def _read_at(
    text: str, place: int, known: Calendar, covered: int | None
) -> tuple[int, list[Amount | Period | Doubt]]:
    period = date_at(text, place, known, covered)
    if period is not None:
        return period.end, [period]
    doubt = doubt_at(text, place) if text[place] in CHINESE or text[place].isdigit() else None
    if doubt is not None:
        return doubt.end, [doubt]
    for reader in (top_at, bare_at):
        amount = reader(text, place)
        if amount is not None:
            return amount.end, [amount]
    if text[place] == "前" or (text[place] not in CHINESE + "第" and not text[place].isdigit()):
        return place + 1, []
    end, found = amounts_at(text, place)
    if text[place] in "一" and end - place <= 2:
        return end, [Doubt(place, end, "一 may be no number")]
    return end, list(found)


def describe(reading: Reading) -> Iterator[str]:
    """The reading as lines, for looking at by hand."""
    for item in sorted([*reading.amounts, *reading.periods, *reading.doubts], key=lambda item: item.start):
        yield str(item)
