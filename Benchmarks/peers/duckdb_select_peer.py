"""Does the shapes of SELECT in DuckDB, on a database file of its own."""

import sys
from pathlib import Path

import duckdb

sys.path.append(str(Path(__file__).resolve().parents[1]))
from select_tasks import STATEMENTS, answer

#: Other ways to ask that DuckDB might answer faster.
OTHERS = {
    "distinct-whole": """SELECT (SELECT count(*) FROM (SELECT DISTINCT user_id FROM events)),
      (SELECT count(*) FROM (SELECT DISTINCT user_session FROM events))""",
    "distinct-brand": """SELECT brand, sum(k) AS n, count(*) AS users FROM (
        SELECT brand, user_id, count(*) AS k FROM events GROUP BY brand, user_id)
      GROUP BY brand ORDER BY users DESC, n DESC, brand LIMIT 100""",
    "semi-join": """SELECT event_type, count(*) AS n, sum(price) AS money FROM events
      WHERE user_id IN (SELECT DISTINCT user_id FROM events WHERE event_type = 'purchase')
      GROUP BY event_type ORDER BY event_type""",
    "anti-join": """SELECT count(*) AS n, sum(e.price) AS money FROM events AS e
      WHERE e.event_type = 'view' AND NOT EXISTS (FROM events AS c WHERE c.event_type = 'cart'
        AND e.user_id = c.user_id AND e.product_id = c.product_id)""",
}


class Peer:
    version = "DuckDB " + duckdb.__version__

    def __init__(self, files, threads):
        connection = duckdb.connect(
            files["database"], read_only=True, config={"threads": threads}
        )
        # The order that a statement does not ask for need not be kept.
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET TimeZone = 'UTC'")
        self.cursors = {}
        for schema in ("plain", "encoded", "sorted"):
            self.cursors[schema] = connection.cursor()
            self.cursors[schema].execute(f"USE {schema}")
        self.connection = connection

    def tasks(self, _):
        return {name: self.formulations(name, text) for name, text in STATEMENTS.items()}

    def formulations(self, name, text):
        found = {schema: self.rows(schema, text) for schema in self.cursors}
        if name in OTHERS:
            for schema in ("encoded", "sorted"):
                found[f"{schema}, otherwise"] = self.rows(schema, OTHERS[name])
        return found

    def rows(self, schema, query):
        cursor = self.cursors[schema]
        return lambda: cursor.execute(query).fetchall()

    def answer(self, task, formulation, result):
        return answer(result)
