"""The columnar engine against a plain `re` reading of the same language, on made-up and on real text.

Belongs here: strategies that compose clauses as yearbooks write them, random strings of numeral and unit
characters, and the comparison with `tests/oracle.py`. Does not belong here: single expectations (tests/cases) and
laws that need no second reading (test_facts_laws).

Where the oracle has a doubt it judges nothing: neither reading counts in that stretch. Composed clauses stay
within the language, so there a doubt is as much a failure as a disagreement.
"""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pipeline
from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment
from tests import oracle
from tests.oracle import Amount, Period, Reading

Found = set[Amount | Period]

YEAR = 2009
HEAD = "【概况】 "
CASES = Path(__file__).resolve().parents[2] / "cases"

# Constructs on which the two readings differ and that the strategies therefore leave out, with the reason.
LEFT_OUT: dict[str, str] = {
    "12、15和18万元": "whether 万 spreads over a list is undecided: 12 or 12万",
    "1千克 as 一千克": "一 千克 or 一千 克: both readings are possible",
    "三百五, 万八": "colloquial tails are no numerals of written prose",
    "约5吨以上": "two bounds at once are bad style and have no settled meaning",
    "一个, 一批": "indefinite 一 needs the clause around it",
    "二期, 三次": "count or ordinal: needs the words around it",
    "units that are nouns": "两市, 三省 point back at a list: no quantity",
    "每百人": "rates with 每 take their denominator from outside the span",
    "2元5角": "compounds of two units: the contract does not say how many rows",
    "indices and table columns": "numbers without a unit take it from a noun",
}


@cache
def _reference() -> Reference:
    return load_reference(pipeline.SEEDS)


def _exact(number: object) -> Fraction | None:
    return None if number is None else Fraction(number)  # type: ignore[arg-type]


def _document(text: str) -> pa.Table:
    row = {
        "document_id": "d",
        "volume_id": "d",
        "media_type": "text/plain",
        "encoding": "utf-8",
        "sha256": "",
        "characters": len(text),
        "text": text,
    }
    return pa.Table.from_pylist([row], schema=DOCUMENTS)


def _moved(item: Amount | Period, by: int) -> Amount | Period:
    return dataclasses.replace(item, start=item.start + by, end=item.end + by)


def engine(text: str, year: int | None, offset: int = 0) -> Found:
    """What the engine finds in one document; places are moved by `offset` to the left."""
    documents = _document(text)
    segments = segment(documents)
    tables = read_facts(
        documents,
        segments.entries,
        segments.zones,
        Volume("d", None, None, year, "manifest", None, None, None),
        _reference(),
    )
    found: Found = set()
    for row in tables["quantities"].to_pylist():
        numbers = (_exact(row[name]) for name in ("value", "low", "high"))
        found.add(
            Amount(row["span_start"] - offset, row["span_end"] - offset, *numbers, row["bound"], row["unit"])
        )
    for row in tables["dates"].to_pylist():
        if row["date_start"] is not None:
            found.add(
                Period(
                    row["span_start"] - offset, row["span_end"] - offset, row["date_start"], row["date_end"]
                )
            )
    return found


def _stored(item: Amount | Period) -> Amount | Period:
    """The oracle's exact fractions as a column of six decimals keeps them."""
    if isinstance(item, Period):
        return item
    kept = {
        name: None if (number := getattr(item, name)) is None else Fraction(round(number, 6))
        for name in ("value", "low", "high")
    }
    return dataclasses.replace(item, **kept)


def differences(text: str, found: Found, reading: Reading) -> list[str]:
    """One line for each row that only one of the two readings has, outside the oracle's doubts."""

    def judged(item: Amount | Period) -> bool:
        return not any(doubt.start < item.end and item.start < doubt.end for doubt in reading.doubts)

    engine_rows = {item for item in found if judged(item)}
    oracle_rows = {_stored(item) for item in [*reading.amounts, *reading.periods] if judged(item)}
    return [
        f"{who}: {text[item.start : item.end]!r} in {text[max(0, item.start - 10) : item.end + 6]!r} {item}"
        for who, items in (
            ("only the engine", engine_rows - oracle_rows),
            ("only the oracle", oracle_rows - engine_rows),
        )
        for item in sorted(items, key=lambda item: item.start)
    ]


