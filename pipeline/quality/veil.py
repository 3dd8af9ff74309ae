"""Finding the names that published tables do not show, and putting █ over them.

Here: where a name stands, however it is printed (李文, 李　文, 李\n文, in traditional characters too), and tables with
every cell covered. Not here: whose names (`withheld`), and which file a table is written to (`storage`).

The mark is █ (U+2588): one character for one, so that no position moves. It looks like what it is, is in GB18030, and
books do not print it, as they do ■ before a title, □ for a character that is lost, and 某 in 李某某.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality import laws
from pipeline.quality.place import Ints, Mask, Spans, Text, code_points, combined, to_mask, to_numpy
from pipeline.text.lexer import code_set
from schemas.columns import column as column_of

MARK: Final = "█"
CHECK: Final = "withheld"
# What may stand between two characters of one name: blanks, zero-width characters, one line break.
_GAP = code_set(" \t\r\n\u00a0\u00ad\u2002\u2003\u2009\u200b\u200c\u200d\u202f\u2060\u3000\ufeff")
_WIDEST_GAP = 4
# Columns that hold codes, and never what the book says.
_CODES = frozenset(
    {"row", "unit", "base_unit", "region_code", "admin_code", "encoding", "media_type", "sha256"}
)
_PLACES: Final = {
    "source_text": ("span_start", "span_end"),
    "measured_text": ("measured_start", "measured_end"),
    "title": ("title_start", "title_end"),
    "name": ("name_start", "name_end"),
}
"""Columns that quote the text, and the two columns that say where; in tables that have all three."""


class Words:
    """Words looked for in text as the rules read it: characters folded, blanks inside a word passed over."""

    def __init__(self, words: Iterable[str], fold: npt.NDArray[np.uint16]) -> None:
        self._fold = fold
        self.words = sorted({folded for word in words if len(folded := self._folded(word)) > 1})
        self._openings: dict[str, list[str]] = defaultdict(list)
        self._first, self._second = np.zeros(65536, np.bool_), np.zeros(65536, np.bool_)
        for word in self.words:
            self._openings[word[:2]].append(word)
            self._first[ord(word[0]) & 0xFFFF] = self._second[ord(word[1]) & 0xFFFF] = True

    @classmethod
    def all_of(cls, lists: Sequence[Words]) -> Words:
        """One list of the words of all these."""
        return cls((word for one in lists for word in one.words), lists[0]._fold)

    def _folded(self, word: str) -> str:
        codes, _ = self.read(np.frombuffer(word.encode("utf-32-le"), np.uint32))
        return codes.tobytes().decode("utf-32-le")

    def read(self, codes: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint32], Ints]:
        """The codes folded and without blanks, and the place of each among those given."""
        low = np.minimum(codes, 0xFFFF)
        kept = np.flatnonzero(~_GAP[low])
        folded = np.where(codes[kept] > 0xFFFF, codes[kept], self._fold[low[kept]]).astype(np.uint32)
        return folded, kept

    def find(self, codes: npt.NDArray[np.uint32], kept: Ints) -> Iterator[tuple[int, int]]:
        """Start and end of every word in what `read` gave, overlapping ones too, in order of their start."""
        low = (codes & 0xFFFF).astype(np.uint16)
        places = np.flatnonzero(self._first[low[:-1]] & self._second[low[1:]])
        if not len(places):
            return
        text = codes.tobytes().decode("utf-32-le", "replace")
        for place in places.tolist():
            for word in self._openings.get(text[place : place + 2], ()):
                end = place + len(word)
                if text.startswith(word, place) and self._together(kept[place:end]):
                    yield place, end

    @staticmethod
    def _together(places: Ints) -> bool:
        """Whether characters stand close enough to be one word."""
        return places[-1] - places[0] < len(places) or bool((np.diff(places) <= _WIDEST_GAP + 1).all())


@dataclass(frozen=True)
class Veil:
    """Covers the names of one volume; `keep` are the words that may hold one and stay."""

    names: Words
    keep: Words

    @classmethod
    def over(cls, veils: Sequence[Veil]) -> Veil:
        """One veil that covers what any of these covers."""
        return cls(Words.all_of([v.names for v in veils]), Words.all_of([v.keep for v in veils]))

    def holds_more(self, word: str) -> bool:
        """Whether a word holds a name, and something more."""
        hidden = self.hidden(pa.array([word]))
        return 0 < int(hidden.sum()) < len("".join(word.split()))

    def hidden(self, strings: pa.Array) -> Mask:
        """Mark the code points of strings without nulls, end to end, that belong to a name."""
        codes = code_points(strings)
        hidden = np.zeros(len(codes), np.bool_)
        folded, kept = self.names.read(codes)
        found = list(self.names.find(folded, kept))
        if not found:
            return hidden
        ends = np.cumsum(to_numpy(pc.utf8_length(strings)))
        stays = sorted(self.keep.find(folded, kept))
        opens = [start for start, _ in stays]
        reach = max((end - start for start, end in stays), default=0)
        for start, end in found:
            places = kept[start:end]
            if np.searchsorted(ends, places[0], "right") != np.searchsorted(ends, places[-1], "right"):
                continue  # the end of one string and the beginning of the next
            around = stays[bisect_left(opens, end - reach) : bisect_right(opens, start)]
            if not any(last >= end for _, last in around):
                hidden[places] = True
        return hidden

    def cover(self, column: pa.Array) -> pa.Array:
        """A column with █ over every name in it."""
        encoded = column.dictionary_encode()
        covered = self._covered(encoded.dictionary)
        if covered is encoded.dictionary:
            return column
        return covered.take(encoded.indices)

    def _covered(self, strings: pa.Array) -> pa.Array:
        hidden = self.hidden(strings)
        if not hidden.any():
            return strings
        codes = np.where(hidden, np.uint32(ord(MARK)), code_points(strings))
        ends = np.cumsum(to_numpy(pc.utf8_length(strings))).tolist()
        text = codes.astype("<u4").tobytes().decode("utf-32-le", "replace")
        starts = [0, *ends[:-1]]
        return pa.array([text[a:b] for a, b in zip(starts, ends, strict=True)], pa.string())

    def table(self, name: str, table: pa.Table, pages: Pages) -> tuple[pa.Table, list[dict[str, object]]]:
        """A table of the volume with every name covered; what quotes the text quotes what is published of it.

        Args:
            name: of the table, as in `schemas.tables`.
            pages: the documents of the volume, before and after.

        Returns:
            the table, and the cells that still show a name; there should be none.
        """
        left: list[dict[str, object]] = []
        for column in covered_columns(name, table.schema):
            given = combined(table[column])
            made = self.cover(given)
            quoted = np.zeros(len(given), np.bool_)
            where = _PLACES.get(column)
            if where and set(where) <= set(table.column_names):
                made, quoted = pages.quoted(table, given, made, where)
            for row in np.flatnonzero(
                self._showing(made) & ~quoted
            ):  # a quotation shows no more than the text
                left.append({"table": name, "column": column, "row": int(row)})
            if made is not given:
                if column == "text":
                    table = _without_sums(table, given, made)
                table = _with(table, column, made)
        return table, left

    def cells(self, table: pa.Table, columns: Iterable[str]) -> pa.Table:
        """A table with the names in some of its columns covered; the same table where there are none."""
        for column in columns:
            given = combined(table[column])
            made = self.cover(given)
            table = table if made is given else _with(table, column, made)
        return table

    def _showing(self, column: pa.Array) -> Mask:
        """The cells of a column in which a name stands."""
        encoded = column.dictionary_encode()
        hidden = np.flatnonzero(self.hidden(encoded.dictionary))
        if not len(hidden):
            return np.zeros(len(column), np.bool_)
        ends = np.cumsum(to_numpy(pc.utf8_length(encoded.dictionary)))
        values = np.unique(np.searchsorted(ends, hidden, "right"))
        return to_mask(pc.is_in(encoded.indices, value_set=pa.array(values, encoded.indices.type)))

    def verdict(self, verdict: laws.Verdict) -> laws.Verdict:
        """A verdict whose examples and detail name nobody."""
        examples = tuple({key: self._said(value) for key, value in row.items()} for row in verdict.examples)
        return replace(verdict, detail=str(self._said(verdict.detail)), examples=examples)

    def _said(self, value: object) -> object:
        return self.cover(pa.array([value]))[0].as_py() if isinstance(value, str) and value else value


class Pages:
    """The documents of a volume as they are and as they are published."""

    def __init__(self, documents: pa.Table, veil: Veil | None) -> None:
        self._text = Text(documents)
        self._hidden = np.zeros(0, np.int64)
        if veil and documents.num_rows:
            self._hidden = np.flatnonzero(veil.hidden(combined(documents["text"])))

    @cached_property
    def _shown(self) -> npt.NDArray[np.uint32]:
        shown = self._text.codes.copy()
        shown[self._hidden] = ord(MARK)
        return shown

    def quoted(
        self, table: pa.Table, given: pa.Array, made: pa.Array, where: Sequence[str]
    ) -> tuple[pa.Array, Mask]:
        """Cells that quote the text, quoting it as published instead; and which of the rows concerned do.

        Only rows whose place holds a covered character, or whose cell was covered, can differ.
        """
        spans = Spans(_placed(table, where), self._text)
        inside = spans.inside & to_mask(pc.is_valid(given))
        start, end = np.where(inside, spans.start, 0), np.where(inside, spans.end, 0)
        touched = np.searchsorted(self._hidden, end) > np.searchsorted(self._hidden, start)
        if made is not given:
            touched |= ~to_mask(pc.fill_null(pc.equal(given, made), True))
        quoted = np.zeros(len(given), np.bool_)
        rows = np.flatnonzero(touched & inside)
        if not len(rows):
            return made, quoted
        cells = made.to_pylist()
        printed = given.take(pa.array(rows)).to_pylist()
        for row, cell in zip(rows.tolist(), printed, strict=True):
            if self._text.quote(start[row], end[row]) == cell:
                cells[row] = self._shown[start[row] : end[row]].tobytes().decode("utf-32-le", "replace")
                quoted[row] = True
        return pa.array(cells, pa.string()), quoted


def _placed(table: pa.Table, where: Sequence[str]) -> pa.Table:
    return pa.table(
        {
            "document_id": table["document_id"],
            "span_start": table[where[0]],
            "span_end": table[where[1]],
        }
    )


def _with(table: pa.Table, column: str, made: pa.Array) -> pa.Table:
    at = table.column_names.index(column)
    return table.set_column(at, table.schema.field(at), made)


def _without_sums(documents: pa.Table, given: pa.Array, made: pa.Array) -> pa.Table:
    """Documents without the checksum of those that were covered: with it a guess at the name could be confirmed."""
    kept = pc.if_else(pc.equal(given, made), combined(documents["sha256"]), pa.scalar(None, pa.string()))
    return _with(documents, "sha256", kept)


def covered_columns(name: str, schema: pa.Schema) -> list[str]:
    """The columns of a table that can hold words of the book: text that is no id, no code, no closed vocabulary."""
    found = []
    for column in schema:
        known = column_of(name, column.name)
        closed = known.metadata["values"] or any(check.name == "snake_case" for check in known.checks)
        if (
            pa.types.is_string(column.type)
            and not closed
            and column.name not in _CODES
            and not column.name.endswith("_id")
        ):
            found.append(column.name)
    return found


def telling_paths(veil: Veil, volume_id: str, document_ids: Sequence[str]) -> list[dict[str, object]]:
    """Documents whose path holds a name: ids are paths and stay, so such a file must be called something else."""
    advice = "the path holds a withheld name; rename the file or folder, or keep the word in withheld.csv"
    paths = pa.array([volume_id, *document_ids], pa.string())
    shown = [path.as_py() for path in paths if veil.hidden(pa.array([path.as_py()])).any()]
    return [{"document_id": veil.cover(pa.array([path]))[0].as_py(), "advice": advice} for path in shown]


def law(left: Sequence[Mapping[str, object]], checked: int) -> laws.Verdict:
    """The verdict that no withheld name is left in what is published."""
    return laws.Verdict(
        "documents", CHECK, "error", checked, len(left), examples=tuple(map(dict, left[: laws.EXAMPLES]))
    )
