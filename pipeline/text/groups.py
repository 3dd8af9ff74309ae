"""Numbers that belong together: ranges, lists with one unit, compound amounts, proportions.

Here: 300～500公斤, 3、400万, 12、15和18万元, 2小时11分48秒, 5.2:47.8:47.0. Not here: dates, which `dates` puts
together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Codes, Ints, code_set
from pipeline.text.numerals import Numerals
from pipeline.text.rows import EXACT, LEVEL, RULE, Quantities
from pipeline.text.units import Units

_LIST = code_set("、和及与或")
_CONNECTOR = code_set("～-—–―─至到")
_TRAILING = np.zeros(65536, np.int64)
for _multiplier, _power in (("百", 2), ("千", 3), ("万", 4), ("亿", 8)):
    _TRAILING[ord(_multiplier)] = _power
_PARTS_OF = (
    ("小时", "分钟", "分", "秒"),
    ("元", "角", "分"),
    ("年", "个月", "天"),
    ("米", "厘米"),
    ("斤", "两", "钱"),
)


def multiplier(numerals: Numerals, which: Ints) -> Ints:
    """Power of ten of the multipliers after the first figure."""
    return np.where(numerals.arabic[which], numerals.exponent[which] + numerals.decimals[which], 0)


def order_of(value: NDArray[np.float64] | Ints) -> Ints:
    return np.floor(np.log10(np.maximum(value, 1e-9)) + 1e-9).astype(np.int64)


def ranges(
    codes: Codes, numerals: Numerals, usable: Bools, surface: Ints, start: Ints, end: Ints, clause: Ints
) -> Bools:
    """Numerals that are the lower end of a range whose upper end is the next numeral."""
    n = len(numerals)
    joined = np.zeros(n, np.bool_)
    if n < 2:
        return joined
    gap = start[1:] - end[:-1]
    gap_plain = numerals.start[1:] - end[:-1]
    joint = codes[end[:-1]]
    near = ((gap == 1) | (gap_plain == 1)) & _CONNECTOR[joint]
    near |= (gap_plain == 2) & (joint == ord("—")) & (codes[end[:-1] + 1] == ord("—"))
    near &= usable[:-1] & usable[1:] & (surface[1:] >= 0)
    near &= (surface[:-1] < 0) | (surface[:-1] == surface[1:])
    from_to = code_set("至到")[joint] & code_set("由从自")[codes[start[:-1] - 1]] & (surface[:-1] >= 0)
    near &= ~from_to
    near &= numerals.arabic[:-1] == numerals.arabic[1:]
    near &= numerals.denominator[:-1] == numerals.denominator[1:]
    value = numerals.value()
    near &= (value[:-1] <= value[1:]) | (surface[:-1] < 0)
    for i in np.flatnonzero(near):
        joined[i] = not (i and joined[i - 1])
    return joined


def lent_multiplier(codes: Codes, numerals: Numerals, lower: Ints) -> Ints:
    """Powers of ten that the lower end of a spelled range has from the upper: 三至五百斤, 十五至二十万元.

    Args:
        lower: the numerals that begin a range; the next one ends it.
    """
    upper = lower + 1
    power = np.zeros(len(lower), np.int64)
    end = numerals.end[upper].copy()
    for _ in range(3):  # 百万, 千万, 百亿
        step = _TRAILING.take(codes[end - 1]) * (end - numerals.start[upper] > 1)
        power, end = power + step, end - (step > 0)
    low, high = numerals.value()[lower], numerals.value()[upper]
    lead = high / np.power(10.0, power)
    spelled = ~numerals.arabic[lower] & ~numerals.arabic[upper] & (power >= 2)
    return np.where(spelled & (numerals.exponent[lower] == 0) & (low < lead) & ((low < 10) | (power >= 4)), power, 0)


def stepped(codes: Codes, numerals: Numerals, usable: Bools, surface: Ints) -> Bools:
    """3、400万 and 三、四十: two neighbouring digits of which only the second has its zeros printed."""
    n = len(numerals)
    found = np.zeros(n, np.bool_)
    if n < 2:
        return found
    near = (
        (numerals.start[1:] - numerals.end[:-1] == 1)
        & (codes[numerals.end[:-1]] == ord("、"))
        & usable[:-1]
        & usable[1:]
    )
    near &= (
        (surface[:-1] < 0)
        & (surface[1:] >= 0)
        & (numerals.digits[:-1] == 1)
        & (numerals.decimals[1:] == 0)
        & ~numerals.over[:-1]
    )
    near &= numerals.arabic[:-1] == numerals.arabic[1:]
    first = numerals.integer()[:-1]
    figure = np.where(numerals.arabic[1:], numerals.mantissa[1:], np.maximum(numerals.integer()[1:], 0))
    order = order_of(figure.astype(float))
    lead = figure // np.power(10, np.maximum(order, 0))
    near &= (
        (first >= 1)
        & (first <= 8)
        & ((lead == first + 1) | ((first == 3) & (lead == 5) & ~numerals.arabic[1:]))
        & (figure == lead * np.power(10, np.maximum(order, 0)))
    )
    multiplied = multiplier(numerals, np.arange(1, n)) > 0
    near &= np.where(numerals.arabic[1:], multiplied, order >= 1)
    found[:-1] = near
    return found


def share_units(
    codes: Codes,
    numerals: Numerals,
    usable: Bools,
    surface: Ints,
    unit_start: Ints,
    unit_end: Ints,
    end: Ints,
    exponent: Ints,
    high_exponent: Ints,
    shared: Bools,
    joined: Bools,
) -> None:
    """Carry the unit (and the 万) of 12、15和18万元 back to the members before it."""
    n = len(numerals)
    if n < 2:
        return
    gap = numerals.start[1:] - numerals.end[:-1]
    joint = codes[numerals.end[:-1]]
    near = (gap == 1) & _LIST[joint]
    near |= (gap == 2) & (joint == ord("以")) & (codes[numerals.end[:-1] + 1] == ord("及"))
    near &= usable[:-1] & usable[1:] & ~joined[:-1]
    power = multiplier(numerals, np.arange(n))
    carried = power.copy()
    value = numerals.value()
    for _ in range(16):
        able = (
            near
            & (surface[:-1] < 0)
            & (surface[1:] >= 0)
            & (numerals.denominator[:-1] == 0)
            & (numerals.arabic[:-1] == numerals.arabic[1:])
        )
        i = np.flatnonzero(able)
        if not len(i):
            break
        surface[i], unit_start[i], unit_end[i] = surface[i + 1], unit_start[i + 1], unit_end[i + 1]
        shared[i] = True
        lone = (power[i] == 0) & (carried[i + 1] > 0)
        figure = value[i + 1] / np.power(10.0, power[i + 1])
        alike = lone & (value[i] < figure * 100) & (value[i] > figure / 100)
        exponent[i[alike]] += carried[i + 1][alike]
        high_exponent[i[alike]] += carried[i + 1][alike]
        carried[i] = np.where(alike, carried[i + 1], carried[i])


def compounds(
    codes: Codes,
    numerals: Numerals,
    usable: Bools,
    row: Ints,
    units: Units,
    mantissa: Ints,
    exponent: Ints,
    high: Ints,
    high_exponent: Ints,
    end: Ints,
    unit_start: Ints,
    unit_end: Ints,
) -> Bools:
    """Amounts told in two or three units at once (2小时11分48秒, 2元5角, 57秒36), read in the smallest.

    The first numeral takes the whole; the mask returned holds the others.
    """
    n = len(numerals)
    rest = np.zeros(n, np.bool_)
    if n < 2:
        return rest
    touch = np.flatnonzero((end[:-1] == numerals.start[1:]) & usable[:-1] & usable[1:] & (row[:-1] >= 0))
    for i in touch[::-1]:
        j = i + 1
        upper = units.rows[row[i]]
        chain = next((chain for chain in _PARTS_OF if upper.surface in chain), None)
        if chain is None or numerals.decimals[i] or numerals.over[i]:
            continue
        if row[j] < 0:
            if upper.surface not in ("秒", "米") or numerals.digits[j] > 3 or not numerals.arabic[j]:
                continue
            digits = int(numerals.digits[j])
            mantissa[i] = mantissa[i] * 10**digits + mantissa[j]
            exponent[i] -= digits
        else:
            lower = units.rows[row[j]]
            surface = lower.surface
            if upper.surface in ("小时", "分") and surface == "分":
                factor = 60
            elif surface not in chain or chain.index(surface) <= chain.index(upper.surface):
                continue
            elif (upper.surface, surface) == ("年", "个月"):
                factor = 12
            else:
                ratio = upper.factor / lower.factor
                if ratio.denominator != 1 or upper.base_unit != lower.base_unit:
                    continue
                factor = int(ratio)
            if exponent[i] < 0 or abs(int(mantissa[i])) > 10**9:
                continue
            lift = 10 ** max(0, -int(exponent[j]))
            mantissa[i] = int(mantissa[i]) * 10 ** int(exponent[i]) * factor * lift + int(
                mantissa[j]
            ) * 10 ** max(0, int(exponent[j]))
            exponent[i] = min(0, int(exponent[j]))
            row[i], unit_start[i], unit_end[i] = row[j], unit_start[j], unit_end[j]
        high[i], high_exponent[i], end[i] = mantissa[i], exponent[i], end[j]
        if row[j] < 0:
            end[i] = numerals.end[j]
        rest[j] = True
    return rest


def proportions(
    codes: Codes, numerals: Numerals, usable: Bools, clause: Ints
) -> tuple[Ints, Ints, list[str], Bools]:
    """Chains a:b:c and a比b: starts, ends, terms joined by ；, and a mask of the numerals in them."""
    n = len(numerals)
    member = np.zeros(n, np.bool_)
    starts: list[int] = []
    ends: list[int] = []
    terms: list[str] = []
    if n > 1:
        joint = codes[numerals.end[:-1]]
        near = (
            (numerals.start[1:] - numerals.end[:-1] == 1)
            & code_set(":：比")[joint]
            & usable[:-1]
            & usable[1:]
        )
        i = 0
        places = np.flatnonzero(near)
        while i < len(places):
            first = last = int(places[i])
            while i < len(places) and places[i] == last:
                last += 1
                i += 1
            chosen = list(range(first, last + 1))
            member[chosen] = True
            starts.append(int(numerals.start[first]))
            ends.append(int(numerals.end[last]))
            terms.append("；".join(_plain(numerals, k) for k in chosen))
    return np.array(starts, np.int64), np.array(ends, np.int64), terms, member


def _plain(numerals: Numerals, i: int) -> str:
    """The value of one numeral in plain decimals: 47.8, 1200."""
    mantissa, exponent = int(numerals.mantissa[i]), int(numerals.exponent[i])
    if exponent >= 0:
        return str(mantissa * 10**exponent)
    digits = str(mantissa).rjust(1 - exponent, "0")
    return f"{digits[:exponent]}.{digits[exponent:]}"


def with_proportions(
    q: Quantities, starts: Ints, ends: Ints, terms: list[str], numerals: Numerals
) -> Quantities:
    """Insert the rows of proportions in order of place."""
    if not len(starts):
        return q
    first = np.searchsorted(numerals.start, starts)
    place = np.searchsorted(q.start, starts)
    columns: dict[str, object] = {}
    filler = {
        "numeral": first,
        "start": starts,
        "end": ends,
        "bound": EXACT,
        "row": -1,
        "below": -1,
        "below_count": 1,
        "below_time": -1,
        "unit_start": ends,
        "unit_end": ends,
        "role": LEVEL,
        "change_kind": -1,
        "direction": -1,
        "basis": -1,
        "basis_stated": -1,
        "rule": RULE["proportion"],
        "denominator": -1,
    }
    at = place + np.arange(len(starts))
    before = np.zeros(
        len(q.start) + len(starts), np.int64
    )  # for each row the one it was, any for the new ones
    before[np.delete(np.arange(len(before)), at)] = np.arange(len(q.start))
    for name, column in vars(q).items():
        if name in ("terms", "of_numeral"):
            continue
        moved = column.take(before) if len(column) else np.zeros(len(before), column.dtype)
        moved[at] = filler.get(name, 0)
        columns[name] = moved
    return Quantities(**columns, terms=dict(zip(at.tolist(), terms, strict=True)))  # type: ignore[arg-type]
