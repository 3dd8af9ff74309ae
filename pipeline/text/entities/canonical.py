"""The full name behind a printed one, in the book's region: 市水务局 → 临河市水务局, and its division code.

Here: what 市, 省, 县, 自治区 and a list's first region stand for. Not here: short forms (`abbreviations`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from pipeline.text.divisions import Divisions, short_of
from pipeline.text.entities.mention import Mention

County = tuple[str, str | None] | None
"""Name and code of the county that 县 and 区 mean."""
_COUNTY_LEVEL = "县区旗"
_LONGEST = 12


class Canonical:
    """Names in full for one book."""

    def __init__(self, divisions: Divisions) -> None:
        self.divisions = divisions
        self.region_code = divisions.region_code
        self._seen: dict[str, str] = {}
        self._known: dict[tuple[str, str, County], tuple[str, str | None]] = {}

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

    def in_order(
        self, mentions: Sequence[Mention], texts: Sequence[str], entries: Sequence[int]
    ) -> tuple[list[str], list[str | None]]:
        """Names and division codes of the mentions of a page, in their order.

        A county named before in the entry is what 县 means in a name: `云陵县…县水利局`.

        Args:
            mentions: what was found.
            texts: the characters of each in the view.
            entries: the number of the entry that each lies in.
        """
        names: list[str] = []
        codes: list[str | None] = []
        county: County = None
        here = -1
        region, region_name = self.region_code, self.divisions.region
        known = self._known
        for mention, text, entry in zip(mentions, texts, entries, strict=True):
            if entry != here:
                county, here = None, entry
            kind, code = mention.kind, mention.code
            if kind == "division":
                if (code and code != region and text[-1] in "县区市旗") or (
                    mention.rule == "division/class" and text != region_name
                ):
                    county = text, code
                names.append(self._division(text, code))
                codes.append(code)
                continue
            if kind == "organisation":
                prefix = mention.sort
                if prefix and mention.rule == "organisation/list" and not text.startswith((prefix, "团")):
                    text = prefix + text
            elif kind == "abbreviation" and mention.name:
                text, kind = mention.name, "organisation"
            elif kind not in ("facility", "place"):
                names.append(mention.name or text)
                codes.append(code)
                continue
            key = text, kind, county
            full = known.get(key)
            if full is None:
                full = known[key] = self.in_region(text, county, kind)
            names.append(full[0])
            codes.append(code or full[1])
        return names, codes

    def in_region(
        self, text: str, county: County, kind: str = "organisation"
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
