"""What a number measures: phrases, heads, levels, totals, periods and territories, on sentences of our own."""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline import SEEDS
from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.measures import measure
from pipeline.text.measures.lexicon import KINDS, load_measure_words
from pipeline.text.reference import load_reference
from pipeline.text.segment import segment
from schemas.lexicons import LexiconError
from schemas.measure_lexicons import MEASURE_LEXICONS, WORD_KINDS, check_measure_lexicon

CASES = Path(__file__).parents[2] / "cases" / "measures.csv"
REFERENCE = load_reference(SEEDS)
LEXICONS = SEEDS / "lexicons"


def measured(
    *texts: str, year: int | None = 2009, region: str | None = "临江市", code: str | None = None
) -> list[dict[str, Any]]:
    """The measured quantities of one volume with these documents."""
    rows = [
        {"document_id": f"book/{n}.txt", "volume_id": "book", "media_type": "text/plain", "encoding": "utf-8",
         "sha256": hashlib.sha256(text.encode()).hexdigest(), "characters": len(text), "text": text}
        for n, text in enumerate(texts)
    ]  # fmt: skip
    documents = pa.Table.from_pylist(rows, schema=DOCUMENTS)
    volume = Volume("book", None, None, year, "manifest" if year else "unknown", code, region, None)
    segments, reference = segment(documents), REFERENCE
    facts = read_facts(documents, segments.entries, segments.zones, volume, reference)
    table = measure(
        documents, segments.entries, segments.zones, facts["quantities"], facts["dates"], volume, reference
    )
    assert table.schema.names == facts["quantities"].schema.names
    for row in table.to_pylist():
        text = texts[int(row["document_id"][5:-4])]
        if row["measured_start"] is not None:
            assert text[row["measured_start"] : row["measured_end"]] == row["measured_text"]
        assert (row["measured_text"] is None) == (row["head_text"] is None)
    result: list[dict[str, Any]] = table.to_pylist()
    return result


def one(rows: list[dict[str, Any]], source: str) -> dict[str, Any]:
    found = [row for row in rows if row["source_text"] == source]
    assert len(found) == 1, (source, [row["source_text"] for row in rows])
    return found[0]


def cases() -> list[Any]:
    with CASES.open(encoding="utf-8") as lines:
        return [pytest.param(row, id=f"{row['text'][:12]}:{row['quantity']}") for row in csv.DictReader(lines)]


@pytest.mark.parametrize("case", cases())
def test_sentence(case: dict[str, str]) -> None:
    rows = measured(case["text"])
    printed = {row["quantity_id"]: row["source_text"] for row in rows}
    row = next(row for row in rows if row["source_text"] == case["quantity"])
    got = {
        "measured": row["measured_text"],
        "head": row["head_text"],
        "of": printed.get(row["of_quantity_id"]),
        "part_of": printed.get(row["part_of_quantity_id"]),
        "inherited": str(row["measured_text"] is not None and row["measured_start"] is None).lower(),
    }
    assert got == {name: case[name] or None for name in got}


def test_inherited_phrase_says_so_and_has_no_place() -> None:
    row = one(measured("【渔业】 渔业产值5.2亿元，增长4.1%。"), "4.1%")
    assert row["measured_text"] == "渔业产值"
    assert row["measured_start"] is None
    assert row["measured_end"] is None
    assert "earlier clause" in row["note"]


def test_note_on_the_reading_of_a_number_is_kept() -> None:
    row = one(measured("渔业产值5.2亿元，增长4..1%。"), "4..1%")
    assert row["note"].startswith("doubled point")
    assert row["note"].endswith("earlier clause")


def test_nothing_is_taken_from_another_sentence_or_entry() -> None:
    rows = measured("【甲】 渔业产值5.2亿元。增长4.1%。\n【乙】 增长6%。")
    assert one(rows, "4.1%")["of_quantity_id"] is None
    assert one(rows, "6%")["measured_text"] is None


def test_of_which_at_the_beginning_of_a_sentence_looks_back_one_sentence() -> None:
    rows = measured("【人才】 全市有专业技术人员3200人。其中，高级职称410人、中级职称1260人。")
    assert one(rows, "410人")["part_of_quantity_id"] == one(rows, "3200人")["quantity_id"]
    assert one(rows, "1260人")["part_of_quantity_id"] == one(rows, "3200人")["quantity_id"]


def test_parts_that_do_not_add_up_are_no_parts() -> None:
    rows = measured("【商贸】 新设商行60家，超市25家，书店12家。")
    assert all(row["part_of_quantity_id"] is None for row in rows)


def test_part_larger_than_its_total_is_refused() -> None:
    rows = measured("【文化】 有剧团8个，其中民间剧团12个。")
    assert one(rows, "12个")["part_of_quantity_id"] is None


