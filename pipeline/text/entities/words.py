"""The word lists that the name rules read, and a block of text cut by them into words, breaks and runs.

Here: loading seeds/lexicons into one dictionary of words with their uses, and `Page`, the block that all rules
share: its words, and its *runs*, the stretches between one break and the next in which a name can lie.
A break is punctuation, a figure, or a word that no name contains (召开, 在). Not here: any rule.
"""

from __future__ import annotations

import csv
from array import array
from dataclasses import dataclass, field
from enum import IntFlag
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.text.divisions import Divisions
from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set
from pipeline.text.view import Block


class Use(IntFlag):
    """What a word can be; a word may be several things (`教授`: title and honorific)."""

    PREDICATE = 1  # ends any name: 召开, 在, 的
    CONJUNCTION = 2  # 和, 与: may stand inside a name or between two
    MIXED = 4  # verb and part of names: 建设, 管理
    NOMINAL = 8  # only keeps its characters together: 有限, 部门
    STRONG = 16  # ends an organisation: 委员会
    WEAK = 32  # ends an organisation that begins with a region: 局
    DIVISION = 64
    TITLE = 128  # a post: 局长
    OCCUPATION = 256  # 记者: may be part of a name (记者协会)
    HONORIFIC = 512
    FACILITY = 1024
    PLACE = 2048
    EVENT = 4096
    NAME = 8192  # an organisation by itself: 国务院
    ROLE = 16384  # 主办
    BREAK = 32768  # punctuation and figures
    ANCHOR = 65536  # begins names: 中国, 国际
    COUNTRY = 262144  # a foreign country: 日本
    AMBIGUOUS = 131072  # a division's short name that is also a common word: 大理, 南平


SUFFIX = Use.STRONG | Use.WEAK | Use.FACILITY | Use.PLACE | Use.EVENT | Use.NAME
ORGANISATION = Use.STRONG | Use.WEAK | Use.NAME
WALL = Use.PREDICATE | Use.TITLE | Use.BREAK | Use.ROLE
_PROTECTING = (
    Use.STRONG | Use.WEAK | Use.FACILITY | Use.PLACE | Use.EVENT | Use.NAME | Use.NOMINAL | Use.MIXED
)

_PUNCTUATION = (
    "，。；：、！？…—,.;:!?“”‘’\"'《》〈〉【】〔〕〖〗[]「」『』（）()|/\\·••■◆●▲★◇□※△○#＃*＊\n\r\f\t "
)
_IN_NAME = "·•"
_BREAKS = code_set(
    "".join(c for c in _PUNCTUATION if c not in _IN_NAME)
    + "0123456789%‰℃±×÷=<>~①②③④⑤⑥⑦⑧⑨⑩"
    + "\u00a0\u3000\u0000"
)
_MARKS = (
    "opening", "visiting", "rank", "adverb", "joining", "national", "company", "committee", "common", "publisher",
    "alone",
)  # fmt: skip
_HOSTING = frozenset(("主办", "承办", "协办", "联办", "合办"))
_OPENS = code_set("市省县区州盟旗镇乡团原地")
_LISTED = code_set("、和与及，（")
_WALLED, _TELLING, _FAINT, _JOINING, _VERB, _CALLING = 1, 2, 4, 8, 16, 32
"""What a word is to the cutting of a page: it ends runs, shows a name, shows one in company, joins or opens names,
tells an event, is a post or calling."""
_USES = {
    "predicate": Use.PREDICATE,
    "conjunction": Use.CONJUNCTION,
    "mixed": Use.MIXED,
    "nominal": Use.NOMINAL,
    "strong": Use.STRONG,
    "weak": Use.WEAK,
    "post": Use.TITLE,
    "occupation": Use.OCCUPATION,
    "honorific": Use.HONORIFIC,
    "facility": Use.FACILITY,
    "place": Use.PLACE,
    "country": Use.COUNTRY,
    "anchor": Use.ANCHOR,
    "ambiguous_division": Use.AMBIGUOUS,
}


