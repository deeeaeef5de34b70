"""SELECT over one table answers as DuckDB and SQLite do: drawn queries, and a list by hand."""

import math
import sqlite3
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

import program
import random_select
from random_select import Queries, spelled

SEEDS = range(12)
QUERIES = 60


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The same rows as a CSV file and in both peers."""
    rows = random_select.rows(seed=3, count=400)
    path = tmp_path_factory.mktemp("select") / "t.csv"
    names = list(random_select.COLUMNS)
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(names) + "\n")
        for row in rows:
            cells = list(row)
            cells[3] = None if row[3] is None else f"{row[3]:.2f}"
            file.write(",".join("" if cell is None else str(cell) for cell in cells) + "\n")
    types = "id BIGINT, n BIGINT, m BIGINT, d {}, f DOUBLE, g VARCHAR, h VARCHAR"
    duck = duckdb.connect()
    duck.execute(f"CREATE TABLE t ({types.format('DECIMAL(12, 2)')})")
    duck.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", rows)
    lite = sqlite3.connect(":memory:")
    lite.execute("PRAGMA case_sensitive_like = ON")
    lite.execute(f"CREATE TABLE t ({types.format('DOUBLE')})")
    lite.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", rows)
    return path, duck, lite


def same(ours, theirs):
    """Tells whether two values are equal: exactly, but for floats to 1e-9."""
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(theirs, bool) or isinstance(ours, bool):
        return bool(ours) == bool(theirs)
    if isinstance(theirs, float) or isinstance(theirs, Decimal) and theirs.as_tuple().exponent < -2:
        return math.isclose(float(ours), theirs, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(theirs, (int, Decimal)):
        return Decimal(str(ours)) == theirs
    if isinstance(theirs, (date, datetime)):
        return str(ours).removesuffix(" UTC") == str(theirs)
    return ours == theirs


def difference(ours, theirs):
    """Returns what differs between an answer and a peer's rows, None if nothing does."""
    if len(ours) != len(theirs):
        return f"{len(ours)} rows, a peer {len(theirs)}"
    for number, (own, other) in enumerate(zip(ours, theirs)):
        values = list(own.values())
        if len(values) != len(other) or not all(map(same, values, other)):
            return f"row {number}: {values}, a peer {list(other)}"
    return None


def compare(queries, tables, with_sqlite=True):
    path, duck, lite = tables
    load = f"LOAD '{path}' AS TABLE t KEY id"
    asked = [load] + [spelled(query, "bql") for query in queries]
    try:
        answers = program.answers(asked)
        failures = []
    except program.ProgramError:
        # One refused query ends the script: ask them one by one, to name it.
        answers, failures = [], []
        for query in asked[1:]:
            try:
                answers.append(program.answers([load, query])[-1])
            except program.ProgramError as error:
                answers.append(None)
                failures.append(f"{query}\n  {error}")
    for query, answer in zip(queries, answers):
        if answer is None:
            continue
        found = difference(answer, duck.execute(spelled(query, "duckdb")).fetchall())
        if found:
            failures.append(f"{spelled(query, 'bql')}\n  DuckDB: {found}")
        if with_sqlite:
            found = difference(answer, lite.execute(spelled(query, "sqlite")).fetchall())
            if found:
                failures.append(f"{spelled(query, 'bql')}\n  SQLite: {found}")
    assert not failures, f"{len(failures)} of {len(queries)} differ:\n" + "\n".join(failures[:8])
    assert len(answers) == len(queries)


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_queries(tables, seed):
    draw = Queries(seed)
    compare([draw.query() for _ in range(QUERIES)], tables)


def test_statistics(tables):
    """Aggregates that SQLite lacks."""
    values = ["n", "m", random_select.MONEY, "f"]
    queries = []
    for value in values:
        items = (
            f"median({value}), stddev({value}), variance({value}), avg({value}),"
            f" quantile_cont({value}, 0.25), quantile_cont({value}, 0.9)"
        )
        queries += [
            f"SELECT {items} FROM t",
            f"SELECT g, {items} FROM t GROUP BY g ORDER BY g NULLS FIRST",
        ]
    queries += [
        "SELECT h, corr(n, f) AS c FROM t GROUP BY h ORDER BY h NULLS FIRST",
        "SELECT bool_and(n > -100), bool_or(n > 100) FROM t",
        "SELECT min(g), max(g), count(DISTINCT h) FROM t WHERE g IS NOT NULL",
    ]
    compare(queries, tables, with_sqlite=False)


def test_nulls_and_empty_groups(tables):
    compare(
        [
            "SELECT count(*), count(n), sum(n), min(g), avg(f) FROM t WHERE id < 0",
            "SELECT g, sum(n) FROM t WHERE id < 0 GROUP BY g",
            "SELECT NULL = NULL, NULL AND false, NULL OR true, NOT NULL, 1 IN (2, NULL), 1 NOT IN (2, 3)",
            "SELECT count(*) FROM t WHERE n NOT IN (1, NULL)",
            "SELECT count(*) FROM t WHERE NOT (n = 1 OR g = 'a')",
            "SELECT sum(n) FILTER (WHERE id < 0), count(*) FILTER (WHERE g IS NULL) FROM t",
            "SELECT h, count(*) FROM t GROUP BY h HAVING sum(n) IS NOT NULL ORDER BY h NULLS LAST",
        ],
        tables,
    )


def test_times(shop):
    """Parts and grains of time, by groups over the shipped log."""
    duck = shop.duck
    at = "to_timestamp(t) AT TIME ZONE 'UTC'"
    pairs = {
        f"{part}(event_time)": f"{part}({at})"
        for part in ("year", "month", "day", "hour", "minute", "quarter")
    }
    pairs["weekday(event_time)"] = f"isodow({at})"
    pairs |= {
        f"date_trunc('{grain}', event_time)": f"date_trunc('{grain}', {at})"
        for grain in ("hour", "week", "month", "quarter", "year")
    }
    pairs["event_time::date"] = f"({at})::DATE"
    asked = [
        f"SELECT {ours} AS k, count(*) AS n, min(price) AS low FROM events GROUP BY k ORDER BY k"
        for ours in pairs
    ]
    for (ours, theirs), answer in zip(pairs.items(), program.answers(asked, shop.path)):
        rows = duck.execute(
            f"SELECT {theirs} AS k, count(*), min(price) FROM log GROUP BY k ORDER BY k"
        ).fetchall()
        assert difference(answer, rows) is None, ours


def test_the_log_by_groups(log):
    """The questions that analysts ask first, over whole logs."""
    queries = [
        "SELECT event_type, count(*) AS n, sum(price) AS total, avg(price) AS mean FROM {} "
        "GROUP BY event_type ORDER BY event_type",
        "SELECT brand, count(DISTINCT user_id) AS users FROM {} GROUP BY brand ORDER BY users DESC, "
        "brand NULLS FIRST LIMIT 50",
        "SELECT split_part(category_code, '.', 1) AS top, count(*), max(price) FROM {} "
        "WHERE price > 5 GROUP BY top HAVING count(*) > 2 ORDER BY top NULLS LAST",
        "SELECT user_id, sum(price) AS spent FROM {} WHERE event_type = 'purchase' GROUP BY user_id "
        "ORDER BY spent DESC, user_id LIMIT 100",
        "SELECT count(DISTINCT user_session), count(DISTINCT brand), median(price) FROM {}",
    ]
    for query, answer in zip(queries, program.answers([q.format("events") for q in queries], log.path)):
        assert difference(answer, log.duck.execute(query.format("log")).fetchall()) is None, query
