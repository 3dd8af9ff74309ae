"""What is known of a quantity: its columns and the closed words they hold.

Here: bounds, roles, changes and bases by number, and the table of columns that the readers fill. Not here: how any
of it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipeline.text.lexer import Bools, Ints

EXACT, OVER, AT_LEAST, AT_MOST, ABOUT, RANGE, TOP_N = range(7)
BOUNDS = ("exact", "over", "at_least", "at_most", "about", "range", "top_n")
LEVEL, CHANGE, SHARE, THRESHOLD, RANK, TARGET = range(6)
ROLES = ("level", "change", "share", "threshold", "rank", "target")
RATE, POINTS, DELTA, BY_MULTIPLE, RATIO_TO = range(5)
CHANGE_KINDS = ("rate", "points", "delta", "increase_by_multiple", "ratio_to")
UP, DOWN, FLAT, DOUBLE = 0, 1, 2, 3
DIRECTIONS = ("up", "down", "flat")
BASES = ("yoy", "mom", "previous_day", "since_year_start", "annual_average", "other")
"""A basis of 10000 + NNNN stands for year:NNNN."""
OTHER = BASES.index("other")
RULES = (
    "number_unit",
    "shared_unit",
    "unit_in_noun",
    "range",
    "neighbouring_digits",
    "fraction",
    "tenths",
    "rank",
    "top_n",
    "proportion",
    "index",
    "bare_multiplier",
    "table_unit",
)
RULE = {name: n for n, name in enumerate(RULES)}


@dataclass
class Quantities:
    """One row a quantity, columns of equal length; positions are in the view.

    `numeral` is the row's first numeral; `of_numeral` tells for each numeral the quantity that holds it, or -1.
    Values are mantissa * 10**exponent; `kind` says which of value, low and high are stated (see `bound`).
    """

    numeral: Ints
    start: Ints
    end: Ints
    mantissa: Ints
    exponent: Ints
    high: Ints
    high_exponent: Ints
    bound: Ints
    row: Ints
    below: Ints
    below_count: Ints
    below_time: Ints
    unit_start: Ints
    unit_end: Ints
    role: Ints
    change_kind: Ints
    direction: Ints
    basis: Ints
    basis_stated: Ints
    terms: dict[int, str]
    denominator: Ints
    shared: Bools
    from_noun: Bools
    broken: Ints
    rule: Ints
    doubled_sign: Bools
    of_numeral: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