def agree(body: str, doubts_allowed: bool = False) -> None:
    """Fail with the rows that differ when `body` is the body of an entry."""
    reading = oracle.read(body, YEAR)
    if not doubts_allowed:
        assert not reading.doubts, [
            f"{body[doubt.start : doubt.end]}: {doubt.reason}" for doubt in reading.doubts
        ]
    assert not differences(body, engine(HEAD + body, YEAR, len(HEAD)), reading)


# ---- strategies: clauses as they are written ------------------------------------------------------------------

composed = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

SUBJECTS = ("合计|累计达|安排|新增|其中|全市共有|完成|实现销售|当地有|用于建设的有|比上年增加|下降").split(
    "|"
)
TAILS = ("，|。|；|，其余待定。|，比例上升。|（含郊区），").split("|")
LEFT = ("|||约|近|超过|突破|逾|不足|不到|至少|达|约为|不低于|不超过|接近|超").split("|")
RIGHT = ("|||以上|以下|左右|以内|及以上|上下").split("|")
SCALES = ["", "", "万", "亿", "万亿"]

figures = st.one_of(
    st.integers(2, 99999).map(str),
    st.integers(1000, 9999999).map("{:,}".format),
    st.tuples(st.integers(0, 9999), st.integers(1, 99)).map(lambda parts: f"{parts[0]}.{parts[1]}"),
    st.integers(2, 9999).map(
        lambda number: str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    ),
)
scaled = st.tuples(figures, st.sampled_from(SCALES)).map("".join)
mixed = st.tuples(st.integers(1, 9999), st.integers(1000, 9999)).map(
    lambda parts: f"{parts[0]}亿{parts[1]}万"
)
chinese = st.one_of(
    st.sampled_from("二三四五六七八九").flatmap(
        lambda tens: st.sampled_from(
            [
                f"{tens}十",
                f"{tens}十六",
                f"{tens}百",
                f"{tens}百四十",
                f"{tens}千六百",
                f"{tens}万",
                f"{tens}万二千",
                f"{tens}十万",
                f"{tens}亿",
            ]
        )
    ),
    st.sampled_from(
        [
            "十二",
            "十六",
            "一百零五",
            "一千零三十",
            "一万一千",
            "一亿零五十万",
            "二〇〇",
            "两千三百",
            "贰仟伍佰",
            "壹佰贰拾",
            "廿六",
            "三点五",
            "十二点八",
        ]
    ),
)
vague = st.one_of(
    st.tuples(
        st.sampled_from(
            ["20", "300", "4700", "1.2万", "二十", "三百", "一万一千", "百", "千", "两千", "30万", "10"]
        ),
        st.sampled_from("余多"),
    ).map("".join),
    st.tuples(
        st.sampled_from(["10", "20", "300", "三十", "二百"]), st.sampled_from("余多"), st.sampled_from("万亿")
    ).map("".join),
)
pairs = st.builds(
    lambda digit, form: form.format("一二三四五六七八九"[digit], "一二三四五六七八九"[digit + 1]),
    st.integers(2, 6),
    st.sampled_from(["{}{}", "{}{}十", "{}{}百", "{}{}千", "{}{}万", "十{}{}", "一千{}{}百", "{}{}十万"]),
)


def _plain_units() -> list[str]:
    """Printed units with one sense, told apart from nouns and from each other without the sentence."""
    names = []
    for surface, rows in oracle.unit_table().items():
        clear = all(row.kind in ("unit", "classifier") and not row.context for row in rows) and len(rows) == 1
        if clear and surface[0] not in oracle.CHINESE + "个/" and surface[0] not in "余多来几半成比分点":
            names.append(surface)
    return sorted(names)


