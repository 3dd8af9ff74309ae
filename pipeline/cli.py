"""The `nianjian` command: run the pipeline, look at what it made, ask why a number was read as it was.

Here belong options, exit codes and what is printed: results on stdout, everything else on stderr. The work is done by
the same Dagster assets that the server runs; Dagster is imported late, since it takes longer to load than most
commands take to answer.

Exit codes: 0 done; 1 an error-level check failed and nothing was published; 2 used wrongly; 3 the pipeline broke.
"""

import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    import dagster as dg

    from pipeline.read import VolumeSource
    from pipeline.storage import Warehouse

DONE, CHECK_FAILED, MISUSED, BROKE = 0, 1, 2, 3
# Errors in files that people write beside their books; by name, because a run reports them by name.
_MISTAKES = frozenset({"ManifestError", "CorrectionsFileError", "ReferenceTableError"})

app = typer.Typer(
    name="nianjian",
    help="Chinese yearbooks (年鉴) into tables that can be trusted. 把年鉴变成可信的数据表。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Seeds = Annotated[
    Path, typer.Option(help="Folder of books, one folder (or .txt file) a volume. 书籍所在目录")
]
Store = Annotated[Path, typer.Option(help="Folder the tables are written to. 输出目录")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON. 以 JSON 输出")]


def main() -> None:
    """Entry point of the `nianjian` command."""
    for stream in (sys.stdout, sys.stderr):
        # Chinese text on a terminal or pipe that cannot show it must not end a run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app()


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _stop(code: int, *lines: str) -> NoReturn:
    for line in lines:
        _say(line)
    raise typer.Exit(code)


@app.callback(invoke_without_command=True)
def _root(show: Annotated[bool, typer.Option("--version", help="Print the version. 版本号")] = False) -> None:
    if show:
        try:
            typer.echo(version("nianjian"))
        except PackageNotFoundError:
            typer.echo("unknown")
        raise typer.Exit(DONE)


@app.command()
def run(
    seeds: Seeds = Path("seeds"),
    warehouse: Store = Path("warehouse"),
    volume: Annotated[
        list[str] | None, typer.Option(help="Only this volume; may be repeated. 只处理这一卷")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read books into tables; only what has changed is read again. 读书入表，只处理有变动的部分。"""
    books = _books(seeds, volume or [])
    sources = [source for source in books if not volume or source.volume_id in volume]
    try:
        result = (
            None
            if not volume and _nothing_to_do(seeds, warehouse, sources)
            else (_execute(seeds, warehouse, sources, everything=not volume))
        )
    except (KeyboardInterrupt, typer.Exit):
        raise
    except Exception as error:
        if type(error).__name__ in _MISTAKES:
            _stop(MISUSED, f"nianjian: {error}")
        _stop(BROKE, f"nianjian: the pipeline broke: {type(error).__name__}: {error}")
    if result is None:
        _say("nothing has changed since the last run 没有变动")
    else:
        _judge(result)
    _report(seeds, warehouse, [source.volume_id for source in books], as_json)


def _nothing_to_do(seeds: Path, warehouse: Path, sources: "Sequence[VolumeSource]") -> bool:
    """Whether the tables are already those of these books; asked before Dagster is loaded, which takes seconds."""
    from pipeline import storage

    store = storage.Warehouse(warehouse)
    storage.recover(store)
    keys = {source.volume_id: storage.part_key(source, seeds) for source in sources}
    withheld = storage.withheld_names(seeds).version
    return storage.up_to_date(store, keys, storage.corrections_version(seeds), withheld)


def _books(seeds: Path, names: Sequence[str]) -> "list[VolumeSource]":
    """The books of a folder; ends the command when the folder, or a book that was named, is not there."""
    from pipeline.read import find_volumes

    if not seeds.is_dir():
        _stop(MISUSED, f"nianjian: {seeds} is no folder; give the folder of books with --seeds DIR")
    sources = find_volumes(seeds)
    known = [source.volume_id for source in sources]
    if missing := [name for name in names if name not in known]:
        listed = "、".join(known[:20]) or "none"
        _stop(MISUSED, f"nianjian: no volume named {', '.join(missing)} in {seeds}; there are: {listed}")
    if not sources:
        _say(f"nianjian: no books in {seeds}; the tables will be empty")
    return sources


def _execute(
    seeds: Path, warehouse: Path, sources: "Sequence[VolumeSource]", everything: bool
) -> "dg.ExecuteInProcessResult":
    """Run the assets in process over the volumes that are not fresh, then publish."""
    import dagster as dg

    from pipeline import automation, storage
    from pipeline.assets import VOLUMES, partition_key
    from pipeline.definitions import defs

    store = storage.Warehouse(warehouse)
    storage.recover(store)
    stale = [
        source
        for source in sources
        if not all(
            store.fresh(source.volume_id, stage, storage.part_key(source, seeds)) for stage in storage.STAGES
        )
    ]
    # With a home, the run joins the history that `dagster dev` shows; without one it needs none and leaves none.
    instance = (
        dg.DagsterInstance.get()
        if os.environ.get("DAGSTER_HOME")
        else dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}})
    )
    wanted = [partition_key(source.volume_id) for source in stale]
    if everything:
        order = automation.synchronise(instance, automation.on_disk_of(sources))
    else:
        instance.add_dynamic_partitions(str(VOLUMES.name), wanted)
        order = list(instance.get_dynamic_partitions(str(VOLUMES.name)))
    chosen: dict[str, Any] = (
        {"tags": automation.range_tags(order, wanted)}
        if wanted
        else {"asset_selection": automation.PUBLISHED_KEYS}
    )
    config = {
        "resources": {"folders": {"config": {"seeds": str(seeds), "warehouse": str(warehouse)}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    with _progress(), instance:
        job = defs.resolve_job_def("nianjian")
        return job.execute_in_process(instance=instance, run_config=config, raise_on_error=False, **chosen)


@contextmanager
def _progress() -> Iterator[None]:
    """Show which volume is at which stage: a bar on a terminal, a line every few seconds elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from pipeline.assets import PROGRESS

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[volume]}"),
        console=console,
        disable=not console.is_terminal,
    )
    tasks: dict[str, Any] = {}

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            facts = record.__dict__
            if console.is_terminal:
                if record.msg not in tasks:
                    tasks[record.msg] = bar.add_task(record.msg, total=facts["total"], volume="")
                bar.update(tasks[record.msg], completed=facts["done"], volume=facts["volume"])
            elif facts["volume"]:
                _say(f"{record.msg} {facts['done'] + 1}/{facts['total']} {facts['volume']}")

    listener = Listener()
    PROGRESS.addHandler(listener)
    PROGRESS.setLevel(logging.INFO)
    PROGRESS.propagate = False
    try:
        with bar:
            yield
    finally:
        PROGRESS.removeHandler(listener)


def _judge(result: "dg.ExecuteInProcessResult") -> None:
    """End the command with the right code and the reason, if the run did not succeed."""
    import dagster as dg

    failed = [
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
    ]
    if failed:
        lines = [
            "nianjian: a check failed; nothing was published and the previous tables stay. 检查未通过，未发布。"
        ]
        for evaluation in failed:
            lines.append(
                f"  {evaluation.asset_key.to_user_string()}.{evaluation.check_name}: {evaluation.description}"
            )
            rows = evaluation.metadata.get("failing_rows")
            if isinstance(rows, dg.TableMetadataValue):
                for record in rows.records[:3]:
                    lines.append("    " + ", ".join(f"{k}={v}" for k, v in record.data.items() if v))
        _stop(CHECK_FAILED, *lines)
    if result.success:
        return
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error and error.cause:
                error = error.cause
            if error and error.cls_name in _MISTAKES:
                _stop(MISUSED, f"nianjian: {error.message.split(f'{error.cls_name}: ', 1)[-1].strip()}")
            _stop(
                BROKE,
                f"nianjian: the pipeline broke in {event.step_key}; the previous tables stay.",
                error.to_string().rstrip() if error else "",
            )
    _stop(BROKE, "nianjian: the pipeline broke; the previous tables stay.")


def _report(seeds: Path, warehouse: Path, books: Sequence[str], as_json: bool) -> None:
    """Print what the run left: tables and rows, checks, and where to look."""
    from pipeline.storage import Warehouse, history

    store = Warehouse(warehouse)
    manifest = store.manifest()
    tables = {name: facts["rows"] for name, facts in manifest["tables"].items()}
    checks = history.of_run(store.read(history.TABLE), manifest.get("judged")).to_pylist()
    failed = [c for c in checks if not c["passed"]]
    if unread := sorted(set(books) - set(manifest["volumes"])):
        _say(f"not read yet, since other volumes were asked for: {', '.join(unread)} 未处理")
    if as_json:
        warnings = [{k: c[k] for k in ("table_name", "check_name", "rows_failed")} for c in failed]
        typer.echo(
            json.dumps(
                {
                    "warehouse": str(warehouse),
                    "volumes": manifest["volumes"],
                    "tables": tables,
                    "checks": len(checks),
                    "warnings": warnings,
                },
                ensure_ascii=False,
            )
        )
        return
    typer.echo(f"{len(manifest['volumes'])} volumes from {seeds} 卷")
    for name, rows in tables.items():
        size = store.table(name).stat().st_size / 1e6
        typer.echo(f"  {name:<18}{rows:>12,} rows {size:>9.2f} MB  {store.table(name)}")
    typer.echo(f"{len(checks) - len(failed)} of {len(checks)} checks passed 检查")
    for check in failed:
        typer.echo(
            f"  warn: {check['table_name']}.{check['check_name']}: {check['rows_failed']} of "
            f"{check['rows_checked']} rows; {check['detail'][:160]}"
        )
    for line in _arithmetic(store):
        typer.echo(line)
    if (warehouse / "review" / "index.html").is_file():
        typer.echo(f"Every number in its text: {warehouse / 'review' / 'index.html'} 校阅页")
    typer.echo(f"Columns are described in {warehouse / 'dictionary.md'}. Look inside:")
    command = "nianjian" if shutil.which("nianjian") else os.path.relpath(sys.argv[0])
    question = "select source_text, value, unit from quantities limit 10"
    typer.echo(f'  {command} query --warehouse {warehouse} "{question}"')


def _arithmetic(store: "Warehouse") -> list[str]:
    """The audits in a few lines: what was computed again within the books, across them, and along references."""
    audits = store.read("audits", ["kind", "verdict"])
    counts: dict[str, dict[str, int]] = {}
    for row in audits.group_by(["kind", "verdict"]).aggregate([([], "count_all")]).to_pylist():
        kind = row["kind"] if row["kind"] in ("cross_volume", "cross_reference") else "in the books"
        verdicts = counts.setdefault(kind, {})
        verdicts[row["verdict"]] = verdicts.get(row["verdict"], 0) + row["count_all"]
    lines = [f"{audits.num_rows:,} statements computed again 复算"] if counts else []
    for kind in sorted(counts, key=lambda name: (name != "in the books", name)):
        said = ", ".join(
            f"{counts[kind][v]:,} {v}"
            for v in ("inconsistent", "unchecked", "rounding", "consistent")
            if v in counts[kind]
        )
        lines.append(f"  {kind:<16} {said}")
    return lines


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="A few words of text. 一段文字")],
    year: Annotated[int | None, typer.Option(help="Year the text reports on. 记述年份")] = None,
) -> None:
    """Show which tokens and rules made a value. 说明一个数值是怎样读出来的。"""
    from pipeline import SEEDS
    from pipeline.text.explain import explain as explained
    from pipeline.text.reference import load_reference

    typer.echo(explained(text, load_reference(SEEDS), year))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="A SELECT over the tables. 查询语句")],
    warehouse: Store = Path("warehouse"),
    as_json: AsJson = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV. 以 CSV 输出")] = False,
) -> None:
    """Ask the published tables a question in SQL; nothing can be changed. 用 SQL 查询，只读。"""
    import duckdb
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.dataset

    from pipeline.storage import Warehouse

    tables = Warehouse(warehouse).manifest().get("tables", {})
    if not tables:
        _stop(
            MISUSED,
            f"nianjian: nothing is published in {warehouse}; run `nianjian run --warehouse {warehouse}`",
        )
    connection = duckdb.connect(":memory:")
    for name in tables:
        connection.register(name, pyarrow.dataset.dataset(warehouse / f"{name}.parquet"))
    # The tables are handed over as Arrow, so that the query needs, and gets, no access to files.
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    try:
        relation: Any = connection.sql(sql)
        found: Any = relation.to_arrow_table() if relation is not None else pa.table({})
    except duckdb.Error as error:
        _stop(MISUSED, f"nianjian: {error}")
    if as_json:
        typer.echo(json.dumps(found.to_pylist(), ensure_ascii=False, default=str))
    elif csv:
        pyarrow.csv.write_csv(found, sys.stdout.buffer)
    else:
        _print_table(found.column_names, found.to_pylist())


