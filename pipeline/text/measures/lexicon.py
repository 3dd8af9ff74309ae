"""The word lists behind measured phrases: one trie that text is cut by, one that knows head nouns.

Here: loading measure_words.csv, heads.csv, scopes.csv, period_words.csv and the cue words, and what a word of each
kind may do. Not here: what is done with the words around a number (`phrases`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set, leftmost

KINDS = (
    "head", "keep", "measure_verb", "time", "adverb", "link", "light", "preposition", "right", "joint",
    "scope", "basis", "change", "share", "target", "distribute", "of_which", "of", "rank", "growth", "attribute",
    "division", "date",
)  # fmt: skip
"""head: a noun; keep: keeps its characters together; measure_verb: a verb that may be what is measured (死亡);
light: another verb; link: a copula or verb of support (为, 完成); right: ends a phrase right of a number; growth: a
noun of growth (增幅); attribute: a class that is no thing (省级). The others are what their names say."""
KIND = {name: n for n, name in enumerate(KINDS)}
DIVISION, DATE = -2, -1
"""Numbers of the words that stand for any name of a division and for any date."""

SUFFIXES = code_set(
    "率量额数费线馆站场者机车品业林园田厂具器剂款金法仪所院校部室会社店库房屋楼塔坝渠井路桥池塘庄苗料材油粉丝布纸酒药奖牌证书报刊剧片曲员林粮衣户犯赛"
)
"""Last characters that make a noun of three: 出口额, 收购量, 防护林."""

_OF_CUES = {
    "basis": "basis", "change": "change", "compared": "change", "level": "link", "bound_left": "link", "share": "share",
    "target": "target", "distribute": "distribute", "of_which": "of_which", "neutral": "keep",
}  # fmt: skip
_JOINTS = ("和", "及", "与", "以及", "或", "并", "而")
_GROWTH = (
    "增幅", "增速", "增长率", "涨幅", "降幅", "跌幅", "升幅", "增长幅度", "增长速度", "递增率", "减幅",
)  # fmt: skip
_HIGHER = ("高于", "低于", "多于", "少于", "快于", "慢于", "优于", "超过", "超出", "高出", "低出", "多出")
_BARE_BASES = ("比", "较", *_HIGHER)
_RATIO_BASES = (
    "为", "是", "完成", "达", "达到", "相当于", "分别为", "分别是", "仅为", "约为", "等于",
    "不到", "不足", "接近", "将近",
)  # fmt: skip
_VALUE_BASES = ("与", "由", "从", "和", "同")
_CUTTING_CHARACTERS = frozenset("有为达占是比较向对由从被把将给在于至到获内的")
_NEVER_PEELED = frozenset(("head", "keep", "measure_verb", "right", "growth", "attribute", "division"))
_NEVER_CUT = frozenset(("head", "keep", "measure_verb", "right", "adverb", "joint", "growth", "attribute"))
_NEVER_LED = frozenset(("head", "keep", "measure_verb", "growth", "attribute"))
_ALWAYS_STOPS = frozenset(
    (
        "basis",
        "change",
        "share",
        "target",
        "distribute",
        "of_which",
        "of",
        "joint",
        "date",
        "link",
        "preposition",
        "rank",
    )
)

RATIO_BASE, VALUE_BASE, BARE_BASE = 1, 2, 4
"""Bits of `base`: before the base of a share or ratio (占…的), before a value compared with (比1985年的), and what
follows is only compared with (高于全省平均水平)."""


@dataclass(frozen=True)
class Uses:
    """What words may do, one item a word: of a list (`MeasureWords`) or of a text (`Tokens`).

    Attributes:
        kind: index into KINDS of each word.
        peeled: the word is no part of a phrase that ends right before a number.
        cuts: a phrase begins after the word, wherever it stands.
        led: the word is taken off the beginning of a phrase.
        stops: a phrase right of a number ends before the word.
        acts: a word of doing, which ends a phrase right of a count of people: 300人观看.
        verb: the word may itself say what is counted, where nothing else does.
        base: the bits RATIO_BASE, VALUE_BASE, BARE_BASE.
    """

    kind: Ints
    peeled: Bools
    cuts: Bools
    led: Bools
    stops: Bools
    acts: Bools
    verb: Bools
    base: Ints


@dataclass(frozen=True)
class MeasureWords(Uses):
    """Word lists as tries, with flags for each word.

    Attributes:
        words: everything that text is cut by; the longest word wins.
        scope: for scope words, (scope, territory); else None.
        period: for words of time, what they say (`year+0`); else "".
        heads: head nouns, read backwards. head_of: for each word, its number among them, or -1.
        core: how many of the last characters of a head noun are the head itself (在校学生: 2).
        stock: head nouns counted at a moment (人口, 余额).
        measuring: head nouns that money, energy and rates can be said of (收入, 面积).
    """

    words: Trie
    scope: tuple[tuple[str, str] | None, ...]
    period: tuple[str, ...]
    heads: Trie
    head_of: Ints
    core: Ints
    stock: Bools
    measuring: Bools


@dataclass(frozen=True)
class Tokens(Uses):
    """Listed words of a block in order: number of the word, start and end in the view, and what each may do."""

    word: Ints
    start: Ints
    end: Ints
    ended: NDArray[np.int32]  # for each place of the view, how many words end at or before it
    begun: NDArray[np.int32]  # and how many begin before it

    @classmethod
    def of(
        cls, codes: Codes, lists: MeasureWords, dates: tuple[Ints, Ints], names: tuple[Ints, Ints]
    ) -> Tokens:
        """Cut a block into listed words.

        Args:
            codes: the view. lists: the words.
            dates, names: starts and ends of dates and of names of divisions; each is one word of its own, and a
                listed word that reaches into one is dropped.
        """
        word, start, end = lists.words.anywhere(codes)
        for (begin, stop), label in ((names, DIVISION), (dates, DATE)):
            if len(begin):
                start, end, word = _with_spans(len(codes), start, end, word, begin, stop, label)
        keep = leftmost(start, end)
        # one word before the text, so that looking for the last word before a place always finds one
        word, start, end = (
            np.append(first, column[keep]) for first, column in ((DATE, word), (0, start), (0, end))
        )
        return cls(
            **{use.name: getattr(lists, use.name).take(word) for use in fields(Uses)},
            word=word,
            start=start,
            end=end,
            ended=_counted(len(codes), end),
            begun=_counted(len(codes), start + 1),
        )

    def ending_by(self, places: Ints) -> Ints:
        """Index of the last word that ends at or before each place."""
        return self.ended.take(places).astype(np.int64) - 1

    def from_on(self, places: Ints) -> Ints:
        """Index of the first word that begins at or behind each place; the last word where there is none."""
        return np.minimum(self.begun.take(places).astype(np.int64), len(self.start) - 1)


def _counted(size: int, places: Ints) -> NDArray[np.int32]:
    """For each place of a block, how many of `places` (each at most once) are at or before it."""
    count = np.zeros(size + 2, np.int32)
    count[places] = 1
    return np.cumsum(count, dtype=np.int32)


def _with_spans(
    size: int, start: Ints, end: Ints, word: Ints, begin: Ints, stop: Ints, label: int
) -> tuple[Ints, Ints, Ints]:
    """Words outside the spans [begin, stop), and the spans themselves as words with the number `label`."""
    edge = np.zeros(size + 1, np.int8)
    np.add.at(edge, begin, np.int8(1))
    np.add.at(edge, stop, np.int8(-1))
    covered = np.zeros(size + 2, np.int32)
    np.cumsum(np.cumsum(edge, dtype=np.int8) > 0, dtype=np.int32, out=covered[1:])
    free = np.flatnonzero(covered.take(end) == covered.take(start))
    start = start.take(free)
    at = np.searchsorted(start, begin, "right")
    return (
        np.insert(start, at, begin),
        np.insert(end.take(free), at, stop),
        np.insert(word.take(free), at, label),
    )


@lru_cache(maxsize=4)
def load_measure_words(folder: Path) -> MeasureWords:
    """Read the word lists of `folder` (seeds/lexicons).

    A word of several lists takes the kind of the first of them: joints, growth, scopes, periods, cues of change and
    share, measure words, cues of level, words that only stop, heads.

    Raises:
        FileNotFoundError: a list is missing.
        KeyError: a word has a kind that is not in KINDS.
    """
    scopes = {row["surface"]: (row["scope"], row["territory"]) for row in _rows(folder / "scopes.csv")}
    periods = {row["surface"]: row["period"] for row in _rows(folder / "period_words.csv")}
    measure_words = _rows(folder / "measure_words.csv")
    heads = _rows(folder / "heads.csv")
    kind_of = dict.fromkeys(_JOINTS, "joint") | {"的": "of"} | dict.fromkeys(_GROWTH, "growth")
    kind_of |= dict.fromkeys(scopes, "scope") | dict.fromkeys(periods, "time")
    cues = list(_cue_words(_rows(folder / "cues.csv")))
    for word, kind in cues:
        if kind != "link":
            kind_of.setdefault(word, kind)
    for row in measure_words:
        if row["kind"] != "right":
            kind_of.setdefault(row["surface"], row["kind"])
    for word, kind in [
        *cues,
        *((row["surface"], "right") for row in measure_words if row["kind"] == "right"),
    ]:
        kind_of.setdefault(word, kind)
    for row in heads:
        if len(row["surface"]) > 1:
            kind_of.setdefault(row["surface"], "head")
    stops = {row["surface"] for row in measure_words if row["stops_right"] == "true"}
    words = sorted(kind_of)
    number = {row["surface"]: n for n, row in enumerate(heads)}
    pairs = [*((word, kind_of[word]) for word in words), ("", "division"), ("", "date")]
    return MeasureWords(
        words=Trie.of(words),
        kind=np.array([KIND[kind] for _, kind in pairs], np.int64),
        peeled=_flags(kind not in _NEVER_PEELED or (kind == "right" and len(w) > 1) for w, kind in pairs),
        cuts=_flags(
            kind not in _NEVER_CUT and (len(w) != 1 or w in _CUTTING_CHARACTERS) for w, kind in pairs
        ),
        led=_flags(kind not in _NEVER_LED for _, kind in pairs),
        stops=_flags(w in stops or kind in _ALWAYS_STOPS for w, kind in pairs),
        acts=_flags(kind == "light" and len(w) > 1 for w, kind in pairs),
        verb=_flags(kind == "measure_verb" or (kind == "light" and len(w) > 1) for w, kind in pairs),
        base=np.array([_base(w, kind) for w, kind in pairs], np.int64),
        scope=(*(scopes.get(word) for word in words), None, None),
        period=(*(periods.get(word, "") for word in words), "", ""),
        heads=Trie.of([row["surface"] for row in heads], backwards=True),
        head_of=np.array([*(number.get(word, -1) for word in words), -1, -1], np.int64),
        core=np.array([*(len(row["head"] or row["surface"]) for row in heads), 0], np.int64),
        stock=_flags([*(row["nature"] == "stock" for row in heads), False]),
        measuring=_flags([*(row["measuring"] == "true" for row in heads), False]),
    )


def _cue_words(rows: Iterable[dict[str, str]]) -> Iterable[tuple[str, str]]:
    """The cue words that cut phrases, with their kinds."""
    for row in rows:
        kind, word = _OF_CUES.get(row["kind"]), row["surface"]
        if kind is None or row["value"] == "none":  # a word that only keeps a cue from being seen in it
            continue
        if kind == "basis" and word.endswith(("增", "减")):  # 比上年增长 is 比上年 and 增长
            continue
        if kind == "change" and word.startswith(_GROWTH):  # nouns
            continue
        if kind == "share" and not word.removeprefix("分别").lstrip("约仅共已均只也各").startswith(
            "占"
        ):  # 比重为
            continue
        if kind == "target" and word.startswith(("计划", "规划")):  # 计划投资 is what is measured
            continue
        yield word, kind


def _base(word: str, kind: str) -> int:
    if kind == "share" or word in _RATIO_BASES:
        return RATIO_BASE
    if word in _BARE_BASES:
        return VALUE_BASE | BARE_BASE
    if kind == "basis":
        if word.startswith(_HIGHER):  # 高于全省平均
            return VALUE_BASE | BARE_BASE
        return VALUE_BASE | RATIO_BASE if word.endswith("的") else VALUE_BASE
    return VALUE_BASE if word in _VALUE_BASES else 0


def _flags(values: Iterable[bool]) -> Bools:
    return np.array(list(values), np.bool_)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))
