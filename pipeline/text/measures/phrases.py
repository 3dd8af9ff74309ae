"""The words that say what a number measures: left of it, right of it, and the head noun.

Here: finding the phrase of each number by itself, as columns over a block. Not here: what a number without words of
its own takes from its neighbours (`relations`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set
from pipeline.text.measures.lexicon import BARE_BASE, KIND, SUFFIXES, VALUE_BASE, MeasureWords, Tokens

_STOPS = code_set("，。；：！？、\n\f\0（）()【】〔〕[],;:!?\t")
_ENDS = code_set("，。；：！？、\n\f\0（）(),;:!?至到和的")
_CLAUSE = code_set("，。；：！？\n\f\0【】,;:!?")
_SENTENCE = code_set("。！？\n\f\0【】")
_OPEN = code_set("（(")
_CLOSE = code_set("）)")
_CLOSING_MARKS = code_set("”’》〉」』")
_BOUND = code_set("类型式制级者率量额数费员户机器品物所站厂场队期度法型价款金")
_EXTENT = code_set("积力量率数模程度期间")
"""Last characters of nouns that a verb before them makes narrower (竣工面积, 供水能力); 资金 is its object."""
_LONE = code_set("年月日天时人户处点所家个公类期级等者线")
"""Characters that are no phrase by themselves."""
_AGENT = code_set("会司团局部委院校厂社行店府所队站心业户民员人")
_MEASURED_OUT = code_set("长宽厚")
_LEADING = code_set(" \n#＃*＊·•◆■●▲★◇□※△○—-…”’》〉」』")
_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.")
_OPENING_MARKS = code_set("“‘《〈「『")
_HIGHER = [ord(c) for c in "高低多少快慢优超"]
_BRACKET = 80
"""How long a bracket between a phrase and its number may be."""
_PEELS = 10
"""How many words at most are taken off between a phrase and its number."""


@dataclass
class Stops:
    """Places where phrases, clauses and sentences end, sorted."""

    phrase: Ints
    clause: Ints
    sentence: Ints
    opening: Ints

    @classmethod
    def of(cls, codes: Codes) -> Stops:
        phrase = np.flatnonzero(_STOPS[codes])
        code = codes[phrase]
        return cls(phrase, phrase[_CLAUSE[code]], phrase[_SENTENCE[code]], phrase[_OPEN[code]])


@dataclass
class Kinds:
    """What each quantity is, as far as finding its phrase depends on it.

    counted: its unit is a classifier, so that the noun may stand on the right; people: it counts people; agents: it
    counts what may itself do something (家, 户); timed: a
    duration or an age; relative: a percent, point, multiple or ratio; material: money, energy or power; repeated: it
    counts how often something is done (次); points: a change in percentage points; threshold, ranked, changed: its
    role.
    """

    counted: Bools
    people: Bools
    agents: Bools
    timed: Bools
    relative: Bools
    material: Bools
    repeated: Bools
    points: Bools
    threshold: Bools
    ranked: Bools
    changed: Bools


@dataclass
class Phrases:
    """For each quantity, the phrase of its own and where its head begins; start -1 where it has none.

    `side` is 0 left, 1 right, 2 a verb alone. `known`: the head is a listed noun. `based`: see `_skip_base`. `growth`:
    the phrase is a word for growth itself (增幅).
    """

    start: Ints
    end: Ints
    head: Ints
    head_end: Ints
    stock: Bools
    measuring: Bools
    side: Ints
    known: Bools
    based: Ints
    growth: Bools
    reach: Ints  # where the words taken off before the number begin


@dataclass
class Left:
    """What stands left of each number: the phrase, how far it might have reached, the last verb taken off."""

    start: Ints
    end: Ints
    floor: Ints
    verb: Ints
    based: Ints


def last_at(places: Ints, at: Ints) -> Ints:
    """The last of the sorted places that is < each position, or -1 (as a position)."""
    i = np.searchsorted(places, at, "left") - 1
    return np.where(i >= 0, places[np.maximum(i, 0)], -1) if len(places) else np.full(len(at), -1, np.int64)


def next_at(places: Ints, at: Ints, far: int) -> Ints:
    """The first of the sorted places that is >= each position, or `far`."""
    if not len(places):
        return np.full(len(at), far, np.int64)
    i = np.searchsorted(places, at, "left")
    return np.where(i < len(places), places[np.minimum(i, len(places) - 1)], far)


def own_phrases(codes: Codes, start: Ints, end: Ints, kinds: Kinds, tokens: Tokens, stops: Stops, lists: MeasureWords,
                bound_right: Trie) -> Phrases:  # fmt: skip
    """The phrase of each number, as far as it has one of its own.

    Args:
        codes: the view. start, end: spans of the quantities in it, in order.
        kinds: what each of them is. tokens, stops, lists, bound_right: what the block is cut by.
    """
    counted, timed, relative, ranked = kinds.counted, kinds.timed, kinds.relative, kinds.ranked
    left = _left(codes, start, end, kinds, tokens, stops, lists)
    right_start, right_end, touches, behind = _right(codes, start, end, kinds, tokens, stops, bound_right)
    left_word, left_length = lists.heads.at(codes, np.maximum(left.end - 1, 0), -1)
    reach = np.maximum(left.end - left_length, left.floor)
    i = np.maximum(np.searchsorted(tokens.end, left.start, "right") - 1, 0)
    verbal = (tokens.end[i] != left.start) | tokens.acts[i]  # 并处罚金, but not 其中医院
    longer = verbal & (
        (left_word >= 0)
        & (left_length > 1)
        & (left.end > left.start)
        & (reach < left.start)
        & (reach == left.end - left_length)
    )
    left.start = np.where(longer, reach, left.start)
    right_end, right_known = _known_right(codes, right_start, right_end, tokens, lists)
    has_left, has_right = left.end > left.start, right_end > right_start
    left_noun, _ = _noun_ending(codes, left.start, left.end, tokens, lists)
    left_known = has_left & (left_noun >= 0)
    right = counted & has_right & ~(touches & has_left) & (right_known | ~left_known)
    right |= ~counted & has_right & ~has_left & (~relative | behind) & ~timed
    right |= relative & has_right & right_known & ~has_left & ~kinds.changed & ~ranked  # 九成学生走读
    right |= timed & has_right & right_known & ~has_left
    right &= ~ranked & ~(kinds.threshold & ((~timed & has_left) | (kinds.material & ~right_known)))
    closed = (
        _ENDS[codes[end]]
        | _ENDS[codes[right_start]]
        | (codes[left.end] == ord("由"))
        | (codes[left.end] == ord("从"))
    )
    thing = left_known & ~lists.measuring[left_noun]  # 黄金周7天, but not 人均收入五年翻一番
    on_left = has_left & ~right & (~timed | closed | thing)
    by_verb = ~on_left & ~right & (left.verb >= 0) & ~relative & (~timed | closed)
    phrase_start = np.where(right, right_start, np.where(on_left, left.start, -1))
    phrase_end = np.where(right, right_end, np.where(on_left, left.end, -1))
    some = np.flatnonzero(by_verb)
    phrase_start[some], phrase_end[some] = tokens.start[left.verb[some]], tokens.end[left.verb[some]]
    attended = np.flatnonzero(kinds.people & ~on_left & ~right & ~by_verb & ~kinds.changed)
    joined = _attended(right_start[attended], tokens)
    which = attended[joined[0] >= 0]
    phrase_start[which], phrase_end[which], object_start = (place[joined[0] >= 0] for place in joined)
    by_verb[which] = True
    side = np.where(right, 1, np.where(by_verb, 2, 0))
    head, head_end, word = heads_of(codes, phrase_start, phrase_end, lists, tokens)
    on_verb = by_verb & (word < 0)
    head = np.where(on_verb, phrase_start, head)
    head[which] = object_start
    i = np.maximum(np.searchsorted(tokens.end, phrase_end, "right") - 1, 0)
    growth = (phrase_start >= 0) & (tokens.end[i] == phrase_end) & (tokens.kind[i] == KIND["growth"])
    return Phrases(
        phrase_start,
        phrase_end,
        head,
        head_end,
        lists.stock[word],
        lists.measuring[word],
        side,
        np.where(right, right_known, left_known) & (phrase_start >= 0) & ~by_verb,
        left.based,
        growth,
        left.end,
    )


def _known_right(
    codes: Codes, start: Ints, end: Ints, tokens: Tokens, lists: MeasureWords
) -> tuple[Ints, Bools]:
    """The phrase right of a number, cut behind its last listed noun; and whether there is one."""
    word, _ = _noun_ending(codes, start, end, tokens, lists)
    known = word >= 0
    nouns = np.flatnonzero(tokens.kind == KIND["head"])
    if not len(nouns):
        return end, known
    i = nouns[np.maximum(np.searchsorted(tokens.end[nouns], end, "right") - 1, 0)]
    inside = ~known & (tokens.start[i] >= start) & (tokens.end[i] <= end) & (end > start)
    return np.where(inside, tokens.end[i], end), known | inside


def _noun_ending(
    codes: Codes, begin: Ints, stop: Ints, tokens: Tokens, lists: MeasureWords
) -> tuple[Ints, Ints]:
    """The longest listed noun that ends each phrase: its number among the heads or -1, and its length."""
    word, length = lists.heads.at(codes, np.maximum(stop - 1, 0), -1)
    i = np.maximum(np.searchsorted(tokens.end, stop, "right") - 1, 0)
    token = (tokens.end[i] == stop) & (tokens.kind[i] == KIND["head"]) & (tokens.start[i] >= begin)
    long = (length > stop - begin) | (word < 0)  # 其中医院: 中医院 reaches out of the phrase
    word = np.where(long, np.where(token, lists.head_of[tokens.word[i]], -1), word)
    length = np.where(long, stop - tokens.start[i], length)
    return np.where(stop > begin, word, -1), length


def heads_of(
    codes: Codes, start: Ints, end: Ints, lists: MeasureWords, tokens: Tokens
) -> tuple[Ints, Ints, Ints]:
    """Where the head noun of each phrase begins (-1 for no phrase) and ends; the number of its listed word or -1."""
    quoted = _CLOSING_MARKS[codes[np.maximum(end - 1, 0)]] & (start >= 0)
    i = np.maximum(np.searchsorted(tokens.end, end, "right") - 1, 0)
    noun = np.maximum(i - 1, 0)
    classed = (tokens.end[i] == end) & (tokens.kind[i] == KIND["attribute"]) & (tokens.start[i] > start + 1)
    classed &= (tokens.end[noun] == tokens.start[i]) & (tokens.kind[noun] == KIND["head"])
    sized = _MEASURED_OUT[codes[np.maximum(end - 1, 0)]] & (end - start > 2)  # 路面宽: the head is 路面
    begin, stop = start.copy(), end - (quoted | sized)
    stop = np.where(classed, tokens.start[i], stop)  # 参训学员男120人
    which = np.flatnonzero(quoted)
    if len(
        which
    ):  # a name in quotation marks: the head is inside, and where it is not listed it is all of the name
        opening = last_at(np.flatnonzero(_OPENING_MARKS[codes]), end[which])
        begin[which] = np.maximum(start[which], opening + 1)
    last = np.maximum(stop - 1, 0)
    word, length = _noun_ending(codes, begin, stop, tokens, lists)
    size = stop - begin
    known = word >= 0
    fallback = np.where((size <= 3) | quoted, size, np.where(SUFFIXES[codes[last]], 3, 2))
    i = np.maximum(np.searchsorted(tokens.end, stop, "right") - 1, 0)
    whole = (
        (tokens.end[i] == stop)
        & (tokens.kind[i] == KIND["keep"])
        & (tokens.start[i] >= begin)
        & (stop - tokens.start[i] < 5)
    )
    fallback = np.where(whole, stop - tokens.start[i], fallback)
    listed = tokens.end[i] > tokens.start[i] + 1
    rest = stop - tokens.end[i]  # what is left behind the last listed word
    fallback = np.where(
        ~whole & ~quoted & (tokens.end[i] > begin) & (rest > 1) & (rest < 4) & listed, rest, fallback
    )
    # a listed noun of one character is a head only where it ends a longer noun of two or three
    length = np.where(known & (length > 1), lists.core[word], fallback)
    head = stop - length
    for k in np.flatnonzero((start >= 0) & _LETTER[codes[head]]).tolist():  # ATM机, not TM机
        while head[k] > start[k] and _LETTER[codes[head[k] - 1]]:
            head[k] -= 1
    return np.where(start >= 0, head, -1), stop, np.where(known & (start >= 0), word, -1)


def _left(
    codes: Codes, start: Ints, end: Ints, kinds: Kinds, tokens: Tokens, stops: Stops, lists: MeasureWords
) -> Left:
    """The phrase that ends before each number."""
    n = len(start)
    stop = start.copy()
    previous = np.concatenate((np.zeros(1, np.int64), end))[:n]
    floor = np.maximum(last_at(stops.phrase, start) + 1, previous)
    verb = np.full(n, -1, np.int64)
    based = _skip_base(codes, start, kinds, tokens, floor, stop)
    each = np.flatnonzero(codes == ord("每"))
    live = np.arange(n)
    for _ in range(_PEELS):
        if not len(live):
            break
        place = stop[live]
        before = codes[place - 1]
        moved = ((before == 32) | (before == 10)) & (place > floor[live])
        stop[live[moved]] -= 1
        closed = _CLOSE[before]
        if closed.any():
            which = live[closed]
            opening = last_at(stops.opening, place[closed])
            good = (opening > last_at(stops.sentence, place[closed])) & (opening > place[closed] - _BRACKET)
            which, opening = which[good], opening[good]
            stop[which] = opening
            earlier = np.searchsorted(end, opening, "right") - 1
            held = np.where(earlier >= 0, end[np.maximum(earlier, 0)], 0)
            floor[which] = np.maximum(last_at(stops.phrase, opening) + 1, held)
            moved |= np.isin(live, which)
        i = np.searchsorted(tokens.end, place, "right") - 1
        j = np.maximum(i, 0)
        doing = (
            kinds.repeated[live] & tokens.acts[j] & (verb[live] < 0)
        )  # 检查16次: the doing itself is counted
        loose = (tokens.peeled[j] & ~doing) | (
            (tokens.kind[j] == KIND["growth"]) & kinds.changed[live] & ~kinds.points[live]
        )  # 增幅达8.7%
        # a verb of one character is one only behind a whole word: 水库 蓄, but not 春运
        whole = (tokens.end[np.maximum(j - 1, 0)] == place - 1) | (floor[live] == place - 1)
        loose &= whole | (tokens.kind[j] != KIND["light"]) | (tokens.start[j] < place - 1)
        word = (i >= 0) & (tokens.end[j] == place) & ~moved & loose & (tokens.start[j] >= floor[live])
        which, taken = live[word], i[word]
        first_verb = (verb[which] < 0) & tokens.verb[taken]
        verb[which[first_verb]] = taken[first_verb]
        stop[which] = tokens.start[taken]
        rest = np.flatnonzero(~word & ~moved)
        per = last_at(each, place[rest])  # 每吨, 每平方米
        near = (per >= place[rest] - 5) & (per >= floor[live[rest]])
        k = j[rest]
        near &= ~(
            (tokens.end[k] == place[rest]) & (tokens.kind[k] == KIND["head"])
        )  # 每个家庭户 is what is counted
        stop[live[rest[near]]] = per[near]
        moved[rest[near]] = True
        live = live[moved | word]
    begin = np.maximum(floor, _last_cut(codes, stop, tokens, lists))
    begin = _lead(codes, begin, stop, tokens, lists)
    return Left(begin, np.maximum(stop, begin), floor, verb, based)


def _last_cut(codes: Codes, stop: Ints, tokens: Tokens, lists: MeasureWords) -> Ints:
    """Where the last word that phrases begin after ends, before each place; 0 for none.

    A word that leaves one character is part of a noun (办结率, 出版物), and so is a verb between other words and a
    noun of measuring (用地出让均价, 污水处理能力), unless those are the name of one that acts (红十字会募集善款).
    """
    word, _ = lists.heads.at(codes, np.maximum(stop - 1, 0), -1)
    measuring = (word >= 0) & lists.measuring[word]
    before = codes[np.maximum(tokens.start - 1, 0)]
    first = np.zeros(len(tokens.start), np.bool_)  # nothing of a phrase can stand before the word
    first[1:] = tokens.cuts[:-1] & (tokens.end[:-1] == tokens.start[1:])
    inner = tokens.acts & ~first & ~_STOPS[before] & ~_AGENT[before] & ~_LETTER[before]
    result = np.zeros(len(stop), np.int64)
    for which, cut in ((~measuring, tokens.cuts), (measuring, tokens.cuts & ~inner)):
        ends = tokens.end[cut]
        k = np.maximum(np.searchsorted(ends, stop[which] - 1, "left") - 1, 0)
        narrower = _narrowed(codes, np.flatnonzero(cut)[k], stop[which], tokens, lists)
        result[which] = ends[np.maximum(k - narrower, 0)]
    return result


def _narrowed(codes: Codes, i: Ints, stop: Ints, tokens: Tokens, lists: MeasureWords) -> Bools:
    """Whether the verbs numbered i make a noun of extent right behind them narrower: 竣工面积, 日供水能力."""
    word, length = lists.heads.at(codes, np.maximum(stop - 1, 0), -1)
    whole = (word >= 0) & (stop - tokens.end[i] == lists.core[word]) & (length <= stop - tokens.start[i])
    return whole & tokens.acts[i] & _EXTENT[codes[np.maximum(stop - 1, 0)]]


def _skip_base(codes: Codes, start: Ints, kinds: Kinds, tokens: Tokens, floor: Ints, stop: Ints) -> Ints:
    """Move `stop` before what a number is compared with: 占总户数的, 为计划的, 比上年的, 居全省.

    Returns:
        0 for none, 1 for a base of a share or ratio, 2 for a value compared with (比1985年的146万元), 3 for a rank,
        4 for a change against something named (高于全省平均水平).
    """
    based = np.zeros(len(start), np.int64)
    ranked, relative = kinds.ranked, kinds.relative & ~kinds.ranked
    i = np.maximum(np.searchsorted(tokens.end, start, "right") - 1, 0)
    of = (codes[start - 1] == ord("的")) & ~(
        (tokens.end[i] == start) & (tokens.kind[i] == KIND["head"])
    )  # 标的 is a noun
    # without 的 only 占 has a base: 占总户数12%
    cases = (
        (4, kinds.changed, tokens.base & BARE_BASE > 0),
        (1, relative & of, tokens.base > 0),
        (1, relative & ~of, tokens.kind == KIND["share"]),
        (2, of & ~relative, tokens.base & VALUE_BASE > 0),
        (3, ranked, tokens.kind == KIND["rank"]),
        (1, relative, tokens.kind == KIND["share"]),
    )
    for kind, mask, words in cases:
        which, places = np.flatnonzero(mask), np.flatnonzero(words)
        if not len(which) or not len(places):
            continue
        k = places[np.maximum(np.searchsorted(tokens.end[places], start[which], "right") - 1, 0)]
        found = (tokens.end[k] <= start[which]) & (tokens.start[k] >= floor[which])
        if kind == 4:  # 比1955年最高水位高0.42米, but not 比1955年多建水库12座
            verbs = np.flatnonzero(tokens.kind == KIND["change"])
            v = (
                verbs[np.maximum(np.searchsorted(tokens.end[verbs], start[which], "right") - 1, 0)]
                if len(verbs)
                else k
            )
            said = np.isin(codes[tokens.start[k]], _HIGHER) | (
                (tokens.start[v] >= tokens.end[k]) & (tokens.end[v] >= start[which] - 2)
            )
            found &= said
        stop[which[found]] = tokens.start[k[found]]
        based[which[found]] = kind
    loose = of & (based == 0)
    stop[loose] = floor[loose]
    return based


def _lead(codes: Codes, begin: Ints, stop: Ints, tokens: Tokens, lists: MeasureWords) -> Ints:
    """Take joints, verbs of one character and the like off the beginning of phrases."""
    begin = begin.copy()
    last, _ = lists.heads.at(codes, np.maximum(stop - 1, 0), -1)
    measuring = (last >= 0) & lists.measuring[last]
    live = np.flatnonzero(begin < stop)
    for _ in range(4):
        if not len(live):
            break
        place = begin[live]
        i = np.minimum(np.searchsorted(tokens.start, place), len(tokens.start) - 1)
        following = np.minimum(i + 1, len(tokens.start) - 1)
        noun = (tokens.kind[following] == KIND["head"]) & (tokens.start[following] == tokens.end[i])
        verbal = (
            (tokens.kind[i] == KIND["measure_verb"]) & noun & ~measuring[live]
        )  # 培训农民, but not 补助资金
        word = (tokens.start[i] == place) & (tokens.led[i] | verbal) & (tokens.end[i] <= stop[live])
        word &= (tokens.kind[i] != KIND["division"]) | (tokens.end[i] < stop[live])
        # 产茶 and 建水库 lose their verb, 抢险队员 keeps it: a verb of one character has a whole noun behind it
        single = word & (tokens.end[i] == place + 1) & (tokens.kind[i] != KIND["joint"])
        bound = tokens.acts[i] & (stop[live] == tokens.end[i] + 1) & _BOUND[codes[stop[live] - 1]]  # 参观者
        word &= ~bound & ~_narrowed(codes, i, stop[live], tokens, lists)
        word &= ~single | (stop[live] == place + 2) | (tokens.start[following] == place + 1)
        blank = _LEADING[codes[place]]
        begin[live] = np.where(word, tokens.end[i], place + blank)
        live = live[word | blank]
        live = live[begin[live] < stop[live]]
    lone = (stop == begin + 1) & _LONE[codes[begin]]
    return np.where(lone, stop, begin)


_DEEDS = [KIND["right"], KIND["measure_verb"]]
_OBJECTS = [KIND["head"], KIND["measure_verb"]]


def _attended(begin: Ints, tokens: Tokens) -> tuple[Ints, Ints, Ints]:
    """The verb right of a count of people with its listed object (参会, 参加培训): start, end, start of head; -1."""
    i = np.minimum(np.searchsorted(tokens.start, begin), len(tokens.start) - 1)
    verb = np.isin(tokens.kind[i], _DEEDS) & (tokens.end[i] > begin + 1)
    verb = (verb | tokens.acts[i]) & (tokens.start[i] == begin)
    following = np.minimum(i + 1, len(tokens.start) - 1)
    noun = np.isin(tokens.kind[following], _OBJECTS) & (tokens.start[following] == tokens.end[i])
    end = np.where(noun, tokens.end[following], tokens.end[i])
    return np.where(verb, begin, -1), np.where(verb, end, -1), np.where(noun, tokens.start[following], begin)


def _behind_noun(tokens: Tokens) -> Bools:
    """Whether each word follows a listed noun without a gap."""
    result = np.zeros(len(tokens.start), np.bool_)
    result[1:] = (tokens.kind[:-1] == KIND["head"]) & (tokens.end[:-1] == tokens.start[1:])
    return result


def _right(
    codes: Codes, start: Ints, end: Ints, kinds: Kinds, tokens: Tokens, stops: Stops, bound_right: Trie
) -> tuple[Ints, Ints, Bools, Bools]:
    """The phrase after each number; whether it runs straight into the next number; whether 的 stands between."""
    far = len(codes) - 1
    begin = end.copy()
    _, length = bound_right.at(codes, begin)
    word, _ = bound_right.at(codes, begin)
    begin = np.where(word >= 0, begin + length, begin)
    begin += codes[begin] == 32
    behind = codes[begin] == ord("的")
    begin += behind
    following = np.concatenate((start[1:], np.full(1, far)))
    stop_tokens = tokens.start[tokens.stops]
    limit = np.minimum(next_at(stops.phrase, begin, far), following)
    stop = np.minimum(limit, next_at(stop_tokens, begin, far))
    # 27家景区接待: what comes behind a noun and begins with a verb says what it did
    first_act = next_at(tokens.start[tokens.acts & _behind_noun(tokens)], begin, far)
    stop = np.where(kinds.agents, np.minimum(stop, first_act), stop)
    stop = np.where(kinds.people, np.minimum(stop, next_at(tokens.start[tokens.acts], begin, far)), stop)
    stop = np.maximum(stop, begin)
    touches = (stop == following) & (stop > begin)
    stop -= (codes[stop - 1] == 32) & (stop > begin)
    return begin, stop, touches, behind


_CLASSES = [KIND["attribute"], KIND["division"]]
_ATTRIBUTES = code_set("级类型性制式层段者")


def attributes(codes: Codes, phrases: Phrases, tokens: Tokens) -> Bools:
    """Whether a phrase names a class or quality and no thing: 省级, 中型, 五星级, 城镇."""
    i = np.maximum(np.searchsorted(tokens.end, phrases.end, "right") - 1, 0)
    listed = (
        (tokens.end[i] == phrases.end) & np.isin(tokens.kind[i], _CLASSES) & (phrases.head_end == phrases.end)
    )
    return (phrases.start >= 0) & (
        listed | (~phrases.known & _ATTRIBUTES[codes[np.maximum(phrases.end - 1, 0)]])
    )
