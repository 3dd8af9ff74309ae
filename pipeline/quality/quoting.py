"""How a person points at a place in a book: the entry's title, the exact words, and which time they occur there.

Here: finding a quoted place, numbering the occurrences, the short form of a reading that a correction guards itself
with, and escapes for characters that a table cell loses. Not here: what a correction does (`corrections`), the file
it stands in (`correction_lines`).

A quote outlives what a row number does not: another segmentation, text put in before it, a fresh copy of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
# Controls, format characters that reorder or hide text, and blanks that cannot be told from a space.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\xa0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\\]"
)
_ESCAPED = re.compile(r"\\(n|r|t|\\|u[0-9a-fA-F]{4})")


def escape(text: str) -> str:
    r"""Text in one line of visible characters: a line break is `\n`, a control character `\uXXXX`, `\` is `\\`.

    >>> escape("12\n5万元")
    '12\\n5万元'
    """
    if not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub(lambda m: _ESCAPES.get(m[0], f"\\u{ord(m[0]):04x}"), text)


def unescape(text: str) -> str:
    """The inverse of `escape`; a backslash before anything else stays one."""
    back = {short[1]: char for char, short in _ESCAPES.items()}
    return _ESCAPED.sub(lambda m: back.get(m[1]) or chr(int(m[1][1:], 16)), text)


def number(value: Decimal | float | int) -> str:
    """A number without exponent and without idle zeros: `2.500000` is `2.5`."""
    text = f"{value:f}" if isinstance(value, Decimal) else repr(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def reading_of(table: str, row: Mapping[str, Any]) -> str:
    """What the pipeline makes of a place, in one short string that a person can compare.

    `250000000 CNY` for 2.5亿元, `≥5000 人` for 5000余人, `300~400 万`-like ranges as `3000000~4000000 人`, `1:2.5` for
    a proportion, `2009-09-10/2009-09-13` for a date, the reason for a reject or a named non-quantity.
    """
    if table == "quantities":
        return _quantity(row)
    if table == "dates":
        if row["date_start"] is None:
            return str(row["partial"])
        first, last = row["date_start"].isoformat(), row["date_end"].isoformat()
        return first if first == last else f"{first}/{last}"
    return str(row["reason"])


_SIGN = {"over": ">", "at_least": "≥", "at_most": "≤", "about": "≈"}


def _quantity(row: Mapping[str, Any]) -> str:
    if row["terms"]:
        shown = row["terms"].replace("；", ":")
    elif row["value"] is not None:
        shown = _SIGN.get(row["bound"], "") + number(row["value"])
        shown += f" {row['bound']}" if row["bound"] == "top_n" else ""
    else:
        ends = [number(row[end]) if row[end] is not None else "" for end in ("low", "high")]
        shown = _SIGN.get(row["bound"], "") + "~".join(ends)
    role = "" if row["role"] in (None, "level") else f" {row['role']}"
    way = f" {row['change_direction']}" if row["change_direction"] else ""
    return f"{shown} {row['unit']}{role}{way}" if row["unit"] else f"{shown}{role}{way}"


@dataclass
class Quotes:
    """Where quotes occur in one document.

    Args:
        text: the text of the document.
        entries: title, span_start and span_end of its entries, in order.
        numerals: spans of its numerals; a quote that cuts one in two does not occur there, so that `5个` is not found
            in `15个`.
    """

    text: str
    entries: Sequence[tuple[str | None, int, int]]
    numerals: Sequence[tuple[int, int]]
    _found: dict[tuple[str, str], list[int]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._stretches: dict[str, list[tuple[int, int]]] = {}
        for title, start, end in self.entries:
            self._stretches.setdefault(title or "", []).append((start, end))
        self._entry_starts = [first for _, first, _ in self.entries]
        self._starts = [start for start, _ in self.numerals]

    def __contains__(self, title: str) -> bool:
        """Whether an entry has this title; the empty title stands for the whole document."""
        return not title or title in self._stretches

    def title_at(self, start: int) -> str:
        """Title of the entry that holds a position; empty between entries and where there is none."""
        i = bisect_left(self._entry_starts, start + 1) - 1
        if i < 0 or start >= self.entries[i][2]:
            return ""
        return self.entries[i][0] or ""

    def occurrences(self, title: str, quote: str) -> list[int]:
        """Positions of a quote in the entries of that title, or in the whole document, in order."""
        if (title, quote) not in self._found:
            stretches = self._stretches.get(title, []) if title else [(0, len(self.text))]
            self._found[title, quote] = [p for a, b in stretches for p in self._in(quote, a, b)]
        return self._found[title, quote]

    def nth(self, title: str, quote: str, start: int) -> int:
        """Which occurrence stands at a position, from 1; 0 where the quote does not stand there."""
        found = self.occurrences(title, quote)
        i = bisect_left(found, start)
        return i + 1 if i < len(found) and found[i] == start else 0

    def _in(self, quote: str, first: int, last: int) -> list[int]:
        places = []
        at = self.text.find(quote, first, last) if quote else -1
        while at >= 0:
            if not self.cut(at) and not self.cut(at + len(quote)):
                places.append(at)
            at = self.text.find(quote, at + 1, last)
        return places

    def cut(self, position: int) -> bool:
        """Whether a position lies inside a numeral."""
        i = bisect_left(self._starts, position) - 1
        return i >= 0 and position < self.numerals[i][1]
