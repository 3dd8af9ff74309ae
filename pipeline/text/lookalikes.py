"""Numerals that are no quantity and no date, each with the reason why: 3G, 第十二届, “十一五”, 统一, 一批.

Here: words to mask before numerals are read, and the frames (a letter before, 号线 after) that make a numeral a
name or a number in a series. The lists are seeds/lexicons/lookalikes.csv and frames.csv. Not here: what counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set, find, han, last_before
from pipeline.text.numerals import CHINESE, DIGITS, Numerals

REASONS = (
    "word",
    "name",
    "place",
    "plan",
    "holiday",
    "indefinite",
    "idiom",
    "theory",
    "event",
    "model_code",
    "ordinal",
    "list_number",
    "figure_number",
    "document_number",
    "phone",
    "postcode",
    "hotline",
    "road",
    "number_label",
    "grade",
    "cohort",
    "label",
    "list_name",
    "pointer",
    "year_label",
    "time_of_day",
    "coordinates",
    "page_number",
    "denominator",
    "class_label",
    "era_year",
    "version",
    "lunar_date",
    "index_line",
)
"""Closed list: why a numeral is neither a quantity nor a date."""

CODE = {reason: n for n, reason in enumerate(REASONS)}

_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_OPEN, _CLOSE = code_set("〔[［（(【"), code_set("〕]］）)】")
_QUOTE_OPEN, _QUOTE_CLOSE = code_set('“‘"「『《〈'), code_set('”’"」』》〉')
_LINE_START = code_set("\n\f\0 】")
_AFTER_STOP = code_set("\n\f\0 】。；：，、:;")


@dataclass(frozen=True)
class LookAlikes:
    """Word lists as tries.

    Attributes:
        words: ordinary words and names that hold a Chinese numeral, `word_reason` for each; `word_right` holds, for
            each, the words one of which must follow (empty: any).
        left, right: frames before and after a numeral; `*_script` is any, arabic or chinese.
    """

    words: Trie
    word_reason: Ints
    word_right: tuple[tuple[str, ...], ...]
    left: Trie
    left_reason: Ints
    left_script: tuple[str, ...]
    right: Trie
    right_reason: Ints
    right_script: tuple[str, ...]


def mask_words(codes: Codes, lists: LookAlikes, places: Ints | None = None) -> tuple[Bools, Ints, Ints, Ints]:
    """Chinese numerals inside ordinary words: a mask over places, and the words' starts, ends and reasons.

    A word is left alone when a numeral stands right before it: 八十分 is a number, 十分重要 is not. `places` are
    those that may begin a word, where they are known already.
    """
    word, start, end = lists.words.everywhere(codes, places)
    before = codes[start - 1]
    opens_with_numeral = CHINESE[codes[start]]
    keep = ~(opens_with_numeral & (DIGITS[before] | CHINESE[before]))
    ends_with_numeral = CHINESE[codes[end - 1]]
    after = codes[end]
    bounds = (codes[end - 1] == ord("至")) & (CHINESE[after] | DIGITS[after])  # 四至 as in 四至八人
    keep &= ~bounds
    keep &= ~(ends_with_numeral & CHINESE[after] & (opens_with_numeral | (end - start <= 2)))
    needs = np.array([bool(right) for right in lists.word_right] + [False])
    for i in np.flatnonzero(needs[word]):
        right = codes[end[i] : end[i] + 4].tobytes().decode("utf-16-le", "replace")
        keep[i] &= right.startswith(lists.word_right[word[i]])
    word, start, end = word[keep], start[keep], end[keep]
    size = end - start
    inside = (
        np.arange(size.sum())
        + np.repeat(start - np.concatenate((np.zeros(1, np.int64), np.cumsum(size)[:-1])), size)
        if len(size)
        else start
    )
    mask = np.zeros(len(codes), np.bool_)
    mask[inside] = True
    return mask, start, end, lists.word_reason[word]


def name_lookalikes(
    codes: Codes, numerals: Numerals, unit: Ints, unit_end: Ints, lists: LookAlikes, shares: Bools
) -> Ints:
    """The reason why each numeral is neither quantity nor date, or -1 where nothing says so.

    Args:
        codes, numerals: the view and its numerals.
        unit, unit_end: the row of the unit printed after each numeral (-1 none that its words allow) and where it ends.
        lists: the word lists.
        shares: for each unit row (and for -1), whether it is a per cent, a point, a multiple or money.
    """
    reason = np.full(len(numerals), -1, np.int64)

    def claim(mask: Bools, name: str) -> None:
        reason[mask & (reason < 0)] = CODE[name]

    start, end = numerals.start, numerals.end
    before, before2 = codes[start - 1], codes[start - 2]
    after, after2 = codes[end], codes[end + 1]
    arabic = numerals.arabic
    no_unit = unit < 0
    value = numerals.integer()

    # “十一五”, 八五计划
    claim(_is_plan(codes, numerals), "plan")
    # letters on either side: models, standards, roads
    lettered = arabic & (
        _LETTER[before]
        | ((before == ord("-")) & _LETTER[before2])
        | ((before == ord(".")) & _LETTER[before2])
    )
    # GDP1.8% is a word before a number
    claim(lettered & ~(shares[unit] & _LETTER[before] & _LETTER[before2]), "model_code")
    claim(arabic & _LETTER[after] & no_unit, "model_code")
    claim(arabic & (after == ord("-")) & _LETTER[after2] & no_unit, "model_code")
    claim(arabic & no_unit & ((before == ord("+")) | (after == ord("+"))), "label")
    claim(arabic & (numerals.decimals > 0) & no_unit & (after == ord("版")), "version")
    claim(
        code_set("前后")[before]
        & ~code_set("提以之")[before2]
        & ~arabic
        & (value == 1)
        & code_set("日天年月周期届次个")[after],
        "indefinite",
    )
    # 公元前221年, （前202年）, 高祖五年
    ancient = (before == ord("前")) & ((before2 == ord("元")) | code_set("（(～—–-")[before2]) & (after == ord("年"))
    reigned = ~arabic & (after == ord("年")) & (value >= 1) & (value <= 62) & code_set("祖宗帝")[before]
    claim(ancient | reigned, "era_year")
    _coordinates(codes, numerals, claim)
    return_period = (after == ord("年")) & (after2 == ord("一")) & (codes[end + 2] == ord("遇"))
    claim(return_period, "label")
    claim(numerals.chained & ~_is_date_chain(codes, numerals), "version")
    # joined figures: 3·15, phone numbers, ISO dates are left to `dates`
    nxt = np.append(start[1:], np.iinfo(np.int64).max)
    dotted = (nxt - end == 1) & code_set("·•・")[after] & (value >= 0)
    linked = np.zeros(len(numerals), np.bool_)
    linked[1:] = dotted[:-1]
    claim((dotted | linked), "holiday")
    hyphen = (nxt - end == 1) & code_set("-")[after] & arabic
    behind = np.zeros(len(numerals), np.bool_)
    behind[1:] = hyphen[:-1]
    dial = hyphen & (codes[start] == 0x30) & (numerals.digits >= 3) & (numerals.digits <= 4)
    dialled = np.zeros(len(numerals), np.bool_)
    dialled[1:] = dial[:-1] & (numerals.digits[1:] >= 7)
    dial[:-1] = dialled[1:]
    dial[-1:] = False
    claim(dial | dialled, "phone")
    mobile = (
        arabic & (numerals.digits == 11) & (codes[start] == ord("1")) & no_unit & (numerals.decimals == 0)
    )
    claim(mobile, "phone")

    # 第十二届, 第三、四、五期; places in a ranking were decided before and carry a unit of their own
    quarter = (after == ord("季")) & (after2 == ord("度"))
    if len(numerals) > 1:  # 第1～3季度
        quarter[:-1] |= quarter[1:] & (start[1:] - end[:-1] <= 2) & code_set("～-—–至、和及")[after[:-1]]
    claim((before == ord("第")) & ~quarter, "ordinal")
    # document numbers: 临政函〔2009〕12号
    bracketed = _OPEN[before] & _CLOSE[after] & arabic & (numerals.digits == 4) & (numerals.decimals == 0)
    serial = np.zeros(len(numerals), np.bool_)
    gap = np.append(start[1:] - end[:-1], 99)
    by_number = np.append((codes[end[1:]] == ord("号")), False)
    year_of_document = bracketed & (gap <= 3) & by_number
    serial[1:] = year_of_document[:-1]
    fragment = bracketed & (codes[start - 1] == ord("〔"))
    claim(year_of_document | serial | fragment, "document_number")
    reason[serial] = CODE["document_number"]

    frame, length = lists.left.at(codes, start - 1, -1)
    for script, mask in (("any", np.ones(len(numerals), np.bool_)), ("arabic", arabic), ("chinese", ~arabic)):
        allowed = np.array([each == script for each in lists.left_script] + [False])
        hit = (frame >= 0) & allowed[frame] & mask & no_unit
        reason[hit & (reason < 0)] = lists.left_reason[frame[hit & (reason < 0)]]

    # 一、 （一） 1. at the start of a line or a clause
    list_mark = _LINE_START[before] & code_set("、.．)）")[after] & (value >= 0) & (value < 100) & no_unit
    list_mark &= ~(CHINESE[after2] & (codes[end + 2] == ord("季")))  # 一、二季度
    # 注：1.本表不含…；2.合计…
    item = _AFTER_STOP[before] & code_set(".．、")[after] & han(after2) & arabic
    list_mark |= item & (value >= 1) & (value < 30) & no_unit
    bracket_mark = code_set("（(")[before] & code_set("）)")[after] & (value >= 0) & (value < 100) & no_unit
    counted = (value >= 1) & (value <= 20) & ~arabic & (after == ord("是")) & _AFTER_STOP[before]
    claim(list_mark | bracket_mark | counted, "list_number")

    frame, length = lists.right.at(codes, end)
    right_end = end + length
    for script, mask in (("any", np.ones(len(numerals), np.bool_)), ("arabic", arabic), ("chinese", ~arabic)):
        allowed = np.array([each == script for each in lists.right_script] + [False])
        longer = no_unit | (right_end > unit_end)
        hit = (frame >= 0) & allowed[frame] & mask & longer & (reason < 0) & (numerals.denominator == 0)
        hit &= (lists.right_reason[frame] != CODE["label"]) | (numerals.exponent == 0)  # 1.2亿元化肥
        reason[hit] = lists.right_reason[frame[hit]]
    _quoted_names(codes, numerals, claim)
    dated = code_set("年月日号季")[after] & (arabic | (numerals.digits == 4))
    dated &= (after != ord("年")) | (numerals.digits == 4)
    claim(_in_title(codes, numerals) & ~dated & ~no_unit, "name")  # 《三十年风雨》
    vague = (value == 10) & code_set("百千")[before]  # 百十户
    vague |= (codes[end - 1] == ord("两")) & (end - start == 2) & (codes[start] == ord("三"))  # 三两天
    claim(~arabic & vague, "indefinite")
    claim(_names_an_indicator(codes, numerals), "denominator")
    claim(_points_back(codes, numerals), "pointer")
    # 2009级, 2010版, “2009杭州…论坛”: a year without 年
    label = (
        arabic
        & (numerals.digits == 4)
        & (value >= 1900)
        & (value <= 2100)
        & no_unit
        & (numerals.decimals == 0)
    )
    label &= after != ord("年")
    named = label & (_QUOTE_OPEN[before] | code_set("级版届款")[after] | _QUOTE_CLOSE[after])
    claim(named, "year_label")
    claim(arabic & (after == ord("号")) & no_unit, "number_label")
    claim(~arabic & (after == ord("号")) & no_unit & (numerals.digits <= 2), "number_label")

    # 杭州市十一届人大四次会议
    session = ~arabic & (after == ord("次")) & code_set("大协会届委团")[before]
    claim(session, "ordinal")
    phase = (
        ~arabic
        & (after == ord("期"))
        & ~numerals.over
        & (value >= 1)
        & (value <= 10)
        & (numerals.digits == 1)
    )
    trained = code_set("培训班讲报刊简")[after2] | code_set("办了共班刊报训版")[before]
    claim(phase & ~trained, "ordinal")
    _clock(codes, numerals, reason)
    _continued(codes, numerals, reason, unit)
    return reason


PLANS = (*(f"{tens}{unit}五" for tens in ("", "十") for unit in "一二三四五六七八九"), "十五", "二十五")
_AFTER_PLAN = (
    "计划",
    "规划",
    "期间",
    "时期",
    "期末",
    "末",
    "以来",
    "初期",
    "前",
    "中期",
    "后期",
    "初",
    "开局",
    "收官",
    "重大",
    "重点",
    "发展",
    "专项",
    "攻关",
)


@dataclass(frozen=True)
class PlanPeriods:
    """Five-year plans named as a time (“十一五”期间): the numeral, the span, the first year."""

    numeral: Ints
    start: Ints
    end: Ints
    year: Ints


def plan_periods(codes: Codes, numerals: Numerals, plan: Bools) -> PlanPeriods:
    """The plans among numerals that 期间 or 时期 follows.

    一五 began in 1953, 二五 in 1958, 三五 in 1966 and every later one five years after the one before.
    """
    rows = []
    for i in np.flatnonzero(plan):
        text = codes[numerals.start[i] : numerals.end[i]].tobytes().decode("utf-16-le")
        tail = codes[numerals.end[i] : numerals.end[i] + 3].tobytes().decode("utf-16-le", "replace")
        quoted = tail[:1] in '”’"」'
        if not tail[quoted:].startswith(("期间", "时期")):
            continue
        number = {"十五": 10}.get(text) or (
            "一二三四五六七八九".index(text[-2]) + 1 + (10 if len(text) == 3 else 0)
        )
        year = {1: 1953, 2: 1958}.get(number, 1966 + 5 * (number - 3))
        opened = chr(codes[numerals.start[i] - 1]) in '“‘"「'
        rows.append((i, numerals.start[i] - (quoted and opened), numerals.end[i] + quoted + 2, year))
    columns = np.array(rows, np.int64).reshape(-1, 4)
    return PlanPeriods(*columns.T)


def _is_plan(codes: Codes, numerals: Numerals) -> Bools:
    """Numerals of five-year plans: in quotation marks, or before 计划 and 期间."""
    found = np.zeros(len(numerals), np.bool_)
    last = codes[numerals.end - 1] == ord("五")
    width = numerals.end - numerals.start
    for i in np.flatnonzero(last & (width >= 2) & (width <= 3) & ~numerals.arabic):
        if codes[numerals.start[i] : numerals.end[i]].tobytes().decode("utf-16-le") not in PLANS:
            continue
        before, after = (
            chr(codes[numerals.start[i] - 1]),
            codes[numerals.end[i] : numerals.end[i] + 3].tobytes().decode("utf-16-le", "replace"),
        )
        quoted = before in '“‘"「' and after[0] in '”’"」'
        continued = (after.startswith(_AFTER_PLAN) and after[0] not in "前初末") or (
            after[0] in "末" and width[i] == 3
        )
        found[i] = quoted or continued
    return found


_NAMED_BY = (
    "计划",
    "工程",
    "行动",
    "战略",
    "模式",
    "政策",
    "活动",
    "机制",
    "格局",
    "体系",
    "大会",
    "论坛",
    "平台",
    "项目",
    "专项",
    "目标",
    "思路",
    "制度",
    "方针",
    "精神",
    "产业集群",
    "试点",
    "标准",
)


def _quoted_names(codes: Codes, numerals: Numerals, claim: Callable[[Bools, str], None]) -> None:
    """Numerals that open a quoted name: “312人才计划”, “1+3”模式."""
    opens = _QUOTE_OPEN[codes[numerals.start - 1]]
    found = np.zeros(len(numerals), np.bool_)
    for i in np.flatnonzero(opens):
        tail = codes[numerals.end[i] : numerals.end[i] + 16].tobytes().decode("utf-16-le", "replace")
        close = next((k for k, character in enumerate(tail) if character in "”’」"), -1)
        if close >= 0:
            found[i] = tail[:close].endswith(_NAMED_BY) or tail[close + 1 :].startswith(_NAMED_BY[:5])
    claim(found, "name")


def _in_title(codes: Codes, numerals: Numerals) -> Bools:
    """Numerals inside 《…》."""
    opens, closes = find(codes, "《"), find(codes, "》")
    if not len(opens) or not len(closes):
        return np.zeros(len(numerals), np.bool_)
    opened, closed = last_before(opens, numerals.start), last_before(closes, numerals.start)
    begun = np.where(opened >= 0, opens[opened], -1)
    inside = begun > np.where(closed >= 0, closes[closed], -1)
    following = np.minimum(closed + 1, len(closes) - 1)
    return inside & (closes[following] > numerals.start) & (closes[following] - numerals.start <= 60)


def _points_back(codes: Codes, numerals: Numerals) -> Bools:
    """The 两 of 青溪、渡口两县: as many places as were just named, and no count."""
    value = numerals.integer()
    found = ~numerals.arabic & (value >= 2) & (value <= 10) & (numerals.end - numerals.start == 1)
    found &= code_set("县区镇乡村市州旗省")[codes[numerals.end]] & han(codes[numerals.start - 1])
    for i in np.flatnonzero(found):
        before = codes[max(numerals.start[i] - 40, 0) : numerals.start[i]].tobytes().decode("utf-16-le", "replace")
        listed = re.split(r"[^\u4e00-\u9fff、]", before)[-1]
        names = re.split(r"[、和与及]", listed)
        found[i] = len(names) == value[i] and all(len(name) >= 2 for name in names)
    return found


def _names_an_indicator(codes: Codes, numerals: Numerals) -> Bools:
    """The 10万 of 10万人火灾死亡率 and the 百万 of 百万吨死亡率: a rate for so many."""
    found = code_set("人吨车户")[codes[numerals.end]] & _AFTER_STOP[codes[numerals.start - 1]]
    for i in np.flatnonzero(found):
        if numerals.mantissa[i] * 10.0 ** numerals.exponent[i] not in (1e4, 1e5, 1e6, 1e8):
            found[i] = False
            continue
        tail = codes[numerals.end[i] + 1 : numerals.end[i] + 11].tobytes().decode("utf-16-le", "replace")
        found[i] = re.match(r"[\u4e00-\u9fff]{0,8}率", tail) is not None
    return found


def _coordinates(codes: Codes, numerals: Numerals, claim: Callable[[Bools, str], None]) -> None:
    """北纬30°12′, 东经120度12分."""
    n = len(numerals)
    if not n:
        return
    first = code_set("经纬")[codes[numerals.start - 1]] & code_set("东西北南")[codes[numerals.start - 2]]
    mark = code_set("°′″度分秒")[codes[numerals.end]]
    found = first & mark
    for _ in range(4):
        touch = found[:-1] & mark[1:] & (numerals.start[1:] == numerals.end[:-1] + 1)
        ranged = (
            found[:-1]
            & mark[1:]
            & (numerals.start[1:] == numerals.end[:-1] + 2)
            & code_set("～-—–至")[codes[numerals.end[:-1] + 1]]
        )
        found[1:] |= touch | ranged
    claim(found, "coordinates")


def _is_date_chain(codes: Codes, numerals: Numerals) -> Bools:
    """Chains such as 2009.1.30."""
    found = np.zeros(len(numerals), np.bool_)
    for i in np.flatnonzero(numerals.chained):
        parts = codes[numerals.start[i] : numerals.end[i]].tobytes().decode("utf-16-le").split(".")
        found[i] = (
            len(parts) == 3 and len(parts[0]) == 4 and 1 <= int(parts[1]) <= 12 and 1 <= int(parts[2]) <= 31
        )
    return found


def _clock(codes: Codes, numerals: Numerals, reason: Ints) -> None:
    """上午9时30分, 20时许, 8点10分, 9:30."""
    value = numerals.integer()
    end = numerals.end
    mark, after = codes[end], codes[end + 1]
    hour = (
        (value >= 0) & (value <= 24) & (numerals.decimals == 0) & ((mark == ord("时")) | (mark == ord("点")))
    )
    before = codes[numerals.start - 1]
    pointed = (
        (mark == ord("点"))
        & ~code_set("日午晨晚夜上夕早")[before]
        & ~(code_set("钟半整许")[after] | DIGITS[after] | CHINESE[after])
    )
    hour &= ~pointed & (reason < 0)
    hour &= ~((mark == ord("时")) & code_set("期代")[after])
    reason[hour] = CODE["time_of_day"]
    previous = np.zeros(len(numerals), np.bool_)
    previous[1:] = hour[:-1] & (numerals.start[1:] == end[:-1] + 1)
    minute = previous & (mark == ord("分")) & (value >= 0) & (value < 60)
    reason[minute] = CODE["time_of_day"]
    second = np.zeros(len(numerals), np.bool_)
    second[1:] = minute[:-1] & (numerals.start[1:] == end[:-1] + 1) & (mark[1:] == ord("秒"))
    reason[second] = CODE["time_of_day"]
    colon = (
        np.append((numerals.start[1:] == end[:-1] + 1), False)
        & code_set(":：")[mark]
        & (value >= 0)
        & (value <= 24)
    )
    two = np.append(numerals.digits[1:] == 2, False) & np.append(numerals.decimals[1:] == 0, False)
    two &= np.append(value[1:] < 60, False)
    behind = np.append(end[1:], 0)
    running = code_set("开始结束在许左举抵到出起止发")[codes[behind]] & _AFTER_STOP[before]
    said = code_set("日午晨晚夜间）)至～-—–于从自到时天")[before] | running
    timed = colon & two & said & (numerals.decimals == 0) & (reason < 0)
    reason[timed] = CODE["time_of_day"]
    follows = np.zeros(len(numerals), np.bool_)
    follows[1:] = timed[:-1]
    reason[follows] = CODE["time_of_day"]
    # the first hour of 9～11时
    if len(numerals) > 1:
        ranged = (
            (numerals.start[1:] - end[:-1] == 1)
            & code_set("～-—–至")[codes[end[:-1]]]
            & (reason[1:] == CODE["time_of_day"])
            & (mark[1:] == ord("时"))
        )
        ranged &= (value[:-1] >= 0) & (value[:-1] <= 24)
        reason[:-1][ranged] = CODE["time_of_day"]


def _continued(codes: Codes, numerals: Numerals, reason: Ints, unit: Ints) -> None:
    """The 四、五 of 第三、四、五期 and the 3 of 第1～3卷 are what their first is."""
    if len(numerals) < 2:
        return
    near = (numerals.start[1:] - numerals.end[:-1] == 1) & code_set("、和及与至～-—–到")[
        codes[numerals.end[:-1]]
    ]
    for _ in range(6):
        more = (
            near
            & (reason[:-1] == CODE["ordinal"])
            & (reason[1:] < 0)
            & (codes[numerals.start[:-1] - 1] != 0)
            & (unit[:-1] < 0)
        )
        if not more.any():
            return
        reason[1:][more] = CODE["ordinal"]
