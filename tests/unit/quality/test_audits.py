"""Audits find what the text's own figures contradict, and are silent wherever one reading makes the text right."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import schemas
from pipeline import SEEDS
from pipeline.quality.audits import audit
from pipeline.read import Volume
from pipeline.text.facts import read_facts
from pipeline.text.measures import measure
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment

CASES = Path(__file__).parents[2] / "cases"
Tables = dict[str, pa.Table]


@lru_cache(maxsize=1)
def reference() -> Reference:
    return load_reference(SEEDS)


def book(volume_id: str, year: int, texts: dict[str, str], region: str | None = None) -> Tables:
    """The tables of one volume whose documents are given by name."""
    rows = [
        {
            "document_id": f"{volume_id}/{name}",
            "volume_id": volume_id,
            "media_type": "text/plain",
            "encoding": "utf-8",
            "sha256": "0" * 64,
            "characters": len(text),
            "text": text,
        }
        for name, text in texts.items()
    ]
    documents = pa.Table.from_pylist(rows, schema=schemas.arrow_schema("documents"))
    volume = Volume(volume_id, "临江年鉴", None, year, "manifest", region, "临江市", None)
    parts = segment(documents)
    facts = read_facts(documents, parts.entries, parts.zones, volume, reference())
    quantities = measure(
        documents, parts.entries, parts.zones, facts["quantities"], facts["dates"], volume, reference()
    )
    volumes = pa.Table.from_pylist(
        [
            {
                "volume_id": volume_id,
                "title": f"临江年鉴（{year + 1}）",
                "covered_year": year,
                "covered_year_source": "manifest",
                "region_code": region,
                "region_name": "临江市",
                "documents": len(rows),
                "entries": len(parts.entries),
                "quantities": len(quantities),
            }
        ],
        schema=schemas.arrow_schema("volumes"),
    )
    return {
        "documents": documents,
        "entries": parts.entries,
        "quantities": quantities,
        "dates": facts["dates"],
        "volumes": volumes,
    }


def audited(text: str, year: int = 2009) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = audit(**book("临江-2010", year, {"1.txt": text}))["audits"].to_pylist()
    return found


def verdicts(text: str, year: int = 2009) -> set[tuple[str, str]]:
    return {(row["kind"], row["verdict"]) for row in audited(text, year)}


def test_a_sum_that_falls_short_is_told_in_one_line() -> None:
    (row,) = audited("【外经】年末有外贸企业50家，其中内资38家、外资11家。")
    assert (row["kind"], row["verdict"]) == ("sum", "inconsistent")
    assert row["explanation"] == "外贸企业50家，其中内资38家、外资11家：合计49家，比总数少1家"
    assert (int(row["stated"]), int(row["computed"]), int(row["tolerance"])) == (50, 49, 0)


WRONG = [
    ("sum", "【教职工】全校教职工214人，其中男教职工96人、女教职工128人。"),
    ("sum", "【人口】年末总人口41.26万人，男性21.38万人，女性20.08万人。"),
    ("sum", "【外贸】进出口总额18.4亿美元，其中出口12.7亿美元，增长8%；进口6.7亿美元，下降3%。"),
    ("sum", "【器材】添置书架36组、阅览桌24张。购置投影仪18台、电脑45台，合计73台。"),
    ("of_which", "【车辆】有运输车辆420辆，其中危货车辆460辆。"),
    ("of_which", "【水塘】有蓄水设施86处，其中山塘58处、水塘49处。"),
    ("growth", "【渔业】水产品产量2.74万吨，比上年增加0.21万吨，增长9.3%。"),
    ("growth", "【市场】全年成交额93.4亿元，上年为80.5亿元，增长18.0%。"),
    ("growth", "【游客】接待游客由上年的214万人次增加到263万人次，增长32.9%。"),
    ("growth", "【养猪】出栏生猪12.6万头，上年为10.5万头，为上年的130%。"),
    ("growth", "【养羊】出栏山羊由2000年的10.5万只增加到25.2万只，是2000年的2.6倍。"),
    ("growth", "【虾】对虾产量6300吨，比上年增加300吨，为上年的108%。"),
    ("points", "【税收】税收由2004年的8.6亿元增加到2008年的17.2亿元，年均增长18.9个百分点。"),
    ("share_sum", "【人口】常住人口中，男性占51.3个百分点，女性占48.7%。"),
    ("identity", "【人口变动】出生率3.07‰，死亡率5.92‰，自然增长率3.15‰。"),
    ("of_which", "【队伍】有消防官兵68人，其中干部19人、战士67人。"),
    ("points", "【绿化】绿地率由31.2%提高到33.9%，提高2.7%。"),
    ("points", "【医疗】病床使用率由81.4%提高到86.1%，提高5.7个百分点。"),
    ("points", "【码头】货物吞吐量640万吨，比上年增加80万吨，增长14.3个百分点。"),
    ("delta", "【网点】邮政网点由64处减少到57处，减少9处。"),
    ("average_growth", "【税收】税收由2004年的8.6亿元增加到2008年的17.3亿元，年均增长15.0%。"),
    ("ratio", "【结构】三次产业比例由12.4∶51.3∶36.3调整为11.6∶51.8∶38.6。"),
    ("share_sum", "【人口】常住人口中，男性占51.3%，女性占47.8%。"),
    ("share", "【用地】供应土地386.4公顷，其中工业用地142.7公顷，占39.6%。"),
    ("share", "【普查】男性31.52万人，占52.35%；女性29.86万人，占48.65%。"),
    ("completion", "【投资】完成投资51.5亿元，为年度计划50亿元的113%。"),
    ("completion", "【造林】计划造林1.80万亩，实际完成1.89万亩，完成计划的115%。"),
    ("product", "【早稻】早稻种植面积2.4万亩，亩产412公斤，总产量9388吨。"),
    ("per_capita", "【救助】发放救助金186万元，救助困难户1550户，户均1400元。"),
    ("running_total", "【站点】在原有9个监测站的基础上新增14个，达到24个。"),
    ("running_total", "【车辆】年初有公交车100辆，新增12辆，报废5辆，年末106辆。"),
    ("identity", "【人口变动】出生率9.86‰，死亡率6.12‰，自然增长率3.94‰。"),
    ("count_of_list", "【科室】局机关设6个科室（办公室、规划科、审批科、监察科、信访科）。"),
    ("duration", "【展会】9月10～13日，茶博会举行，为期3天。"),
    ("range", "【检测】农药残留抽检合格率103%。"),
    ("range", "【空气】全年空气质量优良天数371天。"),
    ("lifespan", "【人物】周文远（1936—1908），教师，临江县人。"),
    ("lifespan", "【人物】周文远（1918—2006），教师，享年78岁。"),
    ("weekday", "【无车日】2009年9月22日（星期五）为无车日。"),
]


@pytest.mark.parametrize(("kind", "text"), WRONG)
def test_contradictions_are_found(kind: str, text: str) -> None:
    assert (kind, "inconsistent") in verdicts(text)


RIGHT = [
    ("a list after 其中 may leave some out", "【奖项】获奖100项，其中省级30项、市级40项。"),
    ("classes that overlap", "【党员】有党员120人，其中女党员70人、35岁以下80人。"),
    ("goods that overlap", "【出口】出口80亿美元，其中机电产品50亿美元、高新技术产品40亿美元。"),
    ("what follows a semicolon", "【邮路】邮路单程1460公里，其中自办276公里；投递路线4820公里。"),
    ("a part of the part before", "【产业】第二产业615.0亿元，其中工业562.3亿元；第三产业604.6亿元。"),
    ("averages are no sums", "【单产】粮食亩产300公斤，其中早稻亩产412公斤。"),
    ("余 leaves the total open", "【参展】参展商50余家，其中内资38家、外资21家。"),
    ("rounding of parts", "【产值】三大行业产值200.0亿元，其中纺织66.7亿元、化工66.7亿元、建材66.7亿元。"),
    ("a total in tens of thousands", "【会员】有会员1.2万人，其中男会员6480人、女会员5310人。"),
    ("real growth", "【总量】生产总值132亿元，比上年增加12亿元，按可比价计算增长8.2%。"),
    ("two bases", "【存款】存款余额386亿元，比年初增加24亿元，比2005年增长41%。"),
    ("rates grow by percent, too", "【绿化】绿地率由31.2%提高到33.9%，增长8.7%。"),
    ("average population", "【收入】全区产值96亿元，人口32万人，人均2.9万元。"),
    ("a comparison of other things", "【商业】网上零售额9.7亿元，占全市社会消费品零售总额的38.6%。"),
    ("another part has the share", "【党员】女党员1.04万名、占27%；30岁及以下占11.5%，31至60岁占51.8%。"),
    ("a list of kinds, not of names", "【辖区】全县辖8个乡镇（街道、农场、林场）。"),
    ("等 leaves a list open", "【部门】由发改、财政、水利等9个部门组成。"),
    ("days counted by 历时", "【抢修】7月3日至7日抢修管网，历时4天。"),
    ("a telephone number", "【热线】办公电话（1936—1908）开通。"),
    ("a share of last year's level", "【养猪】出栏生猪12.6万头，上年为10.5万头，为上年的120%。"),
    ("a minus that is not printed", "【人口变动】出生率3.07‰，死亡率5.92‰，自然增长率2.85‰。"),
    ("a neighbour is no total", "【普查】人口中，城镇人口为60万人，占60%；乡村人口为40万人，占40%。"),
    ("provisions may exceed loans", "【银行】年末拨备覆盖率186.3%。"),
    ("penetration may exceed 100", "【电信】移动电话普及率达128%。"),
    ("an age of 虚岁", "【人物】周文远（1918—2006），教师，享年89岁。"),
]


@pytest.mark.parametrize(("why", "text"), RIGHT)
def test_one_reading_is_enough(why: str, text: str) -> None:
    assert not [row for row in audited(text) if row["verdict"] == "inconsistent"], why


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("【救助】发放救助金186万元，救助困难户155户，户均1200元。", ""),
        ("【企业】有企业500家，其中内资38家、外资12家。", "若500家为50家则相符，疑为小数点之误"),
        ("【早稻】早稻种植面积2.4万公顷，亩产412公斤，总产量9888吨。", "若2.4万公顷为2.4万亩则相符，疑为亩与公顷之误"),
    ],
)
def test_a_slip_that_explains_a_contradiction_is_named(text: str, slip: str) -> None:
    said = [row["explanation"] for row in audited(text) if row["verdict"] == "inconsistent"]
    assert not slip or [one for one in said if one.endswith(slip)]
    assert slip or not [one for one in said if "疑为" in one]


def test_real_growth_is_left_open_with_a_reason() -> None:
    (row,) = audited("【农业】农业增加值31.7亿元，比上年增加2.9亿元，增长4.3%。")
    assert (row["kind"], row["verdict"]) == ("growth", "unchecked")
    assert "可比价" in row["explanation"]


def test_rounding_is_told_apart_from_agreement() -> None:
    text = "【产值】三大行业产值200.0亿元，其中纺织66.7亿元、化工66.7亿元、建材66.7亿元。"
    assert verdicts(text) == {("sum", "rounding")}


def test_a_thing_of_the_year_after_is_pointed_out() -> None:
    assert verdicts("【工程】二期工程2010年4月竣工。", 2009) == {("covered_year", "unchecked")}
    assert verdicts("【工程】二期工程将于2010年4月竣工。", 2009) == set()


@pytest.mark.parametrize(
    "name", ["audits_consistent", "audits_blind", "audits_styles", "passages_a", "passages_b", "passages_c"]
)
def test_no_false_alarm_on_consistent_passages(name: str) -> None:
    items = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]
    alarms, missing = [], []
    for year in sorted({item["covered_year"] for item in items}):
        texts = {item["id"]: item["text"] for item in items if item["covered_year"] == year}
        rows = audit(**book("v", year, texts))["audits"].to_pylist()
        alarms += [row["explanation"] for row in rows if row["verdict"] == "inconsistent"]
        for item in items:
            if item["covered_year"] == year and "kinds" in item:
                mine = {r["kind"] for r in rows if r["audit_id"].startswith(f"v/{item['id']}@")}
                missing += [(item["id"], kind) for kind in item["kinds"] if kind not in mine]
    assert not alarms
    assert not missing


def test_tables_keep_the_contract() -> None:
    text = "【𠮷家村】𠮷家村有企业50家，其中内资38家、外资11家。9月10～13日，茶博会举行，为期3天。\n" * 3
    tables = book("临江-2010", 2009, {"1.txt": text, "2.txt": text})
    found = audit(**tables)
    for name in ("audits", "audit_terms"):
        assert found[name].schema.names == schemas.arrow_schema(name).names
    ids = found["audits"]["audit_id"].to_pylist()
    assert len(ids) == len(set(ids)) == 12
    known = set(tables["quantities"]["quantity_id"].to_pylist())
    terms = found["audit_terms"].to_pylist()
    assert {t["quantity_id"] for t in terms} <= known
    assert {t["audit_id"] for t in terms} == set(ids)
    assert audit(**tables)["audits"].equals(found["audits"])


def test_no_quantities_no_audits() -> None:
    assert len(audit(**book("v", 2009, {"1.txt": "【会议】县委召开会议。"}))["audits"]) == 0


def test_the_same_digits_with_another_unit() -> None:
    text = "【市政建设】完成城市园林绿化投资12.36亿元。\n【园林绿化】完成城市园林绿化投资{}。"
    slipped = [r for r in audited(text.format("12.36万元")) if r["kind"] == "unit_slip"]
    assert [r["verdict"] for r in slipped] == ["inconsistent"]
    assert not [r for r in audited(text.format("12.36亿元")) if r["kind"] == "unit_slip"]


REPEATED = "【绿道环线贯通】绿道环线全长48.6公里，驿站12座，工程总投资{}亿元，栽植乔木8600株。"


def test_one_entry_told_twice_with_another_figure() -> None:
    text = REPEATED.format("9.27") + "\n文化旅游\n" + REPEATED.format("9.72")
    rows = [r for r in audited(text) if r["kind"] == "duplicate"]
    assert [(int(r["stated"]), int(r["computed"])) for r in rows] == [(972_000_000, 927_000_000)]
    assert not [r for r in audited(REPEATED.format("9.27") * 2) if r["kind"] == "duplicate"]


FAIR = "【{}】9月12～15日，第六届临江农产品展销会举行，参展企业{}家，成交额3260万元。\n"
CAMPAIGN = "【{}】6月5日，开展“世界环境日万人行动”，发放环保资料{}份。\n"


def test_one_occasion_told_with_two_figures() -> None:
    rows = [
        r
        for r in audited(FAIR.format("农展会", 623) + FAIR.format("会展业", 632))
        if r["kind"] == "duplicate"
    ]
    assert [r["verdict"] for r in rows] == ["inconsistent"]
    assert rows[0]["explanation"].startswith("第六届临江农产品展销会，")
    assert rows[0]["explanation"].endswith("：【农展会】为623家，【会展业】为632家，同一活动两数")
    assert not [r for r in audited(FAIR.format("农展会", 623) * 2) if r["kind"] == "duplicate"]


def test_a_day_that_every_district_keeps_is_no_single_occasion() -> None:
    text = CAMPAIGN.format("城东街道", 500) + CAMPAIGN.format("城西街道", 800)
    assert not [r for r in audited(text) if r["kind"] == "duplicate"]
