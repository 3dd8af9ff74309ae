"""What happened, when and where, and who took which part."""

from __future__ import annotations

import datetime

import pytest

from pipeline.text.events.names import same_event
from tests.names_gold import Read, read, tally


def only(made: Read) -> dict[str, object]:
    assert len(made.events) == 1, [row["name"] for row in made.events]
    return made.events[0]


def test_successive_roles_belong_to_the_event_they_lead_to() -> None:
    made = read(
        "【节水论坛】 5月9～10日，由中国节水协会指导，市水务局、《江河》周刊主办，鹭江水务集团等单位承办、"
        "临河大学协办的首届临河节水论坛在临河国际会议中心举行，250余人参会。"
    )
    event = only(made)
    assert (event["kind"], event["name"], event["edition"], event["place"]) == (
        "forum", "首届临河节水论坛", "首届", "临河国际会议中心",
    )  # fmt: skip
    assert (event["date_start"], event["date_end"]) == (datetime.date(2009, 5, 9), datetime.date(2009, 5, 10))
    assert made.quantities[str(event["attendance_quantity_id"])]["source_text"] == "250余人"
    parts = [(r["role"], r["name"], r["ordinal"], r["open_list"]) for r in made.roles]
    assert parts == [
        ("guide", "中国节水协会", 1, False),
        ("host", "临河市水务局", 1, False),
        ("host", "《江河》周刊", 2, False),
        ("organiser", "鹭江水务集团", 1, True),
        ("co_organiser", "临河大学", 1, False),
    ]
    assert {r["event_id"] for r in made.roles} == {event["event_id"]}


def test_one_happening_told_three_times_is_one_event() -> None:
    made = read(
        "【水利博览会开幕】 6月1日，“2009中国临河水利博览会”在临河展览馆举行。"
        "水利博览会由市水务局主办，参观者2.5万人次。"
    )
    event = only(made)
    assert event["name"] == "2009中国临河水利博览会"
    assert made.of_kind("event") == ["水利博览会", "2009中国临河水利博览会", "水利博览会"]
    assert set(made.names("event")) == {"2009中国临河水利博览会"}
    assert made.parts("host") == ["临河市水务局"]


def test_two_happenings_of_one_series_stay_two() -> None:
    made = read(
        "【讲坛】 5月6日，市图书馆举办水文化讲座，80人参加。9月10日，市图书馆举办水文化讲座，60人参加。"
    )
    assert [row["date_start"].day for row in made.events] == [6, 10]


@pytest.mark.parametrize(
    ("sentence", "name", "parties"),
    [
        ("3月12日，临河自来水公司与长宁县政府签署供水协议。", "供水协议", ["临河自来水公司", "长宁县政府"]),
        (
            "3月12日，市水务局、临河大学签订《节水合作备忘录》。",
            "节水合作备忘录",
            ["临河市水务局", "临河大学"],
        ),
        ("3月12日，鹭江集团与4个县签订战略合作协议。", "战略合作协议", ["鹭江集团"]),
    ],
)
def test_parties_to_an_agreement(sentence: str, name: str, parties: list[str]) -> None:
    made = read("【签约】 " + sentence)
    assert only(made)["name"] == name
    assert made.parts("party") == parties


def test_an_agreement_spoken_of_is_not_signed_again() -> None:
    made = read("【签约】 3月12日，临河公司与长宁县政府签署供水协议，这是临河公司与县政府签订的首个协议。")
    assert [row["name"] for row in made.events] == ["供水协议"]


