"""Names in prose: where they begin and end, what they are in full, what is no name."""

from __future__ import annotations

import pytest

from tests.names_gold import read, tally

BODY = "【供水】 "


@pytest.mark.parametrize(
    ("sentence", "bodies"),
    [
        ("全年为市水务局、市气象局等6个部门提供数据。", ["临河市水务局", "临河市气象局"]),
        ("市发改委、住建委、规划局联合检查工地。", ["临河市发改委", "临河市住建委", "临河市规划局"]),
        ("临河市民政局走访困难家庭。", ["临河市民政局"]),
        ("市民政局走访困难家庭。", ["临河市民政局"]),
        ("市住房和城乡建设局印发通知。", ["临河市住房和城乡建设局"]),
        ("临河水泥总厂与市环境监测站签订合同。", ["临河水泥总厂", "临河市环境监测站"]),
        ("中交渡海疏浚（集团）股份有限公司中标。", ["中交渡海疏浚（集团）股份有限公司"]),
        ("鹭江电子（临河）有限公司投产。", ["鹭江电子（临河）有限公司"]),
        ("中国银行临河分行发放贷款。", ["中国银行临河分行"]),
        ("团市委组织志愿服务。", ["团临河市委"]),
        ("省水利厅、国务院有关部门派员检查。", ["省水利厅", "国务院"]),
        ("省计委、经委、财政厅批复立项。", ["省计委", "省经委", "省财政厅"]),
        ("省检察院岭南分院、市公安局交警支队三大队值勤。", ["省检察院岭南分院", "临河市公安局交警支队三大队"]),
        ("市打击走私与海防口岸管理办公室查获走私案。", ["临河市打击走私与海防口岸管理办公室"]),
        ("市民族与宗教事务局检查寺庙。", ["临河市民族与宗教事务局"]),
        ("恒力（中国）投资有限公司、华新（远东）实业公司开业。", ["恒力（中国）投资有限公司", "华新（远东）实业公司"]),
        ("解放军第三一〇医院派出医疗队。", ["解放军第三一〇医院"]),
        ("市防汛抗旱指挥部调度武警临河支队。", ["临河市防汛抗旱指挥部", "武警临河支队"]),
    ],
)
def test_bodies_in_full(sentence: str, bodies: list[str]) -> None:
    assert read(BODY + sentence).names("organisation") == bodies


@pytest.mark.parametrize(
    "sentence",
    [
        "全市有医疗机构287个，乡镇卫生院92个。",
        "5家企业和3所学校参加评比。",
        "举办培训班6期，办理证件200件。",
        "各级党委、政府和有关部门加强领导。",
        "干部职工在外部环境变化中保持稳定，局部地区有雨。",
        "征求意见120条，会见来宾30批。",
        "推行政府采购，压减政府性债务。",
        "市场主体增长，市民反映良好，县城面貌一新。",
        "有限公司数量上升，委员会办公室各司其职，姐妹学校互访。",
    ],
)
def test_kinds_of_bodies_name_nobody(sentence: str) -> None:
    made = read(BODY + sentence)
    assert made.names("organisation") == []
    assert made.of_kind("person") == []


def test_a_county_is_the_one_named_before() -> None:
    made = read("【帮扶】 淳安县落实资金。县民政局、县农业局分户建档。", 2009, "杭州市", "330100")
    assert made.names("organisation") == ["淳安县民政局", "淳安县农业局"]
    assert {row["admin_code"] for row in made.entities if row["kind"] == "organisation"} == {"330127"}


@pytest.mark.parametrize(
    ("sentence", "people"),
    [
        ("市长林大海到码头检查。", [("林大海", "市长", None)]),
        ("市水务局局长周　平主持会议。", [("周平", "局长", "临河市水务局")]),
        ("副县长阿不都·卡德尔在会上发言。", [("阿不都·卡德尔", "副县长", None)]),
        (
            "临河晚报社总编辑、鹭江传媒集团顾问欧阳静博士作报告。",
            [("欧阳静", "总编辑", "临河晚报社"), ("欧阳静", "顾问", "鹭江传媒集团")],
        ),
        (
            "市领导林大海、周平、江一帆出席。",
            [("林大海", "领导", None), ("周平", "领导", None), ("江一帆", "领导", None)],
        ),
    ],
)
def test_people_by_their_posts(sentence: str, people: list[tuple[str, str, str | None]]) -> None:
    made = read(BODY + sentence)
    names = [person for person, _, _ in people]
    assert made.names("person") == list(dict.fromkeys(names))
    posts = [(r["name"], r["title"], r["organisation"]) for r in made.roles if r["role"] == "affiliation"]
    assert posts == [one for one in people if one[1] != "领导"]


def test_the_prefecture_is_the_one_of_the_book() -> None:
    made = read(BODY + "地委召开会议，地区公安处、物资局到会。", 1988, "松原地区")
    assert made.names("organisation") == ["松原地委", "松原地区公安处", "松原地区物资局"]


@pytest.mark.parametrize(
    ("sentence", "people"),
    [
        ("县委副书记陈 有 才、县长王 平、副县长李　建　国到会。", ["陈有才", "王平", "李建国"]),
        ("市民吴某受伤，嫌疑人蔡某雄、刘某某落网。", ["吴某", "蔡某雄", "刘某某"]),
        ("副州长艾则孜·买买提为开幕式致辞。", ["艾则孜·买买提"]),
        ("县长古丽娜尔·艾山江作工作报告。", ["古丽娜尔·艾山江"]),
        ("蒙古族教师乌兰其其格、彝族村医曲比阿依下乡。", ["乌兰其其格", "曲比阿依"]),
        ("选举陈志远为主席，周敏、李红兵为副主席。", ["陈志远", "周敏", "李红兵"]),
        ("对某些问题，于某日在某地答复。", []),
    ],
)
def test_people_spaced_masked_and_in_rows(sentence: str, people: list[str]) -> None:
    assert read(BODY + sentence).names("person") == people


