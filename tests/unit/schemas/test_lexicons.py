"""The word lists of the repository keep their schemas, and the schemas refuse what would mislead the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.lexicons import LEXICONS, LexiconError, check_lexicon

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.mark.parametrize("name", sorted(LEXICONS))
def test_every_word_list_keeps_its_schema(name: str) -> None:
    folder = SEEDS if name == "divisions" else SEEDS / "lexicons"
    assert len(check_lexicon(folder / f"{name}.csv")) > 5


def test_a_second_reading_of_a_suffix_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "organisation_suffixes.csv"
    path.write_text("surface,strength\n局,weak\n局,strong\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"organisation_suffixes\.csv:3"):
        check_lexicon(path)


def test_intervals_of_one_code_may_not_overlap(tmp_path: Path) -> None:
    path = tmp_path / "divisions.csv"
    head = "code,name,short_name,level,prefecture_code,province_code,first_year,last_year\n"
    path.write_text(
        head
        + "990101,临河县,临河,county,990100,990000,1980,1993\n990101,临河市,临河,county,990100,990000,1993,2024\n",
        encoding="utf-8",
    )
    with pytest.raises(LexiconError, match="do not overlap"):
        check_lexicon(path)
