"""A second reading of numbers and dates, slow and plain, to hold the columnar engine against.

The language of the contract as regular expressions and small functions, one phrase at a time, in the order a person
would explain it. It shares the reference tables with the engine and no code.

    rows        what a reading is made of, and how a doubt is raised
    numerals    what a numeral is worth
    units       what stands after it
    amounts     shares, ranks, ranges, lists, and single numbers with their bound
    doubts      what stands around a numeral and keeps this grammar from judging it
    lunar       days of the traditional calendar
    dates       days, months, years and the words for parts of them
    reading     a text from left to right

Does not belong here: roles, measures and look-alikes. Whatever this grammar cannot decide it reports as a doubt with
the reason instead of guessing.
"""

from tests.oracle.reading import read
from tests.oracle.rows import Amount, Doubt, Period, Reading

__all__ = ["Amount", "Doubt", "Period", "Reading", "read"]
