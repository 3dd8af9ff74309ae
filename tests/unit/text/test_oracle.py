"""The columnar engine against a plain `re` reading of the same language, on made-up and on real text.

Belongs here: strategies that compose clauses as yearbooks write them, random strings of numeral and unit
characters, and the comparison with `tests/oracle`. Does not belong here: single expectations (tests/cases) and laws
that need no second reading (test_facts_laws).

Where the oracle has a doubt it judges nothing: neither reading counts in that stretch. Clauses about amounts are
composed within the language, so there a doubt is as much a failure as a disagreement.
"""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import pipeline
from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment
from tests import oracle
from tests.oracle import Amount, Period, Reading
from tests.oracle.numerals import CHINESE
from tests.oracle.units import unit_table

YEAR = 2009
HEAD = "【概况】 "
CASES = Path(__file__).resolve().parents[2] / "cases"

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

SETTLED = {
    "居全省地市第三": "a rank without 位: the engine knows the words before it, the oracle wants the classifier",
    "同日\\u3000县委": "同日 refers back; the oracle reads only dates that are written out",
    "成交额3215678": "a column of a table takes its unit from （单位：…）",
    "成交额2470322": "the same",
    "1.2万平\\n方米": "a unit broken by a line end",
}
"""Rows of the real texts that only one reading has although it has no doubt, and why that may stand."""

OPEN = {
    "三百二十戶、一百六十萬元": "the engine looks for a named currency in the clause; here it stands before it",
}
"""Rows of the real texts that the engine does not yet read as the contract wants."""


# ---- the comparison -------------------------------------------------------------------------------------------


@cache
def _reference() -> Reference:
    return load_reference(pipeline.SEEDS)


def _document(text: str) -> pa.Table:
    row = {
        "document_id": "d", "volume_id": "d", "media_type": "text/plain", "encoding": "utf-8", "sha256": "",
        "characters": len(text), "text": text,
    }  # fmt: skip
    return pa.Table.from_pylist([row], schema=DOCUMENTS)


def _exact(number: Any) -> Fraction | None:
    return None if number is None else Fraction(number)


def engine(text: str, year: int, offset: int = 0) -> set[Amount | Period]:
    """What the engine finds in one document; places are moved by `offset` to the left."""
    documents = _document(text)
    segments = segment(documents)
    volume = Volume("d", None, None, year, "manifest", None, None, None)
    tables = read_facts(documents, segments.entries, segments.zones, volume, _reference())
    found: set[Amount | Period] = set()
    for row in tables["quantities"].to_pylist():
        value, low, high = (_exact(row[name]) for name in ("value", "low", "high"))
        start, end = row["span_start"] - offset, row["span_end"] - offset
        found.add(Amount(start, end, value, low, high, row["bound"], row["unit"]))
    for row in tables["dates"].to_pylist():
        if row["date_start"] is not None:
            start, end = row["span_start"] - offset, row["span_end"] - offset
            found.add(Period(start, end, row["date_start"], row["date_end"]))
    return found


def _stored(item: Amount) -> Amount:
    """The oracle's exact fractions as a column of six decimals keeps them."""
    value, low, high = (None if one is None else Fraction(round(one, 6)) for one in (item.value, item.low, item.high))
    return dataclasses.replace(item, value=value, low=low, high=high)


def differences(text: str, found: set[Amount | Period], reading: Reading) -> list[str]:
    """One line for each row that only one of the two readings has, outside the oracle's doubts."""

    def judged(item: Amount | Period) -> bool:
        return not any(doubt.start < item.end and item.start < doubt.end for doubt in reading.doubts)

    by_engine = {item for item in found if judged(item)}
    by_oracle: set[Amount | Period] = {_stored(item) for item in reading.amounts if judged(item)}
    by_oracle |= {item for item in reading.periods if judged(item)}
    lines = []
    for who, items in (("engine", by_engine - by_oracle), ("oracle", by_oracle - by_engine)):
        for item in sorted(items, key=lambda item: item.start):
            near = text[max(0, item.start - 10) : item.end + 6]
            lines.append(f"only the {who}: {text[item.start : item.end]!r} in {near!r} {item}")
    return lines


