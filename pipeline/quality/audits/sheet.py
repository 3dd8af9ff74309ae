"""The quantities of a stretch of text laid out for the rules: columns, sentences, words that introduce relations.

Here: everything a rule asks about a number or its neighbours. Not here: any rule.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.quality.audits.intervals import Number, Outcome, printed
from pipeline.quality.audits.mended import mended
from pipeline.quality.audits.rules import Rules
from pipeline.text.lexer import Bools, Ints, code_set, find, han

BLOCK = 1 << 20
LEVEL, CHANGE, SHARE, THRESHOLD, RANK, TARGET = range(6)
ROLES = ("level", "change", "share", "threshold", "rank", "target")
RATE, POINTS, DELTA, BY_MULTIPLE, RATIO_TO = range(5)
KINDS = ("rate", "points", "delta", "increase_by_multiple", "ratio_to")
_COUNTED = ("count", "person", "visit", "rank")
_PERCENT = ("percent", "percentage_point")
_RELATIVE = (*_PERCENT, "ratio", "multiple", "fraction", "rank")
_TO_LAST_MARK = re.compile(r"^.*[，、；。：（()）]")
_AFFIXES = re.compile(r"^(?:其中|和|及|与)+|(?:为|有|达|实现|完成)+$")
_APART = (
    "temperature",
    "age",
    "speed",
    "density",
    "score",
    "price",
    "rate",
    "voltage",
    "pressure",
    "index",
    "concentration",
    "frequency",
)


@dataclass(slots=True)
class Finding:
    """One statement re-computed; `anchor` is the quantity it is about, `terms` the others with what each is."""

    kind: str
    anchor: int
    verdict: str
    explanation: str
    terms: list[tuple[int, str]]
    stated: float | None = None
    computed: float | None = None
    tolerance: float | None = None
    entry: int = -1
    place: int = -1

    @classmethod
    def of(cls, kind: str, anchor: int, outcome: Outcome, explanation: str, terms: list[tuple[int, str]]) -> Finding:
        """The finding that an outcome makes."""
        return cls(
            kind, anchor, outcome.verdict, explanation, terms, outcome.stated, outcome.computed, outcome.tolerance
        )


NO_DAY = -(2**31)


@dataclass(frozen=True)
class Days:
    """The dates of a block: places in its text, first and last day since 1970 (NO_DAY where unknown), precision."""

    start: Ints
    end: Ints
    first: Ints
    last: Ints
    exact: NDArray[np.bool_]
    precision: list[str]
    source: list[str | None]
    text: list[str]
    owner: Ints


def _codes(column: pa.ChunkedArray, names: tuple[str, ...]) -> Ints:
    """A text column as numbers into a closed list; -1 for null."""
    found: Ints = pc.fill_null(pc.index_in(column, value_set=pa.array(names)), -1).to_numpy().astype(np.int64)
    return found


def _dictionary(column: pa.ChunkedArray) -> tuple[list[int], list[str]]:
    """A text column as numbers into a list of its distinct values; -1 for null."""
    coded = column.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    return pc.fill_null(coded.indices, -1).to_numpy(
        zero_copy_only=False
    ).tolist(), coded.dictionary.to_pylist()


class Sheet:
    """One block of documents: their text end to end (`text`), and their quantities in order of place."""

    def __init__(
        self,
        documents: pa.Table,
        entries: pa.Table,
        quantities: pa.Table,
        dates: pa.Table,
        rules: Rules,
        covered: list[int | None],
    ) -> None:
        self.documents, self.entries, self.dates = documents, entries, dates
        self.rules = rules
        self.covered = covered
        texts = documents["text"].to_pylist()
        self.text = "\f".join(texts) + "\f" * 16  # the lexer looks a word beyond each place
        base = np.concatenate(([0], np.cumsum([len(t) + 1 for t in texts])))
        names = documents["document_id"].combine_chunks()
        owner = pc.index_in(quantities["document_id"], value_set=names).to_numpy().astype(np.int64)
        start = quantities["span_start"].to_numpy() + base[owner]
        end = quantities["span_end"].to_numpy() + base[owner]
        self.base = base
        self.table = quantities
        self.n = len(quantities)
        self.starts: Ints = start.astype(np.int64)
        self.start: list[int] = start.tolist()
        self.end: list[int] = end.tolist()
        self.owner: list[int] = owner.tolist()
        self.entry, self.entry_names = _dictionary(quantities["entry_id"])
        self.roles = _codes(quantities["role"], ROLES)
        self.kinds = _codes(quantities["change_kind"], KINDS)
        self.role: list[int] = self.roles.tolist()
        self.kind: list[int] = self.kinds.tolist()
        self.down: list[bool] = (
            pc.fill_null(pc.equal(quantities["change_direction"], "down"), False)
            .to_numpy(zero_copy_only=False)
            .tolist()
        )
        self.flat: list[bool] = (
            pc.fill_null(pc.equal(quantities["change_direction"], "flat"), False)
            .to_numpy(zero_copy_only=False)
            .tolist()
        )
        self.basis, self.basis_names = _dictionary(quantities["change_basis"])
        self.basis_stated: list[bool] = (
            pc.fill_null(quantities["change_basis_stated"], False).to_numpy(zero_copy_only=False).tolist()
        )
        self.unit, self.unit_names = _dictionary(quantities["base_unit"])
        self.dimension, self.dimension_names = _dictionary(quantities["dimension"])
        self._counted = {k for k, name in enumerate(self.dimension_names) if name in _COUNTED}
        self.percent = self.of_dimension(*_PERCENT)
        relative = self.of_dimension(*_RELATIVE)
        self._is_percent: list[bool] = self.percent.tolist()
        self._is_relative: list[bool] = relative.tolist()
        self.measured, self.measured_names = _dictionary(quantities["measured_text"])
        self.own: list[int] = pc.fill_null(quantities["measured_start"], -1).to_numpy().tolist()
        self.bound, self.bound_names = _dictionary(quantities["bound"])
        self.plain: list[float] = pc.fill_null(quantities["value_float"], np.nan).to_numpy().tolist()
        self.head, self.head_names = _dictionary(quantities["head_text"])
        values = pc.fill_null(quantities["base_value"], np.nan).to_numpy() * np.where(self.percent, 100.0, 1.0)
        self.value: list[float] = values.tolist()
        stated = np.isin(self.roles, (LEVEL, TARGET)) | ((self.roles == CHANGE) & (self.kinds == DELTA))
        self.amounts: Bools = stated & ~relative & ~np.isnan(values)
        self._is_amount: list[bool] = self.amounts.tolist()
        ids = self.ids = quantities["quantity_id"].combine_chunks()
        self.volumes: list[str] = documents["volume_id"].to_pylist()
        self.of: list[int] = (
            pc.fill_null(pc.index_in(quantities["of_quantity_id"], value_set=ids), -1).to_numpy().tolist()
        )
        self._sentences()
        self.mended = mended(quantities)
        self._titles: dict[str, str | None] | None = None
        self._numbers: dict[int, Number | None] = {}

    # --- place ----------------------------------------------------------------------------------------------------
    def _sentences(self) -> None:
        codes = np.frombuffer(self.text.encode("utf-16-le", "replace"), np.uint16)
        if len(codes) != len(self.text):  # characters beyond the first plane: two units each
            codes = np.minimum(
                np.frombuffer(self.text.encode("utf-32-le", "replace"), np.uint32), 0xFFFF
            ).astype(np.uint16)
        self.codes: NDArray[np.uint16] = codes
        places = find(codes, "。！？\f【\n")
        line = codes[places] == 10
        before, after = codes[np.maximum(places - 1, 0)], codes[np.minimum(places + 1, len(codes) - 1)]
        inside = (han(before) & han(after)) | (code_set("，、；")[before] & (after > 0x3000))
        self.stops: Ints = places[~(line & inside)]
        self._stop_list: list[int] = self.stops.tolist()
        self.sentences = np.searchsorted(self.stops, self.starts)
        self.sentence: list[int] = self.sentences.tolist()
        edges = np.concatenate(([-1], self.stops, [len(self.text)]))
        self._begin: list[int] = (edges[self.sentences] + 1).tolist()
        self._end: list[int] = edges[self.sentences + 1].tolist()
        brackets = find(codes, "（()）")
        self._brackets: list[int] = brackets.tolist()
        deep = np.concatenate(([0], np.cumsum(np.where(code_set("（(")[codes[brackets]], 1, -1))))
        self._deep: list[int] = deep.tolist()
        self.depth: list[int] = deep[np.searchsorted(brackets, self.starts)].tolist()

    def depth_at(self, place: int) -> int:
        """How many brackets are open before a place."""
        return self._deep[bisect_left(self._brackets, place)]

    def stop_after(self, place: int) -> int:
        """Where the sentence that holds a place ends."""
        k = bisect_left(self._stop_list, place)
        return self._stop_list[k] if k < len(self._stop_list) else len(self.text)

    def near_before(self, characters: str, rows: Ints, size: int) -> Bools:
        """Which of some numbers have one of the characters among the `size` before them."""
        places, starts = find(self.codes, characters), self.starts[rows]
        last = np.searchsorted(places, starts) - 1
        return (last >= 0) & (np.append(places, 0)[last] >= starts - size)

    @cached_property
    def cues(self) -> dict[str, Ints]:
        """Where each kind of word of the list stands in the text, and where it ends (`kind`, `kind/end`)."""
        word, start, end = self.rules.words.everywhere(self.codes)
        kind = self.rules.kind_of_word[word]
        found: dict[str, Ints] = {}
        for number, name in enumerate(self.rules.kinds):
            chosen = kind[:, number]
            found[name], found[name + "/end"] = start[chosen], end[chosen]
        return found

    def sentences_with(self, *kinds: str) -> Iterator[tuple[int, int]]:
        """Runs of quantities [a, b) of the sentences that hold a word of one of the kinds."""
        places = np.concatenate([self.cues[k] for k in kinds])
        return self.runs(np.unique(np.searchsorted(self.stops, places)))

    def runs(self, sentences: Ints) -> Iterator[tuple[int, int]]:
        """Runs of quantities [a, b) of the sentences given by number."""
        if not self.n:
            return
        own = self.sentences
        first, last = np.searchsorted(own, sentences, "left"), np.searchsorted(own, sentences, "right")
        for a, b in zip(first.tolist(), last.tolist(), strict=True):
            if b > a:
                yield a, b

    def begin_of(self, i: int) -> int:
        """Where the sentence of number i begins."""
        return self._begin[i]

    def end_of(self, i: int) -> int:
        """Where the sentence of number i ends."""
        return self._end[i]

    def before(self, i: int, since: int | None = None) -> str:
        """The text between the number before i (or the begin of the sentence) and number i, without blanks."""
        floor = self._begin[i]
        if i and self.sentence[i - 1] == self.sentence[i]:
            floor = max(floor, self.end[i - 1])
        if since is not None:
            floor = max(floor, since)
        return squeeze(self.text[floor : self.start[i]])

    def after(self, i: int, size: int = 8) -> str:
        """A few characters behind number i, without blanks, not beyond its sentence."""
        return squeeze(self.text[self.end[i] : min(self.end_of(i), self.end[i] + size)])

    # --- the numbers ----------------------------------------------------------------------------------------------
    def number(self, i: int) -> Number | None:
        """The printed number with its interval, or None where it cannot be told."""
        if i not in self._numbers:
            self._numbers[i] = self._number(i)
        return self._numbers[i]

    def _number(self, i: int) -> Number | None:
        source, bound = self.text[self.start[i] : self.end[i]], self.bound_names[self.bound[i]]
        if i in self.mended:
            source = self.mended[i][0]
        plain, base = self.plain[i], self.value[i]
        low = high = None
        if bound == "range":
            t = self.table
            if t["unit"][i].as_py() == t["base_unit"][i].as_py():
                low, high = float(t["low"][i].as_py()), float(t["high"][i].as_py())
        if "\n" in source:
            return None
        unit = base / plain if plain == plain and plain and base == base else 1.0
        return printed(
            source,
            base,
            unit,
            bound,
            self.dimension[i] in self._counted,
            low,
            high,
            self.rules.limit("about"),
        )

    def in_unit(self, i: int, value: float) -> float:
        """A value of the base unit in the unit of number i, as the table of quantities has it."""
        plain, base = self.plain[i], self.value[i]
        return value * plain / base if plain == plain and base == base and plain and base else value

    def source(self, i: int) -> str:
        """Number i as the book prints it, or as a hand has mended it."""
        return self.mended[i][0] if i in self.mended else squeeze(self.text[self.start[i] : self.end[i]])

    def told(self, begin: int, end: int) -> str:
        """A stretch of the text on one line; a mended figure stands in it as meant: 68万元（原文作6.8万元）."""
        pieces = []
        for i, (figure, misprint) in self.mended.items() if self.mended else ():
            if misprint and begin <= self.start[i] and self.end[i] <= end:
                printed_ = squeeze(self.text[self.start[i] : self.end[i]])
                pieces.append(f"{self.text[begin : self.start[i]]}{figure}（原文作{printed_}）")
                begin = self.end[i]
        return squeeze("".join(pieces) + self.text[begin:end])

    def words(self, i: int) -> str:
        """The phrase that number i measures, or nothing."""
        return self.measured_names[self.measured[i]] if self.measured[i] >= 0 else ""

    def names(self, i: int) -> str:
        """The words that may name number i as a part: those right before it, and those measured; joined by a bar."""
        raw = _AFFIXES.sub("", _TO_LAST_MARK.sub("", self.before(i)))
        own = self.words(i)
        return "|".join(dict.fromkeys(p for p in (raw, own) if p))

    def noun(self, i: int) -> str:
        return self.head_names[self.head[i]] if self.head[i] >= 0 else ""

    def unit_name(self, i: int) -> str:
        return self.unit_names[self.unit[i]] if self.unit[i] >= 0 else ""

    def dimension_name(self, i: int) -> str:
        return self.dimension_names[self.dimension[i]] if self.dimension[i] >= 0 else ""

    def is_percent(self, i: int) -> bool:
        return self._is_percent[i]

    def is_relative(self, i: int) -> bool:
        return self._is_relative[i]

    def is_amount(self, i: int) -> bool:
        """A level, or an addition that may have parts (新增5家): no share, rank, threshold or target."""
        return self._is_amount[i]

    def of_dimension(self, *names: str) -> Bools:
        """Which numbers are of some dimensions."""
        wanted = [k for k, name in enumerate(self.dimension_names) if name in names]
        return np.isin(np.array(self.dimension, np.int64), wanted)

    def adds_up(self, i: int) -> bool:
        """Whether amounts of the kind of number i can be summed: no temperatures, prices, yields."""
        return self.dimension_name(i) not in _APART and "/" not in self.unit_name(i)

    def phrase_start(self, i: int) -> int:
        """Where the words of number i begin, when they stand right before it."""
        own = self.own[i]
        if own < 0:
            return self.start[i]
        place = own + int(self.base[self.owner[i]])
        return place if self.start[i] - 24 <= place < self.start[i] else self.start[i]

    def cite(self, *rows: int) -> str:
        """The printed words and numbers of some rows in order of place, with … for what stands far between."""
        order = sorted(set(rows), key=lambda k: self.start[k])
        pieces: list[tuple[int, int]] = []
        for k in order:
            begin = self.phrase_start(k)
            near = self.sentence[k] == self.sentence[k - 1] and bool(pieces) and begin - pieces[-1][1] <= 24
            if near or (pieces and begin < pieces[-1][1]):
                pieces[-1] = (pieces[-1][0], self.end[k])
            else:
                pieces.append((begin, self.end[k]))
        return "…".join(self.told(a, b) for a, b in pieces)

    def quote(self, first: int, last: int, limit: int = 90) -> str:
        """The text from the words of one number to the end of another, on one line, shortened in the middle."""
        begin, end = self.phrase_start(first), self.end[last]
        text = self.told(begin, end)
        if len(text) > limit:
            text = text[: limit // 2] + "…" + text[-limit // 2 :]
        return text

    def at(self, place: int) -> tuple[str, str, str | None]:
        """The id of a place in the text, its volume, and the entry that it lies in."""
        number = int(np.searchsorted(self.base, place, "right")) - 1
        document = self.documents["document_id"][number].as_py()
        inside = place - int(self.base[number])
        entry = None
        rows = np.flatnonzero(self.entry_owner == number)
        if len(rows):
            k = int(rows[max(int(np.searchsorted(self.entry_start[rows], inside, "right")) - 1, 0)])
            if self.entry_start[k] <= inside:
                entry = self.entries["entry_id"][k].as_py()
        return f"{document}@{inside}", self.documents["volume_id"][number].as_py(), entry

    def title(self, entry: str) -> str:
        """An entry as a reader finds it."""
        if self._titles is None:
            names = self.entries["entry_id"].to_pylist()
            self._titles = dict(zip(names, self.entries["title"].to_pylist(), strict=True))
        title = self._titles.get(entry)
        return f"【{title}】" if title else f"《{entry}》"

    @cached_property
    def entry_owner(self) -> Ints:
        names = self.documents["document_id"].combine_chunks()
        return pc.index_in(self.entries["document_id"], value_set=names).to_numpy().astype(np.int64)

    @cached_property
    def entry_start(self) -> Ints:
        return self.entries["span_start"].to_numpy().astype(np.int64)

    @cached_property
    def days(self) -> Days:
        """The dates of the block, with their places in the text."""
        names = self.documents["document_id"].combine_chunks()
        table = self.dates
        owner = pc.index_in(table["document_id"], value_set=names).to_numpy().astype(np.int64)
        ends = [
            pc.fill_null(table[c].cast(pa.int32()), -(2**31)).to_numpy().astype(np.int64)
            for c in ("date_start", "date_end")
        ]
        return Days(
            table["span_start"].to_numpy() + self.base[owner],
            table["span_end"].to_numpy() + self.base[owner],
            ends[0],
            ends[1],
            pc.equal(table["precision"], "day").to_numpy(),
            table["precision"].to_pylist(),
            table["year_source"].to_pylist(),
            table["source_text"].to_pylist(),
            owner,
        )

    def year(self, i: int) -> int | None:
        """The covered year of the book that number i stands in."""
        return self.covered[self.owner[i]]


def squeeze(text: str) -> str:
    """The text without blanks and line breaks."""
    return "".join(text.split())
