"""Hypothesis strategies for the prose of yearbooks: amounts and dates as they are written, and strings of their pieces.

Belongs here: what made-up text looks like. Does not belong here: what it means (tests/oracle) and what must hold of it
(the tests).
"""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from tests.oracle.numerals import CHINESE
from tests.oracle.units import unit_table

LEFT_OUT = {
    "12、15和18万元": "whether 万 spreads over a list is undecided: 12 or 12万",
    "三千克": "三 千克 or 三千 克: both readings are possible",
    "三百五, 万八": "colloquial tails are no numerals of written prose",
    "约5吨以上": "two bounds at once have no settled meaning",
    "一个, 一批": "indefinite 一 needs the clause around it",
    "二期, 三次, 五级": "count, ordinal or grade: needs the words around it",
    "两市, 三省": "nouns in the place of a unit point back at a list",
    "每百人3.5张": "a rate with 每 takes its denominator from outside the span",
    "2元5角": "compounds of two units: the contract does not say how many rows",
    "总指数101.8": "a number without a unit takes it from a noun or a table head",
    "约50～60人": "a word of approximation before a range has no settled meaning",
    "1978年。6月3日": "how far a year reaches beyond its sentence is open in the contract",
}
"""Constructs that the strategies leave out because no reading of the contract is certain, with the reason."""


# ---- amounts as they are written ------------------------------------------------------------------------------


