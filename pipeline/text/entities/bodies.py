"""Bodies that no class word shows by itself: quoted names, common nouns that mean one body, names again.

Here: what can be said only when the names of a page are known: the body that a quotation names, the one that a common
noun stands for, the longer name behind a short one, further mentions of a name that a role showed. Not here: reading
a run (`runs`), short forms that the text defines (`abbreviations`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.canonical import Canonical
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import NEAR
from pipeline.text.entities.words import Lexicon, Page, Use

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


def short_bodies(view: str, starts: Sequence[int], passed: list[tuple[int, int]], found: Found) -> None:
    """Common nouns that stand for the one body of the entry whose name ends so: 交易中心 after 市产权交易中心.

    Args:
        view: the page.
        starts: where the entries begin.
        passed: names of common words only that the runs passed over.
        found: the mentions so far; those of the nouns are added.
    """
    if not passed:
        return
    by_entry: dict[tuple[int, str], set[str]] = defaultdict(set)  # by entry and the last two characters
    wanted = {view[end - 2 : end] for _, end in passed}
    for mention in found.by_start.values():
        if mention.kind == "organisation" and view[mention.end - 2 : mention.end] in wanted:
            name = view[mention.start : mention.end]
            by_entry[bisect_right(starts, mention.start) - 1, name[-2:]].add(name)
    for start, end in passed:
        name = view[start:end]
        group = by_entry.get((bisect_right(starts, start) - 1, name[-2:]), ())
        longer = [one for one in group if one.endswith(name) and len(one) > len(name)]
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
    mentions: Sequence[Mention], texts: Sequence[str], entries: Sequence[int], canonical: Canonical
) -> dict[int, str]:
    """Names for the short forms nobody defines: 专家咨询委员会 is the one longer name of its entry that ends like it.

    Args:
        mentions: all of a page.
        texts: what each reads.
        entries: the number of the entry that each lies in.
        canonical: knows whether a name says its region.

    Returns:
        The longer name by the number of the mention.
    """
    short: dict[int, list[int]] = defaultdict(list)  # by entry
    for i, mention in enumerate(mentions):
        if mention.rule in _SHORT:
            short[entries[i]].append(i)
    if not short:
        return {}
    wanted = {(n, texts[i][-2:]) for n, group in short.items() for i in group}
    names: dict[tuple[int, str], set[str]] = defaultdict(set)
    for mention, text, n in zip(mentions, texts, entries, strict=True):
        if mention.kind == "organisation" and (n, text[-2:]) in wanted:
            names[n, text[-2:]].add(text)
    found: dict[int, str] = {}
    for n, group in short.items():
        for i in group:
            name = texts[i]
            candidates = names[n, name[-2:]]
            if len(candidates) < 2:
                continue  # itself
            longer = [
                one
                for one in candidates
                if len(one) > len(name)
                and one.endswith(name)
                and (mentions[i].rule == "organisation/short" or canonical.region_of(one))
            ]
            if len(longer) == 1:
                found[i] = longer[0]
    return found
