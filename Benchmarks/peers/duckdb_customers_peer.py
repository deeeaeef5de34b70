"""Does the tasks about customers in DuckDB."""

import sys
from pathlib import Path

import duckdb

sys.path.append(str(Path(__file__).resolve().parents[1]))
from customer_tasks import (
    COLUMNS, DAY, KINDS, MARGIN, MEASURES, OPTIONAL, ORDER_GAP, PERIOD, PERIOD_MEASURES, RATIOS,
    TO_MAXIMUM, TO_ZERO, numbers,
)

EVENTS = ["view", "cart", "purchase", "remove_from_cart"]


class Peer:
    version = "DuckDB " + duckdb.__version__

    def __init__(self, files, threads):
        self.connection = duckdb.connect()
        execute = self.connection.execute
        execute(f"SET threads = {threads}")
        execute("SET TimeZone = 'UTC'")
        execute("SET preserve_insertion_order = false")
        execute(f"CREATE TYPE event AS ENUM ({', '.join(map(repr, EVENTS))})")
        execute(
            f"""CREATE TABLE log AS SELECT "user" AS u, session AS s, time AS t,
              event::event AS e, cents, row FROM '{files["table"]}' ORDER BY row"""
        )

    def tasks(self, group):
        return {
            "features-base": {
                "stddev_samp": self.rows(base(by_session=False, moments=False)),
                "sums of squares": self.rows(base(by_session=False, moments=True)),
                "stddev_samp, sessions alone": self.rows(base(by_session=True, moments=False)),
            },
            "rfm": {
                "rank": self.rows(RFM_ORDERS + RANKED + RFM_ANSWER),
                "distinct values": self.rows(RFM_ORDERS + COUNTED + RFM_ANSWER),
            },
        }

    def rows(self, query):
        return lambda: self.connection.execute(query).fetchall()

    def answer(self, task, formulation, result):
        return numbers(result[0])


def sessions(by_session):
    """Counts and adds up each session, and tells what its start is in the calendar.

    In this table a number of a session has one user: the session alone is a key as well.
    """
    keys = "any_value(u) AS u, s" if by_session else "u, s"
    own = "".join(
        f", count(*) FILTER (e = '{kind}') AS {kind}_count"
        f", sum(cents) FILTER (e = '{kind}') / 100 AS {kind}_revenue" for kind in KINDS
    )
    quotients = ", ".join(
        f"length / nullif({kind}_count, 0) AS time_to_{kind},"
        f" length / nullif({kind}_revenue, 0) AS time_to_{kind}_revenue"
        for kind in ["click", *KINDS]
    )
    return f"""
      counted AS (SELECT {keys}, min(t)::BIGINT AS a, (max(t) - min(t)) / 60 AS length,
          count(*) AS click_count, sum(cents) / 100 AS click_revenue {own}
        FROM log GROUP BY {"s" if by_session else "u, s"}),
      marked AS (SELECT *, make_timestamp(a * 1000000) AS start,
          (purchase_count > 0)::TINYINT AS haspurchase, {quotients} FROM counted),
      latest AS (SELECT max(a) AS z, (max(a) - min(a)) // {PERIOD} + 1 AS periods FROM counted),
      measured AS (SELECT *, year(start) AS start_year, dayofyear(start) AS start_yearday,
          month(start) AS start_month, day(start) AS start_monthday, week(start) AS start_week,
          dayofweek(start) + 1 AS start_weekday, hour(start) AS start_hour,
          (dayofweek(start) IN (0, 6))::TINYINT AS start_isweekend,
          row_number() OVER w AS session_number,
          (a - lag(a) OVER w) / {DAY} AS inter_session_time,
          (z - a) / {DAY} AS session_recency, (z - a) // {PERIOD} AS age,
          CASE WHEN haspurchase = 1 THEN sum(haspurchase) OVER w END AS purchase_number,
          CASE WHEN haspurchase = 1 THEN (a - max(CASE WHEN haspurchase = 1 THEN a END)
            OVER (PARTITION BY u ORDER BY a, s ROWS BETWEEN UNBOUNDED PRECEDING
              AND 1 PRECEDING)) / {DAY} END AS inter_purchase_time,
          CASE WHEN haspurchase = 1 THEN (z - a) / {DAY} END AS purchase_recency
        FROM marked, latest WINDOW w AS (PARTITION BY u ORDER BY a, s
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))
    """