@pytest.mark.parametrize(
    ("text", "source", "first", "last"),
    [
        ("全年疏浚河道46公里。", "46公里", date(2009, 1, 1), date(2009, 12, 31)),
        ("年末实有耕地36万亩。", "36万亩", date(2009, 12, 31), date(2009, 12, 31)),
        ("1～9月，外贸出口4.2亿美元。", "4.2亿美元", date(2009, 1, 1), date(2009, 9, 30)),
        ("至2007年底，建成泵站19座。", "19座", date(2007, 12, 31), date(2007, 12, 31)),
        ("上年收缴罚款32万元。", "32万元", date(2008, 1, 1), date(2008, 12, 31)),
        ("外贸出口4.2亿美元，比2005年增长60%。", "60%", date(2009, 1, 1), date(2009, 12, 31)),
        ("全市有在校学生5.6万人。", "5.6万人", date(2009, 12, 31), date(2009, 12, 31)),
        ("5月8日，开渔节接待游客3.1万人次。", "3.1万人次", date(2009, 5, 8), date(2009, 5, 8)),
    ],
)
def test_period(text: str, source: str, first: date, last: date) -> None:
    row = one(measured(text), source)
    assert (row["period_start"], row["period_end"]) == (first, last)


def test_period_is_unknown_where_the_year_is() -> None:
    row = one(measured("全年疏浚河道46公里。", year=None), "46公里")
    assert row["period_start"] is None
    assert row["period_end"] is None


@pytest.mark.parametrize(
    ("text", "source", "code", "scope"),
    [
        ("全市茶园面积12万亩。", "12万亩", "330100", "whole"),
        ("市区绿地面积3200公顷。", "3200公顷", "330100", "urban_districts"),
        ("市本级财政支出26亿元。", "26亿元", "330100", "municipal_level"),
        ("全市茶园面积12万亩，其中淳安县4.1万亩。", "4.1万亩", "330127", "whole"),
        ("桐庐县引水入城，全县改造管网56公里。", "56公里", "330122", "whole"),
        ("县级机关节电6万千瓦时，全县节电20万千瓦时。", "20万千瓦时", None, "whole"),
        ("全省茶园面积280万亩。", "280万亩", "330000", "whole"),
        ("茶园面积居全省第3位。", "第3位", "330100", None),
        ("邀请国内专家授课，新增会员29人。", "29人", "330100", None),
        ("2009年，全国茶园面积2800万亩。", "2800万亩", None, "whole"),
        ("桐庐县人民医院设床位420张。", "420张", "330100", None),
        ("余杭区产茶860吨。", "860吨", "330110", "whole"),
    ],
)
def test_territory(text: str, source: str, code: str | None, scope: str | None) -> None:
    row = one(measured(text, region="杭州市", code="330100"), source)
    assert (row["region_code"], row["scope"]) == (code, scope)


def test_county_book_means_its_county() -> None:
    row = one(measured("全县茶园面积12万亩。", region="桐庐县", code="330122"), "12万亩")
    assert (row["region_code"], row["scope"]) == ("330122", "whole")


def test_a_plan_stays_a_target_and_has_its_measure() -> None:
    row = one(measured("计划投资3.6亿元建设渔港。"), "3.6亿元")
    assert (row["role"], row["measured_text"], row["head_text"]) == ("target", "计划投资", "投资")


def test_wrapped_and_full_width_text_keeps_its_places() -> None:
    row = one(measured("【农机】\n全县拥有联合收\n割机１２６台。\n"), "１２６台")
    assert row["measured_text"] == "联合收\n割机"


def test_documents_do_not_touch_one_another() -> None:
    texts = ("粮食产量62万吨", "增长8%。", "　", "渔业产值5.2亿元，增长4.1%。")
    together = measured(*texts)
    assert one(together, "8%")["measured_text"] is None
    assert one(together, "4.1%")["of_quantity_id"] == "book/3.txt@4"


def test_many_blocks_give_the_rows_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"【条目】 全市有渔船{n}艘，其中机动渔船{n - 3}艘，占{n % 90 + 5}%。" for n in range(100, 140)]
    whole = measured(*texts)
    monkeypatch.setattr("pipeline.text.measures.table.BLOCK", 100)
    assert measured(*texts) == whole


def test_no_quantities_no_rows() -> None:
    assert measured("论坛在临江举行。") == []


@pytest.mark.parametrize("name", sorted(MEASURE_LEXICONS))
def test_word_list_keeps_its_schema(name: str) -> None:
    assert len(check_measure_lexicon(LEXICONS / f"{name}.csv")) > 20


def test_word_kinds_are_known_to_the_rules() -> None:
    assert set(WORD_KINDS) <= set(KINDS)
    assert len(load_measure_words(LEXICONS).words.words) > 5000


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("heads", "在校学生,生徒,stock,false"),
        ("heads", "学生,,moment,false"),
        ("measure_words", "疏浚,verb,false"),
        ("scopes", "全岛,whole,island"),
        ("period_words", "全年,whole year"),
    ],
)
def test_broken_row_is_named(tmp_path: Path, name: str, line: str) -> None:
    head = (LEXICONS / f"{name}.csv").read_text("utf-8").splitlines()[0]
    path = tmp_path / f"{name}.csv"
    path.write_text(f"{head}\n{line}\n", "utf-8")
    with pytest.raises(LexiconError, match=f"{name}.csv"):
        check_measure_lexicon(path)


