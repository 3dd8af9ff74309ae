"""Cross-references, `参见农业类目的水利工程`, and the entry they mean.

Here: the section and title that a reference names, and the entry of the volume that fits best. Not here: finding
the clause (`segment` does).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

_VERB = re.compile(r"^[（(]?(?:并|可|另|详|参|互)?(?:参见|参阅|见|阅)(?:本年鉴|本书|本卷|本编)?")
_SECTION = re.compile(
    r"[“\"《〈【]?([^”\"》〉】]{2,12}?)[”\"》〉】]?(?:类目|部类|分目|栏目|篇|编|部分|章|节)(?:中|下|内|里)?的?"
)
_DOTTED = re.compile(r"[“\"]([^”\"·•]{2,12})[·•]([^”\"]{2,30})[”\"]")
_MARKS = re.compile(r"[“”\"《》〈〉【】（）()\s。，]")
_TAIL = re.compile(r"(?:条目?|一文|一节|部分)$")


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


def resolve_reference(
    clause: str, titles: Mapping[str, Sequence[tuple[str, str, str]]]
) -> tuple[str | None, str]:
    """The id of the entry that a clause means, null where none is close, and the target as `section·title`.

    Args:
        clause: the reference as printed.
        titles: entries of the volume by section: (title, entry id, section).
    """
    section, title = parse_reference(clause)
    name = "·".join(part for part in (section, title) if part) or clause
    if not title:
        return None, name
    candidates = [
        one
        for key, group in titles.items()
        if section is None or section in key or (key and key in section)
        for one in group
    ]
    best, score = None, 0.0
    for candidate, entry_id, _ in candidates:
        mark = _overlap(title, candidate)
        if mark > score:
            best, score = entry_id, mark
    return (best, name) if score >= 0.6 else (None, name)


@lru_cache(maxsize=65536)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def _overlap(one: str, other: str) -> float:
    """Shared neighbouring character pairs, 0 to 1."""
    if one == other:
        return 1.0
    left, right = _pairs(one), _pairs(other)
    if not left or not right:
        return 0.0
    return 2 * len(left & right) / (len(left) + len(right))