def statistics(moments):
    """Returns the aggregates of a user; `moments` makes deviations of sums, around 2019 for years."""
    found = []
    for name in MEASURES:
        found += [f"min({name}) AS {name}_min", f"max({name}) AS {name}_max"]
        if moments:
            value = f"({name} - 2019)" if name == "start_year" else name
            count = f"count({name})" if name in OPTIONAL else "count(*)"
            total = f"sum({value}::DOUBLE)"
            square = f"sum({value}::DOUBLE * {value})"
            plain = f"({total} + 2019 * {count})" if name == "start_year" else total
            found += [
                f"{plain} AS {name}_sum", f"{plain} / {count} AS {name}_mean",
                f"sqrt(greatest({square} - {total} * {total} / {count}, 0)"
                f" / nullif({count} - 1, 0)) AS {name}_stddev",
            ]
        else:
            found += [
                f"avg({name}) AS {name}_mean", f"sum({name}) AS {name}_sum",
                f"stddev_samp({name}) AS {name}_stddev",
            ]
    for back in range(4):
        found += [
            f"count(*) FILTER (age = {back}) AS session_count_month_lag{back}",
            f"count(*) FILTER (age = {back} AND haspurchase = 1) AS purchase_count_month_lag{back}",
            f"coalesce(sum(purchase_revenue) FILTER (age = {back}), 0)"
            f" AS purchase_revenue_month_lag{back}",
            f"coalesce(sum(purchase_revenue) FILTER (age >= {back}), 0) * {MARGIN}"
            f" / (any_value(periods) - {back}) AS customer_value_month_lag{back}",
        ]
    return ", ".join(found)


def base(by_session, moments):
    """Returns the query: sessions, users, what follows from a user's own columns, gaps filled."""
    own = [f"{name}_stddev / nullif({name}_mean, 0) AS {name}_cv" for name in MEASURES]
    own += [f"{column} / nullif(session_recency_max, 0) AS {name}" for name, column in RATIOS.items()]
    own += [
        f"({' + '.join(f'{name}_month_lag{back}' for back in range(3))}) / 3 AS {name}_month_ma3"
        for name in PERIOD_MEASURES
    ]
    filled = ", ".join(
        f"coalesce(derived.{name}, 0) AS {name}" if name in TO_ZERO
        else f"coalesce(derived.{name}, top.{name}) AS {name}" if name in TO_MAXIMUM
        else f"derived.{name}"
        for name in COLUMNS
    )
    return f"""
      WITH {sessions(by_session)},
        users AS (SELECT u, {statistics(moments)} FROM measured GROUP BY u),
        derived AS MATERIALIZED (SELECT *, {", ".join(own)} FROM users),
        top AS (SELECT {", ".join(f"max({name}) AS {name}" for name in TO_MAXIMUM)} FROM derived),
        filled AS MATERIALIZED (SELECT u, {filled} FROM derived, top)
      SELECT count(*), count(purchase_number_mean), {", ".join(f"sum({name})" for name in COLUMNS)}
      FROM filled
    """


RFM_ORDERS = f"""
  WITH ended AS (SELECT max(t)::BIGINT + {DAY} AS z FROM log),
    bought AS (SELECT u, cents, t::BIGINT AS t,
        t::BIGINT - lag(t) OVER (PARTITION BY u, s ORDER BY row) AS gap
      FROM log WHERE e = 'purchase'),
    users AS MATERIALIZED (SELECT u, (z - max(t)) / {DAY} AS recency, -max(t) AS ago,
        count(*) FILTER (gap IS NULL OR gap > {ORDER_GAP}) AS frequency, sum(cents) AS cents
      FROM bought, ended GROUP BY u, z),
"""

RANKED = """
  scored AS MATERIALIZED (SELECT *, 1 + 5 * (rank() OVER (ORDER BY ago DESC) - 1) // n AS r,
      1 + 5 * (rank() OVER (ORDER BY frequency) - 1) // n AS f,
      1 + 5 * (rank() OVER (ORDER BY cents) - 1) // n AS m
    FROM users, (SELECT count(*) AS n FROM users))
"""

#: The scores of distinct values, joined with the users.
COUNTED = "".join(
    f"""
  {name}s AS (SELECT {value}, 1 + 5 * (coalesce(sum(k) OVER (ORDER BY {order}
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::BIGINT)
        // (SELECT count(*) FROM users) AS {name}
      FROM (SELECT {value}, count(*) AS k FROM users GROUP BY {value})),"""
    for name, value, order in (
        ("r", "ago", "ago DESC"), ("f", "frequency", "frequency"), ("m", "cents", "cents")
    )
) + """
  scored AS MATERIALIZED (SELECT * FROM users JOIN rs USING (ago) JOIN fs USING (frequency)
    JOIN ms USING (cents))
"""

RFM_ANSWER = """
  SELECT count(*), sum(recency), sum(frequency), sum(cents) / 100, sum(r * recency),
    sum(f * frequency), sum(m * cents) / 100, sum(r * f * m) FROM scored
"""
