from __future__ import annotations

import datetime as dt
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sql

from kit.errors import KitError, UnreadableFile
from kit.intake.readers import grids
from kit.intake.readers.columnar import database_batches

ROW = ("001", "12345678901234567890.12", "2026-10-31", "9007199254740993", "", "0.1", "TRUE")


@pytest.fixture(scope="module")
def postgres():
    """URL of a PostgreSQL that lives as long as the tests of this module."""
    places = [os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    initdb, server = (shutil.which(name, path=os.pathsep.join(places)) for name in ("initdb", "postgres"))
    if not initdb or not server:
        pytest.skip("there is no PostgreSQL on this machine")
    user = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        names = [name for name in ("postgres", "nobody") if any(p.pw_name == name for p in pwd.getpwall())]
        user = {"user": names[0], "group": pwd.getpwnam(names[0]).pw_gid, "extra_groups": []}
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if user:
            shutil.chown(folder, user["user"])
        subprocess.run([initdb, "-D", f"{folder}/d", "-U", "kit", "-A", "trust", "-E", "UTF8", "--no-sync"],
                       check=True, capture_output=True, cwd=folder, **user)  # fmt: skip
        process = subprocess.Popen(
            [server, "-D", f"{folder}/d", "-k", folder, "-c", "listen_addresses="],
            stderr=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
        url = f"postgresql+psycopg://kit:geheim@/postgres?host={folder}"
        try:
            for _ in range(100):
                if (Path(folder) / ".s.PGSQL.5432").exists():
                    break
                try:
                    process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            yield url
        finally:
            process.terminate()
            process.wait()


def ask(tmp_path, text):
    path = tmp_path / "客户.sql"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "question", ["客户", "public.客户", "SELECT * FROM 客户 WHERE ' :x' <> '%s' AND '5'::int = 5 ORDER BY id;"]
)
def test_a_table_of_postgresql_is_read_exactly(tmp_path, postgres, monkeypatch, rows_of, question):
    engine = sql.create_engine(postgres)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS 客户")
        connection.exec_driver_sql(
            "CREATE TABLE 客户 (id text, 余额 numeric(30,2), 日期 date, 序号 bigint, 空 text,"
            " 比例 float8, 是否 boolean)"
        )
        connection.exec_driver_sql(
            "INSERT INTO 客户 SELECT '001', 12345678901234567890.12, '2026-10-31', 9007199254740993, NULL, 0.1, true"
            " FROM generate_series(1, 25000)"
        )
    engine.dispose()
    monkeypatch.setenv("OTHER_BANK", postgres)
    (grid,) = grids(ask(tmp_path, f"-- database: OTHER_BANK\n{question}"))
    assert (grid.named, grid.head[0]) == (True, ("id", "余额", "日期", "序号", "空", "比例", "是否"))
    rows, _ = rows_of(grid)
    assert len(rows) == 25_000
    assert rows[-1] == (25_001, *ROW)


def test_a_query_that_writes_is_refused_by_the_database_itself(tmp_path, postgres, monkeypatch):
    monkeypatch.setenv("BRANCH_KIT_DATABASE", postgres)
    engine = sql.create_engine(postgres)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS a")
    with pytest.raises(KitError) as error:
        grids(ask(tmp_path, "WITH gone AS (DELETE FROM kept RETURNING a) SELECT * FROM gone"))
    assert "geheim" not in str(error.value)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept").scalar() == 1
    engine.dispose()


def test_sqlite_is_a_database_too(tmp_path, monkeypatch, rows_of):
    with sqlite3.connect(tmp_path / "b.db") as connection:
        connection.execute("CREATE TABLE t (a text, b integer)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [("001", 1), (None, None), ("00:30", 2)])
    connection.close()
    monkeypatch.setenv("BRANCH_KIT_DATABASE", f"sqlite:///{tmp_path / 'b.db'}")
    (grid,) = grids(ask(tmp_path, "select * from t where a is null or a <> ':x'"))
    assert rows_of(grid)[0] == [(2, "001", "1"), (4, "00:30", "2")]


def test_a_database_gives_its_rows_by_the_thousand(tmp_path, monkeypatch):
    monkeypatch.setenv("BRANCH_KIT_DATABASE", "sqlite://")
    path = ask(
        tmp_path, "with r(n) as (select 1 union all select n + 1 from r where n < 25000) select n, n / 3.0 as d from r"
    )
    found = list(database_batches(path))
    assert [batch.num_rows for batch in found] == [10_000, 10_000, 5_000]
    assert found[0].slice(0, 3).to_pydict() == {
        "row_number": [2, 3, 4],
        "c0": ["1", "2", "3"],
        "c1": ["0.3333333333333333", "0.6666666666666666", "1"],
    }


@pytest.mark.parametrize(
    ("url", "question"),
    [
        (None, "t"),
        ("sqlite:////no/such/folder/a.db", "t"),
        ("postgresql+psycopg://u:geheim@/x?host=/no/such/folder", "t"),
        ("no_such_dialect://u:geheim@h/x", "t"),
        ("geheim", "t"),
        ("sqlite://", "DROP TABLE t"),
        ("sqlite://", "-- nothing"),
        ("sqlite://", "select geheim from nowhere"),
    ],
)
def test_what_fails_is_said_without_the_address(tmp_path, monkeypatch, url, question):
    monkeypatch.delenv("BRANCH_KIT_DATABASE", raising=False)
    if url:
        monkeypatch.setenv("BRANCH_KIT_DATABASE", url)
    with pytest.raises(KitError, match="客户") as error:
        grids(ask(tmp_path, question))
    assert "geheim" not in str(error.value)


def test_parquet_is_read_exactly(tmp_path, rows_of):
    path = tmp_path / "a.dat"
    pq.write_table(
        pa.table(
            {
                "id": ["001"],
                "余额": [Decimal("12345678901234567890.12")],
                "日期": [dt.date(2026, 10, 31)],
                "序号": [9007199254740993],
                "空": pa.array([None], pa.string()),
                "比例": pa.array([0.1], pa.float32()),
                "是否": [True],
            }
        ),
        path,
    )
    (grid,) = grids(path)
    assert (grid.form, grid.named, grid.head) == (
        "parquet",
        True,
        (("id", "余额", "日期", "序号", "空", "比例", "是否"), ROW),
    )
    assert rows_of(grid)[0] == [(2, *ROW)]


def test_parquet_cut_short_is_unreadable(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UnreadableFile):
        grids(path)