COMMON = (
    "元|万元|美元|人|名|人次|吨|公斤|平方米|平方公里|公里|亩|公顷|千瓦|千瓦时|%|个百分点|家|户|件|项|个|辆|倍|天|个月|"
    "小时|元/平方米|人/平方公里|公斤/亩|立方米|‰|张|份|台|座|所"
).split("|")
common_units = st.sampled_from(COMMON)
all_units = st.sampled_from(_plain_units())


@st.composite
def single(draw: st.DrawFn) -> str:
    """One amount with at most one bound outside, or 余 inside."""
    number = draw(st.one_of(scaled, mixed, chinese, vague, pairs))
    unit = draw(common_units)
    if (
        (number[-1] in "万亿百千十" and unit[0] in "万千")
        or (number[-1] in oracle.CHINESE and unit[0] == "千")
        or (unit == "万元" and not number[-1].isdigit())
    ):
        unit = "元"
    left, right = draw(st.sampled_from([(left, "") for left in LEFT] + [("", right) for right in RIGHT]))
    if draw(st.booleans()) or "余" in number or "多" in number:
        left, right = "", ""
    return left + number + unit + right


@st.composite
def ranges(draw: st.DrawFn) -> str:
    low = draw(st.integers(2, 500))
    high = low + draw(st.integers(1, 400))
    link = draw(st.sampled_from("～—-至到〜~–－"))
    unit = draw(common_units.filter(lambda unit: unit != "万元"))
    scale = draw(st.sampled_from(["", "万", "亿"]))
    if scale and unit.startswith("千"):
        unit = "吨"
    again = draw(st.sampled_from(["", unit, scale + unit]))
    if again == unit and scale:
        again = ""
    decimal = draw(st.sampled_from(["", ".5"]))
    return f"{low}{decimal}{again}{link}{high}{decimal}{scale}{unit}{draw(st.sampled_from(['', '', '以上']))}"


@st.composite
def lists(draw: st.DrawFn) -> str:
    numbers = draw(st.lists(st.integers(11, 9999), min_size=2, max_size=4))
    unit = draw(st.sampled_from(["个百分点", "%", "元", "吨", "人", "公里", "件", "倍"]))
    *front, last = [str(number) for number in numbers]
    return "分别为" + "、".join(front) + draw(st.sampled_from("、和与")) + last + unit


@st.composite
def shares(draw: st.DrawFn) -> str:
    digit, other = draw(st.sampled_from("二三四五六七八九")), draw(st.sampled_from("二三五六七"))
    forms = [
        f"百分之{digit}",
        f"百分之{digit}十",
        f"百分之{digit}十{other}",
        f"百分之{digit}点{other}",
        f"千分之{digit}",
        f"万分之{digit}",
        f"十分之{other}",
        f"{digit}成",
        f"{digit}成{other}",
        f"{digit}成半",
        f"{digit}成以上",
        f"近{digit}成",
        f"约{digit}成",
        "四分之三",
        "三分之二",
        f"百分之{digit}以上",
        f"{digit}成多",
    ]
    return "占比" + draw(st.sampled_from(forms))


@st.composite
def ranks(draw: st.DrawFn) -> str:
    place = draw(st.one_of(st.integers(2, 99).map(str), st.sampled_from("二三四五六七八九")))
    return draw(
        st.sampled_from(
            [
                f"居全省第{place}位",
                f"列全国第{place}位",
                f"进入全省前{place}名",
                f"位居前{place}位",
                f"名列第{place}名",
            ]
        )
    )


@st.composite
def bare(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["超过", "突破", "逾", "近", "首次突破"])) + draw(
        st.sampled_from(["亿元", "百万元", "千万元", "万人", "万吨", "万亿元", "亿千瓦时"])
    )


@st.composite
def proportions(draw: st.DrawFn) -> str:
    terms = draw(st.lists(st.integers(60, 99).map(str), min_size=2, max_size=3))
    return "比例为" + draw(st.sampled_from(":：∶")).join(terms)


