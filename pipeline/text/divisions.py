"""Administrative divisions as they stood in one year, and which of several namesakes a book means.

Here: reading seeds/divisions.csv, the names valid in a year, the code of a name in the context of a book's region.
Not here: finding the names in prose (`entities`), or the region of a book (`pipeline.read`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

_PREFIX = {"province": 2, "prefecture": 4, "county": 6}


class Division(NamedTuple):
    """One row of seeds/divisions.csv: a code, its names and parents, and the years in which all of them held."""

    code: str
    name: str
    short_name: str
    level: str
    prefecture_code: str
    province_code: str
    first_year: int
    last_year: int


@dataclass(frozen=True)
class Divisions:
    """The divisions of one year, seen from one region.

    Attributes:
        region: name of the book's region, as `杭州市`; null where unknown.
        region_code: its code; null for a region that the table does not know.
        names: full names, and short names of provinces and prefectures (of counties only beside the region),
            each with its candidates.
    """

    region: str | None
    region_code: str | None
    names: Mapping[str, tuple[Division, ...]] = field(default_factory=dict)

    def code_of(self, name: str) -> str | None:
        """The code that a name means in this book: inside the region, its prefecture, its province, else the only one.

        >>> divisions.code_of("鼓楼区")  # doctest: +SKIP
        '320106'
        """
        found = self.names.get(name, ())
        if self.region is not None and name in (self.region, short_of(self.region)) and self.region_code:
            return self.region_code
        if len(found) > 1 and self.region_code:
            for size in (6, 4, 2):
                near = [one for one in found if _parent(one, size) == self.region_code[:size]]
                if near:
                    found = tuple(near)
                    break
        if len(found) > 1:
            ranked = sorted(found, key=lambda one: _PREFIX[one.level])
            found = tuple(one for one in ranked if one.level == ranked[0].level)
        return found[0].code if len({one.code for one in found}) == 1 else None

    def near(self, name: str) -> bool:
        """Whether a division of this name lies in the province of the book."""
        code = (self.region_code or "")[:2]
        return any(one.code[:2] == code for one in self.names.get(name, ()))

    def is_full(self, name: str) -> bool:
        """Whether the name carries its class (`建德市`), rather than being a short form (`建德`)."""
        return name == self.region or any(one.name == name for one in self.names.get(name, ()))


def _parent(one: Division, size: int) -> str:
    if size == 4 and one.prefecture_code:
        return one.prefecture_code[:4]
    if size == 2 and one.province_code:
        return one.province_code[:2]
    return one.code[:size]


def short_of(name: str) -> str:
    """A division's name without its class: `临河市` → `临河`; names of two characters stay whole."""
    for suffix in ("自治州", "自治县", "自治区", "地区", "省", "市", "县", "区", "盟", "旗", "州"):
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name[: -len(suffix)]
    return name


def load_divisions(path: Path) -> tuple[Division, ...]:
    """Read seeds/divisions.csv; raises ValueError naming the line that cannot be read."""
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            try:
                rows.append(
                    Division(
                        row["code"], row["name"], row["short_name"], row["level"], row["prefecture_code"],
                        row["province_code"], int(row["first_year"]), int(row["last_year"]),
                    )
                )  # fmt: skip
            except (KeyError, ValueError) as error:
                raise ValueError(f"{path}: line {number}: {error}") from error
    return tuple(rows)


def divisions_in(
    rows: Iterable[Division], year: int | None, region: str | None = None, region_code: str | None = None
) -> Divisions:
    """The divisions valid in a year, as a book about a region names them.

    Args:
        rows: all intervals, from `load_divisions`.
        year: the covered year; a year outside the table means its nearest year, null the latest.
        region: full name of the book's region; it need not be in the table.
        region_code: its code, where known; else it is looked up by name.

    >>> divisions_in(load_divisions(Path("seeds/divisions.csv")), 2009, "杭州市").code_of("建德市")  # doctest: +SKIP
    '330182'
    """
    every = list(rows)
    first, last = min(one.first_year for one in every), max(one.last_year for one in every)
    at = last if year is None else max(first, min(last, year))
    valid = [one for one in every if one.first_year <= at <= one.last_year]
    if region and not region_code:
        named = {one.code for one in valid if one.name == region}
        region_code = named.pop() if len(named) == 1 else None
    home = next((one for one in valid if one.code == region_code), None)
    if home and not region:
        region = home.name
    prefecture = ""
    if home:
        prefecture = home.prefecture_code[:4] if home.level == "county" else home.code[:4]
    names: dict[str, tuple[Division, ...]] = {}
    for one in valid:
        names[one.name] = (*names.get(one.name, ()), one)
        near = one.level != "county" or (prefecture and _parent(one, 4) == prefecture)
        if near and one.short_name != one.name and len(one.short_name) >= 2:
            names[one.short_name] = (*names.get(one.short_name, ()), one)
    if region and region not in names:
        names[region] = ()
        names.setdefault(short_of(region), ())
    return Divisions(region, region_code, names)
