"""Does one task with one peer and prints its seconds and its answer: peer.py TASK FILE THREADS."""

import json
import os
import sys
import time

STEPS = ["view", "cart", "purchase"]
WINDOW = 7 * 86_400


def timed(action):
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def duckdb_with_log(file, threads):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    connection.execute("SET TimeZone = 'UTC'")
    seconds, _ = timed(
        lambda: connection.execute(f"CREATE TABLE log AS SELECT * FROM read_csv('{file}')")
    )
    return connection, seconds


def load_duckdb(file, threads):
    connection, seconds = duckdb_with_log(file, threads)
    query = "SELECT count(*), sum(price::DECIMAL(12, 2)) FROM log"
    count, total = connection.execute(query).fetchone()
    return seconds, [count, round(float(total), 2)]


def load_polars(file, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars

    seconds, frame = timed(lambda: polars.read_csv(file))
    return seconds, [frame.height, round(float(frame["price"].sum()), 2)]


def funnel_duckdb(file, threads):
    """The latest start of a chain at each row, by window functions, as in Tests/Peers."""
    connection, _ = duckdb_with_log(file, threads)
    connection.execute(
        """
        CREATE TABLE steps AS SELECT user_id,
          epoch(((event_time::VARCHAR)[1:19])::TIMESTAMP)::BIGINT AS t,
          event_type = 'view' AS a, event_type = 'cart' AS b, event_type = 'purchase' AS c
        FROM log WHERE event_type IN ('view', 'cart', 'purchase')
        """
    )
    over = (
        "OVER (PARTITION BY user_id ORDER BY t RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    )
    query = f"""
      WITH x AS (SELECT *, max(CASE WHEN a THEN t END) {over} AS s1 FROM steps),
        y AS (SELECT *, max(CASE WHEN b THEN s1 END) {over} AS s2 FROM x),
        u AS (SELECT user_id, bool_or(a) AS r1, bool_or(b AND t - s1 <= {WINDOW}) AS r2,
          bool_or(c AND t - s2 <= {WINDOW}) AS r3 FROM y GROUP BY user_id)
      SELECT count(*) FILTER (r1), count(*) FILTER (r1 AND r2), count(*) FILTER (r1 AND r3) FROM u
    """
    connection.execute(query).fetchone()
    seconds, answer = timed(lambda: connection.execute(query).fetchone())
    return seconds, list(answer)


def funnel_clickhouse(file, threads):
    """windowFunnel over a table in memory with narrow types; a second run, as bql's is."""
    from chdb.session import Session

    session = Session()
    session.query("CREATE DATABASE b")
    session.query(
        "CREATE TABLE b.log (t UInt32, e LowCardinality(String), u UInt64) ENGINE = Memory"
    )
    names = (
        "event_time event_type product_id category_id category_code brand price user_id user_session"
    )
    columns = ", ".join(f"{name} String" for name in names.split())
    session.query(
        f"""
        INSERT INTO b.log SELECT toUInt32(parseDateTime(substring(event_time, 1, 19),
          '%Y-%m-%d %H:%i:%S', 'UTC')), event_type, toUInt64(user_id)
        FROM file('{file}', 'CSVWithNames', '{columns}') SETTINGS max_threads = {threads}
        """
    )
    conditions = ", ".join(f"e = '{step}'" for step in STEPS)
    query = f"""
      SELECT countIf(l >= 1), countIf(l >= 2), countIf(l >= 3) FROM (
        SELECT u, windowFunnel({WINDOW})(t, {conditions}) AS l FROM b.log GROUP BY u)
      SETTINGS max_threads = {threads}
    """
    session.query(query)
    seconds, answer = timed(lambda: str(session.query(query, "TabSeparated")))
    return seconds, [int(cell) for cell in answer.split()]


TASKS = {
    "load-duckdb": load_duckdb,
    "load-polars": load_polars,
    "funnel-duckdb": funnel_duckdb,
    "funnel-clickhouse": funnel_clickhouse,
}

if __name__ == "__main__":
    task, file, threads = sys.argv[1:]
    seconds, answer = TASKS[task](file, int(threads))
    print(json.dumps({"seconds": seconds, "answer": answer}))