def read_lexicon(path: Path) -> list[dict[str, str]]:
    """The rows of one word list; raises ValueError where a row has no surface."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for number, row in enumerate(rows, start=2):
        if not row.get("surface"):
            raise ValueError(f"{path}: line {number}: no surface")
    return rows


@dataclass(frozen=True)
class Lexicon:
    """Every word with its uses, seen from one book.

    Attributes:
        trie: all words; `uses[n]` says what word n can be, `hosts[n]` whether it shows that parts in an event are told:
            主办. The number after the last word stands for a mark or figure.
        signs: what each word is to the cutting of a page.
        generic: names of kinds, which name nobody (`乡镇卫生院`).
        roles: role of a role verb; `events`: kind of an event by its last word; `works`: kind of a work likewise.
        frames: what an event verb tells: convene, sign, grant …
        surnames: surname → whether it seldom is one at the place of a name.
        quoted_before, quoted_after: kinds of quotations by the words beside them, longest first, by the character next
            to the mark.
        divisions: the divisions of the book's year.
        marked: words with a further use: `opening` verbs that a name does not begin with, `visiting` what is done in a
            township, `rank` (省级), `adverb` and `joining` words between a list and its verb, `national` anchors, and
            class words by sort (`company`, `committee`, `common`, `publisher`) or `alone`, one of which a region has.
    """

    trie: Trie
    uses: NDArray[np.int32]
    signs: NDArray[np.uint8]
    hosts: Bools
    generic: frozenset[str]
    roles: dict[str, str]
    events: dict[str, str]
    works: dict[str, str]
    frames: dict[str, str]
    surnames: dict[str, str]
    titles: dict[str, str]
    quoted_before: dict[str, list[tuple[str, str]]]
    quoted_after: dict[str, list[tuple[str, str]]]
    divisions: Divisions
    marked: dict[str, tuple[str, ...]]
    use_of: dict[str, int] = field(default_factory=dict)


def load_lexicon(folder: Path, divisions: Divisions) -> Lexicon:
    """Read the word lists of `folder` (seeds/lexicons) for a book whose year and region give `divisions`."""
    uses: dict[str, int] = {}

    def add(surface: str, use: int) -> None:
        uses[surface] = uses.get(surface, 0) | use

    marked: dict[str, list[str]] = {name: [] for name in _MARKS}
    for row in read_lexicon(folder / "words.csv"):
        if row["class"] != "adverb":
            add(row["surface"], _USES[row["class"]])
        for mark in filter(None, row["use"].split("|")):
            marked[mark].append(row["surface"])
    for row in read_lexicon(folder / "organisation_suffixes.csv"):
        add(row["surface"], _USES[row["strength"]])
        if row["sort"]:
            marked[row["sort"]].append(row["surface"])
        if row["alone"]:
            marked["alone"].append(row["surface"])
    for row in read_lexicon(folder / "organisation_names.csv"):
        add(row["surface"], Use.NAME)
    for row in read_lexicon(folder / "facilities.csv"):
        add(row["surface"], _USES[row["kind"]])
    titles = {row["surface"]: row["kind"] for row in read_lexicon(folder / "titles.csv")}
    for surface, kind in titles.items():
        add(surface, _USES[kind])
    events = {row["surface"]: row["kind"] for row in read_lexicon(folder / "event_suffixes.csv")}
    for surface in events:
        add(surface, Use.EVENT)
    frames = {row["surface"]: row["frame"] for row in read_lexicon(folder / "event_verbs.csv")}
    for surface in frames:
        add(surface, Use.PREDICATE)
    roles = {row["surface"]: row["role"] for row in read_lexicon(folder / "role_verbs.csv")}
    for surface in roles:
        add(surface, Use.ROLE)
    for name in divisions.names:
        if len(name) > 1 and not uses.get(name, 0) & Use.PREDICATE:
            if len(name) == 2 and uses.get(name[0], 0) & (Use.PREDICATE | Use.CONJUNCTION) and not divisions.near(name):
                continue  # 任县 and 和县 far from home are 任｜县委书记, 市和｜县
            uses[name] = uses.get(name, 0) & (Use.NAME | Use.AMBIGUOUS) | Use.DIVISION
    cues = read_lexicon(folder / "quoted_cues.csv")

    def beside(side: str, end: int) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        rows = [(row["surface"].rstrip("“"), row["kind"]) for row in cues if row["side"] == side]
        for cue, kind in sorted(rows, key=lambda one: -len(one[0])):
            found.setdefault(cue[end], []).append((cue, kind))
        return found

    words = list(uses)
    return Lexicon(
        trie=Trie.of(words),
        uses=np.array([*(uses[word] for word in words), int(Use.BREAK)], np.int32),
        signs=np.array(
            [*(_sign(word, uses[word], word in frames or word in roles) for word in words), _WALLED], np.uint8
        ),
        hosts=np.array([word in _HOSTING or roles.get(word) == "host" for word in words], np.bool_),
        generic=frozenset(row["surface"] for row in read_lexicon(folder / "generic_nouns.csv")),
        roles=roles,
        events=events,
        works={row["surface"]: row["kind"] for row in read_lexicon(folder / "work_kinds.csv")},
        frames=frames,
        surnames={row["surface"]: row["frequency"] for row in read_lexicon(folder / "surnames.csv")},
        titles=titles,
        quoted_before=beside("before", -1),
        quoted_after=beside("after", 0),
        divisions=divisions,
        marked={
            name: tuple(sorted(words, key=lambda word: (-len(word), word))) for name, words in marked.items()
        },
        use_of=uses,
    )


def _sign(word: str, use: int, verb: bool) -> int:
    """What a word with these uses is to the cutting of a page."""
    sign = _VERB * verb | _CALLING * bool(use & (Use.TITLE | Use.OCCUPATION))
    if use & WALL and not use & _PROTECTING:
        return sign | _WALLED
    telling = use & ((SUFFIX & ~Use.WEAK) | Use.DIVISION | Use.COUNTRY) or (use & Use.WEAK and len(word) > 1)
    sign |= _TELLING * bool(telling) | _FAINT * bool(use & Use.WEAK)
    return sign | _JOINING * bool(use & (Use.CONJUNCTION | Use.ANCHOR))


@dataclass(frozen=True)
class Page:
    """A block cut into words.

    All positions are those of the view (`view[i]` is the character of `codes[i]`).

    Attributes:
        view: the folded text.
        starts, ends, uses: the words in order, as arrays (indexing numpy scalars would cost more than the rules).
        word_at: for each position, the number of the first word that ends after it.
        titles: numbers of the words that are titles.
        verbs, verb_words: numbers of the words that are event or role verbs, and what each is in the lexicon's trie.
        runs: starts, ends, first words and words after the last of the runs worth reading.
    """

    view: str
    codes: Codes
    starts: array[int]
    ends: array[int]
    uses: array[int]
    word_at: array[int]
    titles: list[int]
    verbs: Ints
    verb_words: Ints
    runs: tuple[Ints, Ints, Ints, Ints]

    @cached_property
    def columns(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Starts, ends and uses as arrays."""
        starts, ends, uses = (np.frombuffer(values, np.int32) for values in (self.starts, self.ends, self.uses))
        return starts, ends, uses

    def words_in(self, start: int, end: int) -> range:
        """Numbers of the words that lie inside a span."""
        first = self.word_at[start]
        last = self.word_at[end]
        while first < last and self.starts[first] < start:
            first += 1
        return range(first, last)

    def use_ending(self, place: int) -> tuple[int, int]:
        """Uses and start of the word that ends at a place; (0, place) where none does."""
        n = self.word_at[place] - 1
        return (self.uses[n], self.starts[n]) if n >= 0 and self.ends[n] == place else (0, place)

    def use_starting(self, place: int) -> tuple[int, int]:
        """Uses and end of the word that starts at a place; (0, place) where none does."""
        n = self.word_at[place]
        return (
            (self.uses[n], self.ends[n]) if n < len(self.starts) and self.starts[n] == place else (0, place)
        )


