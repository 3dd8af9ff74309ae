"""Which slip of the pen would explain a contradiction: a decimal point, 万 for 亿, 亩 for 公顷, 斤 for 公斤.

Here: naming the one figure that, put right by one such slip, would make a statement agree. Not here: whether it agrees
as printed (`intervals`), or one figure told twice with two units (`books`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pipeline.quality.audits.intervals import Interval, Number, judge

_POINT, _UNIT, _LAND, _WEIGHT = "小数点之误", "单位之误", "亩与公顷之误", "斤与公斤之误"
_POINTS = (1, -1, 2, -2, 3, -3)
_SCALES = {"亿": ((-4, "万"),), "万": ((4, "亿"), (-4, "")), "": ((4, "万"),)}
_TRADES = {
    "亩": (15.0, "公顷", _LAND),
    "公顷": (1 / 15, "亩", _LAND),
    "公斤": (0.5, "斤", _WEIGHT),
    "斤": (2.0, "公斤", _WEIGHT),
}


def slip(stated: Number, formula: Callable[..., Any], *terms: Number) -> str:
    """The end of a sentence about a contradiction that one slip explains, or nothing.

    Args:
        stated, formula, terms: as given to `judge`, which found them inconsistent.

    Example:
        `；若6.8万元为68万元则相符，疑为小数点之误`; nothing where two figures could have slipped.
    """
    found = []
    numbers = (stated, *terms)
    for position, number in enumerate(numbers):
        for factor, meant, name in _meant(number):
            tried = [*numbers]
            tried[position] = _times(number, factor)
            if abs(float(formula(*(n.value for n in tried[1:]))) - tried[0].value) > 0.01 * abs(tried[0].value):
                continue  # far off: not worth the intervals
            if judge(tried[0], formula, *tried[1:]).agrees:
                found.append((number.show(number.value), meant, name))
    if len(found) != 1:
        return ""
    printed, meant, name = found[0]
    return f"；若{printed}为{meant}则相符，疑为{name}"


def _meant(number: Number) -> Iterator[tuple[float, str, str]]:
    """What a number can have been before a slip: its factor, the number so printed, the name of the slip."""
    if not number.exact or not number.value:
        return
    mantissa = number.value / number.scale
    counted = number.tight.low == number.tight.high
    for power in _POINTS:
        moved = mantissa * 10.0**power
        if not counted or abs(moved - round(moved)) < 1e-9:
            digits = max(number.digits - power, 0)
            yield 10.0**power, f"{moved:.{0 if counted else digits}f}{number.tail}", _POINT
    head = number.tail[:1] if number.tail[:1] in ("万", "亿") else ""
    unit = number.tail.removeprefix(head)
    if not unit or unit[0] in "%‰个":
        return
    for power, other in _SCALES[head]:
        yield 10.0**power, f"{mantissa:.{number.digits}f}{other}{unit}", _UNIT
    if unit in _TRADES:
        factor, other, name = _TRADES[unit]
        yield factor, f"{mantissa:.{number.digits}f}{head}{other}", name


def _times(number: Number, factor: float) -> Number:
    one, two = ([end.low * factor, end.high * factor] for end in (number.tight, number.wide))
    return Number(
        number.value * factor, Interval(*one), Interval(*two), number.scale * factor, number.digits, number.tail, True
    )
