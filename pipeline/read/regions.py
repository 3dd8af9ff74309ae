"""Which place a book is about, where the manifest does not say.

Belongs here: the name of the region from the book's own title and from a clear majority of the cities its prose
names, and the code of that name in the table of divisions. Does not belong here: places inside entries.
A wrong region would put a whole book into the wrong city, so anything less than clear stays null.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# Region names are on every page; this much text decides.
VOTE_CHARACTERS = 200_000
LEAST_MENTIONS = 3
LEAST_SHARE = 0.6

_SUFFIXES = ("市", "县", "区", "省", "州", "盟", "旗", "自治州", "自治县", "自治区", "地区")
_TITLE = re.compile(
    r"^[《〈]?(?:(?:19|20)\d\d[年卷]?)?\s*([\u4e00-\u9fff]{2,12}?)(?:统计|经济|城市|社会|教育|文化|金融|建设|财政|卫生|交通|农业|工业)*年鉴"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,7}?[市县区]")
# 市场, 市民, 市长 … are words and 县级 names no county: what stands before them is no name by that alone.
_WORD_AFTER = frozenset("场民区容政直属值内长委级城域郊情树花")
_NOT_NAMES = frozenset("全本我该各市县一二三四五六七八九十城股入上跨外两都超夜早大小")


class Region(NamedTuple):
    """A region's full name and, where the table of divisions knows it, its six-digit code."""

    name: str | None
    code: str | None


def infer_region(names: Sequence[str], texts: Iterable[str], divisions: Mapping[str, str | None]) -> Region:
    """Infer the region of a book.

    `names` are the names the book goes by, `texts` its documents, `divisions` maps full names (`临江市`) to codes,
    null where several places share the name. Returns nulls unless a title names the place and the prose agrees
    (`临江年鉴` with `临江市` in the text), or one city has most of all mentions.

    >>> infer_region(["临江年鉴2010"], ["临江市召开动员会。"], {"临江市": None})
    Region(name='临江市', code=None)
    """
    counts = _mentions(texts, divisions)
    for name in names:
        match = _TITLE.match(name.strip())
        if not match or match.group(1) in ("中国", "国家"):
            continue
        stem = match.group(1)
        if stem.endswith(_SUFFIXES):
            return Region(stem, divisions.get(stem))
        full = [stem + suffix for suffix in _SUFFIXES if counts[stem + suffix] or stem + suffix in divisions]
        full.sort(key=lambda candidate: -counts[candidate])
        if full and (len(full) == 1 or counts[full[0]] > 2 * counts[full[1]]):
            return Region(full[0], divisions.get(full[0]))
    # the districts of a city are named in its book as often as the city itself
    cities = Counter({name: count for name, count in counts.items() if not name.endswith("区")})
    if not cities:
        return Region(None, None)
    name, mentions = cities.most_common(1)[0]
    clear = mentions >= LEAST_MENTIONS and mentions >= LEAST_SHARE * cities.total()
    return Region(name, divisions.get(name)) if clear else Region(None, None)


def _mentions(texts: Iterable[str], divisions: Mapping[str, str | None]) -> Counter[str]:
    """How often each city or county is named, by its longest known name, else by two characters and 市/县."""
    counts: Counter[str] = Counter()
    left = VOTE_CHARACTERS
    for text in texts:
        part = text[:left]
        left -= len(part)
        for match in _PLACE.finditer(part):
            word = match.group()
            known = next((word[i:] for i in range(len(word) - 2) if word[i:] in divisions), None)
            if known:
                counts[known] += 1
            elif _may_be_a_name(word) and part[match.end() : match.end() + 1] not in _WORD_AFTER:
                counts[word] += 1
        if left <= 0:
            break
    return counts


def _may_be_a_name(word: str) -> bool:
    return len(word) == 3 and word[-1] != "区" and not _NOT_NAMES & set(word[:2])
