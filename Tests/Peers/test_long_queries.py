"""Queries that are long, deep or lopsided are answered soon, and as DuckDB does.

A statement may be refused as nested too deep; it may not take the program down, nor keep it busy.
"""

import subprocess
from pathlib import Path

import duckdb
import pytest

import answers
import asking

#: How long one query may take, with the start of the program.
SECONDS = 20
ROWS = 60
#: What a query may be refused with instead: it is nested deeper than the program reads.
TOO_DEEP = "B0104"


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """`a` with keys that repeat and are missing, `u` with a row a key, `e` without rows."""
    folder = tmp_path_factory.mktemp("long")
    duck = duckdb.connect()
    duck.execute("SET threads = 1")
    duck.execute(
        f"""CREATE TABLE a AS SELECT i AS id, CASE WHEN i % 7 > 0 THEN i % 5 END AS k,
          CASE WHEN i % 11 > 0 THEN 'g' || i % 4 END AS g, i % 2 = 0 AS p FROM range({ROWS}) AS r(i)"""
    )
    duck.execute("CREATE TABLE u AS SELECT i AS id, i % 5 AS k FROM range(20) AS r(i)")
    duck.execute("CREATE TABLE e AS SELECT * FROM a WHERE id < 0")
    loads = []
    for name in ("a", "u"):
        duck.execute(f"COPY {name} TO '{folder}/{name}.csv'")
        loads.append(f"LOAD '{folder}/{name}.csv' AS TABLE {name}")
    return loads + ["LET e = SELECT * FROM a WHERE id < 0"], duck


def chain(first, more, count):
    return first + "".join(more.format(before=i, i=i + 1) for i in range(count))


def with_chain(body, count):
    parts = "".join(f", w{i + 1} AS ({body.format(before=f'w{i}')})" for i in range(count))
    return f"WITH w0 AS (SELECT id, k FROM a){parts} SELECT count(*), sum(k) FROM w{count}"


def nested(start, middle, end, count):
    return start * count + middle + end * count


def in_from(body, count):
    text = "SELECT k FROM a"
    for number in range(count):
        text = body.format(text, f"q{number}")
    return text


NUMBERS = ", ".join(map(str, range(100_000)))
LONG = {
    "except": chain("SELECT k FROM a", " EXCEPT ALL SELECT k FROM u WHERE id = {i}", 30),
    "intersect": chain("SELECT k FROM a", " INTERSECT SELECT k FROM u", 30),
    "union": chain("SELECT k FROM a", " UNION SELECT id FROM u WHERE id = {i}", 60),
    "union all": chain("SELECT k FROM a", " UNION ALL SELECT id FROM u WHERE id = {i}", 60),
    "in from": in_from("SELECT k FROM ({}) AS {}", 60),
    "in from, grouped": in_from("SELECT k FROM ({}) AS {} GROUP BY k", 60),
    "in from, ordered": in_from("SELECT k FROM ({}) AS {} ORDER BY k LIMIT 50", 60),
    "in from, filtered": in_from("SELECT k FROM ({}) AS {} WHERE k > 0", 60),
    "in from, joined": in_from("SELECT u.k FROM ({}) AS {} JOIN u ON u.id = k", 30)
    .replace("= k", "= 3"),
    "with": with_chain("SELECT id, k + 1 AS k FROM {before}", 100),
    "with, each used twice": with_chain(
        "SELECT x.id, y.k FROM {before} AS x JOIN {before} AS y ON x.id = y.id", 12
    ),
    "with, each column used twice": with_chain("SELECT id, k - k AS k FROM {before}", 40),
    "joins": chain(
        "SELECT count(*) FROM u AS t0", " JOIN u AS t{i} ON t{before}.id = t{i}.id", 100
    ),
    "left joins": chain(
        "SELECT count(*) FROM u AS t0", " LEFT JOIN u AS t{i} ON t{before}.id = t{i}.id + 1", 100
    ),
    "semi joins": chain(
        "SELECT count(*) FROM u AS t0", " SEMI JOIN a AS t{i} ON t0.id = t{i}.id", 100
    ),
    "in of in": nested("SELECT id FROM u WHERE id IN (", "SELECT k FROM a", ")", 30),
    "exists of exists": "SELECT count(*) FROM u AS t0 WHERE "
    + chain("", "EXISTS (SELECT 1 FROM u AS t{i} WHERE t{i}.id = t{before}.id AND ", 20)
    + "true" + ")" * 20,
    "scalars": "SELECT " + ", ".join(
        f"(SELECT count(*) FROM u AS s{i} WHERE s{i}.k = a.k) AS c{i}" for i in range(20)
    ) + " FROM a",
    "scalar of scalar": f"SELECT {nested('(SELECT max(id) + ', '1', ' FROM u)', 30)} AS x",
    "and": "SELECT count(*) FROM a WHERE " + " AND ".join(f"k <> {i}" for i in range(100, 600)),
    "or": "SELECT count(*) FROM a WHERE " + " OR ".join(f"id = {2 * i}" for i in range(500)),
    "not": f"SELECT count(*) FROM a WHERE {'NOT ' * 51}p",
    "case": f"SELECT sum({nested('CASE WHEN k = 1 THEN 7 ELSE 1 + ', '2', ' END', 50)}) FROM a",
    "sum": "SELECT " + " + ".join(["k"] * 500) + " AS x FROM a",
    "in a long list": f"SELECT count(*) FROM a WHERE id IN ({NUMBERS})",
    "not in a long list": f"SELECT count(*) FROM a WHERE id NOT IN ({NUMBERS}, NULL)",
    "columns": "SELECT " + ", ".join(f"k + {i} AS c{i}" for i in range(1_000)) + " FROM a",
    "keys": "SELECT count(*) FROM a GROUP BY " + ", ".join(f"k + {i}" for i in range(200)),
    "whens": "SELECT " + "CASE id" + "".join(f" WHEN {i} THEN {-i}" for i in range(2_000))
    + " END AS x FROM a",
    "values": "SELECT count(*), sum(x) FROM (VALUES "
    + ", ".join(f"({i})" for i in range(20_000)) + ") AS v(x)",
    "a long text": f"SELECT length('{'x' * 1_000_000}') AS x",
}


