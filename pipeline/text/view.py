"""One block of documents as the array of character codes that the rules read.

Here: joining documents, folding characters that stand for one another (full width, traditional, compatibility
forms), and leaving out what a reader's eye skips: the break of a wrapped line, a blank between a figure and
its unit, zero-width characters. Every place in the view knows its place in the text as stored, which is never
edited. Not here: any meaning of the characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set, find, han

PAD = 32
"""Zeros on either side of a block, so that looking ahead or behind a few characters never leaves the array."""

SEPARATOR = "\f"

_WIDE = 0xFFFF  # stands in the view for any character beyond the basic plane
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\r"
_BLANKS = " \u00a0\u2002\u2003\u2009\u202f\u3000\t"
_BLANK = code_set(_BLANKS)
_THIN = code_set("\u2009\u202f\u00a0")
_SENTENCE_END = code_set("。！？；：!?;:…”’）)】》〉」』\n\f")
_PROSE_MARKS = "，。；、"
_PROSE = code_set(_PROSE_MARKS)
_OPENING = code_set("【〔〖［[「『■◆●▲★◇□※▌△○（(①②③④⑤⑥⑦⑧⑨⑩#＃*＊")
_DIGIT = code_set("0123456789")
_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DASH = code_set("～-—–")
_SYMBOL = code_set("%‰‱℃°㎡㎥㎢")
_IN_FIGURE = code_set("0123456789.Oo")
_SPELLED = code_set("〇○一二三四五六七八九")
_MULTIPLIER = code_set("万亿千百")
_OPENS_UNIT = code_set("余多元美港欧日平公千吨人户亩立米度辆台头只株斤担箱册件套座家个")
_AFTER_DECIMALS = code_set("万亿千%‰℃倍元吨亩斤担米里")


def fold_table(variants: Iterable[tuple[str, str]]) -> NDArray[np.uint16]:
    """The character that each character is read as; full-width digits and letters are built in.

    Args:
        variants: pairs of one character and the one that the word lists use, from seeds/lexicons/variants.csv.
    """
    table = np.arange(65536, dtype=np.uint16)
    for code in range(0xFF10, 0xFF1A):
        table[code] = code - 0xFEE0
    for first, last in ((0xFF21, 0xFF3A), (0xFF41, 0xFF5A)):
        table[first : last + 1] = np.arange(first, last + 1) - 0xFEE0
    for pair in (
        "％%",
        "．.",
        "／/",
        "－-",
        "−-",
        "＋+",
        "〜～",
        "~～",
        "∶:",
        "　 ",
        "\u00a0 ",
        "\u2009 ",
        "\u202f ",
    ):
        table[ord(pair[0])] = ord(pair[1])
    for variant, standard in variants:
        table[ord(variant)] = table[ord(standard)]
    return table


@dataclass(frozen=True)
class Block:
    """Documents read together.

    Attributes:
        text: the documents, joined by a form feed.
        codes: the folded view, with PAD zeros on both sides.
        place: for each item of `codes`, its position in `text`.
        documents: the number of each document in its table.
        base: where each document begins in `text`.
        mended: places of the view where a letter or a circle is read as a digit.
    """

    text: str
    codes: Codes
    place: Ints
    documents: Ints
    base: Ints
    mended: Ints

    def document_of(self, place: Ints) -> Ints:
        """Index into `documents` of the one that holds each position of `text`."""
        return np.searchsorted(self.base, place, "right") - 1

    def span(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Positions in `text` of spans of the view; a break left out inside a span stays inside it."""
        return self.place[start], self.place[end - 1] + 1


def text_codes(text: str) -> NDArray[np.uint32]:
    """The code points of a text as an array."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _basic_plane(text: str) -> Codes:
    """The characters of a text as 16-bit codes, _WIDE for those that do not fit."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    if len(units) == len(text):  # twice as fast as by way of 32 bits, and true of nearly every block
        return units
    return np.minimum(text_codes(text), _WIDE).astype(np.uint16)


