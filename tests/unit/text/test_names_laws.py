"""What holds of names, events and parts for any text at all."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.names_gold import CASES, Read, read

WORDS = (
    "市水务局|市委|临河市|县|团市委|中国|林大海|局长|、|和|与|等单位|主办|承办的|“|”|《|》|（|）|（以下简称水务局）|论坛|在临河会堂|举行|"
    "召开|。|，|；|\n|【|】|　| |2009|第十二届|12家|授予|获|称号|签署|协议|成立|委员会|任命|为|参见水务类目的供水|"
    "𠮷|市\n民政局|１２|有限公司|"
    "150人参加"
)
PIECES = WORDS.split("|")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def hold(made: Read) -> None:
    """Positions point at the text, ids are unique, links lead to rows."""
    entities = {row["entity_id"]: row for row in made.entities}
    assert len(entities) == len(made.entities)
    entries = {entry["entry_id"]: entry for entry in made.entries}
    for row in made.entities:
        assert made.text[row["span_start"] : row["span_end"]] == row["source_text"] != ""
        assert row["name"]
        assert 0 < row["confidence"] <= 1
        assert row["parent_entity_id"] is None or row["parent_entity_id"] in entities
        entry = entries[row["entry_id"]]
        assert entry["span_start"] <= row["span_start"] < row["span_end"] <= entry["span_end"]
    free = sorted((r["span_start"], r["span_end"]) for r in made.entities if r["parent_entity_id"] is None)
    assert all(before[1] <= after[0] for before, after in pairwise(free)), free
    events = {row["event_id"]: row for row in made.events}
    assert len(events) == len(made.events)
    for row in made.events:
        assert row["name"]
        assert made.text[row["name_start"] : row["name_end"]]
        assert row["attendance_quantity_id"] is None or row["attendance_quantity_id"] in made.quantities
    assert len({row["role_id"] for row in made.roles}) == len(made.roles)
    for row in made.roles:
        assert row["event_id"] is None or row["event_id"] in events
        assert row["entity_id"] is None or row["entity_id"] in entities
        assert row["organisation_entity_id"] is None or row["organisation_entity_id"] in entities


@SLOW
@given(TEXTS)
@example("【论坛】 由《》周刊、主办的“”在举行。（）")
@example("【𠮷】 𠮷市水务局局长林大海𠮷主持论坛。")
def test_laws_hold_for_any_text(text: str) -> None:
    hold(read(text))


@pytest.mark.parametrize("name", ["made", "blind", "third"])
def test_laws_hold_for_the_annotated_entries(name: str) -> None:
    lines = (CASES / f"entities_{name}.jsonl").read_text(encoding="utf-8").splitlines()
    hold(read("\n".join(json.loads(line)["text"] for line in lines)))


def test_a_second_reading_gives_the_same_rows() -> None:
    text = "【论坛】 5月9日，市水务局主办的临河节水论坛在临河会堂举行，市长林大海致辞。（周　平）"
    assert read(text) == read(text)