def test_counties_that_no_table_knows() -> None:
    made = read(BODY + "专家到青石县调研，丹溪县、秀水县受灾。青石县境内河水暴涨。县民政局救灾。")
    assert made.of_kind("division") == ["青石县", "丹溪县", "秀水县", "青石县"]
    assert made.names("organisation") == ["青石县民政局"]


def test_kinds_of_counties_name_none() -> None:
    made = read(BODY + "各县、本县、贫困县、先进县、县级市、沿海城市、文明城市和县市两级。")
    assert made.of_kind("division") == []


@pytest.mark.parametrize(
    "sentence", ["局长和副局长到会。", "主任于10月到任。", "学生高分通过考试。", "部长通道开放。"]
)
def test_a_post_without_a_name_is_no_person(sentence: str) -> None:
    assert read(BODY + sentence).of_kind("person") == []


def test_a_short_form_stands_for_its_long_form_until_the_entry_ends() -> None:
    made = read("【备份】 建设水文数据集中备份中心（以下简称水备中心），16个部门进入水备中心。")
    assert made.of_kind("organisation") == ["水文数据集中备份中心"]
    assert made.of_kind("abbreviation") == ["水备中心", "水备中心"]
    assert set(made.names("abbreviation")) == {"水文数据集中备份中心"}


def test_nothing_is_counted_inside_a_work_or_an_event() -> None:
    made = read(
        "【论坛】 5月9日，市水务局主办的“临河市水务局长论坛”在临河饭店举行，发布《市水务局工作规则》。"
    )
    assert made.of_kind("organisation") == ["市水务局"]
    assert made.of_kind("event") == ["临河市水务局长论坛"]
    assert made.of_kind("work") == ["《市水务局工作规则》"]
    assert made.of_kind("person") == []


def test_a_periodical_inside_the_name_of_its_publisher_keeps_its_parent() -> None:
    made = read("【评选】 由《江河视野》周刊、市水务局主办的节水大赛在临河举行。")
    work = next(row for row in made.entities if row["kind"] == "work")
    body = next(row for row in made.entities if row["source_text"] == "《江河视野》周刊")
    assert work["parent_entity_id"] == body["entity_id"]
    assert body["kind"] == "organisation"


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("临河市获“节水型城市”称号。", "award"),
        ("论坛以“清水与城市”为主题。", "theme"),
        ("坚持“先节水、后调水”的方针。", "slogan"),
        ("实施“清水入城”工程。", "project"),
        ("以“互利共赢”为宗旨开展合作。", "goal"),
        ("完成“十五”计划任务。", "plan"),
    ],
)
def test_quotations_by_what_stands_beside_them(sentence: str, kind: str) -> None:
    assert [row["subkind"] for row in read(BODY + sentence).entities if row["kind"] == "quoted"] == [kind]


def test_a_reference_finds_its_entry() -> None:
    text = (
        "水务\n【节水灌溉工程】 全年投资1.2亿元。\n交通\n【轮渡】 新增航线2条。参见水务类目的节水灌溉工程。\n"
    )
    made = read(text)
    target = next(row for row in made.entities if row["kind"] == "reference")
    wanted = next(entry["entry_id"] for entry in made.entries if entry["title"] == "节水灌溉工程")
    assert (target["name"], target["target_entry_id"]) == ("水务·节水灌溉工程", wanted)


def test_a_reference_to_another_part_of_the_book_stays_open() -> None:
    made = read("水务\n【博览会】 9月，节水博览会举行。参见工业类目的节水博览会。\n")
    assert [row["target_entry_id"] for row in made.entities if row["kind"] == "reference"] == [None]


def test_signatures_cover_the_entries_before_them() -> None:
    made = read("供水\n【水源】 水质良好。\n【管网】 新建管网8公里。（市水务局　林大海/文　周平/摄）\n")
    rows = [(r["entry_id"][-3:], r["name"], r["role"], r["rule_id"]) for r in made.roles]
    assert rows == [
        ("001", "临河市水务局", "contributor", "role/contributor_inherited"),
        ("001", "林大海", "contributor", "role/contributor_inherited"),
        ("002", "临河市水务局", "contributor", "role/contributor_direct"),
        ("002", "林大海", "contributor", "role/contributor_direct"),
        ("002", "周平", "photographer", "role/photographer"),
    ]


def test_every_mention_lies_where_it_says() -> None:
    made = read("【轮渡】 市交通运\n输局局长林大海到\n临河轮渡公司检查。江阴市２号码头启用。")
    for row in made.entities:
        assert made.text[row["span_start"] : row["span_end"]] == row["source_text"]
    assert made.names("organisation") == ["临河市交通运输局", "临河轮渡公司"]
    assert len({row["entity_id"] for row in made.entities}) == len(made.entities)


@pytest.mark.parametrize("name", ["seed", "made", "blind", "third", "more"])
def test_annotated_names(name: str) -> None:
    counts = tally(name)
    kinds = (
        "organisation", "person", "division", "work", "quoted", "abbreviation", "event", "facility", "place",
        "reference", "abbreviation.detail", "division.detail", "quoted.detail", "organisation.detail",
    )  # fmt: skip
    for kind in kinds:
        assert counts.precision(kind) >= 0.97 or not counts.superfluous.get(kind), (
            kind,
            counts.superfluous[kind],
        )
        assert counts.recall(kind) >= 0.97 or not counts.missing.get(kind), (kind, counts.missing[kind])
