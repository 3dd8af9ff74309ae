"""What a reading is made of.

Belongs here: the rows, and the exception by which a rule says that it cannot decide. Does not belong here: rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction


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
    """All rows of a text in order."""

    amounts: list[Amount] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


class DoubtError(Exception):
    """Raised by a rule that cannot decide: the stretch up to `end` is in doubt, for `reason`."""

    def __init__(self, end: int, reason: str) -> None:
        super().__init__(reason)
        self.end = end
        self.reason = reason
