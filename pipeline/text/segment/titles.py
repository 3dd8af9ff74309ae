"""Entry titles and the marks that set them off.

Belongs here: bracketed titles of every kind with their repair, bullets, titles whose brackets or bold were lost, and
the bracketed labels (注 表 链接 …) that open no entry. Does not belong here: titles that stand on a line of their
own without any mark, which only their neighbours tell from headings (`headings`).

The common case, `【…】` closed on its line, is decided for all lines at once; everything else is rare and is looked at
line by line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from pipeline.text.segment.lines import (
    BLANK,
    BLANKS,
    BULLETS,
    CLOSERS,
    OPENERS,
    PAIRS,
    Bool,
    Int,
    Lines,
    close_spaced,
)

_B = "[" + re.escape(BLANKS) + "]"
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff〇"

# How far a missing or mismatched closing bracket is looked for, and how long a sound title may be (characters).
WINDOW = 30
LONGEST = 60

_COUNT = r"[\s　]*[\d一二三四五六七八九十]*(?:[-—－.．]\d+)*"
_LABEL = re.compile(
    r"(?P<note>附?注释?|备注|附记?|附录|说明|(?:相关|知识|资料)?链接|链接资料|(?:小|背景|相关)?资料|名词解释|小?知识|小贴士|延伸阅读)"
    rf"|(?P<table>附?表{_COUNT}|续表[\s　]*\d*)"
    rf"|(?P<caption>附?图{_COUNT}|图片|图注)"
    r"|(?P<cross_reference>参见|参阅|互见|另见)"
)
# A bracket after one of these is the object of a sentence (`参见【河道清淤】`), wherever the line was broken.
_OBJECT_OF = "见阅和与及、（(“《〈的为在将对"
_SENTENCE = re.compile("[。！？；!?;]")
_INNER_MARKS = re.compile("[。！？；，：!?;,:]")
_WIDE = rf"(?:\u3000|\t|{_B}{{2,}})"


@dataclass
class Titles:
    """Titles in order of place, one list a field. `inner` is inside the marks; `text` is null for an empty title."""

    line: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    inner_start: list[int] = field(default_factory=list)
    inner_end: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)
    mark: list[str] = field(default_factory=list)

    def add(
        self, line: int, start: int, inner_start: int, inner_end: int, end: int, text: str | None, mark: str
    ) -> None:
        self.line.append(line)
        self.start.append(start)
        self.inner_start.append(inner_start)
        self.inner_end.append(inner_end)
        self.end.append(end)
        self.text.append(text)
        self.mark.append(mark)

    def sort(self) -> None:
        """Bring the titles into the order of their places."""
        order = sorted(range(len(self.start)), key=self.start.__getitem__)
        if all(map(int.__eq__, order, range(len(order)))):
            return
        for name in ("line", "start", "inner_start", "inner_end", "end", "text", "mark"):
            values = getattr(self, name)
            setattr(self, name, [values[i] for i in order])


@dataclass
class Found:
    """What the look for marks found: titles, labels (line, start, end, zone kind), notices, lines used up.

    A notice is (reason, start, end, detail). A line is used up when a title broken by a line end runs into it.
    """

    titles: Titles
    labels: list[tuple[int, int, int, str]]
    notices: list[tuple[str, int, int, str]]
    used: list[int]


def find_titles(lines: Lines, text_lines: Int, finished_before: Bool) -> Found:
    """Titles that carry a mark, among `text_lines` (lines with text that are no page furniture).

    `finished_before` says of each of them whether the text before it, if any, had come to an end: a mark that may
    also stand in a sentence (`〔〕`, `［］`, `「」`, bullets) opens a title only then.
    """
    found = Found(Titles(), [], [], [])
    if not len(text_lines):
        return found
    opening = lines.codes[lines.first[text_lines]]
    lenticular = ((opening == ord("【")) | (opening == ord("〖"))) & ~_objects(lines, text_lines)
    slow = _closed_on_their_line(lines, text_lines, lenticular, found)
    for k in slow:
        _repair(lines, int(text_lines[k]), found)
    odd = np.isin(opening, [ord(c) for c in "〔［[「『"])
    for k in np.flatnonzero(odd & finished_before).tolist():
        _ambiguous_bracket(lines, int(text_lines[k]), found)
    _orphan_closers(lines, text_lines, finished_before, found)
    bullets = np.flatnonzero(np.isin(opening, [ord(c) for c in BULLETS]) & finished_before).tolist()
    marks = zip(found.titles.line, found.titles.mark, strict=True) if bullets else ()
    bracketed = {int(lines.doc[line]) for line, mark in marks if mark in "【〖"}
    for k in bullets:
        line = int(text_lines[k])
        _bullet(lines, line, int(lines.doc[line]) in bracketed, k, text_lines, found)
    found.titles.sort()
    return found


def _objects(lines: Lines, text_lines: Int) -> Bool:
    """Lines that the line above runs into (`另见⏎【湿地保护】`): their bracket is the object of a sentence."""
    objects = np.zeros(len(text_lines), bool)
    above = text_lines[:-1]
    runs_on = np.isin(lines.codes[lines.last[above] - 1], [ord(c) for c in _OBJECT_OF])
    objects[1:] = runs_on & (lines.doc[above] == lines.doc[text_lines[1:]])
    return objects


# --- brackets -------------------------------------------------------------------------------------------------


def _closed_on_their_line(lines: Lines, text_lines: Int, lenticular: Bool, found: Found) -> list[int]:
    """Take the sound `【…】` and `〖…〗` of all lines at once; return the rows that need a closer look."""
    slow: list[int] = []
    codes, brackets = lines.codes, lines.brackets
    for opener in "【〖":
        rows = np.flatnonzero(lenticular & (codes[lines.first[text_lines]] == ord(opener)))
        if not len(rows):
            continue
        openers = np.append(brackets[codes[brackets] == ord(opener)], len(codes))
        closers = np.append(brackets[codes[brackets] == ord(PAIRS[opener])], len(codes) + LONGEST)
        at = text_lines[rows]
        first, last = lines.first[at], lines.last[at]
        close = closers[np.searchsorted(closers, first)]
        following = openers[np.searchsorted(openers, first, "right")]
        sound = (close < last) & (close - first <= LONGEST) & (following > close)
        _add_sound(lines, at[sound], first[sound], close[sound], opener, found)
        slow.extend(rows[~sound].tolist())
    return sorted(slow)


_LABEL_FIRST = [ord(c) for c in "附注备说链相知资小背名延表续图参互另"]


def _add_sound(lines: Lines, line: Int, start: Int, close: Int, opener: str, found: Found) -> None:
    """Take titles that are closed on their line; single out labels, blanks inside, brackets with nothing inside."""
    text = lines.text
    begins, ends = (start + 1).tolist(), close.tolist()
    inner: list[str | None] = [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
    blanks = np.flatnonzero((lines.classes & BLANK) != 0)
    odd = np.searchsorted(blanks, start) < np.searchsorted(blanks, close)
    odd |= np.isin(lines.codes[np.minimum(start + 1, len(text) - 1)], _LABEL_FIRST) | (close == start + 1)
    labels: set[int] = set()
    for at in np.flatnonzero(odd).tolist():
        title = text[begins[at] : ends[at]].strip(BLANKS)
        inner[at] = close_spaced(title) or None
        if not title:
            detail = "the brackets hold no title; write it in"
            found.notices.append(("empty_title", begins[at] - 1, ends[at] + 1, detail))
        elif label := _LABEL.fullmatch(title):
            found.labels.append((int(line[at]), begins[at] - 1, ends[at] + 1, str(label.lastgroup)))
            labels.add(at)
    if labels:
        kept = np.array([at for at in range(len(line)) if at not in labels], np.int64)
        line, start, close = line[kept], start[kept], close[kept]
        inner = [inner[at] for at in kept.tolist()]
    titles = found.titles
    titles.line += line.tolist()
    titles.start += start.tolist()
    titles.inner_start += (start + 1).tolist()
    titles.inner_end += close.tolist()
    titles.end += (close + 1).tolist()
    titles.text += inner
    titles.mark += [opener] * len(inner)


def _repair(lines: Lines, line: int, found: Found) -> None:
    """A title whose bracket is not closed on its line by its own kind: broken by the line end, mixed or left open."""
    if line in found.used:
        return
    text = lines.text
    start, last = int(lines.first[line]), int(lines.last[line])
    opener = text[start]
    own = PAIRS[opener]
    doc_end = int(lines.doc_end[lines.doc[line]])
    window = text[start + 1 : min(start + 2 + WINDOW, last)]
    for at, character in enumerate(window):
        if character in OPENERS:
            inner_close = window.find(PAIRS[character], at)
            if inner_close < 0 or character == opener:
                break
        if character in CLOSERS and PAIRS.get(_opener_before(window[:at], character)) != character:
            end = start + 1 + at
            inner = text[start + 1 : end].strip(BLANKS)
            found.titles.add(line, start, start + 1, end, end + 1, inner or None, opener)
            if character != own:
                detail = f"opened by {opener}, closed by {character}; make the pair match"
                found.notices.append(("bracket_mismatch", start, end + 1, detail))
            return
        if _SENTENCE.match(character):
            break
    else:
        if start + 1 + len(window) >= last and _broken_by_line_end(lines, line, start, last, doc_end, found):
            return
    _left_open(lines, line, start, last, found)


def _opener_before(before: str, closer: str) -> str:
    """The opener of this closer's kind that is still open in `before`, or nothing."""
    opener = OPENERS[CLOSERS.index(closer)]
    return opener if before.count(opener) > before.count(closer) else ""