def any_of(phrases: str) -> st.SearchStrategy[str]:
    """One of several phrases, given as one string with | between them."""
    return st.sampled_from(phrases.split("|"))


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def many(part: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(part, min_size=1, max_size=most).map("".join)


SUBJECTS = any_of("合计|累计达|安排|新增|其中|全市共有|完成|实现销售|当地有|用于建设的有|比上年增加|下降")
TAILS = any_of("，|。|；|，其余待定。|，比例上升。|（含郊区），")
LEFT = any_of("约|近|超过|突破|逾|不足|不到|至少|达|约为|不低于|不超过|接近|超|||")
RIGHT = any_of("以上|以下|左右|以内|及以上|上下||")
COMMON = any_of(
    "元|万元|美元|人|名|人次|吨|公斤|平方米|平方公里|公里|亩|公顷|千瓦|千瓦时|%|‰|个百分点|家|户|件|项|个|辆|倍|天"
    "|个月|小时|立方米|张|份|台|座|所|元/平方米|人/平方公里|公斤/亩"
)
FULLWIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

figures = st.one_of(
    st.integers(2, 99999).map(str),
    st.integers(1000, 9999999).map("{:,}".format),
    st.builds("{}.{}".format, st.integers(0, 9999), st.integers(1, 99)),
    st.integers(2, 9999).map(lambda number: str(number).translate(FULLWIDTH)),
)
scaled = joined(figures, any_of("||万|亿|万亿"))
mixed = st.builds("{}亿{}万".format, st.integers(1, 9999), st.integers(1000, 9999))
chinese = st.one_of(
    st.builds(
        lambda form, digit: form.format(digit),
        any_of("{}十|{}十六|{}百|{}百四十|{}千六百|{}万|{}万二千|{}十万|{}亿"),
        st.sampled_from("二三四五六七八九"),
    ),
    any_of(
        "十二|十六|一百零五|一千零三十|一万一千|一亿零五十万|二〇〇|两千三百|贰仟伍佰|壹佰贰拾|廿六|三点五|十二点八"
    ),
)
vague = st.one_of(
    joined(any_of("20|300|4700|1.2万|二十|三百|一万一千|百|千|两千|30万|10"), st.sampled_from("余多")),
    joined(any_of("10|20|300|三十|二百"), st.sampled_from("余多"), st.sampled_from("万亿")),
)
pairs = st.builds(
    lambda digit, form: form.format(*"三四五六七八九"[digit : digit + 2]),
    st.integers(0, 4), any_of("{}{}|{}{}十|{}{}百|{}{}千|{}{}万|十{}{}|一千{}{}百|{}{}十万"),
)  # fmt: skip


@st.composite
def single(draw: st.DrawFn) -> str:
    """One amount with at most one bound outside, or 余 inside."""
    number, unit = draw(st.one_of(scaled, mixed, chinese, vague, pairs)), draw(COMMON)
    if (number[-1] in CHINESE and unit[0] == "千") or (not number[-1].isdigit() and unit == "万元"):
        unit = "元"
    if number[-1] in "余多" or number[-2:-1] in ("余", "多"):
        return number + unit
    return draw(
        st.one_of(LEFT.map(lambda left: left + number + unit), RIGHT.map(lambda right: number + unit + right))
    )


@st.composite
def ranges(draw: st.DrawFn) -> str:
    """Two figures that rise; unit and multiplier stand once or twice."""
    low = draw(st.integers(2, 500))
    high = low + draw(st.integers(1, 400))
    scale = draw(any_of("|万|亿"))
    unit = draw(COMMON.filter(lambda unit: unit != "万元" and not (scale and unit[0] == "千")))
    first = draw(st.sampled_from(["", scale + unit]))
    point, link, after = draw(any_of("|.5")), draw(st.sampled_from("～—-至到〜~–－")), draw(any_of("||以上"))
    return f"{low}{point}{first}{link}{high}{point}{scale}{unit}{after}"


@st.composite
def lists(draw: st.DrawFn) -> str:
    """Numbers that share the unit of the last."""
    *front, last = draw(st.lists(st.integers(11, 9999).map(str), min_size=2, max_size=4))
    link, unit = draw(st.sampled_from("、和与")), draw(any_of("个百分点|%|元|吨|人|公里|件|倍"))
    return "分别为" + "、".join(front) + link + last + unit


@st.composite
def shares(draw: st.DrawFn) -> str:
    """百分之, 分之 and 成."""
    forms = "百分之{0}|百分之{0}十|百分之{0}十{1}|百分之{0}点{1}|百分之{0}以上|千分之{0}|万分之{0}|十分之{1}"
    forms += "|四分之三|三分之二|{0}成|{0}成{1}|{0}成半|{0}成以上|近{0}成|约{0}成|{0}成多"
    first, second = draw(st.sampled_from("二三四五六七八九")), draw(st.sampled_from("二三五六"))
    return "占比" + draw(any_of(forms)).format(first, second)


ranks = st.builds(
    lambda form, place: form.format(place),
    any_of("居全省第{}位|列全国第{}位|进入全省前{}名|位居前{}位|名列第{}名"),
    st.one_of(st.integers(2, 99).map(str), st.sampled_from("二三四五六七八九")),
)
bare = joined(any_of("超过|突破|逾|近|首次突破"), any_of("亿元|百万元|千万元|万人|万吨|万亿元|亿千瓦时"))
proportions = st.builds(
    lambda colon, terms: "比例为" + colon.join(map(str, terms)),
    st.sampled_from(":：∶"), st.lists(st.integers(60, 99), min_size=2, max_size=3),
)  # fmt: skip
sensed = st.builds(
    lambda form, number: form.format(number),
    any_of(
        "年龄{}岁|用电{}万度|气温{}度|坡度{}度|存储容量{}太|出口带宽{}兆|出口带宽{}吉|土方{}万方|得分{}分|原油{}桶"
        "|排名上升{}位"
    ),
    st.integers(11, 999),
)
printed = st.builds(
    lambda form, whole, part: form.format(whole, part),
    any_of(
        "面积{0}·{1}万亩|占{0}·{1}%|产值{0}.{1}亿 元|线路长{0} km|设施{0}.{1}万 平方米|浓度分别为{0}、3{0}微克/立方米"
        "|签约{0}个|配置彩超{0}台|编印《{0}年纪事》{0}册|树龄约1{0}0年|距今约2{0}0年|成本降低百分之十至十五"
    ),
    st.integers(11, 99),
    st.integers(1, 9),
)
"""What the press and the genre do to numbers: raised points, blanks, shared denominators, numbers of titles, ages."""
amounts = st.one_of(single(), single(), ranges(), lists(), shares(), ranks, bare, proportions, sensed, printed)
clauses = joined(SUBJECTS, amounts, TAILS)


def units(forbidden: bool) -> list[str]:
    """Printed units of one sense, or those that some word after them forbids."""
    names = []
    for surface, rows in unit_table().items():
        one_sense = len(rows) == 1 and rows[0].kind in ("unit", "classifier") and not rows[0].context
        one_list = rows[0].not_before and all(row.not_before == rows[0].not_before for row in rows)
        if (forbidden and rows[0].kind != "noun" and one_list) or (
            not forbidden and one_sense and surface[0] not in CHINESE + "个/余多来几半成比分点"
        ):
            names.append(surface)
    return sorted(names)


@st.composite
def forbidden_units(draw: st.DrawFn) -> str:
    """A unit right before a word that forbids it: 5成立 is no share."""
    surface = draw(st.sampled_from(units(forbidden=True)))
    word = draw(st.sampled_from(unit_table()[surface][0].not_before))
    assume(
        not any(surface + word[:more] in unit_table() for more in range(1, len(word) + 1))
    )  # 克 before 拉玛
    return f"共{draw(st.integers(2, 99))}{surface}{word}，"


# ---- dates ----------------------------------------------------------------------------------------------------

HAN = "〇一二三四五六七八九"
years = st.integers(1949, 2025)


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else HAN[tens] + "十") + (HAN[ones] if ones else "")


