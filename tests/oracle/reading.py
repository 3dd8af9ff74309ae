"""A text from left to right.

Belongs here: where a reading begins, what is tried there in which order, and where it goes on. Does not belong here:
any form of the language.
"""

from __future__ import annotations

import re

from tests.oracle.amounts import amounts_at, end_of_figures, left_bound
from tests.oracle.dates import Calendar, date_at
from tests.oracle.doubts import ERAS, listed_words, raise_doubts
from tests.oracle.numerals import CHINESE, NUMERIC, plain
from tests.oracle.rows import Amount, Doubt, DoubtError, Period, Reading

BEGINS = re.compile(rf"{'|'.join(ERAS)}|[{CHINESE}\d第前上下次翌年岁闰正冬腊]")
TITLE = re.compile("《[^《》\n]*》")
COUNTS = re.compile(rf"[{CHINESE}\d第前]")


def read(text: str, year: int | None = None) -> Reading:
    """The amounts and dates of one entry's body, in order.

    Args:
        text: running prose without title or headings.
        year: the year the book covers; dates without a year take it.

    Example:
        >>> read("全年产煤3万吨，9月停产。", 2009).amounts[0].unit
        't'
    """
    text = plain(text)
    reading, known, words = Reading(), Calendar(year), listed_words(text)
    titles = [found.span() for found in TITLE.finditer(text)]
    place = 0
    while found := BEGINS.search(text, place):
        place = found.start()
        try:
            end, items = _read_at(text, place, known)
        except DoubtError as doubt:
            end = max(end_of_figures(text, doubt.end), place + 1)
            while end < len(text) and text[end - 1] in NUMERIC and text[end] in NUMERIC:
                end += 1  # never begin inside a numeral
            items = [Doubt(place, end, doubt.reason)]
        for item in items:
            shared = "".join(text[max(start, item.start) : min(stop, item.end)] for start, stop in words)
            if set(shared) & set(CHINESE) and "分之" not in text[item.start : item.end]:
                item = Doubt(item.start, item.end, "a word of the look-alike list")
            match item:
                case Amount() if any(start < item.start < stop for start, stop in titles):
                    pass  # 《三十年风雨》 counts nothing
                case Amount():
                    reading.amounts.append(item)
                case Period():
                    reading.periods.append(item)
                case Doubt():
                    reading.doubts.append(item)
        place = max(end, place + 1)
    return reading


def _read_at(text: str, place: int, known: Calendar) -> tuple[int, list[Amount | Period | Doubt]]:
    period = date_at(text, place, known)
    if period is not None:
        return period.end, [period]
    if not COUNTS.match(text, place):
        return place + 1, []
    raise_doubts(text, place, bounded=left_bound(text, place) is not None)
    end, amounts = amounts_at(text, place)
    if text[place] == "一" and end <= place + 2:
        raise DoubtError(end, "一 may be no number")
    return end, list(amounts)
