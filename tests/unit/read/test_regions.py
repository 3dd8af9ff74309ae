"""The region of a book: its title and a clear majority name it, anything less does not."""

from __future__ import annotations

import pytest

from pipeline.read.regions import infer_region

DIVISIONS = {"望川市": "990100", "松河县": "990121", "新平县": None, "望川区": "990102"}


@pytest.mark.parametrize(
    ("names", "text", "name", "code"),
    [
        (["望川年鉴2010"], "望川市召开动员会，松河县参加。", "望川市", "990100"),
        (["《松河年鉴》"], "松河县扩建码头。", "松河县", "990121"),
        (["望川统计年鉴"], "望川市扩建码头。", "望川市", "990100"),
        (["松河县年鉴"], "扩建码头。", "松河县", "990121"),
        (["新平年鉴"], "新平县扩建码头。", "新平县", None),
        (["page"], "望川市扩建码头，望川市交通局验收。望川市政府表彰。松河县参加。", "望川市", "990100"),
        (["page"], "临江市扩建码头，临江市交通局验收。临江市港口协会成立。", "临江市", None),
    ],
)
def test_a_clear_region(names: list[str], text: str, name: str, code: str | None) -> None:
    assert infer_region(names, [text], DIVISIONS) == (name, code)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["page"], "扩建码头。"),
        (["page"], "望川市扩建码头。"),
        (["page"], "望川市、松河县、望川市、松河县、望川市、松河县。"),
        (["page"], "全市专业市场、农贸市场、人才市场、股市上市企业，各县（市）市民。"),
        (["中国年鉴2010"], "扩建码头。"),
        (["望川年鉴"], "扩建码头，望川市与望川区共建。"),
    ],
)
def test_an_unclear_region_stays_open(names: list[str], text: str) -> None:
    assert infer_region(names, [text], DIVISIONS) == (None, None)
