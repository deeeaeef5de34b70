"""Does the tasks in DuckDB."""

import duckdb

from answers import (
    EVENTS, GAP, PERIODS, WEEK, WINDOW, groups, paths, retention, times, top_categories,
    transitions, waits,
)

NUMBERS = ["product_id", "category_id", "price", "user_id"]
TYPES = {
    "event_time": "TIMESTAMP", "event_type": "VARCHAR", "product_id": "INTEGER",
    "category_id": "BIGINT", "category_code": "VARCHAR", "brand": "VARCHAR",
    "price": "DECIMAL(9, 2)", "user_id": "INTEGER", "user_session": "VARCHAR",
}


def csv_source(file):
    """Returns what stands in FROM for a log's file: its columns with their types."""
    types = ", ".join(f"{name}: '{kind}'" for name, kind in TYPES.items())
    return (
        f"read_csv('{file}', header = true, columns = {{{types}}},"
        " timestampformat = '%Y-%m-%d %H:%M:%S UTC')"
    )


class Peer:
    version = "DuckDB " + duckdb.__version__

    def __init__(self, files, threads):
        self.files = files
        self.connection = duckdb.connect()
        self.connection.execute(f"SET threads = {threads}")
        self.connection.execute("SET TimeZone = 'UTC'")

    def tasks(self, group):
        return {"load": self.loads, "clustered": self.questions, "plain": self.summaries}[group]()

    def rows(self, query):
        return lambda: self.connection.execute(query).fetchall()

    def answer(self, task, formulation, result):
        if task == "load":
            query = "SELECT count(*), sum(price::DECIMAL(12, 2)) * 100 FROM log"
            count, cents = self.connection.execute(query).fetchone()
            return [count, int(cents)]
        if task in ("funnel-brand", "group-brand"):
            return groups(result)
        if task == "funnel-category":
            return top_categories(result)
        if task == "funnel-times":
            first, *others = result[0]
            return times(first, others[:3], others[3:])
        if task == "timing":
            return waits(result[0])
        if task == "retention":
            return retention(result)
        if task == "paths":
            return paths(result)
        if task == "transitions":
            return transitions(result)
        if task == "summarize":
            # Its distinct values are estimates, the share of NULLs is rounded.
            numbers = [row for row in result if row[0] in NUMBERS]
            return {row[0]: {"min": float(row[2]), "max": float(row[3])} for row in numbers}
        return list(result[0])

    # Loading: `sorted` also clusters by user, the others do not.

    def source(self):
        return csv_source(self.files["csv"])

    def loads(self):
        automatic = f"SELECT * FROM read_csv('{self.files['csv']}')"
        typed = f"SELECT * FROM {self.source()}"
        order = "ORDER BY user_id, event_time"

        def load(query, any_order=False):
            if any_order:
                self.connection.execute("SET preserve_insertion_order = false")
            self.connection.execute(f"CREATE OR REPLACE TABLE log AS {query}")

        return {
            "load": {
                "read_csv": lambda: load(automatic),
                "read_csv, types given": lambda: load(typed),
                "read_csv, types given, any order": lambda: load(typed, any_order=True),
                "read_csv, types given, sorted by user": lambda: load(f"{typed} {order}"),
            }
        }

    # Questions to the sorted table.

    def questions(self):
        table = self.files["table"]
        execute = self.connection.execute
        execute(f"CREATE TYPE event AS ENUM ({', '.join(map(repr, EVENTS))})")
        for column in ("brand", "category"):
            values = f"SELECT DISTINCT {column}::VARCHAR FROM '{table}' WHERE {column} IS NOT NULL"
            execute(f"CREATE TYPE {column} AS ENUM ({values} ORDER BY 1)")
        execute(
            f"""CREATE TABLE log AS SELECT "user" AS u, session AS s, product AS p, time AS t,
              event::event AS e, state::event AS state,
              brand::brand AS brand, category::category AS category, cents, row
            FROM '{table}' ORDER BY row"""
        )
        both = {"asof joins": asof_chains, "windows": window_chains}
        ask = lambda unit, query: {name: self.rows(f(unit) + query) for name, f in both.items()}
        distinct = (
            "SELECT (SELECT count(*) FROM (SELECT DISTINCT u FROM log)),"
            " (SELECT count(*) FROM (SELECT DISTINCT s FROM log))"
        )
        return {
            "funnel": ask("u", REACH),
            "funnel-session": ask("s", REACH),
            "funnel-holding": {
                "asof joins": self.rows(asof_chains("u", "p") + REACH),
                "windows": self.rows(window_chains("u", "p") + REACH),
            },
            "funnel-any": {
                "windows over users": self.rows(any_order("u", "t", "PARTITION BY u")),
                "windows over keys": self.rows(any_order("u", "(u::BIGINT << 32) + t", "")),
            },
            "funnel-times": ask("u", CHAIN_TIMES),
            "funnel-brand": ask("u", by("brand")),
            "funnel-category": ask("u", by("category")),
            "group-brand": {
                "count distinct": self.rows(
                    "SELECT brand, count(*), sum(cents), count(DISTINCT u) FROM log GROUP BY brand"
                ),
                "by brand and user": self.rows(
                    """SELECT brand, sum(n), sum(s), count(*) FROM (
                      SELECT brand, u, count(*) AS n, sum(cents) AS s FROM log GROUP BY brand, u
                    ) GROUP BY brand"""
                ),
            },
            "sessionize": {
                "lag by user": self.rows(
                    f"""SELECT count(*) FROM (
                      SELECT t::BIGINT - lag(t) OVER (PARTITION BY u ORDER BY t) AS gap FROM log
                    ) WHERE gap IS NULL OR gap > {GAP}"""
                ),
                "lag in the table's order": self.rows(
                    f"""SELECT count(*) FROM (
                      SELECT u, t::BIGINT AS t, lag(u) OVER () AS before, lag(t) OVER () AS earlier
                      FROM log
                    ) WHERE before IS NULL OR u <> before OR t - earlier > {GAP}"""
                ),
            },
            "retention": {
                "weeks of users": self.rows(RETENTION_BY_WEEKS),
                "bits of users": self.rows(RETENTION_BY_BITS),
            },
            "timing": {
                "join and group": self.rows(STARTS + GROUPED_ENDS + CURVE),
                "asof join": self.rows(STARTS + ASOF_ENDS + CURVE),
            },
            "paths": {
                "windows": self.rows(PATHS_BY_WINDOWS), "lists": self.rows(PATHS_BY_LISTS)
            },
            "transitions": {
                "windows of users": self.rows(transitions_within("PARTITION BY u ORDER BY row")),
                "one window": self.rows(transitions_within("ORDER BY row")),
            },
            "match": {
                "first rows": self.rows(MATCH_BY_FIRST_ROWS),
                "windows": self.rows(MATCH_BY_WINDOWS),
            },
            "distinct": {
                "count distinct": self.rows("SELECT count(DISTINCT u), count(DISTINCT s) FROM log"),
                "distinct rows": self.rows(distinct),
            },
        }

    # Summaries of the nine columns as the file has them.

    def summaries(self):
        execute = self.connection.execute
        execute(f"CREATE TABLE log AS SELECT * FROM {self.source()}")
        for column in ("event_type", "category_code", "brand"):
            values = f"SELECT DISTINCT {column} FROM log WHERE {column} IS NOT NULL ORDER BY 1"
            execute(f"CREATE TYPE {column} AS ENUM ({values})")
        execute(
            """CREATE TABLE encoded AS SELECT * REPLACE (event_type::event_type AS event_type,
              category_code::category_code AS category_code, brand::brand AS brand,
              user_session::UUID AS user_session) FROM log"""
        )
        return {
            "summarize": {
                "SUMMARIZE": self.rows("SUMMARIZE log"),
                "SUMMARIZE, encoded": self.rows("SUMMARIZE encoded"),
            }
        }