def _print_table(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*names)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)


@app.command()
def report(warehouse: Store = Path("warehouse")) -> None:
    """Write the review pages and their index anew, however large the warehouse is. 生成审读页。"""
    from pipeline.publish.write import write_pages
    from pipeline.storage import Warehouse

    store = Warehouse(warehouse)
    tables = store.manifest().get("tables", {})
    if "documents" not in tables:
        _stop(
            MISUSED,
            f"nianjian: nothing is published in {warehouse}; run `nianjian run --warehouse {warehouse}`",
        )
    pages = write_pages({name: store.read(name) for name in tables}, warehouse / "review")
    _say(f"{len(pages) - 1} pages 页")
    typer.echo(pages[0])


corrections = typer.Typer(help="Look after corrections.csv. 订正表", no_args_is_help=True)
app.add_typer(corrections, name="corrections")

_OUTCOMES = {
    "applied": "可用",
    "redundant": "多余",
    "drift": "过期",
    "no_match": "找不到",
    "conflict": "冲突",
    "invalid": "有误",
}


@corrections.command("check")
def check_corrections(seeds: Seeds = Path("seeds"), as_json: AsJson = False) -> None:
    """Try every line of corrections.csv on the books as they are; nothing is written. 检查订正表。"""
    from pipeline import storage
    from pipeline.quality.correction_lines import CorrectionsFileError
    from pipeline.quality.rereading import check_corrections as check
    from pipeline.text.reference import load_reference

    if not seeds.is_dir():
        _stop(MISUSED, f"nianjian: {seeds} is no folder; give the folder of books with --seeds DIR")
    try:
        findings = check(seeds, load_reference(storage.reference_folder(seeds)))
    except CorrectionsFileError as error:
        _stop(MISUSED, f"nianjian: {error}")
    if as_json:
        shown = [vars(finding) | {"severity": finding.severity} for finding in findings]
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        for f in findings:
            message = f": {f.message}" if f.message else ""
            typer.echo(f"line {f.line} {f.outcome} {_OUTCOMES[f.outcome]} {f.correction_id}{message}")
        wrong = sum(f.severity == "error" for f in findings)
        _say(f"{len(findings)} lines, {wrong} to mend 共 {len(findings)} 行，{wrong} 行要改")
    raise typer.Exit(CHECK_FAILED if any(f.severity == "error" for f in findings) else DONE)


