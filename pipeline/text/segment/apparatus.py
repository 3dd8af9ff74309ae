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
    rf"附?表{_B}*{_NUMBER}(?:{_B}|{_HAN}|$)|续{_B}*表|(?:计量)?单位{_B}*[：:]"
    r"|[^。，；]{2,30}(?:统计表|一览表|情况表|明细表|名录表|对照表)$"
)
_CAPTION = re.compile(rf"[上下左右]?图片?为|附?图{_B}*{_NUMBER}(?:{_B}|{_HAN}|$)")
_SHOT = "(?:摄影|摄|供图)"
_CREDIT = re.compile(
    rf"(?:[（(](?:[^（）()。文撰稿]{{0,20}}?{_SHOT}|{_SHOT}[：:/／]?[^（）()。]{{1,16}})[)）]"
    rf"|{_B}{_HAN}{_B}?{_HAN}{{1,2}}{_B}*[/／]?摄)$"
)
_OF_WHICH = re.compile(rf"[#＃]{_B}*{_HAN}|其中{_B}*[：:]?{_B}*{_HAN}+{_B}+[\d\-—…]")
# A row of a flattened table: a label and numbers (or the marks for none) set apart by blanks.
_CELL = r"(?:[\d０-９][\d０-９.,，．]*[%％‰]?|[-－—–…]+[\d.,]*|\.\.\.|[xX×]{2,})"
_ROW = re.compile(rf"[^。；！？]*?(?:{_B}+{_CELL})+{_B}*|[\d.,，\-－—…%]+")

_FIRST = frozenset("附注备说资数来续表计单图上下左右*＊#＃其①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
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
    taken = {row[0] for row in found}
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
    found.extend(_table_rows(lines, text_lines, titled, doc, heads, taken))
    found.sort()
    return found


def _table_rows(
    lines: Lines, text_lines: Int, titled: Bool, doc: Int, heads: list[int], taken: set[int]
) -> list[tuple[int, int, int, str]]:
    """The rows under a table's head: short lines without a sentence, until text, a title or a gap in their form."""
    found: list[tuple[int, int, int, str]] = []
    head_set = set(heads)
    for head in heads:
        misses = 0
        pending: list[tuple[int, int, int, str]] = []
        for k in range(head + 1, len(text_lines)):
            line = int(text_lines[k])
            if doc[k] != doc[head] or titled[k] or k in head_set:
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
            else:  # a header line or a row label without numbers
                pending.append(row)
                misses += 1
                if misses > 2:
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
