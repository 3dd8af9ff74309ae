"""Text as a table of lines: where each begins and ends, and what its first and last characters are.

Belongs here: character classes and the line table that every later step of segmentation reads. A line ends at a
line break, and also where a bracketed title stands in the middle of a line (`…投入使用。【河道清淤】 …`): extraction
loses line breaks, and such a title opens a line of its own. Does not belong here: what a line means.

All documents of a call are looked at as one text joined by line breaks, so that the cost is a cost per character
and not per document. Positions are code points of that joined text until `segment` hands them back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.unsignedinteger]

# Character classes, one bit each.
BLANK, BREAK, STOP, CLAUSE, OPEN, CLOSE, BULLET, ENDING = (1 << bit for bit in range(8))

BLANKS = " \t\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff\u202f\u205f\r" + "".join(
    chr(c) for c in range(0x2000, 0x200B)
)
BREAKS = "\n\x0b\x0c\x85\u2028\u2029"
STOPS = "。！？；!?;…"
CLAUSES = "，,：:"
OPENERS = "【〖〔［[「『"
CLOSERS = "】〗〕］]」』"
PAIRS = dict(zip(OPENERS, CLOSERS, strict=True))
BULLETS = "■◆●▲★◇□※▌◎☆▼▶◈❖"
# Marks that may follow the stop of a sentence and still end it.
ENDINGS = "”’）)」』》〉】〗\"'"


def _class_table() -> npt.NDArray[np.uint8]:
    table = np.zeros(1 << 16, np.uint8)
    for characters, bit in (
        (BLANKS, BLANK), (BREAKS, BREAK), (STOPS, STOP), (CLAUSES, CLAUSE),
        (OPENERS, OPEN), (CLOSERS, CLOSE), (BULLETS, BULLET), (ENDINGS, ENDING),
    ):  # fmt: skip
        for character in characters:
            table[ord(character)] |= bit
    return table


_CLASSES = _class_table()
_STRETCH = 1 << 16
# Blank runs at the ends of a line are stripped this many characters at a time in the whole table, then per line.
_STRIP_ROUNDS = 48


@dataclass(frozen=True)
class Lines:
    """One row a line, in order. `start` to `end` holds the line without its break, `first` to `last` its text.

    A blank line has `first == last == start`. `doc` is the number of its document. `codes` and `classes` hold the
    code point and the class of each character of `text`.
    """

    text: str
    codes: Codes
    classes: npt.NDArray[np.uint8]
    brackets: Int  # positions of all brackets that may enclose a title
    doc_start: Int  # of each document in the joined text
    doc_end: Int
    start: Int
    end: Int
    first: Int
    last: Int
    doc: Int

    def cut(self, line: int) -> str:
        """The text of a line without the blanks around it."""
        return self.text[self.first[line] : self.last[line]]


def join(texts: Sequence[str]) -> tuple[str, Int, Int]:
    """Join documents by line breaks: the joined text and where each document starts and ends in it."""
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    starts = np.zeros(len(texts), np.int64)
    np.cumsum(lengths[:-1] + 1, out=starts[1:])
    return "\n".join(texts), starts, starts + lengths


def code_points(text: str) -> Codes:
    """The code points of a text, in 16 bits where they fit (they do, but for rare characters of names)."""
    narrow = text.encode("utf-16-le", "surrogatepass")
    if len(narrow) == 2 * len(text):
        return np.frombuffer(narrow, "<u2")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def read_lines(texts: Sequence[str]) -> Lines:
    """The line table of some documents."""
    text, doc_start, doc_end = join(texts)
    codes = code_points(text)
    classes = _classify(codes)
    if "\r" in text:
        _split_at_bare_returns(codes, classes)
    breaks = np.flatnonzero((classes & BREAK) != 0)
    brackets = np.flatnonzero((classes & (OPEN | CLOSE)) != 0)
    inner = _titles_inside(text, codes, classes, brackets)
    start = np.concatenate([[0], breaks + 1, inner])
    end = np.concatenate([breaks, [len(text)]])
    if len(inner):
        start = np.sort(start)
        end = np.sort(np.concatenate([end, inner]))
    first, last = _strip(classes, start, end)
    doc = np.searchsorted(doc_start, start, "right") - 1
    return Lines(text, codes, classes, brackets, doc_start, doc_end, start, end, first, last, doc)


def _classify(codes: Codes) -> npt.NDArray[np.uint8]:
    """The class of each character, looked up in stretches that stay in the processor's cache."""
    classes = np.empty(len(codes), np.uint8)
    for begin in range(0, len(codes), _STRETCH):
        stretch = codes[begin : begin + _STRETCH]
        index = stretch if codes.itemsize == 2 else np.minimum(stretch, 0xFFFF)
        np.take(_CLASSES, index, out=classes[begin : begin + _STRETCH], mode="clip")
    return classes