def _broken_by_line_end(lines: Lines, line: int, start: int, last: int, doc_end: int, found: Found) -> bool:
    """`【临江大桥⏎通车】`: the bracket is open at the line's end and closed near the start of the next."""
    text = lines.text
    following = line + 1
    if following >= len(lines.start) or lines.doc[following] != lines.doc[line]:
        return False
    begin, stop = int(lines.first[following]), int(lines.last[following])
    head = text[start + 1 : last]
    close = text.find(PAIRS[text[start]], begin, min(begin + WINDOW + 2, stop, doc_end))
    if close < 0 or close - begin + len(head) > WINDOW + 2:
        return False
    tail = text[begin:close]
    if _SENTENCE.search(head) or _SENTENCE.search(tail) or any(c in tail for c in "【〖"):
        return False
    title = (head.strip(BLANKS) + tail.strip(BLANKS)) or None
    found.titles.add(line, start, start + 1, close, close + 1, title, text[start])
    found.used.append(following)
    return True


_UNTIL_BLANK = re.compile(rf"([^。！？；，：!?;,:\n\r【】〖〗]{{2,{WINDOW}}}?)(?:{_B}+|$)")


def _left_open(lines: Lines, line: int, start: int, last: int, found: Found) -> None:
    text = lines.text
    opener = text[start]
    match = _UNTIL_BLANK.match(text, start + 1, last)
    end = match.end(1) if match else start + 1
    title = text[start + 1 : end].strip(BLANKS) or None
    found.titles.add(line, start, start + 1, end, end, title, opener)
    detail = f"{opener} is never closed; " + (
        "the title was read up to the first blank"
        if title
        else "no end of the title can be told, so it has none"
    )
    found.notices.append(("bracket_unbalanced", start, max(end, start + 1), detail))