def agree(body: str, doubts_allowed: bool = False) -> None:
    """Fail with the rows that differ when `body` is the body of an entry."""
    reading = oracle.read(body, YEAR)
    if not doubts_allowed:
        assert not reading.doubts, [(body[doubt.start : doubt.end], doubt.reason) for doubt in reading.doubts]
    assert not differences(body, engine(HEAD + body, YEAR, len(HEAD)), reading)


# ---- amounts as they are written ------------------------------------------------------------------------------

composed = settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))


def _any_of(phrases: str) -> st.SearchStrategy[str]:
    """One of several phrases, given as one string with | between them."""
    return st.sampled_from(phrases.split("|"))


def _all(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _many(part: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(part, min_size=1, max_size=most).map("".join)


SUBJECTS = _any_of("合计|累计达|安排|新增|其中|全市共有|完成|实现销售|当地有|用于建设的有|比上年增加|下降")
TAILS = _any_of("，|。|；|，其余待定。|，比例上升。|（含郊区），")
LEFT = _any_of("约|近|超过|突破|逾|不足|不到|至少|达|约为|不低于|不超过|接近|超|||")
RIGHT = _any_of("以上|以下|左右|以内|及以上|上下||")
COMMON = _any_of(
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
scaled = _all(figures, _any_of("||万|亿|万亿"))
mixed = st.builds("{}亿{}万".format, st.integers(1, 9999), st.integers(1000, 9999))
chinese = st.one_of(
    st.builds(
        lambda form, digit: form.format(digit),
        _any_of("{}十|{}十六|{}百|{}百四十|{}千六百|{}万|{}万二千|{}十万|{}亿"),
        st.sampled_from("二三四五六七八九"),
    ),
    _any_of("十二|十六|一百零五|一千零三十|一万一千|一亿零五十万|二〇〇|两千三百|贰仟伍佰|壹佰贰拾|廿六|三点五|十二点八"),
)
vague = st.one_of(
    _all(_any_of("20|300|4700|1.2万|二十|三百|一万一千|百|千|两千|30万|10"), st.sampled_from("余多")),
    _all(_any_of("10|20|300|三十|二百"), st.sampled_from("余多"), st.sampled_from("万亿")),
)
pairs = st.builds(
    lambda digit, form: form.format(*"三四五六七八九"[digit : digit + 2]),
    st.integers(0, 4), _any_of("{}{}|{}{}十|{}{}百|{}{}千|{}{}万|十{}{}|一千{}{}百|{}{}十万"),
)  # fmt: skip


@st.composite
def single(draw: st.DrawFn) -> str:
    """One amount with at most one bound outside, or 余 inside."""
    number, unit = draw(st.one_of(scaled, mixed, chinese, vague, pairs)), draw(COMMON)
    if (number[-1] in CHINESE and unit[0] == "千") or (not number[-1].isdigit() and unit == "万元"):
        unit = "元"
    if number[-1] in "余多" or number[-2:-1] in ("余", "多"):
        return number + unit
    return draw(st.one_of(LEFT.map(lambda left: left + number + unit), RIGHT.map(lambda right: number + unit + right)))


@st.composite
def ranges(draw: st.DrawFn) -> str:
    """Two figures that rise; unit and multiplier stand once or twice."""
    low = draw(st.integers(2, 500))
    high = low + draw(st.integers(1, 400))
    scale = draw(_any_of("|万|亿"))
    unit = draw(COMMON.filter(lambda unit: unit != "万元" and not (scale and unit[0] == "千")))
    first = draw(st.sampled_from(["", scale + unit]))
    point, link, after = draw(_any_of("|.5")), draw(st.sampled_from("～—-至到〜~–－")), draw(_any_of("||以上"))
    return f"{low}{point}{first}{link}{high}{point}{scale}{unit}{after}"


@st.composite
def lists(draw: st.DrawFn) -> str:
    """Numbers that share the unit of the last."""
    *front, last = draw(st.lists(st.integers(11, 9999).map(str), min_size=2, max_size=4))
    link, unit = draw(st.sampled_from("、和与")), draw(_any_of("个百分点|%|元|吨|人|公里|件|倍"))
    return "分别为" + "、".join(front) + link + last + unit


@st.composite
def shares(draw: st.DrawFn) -> str:
    """百分之, 分之 and 成."""
    forms = "百分之{0}|百分之{0}十|百分之{0}十{1}|百分之{0}点{1}|百分之{0}以上|千分之{0}|万分之{0}|十分之{1}"
    forms += "|四分之三|三分之二|{0}成|{0}成{1}|{0}成半|{0}成以上|近{0}成|约{0}成|{0}成多"
    first, second = draw(st.sampled_from("二三四五六七八九")), draw(st.sampled_from("二三五六"))
    return "占比" + draw(_any_of(forms)).format(first, second)


ranks = st.builds(
    lambda form, place: form.format(place),
    _any_of("居全省第{}位|列全国第{}位|进入全省前{}名|位居前{}位|名列第{}名"),
    st.one_of(st.integers(2, 99).map(str), st.sampled_from("二三四五六七八九")),
)
bare = _all(_any_of("超过|突破|逾|近|首次突破"), _any_of("亿元|百万元|千万元|万人|万吨|万亿元|亿千瓦时"))
proportions = st.builds(
    lambda colon, terms: "比例为" + colon.join(map(str, terms)),
    st.sampled_from(":：∶"), st.lists(st.integers(60, 99), min_size=2, max_size=3),
)  # fmt: skip
sensed = st.builds(
    lambda form, number: form.format(number),
    _any_of(
        "年龄{}岁|用电{}万度|气温{}度|坡度{}度|存储容量{}太|出口带宽{}兆|出口带宽{}吉|土方{}万方|得分{}分|原油{}桶"
        "|排名上升{}位"
    ),
    st.integers(11, 999),
)
amounts = st.one_of(single(), single(), ranges(), lists(), shares(), ranks, bare, proportions, sensed)
clauses = _all(SUBJECTS, amounts, TAILS)


@composed
@given(_many(clauses, 12))
def test_amounts(body: str) -> None:
    agree(body)


@composed
@given(_any_of("港币{}万元|美金{}元|日元{}万元|新台币{}元|人民币{}元"), st.integers(2, 9999))
def test_a_named_currency_stands_before_the_number(form: str, number: int) -> None:
    agree("安排" + form.format(number) + "。", doubts_allowed=True)


def _units(forbidden: bool) -> list[str]:
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


@composed
@given(_many(_all(SUBJECTS, st.one_of(scaled, vague), st.sampled_from(_units(forbidden=False)), TAILS), 12))
def test_every_unit_of_the_table(body: str) -> None:
    agree(body, doubts_allowed=True)


@st.composite
def forbidden_units(draw: st.DrawFn) -> str:
    """A unit right before a word that forbids it: 5成立 is no share."""
    surface = draw(st.sampled_from(_units(forbidden=True)))
    word = draw(st.sampled_from(unit_table()[surface][0].not_before))
    assume(not any(surface + word[:more] in unit_table() for more in range(1, len(word) + 1)))  # 克 before 拉玛
    return f"共{draw(st.integers(2, 99))}{surface}{word}，"


@composed
@given(_many(forbidden_units(), 8))
def test_units_before_words_that_forbid_them(body: str) -> None:
    agree(body, doubts_allowed=True)


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
    later, other = draw(st.integers(day + 1, 28)), draw(st.integers(1, 12).filter(lambda other: other != month))
    first, last = sorted((month, other))
    plain = f"{month}月{day}日|{month}月|{month}月{day}{link}{later}日|{month}月{day}日{link}{later}日"
    plain += f"|{first}月{day}日{link}{last}月{day}日|{first}{link}{last}月|{month}月末|{month}月底"
    plain += f"|{month}月上旬|{month}月中旬|{month}月下旬|{first}月、{last}月"
    forms = plain + f"|{_han(month)}月{_han(day)}日|{_han(month)}月{_han(day)}日至{_han(later)}日"
    forms += f"|{month}月{day}日举行，{later}日"
    year = draw(years)
    return draw(st.one_of(_any_of(forms), _any_of(plain).map(lambda form: f"{year}年{form}")))


@st.composite
def spells(draw: st.DrawFn) -> str:
    """Years, quarters, halves, decades."""
    year, span, quarter = draw(years), draw(st.integers(1, 9)), draw(st.sampled_from("一二三四"))
    forms = f"{year}年|{year}～{year + span}年|{year}—{year + span}年|{year}年至{year + span}年|{year}年底|{year}年末"
    forms += f"|年末|年底|{quarter}季度|第{quarter}季度|{year}年{quarter}季度|前三季度|上半年|下半年|{year}年上半年"
    forms += "|20世纪80年代|90年代|19世纪60年代"
    forms += f"|{year}年12月—{year + 1}年3月|12月28日至次年1月3日|{''.join(HAN[int(digit)] for digit in str(year))}年"
    return draw(_any_of(forms))


dated = _all(st.one_of(days(), spells()), _any_of("举行研讨，|开工建设。|，工程竣工。|，大桥通车；|召开例会。"))


@composed
@given(_many(dated, 8))
def test_dates(body: str) -> None:
    agree(body, doubts_allowed=True)


@composed
@given(_many(st.one_of(dated, clauses), 10))
def test_dates_among_amounts(body: str) -> None:
    agree(body, doubts_allowed=True)


# ---- random strings -------------------------------------------------------------------------------------------

pieces = _any_of(
    "0|1|2|3|4|5|6|7|8|9|12|2009|3.5|1,234|一|二|三|七|八|十|百|千|万|亿|零|〇|两|余|多|半|成|元|吨|人|个|家|%|‰"
    "|千瓦|平方米|个百分点|年|月|日|季度|年末|上半年|次年|约|超过|以上|左右|第|位|前|名|百分之|分之|、|和|～|至|-"
    "|，|。|；|：|:|/|（|）|产量|增长|下降|其中"
)


@settings(composed, max_examples=250)
@given(_many(pieces, 14))
def test_random_strings(body: str) -> None:
    agree("其中" + body + "。", doubts_allowed=True)


# ---- real text ------------------------------------------------------------------------------------------------


def _texts() -> list[tuple[str, str, int]]:
    """Name, text and covered year of the annotated passages and of the page in seeds/."""
    texts = []
    for file in sorted(CASES.glob("passages_*.jsonl")):
        for passage in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            texts.append((passage["id"], passage["text"], passage["covered_year"]))
    for page in sorted((pipeline.SEEDS / "hangzhou-2010").glob("*.txt")):
        texts.append((page.parent.name, page.read_text(encoding="utf-8"), 2009))
    return texts


def _differences_by_entry(text: str, year: int) -> list[str]:
    found, lines = engine(text, year), []
    for entry in segment(_document(text)).entries.to_pylist():
        start, end = entry["body_start"], entry["body_end"]
        inside = {
            dataclasses.replace(item, start=item.start - start, end=item.end - start)
            for item in found
            if start <= item.start < end
        }
        lines += differences(text[start:end], inside, oracle.read(text[start:end], year))
    return lines


@pytest.mark.parametrize(("text", "year"), [pytest.param(text, year, id=name) for name, text, year in _texts()])
def test_real_text(text: str, year: int) -> None:
    lines = _differences_by_entry(text, year)
    assert not [line for line in lines if not any(known in line for known in SETTLED | OPEN)]


def test_what_is_listed_still_differs() -> None:
    lines = [line for _, text, year in _texts() for line in _differences_by_entry(text, year)]
    stale = [known for known in SETTLED | OPEN if not any(known in line for line in lines)]
    assert not stale, "both readings agree by now: take it from the list"


def test_doubts_stay_rare_on_real_text() -> None:
    rows = doubts = 0
    for _, text, year in _texts():
        reading = oracle.read(text, year)
        rows += len(reading.amounts) + len(reading.periods)
        doubts += len(reading.doubts)
    assert rows > 1000
    assert doubts < rows / 4, f"{doubts} doubts beside {rows} rows: the comparison says too little"
