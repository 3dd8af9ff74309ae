"""What a printed number can have been before it was rounded, and arithmetic over such intervals.

Here: the interval of one printed number, interval arithmetic, and the verdict on a stated against a computed number.
Not here: which numbers belong together (the modules of rules beside this one).

A number printed as 2.5亿元 stands for anything from 2.45 to 2.55; had the writer cut it off, up to 2.6. The first is
the `tight` interval, both together the `wide` one. Whole numbers of things counted one by one are exact; 约, 余 and
超过 widen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

INFINITE = 1e300
_EPS = 1e-9


@dataclass(slots=True)  # never changed; frozen would triple what it costs to make one
class Interval:
    """All values from low to high, with the four operations; division by an interval that holds 0 is everything."""

    low: float
    high: float

    def __add__(self, other: Interval | float) -> Interval:
        o = other if isinstance(other, Interval) else Interval(other, other)
        return Interval(self.low + o.low, self.high + o.high)

    __radd__ = __add__

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | float) -> Interval:
        return self + -_as(other)

    def __rsub__(self, other: Interval | float) -> Interval:
        return _as(other) - self

    def __mul__(self, other: Interval | float) -> Interval:
        o = _as(other)
        ends = (self.low * o.low, self.low * o.high, self.high * o.low, self.high * o.high)
        return Interval(min(ends), max(ends))

    __rmul__ = __mul__

    def __truediv__(self, other: Interval | float) -> Interval:
        o = _as(other)
        if o.low <= 0 <= o.high:
            return Interval(-INFINITE, INFINITE)
        return self * Interval(1 / o.high, 1 / o.low)

    def __rtruediv__(self, other: Interval | float) -> Interval:
        return _as(other) / self

    def __pow__(self, power: float) -> Interval:
        return Interval(max(self.low, 0.0) ** power, max(self.high, 0.0) ** power)


def _as(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval(value, value)


@dataclass(slots=True)  # as above
class Number:
    """A printed number in the base unit of its dimension (percent: in percent), with what it can stand for.

    `scale` is the worth of one printed unit (10 000 for 万), `digits` the decimals printed, `tail` what follows the
    digits; `exact` is false where 约, 余, 超过 or a range leaves it open.
    """

    value: float
    tight: Interval
    wide: Interval
    scale: float
    digits: int
    tail: str
    exact: bool

    @property
    def tolerance(self) -> float:
        """Half of the last printed digit."""
        return min((self.tight.high - self.tight.low) / 2, INFINITE)

    def show(self, value: float, more: int = 0) -> str:
        """Another value as it would be printed in the unit of this one: `合计49家`."""
        text = f"{value / self.scale:.{self.digits + more}f}"
        if "." in text and (more or self.digits == 0):
            text = text.rstrip("0").rstrip(".")
        return text + self.tail


_FULL = str.maketrans("０１２３４５６７８９．，％－", "0123456789.,%-")
_ARABIC = re.compile(
    r"(百分之|千分之|万分之)?[-+−]?(\d+(?:,\d{3})*|\d{1,3}(?:[ \u2009\u00a0]\d{3})+)(?:\.(\d+))?(\D*)$"
)
_PLAIN = re.compile(r"([0-9]+)(?:\.([0-9]+))?([^\d.,，．％－余多几来 \n]*)$")
_CHINESE = re.compile(
    r"(百分之|千分之)?[〇零○一二三四五六七八九十百千万亿两廿卅]+(?:点([〇零○一二三四五六七八九]+))?(\D*)$"
)
_SCALED = frozenset("十百千万亿")
_INNER = re.compile(r"[余多几来]")


def printed(
    source: str,
    base: float,
    unit: float,
    bound: str,
    counted: bool,
    low: float | None = None,
    high: float | None = None,
    about: float = 0.1,
) -> Number | None:
    """The number that a span of text prints, or None where its last digit cannot be told.

    Args:
        source: the span as printed, `4500万元`, `百分之五`, `三成`.
        base: its value in the base unit (in percent, for percent).
        unit: the worth in the base of one unit as given in the table of quantities.
        bound: as in the table of quantities.
        counted: whether it counts things one by one.
        low, high: ends of a range in the base unit.
        about: how far a number with 约 may be off, as a share of it.
    """
    exact = bound == "exact"
    if exact and (plain := _PLAIN.match(source)) and base == base:  # nine of ten
        return _plain(plain, base, unit, counted)
    text = source.translate(_FULL)
    if bound == "range":
        if low is None or high is None or unit == 0:
            return None
        middle = (low + high) / 2
        return Number(middle, Interval(low, high), Interval(low, high), unit, 1, _tail(text), False)
    if base != base or bound == "top_n":
        return None
    found = _ARABIC.match(text)
    if found:
        scale, digits, tail, ulp = _arabic(re.sub(r"\D", "", found[2]), found[3], found[4], base, unit, counted)
    elif "成" in text or "折" in text:
        digits, tail, scale = 0, "%", 1.0
        ulp = 5.0 if "半" in text or re.search(r"成[一二三四五六七八九]", text) else 10.0
        exact = False
    elif found := _CHINESE.match(text):
        digits = len(found[2] or "")
        tail, scale = ("%" if found[1] else found[3]), unit
        ulp = 0.0 if counted and not digits else abs(scale) * 10.0**-digits
        if not found[1] and any(one in text for one in "万亿") and not counted:
            ulp = abs(scale)
    else:
        return None
    low_end, high_end = base - ulp / 2, base + ulp / 2
    low_wide, high_wide = base - ulp, base + ulp
    step = max(ulp, abs(base) * about)
    if bound == "over":
        low_end, low_wide, high_end, high_wide = base, base - ulp, base + step * 10, base + step * 10
    elif bound == "at_least":
        low_end, low_wide, high_end, high_wide = base, base - ulp, INFINITE, INFINITE
    elif bound == "at_most":
        low_end, low_wide, high_end, high_wide = 0.0, 0.0, base, base + ulp
    elif bound == "about" or not exact:
        low_end, low_wide, high_end, high_wide = base - step, base - step, base + step, base + step
    return Number(
        base,
        Interval(low_end, high_end),
        Interval(low_wide, high_wide),
        scale,
        digits,
        _INNER.sub("", tail) or "",
        exact,
    )


def _arabic(
    whole: str, fraction: str | None, rest: str, base: float, unit: float, counted: bool
) -> tuple[float, int, str, float]:
    """The worth of one printed unit, the decimals, what follows the digits, the worth of the last digit."""
    digits = len(fraction) if fraction else 0
    mantissa = float(f"{whole}.{fraction}" if fraction else whole)
    scale = base / mantissa if mantissa else unit
    tail = rest.strip()
    if counted and not digits and tail[:1] not in _SCALED:
        return scale, digits, tail, 0.0
    return scale, digits, tail, abs(scale) * 10.0**-digits


def _plain(found: re.Match[str], base: float, unit: float, counted: bool) -> Number:
    """A number in Arabic numerals with nothing about it: 4500万元."""
    scale, digits, tail, ulp = _arabic(found[1], found[2], found[3], base, unit, counted)
    return Number(
        base,
        Interval(base - ulp / 2, base + ulp / 2),
        Interval(base - ulp, base + ulp),
        scale,
        digits,
        tail,
        True,
    )


def _tail(text: str) -> str:
    found = re.search(r"\d(\D*)$", text)
    return found[1].strip() if found else ""


CONSISTENT, ROUNDING, INCONSISTENT, UNCHECKED = "consistent", "rounding", "inconsistent", "unchecked"
_ORDER = {CONSISTENT: 0, ROUNDING: 1, UNCHECKED: 2, INCONSISTENT: 3}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One statement re-computed: the verdict, the value computed, and what rounding can explain."""

    verdict: str
    stated: float
    computed: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        return self.verdict in (CONSISTENT, ROUNDING)

    def but(self, verdict: str) -> Outcome:
        """The same figures under another verdict."""
        return Outcome(verdict, self.stated, self.computed, self.tolerance)


