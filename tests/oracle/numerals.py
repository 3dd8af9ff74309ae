"""What a numeral is worth: figures, Chinese and banker's numerals, 万 and 亿 in any mix, 三五 and 七八百.

Belongs here: the spelling of numbers. Does not belong here: units, and whether a numeral counts anything.
"""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from functools import cache
from math import prod
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"

DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
POWERS = {"十": 10, "百": 100, "千": 1000}
GREAT = {"万": 10**4, "亿": 10**8}
TWENTIES = {"廿": 20, "卅": 30}
CHINESE = "".join([*DIGITS, *POWERS, *GREAT, *TWENTIES])
BANKERS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")

ONE = "[一二两三四五六七八九]"
SPACE = "[ \u2009\u202f\u00a0]"
GROUPED = rf"\d{{1,3}}(?:[,，]\d{{3}})+(?!\d)|\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)"
FIGURE = rf"(?:{GROUPED}|\d+)(?:\.\d{{3}}(?:{SPACE}\d{{1,3}})+(?!\d)|\.\d+)?"
DECIMAL_TAIL = "点[一二三四五六七八九〇零]+[万亿]*"
NUMBER = rf"(?:{FIGURE}|[{CHINESE}])+(?:{DECIMAL_TAIL})?(?:[余多来][百千万亿]*)?"
NUMERIC = frozenset(CHINESE + "0123456789.")

DIGIT = "[一二三四五六七八九]"
SLIPS = [
    (re.compile(slip), meant)
    for slip, meant in (
        (rf"(?<=\d)O+(?![A-Za-z])|(?<=\d\.)O+(?![A-Za-z])|(?<=\d{SPACE})O+(?=[^A-Za-z])", "0"),  # 1OOO万, 2.O亿, 2 OOO
        (f"(?<=[一二])[O○]{{2}}(?={DIGIT})|(?<=[一二]{DIGIT})[O○](?={DIGIT})", "〇"),  # 二OO九年
        (r"(?<=[^\d“·.]\d)·(?=\d+[^\d”·])|(?<=[^\d“·.]\d\d)·(?=\d+[^\d”·])", "."),  # 8·4万亩, but “6·30”
        ("(?<![\\d十百千万亿角美欧日])元(?=月)", "一"),  # 元月 is January
    )
]
"""Slips of the press, with what was meant, and 元 for 一; each character for character."""


class MalformedError(ValueError):
    """A run of numeral characters that spells no number, or not for certain."""


@cache
def _variants() -> dict[int, str]:
    with (SEEDS / "lexicons" / "variants.csv").open(encoding="utf-8", newline="") as file:
        pairs = {row["variant"]: row["standard"] for row in csv.DictReader(file)}
    pairs = {variant: standard for variant, standard in pairs.items() if len(variant) == len(standard) == 1}
    return str.maketrans(pairs | {chr(0xFF10 + digit): str(digit) for digit in range(10)})


def _each_character(slip: re.Pattern[str], meant: str, text: str) -> str:
    return slip.sub(lambda found: meant * len(found[0]), text)


def plain(text: str) -> str:
    """The text with fullwidth, traditional and banker's forms made plain, character for character."""
    text = text.translate(_variants()).translate(BANKERS)
    for slip, meant in SLIPS:
        text = _each_character(slip, meant, text)
    return text


def spell(written: str) -> tuple[Fraction, Fraction, str]:
    """Low and high end of a numeral, and the 余, 多 or 来 that stands in it.

    Raises:
        MalformedError: the characters spell no number, or one that cannot be told for certain.

    Example:
        >>> spell("七八百")
        (Fraction(700, 1), Fraction(800, 1), '')
    """
    over = "".join(re.findall("[余多来]", written))
    written = re.sub(rf"[,，余多来]|{SPACE}", "", written)
    digit = "〇零一二两三四五六七八九"
    pair = re.search(f"(?<![{digit}])([一二三四五六七八九])([一二三四五六七八九])(?![{digit}点])", written)
    if pair:
        neighbours = DIGITS[pair[2]] - DIGITS[pair[1]] == 1 or pair[0] == "三五"
        if not neighbours or over:
            raise MalformedError("two digits that are no neighbours")
        low, high = (value_of(written[: pair.start()] + one + written[pair.end() :]) for one in pair[0])
        return low, high, ""
    value = value_of(written)
    return value, value, over


def value_of(written: str) -> Fraction:
    """The value of one numeral without 余 or separators: 3亿2000万, 一万零三百, 12.5, 三点五万, 二〇〇三."""
    if re.fullmatch(r"\d+(\.\d+)?", written):
        return Fraction(written)
    if re.fullmatch("[〇零一二三四五六七八九]{3,}", written):
        return Fraction(_in_figures(written))
    if point := re.fullmatch("(.+)点([一二三四五六七八九〇零]+)([万亿]*)", written):
        return (value_of(point[1]) + Fraction("0." + _in_figures(point[2]))) * scale_value(point[3])
    for scale in "亿万":
        if scale in written:
            head, tail = written.rsplit(scale, 1)
            return _two_parts(head, tail, scale)
    return Fraction(_below_myriad(written))


def scale_value(scales: str) -> int:
    """百万 is a million."""
    return prod((POWERS | GREAT)[scale] for scale in scales)


def _in_figures(digits: str) -> str:
    return "".join(str(DIGITS[digit]) for digit in digits)


def _two_parts(head: str, tail: str, scale: str) -> Fraction:
    """What stands before and after the last 亿, or else the last 万."""
    above = value_of(head) if head else Fraction(1)
    if not tail:
        return above * GREAT[scale]
    if re.fullmatch(r"\d{1,3}" if scale == "万" else r"\d+", tail) or tail in DIGITS:
        raise MalformedError("colloquial 万八, or 2009万84")
    below = value_of(tail.removeprefix("零"))
    if below >= GREAT[scale] or (scale == "万" and above >= GREAT["万"]) or above.denominator > 1:
        raise MalformedError("parts out of order")
    if not tail.startswith("零") and below < GREAT[scale] // 10 and head[:1] not in tuple("0123456789"):
        raise MalformedError("a gap without 零")
    return above * GREAT[scale] + below


_SMALL = re.compile(f"(?:({ONE})?千)?(?:(零)?({ONE})?百)?(?:(零)?({ONE})?十)?(?:(零)?({ONE}))?")


def _below_myriad(written: str) -> Fraction:
    """A numeral below ten thousand, or a figure with 十 百 千 after it."""
    if figure := re.fullmatch(r"(\d+(?:\.\d+)?)([十百千])", written):
        return Fraction(figure[1]) * POWERS[figure[2]]
    if tens := re.fullmatch(f"([廿卅])({ONE})?", written):
        return Fraction(TWENTIES[tens[1]] + DIGITS.get(tens[2], 0))
    if written in ("零", "〇"):
        return Fraction(0)
    parts = _SMALL.fullmatch(written)
    if not parts or not written:
        raise MalformedError(written)
    total, last = 0, 10**4
    for name, power, zero, digit in (
        ("千", 1000, None, parts[1]),
        ("百", 100, parts[2], parts[3]),
        ("十", 10, parts[4], parts[5]),
        ("一", 1, parts[6], parts[7]),
    ):
        if digit is None and (power == 1 or name not in written):
            continue
        if (last > power * 10 and total and not zero) or (zero and not total):
            raise MalformedError("a gap without 零, or colloquial 三百五")
        total += DIGITS.get(digit, 1) * power
        last = power
    return Fraction(total)
