"""Window functions and QUALIFY answer as DuckDB and SQLite do: drawn queries, and frames of time."""

import os
import random

import duckdb
import pytest

import program
import random_select
from random_select import spelled
from random_window import Windows
from test_select import difference, tables  # noqa: F401 (a fixture)

SEEDS = range(int(os.environ.get("WINDOW_SEEDS", 12)))
QUERIES = 60


def compare(queries, path, ask):
    """Asks all queries in one run, or one by one where one is refused."""
    load = f"LOAD '{path}' AS TABLE t KEY id"
    asked = [spelled(query, "bql") for query in queries]
    failures = []
    try:
        answers = program.answers([load, *asked])
    except program.ProgramError:
        answers = []
        for query in asked:
            try:
                answers.append(program.answers([load, query])[-1])
            except program.ProgramError as error:
                answers.append(None)
                failures.append(f"{query}\n  {error}")
    for query, answer in zip(queries, answers):
        if answer is not None and (found := difference(answer, ask(query))):
            failures.append(f"{spelled(query, 'bql')}\n  {found}")
    assert not failures, f"{len(failures)} of {len(queries)} differ:\n" + "\n".join(failures[:8])
    assert len(answers) == len(queries)


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_queries_duckdb(tables, seed):  # noqa: F811
    path, duck, _ = tables
    draw = Windows(seed, "duckdb")
    queries = [draw.query() for _ in range(QUERIES)]
    compare(queries, path, lambda query: duck.execute(spelled(query, "duckdb")).fetchall())


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_queries_sqlite(tables, seed):  # noqa: F811
    path, _, lite = tables
    draw = Windows(1_000 + seed, "sqlite")
    queries = [draw.query() for _ in range(QUERIES)]
    compare(queries, path, lambda query: lite.execute(spelled(query, "sqlite")).fetchall())


def test_frames_of_time(tmp_path):
    """RANGE frames of exact and of calendar length, ascending and descending, over ends of months."""
    draw = random.Random(5)
    rows = []
    for number in range(300):
        day = draw.choice(["2020-01-29", "2020-01-31", "2020-02-28", "2020-02-29", "2020-03-30",
                           "2020-03-31", "2019-12-31", "2021-02-28", "2020-04-30"])
        hour = draw.randrange(24)
        at = None if draw.random() < 0.1 else f"{day} {hour:02}:{draw.randrange(60):02}:00"
        rows.append((number, at, at and at[:10], draw.randrange(-50, 50)))
    path = tmp_path / "times.csv"
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,moment,day,n\n")
        for row in rows:
            file.write(",".join("" if cell is None else str(cell) for cell in row) + "\n")
    duck = duckdb.connect()
    duck.execute("CREATE TABLE t (id BIGINT, moment TIMESTAMP, day DATE, n BIGINT)")
    duck.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    spans = {
        "36h": "INTERVAL 36 HOUR", "0s": "INTERVAL 0 SECOND", "30 DAYS": "INTERVAL 30 DAY",
        "1 MONTHS": "INTERVAL 1 MONTH", "13 MONTHS": "INTERVAL 13 MONTH",
    }
    queries = []
    for key in ("moment", "day"):
        for order in ("", " DESC"):
            for nulls in (" NULLS FIRST", " NULLS LAST"):
                for span in spans:
                    for frame in (
                        f"BETWEEN {span} PRECEDING AND CURRENT ROW",
                        f"BETWEEN CURRENT ROW AND {span} FOLLOWING",
                        f"BETWEEN {span} PRECEDING AND {span} FOLLOWING",
                        f"BETWEEN {span} FOLLOWING AND UNBOUNDED FOLLOWING",
                        f"BETWEEN UNBOUNDED PRECEDING AND {span} PRECEDING",
                    ):
                        if span == "0s" and frame.startswith("BETWEEN UNBOUNDED"):
                            # DuckDB 2.0 counts something else there each time.
                            continue
                        window = f"(PARTITION BY n % 2 ORDER BY {key}{order}{nulls} RANGE {frame})"
                        queries.append(
                            f"SELECT id, count(n) OVER {window} AS c, sum(n) OVER {window} AS s,"
                            f" min(n) OVER {window} AS m FROM t ORDER BY id"
                        )
    def ask(query):
        for span, theirs in spans.items():
            query = query.replace(span, theirs)
        return duck.execute(query).fetchall()

    compare(queries, path, ask)


def test_the_log(log):
    """The questions that analysts ask of each user's rows."""
    pairs = [
        "SELECT user_id, rank() OVER (PARTITION BY user_id ORDER BY price DESC) AS r, price FROM {} "
        "QUALIFY r <= 2 ORDER BY user_id, price DESC",
        "SELECT brand, count(*) AS n, rank() OVER (ORDER BY count(*) DESC) AS r,"
        " sum(count(*)) OVER (ORDER BY count(*) DESC, brand) AS running FROM {} GROUP BY brand"
        " ORDER BY n DESC, brand LIMIT 30",
        "SELECT user_id, count(DISTINCT brand) OVER (PARTITION BY user_id) AS brands,"
        " max(price) OVER (PARTITION BY user_id) AS dearest, price FROM {}"
        " QUALIFY brands > 3 ORDER BY user_id, price, dearest LIMIT 200",
    ]
    answers = program.answers([query.format("events") for query in pairs], log.path)
    for query, answer in zip(pairs, answers):
        assert difference(answer, log.duck.execute(query.format("log")).fetchall()) is None, query
