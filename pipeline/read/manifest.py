"""`volume.toml`: what an editor states about a book, checked strictly.

Belongs here: reading the file, its keys, their types and ranges, and an error that says where and what to do.
Does not belong here: inference of what the manifest leaves out (see `years` and `regions`).
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIRST_YEAR, LAST_YEAR = 1900, 2100

_TEXT_KEYS = ("title", "region_name", "category")
_YEAR_KEYS = ("edition_year", "covered_year")
KEYS = (*_TEXT_KEYS[:1], *_YEAR_KEYS, "region_code", *_TEXT_KEYS[1:])

_REGION_CODE = re.compile(r"[1-9]\d{5}")
_AT_LINE = re.compile(r"\(at line (\d+)")


class ManifestError(ValueError):
    """A `volume.toml` that cannot be used: the message holds file, line and remedy; no row of the book is made."""

    def __init__(self, path: Path, line: int | None, problem: str, remedy: str) -> None:
        self.path, self.line, self.problem, self.remedy = path, line, problem, remedy
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {problem}; {remedy}")


@dataclass(frozen=True)
class Manifest:
    """What the manifest states; every field may be absent."""

    title: str | None = None
    edition_year: int | None = None
    covered_year: int | None = None
    region_code: str | None = None
    region_name: str | None = None
    category: str | None = None


def read_manifest(path: Path) -> Manifest:
    """Read and check a `volume.toml`.

    Years are integers within 1900–2100, `region_code` is six digits as text (GB/T 2260, `"330100"`), the other
    keys are text. Raises ManifestError for anything else, also for keys nobody reads: a misspelt
    `coverd_year` would otherwise silently move every date of the book.
    """
    try:
        source = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ManifestError(path, line, "this is not UTF-8", "save the file as UTF-8") from None
    try:
        raw = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        last = source.count("\n") + (not source.endswith("\n"))
        raise ManifestError(
            path,
            int(at.group(1)) if at else last,
            f"this is not TOML: {str(error).split(' (at ')[0]}",
            'write one key a line, text in quotes: title = "临江年鉴"',
        ) from None
    return _check(path, source, raw)


def _check(path: Path, source: str, raw: dict[str, Any]) -> Manifest:
    def fail(key: str, problem: str, remedy: str) -> ManifestError:
        return ManifestError(path, _line_of(source, key), problem, remedy)

    for key in raw:
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1, 0.75)
            hint = f"did you mean {near[0]}?" if near else "the keys are " + ", ".join(KEYS)
            raise fail(key, f"unknown key {key}", hint)
    for key in _YEAR_KEYS:
        year = raw.get(key)
        if year is None:
            continue
        if not isinstance(year, int) or isinstance(year, bool):
            raise fail(key, f"{key} is {year!r}", f"write a year without quotes: {key} = 2010")
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise fail(
                key, f"{key} = {year} is out of range", f"write a year within {FIRST_YEAR}–{LAST_YEAR}"
            )
    code = raw.get("region_code")
    if code is not None and not (isinstance(code, str) and _REGION_CODE.fullmatch(code)):
        raise fail(
            "region_code",
            f"region_code is {code!r}",
            'write the six digits of GB/T 2260 in quotes: region_code = "330100"',
        )
    for key in _TEXT_KEYS:
        text = raw.get(key)
        if text is not None and not isinstance(text, str):
            raise fail(key, f"{key} is {text!r}", f'write text in quotes: {key} = "…"')
    return Manifest(**{key: _blank_to_none(raw.get(key)) for key in KEYS})


def _blank_to_none(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _line_of(source: str, key: str) -> int | None:
    match = re.search(rf"^[ \t]*[\"'\[]?{re.escape(key)}\b", source, re.MULTILINE)
    return source[: match.start()].count("\n") + 1 if match else None
