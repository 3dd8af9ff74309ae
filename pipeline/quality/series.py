"""Which volumes are editions of one series: the same yearbook of the same region, year after year.

Here: telling series apart, the edition before another one, the edition that a reference names. Not here: what the
editions say (`audits.editions`), and what has to be done again when one of them changes (`storage.series`).

A year that was only guessed from the dates in a text, or that no one knows, makes no edition: a neighbour found by a
guess would have every figure compared with the wrong year.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

KNOWN: Final = ("manifest", "statement", "title")
"""Where a covered year must come from to be held against another book's."""

_YEARS = re.compile(
    r"[(\[【〔][^)\]】〕]*[\d〇零一二三四五六七八九][^)\]】〕]*[)\]】〕]"
    r"|[\d〇零一二三四五六七八九]{4}年?|第?\d+[卷期辑]"
)
_REST = re.compile(r"[\s《》〈〉·•—\-～~_]+|[创复]刊号|年?卷$")


@dataclass(frozen=True)
class Edition:
    """What is known of one volume as an edition: whose yearbook it is, and of which year.

    Example:
        >>> Edition("linjiang-2010", "临江年鉴（2010）", 2009, 2010, "330199", "临江市").stem
        '临江年鉴'
    """

    volume_id: str
    title: str | None
    covered_year: int | None
    edition_year: int | None
    region_code: str | None
    region_name: str | None

    @classmethod
    def of(cls, volume: Mapping[str, Any]) -> Edition:
        """The edition of a row of the table volumes."""
        year = volume["covered_year"] if volume["covered_year_source"] in KNOWN else None
        return cls(
            volume["volume_id"],
            volume["title"],
            year,
            volume["edition_year"],
            volume["region_code"],
            volume["region_name"],
        )

    @property
    def stem(self) -> str:
        """The title without years and numbers of volumes."""
        return stem_of(self.title)

    @property
    def named(self) -> int | None:
        """The year by which readers call the book, `临江年鉴（2010）`: that of the edition, not the one it covers."""
        return self.edition_year or (self.covered_year + 1 if self.covered_year is not None else None)


def stem_of(title: str | None) -> str:
    """A title without what changes from edition to edition.

    >>> stem_of("临江年鉴（2010）") == stem_of("2009 临江年鉴") == "临江年鉴"
    True
    """
    plain = unicodedata.normalize("NFKC", title or "")
    return _REST.sub("", _YEARS.sub("", plain))


class Shelf:
    """The editions of a warehouse, by series and year."""

    def __init__(self, editions: Iterable[Edition]) -> None:
        self._all = {edition.volume_id: edition for edition in editions}
        self._covering: dict[tuple[str, int], list[Edition]] = defaultdict(list)
        self._named: dict[tuple[str, int], list[Edition]] = defaultdict(list)
        for edition in self._all.values():
            if edition.covered_year is not None:
                self._covering[edition.stem, edition.covered_year].append(edition)
            if edition.named is not None:
                self._named[edition.stem, edition.named].append(edition)

    def before(self, volume_id: str) -> str | None:
        """The volume that covers the year before; none where two claim to."""
        mine = self._all[volume_id]
        if mine.covered_year is None:
            return None
        return _only(mine, self._covering.get((mine.stem, mine.covered_year - 1), ()))

    def called(self, volume_id: str, year: int) -> str | None:
        """The volume of the same series that readers call by a year: 2010 for `临江年鉴（2010）`."""
        mine = self._all[volume_id]
        found = _only(mine, self._named.get((mine.stem, year), ()))
        return found if found != volume_id else None


def _only(mine: Edition, candidates: Iterable[Edition]) -> str | None:
    """The one candidate of the same region."""
    same = [one for one in candidates if _one_region(mine, one)]
    return same[0].volume_id if len(same) == 1 else None


def _one_region(one: Edition, other: Edition) -> bool:
    """Whether two books are about one region, as far as both say; two books that say nothing must share a title."""
    if one.region_code and other.region_code:
        return one.region_code == other.region_code
    if one.region_name and other.region_name:
        return one.region_name == other.region_name
    return bool(one.stem)