@st.composite
def sensed(draw: st.DrawFn) -> str:
    """A unit of several senses with the word that chooses one."""
    number = draw(st.integers(11, 999))
    return draw(
        st.sampled_from(
            [
                "年龄{}岁",
                "用电{}万度",
                "气温{}度",
                "坡度{}度",
                "存储容量{}太",
                "出口带宽{}兆",
                "出口带宽{}吉",
                "土方{}万方",
                "得分{}分",
                "原油{}桶",
                "排名上升{}位",
                "港币{}万元",
                "美金{}元",
            ]
        )
    ).format(number)


amounts = st.one_of(single(), single(), ranges(), lists(), shares(), ranks(), bare(), proportions(), sensed())
clauses = st.tuples(st.sampled_from(SUBJECTS), amounts, st.sampled_from(TAILS)).map("".join)


@composed
@given(st.lists(clauses, min_size=1, max_size=12).map("".join))
def test_composed_amounts(body: str) -> None:
    agree(body)


@composed
@given(
    st.lists(
        st.tuples(st.sampled_from(SUBJECTS), st.one_of(scaled, vague), all_units, st.sampled_from(TAILS)).map(
            "".join
        ),
        min_size=1,
        max_size=12,
    ).map("".join)
)
def test_every_unit_of_the_table(body: str) -> None:
    agree(body, doubts_allowed=True)


@st.composite
def stopped_units(draw: st.DrawFn) -> str:
    """A unit right before a word that forbids it: 5成立 is no share."""
    surface = draw(
        st.sampled_from(
            sorted(
                name
                for name, rows in oracle.unit_table().items()
                if any(row.not_before for row in rows) and rows[0].kind != "noun"
            )
        )
    )
    word = draw(st.sampled_from(oracle.unit_table()[surface][0].not_before or ("，",)))
    return f"共{draw(st.integers(2, 99))}{surface}{word}，"


@composed
@given(st.lists(stopped_units(), min_size=1, max_size=8).map("".join))
def test_units_before_words_that_forbid_them(body: str) -> None:
    agree(body, doubts_allowed=True)


# ---- strategies: dates ----------------------------------------------------------------------------------------

HAN = "〇一二三四五六七八九"
months = st.integers(1, 12)
years = st.integers(1949, 2025)


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else HAN[tens] + "十") + (HAN[ones] if ones else "")


@st.composite
def days(draw: st.DrawFn) -> str:
    month, day = draw(months), draw(st.integers(1, 27))
    later, link = draw(st.integers(day + 1, 28)), draw(st.sampled_from("～—-至到"))
    year = draw(st.one_of(st.just(""), years.map(lambda year: f"{year}年")))
    other = draw(st.integers(1, 12).filter(lambda other: other != month))
    first, last = sorted((month, other))
    forms = [
        f"{month}月{day}日",
        f"{year}{month}月{day}日",
        f"{year}{month}月{day}{link}{later}日",
        f"{year}{month}月{day}日{link}{later}日",
        f"{year}{first}月{day}日{link}{last}月{day}日",
        f"{year}{month}月",
        f"{first}{link}{last}月",
        f"{year}{first}月{link}{last}月",
        f"{_han(month)}月{_han(day)}日",
        f"{month}月{day}日举行，{later}日",
        f"{year}{month}月末",
        f"{month}月底",
        f"{month}月中旬",
        f"{year}{month}月上旬",
        f"{month}月下旬",
        f"{_han(month)}月{_han(day)}日至{_han(later)}日",
        f"{first}月、{last}月",
    ]
    return draw(st.sampled_from(forms))


@st.composite
def spells(draw: st.DrawFn) -> str:
    year, span = draw(years), draw(st.integers(1, 9))
    quarter = draw(st.sampled_from("一二三四"))
    return draw(
        st.sampled_from(
            [
                f"{year}年",
                f"{year}～{year + span}年",
                f"{year}—{year + span}年",
                f"{year}年至{year + span}年",
                f"{quarter}季度",
                f"第{quarter}季度",
                f"{year}年{quarter}季度",
                "前三季度",
                "上半年",
                "下半年",
                f"{year}年上半年",
                "年末",
                "年底",
                f"{year}年底",
                f"{year}年末",
                "20世纪80年代",
                "90年代",
                "19世纪60年代",
                f"{year}年12月—{year + 1}年3月",
                "12月28日至次年1月3日",
                "".join(HAN[int(digit)] for digit in str(year)) + "年",
            ]
        )
    )


