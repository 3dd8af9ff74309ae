"""The covered year: each kind of evidence, their order, and the traps of the genre."""

from __future__ import annotations

import pytest

from pipeline.read.manifest import Manifest
from pipeline.read.years import infer_years


@pytest.mark.parametrize(
    ("name", "edition", "covered"),
    [
        ("《临江年鉴2010》", 2010, 2009),
        ("临江年鉴（2010）", 2010, 2009),
        ("临江年鉴 2010", 2010, 2009),
        ("临江年鉴·2010卷", 2010, 2009),
        ("2010临江年鉴", 2010, 2009),
        ("2010年临江统计年鉴", 2010, 2009),
        ("临江年鉴二〇一〇", 2010, 2009),
        ("《临江年鉴》2010", 2010, 2009),
        ("linjiang-2010", 2010, 2009),
        ("临江2010年卷", 2010, 2009),
        ("临江市2009年国民经济和社会发展统计公报", None, 2009),
    ],
)
def test_a_title_names_the_year_before_it(name: str, edition: int | None, covered: int) -> None:
    assert infer_years(Manifest(), [name], ["【码头扩建】 6月开工。"]) == (edition, covered, "title")


@pytest.mark.parametrize(
    "name",
    [
        "临江年鉴2008—2009合卷",
        "临江市志（1986～2005）",
        "临江年鉴",
        "b2b-3g",
        "page 0012010",
        "临江市“十一五”规划",
    ],
)
def test_a_name_without_one_year_names_none(name: str) -> None:
    assert infer_years(Manifest(), [name], ["【码头扩建】 6月开工。"]) == (None, None, "unknown")


@pytest.mark.parametrize(
    ("statement", "year"),
    [
        ("本卷记述2009年1月1日至12月31日临江市的基本情况。", 2009),
        ("《临江年鉴（2010）》收录时限为2009年1月1日至2009年12月31日。", 2009),
        ("本年鉴载录二〇〇九年一月一日至十二月三十一日的资料。", 2009),
        ("本年鉴主要反映2009年度全市经济社会发展情况。", 2009),
        ("本卷断限：2009年1月1日～12月31日，个别内容适当上溯。", 2009),
        ("本书全面系统地记述了2009年临江市各项事业的新进展。", 2009),
    ],
)
def test_the_book_says_what_it_records(statement: str, year: int) -> None:
    text = f"编辑说明\n一、{statement}\n二、条目以【】标示。表彰2008年度先进集体。到2020年建成港口强市。"
    assert infer_years(Manifest(), ["临江年鉴2012"], [text]) == (2012, year, "statement")


@pytest.mark.parametrize(
    "text",
    [
        "本卷记述2008年1月1日至2009年12月31日临江市的情况。",
        "本志记述1986—2005年临江市的历史。",
    ],
)
def test_a_book_of_several_years_has_no_covered_year(text: str) -> None:
    assert infer_years(Manifest(), ["临江年鉴2010"], [text]) == (2010, None, "unknown")


@pytest.mark.parametrize(
    "text",
    [
        "【码头扩建】 工程自2007年1月1日至12月31日施工，2009年5月验收。",
        "【减税】 优惠期为2008年1月1日至12月31日。",
        "本卷除个别内容上溯至2005年外，不再说明。",
    ],
)
def test_other_whole_years_are_no_statement(text: str) -> None:
    assert infer_years(Manifest(), ["临江年鉴2010"], [text]).source == "title"


def test_the_manifest_is_believed_before_all_else() -> None:
    text = "本卷记述2008年1月1日至12月31日的情况。"
    manifest = Manifest(edition_year=2010, covered_year=2009)
    assert infer_years(manifest, ["临江年鉴2012"], [text]) == (2010, 2009, "manifest")
    assert infer_years(Manifest(edition_year=2010), [], ["6月开工。"]) == (2010, 2009, "title")


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("《2009年度施政要点》发布。", 2009),
        ("2009年末有企业623家。表彰2008年度先进企业32家。", 2009),
        ("“2009临江港口博览会”举行，“2008年度十强企业”受表彰。", 2009),
        ("2009年5月26日，论坛举行。货运量比2008年增长12%，比2007年增长20%。", 2009),
        ("2009年，工程竣工。规划到2020年建成港口强市，到2015年完成一期。", 2009),
        ("发布《经济发展报告（2009年）》《服务业报告（2009年）》，成立于1998年。", 2009),
    ],
)
def test_the_prose_votes(text: str, year: int) -> None:
    assert infer_years(Manifest(), ["linjiang"], [text]) == (None, year, "vote")


@pytest.mark.parametrize(
    "text",
    [
        "【码头扩建】 6月开工。",
        "表彰2008年度先进企业32家。",
        "会议表彰“2008年度十强企业”。",
        "货运量比2008年增长12%。",
        "2007年动工，2009年竣工。",
        "型号2009，邮编200900，电话82009200。",
    ],
)
def test_too_little_evidence_elects_nothing(text: str) -> None:
    assert infer_years(Manifest(), ["linjiang"], [text]) == (None, None, "unknown")


def test_a_folder_named_for_the_year_inside_yields_to_the_prose() -> None:
    text = "2009年末有企业623家。《2009年度指导意见》发布。"
    assert infer_years(Manifest(), ["linjiang-2009"], [text]) == (None, 2009, "vote")
    assert infer_years(Manifest(), ["linjiang-2010"], [text]) == (2010, 2009, "title")
