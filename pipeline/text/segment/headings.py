"""Headings (类目, 分目, 章, 节, months of a chronicle) and entry titles that stand on a line without a mark.

Belongs here: which short lines head something, at which level, and which are the title of the entry below them.
Does not belong here: titles with marks (`titles`), running heads (`furniture`).

A short line proves nothing by itself: it may be a wrapped remainder, a cell of a table or a name. It must follow
something finished, look like a name of a subject, and be followed by what a heading heads. Where that is not so,
it stays text: a false heading cuts an entry in two and takes the signature from all before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from pipeline.text.segment.lines import (
    BLANKS,
    BULLETS,
    CLAUSE,
    OPEN,
    STOP,
    Bool,
    Int,
    Lines,
    close_spaced,
)

LONGEST = 25
_B = "[" + re.escape(BLANKS) + "]"
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff〇"
_HAN_NUMBER = "一二三四五六七八九十百零〇"
_NUMBER = f"[{_HAN_NUMBER}]"

_PART = re.compile(
    rf"第[\s　]*(?:{_NUMBER}+|\d{{1,3}})[\s　]*(?P<part>[编篇章节部卷辑目])(?:{_B}*(?P<name>[^。！？；，：]*))?"
)
_PART_LEVEL = {"卷": 1, "部": 1, "编": 1, "篇": 1, "辑": 1, "章": 2, "节": 3, "目": 4}
_NUMBERED = (
    (re.compile(rf"{_NUMBER}{{1,3}}[、．.]{_B}*(?P<name>.+)"), 4),
    (re.compile(rf"[（(]{_NUMBER}{{1,3}}[)）]{_B}*(?P<name>.+)|[㈠-㈩]{_B}*.+"), 5),
    (re.compile(rf"\d{{1,2}}[.．]\d{{1,2}}{_B}+(?P<name>[{_HAN}].+)"), 3),
    (re.compile(rf"\d{{1,2}}[.．]\d{{1,2}}[.．]\d{{1,2}}{_B}+(?P<name>[{_HAN}].+)"), 4),
    (re.compile(rf"\d{{1,2}}(?:[．、]|\.(?!\d)){_B}*(?P<name>.+)"), 6),
)
_OVERVIEW = re.compile(rf"(?:[{_HAN}]{{0,8}})(?:概况|综述|概述|基本情况|总述|概貌|概要|总情)")
_OVERVIEW_ALONE = re.compile(r"(?:基本|总体|主要)?(?:概况|综述|概述|情况|总述|概貌|总情)")
MONTH = re.compile(
    r"(?:(?:19|20)\d\d年)?(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]|正)月份?|(?:19|20)\d\d年"
)
_DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
CHRONICLE_DAY = re.compile(
    rf"[△▲●■◆★○◎]?{_B}*(?:{_DAY}(?:[～~\-—–至、]{_DAY})*日|同日|是日|[上中下]旬|月[初中底末]|[本是同当]月"
    r"|\d{1,2}月\d{1,2}日)"
    "|[△▲]"
)
_DATED = re.compile(
    rf"(?:\d{{1,4}}|{_NUMBER}{{1,4}}|[二〇○]{{2}}{_NUMBER}{{2}})(?:[～~\-—至、]\d{{1,2}})?"
    rf"(?:[月日]|年(?:$|\d|[初末底]|{_NUMBER}))|同日|是日|同月|是月"
    "|[年月][初中底末]$|[上中下]旬$|[全是本]年$"
)
# What a part of an entry is called, never a 分目.
_SUBHEAD = re.compile(
    "主要|具体|做法|措施|成效|成绩|特点|问题|原因|意义|名单|名录|如下|附|获奖|说明|工作(?:思路|目标)"
)
# Characters that begin a unit or a classifier: a number before one is an amount, and a heading states none.
_UNIT_FIRST = (
    "[万亿千百十余多来几元角美港吨人个家项次户亩公平米辆台件名位座条处所间册种类篇场倍成度级岁天小分秒斤克升瓦伏株棵头只匹艘架套张份页集首幅"
    "批组支款层栋幢孔口根块片面把瓶桶箱包袋立毫厘海英]"
)
_AMOUNT = re.compile(rf"(?<!第)(?:\d{_UNIT_FIRST}|(?<![第{_HAN_NUMBER}]){_NUMBER}+{_UNIT_FIRST})")
_CELLS = re.compile(rf"\d{_B}|{_B}\d|^[\d.,%％\-—…]+$|\d[.．]\d|[%％‰]$|(?<!第)\d{_UNIT_FIRST}")
_ROLE_LINE = re.compile(
    r"^(?:单位|表|图|注|附|续表|资料来源|说明|摄影|撰稿|供稿|编辑|责任编辑|主编|作者)(?=[：:\d\s　]|$)"
)
_NO_END = re.compile(r"[的了和与及或在为是、·\-—“‘《（(]$|…")
_STARTS = re.compile(rf"[{_HAN}“‘《A-Za-z\d]")
_BLANK_RUN = re.compile(rf"{_B}+")
_TWO_HAN = re.compile(rf"[{_HAN}].*[{_HAN}]|[A-Za-z]{{2,}}.*[{_HAN}]|[{_HAN}].*[A-Za-z]{{2,}}")


@dataclass
class Headings:
    """What was found, by row of the significant lines.

    `level` is that of each heading. `passing` are headings that name no section: months of a chronicle and lines
    below a title of a text (`（2009年）`, `——在市人民代表大会上`). `titles` stand alone on their line.
    """

    level: dict[int, int] = field(default_factory=dict)
    passing: set[int] = field(default_factory=set)
    titles: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Significant:
    """The lines that carry text and are no furniture, with what is known of each (arrays of one length)."""

    line: Int
    doc: Int
    titled: Bool  # a marked title opens the line
    apparatus: Bool  # label, note, caption, table row
    finished: Bool  # the line ends a sentence or a block
    marked_doc: Bool  # the document has titles with marks


def find_headings(lines: Lines, rows: Significant) -> Headings:
    """Headings and unmarked titles among the significant lines."""
    found = Headings()
    if not len(rows.line):
        return found
    candidate, plain = _candidates(lines, rows)
    n = len(rows.line)
    doc_first = np.ones(n, bool)
    doc_first[1:] = rows.doc[1:] != rows.doc[:-1]
    doc_last = np.ones(n, bool)
    doc_last[:-1] = doc_first[1:]
    at = np.flatnonzero(candidate)
    if not len(at):
        return found
    # A plain name alone between finished text and a title is nearly every heading there is.
    after = np.minimum(at + 1, n - 1)
    alone = np.append(np.diff(at) > 1, True) & np.insert(np.diff(at) > 1, 0, True)
    simple = alone & plain[at] & rows.titled[after] & ~doc_last[at]
    simple &= doc_first[at] | rows.finished[at - 1] | rows.apparatus[at - 1]
    found.level.update(dict.fromkeys(at[simple].tolist(), 2))
    at = at[~simple]
    runs = np.split(at, np.flatnonzero((np.diff(at) > 1) | doc_first[at[1:]]) + 1) if len(at) else []
    single: dict[int, list[int]] = {}  # by document: unmarked lines directly above text
    introduced: list[tuple[list[int], list[str]]] = []
    for run in runs:
        _judge_run(lines, rows, run.tolist(), doc_first, doc_last, found, single, introduced)
    own_line = {int(rows.doc[k]) for k in found.titles}
    for document, names in single.items():
        if len(names) >= 2 or (document in own_line and not doc_first[names[0]]):
            found.titles.extend(names)
        elif doc_first[names[0]]:
            found.level[names[0]] = 2
    headed = {int(rows.doc[k]) for k in found.level}
    for run_rows, texts in introduced:
        if int(rows.doc[run_rows[-1]]) in headed:
            _set_levels(found, run_rows, texts)
    _add_subtitles(lines, rows, found)
    found.titles.sort()
    return found


_SUBTITLE = re.compile(r"——[^。；，]{2,60}|[（(][^（）()。；]{2,60}[)）]")


def _add_subtitles(lines: Lines, rows: Significant, found: Headings) -> None:
    """Lines below a heading that only add to it stand with it, not with the text."""
    for heading in sorted(found.level):
        below = heading + 1
        if (
            below >= len(rows.line)
            or below in found.level
            or rows.titled[below]
            or rows.doc[below] != rows.doc[heading]
        ):
            continue
        line = int(rows.line[below])
        if _SUBTITLE.fullmatch(lines.text, int(lines.first[line]), int(lines.last[line])):
            found.level[below] = found.level[heading]
            found.passing.add(below)


def _candidates(lines: Lines, rows: Significant) -> tuple[Bool, Bool]:
    """Lines that may head something, and which of them are plain names."""
    first, last = lines.first[rows.line], lines.last[rows.line]
    length = last - first
    opening = lines.classes[first]
    short = (
        (length >= 2)
        & (length <= LONGEST)
        & ~rows.titled
        & ~rows.apparatus
        & ((opening & (OPEN | STOP)) == 0)
    )
    marks = np.flatnonzero((lines.classes & (STOP | CLAUSE)) != 0)
    short &= np.searchsorted(marks, first) == np.searchsorted(marks, last)
    begins, ends = first.tolist(), last.tolist()
    candidate, plain = np.zeros(len(rows.line), bool), np.zeros(len(rows.line), bool)
    for k in np.flatnonzero(short).tolist():
        text = lines.text[begins[k] : ends[k]]
        if _PLAIN.fullmatch(text):
            candidate[k] = plain[k] = True
        else:
            candidate[k] = _names_a_subject(bare_heading(text))
    return candidate, plain


_DECORATED = re.compile(rf"([·•—\-=＝*＊~～{BULLETS}])\1*{_B}*(?P<name>.*?){_B}*\1+")


def bare_heading(text: str) -> str:
    """A heading without what decorates it: bullets before it, marks on both its sides, blanks between its letters.

    >>> bare_heading("★ 荣　誉 ★")
    '荣誉'
    """
    decorated = _DECORATED.fullmatch(text)
    return close_spaced((decorated.group("name") if decorated else text).strip(_BULLETS_AND_BLANKS))


_BULLETS_AND_BLANKS = BULLETS + BLANKS


# Most candidates are plain names; these characters begin or end what needs the longer look.
_PLAIN = re.compile(
    f"(?![第正一二三四五六七八九十百零〇同是单表图注附续资说摄撰供编责主作年月上中下全本])[{_HAN}]{{1,24}}(?![的了和与及或在为是])[{_HAN}]"
)


def _names_a_subject(text: str) -> bool:
    if _PLAIN.fullmatch(text) or MONTH.fullmatch(text) or _PART.fullmatch(text):
        return True
    for pattern, _ in _NUMBERED:
        match = pattern.fullmatch(text)
        if match:
            text = (match.groupdict().get("name") or text).strip(BLANKS)
            break
    if not _STARTS.match(text) or not _TWO_HAN.search(text):
        return False
    if _DATED.match(text) or _CELLS.search(text) or _ROLE_LINE.search(text) or _NO_END.search(text):
        return False
    # `概　况` is a name with its letters spaced; `林大海　周平` is a list
    parts = _BLANK_RUN.split(text)
    return len(parts) == 1 or all(len(part) == 1 for part in parts)


def _numbered_level(text: str) -> int | None:
    part = _PART.fullmatch(text)
    if part:
        return _PART_LEVEL[part.group("part")]
    return next((level for pattern, level in _NUMBERED if pattern.fullmatch(text)), None)


def _judge_run(
    lines: Lines,
    rows: Significant,
    run: list[int],
    doc_first: Bool,
    doc_last: Bool,
    found: Headings,
    single: dict[int, list[int]],
    introduced: list[tuple[list[int], list[str]]],
) -> None:
    """Decide a run of candidate lines that follow one another, by what stands before and after it."""
    head, tail = run[0], run[-1]
    texts = [bare_heading(lines.cut(int(rows.line[k]))) for k in run]
    if not doc_first[head] and not _complete(lines, rows, head - 1) and not _firm(texts[0]):
        # The first line completes what stands above it.
        run, texts = run[1:], texts[1:]
        if not run:
            return
    if doc_first[run[0]] and doc_last[tail]:
        # A document of headings alone; one longer line, or one that states an amount, is a text without a stop.
        if (len(run) > 1 or len(texts[0]) <= 8) and not any(_AMOUNT.search(text) for text in texts):
            _set_levels(found, run, texts)
        return
    if doc_last[tail]:
        firm = [k for k, text in zip(run, texts, strict=True) if _PART.fullmatch(text)]
        _set_levels(found, firm, [lines.cut(int(rows.line[k])) for k in firm])
        return
    after = tail + 1
    if MONTH.fullmatch(texts[-1]):
        if CHRONICLE_DAY.match(
            lines.text, int(lines.first[rows.line[after]]), int(lines.last[rows.line[after]])
        ):
            found.passing.add(tail)
            _set_levels(found, [tail], texts[-1:])
            found.level[tail] = 3
            _set_levels(found, run[:-1][-3:], texts[:-1][-3:])
        return
    run, texts = _without_months(run, texts)
    if not run:
        return
    if rows.titled[after]:
        if not _is_list(texts):
            keep = 3 if len(run) <= 3 else 1
            _set_levels(found, run[-keep:], texts[-keep:])
        return
    if rows.marked_doc[run[-1]] and _introduces_titles(lines, rows, run, texts, doc_first):
        introduced.append((run, texts))
        return
    _above_text(lines, rows, run, texts, doc_first, found, single)


_NAMES = re.compile(rf"(?:[{_HAN}]{{1,4}}(?:{_B}+|、))+[{_HAN}]{{1,4}}")
_BODY_NAME = re.compile(
    r".{2,}(?:局|委|办|会|厅|院|科|室|队|站|所|公司|集团|中心|学校|中学|小学|大学|政府|银行|厂|村|社区)"
)


def _complete(lines: Lines, rows: Significant, above: int) -> bool:
    """Whether the line above is finished: a sentence, a part of the apparatus, a list of names."""
    if rows.finished[above] or rows.apparatus[above]:
        return True
    line = int(rows.line[above])
    return bool(_NAMES.fullmatch(lines.text, int(lines.first[line]), int(lines.last[line])))


def _firm(text: str) -> bool:
    """A line that is what it is wherever it stands: 第三章, 二、, a month of a chronicle."""
    return _numbered_level(text) is not None or bool(MONTH.fullmatch(text))


def _is_list(texts: list[str]) -> bool:
    """Lines of a list of bodies (the honoured, the members), which would else be headings of what follows."""
    bodies = sum(1 for text in texts if _BODY_NAME.fullmatch(text))
    return bodies >= 2 or any(re.search("名单|名录|一览", text) for text in texts[:-1])


def _introduces_titles(
    lines: Lines, rows: Significant, run: list[int], texts: list[str], doc_first: Bool
) -> bool:
    """A name of a subject between finished text and a short text that titled entries follow: a 分目 whose overview
    has no title. It counts in documents that show other headings; a part of a long entry looks the same but for
    its name."""
    if doc_first[run[0]] or len(run) > 2 or len(texts[-1]) > 15 or _numbered_level(texts[-1]) is not None:
        return False
    if any(_SUBHEAD.search(text) or _OVERVIEW_ALONE.fullmatch(text) for text in texts):
        return False
    after = run[-1] + 1
    first = int(rows.line[after])
    if not rows.finished[after] or lines.last[first] - lines.first[first] < 12:
        return False
    for k in range(after + 1, min(after + 5, len(rows.line))):
        if rows.doc[k] != rows.doc[after]:
            return False
        if rows.titled[k]:
            return True
    return False


def _without_months(run: list[int], texts: list[str]) -> tuple[list[int], list[str]]:
    kept = [(k, text) for k, text in zip(run, texts, strict=True) if not MONTH.fullmatch(text)]
    return [k for k, _ in kept], [text for _, text in kept]


def _above_text(
    lines: Lines,
    rows: Significant,
    run: list[int],
    texts: list[str],
    doc_first: Bool,
    found: Headings,
    single: dict[int, list[int]],
) -> None:
    """A run directly above text: headings of an untitled overview, numbered headings, or the title of the text."""
    last = run[-1]
    marked = bool(rows.marked_doc[last])
    level = _numbered_level(texts[-1])
    if _OVERVIEW_ALONE.fullmatch(texts[-1]) or (len(run) > 1 and _OVERVIEW.fullmatch(texts[-1])):
        _set_levels(found, run[:-1][-3:], texts[:-1][-3:])
        found.titles.append(last)
    elif level is not None and (not marked or level <= 3):
        if level == 6:
            return
        _set_levels(found, run[-6:], texts[-6:])
    elif marked:
        if doc_first[run[0]] and len(run) <= 3:
            _set_levels(found, run, texts)
    elif not _has_text_below(lines, rows, last):
        _set_levels(found, run[:-1] if doc_first[run[0]] else [], texts[:-1] if doc_first[run[0]] else [])
    elif len(run) == 1:
        single.setdefault(int(rows.doc[last]), []).append(last)
    elif len(run) <= 4 and len(texts[-1]) <= 20:
        _set_levels(found, run[:-1], texts[:-1])
        found.titles.append(last)


def _has_text_below(lines: Lines, rows: Significant, above: int) -> bool:
    """Whether the next line is text a title could stand over, and not a date or the name of who issued it."""
    below = int(rows.line[above + 1])
    return bool(rows.finished[above + 1]) or bool(lines.last[below] - lines.first[below] > 14)


def _set_levels(found: Headings, run: list[int], texts: list[str]) -> None:
    """Levels of headings that follow one another: their numbers say them, else the lowest is a 分目 (2)."""
    for position, (k, text) in enumerate(zip(run, texts, strict=True)):
        level = _numbered_level(text)
        below = len(run) - 1 - position
        found.level[k] = level if level is not None else max(1, 2 - below) if len(run) <= 2 else position + 1