@app.command()
def doctor(seeds: Seeds = Path("seeds"), warehouse: Store = Path("warehouse")) -> None:
    """Look at the installation, the books and the tables; say what is wrong and how to mend it. 自检。"""
    from pipeline import storage
    from pipeline.read import find_volumes

    store = storage.Warehouse(warehouse)
    storage.recover(store)
    problems = (
        [] if sys.version_info >= (3, 11) else [f"Python {sys.version.split()[0]} is too old; 3.11 is needed"]
    )
    sources = find_volumes(seeds) if seeds.is_dir() else []
    if not seeds.is_dir():
        problems.append(f"{seeds} is no folder; give the folder of books with --seeds DIR")
    typer.echo(f"Python {sys.version.split()[0]}, code {storage.code_version()}")
    typer.echo(f"{len(sources)} books in {seeds}")
    problems += storage.verify(store)
    listed = store.manifest().get("volumes", [])
    for source in sources:
        key = storage.part_key(source, seeds)
        if source.volume_id not in listed or not store.fresh(source.volume_id, "laws", key):
            problems.append(
                f"{source.volume_id}: not read since it, the code or a reference table changed; "
                "run `nianjian run`"
            )
    try:
        if not problems and not _nothing_to_do(seeds, warehouse, sources):
            problems.append("corrections or withheld names have changed since the last run; run `nianjian run`")
    except ValueError as error:  # a table that people edit is broken; the message says where
        problems.append(str(error))
    for line in problems:
        typer.echo(f"  {line}")
    typer.echo(
        "all is well 一切正常" if not problems else f"{len(problems)} findings 发现 {len(problems)} 项"
    )
    raise typer.Exit(CHECK_FAILED if problems else DONE)


if __name__ == "__main__":
    main()