def _flat(values: NDArray[np.int32]) -> array[int]:
    """Numbers that Python reads one at a time, without an object for each."""
    return array("i", values.tobytes())


def page_of(block: Block, lexicon: Lexicon) -> Page:
    """Cut a block into words and runs."""
    codes = block.codes
    word, start, end = lexicon.trie.everywhere(codes)
    marks = np.flatnonzero(_BREAKS.take(codes))
    start = np.concatenate((start, marks))
    order = np.argsort(start, kind="stable")
    start = start.take(order)
    end = np.concatenate((end, marks + 1)).take(order)
    word = np.concatenate((word, np.full(len(marks), len(lexicon.uses) - 1))).take(order)
    use, sign = lexicon.uses.take(word), lexicon.signs.take(word)
    word_at = np.cumsum(np.bincount(end, minlength=len(codes) + 1), dtype=np.int32)
    verbs = np.flatnonzero(sign & _VERB)
    return Page(
        view=codes.tobytes().decode("utf-16-le", "surrogatepass"),
        codes=codes,
        starts=_flat(start.astype(np.int32)),
        ends=_flat(end.astype(np.int32)),
        uses=_flat(use),
        word_at=_flat(word_at),
        titles=np.flatnonzero(sign & _CALLING).tolist(),
        verbs=verbs,
        verb_words=word[verbs],
        runs=_runs(codes, start, end, sign),
    )


def _runs(codes: Codes, start: Ints, end: Ints, sign: NDArray[np.uint8]) -> tuple[Ints, Ints, Ints, Ints]:
    """Starts, ends, first words and words after the last of the stretches between breaks that may hold a name."""
    wall = np.flatnonzero(sign & _WALLED)
    if len(wall) < 2:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing, nothing
    first, last = wall[:-1] + 1, wall[1:]
    left, right = end[wall[:-1]], start[last]
    signs = np.bitwise_or.reduceat(sign, first)  # of the words of a run, and of the wall behind it, which has none
    # one weak character names something only after a region or in a list
    opened = _OPENS[codes[left]] | _LISTED[codes[left - 1]] | ((signs & _JOINING) != 0)
    named = ((signs & _TELLING) != 0) | (((signs & _FAINT) != 0) & opened)
    keep = np.flatnonzero((right - left >= 2) & named)
    return left[keep], right[keep], first[keep], last[keep]
