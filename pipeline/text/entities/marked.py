"""Quotations and works as mentions, where no other rule has made a name of them.

Here: which of the pairs of marks become rows, with their kind. Not here: pairing the marks and telling the kinds
(`brackets`).
"""

from __future__ import annotations

import numpy as np

from pipeline.text.entities.brackets import Brackets, work_kind
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.words import Lexicon

_REACH = 40  # characters before a quotation at which a name that holds it can start


def add_quotes(brackets: Brackets, kinds: list[str], found: Found) -> None:
    """Add the quotations of two to eighty characters that no name covers."""
    inside, by_start = brackets.inside, found.by_start
    near_any = _near(brackets, found)
    for (start, end), kind, near in zip(brackets.quotes, kinds, near_any, strict=True):
        if inside[start] != 2 or not 2 <= end - start <= 80:
            continue
        held = by_start.get(start)
        if (held is not None and held.end >= end) or (near and found.covers(start, _REACH)):
            continue
        found.clear(start, end)
        found.add(Mention("quoted", start, end, f"quoted/{kind}", sort=kind))


def _near(brackets: Brackets, found: Found) -> list[bool]:
    """Whether a mention that starts before each quotation ends in it or after it."""
    starts = np.array(sorted(found.by_start), np.int64)
    ends = np.array([found.by_start[start].end for start in starts.tolist()], np.int64)
    reach = np.concatenate(([-1], np.maximum.accumulate(ends)))
    quotes = np.array([start for start, _ in brackets.quotes], np.int64)
    near: list[bool] = (reach[np.searchsorted(starts, quotes)] > quotes).tolist()
    return near


def add_works(view: str, brackets: Brackets, lexicon: Lexicon, found: Found) -> None:
    """Add every work outside furniture; one that lies in a longer name keeps it as its parent."""
    by_start = found.by_start
    for start, end in brackets.works:
        if end - start < 3 or brackets.inside[start] == 3:
            continue
        title = view[start + 1 : end - 1]
        kind = work_kind(title, lexicon)
        mention = Mention("work", start, end, "work/marks", name=title, sort=kind)
        held = by_start.get(start)
        if held is not None and held.end > end:
            mention.parent = held
            found.nested.append(mention)
            continue
        found.clear(start, end)
        by_start[start] = mention
        found.by_end.setdefault(end, mention)
