"""Folders of books for the integration tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.books import FARMS, HARBOUR, MANIFEST, SCHOOLS, Bench


@pytest.fixture(autouse=True)
def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests leave no trace in the history of a developer's own server."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)


@pytest.fixture
def new_bench(tmp_path: Path) -> Callable[[str], Bench]:
    def make(name: str) -> Bench:
        seeds = tmp_path / name / "seeds"
        seeds.mkdir(parents=True)
        return Bench(seeds, tmp_path / name / "warehouse")

    return make


@pytest.fixture
def bench(new_bench: Callable[[str], Bench]) -> Bench:
    """Two books of three documents."""
    made = new_bench("bench")
    made.book("linjiang-2012", {"001.txt": HARBOUR, "002.txt": SCHOOLS, "volume.toml": MANIFEST})
    made.book("heshan-2012", {"001.txt": FARMS})
    return made
