"""The reference tables of units, look-alikes and variants: their shape, their factors, and what they do to prose.

Factors are held against two independent libraries, pint and ucumvert. Where a library is known to be wrong or to
mean something else, the trap is named here and shown to be one.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pint
import pytest
from ucumvert import PintUcumRegistry

from pipeline import read_text
from pipeline.text.units import load_units
from pipeline.text.view import fold_table
from schemas.reference import NUMERAL_CHARACTERS, ReferenceTableError, check_reference

SEEDS = Path(__file__).parents[3] / "seeds"
UNITS = SEEDS / "units.csv"
LOOKALIKES = SEEDS / "lexicons" / "lookalikes.csv"
VARIANTS = SEEDS / "lexicons" / "variants.csv"

HAN = re.compile(r"[\u3400-\u9fff]")

NOT_UCUM = {
    "pp": "percentage point: UCUM has no difference of two rates",
    "‰": "UCUM writes [ppth]; the sign is what the books print",
    "Nm3": "gas at reference conditions",
    "kvar": "reactive power",
    "Mvar": "reactive power",
    "var": "reactive power",
    "kV.A.h": "checked as kV.A times h",
    "PFLOPS": "computing speed",
    "EFLOPS": "computing speed",
    "TFLOPS": "computing speed",
    "FLOPS": "computing speed",
    "NTU": "turbidity",
    "TEU": "containers",
    "TEU.km": "containers",
}
"""Codes that are neither ISO 4217, nor Chinese, nor UCUM, and why."""

UCUM_TRAPS = {
    "t{SCE}": "annotations are dropped, so that coal equivalent becomes mass",
    "kg{SCE}": "as above",
    "g{SCE}": "as above",
    "t{oil_eq}": "as above",
    "[cft_i]": "read as a centifoot",
    "'": "read as a minute of time",
    "Cel": "a scale with an offset cannot be multiplied",
    "[degF]": "a scale with an offset cannot be multiplied",
    "dB": "logarithmic",
}
"""Codes that the UCUM library parses but converts to something else."""

PINT = {
    "公斤": "kilogram",
    "吨": "metric_ton",
    "克": "gram",
    "毫克": "milligram",
    "微克": "microgram",
    "磅": "pound",
    "盎司": "ounce",
    "金衡盎司": "troy_ounce",
    "克拉": "carat",
    "长吨": "long_ton",
    "短吨": "short_ton",
    "斤": "0.5 kilogram",
    "担": "50 kilogram",
    "米": "meter",
    "公里": "kilometer",
    "厘米": "centimeter",
    "毫米": "millimeter",
    "微米": "micrometer",
    "纳米": "nanometer",
    "英寸": "inch",
    "英尺": "foot",
    "英里": "mile",
    "海里": "nautical_mile",
    "光年": "light_year",
    "华里": "500 meter",
    "平方米": "meter**2",
    "平方公里": "kilometer**2",
    "公顷": "hectare",
    "公亩": "are",
    "平方英尺": "foot**2",
    "平方英里": "mile**2",
    "平方码": "yard**2",
    "平方海里": "nautical_mile**2",
    "立方米": "meter**3",
    "升": "liter",
    "毫升": "milliliter",
    "千升": "kiloliter",
    "加仑": "gallon",
    "英加仑": "imperial_gallon",
    "蒲式耳": "bushel",
    "立方英尺": "foot**3",
    "立方英寸": "inch**3",
    "千瓦时": "kilowatt_hour",
    "兆瓦时": "megawatt_hour",
    "吉焦": "gigajoule",
    "千焦": "kilojoule",
    "大卡": "kilointernational_calorie",
    "卡路里": "international_calorie",
    "英热单位": "international_british_thermal_unit",
    "电子伏特": "electron_volt",
    "千瓦": "kilowatt",
    "兆瓦": "megawatt",
    "马力": "metric_horsepower",
    "千伏": "kilovolt",
    "毫安": "milliampere",
    "安时": "ampere_hour",
    "百帕": "hectopascal",
    "兆帕": "megapascal",
    "毫米汞柱": "millimeter_Hg",
    "标准大气压": "standard_atmosphere",
    "千牛": "kilonewton",
    "吨力": "force_metric_ton",
    "赫兹": "hertz",
    "兆赫": "megahertz",
    "公里/小时": "kilometer/hour",
    "米/秒": "meter/second",
    "小时": "hour",
    "分钟": "minute",
    "居里": "curie",
    "吨油当量": "tonne_of_oil_equivalent",
}
"""Surfaces whose factor the pint registry knows under a name of its own."""


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return check_reference(UNITS)


def principal(table: pd.DataFrame) -> pd.DataFrame:
    """The first row of each unit code: the one that the code itself is measured by."""
    return table.drop_duplicates(["unit", "dimension"])


# ------------------------------------------------------------------------------------------------- shape


@pytest.mark.parametrize("path", [UNITS, LOOKALIKES, VARIANTS], ids=lambda path: path.stem)
def test_the_table_obeys_its_schema(path: Path) -> None:
    assert len(check_reference(path)) > 100


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("万亩,亩,area,m2,20000000/3,,unit,,,,", "multiplied by the numeral reader"),
        ("垄,垄,count,垄,1.5,,classifier,,,,", "lowest terms"),
        ("垄,垄,count,垄,2/2,,classifier,,,,", "lowest terms"),
        ("垄,垄,count,垄,1,,counter,,,,", "one of unit"),
        ("垄,垄,count,垄,1,,classifier,field,,,", "a sense has the words"),
        ("垄,垄,count,垄,1,,classifier,,,断||断,", "distinct words between bars"),
        ("克,g,mass,g,1,,unit,other,黄金,,", "after its other senses"),
    ],
)
def test_a_broken_unit_is_refused_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    copy = tmp_path / "units.csv"
    text = UNITS.read_text("utf-8")
    copy.write_text(text + line + "\n", "utf-8")
    with pytest.raises(ReferenceTableError, match=complaint) as caught:
        check_reference(copy)
    assert f"units.csv:{text.count(chr(10)) + 1}" in str(caught.value)


def test_a_look_alike_without_a_numeral_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "lookalikes.csv"
    copy.write_text(LOOKALIKES.read_text("utf-8") + "滨江,place,,\n", "utf-8")
    with pytest.raises(ReferenceTableError, match="滨江: a look-alike holds a Chinese numeral"):
        check_reference(copy)


def test_a_variant_of_a_variant_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "variants.csv"
    copy.write_text(VARIANTS.read_text("utf-8") + "吨,噸,traditional\n", "utf-8")
    with pytest.raises(ReferenceTableError, match="is no variant itself"):
        check_reference(copy)


def test_a_surface_of_every_sort_is_there(table: pd.DataFrame) -> None:
    counts = table["kind"].value_counts()
    assert counts["classifier"] > 250
    assert set(counts.index) == {"unit", "letter", "symbol", "classifier", "noun"}
    assert {"万元", "亿元", "万人", "万吨", "百万元"}.isdisjoint(table["surface"])


def test_a_bare_letter_that_means_many_things_needs_its_context(table: pd.DataFrame) -> None:
    letters = table[table["surface"].isin(list("GMTKABP"))]
    assert set(letters["surface"]) == set("GMTKP")
    assert (letters["sense"] != "").all()


# ------------------------------------------------------------------------------------------------- codes and factors


def test_every_code_is_iso_4217_or_chinese_or_ucum_or_named_here(table: pd.DataFrame) -> None:
    ucum = PintUcumRegistry()
    unknown = []
    for row in table.to_dict("records"):
        for code in (row["unit"], row["base_unit"]):
            if HAN.search(code) or code in NOT_UCUM or code == "1":
                continue
            if row["dimension"] == "money":
                if not re.fullmatch(r"[A-Z]{3}", code):
                    unknown.append((row["surface"], code))
                continue
            try:
                ucum.from_ucum(code)
            except Exception:
                unknown.append((row["surface"], code))
    assert unknown == []


def test_factors_agree_with_ucum(table: pd.DataFrame) -> None:
    ucum = PintUcumRegistry()
    checked, wrong = 0, []
    for row in principal(table).to_dict("records"):
        unit, base = row["unit"], row["base_unit"]
        if (
            HAN.search(unit + base)
            or unit in NOT_UCUM
            or unit in UCUM_TRAPS
            or row["dimension"] == "money"
            or unit == base
        ):
            continue
        above = 1 * ucum.from_ucum(unit)
        ratio = (above if base == "1" else above / (1 * ucum.from_ucum(base))).to("").magnitude
        checked += 1
        if ratio != pytest.approx(float(Fraction(row["factor"])), rel=1e-9):
            wrong.append((row["surface"], unit, row["factor"], ratio))
    assert wrong == []
    assert checked > 90


@pytest.mark.parametrize("surface", PINT)
def test_factors_agree_with_pint(table: pd.DataFrame, surface: str) -> None:
    registry: Any = pint.UnitRegistry()
    rows = table[(table["surface"] == surface) & (table["sense"] == "")]
    assert len(rows) == 1
    row = rows.iloc[0]
    base = {"By": "byte", "Cel": "degC", "Hz": "1/second", "kg": "kilogram"}.get(
        row["base_unit"], row["base_unit"]
    )
    base = {"m2": "meter**2", "m3": "meter**3", "J": "joule", "Bq": "becquerel"}.get(base, base)
    got = registry.Quantity(PINT[surface]).to(base).magnitude
    assert got == pytest.approx(float(Fraction(row["factor"])), rel=1e-8)


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("barrel", Fraction(9936705933, 62500000000), 0.1192),  # a barrel of 31.5 gallons, not the oil barrel
        ("calorie", Fraction("4.1868"), 4.184),  # thermochemical, not the international table
        ("horsepower", Fraction("735.49875"), 745.7),  # imperial, not metric
        ("acre", Fraction("4046.8564224"), 4046.8726),  # US survey, not international
    ],
)
def test_the_traps_of_pint_are_traps(table: pd.DataFrame, name: str, ours: Fraction, theirs: float) -> None:
    registry: Any = pint.UnitRegistry()
    surface = {"barrel": "桶", "calorie": "卡路里", "horsepower": "马力", "acre": "英亩"}[name]
    factors = {Fraction(f) for f in table.loc[table["surface"] == surface, "factor"]}
    assert ours in factors
    assert registry.Quantity(1, name).to_base_units().magnitude == pytest.approx(theirs, rel=1e-3)
    assert float(ours) != pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize(
    ("many", "one", "times"),
    [
        ("公顷", "亩", 15),
        ("担", "斤", 100),
        ("丈", "尺", 10),
        ("尺", "市寸", 10),
        ("华里", "丈", 150),
        ("公斤", "斤", 2),
        ("斤", "市两", 10),
        ("平方公里", "公顷", 100),
        ("千瓦时", "焦耳", 3_600_000),
        ("吨标准煤", "大卡", 7_000_000),
        ("吨标准油", "大卡", 10_000_000),
        ("立方米", "升", 1000),
        ("吨公里", "吨公里", 1),
        ("星期", "天", 7),
        ("元", "角钱", 10),
        ("角钱", "分钱", 10),
        ("百分点", "基点", 100),
    ],
)
def test_chinese_measures_stand_in_their_known_ratios(
    table: pd.DataFrame, many: str, one: str, times: int
) -> None:
    def factor(surface: str) -> Fraction:
        rows = table[(table["surface"] == surface) & (table["sense"].isin(["", "cny"]))]
        return Fraction(rows.iloc[-1]["factor"])

    assert factor(many) == factor(one) * times


def test_degrees_fahrenheit_reach_celsius(table: pd.DataFrame) -> None:
    row = table[table["surface"] == "℉"].iloc[0]
    assert 212 * Fraction(row["factor"]) + Fraction(row["offset"]) == 100


def test_few_surfaces_scale_the_value_they_are_printed_with(table: pd.DataFrame) -> None:
    """The value of a row is in its unit; a surface that is a fraction or a multiple of the unit is listed here."""
    first = principal(table).set_index(["unit", "dimension"])["factor"]
    key = pd.MultiIndex.from_frame(table[["unit", "dimension"]])
    scaled = table[table["factor"] != first.reindex(key).to_numpy()]
    assert set(scaled["surface"]) == {"角", "角钱", "毛钱", "分钱", "分", "美分", "成"}


# ------------------------------------------------------------------------------------------------- prose


def found(text: str) -> list[tuple[str, str]]:
    """The quantities of a sentence: what is printed, and the unit."""
    rows = read_text(text, covered_year=2009, region_name="临江市")["quantities"]
    return list(zip(rows["source_text"], rows["unit"], strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("走访12家电力企业、3家长三角企业和2家政府部门。", [("12家", "家"), ("3家", "家"), ("2家", "家")]),
        ("查处5起重大事故、3起诉讼案件。", [("5起", "起"), ("3起", "起")]),
        ("3次日常检查后提出5次要求。", [("3次", "次"), ("5次", "次")]),
        ("组建5支队伍，12支部队参加演习。", [("5支", "支"), ("12支", "支")]),
        ("出版2部长篇小说，12部门联合发文。", [("2部", "部"), ("12部门", "部门")]),
        ("表彰3名优秀教师、5名医生和20名家长。", [("3名", "人"), ("5名", "人"), ("20名", "人")]),
        ("辖5区3县，有12镇4乡。", [("5区", "区"), ("3县", "县"), ("12镇", "镇"), ("4乡", "乡")]),
        ("改造5台车、12台中型客车。", [("5台", "台"), ("12台", "台")]),
        ("更新2节电池，建成5座位于城东的泵站。", [("2节", "节"), ("5座", "座")]),
        ("发放老龄津贴每月50元老人补助、500元代金券。", [("50元", "CNY"), ("500元", "CNY")]),
        ("12条例行检查线路，培育3个股份制企业。", [("12条", "条"), ("3个", "个")]),
        ("3位居民、2位移民受访。", [("3位", "人"), ("2位", "人")]),
        ("查扣车辆120台（套），藏书12万册（件）。", [("120台（套）", "台套"), ("12万册（件）", "册")]),
        ("接待12万人（次），检查560家次。", [("12万人（次）", "人次"), ("560家次", "家次")]),
    ],
)
def test_a_classifier_is_read_before_any_noun(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "其中3部分为老城区。",
        "全省12部队换防。",
        "新建5基地。",
        "第3支部获奖。",
        "订阅12期间的报纸。",
        "共3门类。",
        "5头等舱。",
        "涉及3人民法院。",
    ],
)
def test_a_longer_word_is_no_unit(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("全年用电2.3亿度。", "kW.h"),
        ("最高气温38度。", "Cel"),
        ("38度白酒畅销。", "%{vol}"),
        ("机房存储能力500太。", "TBy"),
        ("城域网出口带宽达2太。", "Tbit/s"),
        ("宽带提速至100兆。", "Mbit/s"),
        ("邮箱空间100兆。", "MBy"),
        ("完成土方3.5万方。", "m3"),
        ("征收银圆3500元。", "银元"),
        ("港币200万元到账。", "HKD"),
        ("进口原油8500桶。", "[bbl_us]"),
        ("饮用水800桶。", "桶"),
        ("打井12口。", "口"),
        ("全家5口。", "人"),
        ("测评得92分。", "分"),
        ("3吨黄金储备外有盎司金币，黄金120盎司。", "[oz_tr]"),
        ("液晶屏42寸。", "[in_i]"),
        ("船舶航速18节。", "[kn_i]"),
        ("5.6级地震，震级里氏5.6级。", "级"),
        ("视频监控1200路。", "路"),
        ("已成功举办12届。", "届"),
    ],
)
def test_the_neighbourhood_chooses_the_sense(text: str, unit: str) -> None:
    assert unit in [each for _, each in found(text)]


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("隧道长三公里。", "三公里"),
        ("历时五小时。", "五小时"),
        ("历时六小时。", "六小时"),
        ("约十分钟后到达。", "十分钟"),
        ("占十分之一。", "十分之一"),
        ("建房四平方米。", "四平方米"),
        ("每周三次例会。", "三次"),
        ("产值翻一番。", "一番"),
        ("历时十五年建成。", "十五年"),
        ("造林三公顷。", "三公顷"),
        ("查获四起事故。", "四起"),
        ("新增五台机器。", "五台"),
        ("开设三门课程。", "三门"),
        ("贷款五笔。", "五笔"),
        ("水泥三包。", "三包"),
        ("完成上千张照片。", "千张"),
        ("检查上万家企业。", "万家"),
        ("三名工作人员获奖。", "三名"),
        ("投资超过百万元。", "百万元"),
    ],
)
def test_a_look_alike_never_hides_a_number(text: str, quantity: str) -> None:
    assert quantity in [printed for printed, _ in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "统一思想，一致同意，进一步提高。",
        "十分重要，十分显著。",
        "三公经费下降，三农工作加强。",
        "三峡移民迁往六安、九江、四川。",
        "四大班子领导出席两会。",
        "一带一路建设，五位一体布局。",
        "老百姓进百货大楼。",
        "万科与三一重工合作。",
        "三门峡、三门县、四平市和五台县。",
        "周三例会，星期一休市。",
        "入伍青年，登陆部队，陆续返乡。",
        "千家万户用上二维码。",
        "九三学社社员，八项规定精神。",
        "三级甲等医院，二级公路。",
        "五一黄金周，十一黄金周。",
        "零售业，零距离服务，零部件。",
        "二元结构，三元杂交。",
        "万吨级泊位，百亿级产业。",
        "一室一厅，四合院。",
        "一期工程、二期工程。",
    ],
)
def test_words_that_hold_numerals_count_nothing(text: str) -> None:
    tables = read_text(text, covered_year=2009, region_name="临江市")
    assert found(text) == []
    assert len(tables["rejects"]) == 0
    assert len(tables["dates"]) == 0 or "黄金周" in text


def test_look_alikes_hold_numerals_and_no_indefinite_classifier() -> None:
    table = check_reference(LOOKALIKES)
    assert all(NUMERAL_CHARACTERS & set(surface) for surface in table["surface"])
    assert {"一批", "一条", "一个", "一次"}.isdisjoint(table["surface"])


def test_traditional_print_reads_like_simplified() -> None:
    pairs = check_reference(VARIANTS)
    fold = fold_table(zip(pairs["variant"], pairs["standard"], strict=True))

    def read(text: str) -> str:
        return "".join(chr(fold[ord(character)]) for character in text)

    assert (
        read("全縣發電１２萬千瓦時，糧食產量三億噸，兩岸參加者廿餘個團隊。")
        == "全县发电12万千瓦时，粮食产量三亿吨，两岸参加者廿余个团队。"
    )
    assert read("⾦融⽔电增⻓貳佰陸拾圓") == "金融水电增长贰佰陆拾圆"


def test_every_surface_can_be_loaded_and_found(table: pd.DataFrame) -> None:
    units = load_units(UNITS)
    assert len(units.rows) >= len(table)
    assert all(units.named(surface) >= 0 for surface in table["surface"])
    senses = {units.rows[row].unit for row in units.senses[units.named("度")]}
    assert senses == {"kW.h", "Cel", "deg", "%{vol}"}
    assert units.default[units.named("度")] == -1
