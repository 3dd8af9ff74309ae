"""Bytes to text: which encoding a file is in, and what of it could not be read.

Belongs here: telling UTF-8, UTF-16, UTF-32, GB18030 and Big5 apart, removing the byte-order mark, and
naming the places where bytes or characters were lost. Does not belong here: any change to the text itself.
Line ends, blanks and full-width forms stay as received, because every position in the warehouse counts them.

The order of the evidence matters. Chinese UTF-8 read as GB18030 nearly always "succeeds" and yields rubbish, so
UTF-8 is asked first and is believed even when a few bytes are damaged; UTF-16 without a mark is recognised by
what it decodes to; GB18030 is the last resort, and Big5 is taken only where its own frequent characters prove it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

REPLACEMENT = "\ufffd"

# A damaged file is still UTF-8 when at most this share of its non-ASCII characters failed: GB18030 read as UTF-8 loses
# more than two thirds. Where the bytes are clean GB18030, only slight damage is believed.
DAMAGE_TOLERATED = 0.5
DAMAGE_BESIDE_CLEAN_GB = 0.05
# Enough text to judge an encoding by; the whole file is decoded all the same.
SAMPLE_BYTES = 1 << 18
# One row a lost place is useful up to here; beyond it the file is broken as a whole and one row says so.
PLACES_NAMED = 100

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)

_LOST = re.compile(REPLACEMENT + "+")
_LATIN_MOJIBAKE = re.compile("[\u00a1-\u00ff]{4,}")
_HAN_RUN = re.compile("[\u3400-\u9fff\u3000-\u303f\uff00-\uffef\ue000-\uf8ff]{12,}")


@dataclass(frozen=True)
class Problem:
    """One place that could not be read: code points [start, end) of the text, a stable reason, a remedy."""

    reason: str
    start: int
    end: int
    detail: str


@dataclass(frozen=True)
class Decoded:
    """The text of a file as the warehouse keeps it, the encoding it was in, and what went wrong."""

    text: str
    encoding: str
    problems: tuple[Problem, ...]


def decode(data: bytes) -> Decoded:
    """Decode a received file without editing it.

    `data` is the whole file. The result's `text` has no byte-order mark; undecodable bytes stand as U+FFFD and
    are named in `problems` (`undecodable_bytes`), as is text that was already garbled when it came
    (`encoding_suspect`). Never raises: what can be read is read.

    >>> decode("【码头扩建】 全年完成投资1.2亿元。".encode("gb18030")).encoding
    'gb18030'
    """
    for mark, name, codec in _BOMS:
        if data.startswith(mark):
            return _finish(data[len(mark) :], name, codec)
    try:
        if b"\0" not in data:
            text = data.decode("utf-8")
            return Decoded(text, "utf-8", _suspicion(text, latin=_latin_letters(data) >= 4))
    except UnicodeDecodeError:
        pass
    name = _guess(data)
    return _finish(data, name, name)


def _finish(data: bytes, name: str, codec: str) -> Decoded:
    try:
        text = data.decode(codec)
        lost: tuple[Problem, ...] = ()
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
        lost = _lost_places(text, name)
    return Decoded(text, name, lost + _suspicion(text, already_lost=bool(lost)))


def _lost_places(text: str, name: str) -> tuple[Problem, ...]:
    runs = [m.span() for m in _LOST.finditer(text)]
    named = [
        Problem(
            "undecodable_bytes", start, end,
            f"bytes that are not {name} stand here as U+FFFD; ask for the file again or convert it to UTF-8",
        )
        for start, end in runs[:PLACES_NAMED]
    ]  # fmt: skip
    if len(runs) > PLACES_NAMED:
        first = runs[PLACES_NAMED]
        named.append(
            Problem(
                "undecodable_bytes", first[0], runs[-1][1],
                f"{len(runs) - PLACES_NAMED} more places up to here are not {name}; the file is damaged as a whole",
            )
        )  # fmt: skip
    return tuple(named)


# --- which encoding -------------------------------------------------------------------------------------------


def _guess(data: bytes) -> str:
    """The encoding of a file that is no clean UTF-8 or holds zero bytes."""
    sample = data[:SAMPLE_BYTES]
    utf16 = _guess_utf16(sample)
    if utf16:
        return utf16
    tolerated = DAMAGE_TOLERATED if _damage(sample, "gb18030") else DAMAGE_BESIDE_CLEAN_GB
    if _damage(sample, "utf-8") <= tolerated:
        return "utf-8"
    return _guess_double_byte(sample)


def _damage(sample: bytes, codec: str) -> float:
    """Share of the non-ASCII characters of `sample` that do not decode; 1.0 where nothing does."""
    text = sample.decode(codec, "replace")
    lost = text.count(REPLACEMENT)
    if not lost:
        return 0.0
    other = len(text) - sum(1 for _ in re.finditer("[\x00-\x7f]", text))
    return lost / max(other, 1)


def _guess_utf16(sample: bytes) -> str | None:
    """UTF-16 without a mark: the byte order in which nearly everything is a character such a book is made of."""
    even = sample[: len(sample) // 2 * 2]
    if not even:
        return None
    scores = {
        codec: _plausible(np.frombuffer(even, dtype))
        for codec, dtype in (("utf-16-le", "<u2"), ("utf-16-be", ">u2"))
    }
    best = max(scores, key=lambda codec: scores[codec])
    other = min(scores, key=lambda codec: scores[codec])
    return best if scores[best] >= 0.9 and scores[best] - scores[other] >= 0.05 else None


def _plausible(units: npt.NDArray[np.uint16]) -> float:
    """Share of UTF-16 units that are Han, CJK or full-width punctuation, printable ASCII or line ends."""
    u = units.astype(np.uint16)
    good = (
        ((u >= 0x4E00) & (u <= 0x9FA5))
        | ((u >= 0x20) & (u <= 0x7E))
        | ((u >= 0x3000) & (u <= 0x301F))
        | ((u >= 0xFF01) & (u <= 0xFF5E))
        | ((u >= 0x2010) & (u <= 0x2026))
        | (u == 0x0A)
        | (u == 0x0D)
        | (u == 0x09)
        | (u == 0xA0)
    )
    return float(good.mean())


def _guess_double_byte(sample: bytes) -> str:
    """GB18030, unless the bytes are clean Big5 made of Big5's frequent characters and are not so in GB."""
    try:
        codecs.getincrementaldecoder("big5")().decode(sample)
    except UnicodeDecodeError:
        return "gb18030"
    gb, big5 = _frequent_share(sample, gb=True), _frequent_share(sample, gb=False)
    return "big5" if big5 >= 0.95 and gb <= 0.8 else "gb18030"


