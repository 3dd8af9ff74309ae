"""What a part depends on: the book, the code that reads it, the reference tables and the corrections to it.

Here belong the versions and the one key made of them, and where reference tables come from. What is done when a key
no longer fits is the business of `parts` and of the stages.
"""

import atexit
import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pyarrow as pa

from pipeline.quality.correction_lines import Correction, Finding, read_corrections
from pipeline.quality.withheld import FILE as WITHHELD
from pipeline.quality.withheld import Withheld, read_withheld
from pipeline.read import VolumeSource

CORRECTIONS = "corrections.csv"
_HERE = Path(__file__).resolve().parent.parent
# What decides the content of a part: the code below these, beside the book and the reference tables.
_SOURCES = ("read", "text", "quality", "stages.py", "storage", "../schemas")


@cache
def code_version() -> str:
    """Hash of the sources that decide what is read from a text; a comment counts, since nothing parses them here."""
    digest = hashlib.sha256(f"pyarrow {pa.__version__}".encode())
    for name in _SOURCES:
        root = _HERE / name
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            digest.update(f"{name}/{path.relative_to(root)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def reference_tables(seeds: Path) -> dict[str, Path]:
    """The reference tables a run over these books uses, by name: `units.csv`, `lexicons/cues.csv` …

    A table that the folder of books does not bring comes from the project, whose own lie in `seeds/` beside the
    package; a folder of books therefore needs nothing but books. Corrections are no reference table: they are about
    single places, and only the books they name depend on them. Nor are withheld names, which are covered when tables
    are published; what is read from a book does not depend on them.
    """
    tables: dict[str, Path] = {}
    for folder in (_HERE.parent / "seeds", seeds):
        for path in (*folder.glob("*.csv"), *folder.glob("lexicons/**/*.csv")):
            if path.name not in (CORRECTIONS, WITHHELD):
                tables[path.relative_to(folder).as_posix()] = path
    return tables


def reference_version(seeds: Path) -> str:
    """Hash of names and contents of the reference tables that a run over these books uses."""
    digest = hashlib.sha256()
    for name, path in sorted(reference_tables(seeds).items()):
        digest.update(name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def reference_folder(seeds: Path) -> Path:
    """A folder that holds the reference tables of a run; a temporary one where they come from two places."""
    tables = reference_tables(seeds)
    for folder in (seeds, _HERE.parent / "seeds"):
        if all(path == folder / name for name, path in tables.items()):
            return folder
    return _gathered(tuple(sorted(tables.items())), reference_version(seeds))


def withheld_names(seeds: Path) -> Withheld:
    """The names that published tables of these books do not show; the project's own list where they bring none.

    Raises ReferenceTableError where the file is no such list.
    """
    beside, own = seeds / WITHHELD, _HERE.parent / "seeds" / WITHHELD
    variants = reference_tables(seeds)["lexicons/variants.csv"]
    return read_withheld(beside if beside.is_file() else own, variants)


@cache
def _gathered(tables: tuple[tuple[str, Path], ...], version: str) -> Path:
    """Copies of reference tables in a temporary folder, which goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="nianjian-reference-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, path in tables:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    return folder


def corrections_version(seeds: Path, volume_id: str | None = None) -> str:
    """Hash of `corrections.csv`, or of its lines about one volume; they stand by their place in the file.

    Raises CorrectionsFileError where the file is no table of corrections.
    """
    lines, findings = read_corrections(seeds / CORRECTIONS)
    mine: list[Correction | Finding] = [*lines, *findings]
    if volume_id is not None:
        mine = [line for line in mine if volume_of_document(line.document) == volume_id]
    return hashlib.sha256(repr(mine).encode()).hexdigest()[:16] if mine else ""


def volume_of_document(document_id: str) -> str:
    """The volume a document lies in: its folder, or its own name where it lies loose."""
    first, inside, _ = document_id.partition("/")
    return first if inside else Path(first).stem


def part_key(source: VolumeSource, seeds: Path) -> str:
    """The key of everything read from one book: content, code, reference tables and the corrections to it."""
    parts = (
        source.fingerprint,
        code_version(),
        reference_version(seeds),
        corrections_version(seeds, source.volume_id),
    )
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