LINKED = [
    # text; for each number: its head, the level it speaks of, its total
    (
        "年末，全县总户数8.2万户，总人口26.4万人，其中男13.6万人、女12.8万人，人口自然增长率4.1‰，比上年下降0.3个千分点。",
        {"13.6万人": ("人口", None, "26.4万人"), "0.3个千分点": ("自然增长率", "4.1‰", None)},
    ),
    (
        "全区常住人口52.3万人。分城乡看，城镇人口38.1万人，乡村人口14.2万人，分别增长2.4%和下降3.1%。",
        {"14.2万人": ("人口", None, "52.3万人"), "3.1%": ("人口", "14.2万人", None)},
    ),
    (
        "全年粮食总产量31.6万吨，比上年增长1.8%。从品种看，稻谷24.2万吨，玉米5.1万吨，薯类2.3万吨。",
        {"24.2万吨": ("稻谷", None, "31.6万吨"), "2.3万吨": ("薯类", None, "31.6万吨")},
    ),
    (
        "年末，全市金融机构各项贷款余额864亿元，比年初增加75亿元，不良贷款率1.32%，低于全省平均水平0.4个百分点。",
        {"75亿元": ("余额", "864亿元", None), "0.4个百分点": ("不良贷款率", "1.32%", None)},
    ),
    (
        "全县有小学64所，在校学生3.2万人，适龄儿童入学率、巩固率分别为99.9%和98.7%。",
        {"99.9%": ("入学率", None, None), "98.7%": ("巩固率", None, None)},
    ),
    (
        "县医院门诊病人21.6万人次，同比减少1/8；床位使用率88.4%，比前三年平均数高2.6个百分点。",
        {"1/8": ("病人", "21.6万人次", None), "2.6个百分点": ("使用率", "88.4%", None)},
    ),
    (
        "旅客吞吐量260万人次，居全国180个机场第62位，较上年上升2位。",
        {"第62位": ("吞吐量", None, None), "2位": ("吞吐量", "第62位", None)},
    ),
    (
        "全年新增就业4200人，完成年度目标的105%；接待游客186万人次，旅游收入9.8亿元，分别增长12.5%和15.2%。",
        {"105%": ("就业", "4200人", None), "15.2%": ("收入", "9.8亿元", None)},
    ),
    ("15个监测断面中，达标断面13个，占86.7%。", {"13个": ("断面", None, "15个"), "86.7%": ("断面", "13个", None)}),
    (
        "全县有党员1.86万名。党员中，女党员4120名，少数民族党员860名；35岁以下的占24.6%。",
        {"860名": ("党员", None, "1.86万名"), "24.6%": ("党员", None, "1.86万名")},
    ),
    (
        "今年的目标是：固定资产投资达到40亿元，增长18%；财政收入增长12%，达到3.5亿元。",
        {"18%": ("投资", "40亿元", None), "12%": ("收入", "3.5亿元", None), "3.5亿元": ("收入", None, None)},
    ),
    (
        "城镇居民人均可支配收入12860元，比上年名义增长9.4%，扣除价格因素实际增长6.1%。",
        {"9.4%": ("收入", "12860元", None), "6.1%": ("收入", "12860元", None)},
    ),
    (
        "全体居民人均可支配收入2.4万元，其中城镇居民人均3.1万元，农村居民人均1.5万元。",
        {"3.1万元": ("收入", None, None), "1.5万元": ("收入", None, None)},
    ),
    ("9月起，对2600名40岁以上妇女普查一次。", {"2600名": ("妇女", None, None)}),
    (
        "全市有水库17座（大（二）型2座、小（一）型5座），灌溉农田31万亩。",
        {"2座": ("水库", None, "17座"), "5座": ("水库", None, "17座")},
    ),
]


@pytest.mark.parametrize(("text", "wanted"), LINKED)
def test_passages_of_other_chapters(text: str, wanted: dict[str, tuple[str, str | None, str | None]]) -> None:
    rows = measured(text)
    printed = {row["quantity_id"]: row["source_text"] for row in rows}
    for source, expected in wanted.items():
        row = one(rows, source)
        linked = printed.get(row["of_quantity_id"]), printed.get(row["part_of_quantity_id"])
        assert (row["head_text"], *linked) == expected, source


def test_work_is_no_total() -> None:
    rows = measured("全年立案案件80件。在检查工作中，查处案件12件；从进度看，已有3个项目竣工。")
    assert all(row["part_of_quantity_id"] is None for row in rows)