def block_of(
    texts: Sequence[str],
    numbers: Ints,
    fold: NDArray[np.uint16],
    breaks: Ints,
    latin: Trie | None = None,
) -> Block:
    """Join documents into a block and build its view.

    Args:
        texts: the documents' texts.
        numbers: their numbers in the documents table.
        fold: the table of `fold_table`.
        breaks: positions in the joined text where a line break always stays one (ends of headings, titles, heads).
        latin: the units in Latin letters, which a blank may part from their figure (320 m³/s).
    """
    text = SEPARATOR.join(texts)
    raw = _basic_plane(text)
    lengths = np.fromiter((len(one) + 1 for one in texts), np.int64, len(texts))
    base = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)[:-1]))
    padded = np.zeros(len(raw) + 2 * PAD, np.uint16)
    padded[PAD : PAD + len(raw)] = raw
    codes = fold.take(padded)
    skip = _skipped(padded, codes, breaks + PAD, latin)
    if len(skip):
        keep = np.ones(len(codes), np.bool_)
        keep[skip] = False
        kept = np.flatnonzero(keep)
        codes, place = codes[kept], kept - PAD
    else:
        place = np.arange(-PAD, len(raw) + PAD, dtype=np.int64)
    codes, mended = _mended(codes)
    return Block(text, codes, place, numbers, base, mended)


def _skipped(raw: Codes, codes: Codes, breaks: Ints, latin: Trie | None) -> Ints:
    """Places that the view leaves out, in order."""
    found = [find(raw, _ZERO_WIDTH)]
    blank = find(raw, _BLANKS)
    if len(blank):  # 三　月 over the lines of a chronicle
        month = (codes[blank + 1] == ord("月")) & code_set("一二三四五六七八九十0123456789")[codes[blank - 1]]
        found.append(blank[month & code_set("\n\r\f\0")[raw[blank + 2]]])
        found.append(_blanks_beside_figures(raw, codes, blank, latin))
    newline = np.flatnonzero(raw == 10)
    if len(newline):
        found.append(_wraps(raw, codes, newline, breaks))
    return np.unique(np.concatenate(found))


def _blanks_beside_figures(raw: Codes, codes: Codes, blank: Ints, latin: Trie | None) -> Ints:
    """Single blanks between a figure and the Han character or symbol beside it, and blanks that group digits."""
    blank = blank[(raw[blank] != 0x3000) & ~_BLANK[raw[blank - 1]] & ~_BLANK[raw[blank + 1]]]
    left, right = codes[blank - 1], codes[blank + 1]
    beside = (_DIGIT[left] & (han(right) | _SYMBOL[right])) | (han(left) & _DIGIT[right])
    if latin is not None:
        parted = np.flatnonzero((_DIGIT[left] | _MULTIPLIER[left]) & latin.first[right])
        word, length = latin.at(codes, blank[parted] + 1)
        behind = codes[blank[parted] + 1 + length]
        whole = (word >= 0) & ~_LETTER[behind] & ((length > 1) | ~han(behind))  # 重5 t，, but not 表2 t检验
        beside[parted[whole]] = True
    inside = blank[_DIGIT[left] & _DIGIT[right]]
    multiplied = _MULTIPLIER[left] & _DIGIT[codes[blank - 2]] & _OPENS_UNIT[right]  # 4.87亿 元
    pointed = blank[((left == 0x2E) & _DIGIT[right]) | (_DIGIT[left] & (right == 0x2E))]
    return np.concatenate(
        (
            blank[beside | multiplied],
            inside[_splits_a_figure(raw, codes, inside)],
            pointed[_beside_a_point(raw, codes, pointed)],
        )
    )


