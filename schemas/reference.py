"""The reference tables under seeds/ that people edit: what a row of each must look like.

Here: units.csv, lexicons/lookalikes.csv, lexicons/variants.csv, withheld.csv and rule_confidence.csv as pandera
schemas, and one function that reads a table and says which line breaks which rule. Not here: what the rules of the
language make of a row (`pipeline.text`), and the tables of the warehouse (`tables`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pandera

KINDS: Final = ("unit", "letter", "symbol", "classifier", "noun")
"""How a surface is used: a measure, a measure in one Latin letter, a sign (% ℃), a classifier (量词), a noun that a
bare number may count (辖5区3县)."""

LOOKALIKE_REASONS: Final = (
    "word", "indefinite", "idiom", "theory", "plan", "event", "holiday", "place", "name", "grade", "ordinal",
)  # fmt: skip
"""Why a word that holds a Chinese numeral is no number."""

VARIANT_REASONS: Final = ("traditional", "variant", "banker", "radical", "compatibility", "punctuation")
"""Why a character is read as another one."""

MEASURED_ON: Final = ("kept", "all", "nothing")
"""Which annotated text a rule was measured on: the files annotated before the rules had been run on them, all, none."""

NUMERAL_CHARACTERS: Final = frozenset("零〇○一二三四五六七八九十百千万亿两俩廿卅壹贰叁肆伍陆柒捌玖拾佰仟")
"""The Chinese characters that the numeral reader takes for numerals."""

SHOWN = 20
"""How many broken lines an error message lists."""


class ReferenceTableError(ValueError):
    """A reference table breaks its schema; the message names the file, the lines, and what is wrong with each."""


def _cell(name: str, holds: Callable[[str], bool], message: str) -> pandera.Check:
    """A rule for one cell."""
    return pandera.Check(lambda column: column.map(holds).astype(bool), name=name, error=message)


def _rows(name: str, holds: Callable[[pd.DataFrame], pd.Series], message: str) -> pandera.Check:
    """A rule between the columns of a table: a mask with one truth value a row."""
    return pandera.Check(holds, name=name, error=message)


def _is_fraction(text: str) -> bool:
    try:
        Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def _is_exact(text: str) -> bool:
    """A whole number or a fraction in lowest terms: `2000/3`, never `0.0015` or `1e6`."""
    return _is_fraction(text) and text == str(Fraction(text))


def _alternatives(text: str) -> bool:
    """Distinct words between bars, none of them empty; or nothing at all."""
    words = text.split("|")
    return not text or (all(words) and len(set(words)) == len(words))


def _single_characters(text: str) -> bool:
    return _alternatives(text) and all(len(word) == 1 for word in text.split("|") if word)


def _printable(text: str) -> bool:
    return bool(text) and text == text.strip() and text.isprintable()


def _alone_a_number(surface: str) -> bool:
    """Whether a surface begins with a multiplier that the numeral reader multiplies out itself (万元, 亿千瓦时)."""
    return surface[0] in "万亿十"


def _column(*checks: pandera.Check) -> pandera.Column:
    return pandera.Column(str, checks=list(checks), nullable=False)


_SURFACE = _cell("surface_printable", _printable, "a surface has no blank at its ends and is not empty")
_WORDS = _cell("alternatives", _alternatives, "alternatives are distinct words between bars")
_NOTE = _column()


def _one_base(frame: pd.DataFrame) -> pd.Series:
    """Each unit code has one base unit and one dimension group of factors: the base decides what may be added up."""
    return frame.groupby(["unit", "dimension"])["base_unit"].transform("nunique") == 1


def _defaults_last(frame: pd.DataFrame) -> pd.Series:
    """The default of a surface stands after its other senses, which are tried in the order of the file."""
    default = frame["sense"] == ""
    seen_default = default.groupby(frame["surface"]).cumsum()
    return default | (seen_default == 0)


UNITS: Final = pandera.DataFrameSchema(
    {
        "surface": _column(
            _SURFACE,
            _cell(
                "multiplier_outside",
                lambda s: not _alone_a_number(s),
                "万, 亿 and 十 are multiplied by the numeral reader",
            ),
        ),
        "unit": _column(_cell("unit_printable", _printable, "a row names its unit code")),
        "dimension": _column(
            _cell(
                "dimension_word",
                lambda s: re.fullmatch(r"[a-z]+(_[a-z]+)*", s) is not None,
                "snake_case, English",
            )
        ),
        "base_unit": _column(_cell("base_printable", _printable, "a row names the unit its factor leads to")),
        "factor": _column(
            _cell(
                "factor_exact",
                lambda s: _is_exact(s) and Fraction(s) > 0,
                "a positive fraction in lowest terms",
            )
        ),
        "offset": _column(
            _cell("offset_exact", lambda s: not s or _is_exact(s), "empty, or a fraction in lowest terms")
        ),
        "kind": _column(_cell("kind_vocabulary", lambda s: s in KINDS, f"one of {', '.join(KINDS)}")),
        "sense": _column(),
        "context": _column(_WORDS),
        "not_before": _column(_WORDS),
        "note": _NOTE,
    },
    checks=[
        _rows(
            "sense_and_context",
            lambda f: (f["sense"] == "") == (f["context"] == ""),
            "a sense has the words that choose it, the default has neither",
        ),
        _rows("default_last", _defaults_last, "the default of a surface stands after its other senses"),
        _rows("one_base", _one_base, "a unit code has one base unit"),
        _rows(
            "letter_is_latin",
            lambda f: (
                (f["kind"] != "letter") | f["surface"].map(lambda s: s.isascii() and s.isalpha()).astype(bool)
            ),
            "kind letter is for Latin letters",
        ),
    ],
    unique=["surface", "sense"],
    strict=True,
    ordered=True,
)

LOOKALIKES: Final = pandera.DataFrameSchema(
    {
        "surface": _column(
            _SURFACE,
            _cell(
                "holds_numeral",
                lambda s: bool(NUMERAL_CHARACTERS & set(s)),
                "a look-alike holds a Chinese numeral",
            ),
        ),
        "reason": _column(
            _cell(
                "reason_vocabulary",
                lambda s: s in LOOKALIKE_REASONS,
                f"one of {', '.join(LOOKALIKE_REASONS)}",
            )
        ),
        "right": _column(
            _cell("right_characters", _single_characters, "distinct single characters between bars")
        ),
        "note": _NOTE,
    },
    unique=["surface"],
    strict=True,
    ordered=True,
)

VARIANTS: Final = pandera.DataFrameSchema(
    {
        "variant": _column(_cell("one_character", lambda s: len(s) == 1 and ord(s) < 65536, "one character")),
        "standard": _column(
            _cell("one_character", lambda s: len(s) == 1 and ord(s) < 65536, "one character")
        ),
        "reason": _column(
            _cell("reason_vocabulary", lambda s: s in VARIANT_REASONS, f"one of {', '.join(VARIANT_REASONS)}")
        ),
    },
    checks=[
        _rows(
            "folds_once",
            lambda f: ~f["standard"].isin(set(f["variant"])),
            "a standard character is no variant itself",
        )
    ],
    unique=["variant"],
    strict=True,
    ordered=True,
)

EVERYBODY: Final = "*"
"""In the column `name` of withheld.csv: every person that the rules recognise."""

_NAME_FORM = re.compile(r"[^\W\d_]+(?:[ \u3000·•・.\-]*[^\W\d_]+)*")


def _withheld_name(name: str) -> bool:
    letters = sum(map(str.isalpha, name))
    return name == EVERYBODY or (2 <= letters <= 40 and _NAME_FORM.fullmatch(name) is not None)


def _keeps_longer(frame: pd.DataFrame) -> pd.Series:
    """Each word to keep holds the name and something more; beside `*` any word may stand."""

    def holds(row: pd.Series) -> bool:
        words = [word for word in row["keep"].split("|") if word]
        name = row["name"]
        return name == EVERYBODY or all(name in word and name != word for word in words)

    return frame.apply(holds, axis=1).astype(bool)


WITHHELD: Final = pandera.DataFrameSchema(
    {
        "name": _column(
            _cell(
                "one_name",
                _withheld_name,
                "one person's name of two characters or more, or * for every person; one name a line",
            )
        ),
        "volume": _column(),
        "keep": _column(_WORDS),
        "reason": _column(_cell("reason_given", lambda s: bool(s.strip()), "say why, for whoever reviews it")),
    },
    checks=[
        _rows(
            "keeps_longer",
            _keeps_longer,
            "words to keep hold the name and something more, such as 高峰村|高峰期 for 高峰",
        ),
        _rows(
            "listed_once",
            lambda f: ~f.duplicated(["name", "volume"]),
            "this name stands in the list for this volume already; keep one of the two lines",
        ),
    ],
    strict=True,
    ordered=True,
)

_COUNT = _cell("whole_number", lambda s: s.isascii() and s.isdigit(), "a whole number")

RULE_CONFIDENCE: Final = pandera.DataFrameSchema(
    {
        "rule_id": _column(_cell("rule_printable", _printable, "a row names its rule")),
        "confidence": _column(
            _cell("share", lambda s: _is_fraction(s) and 0 < Fraction(s) <= 1, "above 0 and up to 1")
        ),
        "right": _column(_COUNT),
        "seen": _column(_COUNT),
        "measured_on": _column(
            _cell("measured_on_vocabulary", lambda s: s in MEASURED_ON, f"one of {', '.join(MEASURED_ON)}")
        ),
    },
    checks=[
        _rows(
            "right_of_seen",
            lambda f: pd.to_numeric(f["right"]) <= pd.to_numeric(f["seen"]),
            "no more rows are right than were seen",
        ),
        _rows(
            "nothing_seen",
            lambda f: (f["measured_on"] == "nothing") == (f["seen"] == "0"),
            "measured on nothing where nothing was seen, and only there",
        ),
    ],
    unique=["rule_id"],
    strict=True,
    ordered=True,
)

REFERENCE: Final = {
    "units": UNITS,
    "lookalikes": LOOKALIKES,
    "variants": VARIANTS,
    "withheld": WITHHELD,
    "rule_confidence": RULE_CONFIDENCE,
}
"""The schema of each table, by the stem of its file name."""


def check_reference(path: Path) -> pd.DataFrame:
    """Read a reference table and hold every line against its schema.

    Args:
        path: units.csv, lookalikes.csv, variants.csv, withheld.csv or rule_confidence.csv; UTF-8, one row a line.

    Returns:
        The table, all columns strings, absent values empty strings.

    Raises:
        KeyError: no schema bears the name of the file.
        ReferenceTableError: a column or a row is wrong; the message names up to twenty lines.

    Example: a row `万亩,亩,area,…` is refused, because 万 of 3.5万亩 belongs to the number.
    """
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return check_rows(frame, path.name)


def check_rows(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    """Hold the rows of a reference table, read by somebody else, against its schema.

    Args:
        frame: the rows, all columns strings; index n is line n + 2 of the file.
        file: its name, such as `withheld.csv`.

    Raises:
        KeyError, ReferenceTableError: as `check_reference`.
    """
    try:
        REFERENCE[Path(file).stem].validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        raise ReferenceTableError(_told(file, frame, errors.failure_cases)) from None
    return frame


def _told(name: str, frame: pd.DataFrame, cases: pd.DataFrame) -> str:
    """The broken lines of a table, in the order of the file."""
    lines: dict[tuple[int, str], str] = {}
    for case in cases.to_dict("records"):
        index = case["index"]
        if index is None or index != index:
            lines[(0, str(case["check"]))] = (
                f"{name}: {case['column']}: {case['check']} ({case['failure_case']})"
            )
        else:
            row = int(index)
            lines[(row + 2, str(case["check"]))] = f"{name}:{row + 2}: {frame.loc[row].iloc[0]}: {case['check']}"
    told = [lines[key] for key in sorted(lines)]
    rest = len(told) - SHOWN
    return "\n".join(told[:SHOWN] + ([f"… and {rest} more"] if rest > 0 else []))
