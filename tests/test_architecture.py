"""The house rules that a machine can check: imports go one way, the lock is clean, the package is whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_imports_go_one_way() -> None:
    linted = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert "0 broken" in linted.stdout


def test_language_loads_without_dagster() -> None:
    code = (
        "import sys, pipeline.read, pipeline.text.segment, pipeline.text.facts\n"
        "print([m for m in ('dagster', 'duckdb') if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_lock_pins_every_package_by_hash_and_names_no_place() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert not [line for line in lines if "://" in line or "index" in line.lower()]
    pins = [i for i, line in enumerate(lines) if "==" in line and not line.startswith(" ")]
    assert len(pins) > 80
    assert all(lines[i + 1].strip().startswith("--hash=sha256:") for i in pins)


def test_lock_holds_what_pyproject_asks_for() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=~! ]", line, maxsplit=1)[0].lower() for line in asked}
    locked = {
        line.split("==")[0].lower()
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line
    }
    assert names <= locked


def test_imports_come_from_this_repository() -> None:
    import pipeline
    import schemas

    for package in (pipeline, schemas):
        assert Path(str(package.__file__)).resolve().is_relative_to(ROOT)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "pipeline").rglob("*.py")) + sorted((ROOT / "schemas").rglob("*.py"))
)
def test_module_says_what_belongs_in_it(path: Path) -> None:
    import ast

    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), (
        f"{path} opens without saying what it is for"
    )
