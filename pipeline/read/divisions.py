"""The names and codes of administrative divisions as they stood in one year, for naming a book's region.

Belongs here: reading `divisions.csv` down to a name → code table. Does not belong here: divisions as entities of
the text, which need provinces, short forms and history.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

# A folder of books need not bring the reference tables; those of the project serve then.
PROJECT_SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def names_and_codes(seeds: Path, year: int | None) -> dict[str, str | None]:
    """Full names of divisions valid in `year` (any year, if null) with their codes; null where a name is shared.

    Reads `seeds/divisions.csv`, else the project's own; empty where neither exists.
    """
    path = next((p for p in (seeds / "divisions.csv", PROJECT_SEEDS / "divisions.csv") if p.is_file()), None)
    if path is None:
        return {}
    return dict(_valid_in(path, path.stat().st_mtime_ns, year))


@lru_cache(maxsize=8)
def _valid_in(path: Path, _changed: int, year: int | None) -> dict[str, str | None]:
    found: dict[str, set[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            first, last = int(row["first_year"] or 0), int(row["last_year"] or 9999)
            if year is None or first <= year <= last:
                found.setdefault(row["name"], set()).add(row["code"])
    return {name: codes.pop() if len(codes) == 1 else None for name, codes in found.items()}