#: Users at each step, from views, carts `(u, k, v)` and purchases `(u, k, c, v)` with their keys.
REACH = f"""
  SELECT (SELECT count(DISTINCT u) FROM views),
    (SELECT count(DISTINCT u) FROM carts WHERE k - v <= {WINDOW}),
    (SELECT count(DISTINCT u) FROM purchases WHERE k - v <= {WINDOW})
"""

#: The chain of a user is its first purchase's, else its first cart's.
CHAIN_TIMES = f"""
  , bought AS (SELECT u, min(k) AS k, arg_min(c, k) AS c, arg_min(v, k) AS v
      FROM purchases WHERE k - v <= {WINDOW} GROUP BY u),
    carted AS (SELECT u, min(k) AS k, arg_min(v, k) AS v
      FROM carts WHERE k - v <= {WINDOW} GROUP BY u),
    chains AS (SELECT coalesce(bought.c - bought.v, carted.k - carted.v) AS second,
        bought.k - bought.c AS third
      FROM carted LEFT JOIN bought ON carted.u = bought.u)
  SELECT (SELECT count(DISTINCT u) FROM views), count(second), quantile_cont(second, 0.5),
    quantile_cont(second, 0.9), count(third), quantile_cont(third, 0.5), quantile_cont(third, 0.9)
  FROM chains
"""


