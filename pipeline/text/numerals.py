"""Numerals: which characters form one number, and its value.

Here: Arabic figures with their separators, Chinese and banker's numerals, 万 and 亿 in any mix, 余 多 几 inside,
two neighbouring digits as a range (三五, 七八百), fractions (百分之五, 三分之二). A value is kept exactly, as a whole
mantissa and a power of ten. Not here: units, and whether a numeral is a quantity at all.
Source of the rules: GB/T 15835-2011, and the usage of the 1995 edition that older books follow.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Codes, Ints, code_set, find, runs
from pipeline.text.units import Units

ARABIC, DIGIT, ZERO, HUNDRED, MYRIAD, OVER, POINT, VAGUE = range(8)
"""Kinds of piece: an Arabic figure, 一…九 两, 零 〇, 十 百 千, 万 亿, 余 多 来 几, 点, leading 数 几."""

_FOLLOWS = np.zeros((8, 8), np.bool_)
for _before, _after in (
    (ARABIC, (HUNDRED, MYRIAD, OVER)),
    (DIGIT, (DIGIT, ZERO, HUNDRED, MYRIAD, OVER, POINT)),
    (ZERO, (DIGIT, ZERO, POINT, ARABIC)),
    (HUNDRED, (DIGIT, ZERO, HUNDRED, MYRIAD, OVER, POINT, ARABIC)),
    (MYRIAD, (DIGIT, ZERO, HUNDRED, MYRIAD, OVER, ARABIC)),
    (OVER, (MYRIAD, HUNDRED)),
    (POINT, (DIGIT, ZERO)),
    (VAGUE, (HUNDRED, MYRIAD)),
):
    _FOLLOWS[_before, list(_after)] = True

_KIND = np.full(65536, 255, np.uint8)
_WORTH = np.zeros(65536, np.int64)
for _characters, _kind, _worths in (
    ("一二三四五六七八九两俩", DIGIT, (1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 2)),
    ("壹贰叁肆伍陆柒捌玖弌弍弎", DIGIT, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3)),
    ("零〇○", ZERO, (0, 0, 0)),
    ("十百千拾佰仟廿卅", HUNDRED, (1, 2, 3, 1, 2, 3, 11, 21)),
    ("万亿", MYRIAD, (4, 8)),
):
    for _character, _worth in zip(_characters, _worths, strict=True):
        _KIND[ord(_character)] = _kind
        _WORTH[ord(_character)] = _worth
CHINESE = _KIND != 255
"""Mask over character codes: the Chinese numeral characters that the accounting covers."""
DIGITS = code_set("0123456789")

_AFTER_LIANG = code_set("百千万亿天年户个人月日次")
_BANKER = code_set("壹贰叁肆伍陆柒捌玖拾佰仟弌弍弎")
_POWER = np.array([10**k for k in range(19)], np.int64)
_DOT, _COMMA = code_set("."), code_set(",，")
_LEFT_OF_VAGUE = code_set("人户总次指系参倍件函基代奇偶少多分度票天点个字读岁年月组")
_MAX_DIGITS = 18
_MAX_PIECES = 24  # no number has more; what has more is unreadable
_LOOSE = -1  # worth of 来 and of a closing 几


@dataclass
class Numerals:
    """Numerals of a block in order, as columns of equal length; positions are in the view.

    Attributes:
        start, end: the numeral with the 余 or 多 inside it, without unit.
        mantissa, exponent: low end or value = mantissa * 10**exponent.
        high: mantissa of the upper end for 三五 and 七八百 (same exponent), else equal to mantissa.
        arabic: begins with an Arabic figure.
        chinese: has a Chinese digit, so that 一 or 十 may be a word.
        loose: 来 or 几 stands inside or at its end, which bounds nothing.
        bare: nothing but multipliers (亿元, 万余人): no digit was printed.
        over: 余 多 来 几 stands inside.
        vague: begins with 数 or 几.
        digits: how many digits its first figure has, or digits in a row for 二〇〇九, 0 for 一百二十.
        decimals: how many digits of the first figure stand after the point.
        denominator: 100 for 百分之, 1000 for 千分之, any other for a fraction, 0 for none.
        broken: read through a break: `1..5`, too many digits (-1) and the like.
        chained: several points, as in 1.2.3 or 2009.1.30: not a number.
    """

    start: Ints
    end: Ints
    mantissa: Ints
    exponent: Ints
    high: Ints
    arabic: Bools
    chinese: Bools
    bare: Bools
    over: Bools
    loose: Bools
    vague: Bools
    digits: Ints
    decimals: Ints
    denominator: Ints
    broken: Ints
    chained: Bools

    def __len__(self) -> int:
        return len(self.start)

    def take(self, which: Ints | Bools) -> Numerals:
        """The numerals chosen by a mask or by indices."""
        chosen = np.flatnonzero(which) if which.dtype == np.bool_ else which
        return Numerals(**{field.name: getattr(self, field.name).take(chosen) for field in fields(self)})

    def integer(self) -> Ints:
        """The value where it is a whole number below 10**15, else -1."""
        known: Ints | None = self.__dict__.get("_integer")
        if known is not None and len(known) == len(self.start):
            return known
        small = (self.exponent >= 0) & (self.exponent < 15) & (np.abs(self.mantissa) < 10**15)
        value = self.mantissa * _POWER[np.where(small, self.exponent, 0)]
        whole = np.where(small & (self.denominator == 0), value, -1)
        self.__dict__["_integer"] = whole  # asked for by every reader, and nobody changes it
        return whole

    def value(self) -> NDArray[np.float64]:
        """The value as a double, for comparisons of size only."""
        return self.mantissa.astype(np.float64) * np.power(10.0, self.exponent)


@dataclass
class _Pieces:
    start: Ints
    end: Ints
    kind: NDArray[np.uint8]
    worth: Ints
    decimals: Ints
    digits: Ints
    broken: Ints
    chained: Bools


def read_numerals(codes: Codes, masked: Bools, units: Units) -> Numerals:
    """All numerals of a block.

    Args:
        codes: the view.
        masked: places whose Chinese numeral belongs to an ordinary word (统一, 百货), not to a number.
        units: the unit table, to leave the 千 of 50万千瓦 to its unit and to see what follows 多.
    """
    pieces = _pieces(codes, masked, units)
    if not len(pieces.start):
        kinds = {field.name: np.bool_ if field.type == "Bools" else np.int64 for field in fields(Numerals)}
        empty: dict[str, Any] = {name: np.zeros(0, kind) for name, kind in kinds.items()}
        return Numerals(**empty)
    linked = (pieces.end[:-1] == pieces.start[1:]) & _FOLLOWS[pieces.kind[:-1], pieces.kind[1:]]
    linked &= ~(pieces.chained[:-1] | pieces.chained[1:])
    linked[1:] &= ~(
        linked[:-1]
        & (pieces.kind[:-2] == ARABIC)
        & (pieces.kind[1:-1] >= HUNDRED)
        & (pieces.kind[1:-1] <= MYRIAD)
        & (pieces.kind[2:] == DIGIT)
    )  # 1.2万两
    tens = pieces.worth > 9  # 百廿八, but not 百十八
    linked &= (pieces.kind[:-1] != HUNDRED) | (pieces.kind[1:] != HUNDRED) | tens[1:]
    linked = _without_colloquial(codes, pieces, linked)
    first = np.flatnonzero(np.concatenate((np.ones(1, np.bool_), ~linked)))
    count = np.diff(np.append(first, len(pieces.start)))
    numerals = _valued(pieces, first, count)
    head = pieces.kind[first]
    wrong = ((head == OVER) | (head == POINT)) | ((head == VAGUE) & (count == 1))
    wrong |= _BANKER[codes[pieces.start[first]]] & (count == 1)  # 陆 and 伍 alone are names
    numerals = numerals.take(~wrong)
    return _fractions(codes, numerals)


def _figures(codes: Codes) -> _Pieces:
    """Arabic figures: runs of digits joined over points and thousands separators."""
    printed = (codes >= ord("0")) & (codes <= ord("9"))
    start, end = runs(printed)
    if not len(start):
        none = np.zeros(0, np.int64)
        return _Pieces(none, none, none.astype(np.uint8), none, none, none, none, none > 0)
    one_apart = start[1:] == end[:-1] + 1
    between = codes[end[:-1]]
    width = end - start
    dot = one_apart & _DOT[between]
    twice = (start[1:] == end[:-1] + 2) & _DOT[between] & _DOT[codes[end[:-1] + 1]]
    chained = np.zeros(len(start), np.bool_)
    double = np.flatnonzero(dot[1:] & dot[:-1])
    chained[np.concatenate((double, double + 1, double + 2))] = True
    dot |= twice
    comma = one_apart & _COMMA[between] & (width[1:] == 3) & (width[:-1] <= 3)
    nought = codes[start[:-1]] == 0x30
    while True:  # 0,123 opens no grouping, 1,000,000 is one
        opening = comma & nought
        opening[1:] &= ~comma[:-1]
        if not opening.any():
            break
        comma &= ~opening
    comma[1:] &= ~(dot[:-1])  # no separator after a decimal part
    inner = np.flatnonzero(
        comma[1:] & ~comma[:-1] & (width[1:-1] == 3) & one_apart[:-1] & _COMMA[between[:-1]]
    )
    comma[inner + 1] &= width[inner] <= 3  # 1234,567,890 is no grouping
    join = dot | comma
    begin = np.flatnonzero(np.concatenate((np.ones(1, np.bool_), ~join)))
    last = np.append(begin[1:], len(start)) - 1
    point = np.concatenate((np.zeros(1, np.bool_), dot))[last] & (last > begin)
    decimals = np.where(point, width[last], 0)
    total = np.cumsum(width)
    high = total[last]
    low = np.concatenate((np.zeros(1, np.int64), high[:-1]))
    digit = codes[printed].astype(np.int64) - 0x30
    rank = np.repeat(high, high - low) - 1 - np.arange(len(digit))
    digits = high - low
    mantissa = np.add.reduceat(digit * _POWER[np.minimum(rank, _MAX_DIGITS)], low)
    broken = np.where(digits > _MAX_DIGITS, -1, 0)
    wide = np.concatenate((np.zeros(1, np.bool_), twice))[last]
    broken = np.where(wide, 1, broken)
    chain = np.logical_or.reduceat(chained, begin)
    kind = np.full(len(begin), ARABIC, np.uint8)
    return _Pieces(start[begin], end[last], kind, mantissa, decimals, digits, broken, chain)


def _pieces(codes: Codes, masked: Bools, units: Units) -> _Pieces:
    """Figures and Chinese numeral characters, in order."""
    figure = _figures(codes)
    spelled = np.flatnonzero(CHINESE.take(codes) & ~masked)
    kind = _KIND[codes[spelled]]
    # 千 and 百 that open a unit (千瓦, 百帕) belong to it
    heads = np.flatnonzero((kind == HUNDRED) & ~code_set("数几")[codes[spelled - 1]])
    word, _ = units.trie.at(codes, spelled[heads])
    taken = (word >= 0) & units.fused[word]
    after = codes[spelled[heads] + 1]
    taken |= (after == ord("分")) & (codes[spelled[heads] + 2] == ord("点"))  # 个百分点
    drop = np.zeros(len(spelled), np.bool_)
    drop[heads[taken]] = True
    # 二百六十两五钱: a weight, since only 两百 and 两万 hold a digit 两 inside a numeral
    liang = np.flatnonzero(codes[spelled] == ord("两"))
    place = spelled[liang]
    inside = (CHINESE[codes[place - 1]] & (_KIND[codes[place - 1]] != POINT)) | DIGITS[codes[place - 1]]
    drop[liang[inside & ~_AFTER_LIANG[codes[place + 1]]]] = True
    spelled, kind = spelled[~drop], kind[~drop]
    extra = _approximators(codes, spelled, figure, units)
    places = np.concatenate((spelled, extra[0]))
    start = np.concatenate((figure.start, places))
    order = np.argsort(start, kind="stable")
    nought = np.zeros(len(places), np.int64)
    return _Pieces(
        start[order],
        np.concatenate((figure.end, places + 1))[order],
        np.concatenate((figure.kind, kind, extra[1]))[order],
        np.concatenate(
            (
                figure.worth,
                np.where(
                    code_set("来几")[codes[places]] & (np.concatenate((kind, extra[1])) == OVER),
                    _LOOSE,
                    _WORTH[codes[places]],
                ),
            )
        )[order],
        np.concatenate((figure.decimals, nought))[order],
        np.concatenate((figure.digits, nought))[order],
        np.concatenate((figure.broken, nought))[order],
        np.concatenate((figure.chained, nought > 0))[order],
    )


def _approximators(
    codes: Codes, spelled: Ints, figure: _Pieces, units: Units
) -> tuple[Ints, NDArray[np.uint8]]:
    """余 多 来 几 after a numeral, 数 几 before a multiplier, 点 between Chinese digits: places and kinds."""
    spots = find(codes, "余多来几数点.")
    ends = np.zeros(len(codes), np.bool_)
    ends[spelled + 1] = True
    ends[figure.end] = True
    begins = np.zeros(len(codes), np.bool_)
    begins[spelled] = True
    code = codes[spots]
    after = codes[spots + 1]
    behind = ends[spots]
    multiplier = begins[spots + 1] & (_KIND[after] >= HUNDRED) & (_KIND[after] <= MYRIAD)
    word, _ = units.at(codes, spots + 1)
    unit = word >= 0
    over = behind & (code == ord("余")) & (after != ord("杭"))
    over |= behind & (code == ord("多")) & (multiplier | unit | (after == ord("名")))
    round_before = (
        (_KIND[codes[spots - 1]] == HUNDRED)
        | (_KIND[codes[spots - 1]] == MYRIAD)
        | (codes[spots - 1] == 0x30)
    )
    over |= behind & (code == ord("来")) & round_before & (unit | multiplier) & (after != ord("年"))
    before = codes[spots - 1]
    tens = (_KIND[before] == HUNDRED) | ((before == 0x30) & (unit | multiplier))  # 20几个
    over |= behind & (code == ord("几")) & tens
    vague = ~behind & multiplier & ((code == ord("几")) | ((code == ord("数")) & ~_LEFT_OF_VAGUE[before]))
    after_two = codes[spots + 2]
    single = (_KIND[after] == DIGIT) | (_KIND[after] == ZERO)
    point = (
        ((code == ord("点")) | (code == ord(".")))
        & begins[spots + 1]
        & CHINESE[after]
        & single
        & ~((_KIND[after_two] == HUNDRED) & begins[spots + 2])
        & (after_two != ord("分"))
    )
    point &= ends[spots] & CHINESE[before]
    kept = over | vague | point
    kind = np.where(over, OVER, np.where(vague, VAGUE, POINT)).astype(np.uint8)
    return spots[kept], kind[kept]


def _without_colloquial(codes: Codes, pieces: _Pieces, linked: Bools) -> Bools:
    """Cut 2009年 off a multiplier before it, and 5 off 2万5 (colloquial, and no book prints it)."""
    joint = np.flatnonzero(linked & (pieces.kind[1:] == ARABIC))
    if not len(joint):
        return linked
    figure = joint + 1
    year = (codes[pieces.end[figure]] == ord("年")) & (pieces.digits[figure] == 4)
    multiplied = np.zeros(len(figure), np.bool_)
    has_next = figure < len(pieces.start) - 1
    nxt = np.minimum(figure + 1, len(pieces.start) - 1)
    multiplied[has_next] = (
        (pieces.end[figure] == pieces.start[nxt])[has_next]
        & (pieces.kind[nxt] <= MYRIAD)[has_next]
        & (pieces.kind[nxt] >= HUNDRED)[has_next]
    )
    power = np.where(pieces.kind[joint] == ZERO, 0, pieces.worth[joint])
    filled = (pieces.digits[figure] - pieces.decimals[figure] >= power - 1) & (pieces.digits[figure] <= power)
    linked = linked.copy()
    linked[joint] &= ~year & (multiplied | filled | (pieces.kind[joint] == ZERO))
    return linked


def _valued(pieces: _Pieces, first: Ints, count: Ints) -> Numerals:
    """Values of the clusters of pieces, all clusters walked in step."""
    n = len(first)
    start = pieces.start[first]
    following = np.minimum(first + 1, len(pieces.kind) - 1)
    led = (count > 1) & (pieces.kind[first] == ZERO) & (pieces.kind[following] == ARABIC)  # 3年零6个月
    first, count = first + led, count - led
    last = first + count - 1
    arabic = pieces.kind[first] == ARABIC
    mantissa, exponent = np.zeros(n, np.int64), np.zeros(n, np.int64)
    simple = arabic & (count == 1)
    mantissa[simple] = pieces.worth[first[simple]]
    exponent[simple] = -pieces.decimals[first[simple]]
    high = mantissa.copy()
    over = np.zeros(n, np.bool_)
    chinese = np.zeros(n, np.bool_)
    for which, walk in (
        (np.flatnonzero(arabic & ~simple), _walk_arabic),
        (np.flatnonzero(~arabic), _walk_chinese),
    ):
        if len(which):
            mantissa[which], exponent[which], high[which] = walk(pieces, first[which], count[which])
    inner_over = np.concatenate((np.zeros(1, np.int64), np.cumsum(pieces.kind == OVER)))
    over = inner_over[last + 1] > inner_over[first]
    printed = np.concatenate(
        (np.zeros(1, np.int64), np.cumsum((pieces.kind == DIGIT) | (pieces.kind == ZERO)))
    )
    chinese = ~arabic & (printed[last + 1] > printed[first])
    spelled = printed[last + 1] - printed[first]
    loosened = np.concatenate((np.zeros(1, np.int64), np.cumsum(pieces.worth == _LOOSE)))
    loose = loosened[last + 1] > loosened[first]
    over &= ~loose
    ten = (pieces.kind[first] == HUNDRED) & (pieces.worth[first] == 1)
    vague = pieces.kind[first] == VAGUE
    ten |= pieces.worth[first] > 9  # 廿, 卅
    bare = ~arabic & ~chinese & ~ten & ~vague
    digits = np.where(arabic, pieces.digits[first], np.where(spelled == count, count, 0))
    return Numerals(
        start,
        pieces.end[last],
        mantissa,
        exponent,
        high,
        arabic,
        chinese | ten,
        bare,
        over,
        loose,
        vague,
        digits,
        pieces.decimals[first],
        np.zeros(n, np.int64),
        np.where(count > _MAX_PIECES, -1, pieces.broken[first]),
        pieces.chained[first],
    )


def _walk_arabic(pieces: _Pieces, first: Ints, count: Ints) -> tuple[Ints, Ints, Ints]:
    """Sums of figures each with its multipliers: 2.5亿, 3亿2000万, 1亿零50万."""
    n = len(first)
    total, shift = np.zeros(n, np.int64), np.zeros(n, np.int64)
    term, power = np.zeros(n, np.int64), np.zeros(n, np.int64)

    def close(which: Ints) -> None:
        low = np.minimum(shift[which], power[which])
        empty = total[which] == 0
        low = np.where(empty, power[which], low)
        lift = _POWER[np.clip(np.where(empty, 0, shift[which] - low), 0, 18)]
        total[which] = total[which] * lift + term[which] * _POWER[np.clip(power[which] - low, 0, 18)]
        shift[which] = low

    for j in range(min(int(count.max()), _MAX_PIECES)):
        live = np.flatnonzero(count > j)
        at = first[live] + j
        kind = pieces.kind[at]
        figure = kind == ARABIC
        if j:
            close(live[figure])
        term[live[figure]] = pieces.worth[at[figure]]
        power[live[figure]] = -pieces.decimals[at[figure]]
        times = (kind == HUNDRED) | (kind == MYRIAD)
        power[live[times]] += pieces.worth[at[times]]
    close(np.arange(n))
    return total, shift, total


def _walk_chinese(pieces: _Pieces, first: Ints, count: Ints) -> tuple[Ints, Ints, Ints]:
    """Chinese numerals, low and high end together: 一万一千, 二〇〇九, 七八百, 三点五万, 数百."""
    n = len(first)
    total = np.zeros((2, n), np.int64)  # myriads finished
    section = np.zeros((2, n), np.int64)  # below the next 万
    pending = np.zeros((2, n), np.int64)  # digits not yet multiplied
    digits = np.zeros(n, np.int64)
    previous = np.zeros(n, np.int64)
    zero = np.zeros(n, np.bool_)
    last_power = np.zeros(n, np.int64)
    decimals = np.full(n, -1, np.int64)
    shift = np.zeros(n, np.int64)
    vague = np.zeros(n, np.bool_)
    for j in range(min(int(count.max()), _MAX_PIECES)):
        live = np.flatnonzero(count > j)
        at = first[live] + j
        kind, worth = pieces.kind[at], pieces.worth[at]
        digit = live[(kind == DIGIT) | (kind == ZERO)]
        value = np.where(kind == ZERO, 0, worth)[(kind == DIGIT) | (kind == ZERO)]
        fraction = decimals[digit] >= 0
        previous[digit] = np.where(digits[digit] > 0, pending[0, digit], 0)
        pending[:, digit] = pending[:, digit] * 10 + value
        is_zero = kind[(kind == DIGIT) | (kind == ZERO)] == ZERO
        digits[digit] += np.where(is_zero & (digits[digit] == 0) & ~fraction, 0, 1)
        decimals[digit[fraction]] += 1
        zero[digit] |= is_zero
        vague[live[kind == VAGUE]] = True
        stop = live[kind == POINT]
        section[:, stop] += pending[:, stop]
        pending[:, stop] = 0
        digits[stop] = 0
        decimals[stop] = 0
        for group, is_myriad in ((kind == HUNDRED, False), (kind == MYRIAD, True)):
            which = live[group]
            if not len(which):
                continue
            power = worth[group]
            tens = power > 9  # 廿 and 卅 carry their own digit
            scale = _POWER[np.where(tens, 1, power)]
            _split_range(pending, previous, digits, zero, which[decimals[which] < 0])
            after_point = decimals[which] >= 0
            shift[which[after_point]] += power[after_point]
            plain, by = which[~after_point], scale[~after_point]
            if is_myriad:
                amount = section[:, plain] + pending[:, plain]
                amount = np.where((amount == 0) & (total[:, plain] == 0), 1, amount)
                amount[1] = np.where(vague[plain] & (amount[0] <= 1), 0, amount[1])
                larger = (by == 10**8) & (total[0, plain] > 0)
                total[:, plain] = np.where(
                    larger,
                    (
                        total[:, plain]
                        + np.where(amount == 1, 0, amount) * (section[:, plain] + pending[:, plain] > 0)
                    )
                    * by,
                    total[:, plain] + amount * by,
                )
                loose = plain[vague[plain] & (section[0, plain] + pending[0, plain] == 0)]
                total[0, loose] = 2 * scale[~after_point][np.isin(plain, loose)]
                total[1, loose] = 10 * scale[~after_point][np.isin(plain, loose)] - 1
                section[:, plain] = 0
            else:
                own = np.where(
                    tens[~after_point],
                    power[~after_point] // 10 + 1,
                    np.where(digits[plain] > 0, pending[0, plain], 1),
                )
                own_high = np.where(
                    tens[~after_point],
                    power[~after_point] // 10 + 1,
                    np.where(digits[plain] > 0, pending[1, plain], 1),
                )
                loose = vague[plain] & (section[0, plain] == 0)
                section[0, plain] += np.where(loose, 2, own) * by
                section[1, plain] += np.where(loose, 10, own_high) * by - loose
            pending[:, plain] = 0
            digits[plain] = 0
            zero[plain] = False
            last_power[plain] = np.where(tens, 1, power)[~after_point]
    everyone = np.arange(n)
    _split_range(pending, previous, digits, zero, everyone[decimals < 0])
    short = (
        (digits == 1)
        & ~zero
        & (last_power >= 2)
        & (decimals < 0)
        & (pending[0] < 10)
        & (pending[0] == pending[1])
    )
    pending *= np.where(short, _POWER[np.maximum(last_power - 1, 0)], 1)  # 一百五 is 150
    whole = total + section
    point = decimals >= 0
    lift = _POWER[np.clip(decimals, 0, 18)]
    result = np.where(point, whole * lift + pending, whole + pending)
    return result[0], np.where(point, shift - decimals, 0), result[1]


def _split_range(pending: Ints, previous: Ints, digits: Ints, zero: Bools, which: Ints) -> None:
    """Two neighbouring digits, as in 三五 or 七八百, become the two ends of a range."""
    two = which[(digits[which] == 2) & ~zero[which]]
    first, second = previous[two], pending[0, two] - previous[two] * 10
    ranged = (second - first == 1) | ((first == 3) & (second == 5))
    two, first, second = two[ranged], first[ranged], second[ranged]
    pending[0, two], pending[1, two] = first, second
    digits[two] = 1


def _slashed(codes: Codes, numerals: Numerals) -> Numerals:
    """1/4 as one numeral."""
    n = len(numerals)
    if n < 2:
        return numerals
    touch = (
        (codes[numerals.end[:-1]] == ord("/"))
        & (numerals.start[1:] == numerals.end[:-1] + 1)
        & numerals.arabic[:-1]
        & numerals.arabic[1:]
    )
    value = numerals.integer()
    around = code_set("/0123456789.-")
    touch &= (value[:-1] >= 1) & (value[:-1] < value[1:]) & (value[1:] <= 100) & (numerals.exponent[1:] == 0)
    touch &= (
        ~around[codes[numerals.start[:-1] - 1]]
        & ~around[codes[numerals.end[1:]]]
        & _after_fraction(codes[numerals.end[1:]])
    )
    i = np.flatnonzero(touch)
    if not len(i):
        return numerals
    numerals.denominator[i] = value[i + 1]
    numerals.end[i] = numerals.end[i + 1]
    keep = np.ones(n, np.bool_)
    keep[i + 1] = False
    return numerals.take(keep)


def _after_fraction(code: Codes) -> Bools:
    return code_set("，。；：、）)的以左强弱多\n")[code]


def _fractions(codes: Codes, numerals: Numerals) -> Numerals:
    """X分之Y as one numeral: its value is Y, its denominator X."""
    numerals = _slashed(codes, numerals)
    behind = np.flatnonzero((codes[numerals.end] == ord("分")) & (codes[numerals.end + 1] == ord("之")))
    behind = behind[behind + 1 < len(numerals)]
    behind = behind[numerals.start[behind + 1] == numerals.end[behind] + 2]
    if not len(behind):
        return numerals
    below = numerals.integer()[behind]
    behind, below = behind[below > 0], below[below > 0]
    numerals.start[behind + 1] = numerals.start[behind]
    numerals.denominator[behind + 1] = below
    numerals.chinese[behind + 1] = True
    numerals.bare[behind + 1] = False
    keep = np.ones(len(numerals), np.bool_)
    keep[behind] = False
    return numerals.take(keep)
