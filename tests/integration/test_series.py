"""Two editions of one series through the front door: what the second says of the first, and where references lead."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline import stages, storage
from pipeline.quality.correction_lines import COLUMNS
from tests.integration.books import Bench

MANIFEST = 'title = "清河年鉴"\nedition_year = {}\ncovered_year = {}\nregion_name = "清河市"\n'

OF_2008 = """商业

【商贸流通】全年实现社会消费品零售总额80.5亿元，比上年增长12.0%。新增连锁门店126家。

【旅游综述】全年接待游客298万人次，旅游总收入15.62亿元。

城市建设

【供水情况】城区供水总量4210万立方米，管网长度316.4公里（快报数）。

【渡口改造】投资860万元改造东门渡口，新建候船室240平方米。
"""
OF_2009 = """商业

【商贸流通】全年实现社会消费品零售总额{sales}亿元，比上年增长16.0%。

【旅游综述】全年接待游客320万人次，上年接待游客约300万人次。上年旅游总收入1562亿元。

城市建设

【供水情况】城区供水总量4410万立方米，上年供水总量4190万立方米（据普查修订）。上年城区管网长度为325.1公里。参见商业类目的商贸流通。

【轮渡】全年渡客48.2万人次。参见《清河年鉴（2009）》“渡口改造”条目。参见城市建设类目的热电联产。
"""


def books(bench: Bench, sales: str = "93.4", before: str = OF_2008) -> Bench:
    bench.book("qinghe-2009", {"1.txt": before, "volume.toml": MANIFEST.format(2009, 2008)})
    bench.book("qinghe-2010", {"1.txt": OF_2009.format(sales=sales), "volume.toml": MANIFEST.format(2010, 2009)})
    return bench


@pytest.fixture
def series(new_bench: Callable[[str], Bench]) -> Bench:
    return books(new_bench("series"))


def across(bench: Bench) -> dict[str, dict[str, Any]]:
    """The findings over both books by what they are about."""
    return {r["explanation"].split("：")[0]: r for r in bench.rows("audits") if r["kind"] == "cross_volume"}


def test_last_years_book_is_held_against_this_one(series: Bench) -> None:
    outcome = series.run()
    assert outcome.code == 0, outcome.err
    found = across(series)
    assert {name: row["verdict"] for name, row in found.items()} == {
        "社会消费品零售总额": "consistent",
        "游客": "consistent",
        "旅游总收入": "inconsistent",
        "供水总量": "unchecked",
        "管网长度": "unchecked",
    }
    assert {row["volume_id"] for row in found.values()} == {"qinghe-2010"}
    assert found["旅游总收入"]["explanation"].endswith("两卷相差百倍，疑为单位或小数点之误")
    assert "本卷注明“普查”" in found["供水总量"]["explanation"]
    assert "上年卷注明“快报”" in found["管网长度"]["explanation"]

    quantities = {row["quantity_id"]: row for row in series.rows("quantities")}
    wrong = found["旅游总收入"]["audit_id"]
    terms = [t for t in series.rows("audit_terms") if t["audit_id"] == wrong]
    assert [(quantities[t["quantity_id"]]["source_text"], t["part"]) for t in terms] == [
        ("1562亿元", "level"),
        ("15.62亿元", "previous"),
    ]
    assert "cross_volume" in outcome.out
    checks = {(r["table_name"], r["check_name"]): r for r in series.rows("quality_results")}
    assert checks["audit_terms", "references"]["passed"]
    assert checks["audits", "consistent"]["rows_failed"] == sum(
        row["verdict"] == "inconsistent" for row in series.rows("audits")
    )


def test_the_finding_stands_on_the_page_and_in_the_index_with_a_link_to_last_years_book(series: Bench) -> None:
    series.run()
    page = (series.warehouse / "review" / "qinghe-2010" / "1.txt.html").read_text("utf-8")
    place = next(row for row in series.rows("quantities") if row["source_text"] == "15.62亿元")
    assert f'href="../qinghe-2009/1.txt.html#q-{place["span_start"]}"' in page
    assert "两卷相差百倍" in page
    index = (series.warehouse / "review" / "index.html").read_text("utf-8")
    assert "两卷相差百倍" in index
    assert "热电联产”的条目，也没有题目相近的" in page
    assert "热电联产”的条目，也没有题目相近的" in index
    assert "两卷相差百倍" not in (series.warehouse / "review" / "qinghe-2009" / "1.txt.html").read_text("utf-8")


def test_references_lead_to_their_entries_in_the_volume_and_in_another(series: Bench) -> None:
    series.run()
    targets = {
        row["source_text"]: row["target_entry_id"] for row in series.rows("entities") if row["kind"] == "reference"
    }
    titles = {row["entry_id"]: row["title"] for row in series.rows("entries")}
    assert {clause: titles.get(target) for clause, target in targets.items()} == {
        "参见商业类目的商贸流通": "商贸流通",
        "参见《清河年鉴（2009）》“渡口改造”条目": "渡口改造",
        "参见城市建设类目的热电联产": None,
    }
    verdicts = {
        row["explanation"].split("：")[0]: row["verdict"]
        for row in series.rows("audits")
        if row["kind"] == "cross_reference"
    }
    assert list(verdicts.values()) == ["consistent", "consistent", "inconsistent"]


def test_nothing_changes_where_nothing_has_changed(series: Bench) -> None:
    series.run()
    tables, files = series.tables(), series.files("parts/*/*")
    assert "nothing has changed" in series.run().err
    assert series.tables() == tables
    for part in series.warehouse.glob("parts/*/series.audits.arrow"):
        part.unlink()
    outcome = series.run()
    assert outcome.code == 0, outcome.err
    assert series.tables() == tables
    same = {name for name, was in series.files("parts/*/*").items() if files[name] == was}
    assert {name for name in files if "series." not in name and "manifest" not in name} <= same


def test_a_change_of_the_first_book_changes_what_is_said_of_the_second(series: Bench) -> None:
    series.run()
    still = series.files("parts/qinghe-2010/[a-r]*.arrow")
    books(series, before=OF_2008.replace("15.62亿元", "1562亿元").replace("渡口改造", "渡口重建"))
    outcome = series.run()
    assert outcome.code == 0, outcome.err
    assert "facts 1/1 qinghe-2009" in outcome.err
    assert across(series)["旅游总收入"]["verdict"] == "consistent"
    assert series.files("parts/qinghe-2010/[a-r]*.arrow") == still
    lost = next(r for r in series.rows("audits") if r["explanation"].startswith("参见《清河年鉴"))
    assert lost["verdict"] == "unchecked"


def test_a_book_that_leaves_takes_its_findings_along(series: Bench) -> None:
    series.run()
    for file in (series.seeds / "qinghe-2009").iterdir():
        file.unlink()
    (series.seeds / "qinghe-2009").rmdir()
    assert series.run().code == 0
    assert not across(series)


def test_the_same_tables_whichever_book_comes_first(series: Bench, new_bench: Callable[[str], Bench]) -> None:
    series.run()
    other = books(new_bench("other"))
    assert other.run("--volume", "qinghe-2010").code == 0
    assert not across(other)
    assert other.run("--volume", "qinghe-2009").code == 0
    assert other.tables() == series.tables()


def test_a_figure_accepted_by_hand_is_no_contradiction(series: Bench) -> None:
    series.run()
    line = ",qinghe-2010/1.txt,旅游综述,1562亿元,1,,156200000000 CNY,accept,,照原书,编,2011-03-01"
    (series.seeds / "corrections.csv").write_text(f"{','.join(COLUMNS)}\n{line}\n", encoding="utf-8")
    outcome = series.run()
    assert outcome.code == 0, outcome.err
    row = across(series)["旅游总收入"]
    assert row["verdict"] == "unchecked"
    assert "照原书" in row["explanation"]


def test_a_comparison_that_fails_costs_nothing_else(series: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def brittle(*arguments: Any) -> Any:
        raise IndexError("no rule has foreseen this")

    monkeypatch.setattr(stages, "audit_editions", brittle)
    outcome = series.run()
    assert outcome.code == 0, outcome.err
    assert not across(series)
    (reject,) = [row for row in series.rows("rejects") if row["stage"] == "series"]
    assert (reject["volume_id"], reject["reason"]) == ("qinghe-2010", "editions_failed")
    assert "no rule has foreseen this" in reject["detail"]
    assert "warn: documents.readable: 1 of 2" in outcome.out
    assert {row["kind"] for row in series.rows("audits")} == {"cross_reference"}


CHRONICLE = "【九月】9月12～15日，第六届清河农产品展销会举行，参展企业623家，成交额3260万元。\n"
CHAPTER = "【会展业】9月12～15日，第六届清河农产品展销会举行，参展企业632家，成交额3260万元。\n"


def test_one_occasion_told_in_two_batches(new_bench: Callable[[str], Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name, size in (("whole", 2_000_000), ("batches", 30)):
        monkeypatch.setattr(storage.in_batches, "__defaults__", (size,))
        bench = new_bench(name)
        bench.book("b", {"1.txt": CHRONICLE, "2.txt": CHAPTER, "volume.toml": MANIFEST.format(2010, 2009)})
        assert bench.run().code == 0
        rows = [r for r in bench.rows("audits") if r["kind"] == "duplicate"]
        assert [r["verdict"] for r in rows] == ["inconsistent"]
        assert "【九月】为623家，【会展业】为632家" in rows[0]["explanation"]
        found.append(rows)
    assert found[0] == found[1]
