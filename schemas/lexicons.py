"""The word lists of names and events under seeds/: what a row of each must look like.

Here: divisions.csv and the lexicons that `pipeline.text.entities` and `pipeline.text.events` read, as pandera schemas
for `check_reference`-like reading. Not here: units, look-alikes and variants (`reference`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pandera

WORD_CLASSES: Final = (
    "predicate",
    "conjunction",
    "mixed",
    "nominal",
    "anchor",
    "ambiguous_division",
    "adverb",
)
"""What a common word does to names: ends any, joins two, is verb and part of names, only keeps its characters
together, begins names, is also the short name of a division, or only stands between a list and its verb."""

WORD_USES: Final = ("opening", "visiting", "rank", "adverb", "joining", "national")
SUFFIX_SORTS: Final = ("company", "committee", "common", "publisher")

EVENT_KINDS: Final = (
    "forum",
    "conference",
    "exhibition",
    "festival",
    "competition",
    "training",
    "ceremony",
    "activity",
)
FRAMES: Final = (
    "convene", "carry", "sign", "grant", "win", "honour", "found", "publish", "appoint", "speak", "attend", "preside",
)  # fmt: skip
LIST_ROLES: Final = ("host", "organiser", "co_organiser", "supporter", "guide", "undertaker")
QUOTED_KINDS: Final = ("award", "theme", "goal", "slogan", "project", "brand", "organisation")
WORK_KINDS: Final = ("regulation", "policy", "plan", "agreement", "report", "periodical", "book")
LEVELS: Final = ("province", "prefecture", "county")


class LexiconError(ValueError):
    """A word list breaks its schema; the message names the file and the lines."""


def _printable(column: pd.Series) -> pd.Series:
    return column.map(lambda s: bool(s) and s == s.strip() and s.isprintable()).astype(bool)


_SURFACE: Final = pandera.Column(
    str, checks=pandera.Check(_printable, error="not empty, no blank at its ends"), unique=True
)


def _one_of(values: Sequence[str]) -> pandera.Column:
    return pandera.Column(str, checks=pandera.Check.isin(list(values)))


def _any_of(values: Sequence[str]) -> pandera.Column:
    """Words between bars, each of the vocabulary; or nothing."""
    known = frozenset(("", *values))
    return pandera.Column(
        str,
        checks=pandera.Check(
            lambda c: c.map(lambda s: set(s.split("|")) <= known).astype(bool), error="words"
        ),
    )


def _lexicon(**columns: pandera.Column) -> pandera.DataFrameSchema:
    return pandera.DataFrameSchema({"surface": _SURFACE, **columns}, strict=True, ordered=True)


def _code(column: pd.Series) -> pd.Series:
    return column.map(lambda s: re.fullmatch(r"\d{6}|", s) is not None).astype(bool)


def _apart(frame: pd.DataFrame) -> pd.Series:
    """No two rows of a code hold for the same year."""
    ordered = frame.assign(
        first=frame["first_year"].astype(int), last=frame["last_year"].astype(int)
    ).sort_values(["code", "first"])
    before = ordered.groupby("code")["last"].shift()
    clash = (ordered["first"] <= before).reindex(frame.index)
    return ~clash


DIVISIONS: Final = pandera.DataFrameSchema(
    {
        "code": pandera.Column(str, checks=pandera.Check(_code, error="six digits")),
        "name": pandera.Column(str, checks=pandera.Check(_printable, error="not empty")),
        "short_name": pandera.Column(str, checks=pandera.Check(_printable, error="not empty")),
        "level": _one_of(LEVELS),
        "prefecture_code": pandera.Column(str, checks=pandera.Check(_code, error="six digits or empty")),
        "province_code": pandera.Column(str, checks=pandera.Check(_code, error="six digits or empty")),
        "first_year": pandera.Column(str, checks=pandera.Check.str_matches(r"^\d{4}$")),
        "last_year": pandera.Column(str, checks=pandera.Check.str_matches(r"^\d{4}$")),
    },
    checks=[
        pandera.Check(lambda f: f["first_year"] <= f["last_year"], error="an interval runs forward"),
        pandera.Check(_apart, error="intervals of one code do not overlap"),
    ],
    strict=True,
    ordered=True,
)

LEXICONS: Final = {
    "divisions": DIVISIONS,
    "words": _lexicon(**{"class": _one_of(WORD_CLASSES), "use": _any_of(WORD_USES)}),
    "organisation_suffixes": _lexicon(
        strength=_one_of(("strong", "weak")), sort=_one_of(("", *SUFFIX_SORTS)), alone=_one_of(("", "yes"))
    ),
    "organisation_names": _lexicon(kind=_one_of(("name",))),
    "generic_nouns": _lexicon(),
    "facilities": _lexicon(kind=_one_of(("facility", "place", "country"))),
    "titles": _lexicon(kind=_one_of(("post", "occupation", "honorific"))),
    "surnames": _lexicon(frequency=_one_of(("common", "ambiguous", "compound"))),
    "role_verbs": _lexicon(role=_one_of(LIST_ROLES)),
    "event_suffixes": _lexicon(kind=_one_of(EVENT_KINDS)),
    "event_verbs": _lexicon(frame=_one_of(FRAMES)),
    "quoted_cues": _lexicon(side=_one_of(("before", "after")), kind=_one_of(QUOTED_KINDS)),
    "work_kinds": _lexicon(kind=_one_of(WORK_KINDS)),
}
"""The schema of each table, by the stem of its file name."""


def check_lexicon(path: Path) -> pd.DataFrame:
    """Read a word list and hold every line against its schema.

    Args:
        path: one of the files of `LEXICONS`; UTF-8, one row a line.

    Returns:
        The table, all columns strings.

    Raises:
        KeyError: no schema bears the name of the file.
        LexiconError: a column or a row is wrong; the message names up to twenty lines.

    Example: a second row `局,strong` in organisation_suffixes.csv is refused, because 局 stands there as weak.
    """
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    try:
        LEXICONS[path.stem].validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        told = []
        for case in errors.failure_cases.head(20).to_dict("records"):
            index = case["index"]
            line = f":{int(index) + 2}" if index is not None and index == index else ""
            told.append(f"{path.name}{line}: {case['column']}: {case['failure_case']}: {case['check']}")
        raise LexiconError("\n".join(told)) from None
    return frame
