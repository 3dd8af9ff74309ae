"""Items into rows: the columns of each entry.

Belongs here: body, signature and its scope, section, paragraphs and kind of an entry, and the tables that leave
segmentation. Does not belong here: where entries begin and end (`layout`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

import schemas
from pipeline.text.segment.headings import CHRONICLE_DAY, MONTH, bare_heading
from pipeline.text.segment.layout import TITLED, UNTITLED, Layout, Zone
from pipeline.text.segment.lines import (
    BLANK,
    BREAK,
    ENDING,
    STOP,
    Int,
    skip_blanks,
)
from pipeline.text.segment.signatures import Surnames, closing_signature

ENTRIES = schemas.arrow_schema("entries")
REJECTS = schemas.arrow_schema("rejects")
ZONES = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("span_start", pa.int32(), nullable=False),
        pa.field("span_end", pa.int32(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("level", pa.int32()),
    ]
)

_OVERVIEW_ENDS = ("概况", "综述", "概述", "基本情况", "总述", "概貌", "总情", "概览", "简况")
# What a title that tells of an event ends in, and what its first sentence, dated, says happened.
_DONE = (
    "召开|举行|举办|成立|开幕|闭幕|签署|签订|签约|启动|通车|竣工|开工|揭牌|挂牌|落成|发布|颁布|出版"
    "|开业|开馆|开班|奠基|投产|建成|开通|贯通|完工|合龙|颁奖|当选|获批"
)
_EVENT_ENDS = (
    *_DONE.split("|"),
    *("投运", "投入使用", "授牌", "揭幕", "首发", "试运行", "开播", "通航", "开园", "上市", "获奖", "夺冠"),
    *("论坛", "博览会", "座谈会", "研讨会", "大会", "洽谈会", "展览会"),
)
_DATE = re.compile(r"(?:\d{1,4}年)?\d{1,2}月(?:\d{1,2}(?:[～~\-—–至、]\d{1,2})?日)?")
_HAPPENED = re.compile(_DONE)
# How far into an entry its first sentence is looked at.
_FIRST_SENTENCE = 180

# The last characters of titles that say what kind of entry it is.
_TELLING_ENDS = sorted({ord(words[-1]) for words in (*_OVERVIEW_ENDS, *_EVENT_ENDS, "月")})


class Rows:
    """The rows of some documents: fills in the columns of their entries, then hands out the tables."""

    def __init__(
        self, layout: Layout, document_ids: Sequence[str], volume_ids: Sequence[str], surnames: Surnames
    ) -> None:
        self.layout, self.lines = layout, layout.lines
        self.document_ids, self.volume_ids, self.surnames = document_ids, volume_ids, surnames
        items = layout.items
        entry = np.flatnonzero((items.kind == TITLED) | (items.kind == UNTITLED))
        self.line, self.kind, self.doc = items.line[entry], items.kind[entry], items.doc[entry]
        self.start, self.end = items.start[entry], items.end[entry]
        self.count = len(entry)
        self.row_first = self.lines.first[layout.rows]
        self.zones: list[Zone] = list(layout.zones)
        self.notices = list(layout.notices)
        self._read_titles()
        self._read_bodies()
        self.contributors: list[str | None] = [None] * self.count
        self._read_signatures()
        self._note_empty_bodies()
        self._read_sections()
        ordinal = np.arange(self.count) - np.searchsorted(self.doc, self.doc) + 1
        self.ordinal = ordinal
        self.names = [document_ids[d] for d in self.doc.tolist()]
        self.entry_ids = [f"{name}#{n:03d}" for name, n in zip(self.names, ordinal.tolist(), strict=True)]

    # --- columns ----------------------------------------------------------------------------------------------

    def _read_titles(self) -> None:
        titles = self.layout.titles
        self.titled = np.flatnonzero(self.kind == TITLED)
        self.title: list[str | None] = [None] * self.count
        for entry, text in zip(self.titled.tolist(), titles.text, strict=True):
            self.title[entry] = text
        self.inner_start, self.inner_end = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64)
        self.mark_end = self.start.copy()
        self.inner_start[self.titled] = titles.inner_start
        self.inner_end[self.titled] = titles.inner_end
        self.mark_end[self.titled] = titles.end

    def _read_bodies(self) -> None:
        """The body starts at the first character after title and blanks and ends with the last of the text."""
        lines, rows = self.lines, self.layout.rows
        if not self.count:
            self.body_start = self.body_end = self.mark_end.copy()
            return
        stop = lines.last[np.searchsorted(lines.start, self.mark_end, "right") - 1]
        body = skip_blanks(lines.classes, self.mark_end, np.maximum(stop, self.mark_end))
        below = self.row_first[np.minimum(np.searchsorted(self.row_first, self.mark_end), len(rows) - 1)]
        below = np.where((below >= self.mark_end) & (below < self.end), below, self.mark_end)
        self.body_start = np.where(body < stop, body, below)
        untitled = self.kind == UNTITLED
        self.body_start[untitled] = lines.first[self.line[untitled]]
        last_row = np.searchsorted(self.row_first, self.end) - 1
        self.body_end = np.maximum(lines.last[rows[last_row]], self.body_start)

    def _read_signatures(self) -> None:
        """Read the signature at the end of each entry's text; notes and captions may follow it."""
        lines, rows = self.lines, self.layout.rows
        plain = np.flatnonzero(~self.layout.apparatus)
        if not self.count or not len(plain):
            return
        last_plain = np.searchsorted(self.row_first[plain], self.end) - 1
        stop = lines.last[rows[plain[np.maximum(last_plain, 0)]]]
        closing = np.maximum(stop - 1, 0)
        inside_stop = lines.codes[closing] == ord("。")  # `（市水务局供稿）。`
        inside_stop &= np.isin(lines.codes[np.maximum(closing - 1, 0)], (ord("）"), ord(")")))
        open_end = ((lines.classes[closing] & STOP) == 0) | inside_stop
        candidate = (last_plain >= 0) & (stop > self.body_start) & open_end & (lines.codes[closing] > 0x2F)
        candidate |= (last_plain >= 0) & (stop > self.body_start) & (lines.codes[closing] == ord(")"))
        at = np.flatnonzero(candidate)
        for entry, start, end in zip(
            at.tolist(), self.body_start[at].tolist(), stop[at].tolist(), strict=True
        ):
            self._read_signature(entry, start, end)

    def _read_signature(self, entry: int, start: int, stop: int) -> None:
        """Read one or more signatures (`（市气象局）（林大海）`) that end at `stop`, in a body from `start`."""
        text, body_end = self.lines.text, stop
        names: tuple[str, ...] = ()
        while stop > start and (found := closing_signature(text, start, stop, self.surnames)):
            if not found.names.authors:  # who only photographed signs the picture
                break
            names = found.names.authors + names
            self.zones.append((found.start, found.end, "signature", None))
            if found.end < stop:  # its full stop is the sentence's
                break
            stop = self._end_before(found.start, start)
            if text[stop - 1] not in "）)":
                break
        if names:
            self.contributors[entry] = "；".join(names)
            if body_end == self.body_end[entry]:
                self.body_end[entry] = stop

    def _note_empty_bodies(self) -> None:
        for entry in np.flatnonzero((self.kind == TITLED) & (self.body_end <= self.body_start)).tolist():
            detail = "a title without text; look whether the page after it is missing"
            self.notices.append(("empty_body", int(self.start[entry]), int(self.mark_end[entry]), detail))

    def _end_before(self, position: int, least: int) -> int:
        while position > least and self.lines.classes[position - 1] & (BLANK | BREAK):
            position -= 1
        return position

    def _read_sections(self) -> None:
        """The heading each entry stands under, months of a chronicle passed over; 0 or above the last for none."""
        lines, headings = self.lines, self.layout.headings
        rows = [k for k in sorted(headings.level) if k not in headings.passing]
        line = self.layout.rows[np.array(rows, np.int64)]
        self.section_text: list[str | None] = [bare_heading(lines.cut(int(at))) for at in line.tolist()]
        under = np.searchsorted(line, self.line) - 1
        stands = under >= 0
        stands[stands] = lines.doc[line[under[stands]]] == self.doc[stands]
        # entries above their document's first heading share no section with those of another document
        self.section = np.where(stands, under, len(line) + self.doc)
        self.section_text += [None] * len(self.document_ids)
        self.stands_under = stands

    def _scope(self) -> list[str | None]:
        """Give unsigned entries the next signature of their section; return whose is direct and whose inherited."""
        scope: list[str | None] = ["direct" if name else None for name in self.contributors]
        signed = np.array([entry for entry, name in enumerate(self.contributors) if name], np.int64)
        if not len(signed):
            return scope
        everyone = np.arange(self.count)
        following = np.searchsorted(signed, everyone)
        signer = signed[np.minimum(following, len(signed) - 1)]
        covered = (following < len(signed)) & (self.section == self.section[signer]) & (signer != everyone)
        for entry, by in zip(np.flatnonzero(covered).tolist(), signer[covered].tolist(), strict=True):
            self.contributors[entry] = self.contributors[by]
            scope[entry] = "inherited"
        return scope

    def _paragraphs(self) -> Int:
        """Paragraphs of each body: lines that begin one, and wide blanks after a sentence inside a line."""
        lines, rows, layout = self.lines, self.layout.rows, self.layout
        begins = np.zeros(len(rows), np.int64)
        begins[1:] = layout.finished[rows[:-1]] | layout.apparatus[:-1]
        begins |= (self.row_first - lines.start[rows]) >= 2
        begins[layout.apparatus] = 0
        total = np.concatenate([[0], np.cumsum(begins)])
        first = np.searchsorted(self.row_first, self.body_start, "right")
        stop = np.maximum(np.searchsorted(self.row_first, self.body_end), first)
        marks = self._paragraph_marks()
        inner = np.searchsorted(marks, self.body_end) - np.searchsorted(marks, self.body_start, "right")
        count = 1 + total[stop] - total[first] + np.maximum(inner, 0)
        return np.where(self.body_end > self.body_start, count, 0)

    def _paragraph_marks(self) -> Int:
        """Places inside lines where two wide blanks, a tab or four narrow ones follow the end of a sentence."""
        classes, codes = self.lines.classes, self.lines.codes
        padded = np.append(codes, np.zeros(4, codes.dtype))
        wide = np.flatnonzero((codes == 0x3000) | (codes == 9))
        wide = wide[(padded[wide] == 9) | (padded[wide + 1] == 0x3000)]
        narrow = np.flatnonzero(codes == 0x20)
        narrow = narrow[
            (padded[narrow + 1] == 0x20) & (padded[narrow + 2] == 0x20) & (padded[narrow + 3] == 0x20)
        ]
        found = np.sort(np.concatenate([wide, narrow]))
        found = found[found > 0]
        found = found[((classes[found - 1] & (STOP | ENDING)) != 0) & (codes[found - 1] != ord("…"))]
        return found[found < self.lines.last[np.searchsorted(self.lines.start, found, "right") - 1]]

    def _kinds(self) -> list[str]:
        """The kind of each entry; only those whose title's or body's edge may tell another kind are read."""
        kinds = ["composite"] * self.count
        if not self.count:
            return kinds
        codes = self.lines.codes
        opening = codes[np.minimum(self.body_start, len(codes) - 1)]
        dated = (opening >= 0x30) & (opening <= 0x39) & (self.body_end > self.body_start)
        telling = np.isin(codes[np.maximum(self.inner_end - 1, 0)], _TELLING_ENDS) & (self.kind == TITLED)
        for entry in np.flatnonzero(self.kind == UNTITLED).tolist():
            kinds[entry] = self._kind_without_title(entry)
        at = np.flatnonzero((telling | dated) & (self.kind == TITLED))
        spans = zip(self.body_start[at].tolist(), self.body_end[at].tolist(), dated[at].tolist(), strict=True)
        for entry, (begin, stop, begins_with_date) in zip(at.tolist(), spans, strict=True):
            kinds[entry] = self._kind_of_titled(self.title[entry] or "", begin, stop, begins_with_date)
        return kinds

    def _kind_without_title(self, entry: int) -> str:
        begin, stop = int(self.body_start[entry]), int(self.body_end[entry])
        if CHRONICLE_DAY.match(self.lines.text, begin, min(stop, begin + 24)):
            return "chronicle"
        # the text right under a heading introduces the titled entries below it
        introduces = self.layout.marked[self.doc[entry]] and self.stands_under[entry]
        return "overview" if introduces else "article"

    def _kind_of_titled(self, title: str, begin: int, stop: int, dated: bool) -> str:
        if title.endswith(_OVERVIEW_ENDS):
            return "overview"
        if title.endswith(_EVENT_ENDS):
            return "event"
        if title.endswith("月") and MONTH.fullmatch(title):
            return "chronicle"
        date = _DATE.match(self.lines.text, begin, stop) if dated else None
        if date:
            limit = min(stop, begin + _FIRST_SENTENCE)
            sentence_end = self.lines.text.find("。", date.end(), limit)
            if _HAPPENED.search(self.lines.text, date.end(), limit if sentence_end < 0 else sentence_end):
                return "event"
        return "composite"

    # --- tables -----------------------------------------------------------------------------------------------

    def entries(self) -> pa.Table:
        """The entries, one row each, positions counted from the start of their document."""
        base = self.lines.doc_start[self.doc]
        no_title = self.kind == UNTITLED
        scope = self._scope()
        columns: dict[str, Any] = {
            "entry_id": self.entry_ids,
            "document_id": self.names,
            "volume_id": pa.array(self.volume_ids, pa.string()).take(pa.array(self.doc)),
            "ordinal": self.ordinal,
            "section": pa.array(self.section_text, pa.string()).take(pa.array(self.section)),
            "title": self.title,
            "title_start": np.ma.array(self.inner_start - base, mask=no_title),
            "title_end": np.ma.array(self.inner_end - base, mask=no_title),
            "span_start": self.start - base,
            "span_end": self.end - base,
            "body_start": self.body_start - base,
            "body_end": self.body_end - base,
            "paragraphs": self._paragraphs(),
            "contributors": self.contributors,
            "contributor_scope": scope,
            "kind": self._kinds(),
        }
        arrays = [
            column if isinstance(column, pa.Array) else pa.array(column, field.type)
            for field, column in ((field, columns[field.name]) for field in ENTRIES)
        ]
        return pa.table(arrays, schema=ENTRIES)

    def zone_table(self) -> pa.Table:
        """The zones in order of place, outer before inner."""
        starts, ends, kinds, levels = zip(*self.zones, strict=True) if self.zones else ((), (), (), ())
        titles = self.layout.titles
        start, end = np.array([*starts, *titles.start], np.int64), np.array([*ends, *titles.end], np.int64)
        code = {kind: number for number, kind in enumerate(sorted({*kinds, "title"}))}
        kind = np.full(len(start), code["title"], np.int64)
        kind[: len(kinds)] = [code[name] for name in kinds]
        order = np.lexsort((kind, -end, start))
        start, end, kind = start[order], end[order], kind[order]
        doc = np.searchsorted(self.lines.doc_start, start, "right") - 1
        base = self.lines.doc_start[doc]
        return pa.table(
            [
                pa.array(self.document_ids, pa.string()).take(pa.array(doc)),
                pa.array(start - base, pa.int32()),
                pa.array(end - base, pa.int32()),
                pa.array(list(code), pa.string()).take(pa.array(kind)),
                pa.array([*levels, *(None for _ in titles.start)], pa.int32()).take(pa.array(order)),
            ],
            schema=ZONES,
        )

    def rejects(self) -> pa.Table:
        """What an editor should look at: titles without text, brackets that do not match."""
        rows: list[dict[str, Any]] = []
        for reason, start, end, detail in sorted(self.notices, key=lambda notice: (notice[1], notice[0])):
            doc = int(np.searchsorted(self.lines.doc_start, start, "right")) - 1
            entry = int(np.searchsorted(self.start, start, "right")) - 1
            base = int(self.lines.doc_start[doc])
            rows.append(
                {
                    "reject_id": f"{self.document_ids[doc]}!{start - base}:{reason}",
                    "document_id": self.document_ids[doc],
                    "volume_id": self.volume_ids[doc],
                    "entry_id": self.entry_ids[entry],
                    "span_start": start - base,
                    "span_end": end - base,
                    "source_text": self.lines.text[start:end],
                    "stage": "segment",
                    "reason": reason,
                    "detail": detail,
                }
            )
        return pa.Table.from_pylist(rows, schema=REJECTS)
