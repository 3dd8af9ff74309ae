"""A run is read once and set down wherever it stands: what stands round it must still decide, as when read in place."""

from tests.names_gold import read


def test_same_run_names_a_body_or_a_kind_by_what_stands_before_it() -> None:
    made = read("【防汛】 市水务局召开会议。各市水务局召开会议。市水务局召开座谈。")
    spans = [(row["source_text"], row["span_start"]) for row in made.entities if row["kind"] == "organisation"]
    assert spans == [("市水务局", 5), ("市水务局", 24)]


def test_member_of_a_list_takes_its_region_and_the_same_words_elsewhere_do_not() -> None:
    made = read("【检查】 市公安局、民政局联合检查。省公安厅、民政厅联合检查。市公安局、民政局再次检查。")
    names = made.names("organisation")
    assert names.count("临河市民政局") == 2
    assert sum(name.endswith("民政厅") for name in names) == 1


def test_figure_before_a_run_counts_it_each_time() -> None:
    made = read("【网点】 全年新建3个镇卫生院。石桥镇卫生院投入使用。又建2个镇卫生院。")
    assert [row for row in made.of_kind("organisation") if "石桥镇" in row] == ["石桥镇卫生院"]
    assert "镇卫生院" not in made.of_kind("organisation")


def test_names_do_not_depend_on_what_was_read_before() -> None:
    first = "【开工】 市交通局、水务局在石桥镇召开推进大会，临河市盛和阀门有限公司参加。"
    alone = read(first)
    again = read(first + "\n" + first.replace("开工", "竣工"))
    half = [row["source_text"] for row in alone.entities]
    assert [row["source_text"] for row in again.entities] == half * 2


def test_block_without_entries_gives_no_rows() -> None:
    assert read("主办").entities == []


def test_reference_takes_the_closest_title_of_its_section() -> None:
    made = read(
        "【水利工程建设】 全年完成投资1000万元。\n【水利工程管理】 管护堤防20公里。\n"
        "【灌溉】 新增灌溉面积300亩。（参见水利工程管理条目）\n"
    )
    targets = [row["target_entry_id"] for row in made.entities if row["kind"] == "reference"]
    titles = {entry["entry_id"]: entry["title"] for entry in made.entries}
    assert [titles[target] for target in targets] == ["水利工程管理"]