@pytest.mark.parametrize(
    ("sentence", "name", "givers", "receivers"),
    [
        ("中国节水协会向临河软件园授予“节水示范园”称号。", "节水示范园", ["中国节水协会"], ["临河软件园"]),
        ("水利部授予临河市“节水型城市”称号。", "节水型城市", ["水利部"], ["临河市"]),
        ("临河市被水利部授予“节水型城市”称号。", "节水型城市", ["水利部"], ["临河市"]),
        ("临河一中、临河大学获省教育厅“绿色学校”称号。", "绿色学校", ["省教育厅"], ["临河一中", "临河大学"]),
        ("鹭江水泥厂被评为省级节水企业。", "省级节水企业", [], ["鹭江水泥厂"]),
    ],
)
def test_awards(sentence: str, name: str, givers: list[str], receivers: list[str]) -> None:
    made = read("【表彰】 " + sentence)
    event = only(made)
    assert (event["kind"], event["name"]) == ("award", name)
    assert made.parts("giver") == givers
    assert made.parts("receiver") == receivers


def test_foundings_and_publications() -> None:
    made = read(
        "【机构】 7月1日，市水务局印发《临河市节水规划》，成立临河市节水专家委员会。临河水文化研究会揭牌。"
    )
    assert [(row["kind"], row["name"]) for row in made.events] == [
        ("publication", "临河市节水规划"),
        ("founding", "临河市节水专家委员会"),
        ("founding", "临河水文化研究会"),
    ]
    assert made.parts("issuer") == ["临河市水务局"]
    assert made.parts("founder") == ["临河市水务局"]


def test_an_anniversary_founds_nothing() -> None:
    made = read("【庆典】 10月1日，市政府举行庆祝临河建市50周年大会，1200人参加。")
    assert [(row["kind"], row["name"]) for row in made.events] == [("conference", "庆祝临河建市50周年大会")]


def test_appointments() -> None:
    made = read("【任免】 1月，市人大常委会任命江一帆为市水务局局长、周　平为市审计局局长。林大海任市长。")
    rows = [(r["name"], r["title"], r["organisation"]) for r in made.roles if r["role"] == "appointee"]
    assert rows == [
        ("江一帆", "局长", "临河市水务局"),
        ("周平", "局长", "临河市审计局"),
        ("林大海", "市长", None),
    ]


def test_who_speaks_and_who_comes() -> None:
    made = read(
        "【推进会】 8月24日，市政府召开节水推进会，市水务局局长林大海主持会议，副市长周平出席会议并讲话，"
        "临河大学、鹭江水务集团的代表作交流发言，市教育局、市卫生局参加会议。"
    )
    assert made.parts("host") == ["临河市政府"]
    assert made.parts("chair") == ["林大海"]
    assert made.parts("speaker") == ["周平", "临河大学", "鹭江水务集团"]
    assert made.parts("participant") == ["临河市教育局", "临河市卫生局"]


@pytest.mark.parametrize(
    "sentence",
    [
        "全年召开会议12次，举办讲座30场。",
        "举办厂长培训班6期，培训420人次。",
        "大型活动和各类比赛丰富了群众生活。",
        "获利120万元，获得贷款3亿元。",
    ],
)
def test_counts_of_happenings_are_no_event(sentence: str) -> None:
    assert read("【概况】 " + sentence).events == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("节水论坛", "2009中国临河节水高峰论坛", True),
        ("国际水务大会", "第十二届中国国际水务大会临河分会", True),
        ("“清水”系列活动", "清水系列活动", True),
        ("节水博览会", "节水交易会", False),
        ("茶叶论坛", "节水论坛", False),
    ],
)
def test_names_of_one_event(one: str, other: str, same: bool) -> None:
    assert same_event(one, other) is same


@pytest.mark.parametrize("name", ["seed", "made", "blind", "third", "more"])
def test_annotated_events(name: str) -> None:
    counts = tally(name)
    kinds = (
        "event row",
        "event date",
        "event place",
        "event edition",
        "event attendance",
        "part in an event",
        "part in an entry",
    )
    for kind in kinds:
        assert counts.precision(kind) >= 0.97 or not counts.superfluous.get(kind), (
            kind,
            counts.superfluous[kind],
        )
        assert counts.recall(kind) >= 0.97 or not counts.missing.get(kind), (kind, counts.missing[kind])
