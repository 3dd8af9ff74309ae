"""Bodies that no class word shows by itself: quoted names, common nouns that mean one body, names again.

Here: what can be said only when the names of a page are known: the body that a quotation names, the one that a common
noun stands for, the longer name behind a short one, further mentions of a name that a role showed. Not here: reading
a run (`runs`), short forms that the text defines (`abbreviations`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.canonical import Canonical
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import NEAR
from pipeline.text.entities.words import Lexicon, Page, Use
from pipeline.text.lexer import Codes, Ints

_STRONG, _PREDICATE, _NOMINAL = int(Use.STRONG), int(Use.PREDICATE), int(Use.NOMINAL)
_NO_BODY = frozenset(("award", "theme", "goal", "slogan", "brand"))
_SHOWN = frozenset(("organisation/role", "organisation/employer", "organisation/defined"))
_SHORT = frozenset(("organisation/suffix", "organisation/short", "organisation/again", "organisation/role"))
_REACH = 40  # characters before a place at which a mention that covers it can start


def quoted_bodies(page: Page, lexicon: Lexicon, brackets: Brackets, kinds: list[str], found: Found) -> None:
    """Quotations that are the name of a body, `成立“水韵文化联盟”`; their kind becomes `organisation`."""
    for n, (start, end) in enumerate(brackets.quotes):
        if brackets.inside[start] != 2 or not 5 <= end - start <= 30 or kinds[n] in _NO_BODY:
            continue
        use, _ = page.use_ending(end)
        if not use & _STRONG or page.view[start:end] in lexicon.generic:
            continue
        uses = (page.uses[w] for w in page.words_in(start, end))
        if any(use & _PREDICATE and not use & _NOMINAL for use in uses):
            continue
        kinds[n] = "organisation"
        found.clear(start, end)
        found.add(Mention("organisation", start, end, "organisation/quoted"))


def _keys(codes: Codes, entry: Ints, end: Ints) -> Ints:
    """A number for the entry of each name and its last two characters: names that end alike share it."""
    return (entry << 32) | (codes[end - 2].astype(np.int64) << 16) | codes[end - 1]


def short_bodies(page: Page, starts: Sequence[int], passed: list[tuple[int, int]], found: Found) -> None:
    """Common nouns that stand for the one body of the entry whose name ends so: 交易中心 after 市产权交易中心.

    Args:
        page: the page.
        starts: where the entries begin.
        passed: names of common words only that the runs passed over.
        found: the mentions so far; those of the nouns are added.
    """
    if not passed:
        return
    view, codes = page.view, page.codes
    bodies = [mention for mention in found.by_start.values() if mention.kind == "organisation"]
    body_start, body_end = (np.array([getattr(one, edge) for one in bodies], np.int64) for edge in ("start", "end"))
    noun_start, noun_end = np.array(passed, np.int64).T
    body_keys = _keys(codes, np.searchsorted(starts, body_start, "right"), body_end)
    noun_keys = _keys(codes, np.searchsorted(starts, noun_start, "right"), noun_end)
    by_key: dict[int, set[str]] = defaultdict(set)
    for n in np.flatnonzero(np.isin(body_keys, noun_keys)).tolist():
        by_key[int(body_keys[n])].add(view[bodies[n].start : bodies[n].end])
    for (start, end), key in zip(passed, noun_keys.tolist(), strict=True):
        if key not in by_key:
            continue
        name = view[start:end]
        longer = [one for one in by_key[key] if one.endswith(name) and len(one) > len(name)]
        if len(longer) == 1 and start not in found.by_start and not found.covers(start, _REACH):
            found.add(Mention("organisation", start, end, "organisation/short"))


def repeat_bodies(
    view: str, spans: Sequence[tuple[int, int]], inside: bytearray, found: Found
) -> None:
    """Names that only a role or a post showed to be bodies, found again within their entry.

    Args:
        view: the page.
        spans: where the entries begin and end.
        inside: what `Brackets` says of each place.
        found: the mentions so far.
    """
    starts = [start for start, _ in spans]
    for mention in [m for m in found.by_start.values() if m.rule in _SHOWN]:
        name = view[mention.start : mention.end]
        entry = bisect_right(starts, mention.start) - 1
        if len(name) < 4 or entry < 0:
            continue
        first, last = spans[entry]
        last = min(last, mention.start + NEAR)
        place = view.find(name, max(first, mention.start - NEAR), last)
        while place >= 0:
            end = place + len(name)
            if not inside[place] and not found.touches(place, end, _REACH):
                found.add(Mention("organisation", place, end, "organisation/again", sort=mention.sort))
            place = view.find(name, end, last)


def longer_names(
    codes: Codes, mentions: Sequence[Mention], texts: Sequence[str], entry: Ints, end: Ints, canonical: Canonical
) -> dict[int, str]:
    """Names for the short forms nobody defines: 专家咨询委员会 is the one longer name of its entry that ends like it.

    Args:
        codes: the characters of the page.
        mentions: all of the page.
        texts: what each reads.
        entry: the number of the entry that each lies in.
        end: where each ends.
        canonical: knows whether a name says its region.

    Returns:
        The longer name by the number of the mention.
    """
    short = np.array([n for n, one in enumerate(mentions) if one.rule in _SHORT], np.int64)
    bodies = np.array([n for n, one in enumerate(mentions) if one.kind == "organisation"], np.int64)
    keys = _keys(codes, entry, end)
    names: dict[int, set[str]] = defaultdict(set)
    for n in bodies[np.isin(keys[bodies], keys[short])].tolist():
        names[int(keys[n])].add(texts[n])
    found: dict[int, str] = {}
    for n in short.tolist():
        candidates = names[int(keys[n])]
        if len(candidates) < 2:
            continue  # itself
        name = texts[n]
        longer = [
            one
            for one in candidates
            if len(one) > len(name)
            and one.endswith(name)
            and (mentions[n].rule == "organisation/short" or canonical.region_of(one))
        ]
        if len(longer) == 1:
            found[n] = longer[0]
    return found
