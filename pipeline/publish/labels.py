"""The Chinese words of the closed vocabularies, for people who read pages.

The words themselves stand in templates/labels.csv, by vocabulary; a code that is not listed is shown as it is.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _labels() -> dict[tuple[str, str], str]:
    with (TEMPLATES / "labels.csv").open(encoding="utf-8", newline="") as file:
        return {(row["group"], row["code"]): row["label"] for row in csv.DictReader(file)}


def label(group: str, code: str | None) -> str:
    """The Chinese word for a code: `label("bound", "about")` is 约数; an unknown code is its own word."""
    return _labels().get((group, code or ""), code or "")


def both(group: str, code: str | None) -> str:
    """The Chinese word and the code behind it, as 约数 about; the code alone where no word is known."""
    word = label(group, code)
    return word if word == (code or "") else f"{word} {code}"
