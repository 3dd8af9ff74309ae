"""What belongs to an entry without being its text: notes, captions, flattened tables, cross-references.

Belongs here: finding these lines and clauses. They stay inside the entry before them; a zone says where they are.
Does not belong here: the references' targets, the cells of a table.
"""

from __future__ import annotations

import re

import numpy as np

from pipeline.text.segment.lines import BLANKS, STOP, Bool, Int, Lines

_B = "[" + re.escape(BLANKS) + "]"

_HAN = "[\u4e00-\u9fff]"
_NOTE = re.compile(
    rf"(?:附?注|备注|说明|附|资料来源|数据来源|来源){_B}*[：:]|注{_B}*\d{_B}*[：:.．]|[①-⑳]{_B}*[^\s]"
    rf"|[*＊]{{1,3}}{_B}*[^\s*＊]"
)
_NUMBER = r"(?:\d+|[一二三四五六七八九十]+)(?:[-—－.．]\d+)*"
_TABLE_HEAD = re.compile(
    rf"附?表{_B}*{_NUMBER}(?:{_B}|{_HAN}|$)|附[：:][^。，；]{{2,30}}表$|续{_B}*表|(?:计量)?单位{_B}*[：:]"
    r"|[^。，；]{2,30}(?:统计表|一览表|情况表|明细表|名录表|对照表)$"
)
_CAPTION = re.compile(
    rf"[上下左右]?图片?为|摄影{_B}*[：:]|[（(]?(?:照片|图片)由[^。]{{1,20}}提供[)）]?$|附?图{_B}*{_NUMBER}(?:{_B}|{_HAN}|$)"
)
_SHOT = "(?:摄影|摄|供图)"
_CREDIT = re.compile(
    rf"(?:[（(](?:[^（）()。文撰稿]{{0,20}}?{_SHOT}|{_SHOT}[：:/／]?[^（）()。]{{1,16}})[)）]"
    rf"|{_B}{_HAN}{_B}?{_HAN}{{1,2}}{_B}*[/／]?摄)$"
)
_OF_WHICH = re.compile(rf"[#＃]{_B}*{_HAN}|其中{_B}*[：:]?{_B}*{_HAN}+{_B}+[\d\-—…]")
# A row of a flattened table: a label and numbers (or the marks for none) set apart by blanks.
_CELL = r"(?:[\d０-９][\d０-９.,，．]*[%％‰]?|[-－—–…]+[\d.,]*|\.\.\.|[xX×]{2,})"
_ROW = re.compile(rf"[^。；！？]*?(?:{_B}+{_CELL})+{_B}*|[\d.,，\-－—…%]+")

# Two such rows, one below the other, are a table even where its head is lost.
_PLAIN_ROW = re.compile(rf"(?:[\u4e00-\u9fffA-Za-z（）()、·#＃：:]{{1,20}})(?:{_B}+{_CELL})+")
_HEADER = re.compile(rf"[^。；！？，\n]{{1,40}}(?:{_B}+[^\s。；！？，]{{1,20}})+")
_NUMBERED_NOTE = re.compile(r"\d{1,2}[.．、]")

