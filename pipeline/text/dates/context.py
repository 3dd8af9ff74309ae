"""What a date leaves out and the text around it gives: the year, the month, the day of 同日.

Here: carrying years and months on within sentences, entries and headings. Not here: the calendar (`calendar`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.dates.chains import Chains
from pipeline.text.dates.pieces import YEAR
from pipeline.text.lexer import Bools, Codes, Ints, code_set

YEAR_SOURCES = ("stated", "entry", "volume", "unknown")


@dataclass(frozen=True)
class Standing:
    """Edges in the view: where entries begin and end, sentences end, documents begin, headings begin and end."""

    entry_edge: Ints
    sentence_edge: Ints
    document_edge: Ints
    heading_start: Ints
    heading_end: Ints

    def entry(self, place: Ints) -> Ints:
        """A number that changes wherever another entry begins or ends."""
        return np.searchsorted(self.entry_edge, place, "right")

    def sentence(self, place: Ints) -> Ints:
        """A number of the sentence of each place."""
        return np.searchsorted(self.sentence_edge, place)

    def document(self, place: Ints) -> Ints:
        """A number of the document of each place."""
        return np.searchsorted(self.document_edge, place, "right")

    def headed(self, place: Ints) -> Bools:
        """Whether each place lies in a heading, such as the month over the lines of a chronicle."""
        return np.searchsorted(self.heading_start, place, "right") > np.searchsorted(
            self.heading_end, place, "right"
        )


def given_years(
    codes: Codes, chains: Chains, keep: Bools, joined: Bools, standing: Standing, covered: int | None
) -> tuple[Ints, Ints]:
    """The year of each chain (-1 unknown) and where it comes from.

    A stated year is carried on to later dates of the same sentence; past the sentence only when it opened one
    (2005年，…) and the later date does not fall before it in the calendar while another year is covered. Under a year
    that is a heading, as in a chronicle, dates are of that year.
    """
    n = len(chains.start)
    entry, sentence = standing.entry(chains.start), standing.sentence(chains.start)
    year, source = chains.year.copy(), np.zeros(n, np.int64)
    source[:] = 3
    source[chains.has_year] = 0
    opening = code_set("。；\n\f】　 ！？\0")[codes[chains.start - 1]]
    ahead = opening & code_set("，,　 ")[codes[chains.end]]
    setter = keep & chains.has_year & ((chains.month > 0) | opening)
    index = np.where(setter, np.arange(n), -1)
    carried = np.maximum.accumulate(np.concatenate((np.full(1, -1), index[:-1])))
    need = ~chains.has_year & (chains.decade < 0) & (chains.century < 0) & (chains.plan < 0)
    has = need & (carried >= 0)
    by = np.maximum(carried, 0)
    has &= entry[by] == entry
    same_sentence = sentence[by] == sentence
    opener = opening[by]
    later = (chains.month[by] <= 0) | (chains.month < 0) | (chains.month >= chains.month[by])
    beyond = (
        opener
        & (ahead | (chains.month > 0))[by]
        & ((year[by] == (covered or -1)) | later | (covered is None))
    )
    inherits = has & (same_sentence | beyond)
    year[inherits], source[inherits] = year[by[inherits]], 1
    above = _heading_years(codes, chains, keep, standing)
    under = need & ~inherits & (above >= 0) & (chains.relative == 9)
    year[under], source[under] = year[above[under]], 1
    from_volume = need & ~inherits & ~under
    if covered is not None:
        year[from_volume], source[from_volume] = covered, 2
        # the covered year written earlier in the entry is where a reader takes it from
        written = np.where(chains.has_year & (chains.year == covered), np.arange(n), -1)
        latest = np.maximum.accumulate(written)
        told = from_volume & (latest >= 0) & (entry[np.maximum(latest, 0)] == entry)
        source[told] = 1
    relative = need & (chains.relative != 9)
    if covered is not None:
        offset = relative & (chains.relative <= 0)
        year[offset], source[offset] = covered + chains.relative[offset], 2
    same = relative & (chains.relative == 5) & has
    year[same], source[same] = year[by[same]], 1
    following = relative & (chains.relative == 1)
    reference = np.where(has, chains.year[by], covered if covered is not None else -1)
    shift = following & (reference > 0)
    year[shift], source[shift] = reference[shift] + 1, np.where(has[shift], 1, 2)
    # the end of a range has the year of its beginning
    begin = np.flatnonzero(joined)
    end = begin + 1
    borrow = need[end] & (chains.relative[end] == 9)
    year[end[borrow]], source[end[borrow]] = year[begin[borrow]], source[begin[borrow]]
    forward = need[begin] & chains.has_year[end] & (chains.head_kind[begin] == YEAR)
    year[begin[forward]] = year[end[forward]]
    decade = (chains.decade >= 0) | (chains.century >= 0) | (chains.plan >= 0)
    source[decade] = 0
    return year, source


def _heading_years(codes: Codes, chains: Chains, keep: Bools, standing: Standing) -> Ints:
    """For each chain the year that heads it (1958年 on a line of its own, 【1958年】), or -1.

    A heading is in force until the next one that is no date, a title within its entry.
    """
    n = len(chains.start)
    yearly = keep & chains.has_year & (chains.month < 0)
    heading = yearly & standing.headed(chains.start) & code_set("\n\f\0")[codes[chains.start - 1]]
    title = yearly & code_set("【〖")[codes[chains.start - 1]] & code_set("】〗")[codes[chains.end]]
    above = np.maximum.accumulate(np.where(heading | title, np.arange(n), -1))
    held = np.maximum(above, 0)
    within = np.searchsorted(standing.heading_start, chains.start, "right")
    dated = np.bincount(within[standing.headed(chains.start)], minlength=len(standing.heading_start) + 1) > 0
    other = np.cumsum(~dated)  # headings without a date, up to each
    entry, document = standing.entry(chains.start), standing.document(chains.start)
    in_force = np.where(title[held], entry == entry[held], other[within] == other[within[held]])
    return np.where((above >= 0) & (document == document[held]) & in_force, above, -1)


def same_days(chains: Chains, keep: Bools, document: Ints) -> None:
    """同日 and 是日 take day, month and year of the last full day before them."""
    n = len(chains.start)
    same = chains.word == 6
    if not same.any():
        return
    index = np.where((chains.day >= 0) & keep & ~same, np.arange(n), -1)
    last = np.maximum.accumulate(index)
    found = same & (last >= 0) & (document[np.maximum(last, 0)] == document)
    by = np.maximum(last, 0)
    chains.day[found], chains.month[found] = chains.day[by][found], chains.month[by][found]
    keep &= ~same | found


def given_months(chains: Chains, keep: Bools, standing: Standing) -> tuple[Ints, Bools]:
    """The month of each chain; a bare day takes that of the last date before it in its entry, else of the heading."""
    n = len(chains.start)
    entry, document = standing.entry(chains.start), standing.document(chains.start)
    headed = standing.headed(chains.start)
    month = chains.month.copy()
    bare = (chains.day >= 0) & (chains.month < 0)
    index = np.where((chains.month > 0) & keep, np.arange(n), -1)
    last = np.maximum.accumulate(np.concatenate((np.full(1, -1), index[:-1])))
    found = bare & (last >= 0) & (entry[np.maximum(last, 0)] == entry)
    month[found] = chains.month[np.maximum(last, 0)][found]
    over = np.where((chains.month > 0) & headed, np.arange(n), -1)
    above = np.maximum.accumulate(over)
    under = bare & ~found & (above >= 0) & (document[np.maximum(above, 0)] == document)
    month[under] = chains.month[np.maximum(above, 0)][under]
    return month, bare & ~found & ~under