VIEW_WEEKS = "SELECT u, (t::BIGINT // 86400 + 3) // 7 AS w FROM log WHERE e = 'view'"

RETENTION_BY_WEEKS = f"""
  WITH weeks AS (SELECT DISTINCT * FROM ({VIEW_WEEKS})),
    starts AS (SELECT u, min(w) AS c FROM weeks GROUP BY u)
  SELECT c, w - c AS p, count(*) FROM weeks JOIN starts USING (u) WHERE w - c <= {PERIODS}
  GROUP BY ALL
"""

RETENTION_BY_BITS = f"""
  WITH users AS (SELECT min(w) AS c, bit_or(1::BIGINT << (w - {WEEK})) AS bits
    FROM ({VIEW_WEEKS}) GROUP BY u)
  SELECT c, p, count(*) FROM (SELECT c, bits, unnest(range({PERIODS} + 1)) AS p FROM users)
  WHERE (bits >> (c + p - {WEEK})) & 1 = 1 GROUP BY ALL
"""

#: Each user's first view.
STARTS = """
  WITH starts AS (SELECT u, min(t)::BIGINT AS v FROM log WHERE e = 'view' GROUP BY u),
    bought AS (SELECT u, t::BIGINT AS p FROM log WHERE e = 'purchase'),
"""

GROUPED_ENDS = """
  later AS (SELECT u, min(p) AS p FROM bought JOIN starts USING (u) WHERE p >= v GROUP BY u),
  ends AS (SELECT v, p FROM starts LEFT JOIN later USING (u)),
"""

ASOF_ENDS = """
  ends AS (SELECT v, p FROM starts ASOF LEFT JOIN bought
    ON starts.u = bought.u AND starts.v <= bought.p),
"""

#: The product-limit curve of `ends (v, p)`, and what TIMING tells of it.
CURVE = """
  waits AS (SELECT coalesce(p, (SELECT max(t) FROM log)) - v AS d, p IS NOT NULL AS c FROM ends),
  steps AS (SELECT d, count(*) AS n, count(*) FILTER (c) AS k FROM waits GROUP BY d),
  risks AS (SELECT *, sum(n) OVER (ORDER BY d DESC) AS risk FROM steps),
  curve AS (SELECT *, product(1 - k / risk) OVER (ORDER BY d) AS s FROM risks)
  SELECT sum(n), sum(k), min(d) FILTER (s <= 0.75), min(d) FILTER (s <= 0.5),
    min(d) FILTER (s <= 0.25), max(d), arg_max(s, d)
  FROM curve
"""

PATHS_BY_WINDOWS = """
  SELECT state, b, c, count(*) FROM (
    SELECT state, lead(state) OVER w AS b, lead(state, 2) OVER w AS c, row_number() OVER w AS n
    FROM log WINDOW w AS (PARTITION BY u ORDER BY row))
  WHERE n = 1 GROUP BY ALL
"""

PATHS_BY_LISTS = """
  SELECT s[1].e, s[2].e, s[3].e, count(*) FROM (
    SELECT min({'row': row, 'e': state}, 3) AS s FROM log GROUP BY u)
  GROUP BY ALL
"""


def transitions_within(window):
    return f"""
      SELECT state, after, count(*), count(DISTINCT u), quantile_cont(gap, 0.5),
        quantile_cont(gap, 0.9)
      FROM (SELECT u, state, lead(state) OVER w AS after, lead(t) OVER w - t AS gap,
          lead(u) OVER w AS next FROM log WINDOW w AS ({window}))
      WHERE next = u GROUP BY ALL
    """


#: The first cart behind the first view, then any purchase behind it.
MATCH_BY_FIRST_ROWS = """
  WITH views AS (SELECT u, min(row) AS row FROM log WHERE state = 'view' GROUP BY u),
    carts AS (SELECT u, min(log.row) AS row FROM log JOIN views USING (u)
      WHERE state = 'cart' AND log.row > views.row GROUP BY u)
  SELECT count(DISTINCT u) FROM log JOIN carts USING (u)
  WHERE state = 'purchase' AND log.row > carts.row
"""

