"""What a page prints around its text: running heads, page numbers, contents lines, index lines.

Belongs here: telling these lines from text, one verdict a line. Does not belong here: whether such a line lies
inside an entry (a page break in its middle) or between two, which the order of entries decides.

A number alone on a line may be a page or a cell of a table, and a repeated short line may be a running head or the
heading 概况 of every chapter. Neither is believed by its looks alone: the neighbours or the sequence must agree.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.text.segment.lines import BULLET, CLAUSE, OPEN, STOP, Bool, Codes, Int, Lines

_DIGIT = "[0-9０-９]"
_SIDE = r"[·•・‧\-—–－~～|‖\s]+"
_PAGE = re.compile(
    rf"{_SIDE}{_DIGIT}{{1,4}}{_SIDE}|第\s*{_DIGIT}{{1,4}}\s*页(?:[\s　，,/]*共\s*{_DIGIT}{{1,4}}\s*页)?"
)
_BARE = re.compile(rf"{_DIGIT}{{1,4}}")
_RUNNING = re.compile(
    rf"(?:{_DIGIT}{{1,4}}[\s　·]+)?(?:(?:19|20)\d\d年?卷?[\s　]*)?[《〈]?[\u4e00-\u9fff·]{{2,14}}年[\s　]?鉴[》〉]?"
    rf"(?:[\s　·•（(\-—]*(?:19|20)\d\d(?:年?卷|年版|年)?[）)]?)?(?:[\s　·•\-—]*{_DIGIT}{{1,4}}[\s　·•\-—]*)?"
)
_RUNNING_LATIN = re.compile(r"(?:\d{1,4} +)?[A-Z][A-Za-z ]{1,30}YEARBOOK(?: +\d{1,4}){0,2}")
_HAS_DIGIT = re.compile(r"\d")
_LEADER = r"(?:…{2,}|(?:[.·．•][ \u3000]*){4,}|‥{2,}|[—\-－]{5,}|_{4,})"
_CONTENTS = re.compile(rf".{{1,60}}?{_LEADER}[\s　]*[（(\[]?{_DIGIT}{{1,4}}[)）\]]?")
_CONTENTS_PLAIN = re.compile(rf"[\u4e00-\u9fff“《【].{{0,40}}?[\s　/／（(]+{_DIGIT}{{1,4}}[)）]?")
_CONTENTS_TITLE = re.compile(r"目[\s　]*[录錄次]|CONTENTS|Contents")
_COLUMN = r"\d{1,4}[a-d左中右]"
_INDEX = re.compile(
    rf"[\u4e00-\u9fff“《A-Za-z][^，。；！？：]{{0,40}}?[\s　]+{_COLUMN}(?:[\s　、,，]+{_COLUMN})*"
)
_INDEX_PLAIN = re.compile(
    rf"[\u4e00-\u9fff“《A-Za-z][^。；！？]{{0,40}}?[\s　,，]+{_COLUMN}?(?:[\s　、,，]+{_COLUMN}?)*|[A-Z]"
)
_INDEX_TITLE = re.compile(r"(?:主题|内容|条目|综合|人名|表格)?[\s　]*索[\s　]*引")

NONE, RUNNING_HEAD, PAGE_NUMBER, CONTENTS, INDEX_LINE = range(5)
ZONE = {
    RUNNING_HEAD: "running_head",
    PAGE_NUMBER: "page_number",
    CONTENTS: "contents",
    INDEX_LINE: "index_line",
}

_LONGEST = 72
# Neighbouring bare numbers belong to one sequence of pages when they differ by no more than this.
_PAGE_STEP = 3
# Characters that a page holds at least, and a running head at most.
_LEAST_PAGE = 120
_LONGEST_HEAD = 20


def find_furniture(lines: Lines, nonblank: Int, unfinished: Bool) -> npt.NDArray[np.uint8]:
    """One verdict a line of `lines` (0: text). `nonblank` are the lines with text, `unfinished` is by line."""
    verdict = np.zeros(len(lines.start), np.uint8)
    if not len(nonblank):
        return verdict
    first, last = lines.first[nonblank], lines.last[nonblank]
    length = last - first
    opening = lines.codes[first]
    closing = lines.codes[last - 1]
    digit_end = _is_digit(closing) | np.isin(closing, _codes("abcd左中右·•・-—–－页）)]"))
    doc = lines.doc[nonblank]
    bare: list[int] = []
    for k in np.flatnonzero((length <= _LONGEST) & digit_end).tolist():
        line = int(nonblank[k])
        text = lines.cut(line)
        if _BARE.fullmatch(text):
            bare.append(k)
        elif _PAGE.fullmatch(text):
            verdict[line] = PAGE_NUMBER
        elif _CONTENTS.fullmatch(text):
            verdict[line] = CONTENTS
        elif _INDEX.fullmatch(text):
            verdict[line] = INDEX_LINE
    _read_blocks(lines, nonblank, doc, length, opening, verdict)
    _running_titles(lines, verdict)
    _pages_by_sequence(lines, nonblank, doc, bare, verdict)
    _heads_by_sequence(lines, nonblank, doc, bare, verdict)
    _repeated_heads(lines, nonblank, doc, length, unfinished, verdict)
    _pages_by_neighbour(nonblank, doc, bare, verdict)
    return verdict


def _codes(characters: str) -> list[int]:
    return [ord(character) for character in characters]


def _is_digit(codes: Codes) -> Bool:
    return ((codes >= 0x30) & (codes <= 0x39)) | ((codes >= 0xFF10) & (codes <= 0xFF19))


def _read_blocks(
    lines: Lines, nonblank: Int, doc: Int, length: Int, opening: Codes, verdict: npt.NDArray[np.uint8]
) -> None:
    """After 目录 and 索引 the lines need no leaders: each runs on while it ends in a page number."""
    for k in np.flatnonzero((length <= 12) & np.isin(opening, _codes("目主内条综人表索Cc"))).tolist():
        text = lines.cut(int(nonblank[k]))
        if _CONTENTS_TITLE.fullmatch(text):
            kind, pattern = CONTENTS, _CONTENTS_PLAIN
        elif _INDEX_TITLE.fullmatch(text):
            kind, pattern = INDEX_LINE, _INDEX_PLAIN
        else:
            continue
        run, gap = k, 0
        for after in range(k + 1, len(nonblank)):
            line = int(nonblank[after])
            if doc[after] != doc[k] or gap > 2:
                break
            if verdict[line] or (length[after] <= _LONGEST and pattern.fullmatch(lines.cut(line))):
                run, gap = after, 0
            else:  # a chapter name without a page stands between lines that have one
                gap += 1
                if length[after] > 25:
                    break
        if run > k:
            here = nonblank[k : run + 1]
            verdict[here[verdict[here] == NONE]] = kind


def _running_titles(lines: Lines, verdict: npt.NDArray[np.uint8]) -> None:
    """`临江年鉴 2010`, `118　临江年鉴`: the title of the book alone on a line, with its year or a page."""
    text = lines.text
    for word, pattern in (("鉴", _RUNNING), ("YEARBOOK", _RUNNING_LATIN)):
        at = text.find(word)
        while at >= 0:
            line = int(np.searchsorted(lines.start, at, "right")) - 1
            cut = lines.cut(line)
            if len(cut) <= 40 and not verdict[line] and pattern.fullmatch(cut) and _HAS_DIGIT.search(cut):
                verdict[line] = RUNNING_HEAD
            at = text.find(word, max(at + 1, int(lines.end[line])))


def _pages_by_sequence(
    lines: Lines, nonblank: Int, doc: Int, bare: list[int], verdict: npt.NDArray[np.uint8]
) -> None:
    """Bare numbers that climb page by page through a document, with the text of a page between them, are its pages.

    Numbers of list items and cells climb as well, but little stands between those.
    """
    for one, other in pairwise(bare):
        begin, stop = int(lines.last[nonblank[one]]), int(lines.first[nonblank[other]])
        if doc[one] != doc[other] or stop - begin < _LEAST_PAGE:
            continue
        step = int(lines.cut(int(nonblank[other]))) - int(lines.cut(int(nonblank[one])))
        if 0 < step <= _PAGE_STEP and (lines.classes[begin:stop] & STOP).any():
            verdict[nonblank[one]] = PAGE_NUMBER
            verdict[nonblank[other]] = PAGE_NUMBER


def _repeated_heads(
    lines: Lines, nonblank: Int, doc: Int, length: Int, unfinished: Bool, verdict: npt.NDArray[np.uint8]
) -> None:
    """A short line beside a page number or the book's title, again and again or in mid-sentence: a running head."""
    page = np.isin(verdict[nonblank], (PAGE_NUMBER, RUNNING_HEAD))
    if not page.any():
        return
    beside = np.zeros(len(nonblank), bool)
    beside[1:] |= page[:-1] & (doc[1:] == doc[:-1])
    beside[:-1] |= page[1:] & (doc[1:] == doc[:-1])
    candidates = [
        (k, lines.cut(int(nonblank[k])))
        for k in np.flatnonzero(beside & ~page & (length <= _LONGEST_HEAD)).tolist()
        if _may_be_a_head(lines, int(nonblank[k]), verdict)
    ]
    counts = Counter((int(doc[k]), text) for k, text in candidates)
    # 概况 opens many pages by chance but stands elsewhere more often
    mostly = {key for key, count in counts.items() if count >= 3 and 2 * count > _occurrences(lines, *key)}
    heads = dict(candidates)
    for k, text in candidates:
        before = k - 1
        while before >= 0 and page[before]:
            before -= 1
        if k - before > 1 and heads.get(before) == text:
            continue  # the page's head, then its number, then the heading of the same name
        inside = before >= 0 and doc[before] == doc[k] and length[before] > 10
        if (int(doc[k]), text) in mostly or (inside and unfinished[nonblank[before]]):
            verdict[nonblank[k]] = RUNNING_HEAD


