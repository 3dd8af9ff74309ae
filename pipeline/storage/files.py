"""Files written whole or not at all: beside their target first, then renamed.

Nothing here knows what a table is.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def beside(path: Path) -> Path:
    """The name to write under before `path` is replaced; it ends in .tmp, which no reader of Parquet opens."""
    return path.with_name(f"{path.name}.{os.getpid()}.tmp")


def fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    temporary = beside(path)
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty where there is none or where it cannot be read (then it is made anew)."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