EVENTS = ["举行研讨，", "开工建设。", "，工程竣工。", "，大桥通车；", "召开例会。"]
dated = st.tuples(st.one_of(days(), spells()), st.sampled_from(EVENTS)).map("".join)


@composed
@given(st.lists(dated, min_size=1, max_size=8).map("".join))
def test_composed_dates(body: str) -> None:
    agree(body, doubts_allowed=True)


@composed
@given(st.lists(st.one_of(dated, clauses), min_size=2, max_size=10).map("".join))
def test_dates_among_amounts(body: str) -> None:
    agree(body, doubts_allowed=True)


# ---- random strings -------------------------------------------------------------------------------------------

PIECES = (
    "0|1|2|3|4|5|6|7|8|9|12|2009|3.5|1,234|一|二|三|七|八|十|百|千|万|亿|零|〇|两|余|多|半|"
    "成|元|吨|人|个|家|%|‰|千瓦|平方米|个百分点|年|月|日|季度|年末|约|超过|以上|左右|第|位|前|名|百分之|分之|、|和|"
    "～|至|-|，|。|；|：|:|/|（|）|产量|增长|下降|其中|上半年|次年"
).split("|")


@settings(deadline=None, max_examples=250, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join))
def test_random_strings(body: str) -> None:
    agree("其中" + body + "。", doubts_allowed=True)


# ---- real text ------------------------------------------------------------------------------------------------

# Rows of the real texts that only one reading has although it has no doubt, and why that may stand.
SETTLED: dict[str, str] = {
    "居全省地市第三": "a rank without 位: the engine knows the words before it, the oracle wants the classifier",
    "光绪八年五月": "the oracle knows no eras and takes the month for one of the covered year",
    "民国11年8月": "the same",
    "一月之内": "a span of one month, no January",
    "同日\\u3000县委": "同日 refers back; the oracle reads only dates that are written out",
    "成交额3215678": "a column of a table takes its unit from （单位：…）",
    "成交额2470322": "the same",
    "1.2万平\\n方米": "a unit broken by a line end",
}


def _passages() -> list[tuple[str, str, int]]:
    texts = []
    for file in sorted(CASES.glob("passages_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            passage = json.loads(line)
            texts.append((passage["id"], passage["text"], passage["covered_year"]))
    page = next(iter(sorted((pipeline.SEEDS / "hangzhou-2010").glob("*.txt"))))
    return [*texts, ("hangzhou-2010", page.read_text(encoding="utf-8"), 2009)]


def _bodies(text: str) -> list[tuple[int, str]]:
    """Start and text of the bodies of a document's entries."""
    documents = _document(text)
    return [
        (row["body_start"], text[row["body_start"] : row["body_end"]])
        for row in segment(documents).entries.to_pylist()
    ]


@pytest.mark.parametrize(
    ("text", "year"), [pytest.param(text, year, id=name) for name, text, year in _passages()]
)
def test_real_text(text: str, year: int) -> None:
    found = engine(text, year)
    lines = []
    for start, body in _bodies(text):
        inside = {_moved(item, -start) for item in found if start <= item.start < start + len(body)}
        lines += differences(body, inside, oracle.read(body, year))
    assert not [line for line in lines if not any(known in line for known in SETTLED)]


def test_doubts_stay_rare_on_real_text() -> None:
    read, doubted = 0, 0
    for _, text, year in _passages():
        reading = oracle.read(text, year)
        read += len(reading.amounts) + len(reading.periods)
        doubted += len(reading.doubts)
    assert doubted < read / 4, f"{doubted} doubts beside {read} rows: the comparison would say too little"