#: Carries the first view of a user forward, then the first cart behind it.
MATCH_BY_WINDOWS = """
  WITH x AS (SELECT u, row, state,
      min(CASE WHEN state = 'view' THEN row END) OVER (PARTITION BY u) AS v FROM log),
    y AS (SELECT u, row, state,
      min(CASE WHEN state = 'cart' AND v < row THEN row END) OVER (PARTITION BY u) AS c FROM x)
  SELECT count(DISTINCT u) FROM y WHERE state = 'purchase' AND c < row
"""


def by(column):
    """Users by the value on their first view: the least of row number and value's code."""
    return f"""
      , firsts AS (SELECT u, min((row::BIGINT << 16) + coalesce(enum_code({column}), 65535)) AS f
          FROM log WHERE e = 'view' GROUP BY u),
        seconds AS (SELECT DISTINCT u FROM carts WHERE k - v <= {WINDOW}),
        thirds AS (SELECT DISTINCT u FROM purchases WHERE k - v <= {WINDOW}),
        found AS (SELECT f & 65535 AS g, count(*) AS a, count(seconds.u) AS b, count(thirds.u) AS c
          FROM firsts LEFT JOIN seconds ON firsts.u = seconds.u
            LEFT JOIN thirds ON firsts.u = thirds.u GROUP BY g)
      SELECT enum_range(NULL::{column})[g + 1], a, b, c FROM found
    """


def asof_chains(unit, held=None):
    """Joins each cart with the view before it, each purchase with the cart before it, by a key.

    Rows of a chain have one value of `held`, if there is such a column.
    """
    own = f"{held}," if held else ""
    rows = f"SELECT {own} {unit} AS u, ({unit}::BIGINT << 32) + t AS k FROM log WHERE e ="
    same, value = (f"x.{held} = y.{held} AND", f"x.{held},") if held else ("", "")
    return f"""
      WITH views AS ({rows} 'view'),
        carts AS MATERIALIZED (SELECT x.u, x.k, {value} y.k AS v
          FROM ({rows} 'cart') AS x ASOF JOIN views AS y ON {same} x.k >= y.k),
        purchases AS MATERIALIZED (SELECT x.u, x.k, y.k AS c, y.v
          FROM ({rows} 'purchase') AS x ASOF JOIN carts AS y ON {same} x.k >= y.k)
    """


def any_order(unit, key, partition):
    """Carries the last of each event forward: in any order, all lie near the row's own."""
    over = f"OVER ({partition} ORDER BY row ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    last = lambda event: f"max(CASE WHEN e = '{event}' THEN {key} END) {over}"
    return f"""
      WITH x AS (SELECT {unit} AS u, {key} AS k, e, {last("view")} AS v, {last("cart")} AS c,
          {last("purchase")} AS p FROM log),
        y AS MATERIALIZED (SELECT u, k - p <= {WINDOW} AS bought FROM x
          WHERE k - v <= {WINDOW} AND k - c <= {WINDOW})
      SELECT (SELECT count(DISTINCT u) FROM log WHERE e = 'view'),
        (SELECT count(DISTINCT u) FROM y), (SELECT count(DISTINCT u) FROM y WHERE bought)
    """


def window_chains(unit, held=None):
    """Carries the latest view of a unit forward, then the latest cart and its view; as above."""
    frame = "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    value, both = (f"{held},", f"u, {held}") if held else ("", "u")
    over = f"OVER (PARTITION BY {both} ORDER BY t {frame})"
    return f"""
      WITH x AS (SELECT {unit} AS u, {value} t, e,
            max(CASE WHEN e = 'view' THEN t END) OVER w AS v
          FROM log WINDOW w AS (PARTITION BY {value} {unit} ORDER BY t {frame})),
        y AS MATERIALIZED (SELECT u, t::BIGINT AS k, e, v,
            max(CASE WHEN e = 'cart' THEN t END) {over} AS c,
            max(CASE WHEN e = 'cart' THEN v END) {over} AS s
          FROM x WHERE e IN ('cart', 'purchase')),
        views AS (SELECT {unit} AS u FROM log WHERE e = 'view'),
        carts AS (SELECT u, k, v FROM y WHERE e = 'cart' AND v IS NOT NULL),
        purchases AS (SELECT u, k, c, s AS v FROM y WHERE e = 'purchase' AND s IS NOT NULL)
    """