def _beside_a_point(raw: Codes, codes: Codes, blank: Ints) -> Bools:
    """Which blanks beside a point stand in one figure: 人口12. 5万人, but not the list mark of 2. 5家企业."""
    begin = blank.copy()
    for _ in range(8):
        begin = begin - (_DIGIT[codes[begin - 1]] | (codes[begin - 1] == 0x2E))
    begin = begin - (_BLANK[raw[begin - 1]] & han(codes[begin - 2]))
    end = blank + 1
    for _ in range(8):
        end = end + (_DIGIT[codes[end]] | (codes[end] == 0x2E))
    end = end + _BLANK[raw[end]]
    whole = _DIGIT[codes[blank - 2]] | _DIGIT[codes[blank - 1]]
    return whole & han(codes[begin - 1]) & (han(codes[end]) | _SYMBOL[codes[end]])


def _splits_a_figure(raw: Codes, codes: Codes, inside: Ints) -> Bools:
    """Which blanks between digits stand inside one figure: 3 215 678人, 8 1.6亿元, 99.971 2%.

    The figure must touch a word on its left and a unit or stop on its right: columns of a table have blanks there.
    """
    begin, end = inside.copy(), inside + 1
    groups = inside < 0
    for _ in range(12):  # to the left over digits, points and further blanks of the same figure
        blank = _BLANK[raw[begin - 1]] & _DIGIT[codes[begin - 2]]
        more = _DIGIT[codes[begin - 1]] | (codes[begin - 1] == 0x2E) | blank
        begin = np.where(more, begin - 1, begin)
    for _ in range(12):
        blank = _BLANK[raw[end]] & _DIGIT[codes[end + 1]]
        more = _DIGIT[codes[end]] | ((codes[end] == 0x2E) & _DIGIT[codes[end + 1]]) | blank
        groups = groups | (blank & more)
        end = np.where(more, end + 1, end)
    spaced = _BLANK[raw[begin - 1]] & han(codes[begin - 2]) & han(codes[end]) & ~groups  # 藏书 186 500册
    apart = _BLANK[raw[end]] & (_MULTIPLIER | _OPENS_UNIT | _SYMBOL)[codes[end + 1]]
    apart &= han(codes[begin - 1]) | _PROSE[raw[begin - 1]]
    words = (
        (~_BLANK[raw[begin - 1]] | spaced)
        & ~_LETTER[codes[begin - 1]]
        & (codes[begin - 1] != 10)
        & (~_BLANK[raw[end]] | apart)
    )
    end = end + apart  # 6 843.7 万元
    words &= (
        han(codes[end]) | _SYMBOL[codes[end]] | _LETTER[codes[end]] | _PROSE[raw[end]] | _DASH[codes[end]]
    )
    width = np.zeros(len(inside), np.int64)
    for k in range(1, 5):
        width += (width == k - 1) & _DIGIT[codes[inside - k]]
    after = np.zeros(len(inside), np.int64)
    for k in range(1, 6):
        after += (after == k - 1) & _DIGIT[codes[inside + k]]
    grouped = (after == 3) & (width <= 3) & (codes[begin] != 0x30) | _THIN[raw[inside]]
    grouped |= (width == 3) & (codes[inside - 4] == 0x2E)  # after the point too
    decimal = (codes[inside - width - 1] == 0x2E) & (after <= 2)  # 3.1 4亿元
    broken = (width <= 2) & (after <= 3) & ((begin == inside - width) | decimal) & ~groups  # a blank by mistake
    named = han(codes[end]) | _SYMBOL[codes[end]] | _LETTER[codes[end]]
    return words & (
        grouped | (broken & named & han(codes[begin - 1])) | (broken & named & (codes[begin - 1] == 0x3001))
    )


