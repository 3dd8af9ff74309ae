"""The word lists that say what a number measures: what a row of each must look like.

Here: heads.csv, measure_words.csv, scopes.csv and period_words.csv under seeds/lexicons as pandera schemas. Not here:
the lists of names and events (`lexicons`), or what the rules make of a word (`pipeline.text.measures`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pandera

from schemas.lexicons import LexiconError

WORD_KINDS: Final = (
    "keep", "measure_verb", "time", "adverb", "link", "light", "preposition", "right", "rank", "share", "distribute",
    "attribute",
)  # fmt: skip
"""keep: keeps its characters together (水电站); measure_verb: a verb that may be what is measured (死亡);
light: any other verb of doing (疏浚); link: a copula or verb of support (为, 完成); right: ends a phrase right of a
number (参会); attribute: names a class and no thing (省级); rank, share, distribute: 位居, 占, 分别为."""
NATURES: Final = ("", "stock")
SCOPES: Final = (
    "whole", "urban_districts", "municipal_level", "county_level", "district_level", "township_level", "subordinate",
    "partial",
)  # fmt: skip
TERRITORIES: Final = ("own", "district", "county", "prefecture", "province", "country", "none")
"""Whose territory a word means: the book's own, or that of a division of the level named."""

SHOWN = 20
"""How many broken lines an error message lists."""


def _printable(column: pd.Series) -> pd.Series:
    return column.map(lambda s: bool(s) and s == s.strip() and s.isprintable()).astype(bool)


def _one_of(values: Sequence[str]) -> pandera.Column:
    return pandera.Column(str, checks=pandera.Check.isin(list(values)))


def _lexicon(checks: Sequence[pandera.Check] = (), **columns: pandera.Column) -> pandera.DataFrameSchema:
    surface = pandera.Column(
        str, checks=pandera.Check(_printable, error="not empty, no blank at its ends"), unique=True
    )
    return pandera.DataFrameSchema(
        {"surface": surface, **columns}, checks=list(checks), strict=True, ordered=True
    )


def _ends_with_head(frame: pd.DataFrame) -> pd.Series:
    pairs = zip(frame["surface"], frame["head"], strict=True)
    return pd.Series([long.endswith(short) and long != short for long, short in pairs], index=frame.index) | (
        frame["head"] == ""
    )


def _head_is_listed(frame: pd.DataFrame) -> pd.Series:
    return frame["head"].isin({"", *frame["surface"]})


MEASURE_LEXICONS: Final = {
    "heads": _lexicon(
        checks=[
            pandera.Check(_ends_with_head, error="the head ends the noun"),
            pandera.Check(_head_is_listed, error="the head is a listed noun itself"),
        ],
        head=pandera.Column(str),
        nature=_one_of(NATURES),
        measuring=_one_of(("true", "false")),
    ),
    "measure_words": _lexicon(kind=_one_of(WORD_KINDS), stops_right=_one_of(("true", "false"))),
    "scopes": _lexicon(scope=_one_of(SCOPES), territory=_one_of(TERRITORIES)),
    "period_words": _lexicon(
        period=pandera.Column(str, checks=pandera.Check.str_matches(r"^(year|start|end)[+-]\d$"))
    ),
}
"""The schema of each list, by the stem of its file name."""


def check_measure_lexicon(path: Path) -> pd.DataFrame:
    """Read a word list and hold every line against its schema.

    Args:
        path: one of the files of `MEASURE_LEXICONS`; UTF-8, one row a line.

    Returns:
        The table, all columns strings.

    Raises:
        KeyError: no schema bears the name of the file.
        LexiconError: a column or a row is wrong; the message names up to twenty lines.

    Example: `在校学生,生徒,stock,false` in heads.csv is refused: 生徒 does not end 在校学生.
    """
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    try:
        MEASURE_LEXICONS[path.stem].validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        told = []
        for case in errors.failure_cases.head(SHOWN).to_dict("records"):
            index = case["index"]
            line = f":{int(index) + 2}" if index is not None and index == index else ""
            told.append(f"{path.name}{line}: {case['column']}: {case['failure_case']}: {case['check']}")
        raise LexiconError("\n".join(told)) from None
    return frame