def _may_be_a_head(lines: Lines, line: int, verdict: npt.NDArray[np.uint8]) -> bool:
    kinds = lines.classes[lines.first[line] : lines.last[line]]
    return (
        verdict[line] == NONE
        and len(kinds) >= 2
        and not kinds[0] & (OPEN | BULLET)
        and not (kinds & (STOP | CLAUSE)).any()
    )


def _occurrences(lines: Lines, doc: int, text: str) -> int:
    begin, end = int(lines.doc_start[doc]), int(lines.doc_end[doc])
    return lines.text.count(f"\n{text}\n", max(begin - 1, 0), end + 1)


def _heads_by_sequence(
    lines: Lines, nonblank: Int, doc: Int, bare: list[int], verdict: npt.NDArray[np.uint8]
) -> None:
    """The same short line beside bare numbers that climb page by page: both are furniture."""
    seen: dict[tuple[int, str], list[tuple[int, int, int]]] = {}
    for k in bare:
        for other in (k - 1, k + 1):
            if not 0 <= other < len(nonblank) or doc[other] != doc[k]:
                continue
            line = int(nonblank[other])
            if lines.last[line] - lines.first[line] <= _LONGEST_HEAD and _may_be_a_head(lines, line, verdict):
                number = int(lines.cut(int(nonblank[k])))
                seen.setdefault((int(doc[k]), lines.cut(line)), []).append((number, k, other))
    for (_, text), places in seen.items():
        steps = [after[0] - before[0] for before, after in pairwise(places)]
        if (
            len(places) >= 3
            and not _HAS_DIGIT.search(text)
            and all(0 < step <= 2 * _PAGE_STEP for step in steps)
        ):
            for _, k, other in places:
                verdict[nonblank[k]] = PAGE_NUMBER
                verdict[nonblank[other]] = RUNNING_HEAD


def _pages_by_neighbour(nonblank: Int, doc: Int, bare: list[int], verdict: npt.NDArray[np.uint8]) -> None:
    """A bare number beside a running head is its page."""
    for k in bare:
        for other in (k - 1, k + 1):
            if (
                0 <= other < len(nonblank)
                and doc[other] == doc[k]
                and verdict[nonblank[other]] == RUNNING_HEAD
            ):
                verdict[nonblank[k]] = PAGE_NUMBER
