"""What stands after a numeral: units and classifiers of seeds/units.csv.

Belongs here: the longest unit at a place, the words that forbid it, its senses, rates with a slash. Does not belong
here: the numeral before it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from tests.oracle.numerals import SEEDS
from tests.oracle.rows import DoubtError


@dataclass(frozen=True)
class Unit:
    """One row of the table: code, factor to the base, and the words that choose or forbid it."""

    code: str
    factor: Fraction
    dimension: str
    kind: str
    sense: str
    context: tuple[str, ...]
    not_before: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A unit in the text: where it ends, its code, and how many coded units one of it is worth."""

    end: int
    code: str
    worth: Fraction


@cache
def unit_table() -> dict[str, list[Unit]]:
    """The rows of seeds/units.csv by printed form."""
    table: dict[str, list[Unit]] = {}
    with (SEEDS / "units.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            context, not_before = (tuple(filter(None, row[name].split("|"))) for name in ("context", "not_before"))
            factor = Fraction(row["factor"] or 1)
            unit = Unit(row["unit"], factor, row["dimension"], row["kind"], row["sense"], context, not_before)
            table.setdefault(row["surface"], []).append(unit)
    return table


@cache
def _own_factor(code: str, dimension: str) -> Fraction:
    """What one of the coded unit is worth in its base: 1/100 for %, so that a 成 of 1/10 counts ten."""
    rows = (unit for units in unit_table().values() for unit in units)
    return next(unit.factor for unit in rows if (unit.code, unit.dimension) == (code, dimension))


def unit_at(text: str, place: int) -> Found | None:
    """The longest unit that begins at `place`.

    Raises:
        DoubtError: the unit is a noun, forbidden by the word after it, or of several senses with no word to choose.
    """
    table = unit_table()
    end = next((place + length for length in range(12, 0, -1) if text[place : place + length] in table), None)
    if end is None or end > len(text):
        return None
    surface = text[place:end]
    units = [unit for unit in table[surface] if not text.startswith(unit.not_before, end) or not unit.not_before]
    if not units:
        if len(surface) == 1:
            return None
        raise DoubtError(end, "a unit right before a word that forbids it")
    if any(unit.kind in ("noun", "symbol") and unit.code not in ("%", "‰") for unit in units):
        raise DoubtError(end, "a noun or symbol in the place of a unit")
    if re.match("[A-Za-z][A-Za-z0-9]", text[end - 1 : end + 1]):
        raise DoubtError(end, "letters run on after a unit of letters")
    unit = _sense(text, place, end, units)
    worth = unit.factor / _own_factor(unit.code, unit.dimension)
    if text[end : end + 1] != "/":
        return Found(end, unit.code, worth)
    below = unit_at(text, end + 1)
    if below is None or text[below.end : below.end + 1] in ("·", "/"):
        raise DoubtError(end + 1, "a slash without one unit after it")
    return Found(below.end, f"{unit.code}/{below.code}", worth / below.worth)


def _sense(text: str, place: int, end: int, units: list[Unit]) -> Unit:
    """The sense whose word stands nearest to the left in the sentence, else the sense that needs no word."""
    if text[place - 1] == "/":
        return next((unit for unit in units if unit.sense == "per"), units[0])
    since = max((found.end() for found in re.finditer("[。！？；\n]", text[:place])), default=0)
    best, nearest = None, -1
    for unit in units:
        for word in unit.context if unit.sense != "per" else ():
            near = place if text.startswith(word, place) else text.rfind(word, since, place)
            if near > nearest:
                best, nearest = unit, near
    chosen = best or next((unit for unit in units if not unit.context), None)
    if chosen is None:
        raise DoubtError(end, "no word of the sentence chooses the sense of the unit")
    return chosen