def _wraps(raw: Codes, codes: Codes, newline: Ints, breaks: Ints) -> Ints:
    """Line breaks in the middle of a sentence: printed lines of one paragraph, not lines of a list or a table.

    The line before must not end a sentence, the next must not open a title or a note, and one of the two must
    read as prose: a comma or stop in either, or twenty characters before the break.
    """
    before = newline - 1 - (raw[newline - 1] == 13)
    after = newline + 1
    joins = ~_SENTENCE_END[raw[before]] & ~_OPENING[raw[after]] & ~_BLANK[raw[after]] & ~_BLANK[raw[before]]
    joins &= (
        (raw[before] != 10) & (raw[after] != 10) & (raw[after] != 13) & (raw[before] != 0) & (raw[after] != 0)
    )
    prose = find(raw, _PROSE_MARKS)
    edge = np.append(find(raw, "\n\f"), len(raw) - 1)
    order = np.searchsorted(edge, newline)
    begin = np.where(order > 0, edge[np.maximum(order - 1, 0)], 0)
    end = edge[np.minimum(order + 1, len(edge) - 1)]
    reads = (np.searchsorted(prose, end) > np.searchsorted(prose, begin)) | (newline - begin >= 20)
    stays = np.zeros(len(raw) + 1, np.bool_)
    stays[breaks] = True
    return newline[joins & reads & ~stays[newline]]


def _raised_points(codes: Codes) -> Ints:
    """Middle dots that older books set for the decimal point (12·6万亩), not those of dates (“5·12”, 3·15晚会)."""
    dots = find(codes, "·")
    dots = dots[_DIGIT[codes[dots - 1]] & _DIGIT[codes[dots + 1]]]
    after = dots + 2
    for _ in range(3):
        after = after + _DIGIT[codes[after]]
    metric = (codes[after] == ord("公")) & code_set("里斤顷尺担")[codes[after + 1]]
    return dots[_AFTER_DECIMALS[codes[after]] | metric]


def _mended(codes: Codes) -> tuple[Codes, Ints]:
    """Letters O and l for 0 and 1 inside a figure, 〇 ○ among Arabic digits and 0 O among Chinese ones, and where."""
    points = _raised_points(codes)
    if len(points):
        codes = codes.copy()
        codes[points] = 0x2E
    suspects = find(codes, "OolI○〇")
    suspects = suspects[_IN_FIGURE[codes[suspects - 1]] | _IN_FIGURE[codes[suspects + 1]]]
    noughts = find(codes, "0O")
    noughts = noughts[_SPELLED[codes[noughts - 1]]]
    if not len(suspects) and not len(noughts):
        return codes, suspects
    fixed = codes.copy()
    for at in noughts:  # 二00九年, 一九九O年
        end = at
        while codes[end] in (0x30, 0x4F):
            end += 1
        if _SPELLED[codes[end]] or (codes[end] == ord("年") and _SPELLED[codes[at - 2]]):
            fixed[at:end] = 0x3007
    for at in suspects:
        code, before, after = codes[at], fixed[at - 1], codes[at + 1]
        if code in (0x4F, 0x6F):
            end = at
            while codes[end] in (0x4F, 0x6F):
                end += 1
            follow = codes[end]
            inside = _DIGIT[before] or (before == 0x2E and _DIGIT[fixed[at - 2]])
            closed = _DIGIT[follow] or han(codes[end : end + 1])[0] or follow in (0x25, 0x2E)
            opens = han(codes[at - 1 : at])[0] and after == 0x2E and _DIGIT[codes[at + 2]]  # 增长O.5%
            if opens or (inside and closed and not _joined_letter(fixed, int(at))):
                fixed[at] = 0x30
        elif code in (0x6C, 0x49):
            if _DIGIT[after] and (_DIGIT[before] or _PROSE[before] or han(codes[at - 1 : at])[0]):
                fixed[at] = 0x31
        elif _DIGIT[before]:
            fixed[at] = 0x30
    changed = np.union1d(suspects, noughts)
    return fixed, changed[fixed[changed] != codes[changed]]


def _joined_letter(codes: Codes, at: int) -> bool:
    """Whether the digits before a place hang on a letter, as in CO2 or B2O."""
    before = at - 1
    while _DIGIT[codes[before]] or codes[before] == 0x2E:
        before -= 1
    return bool(_LETTER[codes[before]])
