"""Figures that a hand has put right: what is meant where the book prints something else.

Here: the figure of a row of quantities that a correction has mended. Not here: applying corrections
(`quality.corrections`), and what audits say of the figures.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality.correction_readings import MISPRINT

_HAND = rf"^(?P<what>{MISPRINT}|read by hand as) (?P<text>.+?)(?: \(correction .*)?$"
_FIGURE = re.compile(
    r"(?P<digits>[0-9０-９]+(?:,\d{3})*(?:[.．][0-9０-９]+)?)(?P<scale>[万亿]?)[^\s\d０-９，。、；：（）()]{0,6}"
)
_SCALE = {"": 1.0, "万": 1e4, "亿": 1e8}
_ASCII = str.maketrans("０１２３４５６７８９．", "0123456789.", ",")


def mended(quantities: pa.Table) -> dict[int, tuple[str, bool]]:
    """The rows that a hand has mended: the figure that is meant, and whether the book misprints it.

    Args:
        quantities: rows of the table of quantities; of `note` and `value_float` use is made.

    Example:
        A row printed 6.8万元 with the note `misprint, meant is 68万元` gives ("68万元", True).
    """
    if "note" not in quantities.column_names or quantities["note"].null_count == len(quantities):
        return {}
    said = pc.fill_null(pc.match_substring_regex(quantities["note"], _HAND), False)
    found = {}
    for row in np.flatnonzero(said.to_numpy()).tolist():
        hand = re.match(_HAND, quantities["note"][row].as_py())
        assert hand is not None
        found[row] = (_figure(hand["text"], quantities["value_float"][row].as_py()), hand["what"] == MISPRINT)
    return found


def _figure(text: str, value: float | None) -> str:
    """The figure among the words of a correction that has a value; all of them where none has."""
    figures = list(_FIGURE.finditer(text))
    for one in figures:
        worth = float(one["digits"].translate(_ASCII)) * _SCALE[one["scale"]]
        if value is not None and abs(worth - value) <= 1e-9 * abs(value):
            return one[0]
    return text if len(figures) != 1 else figures[0][0]