def _ambiguous(opener: str) -> re.Pattern[str]:
    closers = "】〗〕］\\]" + ("」』" if opener in "「『" else "")
    return re.compile(rf"{re.escape(opener)}([^\n\r。！？；]{{0,{WINDOW}}}?)([{closers}])")


_AMBIGUOUS = {opener: _ambiguous(opener) for opener in "〔［[「『"}
_HAS_HAN = re.compile(f"[{_HAN}].*[{_HAN}]|^[{_HAN}]$")


def _ambiguous_bracket(lines: Lines, line: int, found: Found) -> None:
    """`〔…〕 ［…］ […] 「…」` at a line's start: a title unless it is a document number, a note mark or a quotation."""
    text = lines.text
    start, last = int(lines.first[line]), int(lines.last[line])
    opener = text[start]
    match = _AMBIGUOUS[opener].match(text, start, last)
    if not match:
        return
    inner = match.group(1).strip(BLANKS)
    if not _HAS_HAN.search(inner) or re.match(r"[\d０-９]", inner):
        return
    after = text[match.end() : last]
    if after[:1] in ("号", "，", "。", "、", "；", "：", "”", "》") and after:
        return
    if opener in "「『" and (match.group(2) != PAIRS[opener] or (after and after[0] not in BLANKS)):
        return
    label = _LABEL.fullmatch(inner)
    if label:
        found.labels.append((line, start, match.end(), str(label.lastgroup)))
        return
    found.titles.add(line, start, start + 1, match.end(1), match.end(), inner, opener)
    if match.group(2) != PAIRS[opener]:
        detail = f"opened by {opener}, closed by {match.group(2)}; make the pair match"
        found.notices.append(("bracket_mismatch", start, match.end(), detail))


