"""Cross-references, `参见农业类目的水利工程`, and the entry they mean.

Here: the section and title that a reference names, and the entry of the volume that fits best. Not here: finding
the clause (`segment` does).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

_VERB = re.compile(r"^[（(]?(?:并|可|另|详|参|互)?(?:参见|参阅|见|阅)(?:本年鉴|本书|本卷|本编)?")
_SECTION = re.compile(
    r"[“\"《〈【]?([^”\"》〉】]{2,12}?)[”\"》〉】]?(?:类目|部类|分目|栏目|篇|编|部分|章|节)(?:中|下|内|里)?的?"
)
_DOTTED = re.compile(r"[“\"]([^”\"·•]{2,12})[·•]([^”\"]{2,30})[”\"]")
_MARKS = re.compile(r"[“”\"《》〈〉【】（）()\s。，]")
_TAIL = re.compile(r"(?:条目?|一文|一节|部分)$")
_CLOSE = 0.6
"""Shared neighbouring pairs of characters, 0 to 1, from which a title is what a reference means."""


def parse_reference(clause: str) -> tuple[str | None, str | None]:
    """Section and title that a clause names, either null.

    >>> parse_reference("参见农业类目的水利工程")
    ('农业', '水利工程')
    >>> parse_reference("（见“交通·轮渡”")
    ('交通', '轮渡')
    """
    rest = _VERB.sub("", clause)
    dotted = _DOTTED.search(rest)
    if dotted:
        return dotted.group(1), dotted.group(2)
    section = _SECTION.match(rest)
    title = _MARKS.sub("", rest[section.end() :] if section else rest)
    title = _TAIL.sub("", title)
    return (section.group(1) if section else None), title or None


class Titles:
    """The entries of a volume by the neighbouring pairs of characters in their titles, for the closest to a phrase."""

    def __init__(
        self, titles: Sequence[str | None], sections: Sequence[str | None], ids: Sequence[str]
    ) -> None:
        """Take the titles, sections and ids of the entries; entries without a title are left out."""
        self._sections, self._ids = sections, ids
        by_section: dict[str, list[int]] = {}
        for n, (title, section) in enumerate(zip(titles, sections, strict=True)):
            if title:
                by_section.setdefault(section or "", []).append(n)
        self._order = [n for group in by_section.values() for n in group]  # of two as close the first counts
        self._titles = titles
        self._closest: dict[tuple[str, str | None], str | None] = {}

    @cached_property
    def _named(self) -> dict[str, list[int]]:
        """The entries of each title by their rank; made for the first reference, for many documents have none."""
        found: dict[str, list[int]] = {}
        for rank, n in enumerate(self._order):
            found.setdefault(self._titles[n] or "", []).append(rank)
        return found

    @cached_property
    def _holding(self) -> dict[str, list[str]]:
        """The titles that hold each pair."""
        found: dict[str, list[str]] = {}
        for title in self._named:
            for pair in _pairs(title):
                found.setdefault(pair, []).append(title)
        return found

    def closest(self, title: str, section: str | None) -> str | None:
        """The id of the entry whose title shares most with a phrase, of those that share 0.6 of their pairs and more.

        Args:
            title: the phrase.
            section: a part of the name of its section, or a name that holds it; null for any.
        """
        key = title, section
        if key not in self._closest:
            self._closest[key] = self._look_up(title, section)
        return self._closest[key]

    def _look_up(self, title: str, section: str | None) -> str | None:
        candidates = ((self._overlap(title, one), one) for one in {*self._similar(title), title})
        close = ((-mark, rank) for mark, one in candidates if mark >= _CLOSE for rank in self._named.get(one, ()))
        for _, rank in sorted(close):
            name = self._sections[self._order[rank]] or ""
            if section is None or section in name or (name and name in section):
                return self._ids[self._order[rank]]
        return None

    def _similar(self, title: str) -> set[str]:
        """The titles that may share enough with a phrase.

        To share 0.6 of both a title holds 3 pairs in 7 of the phrase, so at least one of the rarest others.
        """
        pairs = _pairs(title)
        rarest = sorted(pairs, key=lambda pair: (len(self._holding.get(pair, ())), pair))
        enough = len(pairs) - -(-3 * len(pairs) // 7) + 1
        return {one for pair in rarest[:enough] for one in self._holding.get(pair, ())}

    @staticmethod
    def _overlap(one: str, other: str) -> float:
        """Shared neighbouring character pairs, 0 to 1."""
        if one == other:
            return 1.0
        left, right = _pairs(one), _pairs(other)
        return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0


def resolve_reference(clause: str, titles: Titles) -> tuple[str | None, str]:
    """The id of the entry that a clause means, null where none is close, and the target as `section·title`.

    Args:
        clause: the reference as printed.
        titles: the entries of the volume.
    """
    section, title = parse_reference(clause)
    name = "·".join(part for part in (section, title) if part) or clause
    return (titles.closest(title, section) if title else None), name


@lru_cache(maxsize=65536)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))
