"""An audit speaks of the figure that a hand has put right, and says what the book prints."""

from functools import cache

import pyarrow as pa

from pipeline.quality.audits import audit
from pipeline.quality.correction_lines import Correction
from pipeline.quality.corrections import apply_corrections
from tests.unit.quality import books

PAGE = "临江年鉴/民政.txt"
TEXT = (
    "【救助】 全年发放救助金86万元，救助困难户1550户，户均1200元。\n\n"
    "【企业】 年末有企业50家，其中内资38家、外资21家。\n"
)


@cache
def _read() -> dict[str, pa.Table]:
    return books.read({PAGE: TEXT})


def _audited(*lines: tuple[str, str, str, str, str]) -> dict[str, tuple[str, str]]:
    """Verdict and sentence by kind, under corrections given as action, title, quote, old value, reading."""
    corrections = [
        Correction(2 + n, f"c-{n}", PAGE, title, quote, 1, "", expect, action, meant, "据原书核对")
        for n, (action, title, quote, expect, meant) in enumerate(lines)
    ]
    done = apply_corrections(_read(), corrections, books.reread)
    assert [finding.outcome for finding in done.findings] == ["applied"] * len(lines)
    names = ("documents", "entries", "quantities", "dates", "volumes")
    rows = audit(*(done.tables[name] for name in names))["audits"].to_pylist()
    return {row["kind"]: (row["verdict"], row["explanation"]) for row in rows}


def test_as_printed_both_entries_contradict_themselves() -> None:
    assert {verdict for verdict, _ in _audited().values()} == {"inconsistent"}


def test_a_mended_misprint_stands_in_the_sentence_with_what_is_printed() -> None:
    found = _audited(
        ("fix_misprint", "救助", "86万元", "860000 CNY", "186万元"),
        ("fix_misprint", "企业", "21家", "21 家", "11家"),
    )
    assert found["per_capita"] == (
        "consistent",
        "救助金186万元（原文作86万元），救助困难户1550户，户均1200元：186万元除以1550户为1200元",
    )
    assert found["sum"] == (
        "inconsistent",
        "企业50家，其中内资38家、外资11家（原文作21家）：合计49家，比总数少1家",
    )


def test_a_mended_figure_is_found_among_the_words_of_its_correction() -> None:
    found = _audited(("fix_misprint", "企业", "外资21家", "21 家", "外资12家"))
    assert found["sum"] == (
        "consistent",
        "企业50家，其中内资38家、外资12家（原文作21家）：合计50家，与总数相符",
    )


def test_a_reading_by_hand_is_no_misprint() -> None:
    assert "原文作" not in _audited(("read_as", "企业", "21家", "21 家", "12家"))["sum"][1]