def _orphan_closers(lines: Lines, text_lines: Int, finished_before: Bool, found: Found) -> None:
    """`机构改革】 全年…`: the opening bracket was lost; a short clean start of a line up to the closer is the title."""
    codes, text = lines.codes, lines.text
    closers = lines.brackets[np.isin(codes[lines.brackets], (ord("】"), ord("〗")))]
    closers = np.setdiff1d(closers, np.array(found.titles.inner_end, np.int64), assume_unique=True)
    if not len(closers):
        return
    first = lines.first[text_lines]
    row = np.searchsorted(first, closers, "right") - 1
    closers, row = closers[row >= 0], row[row >= 0]
    near = (closers - first[row] <= 20) & (closers < lines.last[text_lines[row]]) & finished_before[row]
    taken = set(found.titles.line) | {label[0] for label in found.labels} | set(found.used)
    for k, close in zip(row[near].tolist(), closers[near].tolist(), strict=True):
        line = int(text_lines[k])
        if line in taken:
            continue
        start = int(lines.first[line])
        inner = text[start:close]
        if len(inner) < 2 or _INNER_MARKS.search(inner) or any(c in OPENERS or c in CLOSERS for c in inner):
            continue
        if not re.match(f"[{_HAN}“《]", inner):
            continue
        taken.add(line)
        found.titles.add(line, start, start, close, close + 1, inner.strip(BLANKS), text[close])
        detail = f"{text[close]} was never opened; put the opening bracket before the title"
        found.notices.append(("bracket_unbalanced", start, close + 1, detail))


# --- bullets and lost bold ------------------------------------------------------------------------------------

_TITLE_WORDS = rf"[{_HAN}A-Za-z0-9“”‘’《》〈〉·•\-—～、（）()+&/]{{2,25}}"
_BULLET_RUN_IN = re.compile(rf"[{BULLETS}]{_B}*({_TITLE_WORDS}?)({_WIDE}|{_B})(?=[^\s])")
_BULLET_ALONE = re.compile(rf"[{BULLETS}]{_B}*({_TITLE_WORDS})")
_DATED = re.compile(
    r"(?:\d{1,4}|[一二三四五六七八九十]{1,3})(?:[～~\-—至、]\d{1,2})?[年月日]|同日|是日|当日|同月|是月|本月|[上中下]旬|月[初底末]|年[初底末]"
)
_NO_TITLE_END = re.compile(r"[的了和与及或在为是、]$")


def _is_title_text(title: str) -> bool:
    return bool(_HAS_HAN.search(title)) and not _DATED.match(title) and not _NO_TITLE_END.search(title)


def _bullet(lines: Lines, line: int, bracketed: bool, k: int, text_lines: Int, found: Found) -> None:
    """`■ 河道清淤　清淤12.6公里。` or `◆河道清淤` alone: a title; a bullet before a sentence is a list item."""
    text = lines.text
    start, last = int(lines.first[line]), int(lines.last[line])
    alone = _BULLET_ALONE.fullmatch(text, start, last)
    match = _BULLET_RUN_IN.match(text, start, last)
    if alone and not bracketed and k + 1 < len(text_lines):
        following = int(text_lines[k + 1])
        if lines.doc[following] != lines.doc[line] or text[int(lines.first[following])] in "【〖" + BULLETS:
            return
        if not _is_title_text(alone.group(1)):
            return
        found.titles.add(line, start, alone.start(1), alone.end(1), alone.end(1), alone.group(1), text[start])
    elif match and not alone:
        wide = len(match.group(2)) > 1 or match.group(2) in "\u3000\t"
        if (bracketed and not wide) or not _is_title_text(match.group(1)):
            return
        if not _SENTENCE.search(text, match.end(), last):
            return
        found.titles.add(line, start, match.start(1), match.end(1), match.end(1), match.group(1), text[start])


_LOST_BOLD = re.compile(rf"([{_HAN}A-Za-z0-9“”‘’《》·•\-—～（）]{{2,20}})(?:{_B}{{2,}}|\t)(?=[^\s])")


def lost_bold(lines: Lines, line: int) -> tuple[int, int] | None:
    """Where a title stands that only two blanks set off (`河道清淤  全年清淤12.6公里。`), or null.

    For documents whose titles carry no marks: the line goes on with a sentence, which a row of a table does not.
    """
    start, last = int(lines.first[line]), int(lines.last[line])
    match = _LOST_BOLD.match(lines.text, start, last)
    if not match or not _is_title_text(match.group(1)):
        return None
    rest = lines.text[match.end() : last]
    if len(rest) < 6 or not _SENTENCE.search(rest) or _SENTENCE.search(match.group(1)):
        return None
    return match.start(1), match.end(1)