_GB_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_GB_FREQUENT = re.compile(
    rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]"
)  # GB 2312 symbols and its 3755 common characters
_BIG5_FREQUENT = re.compile(
    rb"[\xa1-\xa3\xa4-\xc6][\x40-\x7e\xa1-\xfe]"
)  # Big5 symbols, its 5401 common ones


def _frequent_share(sample: bytes, *, gb: bool) -> float:
    pairs = _GB_PAIR.findall(sample)
    if not pairs:
        return 0.0
    frequent = _GB_FREQUENT if gb else _BIG5_FREQUENT
    return sum(1 for pair in pairs if frequent.fullmatch(pair)) / len(pairs)


# --- garbled before it came -----------------------------------------------------------------------------------


def _latin_letters(data: bytes) -> int:
    """Characters U+0080–U+00FF of a UTF-8 text, the no-break space and the middle dot of Chinese prose left out."""
    letters = data.count(b"\xc3") + data.count(b"\xc2")
    return letters - data.count(b"\xc2\xa0") - data.count(b"\xc2\xb7") if letters >= 4 else letters


def _suspicion(text: str, *, already_lost: bool = False, latin: bool = True) -> tuple[Problem, ...]:
    """Signs that the text was garbled before it was saved; at most one problem, at the first garbled run.

    Three signs, each all but impossible in sound Chinese prose: long runs of Latin-1 letters (GB bytes shown as
    Western text, `È«ÄêÍê³É`), Han runs which are valid UTF-8 once written in GB18030 again (`鍏ㄥ勾`), and
    replacement characters that the file itself contains.
    """
    if not text:
        return ()
    found = (_first_latin_run(text) if latin else None) or _first_double_encoded_run(text)
    if not found and not already_lost and REPLACEMENT in text:
        start = text.index(REPLACEMENT)
        found = (
            start,
            start + 1,
            "characters were already lost when the file was saved (U+FFFD in the text)",
        )
    if not found:
        return ()
    start, end, why = found
    return (Problem("encoding_suspect", start, end, f"{why}; ask for the original file"),)


def _first_latin_run(text: str) -> tuple[int, int, str] | None:
    for match in _LATIN_MOJIBAKE.finditer(text):
        try:
            match.group().encode("latin-1").decode("gb18030")
        except UnicodeDecodeError:
            try:
                match.group().encode("latin-1").decode("utf-8")
            except UnicodeDecodeError:
                continue
        return match.start(), match.end(), "a run of Western letters that are the bytes of Chinese characters"
    return None


def _first_double_encoded_run(text: str) -> tuple[int, int, str] | None:
    for match in _HAN_RUN.finditer(text, 0, 20_000):
        try:
            data = match.group().encode("gb18030")
            # the last character may be cut where the run ends
            again, _ = codecs.utf_8_decode(data, "strict", False)
        except UnicodeError:
            continue
        if len(again) * 2 >= len(data) // 2:
            return match.start(), match.end(), "a run of Han characters that is UTF-8 misread as GB18030"
    return None