def judge(stated: Number, formula: Callable[..., Any], *terms: Number) -> Outcome:
    """Hold a stated number against a formula of others: consistent as printed, explained by rounding, or neither.

    Example:
        >>> judge(growth, lambda now, before: (now / before - 1) * 100, now, before)
    """
    computed = float(formula(*(t.value for t in terms)))
    tight: Interval = formula(*(t.tight for t in terms))
    wide: Interval = formula(*(t.wide for t in terms))
    half = max(stated.tolerance, (tight.high - tight.low) / 2)
    tolerance = min(stated.tolerance + min(tight.high - computed, computed - tight.low), INFINITE)
    slack = _EPS * max(abs(computed), abs(stated.value), 1.0)
    if abs(computed - stated.value) <= stated.tolerance + slack:
        verdict = CONSISTENT
    elif stated.tight.low - slack <= tight.high and tight.low <= stated.tight.high + slack:
        verdict = ROUNDING if stated.exact and all(t.exact for t in terms) else CONSISTENT
    elif stated.wide.low - slack <= wide.high and wide.low <= stated.wide.high + slack:
        verdict = ROUNDING
    else:
        verdict = INCONSISTENT
    return Outcome(verdict, stated.value, computed, max(tolerance, 0.0) if half < INFINITE / 2 else 0.0)


def best(outcomes: list[Outcome]) -> Outcome:
    """The outcome of the reading that suits the text best: no statement is wrong while one reading makes it right."""
    return min(outcomes, key=lambda one: (_ORDER[one.verdict], abs(one.computed - one.stated)))


def at_most(part: Number, total: Number) -> bool:
    """Whether a part can be as small as its total."""
    slack = _EPS * max(abs(part.value), 1.0)
    return part.wide.low <= total.wide.high + slack
