"""Does the tasks about customers in ClickHouse, by chdb."""

import sys
from pathlib import Path

import chdb
from chdb.session import Session

sys.path.append(str(Path(__file__).resolve().parents[1]))
from customer_tasks import DAY, ORDER_GAP, numbers

EVENTS = ["view", "cart", "purchase", "remove_from_cart"]


class Peer:
    version = "ClickHouse " + chdb.engine_version

    def __init__(self, files, threads):
        self.threads = threads
        self.session = Session()
        self.session.query("CREATE DATABASE b")
        events = ", ".join(f"'{event}' = {code}" for code, event in enumerate(EVENTS))
        self.session.query(
            f"""CREATE TABLE b.log (u UInt32, s UInt32, t UInt32, e Enum8({events}), cents Int32,
              row UInt32) ENGINE = Memory"""
        )
        self.ask(
            f"""INSERT INTO b.log SELECT user, session, time, event, cents, row
              FROM file('{files["table"]}', Parquet) ORDER BY row"""
        )

    def tasks(self, group):
        return {
            "rfm": {
                "arrays, rank": self.rows(f"WITH {ARRAYS} {RANKED} {ANSWER}"),
                "windows, rank": self.rows(f"WITH {WINDOWS} {RANKED} {ANSWER}"),
                "arrays, distinct values": self.rows(f"WITH {ARRAYS} {COUNTED} {ANSWER}"),
            }
        }

    def ask(self, query):
        text = f"{query} SETTINGS max_threads = {self.threads}"
        lines = str(self.session.query(text, "TabSeparated")).split("\n")[:-1]
        return [line.split("\t") for line in lines]

    def rows(self, query):
        return lambda: self.ask(query)

    def answer(self, task, formulation, result):
        return numbers(result[0])


MEASURES = "toInt64(max(last)) AS last, sum(orders) AS frequency, sum(cents) AS cents"
#: Each session's purchases as an array of times, then each user's sessions.
ARRAYS = f"""
  users AS MATERIALIZED (SELECT u, {MEASURES} FROM (
      SELECT u, max(t) AS last, sum(b.log.cents) AS cents,
        1 + arrayCount(d -> d > {ORDER_GAP}, arrayDifference(arraySort(groupArray(t)))) AS orders
      FROM b.log WHERE e = 'purchase' GROUP BY u, s)
    GROUP BY u),
"""
WINDOWS = f"""
  users AS MATERIALIZED (SELECT u, {MEASURES} FROM (
      SELECT u, t AS last, cents,
        row_number() OVER w = 1 OR t - lagInFrame(t) OVER w > {ORDER_GAP} AS orders
      FROM b.log WHERE e = 'purchase' WINDOW w AS (PARTITION BY s ORDER BY row
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))
    GROUP BY u),
"""
MEASURES_OF_USERS = [("r", "last"), ("f", "frequency"), ("m", "cents")]
RANKED = f"""
  counts AS (SELECT count() AS n FROM users),
  scored AS (SELECT *, {", ".join(
    f"1 + intDiv(5 * (rank() OVER (ORDER BY {value}) - 1), (SELECT n FROM counts)) AS {name}"
    for name, value in MEASURES_OF_USERS)} FROM users)
"""
#: The scores of distinct values, joined with the users.
COUNTED = "".join(
    f"""
  {name}s AS (SELECT {value}, 1 + intDiv(5 * (sum(k) OVER (ORDER BY {value}
        ROWS UNBOUNDED PRECEDING) - k), (SELECT count() FROM users)) AS {name}
      FROM (SELECT {value}, count() AS k FROM users GROUP BY {value})),"""
    for name, value in MEASURES_OF_USERS
) + """
  scored AS (SELECT * FROM users JOIN rs USING (last) JOIN fs USING (frequency)
    JOIN ms USING (cents))
"""
ANSWER = f"""
  SELECT count(), sum(recency), sum(frequency), sum(cents) / 100, sum(r * recency),
    sum(f * frequency), sum(m * cents) / 100, sum(r * f * m)
  FROM (SELECT *, ((SELECT toInt64(max(t)) FROM b.log) + {DAY} - last) / {DAY} AS recency
    FROM scored)
"""