@st.composite
def days(draw: st.DrawFn) -> str:
    """Days and months, alone and as ranges, with and without a year."""
    month, day, link = draw(st.integers(1, 12)), draw(st.integers(1, 27)), draw(st.sampled_from("～—-至到"))
    later, other = (
        draw(st.integers(day + 1, 28)),
        draw(st.integers(1, 12).filter(lambda other: other != month)),
    )
    first, last = sorted((month, other))
    plain = f"{month}月{day}日|{month}月|{month}月{day}{link}{later}日|{month}月{day}日{link}{later}日"
    plain += f"|{first}月{day}日{link}{last}月{day}日|{first}{link}{last}月|{month}月末|{month}月底"
    plain += f"|{month}月上旬|{month}月中旬|{month}月下旬|{first}月、{last}月"
    forms = plain + f"|{_han(month)}月{_han(day)}日|{_han(month)}月{_han(day)}日至{_han(later)}日"
    forms += f"|{month}月{day}日举行，{later}日"
    year = draw(years)
    return draw(st.one_of(any_of(forms), any_of(plain).map(lambda form: f"{year}年{form}")))


@st.composite
def spells(draw: st.DrawFn) -> str:
    """Years, quarters, halves, decades."""
    year, span, quarter = draw(years), draw(st.integers(1, 9)), draw(st.sampled_from("一二三四"))
    forms = f"{year}年|{year}～{year + span}年|{year}—{year + span}年|{year}年至{year + span}年|{year}年底|{year}年末"
    forms += f"|年末|年底|{quarter}季度|第{quarter}季度|{year}年{quarter}季度|前三季度|上半年|下半年|{year}年上半年"
    forms += "|20世纪80年代|90年代|19世纪60年代|20世纪80～90年代|六七十年代|20世纪五六十年代"
    forms += f"|{year}—{year + 1}学年度|{year}、{year + 1}年|第1～3季度|民国{span}年|民国{span}至{span + 5}年"
    forms += f"|民国元年至{HAN[span]}年|光绪{HAN[span]}年|宣统元年|民国{span}年{span}月"
    forms += f"|{year}年12月—{year + 1}年3月|12月28日至次年1月3日|{''.join(HAN[int(digit)] for digit in str(year))}年"
    return draw(any_of(forms))


lunar = st.builds(
    lambda form, ones: form.format(HAN[ones], HAN[ones + 1]),
    any_of("农历八月十{0}|农历{0}月初{0}|正月初{0}|正月初{0}至初{1}|腊月二十{0}|腊月廿{0}|九月初{0}|冬月十{0}"),
    st.integers(1, 8),
)
dated = joined(
    st.one_of(days(), spells(), lunar), any_of("举行研讨，|开工建设。|，工程竣工。|，大桥通车；|召开例会。")
)


# ---- random strings ---------

pieces = any_of(
    "0|1|2|3|4|5|6|7|8|9|12|2009|3.5|1,234|一|二|三|七|八|十|百|千|万|亿|零|〇|两|余|多|半|成|元|吨|人|个|家|%|‰"
    "|千瓦|平方米|个百分点|年|月|日|季度|年末|上半年|次年|约|超过|以上|左右|第|位|前|名|百分之|分之|、|和|～|至|-"
    "|，|。|；|：|:|/|（|）|产量|增长|下降|其中"
)

amount_text = many(clauses, 12)
unit_text = many(
    joined(SUBJECTS, st.one_of(scaled, vague), st.sampled_from(units(forbidden=False)), TAILS), 12
)
forbidden_unit_text = many(forbidden_units(), 8)
currency_text = st.builds(
    lambda form, number: f"安排{form.format(number)}。",
    any_of("港币{}万元|美金{}元|日元{}万元|新台币{}元|人民币{}元"),
    st.integers(2, 9999),
)
date_text = many(dated, 8)
mixed_text = many(st.one_of(dated, clauses), 10)
random_text = many(pieces, 14).map(lambda body: f"其中{body}。")
