"""The order of a document: which items, end to end, it consists of.

Belongs here: bringing the finds of the single steps together, line by line, and cutting each document into items
(entries with and without title, headings, page furniture) that leave no gap and do not overlap. Does not belong
here: what an entry's columns hold (`entries`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.text.segment import furniture
from pipeline.text.segment.apparatus import find_apparatus, find_cross_references
from pipeline.text.segment.headings import Headings, Significant, bare_heading, find_headings
from pipeline.text.segment.lines import CLOSE, ENDING, STOP, Bool, Int, Lines, read_lines
from pipeline.text.segment.titles import Found, Titles, find_titles, lost_bold

# Kinds of items that tile a document.
TITLED, UNTITLED, HEADING, FURNITURE = range(4)

# (start, end, kind, level of a heading)
Zone = tuple[int, int, str, int | None]
# (reason, start, end, detail)
Notice = tuple[str, int, int, str]


@dataclass(frozen=True)
class Items:
    """The items of all documents in order: the line each opens with, its kind, document, and span."""

    line: Int
    kind: Int
    doc: Int
    start: Int
    end: Int


@dataclass
class Layout:
    """What is known of some documents once they are cut.

    `rows` are the significant lines: those with text that are no page furniture. `finished` is by line, `apparatus`
    and `marked` (the document has titles with marks) are by row and by document. Titles are in order of place.
    """

    lines: Lines
    rows: Int
    finished: Bool
    apparatus: Bool
    marked: Bool
    titles: Titles
    headings: Headings
    items: Items
    zones: list[Zone]
    notices: list[Notice]


def lay_out(texts: Sequence[str]) -> Layout:
    """Cut documents into items."""
    lines = read_lines(texts)
    nonblank = np.flatnonzero(lines.last > lines.first)
    finished = _finished(lines)
    verdict = furniture.find_furniture(lines, nonblank, ~finished)
    rows = nonblank[verdict[nonblank] == furniture.NONE]
    doc = lines.doc[rows]
    opens_doc = np.ones(len(rows), bool)
    opens_doc[1:] = doc[1:] != doc[:-1]
    complete = _complete_before(lines, rows, opens_doc, finished)

    found = find_titles(lines, rows, complete)
    titled = np.zeros(len(rows), bool)
    titled[np.searchsorted(rows, np.array(found.titles.line + found.used, np.int64))] = True
    marked = np.zeros(len(texts), bool)
    marked[lines.doc[np.array(found.titles.line, np.int64)]] = True
    _add_lost_bold(lines, rows, complete, found, titled, marked)

    zones: list[Zone] = []
    apparatus = _add_apparatus(lines, rows, found, titled, zones)
    headings = find_headings(lines, Significant(rows, doc, titled, apparatus, finished[rows], marked[doc]))
    _add_plain_titles(lines, rows, found.titles, headings)
    items = _cut(lines, rows, doc, opens_doc, verdict, found.titles, headings, zones)
    return Layout(
        lines, rows, finished, apparatus, marked, found.titles, headings, items, zones, found.notices
    )


def _finished(lines: Lines) -> Bool:
    """Lines that end a sentence, a quotation or a parenthesis."""
    if not len(lines.classes):
        return np.zeros(len(lines.start), bool)
    closing = lines.classes[np.maximum(lines.last - 1, 0)]
    return ((closing & (STOP | ENDING | CLOSE)) != 0) & (lines.last > lines.first)


def _complete_before(lines: Lines, rows: Int, opens_doc: Bool, finished: Bool) -> Bool:
    """Significant lines before which nothing is left open: the line above ended, is short, or leaves a gap."""
    above = rows[:-1]
    complete = np.ones(len(rows), bool)
    short = lines.last[above] - lines.first[above] <= 25
    complete[1:] = opens_doc[1:] | finished[above] | short | (rows[1:] - above > 1)
    return complete


def _add_lost_bold(lines: Lines, rows: Int, complete: Bool, found: Found, titled: Bool, marked: Bool) -> None:
    """In documents whose titles carry no marks, two blanks may be all that is left of a bold title."""
    for k in np.flatnonzero(complete & ~marked[lines.doc[rows]]).tolist():
        line = int(rows[k])
        place = lost_bold(lines, line)
        if place:
            start, end = place
            found.titles.add(line, start, start, end, end, lines.text[start:end], "blank")
            titled[k] = True
    marked[lines.doc[rows[titled]]] = True


def _add_plain_titles(lines: Lines, rows: Int, titles: Titles, headings: Headings) -> None:
    for k in headings.titles:
        line = int(rows[k])
        start, end = int(lines.first[line]), int(lines.last[line])
        titles.add(line, start, start, end, end, bare_heading(lines.text[start:end]), "line")
    titles.sort()


def _add_apparatus(lines: Lines, rows: Int, found: Found, titled: Bool, zones: list[Zone]) -> Bool:
    """Mark the lines that are notes, captions and tables, and add their zones and those of references."""
    apparatus = np.zeros(len(rows), bool)
    labelled = titled.copy()
    for line, start, _, kind in found.labels:
        k = int(np.searchsorted(rows, line))
        labelled[k] = apparatus[k] = True
        zones.append((start, int(lines.last[line]), kind, None))
    for k, start, end, kind in find_apparatus(lines, rows, labelled):
        apparatus[k] |= start == lines.first[rows[k]]
        zones.append((start, end, kind, None))
    starts, ends = find_cross_references(lines)
    zones.extend((start, end, "cross_reference", None) for start, end in zip(starts, ends, strict=True))
    return apparatus


# --- tiling ---------------------------------------------------------------------------------------------------


def _cut(
    lines: Lines,
    rows: Int,
    doc: Int,
    opens_doc: Bool,
    verdict: npt.NDArray[np.uint8],
    titles: Titles,
    headings: Headings,
    zones: list[Zone],
) -> Items:
    """Decide where items begin; each then ends where the next begins, and the first takes the blanks before it."""
    kind_of_row = np.full(len(rows), -1, np.int64)
    kind_of_row[np.searchsorted(rows, np.array(titles.line, np.int64))] = TITLED
    heading_rows = np.array(sorted(headings.level), np.int64)
    kind_of_row[heading_rows] = HEADING
    # text at the start of a document or under a heading is an entry without a title
    untitled = opens_doc.copy()
    untitled[heading_rows[heading_rows + 1 < len(rows)] + 1] = True
    kind_of_row[(kind_of_row == -1) & untitled] = UNTITLED

    opening = np.flatnonzero(kind_of_row >= 0)
    between = _between(lines, rows, doc, verdict, kind_of_row, zones)
    line = np.concatenate([rows[opening], between])
    kind = np.concatenate([kind_of_row[opening], np.full(len(between), FURNITURE, np.int64)])
    order = np.argsort(line, kind="stable")
    line, kind = line[order], kind[order]
    item_doc = lines.doc[line]
    first_of_doc = np.ones(len(line), bool)
    first_of_doc[1:] = item_doc[1:] != item_doc[:-1]
    start = np.where(first_of_doc, lines.doc_start[item_doc], lines.first[line])
    last_of_doc = np.append(first_of_doc[1:], True)[: len(line)]
    end = np.where(last_of_doc, lines.doc_end[item_doc], np.append(start[1:], 0)[: len(line)])
    level_of_line = {int(rows[k]): level for k, level in headings.level.items()}
    for item in np.flatnonzero((kind == HEADING) | (kind == FURNITURE)).tolist():
        at = int(line[item])
        name = "heading" if kind[item] == HEADING else furniture.ZONE[int(verdict[at])]
        zones.append((int(start[item]), int(end[item]), name, level_of_line.get(at)))
    return Items(line, kind, item_doc, start, end)


def _between(
    lines: Lines, rows: Int, doc: Int, verdict: npt.NDArray[np.uint8], kind_of_row: Int, zones: list[Zone]
) -> Int:
    """Furniture that lies between items: what follows opens an item, or the document ends. The rest, inside an
    entry that a page break cuts, becomes a zone of that entry."""
    found = np.flatnonzero(verdict != furniture.NONE)
    following = np.searchsorted(rows, found)
    inside = following < len(rows)
    opens = np.ones(len(found), bool)
    row = following[inside]
    opens[inside] = (doc[row] != lines.doc[found[inside]]) | (kind_of_row[row] >= 0)
    for line in found[~opens].tolist():
        zones.append(
            (int(lines.first[line]), int(lines.last[line]), furniture.ZONE[int(verdict[line])], None)
        )
    return found[opens]
