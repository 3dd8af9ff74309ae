"""Sensor, schedule and definitions, ticked against a real instance."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline import automation, checks
from pipeline.assets import PUBLISHED, VOLUMES, Folders, partition_key, volume_of
from pipeline.definitions import defs
from tests.integration.books import FARMS, HARBOUR, Bench


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A real instance, in memory where the machine allows: its databases sync to disk at every event."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with (
        tempfile.TemporaryDirectory(dir=memory) as folder,
        dg.instance_for_test(temp_dir=folder, overrides={"telemetry": {"enabled": False}}) as made,
    ):
        yield made


class Server:
    """Ticks the sensor as the daemon does, and runs what it asks for."""

    def __init__(self, bench: Bench, instance: dg.DagsterInstance) -> None:
        self.bench, self.instance, self.cursor = bench, instance, None
        self.folders = Folders(seeds=str(bench.seeds), warehouse=str(bench.warehouse))

    def tick(self) -> dg.SensorResult:
        with dg.build_sensor_context(
            self.instance, cursor=self.cursor, resources={"folders": self.folders}, definitions=defs
        ) as context:
            result = automation.arriving_books(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor  # type: ignore[assignment]
        for request in result.dynamic_partitions_requests or []:
            if isinstance(request, dg.AddDynamicPartitionsRequest):
                self.instance.add_dynamic_partitions(
                    request.partitions_def_name, list(request.partition_keys)
                )
            else:
                for key in request.partition_keys:
                    self.instance.delete_dynamic_partition(request.partitions_def_name, key)
        return result

    def requests(self) -> list[dg.RunRequest]:
        return list(self.tick().run_requests or [])

    def carry_out(self, request: dg.RunRequest, raise_on_error: bool = True) -> dg.ExecuteInProcessResult:
        config = {
            "resources": {
                "folders": {"config": self.folders.model_dump(include={"seeds", "warehouse", "pages"})}
            }
        }
        more: dict[str, Any] = {"tags": request.tags}
        if request.partition_key:
            more = {"partition_key": request.partition_key}
        if request.asset_selection:
            more["asset_selection"] = request.asset_selection
        return defs.resolve_job_def("nianjian").execute_in_process(
            instance=self.instance, run_config=config | QUIET, raise_on_error=raise_on_error, **more
        )

    def partitions(self) -> set[str]:
        return set(self.instance.get_dynamic_partitions(str(VOLUMES.name)))


QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def server(bench: Bench, instance: dg.DagsterInstance) -> Server:
    return Server(bench, instance)


def test_new_books_run_once_they_stand_still(server: Server) -> None:
    assert server.requests() == []
    (request,) = server.requests()
    assert server.partitions() == {"heshan-2012", "linjiang-2012"}
    assert server.carry_out(request).success
    assert {row["volume_id"] for row in server.bench.rows("documents")} == {"heshan-2012", "linjiang-2012"}
    assert server.requests() == []


def test_book_still_being_copied_is_left_alone(server: Server) -> None:
    server.tick()
    server.requests()
    server.bench.book("xinzhen-2013", {"001.txt": HARBOUR[:40]})
    assert server.requests() == []
    server.bench.book("xinzhen-2013", {"001.txt": HARBOUR})
    result = server.tick()
    assert not result.run_requests
    assert "xinzhen-2013" in str(result.skip_reason)
    (request,) = server.requests()
    assert request.partition_key == "xinzhen-2013"


def test_changed_book_runs_alone_and_a_touched_one_does_not(server: Server) -> None:
    server.tick()
    server.carry_out(server.requests()[0])
    for path in server.bench.seeds.rglob("*.txt"):
        path.touch()
    assert server.requests() == []
    assert server.requests() == []
    server.bench.book("heshan-2012", {"001.txt": FARMS.replace("56.3万亩", "57.3万亩")})
    assert server.requests() == []
    (request,) = server.requests()
    assert request.partition_key == "heshan-2012"
    assert server.carry_out(request).success
    assert "57.3万亩" in {row["source_text"] for row in server.bench.rows("quantities")}
    # Back to what it was: that is a change like any other.
    server.bench.book("heshan-2012", {"001.txt": FARMS})
    server.tick()
    (request,) = server.requests()
    assert request.partition_key == "heshan-2012"
    assert request.run_key is None


def test_removed_book_leaves_partitions_and_tables(server: Server) -> None:
    server.tick()
    server.carry_out(server.requests()[0])
    shutil.rmtree(server.bench.seeds / "heshan-2012")
    assert server.requests() == []
    (request,) = server.requests()
    assert server.partitions() == {"linjiang-2012"}
    assert server.carry_out(request).success
    assert {row["volume_id"] for row in server.bench.rows("entries")} == {"linjiang-2012"}
    assert server.requests() == []


def test_changed_list_of_withheld_names_publishes_without_reading(server: Server) -> None:
    server.tick()
    server.carry_out(server.requests()[0])
    parts = server.bench.files("parts/*/*.arrow")
    assert any("临江市港务局" in row["text"] for row in server.bench.rows("documents"))
    (server.bench.seeds / "withheld.csv").write_text("name,volume,keep,reason\n临江,,,试验\n", encoding="utf-8")
    (request,) = server.requests()
    assert server.carry_out(request).success
    assert server.bench.files("parts/*/*.arrow") == parts
    assert not any("临江市港务局" in row["text"] for row in server.bench.rows("documents"))
    assert server.requests() == []


def test_schedule_covers_every_book_and_forgets_the_gone(server: Server) -> None:
    server.instance.add_dynamic_partitions(str(VOLUMES.name), ["vanished-1999"])
    context = dg.build_schedule_context(server.instance, resources={"folders": server.folders})
    request = automation.daily(context)
    assert isinstance(request, dg.RunRequest)
    assert server.partitions() == {"heshan-2012", "linjiang-2012"}
    assert server.carry_out(request).success
    assert automation.daily.execution_timezone == "Asia/Shanghai"
    assert automation.daily.default_status == dg.DefaultScheduleStatus.RUNNING
    assert automation.arriving_books.default_status == dg.DefaultSensorStatus.RUNNING


def test_definitions_load_and_show_every_table() -> None:
    dg.Definitions.validate_loadable(defs)
    graph = defs.resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert groups == {"source", "text", "facts", "quality", "published"}
    for name in PUBLISHED:
        node = graph.get(dg.AssetKey(name))
        columns = node.metadata["dagster/column_schema"].columns
        assert columns
        assert not node.is_partitioned
        assert name.isascii()
    names = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    listed = {(t, c) for t in PUBLISHED for c in checks.CHECKS.get(t, {})}
    assert names == listed | {("review", "pages_written")}
    assert graph.get(dg.AssetKey(["parts", "facts"])).partitions_def == VOLUMES
    unit = next(
        c
        for c in graph.get(dg.AssetKey("quantities")).metadata["dagster/column_schema"].columns
        if c.name == "unit"
    )
    assert unit.description.startswith("单位")


def test_run_shows_counts_samples_and_checks(server: Server) -> None:
    server.tick()
    result = server.carry_out(server.requests()[0])
    events = {
        e.materialization.asset_key.to_user_string(): e.materialization
        for e in result.get_asset_materialization_events()
    }
    for name in PUBLISHED:
        metadata = events[name].metadata
        rows = metadata["dagster/row_count"].value
        assert rows == len(server.bench.rows(name))
        sample = str(metadata["sample"].value)
        assert len(sample) < 1000
        if rows:
            assert len(sample.splitlines()) > 2
    assert all(e.passed for e in result.get_asset_check_evaluations())
    assert events["parts/facts"].metadata["volumes_made"].value == 2


def test_failing_rows_are_shown_as_a_table(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline import stages
    from tests.integration.test_run import _overlapping

    monkeypatch.setattr(stages, "segment", _overlapping)
    server.tick()
    request = server.requests()[0]
    result = server.carry_out(request, raise_on_error=False)
    assert not result.success
    (tiling,) = [e for e in result.get_asset_check_evaluations() if e.check_name == "tiling"]
    assert not tiling.passed
    shown = tiling.metadata["failing_rows"]
    assert isinstance(shown, dg.TableMetadataValue)
    first = shown.records[0].data
    assert list(first) == ["document_id", "span_start", "span_end", "source_text", "page"]
    assert first["document_id"] == "linjiang-2012/001.txt"
    start, end = int(str(first["span_start"])), int(str(first["span_end"]))
    assert HARBOUR[start:end] == first["source_text"]
    page = server.bench.warehouse.resolve() / "review" / "linjiang-2012" / "001.txt.html"
    assert first["page"] == str(page)
    assert tiling.metadata["review"] == dg.MetadataValue.path(str(page))
    assert tiling.metadata["rows_failed"].value == len(shown.records)
    assert 0 < float(tiling.metadata["share_failed"].value) <= 1  # type: ignore[arg-type]
    assert not (server.bench.warehouse / "entries.parquet").exists()
    # No table was made, so its numbers come as an observation, and the plot has no hole.
    (seen,) = server.instance.fetch_observations(dg.AssetKey("entries"), limit=5).records
    assert seen.asset_observation is not None
    numbers = seen.asset_observation.metadata
    assert numbers["failed: tiling"].value == len(shown.records)
    assert numbers["checks_failed_error"].value == 1
    kept = [row for row in server.bench.rows("quality_results") if row["check_name"] == "tiling"]
    assert [(row["passed"], row["run_id"]) for row in kept] == [(False, result.run_id)]


def _of_volume(server: Server, volume_id: str) -> list[Any]:
    """What the partition of a volume has shown, the newest first."""
    wanted = dg.AssetRecordsFilter(
        asset_key=dg.AssetKey(["parts", "laws"]), asset_partitions=[partition_key(volume_id)]
    )
    records = server.instance.fetch_materializations(wanted, limit=10).records
    return [r.asset_materialization.metadata for r in records if r.asset_materialization]


def test_every_volume_shows_its_own_quality_and_its_pages(server: Server) -> None:
    server.bench.book(
        "linjiang-2012",
        {"003.txt": "【统计】 全年登记，合计：12345。财政收入36.25亿元，比上年的30.11亿元增长50.3%。"},
    )
    server.tick()
    assert server.carry_out(server.requests()[0]).success
    for volume_id in ("linjiang-2012", "heshan-2012"):
        (seen,) = _of_volume(server, volume_id)
        claims = [r["claimed_by"] for r in server.bench.rows("numerals") if r["volume_id"] == volume_id]
        assert seen["numerals"].value == len(claims) > 0
        assert seen["coverage"].value == round(1 - claims.count("reject") / len(claims), 6)
        rejects = Counter(r["reason"] for r in server.bench.rows("rejects") if r["volume_id"] == volume_id)
        table = {r.data["reason"]: r.data["rejects"] for r in seen["rejects_by_reason"].records}
        assert table == rejects
        audits = [r for r in server.bench.rows("audits") if r["volume_id"] == volume_id]
        for verdict in ("inconsistent", "rounding", "consistent", "unchecked"):
            count = sum(r["verdict"] == verdict for r in audits)
            assert seen[f"audits: {verdict}"].value == count
            assert sum(r.data[verdict] for r in seen["audits_by_verdict"].records) == count
        assert Path(str(seen["review"].value)).is_file()
        assert Path(str(seen["review_index"].value)).is_file()
    assert _of_volume(server, "linjiang-2012")[0]["rejects: unit_missing"].value == 1
    assert _of_volume(server, "linjiang-2012")[0]["audits: inconsistent"].value == 1
    assert _of_volume(server, "heshan-2012")[0]["rejects"].value == 0
    # The next run adds a point to the plot of the volume it was about.
    server.bench.book(
        "linjiang-2012", {"003.txt": "【统计】 财政收入36.25亿元，比上年的30.11亿元增长20.39%。"}
    )
    server.tick()
    assert server.carry_out(server.requests()[0]).success
    assert [m["audits: inconsistent"].value for m in _of_volume(server, "linjiang-2012")] == [0, 1]
    assert [m["coverage"].value < 1 for m in _of_volume(server, "linjiang-2012")] == [False, True]
    assert len(_of_volume(server, "heshan-2012")) == 1


def test_the_table_of_volumes_compares_them_and_pages_may_have_an_address(server: Server) -> None:
    server.folders = server.folders.model_copy(update={"pages": "http://127.0.0.1:8123/"})
    server.tick()
    result = server.carry_out(server.requests()[0])
    (made,) = [
        e.materialization
        for e in result.get_asset_materialization_events()
        if e.materialization.asset_key == dg.AssetKey("volumes")
    ]
    rows = [r.data for r in made.metadata["by_volume"].value.records]  # type: ignore[union-attr]
    assert {row["volume_id"] for row in rows} == {"heshan-2012", "linjiang-2012"}
    assert made.metadata["numerals"].value == len(server.bench.rows("numerals"))
    assert made.metadata["heshan-2012: coverage"].value == 1.0
    assert made.metadata["heshan-2012: inconsistent"].value == 0
    assert made.metadata["review_index"] == dg.MetadataValue.url("http://127.0.0.1:8123/index.html")
    (seen,) = _of_volume(server, "heshan-2012")
    assert seen["review"] == dg.MetadataValue.url("http://127.0.0.1:8123/heshan-2012/001.txt.html")


@pytest.mark.parametrize(
    "name", ["临江年鉴-2012", "a...b", "a....b", "100%实录", "tab\there", "...", "a%2Eb"]
)
def test_any_folder_name_makes_a_partition(name: str, instance: dg.DagsterInstance) -> None:
    key = partition_key(name)
    assert volume_of(key) == name
    instance.add_dynamic_partitions("names", [key])
    assert instance.get_dynamic_partitions("names") == [key]
