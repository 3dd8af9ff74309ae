"""The word lists behind measured phrases, from seeds/lexicons: one trie that cuts text, one that knows heads.

Here: loading measure_words.csv, heads.csv, scopes.csv and the cue words, and what each kind of word may do. Not
here: what is done at a number (`phrases`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set, leftmost

KINDS = ("head", "keep", "measure_verb", "time", "adverb", "link", "light", "preposition", "right", "joint", "scope", "basis", "change",
         "share", "target", "distribute", "of_which", "of", "date", "rank", "growth", "attribute")
KIND = {name: n for n, name in enumerate(KINDS)}
_OF_CUES = {"basis": "basis", "change": "change", "compared": "change", "level": "link", "bound_left": "link", "share": "share",
            "target": "target", "distribute": "distribute", "of_which": "of_which", "neutral": "keep"}
_JOINTS = ("和", "及", "与", "以及", "或", "并", "而")
_GROWTH = ("增幅", "增速", "增长率", "涨幅", "降幅", "跌幅", "升幅", "增长幅度", "增长速度", "递增率", "减幅")
_BARE = ("比", "较", "高于", "低于", "多于", "少于", "快于", "慢于", "优于")
_CUTS = frozenset("有为达占是比较向对由从被把将给在于至到获内")
_NEVER_PEELED = frozenset(("head", "keep", "measure_verb", "right", "growth", "attribute"))
_NEVER_CUT = frozenset(("head", "keep", "measure_verb", "right", "adverb", "joint", "growth", "attribute"))


@dataclass(frozen=True)
class MeasureWords:
    """Word lists as tries, with flags for each word.

    Attributes:
        words: everything that text is cut by, longest word first wins.
        kind: index into KINDS of each word.
        peeled: the word is no part of a phrase that ends right before a number.
        cuts: a phrase begins after the word, wherever it stands.
        led: the word is taken off the beginning of a phrase.
        stops: a phrase right of a number ends before the word.
        acts: a word of doing that ends a phrase right of a count of people: 300人观看.
        verb: the word may itself say what is counted, where nothing else does.
        base: 1 a word before the base of a share or ratio (占, 为), 2 before a value compared with (比), 3 either.
        heads: head nouns, read backwards. core: how many of the last characters are the head itself (在校学生: 2). stock: counted at a moment (人口, 余额). measuring: nouns of measuring (收入, 面积),
            which money, energy and rates can be said of.
        scope: for scope words, (scope, territory); else None.
    """

    words: Trie
    kind: Ints
    peeled: Bools
    cuts: Bools
    led: Bools
    stops: Bools
    acts: Bools
    verb: Bools
    base: Ints
    heads: Trie
    core: Ints
    stock: Bools
    measuring: Bools
    scope: tuple[tuple[str, str] | None, ...]


@dataclass
class Tokens:
    """Listed words of a block in order: number of the word, start and end in the view; -1 for the word of a date."""

    word: Ints
    start: Ints
    end: Ints
    kind: Ints
    peeled: Bools
    cuts: Bools
    led: Bools
    stops: Bools
    acts: Bools
    verb: Bools
    base: Ints

    @classmethod
    def of(cls, codes: Codes, lists: MeasureWords, date_start: Ints, date_end: Ints) -> Tokens:
        """Cut a block into listed words; a date is one word of its own, and words that reach into one are dropped."""
        places = np.flatnonzero(lists.words.first[codes])
        word, length = lists.words.at(codes, places)
        hit = np.flatnonzero(word >= 0)
        start, end, word = places[hit], places[hit] + length[hit], word[hit]
        if len(date_start):
            inside = np.zeros(len(codes) + 1, np.int64)
            np.add.at(inside, date_start, 1)
            np.add.at(inside, date_end, -1)
            covered = np.cumsum(np.cumsum(inside) > 0)
            free = covered[end - 1] == covered[start - 1]
            start, end, word = start[free], end[free], word[free]
        keep = leftmost(start, end)
        start, end, word = start[keep], end[keep], word[keep]
        if len(date_start):
            order = np.argsort(np.concatenate((start, date_start)), kind="stable")
            start = np.concatenate((start, date_start))[order]
            end = np.concatenate((end, date_end))[order]
            word = np.concatenate((word, np.full(len(date_start), -1)))[order]
        # one word before the text, so that looking for the last word before a place always finds one
        word, start, end = (np.concatenate((np.full(1, first), column)) for first, column in ((-1, word), (0, start), (0, end)))
        return cls(word, start, end, lists.kind[word], lists.peeled[word], lists.cuts[word], lists.led[word], lists.stops[word], lists.acts[word], lists.verb[word], lists.base[word])

    def of_kind(self, *names: str) -> Ints:
        """Indices of the words of some kinds."""
        return np.flatnonzero(np.isin(self.kind, [KIND[name] for name in names]))


@lru_cache(maxsize=4)
def load_measure_words(folder: Path) -> MeasureWords:
    """Read the word lists of `folder` (seeds/lexicons)."""
    kind_of: dict[str, str] = {}
    stops: set[str] = set()
    heads = _rows(folder / "heads.csv")
    scopes = {row["surface"]: (row["scope"], row["territory"]) for row in _rows(folder / "scopes.csv")}
    kind_of.update(dict.fromkeys(_JOINTS, "joint"))
    kind_of["的"] = "of"
    kind_of.update(dict.fromkeys(_GROWTH, "growth"))
    kind_of.update(dict.fromkeys(scopes, "scope"))
    for row in _rows(folder / "cues.csv"):
        name, word = _OF_CUES.get(row["kind"]), row["surface"]
        fused = name == "basis" and word.endswith(("增", "减"))  # 比上年增长 is 比上年 and 增长
        grown = name == "change" and word.startswith(_GROWTH)
        portion = name == "share" and not word.removeprefix("分别").lstrip("约仅共已均只也各").startswith("占")
        if name and not fused and not grown and not portion:
            kind_of.setdefault(word, name)
    for row in _rows(folder / "measure_words.csv"):
        kind_of.setdefault(row["surface"], row["kind"])
        if row["stops_right"] == "true":
            stops.add(row["surface"])
    for row in heads:
        if len(row["surface"]) > 1:
            kind_of.setdefault(row["surface"], "head")
    words = sorted(kind_of)
    names = [kind_of[word] for word in words] + ["date"]
    text = [*words, "   "]
    always = ("basis", "change", "share", "target", "of_which", "of", "joint", "date", "link", "preposition", "rank")

    def flags(values: list[bool]) -> Bools:
        return np.array(values, np.bool_)

    return MeasureWords(
        words=Trie.of(words),
        kind=np.array([KIND[name] for name in names], np.int64),
        peeled=flags([name not in _NEVER_PEELED for name in names]),
        cuts=flags([name not in _NEVER_CUT and (len(w) > 1 or w in _CUTS or name == "of") for w, name in zip(text, names, strict=True)]),
        led=flags([name not in ("head", "keep", "measure_verb", "growth", "attribute") for name in names]),
        stops=flags([w in stops or name in always or name == "distribute" for w, name in zip(text, names, strict=True)]),
        acts=flags([name == "light" and len(w) > 1 for w, name in zip(text, names, strict=True)]),
        verb=flags([name == "measure_verb" or (name == "light" and len(w) > 1) for w, name in zip(text, names, strict=True)]),
        base=np.array([_base(w, name) for w, name in zip(text, names, strict=True)], np.int64),
        heads=Trie.of([row["surface"] for row in heads], backwards=True),
        core=np.array([len(row["head"] or row["surface"]) for row in heads] + [0], np.int64),
        stock=flags([row["nature"] == "stock" for row in heads] + [False]),
        measuring=flags([row["measuring"] == "true" for row in heads] + [False]),
        scope=tuple(scopes.get(word) for word in words) + (None,),
    )


def _base(word: str, kind: str) -> int:
    if kind == "share" or word in ("为", "是", "完成", "达", "达到", "相当于", "分别为", "分别是", "仅为", "约为", "等于"):
        return 1
    if kind == "basis":
        return 3 if word.endswith("的") else 6 if word in _BARE else 2
    return 2 if word in ("与", "由", "从", "和", "同") else 6 if word in _BARE else 0


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


SUFFIXES = code_set("率量额数费线馆站场者机车品业林园田厂具器剂款金法仪所院校部室会社店库房屋楼塔坝渠井路桥池塘庄苗料材油粉丝布纸酒药奖牌证书报刊剧片曲")
"""Last characters that make a noun of three: 出口额, 收购量, 防护林."""