@pytest.mark.parametrize("name", LONG)
def test_long_queries(tables, name, monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", SECONDS)
    loads, duck = tables
    (found,) = asking.outcomes(loads, [LONG[name]])
    if isinstance(found, asking.Refusal) and found.code == TOO_DEEP:
        return
    assert isinstance(found, list), found
    duck.execute("SET max_expression_depth = 10000")
    assert answers.difference(found, duck.execute(LONG[name]).fetchall(), False) is None


EMPTY = {
    "inner": "SELECT count(*), sum(a.k) FROM a JOIN e ON a.k = e.k",
    "inner, from the empty": "SELECT count(*), sum(a.k) FROM e JOIN a ON a.k = e.k",
    "left": "SELECT count(*), count(e.id) FROM a LEFT JOIN e ON a.k = e.k",
    "left, of the empty": "SELECT count(*), count(e.id) FROM e LEFT JOIN a ON a.k = e.k",
    "semi": "SELECT count(*) FROM a SEMI JOIN e ON a.k = e.k",
    "anti": "SELECT count(*) FROM a ANTI JOIN e ON a.k = e.k",
    "cross": "SELECT count(*), max(e.k) FROM a CROSS JOIN e",
    "both": "SELECT count(*) FROM e AS x LEFT JOIN e AS y ON x.id = y.id",
    "not in": "SELECT count(*) FROM a WHERE k NOT IN (SELECT k FROM e)",
    "in": "SELECT count(*) FROM a WHERE k IN (SELECT k FROM e)",
    "not in with NULL": "SELECT count(*) FROM a WHERE id NOT IN (SELECT k FROM a)",
    "not in of NULL": "SELECT count(*) FROM a WHERE NOT (k IN (SELECT id FROM u))",
    "only NULL keys": "SELECT count(*) FROM (SELECT * FROM a WHERE k IS NULL) AS x "
    "JOIN (SELECT * FROM a WHERE k IS NULL) AS y ON x.k = y.k",
    "only NULL keys, left": "SELECT count(*), count(y.id) FROM (SELECT * FROM a WHERE k IS NULL) AS x "
    "LEFT JOIN a AS y ON x.k = y.k",
    "NULL keys alike": "SELECT count(*) FROM a AS x JOIN a AS y "
    "ON x.k IS NOT DISTINCT FROM y.k AND x.id = y.id",
    "scalar": "SELECT (SELECT max(k) FROM e) AS x, (SELECT k FROM e) AS y, (SELECT count(*) FROM e) AS z",
    "scalar of each": "SELECT sum((SELECT count(*) FROM e WHERE e.k = a.k)) AS n, "
    "count((SELECT max(id) FROM e WHERE e.k = a.k)) AS m FROM a",
    "exists": "SELECT count(*) FROM a WHERE EXISTS (SELECT 1 FROM e WHERE e.k = a.k)",
    "not exists": "SELECT count(*) FROM a WHERE NOT EXISTS (SELECT 1 FROM e)",
    "union": "SELECT k FROM e UNION SELECT k FROM e",
    "except": "SELECT k FROM a EXCEPT SELECT k FROM e",
    "intersect": "SELECT k FROM a INTERSECT ALL SELECT k FROM e",
    "groups": "SELECT k, count(*) FROM e GROUP BY k",
    "no groups": "SELECT count(*), sum(k), min(g) FROM e",
    "having": "SELECT count(*) FROM e HAVING count(*) = 0",
    "no row": "SELECT count(*) FROM e HAVING count(*) > 0",
    "limit": "SELECT count(*) FROM (SELECT * FROM a LIMIT 0) AS q",
    "offset": "SELECT count(*) FROM (SELECT * FROM a ORDER BY id LIMIT 10 OFFSET 1000) AS q",
    "with": "WITH w AS (SELECT * FROM e) SELECT count(*) FROM w AS x LEFT JOIN w AS y ON x.k = y.k",
}


def test_empty_tables_and_missing_keys(tables):
    loads, duck = tables
    found = asking.outcomes(loads, list(EMPTY.values()))
    failures = []
    for (name, query), own in zip(EMPTY.items(), found):
        if isinstance(own, Exception):
            failures.append(f"{name}: {query}\n  {own}")
            continue
        how = answers.difference(own, duck.execute(query).fetchall(), False)
        if how:
            failures.append(f"{name}: {query}\n  {how}")
    assert not failures, "\n".join(failures)


def test_a_key_of_a_million_rows(tmp_path):
    """All rows of a table have one key: joins, groups and windows meet one chain of rows."""
    count = 1_000_000
    path = Path(tmp_path) / "one.csv"
    duck = duckdb.connect()
    duck.execute(f"CREATE TABLE one AS SELECT 7 AS k, i AS id, 'x' AS g FROM range({count}) AS r(i)")
    duck.execute(f"COPY one TO '{path}'")
    duck.execute("CREATE TABLE two AS SELECT * FROM (VALUES (7, 1), (7, 2), (8, 3)) AS v(k, n)")
    queries = [
        "SELECT count(*), sum(one.id) FROM one JOIN two ON one.k = two.k",
        "SELECT count(*), sum(two.n) FROM two JOIN one ON one.k = two.k",
        "SELECT count(*), sum(one.id) FROM two LEFT JOIN one ON one.k = two.k",
        "SELECT count(*) FROM one SEMI JOIN two ON one.k = two.k",
        "SELECT n FROM two SEMI JOIN one ON one.k = two.k",
        "SELECT n FROM two ANTI JOIN one ON one.k = two.k AND one.g = 'x'",
        "SELECT n FROM two WHERE k IN (SELECT k FROM one)",
        "SELECT n, (SELECT count(*) FROM one WHERE one.k = two.k) AS c FROM two",
        "SELECT k, g, count(*), sum(id), count(DISTINCT id) FROM one GROUP BY k, g",
        "SELECT count(*) FROM one AS x JOIN one AS y ON x.k = y.k AND x.id = y.id",
        "SELECT count(*) FROM (SELECT k FROM one UNION SELECT k FROM two) AS q",
        "SELECT count(*) FROM (SELECT k, id FROM one EXCEPT SELECT k, n FROM two) AS q",
    ]
    loads = [
        f"LOAD '{path}' AS TABLE one", "LET two = SELECT * FROM (VALUES (7, 1), (7, 2), (8, 3)) AS v(k, n)"
    ]
    for query, own in zip(queries, asking.outcomes(loads, queries)):
        assert isinstance(own, list), f"{query}: {own}"
        assert answers.difference(own, duck.execute(query).fetchall(), False) is None, query
