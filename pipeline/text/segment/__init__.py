"""Documents into entries: where each 条目 begins and ends, what it is called, who signed it, what lies around it.

Reading order: `lines` turns text into a table of lines; `furniture` takes out running heads, pages, contents and
index; `titles` finds titles with marks; `apparatus` finds notes, captions, tables, references; `headings` finds
headings and titles without marks; `signatures` reads names; this module puts the pieces in order.

Entries, headings and page furniture between them tile a document: no gap, no overlap, and blank space belongs to
what stands before it. An entry's span runs from its title mark to the next item, signature, notes and captions
included; its body is the text after the title up to the signature.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.text.segment import furniture
from pipeline.text.segment.apparatus import find_apparatus, find_cross_references
from pipeline.text.segment.headings import CHRONICLE_DAY, Headings, Significant, find_headings
from pipeline.text.segment.lines import BLANK, BREAK, CLOSE, ENDING, STOP, Bool, Int, Lines, read_lines
from pipeline.text.segment.signatures import closing_signature
from pipeline.text.segment.titles import Found, find_titles, lost_bold

ENTRIES = pa.schema(
    [
        ("entry_id", pa.string()),
        ("document_id", pa.string()),
        ("volume_id", pa.string()),
        ("ordinal", pa.int32()),
        ("section", pa.string()),
        ("title", pa.string()),
        ("title_start", pa.int32()),
        ("title_end", pa.int32()),
        ("span_start", pa.int32()),
        ("span_end", pa.int32()),
        ("body_start", pa.int32()),
        ("body_end", pa.int32()),
        ("paragraphs", pa.int32()),
        ("contributors", pa.string()),
        ("contributor_scope", pa.string()),
        ("kind", pa.string()),
    ]
)
ZONES = pa.schema(
    [
        ("document_id", pa.string()),
        ("span_start", pa.int32()),
        ("span_end", pa.int32()),
        ("kind", pa.string()),
        ("level", pa.int32()),
    ]
)
REJECTS = pa.schema(
    [
        ("reject_id", pa.string()),
        ("document_id", pa.string()),
        ("volume_id", pa.string()),
        ("entry_id", pa.string()),
        ("span_start", pa.int32()),
        ("span_end", pa.int32()),
        ("source_text", pa.string()),
        ("stage", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)

# Documents are looked at together up to this many characters, so that many short pages cost no more than one book.
BLOCK_CHARACTERS = 4_000_000

_OVERVIEW = re.compile(r"(?:概况|综述|概述|基本情况|总述|概貌|总情|概览|简况)$")
_EVENT = re.compile(
    r"(?:召开|举行|举办|成立|开幕|闭幕|签署|签订|签约|启动|通车|竣工|开工|揭牌|挂牌|落成|发布|颁布|出版|开业|开馆|开班|"
    r"奠基|投产|投运|投入使用|建成|授牌|揭幕|首发|试运行|开通|开播|通航|开园|上市|获奖|夺冠|论坛|博览会|座谈会|研讨会|大会|洽谈会|展览会)$"
)
_HAPPENING = re.compile(
    r"(?:\d{1,4}年)?\d{1,2}月(?:\d{1,2}(?:[～~\-—–至、]\d{1,2})?日)?[^。]{0,160}?"
    r"(?:召开|举行|举办|成立|开幕|闭幕|签署|签订|签约|启动|通车|竣工|开工|揭牌|挂牌|落成|发布|颁布|出版|开业|开馆|开班|奠基|投产|建成|开通)"
)


@dataclass(frozen=True)
class Segments:
    """Entries and rejects with the contract's columns, and zones: where in a document is no plain text.

    Zone kinds `heading`, `running_head`, `page_number`, `contents` and `index_line` lie between entries (a running
    head inside an entry broken by a page lies within it); `title`, `caption`, `note`, `table`, `signature` and
    `cross_reference` lie inside. `level` is that of a heading (1 is the highest), null for all else.
    """

    entries: pa.Table
    zones: pa.Table
    rejects: pa.Table


def segment(documents: pa.Table) -> Segments:
    """Cut documents into entries.

    `documents` has `document_id`, `volume_id` and `text`. Every position in the result is a code point of that
    document's text. A document without any title is one entry with a null title a heading.

    >>> text = "城市供水\\n【概况】 全年供水2.5亿立方米。（周　平）"
    >>> table = pa.table({"document_id": ["a.txt"], "volume_id": ["a"], "text": [text]})
    >>> segment(table).entries.select(["section", "title", "contributors", "kind"]).to_pylist()
    [{'section': '城市供水', 'title': '概况', 'contributors': '周平', 'kind': 'overview'}]
    """
    document_ids = documents["document_id"].to_pylist()
    volume_ids = documents["volume_id"].to_pylist()
    texts = documents["text"].to_pylist()
    blocks = [
        _Block(document_ids[begin:end], volume_ids[begin:end], texts[begin:end]).segments()
        for begin, end in _block_bounds([len(text) for text in texts])
    ]
    if not blocks:
        return Segments(ENTRIES.empty_table(), ZONES.empty_table(), REJECTS.empty_table())
    return Segments(
        pa.concat_tables([block.entries for block in blocks]),
        pa.concat_tables([block.zones for block in blocks]),
        pa.concat_tables([block.rejects for block in blocks]),
    )


def _block_bounds(lengths: list[int]) -> list[tuple[int, int]]:
    bounds, begin, size = [], 0, 0
    for index, length in enumerate(lengths):
        if index > begin and size + length > BLOCK_CHARACTERS:
            bounds.append((begin, index))
            begin, size = index, 0
        size += length
    if lengths:
        bounds.append((begin, len(lengths)))
    return bounds


# Kinds of items that tile a document.
_TITLED, _UNTITLED, _HEADING, _FURNITURE = range(4)


class _Block:
    """Some whole documents, looked at together."""

    def __init__(self, document_ids: list[str], volume_ids: list[str], texts: list[str]) -> None:
        self.document_ids, self.volume_ids = document_ids, volume_ids
        self.lines = read_lines(texts)
        self.notices: list[tuple[str, int, int, str]] = []
        self.zones: list[tuple[int, int, str, int | None]] = []

    def segments(self) -> Segments:
        lines = self.lines
        nonblank = np.flatnonzero(lines.last > lines.first)
        finished = self._finished()
        self.verdict = furniture.find_furniture(lines, nonblank, ~finished)
        rows = nonblank[self.verdict[nonblank] == furniture.NONE]
        self.rows, self.row_doc = rows, lines.doc[rows]
        self.row_first = np.ones(len(rows), bool)  # first significant line of its document
        self.row_first[1:] = self.row_doc[1:] != self.row_doc[:-1]
        found = find_titles(lines, rows, self._complete_before(finished))
        titled = self._mark_titled(found)
        marked_doc = self._marked_documents(found)
        self._add_lost_bold(found, titled, marked_doc, finished)
        apparatus = self._apparatus(found, titled)
        significant = Significant(
            rows, self.row_doc, titled, apparatus, finished[rows], self._signed(), marked_doc[self.row_doc]
        )
        headings = find_headings(lines, significant)
        self._add_plain_titles(found, headings)
        self.notices.extend(found.notices)
        self.finished, self.is_apparatus = finished, apparatus
        return self._tile(found, headings, marked_doc)

    # --- what is known of lines -------------------------------------------------------------------------------

    def _finished(self) -> Bool:
        """Lines that end a sentence, a quotation or a parenthesis."""
        closing = self.lines.classes[np.maximum(self.lines.last - 1, 0)]
        return ((closing & (STOP | ENDING | CLOSE)) != 0) & (self.lines.last > self.lines.first)

    def _complete_before(self, finished: Bool) -> Bool:
        """Significant lines before which nothing is left open: the line above ended, is short, or leaves a gap."""
        lines, rows = self.lines, self.rows
        above = rows[:-1]
        complete = np.ones(len(rows), bool)
        short = lines.last[above] - lines.first[above] <= 25
        gap = rows[1:] - above > 1
        complete[1:] = self.row_first[1:] | finished[above] | short | gap
        return complete

    def _signed(self) -> Bool:
        closing = self.lines.codes[self.lines.last[self.rows] - 1] if len(self.rows) else np.zeros(0, np.uint16)
        return (closing == ord("）")) | (closing == ord(")"))

    def _mark_titled(self, found: Found) -> Bool:
        titled = np.zeros(len(self.rows), bool)
        occupied = np.array(found.titles.line + found.used, np.int64)
        titled[np.searchsorted(self.rows, occupied)] = True
        return titled

    def _marked_documents(self, found: Found) -> Bool:
        marked = np.zeros(len(self.document_ids), bool)
        marked[self.lines.doc[np.array(found.titles.line, np.int64)]] = True
        return marked

    def _add_lost_bold(self, found: Found, titled: Bool, marked_doc: Bool, finished: Bool) -> None:
        plain = np.flatnonzero(~marked_doc[self.row_doc])
        complete = self._complete_before(finished)
        for k in plain[complete[plain]].tolist():
            place = lost_bold(self.lines, int(self.rows[k]))
            if place:
                start, end = place
                title = self.lines.text[start:end]
                found.titles.add(int(self.rows[k]), start, start, end, end, title, "blank")
                titled[k] = True
                marked_doc[self.row_doc[k]] = True

    def _add_plain_titles(self, found: Found, headings: Headings) -> None:
        for k in headings.titles:
            line = int(self.rows[k])
            start, end = int(self.lines.first[line]), int(self.lines.last[line])
            found.titles.add(line, start, start, end, end, self.lines.text[start:end], "line")

    def _apparatus(self, found: Found, titled: Bool) -> Bool:
        lines = self.lines
        apparatus = np.zeros(len(self.rows), bool)
        labelled = titled.copy()
        for line, start, _, kind in found.labels:
            k = int(np.searchsorted(self.rows, line))
            labelled[k] = apparatus[k] = True
            self.zones.append((start, int(lines.last[line]), kind, None))
        for k, start, end, kind in find_apparatus(lines, self.rows, labelled):
            apparatus[k] |= start == lines.first[self.rows[k]]
            self.zones.append((start, end, kind, None))
        starts, ends = find_cross_references(lines)
        self.zones.extend((start, end, "cross_reference", None) for start, end in zip(starts, ends, strict=True))
        return apparatus

    # --- tiling -----------------------------------------------------------------------------------------------

    def _tile(self, found: Found, headings: Headings, marked_doc: Bool) -> Segments:
        lines, rows = self.lines, self.rows
        titles = found.titles
        title_rows = np.searchsorted(rows, np.array(titles.line, np.int64))
        heading_rows = np.array(sorted(headings.level), np.int64)
        kind_of_row = np.full(len(rows), -1, np.int64)
        kind_of_row[title_rows] = _TITLED
        kind_of_row[heading_rows] = _HEADING
        after_heading = np.zeros(len(rows), bool)
        after_heading[heading_rows[heading_rows + 1 < len(rows)] + 1] = True
        kind_of_row[(kind_of_row == -1) & (self.row_first | after_heading)] = _UNTITLED

        item_rows = np.flatnonzero(kind_of_row >= 0)
        furniture_lines = self._between(item_rows, kind_of_row)
        item_line = np.concatenate([rows[item_rows], furniture_lines])
        item_kind = np.concatenate([kind_of_row[item_rows], np.full(len(furniture_lines), _FURNITURE)])
        order = np.argsort(item_line, kind="stable")
        item_line, item_kind = item_line[order], item_kind[order]
        item_doc = lines.doc[item_line]
        start = lines.first[item_line]
        # a title may begin after the line's first character only where the line was cut for it
        first_of_doc = np.ones(len(item_line), bool)
        first_of_doc[1:] = item_doc[1:] != item_doc[:-1]
        start = np.where(first_of_doc, lines.doc_start[item_doc], start)
        end = np.append(start[1:], 0)
        last_of_doc = np.append(first_of_doc[1:], True)
        end[last_of_doc] = lines.doc_end[item_doc[last_of_doc]]

        self._zones_between(item_line, item_kind, start, end, headings)
        entry = np.flatnonzero((item_kind == _TITLED) | (item_kind == _UNTITLED))
        return self._tables(
            found, headings, marked_doc, item_line[entry], item_kind[entry], item_doc[entry], start[entry], end[entry]
        )

    def _between(self, item_rows: Int, kind_of_row: Int) -> Int:
        """Furniture lines that lie between items: what follows them opens an item, or the document ends."""
        lines = np.flatnonzero(self.verdict != furniture.NONE)
        if not len(lines):
            return lines
        following = np.searchsorted(self.rows, lines)
        inside = following < len(self.rows)
        opens = np.ones(len(lines), bool)
        row = following[inside]
        same = self.row_doc[row] == self.lines.doc[lines[inside]]
        opens[inside] = ~same | (kind_of_row[row] >= 0)
        nested = lines[~opens]
        for line in nested.tolist():
            kind = furniture.ZONE[int(self.verdict[line])]
            self.zones.append((int(self.lines.first[line]), int(self.lines.last[line]), kind, None))
        return lines[opens]

    def _zones_between(self, item_line: Int, item_kind: Int, start: Int, end: Int, headings: Headings) -> None:
        level_of_line = {int(self.rows[k]): level for k, level in headings.level.items()}
        for item in np.flatnonzero((item_kind == _HEADING) | (item_kind == _FURNITURE)).tolist():
            line = int(item_line[item])
            kind = "heading" if item_kind[item] == _HEADING else furniture.ZONE[int(self.verdict[line])]
            self.zones.append((int(start[item]), int(end[item]), kind, level_of_line.get(line)))

    # --- tables -----------------------------------------------------------------------------------------------

    def _tables(
        self,
        found: Found,
        headings: Headings,
        marked_doc: Bool,
        line: Int,
        kind: Int,
        doc: Int,
        start: Int,
        end: Int,
    ) -> Segments:
        lines, titles = self.lines, found.titles
        order = sorted(range(len(titles.line)), key=titles.line.__getitem__)
        titled = np.flatnonzero(kind == _TITLED)
        title_text: list[str | None] = [None] * len(line)
        mark_end = start.copy()
        has_title = kind == _TITLED
        inner_start, inner_end = np.zeros(len(line), np.int64), np.zeros(len(line), np.int64)
        if len(titled):
            inner_start[titled] = np.array(titles.inner_start, np.int64)[order]
            inner_end[titled] = np.array(titles.inner_end, np.int64)[order]
            mark_end[titled] = np.array(titles.end, np.int64)[order]
            for entry, source in zip(titled.tolist(), order, strict=True):
                title_text[entry] = titles.text[source]
            starts = np.array(titles.start, np.int64)[order].tolist()
            self.zones.extend((begin, stop, "title", None) for begin, stop in zip(starts, mark_end[titled].tolist(), strict=True))
        body_start, text_end = self._bodies(start, end, mark_end, line)
        body_end = text_end.copy()
        contributors: list[str | None] = [None] * len(line)
        self._signatures(line, start, end, body_start, body_end, contributors)
        section_id, sections = self._sections(line, doc, headings)
        scope = _inherit(contributors, section_id)
        paragraphs = self._paragraphs(line, end, mark_end, body_start, body_end)
        kinds = self._kinds(title_text, kind, marked_doc[doc], section_id, body_start, body_end)
        base = lines.doc_start[doc]
        first_of_doc = np.searchsorted(doc, np.arange(len(self.document_ids)))
        ordinal = np.arange(len(doc)) - first_of_doc[doc] + 1 if len(doc) else np.zeros(0, np.int64)
        names = [self.document_ids[d] for d in doc.tolist()]
        entry_ids = [f"{name}#{number:03d}" for name, number in zip(names, ordinal.tolist(), strict=True)]
        no_title = ~has_title
        for entry in np.flatnonzero(has_title & (body_start >= body_end) & (text_end <= mark_end)).tolist():
            self.notices.append(
                ("empty_body", int(start[entry]), int(mark_end[entry]), "a title without text; check the page after it")
            )
        entries = pa.table(
            [
                pa.array(entry_ids, pa.string()),
                pa.array(names, pa.string()),
                pa.array([self.volume_ids[d] for d in doc.tolist()], pa.string()),
                pa.array(ordinal, pa.int32()),
                pa.array([sections[s] for s in section_id.tolist()], pa.string()),
                pa.array(title_text, pa.string()),
                pa.array(inner_start - base, pa.int32(), mask=no_title),
                pa.array(inner_end - base, pa.int32(), mask=no_title),
                pa.array(start - base, pa.int32()),
                pa.array(end - base, pa.int32()),
                pa.array(body_start - base, pa.int32()),
                pa.array(body_end - base, pa.int32()),
                pa.array(paragraphs, pa.int32()),
                pa.array(contributors, pa.string()),
                pa.array(scope, pa.string()),
                pa.array(kinds, pa.string()),
            ],
            schema=ENTRIES,
        )
        return Segments(entries, self._zone_table(), self._reject_table(entry_ids, start, end))

    def _bodies(self, start: Int, end: Int, mark_end: Int, line: Int) -> tuple[Int, Int]:
        """Where the text of each entry starts (after title and blanks) and ends (its last character)."""
        lines, rows = self.lines, self.rows
        if not len(line):
            return start.copy(), end.copy()
        on_line = mark_end.copy()
        limit = lines.last[self._line_of(mark_end)]
        classes = np.append(lines.classes, np.uint8(0))
        for _ in range(64):
            move = (on_line < limit) & ((classes[on_line] & BLANK) != 0)
            if not move.any():
                break
            on_line += move
        row = np.searchsorted(rows, line)
        last_row = np.searchsorted(lines.first[rows], end, "left") - 1
        text_end = lines.last[rows[last_row]]
        next_row = np.minimum(np.searchsorted(lines.first[rows], np.maximum(mark_end, start), "left"), len(rows) - 1)
        untitled = mark_end == start
        first_text = lines.first[rows[row]]
        below = lines.first[rows[next_row]]
        body_start = np.where(on_line < limit, on_line, np.where(below < end, below, mark_end))
        body_start = np.where(untitled, first_text, body_start)
        text_end = np.maximum(text_end, body_start)
        empty = (body_start == mark_end) & ~untitled & (text_end <= mark_end)
        text_end[empty] = mark_end[empty]
        return body_start, text_end

    def _line_of(self, position: Int) -> Int:
        return np.searchsorted(self.lines.start, position, "right") - 1

    def _signatures(
        self, line: Int, start: Int, end: Int, body_start: Int, body_end: Int, contributors: list[str | None]
    ) -> None:
        """Read the signature at the end of each entry's text; notes and captions may follow it."""
        lines = self.lines
        plain = np.flatnonzero(~self.is_apparatus)
        if not len(line) or not len(plain):
            return
        row_start = lines.first[self.rows[plain]]
        last_plain = np.searchsorted(row_start, end, "left") - 1
        rows = plain[np.maximum(last_plain, 0)]
        stop = lines.last[self.rows[rows]]
        usable = (last_plain >= 0) & (stop > body_start)
        closing = lines.codes[np.maximum(stop - 1, 0)]
        ends_open = (lines.classes[np.maximum(stop - 1, 0)] & STOP) == 0
        for entry in np.flatnonzero(usable & ends_open & (closing > 127) | usable & (closing == ord(")"))).tolist():
            signature = closing_signature(lines.text, int(body_start[entry]), int(stop[entry]))
            if signature is None:
                continue
            self.zones.append((signature.start, signature.end, "signature", None))
            if signature.contributors:
                contributors[entry] = "；".join(signature.contributors)
            if signature.end == body_end[entry]:
                body_end[entry] = self._rstrip(signature.start, int(body_start[entry]))

    def _rstrip(self, position: int, least: int) -> int:
        classes = self.lines.classes
        while position > least and classes[position - 1] & (BLANK | BREAK):
            position -= 1
        return position

    def _sections(self, line: Int, doc: Int, headings: Headings) -> tuple[Int, list[str | None]]:
        """For each entry the number of the heading it stands under, and the headings' texts (0: none)."""
        lines = self.lines
        rows = [k for k in sorted(headings.level) if k not in headings.months]
        self.heading_count = len(rows)
        heading_line = self.rows[np.array(rows, np.int64)]
        texts: list[str | None] = [None]
        texts += [lines.cut(int(at)).lstrip("■◆●▲★◇□※▌ \u3000\u00a0\t") for at in heading_line.tolist()]
        number = np.searchsorted(heading_line, line)
        under = np.maximum(number - 1, 0)
        if len(heading_line):
            other_doc = (number > 0) & (lines.doc[heading_line[under]] != doc)
            # entries before a document's first heading share no section with another document's
            texts_none = len(texts)
            texts += [None] * len(self.document_ids)
            number = np.where(other_doc | (number == 0), texts_none + doc, number)
        else:
            texts += [None] * len(self.document_ids)
            number = 1 + doc
        return number, texts

    def _paragraphs(self, line: Int, end: Int, mark_end: Int, body_start: Int, body_end: Int) -> Int:
        """Paragraphs of each body: lines that begin one, and wide blanks after a sentence inside a line."""
        lines, rows = self.lines, self.rows
        if not len(line):
            return np.zeros(0, np.int64)
        begins = np.zeros(len(rows), np.int64)
        above = rows[:-1]
        begins[1:] = self.finished[above] | self.is_apparatus[:-1] | (rows[1:] - above > 1)
        begins |= (lines.first[rows] - lines.start[rows]) >= 2
        begins[self.is_apparatus] = 0
        total = np.concatenate([[0], np.cumsum(begins)])
        first_row = np.searchsorted(lines.first[rows], body_start, "right")
        stop_row = np.searchsorted(lines.first[rows], body_end, "left")
        between = total[np.maximum(stop_row, first_row)] - total[first_row]
        inner = self._paragraph_marks()
        marks = np.searchsorted(inner, body_end, "left") - np.searchsorted(inner, body_start, "right")
        return np.where(body_end > body_start, 1 + between + np.maximum(marks, 0), 0)

    def _paragraph_marks(self) -> Int:
        """Places inside lines where two wide (or four narrow) blanks follow the end of a sentence."""
        lines = self.lines
        classes, codes = lines.classes, lines.codes
        if not len(codes):
            return np.zeros(0, np.int64)
        wide = np.flatnonzero((codes == 0x3000) | (codes == 9))
        wide = wide[wide > 0]
        starts = wide[(classes[wide - 1] & (STOP | ENDING)) != 0]
        padded = np.append(codes, np.zeros(4, codes.dtype))
        starts = starts[(padded[starts] == 9) | (padded[starts + 1] == 0x3000)]
        narrow = np.flatnonzero(codes == 32)
        narrow = narrow[narrow > 0]
        narrow = narrow[(classes[narrow - 1] & (STOP | ENDING)) != 0]
        four = (padded[narrow + 1] == 32) & (padded[narrow + 2] == 32) & (padded[narrow + 3] == 32)
        found = np.sort(np.concatenate([starts, narrow[four]]))
        if not len(found):
            return found
        # not where the line ends in these blanks
        return found[found < lines.last[self._line_of(found)]]

    def _kinds(
        self, titles: list[str | None], kind: Int, marked: Bool, section: Int, body_start: Int, body_end: Int
    ) -> list[str]:
        text = self.lines.text
        kinds = ["composite"] * len(titles)
        codes = self.lines.codes
        opening = codes[np.minimum(body_start, len(codes) - 1)] if len(codes) else np.zeros(0, np.uint16)
        dated = ((opening >= 0x30) & (opening <= 0x39) & (body_end > body_start)).tolist()
        for entry, title in enumerate(titles):
            begin, stop = int(body_start[entry]), int(body_end[entry])
            if title is None:
                if CHRONICLE_DAY.match(text, begin, min(stop, begin + 24)):
                    kinds[entry] = "chronicle"
                elif kind[entry] == _UNTITLED:
                    kinds[entry] = "article"
            elif title[-1] in _OVERVIEW_LAST and _OVERVIEW.search(title):
                kinds[entry] = "overview"
            elif (title[-1] in _EVENT_LAST and _EVENT.search(title)) or (
                dated[entry] and _HAPPENING.match(text, begin, min(stop, begin + 200))
            ):
                kinds[entry] = "event"
        untitled = np.flatnonzero((kind == _UNTITLED) & marked)
        under_heading = {int(k) for k in untitled.tolist() if self._has_section(int(section[k]))}
        for entry in under_heading:
            if kinds[entry] == "article":
                kinds[entry] = "overview"
        return kinds

    def _has_section(self, section: int) -> bool:
        return 0 < section <= self.heading_count

    # --- out --------------------------------------------------------------------------------------------------

    def _zone_table(self) -> pa.Table:
        zones = sorted(self.zones, key=lambda zone: (zone[0], -zone[1], zone[2]))
        starts = np.array([zone[0] for zone in zones], np.int64)
        ends = np.array([zone[1] for zone in zones], np.int64)
        doc = np.maximum(np.searchsorted(self.lines.doc_start, starts, "right") - 1, 0)
        base = self.lines.doc_start[doc] if len(zones) else starts
        return pa.table(
            [
                pa.array([self.document_ids[d] for d in doc.tolist()], pa.string()),
                pa.array(starts - base, pa.int32()),
                pa.array(ends - base, pa.int32()),
                pa.array([zone[2] for zone in zones], pa.string()),
                pa.array([zone[3] for zone in zones], pa.int32()),
            ],
            schema=ZONES,
        )

    def _reject_table(self, entry_ids: list[str], start: Int, end: Int) -> pa.Table:
        rows: list[dict[str, Any]] = []
        for reason, begin, stop, detail in sorted(self.notices, key=lambda notice: (notice[1], notice[0])):
            doc = int(np.searchsorted(self.lines.doc_start, begin, "right")) - 1
            entry = int(np.searchsorted(start, begin, "right")) - 1
            base = int(self.lines.doc_start[doc])
            inside = entry >= 0 and begin < end[entry]
            rows.append(
                {
                    "reject_id": f"{self.document_ids[doc]}!{begin - base}:{reason}",
                    "document_id": self.document_ids[doc],
                    "volume_id": self.volume_ids[doc],
                    "entry_id": entry_ids[entry] if inside else None,
                    "span_start": begin - base,
                    "span_end": stop - base,
                    "source_text": self.lines.text[begin:stop],
                    "stage": "segment",
                    "reason": reason,
                    "detail": detail,
                }
            )
        return pa.Table.from_pylist(rows, schema=REJECTS)


_OVERVIEW_LAST = frozenset("况述貌情览")
_EVENT_LAST = frozenset("开行办立幕署订约动车工牌成布版业馆班基产运用发播航园市奖冠坛会通")


def _inherit(contributors: list[str | None], section: Int) -> list[str | None]:
    """Give unsigned entries the next signature of their section; return the scope of each entry's contributors."""
    scope: list[str | None] = ["direct" if name else None for name in contributors]
    signed = np.array([entry for entry, name in enumerate(contributors) if name], np.int64)
    if not len(signed):
        return scope
    everyone = np.arange(len(contributors))
    following = np.searchsorted(signed, everyone)
    covered = following < len(signed)
    signer = signed[np.minimum(following, len(signed) - 1)]
    covered &= (section == section[signer]) & (signer != everyone)
    for entry in np.flatnonzero(covered).tolist():
        contributors[entry] = contributors[int(signer[entry])]
        scope[entry] = "inherited"
    return scope