_FIRST = frozenset("摄照图（(附注备说资数来续表计单图上下左右*＊#＃其①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_LONGEST_CAPTION = 80


def find_apparatus(lines: Lines, text_lines: Int, titled: Bool) -> list[tuple[int, int, int, str]]:
    """Lines that are notes, captions or table rows: (row of `text_lines`, start, end, zone kind), in order."""
    if not len(text_lines):
        return []
    first, last = lines.first[text_lines], lines.last[text_lines]
    length = last - first
    opening = lines.codes[first]
    closing = lines.codes[last - 1]
    doc = lines.doc[text_lines]
    found: list[tuple[int, int, int, str]] = []
    heads: list[int] = []
    by_first = np.isin(opening, [ord(c) for c in _FIRST])
    table_name = (closing == ord("表")) & (length <= 36)
    for k in np.flatnonzero((by_first | table_name) & ~titled).tolist():
        start, end = int(first[k]), int(last[k])
        if (
            _TABLE_HEAD.match(lines.text, start, end)
            and end - start <= 60
            and lines.text[end - 1] not in "。；"
        ):
            heads.append(k)
            found.append((k, start, end, "table"))
        elif _CAPTION.match(lines.text, start, end) and end - start <= _LONGEST_CAPTION:
            found.append((k, start, end, "caption"))
        elif _NOTE.match(lines.text, start, end):
            found.append((k, start, end, "note"))
        elif _OF_WHICH.match(lines.text, start, end) and lines.text[end - 1] not in "。；，":
            heads.append(k)
            found.append((k, start, end, "table"))
    found.extend(_further_notes(lines, text_lines, doc, found))
    taken = {row[0] for row in found}
    starts = [head + 1 for head in heads] + _headless_tables(lines, text_lines, length, titled)
    for k in np.flatnonzero(np.isin(closing, [ord("）"), ord(")"), ord("摄")])).tolist():
        start, end = int(first[k]), int(last[k])
        if k in taken:
            continue
        credit = _CREDIT.search(lines.text, max(start, end - 40), end)
        if credit:
            whole = not titled[k] and end - start <= _LONGEST_CAPTION
            whole = whole and not (lines.classes[start : credit.start()] & STOP).any()
            found.append((k, start if whole else credit.start(), end, "caption"))
            taken.add(k)
    found.extend(_table_rows(lines, text_lines, titled, starts, set(heads), taken))
    found.sort()
    return found


def _further_notes(
    lines: Lines, text_lines: Int, doc: Int, found: list[tuple[int, int, int, str]]
) -> list[tuple[int, int, int, str]]:
    """`2.…`, `3.…` on the lines after `注：1.…`."""
    further: list[tuple[int, int, int, str]] = []
    for note, start, end, kind in found:
        if kind != "note" or not re.search(r"[：:]\s*1[.．、]", lines.text[start : min(end, start + 12)]):
            continue
        for k in range(note + 1, len(text_lines)):
            begin, stop = int(lines.first[text_lines[k]]), int(lines.last[text_lines[k]])
            if doc[k] != doc[note] or not _NUMBERED_NOTE.match(lines.text, begin, stop):
                break
            further.append((k, begin, stop, "note"))
    return further


def _headless_tables(lines: Lines, text_lines: Int, length: Int, titled: Bool) -> list[int]:
    """Where tables begin whose head is lost: at least two lines, one below the other, are rows of one.

    A line of cells above them without numbers is their header.
    """
    closing = lines.codes[lines.last[text_lines] - 1]
    numeric = ((closing >= 0x30) & (closing <= 0x39)) | np.isin(closing, [ord(c) for c in "%％‰—－-…"])
    rows = {
        k
        for k in np.flatnonzero(numeric & (length <= 100) & ~titled).tolist()
        if _PLAIN_ROW.fullmatch(lines.text, int(lines.first[text_lines[k]]), int(lines.last[text_lines[k]]))
    }
    starts = []
    for k in sorted(rows):
        if k - 1 in rows or k + 1 not in rows or lines.doc[text_lines[k]] != lines.doc[text_lines[k + 1]]:
            continue
        has_header = (
            k > 0
            and not titled[k - 1]
            and lines.doc[text_lines[k - 1]] == lines.doc[text_lines[k]]
            and _HEADER.fullmatch(lines.cut(int(text_lines[k - 1])))
        )
        starts.append(k - 1 if has_header else k)
    return starts


def _table_rows(
    lines: Lines, text_lines: Int, titled: Bool, starts: list[int], heads: set[int], taken: set[int]
) -> list[tuple[int, int, int, str]]:
    """The rows of tables from where each starts: short lines without a sentence, up to text, a title, another head
    or a gap in their form."""
    found: list[tuple[int, int, int, str]] = []
    for first in starts:
        misses = 0
        pending: list[tuple[int, int, int, str]] = []
        doc = lines.doc[text_lines[first - 1 if first - 1 in heads else first]]
        for k in range(first, len(text_lines)):
            line = int(text_lines[k])
            if lines.doc[line] != doc or titled[k] or k in heads:
                break
            start, end = int(lines.first[line]), int(lines.last[line])
            if end - start > 120 or lines.text[end - 1] in "。；！？":
                break
            if k in taken:
                continue
            row = (k, start, end, "table")
            if _ROW.fullmatch(lines.text, start, end):
                found.extend(pending)
                found.append(row)
                taken.update(item[0] for item in pending)
                taken.add(k)
                pending, misses = [], 0
            else:  # a header line or a label without numbers; cells may stand one a line
                pending.append(row)
                misses += 1 if end - start <= 12 else 4
                if misses > 12:
                    break
    return found


# --- cross-references -----------------------------------------------------------------------------------------

_THIS_BOOK = "本(?:书|卷|年鉴|志|刊)"
_PART_OF_BOOK = "类目|部类|分目|条目|栏目|篇|章|节"
_REFERENCE = re.compile(
    "(?:可?参见|详见|另见|并见|互见|可?参阅|见)"
    rf"(?:[“《【〈「][^”》】〉」\n]{{1,40}}[”》】〉」](?:{_PART_OF_BOOK})?(?:的?[^，。；\n）)]{{0,30}})?"
    rf"|(?:{_THIS_BOOK})?第?[\d一二三四五六七八九十]+(?:页|版)"
    rf"|附?[表图][\s　]?{_NUMBER}|附[录表图]|{_THIS_BOOK}[^，。；\n）)]{{0,40}}"
    rf"|[^，。；\n）)“”]{{1,24}}(?:{_PART_OF_BOOK})(?:的?[^，。；\n）)]{{0,30}})?)"
)
_BEFORE_VERB = frozenset("参详另并互")
_CLAUSE_START = frozenset("。！？；，、（(：:\n”》】" + BLANKS)


def find_cross_references(lines: Lines) -> tuple[list[int], list[int]]:
    """Starts and ends of the clauses that send the reader elsewhere (`参见农业类目的水利工程`, `见表3`)."""
    text = lines.text
    starts: list[int] = []
    ends: list[int] = []
    read = np.flatnonzero(lines.codes == ord("阅"))
    read = read[(read > 0) & (lines.codes[read - 1] == ord("参"))]
    seen = np.sort(np.concatenate([np.flatnonzero(lines.codes == ord("见")), read]))
    for at in seen.tolist():
        start = at - 1 if at and text[at - 1] in _BEFORE_VERB else at
        if start and text[start - 1] == "可" and start < at:
            start -= 1
        if start and text[start - 1] not in _CLAUSE_START:
            continue
        match = _REFERENCE.match(text, start)
        if match and (not ends or start >= ends[-1]):
            starts.append(start)
            ends.append(match.end())
    return starts, ends
