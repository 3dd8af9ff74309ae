"""The full name behind a printed one, in the book's region: 市水务局 → 临河市水务局, and its division code.

Here: what 市, 省, 县, 自治区 and a list's first region stand for. Not here: short forms (`abbreviations`).
"""

from __future__ import annotations

from functools import cached_property

from pipeline.text.divisions import Divisions, short_of
from pipeline.text.entities.mention import Mention

_COUNTY_LEVEL = "县区旗"
_LONGEST = 12


class Canonical:
    """Names in full for one book."""

    def __init__(self, divisions: Divisions) -> None:
        self.divisions = divisions
        self.region_code = divisions.region_code
        self._seen: dict[str, str] = {}

    @cached_property
    def province(self) -> tuple[str, str | None]:
        """Name and code of the province that the book's region lies in; ('', null) where unknown."""
        if not self.region_code:
            return "", None
        code = self.region_code[:2] + "0000"
        names = (
            one.name
            for group in self.divisions.names.values()
            for one in group
            if one.level == "province" and one.code == code
        )
        return next(names, ""), code

    def region_of(self, surface: str) -> str:
        """The division named at the front of a name, or ''."""
        known = self._seen.get(surface)
        if known is None:
            names = self.divisions.names
            sizes = range(min(_LONGEST, len(surface) - 1), 1, -1)
            known = self._seen[surface] = next(
                (surface[:size] for size in sizes if surface[:size] in names), ""
            )
        return known

    def of(
        self, mention: Mention, text: str, county: tuple[str, str | None] | None
    ) -> tuple[str, str | None]:
        """Name and division code of a mention.

        Args:
            mention: what was found.
            text: its characters in the view.
            county: the county named before it in the entry, with its code.
        """
        kind = mention.kind
        if kind == "organisation":
            prefix = mention.sort
            if prefix and mention.rule == "organisation/list" and not text.startswith((prefix, "团")):
                text = prefix + text
            return self.in_region(text, county)
        if kind == "division":
            return self._division(text, mention.code), mention.code
        if kind == "abbreviation" and mention.name:
            return self.in_region(mention.name, county)
        if kind in ("facility", "place"):
            return self.in_region(text, county, kind)
        return mention.name or text, None

    def in_region(
        self, text: str, county: tuple[str, str | None] | None, kind: str = "organisation"
    ) -> tuple[str, str | None]:
        """A name with the region that it only implies, and the code of that region."""
        named = self.region_of(text)
        if named:
            return text, self.divisions.code_of(named)
        region = self.divisions.region
        first = text[:1]
        if first == "市":
            if region and region.endswith("市") and kind != "place":
                return region + text[1:], self.region_code
            return text, None
        if kind != "organisation":
            return text, None
        if region and region.endswith("地区"):
            if text.startswith("地区"):
                return region + text[2:], self.region_code
            if text.startswith("行署"):
                return region + text, self.region_code
            if text.startswith("地委"):
                return short_of(region) + text, self.region_code
        if first == "团" and text[1:2] in ("市", "县", "区") and region:
            return "团" + region + text[2:], self.region_code
        if first == "省" or text.startswith("自治区"):
            name, code = self.province
            return (name + text[1 if first == "省" else 3 :] if name else text), code
        if first and first in _COUNTY_LEVEL:
            if region and region[-1] == first:
                return region + text[1:], self.region_code
            if county is not None:
                return county[0] + text[1:], county[1]
        return text, None

    def _division(self, text: str, code: str | None) -> str:
        """The full name of a division printed in short."""
        region = self.divisions.region
        if code is None:
            return region if region and text == short_of(region) else text
        return next((one.name for one in self.divisions.names.get(text, ()) if one.code == code), text)