def _split_at_bare_returns(codes: Codes, classes: npt.NDArray[np.uint8]) -> None:
    """A carriage return before a line feed is a blank; alone it breaks a line."""
    returns = np.flatnonzero(codes == 13)
    following = codes[np.minimum(returns + 1, len(codes) - 1)]
    classes[returns[(following != 10) | (returns + 1 == len(codes))]] = BREAK


def _titles_inside(text: str, codes: Codes, classes: npt.NDArray[np.uint8], brackets: Int) -> Int:
    """Positions of `【` and `〖` that open a title in the middle of a line: after a finished sentence, closed soon."""
    found = []
    for opener, closer in ("【】", "〖〗"):
        at = brackets[codes[brackets] == ord(opener)]
        before = at - 1
        for _ in range(_STRIP_ROUNDS):
            blank = (before >= 0) & ((classes[before] & BLANK) != 0)
            if not blank.any():
                break
            before -= blank
        kind = classes[np.maximum(before, 0)]
        inside = at[(before >= 0) & ((kind & (STOP | ENDING)) != 0) & ((kind & BREAK) == 0)]
        for position in inside.tolist():
            close = text.find(closer, position, position + 42)
            if close > 0 and _opens_text(text, position, close):
                found.append(position)
    return np.array(sorted(found), np.int64)


def _opens_text(text: str, position: int, close: int) -> bool:
    """Whether a bracket inside a line can be a title: it ends on this line, and text of its own follows it there."""
    if "\n" in text[position:close] or text[before_char(text, position)] in "；;…":
        return False
    return not re.match(f"[{re.escape(BLANKS)}]*(?:[{re.escape(BREAKS)}]|$)", text[close + 1 : close + 40])


_BLANK_RUN = re.compile("[" + re.escape(BLANKS) + "]+")


def close_spaced(text: str) -> str:
    """A short name whose letters are set apart (`概　况`) without the blanks; any other text as it is."""
    parts = _BLANK_RUN.split(text)
    return "".join(parts) if 1 < len(parts) <= 5 and all(len(part) == 1 for part in parts) else text


def before_char(text: str, position: int) -> int:
    """Index of the last character before `position` that is not blank; -1 where there is none."""
    position -= 1
    while position >= 0 and text[position] in BLANKS:
        position -= 1
    return position


def skip_blanks(classes: npt.NDArray[np.uint8], start: Int, end: Int) -> Int:
    """For each stretch, where its first character that is no blank stands; its end where there is none."""
    at = start.copy()
    padded = np.append(classes, np.uint8(0))
    for _ in range(_STRIP_ROUNDS):
        blank = (at < end) & ((padded[at] & BLANK) != 0)
        if not blank.any():
            return at
        at += blank
    for row in np.flatnonzero((at < end) & ((padded[at] & BLANK) != 0)).tolist():
        solid = np.flatnonzero((classes[at[row] : end[row]] & BLANK) == 0)
        at[row] = at[row] + int(solid[0]) if len(solid) else end[row]
    return at


def _strip(classes: npt.NDArray[np.uint8], start: Int, end: Int) -> tuple[Int, Int]:
    first = skip_blanks(classes, start, end)
    size = len(classes)
    last = size - skip_blanks(classes[::-1], size - end, size - first)
    empty = first >= last
    return np.where(empty, start, first), np.where(empty, start, last)
